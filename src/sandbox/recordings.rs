//! What is in the buckets of SiteLogix at the beginning: recordings of building sites and what was
//! said in them, of every kind that a copy has to deal with.

use super::objects::{ObjectSeed, Seeded};
use crate::cloud::objects::{ChecksumAlgorithm, ChecksumKind, StorageClass};

/// A report: id, day, who spoke.
type Report = (&'static str, &'static str, &'static str);

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

/// How many recordings there are besides those of the reports.
const MORE: u32 = 18;

/// Recordings. Those of the reports are small; among the others is a multipart one, one of more
/// than the 5 GB that one request copies, one with tags, one with old versions, one that was
/// deleted, one in another storage class.
pub(super) fn audio(reports: &[Report]) -> Vec<Seeded> {
    let mut all = of_reports(reports, "audio", "m4a");
    all.extend((1..=MORE).map(|n| {
        let key = format!("audio/2026-10-{n:02}/site-{n:02}.m4a");
        Seeded { versions: vec![recording(n)], ..Seeded::text(key, "") }
    }));
    all.push(Seeded {
        versions: vec![ObjectSeed {
            size: Some(6 * GIB),
            part: Some(512 * MIB),
            metadata: [("site".to_owned(), "crane-2".to_owned())].into(),
            tags: [("Retention".to_owned(), "7y".to_owned())].into(),
            ..ObjectSeed::text("a whole day of crane 2")
        }],
        ..Seeded::text("audio/2026-10-20/crane-2-whole-day.wav", "")
    });
    all.push(Seeded {
        versions: vec![ObjectSeed {
            size: Some(37 * MIB),
            part: Some(8 * MIB),
            checksum: Some((ChecksumAlgorithm::Crc64nvme, ChecksumKind::FullObject)),
            ..ObjectSeed::text("the weekly meeting")
        }],
        ..Seeded::text("audio/2026-10-21/meeting.m4a", "")
    });
    let corrected = |text: &str, days_old| ObjectSeed { days_old, ..ObjectSeed::text(text) };
    all.push(Seeded {
        versions: vec![corrected("first take", 40), corrected("second take", 39)],
        ..Seeded::text("audio/2026-10-22/corrected.m4a", "")
    });
    all.push(Seeded {
        versions: vec![corrected("said by mistake", 30)],
        deleted: true,
        ..Seeded::text("audio/2026-10-23/mistake.m4a", "")
    });
    all.push(Seeded::text("trial/hello.m4a", "hello from the site office"));
    all.push(Seeded::text("trial/second.m4a", "and a second one"));
    all
}

/// Transcripts of the reports, and one for each of the other recordings.
pub(super) fn transcripts(reports: &[Report]) -> Vec<Seeded> {
    let mut all = of_reports(reports, "transcripts", "json");
    all.extend((1..=MORE).map(|n| {
        let key = format!("transcripts/2026-10-{n:02}/site-{n:02}.json");
        Seeded::text(key, format!("{{\"site\":{n},\"words\":{}}}", n * 211))
    }));
    all.push(Seeded::text("trial/hello.json", "{\"words\":5}"));
    all
}

fn recording(n: u32) -> ObjectSeed {
    let mut seed = ObjectSeed {
        size: Some(u64::from(n) * 3 * MIB / 2),
        days_old: 50 - n,
        ..ObjectSeed::text(format!("recording {n}"))
    };
    if n.is_multiple_of(5) {
        seed.tags = [("Site".to_owned(), format!("site-{n:02}"))].into();
        seed.metadata = [("speaker".to_owned(), format!("per-{n:02}"))].into();
    }
    if n.is_multiple_of(7) {
        seed.storage_class = Some(StorageClass::StandardIa);
    }
    if n.is_multiple_of(4) {
        seed.checksum = Some((ChecksumAlgorithm::Sha256, ChecksumKind::FullObject));
    }
    seed
}

fn of_reports(reports: &[Report], folder: &str, suffix: &str) -> Vec<Seeded> {
    let object = |(id, day, by): &Report| {
        Seeded::text(format!("{folder}/{day}/{id}.{suffix}"), format!("{id}, spoken by {by}"))
    };
    reports.iter().map(object).collect()
}
