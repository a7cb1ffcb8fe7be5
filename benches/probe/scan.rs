//! The reads of many tables on the bare SDK, as its guide shows it: one client, so many requests at
//! once, the SDK's own retries.

use std::sync::Arc;

use aws_config::BehaviorVersion;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// As many as Muster has under way.
const AT_ONCE: usize = 64;

pub fn scan(words: &[String]) -> Result<(), String> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let (url, tables) = words.split_first().ok_or("an endpoint and tables are needed")?;
    let lost = runtime.map_err(|e| e.to_string())?.block_on(read(url, tables));
    println!("score unread {lost}");
    Ok(())
}

/// How many of the three checks of each table could not be read.
async fn read(url: &str, tables: &[String]) -> usize {
    let config = aws_config::defaults(BehaviorVersion::latest()).endpoint_url(url).load().await;
    let client = aws_sdk_dynamodb::Client::new(&config);
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let mut under_way = JoinSet::new();
    for table in tables.iter().cloned() {
        let (client, at_once) = (client.clone(), Arc::clone(&at_once));
        under_way.spawn(async move {
            let _permit = at_once.acquire().await;
            // Protection and stream.
            let read = client.describe_table().table_name(table).send().await;
            if read.is_ok() { 0 } else { 2 }
        });
    }
    for table in tables.iter().cloned() {
        let (client, at_once) = (client.clone(), Arc::clone(&at_once));
        under_way.spawn(async move {
            let _permit = at_once.acquire().await;
            let read = client.describe_continuous_backups().table_name(table).send().await;
            usize::from(read.is_err())
        });
    }
    under_way.join_all().await.into_iter().sum()
}
