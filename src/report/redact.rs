//! A report for people who may not know everything: accounts, ARNs, persons, addresses, request ids,
//! answers and notes give way to placeholders, the same for the same wherever it stands.
//!
//! Every field of a report is named here, so that a new one cannot be forgotten. A field that is
//! secret as a whole is replaced as a whole, and is looked for in all other texts; these are searched
//! for what looks like a secret, too.

mod fields;
mod search;

use std::collections::BTreeMap;

use super::parts::Report;
use fields::Field;
use search::{Hit, pattern};

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Account,
    Arn,
    Person,
    Address,
    Request,
    Answer,
    Note,
    Digest,
    Key,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Arn => "arn",
            Self::Person => "person",
            Self::Address => "address",
            Self::Request => "request",
            Self::Answer => "answer",
            Self::Note => "note",
            Self::Digest => "digest",
            Self::Key => "key",
        }
    }
}

/// Under this length what a person said is looked for only as a whole text: a `yes` that is replaced
/// in every other sentence would only tell that it was one.
const SAYING: usize = 6;
/// From this length on a secret is found within words, too.
const LONG: usize = 8;

/// What was replaced so far.
#[derive(Debug, Default)]
struct Redactor {
    /// By what they stand for: the placeholder, and whether it is looked for within other texts.
    known: BTreeMap<String, (String, bool)>,
    counts: BTreeMap<Kind, usize>,
}

impl Report {
    /// The same report with placeholders, and a word that it is so.
    pub fn redacted(mut self) -> Self {
        if self.redacted {
            return self;
        }
        let mut redactor = Redactor::default();
        // What is secret is known before any other text is searched for it.
        fields::visit(&mut self, &mut |field| {
            if let Field::Whole(kind, text) = field {
                redactor.learn(kind, text);
            }
        });
        fields::visit(&mut self, &mut |field| match field {
            Field::Whole(kind, text) => *text = redactor.learn(kind, text),
            Field::Said(said, text) => *text = redactor.around(said, text),
            Field::Text(text) => *text = redactor.searched(text),
        });
        self.events.iter_mut().for_each(|event| event.said = None);
        self.redacted = true;
        self
    }
}

impl Redactor {
    /// The placeholder of a secret.
    fn learn(&mut self, kind: Kind, secret: &str) -> String {
        if secret.trim().is_empty() {
            return secret.to_owned();
        }
        if let Some((known, _)) = self.known.get(secret) {
            return known.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let placeholder = format!("{}-{count}", kind.word());
        let within = !matches!(kind, Kind::Answer | Kind::Note) || secret.len() >= SAYING;
        self.known.insert(secret.to_owned(), (placeholder.clone(), within));
        if matches!(kind, Kind::Person) {
            // `anna@laptop`, `Anna Berg (anna@laptop)`: neither the name alone nor the machine.
            for part in secret.split(['@', ' ', '(', ')']).filter(|part| part.len() > 1) {
                self.known.entry(part.to_owned()).or_insert_with(|| (placeholder.clone(), true));
            }
        }
        if matches!(kind, Kind::Arn)
            && let Some((_, session)) = secret.rsplit_once('/')
        {
            // The last part of an ARN of STS and IAM is the name of whoever is asking.
            self.learn(Kind::Person, session);
        }
        placeholder
    }

    /// A sentence with what a person said in it, which is replaced whatever it is.
    fn around(&mut self, said: &str, text: &str) -> String {
        match text.rfind(said).filter(|_| !said.is_empty()) {
            Some(at) => {
                let placeholder = self.learn(Kind::Answer, said);
                let before = self.searched(&text[..at]);
                let after = self.searched(&text[at + said.len()..]);
                format!("{before}{placeholder}{after}")
            }
            None => self.searched(text),
        }
    }

    /// A text without any secret that is known, or that looks like one. What was put in is not
    /// searched again.
    fn searched(&mut self, text: &str) -> String {
        if let Some((known, _)) = self.known.get(text) {
            return known.clone();
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let known = self.known_at(text, at);
            let looks = pattern(text, at);
            match (known, looks) {
                (Some((length, placeholder)), looks)
                    if looks.as_ref().is_none_or(|hit| hit.length <= length) =>
                {
                    out.push_str(&placeholder);
                    at += length;
                }
                (_, Some(Hit { kind, length })) => {
                    out.push_str(&self.learn(kind, &text[at..at + length]));
                    at += length;
                }
                (_, None) => {
                    out.push(c);
                    at += c.len_utf8();
                }
            }
        }
        out
    }

    /// The longest secret that begins here, and its placeholder.
    fn known_at(&self, text: &str, at: usize) -> Option<(usize, String)> {
        let longest = self
            .known
            .iter()
            .filter(|(secret, (_, within))| *within && search::is_at(text, at, secret, LONG))
            .max_by_key(|(secret, _)| secret.len())?;
        Some((longest.0.len(), longest.1.0.clone()))
    }
}

/// Puts a text in the place of every text, for tests.
#[cfg(test)]
pub(super) fn everything(report: &mut Report, with: &str) {
    fields::visit(report, &mut |field| {
        let (Field::Whole(_, text) | Field::Said(_, text) | Field::Text(text)) = field;
        with.clone_into(text);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn searched(secrets: &[(Kind, &str)], text: &str) -> String {
        let mut redactor = Redactor::default();
        for (kind, secret) in secrets {
            redactor.learn(*kind, secret);
        }
        redactor.searched(text)
    }

    #[test]
    fn the_same_secret_has_the_same_placeholder_wherever_it_stands() {
        let secrets = [(Kind::Account, "500313280221"), (Kind::Person, "Anna Berg (anna@laptop)")];
        let text =
            "sitelogix-logs-500313280221 of anna, ANNA and Anna Berg (anna@laptop) on laptop";
        let shown = "sitelogix-logs-account-1 of person-1, person-1 and person-1 on person-1";
        assert_eq!(searched(&secrets, text), shown);
    }

    #[test]
    fn what_looks_like_a_secret_is_found_without_being_known() {
        let text = "arn:aws:sns:us-east-1:111122223333:alerts, 111122223333 and ops+x@example.com; \
            key AKIAIOSFODNN7EXAMPLE.";
        let shown = "arn-1, account-1 and address-1; key key-1.";
        assert_eq!(searched(&[], text), shown);
        let known = [(Kind::Person, "ops@host")];
        assert_eq!(searched(&known, "ops+x@example.com"), "address-1");
    }

    #[test]
    fn a_short_answer_does_not_eat_other_words() {
        let secrets = [(Kind::Answer, "1"), (Kind::Answer, "yes"), (Kind::Person, "al@box")];
        assert_eq!(searched(&secrets, "step 1, yes, also"), "step 1, yes, also");
        assert_eq!(searched(&secrets, "1"), "answer-1");
        assert_eq!(searched(&secrets, "al: yes"), "person-1: yes");
    }

    #[test]
    fn what_was_put_in_is_not_searched_again() {
        let secrets = [(Kind::Person, "account@answer"), (Kind::Account, "500313280221")];
        assert_eq!(searched(&secrets, "500313280221 account"), "account-1 person-1");
    }
}
