//! What clauses count for all citizens together.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::money::{Minor, Ratio};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Contacts at a price.
    Contacts(Minor),
    /// Contacts of the clause's work without a price.
    Unpriced,
    /// Days as a member, by weight.
    Days(Ratio),
    /// Episodes.
    Episodes,
    /// People who have the need that is measured.
    Wanted,
    /// Those of them who had it met.
    Met,
    /// Days on the list, of everybody on it.
    Listed,
    /// What was spent, in the minor unit.
    Spent,
    /// Contacts of which nobody knows what they cost.
    Uncosted,
    /// Contacts of a task in the year before, at a price.
    Before(Minor),
    /// Contacts of a task since, at a price: in which year, from 0 on.
    Since(u8, Minor),
}

impl Unit {
    /// Its word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Contacts(_) => "contacts",
            Self::Unpriced => "contacts-without-a-price",
            Self::Days(_) => "member-days",
            Self::Episodes => "episodes",
            Self::Wanted => "people-with-the-need",
            Self::Met => "people-who-had-it-met",
            Self::Listed => "days-on-the-list",
            Self::Spent => "spent",
            Self::Uncosted => "contacts-without-a-cost",
            Self::Before(_) => "contacts-before",
            Self::Since(..) => "contacts-since",
        }
    }

    /// At what it is counted: a price in the minor unit, or a weight.
    pub fn at(self) -> Option<String> {
        match self {
            Self::Contacts(price) | Self::Before(price) | Self::Since(_, price) => Some(price.0.to_string()),
            Self::Days(weight) => Some(weight.to_string()),
            _ => None,
        }
    }

    /// As three whole numbers, for tables that machines read.
    pub const fn code(self) -> (i8, i64, i64) {
        match self {
            Self::Contacts(price) => (0, price.0, 0),
            Self::Unpriced => (1, 0, 0),
            Self::Days(weight) => (2, weight.numerator(), weight.denominator()),
            Self::Episodes => (3, 0, 0),
            Self::Wanted => (4, 0, 0),
            Self::Met => (5, 0, 0),
            Self::Listed => (6, 0, 0),
            Self::Spent => (7, 0, 0),
            Self::Uncosted => (8, 0, 0),
            Self::Before(price) => (9, price.0, 0),
            Self::Since(year, price) => (10, price.0, year as i64),
        }
    }

    /// What three such numbers say.
    pub fn of_code((kind, one, other): (i8, i64, i64)) -> Option<Self> {
        Some(match kind {
            0 => Self::Contacts(Minor(one)),
            1 => Self::Unpriced,
            2 => Self::Days(Ratio::new(one, other)?),
            3 => Self::Episodes,
            4 => Self::Wanted,
            5 => Self::Met,
            6 => Self::Listed,
            7 => Self::Spent,
            8 => Self::Uncosted,
            9 => Self::Before(Minor(one)),
            10 => Self::Since(u8::try_from(other).ok()?, Minor(one)),
            _ => return None,
        })
    }

    /// Whether it only says what was before.
    const fn is_comparison(self) -> bool {
        matches!(self, Self::Before(_) | Self::Since(..))
    }
}

/// What is counted of which clause, for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The clause, by number.
    pub term: usize,
    /// The organisation, by number.
    pub organisation: usize,
    /// What.
    pub unit: Unit,
}

/// How much there is, and of how many citizens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How much.
    pub count: i128,
    /// Of how many citizens.
    pub citizens: u64,
}

/// What clauses count for many citizens. The order in which they were added does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    tallies: BTreeMap<Key, Tally>,
    /// Citizens for whom a clause counted anything, by clause and organisation.
    citizens: BTreeMap<(usize, usize), u64>,
}

/// Sums on the way: quick to add to, in any order.
#[derive(Debug, Default)]
pub struct Tallies {
    numbers: FxHashMap<Key, usize>,
    counted: Vec<Counted>,
    pairs: FxHashMap<(usize, usize), usize>,
    /// Citizens for whom a clause counted anything, by number of clause and organisation.
    citizens: Vec<Citizens>,
    /// The how-many-th citizen is at hand.
    citizen: u64,
}

