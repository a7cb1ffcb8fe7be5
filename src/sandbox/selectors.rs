//! What CloudTrail refuses as event selectors.
//!
//! Where no message of AWS's own was ever seen, the API reference's words for the exception stand.

use crate::cloud::cloudtrail::{
    AdvancedSelector, EventSelector, FieldOperator, FieldSelector, Selectors,
};
use crate::cloud::{CallError, Ending};

/// Basic selectors that a trail may have (T3).
const BASIC: usize = 5;
/// Data resources of all basic selectors of a trail together (T3).
const DATA_RESOURCES: usize = 250;
/// Values of all conditions of all advanced selectors of a trail together (T3).
const ADVANCED_VALUES: usize = 500;

/// Refuses selectors as CloudTrail does.
pub fn check(selectors: &Selectors) -> Result<(), CallError> {
    match selectors {
        Selectors::Basic(basic) => check_basic(basic),
        Selectors::Advanced(advanced) => check_advanced(advanced),
    }
}

fn check_basic(selectors: &[EventSelector]) -> Result<(), CallError> {
    if !(1..=BASIC).contains(&selectors.len()) {
        return invalid("Specify a valid number of event selectors (1 to 5) for a trail.");
    }
    for selector in selectors {
        if !selector.management_events && selector.data.is_empty() {
            return invalid(
                "Invalid combination of parameters in EventSelectors. When \
                 includeManagementEvents is false, DataResources must not be empty.",
            );
        }
        for data in &selector.data {
            for arn in &data.arns {
                if !fits(&data.kind, arn)? {
                    return invalid(format!("Value {arn} for DataResources.Values is invalid."));
                }
            }
        }
    }
    let values = selectors.iter().flat_map(|selector| &selector.data).map(|data| data.arns.len());
    if values.sum::<usize>() > DATA_RESOURCES {
        return invalid(
            "Specify a valid number of DataResources.Values (0 to 250) for all your selectors",
        );
    }
    Ok(())
}

/// Whether an ARN can stand for resources of a kind. An S3 ARN names all buckets, or one bucket
/// with a slash behind it, or what keys begin with; nothing takes a wildcard (T4).
fn fits(kind: &str, arn: &str) -> Result<bool, CallError> {
    let mut parts = arn.splitn(6, ':');
    let partition = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"));
    let service = parts.next().unwrap_or_default();
    let rest = parts.last().unwrap_or_default();
    let all = arn.split(':').count() == 3;
    let plain = partition && !arn.contains('*');
    Ok(match kind {
        "AWS::S3::Object" => {
            let inside = arn.ends_with(":s3:::")
                || rest.split_once('/').is_some_and(|(bucket, _)| !bucket.is_empty());
            plain && service == "s3" && (all || inside)
        }
        "AWS::Lambda::Function" => {
            plain && service == "lambda" && (all || rest.starts_with("function:"))
        }
        "AWS::DynamoDB::Table" => {
            plain && service == "dynamodb" && (all || rest.starts_with("table/"))
        }
        _ => return invalid(format!("Value {kind} for DataResources.Type is invalid.")),
    })
}

fn check_advanced(selectors: &[AdvancedSelector]) -> Result<(), CallError> {
    if selectors.is_empty() {
        return invalid("Specify a valid number of advanced event selectors for a trail.");
    }
    for selector in selectors {
        if !selector.fields.iter().any(|field| field.field == "eventCategory") {
            return invalid("Specify a valid value for a parameter: eventCategory is missing.");
        }
        if let Some(field) = selector.fields.iter().find(|field| !operators_fit(field)) {
            return invalid(format!(
                "Specify a valid value for a parameter: {} takes only Equals.",
                field.field
            ));
        }
    }
    let fields = selectors.iter().flat_map(|selector| &selector.fields);
    let values = fields.flat_map(|field| &field.conditions).map(|(_, values)| values.len());
    if values.sum::<usize>() > ADVANCED_VALUES {
        return invalid(
            "Specify up to 500 values for all conditions in all advanced event selectors for a \
             trail.",
        );
    }
    Ok(())
}

/// `readOnly`, `eventCategory` and `resources.type` take only `Equals` (T5).
fn operators_fit(field: &FieldSelector) -> bool {
    let strict = ["readOnly", "eventCategory", "resources.type"].contains(&field.field.as_str());
    !strict || field.conditions.iter().all(|(operator, _)| *operator == FieldOperator::Equals)
}

fn invalid<T>(message: impl Into<String>) -> Result<T, CallError> {
    Err(CallError::new(Ending::Refused, "InvalidEventSelectorsException", message))
}
