//! What the entries of an inventory are called now, where a parameter says so.

use std::sync::Arc;

use futures_util::future::join_all;

use super::planner::read;
use crate::cloud::{Account, CallError, Ending};
use crate::compliance::{Blocked, Bound, Pointer, Profile};
use crate::estate::{Environment, Estate, Item};
use crate::settings::{self, Target, Unread};

/// The setting that a pointer is.
const PARAMETER: &str = "ssm.parameter";

/// Stands for a name that is not known, to find out which lines depend on it. No resource of AWS
/// can be called so.
const UNKNOWN: &str = "\u{0}";

/// Fills a profile in, with its entries called as their parameters say. A parameter that is not
/// there leaves the entry as it is; lines that depend on one that cannot be read cannot be checked.
pub(super) async fn bind(
    account: &Arc<dyn Account>,
    profile: &Profile,
    estate: &Estate,
    environment: &Environment,
) -> Bound {
    let mut found = environment.clone();
    let mut unread = Vec::new();
    // None waits for another. An estate has a handful of them.
    let pointers = profile.pointers(environment);
    let names = pointers.iter().map(|pointer| follow(account, environment, pointer));
    let names = join_all(names).await;
    for (pointer, name) in pointers.into_iter().zip(names) {
        match name {
            Ok(Some(name)) => {
                found.inventory.insert(pointer.key, Item::One(name));
            }
            Ok(None) => {}
            Err(blocked) => unread.push((pointer.key, blocked)),
        }
    }
    let mut bound = profile.bind(estate, &found);
    for (key, blocked) in unread {
        let mut without = found.clone();
        without.inventory.insert(key, Item::One(UNKNOWN.to_owned()));
        let without = profile.bind(estate, &without);
        for (line, other) in without.lines.iter().enumerate() {
            if bound.lines.get(line).is_none_or(|own| own != other) {
                bound.blocked.insert(line, blocked.clone());
            }
        }
    }
    bound
}

/// The name that a parameter holds; none when there is no such parameter.
async fn follow(
    account: &Arc<dyn Account>,
    environment: &Environment,
    pointer: &Pointer,
) -> Result<Option<String>, Blocked> {
    let on = Target { place: environment.place.clone(), name: pointer.parameter.clone() };
    let why = |why: String| format!("the parameter {} could not be read: {why}", pointer.parameter);
    let Some(setting) = settings::find(PARAMETER) else {
        return Err(Blocked {
            why: why("there is no such setting".to_owned()),
            missing: Vec::new(),
        });
    };
    let calls = setting.read(&on);
    let iam = calls.iter().flat_map(|call| call.operation().iam).map(|one| (*one).to_owned());
    let iam: Vec<_> = iam.collect();
    let seen = read(account, calls).await;
    match setting.decode(&on, &seen) {
        Ok(value) => Ok(value["value"].as_str().map(str::to_owned)),
        Err(Unread::Absent) => Ok(None),
        Err(unread) => {
            let is_denied =
                matches!(&unread, Unread::Failed(CallError { ending: Ending::Denied, .. }));
            let missing = if is_denied { iam } else { Vec::new() };
            Err(Blocked { why: why(unread.to_string()), missing })
        }
    }
}
