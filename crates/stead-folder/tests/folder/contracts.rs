//! What is said of agreements in which every clause is well written, and that together cannot be meant; and of clauses that
//! cannot be kept.

use stead_folder::{Folder, read, render, template};

const FILE: &str = "agreements/alliance.toml";

/// The folder to start from, with a hospital, an optician and an agreement in which nothing is missing.
fn folder() -> Folder {
    let text = |path: &str| template("Harbour").into_iter().find(|(known, _)| *known == path).unwrap().1;
    let place = text("place.toml").replace("# to = 2031-04-01", "to = 2031-04-01\nfounding = \"alliance\"");
    let sites =
        "hospital,Hospital,trust,-3.53,50.72,\nshop,Shop,optician,-3.53,50.72,\nhall,Hall,council,-3.53,50.72,\n";
    let services = "eye-clinic,ophthalmology,trust,hospital,ophthalmologist,live,,,,,,,\n\
                    sight-tests,optometry,optician,shop,optometrist,live,,,,,,,\n\
                    clinic,sexual-health,trust,hospital,nurse,live,,,,,,,\n";
    let eyes = "name = \"Eyes\"\ngroup = \"adults-with-diabetes\"\nevery_months = 12\nsource = \"this place\"\n\
                met_by = { services = [\"ophthalmology\", \"optometry\"] }\n";
    Folder::of("harbour", template("Harbour"))
        .with("place.toml", &place)
        .with("organisations.csv", &organisations(""))
        .with("sites.csv", &(text("sites.csv") + sites))
        .with("services.csv", &(text("services.csv") + services))
        .with("needs/eyes.toml", eyes)
        .with(FILE, AGREEMENT)
}

/// The organisations, and more of them.
fn organisations(more: &str) -> String {
    let known = template("Harbour").into_iter().find(|(path, _)| *path == "organisations.csv").unwrap().1;
    let bodies =
        "trust,Trust,acute-trust,X00002,\noptician,Optician,optician,X00003,\ncouncil,Council,council,X00004,\n";
    known + bodies + more
}

const AGREEMENT: &str = r#"title = "Alliance"
from = 2026-04-01
to = 2031-04-01
notice_days = 90
parties = ["town-surgery", "trust", "optician", "council"]

[[clause]]
id = "1"
kind = "deliver"
text = "The practice measures."
from = "town-surgery"
needs = ["blood-pressure-check"]
level = { within_days = 28, percent = 90 }

[[clause]]
id = "2"
kind = "deliver"
text = "The trust looks at eyes."
from = "trust"
needs = ["eyes"]

[[clause]]
id = "3"
kind = "hand-over"
text = "The optician does, too."
needs = ["eyes"]
from = "trust"
to = "optician"
mode = "shared"
professions = ["optometrist"]
liability = "trust"
paid_by = ["6"]

[[clause]]
id = "4"
kind = "lead"
text = "An ophthalmologist leads."
organisation = "trust"
profession = "ophthalmologist"
clinician = true

[[clause]]
id = "5"
kind = "pay"
text = "The council pays the practice and the trust."
from = "council"
to = ["town-surgery", "trust"]
services = ["general-practice", "ophthalmology"]
block = { amount_minor = 1_000_00, per = "year" }

[[clause]]
id = "6"
kind = "pay"
text = "The council pays for sight tests."
from = "council"
to = "optician"
services = ["optometry"]
activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }

[[clause]]
id = "7"
kind = "share"
text = "Both see what the other found in eyes."
from = ["trust", "optician"]
to = ["trust", "optician"]
categories = ["retinal-result"]
purposes = ["TREAT"]
within = "circle"

[[clause]]
id = "8"
kind = "duty"
text = "The trust keeps sexual health to itself."
owner = "trust"
due = 2026-04-01
withholds = ["sexual-health"]

[[clause]]
id = "9"
kind = "pool"
text = "Gains go to whoever lost."
members = ["trust", { organisation = "optician", share_percent = 40 }]
clauses = ["6"]
gains = "losers-first"
losses = "equal"
"#;

fn told(folder: &Folder) -> String {
    render(&read(std::slice::from_ref(folder)).problems)
}

/// What is said when a text of the agreement is replaced by another.
fn changed(from: &str, to: &str) -> String {
    let text = agreement();
    assert!(text.contains(from), "the agreement has no {from}");
    told(&right().with(FILE, &text.replacen(from, to, 1)))
}

