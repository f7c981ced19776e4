//! Reads what was gathered of a citizen.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Float64Array, StructArray};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::{Day, OrganisationId, Period, PlaceId, ProfessionId, ServiceKind};

use super::choices::{ChoiceRows, ReadChoice};
use super::ids::Ids;
use super::{ARGUMENTS, Reach};
use crate::functions::{Days, Rows, Texts, flags, numbers, rows_of, texts_of};

/// What is known of a citizen on the day of the run.
#[derive(Default)]
pub(super) struct Facts<'a> {
    pub(super) alive: bool,
    /// Groups with the periods in them.
    pub(super) groups: Vec<(&'a str, Period)>,
    /// Places with the periods in them.
    pub(super) memberships: Vec<(&'a PlaceId, Period)>,
    pub(super) registered: Option<&'a OrganisationId>,
    /// Longitude and latitude of the home, or of the small area around it.
    pub(super) home: Option<(f64, f64)>,
    /// In order of time.
    pub(super) contacts: Vec<Seen<'a>>,
    pub(super) evidence: Vec<Evidence<'a>>,
    pub(super) choice: Option<Chosen<'a>>,
    pub(super) sharing_choices: Vec<ReadChoice<'a>>,
}

/// Who did something, and the record that shows it.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) organisation: Option<&'a OrganisationId>,
    pub(super) professional: Option<&'a str>,
    pub(super) profession: Option<&'a ProfessionId>,
    pub(super) source: &'a str,
    pub(super) resource: &'a str,
}

/// A contact.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) day: Day,
    pub(super) kind: Option<&'a ServiceKind>,
    pub(super) by: By<'a>,
}

/// A coded record by which a need can be met.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    pub(super) lists: &'a [u8],
    pub(super) day: Day,
    pub(super) by: By<'a>,
}

/// Whom the citizen chose to coordinate.
#[derive(Clone, Copy)]
pub(super) struct Chosen<'a> {
    from: Option<Day>,
    pub(super) organisation: &'a OrganisationId,
    pub(super) professional: Option<&'a str>,
    pub(super) profession: Option<&'a ProfessionId>,
}

/// Reads the gathered columns.
pub(super) struct Reader<'a> {
    person: Person<'a>,
    groups: Rows<'a>,
    group: Texts<'a>,
    group_days: (Days<'a>, Days<'a>),
    memberships: Rows<'a>,
    place: Ids<'a, PlaceId>,
    place_days: (Days<'a>, Days<'a>),
    contacts: Rows<'a>,
    contact_day: Days<'a>,
    contact_kind: Ids<'a, ServiceKind>,
    contact_by: Bys<'a>,
    evidence: Vec<Records<'a>>,
    choices: Rows<'a>,
    choice_from: Days<'a>,
    choice_by: Names<'a>,
    sharing_choices: ChoiceRows<'a>,
}

struct Person<'a> {
    alive: &'a BooleanArray,
    organisation: Ids<'a, OrganisationId>,
    longitude: &'a Float64Array,
    latitude: &'a Float64Array,
}

struct Records<'a> {
    rows: Rows<'a>,
    lists: &'a BinaryArray,
    day: Days<'a>,
    by: Bys<'a>,
}

/// Columns that name somebody.
struct Names<'a> {
    organisation: Ids<'a, OrganisationId>,
    professional: Texts<'a>,
    profession: Ids<'a, ProfessionId>,
}

struct Bys<'a> {
    names: Names<'a>,
    source: Texts<'a>,
    resource: Texts<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(columns: &'a [ArrayRef]) -> Result<Self> {
        let column = |name: &str| {
            let at = ARGUMENTS.iter().position(|known| *known == name);
            let found = at.and_then(|at| columns.get(at));
            found.ok_or_else(|| internal_datafusion_err!("no `{name}` to care by"))
        };
        let standing = parts(column("standing")?)?;
        let (groups, memberships) = (rows_of(part(standing, "groups")?)?, rows_of(part(standing, "memberships")?)?);
        let (contacts, choices) = (rows_of(column("contacts")?)?, rows_of(column("choices")?)?);
        let evidence = ["condition", "observation", "procedure", "medication"];
        let evidence = evidence.map(|table| Records::new(rows_of(column(table)?)?));
        Ok(Self {
            person: Person::new(parts(part(standing, "person")?)?)?,
            group: texts_of(groups.column("group")?)?,
            group_days: days(&groups)?,
            groups,
            place: Ids::new(memberships.column("place")?)?,
            place_days: days(&memberships)?,
            memberships,
            contact_day: Days::of(contacts.column("day")?)?,
            contact_kind: Ids::new(contacts.column("kind")?)?,
            contact_by: Bys::new(&contacts)?,
            contacts,
            evidence: evidence.into_iter().collect::<Result<_>>()?,
            choice_from: Days::of(choices.column("from")?)?,
            choice_by: Names::new(&choices)?,
            sharing_choices: ChoiceRows::new(rows_of(column("sharing_choices")?)?)?,
            choices,
        })
    }

    /// What is known of a citizen; of one who is not alive on the day, nothing more than that.
    pub(super) fn facts(&self, row: usize, reach: &Reach<'_>) -> Facts<'_> {
        let mut facts =
            Facts { alive: self.person.alive.is_valid(row) && self.person.alive.value(row), ..Facts::default() };
        if !facts.alive {
            return facts;
        }
        facts.registered = self.person.organisation.get(row);
        facts.home = self.person.home(row);
        let groups = self.groups.range(row);
        facts.groups.extend(groups.filter_map(|at| Some((self.group.get(at)?, period(&self.group_days, at)?))));
        let places = self.memberships.range(row);
        facts.memberships.extend(places.filter_map(|at| Some((self.place.get(at)?, period(&self.place_days, at)?))));
        facts.contacts.extend(self.contacts.range(row).filter_map(|at| self.contact(at, reach)));
        for table in &self.evidence {
            facts.evidence.extend(table.rows.range(row).filter_map(|at| table.evidence(at, reach)));
        }
        for chosen in self.choices.range(row).filter_map(|at| self.choice(at)) {
            // Of several the choice made last counts.
            if facts.choice.as_ref().is_none_or(|known| known.from <= chosen.from) {
                facts.choice = Some(chosen);
            }
        }
        facts.sharing_choices.extend(self.sharing_choices.of(row));
        facts
    }

    /// A contact up to the day: in the look-back, or of a kind by which a need without codes can be met.
    fn contact(&self, at: usize, reach: &Reach<'_>) -> Option<Seen<'_>> {
        let day = self.contact_day.get(at).filter(|day| *day <= reach.on)?;
        let kind = self.contact_kind.get(at);
        let counts = day >= reach.look_back || kind.is_some_and(|kind| reach.kinds.contains(kind));
        counts.then(|| Seen { day, kind, by: self.contact_by.get(at) })
    }

    fn choice(&self, at: usize) -> Option<Chosen<'_>> {
        let (organisation, professional, profession) = self.choice_by.get(at);
        Some(Chosen { from: self.choice_from.get(at), organisation: organisation?, professional, profession })
    }
}

