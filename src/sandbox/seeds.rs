//! Worlds to begin with: an estate as it was before any phase, with data in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::Place;

use super::objects::Seeded;
use super::{World, recordings};

/// What an account holds at the beginning.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// Its tables: on demand, with no protection of any kind.
    #[serde(default)]
    pub tables: Vec<TableSeed>,
    /// Its buckets.
    #[serde(default)]
    pub buckets: Vec<BucketSeed>,
}

/// A table at the beginning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSeed {
    /// Its name.
    pub name: String,
    /// The attribute that is its key, a string: `id` when left out.
    #[serde(default = "id")]
    pub key: String,
    /// Its items, each a JSON object.
    #[serde(default)]
    pub items: Vec<Value>,
}

/// A bucket at the beginning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BucketSeed {
    /// Its name.
    pub name: String,
    /// Whether old versions of objects are kept.
    #[serde(default)]
    pub versioned: bool,
    /// Its objects, with their versions.
    #[serde(default)]
    pub objects: Vec<Seeded>,
}

impl Seed {
    /// A world that holds this.
    pub fn world(&self, place: Place, seed: u64, now: Timestamp) -> World {
        let mut world = World::new(place, seed, now);
        for TableSeed { name, key, items } in &self.tables {
            let at = world.moment(now);
            world.dynamodb.place(name, key, items.clone(), &at);
        }
        for BucketSeed { name, versioned, objects } in &self.buckets {
            let at = world.moment(now);
            world.s3.place(name, *versioned, objects, &at);
        }
        world
    }
}

fn id() -> String {
    "id".to_owned()
}

/// An estate with these tables and buckets (name, versioned) and nothing in them that matters: a
/// few items in every table, one object in every bucket.
pub fn from_inventory(
    place: Place,
    tables: &[String],
    buckets: &[(String, bool)],
    seed: u64,
    now: Timestamp,
) -> World {
    let table = |name: &String| TableSeed {
        name: name.clone(),
        key: id(),
        items: (1..=3).map(|n| json!({ "id": format!("{name}-{n}"), "n": n })).collect(),
    };
    let bucket = |(name, versioned): &(String, bool)| BucketSeed {
        name: name.clone(),
        versioned: *versioned,
        objects: vec![Seeded::text("hello.txt", format!("one object of {name}"))],
    };
    let seeded = Seed {
        tables: tables.iter().map(table).collect(),
        buckets: buckets.iter().map(bucket).collect(),
    };
    seeded.world(place, seed, now)
}

/// SiteLogix before any phase: voice reports of building sites, unprotected.
pub fn sitelogix(place: Place, now: Timestamp) -> World {
    let tables = [
        ("sitelogix-reports", "reportId", reports()),
        ("sitelogix-personnel", "personnelId", personnel()),
        ("sitelogix-vendors", "vendorId", vendors()),
        ("sitelogix-constraints", "constraintId", constraints()),
    ];
    let seeded = Seed {
        tables: tables
            .into_iter()
            .map(|(name, key, items)| TableSeed {
                name: name.to_owned(),
                key: key.to_owned(),
                items,
            })
            .collect(),
        buckets: vec![
            BucketSeed {
                name: "sitelogix-audio-files-prod".to_owned(),
                versioned: true,
                objects: recordings::audio(&REPORTS),
            },
            BucketSeed {
                name: "sitelogix-transcripts-prod".to_owned(),
                versioned: false,
                objects: recordings::transcripts(&REPORTS),
            },
        ],
    };
    seeded.world(place, 1, now)
}

/// The reports that tables and buckets agree on: id, day, who spoke.
const REPORTS: [(&str, &str, &str); 4] = [
    ("rep-0001", "2026-11-02", "per-01"),
    ("rep-0002", "2026-11-02", "per-02"),
    ("rep-0003", "2026-11-03", "per-01"),
    ("rep-0004", "2026-11-04", "per-03"),
];

fn reports() -> Vec<Value> {
    REPORTS
        .into_iter()
        .map(|(id, day, by)| {
            json!({ "reportId": id, "date": day, "personnelId": by, "status": "transcribed" })
        })
        .collect()
}

fn personnel() -> Vec<Value> {
    [("per-01", "site manager"), ("per-02", "electrician"), ("per-03", "crane operator")]
        .into_iter()
        .map(|(id, role)| json!({ "personnelId": id, "role": role }))
        .collect()
}

fn vendors() -> Vec<Value> {
    [("ven-01", "concrete"), ("ven-02", "scaffolding")]
        .into_iter()
        .map(|(id, trade)| json!({ "vendorId": id, "trade": trade }))
        .collect()
}

fn constraints() -> Vec<Value> {
    [("con-01", "no crane above 12 m/s wind"), ("con-02", "delivery gate closed on Fridays")]
        .into_iter()
        .map(|(id, text)| json!({ "constraintId": id, "text": text }))
        .collect()
}
