//! What DescribeTable says, in the words of the vocabulary.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndexDescription,
    IndexStatus as SdkIndexStatus, KeySchemaElement, KeyType, LocalSecondaryIndexDescription,
    OnDemandThroughput, Projection as SdkProjection, ProjectionType,
    ProvisionedThroughputDescription, ScalarAttributeType, SseDescription, SseStatus,
    StreamViewType, TableClass as SdkClass, TableDescription, TableStatus as SdkStatus,
};

use super::super::ending::{needed, unreadable};
use super::second;
use crate::cloud::dynamodb::{
    Attribute, AttributeType, Encryption, EncryptionStatus, GlobalIndex, IndexStatus, KeyPart,
    KeyRole, LocalIndex, OnDemandLimit, Projection, Reply, StreamView, Table, TableClass,
    TableStatus, Units,
};
use crate::cloud::{self, CallError};

pub(super) fn reply(table: Option<&TableDescription>) -> Result<cloud::Reply, CallError> {
    let table = read(needed(table, "Table")?)?;
    Ok(cloud::Reply::DynamoDb(Reply::Table(Box::new(table))))
}

fn read(table: &TableDescription) -> Result<Table, CallError> {
    let name = needed(table.table_name(), "TableName")?.to_owned();
    let stream = table
        .stream_specification()
        .filter(|stream| stream.stream_enabled())
        .map(|stream| needed(stream.stream_view_type(), "StreamViewType").and_then(view))
        .transpose()?;
    let on_demand = table.billing_mode_summary().and_then(|billing| billing.billing_mode())
        == Some(&BillingMode::PayPerRequest);
    let global = table.global_secondary_indexes().iter();
    let mut global_indexes =
        global.map(|of| global_index(of, on_demand)).collect::<Result<Vec<_>, _>>()?;
    global_indexes.sort_by(|a, b| a.name.cmp(&b.name));
    let local = table.local_secondary_indexes().iter();
    let mut local_indexes = local.map(local_index).collect::<Result<Vec<_>, _>>()?;
    local_indexes.sort_by(|a, b| a.name.cmp(&b.name));
    let mut attributes =
        table.attribute_definitions().iter().map(attribute).collect::<Result<Vec<_>, _>>()?;
    attributes.sort_unstable();
    let mut replicas: Vec<_> =
        table.replicas().iter().filter_map(|at| at.region_name()).map(str::to_owned).collect();
    replicas.sort_unstable();
    let vector = table.vector_indexes().iter().filter_map(|index| index.index_name());
    let mut vector_indexes: Vec<_> = vector.map(str::to_owned).collect();
    vector_indexes.sort_unstable();
    Ok(Table {
        arn: needed(table.table_arn(), "TableArn")?.to_owned(),
        id: needed(table.table_id(), "TableId")?.to_owned(),
        status: status(needed(table.table_status(), "TableStatus")?)?,
        created: table.creation_date_time().and_then(second),
        attributes,
        keys: keys(table.key_schema())?,
        global_indexes,
        local_indexes,
        vector_indexes,
        capacity: capacity(table.provisioned_throughput(), on_demand)?,
        on_demand_limit: table.on_demand_throughput().and_then(limit),
        encryption: table.sse_description().map(encryption).transpose()?.flatten(),
        class: class(table.table_class_summary().and_then(|summary| summary.table_class()))?,
        deletion_protection: table.deletion_protection_enabled().unwrap_or(false),
        stream,
        latest_stream: table.latest_stream_arn().map(str::to_owned),
        replicas,
        items_about: table.item_count().and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
        name,
    })
}

fn attribute(of: &AttributeDefinition) -> Result<Attribute, CallError> {
    let kind = match of.attribute_type() {
        ScalarAttributeType::B => AttributeType::B,
        ScalarAttributeType::N => AttributeType::N,
        ScalarAttributeType::S => AttributeType::S,
        other => return Err(unreadable("AttributeType", other.as_str())),
    };
    Ok(Attribute { name: of.attribute_name().to_owned(), kind })
}

fn keys(of: &[KeySchemaElement]) -> Result<Vec<KeyPart>, CallError> {
    let part = |of: &KeySchemaElement| {
        let role = match of.key_type() {
            KeyType::Hash => KeyRole::Hash,
            KeyType::Range => KeyRole::Range,
            other => return Err(unreadable("KeyType", other.as_str())),
        };
        Ok(KeyPart { attribute: of.attribute_name().to_owned(), role })
    };
    of.iter().map(part).collect()
}

fn projection(of: Option<&SdkProjection>) -> Result<Projection, CallError> {
    let of = needed(of, "Projection")?;
    match needed(of.projection_type(), "ProjectionType")? {
        ProjectionType::All => Ok(Projection::All),
        ProjectionType::KeysOnly => Ok(Projection::KeysOnly),
        ProjectionType::Include => {
            let mut names = of.non_key_attributes().to_vec();
            names.sort_unstable();
            Ok(Projection::Include(names))
        }
        other => Err(unreadable("ProjectionType", other.as_str())),
    }
}

