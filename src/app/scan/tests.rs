//! A scan of an account that throttles: nothing is lost, nothing is asked twice, and the limits of
//! AWS are nearly used up. The clock is the test's.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::sleep;

use super::*;
use crate::cloud::{Call, CallError, Ending, Outcome as Ended, Pending};
use crate::compliance::Profile;
use crate::problem::Source;
use crate::sandbox::{World, seeds};

/// How long an answer takes.
const LATENCY: Duration = Duration::from_millis(20);

/// An account that takes so many continuous backups a second, and answers the rest at once.
struct Throttling {
    per_second: f64,
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    world: World,
    began: Instant,
    tokens: f64,
    at: f64,
    answered: HashMap<String, u32>,
    throttled: u32,
    under_way: usize,
    most: usize,
}

impl Account for Throttling {
    fn send(&self, call: Call) -> Pending<Ended> {
        let (seen, per_second) = (Arc::clone(&self.seen), self.per_second);
        Box::pin(async move {
            {
                let mut seen = seen.lock().unwrap();
                seen.under_way += 1;
                seen.most = seen.most.max(seen.under_way);
            }
            sleep(LATENCY / 2).await;
            let ended = seen.lock().unwrap().answer(&call, per_second);
            sleep(LATENCY / 2).await;
            seen.lock().unwrap().under_way -= 1;
            ended
        })
    }
}

impl Seen {
    fn answer(&mut self, call: &Call, per_second: f64) -> Ended {
        if call.operation().name == "DescribeContinuousBackups" {
            let now = self.began.elapsed().as_secs_f64();
            self.tokens = (self.tokens + (now - self.at) * per_second).min(per_second);
            self.at = now;
            if self.tokens < 1.0 {
                self.throttled += 1;
                let (code, words) = ("ThrottlingException", "Rate exceeded");
                return Err(CallError::new(Ending::Throttled, code, words));
            }
            self.tokens -= 1.0;
        }
        *self.answered.entry(call.digest()).or_default() += 1;
        self.world.call(call, self.world.clock())
    }
}

fn bound(tables: usize) -> Bound {
    let names: Vec<_> = (0..tables).map(|n| format!("\"table-{n:04}\"")).collect();
    let source = |path: &str, name: &str, text: String| Source {
        path: path.to_owned(),
        name: name.to_owned(),
        text,
    };
    let estate = format!(
        "title = \"x\"\nowner = \"x\"\n[environments.prod]\naccount = \"500313280221\"\n\
         region = \"us-east-1\"\nalias = \"x\"\nprotected = false\n\
         [environments.prod.inventory]\ntables = [{}]\n",
        names.join(", ")
    );
    let (estate, problems) = Estate::load(&source("estate.toml", "x", estate));
    let estate = estate.unwrap_or_else(|| panic!("{problems:?}"));
    let head = "title = \"x\"\nversion = \"1.0.0\"\nsummary = \"x\"\nowner = \"x\"\nreviewed = 2026-11-01\n";
    let check = |id: &str, setting: &str, is: &str| {
        format!(
            "[[check]]\nid = \"{id}\"\ntitle = \"x\"\nwhy = \"x\"\ncheck = \"{setting}\"\n\
             on = \"${{estate.tables}}\"\nis = {is}\n"
        )
    };
    let text = [
        head.to_owned(),
        check("recovery", "dynamodb.table.point_in_time_recovery", "{ enabled = false }"),
        check("protection", "dynamodb.table.deletion_protection", "false"),
        check("stream", "dynamodb.table.stream", "\"OFF\""),
    ];
    let profile = source("compliance.toml", "compliance", text.concat());
    let (profile, problems) = Profile::load(&profile, &estate, &[], &[]);
    let profile = profile.unwrap_or_else(|| panic!("{problems:?}"));
    profile.bind(&estate, &estate.environments[0])
}

/// Scans so many tables. Returns what it took, the seconds, and what the account saw.
async fn scanned(tables: usize, per_second: f64) -> (Tally, f64, Seen) {
    let bound = bound(tables);
    let began = Instant::now();
    let names: Vec<_> = (0..tables).map(|n| format!("table-{n:04}")).collect();
    let start = "2026-11-20T12:00:00Z".parse().unwrap();
    let seen = Seen {
        world: seeds::from_inventory(bound.place.clone(), &names, &[], 7, start),
        began,
        tokens: per_second,
        at: 0.0,
        answered: HashMap::new(),
        throttled: 0,
        under_way: 0,
        most: 0,
    };
    let seen = Arc::new(Mutex::new(seen));
    let account: Arc<dyn Account> = Arc::new(Throttling { per_second, seen: Arc::clone(&seen) });
    let mut outcomes = HashMap::new();
    let tally = drive(&account, &bound, &mut Pacer::default(), |line, checked| {
        assert!(outcomes.insert(line, checked.outcome).is_none(), "line {line} is told twice");
    })
    .await;
    assert_eq!(outcomes.len(), 3 * tables, "a check was lost");
    assert!(outcomes.values().all(|outcome| matches!(outcome, Outcome::Pass {})));
    let seconds = began.elapsed().as_secs_f64();
    drop(account);
    let Ok(seen) = Arc::try_unwrap(seen) else { panic!("a request is still under way") };
    (tally, seconds, seen.into_inner().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_hundred_tables_at_ten_a_second_take_hardly_longer_than_they_must() {
    let (tally, seconds, seen) = scanned(100, 10.0).await;
    // The first ten are free, ninety follow.
    let floor = 9.0;
    assert!((floor..floor * 1.05).contains(&seconds), "{seconds}");
    assert_eq!((seen.throttled, tally.throttled), (0, 0));
    assert_eq!((tally.calls, tally.requests), (200, 200));
    assert!(seen.answered.values().all(|times| *times == 1), "a call was made twice");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_allows_less_than_aws_does_loses_nothing() {
    let (tally, seconds, seen) = scanned(60, 3.0).await;
    assert_eq!(seen.answered.len(), 120);
    assert_eq!(tally.requests, 120 + tally.throttled);
    assert!(tally.throttled > 0 && tally.throttled <= 20, "{tally:?}");
    assert!(seconds < 60.0, "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_limited_does_not_wait_for_what_is_and_stays_under_the_limit_of_sockets() {
    let (_, _, seen) = scanned(500, 1_000.0).await;
    assert!(seen.most <= 128, "{} at once", seen.most);
    assert!(seen.most > 64, "only {} at once", seen.most);
}

/// An account that has no parameters, which takes it a while to say.
struct Bare;

impl Account for Bare {
    fn send(&self, _call: Call) -> Pending<Ended> {
        Box::pin(async {
            sleep(LATENCY).await;
            Err(CallError::new(Ending::Absent, "ParameterNotFound", "there is none"))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn parameters_that_hold_names_are_read_at_once() {
    let library = crate::app::Library::embedded();
    let estate = library.estate(Some("sitelogix")).unwrap();
    let environment = estate.environment("prod").unwrap();
    let profile = library.profile("sitelogix", None).unwrap();
    assert!(profile.pointers(environment).len() > 1, "nothing could wait for anything");
    let account: Arc<dyn Account> = Arc::new(Bare);
    let began = Instant::now();
    let bound = pointers::bind(&account, profile, estate, environment).await;
    assert_eq!(began.elapsed(), LATENCY);
    assert!(bound.blocked.is_empty(), "an entry without a parameter stays as it is");
}
