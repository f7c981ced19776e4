//! `stead agreements`: what organisations have promised each other.

use serde_json::Value;

use crate::testing::Desk;

/// Words without the lines that they were broken into.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn agreements_are_listed_with_how_dense_they_are() {
    let desk = Desk::with_harbour();
    let told = desk.stead("agreements harbour").done().out;
    for words in ["alliance", "2026-04-01", "2031-04-01", "data-sharing", "Together: 17 organisations make"] {
        assert!(told.contains(words), "no {words} in\n{told}");
    }
    let value = desk.json("agreements harbour");
    assert_eq!(value["agreements"].as_array().map(Vec::len), Some(6));
    let density = value["together"]["density"].as_f64().expect("a density");
    assert!(density > 0.3 && density < 1.0, "{density}");
}

#[test]
fn the_matrix_says_who_owes_whom() {
    let desk = Desk::with_harbour();
    let told = desk.stead("agreements harbour --matrix").done().out;
    let row = |name: &str| told.lines().find(|line| line.contains(name)).expect(name).to_owned();
    // Clear Water opens its records to practices that the citizen permits, and to no pharmacy; it has duties to all.
    let value = desk.json("agreements harbour");
    let owes = |from: &str, to: &str| {
        let mut pairs = value["owes"].as_array().into_iter().flatten();
        pairs.find(|pair| pair["from"] == from && pair["to"] == to).cloned().unwrap_or(Value::Null)
    };
    let practices = owes("clear-water", "gp-federation");
    assert_eq!(practices["clauses"]["share"], serde_json::json!(["data-sharing 4.7"]));
    assert_eq!(owes("clear-water", "dune-pharmacy")["clauses"].get("share"), None);
    assert_eq!(owes("clear-water", "clear-water"), Value::Null);
    assert!(row("Clear Water").contains(&practices["promises"].to_string()));
    assert!(row("Fish Market Pharmacy").contains('·'));
}

#[test]
fn an_agreement_goes_out_as_a_contract_and_comes_back_as_a_file() {
    let desk = Desk::with_harbour();
    let digest = |value: &Value| {
        let all = value["agreements"].as_array().into_iter().flatten();
        let found = all.filter(|agreement| agreement["agreement"] == "eye-care").map(|it| it["digest"].clone());
        found.collect::<Vec<_>>()
    };
    let before = digest(&desk.json("agreements harbour"));
    let contract = desk.stead("agreements harbour --contract eye-care").done().out;
    assert!(contract.contains("\"resourceType\": \"Contract\""), "{contract}");
    desk.file("contract.json", &contract);
    let there = desk.stead("agreements harbour --from-contract contract.json");
    assert!(there.code == 1 && plain(&there.err).contains("is there already"), "{there:?}");
    std::fs::remove_file(desk.path("harbour/agreements/eye-care.toml")).expect("a file to remove");
    desk.stead("agreements harbour --from-contract contract.json").done();
    desk.stead("check harbour").done();
    assert_eq!(digest(&desk.json("agreements harbour")), before);
    assert_eq!(before.len(), 1);
}

#[test]
fn a_contract_that_somebody_changed_is_not_written() {
    let desk = Desk::with_harbour();
    let contract = desk.stead("agreements harbour --contract foot-care").done().out;
    desk.file("contract.json", &contract.replacen("2029-03-31", "2099-03-31", 1));
    std::fs::remove_file(desk.path("harbour/agreements/foot-care.toml")).expect("a file to remove");
    let told = desk.stead("agreements harbour --from-contract contract.json");
    assert!(
        told.code == 1 && plain(&told.err).contains("says something else than the text that was signed"),
        "{told:?}"
    );
    assert!(!desk.path("harbour/agreements/foot-care.toml").exists());
}

#[test]
fn an_agreement_that_is_not_there_is_said_with_those_that_are() {
    let told = Desk::with_harbour().stead("agreements harbour --contract eyecare");
    assert!(told.code == 1 && told.err.contains("eye-care"), "{told:?}");
}
