//! TOML files held against their description: syntax, keys, types, and the ids they mention.

use std::ops::Range;
use std::sync::Arc;

use stead_rules::{Day, Ratio};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::days::doubtful_year;
use crate::index::{Index, Named, Spot};
use crate::near::{did_you_mean, listed, nearest};
use crate::problem::{Problem, SourceFile};
use crate::shape::{Key, Rule, Shape, Table};
use crate::thing::Thing;

/// Reads a file and checks it against a description. `None` when it had errors, which are then in the index.
pub(crate) fn read<'a>(index: &mut Index, file: &'a Arc<SourceFile>, shape: &Table, by: &Named) -> Option<DeTable<'a>> {
    let (table, errors) = DeTable::parse_recoverable(file.text());
    if !errors.is_empty() {
        crate::toml_syntax::report(index, file, &errors);
        return None;
    }
    let before = index.errors();
    Checker { index, file, by }.table(shape, table.get_ref(), None);
    (index.errors() == before).then(|| table.into_inner())
}

struct Checker<'a> {
    index: &'a mut Index,
    file: &'a Arc<SourceFile>,
    by: &'a Named,
}

impl Checker<'_> {
    fn table(&mut self, shape: &Table, table: &DeTable<'_>, span: Option<Range<usize>>) {
        let mut stands_for_missing = Vec::new();
        for (name, value) in table {
            match shape.key(name.get_ref()) {
                Some(Key { shape: Shape::ClauseOf(other), .. }) => self.clause_of(table, other, value),
                Some(Key { shape: Shape::List(Shape::ClauseOf(other)), example, name, .. }) => match value.get_ref() {
                    DeValue::Array(items) if !items.is_empty() => {
                        items.iter().for_each(|item| self.clause_of(table, other, item));
                    }
                    DeValue::Array(_) => self.empty(name, example, value.span()),
                    _ => self.wrong_type(name, &Shape::List(&Shape::ClauseRef), example, value),
                },
                Some(key) => self.value(key.name, &key.shape, key.example, value),
                None => stands_for_missing.extend(self.unknown_key(shape, name)),
            }
        }
        for key in shape.keys.iter().filter(|key| key.required) {
            if !table.contains_key(key.name) && !stands_for_missing.contains(&key.name) {
                self.missing_key(shape, key, span.clone());
            }
        }
        if stands_for_missing.is_empty() {
            for rule in shape.rules {
                self.rule(shape, rule, table, span.clone());
            }
        }
    }

    /// Reports a key that the table cannot have; gives back the one that was probably meant.
    fn unknown_key(&mut self, shape: &Table, name: &Spanned<std::borrow::Cow<'_, str>>) -> Option<&'static str> {
        let word: &str = name.get_ref();
        let near = shape
            .keys
            .iter()
            .find(|key| key.also.contains(&word))
            .map(|key| key.name)
            .or_else(|| nearest(word, shape.keys.iter().map(|key| key.name)));
        let message = format!("unknown key `{word}`{}", did_you_mean(near));
        let help = match word {
            "id" if near.is_none() => "leave it out: the id is the file's name without its ending".to_owned(),
            _ => format!("`{}` knows the keys {}", shape.name, listed(shape.keys.iter().map(|key| key.name), "and")),
        };
        let problem = Problem::error("unknown-key", message).help(help);
        self.index.report(problem.at(self.file, name.span()));
        near
    }

    fn missing_key(&mut self, shape: &Table, key: &Key, span: Option<Range<usize>>) {
        let message = format!("`{}` needs the key `{}`", shape.name, key.name);
        let help = format!("add `{} = {}`: {}", key.name, key.example, lower_first(key.doc.trim_end_matches('.')));
        self.report_in(span, Problem::error("missing-key", message).help(help));
    }

    fn rule(&mut self, shape: &Table, rule: &Rule, table: &DeTable<'_>, span: Option<Range<usize>>) {
        let (keys, least, most) = match rule {
            Rule::OneOf(keys) => (*keys, 1, 1),
            Rule::SomeOf(keys) => (*keys, 1, usize::MAX),
            Rule::NotBoth(keys) => (*keys, 0, 1),
        };
        let mut given: Vec<_> = table.keys().filter(|name| keys.contains(&name.get_ref().as_ref())).collect();
        given.sort_by_key(|name| name.span().start);
        if given.len() < least {
            let (which, many) = if most == 1 { ("one", "one") } else { ("at least one", "one or more") };
            let message = format!("`{}` needs {which} of {}", shape.name, listed(keys.iter().copied(), "or"));
            let example = keys.iter().find_map(|name| shape.key(name));
            let help = example.map_or_else(String::new, |key| {
                format!("add {many} of them, such as `{} = {}`", key.name, key.example)
            });
            self.report_in(span, Problem::error("missing-key", message).help(help));
        } else if let ([first, second, ..], true) = (given.as_slice(), given.len() > most) {
            let given = listed([first.get_ref().as_ref(), second.get_ref().as_ref()], "and");
            let message = format!("`{}` can have only one of {given}", shape.name);
            let help = if shape.name == "part" {
                "make each a part of its own: `[[all]]` before each, or `{ … }, { … }` in a list".to_owned()
            } else {
                "keep one of them".to_owned()
            };
            let problem = Problem::error("several-keys", message).label("this is one too many").help(help);
            self.index.report(problem.at(self.file, second.span()));
        }
    }

    fn value(&mut self, name: &str, shape: &Shape, example: &str, value: &Spanned<DeValue<'_>>) {
        match (shape, value.get_ref()) {
            (Shape::Text, DeValue::String(text)) => {
                if text.trim().is_empty() {
                    self.empty(name, example, value.span());
                }
            }
            (Shape::Day, DeValue::Datetime(when)) => {
                let Some(day) = day_of(when) else {
                    let message = format!("`{name}` is not a day: write year-month-day alone, such as {example}");
                    return self.error("bad-day", message, value.span(), None);
                };
                if let Some(problem) = doubtful_year(name, day) {
                    self.index.report(problem.at(self.file, value.span()));
                }
            }
            (Shape::Whole(low, high), DeValue::Integer(_)) => {
                let found = whole(value.get_ref());
                if found.is_none_or(|found| found < *low || found > *high) {
                    let message = format!("`{name}` must be between {low} and {high}");
                    let label = found.filter(|found| *found < 0).map(|_| "this is less than nothing".to_owned());
                    self.error("out-of-range", message, value.span(), label);
                }
            }
            (Shape::Number, DeValue::Integer(_) | DeValue::Float(_)) => {
                if !number(value.get_ref()).is_some_and(f64::is_finite) {
                    self.error(
                        "out-of-range",
                        format!("`{name}` must be a number such as {example}"),
                        value.span(),
                        None,
                    );
                }
            }
            (Shape::Exact(low, high), DeValue::Integer(_) | DeValue::Float(_) | DeValue::String(_)) => {
                self.exact(name, (*low, *high), example, value);
            }
            (Shape::ClauseKey, DeValue::String(text)) => self.clause_key(text, value.span()),
            (Shape::ClauseRef, DeValue::String(text)) => {
                let (agreement, clause) = text.split_once(' ').unwrap_or((self.by.1.as_str(), text));
                self.mention_clause(agreement, clause, value.span());
            }
            (Shape::ByKey(key, tables), DeValue::Table(fields)) => self.by_key(key, tables(), fields, value.span()),
            (Shape::Yes, DeValue::Boolean(true)) => {}
            (Shape::Yes, DeValue::Boolean(false)) => {
                self.error(
                    "wrong-type",
                    format!("`{name}` can only be `true`; leave it out instead"),
                    value.span(),
                    None,
                );
            }
            (Shape::Word(words), DeValue::String(text)) => self.word(name, &words(), text, value.span()),
            (Shape::Id(thing), DeValue::String(text)) => {
                let spot = Spot::new(self.file, value.span());
                if text.trim().is_empty() {
                    self.empty(name, example, value.span());
                } else if self.index.check_id(*thing, text, &spot) {
                    self.index.mention(self.by, *thing, text, spot);
                }
            }
            (Shape::List(of), DeValue::Array(items)) => {
                if items.is_empty() {
                    self.empty(name, example, value.span());
                }
                self.items(name, of, example, items);
            }
            (Shape::ListOrLeftOut(of, when), DeValue::Array(items)) => {
                if items.is_empty() {
                    let problem = Problem::error("empty-list", format!("`{name}` is an empty list"));
                    let help = format!("leave `{name}` out {when}; else name them, such as `{name} = {example}`");
                    self.index.report(problem.at(self.file, value.span()).help(help));
                }
                self.items(name, of, example, items);
            }
            (Shape::ListOrNone(of), DeValue::Array(items)) => self.items(name, of, example, items),
            (Shape::Table(table), DeValue::Table(fields)) => self.table(table(), fields, Some(value.span())),
            (Shape::Either(one, other), found) => {
                let bracketed = matches!(found, DeValue::Array(_) | DeValue::Table(_));
                let fits = matches!(
                    (one, other, found),
                    (_, Shape::Table(_), DeValue::Table(_))
                        | (_, Shape::List(_), DeValue::Array(_))
                        | (_, _, DeValue::String(_))
                );
                if fits {
                    self.value(name, if bracketed { other } else { one }, example, value);
                } else {
                    self.wrong_type(name, shape, example, value);
                }
            }
            _ => self.wrong_type(name, shape, example, value),
        }
    }

    fn exact(&mut self, name: &str, (low, high): (i64, i64), example: &str, value: &Spanned<DeValue<'_>>) {
        let Some(found) = exact(value.get_ref()) else {
            let message = format!("`{name}` is not an exact number");
            let help =
                format!("write it with digits and a point, or as a fraction in quotes, such as `{name} = {example}`");
            return self.index.report(Problem::error("not-exact", message).at(self.file, value.span()).help(help));
        };
        let within =
            Ratio::new(low, 1).is_some_and(|low| low <= found) && Ratio::new(high, 1).is_some_and(|high| found <= high);
        if !within {
            let message = format!("`{name}` must be between {low} and {high}");
            let label = (found < Ratio::ZERO).then(|| "this is less than nothing".to_owned());
            let label = label
                .or_else(|| (high == 100 && name.ends_with("percent")).then(|| "this is more than all".to_owned()));
            self.error("out-of-range", message, value.span(), label);
        }
    }

    /// The number of a clause where it stands: written so that others can cite it.
    fn clause_key(&mut self, text: &str, span: Range<usize>) {
        if is_clause(text) {
            let key = format!("{} {text}", self.by.1);
            self.index.define_key(Thing::Clause, &key, &Spot::new(self.file, span));
        } else {
            let message = format!("`{text}` cannot be the number of a clause");
            let help = "write letters and numbers joined by `.` or `-`, such as `4.2`";
            self.index.report(Problem::error("bad-id", message).at(self.file, span).help(help));
        }
    }

    fn clause_of(&mut self, table: &DeTable<'_>, other: &str, value: &Spanned<DeValue<'_>>) {
        let agreement = table.iter().find(|(key, _)| key.get_ref() == other).and_then(|(_, id)| id.get_ref().as_str());
        match (agreement, value.get_ref().as_str()) {
            (Some(agreement), Some(clause)) => self.mention_clause(agreement, clause, value.span()),
            (None, Some(_)) => {}
            (_, None) => self.wrong_type("clauses", &Shape::ClauseRef, "[\"4.2\"]", value),
        }
    }

    fn mention_clause(&mut self, agreement: &str, clause: &str, span: Range<usize>) {
        let key = format!("{agreement} {clause}");
        self.index.mention(self.by, Thing::Clause, &key, Spot::new(self.file, span));
    }

    /// A table of one of several kinds: the one that its key names, or else the key itself is what is wrong.
    fn by_key(
        &mut self,
        key: &'static str,
        tables: &'static [(&'static str, &'static Table)],
        fields: &DeTable<'_>,
        span: Range<usize>,
    ) {
        let words: Vec<&str> = tables.iter().map(|(word, _)| *word).collect();
        let Some((_, found)) = fields.iter().find(|(name, _)| name.get_ref() == key) else {
            let message = format!("the key `{key}` is missing");
            let help = format!(
                "add `{key} = \"{}\"`: it can be {}",
                words.first().copied().unwrap_or_default(),
                listed(words.iter().copied(), "or")
            );
            return self.report_in(Some(span), Problem::error("missing-key", message).help(help));
        };
        let Some(word) = found.get_ref().as_str() else {
            return self.wrong_type(key, &Shape::Text, "\"share\"", found);
        };
        match tables.iter().find(|(known, _)| *known == word) {
            Some((_, table)) => self.table(table, fields, Some(span)),
            None => self.word(key, &words, word, found.span()),
        }
    }

    fn items(&mut self, name: &str, of: &Shape, example: &str, items: &[Spanned<DeValue<'_>>]) {
        let mut seen = Vec::new();
        for item in items {
            self.value(name, of, example, item);
            if let (Shape::Id(_) | Shape::Word(_), DeValue::String(text)) = (of, item.get_ref()) {
                if seen.contains(&text) {
                    let problem =
                        Problem::warning("named-twice", format!("`{name}` names `{text}` twice")).help("leave one out");
                    self.index.report(problem.at(self.file, item.span()));
                }
                seen.push(text);
            }
        }
    }

    fn word(&mut self, name: &str, words: &[&str], text: &str, span: Range<usize>) {
        if words.contains(&text) {
            return;
        }
        let near = did_you_mean(nearest(text, words.iter().copied()));
        let help = format!("`{name}` can be {}", listed(words.iter().copied(), "or"));
        let problem = Problem::error("unknown-word", format!("`{name}` cannot be `{text}`{near}")).help(help);
        self.index.report(problem.at(self.file, span));
    }

    fn empty(&mut self, name: &str, example: &str, span: Range<usize>) {
        let problem = Problem::error("empty", format!("`{name}` is empty"))
            .help(format!("write, for example, `{name} = {example}`"));
        self.index.report(problem.at(self.file, span));
    }

    fn wrong_type(&mut self, name: &str, shape: &Shape, example: &str, value: &Spanned<DeValue<'_>>) {
        let message = format!("`{name}` is {}; write {}", type_words(value.get_ref()), shape.wanted());
        let help = format!("such as `{name} = {example}`");
        let problem = Problem::error("wrong-type", message).help(help);
        self.index.report(problem.at(self.file, value.span()));
    }

    fn error(&mut self, code: &'static str, message: String, span: Range<usize>, label: Option<String>) {
        let problem = Problem::error(code, message).at(self.file, span);
        self.index.report(label.map_or_else(|| problem.clone(), |label| problem.clone().label(label)));
    }

    fn report_in(&mut self, span: Option<Range<usize>>, problem: Problem) {
        let spot = Spot { file: Arc::clone(self.file), span };
        self.index.report(spot.place(problem));
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn type_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "yes or no",
        DeValue::Datetime(_) => "a day or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn day_of(when: &toml::value::Datetime) -> Option<Day> {
    let date = when.date.filter(|_| when.time.is_none() && when.offset.is_none())?;
    Day::from_ymd(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?)
}

fn whole(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    value.as_float().map_or_else(|| whole(value).map(|whole| whole as f64), |float| float.as_str().parse().ok())
}

/// An exact number, from the digits that were written: never by way of a float.
fn exact(value: &DeValue<'_>) -> Option<Ratio> {
    match value {
        DeValue::Integer(_) => Ratio::new(whole(value)?, 1),
        DeValue::Float(float) => float.as_str().parse().ok(),
        DeValue::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Whether a text can be the number of a clause: letters and numbers joined by `.` or `-`.
fn is_clause(text: &str) -> bool {
    text.split(['.', '-']).all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The keys of a table that has been checked: what is not there, or not of the type asked for, is `None` or empty.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a DeTable<'a>);

impl<'a> Fields<'a> {
    fn value(self, name: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.0.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value)
    }

    pub(crate) fn span(self, name: &str) -> Option<Range<usize>> {
        self.value(name).map(Spanned::span)
    }

    pub(crate) fn has(self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.value(name)?.get_ref().as_str()
    }

    pub(crate) fn day(self, name: &str) -> Option<Day> {
        self.value(name)?.get_ref().as_datetime().and_then(day_of)
    }

    pub(crate) fn whole<N: TryFrom<i64>>(self, name: &str) -> Option<N> {
        whole(self.value(name)?.get_ref())?.try_into().ok()
    }

    pub(crate) fn number(self, name: &str) -> Option<f64> {
        number(self.value(name)?.get_ref())
    }

    pub(crate) fn exact(self, name: &str) -> Option<Ratio> {
        exact(self.value(name)?.get_ref())
    }

    /// The exact numbers of a list.
    pub(crate) fn exacts(self, name: &str) -> Vec<Ratio> {
        let items = self.value(name).and_then(|value| value.get_ref().as_array());
        items.into_iter().flat_map(|items| items.iter()).filter_map(|item| exact(item.get_ref())).collect()
    }

    /// The items of a list in which a text stands for a table that names nothing else: the text, or the table.
    pub(crate) fn texts_or_tables(self, name: &str) -> Vec<Result<&'a str, Self>> {
        let items = self.value(name).and_then(|value| value.get_ref().as_array());
        let items = items.into_iter().flat_map(|items| items.iter()).map(Spanned::get_ref);
        items
            .filter_map(|item| item.as_str().map(Ok).or_else(|| item.as_table().map(|table| Err(Fields(table)))))
            .collect()
    }

    /// The texts of a list, or the one text that stands alone.
    pub(crate) fn texts(self, name: &str) -> Vec<&'a str> {
        match self.value(name).map(Spanned::get_ref) {
            Some(DeValue::String(text)) => vec![text.as_ref()],
            Some(DeValue::Array(items)) => items.iter().filter_map(|item| item.get_ref().as_str()).collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn table(self, name: &str) -> Option<Fields<'a>> {
        self.value(name)?.get_ref().as_table().map(Fields)
    }

    /// The tables of a list, each with where it stands.
    pub(crate) fn tables(self, name: &str) -> Vec<(Fields<'a>, Range<usize>)> {
        let items = self.value(name).and_then(|value| value.get_ref().as_array());
        let items = items.map(|items| items.iter()).into_iter().flatten();
        items.filter_map(|item| Some((Fields(item.get_ref().as_table()?), item.span()))).collect()
    }
}
