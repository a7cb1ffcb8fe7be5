//! Whether each path leads somewhere, and may stand where it stands.

use std::collections::BTreeSet;
use std::ops::Range;

use super::head::Head;
use super::param::{Param, ParamKind};
use super::step::StepDraft;
use super::template::{Path, Template};
use super::verb::{Aim, Verb};
use crate::estate::{Estate, Item};
use crate::problem::{Code, Findings};

/// Where a text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Something that people read.
    Words,
    /// A question to a person.
    Question,
    /// The targets of a step.
    On,
    /// The value of a step.
    Value,
}

/// What paths can lead to.
struct Known<'a> {
    head: &'a Head,
    estate: &'a Estate,
    /// The step that is being looked at.
    now: usize,
    used: BTreeSet<String>,
}

/// Reports every path that leads nowhere or may not stand where it stands, and every parameter
/// that nothing uses.
pub(super) fn check(head: &Head, estate: &Estate, findings: &mut Findings) {
    let mut known = Known { head, estate, now: 0, used: BTreeSet::new() };
    for (now, step) in head.steps.iter().enumerate() {
        known.now = now;
        known.step(step, findings);
    }
    let is_unused = |param: &&Param| head.is_whole && !known.used.contains(&param.name);
    for param in head.params.iter().filter(is_unused) {
        let message = format!("nothing uses the parameter `{}`", param.name);
        findings
            .warn(Code::UnusedParam, param.span.clone(), message)
            .help("a person would be asked for it for nothing: use it or delete it");
    }
}

/// Reports every path of a check that stands in no book: there are no parameters and no answers.
pub(super) fn check_aim(aim: &Aim, estate: &Estate, findings: &mut Findings) {
    let head = Head::empty();
    let mut known = Known { head: &head, estate, now: 0, used: BTreeSet::new() };
    for template in &aim.on {
        no_asset(template, findings);
        known.template(template, Place::On, findings);
    }
    for template in aim.value.templates() {
        no_asset(template, findings);
        known.template(template, Place::Value, findings);
    }
}

/// The files of an estate are for books.
fn no_asset(template: &Template, findings: &mut Findings) {
    for (path, span) in template.paths() {
        if matches!(path, Path::Asset(_)) {
            findings
                .error(Code::MisplacedPath, span.clone(), "an asset cannot stand here")
                .help("write the value out");
        }
    }
}

/// Reports every path of names that stand in no book.
pub(super) fn check_text(template: &Template, estate: &Estate, findings: &mut Findings) {
    let head = Head::empty();
    let mut known = Known { head: &head, estate, now: 0, used: BTreeSet::new() };
    no_asset(template, findings);
    known.template(template, Place::On, findings);
}

