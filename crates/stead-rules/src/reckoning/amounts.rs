//! From sums to accounts: what each clause pays each organisation, and why.

use std::fmt::Write;

use super::handed_over::Spared;
use super::{By, Reckoning, ReckoningError, Sums, Tally, Term, Unit, Whose};
use crate::agreement::{
    Activity, Attribution, Benchmark, Blended, Bundle, BundleSpan, Capitation, Formula, Incentive, Per, SharedSavings,
};
use crate::day::Period;
use crate::money::{Exact, Minor, Ratio};
use crate::payment::{
    Achieved, MemberDays, PaymentError, SavingsFigures, ShareOf, activity_at, blended, block, bundle, capitation,
    incentive, least_rate, savings, times,
};
use crate::settlement::savings::{two_digits, why as why_shared};
use crate::settlement::{Figures, Line};

/// A line of the accounts, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What is paid to whom by whom, and why.
    pub line: Line,
    /// On what it rests: how many contacts, days and people.
    pub evidence: String,
    /// Whose sums it was made from: the clause and the organisation, by number. `None`: no citizen has a share in it, as it
    /// only moves what others were paid.
    pub of: Option<(usize, usize)>,
}

/// What a clause comes to for an organisation.
pub(super) struct Paid {
    pub(super) term: usize,
    pub(super) organisation: usize,
    pub(super) amount: Minor,
    pub(super) why: String,
    /// What of it was gained (above nothing) or lost (below), for pools.
    pub(super) result: Exact,
    pub(super) counted: Counted,
}

/// What was counted of a clause for an organisation.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub(super) at_prices: Vec<(Minor, u64)>,
    pub(super) unpriced: u64,
    pub(super) members: Vec<MemberDays>,
    pub(super) episodes: u64,
    pub(super) wanted: u64,
    pub(super) met: u64,
    pub(super) listed: u64,
    pub(super) spent: i128,
    pub(super) uncosted: u64,
    /// The worth of contacts in the year before, and since, by year.
    pub(super) before: Exact,
    pub(super) since: Vec<(u8, Exact)>,
    pub(super) citizens: u64,
}

impl Counted {
    pub(super) fn of(sums: &Sums, term: usize, organisation: usize) -> Result<Self, PaymentError> {
        let mut counted = Self { citizens: sums.citizens(term, organisation), ..Self::default() };
        for (unit, tally) in sums.of(term, organisation) {
            counted.take(unit, tally).ok_or(PaymentError::TooLarge)?;
        }
        Ok(counted)
    }

    fn take(&mut self, unit: Unit, tally: Tally) -> Option<()> {
        let count = || u64::try_from(tally.count).ok();
        let worth = |price: Minor| Exact::from(price).times(Exact::new(tally.count, 1)?);
        match unit {
            Unit::Contacts(price) => self.at_prices.push((price, count()?)),
            Unit::Unpriced => self.unpriced = count()?,
            Unit::Days(weight) => self.members.push(MemberDays { weight, days: count()? }),
            Unit::Episodes => self.episodes = count()?,
            Unit::Wanted => self.wanted = count()?,
            Unit::Met => self.met = count()?,
            Unit::Listed => self.listed = count()?,
            Unit::Spent => self.spent = tally.count,
            Unit::Uncosted => self.uncosted = count()?,
            Unit::Before(price) => self.before = self.before.plus(worth(price)?)?,
            Unit::Since(year, price) => self.since.push((year, worth(price)?)),
        }
        Some(())
    }

    pub(super) fn contacts(&self) -> u64 {
        self.at_prices.iter().fold(self.unpriced, |sum, (_, count)| sum.saturating_add(*count))
    }

    pub(super) fn days(&self) -> u64 {
        self.members.iter().fold(0, |sum, members| sum.saturating_add(members.days))
    }

    /// Days times what they weigh.
    pub(super) fn weighed_days(&self) -> Option<Exact> {
        self.members.iter().try_fold(Exact::ZERO, |sum, members| {
            sum.plus(Exact::from(members.weight).times(Exact::from(members.days))?)
        })
    }

