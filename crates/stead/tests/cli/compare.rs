//! `stead compare`: who gains and who loses by other clauses, why, and the smallest pool under which nobody does.

use crate::settle::with_settlement;
use crate::testing::Desk;

#[test]
fn other_clauses_are_told_by_who_gains_who_loses_and_why() {
    let desk = Desk::new();
    with_settlement(&desk);
    let told = desk.stead("compare places/mssp plans/mssp --evidence settlement.csv").done();
    insta::assert_snapshot!(told.out, @"
    More or less money for 3 organisations, the same for 1 organisation; in USD.

    organisation       before        after      change  why
    X3            -1000000.00   -500000.00   500000.00  price
    X1             7350000.00   6860000.00  -490000.00  price
    medicare      -6350000.00  -6360000.00   -10000.00  price

    All changes together: 0.00.

    Would lose: X1 -490000.00.
    The smallest pool under which nobody loses: 490000.00 in it, split `losers-
    first`.
      Of what they gain, give: X3 490000.00.
      Other rules would need: `shares` 490000.00, `equal` 1469999.98.
    ");
}

#[test]
fn the_same_clauses_change_nothing() {
    let desk = Desk::new();
    with_settlement(&desk);
    let told = desk.stead("compare places/mssp places/mssp --evidence settlement.csv").done();
    insta::assert_snapshot!(told.out, @"
    More or less money for 0 organisations, the same for 4 organisations; in USD.

    All changes together: 0.00.
    Nobody who is paid loses.
    ");
    let told = desk.stead("compare places/mssp nowhere --evidence settlement.csv");
    assert_eq!(told.code, 1, "{told:?}");
}

/// The council pays practices a tenth more, and screening half: who gains, who loses, by records.
#[test]
fn other_clauses_are_held_against_each_other_over_the_same_records() {
    let desk = Desk::with_run();
    crate::settle::copy(&desk.path("harbour"), &desk.path("plans/harbour"));
    let change = |file: &str, from: &str, to: &str| {
        let path = format!("plans/harbour/agreements/{file}");
        let text = desk.text(&path);
        assert!(text.contains(from), "{file} has no {from}");
        desk.file(&path, &text.replace(from, to));
    };
    change("pooled-fund.toml", "amount_minor = 9_50", "amount_minor = 10_45");
    change("eye-care.toml", "amount_minor = 4300", "amount_minor = 2150");
    let line = "compare harbour plans/harbour --lake lake --from 2026-04-01 --to 2026-11-01";
    let found = desk.json(line);
    assert_eq!(found["sum_of_changes_minor"], 0);
    let organisations = found["organisations"].as_array().expect("a list");
    let find = |id: &str| organisations.iter().find(|it| it["organisation"] == id).expect(id);
    assert!(find("quay-street-surgery")["change_minor"].as_i64() > Some(0), "{found}");
    // Half of what screening brought is gone; a pool that it is in bears a part of that.
    let trust = find("coast-community-trust");
    assert!(trust["change_minor"].as_i64() < Some(0), "{found}");
    assert_eq!(trust["clauses"][0]["clause"], "eye-care 6.1");
    assert_eq!(
        trust["clauses"][0]["before_minor"].as_i64(),
        trust["clauses"][0]["after_minor"].as_i64().map(|it| it * 2)
    );
    assert_eq!((&trust["why"][0]["reason"], &trust["why"][1]["reason"]), (&"price".into(), &"pool".into()));
    let remedy = &found["remedy"];
    let losers = remedy["losers"].as_array().expect("a list");
    assert_eq!(losers[0]["organisation"], "coast-community-trust");
    let lost: i64 = losers.iter().filter_map(|it| it["amount_minor"].as_i64()).sum();
    assert_eq!((remedy["amount_minor"].as_i64(), remedy["missing_minor"].as_i64()), (Some(-lost), Some(0)));
    let same = desk.json("compare harbour harbour --lake lake --from 2026-04-01 --to 2026-11-01");
    assert!(same["organisations"].as_array().expect("a list").iter().all(|it| it["change_minor"] == 0), "{same}");
    assert!(same["remedy"].is_null());
}