fn global_index(
    of: &GlobalSecondaryIndexDescription,
    on_demand: bool,
) -> Result<GlobalIndex, CallError> {
    Ok(GlobalIndex {
        name: needed(of.index_name(), "IndexName")?.to_owned(),
        keys: keys(of.key_schema())?,
        projection: projection(of.projection())?,
        status: match needed(of.index_status(), "IndexStatus")? {
            SdkIndexStatus::Active => IndexStatus::Active,
            SdkIndexStatus::Creating => IndexStatus::Creating,
            SdkIndexStatus::Deleting => IndexStatus::Deleting,
            SdkIndexStatus::Updating => IndexStatus::Updating,
            other => return Err(unreadable("IndexStatus", other.as_str())),
        },
        backfilling: of.backfilling().unwrap_or(false),
        capacity: capacity(of.provisioned_throughput(), on_demand)?,
        on_demand_limit: of.on_demand_throughput().and_then(limit),
    })
}

fn local_index(of: &LocalSecondaryIndexDescription) -> Result<LocalIndex, CallError> {
    Ok(LocalIndex {
        name: needed(of.index_name(), "IndexName")?.to_owned(),
        keys: keys(of.key_schema())?,
        projection: projection(of.projection())?,
    })
}

/// AWS gives zeros for what is on demand.
fn capacity(
    of: Option<&ProvisionedThroughputDescription>,
    on_demand: bool,
) -> Result<Option<Units>, CallError> {
    if on_demand {
        return Ok(None);
    }
    let of = needed(of, "ProvisionedThroughput")?;
    let units = |units: Option<i64>, name| {
        let units = *needed(units.as_ref(), name)?;
        u64::try_from(units).map_err(|_| unreadable(name, &units.to_string()))
    };
    Ok(Some(Units {
        read: units(of.read_capacity_units(), "ReadCapacityUnits")?,
        write: units(of.write_capacity_units(), "WriteCapacityUnits")?,
    }))
}

/// AWS gives -1 for no limit.
fn limit(of: &OnDemandThroughput) -> Option<OnDemandLimit> {
    let units = |units: Option<i64>| units.and_then(|units| u64::try_from(units).ok());
    let limit = OnDemandLimit {
        read: units(of.max_read_request_units()),
        write: units(of.max_write_request_units()),
    };
    (limit.read.is_some() || limit.write.is_some()).then_some(limit)
}

/// None when it is off, whichever of the two ways of saying so an endpoint has.
fn encryption(of: &SseDescription) -> Result<Option<Encryption>, CallError> {
    let status = match needed(of.status(), "SSEDescription.Status")? {
        SseStatus::Disabled => return Ok(None),
        SseStatus::Disabling => EncryptionStatus::Disabling,
        SseStatus::Enabled => EncryptionStatus::Enabled,
        SseStatus::Enabling => EncryptionStatus::Enabling,
        SseStatus::Updating => EncryptionStatus::Updating,
        other => return Err(unreadable("SSEDescription.Status", other.as_str())),
    };
    Ok(Some(Encryption { status, key_arn: of.kms_master_key_arn().map(str::to_owned) }))
}

fn class(of: Option<&SdkClass>) -> Result<TableClass, CallError> {
    match of {
        None | Some(SdkClass::Standard) => Ok(TableClass::Standard),
        Some(SdkClass::StandardInfrequentAccess) => Ok(TableClass::StandardInfrequentAccess),
        Some(other) => Err(unreadable("TableClass", other.as_str())),
    }
}

fn view(view: &StreamViewType) -> Result<StreamView, CallError> {
    match view {
        StreamViewType::KeysOnly => Ok(StreamView::KeysOnly),
        StreamViewType::NewImage => Ok(StreamView::NewImage),
        StreamViewType::OldImage => Ok(StreamView::OldImage),
        StreamViewType::NewAndOldImages => Ok(StreamView::NewAndOldImages),
        other => Err(unreadable("StreamViewType", other.as_str())),
    }
}

fn status(status: &SdkStatus) -> Result<TableStatus, CallError> {
    match status {
        SdkStatus::Creating => Ok(TableStatus::Creating),
        SdkStatus::Updating => Ok(TableStatus::Updating),
        SdkStatus::Deleting => Ok(TableStatus::Deleting),
        SdkStatus::Active => Ok(TableStatus::Active),
        SdkStatus::InaccessibleEncryptionCredentials => {
            Ok(TableStatus::InaccessibleEncryptionCredentials)
        }
        SdkStatus::Archiving => Ok(TableStatus::Archiving),
        SdkStatus::Archived => Ok(TableStatus::Archived),
        other => Err(unreadable("TableStatus", other.as_str())),
    }
}
