//! Everything about one citizen, with reasons: read from the latest run, said with the folder's own names.

mod sharing;
mod words;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stead_engine::query::{rows_naming, rows_of_citizen};
use stead_engine::{Files, json};
use stead_lake::{Address, Lake, Run, bucket_of};
use stead_rules::Day;

use crate::error::AppError;
use crate::query::{addresses, files_in, lake_files};
use crate::run::records_of;
use crate::sql::{definitions, from_row, latest_run};
pub use sharing::Link;
use words::Names;

/// The version of the explanation's shape; a reader that knows this number understands every field.
pub const EXPLANATION_VERSION: u32 = 1;

/// Everything about one citizen on the day of the latest run.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// [`EXPLANATION_VERSION`].
    pub version: u32,
    /// The citizen's id.
    pub citizen: String,
    /// The day it is about.
    pub on: String,
    /// Whether records near this citizen's have changed since the run.
    pub outdated: bool,
    /// Who and where the citizen is.
    pub person: Person,
    /// Which source records are this citizen, and why.
    pub records: Vec<SourceRecord>,
    /// Records that disagree about who this is.
    pub conflicts: Vec<Conflict>,
    /// The places the citizen is or was in, and why.
    pub places: Vec<Membership>,
    /// What the citizen needs.
    pub needs: Vec<Need>,
    /// The fewest contacts that would meet all that is due.
    pub visits: Vec<Visit>,
    /// Who is around the citizen.
    pub circle: Vec<CircleEntry>,
    /// Who coordinates, and how scattered care is; nothing for somebody not alive on the day.
    pub care: Option<Care>,
    /// What of the citizen's record is open to those around them, and what is blocked.
    pub sharing: Vec<Link>,
}

/// Who and where a citizen is on the day.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// Given and family name.
    pub name: Option<String>,
    /// Birthday.
    pub born: Option<String>,
    /// Day of death.
    pub died: Option<String>,
    /// Whether a record says that the citizen has died, with a day or without.
    pub dead: bool,
    /// Years.
    pub age: Option<i64>,
    /// female, male, other or unknown.
    pub sex: Option<String>,
    /// Marital status on the day.
    pub marital_status: Option<String>,
    /// Since when.
    pub marital_status_since: Option<String>,
    /// Areas of the folder that the home lies in, by name.
    pub areas: Vec<String>,
    /// 1 (most deprived) to 5.
    pub deprivation_fifth: Option<i64>,
    /// With whom the citizen is registered, by name.
    pub registered_with: Option<String>,
}

/// A source's record of the citizen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SourceRecord {
    /// Who holds it.
    pub source: String,
    /// Its id there.
    pub record: String,
    /// Why it belongs to the citizen.
    pub rule: String,
    /// Whether the citizen's own data come from it.
    pub leading: bool,
}

/// Records that disagree. What they say of somebody else is left out: an explanation is about one citizen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Conflict {
    /// What sort of disagreement.
    pub kind: String,
    /// In words.
    pub detail: String,
    /// The records; empty when some are somebody else's.
    pub records: Vec<String>,
    /// The citizens they became; only this one is named.
    pub citizens: Vec<String>,
}

impl Conflict {
    fn without_others(&mut self, citizen: &str) {
        if self.citizens.iter().any(|other| other != citizen) {
            self.detail =
                "a record of somebody else, too; table `conflict` says more to those who may see both".to_owned();
            self.records.clear();
            self.citizens.retain(|one| one == citizen);
        }
    }
}

/// A citizen in a place over a period.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Membership {
    /// The place's id.
    pub place: String,
    /// Its name.
    #[serde(default)]
    pub place_name: String,
    /// The group's id.
    pub group: String,
    /// Its name.
    #[serde(default)]
    pub group_name: String,
    /// First day.
    pub from: String,
    /// First day after.
    pub to: Option<String>,
    /// Whether it covers the day.
    #[serde(default)]
    pub now: bool,
    /// Whether it begins after the day, as far as records and folder tell.
    #[serde(default)]
    pub later: bool,
    /// The criteria that held on the first day.
    pub held: Vec<String>,
    /// What changed on the first day.
    pub began_by: Vec<String>,
    /// What changed on the day it ended.
    pub ended_by: Vec<String>,
}

/// A need.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Need {
    /// Its id.
    pub need: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Whose need it is: the group's name.
    pub group: String,
    /// met, due, overdue, never or not-applicable.
    pub status: String,
    /// Since when it is overdue or unmet.
    pub since: Option<String>,
    /// When it is due (again).
    pub due: Option<String>,
    /// When it was last met.
    pub last_met: Option<String>,
    /// The organisation that met it, by id.
    pub last_organisation: Option<String>,
    /// The record that shows it.
    pub last_resource: Option<String>,
    /// The organisation that owns the next step, by id.
    pub owner: Option<String>,
    /// By name.
    #[serde(default)]
    pub owner_name: Option<String>,
    /// Its service.
    pub owner_service: Option<String>,
    /// The rule that says so.
    pub owner_why: String,
    /// The rule in words.
    #[serde(default)]
    pub owner_words: String,
    /// The status in words.
    pub reason: String,
    /// Which services and professions can meet it, in words.
    #[serde(default)]
    pub asked_of: String,
    /// Why it is needed, for the citizen.
    #[serde(default)]
    pub why: Option<String>,
    /// Where the need comes from.
    #[serde(default)]
    pub from_source: String,
}

