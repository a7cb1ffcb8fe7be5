//! Scans that only count, and the keys at which their pages end.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use aws_smithy_types::Blob;

use crate::aws::ending::unreadable;
use crate::aws::sending::{Sending, answer, sent};
use crate::cloud::dynamodb::{ItemKey, KeyValue, Reply};
use crate::cloud::{self, CallError, Outcome};

/// One page of one segment.
pub(super) async fn page(
    client: &Client,
    sending: &Sending,
    table: String,
    (segment, segments): (u32, u32),
    after: Option<ItemKey>,
) -> Outcome {
    let after = after.map(|key| key.into_iter().map(to_sdk).collect());
    let request = client
        .scan()
        .table_name(table)
        .select(Select::Count)
        .consistent_read(false)
        .segment(segment.cast_signed())
        .total_segments(segments.cast_signed())
        .set_exclusive_start_key(after);
    let output = sent!(sending, request)?;
    let count = output.count();
    let items = u64::try_from(count).map_err(|_| unreadable("Count", &count.to_string()))?;
    let next = output.last_evaluated_key().filter(|key| !key.is_empty()).map(key).transpose()?;
    answer(cloud::Reply::DynamoDb(Reply::Counted { items, next }), &output)
}

fn to_sdk((name, value): (String, KeyValue)) -> (String, AttributeValue) {
    let value = match value {
        KeyValue::S(text) => AttributeValue::S(text),
        KeyValue::N(number) => AttributeValue::N(number),
        KeyValue::B(bytes) => AttributeValue::B(Blob::new(bytes)),
    };
    (name, value)
}

fn key(found: &HashMap<String, AttributeValue>) -> Result<ItemKey, CallError> {
    let part = |(name, value): (&String, &AttributeValue)| {
        let value = if let AttributeValue::S(text) = value {
            KeyValue::S(text.clone())
        } else if let AttributeValue::N(number) = value {
            KeyValue::N(number.clone())
        } else if let AttributeValue::B(bytes) = value {
            KeyValue::B(bytes.as_ref().to_vec())
        } else {
            // Nothing else can be part of a key; what it holds is nobody's business here.
            return Err(unreadable("LastEvaluatedKey", name));
        };
        Ok((name.clone(), value))
    };
    found.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_as_it_went() {
        let there: ItemKey = [
            ("id".to_owned(), KeyValue::S("a".to_owned())),
            ("n".to_owned(), KeyValue::N("1.50".to_owned())),
            ("b".to_owned(), KeyValue::B(vec![0, 255])),
        ]
        .into();
        let sdk: HashMap<_, _> = there.clone().into_iter().map(to_sdk).collect();
        assert_eq!(key(&sdk).unwrap(), there);
        let strange = HashMap::from([("id".to_owned(), AttributeValue::Bool(true))]);
        assert!(key(&strange).is_err());
    }
}
