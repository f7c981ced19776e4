//! Reads what was gathered of a citizen.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::{Day, OrganisationId, Period, PlaceId, ProfessionId, ServiceKind};

use super::Names;
use crate::functions::{Days, flags, numbers, rows_of, texts_of};

/// What is known of a citizen on the day of the run.
#[derive(Default)]
pub(super) struct Facts<'a> {
    pub(super) alive: bool,
    /// Groups with the periods in them.
    pub(super) groups: Vec<(&'a str, Period)>,
    /// Places with the periods in them.
    pub(super) memberships: Vec<(PlaceId, Period)>,
    pub(super) registered: Option<OrganisationId>,
    /// Longitude and latitude of the home, or of the small area around it.
    pub(super) home: Option<(f64, f64)>,
    /// In order of time.
    pub(super) contacts: Vec<Seen<'a>>,
    pub(super) evidence: Vec<Evidence<'a>>,
    pub(super) choice: Option<Chosen<'a>>,
}

/// A contact.
pub(super) struct Seen<'a> {
    pub(super) day: Day,
    pub(super) organisation: Option<OrganisationId>,
    pub(super) kind: Option<ServiceKind>,
    pub(super) professional: Option<&'a str>,
    pub(super) profession: Option<ProfessionId>,
    pub(super) source: &'a str,
    pub(super) resource: &'a str,
}

/// A coded record by which a need can be met.
pub(super) struct Evidence<'a> {
    pub(super) lists: &'a [u8],
    pub(super) day: Day,
    pub(super) organisation: Option<OrganisationId>,
    pub(super) professional: Option<&'a str>,
    pub(super) profession: Option<ProfessionId>,
    pub(super) source: &'a str,
    pub(super) resource: &'a str,
}

/// Whom the citizen chose to coordinate.
pub(super) struct Chosen<'a> {
    from: Option<Day>,
    pub(super) organisation: OrganisationId,
    pub(super) professional: Option<&'a str>,
    pub(super) profession: Option<ProfessionId>,
}

/// Reads the gathered columns.
pub(super) struct Reader<'a> {
    columns: &'a [ArrayRef],
}

impl<'a> Reader<'a> {
    pub(super) fn new(columns: &'a [ArrayRef]) -> Result<Self> {
        if columns.len() != 9 {
            return Err(internal_datafusion_err!("{} columns of care, wanted 9", columns.len()));
        }
        Ok(Self { columns })
    }

