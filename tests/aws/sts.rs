//! Who is asking.

use muster::cloud::sts::{Call, Identity};
use muster::cloud::{Reply, sts};

use crate::support::{live, reply};
use crate::{emulator, support};

#[tokio::test]
async fn the_identity_is_that_of_the_account_that_answers() {
    // The account on the banner is support::ACCOUNT; this one is another.
    let emulator = emulator::start("111122223333");
    let live = live(&emulator.url());
    let identity = reply(&live, Call::GetCallerIdentity {}).await;
    let Reply::Sts(sts::Reply::Identity(Identity { account, arn })) = identity else {
        panic!("{identity:?}");
    };
    assert_eq!(account, "111122223333");
    assert_ne!(account, support::ACCOUNT);
    assert_eq!(arn, "arn:aws:iam::111122223333:root");
}

#[tokio::test]
async fn the_credentials_in_use_are_told() {
    let live = live("http://127.0.0.1:1");
    let told = live.credentials().await.unwrap();
    assert_eq!((told.source.as_str(), told.expires), ("test", None));
}
