//! `muster doctor`: what would hurt later is found before.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Machine, exit};

#[test]
fn a_state_directory_that_nobody_could_attach_to_is_found() {
    let machine = Machine::new();
    machine.run(&["doctor"]).ended(exit::SUCCEEDED).says("runs here can be attached to");
    let long = machine.path(&"deep".repeat(30));
    let ran = machine.run(&["--state-dir", long.to_str().unwrap(), "doctor"]);
    ran.ended(exit::FAILED).says("BAD attach").says("nobody can attach");
    ran.says("a socket may have 100").says("Give a shorter --state-dir").says("muster resume");
}

#[test]
fn what_others_can_reach_is_found() {
    let machine = Machine::new();
    let [link, log] = ["link", "runner.log"].map(|name| machine.state().join(name));
    std::fs::create_dir_all(&link).unwrap();
    std::fs::write(&log, "").unwrap();
    let open = |path, mode| std::fs::set_permissions(path, Permissions::from_mode(mode));
    let (mut cases, ours) = (0, [0o700, 0o600]);
    for (path, own) in [&link, &log].into_iter().zip(ours) {
        for others in [0o040, 0o001, 0o020, 0o004] {
            open(&link, ours[0]).unwrap();
            open(&log, ours[1]).unwrap();
            machine.run(&["doctor"]).ended(exit::SUCCEEDED);
            open(path, own | others).unwrap();
            let ran = machine.run(&["doctor"]);
            ran.ended(exit::FAILED)
                .says("BAD owner")
                .says(&format!("chmod go= {}", path.display()));
            cases += 1;
        }
    }
    println!("{cases} ways to be open to others");
}
