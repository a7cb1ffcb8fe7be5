//! How far the clock of this machine is off AWS's, from the answers of AWS.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use jiff::SignedDuration;

use crate::cloud::{SET_CLOCK, skew_words};

/// An answer that took longer says too little about when its date was written.
const TRUSTED: Duration = Duration::from_secs(60);

/// Half of the second that a date is cut to.
const HALF: Duration = Duration::from_millis(500);

/// What the latest answer said.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock(Arc<Mutex<Option<SignedDuration>>>);

impl Clock {
    /// How far the clock of this machine is ahead; none before the first answer.
    pub(super) fn skew(&self) -> Option<SignedDuration> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to do about it.
    pub(super) fn advice(&self) -> String {
        match self.skew().and_then(skew_words) {
            Some(words) => format!("{SET_CLOCK}, by AWS's answers it is {words}"),
            None => SET_CLOCK.to_owned(),
        }
    }

    /// Compares the date of an answer with the middle between request and answer.
    pub(super) fn compare(&self, sent: SystemTime, heard: SystemTime, answer: &HttpResponse) {
        let Some(found) = ahead(sent, heard, answer) else { return };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
    }
}

fn ahead(sent: SystemTime, heard: SystemTime, answer: &HttpResponse) -> Option<SignedDuration> {
    let headers = answer.headers();
    // What a cache kept tells an old time.
    if headers.get("age").is_some() {
        return None;
    }
    let date = DateTime::from_str(headers.get("date")?, Format::HttpDate).ok()?;
    let theirs = SystemTime::try_from(date).ok()?.checked_add(HALF)?;
    let took = heard.duration_since(sent).ok().filter(|took| *took <= TRUSTED)?;
    let ours = sent.checked_add(took / 2)?;
    match ours.duration_since(theirs) {
        Ok(ahead) => SignedDuration::try_from(ahead).ok(),
        Err(behind) => SignedDuration::try_from(behind.duration()).ok().map(|behind| -behind),
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// Sunday, 6 November 1994, 08:49:37 UTC, as RFC 9110 writes it.
    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const AT: u64 = 784_111_777;

    fn told(sent: u64, heard: u64, headers: &[(&'static str, &'static str)]) -> Option<i64> {
        let mut answer = HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::empty());
        for (name, value) in headers {
            answer.headers_mut().insert(*name, *value);
        }
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let clock = Clock::default();
        clock.compare(at(sent), at(heard), &answer);
        clock.skew().map(|skew| skew.as_secs())
    }

    #[test]
    fn the_middle_of_a_request_is_compared_with_the_date_of_its_answer() {
        let date = [("date", DATE)];
        assert_eq!(told(AT, AT + 1, &date), Some(0));
        assert_eq!(told(AT + 420, AT + 421, &date), Some(420));
        assert_eq!(told(AT - 430, AT - 411, &date), Some(-421));
    }

    #[test]
    fn what_says_nothing_of_the_time_is_left_out() {
        assert_eq!(told(AT, AT, &[]), None);
        assert_eq!(told(AT, AT, &[("date", "yesterday")]), None);
        assert_eq!(told(AT, AT, &[("date", DATE), ("age", "3")]), None);
        assert_eq!(told(AT, AT + 61, &[("date", DATE)]), None);
        assert_eq!(told(AT + 2, AT, &[("date", DATE)]), None);
    }

    #[test]
    fn what_to_do_names_how_far_it_is_off_when_that_is_known() {
        let clock = Clock::default();
        assert!(clock.advice().ends_with("what sets it)"));
        *clock.0.lock().unwrap() = Some(SignedDuration::from_mins(-20));
        assert!(clock.advice().ends_with("what sets it), by AWS's answers it is 20 min behind"));
    }
}
