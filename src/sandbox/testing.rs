//! A desk for tests: a world, a clock that the test moves, and answers in one line.

use jiff::Timestamp;

use crate::cloud::{Call, CallError, Place, Reply};

use super::moment::later;
use super::{World, seeds};

/// When every test begins.
pub const START: &str = "2026-11-20T08:00:00Z";

/// A world at which calls are made.
pub struct Desk {
    pub world: World,
}

impl Desk {
    /// An empty account.
    pub fn empty() -> Self {
        Self { world: World::new(place(), 7, start()) }
    }

    /// SiteLogix before any phase.
    pub fn sitelogix() -> Self {
        Self { world: seeds::sitelogix(place(), start()) }
    }

    /// Makes a call so many seconds after the beginning.
    pub fn ask(&mut self, second: f64, call: impl Into<Call>) -> Result<Reply, CallError> {
        self.world.call(&call.into(), at(second)).map(|answer| answer.reply)
    }

    /// Makes a call that must succeed; answers with the reply's fields as JSON.
    pub fn good(&mut self, second: f64, call: impl Into<Call>) -> String {
        let mut json = serde_json::to_value(self.ask(second, call).unwrap()).unwrap();
        let fields = json.as_object_mut().unwrap();
        fields.retain(|name, _| name != "service" && name != "reply");
        json.to_string().replace('"', "")
    }

    /// Makes a call that must be refused; answers with ending, code and message.
    pub fn bad(&mut self, second: f64, call: impl Into<Call>) -> String {
        let error = self.ask(second, call).unwrap_err();
        format!("{:?} {error}", error.ending)
    }

    /// The ledger in short: what, on what, `=` when nothing changed.
    pub fn effects(&self) -> Vec<String> {
        self.world
            .ledger()
            .iter()
            .map(|entry| {
                let same = if entry.change { "" } else { " =" };
                format!("{} {} {}{same}", entry.seq, entry.operation, entry.resource)
            })
            .collect()
    }
}

pub fn place() -> Place {
    Place::new("500313280221", "us-east-1")
}

pub fn start() -> Timestamp {
    START.parse().unwrap()
}

/// So many seconds after the beginning.
pub fn at(second: f64) -> Timestamp {
    later(start(), (second * 1_000.0) as i64)
}

macro_rules! into_call {
    ($($service:ident $variant:ident),*) => {
        $(impl From<crate::cloud::$service::Call> for Call {
            fn from(call: crate::cloud::$service::Call) -> Self {
                Self::$variant(call)
            }
        })*
    };
}
into_call!(
    sts Sts, dynamodb DynamoDb, s3 S3, objects Objects, sns Sns, cloudtrail CloudTrail,
    cloudwatch CloudWatch, backup Backup, ssm Ssm, autoscaling AutoScaling,
    cloudformation CloudFormation, s3control S3Control
);
