//! A citizen's rows as a story: unsound records left out, codes and keys in the folder's words.

use stead_rules::mapping::Meaning;
use stead_rules::{Day, Definitions};

use crate::rows::{Lake, Row};

/// What everybody's records have in common: the folder, and what records know of bodies and people.
pub struct Town<'a> {
    pub definitions: &'a Definitions,
    pub lake: &'a Lake,
    /// The day of the run.
    pub on: Day,
}

/// A citizen.
pub struct Story<'a> {
    pub id: &'a str,
    pub born: Option<Day>,
    pub died: Option<Day>,
    pub dead: bool,
    pub sex: &'a str,
    pub homes: Vec<Home<'a>>,
    pub registrations: Vec<(Day, Day, &'a str)>,
    pub marital: Vec<(&'a str, Option<Day>, Day)>,
    pub coded: Vec<Coded<'a>>,
    pub contacts: Vec<Contact<'a>>,
    pub choices: Vec<&'a Row>,
}

pub struct Home<'a> {
    pub from: Day,
    pub to: Day,
    pub small_area: Option<&'a str>,
    pub town: Option<&'a str>,
    pub postcode: Option<&'a str>,
    pub point: Option<(f64, f64)>,
}

/// A condition, observation, procedure or medicine.
pub struct Coded<'a> {
    /// The lists that it is on.
    pub lists: Vec<&'a str>,
    pub from: Option<Day>,
    pub to: Day,
    pub at: i64,
    pub value: Option<f64>,
    pub comparator: Option<&'a str>,
    pub unit: &'a str,
    pub by: By<'a>,
}

pub struct Contact<'a> {
    pub day: Day,
    pub kind: Option<String>,
    pub by: By<'a>,
}

/// Who made a record, and where it stands.
#[derive(Clone)]
pub struct By<'a> {
    pub organisation: Option<String>,
    pub professional: Option<&'a str>,
    pub profession: Option<String>,
    pub record: String,
    /// To tell apart what happened on one day.
    pub source_and_resource: (&'a str, &'a str),
}

