//! How fast each operation may be asked: a token bucket for each limit of AWS.
//!
//! Pure: it is told what time it is. A bucket is a little smaller and a little slower than AWS's
//! own: requests that leave in step do not arrive in step, and one that arrives early is throttled.

use std::collections::HashMap;
use std::time::Duration;

use crate::cloud::{Operation, quota};

/// How much of a known rate is used: the rest is for requests that catch up with those before them.
const SHARE: f64 = 0.985;
/// The slowest that an operation is asked, in requests a second, however often AWS throttles it.
const SLOWEST: f64 = 0.5;
/// How much faster it gets with each answer after a throttle, as a share of the known rate, or of
/// the rate as it is where none is known.
const RECOVERY: f64 = 0.02;

/// What AWS counts together: a limit of the table, or an operation of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Quota(usize),
    Operation(&'static str, &'static str),
}

/// The buckets of one account in one Region.
#[derive(Debug, Default)]
pub(super) struct Pace {
    buckets: HashMap<Key, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    /// The known limit, in requests a second.
    limit: Option<f64>,
    /// How many a second are asked now; none while nothing bounds it.
    rate: Option<f64>,
    tokens: f64,
    burst: f64,
    /// When the tokens were counted.
    at: Duration,
    /// When it was last slowed down: what left before that says nothing new.
    slowed: Option<Duration>,
    /// How many left within the last whole second, for a rate to begin with.
    recent: (Duration, f64),
}

impl Pace {
    /// Takes one request of an operation, or says when there will be one to take.
    pub(super) fn take(&mut self, operation: &Operation, now: Duration) -> Result<(), Duration> {
        self.bucket(operation).take(now)
    }

    /// AWS throttled a request that left at `sent`: half as fast from now on.
    pub(super) fn throttled(&mut self, operation: &Operation, sent: Duration, now: Duration) {
        self.bucket(operation).slow_down(sent, now);
    }

    /// AWS answered: a little faster, up to the limit.
    pub(super) fn answered(&mut self, operation: &Operation) {
        self.bucket(operation).speed_up();
    }

    fn bucket(&mut self, operation: &Operation) -> &mut Bucket {
        let known = quota::QUOTAS.iter().position(|quota| quota.operations.contains(&operation));
        let key = known.map_or(Key::Operation(operation.service, operation.name), Key::Quota);
        self.buckets.entry(key).or_insert_with(|| {
            Bucket::new(known.map(|position| f64::from(quota::QUOTAS[position].per_second)))
        })
    }
}

impl Bucket {
    fn new(limit: Option<f64>) -> Self {
        // One token less than AWS's bucket of a second.
        let burst = limit.map_or(1.0, |limit| (limit - 1.0).max(1.0));
        let rate = limit.map(|limit| limit * SHARE);
        let zero = Duration::ZERO;
        Self { limit, rate, tokens: burst, burst, at: zero, slowed: None, recent: (zero, 0.0) }
    }

    fn take(&mut self, now: Duration) -> Result<(), Duration> {
        self.fill(now);
        let Some(rate) = self.rate else {
            self.count(now);
            return Ok(());
        };
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        // A little later than exact: a timer that wakes just before would wake again at once.
        Err(now + Duration::from_secs_f64((1.0 - self.tokens) / rate) + Duration::from_micros(50))
    }

    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(now);
        if let Some(rate) = self.rate {
            self.tokens = (self.tokens + passed * rate).min(self.burst);
        }
    }

    fn count(&mut self, now: Duration) {
        if now.saturating_sub(self.recent.0) >= Duration::from_secs(1) {
            self.recent = (now, 0.0);
        }
        self.recent.1 += 1.0;
    }

    fn slow_down(&mut self, sent: Duration, now: Duration) {
        if self.slowed.is_some_and(|slowed| sent < slowed) {
            return;
        }
        self.fill(now);
        let rate = self.rate.unwrap_or(self.recent.1);
        self.rate = Some((rate / 2.0).max(SLOWEST));
        self.tokens = 0.0;
        self.burst = 1.0;
        self.slowed = Some(now);
    }

    fn speed_up(&mut self) {
        if let (Some(rate), Some(_)) = (self.rate, self.slowed) {
            let step = self.limit.unwrap_or(rate) * RECOVERY;
            let most = self.limit.map_or(f64::INFINITY, |limit| limit * SHARE);
            self.rate = Some((rate + step).min(most));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::dynamodb::{DESCRIBE_CONTINUOUS_BACKUPS as SLOW, DESCRIBE_TABLE as FREE};

    /// A bucket as AWS's: it refuses what comes too fast.
    struct Server {
        tokens: f64,
        rate: f64,
        at: f64,
        refused: u32,
    }

    impl Server {
        fn takes(&mut self, at: f64) -> bool {
            self.tokens = (self.tokens + (at - self.at) * self.rate).min(self.rate);
            self.at = at;
            let takes = self.tokens >= 1.0;
            self.tokens -= f64::from(u8::from(takes));
            self.refused += u32::from(!takes);
            takes
        }
    }

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// Sends so many requests as fast as the pace allows. Returns how long that took.
    fn walk(pace: &mut Pace, operation: &Operation, count: u32, server: &mut Server) -> f64 {
        let (mut now, mut left, mut last) = (0.0, count, 0.0);
        while left > 0 {
            match pace.take(operation, seconds(now)) {
                // The way to AWS takes twenty milliseconds, more or less.
                Ok(())
                    if server
                        .takes(f64::max(server.at, now + 0.02 + 0.01 * f64::from(left % 3))) =>
                {
                    pace.answered(operation);
                    left -= 1;
                    last = now;
                }
                Ok(()) => pace.throttled(operation, seconds(now), seconds(now)),
                Err(when) => now = when.as_secs_f64(),
            }
        }
        last
    }

    #[test]
    fn a_known_limit_is_nearly_used_up_and_never_passed() {
        let mut server = Server { tokens: 10.0, rate: 10.0, at: 0.0, refused: 0 };
        let took = walk(&mut Pace::default(), &SLOW, 100, &mut server);
        assert_eq!(server.refused, 0);
        let floor = 9.0;
        assert!((floor..floor * 1.05).contains(&took), "{took}");
    }

    #[test]
    fn an_account_with_less_than_the_known_limit_loses_nothing() {
        let mut server = Server { tokens: 4.0, rate: 4.0, at: 0.0, refused: 0 };
        let took = walk(&mut Pace::default(), &SLOW, 100, &mut server);
        assert!(took < 24.0 * 1.6, "{took}");
        assert!(server.refused < 30, "{}", server.refused);
    }

    #[test]
    fn what_has_no_known_limit_is_slowed_down_when_aws_says_so() {
        let mut pace = Pace::default();
        for _ in 0..200 {
            assert_eq!(pace.take(&FREE, seconds(0.1)), Ok(()));
        }
        pace.throttled(&FREE, seconds(0.1), seconds(0.2));
        let later = pace.take(&FREE, seconds(0.2)).unwrap_err();
        assert!(later > seconds(0.2) && later < seconds(0.22), "half of 200 a second: {later:?}");
        // Those that left before say the same thing, not another.
        pace.throttled(&FREE, seconds(0.1), seconds(0.2));
        assert_eq!(pace.take(&FREE, seconds(0.2)), Err(later));
    }

    #[test]
    fn one_operation_does_not_wait_for_another() {
        let mut pace = Pace::default();
        while pace.take(&SLOW, seconds(0.0)).is_ok() {}
        assert_eq!(pace.take(&FREE, seconds(0.0)), Ok(()));
    }
}
