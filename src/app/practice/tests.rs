//! How the clock of the simulated account goes on between two processes.

use std::fs::File;
use std::time::SystemTime;

use tempfile::TempDir;

use super::*;
use crate::app::library::Library;
use crate::cloud::{Call, dynamodb, sts};

/// What passes in the account when it is opened again after so many seconds.
async fn passes(seconds: i64) -> SignedDuration {
    let state = TempDir::new().unwrap();
    let library = Library::embedded();
    let estate = library.estate(Some("sitelogix")).unwrap();
    let environment = estate.environment("prod").unwrap();
    let practice = Practice::open(state.path(), estate, environment).unwrap();
    let table = "sitelogix-reports".to_owned();
    let change = dynamodb::TableChange::DeletionProtection(true);
    let protect = dynamodb::Call::UpdateTable { table, change };
    practice.account().send(Call::DynamoDb(protect)).await.unwrap();
    let kept = practice.with(World::clock);

    let long_ago = SystemTime::from(clock::now() - SignedDuration::from_secs(seconds));
    File::options().append(true).open(&practice.path).unwrap().set_modified(long_ago).unwrap();
    let practice = Practice::open(state.path(), estate, environment).unwrap();
    practice.account().send(Call::Sts(sts::Call::GetCallerIdentity {})).await.unwrap();
    practice.with(World::clock).duration_since(kept)
}

#[tokio::test]
async fn what_was_begun_goes_on_while_nobody_is_there_but_nothing_ages() {
    assert!(passes(0).await >= LEAST_BETWEEN);
    assert!(passes(20).await >= SignedDuration::from_mins(20));
    let tomorrow = passes(86_400).await;
    let most = MOST_BETWEEN + SignedDuration::from_hours(24);
    assert!(tomorrow >= MOST_BETWEEN && tomorrow < most, "{tomorrow:#}");
}
