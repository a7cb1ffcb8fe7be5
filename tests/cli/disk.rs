//! A disk that is full in the middle of a run.

use crate::support::{Machine, exit, nothing_twice, walk_phase_1};

/// Where a file may grow no more, in blocks of 512 bytes: behind the first record of the run, which
/// holds the whole book, and before its last.
const BLOCKS: [u32; 3] = [150, 200, 260];

#[test]
fn what_does_not_fit_is_printed_and_kept_and_the_run_goes_on_once_there_is_room() {
    for blocks in BLOCKS {
        let machine = Machine::new();
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let ran = machine.run_through(&limited, &walk_phase_1());
        ran.ended(exit::STUCK).says("error[journal-write]").says("File too large");
        ran.says("nothing more was sent").says("is stuck here").says("`muster resume ");
        let mut files = machine.state().read_dir().unwrap().map(|entry| entry.unwrap().path());
        let kept = files.find(|path| path.to_string_lossy().contains("muster-unwritten-"));
        let kept = kept.expect("a copy of what could not be written");
        ran.says(&kept.display().to_string());
        let text = std::fs::read_to_string(&kept).unwrap();
        assert!(text.lines().count() > 0);
        for line in text.lines() {
            assert!(ran.err.lines().any(|printed| printed == line), "{line} is not in {ran}");
        }
        machine.ok(&["journal", "verify"]);
        let before = machine.effects();

        // There is no room yet.
        machine.run_through(&limited, &["resume", "--linear", "--yes"]).ended(exit::STUCK);
        assert_eq!(machine.effects(), before, "something was sent without its intent");

        machine.run(&["resume", "--linear", "--yes"]).ended(exit::SUCCEEDED);
        let effects = machine.effects();
        assert_eq!(effects[..before.len()], before);
        nothing_twice(&effects);
        machine.ok(&["journal", "verify"]);
    }
}
