//! Credentials that end in the middle of a run: a pause that names the way back, a new login that is
//! seen in the same process and in another one, and never another account.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use muster::aws::{Connection, Live};
use muster::cloud::{Ending, dynamodb, sts};
use muster::engine::{Command as Asked, Event, Rest, Stage};
use serde_json::Value;

use crate::emulator;
use crate::phase_1::{Operator, PAUSED, STUCK, SUCCEEDED, WALK, ended};
use crate::proxy::{Break, Proxy};
use crate::support::{ACCOUNT, REGION, config, connection, error, reply};
use crate::transport::change;
use crate::walk::{Walk, phase_1};

/// Set in the process that [`a_console_that_stays_open`] starts; holds the key of the new login.
const LOGS_IN: &str = "MUSTER_TEST_LOGS_IN";

/// A key that the emulator takes for one of this account.
const ELSEWHERE: &str = "111122223333";

const EXPIRED: Break = Break::Answer(
    400,
    r#"{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}"#,
);

/// Before an account that takes the first login until its tables are to be protected.
async fn until_step_4(account: &str) -> Proxy {
    let over = AtomicBool::new(false);
    Proxy::before(account, move |request, _| {
        if request.operation == "UpdateTable" {
            over.store(true, Ordering::SeqCst);
        }
        (request.key == "AKIDFIRST" && over.load(Ordering::SeqCst)).then_some(EXPIRED)
    })
    .await
}

/// Writes the credentials of the profile `oncall`.
fn log_in(home: &Path, key: &str) {
    let folder = home.join(".aws");
    std::fs::create_dir_all(&folder).expect("a folder");
    let keys =
        format!("[oncall]\naws_access_key_id = {key}\naws_secret_access_key = not-a-secret\n");
    std::fs::write(folder.join("credentials"), keys).expect("a file");
}

/// Nothing was applied twice, and nothing with a key of another account.
#[track_caller]
fn once(proxy: &Proxy) {
    let mut bodies: Vec<_> = Vec::new();
    for passed in proxy.passed().into_iter().filter(|p| p.forwarded() && p.request.is_change()) {
        assert_ne!(passed.request.key, ELSEWHERE, "{}", passed.request.operation);
        bodies.push((passed.request.operation, passed.request.body));
    }
    let all = bodies.len();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), all, "something was applied twice");
}

/// Another process: exit 75, the reason in the list of runs, and on with a new login.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_paused_is_resumed_with_a_new_login() {
    let operator = Operator::before_phase_1(emulator::start(ACCOUNT));
    let proxy = until_step_4(&operator.url()).await;
    let muster = |words: &[&str]| operator.as_profile("oncall", &proxy.url, words);
    log_in(operator.home(), "AKIDFIRST");
    let walked = muster(&[&WALK[..], &["--yes"]].concat());
    ended(&walked, PAUSED);
    let way = "put fresh keys for profile `oncall` into the AWS credentials file, then resume";
    assert!(walked.1.contains(way), "{}", walked.1);
    let runs = muster(&["runs"]);
    ended(&runs, SUCCEEDED);
    assert!(runs.1.contains("paused"), "{}", runs.1);
    assert!(runs.1.contains("needs: the credentials are not valid (ExpiredTokenException"));
    assert!(runs.1.contains(way), "{}", runs.1);

    // Nobody logged in: it rests as before.
    let again = muster(&["resume", "--linear", "--yes"]);
    ended(&again, PAUSED);

    log_in(operator.home(), "AKIDSECOND");
    let resumed = muster(&["resume", "--linear", "--yes"]);
    ended(&resumed, SUCCEEDED);
    operator.is_protected();
    once(&proxy);
    ended(&muster(&["journal", "verify"]), SUCCEEDED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_paused_is_not_resumed_with_a_login_of_another_account() {
    let operator = Operator::before_phase_1(emulator::start(ACCOUNT));
    let proxy = until_step_4(&operator.url()).await;
    let muster = |words: &[&str]| operator.as_profile("oncall", &proxy.url, words);
    log_in(operator.home(), "AKIDFIRST");
    ended(&muster(&[&WALK[..], &["--yes"]].concat()), PAUSED);
    let before = operator.account();
    log_in(operator.home(), ELSEWHERE);
    let resumed = muster(&["resume", "--linear", "--yes"]);
    ended(&resumed, STUCK);
    assert!(resumed.1.contains("WRONG ACCOUNT: 111122223333 answered, not 500313280221"));
    assert_eq!(operator.account(), before);
    once(&proxy);
}

/// The same process: this test starts itself again, for a home of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "tests have no app that read the environment")]
async fn a_console_that_stays_open() {
    if let Some(key) = std::env::var_os(LOGS_IN) {
        let key = key.into_string().expect("text");
        let home = PathBuf::from(std::env::var_os("HOME").expect("a home"));
        return stays_open(&home, &key).await;
    }
    for (key, wanted) in [("AKIDSECOND", "succeeded"), (ELSEWHERE, "wrong account")] {
        let operator = Operator::before_phase_1(emulator::start(ACCOUNT));
        let proxy = until_step_4(&operator.url()).await;
        log_in(operator.home(), "AKIDFIRST");
        let output = Command::new(std::env::current_exe().expect("the path of this test"))
            .args(["--exact", "login::a_console_that_stays_open", "--nocapture"])
            .env_clear()
            .env("HOME", operator.home())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", &proxy.url)
            .env(LOGS_IN, key)
            .output()
            .expect("this test again");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains(&format!("ended: {wanted}")), "{said}");
        once(&proxy);
    }
}