    /// What an amount goes by, to say why it is another amount another time.
    fn figures(&self, time: Period) -> Figures {
        let members = Some(self.days().max(self.listed)).filter(|days| *days > 0);
        let mean = |days: u64| Exact::from(days).over(Exact::from(time.days()?));
        let percent = Exact::from(self.met).over(Exact::from(self.wanted));
        Figures {
            members: members.and_then(mean),
            contacts: Some(self.contacts()).filter(|count| *count > 0),
            quality: percent.and_then(|part| part.times(Exact::from(100_i64))),
        }
    }

    /// What was counted, in words.
    pub(super) fn words(&self) -> String {
        let mut parts = Vec::new();
        let mut say = |count: u64, one: &str, several: &str| {
            if count > 0 {
                parts.push(format!("{count} {}", if count == 1 { one } else { several }));
            }
        };
        say(self.contacts(), "contact", "contacts");
        say(self.episodes, "episode", "episodes");
        say(self.days(), "member-day", "member-days");
        say(self.wanted, "need measured", "needs measured");
        say(self.listed, "day on the list", "days on the list");
        let of = match self.citizens {
            0 => return "no records".to_owned(),
            1 => "of 1 citizen".to_owned(),
            citizens => format!("of {citizens} citizens"),
        };
        if parts.is_empty() { format!("records {of}") } else { format!("{} {of}", parts.join(", ")) }
    }
}

impl Reckoning {
    /// What all clauses pay, from what they count: in the order of clauses, then of organisations; then what the pools that
    /// are in force move among their members.
    ///
    /// # Errors
    /// When a sum does not fit, or a clause goes by what is not known.
    pub fn settle(&self, sums: &Sums) -> Result<Vec<Account>, Vec<ReckoningError>> {
        let (mut paid, mut wrong) = (Vec::new(), Vec::new());
        for (at, term) in self.terms.iter().enumerate() {
            for organisation in self.payees(at, term, sums) {
                match self.paid(at, term, organisation, sums) {
                    Ok(line) => paid.push(line),
                    Err(error) => wrong.push(self.failed(term, organisation, error)),
                }
            }
        }
        let mut accounts: Vec<Account> = paid.iter().filter_map(|paid| self.account(paid)).collect();
        match self.pooled(&paid) {
            Ok(moved) => accounts.extend(moved),
            Err(error) => wrong.push(error),
        }
        if wrong.is_empty() { Ok(accounts) } else { Err(wrong) }
    }

    pub(super) fn failed(&self, term: &Term, organisation: usize, error: PaymentError) -> ReckoningError {
        let organisation = self.bodies.id(organisation).cloned().unwrap_or_else(|| term.payer.clone());
        ReckoningError::Payment { clause: term.clause.clone(), organisation, error }
    }

    /// Who has a line of a clause: fixed sums and shares of savings are the named organisations', as they are; what is paid
    /// for work or by the head is each part's own. Who did nothing has a line, too.
    fn payees(&self, at: usize, term: &Term, sums: &Sums) -> Vec<usize> {
        let as_named = match &term.by {
            By::Formula(formula) => {
                matches!(formula, Formula::Block { .. } | Formula::Blended(_) | Formula::SharedSavings(_))
                    || self.is_as_named(term)
            }
            By::Protection { .. } => true,
        };
        let mut payees: Vec<usize> =
            if as_named { term.to.clone() } else { term.to.iter().flat_map(|to| self.bodies.parts(*to)).collect() };
        payees.extend(sums.organisations(at));
        payees.sort_unstable();
        payees.dedup();
        payees
    }

    /// Whether citizens are whose the clause names, and not a part's.
    fn is_as_named(&self, term: &Term) -> bool {
        match term.whose {
            Whose::Sole(_) => true,
            Whose::By(at) => self.rules.get(at).is_some_and(|ruled| ruled.rule.by() != Attribution::Voluntary),
            Whose::Registered | Whose::NotAsked => false,
        }
    }

