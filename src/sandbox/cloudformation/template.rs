//! Templates in JSON, as far as the simulated account runs them: parameters, conditions, `Ref`,
//! `Fn::GetAtt`, `Fn::Sub`, `Fn::If`, `Fn::Join`, and the functions of conditions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::cloud::Place;

/// The most bytes of a template that is sent along with a call.
const LARGEST: usize = 51_200;
/// What stands for a value that only AWS knows, once it has made something.
pub const LATER: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// A template that is well formed.
#[derive(Clone, Debug)]
pub struct Template {
    root: Map<String, Value>,
}

/// A resource that was made: what `Ref` and `Fn::GetAtt` say of it.
pub struct Made<'a> {
    pub physical: &'a str,
    pub attributes: &'a BTreeMap<String, String>,
}

/// What a template is resolved with.
pub struct Scope<'a> {
    pub place: &'a Place,
    pub stack: &'a str,
    pub stack_id: &'a str,
    pub parameters: &'a BTreeMap<String, String>,
    /// A resource that is there. What is not there yet resolves to [`LATER`].
    pub made: &'a dyn Fn(&str) -> Option<Made<'a>>,
}

impl Template {
    /// Reads a template, or says in AWS's words what is wrong with it.
    pub fn read(body: &str) -> Result<Self, String> {
        if body.len() > LARGEST {
            return Err(format!(
                "1 validation error detected: Value at 'templateBody' failed to satisfy \
                 constraint: Member must have length less than or equal to {LARGEST}"
            ));
        }
        let root = match serde_json::from_str(body) {
            Ok(Value::Object(root)) => root,
            Ok(_) => return Err("Template format error: unsupported structure.".to_owned()),
            Err(error) => {
                return Err(format!(
                    "Template format error: JSON not well-formed. (line {}, column {})",
                    error.line(),
                    error.column()
                ));
            }
        };
        let template = Self { root };
        if template.section("Resources").is_none_or(Map::is_empty) {
            return Err(
                "Template format error: At least one Resources member must be defined.".to_owned()
            );
        }
        for (name, resource) in template.resources() {
            if resource.get("Type").and_then(Value::as_str).is_none() {
                return Err(format!(
                    "Template format error: [/Resources/{name}] Every Resources object must \
                     contain a Type member."
                ));
            }
        }
        template.check_references()?;
        Ok(template)
    }

    fn section(&self, name: &str) -> Option<&Map<String, Value>> {
        self.root.get(name)?.as_object()
    }

    pub fn resources(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.section("Resources").into_iter().flatten()
    }

    pub fn resource(&self, logical: &str) -> Option<&Value> {
        self.section("Resources")?.get(logical)
    }

