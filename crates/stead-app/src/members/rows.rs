//! What a bucket's tables say of each citizen, as far as it says whose she is.

use std::collections::BTreeMap;

use serde::Deserialize;
use stead_engine::Files;
use stead_rules::agreement::{Attribution, Pay};
use stead_rules::attribution::{AttributionRule, Stay, Traces, Visit};
use stead_rules::compiled::HomeTest;
use stead_rules::history::{Person, Residence};
use stead_rules::{Agreement, Day, Definitions, Intervals, Minor, Period, Sex, Translator};

use super::coverage::{Coverage, coverages};
use crate::error::AppError;
use crate::sql::Asked;

/// What is asked of every bucket.
pub(super) struct Asking<'a> {
    translator: &'a Translator,
    rule: &'a AttributionRule,
    areas: Vec<(String, HomeTest)>,
    /// The places that the agreement is about, and the clause's group: ids, so nothing of anybody's can be in this SQL.
    places: Vec<String>,
    group: Option<String>,
    window: Period,
    /// What was charged in another currency counts for nothing.
    currency: String,
}

/// A citizen.
pub(super) struct Citizen {
    pub(super) id: String,
    /// The leading record of her: `Patient/12`.
    pub(super) record: Option<String>,
    /// The source of that record.
    source: String,
    pub(super) coverages: Vec<Coverage>,
    days: Intervals,
    member: Intervals,
    lists: Vec<(Period, String)>,
    /// The organisations of those whom she chose to coordinate her care.
    named: Vec<(Period, String)>,
    homes: Vec<(Period, String)>,
    visits: Vec<Seen>,
}

struct Seen {
    day: Day,
    organisation: String,
    service: Option<String>,
    profession: Option<String>,
    charge: Option<Minor>,
}

#[derive(Deserialize)]
struct Life {
    citizen: String,
    born: Option<String>,
    died: Option<String>,
    dead: bool,
    source: String,
    resource: String,
}

/// A row of a table about times.
#[derive(Deserialize)]
struct Time {
    citizen: String,
    #[serde(default)]
    organisation: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Deserialize)]
struct Home {
    citizen: String,
    from: Option<String>,
    to: Option<String>,
    small_area: Option<String>,
    town: Option<String>,
    postcode: Option<String>,
    longitude: Option<f64>,
    latitude: Option<f64>,
}

#[derive(Deserialize)]
struct Contact {
    citizen: String,
    day: String,
    organisation: Option<String>,
    service: Option<String>,
    professional: Option<String>,
    system: Option<String>,
    code: Option<String>,
    other_codes: Option<Vec<String>>,
    profession_system: Option<String>,
    profession_code: Option<String>,
    charge: Option<i64>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(
        definitions: &Definitions,
        agreement: &Agreement,
        pay: &Pay,
        rule: &'a AttributionRule,
        translator: &'a Translator,
        time: Period,
    ) -> Self {
        let home = |id: &stead_rules::AreaId| {
            let areas = definitions.areas.iter().filter(|area| area.id == *id);
            (id.to_string(), HomeTest::new(areas))
        };
        Self {
            translator,
            rule,
            areas: rule.areas().map(home).collect(),
            places: agreement.places.iter().map(ToString::to_string).collect(),
            group: pay.group.as_ref().map(ToString::to_string),
            window: rule.window(time),
            currency: agreement.currency.to_string(),
        }
    }