    fn paid(&self, at: usize, term: &Term, organisation: usize, sums: &Sums) -> Result<Paid, PaymentError> {
        let counted = Counted::of(sums, at, organisation)?;
        let Spared { amount, why, result } = match &term.by {
            By::Protection { terms, .. } => {
                let spared = self.spared(term, terms, &counted)?;
                Spared { result: Exact::from(spared.amount), ..spared }
            }
            By::Formula(formula) => self.by_formula(term, formula, &counted)?,
        };
        Ok(Paid { term: at, organisation, amount, why, result, counted })
    }

    fn by_formula(&self, term: &Term, formula: &Formula, counted: &Counted) -> Result<Spared, PaymentError> {
        let lasting = |amount, why| Spared { amount, why, result: Exact::ZERO };
        let gained = |amount, why| Spared { amount, why, result: Exact::from(amount) };
        let money = |amount: Minor| amount.decimal(&self.currency);
        match formula {
            Formula::Activity(activity) => self.by_activity(term, activity, counted),
            Formula::Block { amount, per } => {
                let paid = block(*amount, *per, term.whole, term.time)?;
                Ok(lasting(paid, format!("{} {}", money(*amount), words_per(*per))))
            }
            Formula::Blended(terms) => self.by_blended(term, terms, counted),
            Formula::Capitation(terms) => {
                self.by_capitation(term, terms, counted).map(|(amount, why)| lasting(amount, why))
            }
            Formula::Bundle(terms) => self.by_bundle(term, terms, counted).map(|(amount, why)| lasting(amount, why)),
            Formula::Incentive(terms) => {
                self.by_incentive(term, terms, counted).map(|(amount, why)| gained(amount, why))
            }
            Formula::SharedSavings(terms) => {
                let (amount, why) = self.by_savings(term, terms, counted)?;
                Ok(gained(amount, why))
            }
            Formula::Stated { .. } => Ok(lasting(Minor::ZERO, String::new())),
        }
    }

    fn by_activity(&self, term: &Term, terms: &Activity, counted: &Counted) -> Result<Spared, PaymentError> {
        let part_of_year = times(Per::Year, term.whole, term.time)?;
        let amount = activity_at(terms, &counted.at_prices, part_of_year)?;
        let mut why = self.at_prices(counted);
        let plain = activity_at(&Activity::default(), &counted.at_prices, Exact::ONE)?;
        if plain != amount {
            let _ =
                write!(why, ", which is {}: bands, floor and cap make it {}", self.money(plain), self.money(amount));
        }
        let result = match term.compared {
            Some(_) => self.changed(term, counted).ok_or(PaymentError::TooLarge)?,
            None => Exact::ZERO,
        };
        Ok(Spared { amount, why, result })
    }

    fn by_blended(&self, term: &Term, terms: &Blended, counted: &Counted) -> Result<Spared, PaymentError> {
        let value = activity_at(&terms.activity, &counted.at_prices, times(Per::Year, term.whole, term.time)?)?;
        let amount = blended(terms, value, term.whole, term.time)?;
        let times = times(terms.per, term.whole, term.time)?;
        let part = |of: Minor| Exact::from(of).times(times).ok_or(PaymentError::TooLarge);
        let (fixed, expected) = (part(terms.fixed)?, part(terms.expected)?);
        let result = Exact::from(amount).minus(fixed).ok_or(PaymentError::TooLarge)?;
        let why = format!(
            "{} fixed; {}, worth {} where {} was expected",
            self.rounded(fixed),
            self.at_prices(counted),
            self.money(value),
            self.rounded(expected)
        );
        Ok(Spared { amount, why, result })
    }

    fn by_capitation(
        &self,
        term: &Term,
        terms: &Capitation,
        counted: &Counted,
    ) -> Result<(Minor, String), PaymentError> {
        let amount = capitation(terms, &counted.members, term.whole, term.time)?;
        let mut why = format!("{} on {} days", people(counted.citizens), counted.days());
        if !terms.weights.is_empty() {
            let weighed = counted.weighed_days().map_or_else(|| "?".to_owned(), two_digits);
            let _ = write!(why, ", which weigh {weighed}");
        }
        let _ = write!(why, ", at {} {}", self.money(terms.amount), words_per(terms.per));
        Ok((amount, why))
    }

