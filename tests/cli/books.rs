//! What it takes to confirm, over small books: manual steps, what destroys, what is irreversible.

use crate::support::{Effect, Machine, exit};

fn prepared() -> Machine {
    let machine = Machine::harbour();
    machine.ok(&["run", "prepare", "--linear", "--yes"]);
    machine
}

fn last(machine: &Machine, operation: &str) -> usize {
    let is = |effect: &&Effect| effect.change && effect.operation.ends_with(operation);
    machine.effects().iter().filter(is).count()
}

#[test]
fn a_manual_step_wants_its_answer() {
    let machine = Machine::harbour();
    let ran = machine.run(&["run", "ask", "--linear"]);
    ran.ended(exit::CANCELLED).says("asks: How high is the water?");
    ran.says("\n  --answer tell=TEXT\n  --answer tide=TEXT\n  --yes\n");
    let answers = ["--answer", "tide=3 m", "--answer", "tell=Ada"];
    let ran = machine.run(&[&["run", "ask", "--linear"][..], &answers].concat());
    ran.ended(exit::CANCELLED).says("Missing:\n  --yes\n");
    assert_eq!(machine.effects(), []);
    let ran = machine.run(&[&["run", "ask", "--linear", "--yes"][..], &answers].concat());
    ran.ended(exit::SUCCEEDED).says("Tell him that the water was 3 m. Who did?");
    ran.says("was answered: Ada");
}

#[test]
fn in_practice_yes_stands_for_everything() {
    let machine = prepared();
    for book in ["ask", "unprotect", "lock"] {
        machine.run(&["run", book, "--linear", "--yes"]).ended(exit::SUCCEEDED);
    }
    assert_eq!(last(&machine, ":PutObjectLockConfiguration"), 1);
}

#[test]
fn an_answer_is_not_filled_in_itself() {
    let machine = Machine::harbour();
    let words = ["run", "ask", "--linear", "--yes", "--answer", "tide=${env.account}"];
    let ran = machine.run(&words);
    ran.ended(exit::PAUSED).says("Not allowed:");
    assert_eq!(machine.effects(), []);
}

#[test]
fn what_destroys_wants_the_names_of_what_it_destroys() {
    let machine = prepared();
    let before = machine.effects();
    let ran = machine.run(&["run", "unprotect", "--linear"]);
    ran.ended(exit::CANCELLED).says("[DESTROY]").says("2 to destroy");
    ran.says("\n  --confirm 'cranes'\n  --confirm 'ships'\n");
    let ran = machine.run(&["run", "unprotect", "--linear", "--confirm", "cranes"]);
    ran.ended(exit::CANCELLED).says("Missing:\n  --confirm 'ships'\n");
    let ran =
        machine.run(&["run", "unprotect", "--linear", "--confirm", "cranes", "--confirm", "SHIPS"]);
    ran.ended(exit::CANCELLED).says("Missing:\n  --confirm 'ships'\n");
    assert_eq!(machine.effects(), before);
    let both = ["--confirm", "cranes", "--confirm", "ships"];
    let ran = machine.run(&[&["run", "unprotect", "--linear"][..], &both].concat());
    ran.ended(exit::SUCCEEDED).says("verified ships: off");
}

#[test]
fn what_is_irreversible_wants_the_place_and_a_second_person() {
    let machine = prepared();
    let before = machine.effects();
    let phrase = "500313280221/us-east-1/harbour-manifests";
    let run = ["run", "lock", "--linear"];
    let ran = machine.run(&run);
    ran.ended(exit::CANCELLED).says("[IRREVERSIBLE]").says("1 to change irreversibly");
    ran.says(&format!("\n  --confirm '{phrase}'\n  --second-person NAME\n"));
    let ran = machine.run(&[&run[..], &["--confirm", phrase]].concat());
    ran.ended(exit::CANCELLED).says("Missing:\n  --second-person NAME\n");
    let bare = ["--confirm", "harbour-manifests", "--second-person", "Grace"];
    machine.run(&[&run[..], &bare].concat()).ended(exit::CANCELLED).says(phrase);
    assert_eq!(machine.effects(), before);
    let both = ["--confirm", phrase, "--second-person", "Grace"];
    let ran = machine.run(&[&run[..], &both].concat());
    ran.ended(exit::SUCCEEDED).says("was confirmed with Grace");
    assert_eq!(last(&machine, ":PutObjectLockConfiguration"), 1);
}

#[test]
fn whoever_runs_it_is_no_second_person() {
    let machine = prepared();
    let status = machine.json(&["status"]);
    let actor = status["run"]["actor"].as_str().unwrap();
    let operator = actor.split('@').next().unwrap();
    let phrase = "500313280221/us-east-1/harbour-manifests";
    let before = machine.effects();
    let words = ["run", "lock", "--linear", "--confirm", phrase, "--second-person", operator];
    machine.run(&words).ended(exit::PAUSED).says("Not allowed:");
    assert_eq!(machine.effects(), before);
}
