//! What a folder defines and mentions, and where: the one place that knows whether an id exists.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::problem::{Problem, Severity, SourceFile};
use crate::thing::{Thing, id_of, is_id};
use crate::unknown;

/// How many unknown ids are compared with all that are known, so that a table of nothing but mistakes does not take minutes.
const SUGGESTIONS_MAX: usize = 200;

/// A thing by its kind and id.
pub(crate) type Named = (Thing, String);

/// A place in a file.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) span: Option<Range<usize>>,
}

impl Spot {
    pub(crate) fn new(file: &Arc<SourceFile>, span: Range<usize>) -> Self {
        Self { file: Arc::clone(file), span: Some(span) }
    }

    /// The file as a whole.
    pub(crate) fn file(file: &Arc<SourceFile>) -> Self {
        Self { file: Arc::clone(file), span: None }
    }

    /// `places/harbour/sites.csv:3`.
    pub(crate) fn words(&self) -> String {
        let line = self.span.as_ref().map(|span| format!(":{}", self.file.position(span.start).0));
        format!("{}{}", self.file.path(), line.unwrap_or_default())
    }

    /// A problem, here.
    pub(crate) fn place(&self, problem: Problem) -> Problem {
        match self.span.clone() {
            Some(span) => problem.at(&self.file, span),
            None => problem.within(&self.file),
        }
    }
}

/// One thing mentions another.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    /// Who mentions.
    pub(crate) by: Named,
    /// What is mentioned.
    pub(crate) of: Named,
    pub(crate) spot: Spot,
}

/// What a folder defines and mentions, and what is wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) defined: BTreeMap<Named, Spot>,
    pub(crate) mentions: Vec<Mention>,
    pub(crate) problems: Vec<Problem>,
    errors: usize,
    /// Whether some text could not be read, so that what it mentions is not known.
    pub(crate) partly_read: bool,
    /// Kinds of which some could not be read, so that nobody knows what there is of them.
    incomplete: BTreeSet<Thing>,
    /// Defined, but not rightly, so not part of what is given back.
    pub(crate) broken: BTreeSet<Named>,
}

impl Index {
    pub(crate) fn report(&mut self, problem: Problem) {
        self.errors += usize::from(problem.severity == Severity::Error);
        self.problems.push(problem);
    }

    /// How many errors there are so far.
    pub(crate) const fn errors(&self) -> usize {
        self.errors
    }

    /// Notes that a thing is defined here. `false`, and an error, when its id is not an id or is taken.
    pub(crate) fn define(&mut self, thing: Thing, id: &str, spot: &Spot) -> bool {
        if !self.check_id(thing, id, spot) {
            return false;
        }
        self.define_key(thing, id, spot)
    }

    /// As [`Index::define`], for keys that other people have chosen and that need not look like ids.
    pub(crate) fn define_key(&mut self, thing: Thing, id: &str, spot: &Spot) -> bool {
        let named = (thing, id.to_owned());
        if let Some(first) = self.defined.get(&named) {
            let message = format!("the {} `{id}` is defined twice", thing.word());
            let problem = Problem::error("duplicate-id", message)
                .label("and here again")
                .help(format!("the first is at {}; keep one, or give this one an id of its own", first.words()));
            self.report(spot.place(problem));
            return false;
        }
        self.defined.insert(named, spot.clone());
        true
    }

    /// Notes that a word (a kind of service, a profession) exists because it is named here.
    pub(crate) fn define_word(&mut self, thing: Thing, id: &str, spot: &Spot) {
        if self.check_id(thing, id, spot) {
            self.defined.entry((thing, id.to_owned())).or_insert_with(|| spot.clone());
        }
    }

    /// Whether an id is one; an error when not.
    pub(crate) fn check_id(&mut self, thing: Thing, id: &str, spot: &Spot) -> bool {
        if is_id(id) {
            return true;
        }
        let meant = id_of(id);
        let help = if meant.is_empty() {
            "write lower-case words joined by hyphens".to_owned()
        } else {
            format!("write `{meant}`: ids are lower-case words joined by hyphens")
        };
        self.report(
            spot.place(Problem::error("bad-id", format!("`{id}` is not the id of {}", thing.a_word())).help(help)),
        );
        false
    }