    fn by_bundle(&self, term: &Term, terms: &Bundle, counted: &Counted) -> Result<(Minor, String), PaymentError> {
        if terms.span == BundleSpan::Episode {
            let amount = bundle(terms, Exact::from(counted.episodes))?;
            let why = format!(
                "{} episodes of {}, at {} each",
                counted.episodes,
                people(counted.citizens),
                self.money(terms.amount)
            );
            return Ok((amount, why));
        }
        let years = self.years(term, counted.days())?;
        let amount = bundle(terms, years)?;
        let why = format!(
            "{} on {} days, {} years at {} each",
            people(counted.citizens),
            counted.days(),
            two_digits(years),
            self.money(terms.amount)
        );
        Ok((amount, why))
    }

    fn by_incentive(&self, term: &Term, terms: &Incentive, counted: &Counted) -> Result<(Minor, String), PaymentError> {
        if counted.wanted == 0 {
            return Ok((Minor::ZERO, format!("nobody to be measured for `{}`", terms.measure)));
        }
        let fraction = |numerator: u64, denominator: u64| {
            let exact = Exact::from(numerator).over(Exact::from(denominator))?.times(Exact::from(100_i64))?;
            exact.ratio()
        };
        let percent = fraction(counted.met, counted.wanted).ok_or(PaymentError::TooLarge)?;
        let days = term.time.days().ok_or(PaymentError::Endless)?;
        let list_size = Exact::from(counted.listed).over(Exact::from(days)).ok_or(PaymentError::TooLarge)?;
        let prevalence_percent = match terms.prevalence_percent {
            None => None,
            Some(_) => {
                Exact::from(counted.wanted).over(list_size).and_then(|it| it.times(Exact::from(100_i64))?.ratio())
            }
        };
        let of_year = incentive(terms, Achieved { percent, list_size, prevalence_percent })?;
        let part = times(Per::Year, term.whole, term.time)?;
        let amount = Exact::from(of_year).times(part).and_then(Exact::rounded).ok_or(PaymentError::TooLarge)?;
        let mut why = format!(
            "`{}`: {} of {} on {} ({} %), from {} to {} % up to {} points at {}",
            terms.measure,
            counted.met,
            counted.wanted,
            self.measured,
            two_digits(Exact::from(percent)),
            terms.lower_percent,
            terms.upper_percent,
            terms.points,
            self.money(terms.amount_per_point)
        );
        if let Some(usual) = terms.list_size {
            let _ = write!(why, ", with a list of {} where {usual} is usual", two_digits(list_size));
        }
        if part != Exact::ONE {
            let _ = write!(why, "; that is {} a year, of which this time is {}", self.money(of_year), two_digits(part));
        }
        Ok((amount, why))
    }

    fn by_savings(
        &self,
        term: &Term,
        terms: &SharedSavings,
        counted: &Counted,
    ) -> Result<(Minor, String), PaymentError> {
        let Some(figures) = self.savings_figures(term, terms, counted)? else {
            return Ok((Minor::ZERO, "nobody to compare".to_owned()));
        };
        let shared = savings(terms, &figures)?;
        let mut why = why_shared(&self.currency, &figures, &shared);
        if let Some(quality) = figures.quality_percent {
            let _ = write!(why, "; {} of {} needs were met ({} %)", counted.met, counted.wanted, two_digits(quality));
        }
        if counted.uncosted > 0 {
            let _ = write!(why, "; of {} contacts nobody knows what they cost", counted.uncosted);
        }
        Ok((shared.amount, why))
    }