    /// Every reference leads to a parameter, a resource or a pseudo parameter.
    fn check_references(&self) -> Result<(), String> {
        let known = |name: &str| {
            name.starts_with("AWS::")
                || self.section("Parameters").is_some_and(|all| all.contains_key(name))
                || self.resource(name).is_some()
        };
        let used = self
            .resources()
            .flat_map(|(_, resource)| references(resource))
            .chain(self.section("Outputs").into_iter().flat_map(Map::values).flat_map(references));
        let unknown: BTreeSet<String> = used.filter(|name| !known(name)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = unknown.into_iter().collect();
        Err(format!(
            "Template format error: Unresolved resource dependencies [{}] in the Resources block \
             of the template",
            names.join(", ")
        ))
    }

    /// The values of all parameters: those given, and the defaults.
    pub fn parameters(
        &self,
        given: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, String> {
        let nothing = Map::new();
        let declared = self.section("Parameters").unwrap_or(&nothing);
        let list = |names: Vec<&String>| {
            names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ")
        };
        let strange: Vec<_> = given.keys().filter(|name| !declared.contains_key(*name)).collect();
        if !strange.is_empty() {
            return Err(format!("Parameters: [{}] do not exist in the template", list(strange)));
        }
        let mut values = BTreeMap::new();
        let mut missing = Vec::new();
        for (name, declaration) in declared {
            let default = declaration.get("Default").map(plain);
            match given.get(name).cloned().or(default) {
                Some(value) => {
                    check_parameter(name, &value, declaration)?;
                    values.insert(name.clone(), value);
                }
                None => missing.push(name),
            }
        }
        if missing.is_empty() {
            return Ok(values);
        }
        Err(format!("Parameters: [{}] must have values", list(missing)))
    }

    /// The logical ids of the resources whose conditions hold.
    pub fn included(&self, scope: &Scope<'_>) -> Result<Vec<String>, String> {
        let mut included = Vec::new();
        for (name, resource) in self.resources() {
            let condition = resource.get("Condition").and_then(Value::as_str);
            if condition.map_or(Ok(true), |name| self.holds(name, scope))? {
                included.push(name.clone());
            }
        }
        Ok(included)
    }

    /// What has to be there before a resource is made.
    pub fn dependencies(&self, logical: &str) -> BTreeSet<String> {
        let Some(resource) = self.resource(logical) else { return BTreeSet::new() };
        let written = match resource.get("DependsOn") {
            Some(Value::String(name)) => vec![name.clone()],
            Some(Value::Array(names)) => {
                names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        let used = resource.get("Properties").map(references).unwrap_or_default();
        written.into_iter().chain(used).filter(|name| self.resource(name).is_some()).collect()
    }

    /// The properties of a resource with everything filled in.
    pub fn properties(&self, logical: &str, scope: &Scope<'_>) -> Result<Value, String> {
        let written = self.resource(logical).and_then(|resource| resource.get("Properties"));
        written.map_or(Ok(Value::Object(Map::new())), |value| self.resolve(value, scope))
    }

    /// The outputs whose conditions hold.
    pub fn outputs(&self, scope: &Scope<'_>) -> Result<BTreeMap<String, String>, String> {
        let mut outputs = BTreeMap::new();
        for (name, output) in self.section("Outputs").into_iter().flatten() {
            let condition = output.get("Condition").and_then(Value::as_str);
            if condition.map_or(Ok(true), |name| self.holds(name, scope))? {
                let value = self.resolve(output.get("Value").unwrap_or(&Value::Null), scope)?;
                outputs.insert(name.clone(), plain(&value));
            }
        }
        Ok(outputs)
    }

    fn holds(&self, condition: &str, scope: &Scope<'_>) -> Result<bool, String> {
        let found = self.section("Conditions").and_then(|all| all.get(condition));
        let unknown = || format!("Template format error: Unresolved condition {condition}");
        self.truth(found.ok_or_else(unknown)?, scope)
    }

    fn truth(&self, value: &Value, scope: &Scope<'_>) -> Result<bool, String> {
        let (name, inside) = single(value).ok_or("Template format error: bad condition")?;
        let parts = || inside.as_array().map(Vec::as_slice).unwrap_or_default();
        match name {
            "Condition" => self.holds(inside.as_str().unwrap_or_default(), scope),
            "Fn::Equals" => match parts() {
                [a, b] => Ok(self.resolve(a, scope)? == self.resolve(b, scope)?),
                _ => Err("Template error: every Fn::Equals object requires a list of 2 string \
                          parameters."
                    .to_owned()),
            },
            "Fn::Not" => parts().first().map_or(Ok(true), |one| self.truth(one, scope).map(|t| !t)),
            "Fn::And" => {
                parts().iter().try_fold(true, |all, one| Ok(all & self.truth(one, scope)?))
            }
            "Fn::Or" => {
                parts().iter().try_fold(false, |any, one| Ok(any | self.truth(one, scope)?))
            }
            other => Err(format!("Template error: {other} is no function of conditions")),
        }
    }

    fn resolve(&self, value: &Value, scope: &Scope<'_>) -> Result<Value, String> {
        if let Some((name, inside)) = single(value)
            && (name == "Ref" || name.starts_with("Fn::"))
        {
            return self.function(name, inside, scope);
        }
        match value {
            Value::Object(fields) => {
                let mut resolved = Map::new();
                for (name, value) in fields {
                    let value = self.resolve(value, scope)?;
                    // What `AWS::NoValue` stands for is left out.
                    if !value.is_null() {
                        resolved.insert(name.clone(), value);
                    }
                }
                Ok(Value::Object(resolved))
            }
            Value::Array(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.resolve(item, scope)).collect();
                Ok(Value::Array(items?.into_iter().filter(|item| !item.is_null()).collect()))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(value.clone()),
        }
    }

    fn function(&self, name: &str, inside: &Value, scope: &Scope<'_>) -> Result<Value, String> {
        let items = inside.as_array().map(Vec::as_slice).unwrap_or_default();
        let text = inside.as_str().unwrap_or_default();
        match (name, items) {
            ("Ref", _) if text == "AWS::NoValue" => Ok(Value::Null),
            ("Ref", _) => Ok(Value::String(reference(text, scope))),
            ("Fn::GetAtt", [Value::String(resource), Value::String(attribute)]) => {
                Ok(Value::String(attribute_of(resource, attribute, scope)?))
            }
            ("Fn::GetAtt", _) if text.contains('.') => {
                let (resource, attribute) = text.split_once('.').unwrap_or_default();
                Ok(Value::String(attribute_of(resource, attribute, scope)?))
            }
            ("Fn::Sub", []) => Ok(Value::String(substitute(text, scope)?)),
            ("Fn::If", [Value::String(condition), yes, no]) => {
                let chosen = if self.holds(condition, scope)? { yes } else { no };
                self.resolve(chosen, scope)
            }
            ("Fn::Join", [Value::String(between), Value::Array(parts)]) => {
                let parts: Result<Vec<_>, _> =
                    parts.iter().map(|part| self.resolve(part, scope)).collect();
                let parts: Vec<_> = parts?.iter().map(plain).collect();
                Ok(Value::String(parts.join(between)))
            }
            _ => Err(format!("Template error: the simulated account does not run {name} here")),
        }
    }
}

fn check_parameter(name: &str, value: &str, declaration: &Value) -> Result<(), String> {
    let Some(allowed) = declaration.get("AllowedValues").and_then(Value::as_array) else {
        return Ok(());
    };
    let allowed: Vec<_> = allowed.iter().map(plain).collect();
    if allowed.iter().any(|one| one == value) {
        return Ok(());
    }
    Err(format!("Parameter '{name}' must be one of AllowedValues"))
}

/// The only entry of an object: how functions are written.
fn single(value: &Value) -> Option<(&str, &Value)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    fields.iter().next().map(|(name, inside)| (name.as_str(), inside))
}

/// Everything that a value refers to by name.
fn references(value: &Value) -> Vec<String> {
    if let Some((name, inside)) = single(value) {
        match (name, inside) {
            ("Ref", Value::String(name)) => return vec![name.clone()],
            ("Fn::GetAtt", Value::String(path)) => {
                return path.split('.').next().map(str::to_owned).into_iter().collect();
            }
            ("Fn::GetAtt", Value::Array(path)) => {
                return path
                    .first()
                    .and_then(Value::as_str)
                    .map(str::to_owned)
                    .into_iter()
                    .collect();
            }
            ("Fn::Sub", Value::String(text)) => {
                let names = placeholders(text).map(|(_, name)| name);
                return names
                    .filter_map(|name| name.split('.').next())
                    .map(str::to_owned)
                    .collect();
            }
            _ => {}
        }
    }
    match value {
        Value::Object(fields) => fields.values().flat_map(references).collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// Each `${name}` of a text that is not written `${!name}`.
fn placeholders(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("${").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        (!name.starts_with('!')).then_some((rest, name))
    })
}

fn substitute(text: &str, scope: &Scope<'_>) -> Result<String, String> {
    let mut done = text.to_owned();
    for (_, name) in placeholders(text) {
        let value = match name.split_once('.') {
            Some((resource, attribute)) => attribute_of(resource, attribute, scope)?,
            None => reference(name, scope),
        };
        done = done.replace(&format!("${{{name}}}"), &value);
    }
    Ok(done.replace("${!", "${"))
}

fn reference(name: &str, scope: &Scope<'_>) -> String {
    let pseudo = match name {
        "AWS::AccountId" => Some(scope.place.account.clone()),
        "AWS::Region" => Some(scope.place.region.clone()),
        "AWS::Partition" => Some(scope.place.partition().to_owned()),
        "AWS::StackName" => Some(scope.stack.to_owned()),
        "AWS::StackId" => Some(scope.stack_id.to_owned()),
        "AWS::URLSuffix" => Some("amazonaws.com".to_owned()),
        _ => None,
    };
    let made = || (scope.made)(name).map(|made| made.physical.to_owned());
    pseudo.or_else(|| scope.parameters.get(name).cloned()).or_else(made).unwrap_or(LATER.to_owned())
}

fn attribute_of(resource: &str, attribute: &str, scope: &Scope<'_>) -> Result<String, String> {
    let Some(made) = (scope.made)(resource) else { return Ok(LATER.to_owned()) };
    let unknown = || {
        format!("Template error: resource {resource} does not support attribute type {attribute}")
    };
    made.attributes.get(attribute).cloned().ok_or_else(unknown)
}

/// A value as text: strings without quotes.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
