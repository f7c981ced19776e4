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
