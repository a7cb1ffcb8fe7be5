//! Looks at what holds every version in a bucket.

use std::sync::Arc;

use futures_util::stream::StreamExt as _;
use jiff::{SignedDuration, Timestamp};

use super::{Inner, listing, strange};
use crate::cloud::bulk::{Names, Retaining, Surveyed, Term};
use crate::cloud::objects::{Call, Lock, Reply, Version};
use crate::cloud::s3::RetentionMode;
use crate::cloud::{self, CallError, Ending};

/// How a version is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// It is only a delete marker.
    Marker,
    /// Its time is over.
    Over,
    /// As long as wanted, or longer.
    Held,
    /// Not long enough: this is what it needs.
    Short(Lock),
}

pub(super) async fn run(inner: &Arc<Inner>, of: &Retaining) -> Result<Surveyed, CallError> {
    let mut surveyed = Surveyed {
        of: of.clone(),
        versions: 0,
        bytes: 0,
        held: 0,
        short: Names::default(),
        over: 0,
        markers: 0,
    };
    // Where Object Lock is off, nothing is held: no version has to be asked for that.
    let locked = inner.holds_objects(&of.bucket).await?;
    let mut holds = listing::versions(inner, &of.bucket, &of.prefix)
        .map(|version| async move {
            let version = version?;
            let hold = inner.hold(of, &version, locked).await?;
            Ok::<_, CallError>((version, hold))
        })
        .buffered(inner.tools.limits.objects);
    while let Some(found) = holds.next().await {
        let (version, hold) = found?;
        if inner.is_stopped() {
            return Err(CallError::new(Ending::NotSent, "Stopped", "it was stopped on the way"));
        }
        if hold == Hold::Marker {
            surveyed.markers += 1;
            continue;
        }
        surveyed.versions += 1;
        surveyed.bytes += version.listed.size;
        match hold {
            Hold::Marker => {}
            Hold::Over => surveyed.over += 1,
            Hold::Held => surveyed.held += 1,
            Hold::Short(_) => surveyed.short.add(&version.listed.key),
        }
    }
    inner.counted(of, surveyed.short.count, 0);
    Ok(surveyed)
}

impl Inner {
    /// How a version is held now, and how it should be.
    pub(super) async fn hold(
        &self,
        of: &Retaining,
        version: &Version,
        locked: bool,
    ) -> Result<Hold, CallError> {
        if version.marker {
            return Ok(Hold::Marker);
        }
        let until = until(of.term, version.listed.modified);
        if until <= (self.tools.clock)() {
            return Ok(Hold::Over);
        }
        let wanted = Lock { mode: of.mode, until };
        if !locked {
            return Ok(Hold::Short(wanted));
        }
        let call = Call::GetObjectRetention {
            bucket: of.bucket.clone(),
            key: version.listed.key.clone(),
            version: Some(version.version.clone()),
        };
        let now = match self.ask(call).await {
            Ok(Reply::Retention(lock)) => Some(lock),
            Ok(other) => return Err(strange(&cloud::Reply::Objects(other))),
            Err(error) if error.code == "NoSuchObjectLockConfiguration" => None,
            Err(error) => return Err(error),
        };
        Ok(judge(now, wanted))
    }
}

/// Whether a version is held as wanted. What is stricter stays so.
fn judge(now: Option<Lock>, wanted: Lock) -> Hold {
    let strict = |mode| mode == RetentionMode::Compliance;
    let Some(now) = now else { return Hold::Short(wanted) };
    let mode = if strict(now.mode) { now.mode } else { wanted.mode };
    if now.mode == mode && now.until >= wanted.until {
        return Hold::Held;
    }
    Hold::Short(Lock { mode, until: now.until.max(wanted.until) })
}

/// The end of a term. Whole seconds, rounded up: S3 keeps no fractions of them, and a term that is
/// a fraction short would never be met.
fn until(term: Term, written: Timestamp) -> Timestamp {
    let days = match term {
        Term::Until(at) => return at,
        Term::Days(days) => i64::from(days),
        Term::Years(years) => i64::from(years) * 365,
    };
    let end = written.checked_add(SignedDuration::from_hours(days * 24)).unwrap_or(Timestamp::MAX);
    let up = i64::from(end.subsec_nanosecond() > 0);
    Timestamp::from_second(end.as_second() + up).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(mode: RetentionMode, until: &str) -> Lock {
        Lock { mode, until: until.parse().unwrap() }
    }

    #[test]
    fn a_retention_is_made_longer_or_stricter_and_never_the_other_way() {
        use RetentionMode::{Compliance, Governance};
        let (early, late) = ("2030-01-01T00:00:00Z", "2033-01-01T00:00:00Z");
        let wanted = lock(Governance, late);
        assert_eq!(judge(None, wanted), Hold::Short(wanted));
        assert_eq!(judge(Some(wanted), wanted), Hold::Held);
        assert_eq!(judge(Some(lock(Governance, early)), wanted), Hold::Short(wanted));
        assert_eq!(judge(Some(lock(Compliance, late)), wanted), Hold::Held);
        let strict = lock(Compliance, late);
        assert_eq!(judge(Some(lock(Compliance, early)), wanted), Hold::Short(strict));
        let later = lock(Governance, "2040-01-01T00:00:00Z");
        let both = lock(Compliance, "2040-01-01T00:00:00Z");
        assert_eq!(judge(Some(later), strict), Hold::Short(both), "the end is kept");
    }

    #[test]
    fn a_term_runs_from_when_it_was_written_in_whole_seconds() {
        let written: Timestamp = "2026-11-20T08:00:00.5Z".parse().unwrap();
        let end = |term| until(term, written).to_string();
        assert_eq!(end(Term::Days(1)), "2026-11-21T08:00:01Z");
        assert_eq!(end(Term::Years(7)), "2033-11-18T08:00:01Z");
    }
}
