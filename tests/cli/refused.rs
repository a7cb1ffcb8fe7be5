//! What is not allowed: it ends under its own code, says what to give, and sends nothing.

use crate::support::{Machine, PHASE_1, exit, walk_phase_1};

#[test]
fn without_a_person_and_without_flags_nothing_is_sent() {
    let machine = Machine::new();
    let run = [&["run"][..], &PHASE_1, &["--linear"]].concat();
    for ran in [machine.run(&run), machine.run_without_input(&run)] {
        ran.ended(exit::CANCELLED).says("Nobody is here to confirm, and nothing was sent.");
        ran.says("\n  --yes\n");
    }
    // Where there is no terminal, plain lines are what is meant.
    machine.run(&run[..run.len() - 1]).ended(exit::CANCELLED).says("--yes");
    assert_eq!(machine.effects(), []);
    assert_eq!(machine.json(&["runs"])["runs"], serde_json::json!([]));
    assert!(!machine.state().join("journal.jsonl").exists());
}

#[test]
fn an_input_that_is_closed_does_not_keep_a_run_from_its_end() {
    let machine = Machine::harbour();
    let ran = machine.run_without_input(&["run", "prepare", "--linear", "--yes"]);
    ran.ended(exit::SUCCEEDED).says("The run succeeded.");
}

#[test]
fn a_parameter_that_is_wrong_is_refused_before_anything_is_asked() {
    let machine = Machine::new();
    for (given, why) in [
        (&[][..], "the parameter `alert_email` is missing"),
        (&["-p", "alert_email=oncall"], "it is no mail address"),
        (&["-p", "alert_email=a@example.com", "-p", "alert_mail=b"], "no parameter `alert_mail`"),
        (&["-p", "alert_email"], "it has the form NAME=VALUE"),
    ] {
        for verb in ["run", "plan"] {
            let ran = machine.run(&[&[verb, "phase-1-protection"], given].concat());
            ran.ended(exit::USAGE).says(why);
            assert_eq!(ran.out, "", "{ran}");
        }
    }
    assert_eq!(machine.effects(), []);
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let machine = Machine::new();
    let ran = machine.run(&["run", "phase-1-protecton", "--yes"]);
    ran.ended(exit::USAGE).says("sitelogix has no book `phase-1-protecton`");
    ran.says("Did you mean `phase-1-protection`?");
    let ran = machine.run(&[&["--env", "stage", "run"][..], &PHASE_1].concat());
    ran.ended(exit::USAGE).says("has no environment `stage`").says("Give --env: prod, dev.");
    let ran = machine.run(&["--estate", "other", "list"]);
    ran.ended(exit::USAGE).says("there is no estate `other`").says("There are: sitelogix.");
    let ran = machine.run(&[&["--region", "eu-west-1", "run"][..], &PHASE_1].concat());
    ran.ended(exit::FAILED).says("error[wrong-region]").says("nothing was sent");
    machine.run(&["frobnicate"]).ended(exit::USAGE).says("unrecognized subcommand");
    assert_eq!(machine.effects(), []);
}

#[test]
fn in_earnest_the_environment_has_to_be_named() {
    let earnest = Machine::with(&[]);
    let ran = earnest.run(&walk_phase_1());
    ran.ended(exit::USAGE).says("the estate sitelogix has several environments");
    ran.says("Give --env: prod, dev.");
    assert!(!earnest.state().exists(), "nothing was begun");
}

#[test]
fn read_only_sends_nothing_and_leaves_no_run_behind() {
    let machine = Machine::new();
    let ran = machine.run(&[&["--read-only"][..], &walk_phase_1()].concat());
    ran.ended(exit::CANCELLED).says("--read-only was given: nothing was sent");
    assert_eq!(machine.effects(), []);
    machine.run(&walk_phase_1()).ended(exit::SUCCEEDED);
    // Once there is nothing to change, there is nothing to forbid.
    let ran = machine.run(&[&["--read-only"][..], &walk_phase_1()].concat());
    ran.ended(exit::SUCCEEDED).says("Nothing was changed.");
}
