//! The gathered columns of citizens, read as histories.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::history::{Coded, Contact, Marital, Person, Registration, Residence};
use stead_rules::{Day, MaritalStatus, Period, Sex};

use crate::functions::{Days, flags, numbers, rows_of, texts_of};

/// How many tables of coded records there are, a column each.
pub(crate) const CODED_TABLES: usize = 4;

/// Reads the gathered columns of a citizen as history.
pub(super) struct Reader<'a> {
    columns: &'a [ArrayRef],
}

impl<'a> Reader<'a> {
    pub(super) fn new(columns: &'a [ArrayRef]) -> Result<Self> {
        let wanted = 8 + CODED_TABLES;
        if columns.len() != wanted {
            return Err(internal_datafusion_err!("{} columns of standing, wanted {wanted}", columns.len()));
        }
        Ok(Self { columns })
    }

    fn column(&self, at: usize) -> Result<&'a ArrayRef> {
        self.columns.get(at).ok_or_else(|| internal_datafusion_err!("no column {at} of standing"))
    }

    pub(super) fn person(&self, row: usize) -> Person {
        let day = |at: usize| self.column(at).and_then(Days::of).ok().and_then(|days| days.get(row));
        let dead = self.column(2).and_then(flags).is_ok_and(|flags| flags.is_valid(row) && flags.value(row));
        let sex = self.column(3).and_then(texts_of).ok().and_then(|texts| texts.get(row)).and_then(Sex::of);
        Person { born: day(0), died: day(1), dead, sex: sex.unwrap_or(Sex::Unknown) }
    }

    pub(super) fn homes(&self, row: usize, mut each: impl FnMut(Residence<'a>)) -> Result<()> {
        let rows = rows_of(self.column(4)?)?;
        let (from, to) = (Days::of(rows.column("from")?)?, Days::of(rows.column("to")?)?);
        let (longitude, latitude) = (numbers(rows.column("longitude")?)?, numbers(rows.column("latitude")?)?);
        let text = |name: &str| rows.column(name).and_then(texts_of);
        let (small_area, town, postcode) = (text("small_area")?, text("town")?, text("postcode")?);
        for at in rows.range(row) {
            let Some(period) = period(&from, &to, at) else { continue };
            let known = longitude.is_valid(at) && latitude.is_valid(at);
            let point = known.then(|| (longitude.value(at), latitude.value(at)));
            each(Residence {
                period,
                small_area: small_area.get(at),
                town: town.get(at),
                postcode: postcode.get(at),
                point,
            });
        }
        Ok(())
    }

    pub(super) fn registrations(&self, row: usize, mut each: impl FnMut(Registration<'a>)) -> Result<()> {
        let rows = rows_of(self.column(5)?)?;
        let (from, to) = (Days::of(rows.column("from")?)?, Days::of(rows.column("to")?)?);
        let organisations = texts_of(rows.column("organisation")?)?;
        for at in rows.range(row) {
            let found = period(&from, &to, at).zip(organisations.get(at));
            found.into_iter().for_each(|(period, organisation)| each(Registration { period, organisation }));
        }
        Ok(())
    }

    pub(super) fn marital(&self, row: usize, mut each: impl FnMut(Marital)) -> Result<()> {
        let rows = rows_of(self.column(6)?)?;
        let (from, to) = (Days::of(rows.column("from")?)?, Days::of(rows.column("to")?)?);
        let statuses = texts_of(rows.column("status")?)?;
        for at in rows.range(row) {
            let status = statuses.get(at).and_then(MaritalStatus::of);
            let to = to.get(at).unwrap_or(Day::FOREVER);
            status.into_iter().for_each(|status| each(Marital { status, from: from.get(at), to }));
        }
        Ok(())
    }

    pub(super) fn coded(&self, row: usize, mut each: impl FnMut(Coded<'a>)) -> Result<()> {
        for table in 7..7 + CODED_TABLES {
            let rows = rows_of(self.column(table)?)?;
            let range = rows.range(row);
            if range.is_empty() {
                continue;
            }
            let lists = rows.column("lists")?.as_binary_opt::<i32>();
            let lists = lists.ok_or_else(|| internal_datafusion_err!("lists are not bits"))?;
            let (from, to) = (Days::of(rows.column("since")?)?, Days::of(rows.column("until")?)?);
            let order = rows.column("at")?.as_primitive_opt::<Int64Type>();
            let (values, units) = (numbers(rows.column("value")?)?, texts_of(rows.column("unit")?)?);
            let comparators = texts_of(rows.column("comparator")?)?;
            for at in range {
                each(Coded {
                    lists: lists.value(at),
                    from: from.get(at).unwrap_or(Day::ALWAYS),
                    to: to.get(at).unwrap_or(Day::FOREVER),
                    at: order.filter(|order| order.is_valid(at)).map_or(0, |order| order.value(at)),
                    value: values.is_valid(at).then(|| values.value(at)),
                    comparator: comparators.get(at),
                    unit: units.get(at),
                });
            }
        }
        Ok(())
    }

    pub(super) fn contacts(&self, row: usize, mut each: impl FnMut(Contact<'a>)) -> Result<()> {
        let rows = rows_of(self.column(7 + CODED_TABLES)?)?;
        let days = Days::of(rows.column("day")?)?;
        let (kinds, professions) = (texts_of(rows.column("kind")?)?, texts_of(rows.column("profession")?)?);
        for at in rows.range(row) {
            let Some(day) = days.get(at) else { continue };
            each(Contact { day, service: kinds.get(at), profession: professions.get(at) });
        }
        Ok(())
    }
}

fn period(from: &Days<'_>, to: &Days<'_>, at: usize) -> Option<Period> {
    Period::new(from.get(at).unwrap_or(Day::ALWAYS), to.get(at).unwrap_or(Day::FOREVER))
}
