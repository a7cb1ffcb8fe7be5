//! Runs that outlive their consoles, and consoles that come, watch, hang and lie.

use std::time::{Duration, Instant};

use muster::engine::{Command, Event};
use muster::link::{Ask, Hello, News, Seat, Wish};
use serde_json::json;

use crate::link::{Console, Runner};
use crate::support::{Machine, exit, nothing_twice};

const EMAIL: [(&str, &str); 1] = [("alert_email", "oncall@example.com")];

fn pilot() -> Hello {
    Hello::new("ada@desk", Wish::Pilot)
}

#[test]
fn a_console_that_is_cut_off_stops_nothing_and_the_next_one_goes_on() {
    let machine = Machine::new();
    let (runner, mut console) = Runner::starts(&machine, &pilot());
    let welcome = console.welcomed();
    assert_eq!((welcome.process, welcome.seat), (runner.id(), Seat::Pilot));
    let run = console.starts_run("phase-1-protection", &EMAIL);
    console.confirms();
    drop(console);
    // What was confirmed is done, and the next step waits to be confirmed by whoever comes.
    let (mut next, mut welcome) = Console::attaches(&machine, Wish::Pilot);
    // Until the runner has noticed that the first one is gone, it commands.
    while welcome.seat == Seat::Watcher {
        (next, welcome) = Console::attaches(&machine, Wish::Pilot);
    }
    assert_eq!(&welcome.walks, &vec![run.clone()]);
    next.say(&Ask::Open { run: run.clone() });
    let records = next.until(|news| match news {
        News::Opened { records, walked, .. } => Some((records.clone(), *walked)),
        _ => None,
    });
    assert!(records.1, "it is walked");
    let second = |run: &muster::engine::Run| run.current() > Some(0);
    while !next.run.as_ref().is_some_and(second) {
        next.hear().unwrap();
    }
    assert_eq!(machine.effects().len(), 1, "the confirmed step, and nothing else");
    // Another person commands it only after a take-over.
    next.tells(Command::Pause { reason: "mine".into() });
    let refused = next.until(|news| match news {
        News::Refused { refusal, .. } => Some(refusal.to_string()),
        _ => None,
    });
    assert!(refused.contains("ada (ada@desk) commands this run"), "{refused}");
    next.tells(Command::TakeOver { name: "Bob".into() });
    next.happens(|event| matches!(event, Event::TakenOver { name } if name == "Bob"));
    next.tells(Command::Abort { reason: "seen enough".into() });
    next.happens(|event| matches!(event, Event::Rested { .. }));
    drop(next);
    assert_eq!(runner.ends(), Some(exit::SUCCEEDED), "nobody is here and nothing is walked");
    machine.ok(&["journal", "verify"]);
}

#[test]
fn a_second_console_watches_and_is_told_how_to_take_over() {
    let machine = Machine::new();
    let (mut runner, mut first) = Runner::starts(&machine, &pilot());
    first.welcomed();
    let run = first.starts_run("phase-1-protection", &EMAIL);
    let (mut second, welcome) = Console::attaches(&machine, Wish::Pilot);
    assert_eq!((welcome.seat, welcome.pilot.as_deref()), (Seat::Watcher, Some("ada@desk")));
    let (mut watcher, welcome) = Console::attaches(&machine, Wish::Watch);
    assert_eq!(welcome.seat, Seat::Watcher);
    for console in [&mut second, &mut watcher] {
        console.say(&Ask::Open { run: run.clone() });
        console.until(|news| matches!(news, News::Opened { .. }).then_some(()));
        console.tells(Command::Arm {});
    }
    let why = second.denied();
    assert!(why.contains("ada@desk commands") && why.contains("muster runs take-over"), "{why}");
    assert!(watcher.denied().contains("opened to watch"));
    watcher.tells(Command::TakeOver { name: "Mallory".into() });
    assert!(watcher.denied().contains("without --watch"));
    // What happens is told to all.
    first.confirms();
    second.happens(|event| matches!(event, Event::Verified { .. }));
    // Nobody inherits the command: it is taken.
    drop(first);
    assert_eq!(second.seated(Seat::Watcher), None);
    second.tells(Command::Disarm {});
    assert!(second.denied().contains("nobody commands here now"));
    second.tells(Command::TakeOver { name: "Bob".into() });
    assert_eq!(second.seated(Seat::Pilot).as_deref(), Some("bob@desk"));
    assert_eq!(watcher.seated(Seat::Watcher).as_deref(), None);
    assert_eq!(watcher.seated(Seat::Watcher).as_deref(), Some("bob@desk"));
    assert!(runner.is_alive());
}

