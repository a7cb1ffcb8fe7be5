//! `s3.bucket.public_access_block`: the four switches that keep a bucket from the public.

use super::super::seen::{strange, unless};
use super::super::{Breach, Change, Kind, Property, Target, Unread};
use super::call;
use crate::cloud::s3::{Call, PUT_PUBLIC_ACCESS_BLOCK, PublicAccessBlock, Reply};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `s3.bucket.public_access_block`
pub(in crate::settings) struct PublicAccess;

/// AWS's word for a bucket on which none of the switches was ever set.
const NONE_SET: &str = "NoSuchPublicAccessBlockConfiguration";

impl Property for PublicAccess {
    type Value = PublicAccessBlock;

    const ID: &'static str = "s3.bucket.public_access_block";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Public access block";
    const HELP: &'static str = "Four switches that keep the public out, whatever the ACLs and the \
        policy of the bucket say. A bucket on which none was set reads as all off.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html";
    const EXAMPLE: &'static str = "{ block_public_acls = true, ignore_public_acls = true, \
        block_public_policy = true, restrict_public_buckets = true }";
    const WRITES: &'static [&'static Operation] = &[&PUT_PUBLIC_ACCESS_BLOCK];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::GetPublicAccessBlock { bucket: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<PublicAccessBlock, Unread> {
        match unless(seen, 0, &[NONE_SET])? {
            None => Ok(PublicAccessBlock {
                block_public_acls: false,
                ignore_public_acls: false,
                block_public_policy: false,
                restrict_public_buckets: false,
            }),
            Some(cloud::Reply::S3(Reply::PublicAccessBlock(block))) => Ok(*block),
            Some(other) => Err(strange(other)),
        }
    }

    fn write(
        on: &Target,
        _seen: &[Outcome],
        to: &PublicAccessBlock,
    ) -> Result<Vec<cloud::Call>, Breach> {
        Ok(call(Call::PutPublicAccessBlock { bucket: on.name.clone(), block: *to }))
    }

    fn change(from: &PublicAccessBlock, to: &PublicAccessBlock) -> Change {
        let loosened: Vec<&str> = [
            ("block_public_acls", from.block_public_acls, to.block_public_acls),
            ("ignore_public_acls", from.ignore_public_acls, to.ignore_public_acls),
            ("block_public_policy", from.block_public_policy, to.block_public_policy),
            ("restrict_public_buckets", from.restrict_public_buckets, to.restrict_public_buckets),
        ]
        .into_iter()
        .filter_map(|(switch, was_on, stays_on)| (was_on && !stays_on).then_some(switch))
        .collect();
        if loosened.is_empty() {
            return Change::exact();
        }
        let why = format!(
            "Without {} the bucket can be opened to the public; what is read meanwhile stays out.",
            loosened.join(" and ")
        );
        Change::because(Danger::Destroy, why)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{absent, bucket, said};
    use super::*;

    fn block([acls, ignore, policy, restrict]: [bool; 4]) -> PublicAccessBlock {
        PublicAccessBlock {
            block_public_acls: acls,
            ignore_public_acls: ignore,
            block_public_policy: policy,
            restrict_public_buckets: restrict,
        }
    }

    #[test]
    fn reading_and_writing() {
        let on = bucket("logs-bucket");
        let some = block([true, false, true, false]);
        let seen = [said(Reply::PublicAccessBlock(some))];
        assert_eq!(PublicAccess::decode(&on, &seen), Ok(some));
        assert_eq!(PublicAccess::decode(&on, &[absent(NONE_SET)]), Ok(block([false; 4])));
        assert_eq!(PublicAccess::decode(&on, &[absent("NoSuchBucket")]), Err(Unread::Absent));
        let calls = PublicAccess::write(&on, &seen, &some).unwrap();
        assert_eq!(calls, call(Call::PutPublicAccessBlock { bucket: on.name, block: some }));
        assert!(calls.iter().all(|c| PublicAccess::WRITES.contains(&c.operation())));
    }

    #[test]
    fn loosening_any_switch_is_dangerous_and_says_which() {
        let all = block([true; 4]);
        assert_eq!(PublicAccess::change(&block([false; 4]), &all), Change::exact());
        assert_eq!(PublicAccess::change(&all, &all), Change::exact());
        for (off, name) in [
            ([false, true, true, true], "block_public_acls"),
            ([true, false, true, true], "ignore_public_acls"),
            ([true, true, false, true], "block_public_policy"),
            ([true, true, true, false], "restrict_public_buckets"),
        ] {
            let change = PublicAccess::change(&all, &block(off));
            assert_eq!(change.danger, Danger::Destroy);
            assert!(change.why.unwrap().contains(name), "{name}");
        }
        // One more and one less is still one less.
        let (from, to) = (block([true, false, true, true]), block([false, true, true, true]));
        assert_eq!(PublicAccess::change(&from, &to).danger, Danger::Destroy);
    }
}
