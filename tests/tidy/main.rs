//! Keeps the code in the shape that `src/lib.rs` describes.
//!
//! The sources are parsed, not searched: an import counts however it is written. Each rule is a
//! function over files, which the tests call twice: on a file planted to break it, and on all of
//! the project. Change a table here and the architecture document together.

mod arrows;
mod crates;
mod files;
mod read;
mod tests;
mod words;

/// Which module may know which: an arrow that is not here is a wrong one.
///
/// They point one way, from what is shown to what is true, so that everything up to `link` runs
/// without a terminal, a network or a clock. `x/mod.rs` allows only what the root of `x` offers.
const ARROWS: &[(&str, &[&str])] = &[
    // Text from outside becomes displayable, and the place in a file becomes a caret. No notion
    // of anything else here.
    ("text", &[]),
    ("problem", &["text"]),
    // The kind, the sentence and the way out; turned into an exit code by `main`.
    ("error", &["journal", "text"]),
    // What can be asked of AWS. It performs nothing, and knows nobody who does.
    ("cloud", &["text"]),
    // What is one call above, and as many calls as there are objects below.
    ("bulk", &["cloud"]),
    // What the calls mean.
    ("settings", &["cloud", "text"]),
    // Settings that take long: the same table of functions.
    ("jobs", &["settings", "cloud", "text"]),
    ("estate", &["cloud", "settings", "text", "problem"]),
    ("runbook", &["cloud", "settings", "jobs", "estate", "text", "problem"]),
    // The pure core: no console, no journal, neither of the accounts.
    ("engine", &["cloud", "settings", "jobs", "runbook", "estate", "text"]),
    // What should be so, what a scan reads for it, and what follows: the core of a score.
    ("compliance", &["cloud", "settings", "estate", "runbook", "engine", "text", "problem"]),
    ("journal", &["engine", "compliance", "cloud", "runbook", "text"]),
    // Both accounts answer calls, and know nothing of why they are made.
    ("sandbox", &["cloud", "text"]),
    ("aws", &["cloud", "text"]),
    // What a console and the runner say to each other.
    (
        "link",
        &[
            "engine",
            "compliance",
            "error",
            "runbook",
            "estate",
            "settings",
            "cloud",
            "journal",
            "text",
        ],
    ),
    // Three views of a run. None of them can reach AWS, the journal or the runner.
    ("tui", CONSOLE),
    ("linear", CONSOLE),
    ("report", CONSOLE),
    // The shell connects them all. Nothing below knows it.
    (
        "app",
        &[
            "aws",
            "bulk",
            "cloud",
            "engine",
            "error",
            "estate",
            "journal",
            "linear",
            "link",
            "problem",
            "compliance",
            "jobs",
            "report",
            "runbook",
            "sandbox",
            "settings",
            "text",
            "tui",
        ],
    ),
    // Subcommands start the console; its panes are its own.
    (
        "cli",
        &[
            "app",
            "aws",
            "cloud",
            "compliance",
            "engine",
            "error",
            "estate",
            "journal",
            "linear",
            "link",
            "problem",
            "report",
            "runbook",
            "sandbox",
            "jobs",
            "settings",
            "text",
            "tui/mod.rs",
        ],
    ),
    ("main", &["cli", "app", "error"]),
];

/// What a view may know: the words of a run, and how the program ends.
const CONSOLE: &[&str] = &[
    "link",
    "compliance",
    "engine",
    "runbook",
    "estate",
    "jobs",
    "settings",
    "cloud",
    "text",
    "problem",
    "error",
];

/// Where a crate, or a part of the standard library, may be named.
struct Home {
    /// Paths; `*` at the end stands for any ending.
    names: &'static [&'static str],
    /// Beginnings of paths of files.
    at: &'static [&'static str],
    /// Whether the unit tests of any file may name it too.
    tests: bool,
    /// What the rule is for.
    why: &'static str,
}

/// The crates that have one home.
const HOMES: &[Home] = &[
    Home {
        names: &["aws_*"],
        at: &["src/aws/"],
        tests: false,
        why: "one folder names the SDK, so that everything else runs on the simulated account",
    },
    Home {
        names: &["ratatui*", "crossterm", "nucleo_matcher", "tui_*"],
        at: &["src/tui/"],
        tests: false,
        why: "one folder names the terminal, so that every other view is as good",
    },
    Home {
        names: &["clap*"],
        at: &["src/cli/", "src/main.rs"],
        tests: false,
        why: "arguments are read at the door",
    },
    Home {
        names: &["askama"],
        at: &["src/report/"],
        tests: false,
        why: "pages are made in one place, where every text is escaped",
    },
    Home {
        names: &["tokio"],
        at: &["src/app/", "src/aws/", "src/linear/", "src/cli/", "src/main.rs", "src/tui/terminal"],
        // The account behind the calls is asynchronous; its tests need something to wait with.
        tests: true,
        why: "tasks and timers belong to the shell; the core is plain functions",
    },
    Home {
        names: &["std::fs", "tempfile"],
        at: &["src/app/", "src/journal/", "src/cli/"],
        tests: true,
        why: "only the shell and the journal touch files; the core is given text",
    },
    Home {
        names: &[
            "std::env",
            "std::net::Tcp*",
            "std::net::Udp*",
            "std::os",
            "std::process",
            "std::thread",
        ],
        at: &[
            "src/app/",
            "src/aws/",
            "src/cli/",
            "src/error",
            "src/journal/",
            "src/linear/",
            "src/main.rs",
            "src/tui/terminal",
        ],
        tests: true,
        why: "the core knows no process, no thread and no network",
    },
];

/// Lines of a file outside of its unit tests: what one sitting can read.
const LINES: usize = 500;
