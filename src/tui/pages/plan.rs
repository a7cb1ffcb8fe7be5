//! The plan: what a run would change, from live reads, before anything is begun.

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;

use crate::cloud::Danger;
use crate::engine::words::{count, short, value_words, way_back_words};
use crate::engine::{StepPlan, TargetPlan, Verdict};
use crate::link::{Ask, Course, Planned, Said};
use crate::runbook::Act;
use crate::settings::Breach;
use crate::tui::keymap::{Action, Scope};
use crate::tui::page::{Move, Page, View};
use crate::tui::paint::{Canvas, Sheet, ago, fit, rows};
use crate::tui::theme::Role;
use crate::tui::wording;

/// Enter that soon after the plan came was meant for the page before.
const HASTE: SignedDuration = SignedDuration::from_millis(500);

/// The plan of a book, or of the way back from a run.
#[derive(Debug)]
pub(in crate::tui) struct PlanPage {
    course: Course,
    shown: Option<Timestamp>,
    starting: bool,
    from: usize,
}

impl PlanPage {
    /// Asks for the plan and shows the page that waits for it.
    pub fn open(course: Course) -> Vec<Move> {
        let ask = Ask::Plan { course: course.clone() };
        let page = Self { course, shown: None, starting: false, from: 0 };
        vec![Move::Ask(ask), Move::Open(Box::new(page))]
    }

    fn plan<'a>(&self, view: &View<'a>) -> Option<&'a Result<Planned, Said>> {
        let (course, plan) = view.told.plan.as_ref()?;
        (*course == self.course).then_some(plan)
    }

    fn next(&self, view: &View<'_>) -> (Role, String) {
        if self.starting {
            return (Role::Dim, "Starting the run…".to_owned());
        }
        match self.plan(view) {
            None => (
                Role::Dim,
                format!("Reading the account to see what {} would change…", self.course),
            ),
            Some(Err(_)) => (Role::Bad, "No plan. F5: read again, Esc: back".to_owned()),
            Some(Ok(Planned { unmet: Some(unmet), .. })) => {
                (Role::Warn, format!("It cannot be started now. {}", unmet.advice))
            }
            Some(Ok(planned)) => {
                let place = &planned.bound.environment;
                let start = format!(
                    "Enter: start the run on {} {}",
                    planned.bound.estate,
                    place.name.to_uppercase()
                );
                let how = if place.protected {
                    ". It starts READ-ONLY: press a there to arm it"
                } else {
                    ". It asks before every change"
                };
                (Role::Next, format!("{start}{how}"))
            }
        }
    }

    fn sheet(&self, room: u16, view: &View<'_>) -> Sheet {
        let mut sheet = Sheet::new(view.theme, room);
        match self.plan(view) {
            None => sheet.para(Role::Dim, "Nothing is changed by this: the account is only read."),
            Some(Err(said)) => {
                sheet.para(Role::Bad, "It cannot be said what would change:");
                sheet.para(Role::Plain, &said.text);
            }
            Some(Ok(planned)) => {
                if let Some(unmet) = &planned.unmet {
                    sheet.hang("needs ", Role::Warn, &unmet.what);
                    sheet.gap();
                }
                totals(&mut sheet, planned, view);
                for at in 0..planned.bound.steps.len() {
                    step_lines(&mut sheet, planned, at);
                }
            }
        }
        sheet
    }
}

fn totals(sheet: &mut Sheet, planned: &Planned, view: &View<'_>) {
    let targets = || planned.steps.iter().flat_map(|plan| &plan.targets);
    let of = |wanted: fn(&Verdict) -> bool| targets().filter(|t| wanted(&t.verdict)).count();
    for (danger, role) in [
        (Danger::Irreversible, Role::Bad),
        (Danger::Destroy, Role::Bad),
        (Danger::Change, Role::Strong),
    ] {
        let number = targets().filter(|target| target.verdict.danger() == danger).count();
        if number > 0 {
            let (words, _) = wording::danger(danger);
            sheet.hang(&format!("{number:>4}  "), role, words);
        }
    }
    let rest = [
        (of(|v| matches!(v, Verdict::NoChange { .. })), Role::Good, "as wanted already"),
        (
            of(|v| matches!(v, Verdict::Refused { .. })),
            Role::Bad,
            "refused: nothing would be sent there",
        ),
        (of(|v| matches!(v, Verdict::Unreadable { .. })), Role::Bad, "could not be read"),
        (
            of(|v| matches!(v, Verdict::Undetermined { .. })),
            Role::Dim,
            "only known once an earlier step ran",
        ),
        (of(|v| matches!(v, Verdict::NotYet { .. })), Role::Warn, "checked, not as expected yet"),
    ];
    for (number, role, words) in rest.into_iter().filter(|(number, ..)| *number > 0) {
        sheet.hang(&format!("{number:>4}  "), role, words);
    }
    let read = format!(
        "read {} as {}, plan {}",
        ago(planned.at, view.now),
        planned.identity.arn,
        short(&planned.digest)
    );
    sheet.hang("      ", Role::Dim, &read);
}

