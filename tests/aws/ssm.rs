//! Parameters: what is written is there when it is read, and a secret is not read.

use muster::aws::Live;
use muster::cloud::ssm::{Call, Reply};
use muster::cloud::{self, Ending};

use crate::emulator;
use crate::support::{self, ACCOUNT, REGION, config, ending, error, live};

const NAME: &str = "/sitelogix/prod/audio-bucket";

async fn reply(live: &Live, call: Call) -> Reply {
    match support::reply(live, call).await {
        cloud::Reply::Ssm(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

fn get() -> Call {
    Call::GetParameter { parameter: NAME.to_owned() }
}

fn put(value: &str, overwrite: bool) -> Call {
    Call::PutParameter { parameter: NAME.to_owned(), value: value.to_owned(), overwrite }
}

#[tokio::test]
async fn a_parameter_is_made_replaced_and_deleted() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let absent = (Ending::Absent, "ParameterNotFound".to_owned());
    assert_eq!(ending(&live, get()).await, absent);
    assert_eq!(reply(&live, put("old", false)).await, Reply::Version { version: 1 });
    let read = |value: &str, version| Reply::Parameter { value: value.to_owned(), version };
    assert_eq!(reply(&live, get()).await, read("old", 1));
    let exists = (Ending::Exists, "ParameterAlreadyExists".to_owned());
    assert_eq!(ending(&live, put("new", false)).await, exists);
    assert_eq!(reply(&live, put("new", true)).await, Reply::Version { version: 2 });
    assert_eq!(reply(&live, get()).await, read("new", 2));
    let delete = || Call::DeleteParameter { parameter: NAME.to_owned() };
    assert_eq!(reply(&live, delete()).await, Reply::Done {});
    assert_eq!(ending(&live, delete()).await, absent);
    assert_eq!(ending(&live, get()).await, absent);
}

#[tokio::test]
async fn a_secret_is_not_read() {
    use aws_sdk_ssm::types::ParameterType;
    let emulator = emulator::start(ACCOUNT);
    let url = emulator.url();
    let second = aws_sdk_ssm::Client::new(&config(&url, REGION));
    for (kind, value) in [(ParameterType::SecureString, "x"), (ParameterType::StringList, "a,b")] {
        let request = second.put_parameter().name(NAME).value(value).r#type(kind).overwrite(true);
        request.send().await.unwrap();
        let error = error(&live(&url), get()).await;
        assert_eq!((error.ending, error.code.as_str()), (Ending::Refused, "BeyondVocabulary"));
        assert!(!error.message.contains(value) || value == "x", "{}", error.message);
        second.delete_parameter().name(NAME).send().await.unwrap();
    }
}
