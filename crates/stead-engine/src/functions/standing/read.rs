//! The gathered columns of citizens, read as histories.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Float64Array, Int64Array};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::compiled::Test;
use stead_rules::history::{Coded, Contact, Marital, Person, Registration, Residence};
use stead_rules::{Day, MaritalStatus, Period, Sex};

use super::ARGUMENTS;
use crate::functions::{Days, Rows, Texts, flags, numbers, rows_of, texts_of};
use crate::prepared::Prepared;

/// Reads the gathered columns of a citizen as history.
pub(super) struct Reader<'a> {
    born: Days<'a>,
    died: Days<'a>,
    dead: &'a BooleanArray,
    sex: Texts<'a>,
    homes: Homes<'a>,
    registrations: Registrations<'a>,
    marital: MaritalStatuses<'a>,
    coded: Vec<CodedRecords<'a>>,
    /// None when no criterion asks for contacts.
    contacts: Option<Contacts<'a>>,
    /// The lists that criteria ask for, as bits.
    asked: &'a [u8],
}

/// Rows that hold over a period.
struct Periods<'a> {
    rows: Rows<'a>,
    from: Days<'a>,
    to: Days<'a>,
}

struct Homes<'a> {
    periods: Periods<'a>,
    small_area: Texts<'a>,
    town: Texts<'a>,
    postcode: Texts<'a>,
    longitude: &'a Float64Array,
    latitude: &'a Float64Array,
}

struct Registrations<'a> {
    periods: Periods<'a>,
    organisation: Texts<'a>,
}

struct MaritalStatuses<'a> {
    periods: Periods<'a>,
    status: Texts<'a>,
}

struct CodedRecords<'a> {
    rows: Rows<'a>,
    lists: &'a BinaryArray,
    from: Days<'a>,
    to: Days<'a>,
    /// What only measurements have.
    measured: Option<Measured<'a>>,
}

struct Measured<'a> {
    at: &'a Int64Array,
    value: &'a Float64Array,
    comparator: Texts<'a>,
    unit: Texts<'a>,
}

