//! Random small towns: a few citizens with random records, over a few buckets.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use stead_rules::Day;

use crate::folder;
use crate::rows::{Lake, Row};

/// The first day on which anything is recorded.
pub const FIRST: Day = Day::from_epoch_days(19_358);
/// How many days records span from there.
pub const DAYS: i32 = 1_460;

/// A citizen's rows by table; who it is, and the rows' keys, are filled in later.
type Rows = Vec<(&'static str, Row)>;

fn any_day() -> impl Strategy<Value = Day> {
    (0..DAYS).prop_map(|at| FIRST.plus_days(at))
}

/// From and to, either of them possibly not recorded.
fn period() -> impl Strategy<Value = Row> {
    (option::weighted(0.9, any_day()), option::weighted(0.5, 1..900_i32)).prop_map(|(from, length)| {
        let to = length.map(|length| from.unwrap_or(FIRST).plus_days(length));
        Row::default().maybe("from", from).maybe("to", to)
    })
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    select(words)
}

fn maybe(share: f64, words: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    option::weighted(share, select(words))
}

/// Keys by which records call organisations; of some nobody here knows.
const BODIES: &[&str] =
    &["PA", "PA2", "PB", "FED", "RH8", "RH9", "trust", "uuid-trust", "ward-1", "OP1", "OP2", "CH", "mystery", "?"];
const PEOPLE: &[&str] = &["dr-gp", "two-roles", "dr-who", "sister-1", "sister-2"];

fn person() -> impl Strategy<Value = Row> {
    let born = option::weighted(0.95, prop_oneof![4 => -30_000..0_i32, 1 => 0..DAYS]);
    (born, option::weighted(0.15, any_day()), 0..12_u8, word(&["female", "male", "other", "unknown"])).prop_map(
        |(born, died, unsure, sex)| {
            let born = born.map(|at| FIRST.plus_days(at));
            let died = died.map(|died| died.max(born.unwrap_or(died).plus_days(1)));
            let dead = died.is_some() || unsure == 0;
            Row::default().maybe("born", born).maybe("died", died).with("dead", dead).with("sex", sex)
        },
    )
}

fn home() -> impl Strategy<Value = (&'static str, Row)> {
    let point = option::weighted(0.3, (select(&[-3.0, 2.0, 5.0, 9.0]), select(&[-1.0, 3.0, 5.0, 12.0])));
    (
        period(),
        maybe(0.7, &["N1", "N2", "N3", "N4", "elsewhere"]),
        maybe(0.3, &["East Cliff", "EAST CLIFF", "West"]),
        maybe(0.4, &["ZZ1 2AB", "zz22 1", "ZZ31", "Z"]),
        point,
    )
        .prop_map(|(period, small_area, town, postcode, point)| {
            let home = period.maybe("small_area", small_area).maybe("town", town).maybe("postcode", postcode);
            ("residence", home.maybe("longitude", point.map(|it| it.0)).maybe("latitude", point.map(|it| it.1)))
        })
}

fn registration() -> impl Strategy<Value = (&'static str, Row)> {
    (period(), word(BODIES)).prop_map(|(period, with)| ("registration", period.with("organisation", with)))
}

fn marital() -> impl Strategy<Value = (&'static str, Row)> {
    let statuses = word(&["single", "married", "partnered", "separated", "divorced", "widowed"]);
    (period(), statuses).prop_map(|(period, status)| ("marital_status", period.with("status", status)))
}

/// Codes that lists have, some that none has, and one without a system.
const CODES: &[&str] = &[
    "urn:c|S1",
    "urn:c|S1",
    "snomed|46635009",
    "icd10|E10.9",
    "loinc|59261-8",
    "urn:c|H1",
    "urn:c|H1",
    "urn:c|I1",
    "urn:c|R1",
    "urn:c|R2",
    "urn:c|L1",
    "urn:c|B1",
    "urn:c|0",
    "loinc|S1",
    "|S1",
];

fn coded_as(row: Row, first: Option<&str>, others: Vec<&str>) -> Row {
    let (system, code) = first.map_or((None, None), |token| {
        let (system, code) = token.split_once('|').unwrap();
        (Some(system).filter(|system| !system.is_empty()), Some(code))
    });
    let others = (!others.is_empty()).then(|| others.into_iter().map(str::to_owned).collect::<Vec<_>>());
    row.maybe("system", system).maybe("code", code).maybe("other_codes", others)
}

fn record() -> impl Strategy<Value = (&'static str, Row)> {
    let value = option::weighted(
        0.8,
        (select(&[19.0, 20.0, 48.0, 58.0, 58.5, 60.0, 75.0, 7.6]), word(&["mmol/mol", "%", "kg"])),
    );
    let what = (maybe(0.95, CODES), vec(word(CODES), 0..2), option::weighted(0.5, 0..24_i64), value);
    let by = (maybe(0.8, BODIES), maybe(0.5, PEOPLE));
    let table = select(&["condition", "observation", "observation", "procedure", "medication"]);
    (table, period(), any_day(), what, by, 0..40_u8).prop_map(
        |(table, period, day, (code, others, hour, value), (organisation, professional), wrong)| {
            let row = if table == "condition" || table == "medication" {
                let from = period.day("from").or((table == "medication").then_some(day));
                period.maybe("from", from)
            } else {
                Row::default().with("day", day)
            };
            let row =
                coded_as(row, code, others).maybe("organisation", organisation).maybe("professional", professional);
            let row = match table {
                "observation" => row
                    .with("part", 0_i64)
                    .maybe("at", hour.map(|hour| i64::from(day.epoch_days()) * 86_400_000 + hour * 3_600_000))
                    .maybe("value", value.map(|it| it.0))
                    .maybe("unit", value.map(|it| it.1)),
                _ => row,
            };
            let (column, wrongs): (_, &[&str]) = match table {
                "condition" => ("certainty", &["refuted", "entered-in-error", "confirmed", "provisional"]),
                "observation" => ("status", &["cancelled", "entered-in-error", "final", "registered"]),
                "procedure" => ("status", &["not-done", "preparation", "completed"]),
                _ => ("status", &["draft", "declined", "active", "completed", "stopped"]),
            };
            let said = usize::from(wrong).checked_sub(4);
            let row = match table {
                "condition" => {
                    row.maybe("status", said.and_then(|at| ["active", "resolved", "remission"].get(at).copied()))
                }
                "medication" => row.maybe("intent", said.and_then(|at| ["order", "plan"].get(at % 5).copied())),
                "observation" => row
                    .maybe("comparator", said.and_then(|at| ["<", "<=", ">=", ">"].get(at).copied()))
                    .maybe("absent", said.and_then(|at| (at == 4).then_some("not-performed"))),
                _ => row,
            };
            (table, row.maybe(column, wrongs.get(usize::from(wrong)).copied()))
        },
    )
}

fn contact() -> impl Strategy<Value = (&'static str, Row)> {
    let tokens = &["urn:tfc|POD", "urn:tfc|EYE", "urn:tfc|X", "urn:kind|A", "urn:kind|L", "|POD"];
    let what = (
        maybe(0.5, tokens),
        vec(word(&["urn:tfc|EYE", "urn:tfc|POD", "urn:kind|A", "urn:y|9"]), 0..2),
        maybe(0.6, &["This", "That"]),
    );
    let who = (
        maybe(0.9, BODIES),
        maybe(0.4, &["BLOOD", "FEET", "EYES", "a-practice", "one-stop", "nowhere"]),
        maybe(0.5, PEOPLE),
    );
    let profession = maybe(0.4, &["urn:role|GP", "urn:role|N", "urn:role|P", "urn:role|O", "urn:role|Z", "|Z"]);
    let status = maybe(0.2, &["cancelled", "planned", "entered-in-error", "finished"]);
    (any_day(), option::weighted(0.5, 0..24_i64), what, who, profession, status).prop_map(
        |(day, hour, (code, others, term), (organisation, service, professional), profession, status)| {
            let started = hour.map(|hour| i64::from(day.epoch_days()) * 86_400_000 + hour * 3_600_000);
            let row = coded_as(Row::default().with("day", day).maybe("started", started), code, others);
            let (system, code) = profession.and_then(|token| token.split_once('|')).unzip();
            let row = row.maybe("term", term).maybe("organisation", organisation).maybe("service", service);
            let row = row.maybe("professional", professional).maybe("status", status).maybe("profession_code", code);
            ("contact", row.maybe("profession_system", system.filter(|system| !system.is_empty())))
        },
    )
}

fn choice() -> impl Strategy<Value = (&'static str, Row)> {
    let profession = maybe(0.5, &["urn:role|GP", "urn:role|N", "urn:role|Z"]);
    (period(), maybe(0.9, BODIES), maybe(0.5, PEOPLE), profession).prop_map(|(period, body, person, profession)| {
        let (system, code) = profession.and_then(|token| token.split_once('|')).unzip();
        let row = period.maybe("organisation", body).maybe("professional", person);
        ("coordinator", row.maybe("profession_system", system).maybe("profession_code", code))
    })
}

/// What a citizen permits or objects to; the second of two says what it says of the same.
fn said() -> impl Strategy<Value = (&'static str, Row)> {
    let some = |words: &'static [&'static str]| {
        subsequence(words, 0..=2.min(words.len())).prop_map(|it| it.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let kind = word(&["permission", "objection", "permission", "opt-out"]);
    let about = (
        some(&["federation", "practice-a", "trust", "optician"]),
        some(&["nurse", "podiatrist", "optometrist"]),
        some(&["results", "foot-result", "hiv", "conditions"]),
        some(&["TREAT", "HRESCH", "ETREAT", "COC"]),
    );
    (period(), kind, about).prop_map(|(period, kind, (organisations, professions, categories, purposes))| {
        let row = period.with("kind", kind).with("organisations", organisations).with("professions", professions);
        ("choice", row.with("categories", categories).with("purposes", purposes))
    })
}

fn citizen() -> impl Strategy<Value = Rows> {
    (
        person(),
        vec(home(), 0..4),
        vec(registration(), 0..3),
        vec(marital(), 0..3),
        vec(record(), 0..10),
        vec(contact(), 0..10),
        vec(choice(), 0..2),
        vec(said(), 0..3),
    )
        .prop_map(|(person, homes, lists, marital, records, contacts, choices, said)| {
            let rows = [homes, lists, marital, records, contacts, choices, said].concat();
            [("citizen", person)].into_iter().chain(rows).collect()
        })
}

/// A town of fewer than `most` citizens. Some buckets may be empty.
pub fn town(most: usize) -> impl Strategy<Value = Lake> {
    (vec((citizen(), 0..4_u16), 0..most), 1..4_u16).prop_map(|(citizens, buckets)| {
        let mut lake = Lake { buckets, ..Lake::default() };
        folder::directory(&mut lake);
        for (number, (rows, bucket)) in citizens.into_iter().enumerate() {
            let id = format!("c{number:02}");
            lake.bucket_of.insert(id.clone(), bucket % buckets);
            for (at, (table, row)) in rows.into_iter().enumerate() {
                if table == "choice" {
                    lake.add(table, row.with("citizen", id.as_str()).with("id", format!("said-{at}")));
                    continue;
                }
                // Several sources, and resources whose order is not that of time.
                let source = ["gp", "hospital"][(at * 7 + number) % 2];
                let kind = match table {
                    "medication" if at % 2 == 0 => "MedicationRequest",
                    "medication" => "MedicationDispense",
                    _ => "Resource",
                };
                let resource = format!("{kind}/{}-{id}", (at * 37) % 101);
                lake.add(table, row.with("citizen", id.as_str()).with("source", source).with("resource", resource));
            }
        }
        lake
    })
}
