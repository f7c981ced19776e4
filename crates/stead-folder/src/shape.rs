//! How a TOML file of the folder is described: once, for the reader, the suggestions and the editors' JSON Schemas alike.
//!
//! The descriptions themselves are in [`crate::shapes`].

use crate::thing::Thing;

/// A table: which keys it may have, and how many of them.
#[derive(Debug)]
pub(crate) struct Table {
    /// What it is called in messages and in the schema's definitions.
    pub(crate) name: &'static str,
    /// What it says.
    pub(crate) doc: &'static str,
    /// Its keys, in the order in which they are documented.
    pub(crate) keys: &'static [Key],
    /// What must hold among the keys.
    pub(crate) rules: &'static [Rule],
}

/// A key of a table.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    /// What it says, for people who write the file.
    pub(crate) doc: &'static str,
    /// A value as it would be written in the file.
    pub(crate) example: &'static str,
    /// Other words that people try first.
    pub(crate) also: &'static [&'static str],
}

/// What must hold among the keys of a table.
#[derive(Debug)]
pub(crate) enum Rule {
    /// One of these keys, and only one.
    OneOf(&'static [&'static str]),
    /// One or more of these keys.
    SomeOf(&'static [&'static str]),
    /// None or one of these keys.
    NotBoth(&'static [&'static str]),
}

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Text that is not empty.
    Text,
    /// A day, written without quotes.
    Day,
    /// A whole number between two others (both allowed).
    Whole(i64, i64),
    /// A number.
    Number,
    /// `true`; instead of `false` the key is left out.
    Yes,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// The id of a thing.
    Id(Thing),
    /// A list that is not empty.
    List(&'static Shape),
    /// A list that is not empty; with when to leave its key out.
    ListOrLeftOut(&'static Shape, &'static str),
    /// A list that may be empty.
    ListOrNone(&'static Shape),
    /// A table.
    Table(fn() -> &'static Table),
    /// An exact number between two others (both allowed): `62.5`, or `"1/3"`.
    Exact(i64, i64),
    /// A table of one of several kinds, which this key of it names.
    ByKey(&'static str, fn() -> &'static [(&'static str, &'static Table)]),
    /// The number of a clause, within its agreement.
    ClauseKey,
    /// A clause: its number, or an agreement's id and its number.
    ClauseRef,
    /// The number of a clause of the agreement that this key of the same table names.
    ClauseOf(&'static str),
    /// Either a single value or something with brackets.
    Either(&'static Shape, &'static Shape),
}

impl Table {
    pub(crate) fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl Shape {
    /// What to write there.
    pub(crate) fn wanted(&self) -> String {
        match self {
            Self::Text => "text in quotes".to_owned(),
            Self::Day => "a day without quotes".to_owned(),
            Self::Whole(..) => "a whole number".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Yes => "`true`".to_owned(),
            Self::Word(words) => format!("one of {}", crate::near::listed(words(), "or")),
            Self::Id(thing) => format!("the id of {} in quotes", thing.a_word()),
            Self::List(Self::Id(thing))
            | Self::ListOrLeftOut(Self::Id(thing), _)
            | Self::ListOrNone(Self::Id(thing)) => {
                format!("a list of {} ids in brackets", thing.word())
            }
            Self::List(Self::Table(_) | Self::ByKey(..)) | Self::ListOrNone(Self::Table(_)) => {
                "a list of tables".to_owned()
            }
            Self::List(_) | Self::ListOrLeftOut(..) | Self::ListOrNone(_) => "a list in brackets".to_owned(),
            Self::Exact(..) => "an exact number, such as 62.5 or \"1/3\"".to_owned(),
            Self::ClauseKey | Self::ClauseRef | Self::ClauseOf(_) => "the number of a clause in quotes".to_owned(),
            Self::Table(_) | Self::ByKey(..) => "a table in braces".to_owned(),
            Self::Either(one, other) => format!("{}, or {}", one.wanted(), other.wanted()),
        }
    }
}
