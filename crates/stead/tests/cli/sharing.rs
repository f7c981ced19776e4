//! Who may see what: agreements open it once they are signed, and an objection closes it again.

use crate::testing::{Desk, ON};

/// The parties of the agreement on data, with a role that may sign for each.
const PARTIES: [(&str, &str); 16] = [
    ("gp-federation", "chair"),
    ("old-mill-surgery", "partner"),
    ("harbour-trust", "caldicott-guardian"),
    ("coast-community-trust", "caldicott-guardian"),
    ("clear-water", "director"),
    ("harbour-council", "caldicott-guardian"),
    ("high-street-optometrists", "owner"),
    ("esplanade-eyecare", "owner"),
    ("haven-opticians", "owner"),
    ("vale-spectacles", "owner"),
    ("fish-market-pharmacy", "superintendent"),
    ("infirmary-road-pharmacy", "superintendent"),
    ("bandstand-pharmacy", "superintendent"),
    ("haven-market-pharmacy", "superintendent"),
    ("dune-pharmacy", "superintendent"),
    ("vale-cross-pharmacy", "superintendent"),
];

#[test]
fn what_is_signed_opens_links_and_an_objection_closes_them_from_the_next_run_on() {
    let desk = Desk::with_run();
    let links = || {
        let told = desk.json("explain essay-citizen --lake lake");
        told["sharing"].as_array().expect("links").clone()
    };
    let of_the_optician = |why: &str| {
        let theirs = |link: &&serde_json::Value| link["to"] == "High Street Optometrists" && link["why"] == why;
        links().iter().filter(theirs).count()
    };
    assert!(links().iter().all(|link| link["open"] == false), "nobody has signed anything");
    assert!(of_the_optician("not-in-force") > 0);

    for (organisation, role) in PARTIES {
        desk.stead(&format!("key new {organisation}")).done();
        desk.stead(&format!("key add {organisation} {organisation}.key.pub --from 2026-01-01")).done();
        let agreement = "harbour/agreements/data-sharing.toml";
        let key = format!("--key {organisation}.key --on 2026-04-01");
        desk.stead(&format!("sign {agreement} --as {organisation} --role {role} {key}")).done();
    }
    desk.stead(&format!("run harbour --lake lake --on {ON}")).done();
    let open = of_the_optician("clause");
    assert!(open > 0, "the optician sees what the agreement names");
    assert!(links().iter().any(|link| link["clause"] == "data-sharing 4.2" && link["open"] == true));

    desk.stead("choice object essay-citizen --organisation high-street-optometrists --from 2026-10-01").done();
    desk.stead(&format!("run harbour --lake lake --on {ON}")).done();
    assert_eq!(of_the_optician("clause"), 0, "an objection wins over every clause");
    assert!(of_the_optician("objection") >= open);
    assert!(links().iter().any(|link| link["open"] == true), "the others are not meant");
}
