//! What is made from the program's own tables: schemas, completions, the manual page.

use std::path::Path;

use crate::support::{Machine, exit};

#[test]
fn the_schemas_for_editors_are_those_of_the_program() {
    let machine = Machine::with(&[]);
    for name in ["runbook", "estate", "compliance"] {
        let path = format!("assets/{name}.schema.json");
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
        let kept = std::fs::read_to_string(kept).unwrap();
        let made = machine.ok(&["schema", name]);
        assert!(
            kept.trim_end() == made.trim_end(),
            "{path} is not what `muster schema {name}` says"
        );
    }
    assert_eq!(machine.ok(&["schema"]), machine.ok(&["schema", "runbook"]));
}

#[test]
fn shells_get_their_completions() {
    let machine = Machine::with(&[]);
    for (shell, word) in
        [("bash", "complete -F"), ("zsh", "#compdef muster"), ("fish", "complete -c")]
    {
        let script = machine.ok(&["completions", shell]);
        assert!(script.contains(word) && script.contains("phase") || script.contains("resume"));
    }
    machine.run(&["completions", "csh"]).ended(exit::USAGE);
}

#[test]
fn there_is_a_manual_page_and_help_for_every_command() {
    let machine = Machine::with(&[]);
    let page = machine.ok(&["man"]);
    assert!(page.contains(".TH muster 1") && page.contains("SYNOPSIS"), "{page}");
    let help = machine.ok(&["--help"]);
    for code in ["0  it did what was asked", "7  the journal", "75  paused half way"] {
        assert!(help.contains(code), "{help}");
    }
    for command in ["list", "show", "check", "plan", "run", "resume", "runs", "status", "journal"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command} in {help}");
        machine.ok(&[command, "--help"]);
    }
    assert!(machine.ok(&["--version"]).starts_with("muster "));
}
