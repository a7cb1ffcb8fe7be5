//! What a service knows while it carries out one call: where, when, and a source of ids.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::cloud::{CallError, Ending, Place};

/// One call's moment in a world.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The account and Region.
    pub place: Place,
    /// The simulated time.
    pub now: Timestamp,
    /// From when on reads show what this call changes.
    pub visible: Timestamp,
    /// The seed of the world and the number of the call: what ids are made of.
    key: (u64, u64),
}

/// What a service answers: the reply, and whether the account is another than before.
pub type Carried<R> = Result<Applied<R>, CallError>;

/// A call that was carried out.
#[derive(Debug)]
pub struct Applied<R> {
    /// What AWS says.
    pub reply: R,
    /// Whether anything changed.
    pub changed: bool,
}

/// The answer of a call that only looked.
pub fn read<R>(reply: R) -> Carried<R> {
    Ok(Applied { reply, changed: false })
}

/// The answer of a call that may have changed something.
pub fn wrote<R>(reply: R, changed: bool) -> Carried<R> {
    Ok(Applied { reply, changed })
}

/// The answer of a call that AWS refuses.
pub fn refused<R>(ending: Ending, code: &str, message: impl Into<String>) -> Carried<R> {
    Err(CallError::new(ending, code, message))
}

/// A time some milliseconds later; the end of time when there is no such time.
pub fn later(at: Timestamp, milliseconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_millis(milliseconds)).unwrap_or(Timestamp::MAX)
}

impl Moment {
    /// The moment of call number `serial`. Its changes are seen one to two seconds later.
    pub fn new(place: &Place, seed: u64, serial: u64, now: Timestamp) -> Self {
        let mut moment = Self { place: place.clone(), now, visible: now, key: (seed, serial) };
        let [first, second, ..] = moment.bytes("lag");
        let lag = 1_000 + i64::from(u16::from_be_bytes([first, second])) % 1_001;
        moment.visible = later(now, lag);
        moment
    }

    /// The same call at another time: for what happens by itself, before it.
    pub fn at(&self, now: Timestamp) -> Self {
        let lag = self.visible.duration_since(self.now);
        let visible = now.checked_add(lag).unwrap_or(Timestamp::MAX);
        Self { now, visible, ..self.clone() }
    }

    /// An id in the form of a UUID, another for every purpose.
    pub fn uuid(&self, purpose: &str) -> String {
        let hex = hex::encode(self.bytes(purpose));
        let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
        parts.map(|(from, to)| hex.get(from..to).unwrap_or_default()).join("-")
    }

    /// The request id of this call, in the form that the service uses.
    pub fn request_id(&self, service: &str) -> String {
        let bytes = self.bytes("request");
        match service {
            "dynamodb" => bytes
                .iter()
                .chain(self.bytes("request, continued").iter().take(20))
                .map(|byte| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(byte % 32)]))
                .collect(),
            "s3" => hex::encode_upper(bytes.get(..8).unwrap_or_default()),
            _ => self.uuid("request"),
        }
    }

    fn bytes(&self, purpose: &str) -> [u8; 32] {
        let (seed, serial) = self.key;
        Sha256::new()
            .chain_update(seed.to_be_bytes())
            .chain_update(serial.to_be_bytes())
            .chain_update(purpose)
            .finalize()
            .into()
    }
}