impl<'a> Person<'a> {
    fn new(person: &'a StructArray) -> Result<Self> {
        Ok(Self {
            alive: flags(part(person, "alive")?)?,
            organisation: Ids::new(part(person, "organisation")?)?,
            longitude: numbers(part(person, "longitude")?)?,
            latitude: numbers(part(person, "latitude")?)?,
        })
    }

    fn home(&self, row: usize) -> Option<(f64, f64)> {
        let known = self.longitude.is_valid(row) && self.latitude.is_valid(row);
        known.then(|| (self.longitude.value(row), self.latitude.value(row)))
    }
}

impl<'a> Records<'a> {
    fn new(rows: Rows<'a>) -> Result<Self> {
        let lists = rows.column("lists")?.as_binary_opt::<i32>();
        let lists = lists.ok_or_else(|| internal_datafusion_err!("lists are not bits"))?;
        Ok(Self { lists, day: Days::of(rows.column("since")?)?, by: Bys::new(&rows)?, rows })
    }

    /// A record up to the day by which some need can be met.
    fn evidence(&self, at: usize, reach: &Reach<'_>) -> Option<Evidence<'_>> {
        let lists = self.lists.value(at);
        if lists.iter().zip(reach.lists).all(|(bits, asked)| bits & asked == 0) {
            return None;
        }
        let day = self.day.get(at).filter(|day| *day <= reach.on)?;
        Some(Evidence { lists, day, by: self.by.get(at) })
    }
}

impl<'a> Names<'a> {
    fn new(rows: &Rows<'a>) -> Result<Self> {
        Ok(Self {
            organisation: Ids::new(rows.column("with")?)?,
            professional: texts_of(rows.column("professional")?)?,
            profession: Ids::new(rows.column("profession")?)?,
        })
    }

    fn get(&self, at: usize) -> (Option<&OrganisationId>, Option<&'a str>, Option<&ProfessionId>) {
        (self.organisation.get(at), self.professional.get(at), self.profession.get(at))
    }
}

impl<'a> Bys<'a> {
    fn new(rows: &Rows<'a>) -> Result<Self> {
        let (source, resource) = (texts_of(rows.column("source")?)?, texts_of(rows.column("resource")?)?);
        Ok(Self { names: Names::new(rows)?, source, resource })
    }

    fn get(&self, at: usize) -> By<'_> {
        let (organisation, professional, profession) = self.names.get(at);
        let (source, resource) = (self.source.get(at), self.resource.get(at));
        By {
            organisation,
            professional,
            profession,
            source: source.unwrap_or_default(),
            resource: resource.unwrap_or_default(),
        }
    }
}

fn parts(column: &ArrayRef) -> Result<&StructArray> {
    column.as_struct_opt().ok_or_else(|| internal_datafusion_err!("a column without parts"))
}

fn part<'a>(rows: &'a StructArray, name: &str) -> Result<&'a ArrayRef> {
    rows.column_by_name(name).ok_or_else(|| internal_datafusion_err!("no part `{name}`"))
}

fn days<'a>(rows: &Rows<'a>) -> Result<(Days<'a>, Days<'a>)> {
    Ok((Days::of(rows.column("from")?)?, Days::of(rows.column("to")?)?))
}

fn period((from, to): &(Days<'_>, Days<'_>), at: usize) -> Option<Period> {
    Period::new(from.get(at).unwrap_or(Day::ALWAYS), to.get(at).unwrap_or(Day::FOREVER))
}
