//! `cloudwatch.dashboard`: what a dashboard shows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::presence::Presence;
use super::super::seen::{reply, strange};
use super::super::{Breach, Change, Kind, Property, Target, Unread};
use crate::cloud::cloudwatch::{Call, DELETE_DASHBOARD, PUT_DASHBOARD, Reply};
use crate::cloud::{self, Danger, Operation, Outcome};
use crate::text;

/// `cloudwatch.dashboard`
pub(in crate::settings) struct Dashboard;

/// A dashboard that is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Board {
    /// The whole body, as CloudWatch documents it: `widgets`, and beside them `start`, `end`,
    /// `periodOverride`.
    pub body: Map<String, Value>,
}

const NAME_LENGTH: std::ops::RangeInclusive<usize> = 1..=255;
/// How many widgets a dashboard may have.
const WIDGETS: usize = 500;
/// The keys that a body may have.
const KEYS: &[&str] = &["widgets", "start", "end", "periodOverride", "variables"];
/// The kinds of widgets.
const TYPES: &[&str] = &["metric", "text", "log", "alarm", "explorer", "custom"];

impl Board {
    fn breaches(&self) -> Vec<Breach> {
        let mut breaches = Vec::new();
        let mut refuse = |why: String, fix: &str| breaches.push(Breach::unfit(why, fix));
        for key in self.body.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let why = format!("a dashboard has no `{}`", text::visible(key));
            refuse(why, "it has `widgets`, `start`, `end`, `periodOverride` and `variables`");
        }
        let Some(widgets) = self.body.get("widgets").and_then(Value::as_array) else {
            refuse(
                "a dashboard has a list of `widgets`".to_owned(),
                "give the list, if empty: `[]`",
            );
            return breaches;
        };
        if widgets.len() > WIDGETS {
            let why = format!("a dashboard has at most {WIDGETS} widgets, not {}", widgets.len());
            refuse(why, "make a second dashboard");
        }
        for (number, widget) in widgets.iter().enumerate() {
            let number = number + 1;
            let kind = widget.get("type").and_then(Value::as_str);
            if !kind.is_some_and(|kind| TYPES.contains(&kind)) {
                let why = format!("widget {number} has no `type` that CloudWatch knows");
                refuse(why, "give `metric`, `text`, `log`, `alarm`, `explorer` or `custom`");
            }
            if !widget.get("properties").is_some_and(Value::is_object) {
                let why = format!("widget {number} has no `properties`");
                refuse(why, "say in them what it shows");
            }
        }
        breaches
    }
}

/// The body of the dashboard that is there.
fn board(seen: &[Outcome]) -> Result<Option<Board>, Unread> {
    match reply(seen, 0) {
        Ok(cloud::Reply::CloudWatch(Reply::Dashboard { body })) => serde_json::from_str(body)
            .map(|body| Some(Board { body }))
            .map_err(|why| Unread::Strange(format!("its body is not a JSON object: {why}"))),
        Ok(other) => Err(strange(other)),
        Err(Unread::Absent) => Ok(None),
        Err(why) => Err(why),
    }
}

impl Property for Dashboard {
    type Value = Presence<Board>;

