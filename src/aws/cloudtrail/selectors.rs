//! What a trail records, between the SDK's words and ours.

use aws_sdk_cloudtrail::types as sdk;

use crate::aws::ending::{beyond, needed, unbuilt, unreadable};
use crate::cloud::CallError;
use crate::cloud::cloudtrail::{
    AdvancedSelector, DataResource, EventSelector, FieldOperator, FieldSelector, ReadWrite,
    Selectors,
};

/// The whole list, of whichever kind the trail has.
pub(super) fn from_sdk(
    basic: &[sdk::EventSelector],
    advanced: &[sdk::AdvancedEventSelector],
) -> Result<Selectors, CallError> {
    if advanced.is_empty() {
        Ok(Selectors::Basic(basic.iter().map(basic_from_sdk).collect::<Result<_, _>>()?))
    } else {
        Ok(Selectors::Advanced(advanced.iter().map(advanced_from_sdk).collect()))
    }
}

fn basic_from_sdk(selector: &sdk::EventSelector) -> Result<EventSelector, CallError> {
    if !selector.exclude_management_event_sources().is_empty() {
        // The list is written back as a whole: what cannot be held would be lost.
        return Err(beyond("ExcludeManagementEventSources of an event selector"));
    }
    let data = selector.data_resources().iter().map(|resource| {
        Ok(DataResource {
            kind: needed(resource.r#type(), "Type")?.to_owned(),
            arns: resource.values().to_vec(),
        })
    });
    Ok(EventSelector {
        read_write: selector.read_write_type().map_or(Ok(ReadWrite::All), read_write_from_sdk)?,
        management_events: selector.include_management_events().unwrap_or(true),
        data: data.collect::<Result<_, CallError>>()?,
    })
}

fn read_write_from_sdk(kind: &sdk::ReadWriteType) -> Result<ReadWrite, CallError> {
    match kind {
        sdk::ReadWriteType::ReadOnly => Ok(ReadWrite::ReadOnly),
        sdk::ReadWriteType::WriteOnly => Ok(ReadWrite::WriteOnly),
        sdk::ReadWriteType::All => Ok(ReadWrite::All),
        other => Err(unreadable("ReadWriteType", other.as_str())),
    }
}

/// A basic selector for the SDK.
pub(super) fn to_sdk(selector: EventSelector) -> sdk::EventSelector {
    let data = selector.data.into_iter().map(|resource| {
        sdk::DataResource::builder().r#type(resource.kind).set_values(Some(resource.arns)).build()
    });
    sdk::EventSelector::builder()
        .read_write_type(match selector.read_write {
            ReadWrite::ReadOnly => sdk::ReadWriteType::ReadOnly,
            ReadWrite::WriteOnly => sdk::ReadWriteType::WriteOnly,
            ReadWrite::All => sdk::ReadWriteType::All,
        })
        .include_management_events(selector.management_events)
        .set_data_resources(Some(data.collect()))
        .build()
}

fn advanced_from_sdk(selector: &sdk::AdvancedEventSelector) -> AdvancedSelector {
    AdvancedSelector {
        name: selector.name().unwrap_or_default().to_owned(),
        fields: selector.field_selectors().iter().map(field_from_sdk).collect(),
    }
}

fn field_from_sdk(field: &sdk::AdvancedFieldSelector) -> FieldSelector {
    let conditions = [
        (FieldOperator::Equals, field.equals()),
        (FieldOperator::StartsWith, field.starts_with()),
        (FieldOperator::EndsWith, field.ends_with()),
        (FieldOperator::NotEquals, field.not_equals()),
        (FieldOperator::NotStartsWith, field.not_starts_with()),
        (FieldOperator::NotEndsWith, field.not_ends_with()),
    ];
    let in_use = conditions.into_iter().filter(|(_, values)| !values.is_empty());
    FieldSelector {
        field: field.field().to_owned(),
        conditions: in_use.map(|(operator, values)| (operator, values.to_vec())).collect(),
    }
}

/// An advanced selector for the SDK.
pub(super) fn advanced_to_sdk(
    selector: AdvancedSelector,
) -> Result<sdk::AdvancedEventSelector, CallError> {
    let fields: Result<Vec<_>, _> = selector.fields.into_iter().map(field_to_sdk).collect();
    sdk::AdvancedEventSelector::builder()
        .set_name((!selector.name.is_empty()).then_some(selector.name))
        .set_field_selectors(Some(fields?))
        .build()
        .map_err(unbuilt)
}

fn field_to_sdk(field: FieldSelector) -> Result<sdk::AdvancedFieldSelector, CallError> {
    let mut builder = sdk::AdvancedFieldSelector::builder().field(field.field);
    for (operator, values) in field.conditions {
        let values = Some(values);
        builder = match operator {
            FieldOperator::Equals => builder.set_equals(values),
            FieldOperator::StartsWith => builder.set_starts_with(values),
            FieldOperator::EndsWith => builder.set_ends_with(values),
            FieldOperator::NotEquals => builder.set_not_equals(values),
            FieldOperator::NotStartsWith => builder.set_not_starts_with(values),
            FieldOperator::NotEndsWith => builder.set_not_ends_with(values),
        };
    }
    builder.build().map_err(unbuilt)
}
