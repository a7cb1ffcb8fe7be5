//! The table of settings: properties of resources that can be read and written.
//!
//! Each setting is plain data and pure functions over [`Call`] and [`Reply`](crate::cloud::Reply). Plan, apply, verify,
//! undo, compliance and drift are all made from these few functions, once, for every setting.
//! One file per service.

mod backup;
mod cloudtrail;
mod cloudwatch;
mod dynamodb;
mod presence;
mod property;
pub mod reference;
mod s3;
pub(crate) mod seen;
mod sns;
mod ssm;

use schemars::Schema;
use serde::Serialize;
use serde_json::Value;

use crate::cloud::{Call, Operation, Outcome};
use property::Erased;
pub(crate) use property::Property;
pub use property::{
    Breach, Change, Kind, Progress, ProgressLine, Setback, Severity, Target, Undo, Unread,
};

/// One setting of the table. Its value is JSON that fits its schema.
#[derive(Clone, Copy)]
pub struct Setting {
    /// Its id: `dynamodb.table.point_in_time_recovery`.
    pub id: &'static str,
    /// What kind of resource has it.
    pub kind: Kind,
    /// Its name for people.
    pub title: &'static str,
    /// What it is, with units and limits.
    pub help: &'static str,
    /// Where AWS describes it.
    pub source: &'static str,
    /// A value as it is written in a book.
    pub example: &'static str,
    /// The operations that write it; none when it can only be checked.
    pub writes: &'static [&'static Operation],
    functions: Erased,
}

/// Every setting, in order of id.
pub const TABLE: &[Setting] = &[
    Setting::of::<backup::Plan>(),
    Setting::of::<backup::Selection>(),
    Setting::of::<backup::Existence>(),
    Setting::of::<backup::Lock>(),
    Setting::of::<cloudtrail::DataEvents>(),
    Setting::of::<cloudtrail::Definition>(),
    Setting::of::<cloudtrail::Logging>(),
    Setting::of::<cloudwatch::Definition>(),
    Setting::of::<cloudwatch::State>(),
    Setting::of::<cloudwatch::Test>(),
    Setting::of::<cloudwatch::Dashboard>(),
    Setting::of::<dynamodb::AutoScaling>(),
    Setting::of::<dynamodb::Capacity>(),
    Setting::of::<dynamodb::Class>(),
    Setting::of::<dynamodb::DeletionProtection>(),
    Setting::of::<dynamodb::Encryption>(),
    Setting::of::<dynamodb::PointInTimeRecovery>(),
    Setting::of::<dynamodb::Status>(),
    Setting::of::<dynamodb::Stream>(),
    Setting::of::<dynamodb::Tags>(),
    Setting::of::<dynamodb::TimeToLive>(),
    Setting::of::<s3::AccessLogging>(),
    Setting::of::<s3::DefaultEncryption>(),
    Setting::of::<s3::Existence>(),
    Setting::of::<s3::IntelligentTiering>(),
    Setting::of::<s3::BucketLifecycle>(),
    Setting::of::<s3::LogDelivery>(),
    Setting::of::<s3::ObjectLock>(),
    Setting::of::<s3::PublicAccess>(),
    Setting::of::<s3::BucketReplication>(),
    Setting::of::<s3::BucketTags>(),
    Setting::of::<s3::BucketVersioning>(),
    Setting::of::<sns::Alarms>(),
    Setting::of::<sns::ConfirmedSubscriptions>(),
    Setting::of::<sns::Existence>(),
    Setting::of::<sns::Subscriptions>(),
    Setting::of::<ssm::Parameter>(),
];

/// The setting with this id.
pub fn find(id: &str) -> Option<&'static Setting> {
    TABLE.iter().find(|setting| setting.id == id)
}

