//! Changes of a table, and new tables, in the words of the SDK.

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::operation::update_table::builders::UpdateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, GlobalSecondaryIndexUpdate,
    KeySchemaElement, KeyType, LocalSecondaryIndex, Projection as SdkProjection, ProjectionType,
    ProvisionedThroughput, ScalarAttributeType, SseSpecification, SseType, StreamSpecification,
    StreamViewType, TableClass as SdkClass, Tag, UpdateGlobalSecondaryIndexAction,
};

use super::super::ending::{invalid, unbuilt};
use crate::cloud::CallError;
use crate::cloud::dynamodb::{
    Attribute, AttributeType, EncryptionKey, GlobalIndexSpec, KeyPart, KeyRole, LocalIndex,
    Projection, StreamView, TableChange, TableClass, TableSpec, Units,
};

/// The request with its one class of change.
pub(super) fn update(
    request: UpdateTableFluentBuilder,
    change: TableChange,
) -> Result<UpdateTableFluentBuilder, CallError> {
    Ok(match change {
        TableChange::DeletionProtection(on) => request.deletion_protection_enabled(on),
        TableChange::Stream(view) => request.stream_specification(stream(view)?),
        TableChange::Encryption(key) => request.sse_specification(encryption(key)),
        TableChange::Class(of) => request.table_class(class(of)),
        TableChange::OnDemand {} => request.billing_mode(BillingMode::PayPerRequest),
        TableChange::Provisioned { table, indexes } => {
            let mut request = request;
            if let Some(units) = table {
                request = request
                    .billing_mode(BillingMode::Provisioned)
                    .provisioned_throughput(throughput(units)?);
            }
            for (name, units) in indexes {
                let action = UpdateGlobalSecondaryIndexAction::builder()
                    .index_name(name)
                    .provisioned_throughput(throughput(units)?)
                    .build()
                    .map_err(unbuilt)?;
                request = request.global_secondary_index_updates(
                    GlobalSecondaryIndexUpdate::builder().update(action).build(),
                );
            }
            request
        }
    })
}

/// The request with everything that a new table is to be.
pub(super) fn create(
    request: CreateTableFluentBuilder,
    spec: TableSpec,
) -> Result<CreateTableFluentBuilder, CallError> {
    let mut request = request
        .set_attribute_definitions(Some(each(spec.attributes, attribute)?))
        .set_key_schema(Some(each(spec.keys, key)?))
        .table_class(class(spec.class))
        .deletion_protection_enabled(spec.deletion_protection);
    if !spec.global_indexes.is_empty() {
        let indexes = each(spec.global_indexes, global_index)?;
        request = request.set_global_secondary_indexes(Some(indexes));
    }
    if !spec.local_indexes.is_empty() {
        let indexes = each(spec.local_indexes, local_index)?;
        request = request.set_local_secondary_indexes(Some(indexes));
    }
    request = match spec.capacity {
        None => request.billing_mode(BillingMode::PayPerRequest),
        Some(units) => request
            .billing_mode(BillingMode::Provisioned)
            .provisioned_throughput(throughput(units)?),
    };
    if spec.encryption != EncryptionKey::AwsOwned {
        request = request.sse_specification(encryption(spec.encryption));
    }
    if spec.stream.is_some() {
        request = request.stream_specification(stream(spec.stream)?);
    }
    if !spec.tags.is_empty() {
        let tags = spec.tags.into_iter().map(tag).collect::<Result<_, _>>()?;
        request = request.set_tags(Some(tags));
    }
    Ok(request)
}

pub(super) fn tag((key, value): (String, String)) -> Result<Tag, CallError> {
    Tag::builder().key(key).value(value).build().map_err(unbuilt)
}

fn each<T, U>(from: Vec<T>, of: impl Fn(T) -> Result<U, CallError>) -> Result<Vec<U>, CallError> {
    from.into_iter().map(of).collect()
}

fn stream(view: Option<StreamView>) -> Result<StreamSpecification, CallError> {
    StreamSpecification::builder()
        .stream_enabled(view.is_some())
        .set_stream_view_type(view.map(view_type))
        .build()
        .map_err(unbuilt)
}

fn encryption(key: EncryptionKey) -> SseSpecification {
    let spec = SseSpecification::builder();
    match key {
        EncryptionKey::AwsOwned => spec.enabled(false),
        EncryptionKey::AwsManaged => spec.enabled(true).sse_type(SseType::Kms),
        EncryptionKey::Customer(arn) => {
            spec.enabled(true).sse_type(SseType::Kms).kms_master_key_id(arn)
        }
    }
    .build()
}

fn throughput(Units { read, write }: Units) -> Result<ProvisionedThroughput, CallError> {
    let units = |units: u64| {
        i64::try_from(units).map_err(|_| invalid(format!("{units} capacity units are too many")))
    };
    ProvisionedThroughput::builder()
        .read_capacity_units(units(read)?)
        .write_capacity_units(units(write)?)
        .build()
        .map_err(unbuilt)
}

fn attribute(Attribute { name, kind }: Attribute) -> Result<AttributeDefinition, CallError> {
    let kind = match kind {
        AttributeType::B => ScalarAttributeType::B,
        AttributeType::N => ScalarAttributeType::N,
        AttributeType::S => ScalarAttributeType::S,
    };
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(kind)
        .build()
        .map_err(unbuilt)
}

fn key(KeyPart { attribute, role }: KeyPart) -> Result<KeySchemaElement, CallError> {
    let role = match role {
        KeyRole::Hash => KeyType::Hash,
        KeyRole::Range => KeyType::Range,
    };
    KeySchemaElement::builder().attribute_name(attribute).key_type(role).build().map_err(unbuilt)
}

fn projection(of: Projection) -> SdkProjection {
    let built = SdkProjection::builder();
    match of {
        Projection::All => built.projection_type(ProjectionType::All),
        Projection::KeysOnly => built.projection_type(ProjectionType::KeysOnly),
        Projection::Include(names) => {
            built.projection_type(ProjectionType::Include).set_non_key_attributes(Some(names))
        }
    }
    .build()
}

fn global_index(of: GlobalIndexSpec) -> Result<GlobalSecondaryIndex, CallError> {
    GlobalSecondaryIndex::builder()
        .index_name(of.name)
        .set_key_schema(Some(each(of.keys, key)?))
        .projection(projection(of.projection))
        .set_provisioned_throughput(of.capacity.map(throughput).transpose()?)
        .build()
        .map_err(unbuilt)
}

fn local_index(of: LocalIndex) -> Result<LocalSecondaryIndex, CallError> {
    LocalSecondaryIndex::builder()
        .index_name(of.name)
        .set_key_schema(Some(each(of.keys, key)?))
        .projection(projection(of.projection))
        .build()
        .map_err(unbuilt)
}

const fn class(class: TableClass) -> SdkClass {
    match class {
        TableClass::Standard => SdkClass::Standard,
        TableClass::StandardInfrequentAccess => SdkClass::StandardInfrequentAccess,
    }
}

const fn view_type(view: StreamView) -> StreamViewType {
    match view {
        StreamView::KeysOnly => StreamViewType::KeysOnly,
        StreamView::NewImage => StreamViewType::NewImage,
        StreamView::OldImage => StreamViewType::OldImage,
        StreamView::NewAndOldImages => StreamViewType::NewAndOldImages,
    }
}
