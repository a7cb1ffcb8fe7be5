//! The simulated account: all services, one clock, one ledger.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cloud::{Answer, Call, CallError, Outcome, Place, Reply};

use super::fault::{Armed, Fault, FaultKind, Killed};
use super::ledger::Entry;
use super::moment::{Applied, Carried, Moment};
use super::{
    autoscaling, backup, cloudformation, cloudtrail, cloudwatch, dynamodb, s3, s3control, sns, ssm,
    sts,
};

/// A simulated account in one Region.
///
/// The same seed, calls and times give the same answers, ids included. Time only moves on: an
/// earlier time counts as the latest seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct World {
    place: Place,
    seed: u64,
    clock: Timestamp,
    /// Number of calls so far: what ids are made of.
    calls: u64,
    recipient_confirms: bool,
    faults: Vec<Armed>,
    pub(super) dynamodb: dynamodb::Tables,
    pub(super) s3: s3::Buckets,
    sns: sns::Topics,
    cloudtrail: cloudtrail::Trails,
    cloudwatch: cloudwatch::Alarms,
    autoscaling: autoscaling::AutoScaling,
    pub(super) backup: backup::Backup,
    cloudformation: cloudformation::CloudFormation,
    s3control: s3control::S3Control,
    ssm: ssm::Ssm,
    ledger: Vec<Entry>,
}

impl World {
    /// An empty account.
    pub fn new(place: Place, seed: u64, now: Timestamp) -> Self {
        Self {
            place,
            seed,
            clock: now,
            calls: 0,
            recipient_confirms: true,
            faults: Vec::new(),
            dynamodb: dynamodb::Tables::default(),
            s3: s3::Buckets::default(),
            sns: sns::Topics::default(),
            cloudtrail: cloudtrail::Trails::default(),
            cloudwatch: cloudwatch::Alarms::default(),
            autoscaling: autoscaling::AutoScaling::default(),
            backup: backup::Backup::default(),
            cloudformation: cloudformation::CloudFormation::default(),
            s3control: s3control::S3Control::default(),
            ssm: ssm::Ssm::default(),
            ledger: Vec::new(),
        }
    }

    /// Carries out one call at simulated time `now`.
    pub fn call(&mut self, call: &Call, now: Timestamp) -> Outcome {
        let at = self.moment(now);
        let request_id = at.request_id(call.operation().service);
        self.sns.settle(self.clock, self.recipient_confirms);
        let (dynamodb, autoscaling) = (&mut self.dynamodb, &mut self.autoscaling);
        let mut services = cloudformation::Services { dynamodb, autoscaling };
        self.cloudformation.settle(&mut services, &mut self.faults, &at);
        self.s3control.settle(&mut self.s3, &mut self.faults, &at);
        let fault = self.fault_for(call);
        if let Some(kind) = fault
            && !kind.applies()
        {
            return Err(kind.error(call, &request_id));
        }
        let ending = self.carry_out(call, &at);
        if let Ok(Applied { changed, .. }) = &ending {
            self.enter(call, &request_id, *changed);
        }
        if let Some(kind) = fault {
            return Err(kind.error(call, &request_id));
        }
        match ending {
            Ok(Applied { reply, .. }) => Ok(Answer { reply, request_id: Some(request_id) }),
            Err(error) => Err(CallError { request_id: Some(request_id), ..error }),
        }
    }

    /// The account and Region that it stands for.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The latest simulated time seen.
    pub fn clock(&self) -> Timestamp {
        self.clock
    }

    /// Every effect, in order.
    pub fn ledger(&self) -> &[Entry] {
        &self.ledger
    }

    /// Replaces all faults; their counts begin anew.
    pub fn set_faults(&mut self, faults: Vec<Fault>) {
        self.faults = faults.into_iter().map(Armed::new).collect();
    }

    /// How far the faults have come: it grows with every call that one of them counted on its way to
    /// being over.
    pub(super) fn used_up(&self) -> u64 {
        self.faults.iter().map(Armed::used_up).sum()
    }

    /// Whether anything waits for this moment of a call.
    pub fn kills_at(&self, moment: Killed) -> bool {
        self.faults.iter().any(|armed| armed.is_kill(moment))
    }

    /// Counts a call that is at this moment, and says whether the process is to be killed now. The
    /// count has to be kept before that is done, or it happens again to the next process.
    pub fn is_killed(&mut self, call: &Call, moment: Killed) -> bool {
        let waiting = self.faults.iter_mut().filter(|armed| armed.is_kill(moment));
        // Every fault counts the call, whichever of them strikes.
        waiting.filter_map(|armed| armed.count(call)).count() > 0
    }

