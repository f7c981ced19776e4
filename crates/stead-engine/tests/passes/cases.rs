//! The edges, by hand, and published numbers through the whole engine.

use serde_json::{Value, json};
use stead_engine::Params;
use stead_rules::{Day, Definitions};

use crate::folder;
use crate::rows::{Lake, Row};
use crate::runs::{Answer, Answers, run, run_after};

const ON: &str = "2026-04-01";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn exact() -> Params {
    Params { suppress_max: 0, round_to: 1, ..Params::on(day(ON)) }
}

/// A lake of one bucket under construction.
struct Tale(Lake);

impl Tale {
    fn new() -> Self {
        Self(Lake { buckets: 1, ..Lake::default() })
    }

    fn citizen(self, id: &str, born: &str) -> Self {
        self.person(id, Row::default().with("born", day(born)).with("dead", false).with("sex", "female"))
    }

    fn person(mut self, id: &str, row: Row) -> Self {
        self.0.bucket_of.insert(id.to_owned(), 0);
        self.row("citizen", id, row)
    }

    fn row(mut self, table: &'static str, citizen: &str, row: Row) -> Self {
        let number = self.0.tables.get(table).map_or(0, Vec::len);
        let resource = format!("{table}/{number:03}");
        let row = if row.text("resource").is_some() { row } else { row.with("resource", resource) };
        self.0.add(table, row.with("citizen", citizen).with("source", "gp"));
        self
    }

    fn lives(self, citizen: &str, small_area: &str, from: &str) -> Self {
        self.row("residence", citizen, Row::default().with("small_area", small_area).with("from", day(from)))
    }

    fn registered(self, citizen: &str, with: &str, from: &str) -> Self {
        self.row("registration", citizen, Row::default().with("organisation", with).with("from", day(from)))
    }

    fn has(self, citizen: &str, code: &str, from: &str) -> Self {
        self.row(
            "condition",
            citizen,
            Row::default().with("system", "urn:c").with("code", code).with("from", day(from)),
        )
    }

    fn sees(self, citizen: &str, with: &str, on: &str, more: impl FnOnce(Row) -> Row) -> Self {
        let contact = Row::default().with("organisation", with).with("day", day(on));
        self.row("contact", citizen, more(contact))
    }

    fn run(&self, definitions: &Definitions) -> Answers {
        run(&self.0, definitions, &exact(), 2)
    }
}

fn column<'r>(rows: &'r [Answer], column: &str) -> Vec<&'r Value> {
    rows.iter().map(|row| &row[column]).collect()
}

fn number(row: &Answer, column: &str) -> f64 {
    row[column].as_f64().unwrap_or_else(|| panic!("`{column}` is {}", row[column]))
}

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
}

/// Somebody with sugar in Harbour, who sees the podiatrist.
fn ada() -> Tale {
    Tale::new()
        .citizen("ada", "1976-05-05")
        .lives("ada", "N1", "2020-01-01")
        .registered("ada", "PA", "2020-01-01")
        .has("ada", "S1", "2021-01-01")
        .sees("ada", "RH8", "2025-09-01", |row| row.with("service", "FEET"))
}

#[test]
fn a_lake_without_anybody_has_answers_without_rows() {
    for buckets in [0, 1, 3] {
        let answers = run(&Lake { buckets, ..Lake::default() }, &folder::definitions(), &exact(), 2);
        for table in stead_tables::RESULTS {
            assert!(answers.rows(table.name).is_empty(), "{}", table.name);
        }
    }
}

#[test]
fn a_folder_without_anything_finds_everybody_nowhere() {
    let answers = ada().run(&Definitions::default());
    assert_eq!(answers.of("person", "ada")[0]["places"], json!([]));
    assert_eq!(answers.of("circle", "ada").len(), 2, "the trust and the practice, whose keys nobody knows");
    for table in ["membership", "group_membership", "needs", "visits", "summary"] {
        assert!(answers.rows(table).is_empty(), "{table}");
    }
}

