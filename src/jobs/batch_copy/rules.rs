//! What keeps a job from being begun, and what a person should know before.

use super::value::{Copies, Found};
use crate::cloud::objects::StorageClass;
use crate::cloud::s3::{self, Algorithm};
use crate::cloud::{self, Call, Outcome};
use crate::jobs::copy_bucket::kms_hides_contents;
use crate::jobs::words::listed;
use crate::settings::seen::reply;
use crate::settings::{Breach, Target, Unread};

/// The longest key that S3 takes, in bytes.
const LONGEST_KEY: usize = 1024;
/// The longest prefix of reports: the rest of a key is for the job and its files.
const LONGEST_PREFIX: usize = 512;

/// The storage class of the copies, unless something keeps the job from being begun.
pub(super) fn class(on: &Target, to: &Copies, found: &Found) -> Result<StorageClass, Breach> {
    hindrance(on, to, found).map_or(Ok(()), Err)?;
    let of_all = || {
        let mut classes = found.classes.keys();
        classes.next().filter(|_| classes.next().is_none())
    };
    let Some(class) = to.storage_class.or(of_all().copied()) else {
        let classes = found.classes.iter().map(|(class, count)| {
            let class = serde_json::to_value(class).unwrap_or_default();
            format!("{count} in {}", class.as_str().unwrap_or_default())
        });
        let why = format!(
            "the missing objects are in several storage classes ({}), and a job writes all of its \
             copies into one",
            classes.collect::<Vec<_>>().join(", ")
        );
        let fix = "give `storage_class`, or copy with `s3.copy_bucket`, which keeps that of each";
        return Err(Breach::unfit(why, fix));
    };
    if is_supported(class) {
        return Ok(class);
    }
    let why = "S3 Batch Operations does not copy into this storage class";
    Err(Breach::refuse("C9", why, "give another `storage_class`, such as STANDARD"))
}

const fn is_supported(class: StorageClass) -> bool {
    !matches!(class, StorageClass::ReducedRedundancy | StorageClass::ExpressOnezone)
}

fn hindrance(on: &Target, to: &Copies, found: &Found) -> Option<Breach> {
    let into = &on.name;
    if found.differing.count > 0 {
        let why = format!(
            "{into} has other contents under {}: somebody wrote them, and a job would not ask",
            listed(&found.differing)
        );
        let fix = "find out who wrote them; delete or rename them, then copy again";
        return Some(Breach::refuse("C8", why, fix));
    }
    if found.archived.count > 0 {
        let why = format!("archived objects cannot be copied: {}", listed(&found.archived));
        let fix =
            "restore them for some days (RestoreObject, or Batch Operations), then copy again";
        return Some(Breach::refuse("C9", why, fix));
    }
    if found.large.count > 0 && !to.leave_large {
        let why = format!("a job copies no object of more than 5 GB: {}", listed(&found.large));
        let fix = "set `leave_large = true`, and copy them with `s3.copy_bucket` in the next step";
        return Some(Breach::refuse("C1", why, fix));
    }
    if to.left(found) == 0 && found.unverified.count > 0 {
        let why = format!("nothing shows that these are the same: {}", listed(&found.unverified));
        let fix = "let S3 make checksums of both (Batch Operations, ComputeObjectChecksum), or set \
            `accept_unverified = true`";
        return Some(Breach::refuse("C7", why, fix));
    }
    None
}

