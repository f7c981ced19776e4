//! Reads what was gathered of a citizen, names as the numbers that the reckoning gives them.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::compiled::HomeTest;
use stead_rules::history::Residence;
use stead_rules::reckoning::{Facts, Offers, Reckoning, Record, Seen, Sort, Wanted};
use stead_rules::{AreaId, Day, Minor, Period};

use super::{failed, tables};
use crate::functions::{ByWords, Days, Rows, Texts, flags, numbers, rows_of, texts_of};
use crate::prepared::Prepared;

/// Reads the gathered columns.
pub(super) struct Reader<'a> {
    reckoning: &'a Reckoning,
    born: Days<'a>,
    died: Days<'a>,
    dead: &'a BooleanArray,
    places: Option<Stays<'a>>,
    groups: Option<Stays<'a>>,
    lists: Option<Stays<'a>>,
    named: Option<Stays<'a>>,
    homes: Option<Homes<'a>>,
    /// The areas in which homes are looked for, as the reckoning numbers them.
    areas: Vec<&'a HomeTest>,
    contacts: Contacts<'a>,
    costs: Option<Costs<'a>>,
    needs: Option<Needs<'a>>,
    /// What each sort of contact that has come up counts for.
    offers: Vec<Offers>,
    /// Where in `offers` a sort of contact stands, by organisation, kind of service, profession, site, and kind of contact;
    /// `None`: it counts for nothing.
    sorts: ByWords<'a, Option<usize>, 5>,
    /// The days whose contacts count for something.
    days: Period,
    /// The rows of the contacts and needs at hand, by their position in the facts.
    contact_rows: Vec<usize>,
    need_rows: Vec<usize>,
}

/// Rows that hold over a period, with a number for what they name.
struct Stays<'a> {
    rows: Rows<'a>,
    name: Texts<'a>,
    /// The number of each name, by its key.
    numbers: Vec<Option<usize>>,
    from: Days<'a>,
    to: Days<'a>,
}

struct Homes<'a> {
    rows: Rows<'a>,
    from: Days<'a>,
    to: Days<'a>,
    small_area: Texts<'a>,
    town: Texts<'a>,
    postcode: Texts<'a>,
    longitude: &'a Float64Array,
    latitude: &'a Float64Array,
}

struct Contacts<'a> {
    rows: Rows<'a>,
    day: Days<'a>,
    /// Whether the record stands.
    sound: &'a BooleanArray,
    /// Source and resource, where they were asked for.
    record: Option<[Texts<'a>; 2]>,
}

struct Costs<'a> {
    rows: Rows<'a>,
    kind: Texts<'a>,
    amount: &'a Int64Array,
    contact: Texts<'a>,
    source: Texts<'a>,
}