#[test]
fn who_has_died_was_a_member_and_needs_nothing() {
    let died = Row::default().with("born", day("1940-01-01")).with("dead", true).with("sex", "male");
    let tale = Tale::new()
        .person("bert", died.clone().with("died", day("2025-06-06")))
        .person("carl", died)
        .lives("bert", "N3", "2020-01-01")
        .lives("carl", "N3", "2020-01-01")
        .registered("bert", "PA", "2020-01-01")
        .registered("carl", "PA", "2020-01-01")
        .sees("bert", "PA", "2025-06-01", |row| row)
        .sees("carl", "PA", "2025-06-01", |row| row);
    let answers = tale.run(&folder::definitions());
    let stays = answers.of("membership", "bert");
    assert_eq!(column(&stays, "place"), ["far-and-wide", "town"]);
    assert_eq!(column(&stays, "to"), ["2025-06-06", "2024-07-01"]);
    assert_eq!(stays[0]["ended_by"], json!(["died"]));
    assert!(answers.of("membership", "carl").is_empty(), "nobody knows on which days he lived");
    let dead = answers.of("group_membership", "bert").into_iter().find(|row| row["group"] == "dead").unwrap();
    assert_eq!(dead["from"], "2025-06-06");
    for table in ["person", "needs", "visits", "circle", "fragmentation", "provider_pair", "summary"] {
        assert!(answers.rows(table).is_empty(), "{table}");
    }
}

#[test]
fn who_dies_tomorrow_is_alive_today() {
    let died = |died: &str| {
        let row = Row::default().with("born", day("1940-01-01")).with("dead", true).with("sex", "male");
        let tale = Tale::new().person("bert", row.with("died", day(died)));
        tale.run(&folder::definitions()).rows("person").len()
    };
    assert_eq!([died("2026-04-02"), died("2026-04-01"), died("2026-03-31")], [1, 0, 0]);
}

#[test]
fn without_a_birthday_nobody_has_an_age() {
    let dora = Row::default().with("dead", false).with("sex", "female");
    let answers = Tale::new()
        .person("dora", dora)
        .registered("dora", "PA", "2020-01-01")
        .has("dora", "S1", "2021-01-01")
        .run(&folder::definitions());
    let person = &answers.rows("person")[0];
    assert_eq!((&person["age"], &person["age_band"]), (&Value::Null, &Value::Null));
    assert_eq!(column(&answers.rows("group_membership"), "group"), ["at-risk", "registered", "several-at-once"]);
    let bands: Vec<_> = answers.rows("summary").into_iter().filter(|row| row["by"] == "age-band").collect();
    assert!(!bands.is_empty() && bands.iter().all(|row| row["part"] == "unknown"));
}

#[test]
fn contacts_that_did_not_happen_count_for_nothing() {
    for status in ["cancelled", "entered-in-error", "planned"] {
        let tale = Tale::new()
            .citizen("ada", "1976-05-05")
            .registered("ada", "PA", "2020-01-01")
            .sees("ada", "RH8", "2025-09-01", |row| row.with("service", "FEET").with("status", status))
            .sees("ada", "nobody", "2025-09-01", |row| row.with("status", status).with("code", "1"));
        let answers = tale.run(&folder::definitions());
        assert_eq!(column(&answers.rows("circle"), "role"), ["registered"]);
        assert_eq!(answers.rows("fragmentation")[0]["contacts"], 0);
        assert_eq!(column(&answers.rows("group_membership"), "group"), ["adults", "registered", "women-15-to-50"]);
        assert!(answers.rows("unmapped").is_empty());
    }
}

