//! What logs in again, in the words of this very machine: which profile is in use, and where its
//! credentials come from.

use std::borrow::Cow;

use aws_config::profile::{self, Profile, ProfileSet};
use aws_types::os_shim_internal::{Env, Fs};

/// A profile whose source is a profile whose source is ... ends here.
const DEEPEST: usize = 5;

/// What logs in again: a sentence without its full stop, `log in with ...`.
pub(super) async fn advice(profile: Option<&str>) -> String {
    advice_in(&Fs::real(), &Env::real(), profile).await
}

async fn advice_in(fs: &Fs, env: &Env, profile: Option<&str>) -> String {
    // The environment comes first, unless a profile was named: as the SDK looks for them.
    if profile.is_none() && env.get("AWS_ACCESS_KEY_ID").is_ok() {
        return "put fresh keys into the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, \
                AWS_SESSION_TOKEN) and start muster from there"
            .to_owned();
    }
    let wanted = profile.map(|name| Cow::Owned(name.to_owned()));
    match profile::load(fs, env, &Default::default(), wanted).await {
        Ok(found) => of_profile(&found, found.selected_profile()),
        Err(_) => "the AWS configuration files cannot be read, `aws configure list` says why, set \
                   them right and log in"
            .to_owned(),
    }
}

fn of_profile(found: &ProfileSet, name: &str) -> String {
    let Some(mut profile) = found.get_profile(name) else {
        return format!(
            "there is no profile `{name}` in the AWS configuration, choose another with --profile, \
             or make it with `aws configure sso --profile {name}`"
        );
    };
    // A role that another profile assumes: that one has to log in.
    for _ in 0..DEEPEST {
        let source = profile.get("source_profile").filter(|source| *source != profile.name());
        match source.and_then(|source| found.get_profile(source)) {
            Some(source) if source_of(profile).is_none() => profile = source,
            Some(_) | None => break,
        }
    }
    let name = profile.name();
    match source_of(profile) {
        Some(Source::Sso) => format!("log in with `aws sso login --profile {name}`"),
        Some(Source::Login) => format!("log in with `aws login --profile {name}`"),
        Some(Source::Process) => {
            format!("log in with whatever the `credential_process` of profile `{name}` needs")
        }
        Some(Source::Keys) => {
            format!("put fresh keys for profile `{name}` into the AWS credentials file")
        }
        None => format!(
            "profile `{name}` has no login, make one with `aws configure sso --profile {name}`, or \
             choose another with --profile"
        ),
    }
}

/// Where the credentials of a profile come from.
enum Source {
    Sso,
    Login,
    Process,
    Keys,
}

fn source_of(profile: &Profile) -> Option<Source> {
    let has = |key: &str| profile.get(key).is_some();
    if has("sso_session") || has("sso_start_url") {
        Some(Source::Sso)
    } else if has("login_session") {
        Some(Source::Login)
    } else if has("credential_process") {
        Some(Source::Process)
    } else if has("aws_access_key_id") {
        Some(Source::Keys)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "[default]\naws_access_key_id = AKID\n\
        [profile oncall]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = oncall\n\
        [sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.example\n\
        [profile old]\nsso_start_url = https://corp.example\n\
        [profile new]\nlogin_session = arn:aws:iam::500313280221:user/anna\n\
        [profile helper]\ncredential_process = /usr/bin/helper\n\
        [profile role]\nrole_arn = arn:aws:iam::500313280221:role/x\nsource_profile = oncall\n\
        [profile circle]\nrole_arn = arn:aws:iam::500313280221:role/x\nsource_profile = circle\n\
        [profile empty]\nregion = us-east-1\n";

    async fn told(variables: &[(&str, &str)], profile: Option<&str>) -> String {
        let env = [&[("HOME", "/anna")], variables].concat();
        let fs = Fs::from_slice(&[("/anna/.aws/config", CONFIG)]);
        advice_in(&fs, &Env::from_slice(&env), profile).await
    }

    #[tokio::test]
    async fn the_command_is_that_of_the_profile() {
        for (profile, wanted) in [
            ("oncall", "log in with `aws sso login --profile oncall`"),
            ("old", "log in with `aws sso login --profile old`"),
            ("new", "log in with `aws login --profile new`"),
            ("role", "log in with `aws sso login --profile oncall`"),
            ("helper", "log in with whatever the `credential_process` of profile `helper` needs"),
        ] {
            assert_eq!(told(&[], Some(profile)).await, wanted);
            assert_eq!(told(&[("AWS_PROFILE", profile)], None).await, wanted);
        }
        let keys = "put fresh keys for profile `default` into the AWS credentials file";
        assert_eq!(told(&[], None).await, keys);
        for profile in ["empty", "circle"] {
            let said = told(&[], Some(profile)).await;
            assert!(said.starts_with(&format!("profile `{profile}` has no login")), "{said}");
        }
        let said = told(&[], Some("nobody")).await;
        assert!(said.starts_with("there is no profile `nobody`"), "{said}");
    }

    #[tokio::test]
    async fn keys_in_the_environment_come_first_unless_a_profile_is_named() {
        let keys = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_PROFILE", "oncall")];
        assert!(told(&keys, None).await.starts_with("put fresh keys into the environment"));
        assert!(told(&keys, Some("old")).await.contains("--profile old"));
    }
}