struct Needs<'a> {
    rows: Rows<'a>,
    need: Texts<'a>,
    numbers: Vec<Option<usize>>,
    status: Texts<'a>,
    last_met: Days<'a>,
    record: Option<Texts<'a>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(prepared: &'a Prepared, reckoning: &'a Reckoning, columns: &'a [ArrayRef]) -> Result<Self> {
        let [born, died, dead, lists @ ..] = columns else {
            return Err(internal_datafusion_err!("no citizens to reckon for"));
        };
        let names = tables(reckoning);
        let rows = |table: &str| {
            let at = names.iter().position(|known| *known == table);
            at.and_then(|at| lists.get(at)).map(rows_of).transpose()
        };
        let place = |id: &str| reckoning.places().iter().position(|known| known.as_str() == id);
        let organisation = |id: &str| reckoning.organisation(id);
        let area = |id: &AreaId| {
            let test = prepared.areas.iter().find(|(known, _)| known == id).map(|(_, test)| test);
            test.ok_or_else(|| internal_datafusion_err!("`{id}` is no area of the folder"))
        };
        let group = |id: &str| reckoning.groups().iter().position(|known| known.as_str() == id);
        let contacts = rows("contact")?.ok_or_else(|| internal_datafusion_err!("no contacts to reckon by"))?;
        let sorts = ByWords::new(sorts_of(&contacts)?);
        Ok(Self {
            born: Days::of(born)?,
            died: Days::of(died)?,
            dead: flags(dead)?,
            places: rows("membership")?.map(|rows| Stays::new(rows, "place", place)).transpose()?,
            groups: rows("group_membership")?.map(|rows| Stays::new(rows, "group", group)).transpose()?,
            lists: rows("registration")?.map(|rows| Stays::new(rows, "with", organisation)).transpose()?,
            named: rows("coordinator")?.map(|rows| Stays::new(rows, "with", organisation)).transpose()?,
            homes: rows("residence")?.map(Homes::new).transpose()?,
            areas: reckoning.areas().iter().map(area).collect::<Result<_>>()?,
            contacts: Contacts::new(contacts)?,
            costs: rows("cost")?.map(Costs::new).transpose()?,
            needs: rows("needs")?.map(|rows| Needs::new(rows, reckoning)).transpose()?,
            reckoning,
            offers: Vec::new(),
            sorts,
            days: reckoning.contact_days(),
            contact_rows: Vec::new(),
            need_rows: Vec::new(),
        })
    }

    /// Whether records are asked for: where needs and contacts name theirs.
    pub(super) fn has_records(&self) -> bool {
        self.contacts.record.is_some()
    }

    /// What each sort of contact counts for.
    pub(super) fn offers(&self) -> &[Offers] {
        &self.offers
    }

    /// What is known of the citizen of a row.
    pub(super) fn facts(&mut self, row: usize, facts: &mut Facts) -> Result<()> {
        facts.clear();
        let dead = self.dead.is_valid(row) && self.dead.value(row);
        let died = self.died.get(row);
        // Of somebody who died on a day that nobody recorded, no day is sure.
        let sure = !dead || died.is_some();
        let life = Period::new(self.born.get(row).unwrap_or(Day::ALWAYS), died.unwrap_or(Day::FOREVER));
        facts.life = life.filter(|_| sure);
        if facts.life.is_none() {
            return Ok(());
        }
        if let Some(places) = &self.places {
            places.known(row, |at, period| facts.places.push((at, period)));
        }
        if let Some(groups) = &self.groups {
            groups.known(row, |at, period| facts.groups.push((at, period)));
        }
        if let Some(lists) = &self.lists {
            lists.each(row, |at, period| facts.lists.push((at, period)));
        }
        if let Some(named) = &self.named {
            named.each(row, |at, period| facts.named.push((at, period)));
        }
        self.homes_of(row, facts);
        self.contacts_of(row, facts)?;
        self.need_rows.clear();
        if let Some(needs) = &self.needs {
            for at in needs.rows.range(row) {
                let Some(wanted) = needs.wanted(at) else { continue };
                facts.needs.push(wanted);
                self.need_rows.push(at);
            }
        }
        Ok(())
    }

    /// The record of a position in the facts, as source:Type/id.
    pub(super) fn name(&self, _: usize, record: Record) -> Option<String> {
        match record {
            Record::Contact(at) => {
                let row = *self.contact_rows.get(at)?;
                let [source, resource] = self.contacts.record?;
                Some(format!("{}:{}", source.get(row)?, resource.get(row)?))
            }
            Record::Need(at) => {
                let needs = self.needs.as_ref()?;
                needs.record?.get(*self.need_rows.get(at)?).map(ToOwned::to_owned)
            }
        }
    }

    fn contacts_of(&mut self, row: usize, facts: &mut Facts) -> Result<()> {
        self.contact_rows.clear();
        for at in self.contacts.rows.range(row) {
            let Some(day) = self.contacts.day.get(at).filter(|day| self.days.contains(*day)) else { continue };
            if !self.contacts.sound.value(at) {
                continue;
            }
            let Some(sort) = self.sort(at)? else { continue };
            let cost = self.costs.as_ref().and_then(|costs| costs.of(row, self.contacts.record.as_ref(), at));
            facts.contacts.push(Seen { day, sort, cost });
            self.contact_rows.push(at);
        }
        Ok(())
    }

    /// Which sort of contact a row is; none when such contacts count for nothing.
    fn sort(&mut self, at: usize) -> Result<Option<usize>> {
        let (reckoning, offers) = (self.reckoning, &mut self.offers);
        self.sorts.try_get(at, |[organisation, service, profession, site, contact]| {
            let sort = Sort {
                organisation: organisation.and_then(|id| reckoning.organisation(id)),
                stranger: organisation.map(Into::into),
                service: service.map(Into::into),
                profession: profession.map(Into::into),
                site: site.map(Into::into),
                contact: contact.map(Arc::from),
            };
            let found = reckoning.offers(&sort).map_err(failed)?;
            let position = (!found.is_empty()).then_some(offers.len());
            offers.extend(position.map(|_| found));
            Ok(position)
        })
    }

    /// The days on which she lived in the areas that are asked for.
    fn homes_of(&self, row: usize, facts: &mut Facts) {
        let Some(homes) = &self.homes else { return };
        for at in homes.rows.range(row) {
            let Some(home) = homes.home(at) else { continue };
            let inside = self.areas.iter().enumerate().filter(|(_, test)| test.accepts(&home));
            facts.homes.extend(inside.map(|(area, _)| (area, home.period)));
        }
    }
}

fn period(from: &Days<'_>, to: &Days<'_>, at: usize) -> Option<Period> {
    Period::new(from.get(at).unwrap_or(Day::ALWAYS), to.get(at).unwrap_or(Day::FOREVER))
}