impl Setting {
    /// The row of a table for what a file says of a setting or a job.
    pub(crate) const fn of<P: Property>() -> Self {
        Self {
            id: P::ID,
            kind: P::KIND,
            title: P::TITLE,
            help: P::HELP,
            source: P::SOURCE,
            example: P::EXAMPLE,
            writes: P::WRITES,
            functions: Erased::of::<P>(),
        }
    }

    /// The JSON schema of its value.
    pub fn schema(&self) -> Schema {
        (self.functions.schema)()
    }

    /// The value in its one canonical form, or why it is not a value of this setting.
    ///
    /// # Errors
    /// A sentence that says what does not fit, as a fragment: "unknown field `enable`, ...".
    pub fn parse(&self, value: &Value) -> Result<Value, String> {
        (self.functions.parse)(value)
    }

    /// True when it can be written, not only checked.
    pub const fn is_writable(&self) -> bool {
        !self.writes.is_empty()
    }

    /// The calls that read it.
    pub fn read(&self, on: &Target) -> Vec<Call> {
        (self.functions.read)(on)
    }

    /// The calls that read it where a value is wanted: those of [`Setting::read`], but for jobs that
    /// have to know more than their target.
    pub fn read_for(&self, on: &Target, to: &Value) -> Vec<Call> {
        (self.functions.read_for)(on, to)
    }

    /// The value in the endings of [`Setting::read_for`], in the same order.
    ///
    /// # Errors
    /// The resource is absent, AWS would not say, or the answer is not of the expected shape.
    pub fn decode(&self, on: &Target, seen: &[Outcome]) -> Result<Value, Unread> {
        (self.functions.decode)(on, seen)
    }

    /// True when the value read is what is wanted. A value that asks for less is met by more.
    pub fn is_met(&self, value: &Value, wanted: &Value) -> bool {
        (self.functions.is_met)(value, wanted)
    }

    /// The calls that turn what was seen into the wanted value, in order.
    ///
    /// # Errors
    /// A rule of AWS, or what is there now, refuses the change.
    pub fn write(&self, on: &Target, seen: &[Outcome], to: &Value) -> Result<Vec<Call>, Breach> {
        (self.functions.write)(on, seen, to)
    }

    /// The calls that bring back the value from before a change, given what was seen now.
    ///
    /// # Errors
    /// AWS knows no way back.
    pub fn undo(
        &self,
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<Value>,
    ) -> Result<Vec<Call>, Breach> {
        (self.functions.undo)(on, seen, undo)
    }

    /// True when nothing is left to take back of a change.
    pub fn is_undone(&self, on: &Target, seen: &[Outcome], undo: &Undo<Value>) -> bool {
        self.decode(on, seen).is_ok_and(|value| value == *undo.before)
            || self.undo(on, seen, undo).is_ok_and(|calls| calls.is_empty())
    }

    /// How dangerous it is to go from one value to another, and why.
    pub fn change(&self, from: &Value, to: &Value) -> Change {
        (self.functions.change)(from, to)
    }

    /// The rules of AWS that the value breaks, before anything is asked of AWS.
    pub fn lint(&self, on: &Target, to: &Value) -> Vec<Breach> {
        (self.functions.lint)(on, to)
    }

    /// The reads that [`Setting::judge`] needs besides those of the setting itself.
    pub fn guard(&self, on: &Target, to: &Value) -> Vec<Call> {
        (self.functions.guard)(on, to)
    }

    /// The rules that the change breaks in the account as it is, from the endings of
    /// [`Setting::guard`].
    pub fn judge(&self, on: &Target, to: &Value, seen: &[Outcome]) -> Vec<Breach> {
        (self.functions.judge)(on, to, seen)
    }

    /// True when writing this value brings the resource itself into being.
    pub fn creates(&self, to: &Value) -> bool {
        (self.functions.creates)(to)
    }

    /// What tells this very resource from another of the same name, when AWS has such an id.
    pub fn fingerprint(&self, seen: &[Outcome]) -> Option<String> {
        (self.functions.fingerprint)(seen)
    }