    /// The figures that savings are shared by; `None` where there is nobody.
    pub(super) fn savings_figures(
        &self,
        term: &Term,
        terms: &SharedSavings,
        counted: &Counted,
    ) -> Result<Option<SavingsFigures>, PaymentError> {
        let Benchmark::PerMember(each) = &terms.benchmark else { return Ok(None) };
        let settled = term.time.days().ok_or(PaymentError::Endless)?;
        let members = counted.days() / u64::from(settled.max(1));
        if counted.days() == 0 {
            return Ok(None);
        }
        let years = self.years(term, counted.days())?;
        let quality = (counted.wanted > 0 && terms.goes_by_quality())
            .then(|| Exact::from(counted.met).over(Exact::from(counted.wanted))?.times(Exact::from(100_i64)))
            .flatten();
        Ok(Some(SavingsFigures {
            benchmark: Exact::from(*each).times(years).ok_or(PaymentError::TooLarge)?,
            spend: Exact::new(counted.spent, 1).ok_or(PaymentError::TooLarge)?,
            least_percent: least_rate(terms, members)?,
            quality_percent: quality,
            share: ShareOf::Quality,
            unshared: false,
            in_part_below_least: terms.below_min.as_ref().is_some_and(|below| below.rows.is_empty()),
            relief: Exact::ZERO,
        }))
    }

    /// How many years so many days are: somebody who was there on every day of the time counts as all of it.
    fn years(&self, term: &Term, days: u64) -> Result<Exact, PaymentError> {
        let settled = term.time.days().ok_or(PaymentError::Endless)?;
        let years = times(Per::Year, term.whole, term.time)?;
        let part = Exact::from(days).over(Exact::from(settled)).and_then(|part| part.times(years));
        part.ok_or(PaymentError::TooLarge)
    }

    fn account(&self, paid: &Paid) -> Option<Account> {
        let term = self.terms.get(paid.term)?;
        let organisation = self.bodies.id(paid.organisation)?.clone();
        let line = Line {
            row: organisation.to_string(),
            organisation,
            payer: term.payer.clone(),
            period: term.time,
            clause: term.clause.clone(),
            amount: paid.amount,
            why: paid.why.clone(),
            figures: paid.counted.figures(term.time),
        };
        // What a hand-over spares somebody is for no citizen in particular.
        let is_paid_for_citizens = matches!(term.by, By::Formula(_));
        let of = is_paid_for_citizens.then_some((paid.term, paid.organisation));
        Some(Account { line, evidence: paid.counted.words(), of })
    }

    fn at_prices(&self, counted: &Counted) -> String {
        let at = |(price, count): &(Minor, u64)| format!("{count} at {}", self.money(*price));
        let mut words = match counted.at_prices.as_slice() {
            [] => "no contacts".to_owned(),
            [(price, 1)] => format!("1 contact at {}", self.money(*price)),
            [(price, count)] => format!("{count} contacts at {}", self.money(*price)),
            several => {
                let all = several.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
                format!("{all} contacts: {}", several.iter().map(at).collect::<Vec<_>>().join(", "))
            }
        };
        if counted.unpriced > 0 {
            let _ = write!(words, "; {} more have no price", counted.unpriced);
        }
        words
    }

    pub(super) fn money(&self, amount: Minor) -> String {
        amount.decimal(&self.currency)
    }

    pub(super) fn rounded(&self, amount: Exact) -> String {
        amount.rounded().map_or_else(|| "?".to_owned(), |amount| self.money(amount))
    }
}

fn people(count: u64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

fn words_per(per: Per) -> &'static str {
    match per {
        Per::Day => "a day",
        Per::Month => "a month",
        Per::Year => "a year",
        Per::Period => "for the whole time of the clause",
    }
}

/// Sums up what was counted for several, as if they were one.
pub(super) fn together<'a>(all: impl Iterator<Item = &'a Counted>) -> Option<Counted> {
    let mut sum = Counted::default();
    for counted in all {
        sum.members.extend(&counted.members);
        sum.wanted = sum.wanted.checked_add(counted.wanted)?;
        sum.met = sum.met.checked_add(counted.met)?;
        sum.spent = sum.spent.checked_add(counted.spent)?;
        sum.citizens = sum.citizens.checked_add(counted.citizens)?;
    }
    Some(sum)
}

impl Paid {
    /// So many of a hundred of what was measured.
    pub(super) fn measured(&self) -> (u64, u64) {
        (self.counted.met, self.counted.wanted)
    }

    pub(super) fn percent((met, wanted): (u64, u64)) -> Option<Ratio> {
        Exact::from(met).over(Exact::from(wanted))?.times(Exact::from(100_i64))?.ratio()
    }
}