#[derive(Debug)]
struct Counted {
    key: Key,
    count: i128,
    citizens: Citizens,
    /// The number of its clause and organisation; none for what only says what was before.
    pair: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Citizens {
    count: u64,
    /// The last of them.
    last: u64,
}

impl Citizens {
    /// Counts the citizen at hand, who is counted once.
    fn add(&mut self, citizen: u64) {
        if self.last != citizen {
            self.last = citizen;
            self.count += 1;
        }
    }
}

impl Tallies {
    /// Begins with the next citizen.
    pub(super) const fn begin(&mut self) {
        self.citizen += 1;
    }

    /// Adds something that was counted for the citizen at hand.
    pub(super) fn add(&mut self, key: Key, count: i64) {
        let number = self.number(key);
        let Some(counted) = self.counted.get_mut(number) else { return };
        counted.count = counted.count.saturating_add(i128::from(count));
        counted.citizens.add(self.citizen);
        let citizens = counted.pair.and_then(|pair| self.citizens.get_mut(pair));
        citizens.into_iter().for_each(|citizens| citizens.add(self.citizen));
    }

    fn number(&mut self, key: Key) -> usize {
        if let Some(known) = self.numbers.get(&key) {
            return *known;
        }
        let pair = (!key.unit.is_comparison()).then(|| {
            let next = self.citizens.len();
            let pair = *self.pairs.entry((key.term, key.organisation)).or_insert(next);
            if pair == next {
                self.citizens.push(Citizens::default());
            }
            pair
        });
        let next = self.counted.len();
        self.counted.push(Counted { key, count: 0, citizens: Citizens::default(), pair });
        self.numbers.insert(key, next);
        next
    }

    /// The sums.
    pub fn finish(self) -> Sums {
        let tally = |it: &Counted| (it.key, Tally { count: it.count, citizens: it.citizens.count });
        let citizens = |(pair, at): (&(usize, usize), &usize)| Some((*pair, self.citizens.get(*at)?.count));
        Sums {
            tallies: self.counted.iter().map(tally).collect(),
            citizens: self.pairs.iter().filter_map(citizens).collect(),
        }
    }
}

impl Sums {
    /// Adds the sums over other citizens.
    pub fn merge(&mut self, other: &Self) {
        for (key, more) in &other.tallies {
            let tally = self.tallies.entry(*key).or_default();
            tally.count = tally.count.saturating_add(more.count);
            tally.citizens = tally.citizens.saturating_add(more.citizens);
        }
        for (pair, more) in &other.citizens {
            let citizens = self.citizens.entry(*pair).or_default();
            *citizens = citizens.saturating_add(*more);
        }
    }

    /// Everything that was counted, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Tally)> {
        self.tallies.iter()
    }

    /// What was counted of a clause for an organisation.
    pub fn of(&self, term: usize, organisation: usize) -> impl Iterator<Item = (Unit, Tally)> {
        let first = Key { term, organisation, unit: Unit::Contacts(Minor(i64::MIN)) };
        let same = move |(key, _): &(&Key, &Tally)| (key.term, key.organisation) == (term, organisation);
        self.tallies.range(first..).take_while(same).map(|(key, tally)| (key.unit, *tally))
    }

    /// The organisations of which a clause counted anything.
    pub fn organisations(&self, term: usize) -> impl Iterator<Item = usize> {
        let mut found: Vec<usize> =
            self.tallies.keys().filter(|key| key.term == term).map(|key| key.organisation).collect();
        found.dedup();
        found.into_iter()
    }

    /// For how many citizens a clause counted anything that is with an organisation.
    pub fn citizens(&self, term: usize, organisation: usize) -> u64 {
        self.citizens.get(&(term, organisation)).copied().unwrap_or(0)
    }
}
