//! Reading an estate from its file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::{Environment, Estate, Item};
use crate::cloud::Place;
use crate::problem::{
    Code, Entry, Fields, Findings, Node, Problem, Shape, Source, kebab, snake, text_of, wrong,
};

/// Keys of an estate.
pub(super) const KEYS: &[&str] = &["title", "owner", "contact", "inventory", "environments"];
/// Keys of an environment.
pub(super) const ENVIRONMENT_KEYS: &[&str] =
    &["account", "region", "alias", "contact", "protected", "inventory"];

type Inventory = BTreeMap<String, Item>;

pub(super) fn load(source: &Source) -> (Option<Estate>, Vec<Problem>) {
    let mut findings = Findings::new(source);
    let estate = read(source, &mut findings);
    let is_good = !findings.has_errors();
    (estate.filter(|_| is_good), findings.into_problems())
}

fn read(source: &Source, findings: &mut Findings) -> Option<Estate> {
    if !kebab(&source.name) {
        let message = format!("the folder of an estate cannot be called `{}`", source.name);
        findings
            .error(Code::FileName, 0..0, message)
            .help("use small letters, digits and hyphens: `sitelogix`");
    }
    let tree = Node::read(source, findings)?;
    let fields = Fields::of(&tree, "an estate", KEYS, findings)?;
    let title = fields.need_text("title", findings);
    let owner = fields.need_text("owner", findings);
    let contact = fields.text("contact", findings);
    let shared = fields.get("inventory").map(|node| inventory(node, findings)).unwrap_or_default();
    let environments = match fields.need("environments", findings)?.table() {
        Some(entries) => entries,
        None => wrong("environments", "a table", fields.get("environments")?, findings)?,
    };
    if environments.is_empty() {
        findings.error(
            Code::Empty,
            fields.entry("environments")?.key_span.clone(),
            "there is no environment",
        );
    }
    let environments: Vec<_> = environments
        .iter()
        .filter_map(|entry| {
            let found = environment(entry, &shared, contact, findings)?;
            Some((found, entry.key_span.clone()))
        })
        .collect();
    complete(&environments, findings);
    Some(Estate {
        name: source.name.clone(),
        title: title?.0.to_owned(),
        owner: owner?.0.to_owned(),
        environments: environments.into_iter().map(|(environment, _)| environment).collect(),
        sha256: hex::encode(Sha256::digest(&source.text)),
        assets: std::collections::BTreeMap::new(),
    })
}

fn environment(
    entry: &Entry,
    shared: &Inventory,
    contact: Option<&str>,
    findings: &mut Findings,
) -> Option<Environment> {
    if !kebab(&entry.key) {
        let message = format!("an environment cannot be called `{}`", entry.key);
        findings
            .error(Code::BadName, entry.key_span.clone(), message)
            .help("use small letters, digits and hyphens: `prod`");
    }
    let fields = Fields::of(&entry.value, "an environment", ENVIRONMENT_KEYS, findings)?;
    let account = fields.need_text("account", findings);
    let region = fields.need_text("region", findings);
    let alias = fields.need_text("alias", findings);
    let contact = fields.text("contact", findings).or(contact);
    let protected = fields.need("protected", findings);
    let protected = protected.and_then(|_| fields.boolean("protected", findings));
    let mut own = shared.clone();
    if let Some(node) = fields.get("inventory") {
        own.extend(inventory(node, findings));
    }
    if let Some((account, span)) = &account
        && !(account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
    {
        let message = format!("`{account}` is no account id");
        findings
            .error(Code::BadAccount, span.clone(), message)
            .help("an account id is a text of twelve digits: \"111122223333\"");
    }
    if let Some((region, span)) = &region
        && !is_region(region)
    {
        findings
            .error(Code::BadRegion, span.clone(), format!("`{region}` is no Region"))
            .help("a Region is written as AWS does: \"us-east-1\"");
    }
    Some(Environment {
        name: entry.key.clone(),
        place: Place::new(account?.0, region?.0),
        alias: alias?.0.to_owned(),
        contact: contact.map(str::to_owned),
        protected: protected?,
        inventory: own,
    })
}

fn is_region(region: &str) -> bool {
    let parts: Vec<_> = region.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    words.len() >= 2
        && words[0].len() == 2
        && words.iter().all(is_word)
        && number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn inventory(node: &Node, findings: &mut Findings) -> Inventory {
    let Some(entries) = node.table() else {
        return wrong("inventory", "a table", node, findings).unwrap_or_default();
    };
    entries
        .iter()
        .filter_map(|entry| Some((name(entry, findings), item(entry, findings)?)))
        .collect()
}

fn name(entry: &Entry, findings: &mut Findings) -> String {
    if !snake(&entry.key) {
        let message = format!("an entry of the inventory cannot be called `{}`", entry.key);
        findings
            .error(Code::BadName, entry.key_span.clone(), message)
            .help("use small letters, digits and underscores: `data_buckets`");
    }
    entry.key.clone()
}

fn item(entry: &Entry, findings: &mut Findings) -> Option<Item> {
    match &entry.value.shape {
        Shape::Text(_) => Some(Item::One(one(&entry.key, &entry.value, findings)?)),
        Shape::List(items) => {
            if items.is_empty() {
                let message = format!("`{}` is empty", entry.key);
                findings.error(Code::Empty, entry.value.span.clone(), message);
            }
            let mut seen = BTreeSet::new();
            let names = items.iter().filter_map(|item| {
                let name = one(&entry.key, item, findings)?;
                if !seen.insert(name.clone()) {
                    let message = format!("`{name}` stands twice in `{}`", entry.key);
                    findings.error(Code::Duplicate, item.span.clone(), message);
                }
                Some(name)
            });
            Some(Item::Many(names.collect()))
        }
        _ => wrong(&entry.key, "a text or a list of texts", &entry.value, findings),
    }
}

fn one(key: &str, node: &Node, findings: &mut Findings) -> Option<String> {
    let text = text_of(key, node, findings)?;
    if text.contains("${") {
        findings
            .error(Code::MisplacedPath, node.span.clone(), "an estate has no paths")
            .help("write the name out: books refer to it with `${estate.KEY}`");
    }
    Some(text.to_owned())
}

/// A book is checked once for all environments, so each must have every entry, of the same kind.
fn complete(environments: &[(Environment, Range<usize>)], findings: &mut Findings) {
    let mut kinds: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for (environment, _) in environments {
        for (key, item) in &environment.inventory {
            let is_list = matches!(item, Item::Many(_));
            kinds.entry(key).or_insert((&environment.name, is_list));
        }
    }
    for (environment, span) in environments {
        for (key, (other, is_list)) in &kinds {
            let name = &environment.name;
            let message = match environment.inventory.get(*key) {
                None => format!("`{name}` has no `{key}`, but `{other}` has"),
                Some(item) if matches!(item, Item::Many(_)) != *is_list => {
                    format!(
                        "`{key}` is a list in one of `{name}` and `{other}`, but not in the other"
                    )
                }
                Some(_) => continue,
            };
            findings
                .error(Code::IncompleteInventory, span.clone(), message)
                .help("a book means the same in every environment: give it in the estate's own `[inventory]`, or in each environment");
        }
    }
}
