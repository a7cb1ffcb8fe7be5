//! The compliance page: outcomes fill in as they arrive, and each failure leads to its remedy.

use muster::link::Ask;
use muster::tui::Colour;

use crate::fixtures;
use crate::render::Stage;

fn stage() -> Stage {
    Stage::at_home(Colour::None, 100, 30)
}

#[test]
fn a_key_of_the_first_page_begins_a_scan_and_its_outcomes_fill_in() {
    let mut stage = stage();
    stage.keys("F4");
    assert!(stage.asks().contains(&Ask::Scan { profile: None }));
    assert!(stage.text().contains("Asking which checks there are"), "{}", stage.text());
    stage.news(fixtures::scanning());
    assert!(stage.text().contains("0 met, 0 of 11 read"), "{}", stage.text());
    for news in fixtures::checked(5) {
        stage.news(news);
    }
    assert!(stage.text().contains("4 met, 5 of 11 read"), "{}", stage.text());
    stage.news(fixtures::scanned());
    let text = stage.text();
    assert!(text.contains("8 of 10 (80 %), over 10 checks: 1 could not be checked"), "{text}");
}

#[test]
fn tab_goes_to_what_is_not_met_and_enter_to_the_step_that_brings_it_to_pass() {
    let mut stage = stage();
    stage.keys("F4").news(fixtures::scanning()).news(fixtures::scanned());
    stage.keys("Enter");
    assert!(stage.text().contains("there is nothing to remedy on this line"), "{}", stage.text());
    stage.keys("Tab");
    let text = stage.text();
    assert!(text.contains("Stream: sitelogix-reports"), "{text}");
    assert!(text.contains("OFF, wanted NEW_AND_OLD_IMAGES"), "{text}");
    assert!(text.contains("book phase-1-protection, step streams"), "{text}");
    stage.keys("Enter");
    assert!(stage.text().contains("Phase 1"), "{}", stage.text());
    stage.keys("Esc Tab Tab");
    let text = stage.text();
    assert!(text.contains("missing permission cloudtrail:GetTrailStatus"), "{text}");
    stage.keys("Enter");
    assert!(stage.text().contains("there is no book for it"), "{}", stage.text());
    stage.keys("BackTab");
    assert!(stage.text().contains("Stream: sitelogix-vendors"), "{}", stage.text());
}

#[test]
fn a_scan_can_be_made_again_but_not_twice_at_once() {
    let mut stage = stage();
    stage.keys("F4").news(fixtures::scanning()).keys("F5");
    assert!(stage.text().contains("the scan is under way"), "{}", stage.text());
    stage.news(fixtures::scanned()).keys("F5");
    let scans = stage.asks().into_iter().filter(|ask| matches!(ask, Ask::Scan { .. })).count();
    assert_eq!(scans, 2);
}
