//! Members: whose citizens are by a clause, over a time, from the lake and its latest run; as lists that others can read.

mod coverage;
mod rows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use stead_engine::Files;
use stead_engine::query::directory;
use stead_folder::{ListedMember, member_list};
use stead_lake::{Address, Lake, Run};
use stead_rules::agreement::Pay;
use stead_rules::attribution::{AttributionRule, Change, Listed, listed};
use stead_rules::{Agreement, ClauseRef, Definitions, OrganisationId, Period, Terms, Translator};

use crate::error::AppError;
use crate::folders::write_file;
use crate::query::{addresses, lake_files};
use crate::sql::{definitions as of_run, is_outdated, latest_run};

use rows::{Asking, Citizen};

/// The version of the shape of what is said of members.
pub const MEMBERS_VERSION: u32 = 1;

/// Whose citizens are by a clause, over a time.
#[derive(Debug, Serialize)]
pub struct Members {
    /// [`MEMBERS_VERSION`].
    pub version: u32,
    /// The clause, as it is cited.
    pub clause: String,
    /// By what citizens count as whose.
    pub attribution: &'static str,
    /// The first day.
    pub from: String,
    /// The first day outside.
    pub to: String,
    /// The day of the run whose memberships it goes by.
    pub on: String,
    /// Whether records have come since the run.
    pub outdated: bool,
    /// Each organisation that has members, by id.
    pub organisations: Vec<OrganisationMembers>,
    #[serde(skip)]
    lists: Vec<serde_json::Value>,
}

/// An organisation's members.
#[derive(Debug, Default, Serialize)]
pub struct OrganisationMembers {
    /// Its id.
    pub organisation: String,
    /// How many are its on the last day.
    pub members: usize,
    /// How many of these were not on the first.
    pub new: usize,
    /// How many were its in the time, and are not on the last day.
    pub dropped: usize,
    /// The days of all of them together.
    pub person_days: u64,
}

/// Works out whose citizens are by a clause (`pooled-fund 1`) from a lake and its latest run.
///
/// # Errors
/// When a folder has errors, there is no such clause or it does not say by what citizens count as whose, records do not know
/// it, or the latest run is of other groups, places or an earlier day.
pub async fn members(places: &[PathBuf], lake: &Address, clause: &str, time: Period) -> Result<Members, AppError> {
    let definitions = crate::folders::definitions(places)?;
    let (agreement, pay, cite) = chosen(&definitions, clause)?;
    let told = |message: String| AppError::NotThere { message };
    let rule = AttributionRule::new(agreement, pay, &definitions).ok_or_else(|| {
        told(format!("`{cite}` does not say by what citizens count as whose: add `attribution` to it"))
    })?;
    let (lake, run) = latest_run(lake).await?;
    is_of_run(&definitions, pay, agreement, &lake, &run, time)?;
    let translator = Translator::new(&definitions, &directory(&lake_files(&lake, 0)).await?);
    let asking = Asking::new(&definitions, agreement, pay, &rule, &translator, time);
    let mut found: BTreeMap<OrganisationId, Vec<ListedMember>> = BTreeMap::new();
    for bucket in 0..lake.buckets() {
        for citizen in asking.citizens(&files(&lake, &run, bucket)).await? {
            let hers = citizen.with(|traces| {
                let attributed = rule.attributed(traces, time);
                let listed = listed(&attributed, time);
                let owned = listed.iter().map(|it| (it.organisation.clone(), member(&citizen, it)));
                owned.collect::<Vec<_>>()
            });
            for (organisation, member) in hers {
                found.entry(organisation).or_default().push(member);
            }
        }
    }
    let name = |id: &OrganisationId| {
        let body = definitions.organisations.iter().find(|body| body.id == *id);
        body.map_or_else(|| id.to_string(), |body| body.name.to_string())
    };
    for list in found.values_mut() {
        list.sort_by(|one, other| (&one.citizen, one.period.from).cmp(&(&other.citizen, other.period.from)));
    }
    Ok(Members {
        version: MEMBERS_VERSION,
        clause: cite.to_string(),
        attribution: rule.by().word(),
        from: time.from.to_string(),
        to: time.to.to_string(),
        on: run.head().on.clone(),
        outdated: is_outdated(&lake, &run),
        organisations: found.iter().map(|(id, list)| counted(id, list)).collect(),
        lists: found.iter().map(|(id, list)| member_list(&cite, (id, &name(id)), time, list)).collect(),
    })
}

