//! The wrong account and the wrong Region, however they come: nothing happens there.

use serde_json::json;

use crate::emulator;
use crate::phase_1::{FAILED, Operator, SUCCEEDED, WALK, ended};
use crate::proxy::Proxy;
use crate::support::ACCOUNT;

const ELSEWHERE: &str = "111122223333";

/// Names and values of the environment.
type Variables<'a> = &'a [(&'a str, &'a str)];

const CONFIG: &str = "[default]\nregion = eu-west-1\naws_access_key_id = 111122223333\n\
    aws_secret_access_key = not-a-secret\n\
    [profile right]\nregion = eu-west-1\naws_access_key_id = AKIDRIGHT\n\
    aws_secret_access_key = not-a-secret\n\
    [profile sso]\nsso_session = corp\nsso_account_id = 500313280221\nsso_role_name = oncall\n\
    [sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.example/start\n";

fn configured() -> Operator {
    let operator = Operator::before_phase_1(emulator::start(ACCOUNT));
    let folder = operator.home().join(".aws");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("config"), CONFIG).expect("a file");
    operator
}

#[test]
fn in_the_account_of_a_wrong_profile_or_environment_nothing_happens() {
    let operator = configured();
    let before = operator.account();
    let keys: &[(&str, &str)] =
        &[("AWS_ACCESS_KEY_ID", ELSEWHERE), ("AWS_SECRET_ACCESS_KEY", "not-a-secret")];
    let by_environment = [keys, &[("AWS_PROFILE", "right")]].concat();
    let table: [(&[&str], Variables<'_>); 4] = [
        (&["--profile", "default"], &[]),
        (&[], &[("AWS_PROFILE", "default")]),
        (&[], &[]),
        // As everywhere at AWS: keys in the environment come before a profile that is not an option.
        (&[], &by_environment),
    ];
    let mut cases = 0;
    for (options, variables) in table {
        for words in [[&WALK[..], &["--yes"]].concat(), [&["plan"][..], &WALK[1..4]].concat()] {
            let refused = operator.with(options, variables, &operator.url(), &words);
            ended(&refused, FAILED);
            let said = &refused.1;
            assert!(said.contains("error[wrong-account]"), "{said}");
            assert!(said.contains("expected: 500313280221 (sitelogix prod)"), "{said}");
            assert!(said.contains("found:    111122223333"), "{said}");
            assert!(said.contains("in AWS: nothing was changed"), "{said}");
            cases += 1;
        }
    }
    assert_eq!(operator.account(), before);
    assert_eq!(operator.account_as(ELSEWHERE)["topics"], json!({}));
    println!("{cases} ways into another account");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_region_is_the_environments_whatever_a_profile_or_a_variable_says() {
    let operator = configured();
    let proxy = Proxy::before(&operator.url(), |_, _| None).await;
    let region = ("AWS_REGION", "ap-south-1");
    let right = ["--profile", "right"];
    let words = [&["plan"][..], &WALK[1..4]].concat();
    ended(&operator.with(&right, &[region], &proxy.url, &words), SUCCEEDED);
    let passed = proxy.passed();
    assert!(!passed.is_empty());
    for passed in passed {
        assert_eq!(passed.request.region, "us-east-1", "{}", passed.request.operation);
        assert_eq!(passed.request.key, "AKIDRIGHT", "{}", passed.request.operation);
    }
    let sent = proxy.passed().len();
    let options = [&right[..], &["--region", "eu-west-1"]].concat();
    let refused = operator.with(&options, &[], &proxy.url, &[&WALK[..], &["--yes"]].concat());
    ended(&refused, FAILED);
    assert!(refused.1.contains("error[wrong-region]"), "{}", refused.1);
    assert!(refused.1.contains("in AWS: nothing was sent"), "{}", refused.1);
    assert_eq!(proxy.passed().len(), sent);
}

#[test]
fn without_a_login_the_command_for_the_profile_is_named() {
    let operator = configured();
    let table: [(&[&str], Variables<'_>, &str); 4] = [
        (&["--profile", "sso"], &[], "log in with `aws sso login --profile sso`"),
        (&[], &[("AWS_PROFILE", "sso")], "log in with `aws sso login --profile sso`"),
        (&["--profile", "nobody"], &[], "there is no profile `nobody`"),
        (&[], &[("AWS_PROFILE", "nobody")], "there is no profile `nobody`"),
    ];
    for (options, variables, way) in table {
        let url = operator.url();
        let walked = operator.with(options, variables, &url, &[&WALK[..], &["--yes"]].concat());
        ended(&walked, 4);
        assert!(walked.1.contains("error[login]"), "{}", walked.1);
        assert!(walked.1.contains(way), "no `{way}` in {}", walked.1);
        let doctor = operator.with(options, variables, &url, &["doctor"]);
        ended(&doctor, FAILED);
        assert!(doctor.1.contains("BAD account"), "{}", doctor.1);
        assert!(doctor.1.contains(way), "no `{way}` in {}", doctor.1);
    }
    let doctor = operator.with(&["--profile", "right"], &[], &operator.url(), &["doctor"]);
    ended(&doctor, SUCCEEDED);
    assert!(doctor.1.contains("ok  clock        it is right to the minute"), "{}", doctor.1);
}
