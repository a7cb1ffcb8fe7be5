//! The codes of problems: they stay the same, so that people and programs can look them up.

use std::fmt;

/// Declares the codes, with their names and what they mean.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal,)*) => {
        /// What kind of problem it is.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)*
            /// A rule of AWS, by the id of its fact: `S13`.
            Fact(String),
        }

        impl Code {
            /// Every code but those of facts, each with what it means.
            pub const ALL: &'static [(Self, &'static str)] =
                &[$((Self::$variant, concat!($($doc),+).trim_ascii()),)*];

            /// Its name: `unknown-key`, or the id of the fact.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Fact(id) => id,
                }
            }
        }
    };
}

codes! {
    /// The file is longer than what is read.
    TooLarge "too-large",
    /// It is not TOML.
    Syntax "syntax",
    /// A character that a reader cannot see, or that a terminal obeys.
    HiddenText "hidden-text",
    /// A key or a password in plain text.
    Secret "secret",
    /// A file or folder whose name is not of small letters, digits and hyphens.
    FileName "file-name",
    /// A key that means nothing here.
    UnknownKey "unknown-key",
    /// A key that must be there.
    MissingKey "missing-key",
    /// A key that does not go with the others.
    StrayKey "stray-key",
    /// A value of another type than is wanted.
    WrongType "wrong-type",
    /// A text or a list with nothing in it.
    Empty "empty",
    /// A text that is none of those that can stand here.
    UnknownChoice "unknown-choice",
    /// A number out of its limits.
    OutOfRange "out-of-range",
    /// A name that is not of the form that such names have.
    BadName "bad-name",
    /// A name that stands twice.
    Duplicate "duplicate",
    /// A version that is not of the form 1.2.3.
    BadVersion "bad-version",
    /// A time span that is not of the form 1h30m.
    BadDuration "bad-duration",
    /// A link that is no https address.
    BadLink "bad-link",
    /// An account id that is not of twelve digits.
    BadAccount "bad-account",
    /// A Region that is not of the form us-east-1.
    BadRegion "bad-region",
    /// An entry of the inventory that some environment lacks.
    IncompleteInventory "incomplete-inventory",
    /// Books that each come before the other.
    NeedsCircle "needs-circle",
    /// More steps or targets than a run can hold.
    TooMany "too-many",
    /// Something that this version cannot do yet.
    NotInThisVersion "not-in-this-version",
    /// A step that says neither set, check nor ask.
    NothingToDo "nothing-to-do",
    /// A step that says more than one of set, check and ask.
    TwoThingsToDo "two-things-to-do",
    /// A setting that is not in the table of settings.
    UnknownSetting "unknown-setting",
    /// A setting that can be checked but not set.
    ReadOnlySetting "read-only-setting",
    /// A value that the setting cannot have.
    BadValue "bad-value",
    /// A rule of a setting that has no fact of its own.
    Rule "rule",
    /// A substitution that is no path.
    BadPath "bad-path",
    /// A path to something that is not there.
    UnknownPath "unknown-path",
    /// A path that cannot stand here.
    MisplacedPath "misplaced-path",
    /// A list where one text is wanted.
    ListPath "list-path",
    /// A step that waits for an answer which may never be asked for.
    Unreachable "unreachable",
    /// An answer to a question that is asked later, or never.
    NoAnswerYet "no-answer-yet",
    /// A book of kind check that sets something.
    CheckBookSets "check-book-sets",
    /// A book, or a step of one, that is not there.
    UnknownBook "unknown-book",
    /// A book that sets something and checks nothing.
    NothingChecked "nothing-checked",
    /// A step that does again what an earlier one did.
    Repeated "repeated",
    /// A check that an earlier step of the same book makes fail.
    Contradiction "contradiction",
    /// A parameter that nothing uses.
    UnusedParam "unused-param",
    /// A value that the parameter does not take.
    BadParam "bad-param",
    /// A parameter without a value.
    MissingParam "missing-param",
    /// A parameter that the book does not have.
    UnknownParam "unknown-param",
}

impl Code {
    /// The code of a broken rule, by the id of its fact when it has one.
    pub fn of_fact(fact: Option<&str>) -> Self {
        fact.map_or(Self::Rule, |id| Self::Fact(id.to_owned()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
