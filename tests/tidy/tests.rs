//! The project keeps the rules, and each rule notices a file that does not.

use std::path::Path;
use std::process::Command;

use crate::read::{Breach, File};
use crate::{ARROWS, arrows, crates, files, words};

/// Files that `git` knows, or every file where it cannot say.
fn tracked() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output();
    let paths = match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .split_terminator('\0')
            .map(str::to_owned)
            .collect(),
        _ => walk(root, root),
    };
    paths.into_iter().filter_map(|path| load(root, path)).collect()
}

/// Rust files under a folder of the project, tracked or not: a new one has to be right as well.
fn rust(folder: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths = walk(root, &root.join(folder)).into_iter();
    let files: Vec<File> =
        paths.filter(|path| path.ends_with(".rs")).filter_map(|path| load(root, path)).collect();
    assert!(!files.is_empty(), "no Rust file under {folder}: the rules would hold of nothing");
    files
}

fn walk(root: &Path, folder: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    let entries = folder.read_dir().expect("a folder of the project can be listed");
    for entry in entries {
        let path = entry.expect("an entry of a folder can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != ".git" && name != "target" {
                paths.extend(walk(root, &path));
            }
        } else if let Ok(path) = path.strip_prefix(root) {
            paths.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    paths.sort();
    paths
}

/// None for what is no text, and for what was just deleted.
fn load(root: &Path, path: String) -> Option<File> {
    let text = std::fs::read_to_string(root.join(&path)).ok()?;
    Some(File { path, text })
}

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[track_caller]
fn none(breaches: &[Breach]) {
    let lines: Vec<String> = breaches.iter().map(Breach::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

/// Places and rules of what was planted, without the reasons after them.
#[track_caller]
fn found(breaches: &[Breach], wanted: &[&str]) {
    let lines: Vec<String> = breaches.iter().map(Breach::to_string).collect();
    let fits = lines.len() == wanted.len()
        && lines.iter().zip(wanted).all(|(line, wanted)| line.starts_with(wanted));
    assert!(fits, "\nfound  {lines:#?}\nwanted {wanted:#?}\n");
}

#[test]
fn arrows_of_the_project_point_one_way() {
    none(&arrows::check(&rust("src")));
}

#[test]
fn arrows_make_no_circle() {
    let mut settled: Vec<&str> = Vec::new();
    loop {
        let open: Vec<_> = ARROWS.iter().filter(|(module, _)| !settled.contains(module)).collect();
        let is_settled = |to: &&str| settled.contains(&to.trim_end_matches("/mod.rs"));
        let next: Vec<&str> = open
            .iter()
            .filter(|(_, knows)| knows.iter().all(is_settled))
            .map(|(module, _)| *module)
            .collect();
        if next.is_empty() {
            let left: Vec<&str> = open.iter().map(|(module, _)| *module).collect();
            assert!(left.is_empty(), "these know each other in a circle, or nobody: {left:?}");
            return;
        }
        settled.extend(next);
    }
}

#[test]
fn only_the_door_knows_the_shell() {
    let knowing = ARROWS.iter().filter(|(_, knows)| knows.contains(&"app"));
    let knowing: Vec<&str> = knowing.map(|(module, _)| *module).collect();
    assert_eq!(knowing, ["cli", "main"]);
}

/// The other ends of the planted arrows.
fn with_neighbours(planted: File) -> Vec<File> {
    let others = ["app/mod", "cloud/mod", "engine/mod", "tui/mod", "tui/pane", "text"];
    let others = others.iter().map(|name| file(&format!("src/{name}.rs"), "//! Planted."));
    std::iter::once(planted).chain(others).collect()
}

#[test]
fn a_wrong_arrow_is_found_however_it_is_written() {
    let planted = "//! Planted.
use crate::app::Clock;
use crate::{cloud::Call, engine::{Run, self as core}};
use super::super::tui;
fn inline() -> crate::app::Clock { super::super::app::clock() }
fn in_a_macro() { assert!(matches!(1, crate::app::ONE)) }
macro_rules! written { () => { use $crate::app::{Clock}; } }
#[serde(with = \"crate::app::time\")]
struct Quoted;
mod inner { use super::super::super::engine::Run; use super::super::sts; }
pub(in crate::cloud) type Right = crate::text::Line;
";
    let rule =
        |line: usize, to: &str| format!("src/cloud/s3.rs:{line}: `cloud` may not know `{to}`");
    let wanted = [
        rule(2, "app"),
        rule(3, "engine"),
        rule(4, "tui"),
        rule(5, "app"),
        rule(6, "app"),
        rule(7, "app"),
        rule(8, "app"),
        rule(10, "engine"),
    ];
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    found(&arrows::check(&with_neighbours(file("src/cloud/s3.rs", planted))), &wanted);
}

#[test]
fn the_ways_around_an_arrow_are_closed() {
    let whole = "//! Planted.\nuse crate::*;\nuse crate as all;\n";
    found(
        &arrows::check(&with_neighbours(file("src/journal.rs", whole))),
        &[
            "src/journal.rs:2: `journal` names the whole crate",
            "src/journal.rs:3: `journal` names the whole crate",
        ],
    );
    found(
        &arrows::check(&with_neighbours(file("src/lib.rs", "//! Planted.\npub use app::Clock;\n"))),
        &["src/lib.rs:2: `src/lib.rs` imports nothing"],
    );
    found(
        &arrows::check(&with_neighbours(file(
            "src/main.rs",
            "//! Planted.\nuse muster::tui::Screen;",
        ))),
        &["src/main.rs:2: `main` may not know `tui`"],
    );
    found(
        &arrows::check(&with_neighbours(file(
            "src/cli/run.rs",
            "//! Planted.\nuse crate::tui::{pane::Pane, Screen};",
        ))),
        &["src/cli/run.rs:2: `cli` may know only what `tui/mod.rs` offers"],
    );
    found(
        &arrows::check(&with_neighbours(file("src/utils.rs", "//! Planted.\n"))),
        &["src/utils.rs:1: `utils` has no arrows"],
    );
    found(
        &arrows::check(&with_neighbours(file("src/tui/pane.rs", "//! Planted.\nuse crate::Run;"))),
        &["src/tui/pane.rs:2: `crate::Run` is no module"],
    );
}

#[test]
fn crates_of_the_project_stay_at_home() {
    none(&crates::check(&rust("src")));
}

#[test]
fn a_crate_away_from_home_is_found() {
    let planted = "//! Planted.
use aws_sdk_s3::Client;
use {ratatui::Frame, crossterm as terminal};
#[derive(clap::Parser)]
struct Arguments;
#[tokio::main]
async fn wait() { ::tokio::select! { _ = nucleo_matcher::pattern() => {} } }
use std::{fmt, fs, net::{Ipv4Addr, TcpStream}};
use std::thread::{self};
extern crate tempfile;
fn hidden() { assert_eq!(std::fs::read(\"x\"), 1) }
";
    let rule = |line: usize, name: &str| {
        format!("src/engine/run.rs:{line}: `{name}` may be named only in")
    };
    let wanted = [
        rule(2, "aws_*"),
        rule(3, "ratatui*"),
        rule(3, "crossterm"),
        rule(4, "clap*"),
        rule(6, "tokio"),
        rule(7, "tokio"),
        rule(7, "nucleo_matcher"),
        rule(8, "std::fs"),
        rule(8, "std::net::Tcp*"),
        rule(9, "std::thread"),
        rule(10, "tempfile"),
        rule(11, "std::fs"),
    ];
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    found(&crates::check(&[file("src/engine/run.rs", planted)]), &wanted);
}

#[test]
fn unit_tests_may_wait_and_touch_files_but_not_name_the_sdk() {
    let parent = "//! Planted.
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests { use std::fs; #[tokio::test] async fn waits() {} use aws_sdk_s3::Client; }
#[cfg(any(test, feature = \"aws\"))]
mod both { use std::fs; }
";
    let child = "//! Planted.\nuse tempfile::TempDir;\nuse crossterm::event;\n";
    found(
        &crates::check(&[file("src/cloud/mod.rs", parent), file("src/cloud/testing.rs", child)]),
        &[
            "src/cloud/mod.rs:5: `aws_*`",
            "src/cloud/mod.rs:7: `std::fs`",
            "src/cloud/testing.rs:3: `crossterm`",
        ],
    );
}

#[test]
fn every_file_says_what_it_is_for() {
    none(&files::introduced(&rust("src")));
    none(&files::introduced(&rust("tests")));
}

#[test]
fn a_file_that_says_nothing_is_found() {
    let silent = [
        file("src/a.rs", "use std::fmt;\n//! Late.\n"),
        file("src/b.rs", "//!\n"),
        file("src/c.rs", ""),
    ];
    found(
        &files::introduced(&silent),
        &["src/a.rs:1: the first line", "src/b.rs:1: the first line", "src/c.rs:1: the first line"],
    );
}

#[test]
fn files_of_the_project_are_short() {
    none(&files::short(&rust("src")));
}

#[test]
fn a_long_file_is_found_and_its_tests_are_not_counted() {
    let code = |lines: usize| "const A: u8 = 1;\n".repeat(lines);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", code(600));
    found(
        &files::short(&[
            file("src/long.rs", &format!("{}{tests}", code(501))),
            file("src/short.rs", &format!("#[cfg(test)]\nmod helper;\n{}{tests}", code(498))),
            file("src/short/helper.rs", &code(900)),
        ]),
        &["src/long.rs:501: 501 lines without the tests"],
    );
}

#[test]
fn the_architecture_document_names_every_module() {
    none(&files::explained(&rust("src")));
}

#[test]
fn a_module_without_an_explanation_is_found() {
    let root = "//! Maps `engine`, and\n//! ```text\n//! cloud/   calls\n//! text.rs  text\n//! ```\n//! The app is not named, nor is the tui.\n";
    let names = ["lib", "engine/mod", "cloud/mod", "text", "app/mod", "app/link", "tui/mod"];
    let mut planted: Vec<File> =
        names.iter().map(|name| file(&format!("src/{name}.rs"), "//! Planted.")).collect();
    planted[0].text = root.to_owned();
    found(
        &files::explained(&planted),
        &[
            "src/lib.rs:1: the architecture document does not name `app`",
            "src/lib.rs:1: the architecture document does not name `tui`",
        ],
    );
}

#[test]
fn no_file_of_the_project_names_a_machine() {
    let breaches: Vec<Breach> = tracked().iter().flat_map(words::homeless).collect();
    none(&breaches);
}

#[test]
fn a_path_of_a_machine_is_found() {
    // In pieces: this file is looked at as well.
    let planted = [
        ["cd /", "home/ada/muster"].concat(),
        ["open(\"/", "Users/ada\")"].concat(),
        ["log to `/", "root/.cache`"].concat(),
        ["in /", "work"].concat(),
        "https://example.com/home/ada, ${HOME}/work, arn:aws:iam::1:root, /homework, src/root.rs"
            .to_owned(),
    ];
    let rule = |line: usize| format!("a.md:{line}: a path of somebody's machine");
    let wanted = [rule(1), rule(2), rule(3), rule(4)];
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    found(&words::homeless(&file("a.md", &planted.join("\n"))), &wanted);
}

#[test]
fn every_test_is_run_and_none_sleeps() {
    let mut all = rust("src");
    all.extend(rust("tests"));
    let breaches: Vec<Breach> =
        all.iter().flat_map(|file| [words::all_run(file), words::awake(file)].concat()).collect();
    none(&breaches);
}

#[test]
fn a_test_that_is_not_run_is_found() {
    let planted = "//! Planted.\n#[test]\n#[ignore = \"slow\"]\nfn a() {}\n#[cfg_attr(unix, ignore)]\nfn b() {}\n";
    found(
        &words::all_run(&file("tests/a.rs", planted)),
        &["tests/a.rs:3: a test that is not run", "tests/a.rs:5: a test that is not run"],
    );
}

#[test]
fn a_test_that_sleeps_is_found() {
    let planted =
        "//! Planted.\nuse std::thread::{spawn, sleep};\nfn a() { tokio::time::sleep(d); }\n";
    found(
        &words::awake(&file("tests/a.rs", planted)),
        &["tests/a.rs:2: a test that sleeps", "tests/a.rs:3: a test that sleeps"],
    );
    let planted = "//! Planted.\nfn waits() { std::thread::sleep(d); }\n#[cfg(test)]\nmod tests { fn a() { tokio::time::sleep(d); std::thread::sleep(d); } }\n";
    found(&words::awake(&file("src/app/a.rs", planted)), &["src/app/a.rs:4: a test that sleeps"]);
}
