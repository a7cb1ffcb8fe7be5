//! What was measured, as a table that a person reads and a page keeps.

use std::fmt::Write as _;

/// One thing that was measured.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// Muster's figure.
    pub muster: String,
    /// The peer's, with its name.
    pub peer: String,
    /// How they compare, or the figure that the target is about.
    pub figure: String,
    /// What it should be.
    pub target: String,
    /// Whether it is: none where nothing is asked, or nothing could be measured.
    pub met: Option<bool>,
}

/// Which way a figure has to lie.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
}

impl Target {
    fn met(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(least) => figure >= least,
            Self::AtMost(most) => figure <= most,
        }
    }

    fn words(self, unit: &str) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {least}{unit}"),
            Self::AtMost(most) => format!("≤ {most}{unit}"),
        }
    }
}

impl Row {
    /// A figure with a unit, against what it should be.
    pub fn of(
        what: &str,
        muster: String,
        peer: String,
        figure: f64,
        unit: &str,
        target: Target,
    ) -> Self {
        let figure_text = match figure {
            f if f >= 100.0 => format!("{f:.0}{unit}"),
            f if f >= 10.0 => format!("{f:.1}{unit}"),
            f => format!("{f:.2}{unit}"),
        };
        Self {
            what: what.to_owned(),
            muster,
            peer,
            figure: figure_text,
            target: target.words(unit),
            met: Some(target.met(figure)),
        }
    }

    /// What could not be measured, and why.
    pub fn not_measured(what: &str, why: &str) -> Self {
        Self {
            what: what.to_owned(),
            muster: String::new(),
            peer: String::new(),
            figure: format!("not measured: {}", why.lines().next().unwrap_or_default()),
            target: String::new(),
            met: None,
        }
    }
}

/// The rows as Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| measured | Muster | peer | figure | target | |\n|---|---|---|---|---|---|\n",
    );
    for Row { what, muster, peer, figure, target, met } in rows {
        let met = match met {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "",
        };
        let cells = [what, muster, peer, figure, target].map(|cell| cell.replace('|', "\\|"));
        let _ = writeln!(text, "| {} | {met} |", cells.join(" | "));
    }
    text
}

/// The middle of some figures.
pub fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match figures.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => figures[middle],
        _ => f64::midpoint(figures[middle - 1], figures[middle]),
    }
}

/// Milliseconds as people say them.
pub fn time(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms >= 10_000.0 => format!("{:.1} s", ms / 1e3),
        ms if ms >= 1_000.0 => format!("{:.2} s", ms / 1e3),
        ms if ms >= 10.0 => format!("{ms:.0} ms"),
        ms if ms >= 0.1 => format!("{ms:.2} ms"),
        ms => format!("{:.1} µs", ms * 1e3),
    }
}