/// What is said when the agreement has more clauses.
fn more(clauses: &str) -> String {
    told(&right().with(FILE, &(agreement() + clauses)))
}

fn agreement() -> String {
    AGREEMENT.replace("blood-pressure-check", "blood-pressure")
}

fn right() -> Folder {
    folder().with(FILE, &agreement())
}

/// Another agreement, at the same time, that pays the optician for each contact.
const OTHER: &str = r#"title = "Later"
from = 2027-04-01
to = 2031-04-01
notice_days = 90
currency = "GBP"
parties = ["optician", "council", "trust"]

[[clause]]
id = "1"
kind = "pay"
text = "The council pays for pictures."
from = "council"
to = "optician"
services = ["optometry"]
activity = { price = [{ amount_minor = 900 }] }
"#;

const POOL: &str = r#"
[[clause]]
id = "2"
kind = "pool"
text = "Both together."
members = ["trust", "optician"]
clauses = ["1", "alliance 5"]
gains = "equal"
losses = "equal"
"#;

/// The folder, with sight tests paid by a tariff.
fn tariff(text: &str) -> Folder {
    let by_tariff = agreement().replace("price = [{ amount_minor = 2400 }]", "tariff = \"sight\"");
    right().with(FILE, &by_tariff).with("tariffs/sight.csv", text)
}

macro_rules! gaps {
    ($($name:ident: $told:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), $told, stringify!($told));
        }
    )*};
}

#[test]
fn a_tariff_is_read_with_when_each_price_holds() {
    let folder = tariff("service,amount_minor,from,to\noptometry,2400,,2027-04-01\noptometry,2500,2027-04-01,\n");
    assert_eq!(told(&folder), "no problems\n");
    let definitions = read(&[folder]).definitions;
    let on = |day: &str| definitions.tariffs[0].on(day.parse().unwrap())[0].amount.0;
    assert_eq!((on("2027-03-31"), on("2027-04-01")), (2400, 2500));
}

#[test]
fn what_contradicts_itself_elsewhere_is_meant_here() {
    // A bundle for a group, and a price for everybody else; a price of each contact, and one of each kind of it.
    let bundle = "bundle = { amount_minor = 90_00, span = \"year\", covers = [\"optometry\"] }";
    let of = |group: &str| format!("{OTHER}{group}").replace("activity = { price = [{ amount_minor = 900 }] }", bundle);
    let folder = right().with("agreements/later.toml", &of("group = \"adults-with-diabetes\"\n"));
    assert!(!told(&folder).contains("same-contact"), "{}", told(&folder));
    assert!(told(&right().with("agreements/later.toml", &of(""))).contains("same-contact"));
    // An agreement that replaces the clause is not in force beside it.
    let head = "amends = [{ agreement = \"alliance\", clauses = [\"6\"] }]\nparties = [\"town-surgery\", ";
    let replacing = OTHER.replace("parties = [", head);
    assert!(!told(&right().with("agreements/later.toml", &replacing)).contains("same-contact"));
}

#[test]
fn a_price_that_says_more_decides_between_two_that_fit_alike() {
    let prices = |more: &str| {
        let prices = format!(
            "[{{ contact = \"home-visit\", amount_minor = 3600 }}, {{ profession = \"optometrist\", amount_minor = 2400 }}{more}]"
        );
        changed("[{ amount_minor = 2400 }]", &prices)
    };
    assert!(prices("").contains("two-prices"));
    let decides = |price: &str| !prices(price).contains("two-prices");
    assert!(decides(", { contact = \"home-visit\", profession = \"optometrist\", amount_minor = 3900 }"));
    assert!(decides(", { contact = \"home-visit\", service = \"optometry\", amount_minor = 3900 }"));
    assert!(!decides(", { contact = \"home-visit\", service = \"ophthalmology\", amount_minor = 3900 }"));
    assert!(!decides(", { contact = \"in-clinic\", profession = \"optometrist\", amount_minor = 3900 }"));
    // Prices on other days, and equal ones, need no decision.
    let tariff = |rows: &str| told(&tariff(&format!("site,profession,amount_minor,from,to\n{rows}")));
    assert!(!tariff("shop,,2400,,2027-04-01\n,optometrist,2500,2027-04-01,\n").contains("two-prices"));
    assert!(!tariff("shop,,2400,,\n,optometrist,2400,,\n").contains("two-prices"));
}

#[test]
fn an_agreement_in_which_nothing_is_missing_is_left_in_peace() {
    assert_eq!(told(&right()), "no problems\n");
}