impl<'a> Stays<'a> {
    fn new(rows: Rows<'a>, name: &str, number: impl Fn(&str) -> Option<usize>) -> Result<Self> {
        let name = texts_of(rows.column(name)?)?;
        let numbers = name.values().map(|text| text.and_then(&number)).collect();
        Ok(Self { from: Days::of(rows.column("from")?)?, to: Days::of(rows.column("to")?)?, name, numbers, rows })
    }

    fn each(&self, row: usize, mut each: impl FnMut(Option<usize>, Period)) {
        for at in self.rows.range(row) {
            let number = self.name.key(at).and_then(|key| self.numbers.get(key)).copied().flatten();
            if let Some(period) = period(&self.from, &self.to, at) {
                each(number, period);
            }
        }
    }

    fn known(&self, row: usize, mut each: impl FnMut(usize, Period)) {
        self.each(row, |number, period| number.into_iter().for_each(|number| each(number, period)));
    }
}

impl<'a> Homes<'a> {
    fn new(rows: Rows<'a>) -> Result<Self> {
        let text = |name: &str| rows.column(name).and_then(texts_of);
        Ok(Self {
            from: Days::of(rows.column("from")?)?,
            to: Days::of(rows.column("to")?)?,
            small_area: text("small_area")?,
            town: text("town")?,
            postcode: text("postcode")?,
            longitude: numbers(rows.column("longitude")?)?,
            latitude: numbers(rows.column("latitude")?)?,
            rows,
        })
    }

    fn home(&self, at: usize) -> Option<Residence<'a>> {
        let known = self.longitude.is_valid(at) && self.latitude.is_valid(at);
        Some(Residence {
            period: period(&self.from, &self.to, at)?,
            small_area: self.small_area.get(at),
            town: self.town.get(at),
            postcode: self.postcode.get(at),
            point: known.then(|| (self.longitude.value(at), self.latitude.value(at))),
        })
    }
}

impl<'a> Contacts<'a> {
    fn new(rows: Rows<'a>) -> Result<Self> {
        let text = |name: &str| rows.column(name).and_then(texts_of);
        let record = if rows.has("resource") { Some([text("source")?, text("resource")?]) } else { None };
        let sound = flags(rows.column("sound")?)?;
        Ok(Self { day: Days::of(rows.column("day")?)?, sound, record, rows })
    }
}

/// What tells contacts apart; what no clause asks for is not there.
fn sorts_of<'a>(contacts: &Rows<'a>) -> Result<[Texts<'a>; 5]> {
    let text = |name: &str| if contacts.has(name) { texts_of(contacts.column(name)?) } else { Ok(Texts::Nothing) };
    Ok([text("with")?, text("kind")?, text("profession")?, text("site")?, text("contact")?])
}

impl<'a> Costs<'a> {
    fn new(rows: Rows<'a>) -> Result<Self> {
        let text = |name: &str| rows.column(name).and_then(texts_of);
        let amount = rows.column("amount_minor")?.as_primitive_opt();
        Ok(Self {
            kind: text("kind")?,
            amount: amount.ok_or_else(|| internal_datafusion_err!("amounts that are none"))?,
            contact: text("contact")?,
            source: text("source")?,
            rows,
        })
    }

    /// What a contact cost: all that was decided for it or, where nothing was, all that was asked.
    fn of(&self, row: usize, record: Option<&[Texts<'_>; 2]>, contact: usize) -> Option<Minor> {
        let [source, resource] = record?;
        let (source, resource) = (source.get(contact)?, resource.get(contact)?);
        let (mut decided, mut asked) = (None, None);
        for at in self.rows.range(row) {
            if self.source.get(at) != Some(source) || self.contact.get(at) != Some(resource) {
                continue;
            }
            let sum = if self.kind.get(at) == Some("benefit") { &mut decided } else { &mut asked };
            *sum = Some(sum.unwrap_or(0_i64).saturating_add(self.amount.value(at)));
        }
        decided.or(asked).map(Minor)
    }
}

impl<'a> Needs<'a> {
    fn new(rows: Rows<'a>, reckoning: &Reckoning) -> Result<Self> {
        let need = texts_of(rows.column("need")?)?;
        let number = |id: &str| reckoning.needs().iter().position(|known| known.as_str() == id);
        let record = if rows.has("last_resource") { Some(texts_of(rows.column("last_resource")?)?) } else { None };
        Ok(Self {
            numbers: need.values().map(|text| text.and_then(number)).collect(),
            need,
            status: texts_of(rows.column("status")?)?,
            last_met: Days::of(rows.column("last_met")?)?,
            record,
            rows,
        })
    }

    /// A need that counts: not one that does not apply, nor one whose first day is still to come.
    fn wanted(&self, at: usize) -> Option<Wanted> {
        let need = self.need.key(at).and_then(|key| self.numbers.get(key)).copied().flatten()?;
        let met = match self.status.get(at)? {
            "met" => true,
            "due" => {
                self.last_met.get(at)?;
                true
            }
            "overdue" | "never" => false,
            _ => return None,
        };
        Some(Wanted { need, met })
    }
}