impl<'a> Town<'a> {
    pub fn stories(&self) -> Vec<Story<'a>> {
        self.lake.rows("citizen").into_iter().map(|citizen| self.story(citizen)).collect()
    }

    fn story(&self, citizen: &'a Row) -> Story<'a> {
        let id = citizen.text("citizen").unwrap();
        let of = |table| self.lake.of(table, id);
        let from = |row: &Row| row.day("from").unwrap_or(Day::ALWAYS);
        let to = |row: &Row| row.day("to").unwrap_or(Day::FOREVER);
        let home = |row: &'a Row| Home {
            from: from(row),
            to: to(row),
            small_area: row.text("small_area"),
            town: row.text("town"),
            postcode: row.text("postcode"),
            point: row.number("longitude").zip(row.number("latitude")),
        };
        let mut coded = Vec::new();
        for table in ["condition", "observation", "procedure", "medication"] {
            let rows = of(table).into_iter().filter(|row| is_sound(table, row));
            coded.extend(rows.map(|row| self.coded(table, row)));
        }
        Story {
            id,
            born: citizen.day("born"),
            died: citizen.day("died"),
            dead: citizen.flag("dead"),
            sex: citizen.text("sex").unwrap(),
            homes: of("residence").into_iter().map(home).collect(),
            registrations: of("registration")
                .into_iter()
                .map(|row| (from(row), to(row), row.text("organisation").unwrap()))
                .collect(),
            marital: of("marital_status")
                .into_iter()
                .map(|row| (row.text("status").unwrap(), row.day("from"), to(row)))
                .collect(),
            coded,
            contacts: of("contact")
                .into_iter()
                .filter(|row| is_sound("contact", row))
                .map(|row| self.contact(row))
                .collect(),
            choices: of("coordinator"),
        }
    }

    fn coded(&self, table: &str, row: &'a Row) -> Coded<'a> {
        let ends = table == "condition" || table == "medication";
        let codes = codes(row);
        let from = row.day(if ends { "from" } else { "day" });
        // What is over without a day on which it ended was never seen to last.
        let kind = row.text("resource").and_then(|resource| resource.split_once('/')).map(|(kind, _)| kind);
        let prescribed = matches!(kind, Some("MedicationRequest" | "MedicationStatement"));
        let says = |words: &[&str]| row.text("status").is_some_and(|status| words.contains(&status));
        let to = row.day("to").filter(|_| ends);
        let unseen = match table {
            "condition" => to.is_none() && says(&["resolved", "inactive", "remission"]),
            "medication" if prescribed => to.is_none_or(|to| to > self.on) && says(&["stopped", "completed", "ended"]),
            "medication" => to.is_none(),
            _ => false,
        };
        let to = if unseen { from.unwrap_or(Day::ALWAYS) } else { to.unwrap_or(Day::FOREVER) };
        Coded {
            lists: self.lists(&codes),
            from,
            to,
            at: row.whole("at").unwrap_or(0),
            value: row.number("value"),
            comparator: row.text("comparator"),
            unit: row.text("unit").unwrap_or(""),
            by: self.by(row, None),
        }
    }

    /// The lists that one of the codes is on.
    pub fn lists(&self, codes: &[(String, String)]) -> Vec<&'a str> {
        let is = |known: &stead_rules::Code, (system, code): &(String, String)| {
            known.system.name() == system && *known.code == **code
        };
        let on = |list: &&'a stead_rules::Codelist| {
            list.codes.iter().any(|(known, _)| codes.iter().any(|code| is(known, code)))
        };
        self.definitions.codelists.iter().filter(on).map(|list| list.id.as_str()).collect()
    }

    fn contact(&self, row: &'a Row) -> Contact<'a> {
        let kind = self.kind(row);
        Contact { day: row.day("day").unwrap(), by: self.by(row, kind.as_deref()), kind }
    }

    fn by(&self, row: &'a Row, kind: Option<&str>) -> By<'a> {
        let (source, resource) = (row.text("source").unwrap(), row.text("resource").unwrap());
        By {
            organisation: row.text("organisation").map(|key| self.organisation(key)),
            professional: row.text("professional"),
            profession: self.profession(row, kind),
            record: format!("{source}:{resource}"),
            source_and_resource: (source, resource),
        }
    }

    /// The folder's organisation of a record's key, or `?key`.
    pub fn organisation(&self, key: &str) -> String {
        self.known_organisation(key, 0).unwrap_or_else(|| format!("?{key}"))
    }

    fn known_organisation(&self, key: &str, depth: u8) -> Option<String> {
        for body in &self.definitions.organisations {
            if body.id.as_str() == key || body.codes.iter().any(|code| **code == *key) {
                return Some(body.id.to_string());
            }
        }
        for row in self.lake.rows("organisation").into_iter().filter(|row| row.text("organisation") == Some(key)) {
            for token in row.texts("identifiers") {
                let value = token.split('|').nth(1).unwrap();
                if let Some(known) = self
                    .definitions
                    .organisations
                    .iter()
                    .find(|body| body.id.as_str() == value || body.codes.iter().any(|code| **code == *value))
                {
                    return Some(known.id.to_string());
                }
            }
            if let Some(whole) = row.text("part_of").filter(|_| depth < 8) {
                return self.known_organisation(whole, depth + 1);
            }
        }
        None
    }

    pub fn word(&self, meaning: Meaning, system: &str, code: &str) -> Option<String> {
        let means = |it: &&stead_rules::Mapping| {
            it.meaning == meaning && it.code.system.name() == system && *it.code.code == *code
        };
        self.definitions.mappings.iter().find(means).map(|it| it.to.to_string())
    }

    /// By the service named, by the first code that is mapped, or because the organisation offers one kind only.
    pub fn kind(&self, row: &Row) -> Option<String> {
        let services = &self.definitions.services;
        if let Some(key) = row.text("service") {
            let named = services.iter().find(|it| it.id.as_str() == key || it.codes.iter().any(|code| **code == *key));
            if let Some(named) = named {
                return Some(named.kind.to_string());
            }
        }
        for (system, code) in codes(row) {
            if let Some(kind) = self.word(Meaning::Service, &system, &code) {
                return Some(kind);
            }
        }
        let organisation = self.organisation(row.text("organisation")?);
        let mut kinds: Vec<String> = services
            .iter()
            .filter(|it| it.organisation.as_str() == organisation)
            .map(|it| it.kind.to_string())
            .collect();
        kinds.dedup();
        if kinds.len() == 1 { kinds.pop() } else { None }
    }

    /// The kind of contact, by the first code that is mapped.
    pub fn contact_kind(&self, row: &Row) -> Option<String> {
        codes(row).iter().find_map(|(system, code)| self.word(Meaning::Contact, system, code))
    }

    /// By its code, by the professional's role, or because only one profession works in that kind of service.
    pub fn profession(&self, row: &Row, kind: Option<&str>) -> Option<String> {
        let coded =
            |row: &Row| self.word(Meaning::Profession, row.text("profession_system")?, row.text("profession_code")?);
        if let Some(word) = coded(row) {
            return Some(word);
        }
        if let Some(key) = row.text("professional") {
            let roles =
                self.lake.rows("professional").into_iter().filter(|role| role.text("professional") == Some(key));
            if let Some(word) = roles.filter_map(coded).min() {
                return Some(word);
            }
        }
        let of_kind: Vec<_> = self
            .definitions
            .services
            .iter()
            .filter(|it| Some(it.kind.as_str()) == kind)
            .map(|it| &it.professions)
            .collect();
        let first = of_kind.first()?;
        (first.len() == 1 && of_kind.iter().all(|it| it == first)).then(|| first[0].to_string())
    }
}

/// The codings of a record, the first one first.
pub fn codes(row: &Row) -> Vec<(String, String)> {
    let first = row.text("system").zip(row.text("code")).map(|(system, code)| (system.to_owned(), code.to_owned()));
    let others = row.texts("other_codes").iter().map(|token| {
        let (system, code) = token.split_once('|').unwrap();
        (system.to_owned(), code.to_owned())
    });
    first.into_iter().chain(others).collect()
}

/// Whether a record stands: not withdrawn, not in doubt, and something happened.
pub fn is_sound(table: &str, row: &Row) -> bool {
    let says = |column: &str, words: &[&str]| row.text(column).is_some_and(|word| words.contains(&word));
    match table {
        "condition" => row.text("certainty").is_none() || says("certainty", &["confirmed"]),
        "observation" => {
            row.text("absent").is_none() && !says("status", &["entered-in-error", "cancelled", "registered"])
        }
        "procedure" => !says("status", &["entered-in-error", "not-done", "preparation", "on-hold", "stopped"]),
        "medication" => {
            let not_taken = ["cancelled", "declined", "draft", "intended", "not-done", "not-taken", "preparation"];
            !says("status", &["entered-in-error"])
                && !says("status", &not_taken)
                && !says("intent", &["proposal", "plan", "option"])
        }
        "contact" => !says("status", &["entered-in-error", "cancelled", "planned"]),
        _ => true,
    }
}