gaps! {
    // what is missing
    nobody_is_obliged: changed("kind = \"deliver\"\ntext = \"The practice measures.\"\nfrom = \"town-surgery\"\nneeds = [\"blood-pressure\"]\nlevel = { within_days = 28, percent = 90 }", "kind = \"duty\"\ntext = \"The practice tries.\"\nowner = \"town-surgery\"\ndue = 2026-07-01");
    two_are_obliged_and_nobody_leads: changed("organisation = \"trust\"\nprofession = \"ophthalmologist\"", "organisation = \"trust\"\nprofession = \"ophthalmologist\"\nneeds = [\"blood-pressure\"]");
    nobody_pays: changed("to = [\"town-surgery\", \"trust\"]", "to = [\"trust\"]");
    a_hand_over_is_paid_by_a_clause_for_somebody_else: changed("paid_by = [\"6\"]", "paid_by = [\"5\"]");
    paid_twice: more("\n[[clause]]\nid = \"10\"\nkind = \"pay\"\ntext = \"And again.\"\nfrom = \"council\"\nto = \"optician\"\nservices = [\"optometry\"]\nblock = { amount_minor = 500, per = \"year\" }\n");
    shared_to_nobody_who_needs_it: changed("to = [\"trust\", \"optician\"]\ncategories", "to = [\"town-surgery\"]\ncategories");
    shared_by_nobody_who_has_it: changed("categories = [\"retinal-result\"]", "categories = [\"retinal-result\", \"safeguarding\"]");
    needed_and_not_shared: changed("to = [\"trust\", \"optician\"]\ncategories", "to = [\"trust\"]\ncategories");
    shared_against_a_duty: changed("categories = [\"retinal-result\"]", "categories = [\"retinal-result\", \"sexual-health\"]");
    handed_to_somebody_without_the_profession: changed("professions = [\"optometrist\"]", "professions = [\"ophthalmologist\"]");
    handed_round_in_a_circle: more("\n[[clause]]\nid = \"10\"\nkind = \"hand-over\"\ntext = \"And back.\"\nneeds = [\"eyes\"]\nfrom = \"optician\"\nto = \"trust\"\nmode = \"moves\"\nliability = \"trust\"\npaid_by = [\"5\"]\n");
    notice_shorter_than_the_service_level: changed("notice_days = 90", "notice_days = 14");
    a_clause_that_others_rely_on_ends: changed("cap_minor = 90_000_00 }", "cap_minor = 90_000_00 }\nends = 2028-04-01");
    the_founding_agreement_ends_before_the_place: changed("to = 2031-04-01", "to = 2029-04-01");

    // what cannot be
    an_organisation_that_is_no_party: changed(", \"council\"]", "]");
    more_than_all: changed("percent = 90", "percent = 110");
    less_than_nothing: changed("amount_minor = 1_000_00", "amount_minor = -5");
    shares_that_do_not_add_up: told(&right().with(FILE, &agreement().replace("\"losers-first\"", "\"shares\"").replace("[\"trust\", { org", "[{ organisation = \"trust\", share_percent = 59.9 }, { org")));
    a_floor_above_the_cap: changed("cap_minor = 90_000_00", "cap_minor = 100, floor_minor = 200");
    a_rate_that_is_not_exact: changed("share_percent = 40", "share_percent = 4e1");
    a_clause_that_is_not_there: changed("paid_by = [\"6\"]", "paid_by = [\"6.1\"]");
    a_clause_number_twice: changed("id = \"8\"", "id = \"7\"");
    an_unknown_kind_of_clause: changed("kind = \"share\"", "kind = \"shared\"");
    a_clause_without_a_kind: changed("kind = \"share\"\n", "");
    a_purpose_that_is_no_code: changed("[\"TREAT\"]", "[\"TREATMENT\"]");
    a_category_that_nobody_knows: changed("[\"retinal-result\"]", "[\"retinal-results\"]");
    a_key_of_another_kind_of_clause: changed("within = \"circle\"", "within = \"circle\"\nlevel = { within_days = 1, percent = 90 }");
    a_clause_that_starts_before_its_agreement: changed("due = 2026-04-01", "due = 2026-04-01\nstarts = 2025-01-01");
    a_party_twice: changed("\"optician\", \"council\"]", "\"optician\", \"trust\", \"council\"]");
    citizens_that_are_nobodys_in_particular: changed("block = { amount_minor = 1_000_00, per = \"year\" }", "capitation = { amount_minor = 950, per = \"month\" }");
    areas_that_are_nobodys_in_particular: changed("block = { amount_minor = 1_000_00, per = \"year\" }", "attribution = \"residence\"\ncapitation = { amount_minor = 950, per = \"month\" }");
    primary_care_by_which_nothing_goes: changed("services = [\"optometry\"]", "attribution = \"registered\"\nprimary_care = { services = [\"optometry\"] }\nservices = [\"optometry\"]");
    areas_by_which_nothing_goes: changed("services = [\"optometry\"]", "attribution = \"registered\"\ncatchment = [{ organisation = \"optician\", areas = [\"town\"] }]\nservices = [\"optometry\"]");
    an_area_of_somebody_who_is_not_paid: changed("services = [\"optometry\"]", "attribution = \"residence\"\ncatchment = [{ organisation = \"trust\", areas = [\"town\"] }]\nservices = [\"optometry\"]");
    an_area_of_two: changed("block = { amount_minor = 1_000_00, per = \"year\" }", "attribution = \"residence\"\ncatchment = [{ organisation = \"trust\", areas = [\"town\"] }, { organisation = \"town-surgery\", areas = [\"town\"] }]\ncapitation = { amount_minor = 950, per = \"month\" }");
    two_formulas_at_once: changed("block = { amount_minor = 1_000_00, per = \"year\" }", "block = { amount_minor = 1_000_00, per = \"year\" }\ncapitation = { amount_minor = 950, per = \"month\" }");
    an_amendment_that_not_all_have_signed: told(&right().with("agreements/later.toml", "title = \"Later\"\nfrom = 2027-04-01\nnotice_days = 90\nparties = [\"trust\", \"council\"]\namends = [{ agreement = \"alliance\", clauses = [\"7\"] }]\n\n[[clause]]\nid = \"1\"\nkind = \"duty\"\ntext = \"The trust reports.\"\nowner = \"trust\"\ndue = 2027-07-01\n"));
    an_unknown_founding_agreement: told(&right().with("place.toml", "name = \"Harbour\"\nfrom = 2026-04-01\nareas = [\"town\"]\nserves = [\"adults-with-diabetes\"]\nfounding = \"aliance\"\n"));

    // money that contradicts itself
    who_pays_itself: changed("to = \"optician\"\nservices", "to = [\"optician\", \"council\"]\nservices");
    a_payee_that_is_not_there: changed("from = \"council\"\nto = \"optician\"", "from = \"optician\"\nto = \"nobody\"");
    a_weight_of_nothing: changed("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "capitation = { amount_minor = 950, per = \"month\", weight = [{ group = \"adults-with-diabetes\", times = 0 }] }");
    a_weight_below_nothing: changed("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "capitation = { amount_minor = 950, per = \"month\", weight = [{ group = \"adults-with-diabetes\", times = -1 }] }");
    bands_out_of_order: changed("cap_minor = 90_000_00", "band = [{ above_contacts = 200, percent = 50 }, { above_contacts = 100, percent = 80 }]");
    thresholds_out_of_order: changed("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "incentive = { measure = \"eyes\", points = 10, point_minor = 200, lower_percent = 90, upper_percent = 50 }");
    a_prevalence_of_nothing: changed("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "incentive = { measure = \"eyes\", points = 10, point_minor = 200, lower_percent = 50, upper_percent = 90, prevalence_percent = 0 }");
    a_share_above_all_of_it: changed("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "shared_savings = { benchmark_minor = 98_000, sharing_percent = 101, savings_min = [{ members = 5000, percent = 3.9 }] }");
    least_rates_that_rise: changed("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "shared_savings = { benchmark_minor = 98_000, sharing_percent = 50, savings_min = [{ members = 5000, percent = 3.9 }, { members = 1000, percent = 2 }] }");
    a_cap_of_losses_that_nobody_bears: changed("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "shared_savings = { benchmark_minor = 98_000, sharing_percent = 50, savings_min = [{ members = 5000, percent = 3.9 }], loss_cap_percent = 5 }");
    a_protection_that_tapers_longer_than_it_lasts: changed("paid_by = [\"6\"]", "paid_by = [\"6\"]\nprotection = { stop_loss_percent = 5, years = 2, taper_percent = [100, 60, 30] }");
    budgets_of_nothing: told(&right().with(FILE, &agreement().replace("\"losers-first\"", "\"budget\"").replace("[\"trust\", { organisation = \"optician\", share_percent = 40 }]", "[{ organisation = \"trust\", budget_minor = 0 }, { organisation = \"optician\", budget_minor = 0 }]")));
    a_measure_that_is_no_need: changed("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "incentive = { measure = \"eyesight\", points = 10, point_minor = 200, lower_percent = 50, upper_percent = 90 }");
    a_weight_in_a_column_of_no_table: changed("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "attribution = \"membership\"\ncapitation = { amount_minor = 950, per = \"month\", weight_column = \"risk\" }");
    a_benchmark_in_a_column_of_no_table: changed("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "shared_savings = { benchmark_column = \"benchmark\", sharing_percent = 50, savings_min = [{ members = 5000, percent = 3.9 }] }");
    a_table_for_what_goes_by_records: told(&right().with(FILE, &agreement().replace("\n[[clause]]\nid = \"1\"", "\n[[evidence]]\nid = \"figures\"\nrow = [\"who\"]\norganisation_column = \"who\"\n\n[[clause]]\nid = \"1\"").replace("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "evidence = { table = \"figures\" }\nactivity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }")));
    a_currency_that_is_none: changed("notice_days = 90", "notice_days = 90\ncurrency = \"pounds\"");
    the_same_contact_by_two_prices: more("\n[[clause]]\nid = \"10\"\nkind = \"pay\"\ntext = \"More.\"\nfrom = \"council\"\nto = \"optician\"\nactivity = { price = [{ service = \"optometry\", amount_minor = 2500 }] }\n");
    the_same_contact_by_a_bundle_and_by_itself: more("\n[[clause]]\nid = \"10\"\nkind = \"pay\"\ntext = \"More.\"\nfrom = \"council\"\nto = \"optician\"\nbundle = { amount_minor = 90_00, span = \"year\", covers = [\"optometry\"] }\n");
    the_same_contact_by_another_agreement: told(&right().with("agreements/later.toml", OTHER));
    two_prices_that_fit_alike: changed("[{ amount_minor = 2400 }]", "[{ contact = \"home-visit\", amount_minor = 3600 }, { profession = \"optometrist\", amount_minor = 2400 }]");
    a_pool_of_another_currency: told(&right().with("agreements/later.toml", &(OTHER.replace("GBP", "EUR").replace("\"optician\"\nservices", "\"trust\"\nservices") + POOL)));
    a_clause_in_two_pools: more("\n[[clause]]\nid = \"10\"\nkind = \"pool\"\ntext = \"Again.\"\nmembers = [\"trust\", \"optician\"]\nclauses = [\"6\"]\ngains = \"equal\"\nlosses = \"equal\"\n");
    a_pool_that_somebody_unknown_pays_into: changed("clauses = [\"6\"]", "paid_in = { from = \"eye-charity\", amount_minor = 50_000_00, per = \"year\" }");
    a_pool_that_nobody_pays_into: changed("clauses = [\"6\"]", "paid_in = { amount_minor = 50_000_00 }");
    a_task_protected_twice: told(&right().with(FILE, &agreement().replace("paid_by = [\"6\"]", "paid_by = [\"6\"]\nprotection = { stop_loss_percent = 5, years = 2 }")).with("agreements/later.toml", &format!("{OTHER}\n[[clause]]\nid = \"2\"\nkind = \"hand-over\"\ntext = \"Again.\"\nneeds = [\"eyes\"]\nfrom = \"trust\"\nto = \"optician\"\nmode = \"shared\"\nprofessions = [\"optometrist\"]\nliability = \"trust\"\npaid_by = [\"alliance 6\"]\nprotection = {{ stop_loss_percent = 5, years = 2 }}\n")));
    a_part_that_would_be_paid_by_the_whole: told(&right().with(FILE, &agreement().replace("to = \"optician\"\nservices", "to = [\"optician\", \"team\"]\nservices")).with("organisations.csv", &organisations("team,Team,optician,X00009,council\n")));
    a_table_in_a_pool: told(&right().with(FILE, &agreement().replace("\n[[clause]]\nid = \"1\"", "\n[[evidence]]\nid = \"figures\"\nrow = [\"who\"]\norganisation_column = \"who\"\n\n[[clause]]\nid = \"1\"").replace("activity = { price = [{ amount_minor = 2400 }], cap_minor = 90_000_00 }", "evidence = { table = \"figures\" }\nstated = { column = \"sum\" }")));
    the_same_rows_twice: told(&right().with(FILE, &(agreement().replace("\n[[clause]]\nid = \"1\"", "\n[[evidence]]\nid = \"figures\"\nrow = [\"who\"]\norganisation_column = \"who\"\n\n[[clause]]\nid = \"1\"") + "\n[[clause]]\nid = \"10\"\nkind = \"pay\"\ntext = \"More.\"\nfrom = \"council\"\nto = \"optician\"\nevidence = { table = \"figures\", where = [{ column = \"part\", is = [\"a\", \"b\"] }] }\nstated = { column = \"sum\" }\n\n[[clause]]\nid = \"11\"\nkind = \"pay\"\ntext = \"More.\"\nfrom = \"council\"\nto = \"optician\"\nevidence = { table = \"figures\", where = [{ column = \"part\", is = [\"b\"] }] }\nstated = { column = \"sum\" }\n\n[[clause]]\nid = \"12\"\nkind = \"pay\"\ntext = \"Else.\"\nfrom = \"council\"\nto = \"optician\"\nevidence = { table = \"figures\", where = [{ column = \"part\", is = [\"c\"] }] }\nstated = { column = \"sum\" }\n")));
    a_pool_of_nothing: changed("clauses = [\"6\"]", "clauses = []");
    a_pool_of_one: changed("members = [\"trust\", { organisation = \"optician\", share_percent = 40 }]", "members = [\"optician\"]");
    a_pool_with_a_clause_twice: changed("clauses = [\"6\"]", "clauses = [\"6\", \"alliance 6\"]");
    a_pool_of_a_part_and_the_whole: told(&right().with(FILE, &agreement().replace("members = [\"trust\", { organisation = \"optician\", share_percent = 40 }]", "members = [\"trust\", \"optician\", \"eye-shop\"]")).with("organisations.csv", &organisations("eye-shop,Eye shop,optician,X00009,optician\n")));
    a_sum_for_a_time_without_an_end: told(&right().with(FILE, &agreement().replace("to = 2031-04-01\n", "").replace("per = \"year\" }", "per = \"period\" }")));
    a_protection_that_grows: changed("paid_by = [\"6\"]", "paid_by = [\"6\"]\nprotection = { stop_loss_percent = 5, years = 3, taper_percent = [30, 60, 100] }");
    a_pool_over_a_clause_that_pays_nothing: changed("clauses = [\"6\"]", "clauses = [\"6\", \"8\"]");
    a_pool_over_a_clause_that_is_not_there: changed("clauses = [\"6\"]", "clauses = [\"6\", \"66\"]");
    a_pool_of_what_is_other_peoples: changed("members = [\"trust\", { organisation = \"optician\", share_percent = 40 }]", "members = [\"trust\", \"town-surgery\"]");
    a_hand_over_paid_by_what_pays_nothing: changed("paid_by = [\"6\"]", "paid_by = [\"6\", \"8\"]");
    a_hand_over_paid_by_what_pays_for_something_else: changed("services = [\"optometry\"]", "needs = [\"blood-pressure\"]");

    // tariffs
    a_tariff_that_is_not_there: changed("price = [{ amount_minor = 2400 }]", "tariff = \"sight\"");
    a_tariff_with_mistakes: told(&tariff("service,amount_minor,from,to\noptometry,24.00,,\noptometri,2400,,\noptometry,2400,2027-04-01,2026-04-01\noptometry,-1,,\n"));
    a_tariff_with_two_prices_at_once: told(&tariff("service,amount_minor,from,to\noptometry,2400,,2027-06-01\noptometry,2500,2027-04-01,\n"));
    a_tariff_whose_prices_fit_alike: told(&tariff("site,profession,amount_minor,from,to\nshop,,2400,,2027-06-01\n,optometrist,2500,2027-04-01,\n"));
    a_tariff_without_prices: told(&tariff("service,amount_minor\n"));
    a_tariff_that_nobody_goes_by: told(&right().with("tariffs/sight.csv", "service,amount_minor\noptometry,2400\n"));
    the_same_contact_by_a_tariff: told(&tariff("service,amount_minor\noptometry,2400\n").with("agreements/later.toml", OTHER));

    // categories
    a_sensitive_category_made_less_so: told(&right().with("categories.csv", "category,name,confidentiality,services\nsexual-health,Sexual health,normal,sexual-health\n"));
    a_category_into_which_nothing_falls: told(&right().with("categories.csv", "category,name\nhopes,Hopes\n"));
}