#[test]
fn a_console_that_never_reads_stops_no_run() {
    let machine = Machine::new();
    let (_runner, mut console) = Runner::starts(&machine, &pilot());
    console.welcomed();
    console.starts_run("phase-1-protection", &EMAIL);
    let (mut deaf, _) = Console::attaches(&machine, Wish::Watch);
    // More than any queue and any buffer of the kernel hold.
    for _ in 0..3000 {
        deaf.say(&Ask::Home {});
    }
    console.confirms();
    console.walks_to_the_end();
    assert_eq!(machine.json(&["runs"])["runs"][0]["state"], "succeeded");
    let mut told = 0;
    while deaf.hear().is_some() {
        told += 1;
    }
    assert!(told < 3000, "it was left behind, not waited for: {told}");
}

#[test]
fn a_console_that_was_left_behind_attaches_again_by_itself() {
    let machine = Machine::new();
    let (_runner, mut console) = Runner::starts(&machine, &pilot());
    console.welcomed();
    let run = console.starts_run("phase-1-protection", &EMAIL);
    let mut watcher = machine.start(&["attach", &run]);
    assert!(watcher.until("WATCHING: ada@desk commands."));
    kill("STOP", watcher.id());
    // More than any queue and any buffer of the kernel hold.
    let text = "x".repeat(2000);
    for _ in 0..1500 {
        console.tells(Command::Note { text: text.clone() });
        console.happens(|event| matches!(event, Event::Noted { .. }));
    }
    kill("CONT", watcher.id());
    assert!(watcher.until("it is attached again"), "it was not left behind, or stayed so");
    console.tells(Command::Abort { reason: "enough".into() });
    watcher.end().ended(exit::CANCELLED);
}

#[test]
fn nonsense_is_refused_and_harms_nobody() {
    let machine = Machine::new();
    let (mut runner, mut console) = Runner::starts(&machine, &pilot());
    console.welcomed();
    console.starts_run("phase-1-protection", &EMAIL);
    let other = json!({ "version": "0.0.1", "actor": "eve@desk", "more": [] }).to_string() + "\n";
    let long = [vec![b'x'; 2 << 20], b"\n".to_vec()].concat();
    let hello = serde_json::to_string(&pilot()).unwrap() + "\n";
    let lines: [(&[u8], &str); 7] = [
        (other.as_bytes(), "this console is 0.0.1"),
        (b"{}\n", "begin with a version"),
        (b"\n", "makes no sense"),
        (b"\xff\xfe\n", "makes no sense"),
        (b"GET / HTTP/1.1\r\n\r\n", "makes no sense"),
        (&long, "longer than"),
        (b"", ""),
    ];
    let mut cases = 0;
    for greeted in [false, true] {
        for (line, why) in &lines {
            let mut bad = Console::knocks(&machine);
            if greeted {
                bad.raw(hello.as_bytes());
                bad.welcomed();
            }
            bad.raw(line);
            cases += 1;
            if line.is_empty() {
                continue;
            }
            let error = bad.until(|news| match news {
                News::Ended { error } => Some(error.what.clone()),
                _ => None,
            });
            assert!(greeted || error.contains(why), "{error}");
            assert_eq!(bad.hear(), None, "it was hung up on");
        }
    }
    println!("{cases} kinds of nonsense");
    assert!(runner.is_alive());
    console.confirms();
    console.happens(|event| matches!(event, Event::Verified { .. }));
}

#[test]
fn only_the_owner_can_reach_the_socket() {
    use std::os::unix::fs::PermissionsExt as _;
    let machine = Machine::new();
    let (_runner, mut console) = Runner::starts(&machine, &pilot());
    console.welcomed();
    console.starts_run("phase-1-protection", &EMAIL);
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(machine.state().join("link")), 0o700);
}

#[test]
fn a_runner_that_waits_for_a_person_works_for_nobody() {
    let machine = Machine::new();
    let (runner, mut console) = Runner::starts(&machine, &pilot());
    console.welcomed();
    console.starts_run("phase-1-protection", &EMAIL);
    console.happens(|event| matches!(event, Event::Planned { .. }));
    // Until everything that was asked for at the start has been told.
    while !console.hears_nothing_for(Duration::from_millis(500)) {}
    let journal = machine.journal();
    let (from, before) = (clock(), runner.ticks());
    assert!(console.hears_nothing_for(Duration::from_secs(4)), "something happened");
    let (worked, passed) = (runner.ticks() - before, clock().duration_since(from));
    assert_eq!(machine.journal(), journal);
    // A tick is a hundredth of a second.
    let most = passed.as_secs_f64() * 100.0 * 0.05;
    println!("{worked} ticks in {passed:?}");
    assert!((worked as f64) <= most, "{worked} ticks in {passed:?}");
}