impl Known<'_> {
    fn step(&mut self, step: &StepDraft, findings: &mut Findings) {
        let words = [Some(&step.title), Some(&step.why), step.cost.as_ref(), step.undo.as_ref()];
        for template in words.into_iter().flatten() {
            self.template(template, Place::Words, findings);
        }
        match &step.verb {
            Verb::Ask(question) => self.template(question, Place::Question, findings),
            Verb::Set(aim) | Verb::Check(aim) => {
                for template in &aim.on {
                    self.template(template, Place::On, findings);
                }
                for template in aim.value.templates() {
                    self.template(template, Place::Value, findings);
                }
            }
        }
        if let Some((name, span)) = &step.when
            && let Some(param) = self.param(name, span, findings)
            && param.kind != ParamKind::Boolean
        {
            let message =
                format!("`when` wants a parameter of type `boolean`, and `{name}` is not");
            findings.error(Code::WrongType, span.clone(), message);
        }
    }

    fn template(&mut self, template: &Template, place: Place, findings: &mut Findings) {
        let mut lists = 0;
        for (path, span) in template.paths() {
            match path {
                Path::Param(name) => {
                    self.param(name, span, findings);
                }
                Path::Estate(key) => {
                    lists += usize::from(self.estate(key, place, span, findings));
                    if lists == 2 {
                        findings
                            .error(Code::ListPath, span.clone(), "a second list in one text")
                            .help(
                                "a text with a list in it is a list, one text for each item: \
                                two lists have no such meaning",
                            );
                    }
                }
                Path::Each if place != Place::Value => {
                    findings
                        .error(Code::MisplacedPath, span.clone(), "`${each}` cannot stand here")
                        .help("it is the item that a target was made for: use it in `to` or `is`");
                }
                Path::Answer(id) => self.answer(id, place, span, findings),
                Path::Asset(name) => self.asset(name, place, span, findings),
                Path::Each | Path::Env(_) => {}
            }
        }
    }

    fn param(
        &mut self,
        name: &str,
        span: &Range<usize>,
        findings: &mut Findings,
    ) -> Option<&Param> {
        self.used.insert(name.to_owned());
        let found = self.head.params.iter().find(|param| param.name == name);
        // What is wrong with one that could not be read has been said.
        if found.is_none() && !self.head.declared.iter().any(|declared| declared == name) {
            findings
                .error(Code::UnknownPath, span.clone(), format!("there is no parameter `{name}`"))
                .suggest(name, self.head.declared.iter().map(String::as_str));
        }
        found
    }

    /// True when it is a list.
    fn estate(
        &self,
        key: &str,
        place: Place,
        span: &Range<usize>,
        findings: &mut Findings,
    ) -> bool {
        // Every environment has the same keys, of the same kinds: the estate saw to that.
        let Some(environment) = self.estate.environments.first() else { return false };
        let Some(item) = environment.inventory.get(key) else {
            let message = format!("the estate has no `{key}` in its inventory");
            findings
                .error(Code::UnknownPath, span.clone(), message)
                .suggest(key, environment.inventory.keys().map(String::as_str));
            return false;
        };
        let is_list = matches!(item, Item::Many(_));
        if is_list && matches!(place, Place::Words | Place::Question) {
            let message = format!("`{key}` is a list, and one text is wanted here");
            findings
                .error(Code::ListPath, span.clone(), message)
                .help("write the words out: a list can stand in `on`, `to` and `is`");
        }
        is_list
    }

    fn asset(&self, name: &str, place: Place, span: &Range<usize>, findings: &mut Findings) {
        if place != Place::Value {
            findings
                .error(Code::MisplacedPath, span.clone(), "the text of a file cannot stand here")
                .help("it can stand in `to`, `with` and `is`");
        } else if !self.estate.assets.contains_key(name) {
            let message = format!("the estate has no file `{name}` in its folder `assets`");
            findings
                .error(Code::UnknownPath, span.clone(), message)
                .suggest(name, self.estate.assets.keys().map(String::as_str));
        }
    }

    fn answer(&self, id: &str, place: Place, span: &Range<usize>, findings: &mut Findings) {
        if matches!(place, Place::Words | Place::On) {
            findings.error(Code::MisplacedPath, span.clone(), "an answer cannot stand here").help(
                "what a run acts on is known before it begins: make it a parameter; an \
                    answer can stand in `to`, `is` and `ask`",
            );
            return;
        }
        let steps = &self.head.steps;
        let Some(position) = steps.iter().position(|step| step.id == id) else {
            if !self.head.is_whole {
                return;
            }
            findings
                .error(Code::UnknownPath, span.clone(), format!("there is no step `{id}`"))
                .suggest(id, steps.iter().map(|step| step.id.as_str()));
            return;
        };
        if !matches!(steps[position].verb, Verb::Ask(_)) {
            findings
                .error(Code::NoAnswerYet, span.clone(), format!("the step `{id}` asks nothing"))
                .help("only a step with `ask` has an answer");
        } else if position >= self.now {
            findings
                .error(Code::NoAnswerYet, span.clone(), format!("`{id}` is asked only later"))
                .help("move the question before this step");
        } else if let Some((param, _)) = &steps[position].when
            && steps[self.now].when.as_ref().is_none_or(|(own, _)| own != param)
        {
            let message = format!(
                "when the parameter `{param}` is false, `{id}` is left out, and this step cannot be \
                 reached without its answer"
            );
            findings
                .error(Code::Unreachable, span.clone(), message)
                .help(format!("give this step `when = \"${{params.{param}}}\"` too"));
        }
    }
}