    fn column(&self, at: usize) -> Result<&'a ArrayRef> {
        self.columns.get(at).ok_or_else(|| internal_datafusion_err!("no column {at} of care"))
    }

    /// What is known of a citizen; of one who is not alive on the day, nothing more than that.
    pub(super) fn facts(&self, row: usize, names: &mut Names) -> Result<Facts<'a>> {
        let mut facts = Facts::default();
        let person = self.column(2)?.as_struct_opt().ok_or_else(|| internal_datafusion_err!("no person"))?;
        let field =
            |name: &str| person.column_by_name(name).ok_or_else(|| internal_datafusion_err!("no `{name}` of a person"));
        let alive = flags(field("alive")?)?;
        facts.alive = alive.is_valid(row) && alive.value(row);
        if !facts.alive {
            return Ok(facts);
        }
        facts.registered = texts_of(field("organisation")?)?.get(row).map(|id| names.organisation(id));
        let (longitude, latitude) = (numbers(field("longitude")?)?, numbers(field("latitude")?)?);
        let known = longitude.is_valid(row) && latitude.is_valid(row);
        facts.home = known.then(|| (longitude.value(row), latitude.value(row)));
        self.groups(row, &mut facts)?;
        self.memberships(row, names, &mut facts)?;
        self.contacts(row, names, &mut facts)?;
        for table in 4..8 {
            self.evidence(table, row, names, &mut facts)?;
        }
        self.choice(row, names, &mut facts)?;
        Ok(facts)
    }

    fn groups(&self, row: usize, facts: &mut Facts<'a>) -> Result<()> {
        let rows = rows_of(self.column(0)?)?;
        let groups = texts_of(rows.column("group")?)?;
        let (from, to) = (Days::of(rows.column("from")?)?, Days::of(rows.column("to")?)?);
        facts.groups.extend(rows.range(row).filter_map(|at| Some((groups.get(at)?, period(&from, &to, at)?))));
        Ok(())
    }

    fn memberships(&self, row: usize, names: &mut Names, facts: &mut Facts<'a>) -> Result<()> {
        let rows = rows_of(self.column(1)?)?;
        let places = texts_of(rows.column("place")?)?;
        let (from, to) = (Days::of(rows.column("from")?)?, Days::of(rows.column("to")?)?);
        for at in rows.range(row) {
            let found = places.get(at).zip(period(&from, &to, at));
            facts.memberships.extend(found.map(|(place, period)| (names.place(place), period)));
        }
        Ok(())
    }

    fn contacts(&self, row: usize, names: &mut Names, facts: &mut Facts<'a>) -> Result<()> {
        let rows = rows_of(self.column(3)?)?;
        let days = Days::of(rows.column("day")?)?;
        let text = |name: &str| rows.column(name).and_then(texts_of);
        let (organisations, kinds) = (text("organisation")?, text("kind")?);
        let (professionals, professions) = (text("professional")?, text("profession")?);
        let (sources, resources) = (text("source")?, text("resource")?);
        for at in rows.range(row) {
            let Some(day) = days.get(at) else { continue };
            facts.contacts.push(Seen {
                day,
                organisation: organisations.get(at).map(|id| names.organisation(id)),
                kind: kinds.get(at).map(|id| names.kind(id)),
                professional: professionals.get(at),
                profession: professions.get(at).map(|id| names.profession(id)),
                source: sources.get(at).unwrap_or_default(),
                resource: resources.get(at).unwrap_or_default(),
            });
        }
        Ok(())
    }

    fn evidence(&self, table: usize, row: usize, names: &mut Names, facts: &mut Facts<'a>) -> Result<()> {
        let rows = rows_of(self.column(table)?)?;
        let range = rows.range(row);
        if range.is_empty() {
            return Ok(());
        }
        let lists = rows.column("lists")?.as_binary_opt::<i32>();
        let lists = lists.ok_or_else(|| internal_datafusion_err!("lists are not bits"))?;
        let days = Days::of(rows.column("met")?)?;
        let text = |name: &str| rows.column(name).and_then(texts_of);
        let (organisations, professionals, professions) =
            (text("organisation")?, text("professional")?, text("profession")?);
        let (sources, resources) = (text("source")?, text("resource")?);
        for at in range {
            let Some(day) = days.get(at) else { continue };
            facts.evidence.push(Evidence {
                lists: lists.value(at),
                day,
                organisation: organisations.get(at).map(|id| names.organisation(id)),
                professional: professionals.get(at),
                profession: professions.get(at).map(|id| names.profession(id)),
                source: sources.get(at).unwrap_or_default(),
                resource: resources.get(at).unwrap_or_default(),
            });
        }
        Ok(())
    }

    fn choice(&self, row: usize, names: &mut Names, facts: &mut Facts<'a>) -> Result<()> {
        let rows = rows_of(self.column(8)?)?;
        let from = Days::of(rows.column("from")?)?;
        let text = |name: &str| rows.column(name).and_then(texts_of);
        let (organisations, professionals, professions) =
            (text("organisation")?, text("professional")?, text("profession")?);
        for at in rows.range(row) {
            let Some(organisation) = organisations.get(at).map(|id| names.organisation(id)) else { continue };
            let from = from.get(at);
            // Of several the choice made last counts.
            if facts.choice.as_ref().is_none_or(|known| known.from <= from) {
                let profession = professions.get(at).map(|id| names.profession(id));
                facts.choice = Some(Chosen { from, organisation, professional: professionals.get(at), profession });
            }
        }
        Ok(())
    }
}

fn period(from: &Days<'_>, to: &Days<'_>, at: usize) -> Option<Period> {
    Period::new(from.get(at).unwrap_or(Day::ALWAYS), to.get(at).unwrap_or(Day::FOREVER))
}