    /// Everybody in a bucket, by id.
    pub(super) async fn citizens(&self, files: &Files) -> Result<Vec<Citizen>, AppError> {
        let asked = Asked::of(files.clone());
        let by = self.rule.by();
        let mut found: BTreeMap<String, Citizen> = BTreeMap::new();
        let lives: Vec<Life> = asked.rows("SELECT citizen, born, died, dead, source, resource FROM citizen").await?;
        for life in lives {
            let citizen = Citizen::of(&life);
            found.insert(life.citizen, citizen);
        }
        if let Some(group) = &self.group {
            let sql = format!(r#"SELECT citizen, "from", "to" FROM group_membership WHERE "group" = '{group}'"#);
            let days = intervals(asked.rows(&sql).await?);
            found.iter_mut().for_each(|(id, it)| {
                it.days = days.get(id).map_or_else(Intervals::none, |days| it.days.intersect(days))
            });
        }
        // Where citizens live is enough for who goes by that; others have to be in the place.
        if !self.places.is_empty() && by != Attribution::Residence {
            let places = self.places.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
            let sql = format!(r#"SELECT citizen, "from", "to" FROM membership WHERE place IN ({places})"#);
            let days = intervals(asked.rows(&sql).await?);
            for (id, it) in &mut found {
                it.member = days.get(id).cloned().unwrap_or_default();
                it.days = it.days.intersect(&it.member);
            }
        }
        if matches!(by, Attribution::Registered | Attribution::Membership) {
            self.stays(&asked, "registration", &mut found, |citizen| &mut citizen.lists).await?;
        }
        if by == Attribution::Voluntary || by.is_plurality() {
            self.stays(&asked, "coordinator", &mut found, |citizen| &mut citizen.named).await?;
        }
        if by == Attribution::Residence {
            self.homes(&asked, &mut found).await?;
        }
        if by.is_plurality() {
            self.visits(&asked, &mut found).await?;
        }
        for (citizen, coverage) in coverages(&asked).await? {
            if let Some(citizen) = found.get_mut(&citizen) {
                citizen.coverages.push(coverage);
            }
        }
        Ok(found.into_values().filter(|citizen| !citizen.days.is_empty()).collect())
    }

    /// The folder's id of a record's organisation, or what the record calls it.
    fn organisation(&self, key: Option<&str>) -> Option<String> {
        let key = key?;
        Some(self.translator.organisation(key).unwrap_or(key).to_owned())
    }

    /// The organisations that a table names, each with its time.
    async fn stays(
        &self,
        asked: &Asked,
        table: &str,
        found: &mut BTreeMap<String, Citizen>,
        to: fn(&mut Citizen) -> &mut Vec<(Period, String)>,
    ) -> Result<(), AppError> {
        let sql = format!(r#"SELECT citizen, organisation, "from", "to" FROM {table} WHERE organisation IS NOT NULL"#);
        for row in asked.rows::<Time>(&sql).await? {
            if let (Some(citizen), Some(with)) =
                (found.get_mut(&row.citizen), self.organisation(row.organisation.as_deref()))
            {
                to(citizen).extend(period(row.from.as_deref(), row.to.as_deref()).map(|period| (period, with)));
            }
        }
        Ok(())
    }

    async fn homes(&self, asked: &Asked, found: &mut BTreeMap<String, Citizen>) -> Result<(), AppError> {
        let sql = r#"SELECT citizen, "from", "to", small_area, town, postcode, longitude, latitude FROM residence"#;
        for row in asked.rows::<Home>(sql).await? {
            let Some(citizen) = found.get_mut(&row.citizen) else { continue };
            let Some(period) = period(row.from.as_deref(), row.to.as_deref()) else { continue };
            let home = Residence {
                period,
                small_area: row.small_area.as_deref(),
                town: row.town.as_deref(),
                postcode: row.postcode.as_deref(),
                point: row.longitude.zip(row.latitude),
            };
            let inside = self.areas.iter().filter(|(_, test)| test.accepts(&home));
            citizen.homes.extend(inside.map(|(area, _)| (period, area.clone())));
        }
        Ok(())
    }

    /// Contacts, each with what was decided to be paid for it, or else asked.
    async fn visits(&self, asked: &Asked, found: &mut BTreeMap<String, Citizen>) -> Result<(), AppError> {
        let (Period { from, to }, currency) = (self.window, self.currency.replace('\'', "''"));
        let sql = format!(
            "SELECT c.citizen, c.day, c.organisation, c.service, c.professional, c.system, c.code, c.other_codes, \
             c.profession_system, c.profession_code, coalesce(k.benefit, k.claim) AS charge FROM contact c \
             LEFT JOIN (SELECT citizen, source, contact, sum(amount_minor) FILTER (WHERE kind = 'benefit') AS benefit, \
               sum(amount_minor) FILTER (WHERE kind = 'claim') AS claim FROM cost WHERE contact IS NOT NULL \
               AND (currency IS NULL OR currency = '{currency}') GROUP BY 1, 2, 3) k \
             ON k.citizen = c.citizen AND k.source = c.source AND k.contact = c.resource \
             WHERE c.day >= DATE '{from}' AND c.day < DATE '{to}' \
               AND coalesce(c.status NOT IN ('entered-in-error', 'cancelled', 'planned'), true)"
        );
        for row in asked.rows::<Contact>(&sql).await? {
            let Some(citizen) = found.get_mut(&row.citizen) else { continue };
            let (Ok(day), Some(organisation)) = (row.day.parse(), self.organisation(row.organisation.as_deref()))
            else {
                continue;
            };
            let first = row.system.as_deref().zip(row.code.as_deref());
            let others = row.other_codes.iter().flatten().filter_map(|code| code.rsplit_once('|'));
            let codes = first.into_iter().chain(others);
            let service = self.translator.service_kind(row.service.as_deref(), codes, row.organisation.as_deref());
            let profession = row.profession_system.as_deref().zip(row.profession_code.as_deref());
            let profession = self.translator.profession(profession, row.professional.as_deref(), service);
            citizen.visits.push(Seen {
                day,
                organisation,
                service: service.map(ToOwned::to_owned),
                profession: profession.map(ToOwned::to_owned),
                charge: row.charge.map(Minor),
            });
        }
        Ok(())
    }
}

impl Seen {
    fn visit(&self) -> Visit<'_> {
        Visit {
            day: self.day,
            organisation: &self.organisation,
            service: self.service.as_deref(),
            profession: self.profession.as_deref(),
            charge: self.charge,
        }
    }
}

impl Citizen {
    fn of(life: &Life) -> Self {
        let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        let person = Person { born: day(&life.born), died: day(&life.died), dead: life.dead, sex: Sex::Unknown };
        Self {
            id: life.citizen.clone(),
            source: life.source.clone(),
            coverages: Vec::new(),
            record: Some(life.resource.clone()).filter(|record| record.starts_with("Patient/")),
            days: person.life().map_or_else(Intervals::none, Intervals::from),
            member: Intervals::all(),
            lists: Vec::new(),
            named: Vec::new(),
            homes: Vec::new(),
            visits: Vec::new(),
        }
    }

    /// The insurance that she had on a day, as the source of her leading record calls it: that which began last.
    pub(super) fn coverage_on(&self, day: Day) -> Option<String> {
        let here = self.coverages.iter().filter(|it| it.source == self.source && it.period.contains(day));
        let last = here.max_by_key(|it| (it.period.from, std::cmp::Reverse(it.id.as_str())));
        last.map(|it| format!("Coverage/{}", it.id))
    }

    /// What is known of her, as rules ask for it.
    pub(super) fn with<R>(&self, act: impl FnOnce(&Traces<'_>) -> R) -> R {
        fn stays(all: &[(Period, String)]) -> Vec<Stay<'_>> {
            all.iter().map(|(period, with)| Stay { period: *period, with }).collect()
        }
        let (lists, named, homes) = (stays(&self.lists), stays(&self.named), stays(&self.homes));
        let visits: Vec<Visit<'_>> = self.visits.iter().map(Seen::visit).collect();
        let (days, member) = (&self.days, &self.member);
        act(&Traces { days, lists: &lists, named: &named, homes: &homes, member, visits: &visits })
    }
}

/// The days of each citizen, by id.
fn intervals(rows: Vec<Time>) -> BTreeMap<String, Intervals> {
    let mut periods: BTreeMap<String, Vec<Period>> = BTreeMap::new();
    for row in rows {
        periods.entry(row.citizen).or_default().extend(period(row.from.as_deref(), row.to.as_deref()));
    }
    periods.into_iter().map(|(citizen, periods)| (citizen, periods.into_iter().collect())).collect()
}

/// A period whose ends may be open.
fn period(from: Option<&str>, to: Option<&str>) -> Option<Period> {
    let day = |text: Option<&str>, open: Day| text.map_or(Some(open), |text| text.parse().ok());
    Period::new(day(from, Day::ALWAYS)?, day(to, Day::FOREVER)?)
}
