//! What the environment of the process decides: endpoints, profiles, credentials.
//!
//! The environment belongs to a whole process, so that each of these tests starts this binary
//! again, with an environment of its own and [`what_a_process_gets`] as the only test. It goes the
//! whole way of the console: [`Live::connect`], the SDK's own search and its own connector.

use std::path::Path;
use std::process::Command;

use muster::aws::{Connection, Live};
use muster::cloud::{Account, Call, cloudwatch, dynamodb, s3, sts};
use tempfile::TempDir;

use crate::emulator;
use crate::support::{ACCOUNT, REGION};

/// The profile to connect with.
const PROFILE: &str = "MUSTER_TEST_PROFILE";

/// Set in the processes that [`in_a_process`] starts: this binary is to look around, and not to
/// test.
const LOOKS_AROUND: &str = "MUSTER_TEST_LOOKS_AROUND";

/// The calls that a process tries.
const TRIED: [&str; 4] = ["GetCallerIdentity", "ListTables", "CreateBucket", "DeleteAlarms"];

#[test]
#[expect(clippy::disallowed_methods, reason = "tests have no app that read the environment")]
fn what_a_process_gets() {
    if std::env::var_os(LOOKS_AROUND).is_some() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(look_around());
        return;
    }
    let home = home("");
    let output = in_a_process(home.path(), &[("AWS_ENDPOINT_URL", "http://127.0.0.1:9")]);
    for operation in TRIED {
        assert!(!line(&output, operation).is_empty(), "{operation} was not tried: {output}");
    }
}

/// What a process finds out, in lines of its output.
#[expect(clippy::disallowed_methods, reason = "tests have no app that read the environment")]
#[expect(clippy::print_stdout, reason = "whoever started this process reads it")]
async fn look_around() {
    let connection = Connection {
        profile: std::env::var(PROFILE).ok(),
        region: REGION.to_owned(),
        endpoint_url: None,
        account: ACCOUNT.to_owned(),
    };
    let live = Live::connect(&connection).await.expect("a connection");
    let bucket = "sitelogix-files".to_owned();
    let calls = [
        Call::Sts(sts::Call::GetCallerIdentity {}),
        Call::DynamoDb(dynamodb::Call::ListTables {}),
        Call::S3(s3::Call::CreateBucket { bucket, object_lock: false }),
        Call::CloudWatch(cloudwatch::Call::DeleteAlarm { alarm: "none".to_owned() }),
    ];
    for call in calls {
        let name = call.operation().name;
        match live.send(call).await {
            Ok(answer) => println!("{name} ok {:?}", answer.reply),
            Err(error) => println!("{name} {:?} {error}", error.ending),
        }
    }
    println!("credentials {:?}", live.credentials().await);
}

/// Runs [`what_a_process_gets`] with nothing in the environment but these variables.
pub fn in_a_process(home: &Path, variables: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().expect("the path of this test"))
        .args(["--exact", "environment::what_a_process_gets", "--nocapture"])
        .env_clear()
        .env(LOOKS_AROUND, "1")
        .env("HOME", home)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied())
        .output()
        .expect("this test again");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).expect("text")
}

/// The line that begins with a word.
pub fn line<'a>(output: &'a str, begin: &str) -> &'a str {
    output.lines().find(|line| line.starts_with(begin)).unwrap_or_default()
}

/// A home folder with this AWS configuration.
fn home(config: &str) -> TempDir {
    let home = TempDir::new().expect("a home folder");
    let folder = home.path().join(".aws");
    std::fs::create_dir(&folder).expect("its AWS folder");
    std::fs::write(folder.join("config"), config).expect("its AWS configuration");
    home
}

const KEYS: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "not-a-secret")];

#[test]
fn an_endpoint_for_all_services_takes_buckets_in_the_path() {
    let emulator = emulator::start(ACCOUNT);
    let home = home("");
    let url = emulator.url();
    let output = in_a_process(home.path(), &[KEYS[0], KEYS[1], ("AWS_ENDPOINT_URL", &url)]);
    assert!(line(&output, "GetCallerIdentity").contains("ok"), "{output}");
    assert!(line(&output, "ListTables").contains("ok"), "{output}");
    assert_eq!(line(&output, "CreateBucket"), "CreateBucket ok S3(Done)", "{output}");
    assert!(line(&output, "credentials").contains("EnvironmentVariable"), "{output}");
}

#[test]
fn each_service_may_have_an_endpoint_of_its_own() {
    let emulator = emulator::start(ACCOUNT);
    let home = home("");
    let url = emulator.url();
    let output = in_a_process(
        home.path(),
        &[
            KEYS[0],
            KEYS[1],
            // Nobody listens there.
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &url),
            ("AWS_ENDPOINT_URL_S3", &url),
        ],
    );
    assert!(line(&output, "ListTables").contains("ok"), "{output}");
    assert_eq!(line(&output, "CreateBucket"), "CreateBucket ok S3(Done)", "{output}");
    assert!(line(&output, "DeleteAlarms").starts_with("DeleteAlarms NotSent"), "{output}");
    assert!(line(&output, "GetCallerIdentity").contains("NotSent"), "{output}");

    let output = in_a_process(
        home.path(),
        &[
            KEYS[0],
            KEYS[1],
            ("AWS_ENDPOINT_URL", &url),
            ("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:9"),
        ],
    );
    assert!(line(&output, "ListTables").contains("ok"), "{output}");
    assert!(line(&output, "DeleteAlarms").starts_with("DeleteAlarms NotSent"), "{output}");
}

#[test]
fn a_named_profile_is_obeyed_and_not_the_keys_in_the_environment() {
    let emulator = emulator::start(ACCOUNT);
    let config = format!(
        "[profile drill]\naws_access_key_id = AKIDDRILL\naws_secret_access_key = not-a-secret\n\
         endpoint_url = {}\n",
        emulator.url()
    );
    let home = home(&config);
    let output = in_a_process(home.path(), &[KEYS[0], KEYS[1], (PROFILE, "drill")]);
    assert!(line(&output, "GetCallerIdentity").contains("ok"), "{output}");
    assert!(line(&output, "credentials").contains("ProfileFile"), "{output}");
}

#[test]
fn missing_credentials_are_said_to_be_missing_with_the_profile() {
    let home = home("[profile empty]\nregion = us-east-1\n");
    // Should a request be sent all the same, nobody listens there.
    let nobody = ("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    for (profile, named) in [
        (Some("nobody"), "profile `nobody`"),
        (Some("empty"), "profile `empty`"),
        (None, "this environment"),
    ] {
        let variables: Vec<_> =
            profile.map(|name| (PROFILE, name)).into_iter().chain([nobody]).collect();
        let output = in_a_process(home.path(), &variables);
        for operation in ["GetCallerIdentity", "CreateBucket", "DeleteAlarms"] {
            let expected =
                format!("{operation} Expired NoCredentials: no credentials from {named}");
            assert!(line(&output, operation).starts_with(&expected), "{output}");
        }
        assert!(line(&output, "credentials").contains("Expired"), "{output}");
    }
}
