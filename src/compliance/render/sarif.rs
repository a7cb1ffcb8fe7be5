//! The report as SARIF 2.1.0, for code scanning: a rule for each check, a result for each line.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::compliance::{Checked, Entry, Outcome, Report};
use crate::engine::Mode;

/// The report as SARIF.
pub fn sarif(report: &Report) -> Value {
    let scan = &report.scan;
    let rules: Vec<_> = report.entries.iter().map(rule).collect();
    let results: Vec<_> = report.lines().map(|(line, entry)| result(report, line, entry)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "muster",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "automationDetails": {
                "id": format!("{}/{}/{}/", scan.profile, scan.estate, scan.environment),
            },
            "invocations": [{
                "executionSuccessful": true,
                "startTimeUtc": format!("{:.3}", scan.began),
            }],
            "results": results,
            "properties": {
                "score": scan.score,
                "profile": scan.profile,
                "profileVersion": report.version,
                "profileSha256": scan.sha256,
                "estate": scan.estate,
                "environment": scan.environment,
                "account": scan.place.account,
                "region": scan.place.region,
                "practice": scan.mode == Mode::Practice,
            },
        }],
    })
}

fn rule(entry: &Entry) -> Value {
    let mut rule = json!({
        "id": entry.id,
        "shortDescription": { "text": entry.title },
        "fullDescription": { "text": entry.why },
        "properties": { "settings": entry.settings },
    });
    if let Some(link) = &entry.link {
        rule["helpUri"] = link.as_str().into();
    }
    rule
}

fn result(report: &Report, checked: &Checked, entry: Option<&Entry>) -> Value {
    let (kind, level) = match &checked.outcome {
        Outcome::Pass {} | Outcome::Manual { evidence: Some(_), .. } => ("pass", "none"),
        Outcome::Fail { .. } => ("fail", "error"),
        Outcome::Manual { evidence: None, .. } => ("review", "none"),
        Outcome::NotApplicable { .. } => ("notApplicable", "none"),
        Outcome::CouldNotCheck { .. } => ("open", "none"),
    };
    let title = entry.map_or(checked.id.as_str(), |entry| entry.title.as_str());
    let detail = match checked.detail() {
        detail if detail.is_empty() => checked.outcome.title().to_owned(),
        detail => detail,
    };
    let mut text = format!("{title}, {}: {detail}", checked.target);
    let remedy = entry.and_then(|entry| entry.remedy(&checked.target));
    if let Some(remedy) = remedy.filter(|_| !checked.outcome.is_met()) {
        text += &format!(". Remedy: {}", remedy.in_words());
    }
    let index = report.entries.iter().position(|entry| entry.id == checked.id);
    let scan = &report.scan;
    let mut result = json!({
        "ruleId": checked.id,
        "kind": kind,
        "level": level,
        "message": { "text": text },
        "locations": [{
            "logicalLocations": [{
                "name": checked.target,
                "fullyQualifiedName": format!("{}/{}", scan.place, checked.target),
                "kind": "resource",
            }],
        }],
        // The same line is the same in every scan, whatever was found.
        "partialFingerprints": { "line/v1": fingerprint(report, checked) },
    });
    if let Some(index) = index {
        result["ruleIndex"] = index.into();
    }
    result
}

fn fingerprint(report: &Report, checked: &Checked) -> String {
    let scan = &report.scan;
    let text = format!("{}\0{}\0{}\0{}", scan.profile, scan.place, checked.id, checked.target);
    hex::encode(Sha256::digest(text))
}