/// A visit that would meet needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Visit {
    /// 1, 2 …
    pub visit: i64,
    /// The service's id.
    pub service: String,
    /// What kind of service.
    pub service_kind: String,
    /// Whose, by name.
    pub organisation: String,
    /// Where, by name.
    #[serde(default)]
    pub site: Option<String>,
    /// The needs it would meet, by name.
    pub needs: Vec<String>,
    /// Whether fewer visits are proved impossible.
    pub fewest: bool,
}

/// Somebody around the citizen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CircleEntry {
    /// The organisation, by name.
    pub organisation: String,
    /// The kind of service.
    pub service_kind: Option<String>,
    /// The professional's name, or key where no name is known.
    pub professional: Option<String>,
    /// The profession.
    pub profession: Option<String>,
    /// acting, registered or chosen.
    pub role: String,
    /// Day of the first contact in the time looked at.
    pub first: Option<String>,
    /// Day of the last.
    pub last: Option<String>,
    /// How many.
    pub contacts: i64,
    /// Whether this is the coordinator.
    pub coordinates: bool,
}

/// Who coordinates and how scattered care is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Care {
    /// Contacts in the time looked at.
    pub contacts: i64,
    /// Distinct organisations.
    pub organisations: i64,
    /// Distinct providers.
    pub providers: i64,
    /// Usual provider index.
    pub usual_provider: Option<f64>,
    /// Bice–Boxerman continuity of care.
    pub continuity: Option<f64>,
    /// Sequential continuity.
    pub sequential: Option<f64>,
    /// 1 − continuity, for at least 4 contacts.
    pub fragmentation: Option<f64>,
    /// Shared citizens for each pair of providers.
    pub care_density: Option<f64>,
    /// The same, each pair of professions alike.
    pub care_density_by_profession: Option<f64>,
    /// Who coordinates, by name.
    pub coordinator_organisation: Option<String>,
    /// In person.
    pub coordinator_professional: Option<String>,
    /// Their profession.
    pub coordinator_profession: Option<String>,
    /// By which rule.
    pub coordinator_why: String,
    /// Who coordinates and why, in words.
    #[serde(default)]
    pub coordinator_words: String,
    /// Needs that nobody around the citizen can meet, by name.
    pub missing: Vec<String>,
}

/// Explains a citizen, by their id or the id of any of their records (`SOURCE:ID` where two sources use the same).
///
/// # Errors
/// When there is no lake, no run, or nobody of that id.
pub async fn explain(citizen: &str, lake: &Address) -> Result<Explanation, AppError> {
    let (lake, run) = latest_run(lake).await?;
    let definitions = definitions(&run)?;
    let id = find(citizen, &lake).await?;
    let desk = Desk { bucket: bucket_of(&id, lake.buckets()), lake: &lake, run: &run, id };
    let names = Names::new(&definitions, &lake).await?;
    let on = run.head().on.clone();
    let person = desk.person(&names, &on).await?;
    let mut places: Vec<Membership> = desk.results("membership").await?;
    places.iter_mut().for_each(|one| names.membership(one, &on));
    places.sort_by(|a, b| (!a.now, &a.place, &a.group, &a.from).cmp(&(!b.now, &b.place, &b.group, &b.from)));
    let mut needs: Vec<Need> = desk.results("needs").await?;
    needs.iter_mut().for_each(|need| names.need(need));
    needs.sort_by_key(|need| (urgency(&need.status), need.since.clone(), need.name.clone()));
    let mut visits: Vec<Visit> = desk.results("visits").await?;
    visits.iter_mut().for_each(|visit| names.visit(visit));
    let mut circle: Vec<CircleEntry> = desk.results("circle").await?;
    circle.iter_mut().for_each(|entry| names.entry(entry));
    circle.sort_by(|a, b| (!a.coordinates, &b.last, &a.organisation).cmp(&(!b.coordinates, &a.last, &b.organisation)));
    let mut care: Vec<Care> = desk.results("fragmentation").await?;
    care.iter_mut().for_each(|care| names.care(care));
    let mut sharing: Vec<Link> = desk.results("sharing").await?;
    sharing.iter_mut().for_each(|link| names.link(link));
    sharing.sort_by(|a, b| {
        let key =
            |link: &Link| (link.to.clone(), link.profession.clone(), !link.open, link.words.clone(), link.from.clone());
        key(a).cmp(&key(b))
    });
    let records: Vec<SourceRecord> = desk.records("link").await?;
    let conflicts = desk.conflicts().await?;
    Ok(Explanation {
        version: EXPLANATION_VERSION,
        outdated: run.input(Some(desk.bucket)).map(records_of) != Some(lake.bucket_version(desk.bucket)),
        citizen: desk.id,
        on,
        person,
        records,
        conflicts,
        places,
        needs,
        visits,
        circle,
        care: care.pop(),
        sharing,
    })
}

