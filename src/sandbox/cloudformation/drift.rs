//! Drift of a simulated stack: what its tables are, against what its template says.

use crate::cloud::cloudformation::{
    DriftStatus, DriftedResource, PropertyDifference, Reply, StackDrift,
};
use crate::cloud::dynamodb;

use super::super::moment::{Carried, Moment, read};
use super::resources::{self, Services, TABLE};
use super::stack::Stack;

/// Compares only what the template sets (F4).
pub fn detect(stack: &Stack, services: &mut Services<'_>, at: &Moment) -> Carried<Reply> {
    if stack.status.is_busy() {
        return Err(super::unfit(stack));
    }
    let mut found = Vec::new();
    let mut checked = false;
    for (logical, resource) in &stack.resources {
        let Some(physical) = resource.physical.as_deref().filter(|_| resource.kind == TABLE) else {
            continue;
        };
        checked = true;
        let call = dynamodb::Call::DescribeTable { table: physical.to_owned() };
        let table = match services.dynamodb.call(&call, at) {
            Ok(done) => match done.reply {
                dynamodb::Reply::Table(table) => Some(table),
                dynamodb::Reply::Tables { .. }
                | dynamodb::Reply::ContinuousBackups(_)
                | dynamodb::Reply::Tags { .. }
                | dynamodb::Reply::TimeToLive(_)
                | dynamodb::Reply::Counted { .. }
                | dynamodb::Reply::Done { .. } => None,
            },
            Err(_) => None,
        };
        let differences = match &table {
            Some(table) => resources::differences(&resource.properties, table),
            None => Vec::new(),
        };
        if table.is_none() || !differences.is_empty() {
            found.push(drifted(logical, physical, &resource.kind, table.is_none(), differences));
        }
    }
    let status = match (checked, found.is_empty()) {
        (false, _) => DriftStatus::NotChecked,
        (true, true) => DriftStatus::InSync,
        (true, false) => DriftStatus::Drifted,
    };
    read(Reply::Drift(StackDrift { status, resources: found }))
}

fn drifted(
    logical: &str,
    physical: &str,
    kind: &str,
    deleted: bool,
    differences: Vec<PropertyDifference>,
) -> DriftedResource {
    DriftedResource {
        logical: logical.to_owned(),
        physical: Some(physical.to_owned()),
        kind: kind.to_owned(),
        deleted,
        differences,
    }
}
