//! The engine against the simulated account: every state, every crash, every fault.
//!
//! `shell` does what the application's shell does, one thing after another, at a clock that moves
//! only when nothing is due; `operator` is a person; `oath` holds a run against the promises
//! without asking the engine what its state is. The other files break a run in their own way:
//! `crash` at every record, `torn` around every record of the journal on the disk, `faults` at every
//! call, `login` with other credentials at every call, `twice` by walking again what was walked,
//! `guards` as a wrong person or profile would, `chaos` at random. They walk every book that ships
//! (`shipped`), most of them its way back besides; `tables` does so with the settings of tables that
//! no shipped book has, `batch` with a job of S3 Batch Operations. `pairs` and `answers` write down
//! what can happen in each state, in tables beside them: read the change of a table as carefully as
//! that of the code (`UPDATE=1 cargo test --test engine` writes them).
//!
//! # What was taken out, and who saw it
//!
//! Each of these was removed from the engine, alone, and turned tests red. The tables of `pairs`
//! and `answers` see most of them besides.
//!
//! ```text
//! an unknown ending becomes an answer             guards: an abort sees it to its end
//! an unknown ending becomes "not applied"         oath, in chaos: sent again without a look
//! one look is enough, or looks need no time       answers; faults: three looks in ten seconds
//! another value between two looks does not count  answers: looks in a row
//! a call that is lost each time is sent for ever  faults: a fault that stays comes to rest
//! a resumed run keeps what was sent as sent       crash: nobody waits for that answer
//! a resumed run keeps its identity                guards: another account is not asked
//! a paused run keeps its identity                 guards: the account is asked again
//! a resumed run stays armed                       oath, in crash, faults and chaos
//! any account will do                             guards: the wrong account is told
//! armed is not asked: decide, advance, apply      guards, guards, pairs
//! a read-only run can be armed: decide, apply     guards, pairs
//! the digest is not compared: decide, apply       guards, pairs
//! another call than the confirmed one             pairs
//! an old plan will do                             guards: it is read again
//! destroying what is protected takes a `y`        guards: danger and environment
//! phrases are only counted                        guards: letter by letter
//! the operator is the second person               guards: letter by letter
//! any value that is read counts as verified       forward: the account is as promised
//! five targets at once                            guards: no more than four
//! an abort leaves what is in flight               guards: an abort sees it to its end
//! a call in flight can be skipped                 guards: a step is not left
//! a retry does again what was done                guards: a failed step goes on
//! the wait between tries does not grow            faults: after longer and longer
//! tries without an end, waiting without an end    faults, guards: it comes to rest
//! a pause counts as waiting                       guards: a long pause
//! an append to the journal is not synced          torn: the head names what is not there
//! the pace is left out of the waiting             faults: the search takes too long
//! a call without an intent before it              forward, and most others
//! an answered call counts as verified             forward, and most others
//! nobody has to see what became of a lost call    guards: after a stop
//! the evidence of a crash, or of the one before   guards: after a stop
//! a busy resource looks as it was before          faults: not given up while it is busy
//! what was there first is overwritten, forgotten  rollback: what was there first
//!   when the step is read again
//! what never happened counts as a change          rollback: never applied, at any call
//! the first change is taken back first            rollback, login, twice
//! the former value is written, not put back       rollback: what somebody changed since
//! what was changed since is not told              rollback: what somebody changed since
//! one read that lags undoes a change unseen       rollback: a change that nobody read back
//! a rollback stops at what knows no way back      tests/cli/rollback.rs: named before and after
//! what takes long is never told, told again       guards: told once and not stopped
//! credentials that will not last: told, asked     guards: asked for with a y
//! another than the operator commands              guards: only the operator
//! a run taken over stays armed                    guards: only the operator, letter by letter
//! what failed before fails what was begun since   batch: what failed is copied by another job
//! ```

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod answers;
mod batch;
mod book;
mod chaos;
mod compliance;
mod crash;
mod faults;
mod forward;
mod guards;
mod login;
mod oath;
mod operator;
mod pairs;
mod rollback;
mod shell;
mod shipped;
mod states;
mod tables;
mod torn;
mod twice;