/// Somebody of 2021 with sugar, and one more record, looked at for groups.
fn groups_with(table: &'static str, row: Row) -> Vec<String> {
    let answers = ada().row(table, "ada", row.with("system", "urn:c")).run(&folder::definitions());
    let inside = answers.rows("group_membership").into_iter().filter(|row| row["to"].as_str().is_none_or(|to| to > ON));
    inside.map(|row| row["group"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_test_that_nobody_did_meets_no_need_and_no_criterion() {
    let taken = || Row::default().with("code", "H1").with("day", day("2026-03-01")).with("part", 0_i64);
    let met = |row: Row| {
        let answers = ada().row("observation", "ada", row.with("system", "urn:c")).run(&folder::definitions());
        let need = answers.rows("needs").into_iter().find(|row| row["need"] == "hba1c").unwrap();
        need["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(met(taken().with("value", 75.0).with("unit", "mmol/mol")), "met");
    assert_eq!(met(taken().with("status", "final")), "met");
    assert_eq!(met(taken().with("status", "registered")), "never");
    assert_eq!(met(taken().with("absent", "not-performed")), "never");
    assert_eq!(met(taken().with("absent", "unknown").with("status", "final")), "never");
    let high = || taken().with("value", 75.0).with("unit", "mmol/mol");
    assert!(groups_with("observation", high()).contains(&"high-sugar".to_owned()));
    for row in [high().with("status", "registered"), high().with("absent", "error")] {
        assert!(!groups_with("observation", row).contains(&"high-sugar".to_owned()));
    }
}

#[test]
fn a_diagnosis_only_considered_counts_for_nothing() {
    let without_sight = |certainty: Option<&'static str>| {
        let row = Row::default().with("code", "B1").with("from", day("2024-01-01")).maybe("certainty", certainty);
        groups_with("condition", row).contains(&"without-sight".to_owned())
    };
    assert!(without_sight(None) && without_sight(Some("confirmed")));
    for certainty in ["unconfirmed", "provisional", "differential", "refuted", "entered-in-error"] {
        assert!(!without_sight(Some(certainty)), "{certainty}");
    }
}

#[test]
fn what_is_over_is_not_active_though_nobody_wrote_down_when_it_ended() {
    let has = |code: &str, row: Row| groups_with("condition", row.with("code", code));
    let since = || Row::default().with("from", day("2024-01-01"));
    let sight = |row: Row| has("B1", row).contains(&"without-sight".to_owned());
    for status in ["active", "recurrence", "relapse"] {
        assert!(sight(since().with("status", status)), "{status}");
    }
    for status in ["resolved", "inactive", "remission"] {
        assert!(!sight(since().with("status", status)), "{status}");
        assert!(!sight(Row::default().with("status", status)), "{status}, whenever it began");
        let later = since().with("to", day("2027-01-01")).with("status", status);
        let ended = ada().row("condition", "ada", later.with("system", "urn:c").with("code", "B1"));
        let stays = ended.run(&folder::definitions()).rows("group_membership");
        let stay = stays.iter().find(|row| row["group"] == "without-sight").unwrap();
        assert_eq!(stay["to"], "2027-01-01", "a day that is written down counts");
        assert!(has("S1", since().with("status", status)).contains(&"adults-with-sugar".to_owned()), "ever had it");
    }
}

#[test]
fn a_medicine_is_active_from_its_prescription_until_it_is_stopped() {
    let takes = |resource: &str, status: &'static str, to: Option<&str>, intent: &'static str| {
        let row = Row::default().with("from", day("2024-01-01")).with("status", status).with("intent", intent);
        let row = row.with("resource", resource).maybe("to", to.map(day));
        groups_with("medication", row.with("code", "B1")).contains(&"without-sight".to_owned())
    };
    let request = |status: &'static str, to: Option<&str>| takes("MedicationRequest/1", status, to, "order");
    assert!(request("active", None) && request("active", Some("2026-12-31")));
    for status in ["stopped", "completed", "ended"] {
        assert!(!request(status, None), "{status}");
        assert!(!request(status, Some("2026-12-31")), "{status}: the prescription would have lasted");
        assert!(!takes("MedicationStatement/1", status, None, "MedicationStatement"), "{status}");
    }
    for status in ["declined", "preparation", "intended", "cancelled"] {
        assert!(!request(status, None), "{status}");
    }
    for intent in ["proposal", "plan", "option"] {
        assert!(!takes("MedicationRequest/1", "active", None, intent), "{intent}");
    }
    let handed_out = |to: Option<&str>| takes("MedicationDispense/1", "completed", to, "MedicationDispense");
    assert!(handed_out(Some("2026-12-31")) && !handed_out(None), "nobody knows how long it lasted");
}

#[test]
fn a_value_in_a_unit_that_no_criterion_reads_is_counted() {
    let measured = |unit: &'static str| {
        let row = Row::default().with("code", "H1").with("term", "HbA1c").with("day", day("2026-03-01"));
        let row = row.with("system", "urn:c").with("part", 0_i64).with("value", 7.6).with("unit", unit);
        let answers = ada().row("observation", "ada", row).run(&folder::definitions());
        let unread = answers.rows("unmapped").into_iter().filter(|row| row["meaning"] == "unit");
        unread.map(|row| format!("{} {} {}", row["code"], row["term"], row["records"])).collect::<Vec<_>>()
    };
    assert!(measured("%").is_empty() && measured("mmol/mol").is_empty());
    assert_eq!(measured("mg/dL"), [r#""hba1c|mg/dL" "HbA1c" 1"#]);
}

#[test]
fn a_bound_passes_only_when_every_number_within_it_would() {
    let high = |comparator: &'static str, value: f64| {
        let row = Row::default().with("code", "H1").with("day", day("2026-03-01")).with("part", 0_i64);
        let row = row.with("value", value).with("unit", "mmol/mol").with("comparator", comparator);
        groups_with("observation", row).contains(&"high-sugar".to_owned())
    };
    assert!(high(">", 90.0) && high(">=", 59.0) && high(">", 58.0));
    assert!(!high(">=", 58.0) && !high("<", 60.0) && !high("<=", 60.0) && !high(">", 50.0) && !high("ad", 90.0));
}

#[test]
fn an_organisation_that_nobody_knows_keeps_its_key() {
    let answers = Tale::new()
        .citizen("ada", "1976-05-05")
        .registered("ada", "Y01", "2020-01-01")
        .sees("ada", "Z99", "2025-09-01", |row| row)
        .run(&folder::definitions());
    assert_eq!(answers.rows("person")[0]["organisation"], "?Y01");
    let circle = answers.rows("circle");
    assert_eq!(column(&circle, "organisation"), ["?Y01", "?Z99"]);
    assert_eq!(column(&circle, "role"), ["registered", "acting"]);
    assert_eq!(answers.rows("fragmentation")[0]["coordinator_organisation"], "?Y01");
}

#[test]
fn what_has_no_code_is_not_unmapped() {
    let answers = Tale::new()
        .citizen("ada", "1976-05-05")
        .sees("ada", "RH8", "2025-09-01", |row| row)
        .sees("ada", "Z99", "2025-09-02", |row| row.with("system", "urn:y").with("code", "9").with("term", "Nine"))
        .sees("ada", "RH8", "2025-09-03", |row| row.with("code", "8").with("profession_code", "Q"))
        .sees("ada", "RH8", "2027-01-01", |row| row.with("code", "8").with("service", "FEET"))
        // A code with a word as a kind of service needs none as a kind of contact, and the other way about.
        .sees("ada", "RH8", "2025-09-04", |row| row.with("system", "urn:tfc").with("code", "POD"))
        .sees("ada", "RH8", "2025-09-05", |row| row.with("system", "urn:kind").with("code", "A"))
        .run(&folder::definitions());
    let found: Vec<String> = answers
        .rows("unmapped")
        .iter()
        .map(|row| format!("{} {} {} {}", row["meaning"], row["code"], row["term"], row["records"]).replace('"', ""))
        .collect();
    let wanted = [
        "contact 8 null 2",
        "contact urn:y|9 Nine 1",
        "organisation Z99 null 1",
        "profession Q null 1",
        "service 8 null 1",
        "service urn:y|9 Nine 1",
    ];
    assert_eq!(found, wanted);
}

#[test]
fn the_circle_looks_back_two_years_and_never_ahead() {
    let seen = |on: &str| {
        let tale = Tale::new().citizen("ada", "1976-05-05").sees("ada", "RH8", on, |row| row);
        tale.run(&folder::definitions()).rows("circle").len()
    };
    assert_eq!([seen("2024-04-01"), seen("2024-04-02"), seen(ON), seen("2026-04-02")], [0, 1, 1, 0]);
}

#[test]
fn one_visit_meets_what_one_service_can_meet() {
    // A high HbA1c opens the one-stop clinic: blood, feet and eyes at once. Only the course is somewhere else.
    let high = Row::default().with("system", "urn:c").with("code", "H1").with("day", day("2025-01-01"));
    let high = high.with("part", 0_i64).with("value", 75.0).with("unit", "mmol/mol");
    let answers = Tale::new()
        .citizen("ada", "1966-05-05")
        .lives("ada", "N1", "2020-01-01")
        .has("ada", "S1", "2021-01-01")
        .row("observation", "ada", high)
        .run(&folder::definitions());
    let needs = answers.rows("needs");
    assert_eq!(column(&needs, "need"), ["education", "foot-check", "hba1c", "retinal-screening"]);
    assert_eq!(column(&needs, "status"), ["never", "never", "overdue", "never"]);
    assert_eq!(needs[2]["reason"], "Last done 1 January 2025; needed every 6 months, so overdue since 1 July 2025.");
    let visits = answers.rows("visits");
    assert_eq!(column(&visits, "service_kind"), ["education", "one-stop"]);
    assert_eq!(visits[1]["needs"], json!(["foot-check", "hba1c", "retinal-screening"]));
    assert_eq!(column(&visits, "fewest"), [true, true]);
}

#[test]
fn a_bucket_taken_over_is_not_computed_again() {
    let tale = ada();
    let first = tale.run(&folder::definitions());
    let second = run_after(&tale.0, &folder::definitions(), &exact(), 2, Some((&first, &[0])));
    assert_eq!((first.finished.len(), second.finished.len()), (1, 0));
    let bucket_tables = second.written.iter().filter(|it| it.bucket.is_some()).map(|it| it.table);
    assert_eq!(bucket_tables.collect::<Vec<_>>(), ["fragmentation"]);
    for table in ["fragmentation", "provider_pair", "unmapped", "summary"] {
        assert_eq!(first.rows(table), second.rows(table), "{table}");
    }
}

/// Pollack et al. 2013: who sees whom, and the density of care that follows.
#[test]
fn care_density_of_the_published_example() {
    let mut tale = Tale::new();
    for (citizen, providers) in [("p1", "ACD"), ("p2", "AD"), ("p3", "AD"), ("p4", "D"), ("p5", "C")] {
        tale = tale.citizen(citizen, "1976-05-05");
        for provider in providers.chars() {
            tale = tale.sees(citizen, "RH8", "2025-09-01", |row| row.with("professional", provider.to_string()));
        }
    }
    let density = |pair_patients_min: u32| {
        let answers = run(&tale.0, &folder::definitions(), &Params { pair_patients_min, ..exact() }, 2);
        let rows = answers.rows("fragmentation");
        let densities = rows.iter().map(|row| row["care_density"].as_f64().map(|it| (it * 1000.0).round() / 1000.0));
        densities.collect::<Vec<_>>()
    };
    assert_eq!(density(1), [Some(1.667), Some(3.0), Some(3.0), None, None]);
    // Pairs that share a single patient say little, and are not counted unless asked for.
    assert_eq!(density(2), [Some(1.0), Some(3.0), Some(3.0), None, None]);
}

/// Ten contacts with three providers, 6, 3 and 1: usual provider 0.6, Bice–Boxerman (46 − 10) / 90.
#[test]
fn continuity_of_ten_contacts_with_three_providers() {
    let mut tale = Tale::new().citizen("ada", "1976-05-05").citizen("bea", "1976-05-05");
    for (at, provider) in "aabaabbcaa".chars().enumerate() {
        let on = format!("2025-01-{:02}", at + 1);
        tale = tale.sees("ada", "RH8", &on, |row| row.with("professional", provider.to_string()));
        if at < 3 {
            tale = tale.sees("bea", "RH8", &on, |row| row.with("professional", provider.to_string()));
        }
    }
    let answers = tale.run(&folder::definitions());
    let ada = &answers.of("fragmentation", "ada")[0];
    near(number(ada, "usual_provider"), 0.6);
    near(number(ada, "continuity"), 0.4);
    near(number(ada, "sequential"), 4.0 / 9.0);
    near(number(ada, "fragmentation"), 0.6);
    let bea = &answers.of("fragmentation", "bea")[0];
    near(number(bea, "continuity"), 1.0 / 3.0);
    assert_eq!(bea["fragmentation"], Value::Null, "three contacts are too few");
}

#[test]
fn of_equally_good_visits_the_one_nearest_to_home_is_chosen() {
    let site = "site,name,organisation,longitude,latitude\n";
    let definitions = |sites: &str| {
        folder::of(&[
            ("place.toml", "name = \"Harbour\"\nfrom = 2020-01-01\nareas = [\"north\"]\n"),
            ("areas.csv", "area,name,small_areas\nnorth,North,N1;N2;N3\n"),
            (
                "small-areas.csv",
                "small_area,name,longitude,latitude\nN1,One,-3.50,50.70\nN2,Two,-4.00,50.70\nN3,Three,,\n",
            ),
            ("organisations.csv", "organisation,name,kind\nopt-a,A,optician\nopt-b,B,optician\n"),
            ("sites.csv", sites),
            (
                "services.csv",
                "service,kind,organisation,site,professions\n\
                 a-eyes,eyes,opt-a,west,optometrist\n\
                 b-eyes,eyes,opt-b,east,optometrist\n\
                 c-eyes,eyes,opt-b,west,optometrist\n",
            ),
            ("groups/adults.toml", "name = \"Adults\"\n[[all]]\nage = { from_years = 18 }\n"),
            (
                "needs/sight.toml",
                "name = \"Sight\"\ngroup = \"adults\"\nevery_months = 12\nmet_by = { services = [\"eyes\"] }\nsource = \"made up\"\n",
            ),
        ])
    };
    let known = definitions(&format!("{site}west,West,opt-a,-4.01,50.70\neast,East,opt-b,-3.51,50.70\n"));
    let chosen = |definitions: &Definitions, home: &str, seen: Option<&str>| {
        let mut tale = Tale::new().citizen("ada", "1976-05-05").lives("ada", home, "2020-01-01");
        if let Some(seen) = seen {
            tale = tale.sees("ada", seen, "2024-09-01", |row| row.with("system", "urn:y").with("code", "1"));
        }
        let answers = tale.run(definitions);
        let owner = answers.rows("needs")[0]["owner_service"].clone();
        (answers.rows("visits")[0]["service"].as_str().unwrap().to_owned(), owner)
    };
    assert_eq!(chosen(&known, "N1", None), ("b-eyes".to_owned(), Value::Null));
    assert_eq!(chosen(&known, "N2", None), ("a-eyes".to_owned(), Value::Null));
    assert_eq!(chosen(&known, "N3", None), ("a-eyes".to_owned(), Value::Null), "nobody knows where that is: by id");
    // Who acts for her comes before who is near; of that organisation's services it is the nearest.
    assert_eq!(chosen(&known, "N1", Some("opt-b")), ("b-eyes".to_owned(), json!("b-eyes")));
    assert_eq!(chosen(&known, "N2", Some("opt-b")), ("c-eyes".to_owned(), json!("c-eyes")));
    let half = definitions(&format!("{site}west,West,opt-a,,\neast,East,opt-b,-3.51,50.70\n"));
    assert_eq!(chosen(&half, "N2", None).0, "b-eyes", "a site that nobody knows comes last");
}

/// Sub-national hospital figures: 1 to 7 as `*`, others to the nearest 5.
#[test]
fn one_to_seven_are_not_shown_and_others_go_to_the_nearest_five() {
    let mut tale = Tale::new();
    for number in 0..63 {
        let sex = if number < 30 { "female" } else { "male" };
        let born = if number < 3 { "2020-01-01" } else { "1980-01-01" };
        let (id, row) = (format!("c{number:02}"), Row::default().with("dead", false).with("sex", sex));
        tale = tale.person(&id, row.with("born", day(born))).registered(&id, "PA", "2022-01-01");
    }
    let answers = run(&tale.0, &folder::definitions(), &Params::on(day(ON)), 2);
    let members: Vec<Answer> = answers
        .rows("summary")
        .into_iter()
        .filter(|row| row["place"] == "far-and-wide" && row["group"] == "registered" && row["measure"] == "members")
        .collect();
    let shown = |by: &str| -> Vec<String> {
        let cut = members.iter().filter(|row| row["by"] == by);
        cut.map(|row| format!("{} {}", row["part"], row["shown"]).replace('"', "")).collect()
    };
    assert_eq!(shown("sex"), ["female 30", "male 35"]);
    assert_eq!(shown("all"), ["all 65"]);
    // Three children; subtraction would tell how many, were the other part shown.
    assert_eq!(shown("age-band"), ["0-17 *", "40-64 *"]);
}

fn shown_of(answers: &Answers, place: &str, group: &str, by: &str, measure: &str) -> Vec<String> {
    let rows = answers
        .rows("summary")
        .into_iter()
        .filter(|row| row["place"] == place && row["group"] == group && row["by"] == by && row["measure"] == measure);
    rows.map(|row| format!("{} {}", row["part"], row["shown"]).replace('"', "")).collect()
}

/// Two men met nine organisations: all of them and the women alone would tell, so the women's mean is kept back, too.
#[test]
fn a_mean_is_not_shown_beside_a_part_that_is_kept_back() {
    let mut tale = Tale::new();
    for number in 0..20 {
        let (id, sex) = (format!("c{number:02}"), if number < 18 { "female" } else { "male" });
        let row = Row::default().with("dead", false).with("sex", sex).with("born", day("1980-01-01"));
        tale = tale.person(&id, row).registered(&id, "PA", "2022-01-01");
        // Everybody met the practice, men three more; half have no contact at all.
        for on in ["2025-09-01", "2025-09-02", "2025-09-03", "2025-09-04"].iter().take(4 * usize::from(number >= 9)) {
            tale = tale.sees(&id, "PA", on, |row| row);
        }
        for with in ["RH8", "OP1", "CH"].iter().take(3 * usize::from(sex == "male")) {
            tale = tale.sees(&id, with, "2025-10-01", |row| row);
        }
    }
    let shown = |params: &Params, by: &str, measure: &str| {
        shown_of(&run(&tale.0, &folder::definitions(), params, 2), "far-and-wide", "registered", by, measure)
    };
    // (9 women × 1 + 2 men × 4) / 20; of the women 9 / 18.
    assert_eq!(shown(&exact(), "all", "mean-organisations"), ["all 0.85"]);
    assert_eq!(shown(&exact(), "sex", "mean-organisations"), ["female 0.50", "male 4.00"]);
    let usual = Params::on(day(ON));
    assert_eq!(shown(&usual, "all", "mean-organisations"), ["all 0.9"]);
    assert_eq!(shown(&usual, "sex", "members"), ["female *", "male *"]);
    assert_eq!(shown(&usual, "sex", "mean-organisations"), ["female *", "male *"]);
    assert_eq!(shown(&usual, "sex", "mean-fragmentation"), ["female *", "male *"]);
    assert_eq!(shown(&usual, "age-band", "mean-organisations"), ["40-64 0.9"]);
}

/// An area and the areas that it consists of; a place and the groups that divide it.
#[test]
fn neither_areas_within_areas_nor_groups_give_a_small_number_away() {
    let definitions = folder::of(&[
        ("place.toml", "name = \"Harbour\"\nfrom = 2020-01-01\nareas = [\"whole\"]\nserves = [\"old\", \"young\"]\n"),
        ("areas.csv", "area,name,small_areas\nwhole,Whole,N1;N2;N3\none,One,N1\ntwo,Two,N2\nthree,Three,N3\n"),
        ("groups/old.toml", "name = \"Old\"\n[[all]]\nage = { from_years = 65 }\n"),
        ("groups/young.toml", "name = \"Young\"\n[[all]]\nage = { to_years = 65 }\n"),
    ]);
    let mut tale = Tale::new();
    // Old: 40 and 30 and 3; young: 20 and 25 and 30. Of the young 15 in each area are women, of the old all but two.
    for (born, homes) in [("1940-01-01", [40, 30, 3]), ("1990-01-01", [20, 25, 30])] {
        for (area, people) in ["N1", "N2", "N3"].into_iter().zip(homes) {
            for number in 0..people {
                let id = format!("{born}-{area}-{number:02}");
                let man = if born == "1940-01-01" { area == "N1" && number < 2 } else { number >= 15 };
                let row = Row::default().with("born", day(born)).with("dead", false);
                tale = tale.person(&id, row.with("sex", if man { "male" } else { "female" })).lives(
                    &id,
                    area,
                    "2020-01-01",
                );
            }
        }
    }
    let params = Params { round_to: 1, ..Params::on(day(ON)) };
    let answers = run(&tale.0, &definitions, &params, 2);
    let shown = |group: &str, by: &str, measure: &str| shown_of(&answers, "harbour", group, by, measure);
    let stars = |of: &[String]| of.iter().filter(|it| it.ends_with(" *")).count();
    let old = shown("old", "area", "members");
    assert!(old.contains(&"three *".to_owned()) && stars(&old) >= 2, "{old:?}");
    for part in ["three", "male"] {
        let by = if part == "male" { "sex" } else { "area" };
        let of = |group: &str| shown(group, by, "members").into_iter().find(|it| it.starts_with(part)).unwrap();
        assert!(of("old").ends_with('*'), "{}", of("old"));
        assert!(
            of("young").ends_with('*') || of("everyone").ends_with('*'),
            "{part}: {} {}",
            of("young"),
            of("everyone")
        );
    }
    let means = shown("old", "area", "mean-organisations");
    assert_eq!(means, ["one *", "three *", "two *", "whole 0.00"]);
}
