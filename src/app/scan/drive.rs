//! Making the reads of a scan: concurrent under a limit, at the pace of each operation, and none
//! given up because AWS throttled it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::Pacer;
use super::pace::Pace;
use crate::cloud::{Account, Ending, Operation, Outcome};
use crate::compliance::{Bound, Checked, Sweep};

/// How many requests are under way at once: enough to hide the round trips of a thousand reads,
/// and few enough for one machine's sockets. The limits of AWS are kept apart, by operation.
const AT_ONCE: usize = 128;
/// How often one call is throttled before it counts as one that could not be made. The operation is
/// slowed down each time, so this is minutes.
const MOST_THROTTLES: u32 = 12;
/// How often a call that got no answer is made in all.
const TRIES: u32 = 3;
/// How long it is waited before such a call is made again; twice as long the next time.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// What a scan took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub calls: u64,
    pub requests: u64,
    pub throttled: u64,
}

/// A call that is to be made.
#[derive(Clone, Copy, Debug)]
struct Due {
    call: usize,
    throttles: u32,
    tries: u32,
    not_before: Duration,
}

/// One request that ended.
struct Ended {
    due: Due,
    sent: Duration,
    outcome: Outcome,
}

/// The calls of one operation that wait.
type Queue = (Option<&'static Operation>, VecDeque<Due>);

/// The calls that wait, by operation: one that has to wait holds up no other.
#[derive(Default)]
struct Queues(BTreeMap<(&'static str, &'static str), Queue>);

/// Makes the reads of a profile, and tells each line when it is answered.
pub(super) async fn drive(
    account: &Arc<dyn Account>,
    bound: &Bound,
    pacer: &mut Pacer,
    mut told: impl FnMut(usize, Checked),
) -> Tally {
    let (mut sweep, at_once) = Sweep::new(bound);
    at_once.into_iter().for_each(|(line, checked)| told(line, checked));
    let Pacer { pace, began } = pacer;
    let began = *began;
    let mut tally = Tally { calls: sweep.calls().len() as u64, ..Tally::default() };
    let mut queues = Queues::default();
    for (call, text) in sweep.calls().iter().enumerate() {
        let due = Due { call, throttles: 0, tries: 0, not_before: Duration::ZERO };
        queues.push(text.operation(), due);
    }
    let mut under_way = JoinSet::new();
    loop {
        let mut wake = None;
        while under_way.len() < AT_ONCE {
            let now = began.elapsed();
            match queues.next(pace, now) {
                Next::Due(due) => {
                    tally.requests += 1;
                    let pending = account.send_once(sweep.calls()[due.call].clone());
                    under_way
                        .spawn(async move { Ended { due, sent: now, outcome: pending.await } });
                }
                Next::At(when) => {
                    wake = Some(began + when);
                    break;
                }
                Next::Nothing => break,
            }
        }
        let ended = tokio::select! {
            ended = under_way.join_next(), if !under_way.is_empty() => ended,
            () = sleep_until(wake.unwrap_or(began)), if wake.is_some() => continue,
            else => break,
        };
        // A task that was never cancelled and does not panic always has its ending.
        let Some(Ok(Ended { due, sent, outcome })) = ended else { continue };
        let operation = sweep.calls()[due.call].operation();
        if let Some(again) = again(&outcome, due, began.elapsed()) {
            if matches!(&outcome, Err(error) if error.ending == Ending::Throttled) {
                tally.throttled += 1;
                pace.throttled(operation, sent, began.elapsed());
            }
            queues.push(operation, again);
            continue;
        }
        pace.answered(operation);
        for (line, checked) in sweep.ended(due.call, &outcome) {
            told(line, checked);
        }
    }
    tally
}

/// The call as it is made again, when it is.
fn again(outcome: &Outcome, due: Due, now: Duration) -> Option<Due> {
    let Err(error) = outcome else { return None };
    match error.ending {
        Ending::Throttled if due.throttles < MOST_THROTTLES => {
            Some(Due { throttles: due.throttles + 1, ..due })
        }
        Ending::NotSent | Ending::Unknown | Ending::InUse if due.tries + 1 < TRIES => {
            let not_before = now + AGAIN_AFTER * 2_u32.pow(due.tries);
            Some(Due { tries: due.tries + 1, not_before, ..due })
        }
        Ending::Throttled
        | Ending::NotSent
        | Ending::Unknown
        | Ending::InUse
        | Ending::Denied
        | Ending::Absent
        | Ending::Exists
        | Ending::Refused
        | Ending::Expired
        | Ending::ClockSkew
        | Ending::WrongRegion => None,
    }
}

/// What can be done now.
enum Next {
    Due(Due),
    At(Duration),
    Nothing,
}

impl Queues {
    fn push(&mut self, operation: &'static Operation, due: Due) {
        let queue = self.0.entry((operation.service, operation.name)).or_default();
        queue.0 = Some(operation);
        queue.1.push_back(due);
    }

    /// The next call that may be made, or when there will be one.
    fn next(&mut self, pace: &mut Pace, now: Duration) -> Next {
        let mut earliest: Option<Duration> = None;
        for (operation, queue) in self.0.values_mut() {
            let Some(operation) = *operation else { continue };
            // One that waits for its next try holds up no other of its operation.
            let ready = queue.iter().position(|due| due.not_before <= now);
            let when = match ready {
                Some(position) => match pace.take(operation, now) {
                    Ok(()) => match queue.remove(position) {
                        Some(due) => return Next::Due(due),
                        None => continue,
                    },
                    Err(when) => when,
                },
                None => match queue.iter().map(|due| due.not_before).min() {
                    Some(when) => when,
                    None => continue,
                },
            };
            earliest = Some(earliest.map_or(when, |earliest| earliest.min(when)));
        }
        earliest.map_or(Next::Nothing, Next::At)
    }
}