fn step_lines(sheet: &mut Sheet, planned: &Planned, at: usize) {
    let Some(step) = planned.bound.steps.get(at) else { return };
    sheet.gap();
    let plan = planned.steps.iter().find(|plan| plan.step == at);
    let changes = plan.map_or(0, |plan| plan.calls().count());
    let total = if changes > 0 { format!("  {}", count(changes, "call")) } else { String::new() };
    sheet.spans(&[(Role::Strong, &format!("{:>2} {}", at + 1, step.title)), (Role::Dim, &total)]);
    match (&step.left_out, &step.act, plan) {
        (Some(why), ..) => sheet.hang("   ", Role::Dim, &format!("left out: {why}")),
        (None, Act::Ask { text }, _) => sheet.hang("   asks you: ", Role::Plain, text),
        (None, Act::Set { .. } | Act::Check { .. }, Some(plan)) => target_lines(sheet, plan),
        (None, Act::Set { .. } | Act::Check { .. }, None) => {
            sheet.hang("   ", Role::Dim, "nothing is known of this step yet");
        }
    }
}

fn target_lines(sheet: &mut Sheet, plan: &StepPlan) {
    let longest = plan.targets.iter().map(|target| target.target.name.chars().count()).max();
    let name = longest.unwrap_or(0).min(sheet.room / 2).max(8);
    for target in &plan.targets {
        target_line(sheet, target, name);
    }
}

fn target_line(sheet: &mut Sheet, target: &TargetPlan, name: usize) {
    let label = format!("   {}  ", fit(&target.target.name, name));
    let to = value_words(&target.to);
    let before = wording::before(Some(&target.verdict));
    match &target.verdict {
        Verdict::Change { danger, why, warnings, way_back, .. } => {
            let bad = *danger > Danger::Change;
            let role = if bad { Role::Bad } else { Role::Plain };
            let tail = if bad {
                format!("  ({})", danger.to_string().to_uppercase())
            } else {
                String::new()
            };
            sheet.hang(&label, role, &format!("{before} → {to}{tail}"));
            if let Some(why) = why {
                sheet.hang("     why: ", role, why);
            }
            if let Some(words) = way_back_words(way_back) {
                sheet.hang("     undo: ", Role::Warn, &words);
            }
            for warning in warnings {
                breach(sheet, "warning", Role::Warn, warning);
            }
        }
        Verdict::NoChange { .. } => {
            sheet.hang(&label, Role::Good, &format!("{before}, as wanted already"))
        }
        Verdict::Refused { breach: rule, .. } => {
            sheet.hang(&label, Role::Bad, &format!("{before}, REFUSED to become {to}"));
            breach(sheet, "refused", Role::Bad, rule);
        }
        Verdict::Undetermined { depends_on } => {
            sheet.hang(&label, Role::Dim, &format!("→ {to}, known after step {depends_on}"));
        }
        Verdict::Unreadable { error } => {
            sheet.hang(&label, Role::Bad, &format!("could not be read: {error}"));
        }
        Verdict::NotYet { .. } => {
            sheet.hang(&label, Role::Warn, &format!("{before}, expected {to}"));
        }
    }
}

fn breach(sheet: &mut Sheet, word: &str, role: Role, breach: &Breach) {
    let fact = breach.fact.as_ref().map(|fact| format!(" {fact}")).unwrap_or_default();
    sheet.hang(&format!("     {word}{fact}: "), role, &breach.why);
    sheet.hang("     instead: ", Role::Plain, &breach.fix);
}

impl Page for PlanPage {
    fn scope(&self) -> Scope {
        Scope::Plan
    }

    fn awaits_run(&self) -> bool {
        self.starting
    }

    fn refuses(&self, action: Action, view: &View<'_>) -> Option<String> {
        if action != Action::Go {
            return None;
        }
        let now = view.now;
        match self.plan(view) {
            None => Some("the plan is not there yet".to_owned()),
            Some(Err(_)) => Some("without a plan nothing is started; F5 reads again".to_owned()),
            Some(Ok(Planned { unmet: Some(unmet), .. })) => Some(unmet.what.clone()),
            Some(Ok(_)) if self.starting => Some("the run is being started".to_owned()),
            Some(Ok(_)) => self
                .shown
                .is_none_or(|at| now.duration_since(at).abs() < HASTE)
                .then(|| "look at the plan first".to_owned()),
        }
    }

    fn act(&mut self, action: Action, _view: &View<'_>) -> Vec<Move> {
        let course = self.course.clone();
        match action {
            Action::Go => {
                self.starting = true;
                return vec![Move::Ask(Ask::Start { course })];
            }
            Action::Refresh => {
                self.shown = None;
                self.starting = false;
                return vec![Move::Ask(Ask::Plan { course })];
            }
            Action::Back => return vec![Move::Back],
            Action::Up => self.from = self.from.saturating_sub(1),
            Action::Down => self.from += 1,
            Action::PageUp => self.from = self.from.saturating_sub(10),
            Action::PageDown => self.from += 10,
            _ => {}
        }
        Vec::new()
    }

    fn told(&mut self, view: &View<'_>) {
        // Trouble instead of a run: the person may press Enter again.
        if view.told.trouble.is_some() {
            self.starting = false;
        }
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) {
        if self.plan(view).is_some() && self.shown.is_none() {
            self.shown = Some(view.now);
        }
        let (role, next) = self.next(view);
        let taken = canvas.sentence(area, role, &format!("NEXT  {next}"));
        let sheet = self.sheet(area.width, view);
        let title = format!("Plan of {}", self.course);
        self.from = canvas.pane(rows(area, taken, area.height), &title, sheet.lines, self.from);
    }
}
