//! What the paths of a book lead to, in one environment and with one set of parameters.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::template::{EnvKey, Got, Path, Template, got};
use crate::estate::Environment;

/// What paths lead to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    pub environment: &'a Environment,
    /// The texts of the estate's files, by name.
    pub assets: &'a BTreeMap<String, String>,
    /// The parameters, each with the type of its kind.
    pub params: &'a BTreeMap<String, Value>,
    /// The parameters that nobody gave yet: their values are examples.
    pub guessed: &'a BTreeSet<String>,
    /// The item of the list, where there is one.
    pub each: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// The same, for one item of a list.
    pub(super) fn with_each(&self, each: &'a str) -> Self {
        Self { each: Some(each), ..*self }
    }

    /// What a path leads to. An answer stays a path: it is filled in when the step is reached.
    pub(super) fn at(&self, path: &Path) -> Option<Got> {
        let text = |text: &str| Got::One(Value::String(text.to_owned()));
        let environment = self.environment;
        Some(match path {
            Path::Param(name) => Got::One(self.params.get(name)?.clone()),
            Path::Asset(name) => text(self.assets.get(name)?),
            Path::Estate(key) => got(environment.inventory.get(key)?),
            Path::Each => text(self.each?),
            Path::Answer(id) => text(&format!("${{steps.{id}.answer}}")),
            Path::Env(EnvKey::Name) => text(&environment.name),
            Path::Env(EnvKey::Account) => text(&environment.place.account),
            Path::Env(EnvKey::Region) => text(&environment.place.region),
            Path::Env(EnvKey::Alias) => text(&environment.alias),
        })
    }

    /// True when the text is only an example, because nobody gave a parameter yet.
    pub(super) fn is_guess(&self, template: &Template) -> bool {
        template
            .paths()
            .any(|(path, _)| matches!(path, Path::Param(name) if self.guessed.contains(name)))
    }
}
