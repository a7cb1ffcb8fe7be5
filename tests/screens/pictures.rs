//! Pictures of the console for the documents, drawn from its own buffer.

use std::fmt::Write as _;
use std::path::Path;

use muster::tui::Colour;
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use crate::looks::SCREENS;
use crate::render::Stage;

const PICTURES: [(&str, &str); 4] =
    [("home", "home"), ("plan", "plan"), ("run", "run-working"), ("confirm", "confirm-type")];

/// Size of a cell, in pixels of the picture.
const CELL: (usize, usize) = (9, 19);
const INK: &str = "#d8dee9";
const PAPER: &str = "#12161c";

fn hex(color: Color, reset: &str) -> String {
    match color {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => reset.to_owned(),
    }
}

fn colours(cell: &Cell) -> (String, String) {
    let (ink, paper) = (hex(cell.fg, INK), hex(cell.bg, PAPER));
    if cell.modifier.contains(Modifier::REVERSED) { (paper, ink) } else { (ink, paper) }
}

fn svg(stage: &Stage) -> String {
    let buffer = stage.buffer();
    let (columns, rows) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 16, rows * CELL.1 + 16);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, Menlo, Consolas, monospace\" \
         font-size=\"15\">\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{PAPER}\"/>\n"
    );
    for (y, row) in buffer.content().chunks(columns).enumerate() {
        let mut from = 0;
        for x in 1..=columns {
            let same = x < columns
                && colours(&row[x]) == colours(&row[from])
                && row[x].modifier == row[from].modifier;
            if !same {
                piece(&mut svg, &row[from..x], from, y);
                from = x;
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn piece(svg: &mut String, cells: &[Cell], x: usize, y: usize) {
    let (ink, paper) = colours(&cells[0]);
    let text: String = cells.iter().map(Cell::symbol).collect();
    let (left, top, width) = (8 + x * CELL.0, 8 + y * CELL.1, cells.len() * CELL.0);
    if paper != PAPER {
        let _ = writeln!(
            svg,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{}\" fill=\"{paper}\"/>",
            CELL.1
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let text = text.trim_end().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let length = text_length(cells);
    let bold =
        if cells[0].modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"{}\" fill=\"{ink}\"{bold} textLength=\"{length}\" \
         lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{text}</text>",
        top + 14
    );
}

fn text_length(cells: &[Cell]) -> usize {
    let blank = cells.iter().rev().take_while(|cell| cell.symbol() == " ").count();
    (cells.len() - blank) * CELL.0
}

#[expect(clippy::disallowed_methods, reason = "a switch of the test itself")]
#[test]
fn the_pictures_are_of_this_console() {
    let update = std::env::var_os("UPDATE").is_some();
    for (picture, screen) in PICTURES {
        let (_, reach) = SCREENS.iter().find(|(name, _)| *name == screen).unwrap();
        let drawn = svg(&reach(Colour::Full, 112, 30));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/{picture}.svg"));
        if update {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &drawn).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == drawn, "assets/{picture}.svg is out of date: run with UPDATE=1");
    }
}