impl Members {
    /// Writes the lists as FHIR, a Group a line.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, to: &Path) -> Result<PathBuf, AppError> {
        let lines: String = self.lists.iter().map(|list| format!("{list}\n")).collect();
        write_file(to, &lines)
    }
}

fn chosen<'a>(definitions: &'a Definitions, clause: &str) -> Result<(&'a Agreement, &'a Pay, ClauseRef), AppError> {
    let pays = definitions.clauses().filter_map(|(agreement, clause)| match &clause.terms {
        Terms::Pay(pay) => Some((agreement, pay, agreement.cite(clause))),
        _ => None,
    });
    let pays: Vec<_> = pays.collect();
    let known: Vec<String> =
        pays.iter().filter(|(_, pay, _)| pay.attribution.is_some()).map(|(.., cite)| format!("`{cite}`")).collect();
    pays.into_iter().find(|(.., cite)| cite.to_string() == clause).ok_or_else(|| AppError::NotThere {
        message: format!("there is no `pay` clause `{clause}`; citizens count as somebody's by {}", known.join(", ")),
    })
}

/// Whether the latest run knows what the clause asks for.
fn is_of_run(
    definitions: &Definitions,
    pay: &Pay,
    agreement: &Agreement,
    lake: &Lake,
    run: &Run,
    time: Period,
) -> Result<(), AppError> {
    let on = &run.head().on;
    let again = |what: String, day: &str| AppError::NotThere {
        message: format!("{what}; run the place again: `stead run PLACE --lake {} --on {day}`", lake.address()),
    };
    if time.to.plus_days(-1).to_string() > *on {
        let last = time.to.plus_days(-1).to_string();
        return Err(again(format!("the latest run looks at {on}, and the time ends later"), &last));
    }
    let old = of_run(run)?;
    let group = pay.group.iter();
    let groups = |of: &Definitions| {
        group.clone().map(|id| of.groups.iter().find(|it| it.id == *id).cloned()).collect::<Vec<_>>()
    };
    let places = |of: &Definitions| {
        let about = of.places.iter().filter(|place| agreement.places.contains(&place.id));
        about.cloned().collect::<Vec<_>>()
    };
    if groups(&old) != groups(definitions) || places(&old) != places(definitions) {
        return Err(again("the latest run is of another place or group, or of an earlier text of it".to_owned(), on));
    }
    Ok(())
}

/// The files of a bucket: the lake's, and those of the run that are asked.
fn files(lake: &Lake, run: &Run, bucket: u16) -> Files {
    let mut files = lake_files(lake, bucket);
    for table in ["membership", "group_membership"] {
        files.insert(table, addresses(run.files(table, bucket)));
    }
    files
}

fn member(citizen: &Citizen, it: &Listed<'_>) -> ListedMember {
    ListedMember {
        citizen: citizen.id.clone(),
        record: citizen.record.clone(),
        coverage: citizen.coverage_on(it.period.to.plus_days(-1)),
        provider: it.provider.map(Into::into),
        period: it.period,
        is_active: it.is_active,
        change: it.change,
    }
}

fn counted(organisation: &OrganisationId, list: &[ListedMember]) -> OrganisationMembers {
    let mut sum = OrganisationMembers { organisation: organisation.to_string(), ..OrganisationMembers::default() };
    let mut last: Option<&str> = None;
    for member in list {
        sum.person_days = sum.person_days.saturating_add(member.period.days().map_or(0, u64::from));
        sum.members += usize::from(member.is_active);
        sum.new += usize::from(member.is_active && member.change == Change::New);
        // Whoever left counts once, however often she came.
        sum.dropped += usize::from(member.change == Change::Dropped && last != Some(member.citizen.as_str()));
        last = Some(&member.citizen);
    }
    sum
}
