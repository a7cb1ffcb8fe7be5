//! Simulated CreateTable and DeleteTable.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloud::dynamodb::{KeyPart, KeyRole, Projection, Reply, TableSpec, TableStatus, Units};
use crate::cloud::{CallError, Ending};

use super::super::moment::{Carried, refused, wrote};
use super::table::{Index, Sse, Table, key_arn};
use super::{Moment, Tables, absent, in_use, invalid, later, tags, update};

/// How long a table is DELETING, in milliseconds.
const DELETING: i64 = 5_000;
/// The most global secondary indexes, and the most local ones.
const MOST_INDEXES: (usize, usize) = (20, 5);

impl Tables {
    pub(super) fn create(&mut self, name: &str, spec: &TableSpec, at: &Moment) -> Carried<Reply> {
        check(spec, at)?;
        if self.shelf.truth(name).is_some() {
            let message = format!("Table already exists: {name}");
            return refused(Ending::Exists, "ResourceInUseException", message);
        }
        let index = |index: &crate::cloud::dynamodb::GlobalIndexSpec| {
            let made = Index {
                keys: index.keys.clone(),
                projection: sorted(&index.projection),
                capacity: index.capacity,
                updating_until: at.now,
                decreases: Vec::new(),
            };
            (index.name.clone(), made)
        };
        let mut local_indexes = spec.local_indexes.clone();
        local_indexes.sort_by(|a, b| a.name.cmp(&b.name));
        for index in &mut local_indexes {
            index.projection = sorted(&index.projection);
        }
        let key = key_arn(&spec.encryption, &at.place);
        let table = Table {
            attributes: Table::sorted(&spec.attributes),
            keys: spec.keys.clone(),
            global_indexes: spec.global_indexes.iter().map(index).collect(),
            local_indexes,
            capacity: spec.capacity,
            encryption: Sse { key, former: None, changing_until: at.now },
            class: spec.class,
            deletion_protection: spec.deletion_protection,
            stream: spec.stream,
            stream_label: spec.stream.map(|_| at.now),
            tags: spec.tags.clone(),
            ..Table::plain(name, "", Vec::new(), at)
        };
        let table = table.created_at(at.now);
        let reply = Reply::Table(Box::new(table.describe(name, at)));
        self.shelf.set(name, Some(table), at.now, at.visible);
        wrote(reply, true)
    }

    pub(super) fn delete(&mut self, name: &str, at: &Moment) -> Carried<Reply> {
        let Some(table) = self.shelf.truth(name) else { return absent(name) };
        match table.status(at.now) {
            TableStatus::Creating => return in_use(name, "created"),
            TableStatus::Updating => return in_use(name, "updated"),
            TableStatus::Deleting => return in_use(name, "deleted"),
            TableStatus::Active
            | TableStatus::InaccessibleEncryptionCredentials
            | TableStatus::Archiving
            | TableStatus::Archived => {}
        }
        if table.encryption.is_changing(at.now) {
            return in_use(name, "updated");
        }
        if table.deletion_protection {
            return invalid(
                "Resource cannot be deleted as it is currently protected against deletion. \
                 Disable deletion protection first.",
            );
        }
        let new = Table { gone_from: Some(later(at.now, DELETING)), ..table.clone() };
        let reply = Reply::Table(Box::new(new.describe(name, at)));
        self.shelf.set(name, Some(new), at.now, at.visible);
        wrote(reply, true)
    }
}

fn sorted(projection: &Projection) -> Projection {
    match projection {
        Projection::KeysOnly => Projection::KeysOnly,
        Projection::All => Projection::All,
        Projection::Include(names) => {
            let mut names = names.clone();
            names.sort_unstable();
            Projection::Include(names)
        }
    }
}