    /// True while AWS says that the resource is being changed: what was read may not be the end.
    pub fn is_busy(&self, seen: &[Outcome]) -> bool {
        (self.functions.is_busy)(seen)
    }

    /// Why it will never become as wanted, from the endings of its reads: AWS gave it up.
    pub fn setback(&self, on: &Target, seen: &[Outcome]) -> Option<Setback> {
        (self.functions.setback)(on, seen)
    }

    /// True when what [`Setting::setback`] tells of happened after the value before was read: of an
    /// earlier try of the same, nothing follows for this one.
    pub fn is_later(&self, before: &Value, now: &Value) -> bool {
        (self.functions.is_later)(before, now)
    }

    /// True when a call of it was begun and not finished, so that sending it again goes on from
    /// where it is: from the value before it, and the one read now.
    pub fn goes_on(&self, before: &Value, now: &Value) -> bool {
        (self.functions.goes_on)(before, now)
    }

    /// The reads that show how far a call of it is while it is on its way; none when it is short.
    pub fn watch(&self, on: &Target, to: &Value) -> Vec<Call> {
        (self.functions.watch)(on, to)
    }

    /// How far it is, from the endings of [`Setting::watch`] or of [`Setting::read`].
    pub fn progress(&self, on: &Target, seen: &[Outcome]) -> Option<Progress> {
        (self.functions.progress)(on, seen)
    }

    /// The IAM actions for reading it and, when asked, for writing it.
    pub fn iam(&self, on: &Target, to: Option<&Value>) -> Vec<&'static str> {
        let mut calls = to.map_or_else(|| self.read(on), |to| self.read_for(on, to));
        calls.extend(to.into_iter().flat_map(|to| self.guard(on, to)));
        let reads = calls.iter().map(Call::operation);
        let writes = if to.is_some() { self.writes } else { &[] };
        let mut actions: Vec<_> =
            reads.chain(writes.iter().copied()).flat_map(|op| op.iam).copied().collect();
        actions.sort_unstable();
        actions.dedup();
        actions
    }
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Setting").field(&self.id).finish()
    }
}

impl Serialize for Setting {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Place;

    fn target() -> Target {
        Target { place: Place::new("500313280221", "us-east-1"), name: "sitelogix-x".to_owned() }
    }

    /// The value of a setting's example, as a book gives it.
    fn example(setting: &Setting) -> Value {
        let book: toml::Table = format!("to = {}", setting.example).parse().unwrap();
        serde_json::to_value(&book["to"]).unwrap()
    }

    #[test]
    fn the_table_is_in_order_of_id_and_no_id_is_there_twice() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} before {}", pair[0].id, pair[1].id);
        }
        assert!(TABLE.iter().all(|setting| find(setting.id).is_some_and(|s| s.id == setting.id)));
    }

    #[test]
    fn every_example_is_a_value_in_its_canonical_form_and_breaks_no_rule() {
        for setting in TABLE {
            let value = setting.parse(&example(setting)).unwrap();
            assert_eq!(setting.parse(&value).as_ref(), Ok(&value), "{}", setting.id);
            assert_eq!(setting.lint(&target(), &value), [], "{}", setting.id);
            assert!(setting.is_met(&value, &value), "{}", setting.id);
        }
    }

    #[test]
    fn reading_and_guarding_change_nothing_and_every_write_does() {
        for setting in TABLE {
            let mut reads = setting.read(&target());
            assert!(!reads.is_empty(), "{}", setting.id);
            reads.extend(setting.guard(&target(), &example(setting)));
            assert!(reads.iter().all(|call| call.operation().is_read()), "{}", setting.id);
            assert!(setting.writes.iter().all(|op| !op.is_read()), "{}", setting.id);
        }
    }

    #[test]
    fn what_nobody_answered_is_not_a_value() {
        for setting in TABLE {
            assert!(setting.decode(&target(), &[]).is_err(), "{}", setting.id);
        }
    }
}
