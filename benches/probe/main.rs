//! What can only be measured inside the library, or needs its SDK without it. Words choose what.

mod calls;
mod journal;
mod runner;
mod scan;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let verb = words.next().unwrap_or_default();
    let words: Vec<String> = words.collect();
    let ended = match verb.as_str() {
        "append" => journal::append(&words),
        "calls" => calls::calls(&words),
        "grow" => journal::grow(&words),
        "runner" => runner::runner(&words),
        "scan" => scan::scan(&words),
        other => Err(format!("`{other}` is nothing to measure")),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