    const ID: &'static str = "cloudwatch.dashboard";
    const KIND: Kind = Kind::Dashboard;
    const TITLE: &'static str = "Dashboard";
    const HELP: &'static str = "What the dashboard shows, as a whole, or `\"absent\"`. Its body is \
        written as CloudWatch documents it, and compared as JSON. Its name has 1 to 255 letters, \
        digits, hyphens and underscores.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html";
    const EXAMPLE: &'static str = "{ body = { widgets = [{ type = \"alarm\", x = 0, y = 0, width = 12, \
        height = 4, properties = { title = \"Alarms\", alarms = \
        [\"arn:aws:cloudwatch:us-east-1:500313280221:alarm:sitelogix-reports-write-throttled\"] } }] } }";
    const WRITES: &'static [&'static Operation] = &[&DELETE_DASHBOARD, &PUT_DASHBOARD];

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![cloud::Call::CloudWatch(Call::GetDashboard { dashboard: on.name.clone() })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Presence<Board>, Unread> {
        Ok(board(seen)?.map_or(Presence::Absent, Presence::Present))
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &Presence<Board>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = Self::decode(on, seen).map_err(|why| {
            let why = format!("the dashboard could not be read: {why}");
            Breach::unfit(why, "try again when it can be read")
        })?;
        let dashboard = on.name.clone();
        let call = match to {
            to if *to == now => return Ok(Vec::new()),
            Presence::Absent => Call::DeleteDashboard { dashboard },
            Presence::Present(Board { body }) => {
                let body = Value::Object(body.clone()).to_string();
                Call::PutDashboard { dashboard, body }
            }
        };
        Ok(vec![cloud::Call::CloudWatch(call)])
    }

    fn change(from: &Presence<Board>, to: &Presence<Board>) -> Change {
        match (from, to) {
            (Presence::Present(from), Presence::Present(to)) if from != to => {
                Change::because(Danger::Change, "It replaces the whole dashboard of that name.")
            }
            (Presence::Absent | Presence::Present(_), _) => Change::exact(),
        }
    }

    fn lint(on: &Target, to: &Presence<Board>) -> Vec<Breach> {
        let Some(to) = to.present() else { return Vec::new() };
        let is_name = NAME_LENGTH.contains(&on.name.len())
            && on.name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        let why = || format!("`{}` is no name for a dashboard", text::visible(&on.name));
        let fix = "use 1 to 255 letters, digits, hyphens and underscores";
        let unfit = (!is_name).then(|| Breach::unfit(why(), fix));
        unfit.into_iter().chain(to.breaches()).collect()
    }

    fn creates(to: &Presence<Board>) -> bool {
        to.present().is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{absent, call, failed, on, said};
    use super::*;
    use crate::cloud::Ending;

    fn board_of(body: &Value) -> Presence<Board> {
        Presence::Present(Board { body: body.as_object().unwrap().clone() })
    }

    fn seen(body: &str) -> Vec<Outcome> {
        vec![said(Reply::Dashboard { body: body.to_owned() })]
    }

    #[test]
    fn a_dashboard_is_compared_as_json_and_put_as_a_whole() {
        let text = json!({ "type": "text", "properties": { "markdown": "# Hello" } });
        let body = json!({ "widgets": [text] });
        let put = Call::PutDashboard { dashboard: "d".to_owned(), body: body.to_string() };
        let delete = Call::DeleteDashboard { dashboard: "d".to_owned() };
        let spaced = serde_json::to_string_pretty(&body).unwrap();
        let other = "{ \"widgets\": [], \"start\": \"-PT3H\" }";
        for (seen, to, expected) in [
            (vec![absent()], Presence::Absent, vec![]),
            (vec![absent()], board_of(&body), call(put.clone())),
            (seen(other), board_of(&body), call(put)),
            (seen(&spaced), board_of(&body), vec![]),
            (seen(other), Presence::Absent, call(delete)),
        ] {
            let written = Dashboard::write(&on("d"), &seen, &to).unwrap();
            assert!(written.iter().all(|call| Dashboard::WRITES.contains(&call.operation())));
            assert_eq!(written, expected, "{to:?}");
        }
        let changed = Dashboard::change(&board_of(&json!({ "widgets": [] })), &board_of(&body));
        assert!(changed.why.is_some());
        assert_eq!(Dashboard::change(&Presence::Absent, &board_of(&body)), Change::exact());
        let read = |seen: Vec<Outcome>| Dashboard::decode(&on("d"), &seen);
        assert!(matches!(read(seen("[]")), Err(Unread::Strange(_))));
        assert!(matches!(read(vec![failed(Ending::Denied)]), Err(Unread::Failed(_))));
        assert!(Dashboard::write(&on("d"), &[failed(Ending::Denied)], &Presence::Absent).is_err());
    }

    #[test]
    fn what_a_dashboard_breaks() {
        let lint = |name: &str, body: Value| Dashboard::lint(&on(name), &board_of(&body)).len();
        let text = || json!({ "type": "text", "properties": { "markdown": "x" } });
        let many = vec![text(); 501];
        for (name, body, breaches) in [
            ("sitelogix-prod_1", json!({ "widgets": [text()], "periodOverride": "inherit" }), 0),
            ("a b", json!({ "widgets": [] }), 1),
            ("", json!({ "widgets": [] }), 1),
            ("d", json!({}), 1),
            ("d", json!({ "widgets": {} }), 1),
            ("d", json!({ "widgets": [], "widget": 1 }), 1),
            ("d", json!({ "widgets": many }), 1),
            ("d", json!({ "widgets": [{ "type": "text" }] }), 1),
            ("d", json!({ "widgets": [{ "type": "chart", "properties": {} }] }), 1),
            ("d", json!({ "widgets": ["text"] }), 2),
        ] {
            assert_eq!(lint(name, body.clone()), breaches, "{name} {body}");
        }
        assert_eq!(Dashboard::lint(&on("a b"), &Presence::Absent), []);
    }
}
