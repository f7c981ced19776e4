//! Reads what a citizen permits and objects to.

use datafusion::common::Result;
use stead_rules::{Choice, ChoiceKind, CitizenId, Day, Period, Purpose};

use crate::functions::{Days, Rows, TextLists, Texts, lists_of_texts, texts_of};

/// The columns of choices, row by row.
pub(super) struct ChoiceRows<'a> {
    rows: Rows<'a>,
    id: Texts<'a>,
    kind: Texts<'a>,
    organisations: TextLists<'a>,
    professions: TextLists<'a>,
    categories: TextLists<'a>,
    purposes: TextLists<'a>,
    from: Days<'a>,
    to: Days<'a>,
}

/// A choice as it was read.
#[derive(Clone)]
pub(super) struct ReadChoice<'a> {
    id: &'a str,
    kind: ChoiceKind,
    organisations: Vec<&'a str>,
    professions: Vec<&'a str>,
    categories: Vec<&'a str>,
    purposes: Vec<Purpose>,
    period: Period,
}

impl<'a> ChoiceRows<'a> {
    pub(super) fn new(rows: Rows<'a>) -> Result<Self> {
        Ok(Self {
            id: texts_of(rows.column("id")?)?,
            kind: texts_of(rows.column("kind")?)?,
            organisations: lists_of_texts(rows.column("organisations")?)?,
            professions: lists_of_texts(rows.column("professions")?)?,
            categories: lists_of_texts(rows.column("categories")?)?,
            purposes: lists_of_texts(rows.column("purposes")?)?,
            from: Days::of(rows.column("from")?)?,
            to: Days::of(rows.column("to")?)?,
            rows,
        })
    }

    /// The choices of a citizen.
    pub(super) fn of(&self, row: usize) -> impl Iterator<Item = ReadChoice<'a>> {
        self.rows.range(row).filter_map(|at| self.choice(at))
    }

    /// A purpose that nobody knows is left out; a choice that named only such is about none rather than about all.
    fn choice(&self, at: usize) -> Option<ReadChoice<'a>> {
        let purposes: Vec<_> = self.purposes.get(at).filter_map(Purpose::of).collect();
        if purposes.is_empty() && !self.purposes.is_empty(at) {
            return None;
        }
        Some(ReadChoice {
            id: self.id.get(at)?,
            kind: ChoiceKind::of(self.kind.get(at)?)?,
            organisations: self.organisations.get(at).collect(),
            professions: self.professions.get(at).collect(),
            categories: self.categories.get(at).collect(),
            purposes,
            period: Period::new(self.from.get(at).unwrap_or(Day::ALWAYS), self.to.get(at).unwrap_or(Day::FOREVER))?,
        })
    }
}

impl ReadChoice<'_> {
    /// As the rules take it.
    pub(super) fn choice(&self, citizen: &CitizenId) -> Choice {
        Choice {
            id: self.id.into(),
            citizen: citizen.clone(),
            kind: self.kind,
            organisations: self.organisations.iter().map(|id| (*id).into()).collect(),
            professions: self.professions.iter().map(|id| (*id).into()).collect(),
            categories: self.categories.iter().map(|id| (*id).into()).collect(),
            purposes: self.purposes.clone(),
            period: self.period,
            source: None,
        }
    }
}
