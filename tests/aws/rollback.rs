//! Phase 1 and the way back, in an account that nobody here wrote, read before and after by a client
//! that nobody here wrote: nothing of it is left.
//!
//! What was declared irreversible cannot show here. The emulator differs from AWS in this:
//! - It keeps no restorable window. At AWS the old one is gone once recovery is off (D6).
//! - It delivers no logs. At AWS the log bucket fills, and is deleted only once somebody emptied it.
//! - It takes every subscription for confirmed. At AWS one that was not cannot be removed.

use muster::engine::{Rest, rollback};
use serde_json::Value;

use crate::breaks::{counted, told};
use crate::emulator;
use crate::phase_1::{CANCELLED, Operator, SUCCEEDED, ended};
use crate::proxy::{Break, Proxy};
use crate::support::{ACCOUNT, live};
use crate::transport::impatient;
use crate::walk::{Walk, phase_1};

#[test]
fn phase_1_rolled_back_leaves_the_account_as_it_was() {
    let operator = Operator::before_phase_1(emulator::start(ACCOUNT));
    let before = operator.account();
    ended(&operator.walk(), SUCCEEDED);
    operator.is_protected();
    let runs = operator.muster(&["runs", "--json"]);
    let runs: Value = serde_json::from_str(&runs.1).unwrap();
    let run = runs["runs"][0]["id"].as_str().unwrap();

    // What must be typed is named; --yes does not stand for it.
    let way_back = ["rollback", run, "--linear", "--yes"];
    let refused = operator.muster(&way_back);
    ended(&refused, CANCELLED);
    assert!(refused.1.contains("POINT OF NO RETURN"), "{}", refused.1);
    assert!(refused.1.contains("nothing was sent"), "{}", refused.1);
    operator.is_protected();
    let phrases = refused.1.lines().filter_map(|line| line.trim().strip_prefix("--confirm '"));
    let phrases: Vec<_> =
        phrases.map(|rest| rest.trim_end_matches('\'')).flat_map(|p| ["--confirm", p]).collect();
    assert!(phrases.contains(&"500313280221/us-east-1/sitelogix-reports"), "{phrases:?}");

    let words = [&way_back[..], &phrases, &["--second-person", "grace"]].concat();
    ended(&operator.muster(&words), SUCCEEDED);
    assert_eq!(operator.account(), before);
    let runs = operator.muster(&["runs"]);
    assert!(runs.1.contains("rolled back"), "{}", runs.1);
    let again = operator.muster(&words);
    assert_ne!(again.0, Some(SUCCEEDED), "{}", again.1);
    assert_eq!(operator.account(), before);
    ended(&operator.muster(&["journal", "verify"]), SUCCEEDED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_back_survives_a_line_that_breaks_at_every_change() {
    let mut cases = 0;
    for kind in [Break::ResetApplied, Break::ResetRead] {
        let operator = Operator::before_phase_1(emulator::start(ACCOUNT));
        let before = operator.account();
        let mut there = Walk::begin(phase_1());
        there.on(&live(&operator.url())).await;
        assert_eq!(*there.rest(), Rest::Succeeded {}, "{}", there.tail());
        let chosen = kind.clone();
        let proxy = Proxy::before(&operator.url(), move |request, before| {
            (request.is_change() && before == 0).then(|| chosen.clone())
        })
        .await;
        let mut back = Walk::begin(rollback(&there.run).expect("a way back"));
        back.on(&impatient(&proxy.url)).await;
        assert_eq!(*back.rest(), Rest::Succeeded {}, "{kind:?}\n{}", back.tail());
        let struck = counted(&proxy, &kind);
        told(&back, &kind, struck);
        assert_eq!(operator.account(), before, "{kind:?}");
        cases += struck;
    }
    println!("{cases} broken lines on the way back");
    assert!(cases >= 60, "{cases}: the way back has more changes than that");
}