    /// Whether recipients of mails confirm their subscriptions; they do unless told otherwise.
    pub fn set_recipient_confirms(&mut self, confirms: bool) {
        self.recipient_confirms = confirms;
    }

    /// Changes the contents of an object, as a fault of the disks would: neither its size nor its
    /// time shows it. False when there is no such object.
    pub fn corrupt(&mut self, bucket: &str, key: &str) -> bool {
        self.s3.corrupt(bucket, key)
    }

    /// Begins a table as somebody else in the account would: it is CREATING for a while.
    pub fn create_table(&mut self, table: &str, now: Timestamp) {
        let at = self.moment(now);
        self.dynamodb.begin(table, "id", &at);
    }

    /// The account's state without ledger, clock, faults, counters, ids and times: two worlds of
    /// equal state differ in nothing that a person could have set.
    pub fn state(&self) -> serde_json::Value {
        serde_json::json!({
            "dynamodb": self.dynamodb.state(),
            "s3": self.s3.state(),
            "sns": self.sns.state(),
            "cloudtrail": self.cloudtrail.state(),
            "cloudwatch": self.cloudwatch.state(),
            "autoscaling": self.autoscaling.state(),
            "backup": self.backup.state(),
            "cloudformation": self.cloudformation.state(),
            "s3control": self.s3control.state(),
            "ssm": self.ssm.state(),
        })
    }

    /// Moves the clock and numbers the call.
    pub(super) fn moment(&mut self, now: Timestamp) -> Moment {
        self.clock = self.clock.max(now);
        self.calls += 1;
        Moment::new(&self.place, self.seed, self.calls, self.clock)
    }

    fn fault_for(&mut self, call: &Call) -> Option<FaultKind> {
        // Every fault counts the call, whichever of them strikes.
        self.faults.iter_mut().fold(None, |struck, armed| {
            let kind = armed.meet(call);
            struck.or(kind)
        })
    }

    fn carry_out(&mut self, call: &Call, at: &Moment) -> Carried<Reply> {
        match call {
            Call::Sts(call) => wrap(sts::call(call, at), Reply::Sts),
            Call::DynamoDb(call) => wrap(self.dynamodb.call(call, at), Reply::DynamoDb),
            Call::S3(call) => wrap(self.s3.call(call, at), Reply::S3),
            Call::Sns(call) => wrap(self.sns.call(call, at), Reply::Sns),
            Call::CloudTrail(call) => {
                wrap(self.cloudtrail.call(call, &self.s3, at), Reply::CloudTrail)
            }
            Call::CloudWatch(call) => wrap(self.cloudwatch.call(call, at), Reply::CloudWatch),
            Call::AutoScaling(call) => {
                wrap(self.autoscaling.call(call, &self.dynamodb, at), Reply::AutoScaling)
            }
            Call::Backup(call) => wrap(self.backup.call(call, at), Reply::Backup),
            Call::CloudFormation(call) => {
                let (dynamodb, autoscaling) = (&mut self.dynamodb, &mut self.autoscaling);
                let mut services = cloudformation::Services { dynamodb, autoscaling };
                let done = self.cloudformation.call(call, &mut services, at);
                wrap(done, Reply::CloudFormation)
            }
            Call::S3Control(call) => wrap(self.s3control.call(call, at), Reply::S3Control),
            Call::Ssm(call) => wrap(self.ssm.call(call, at), Reply::Ssm),
            Call::Objects(call) => wrap(self.s3.object(call, at), Reply::Objects),
            Call::Bulk(_) => Err(super::fault::not_one_call()),
        }
    }

    fn enter(&mut self, call: &Call, request_id: &str, change: bool) {
        let operation = call.operation();
        if operation.is_read() {
            return;
        }
        self.ledger.push(Entry {
            seq: self.ledger.len() as u64 + 1,
            at: self.clock,
            operation: format!("{}:{}", operation.service, operation.name),
            resource: call.resource().unwrap_or_default().to_owned(),
            digest: call.digest(),
            request_id: request_id.to_owned(),
            change,
            detail: call.clone(),
        });
    }
}

fn wrap<R>(carried: Carried<R>, reply: impl FnOnce(R) -> Reply) -> Carried<Reply> {
    carried.map(|done| Applied { reply: reply(done.reply), changed: done.changed })
}

#[cfg(test)]
mod tests;
