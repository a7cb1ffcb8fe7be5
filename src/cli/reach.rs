//! How a console reaches its runner: in this process, in one that lives already, or in a new one.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::app::{Context, Hub, Link, attach, start};
use crate::error::Error;
use crate::link::{Ask, Hello, News, Welcome, Wish};

/// How many asks may wait: a person types slower than the runner answers.
const ASKS: usize = 64;
/// How many news may wait before the runner does: some seconds of a busy run.
pub(super) const NEWS: usize = 1024;

/// A runner that is reached.
pub(super) struct Runner {
    pub asks: Sender<Ask>,
    pub told: Receiver<News>,
    /// To be awaited beside the console: it carries what the two say to each other.
    pub served: Pin<Box<dyn Future<Output = Result<(), Error>>>>,
}

/// Where a person sits at a terminal, the runner is a process of its own, which outlives the
/// console. Elsewhere it is this process: whoever ends a job means the job.
pub(super) async fn reach(context: &Arc<Context>) -> Result<Runner, Error> {
    let surroundings = &context.surroundings;
    if !(surroundings.stdin_is_terminal && surroundings.stdout_is_terminal) {
        return here(context).await;
    }
    Ok(over(apart(context).await?))
}

/// The same for a console at a terminal, which draws before anything is reached. What it asks
/// meanwhile waits; when it leaves, nothing is reached any more.
pub(super) fn soon(context: Arc<Context>) -> Runner {
    let (asks, asked) = channel(ASKS);
    let (news, told) = channel(NEWS);
    let served = async move {
        let link = tokio::select! {
            link = apart(&context) => link?,
            () = news.closed() => return Ok(()),
        };
        link.carry(asked, news).await
    };
    Runner { asks, told, served: Box::pin(served) }
}

/// The runner of this state directory, or a new one.
async fn apart(context: &Arc<Context>) -> Result<Link, Error> {
    let surroundings = &context.surroundings;
    let wish = if context.options.read_only { Wish::Watch } else { Wish::Pilot };
    let hello = Hello::new(&surroundings.actor, wish);
    if peek(context).await?.is_some_and(|found| is_same_place(context, &found))
        && let Some(link) = attach(&context.state_dir, &hello).await?
    {
        return Ok(link);
    }
    let hello = Hello::new(&surroundings.actor, Wish::Pilot);
    start(context, &hello).await
}

async fn here(context: &Arc<Context>) -> Result<Runner, Error> {
    let (asks, asked) = channel(ASKS);
    let (news, told) = channel(NEWS);
    let hub = Hub::new(Arc::clone(context), news).await?;
    Ok(Runner { asks, told, served: Box::pin(hub.serve(asked)) })
}

/// A runner in another process.
pub(super) fn over(link: Link) -> Runner {
    let (asks, asked) = channel(ASKS);
    let (news, told) = channel(NEWS);
    Runner { asks, told, served: Box::pin(link.carry(asked, news)) }
}

/// What the runner of this state directory says of itself, when there is one.
pub(super) async fn peek(context: &Context) -> Result<Option<Welcome>, Error> {
    let hello = Hello::new(&context.surroundings.actor, Wish::Peek);
    Ok(attach(&context.state_dir, &hello).await?.map(|link| link.welcome))
}

fn is_same_place(context: &Context, found: &Welcome) -> bool {
    context.place().is_ok_and(|(estate, environment)| {
        found.mode == context.mode()
            && found.estate == estate.name
            && found.environment == environment.name
    })
}
