//! The report for programs; docs/json.md explains every field.

use serde_json::{Value, json};

use crate::compliance::{Checked, Report};

/// The report as JSON.
pub fn json(report: &Report) -> Value {
    let scan = &report.scan;
    let checks: Vec<_> = scan.lines.iter().map(|checked| check(report, checked)).collect();
    json!({
        "version": 1,
        "profile": {
            "name": scan.profile,
            "title": report.title,
            "version": report.version,
            "sha256": scan.sha256,
        },
        "estate": scan.estate,
        "environment": scan.environment,
        "place": scan.place,
        "mode": scan.mode,
        "identity": scan.identity,
        "began": scan.began,
        "calls": scan.calls,
        "requests": scan.requests,
        "throttled": scan.throttled,
        "score": {
            "met": scan.score.met,
            "total": scan.score.total,
            "percent": scan.score.percent(),
            "checks": scan.score.checks,
            "manual": scan.score.manual,
            "could_not_check": scan.score.could_not_check,
            "words": scan.score.in_words(),
        },
        "checks": checks,
        "record": report.record,
        "previous": report.previous,
        "changed": report.changed,
    })
}

fn check(report: &Report, checked: &Checked) -> Value {
    let mut value = serde_json::to_value(checked).unwrap_or_default();
    let entry = report.entry(checked);
    value["met"] = checked.outcome.is_met().into();
    value["detail"] = checked.detail().into();
    value["title"] = entry.map(|entry| entry.title.as_str()).into();
    value["settings"] = entry.map(|entry| entry.settings.clone()).unwrap_or_default().into();
    value["remedy"] = match entry.and_then(|entry| entry.remedy(&checked.target)) {
        Some(remedy) if !checked.outcome.is_met() => json!({
            "book": remedy.book,
            "step": remedy.step,
            "do": remedy.words,
        }),
        Some(_) | None => Value::Null,
    };
    value
}