#[expect(clippy::disallowed_methods, reason = "the program under test lives by the real clock")]
fn clock() -> Instant {
    Instant::now()
}

#[test]
fn a_runner_that_cannot_start_says_so_to_its_console() {
    let machine = Machine::new();
    std::fs::create_dir_all(machine.state()).unwrap();
    std::fs::write(machine.state().join("journal.head"), "{}").unwrap();
    let (runner, mut console) = Runner::starts(&machine, &pilot());
    let error = console.until(|news| match news {
        News::Ended { error } => Some(error.clone()),
        _ => None,
    });
    assert_eq!((error.code.as_ref(), error.exit as i32), ("journal-changed", exit::TAMPERED));
    assert_eq!(runner.ends(), Some(exit::TAMPERED));
    // By hand it is not started at all.
    machine.run(&["runner"]).ended(exit::USAGE).says("started by its console");
}

#[test]
fn a_runner_that_is_told_to_stop_says_so_and_rests() {
    let machine = Machine::new();
    let (runner, mut console) = Runner::starts(&machine, &pilot());
    console.welcomed();
    let run = console.starts_run("phase-1-protection", &EMAIL);
    console.confirms();
    for deaf in ["HUP", "INT", "QUIT"] {
        kill(deaf, runner.id());
    }
    console.happens(|event| matches!(event, Event::Planned { step, .. } if *step > 0));
    kill("TERM", runner.id());
    let error = console.until(|news| match news {
        News::Ended { error } => Some(error.clone()),
        _ => None,
    });
    assert!(error.advice.contains(&format!("muster resume {run}")), "{error:?}");
    assert_eq!(runner.ends(), Some(exit::SUCCEEDED));
    let ran = machine.run(&["attach"]);
    ran.ended(exit::USAGE).says("no runner to attach to").says(&format!("resume {run}"));
    machine.run(&["resume", "--linear", "--yes"]).ended(exit::PAUSED).says("ada@desk");
    nothing_twice(&machine.effects());
}

fn kill(signal: &str, process: u32) {
    let words = format!("kill -{signal} {process}");
    assert!(std::process::Command::new("sh").args(["-c", &words]).status().unwrap().success());
}

#[test]
fn attached_without_a_terminal_it_prints_what_happens() {
    let machine = Machine::new();
    machine.run(&["attach"]).ended(exit::USAGE).says("no runner to attach to");
    let (runner, mut console) = Runner::starts(&machine, &pilot());
    console.welcomed();
    let run = console.starts_run("phase-1-protection", &EMAIL);
    let runs = machine.json(&["runs"]);
    assert_eq!(runs["runs"][0]["walked_by"]["process"], runner.id());
    assert_eq!(runs["runs"][0]["walked_by"]["pilot"], "ada@desk");
    assert_eq!(machine.json(&["status"])["walked_by"]["process"], runner.id());
    machine.run(&["runs"]).ended(exit::SUCCEEDED).says("ada@desk commands");
    let ran = machine.run(&["--env", "dev", "attach"]);
    ran.ended(exit::USAGE).says("serves sitelogix prod, practice").says("--env prod attach");
    let mut watcher = machine.start(&["attach"]);
    assert!(watcher.until("WATCHING: ada@desk commands."));
    console.confirms();
    assert!(watcher.until("verified sitelogix-alerts"));
    console.tells(Command::Abort { reason: "enough".into() });
    watcher.end().ended(exit::CANCELLED);
    drop(console);
    assert_eq!(runner.ends(), Some(exit::SUCCEEDED));
    assert_eq!(machine.json(&["runs"])["runs"][0]["walked_by"], json!(null));
    let ran = machine.run(&["attach", &run]);
    ran.ended(exit::USAGE).says(&format!("muster status {run}"));
}

#[test]
fn a_path_too_long_for_a_socket_stops_no_run() {
    let machine = Machine::new();
    let long = machine.path(&"deep".repeat(30));
    let words = ["--state-dir", long.to_str().unwrap(), "run", "phase-1-protection"];
    let rest = ["-p", "alert_email=oncall@example.com", "--linear", "--yes"];
    let ran = machine.run(&[&words[..], &rest].concat());
    ran.ended(exit::SUCCEEDED).says("nobody can attach").says("a shorter --state-dir");
    let ran = machine.run(&["--state-dir", long.to_str().unwrap(), "attach"]);
    ran.ended(exit::USAGE).says("a socket may have");
}
