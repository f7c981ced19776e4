//! Values of a row.

use std::borrow::Cow;
use std::cmp::Ordering;

/// A value of a row.
#[derive(Clone, Debug, Default)]
pub(crate) enum Cell<'a> {
    #[default]
    Empty,
    Text(Cow<'a, str>),
    /// `Type/id`, without making a text of it before it is written.
    Path(&'a str, &'a str),
    Words(Vec<Cow<'a, str>>),
    Day(i32),
    Moment(i64),
    Count(i32),
    Minor(i64),
    Number(f64),
    Flag(bool),
}

impl<'a> Cell<'a> {
    /// A text that is written down elsewhere.
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// The same value, owning what it says.
    pub(crate) fn owned(self) -> Cell<'static> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
            Self::Path(kind, id) => Cell::Text(Cow::Owned(format!("{kind}/{id}"))),
            Self::Words(words) => Cell::Words(words.into_iter().map(|word| Cow::Owned(word.into_owned())).collect()),
            Self::Day(day) => Cell::Day(day),
            Self::Moment(moment) => Cell::Moment(moment),
            Self::Count(count) => Cell::Count(count),
            Self::Minor(minor) => Cell::Minor(minor),
            Self::Number(number) => Cell::Number(number),
            Self::Flag(flag) => Cell::Flag(flag),
        }
    }

    /// The order of a table's file: empty first, then by value.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Empty, Self::Empty) => Ordering::Equal,
            (Self::Empty, _) => Ordering::Less,
            (_, Self::Empty) => Ordering::Greater,
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            // A type is letters only, and `/` sorts before letters, so this is the order of the joined texts.
            (Self::Path(kind, id), Self::Path(other_kind, other_id)) => (kind, id).cmp(&(other_kind, other_id)),
            (Self::Path(kind, id), Self::Text(text)) => format!("{kind}/{id}").as_str().cmp(text),
            (Self::Text(text), Self::Path(kind, id)) => (**text).cmp(format!("{kind}/{id}").as_str()),
            (Self::Words(one), Self::Words(other)) => one.cmp(other),
            (Self::Day(one), Self::Day(other)) | (Self::Count(one), Self::Count(other)) => one.cmp(other),
            (Self::Moment(one), Self::Moment(other)) | (Self::Minor(one), Self::Minor(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Flag(one), Self::Flag(other)) => one.cmp(other),
            _ => Ordering::Equal,
        }
    }
}

macro_rules! cells {
    ($($from:ty => $variant:ident),*) => {$(
        impl From<$from> for Cell<'_> {
            fn from(value: $from) -> Self {
                Self::$variant(value)
            }
        }
    )*};
}
cells!(i32 => Day, i64 => Moment, f64 => Number, bool => Flag);

impl<'a> From<Cow<'a, str>> for Cell<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<Vec<Cow<'a, str>>> for Cell<'a> {
    fn from(words: Vec<Cow<'a, str>>) -> Self {
        Self::Words(words)
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}