/// What AWS refuses of a table before it looks whether there is one.
fn check(spec: &TableSpec, at: &Moment) -> Result<(), CallError> {
    let (global, local) = (&spec.global_indexes, &spec.local_indexes);
    check_keys(&spec.keys, 1)?;
    let mut names = BTreeSet::new();
    // A global index may have a key of several attributes; a local one shares that of the table.
    for (name, keys, most) in global
        .iter()
        .map(|index| (&index.name, &index.keys, 4))
        .chain(local.iter().map(|index| (&index.name, &index.keys, 1)))
    {
        check_keys(keys, most)?;
        if !names.insert(name) {
            return invalid(format!(
                "One or more parameter values were invalid: Duplicate index name: {name}"
            ));
        }
    }
    if global.len() > MOST_INDEXES.0 || local.len() > MOST_INDEXES.1 {
        return invalid("One or more parameter values were invalid: too many secondary indexes");
    }
    for index in local {
        let hash = |keys: &[KeyPart]| keys.first().map(|key| key.attribute.clone());
        if index.keys.len() != 2 || hash(&index.keys) != hash(&spec.keys) {
            return invalid(format!(
                "One or more parameter values were invalid: Index KeySchema is not that of a \
                 local index, with the hash key of the table and a range key, for index: {}",
                index.name
            ));
        }
    }
    check_attributes(spec)?;
    check_capacity(spec)?;
    update::check_key(&spec.encryption, &at.place)?;
    tags::check(&spec.tags)
}

fn check_keys(keys: &[KeyPart], most: usize) -> Result<(), CallError> {
    if keys.first().is_none_or(|key| key.role != KeyRole::Hash) {
        return invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    }
    let hashes = keys.iter().take_while(|key| key.role == KeyRole::Hash).count();
    let ranges = keys.iter().skip(hashes);
    if hashes > most || ranges.len() > most || !ranges.clone().all(|key| key.role == KeyRole::Range)
    {
        return invalid("Invalid KeySchema: too many KeySchemaElements, or in the wrong order");
    }
    Ok(())
}

/// Every key attribute is defined, and no other is.
fn check_attributes(spec: &TableSpec) -> Result<(), CallError> {
    let of_indexes = spec.global_indexes.iter().flat_map(|index| &index.keys);
    let of_local = spec.local_indexes.iter().flat_map(|index| &index.keys);
    let used: BTreeSet<&str> = spec
        .keys
        .iter()
        .chain(of_indexes)
        .chain(of_local)
        .map(|key| key.attribute.as_str())
        .collect();
    let mut types = BTreeMap::new();
    for attribute in &spec.attributes {
        if types.insert(attribute.name.as_str(), attribute.kind).is_some() {
            return invalid(format!(
                "Cannot have two attributes with the same name: {}",
                attribute.name
            ));
        }
    }
    let defined: BTreeSet<&str> = types.into_keys().collect();
    let list = |names: &BTreeSet<&str>| names.iter().copied().collect::<Vec<_>>().join(", ");
    if !used.is_subset(&defined) {
        return invalid(format!(
            "One or more parameter values were invalid: Some index key attributes are not defined \
             in AttributeDefinitions. Keys: [{}], AttributeDefinitions: [{}]",
            list(&used),
            list(&defined)
        ));
    }
    if used != defined {
        return invalid(format!(
            "One or more parameter values were invalid: Some AttributeDefinitions are not used. \
             AttributeDefinitions: [{}], keys used: [{}]",
            list(&defined),
            list(&used)
        ));
    }
    Ok(())
}

/// Capacity stands everywhere, or on demand nowhere.
fn check_capacity(spec: &TableSpec) -> Result<(), CallError> {
    let indexes = spec.global_indexes.iter().map(|index| (&index.name, index.capacity));
    for (name, capacity) in indexes {
        match (spec.capacity, capacity) {
            (Some(_), None) => {
                return invalid(format!(
                    "One or more parameter values were invalid: ProvisionedThroughput is not \
                     specified for index: {name}"
                ));
            }
            (None, Some(_)) => {
                return invalid(format!(
                    "One or more parameter values were invalid: ProvisionedThroughput should not \
                     be specified for index: {name} when BillingMode is PAY_PER_REQUEST"
                ));
            }
            (Some(_), Some(units)) => check_units(units)?,
            (None, None) => {}
        }
    }
    spec.capacity.map_or(Ok(()), check_units)
}

pub(super) fn check_units(units: Units) -> Result<(), CallError> {
    let Units { read, write } = units;
    for (name, value) in [("readCapacityUnits", read), ("writeCapacityUnits", write)] {
        if value < 1 {
            return invalid(format!(
                "1 validation error detected: Value '{value}' at 'provisionedThroughput.{name}' \
                 failed to satisfy constraint: Member must have value greater than or equal to 1"
            ));
        }
    }
    Ok(())
}