/// What is wrong whatever the account holds.
pub(super) fn lint(on: &Target, to: &Copies) -> Vec<Breach> {
    let mut found = Vec::new();
    let mut refuse = |why: &str, fix: &str| found.push(Breach::unfit(why, fix));
    if to.from == on.name {
        refuse("a bucket is not copied into itself", "name another bucket in `from`");
    }
    if to.from.is_empty() {
        refuse("a copy comes from somewhere", "name a bucket in `from`");
    }
    if to.prefix.len() > LONGEST_KEY {
        refuse("no key begins with that: they have 1024 bytes at most", "shorten `prefix`");
    }
    if to.found.is_some() || to.job.is_some() {
        refuse("what is found is read, not given", "leave `found` and `job` out");
    }
    if to.report.bucket == on.name || to.report.bucket == to.from {
        refuse(
            "the list and the report would be among what is compared",
            "name a bucket in `report.bucket` that is neither the source nor the target",
        );
    }
    let prefix = &to.report.prefix;
    if prefix.is_empty() || prefix.ends_with('/') || prefix.starts_with('/') {
        refuse(
            "AWS puts a slash between the prefix of a report and the rest of its key",
            "give `report.prefix` a name without a slash at its ends: `copies`",
        );
    }
    if prefix.len() > LONGEST_PREFIX {
        refuse("with that prefix the keys of a report become too long", "shorten `report.prefix`");
    }
    found.extend(role(on, &to.role));
    found.extend(to.storage_class.filter(|class| !is_supported(*class)).map(|_| {
        let why = "S3 Batch Operations does not copy into this storage class";
        Breach::refuse("C9", why, "give another `storage_class`, such as STANDARD")
    }));
    found
}

/// The role has to be one of this very account: no other can be passed to a service.
fn role(on: &Target, role: &str) -> Option<Breach> {
    let own = format!("arn:{}:iam::{}:role/", on.place.partition(), on.place.account);
    let is_own = role.strip_prefix(&own).is_some_and(|name| !name.is_empty());
    let why = || format!("the role that copies is one of account {}", on.place.account);
    (!is_own).then(|| Breach::unfit(why(), format!("give `role` the ARN of a role: {own}NAME")))
}

/// The reads that [`judge`] needs.
pub(super) fn guard(on: &Target, to: &Copies) -> Vec<Call> {
    let lock =
        |bucket: &str| Call::S3(s3::Call::GetObjectLockConfiguration { bucket: bucket.to_owned() });
    vec![
        Call::S3(s3::Call::HeadBucket { bucket: on.name.clone() }),
        Call::S3(s3::Call::GetBucketEncryption { bucket: on.name.clone() }),
        lock(&on.name),
        lock(&to.from),
        lock(&to.report.bucket),
    ]
}

/// What is wrong in the account as it is.
pub(super) fn judge(on: &Target, to: &Copies, seen: &[Outcome]) -> Vec<Breach> {
    let mut found = Vec::new();
    if let Ok(cloud::Reply::S3(s3::Reply::Bucket { region })) = reply(seen, 0)
        && *region != on.place.region
    {
        let why = format!("the target is in {region}: its jobs are begun there, and nowhere else");
        let fix = format!("run this step in an environment whose Region is {region}");
        found.push(Breach::refuse("C9", why, fix));
    }
    let is_kms = match reply(seen, 1) {
        Ok(cloud::Reply::S3(s3::Reply::Encryption(encryption))) => {
            matches!(encryption.algorithm, Algorithm::Kms | Algorithm::KmsDsse)
        }
        Ok(_) | Err(_) => false,
    };
    if is_kms && !to.accept_unverified {
        found.push(kms_hides_contents());
    }
    if reply(seen, 3).is_ok() {
        found.push(Breach::warn(
            "C3",
            "objects of the source may be held by Object Lock: a job does not take that over, and \
             copies are held by the default of the target, if it has one",
            "hold the copies in a step after this one, with `s3.retain_objects`",
        ));
    }
    match reply(seen, 4) {
        Err(Unread::Absent) => {
            if seen.get(4).is_some_and(is_no_bucket) {
                let why = format!("there is no bucket {} for the report", to.report.bucket);
                found.push(Breach::unfit(why, "make it first, or name another in `report.bucket`"));
            }
        }
        Ok(cloud::Reply::S3(s3::Reply::ObjectLock { default_retention: Some(_) })) => {
            found.push(Breach::warn(
                "S4",
                "the bucket of the report holds whatever is written into it: list and report cannot \
                 be deleted before that ends",
                "name a bucket without a default retention in `report.bucket`",
            ));
        }
        Ok(_) | Err(_) => {}
    }
    found
}

fn is_no_bucket(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(|error| error.code == "NoSuchBucket")
}