/// Walks until the pause, logs in, and goes on with the very same account object.
#[expect(clippy::print_stdout, reason = "whoever started this process reads it")]
#[expect(clippy::panic, reason = "it fails the test that started this process")]
async fn stays_open(home: &Path, key: &str) {
    let connection = Connection {
        profile: Some("oncall".to_owned()),
        region: REGION.to_owned(),
        endpoint_url: None,
        account: ACCOUNT.to_owned(),
    };
    let live = Live::connect(&connection).await.expect("a connection");
    let mut walk = Walk::begin(phase_1());
    walk.on(&live).await;
    assert!(matches!(walk.run.stage, Stage::Paused { .. }), "{}", walk.tail());
    log_in(home, key);
    walk.ask(&Asked::Resume {});
    walk.on(&live).await;
    let wrong = walk.records.iter().any(|r| matches!(r.event, Event::WrongAccount { .. }));
    match walk.rest() {
        Rest::Succeeded {} => println!("ended: succeeded"),
        Rest::Stuck { .. } if wrong => println!("ended: wrong account"),
        rest => panic!("{rest:?}\n{}", walk.tail()),
    }
}

/// A source whose credentials end at once, and which gives these in turn; the last for good.
#[derive(Debug)]
struct Turning {
    keys: Vec<&'static str>,
    turn: Arc<AtomicUsize>,
}

impl Turning {
    fn give(&self) -> provider::Result {
        let turn = self.turn.load(Ordering::SeqCst).min(self.keys.len() - 1);
        let ended = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        Ok(Credentials::new(self.keys[turn], "not-a-secret", None, Some(ended), "turning"))
    }
}

impl ProvideCredentials for Turning {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(self.give())
    }
}

/// An account whose credentials are the first of these, and what turns to the next.
fn turning(url: &str, keys: &[&'static str]) -> (Live, Arc<AtomicUsize>) {
    let turn: Arc<AtomicUsize> = Arc::default();
    let source = Turning { keys: keys.to_vec(), turn: Arc::clone(&turn) };
    let source = SharedCredentialsProvider::new(source);
    let config = config(url, REGION).to_builder().credentials_provider(source).build();
    (Live::from_sdk_config(&config, &connection(url, REGION, ACCOUNT)), turn)
}

#[tokio::test]
async fn credentials_that_are_refreshed_sign_a_change_only_when_they_are_of_the_account() {
    let operator = Operator::before_phase_1(emulator::start(ACCOUNT));
    let proxy = Proxy::before(&operator.url(), |request, _| {
        let asks = request.operation == "GetCallerIdentity" && request.key == "AKIDLOST";
        asks.then_some(Break::ResetRead)
    })
    .await;
    let (live, turn) = turning(&proxy.url, &["AKIDFIRST", "AKIDSECOND", "AKIDLOST", ELSEWHERE]);
    let asked = |key: &str| {
        let passed = proxy.passed();
        let of = |name: &str| {
            passed.iter().filter(|p| p.request.key == key && p.request.operation == name).count()
        };
        (of("GetCallerIdentity"), of("UpdateTable"))
    };
    reply(&live, sts::Call::GetCallerIdentity {}).await;
    reply(&live, change()).await;
    assert_eq!(asked("AKIDFIRST"), (1, 1));

    turn.store(1, Ordering::SeqCst);
    let stream = |view| dynamodb::Call::UpdateTable {
        table: "sitelogix-vendors".to_owned(),
        change: dynamodb::TableChange::Stream(view),
    };
    reply(&live, stream(Some(dynamodb::StreamView::KeysOnly))).await;
    reply(&live, stream(None)).await;
    assert_eq!(asked("AKIDSECOND"), (1, 2), "asked once, before the first change");

    turn.store(2, Ordering::SeqCst);
    let told = error(&live, change()).await;
    assert_eq!((told.ending, told.code.as_str()), (Ending::NotSent, "IdentityUnknown"), "{told}");
    assert_eq!(asked("AKIDLOST"), (1, 0));

    turn.store(3, Ordering::SeqCst);
    let told = error(&live, change()).await;
    assert_eq!((told.ending, told.code.as_str()), (Ending::Expired, "OtherAccount"), "{told}");
    assert!(told.message.contains("account 111122223333, and the run is of 500313280221"));
    assert_eq!(asked(ELSEWHERE), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_whose_credentials_become_another_accounts_changes_nothing_there() {
    let operator = Operator::before_phase_1(emulator::start(ACCOUNT));
    let over = Arc::new(AtomicUsize::new(0));
    let turned = Arc::clone(&over);
    // From the first change of a table on, the source gives another account's.
    let proxy = Proxy::before(&operator.url(), move |request, _| {
        if request.operation == "UpdateContinuousBackups" {
            turned.store(1, Ordering::SeqCst);
        }
        None
    })
    .await;
    let source = Turning { keys: vec!["AKIDFIRST", ELSEWHERE], turn: over };
    let source = SharedCredentialsProvider::new(source);
    let sdk = config(&proxy.url, REGION).to_builder().credentials_provider(source).build();
    let live = Live::from_sdk_config(&sdk, &connection(&proxy.url, REGION, ACCOUNT));
    let mut walk = Walk::begin(phase_1());
    walk.on(&live).await;
    let Stage::Paused { why, .. } = &walk.run.stage else { panic!("{}", walk.tail()) };
    assert!(why.contains("OtherAccount"), "{why}");
    assert!(why.contains("get credentials of account 500313280221"), "{why}");
    walk.ask(&Asked::Resume {});
    walk.on(&live).await;
    assert!(matches!(walk.rest(), Rest::Stuck { failure } if failure.code == "wrong-account"));
    once(&proxy);
    let elsewhere: Value = operator.account_as(ELSEWHERE);
    assert_eq!(elsewhere["topics"], serde_json::json!({}));
    assert_eq!(elsewhere["tables"], serde_json::json!({}));
}