/// What is most urgent first.
fn urgency(status: &str) -> u8 {
    match status {
        "overdue" => 0,
        "never" => 1,
        "due" => 2,
        "met" => 3,
        _ => 4,
    }
}

/// The citizen of an id: the citizen's own, or that of one of their records.
pub(crate) async fn find(asked: &str, lake: &Lake) -> Result<String, AppError> {
    let own = lake_files(lake, bucket_of(asked, lake.buckets()));
    let known = rows_of_citizen("citizen", asked, &own).await?;
    if known.iter().any(|batch| batch.num_rows() > 0) {
        return Ok(asked.to_owned());
    }
    let (source, record) = asked.split_once(':').map_or((None, asked), |(source, record)| (Some(source), record));
    let mut files = files_in(lake);
    files.insert("link", addresses((0..lake.buckets()).flat_map(|bucket| lake.files("link", bucket)).collect()));
    let found = stead_engine::query::citizens_of_record(source, record, &files).await?;
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(AppError::NotThere {
            message: format!(
                "there is no citizen `{asked}` in `{}`; ids are listed by `stead query 'SELECT citizen FROM citizen LIMIT 10'`",
                lake.address()
            ),
        }),
        several => Err(AppError::NotThere {
            message: format!("several citizens have a record `{asked}`: {}; name one of them", several.join(", ")),
        }),
    }
}

/// One citizen's rows.
struct Desk<'a> {
    lake: &'a Lake,
    run: &'a Run,
    id: String,
    bucket: u16,
}

impl Desk<'_> {
    /// The citizen's rows in a table of the run.
    async fn results<T: DeserializeOwned>(&self, table: &str) -> Result<Vec<T>, AppError> {
        let mut files = files_in(self.lake);
        files.insert(table, addresses(self.run.files(table, self.bucket)));
        self.rows(table, &files).await
    }

    /// The citizen's rows in a table of the lake.
    async fn records<T: DeserializeOwned>(&self, table: &str) -> Result<Vec<T>, AppError> {
        self.rows(table, &lake_files(self.lake, self.bucket)).await
    }

    async fn rows<T: DeserializeOwned>(&self, table: &str, files: &Files) -> Result<Vec<T>, AppError> {
        let mut rows = Vec::new();
        for batch in rows_of_citizen(table, &self.id, files).await? {
            for row in json::rows(&batch)? {
                rows.push(from_row(row.into())?);
            }
        }
        Ok(rows)
    }

    async fn person(&self, names: &Names, on: &str) -> Result<Person, AppError> {
        let mut person = Person::default();
        if let Some(row) = self.records::<Value>("citizen").await?.pop() {
            let text = |name: &str| row.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
            let name = [text("given"), text("family")].into_iter().flatten().collect::<Vec<_>>().join(" ");
            person.name = (!name.is_empty()).then_some(name);
            (person.born, person.died, person.sex) = (text("born"), text("died"), text("sex"));
            person.dead = row.get("dead").and_then(Value::as_bool).unwrap_or(false);
        }
        if let Some(row) = self.results::<Value>("person").await?.pop() {
            let number = |name: &str| row.get(name).and_then(Value::as_i64);
            (person.age, person.deprivation_fifth) = (number("age"), number("deprivation_fifth"));
            let areas = row.get("area").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            person.areas = areas.map(|id| names.area(id)).collect();
            person.registered_with = row.get("organisation").and_then(Value::as_str).map(|id| names.organisation(id));
        }
        for row in self.records::<Value>("marital_status").await? {
            let text = |name: &str| row.get(name).and_then(Value::as_str);
            if text("from").is_none_or(|from| from <= on) && text("to").is_none_or(|to| on < to) {
                person.marital_status = text("status").map(ToOwned::to_owned);
                person.marital_status_since = text("from").map(ToOwned::to_owned);
            }
        }
        Ok(person)
    }

    async fn conflicts(&self) -> Result<Vec<Conflict>, AppError> {
        let mut conflicts: Vec<Conflict> = Vec::new();
        for batch in rows_naming("conflict", "citizens", &self.id, &lake_files(self.lake, self.bucket)).await? {
            for row in json::rows(&batch)? {
                conflicts.push(from_row(row.into())?);
            }
        }
        conflicts.iter_mut().for_each(|conflict| conflict.without_others(&self.id));
        Ok(conflicts)
    }
}

/// A day in words, or the text as it stands.
pub fn day_words(day: &str) -> String {
    day.parse::<Day>().map_or_else(|_| day.to_owned(), Day::words)
}
