//! Calls on every processor: what builds and reads the messages of one runs beside those of others.

use std::sync::Arc;

use jiff::SignedDuration;
use tokio::task::JoinSet;

use crate::cloud::{Account, Call, CallError, Ending, Outcome, Pending};

/// An account whose calls each are a task of their own. One that nobody waits for any more is given
/// up, as it would be without.
pub(super) struct Aside(pub Arc<dyn Account>);

impl Account for Aside {
    fn send(&self, call: Call) -> Pending<Outcome> {
        aside(self.0.send(call))
    }

    fn send_once(&self, call: Call) -> Pending<Outcome> {
        aside(self.0.send_once(call))
    }

    fn skew(&self) -> Option<SignedDuration> {
        self.0.skew()
    }
}

fn aside(call: Pending<Outcome>) -> Pending<Outcome> {
    Box::pin(async move {
        // Dropped with the future, it takes the task with it.
        let mut task = JoinSet::new();
        task.spawn(call);
        match task.join_next().await {
            Some(Ok(outcome)) => outcome,
            Some(Err(error)) => Err(lost(&error.to_string())),
            None => Err(lost("its task is gone")),
        }
    })
}

/// Nobody knows how far it came.
fn lost(why: &str) -> CallError {
    CallError::new(Ending::Unknown, "TaskFailed", why)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::sync::oneshot;

    use super::*;
    use crate::cloud::sts;

    /// Says that a call was begun, and when it is given up; it never ends.
    struct Endless(Arc<AtomicBool>, std::sync::Mutex<Option<oneshot::Sender<()>>>);

    struct GivenUp(Arc<AtomicBool>);

    impl Drop for GivenUp {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    impl Account for Endless {
        fn send(&self, _call: Call) -> Pending<Outcome> {
            let given_up = GivenUp(Arc::clone(&self.0));
            let begun = self.1.lock().unwrap().take();
            Box::pin(async move {
                let _given_up = given_up;
                begun.map(|begun| begun.send(()));
                std::future::pending().await
            })
        }
    }

    struct Broken;

    impl Account for Broken {
        fn send(&self, _call: Call) -> Pending<Outcome> {
            Box::pin(async { panic!("planted") })
        }
    }

    const WHO: Call = Call::Sts(sts::Call::GetCallerIdentity {});

    #[tokio::test]
    async fn a_call_that_nobody_waits_for_is_given_up() {
        let (given_up, (begun, began)) = (Arc::new(AtomicBool::new(false)), oneshot::channel());
        let account = Endless(Arc::clone(&given_up), std::sync::Mutex::new(Some(begun)));
        let account = Aside(Arc::new(account));
        let call = account.send(WHO);
        tokio::select! {
            _ = call => panic!("it never ends"),
            began = began => began.unwrap(),
        }
        while !given_up.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_breaks_is_an_unknown_ending_and_never_a_refusal() {
        let error = Aside(Arc::new(Broken)).send(WHO).await.unwrap_err();
        assert_eq!((error.ending, error.code.as_str()), (Ending::Unknown, "TaskFailed"));
    }
}
