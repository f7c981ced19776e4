//! A town's tables written straight into a lake: the same rows as by way of records and an import.

use crate::testing::Desk;

/// The tables that an import fills and that are made directly, too; all but the originals.
const TABLES: [&str; 17] = [
    "citizen",
    "residence",
    "registration",
    "marital_status",
    "coordinator",
    "condition",
    "contact",
    "observation",
    "procedure",
    "medication",
    "cost",
    "link",
    "conflict",
    "organisation",
    "site",
    "service",
    "professional",
];

/// Large enough for records with other people's numbers.
const CITIZENS: u64 = 3_000;

#[test]
fn a_lake_made_directly_has_the_rows_of_an_import() {
    for (history, seed) in [("--slim", 1), ("", 2)] {
        let desk = Desk::with_harbour();
        let asked = format!("synth --citizens {CITIZENS} --seed {seed} {history}");
        desk.stead(&format!("{asked} --out town")).done();
        desk.stead("import town --lake imported").done();
        desk.stead(&format!("{asked} --lake direct")).done();
        for table in TABLES {
            let (imported, direct) = (rows(&desk, "imported", table), rows(&desk, "direct", table));
            assert!(imported.len() > 1, "{table} is empty, which proves nothing");
            let unlike = imported.iter().zip(&direct).find(|(one, other)| one != other);
            assert_eq!((imported.len(), unlike), (direct.len(), None), "{table} {history} seed {seed}");
        }
    }
}

#[test]
fn threads_do_not_change_a_byte_of_a_lake() {
    let desk = Desk::with_harbour();
    for (lake, threads) in [("one", 1), ("three", 3)] {
        desk.stead(&format!("synth --citizens 700 --slim --threads {threads} --lake {lake}")).done();
    }
    // The manifest holds a digest of every file.
    assert_eq!(desk.text("one/lake.json"), desk.text("three/lake.json"));
}

#[test]
fn a_lake_made_directly_answers_but_takes_nothing_in() {
    let desk = Desk::with_town();
    desk.stead("synth --citizens 300 --slim --lake lake").done();
    desk.stead("run harbour --lake lake --on 2026-11-01").done();
    let told = desk.stead("explain essay-citizen --lake lake").done();
    assert!(told.out.contains("50 years old") && told.out.contains("has type 1 diabetes on record"), "{}", told.out);
    let refused = desk.stead("import town --lake lake");
    assert_eq!(refused.code, 1, "{}", refused.all());
    assert!(refused.err.contains("made without its records"), "{}", refused.err);
    let again = desk.stead("synth --citizens 300 --slim --lake lake");
    assert!(again.err.contains("is a lake already"), "{}", again.err);
    let both = desk.stead("synth --citizens 300 --out other --lake another");
    assert_eq!(both.code, 2, "{}", both.all());
    let originals = desk.stead("query 'SELECT count(*) FROM resource' --lake lake").done();
    assert!(originals.err.contains("originals"), "{}", originals.all());
}

/// The rows of a table as CSV, in the order of their text.
fn rows(desk: &Desk, lake: &str, table: &str) -> Vec<String> {
    let told = desk.stead(&format!("query 'SELECT * FROM {table}' --lake {lake} --format csv")).done();
    let mut rows: Vec<String> = told.out.lines().map(str::to_owned).collect();
    rows.sort();
    rows
}