    /// Notes that a thing mentions another.
    pub(crate) fn mention(&mut self, by: &Named, thing: Thing, id: &str, spot: Spot) {
        self.mentions.push(Mention { by: by.clone(), of: (thing, id.to_owned()), spot });
    }

    /// Marks a thing as not to be given back.
    pub(crate) fn break_off(&mut self, named: &Named) {
        self.broken.insert(named.clone());
    }

    pub(crate) fn is_defined(&self, thing: Thing, id: &str) -> bool {
        self.defined.contains_key(&(thing, id.to_owned()))
    }

    /// Notes that some things of a kind could not be read at all: then none is called unknown.
    pub(crate) fn incomplete(&mut self, thing: Thing) {
        self.partly_read = true;
        self.incomplete.insert(thing);
        if matches!(thing, Thing::Service | Thing::Kind) {
            self.incomplete.extend([Thing::Kind, Thing::Profession]);
        }
    }

    /// Whether some things of a kind could not be read at all.
    pub(crate) fn is_incomplete(&self, thing: Thing) -> bool {
        self.incomplete.contains(&thing)
    }

    /// The ids of a kind.
    pub(crate) fn ids(&self, thing: Thing) -> impl Iterator<Item = &str> {
        let from = (thing, String::new());
        self.defined.range(from..).take_while(move |((kind, _), _)| *kind == thing).map(|((_, id), _)| id.as_str())
    }

    /// Those who mention a thing.
    pub(crate) fn mentioned(&self) -> BTreeMap<&Named, Vec<&Mention>> {
        let mut by: BTreeMap<&Named, Vec<&Mention>> = BTreeMap::new();
        for mention in &self.mentions {
            by.entry(&mention.of).or_default().push(mention);
        }
        by
    }

    /// Reports every id that does not exist, and breaks off whatever mentions one, directly or through another.
    pub(crate) fn resolve(&mut self) {
        let mut found = Vec::new();
        let mut lost = Vec::new();
        let mut told: BTreeMap<&Named, Problem> = BTreeMap::new();
        for mention in &self.mentions {
            if self.defined.contains_key(&mention.of) || self.broken.contains(&mention.of) {
                continue;
            }
            if self.incomplete.contains(&mention.of.0) {
                lost.push(mention.by.clone());
                continue;
            }
            if mention.of.0 == Thing::SmallArea && self.ids(Thing::SmallArea).next().is_none() {
                continue;
            }
            let is_new = !told.contains_key(&mention.of);
            let suggest = told.len() < SUGGESTIONS_MAX;
            let problem =
                told.entry(&mention.of).or_insert_with(|| unknown::problem(self, &mention.of, suggest)).clone();
            if problem.severity == Severity::Warning && !is_new {
                continue;
            }
            let is_error = problem.severity == Severity::Error;
            found.push((mention.spot.place(problem), is_error.then(|| mention.by.clone())));
        }
        self.broken.extend(lost);
        for (problem, by) in found {
            self.report(problem);
            self.broken.extend(by);
        }
        self.spread();
    }

    /// Breaks off whatever mentions a thing that is broken off, until nothing more changes.
    pub(crate) fn spread(&mut self) {
        let mut mentioned_by: BTreeMap<&Named, Vec<&Named>> = BTreeMap::new();
        for mention in &self.mentions {
            mentioned_by.entry(&mention.of).or_default().push(&mention.by);
        }
        let mut waiting: Vec<Named> = self.broken.iter().cloned().collect();
        while let Some(broken) = waiting.pop() {
            for by in mentioned_by.get(&broken).into_iter().flatten() {
                if self.broken.insert((*by).clone()) {
                    waiting.push((*by).clone());
                }
            }
        }
    }
}