struct Contacts<'a> {
    rows: Rows<'a>,
    day: Days<'a>,
    kind: Texts<'a>,
    profession: Texts<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(prepared: &'a Prepared, columns: &'a [ArrayRef]) -> Result<Self> {
        let column = |name: &str| {
            let at = ARGUMENTS.iter().position(|known| *known == name);
            let found = at.and_then(|at| columns.get(at));
            found.ok_or_else(|| internal_datafusion_err!("no `{name}` to stand by"))
        };
        let coded = ["condition", "observation", "procedure", "medication"];
        let coded = coded.map(|table| CodedRecords::new(rows_of(column(table)?)?));
        let asked = prepared.compiled.leaves.iter().any(|leaf| matches!(leaf.test, Test::Contact));
        Ok(Self {
            born: Days::of(column("born")?)?,
            died: Days::of(column("died")?)?,
            dead: flags(column("dead")?)?,
            sex: texts_of(column("sex")?)?,
            homes: Homes::new(rows_of(column("residence")?)?)?,
            registrations: Registrations::new(rows_of(column("registration")?)?)?,
            marital: MaritalStatuses::new(rows_of(column("marital_status")?)?)?,
            coded: coded.into_iter().collect::<Result<_>>()?,
            contacts: if asked { Some(Contacts::new(rows_of(column("contacts")?)?)?) } else { None },
            asked: &prepared.criteria_lists,
        })
    }

    pub(super) fn person(&self, row: usize) -> Person {
        let dead = self.dead.is_valid(row) && self.dead.value(row);
        let sex = self.sex.get(row).and_then(Sex::of).unwrap_or(Sex::Unknown);
        Person { born: self.born.get(row), died: self.died.get(row), dead, sex }
    }

    pub(super) fn homes(&self, row: usize, mut each: impl FnMut(Residence<'a>)) {
        let homes = &self.homes;
        for at in homes.periods.rows.range(row) {
            let Some(period) = homes.periods.at(at) else { continue };
            let known = homes.longitude.is_valid(at) && homes.latitude.is_valid(at);
            let point = known.then(|| (homes.longitude.value(at), homes.latitude.value(at)));
            each(Residence {
                period,
                small_area: homes.small_area.get(at),
                town: homes.town.get(at),
                postcode: homes.postcode.get(at),
                point,
            });
        }
    }

    pub(super) fn registrations(&self, row: usize, mut each: impl FnMut(Registration<'a>)) {
        let of = &self.registrations;
        for at in of.periods.rows.range(row) {
            let found = of.periods.at(at).zip(of.organisation.get(at));
            found.into_iter().for_each(|(period, organisation)| each(Registration { period, organisation }));
        }
    }

    pub(super) fn marital(&self, row: usize, mut each: impl FnMut(Marital)) {
        let of = &self.marital;
        for at in of.periods.rows.range(row) {
            let status = of.status.get(at).and_then(MaritalStatus::of);
            let (from, to) = (of.periods.from.get(at), of.periods.to.get(at).unwrap_or(Day::FOREVER));
            status.into_iter().for_each(|status| each(Marital { status, from, to }));
        }
    }

    /// The records that criteria ask for.
    pub(super) fn coded(&self, row: usize, mut each: impl FnMut(Coded<'a>)) {
        for table in &self.coded {
            for at in table.rows.range(row) {
                let lists = table.lists.value(at);
                if lists.iter().zip(self.asked).all(|(bits, asked)| bits & asked == 0) {
                    continue;
                }
                let measured = table.measured.as_ref();
                each(Coded {
                    lists,
                    from: table.from.get(at).unwrap_or(Day::ALWAYS),
                    to: table.to.get(at).unwrap_or(Day::FOREVER),
                    at: measured.filter(|it| it.at.is_valid(at)).map_or(0, |it| it.at.value(at)),
                    value: measured.filter(|it| it.value.is_valid(at)).map(|it| it.value.value(at)),
                    comparator: measured.and_then(|it| it.comparator.get(at)),
                    unit: measured.and_then(|it| it.unit.get(at)),
                });
            }
        }
    }

    pub(super) fn contacts(&self, row: usize, mut each: impl FnMut(Contact<'a>)) {
        let Some(of) = &self.contacts else { return };
        for at in of.rows.range(row) {
            let Some(day) = of.day.get(at) else { continue };
            each(Contact { day, service: of.kind.get(at), profession: of.profession.get(at) });
        }
    }
}

impl<'a> Periods<'a> {
    fn new(rows: Rows<'a>) -> Result<Self> {
        Ok(Self { from: Days::of(rows.column("from")?)?, to: Days::of(rows.column("to")?)?, rows })
    }

    fn at(&self, row: usize) -> Option<Period> {
        Period::new(self.from.get(row).unwrap_or(Day::ALWAYS), self.to.get(row).unwrap_or(Day::FOREVER))
    }
}

impl<'a> Homes<'a> {
    fn new(rows: Rows<'a>) -> Result<Self> {
        let text = |name: &str| rows.column(name).and_then(texts_of);
        Ok(Self {
            small_area: text("small_area")?,
            town: text("town")?,
            postcode: text("postcode")?,
            longitude: numbers(rows.column("longitude")?)?,
            latitude: numbers(rows.column("latitude")?)?,
            periods: Periods::new(rows)?,
        })
    }
}

impl<'a> Registrations<'a> {
    fn new(rows: Rows<'a>) -> Result<Self> {
        Ok(Self { organisation: texts_of(rows.column("organisation")?)?, periods: Periods::new(rows)? })
    }
}

impl<'a> MaritalStatuses<'a> {
    fn new(rows: Rows<'a>) -> Result<Self> {
        Ok(Self { status: texts_of(rows.column("status")?)?, periods: Periods::new(rows)? })
    }
}

impl<'a> CodedRecords<'a> {
    fn new(rows: Rows<'a>) -> Result<Self> {
        let lists = rows.column("lists")?.as_binary_opt::<i32>();
        let lists = lists.ok_or_else(|| internal_datafusion_err!("lists are not bits"))?;
        let (from, to) = (Days::of(rows.column("since")?)?, Days::of(rows.column("until")?)?);
        let measured = if rows.has("value") { Some(Measured::new(&rows)?) } else { None };
        Ok(Self { rows, lists, from, to, measured })
    }
}

impl<'a> Measured<'a> {
    fn new(rows: &Rows<'a>) -> Result<Self> {
        let at = rows.column("at")?.as_primitive_opt();
        Ok(Self {
            at: at.ok_or_else(|| internal_datafusion_err!("no moments"))?,
            value: numbers(rows.column("value")?)?,
            comparator: texts_of(rows.column("comparator")?)?,
            unit: texts_of(rows.column("unit")?)?,
        })
    }
}

impl<'a> Contacts<'a> {
    fn new(rows: Rows<'a>) -> Result<Self> {
        let (kind, profession) = (texts_of(rows.column("kind")?)?, texts_of(rows.column("profession")?)?);
        Ok(Self { day: Days::of(rows.column("day")?)?, kind, profession, rows })
    }
}
