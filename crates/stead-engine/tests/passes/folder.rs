//! A place folder that asks for everything that a folder can ask for, and the records' own directory beside it.

use std::collections::BTreeMap;

use stead_folder::{Folder, read};
use stead_rules::{AgreementId, Definitions, Period};

use crate::rows::{Lake, Row};

const FILES: &[(&str, &str)] = &[
    (
        "place.toml",
        r#"
        name = "Harbour"
        from = 2023-03-01
        to = 2026-11-01
        areas = ["north", "east"]
        serves = ["adults-with-sugar", "people-with-feet"]
        coordinators = ["nurse", "gp"]
        [[version]]
        from = 2025-01-01
        areas = ["north", "east", "south"]
        serves = ["adults-with-sugar", "people-with-feet", "newly-divorced"]
        [[version]]
        from = 2026-01-15
        serves = ["adults-with-sugar", "at-risk"]
        coordinators = ["podiatrist"]
        "#,
    ),
    (
        "places/bay-people.toml",
        "name = \"The bay\"\nfrom = 2024-01-01\nareas = [\"bay\"]\ncoordinators = [\"optometrist\", \"gp\"]\n",
    ),
    (
        "places/far-and-wide.toml",
        "name = \"Far and wide\"\nfrom = 2022-01-01\nserves = [\"registered\", \"seen-twice\"]\n",
    ),
    (
        "places/town.toml",
        "name = \"Town\"\nfrom = 2023-01-01\nareas = [\"town\"]\n[[version]]\nfrom = 2024-07-01\nserves = [\"women-15-to-50\"]\n[[version]]\nfrom = 2026-01-01\nareas = []\nserves = []\n",
    ),
    (
        "areas.csv",
        "area,name,small_areas,towns,postcodes\n\
         north,North,N1;N2,,\n\
         east,East,,East Cliff,\n\
         south,South,,,ZZ1 ;zz22\n\
         town,Town,N1;N3,,ZZ2\n\
         bay,Bay,,,\n",
    ),
    (
        "areas.geojson",
        r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"area": "bay"}, "geometry": {"type": "Polygon",
            "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]], [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]]}}]}"#,
    ),
    ("small-areas.csv", "small_area,name,deprivation_decile\nN1,One,1\nN2,Two,4\nN3,Three,10\nN4,Four,\n"),
    (
        "organisations.csv",
        "organisation,name,kind,codes,part_of\n\
         charity,Listening Ear,charity,CH,\n\
         federation,GP Federation,gp-federation,FED,\n\
         optician,High Street Optician,optician,OP1,\n\
         other-optician,Other Optician,optician,OP2,\n\
         practice-a,Quay Surgery,gp-practice,PA;PA2,federation\n\
         practice-b,Mill Surgery,gp-practice,PB,federation\n\
         trust,Harbour Trust,trust,RH8;RH9,\n",
    ),
    (
        "sites.csv",
        "site,name,organisation\nquay,Quay,practice-a\nmill,Mill,practice-b\nhospital,Hospital,trust\nstreet,Street,optician\nroom,Room,charity\n",
    ),
    (
        "services.csv",
        "service,kind,organisation,site,professions,status,from,to,open_to,codes\n\
         a-practice,general-practice,practice-a,quay,gp;nurse,live,,,registered,\n\
         b-practice,general-practice,practice-b,mill,gp;nurse,live,,,registered,\n\
         blood,blood-test,federation,quay,nurse,live,,,registered,BLOOD\n\
         charity-learning,education,charity,room,educator,live,,,group:adults-with-sugar,\n\
         charity-listening,listening,charity,room,,proposed,,,,\n\
         feet,podiatry,trust,hospital,podiatrist,,,,,FEET\n\
         hospital-eyes,eyes,trust,hospital,ophthalmologist;optometrist,live,,,,EYES\n\
         one-stop,one-stop,trust,hospital,nurse;podiatrist;optometrist,live,2025-06-01,,group:at-risk,\n\
         other-sight,eyes,other-optician,street,optometrist,live,,2025-06-01,,\n\
         sight,eyes,optician,street,optometrist,live,2024-01-01,,anyone,\n\
         trust-learning,education,trust,hospital,educator;nurse,live,,,,\n",
    ),
    // `X` of urn:tfc and `Z` of urn:role stand in records, and here is no word for them.
    (
        "mappings.csv",
        "meaning,system,code,to,term\n\
         contact,urn:kind,A,appointment,\n\
         contact,urn:tfc,EYE,outpatient,\n\
         service,urn:tfc,POD,podiatry,\n\
         service,urn:tfc,EYE,eyes,\n\
         service,urn:kind,L,listening,\n\
         profession,urn:role,GP,gp,\n\
         profession,urn:role,N,nurse,\n\
         profession,urn:role,P,podiatrist,\n\
         profession,urn:role,O,optometrist,\n",
    ),
    ("codelists/sugar.csv", "system,code,term\nurn:c,S1,\nsnomed,46635009,\nicd10,E10.9,\n"),
    ("codelists/hba1c.csv", "system,code,term\nloinc,59261-8,\nurn:c,H1,\n"),
    ("codelists/insulin.csv", "system,code,term\nurn:c,I1,\nurn:c,S1,\n"),
    ("codelists/eye-photo.csv", "system,code,term\nurn:c,R1,\n"),
    ("codelists/eye-look.csv", "system,code,term\nurn:c,R2,\nurn:c,R1,\n"),
    ("codelists/lesson.csv", "system,code,term\nurn:c,L1,\n"),
    ("codelists/blind.csv", "system,code,term\nurn:c,B1,\n"),
    ("groups/adults.toml", "name = \"Adults\"\n[[all]]\nage = { from_years = 18 }\n"),
    (
        "groups/adults-with-sugar.toml",
        "name = \"Adults with sugar\"\n[[all]]\nin_group = { group = \"adults\" }\n[[all]]\ncode = { list = \"sugar\" }\n",
    ),
    (
        "groups/at-risk.toml",
        "name = \"At risk\"\n[[any]]\nin_group = { group = \"high-sugar\" }\n[[any]]\nin_group = { group = \"several-at-once\" }\n[[any]]\nin_group = { group = \"often-measured\" }\n",
    ),
    (
        "groups/high-sugar.toml",
        "name = \"High sugar\"\n[[all]]\ncode = { list = \"hba1c\", when = \"latest\", value = { above = 58, unit = \"mmol/mol\" } }\n",
    ),
    (
        "groups/often-measured.toml",
        "name = \"Often measured\"\n[[all]]\ncode = { list = \"hba1c\", when = { last_months = 12 }, at_least = 2, value = { at_least = 20, at_most = 60, unit = \"mmol/mol\" } }\n",
    ),
    (
        "groups/people-with-feet.toml",
        "name = \"People with feet\"\n[[any]]\ncontact = { services = [\"podiatry\"], when = { last_months = 18 } }\n[[any]]\ncontact = { professions = [\"podiatrist\"], at_least = 2 }\n",
    ),
    (
        "groups/seen-twice.toml",
        "name = \"Seen twice\"\n[[all]]\ncontact = { services = [\"eyes\", \"general-practice\"], professions = [\"optometrist\", \"nurse\"], at_least = 2 }\n[[all]]\nnot = { died = { in_last_months = 6 } }\n",
    ),
    ("groups/registered.toml", "name = \"Registered\"\n[[all]]\nregistered_with = {}\n"),
    (
        "groups/federated.toml",
        "name = \"Federated\"\n[[all]]\nregistered_with = { organisation = \"federation\" }\n[[all]]\nlives_in = { areas = [\"north\", \"south\"] }\n",
    ),
    (
        "groups/newly-divorced.toml",
        "name = \"Newly divorced\"\n[[all]]\nmarital_status = { any_of = [\"divorced\", \"separated\"], changed_in_last_months = 12 }\n",
    ),
    (
        "groups/women-15-to-50.toml",
        "name = \"Women\"\n[[all]]\nsex = { any_of = [\"female\", \"other\"] }\n[[all]]\nage = { from_years = 15, to_years = 50 }\n",
    ),
    ("groups/dead.toml", "name = \"Dead\"\n[[all]]\ndied = {}\n"),
    (
        "groups/several-at-once.toml",
        "name = \"Several at once\"\n[at_least_of]\ncount = 2\nparts = [{ lives_in = { area = \"bay\" } }, { sex = { any_of = [\"male\"] } }, { code = { list = \"insulin\", when = \"active\" } }, { not = { marital_status = { any_of = [\"married\", \"partnered\"] } } }]\n",
    ),
    (
        "groups/without-sight.toml",
        "name = \"Without sight\"\n[[all]]\ncode = { list = \"blind\", when = \"active\" }\n",
    ),
    (
        "needs/hba1c.toml",
        "name = \"HbA1c\"\ngroup = \"adults-with-sugar\"\nevery_months = 6\nmet_by = { services = [\"blood-test\", \"general-practice\", \"one-stop\"], professions = [\"nurse\"], codes = [\"hba1c\"] }\nsource = \"made up\"\n",
    ),
    (
        "needs/foot-check.toml",
        "name = \"Foot check\"\ngroup = \"adults-with-sugar\"\nevery_months = 12\nfirst_within_days = 30\ndue_notice_days = 20\nmet_by = { services = [\"podiatry\", \"one-stop\", \"general-practice\"], professions = [\"podiatrist\", \"nurse\"] }\nsource = \"made up\"\n",
    ),
    (
        "needs/retinal-screening.toml",
        "name = \"Retinal screening\"\ngroup = \"adults-with-sugar\"\nevery_months = 24\nmet_by = { services = [\"eyes\", \"one-stop\"], codes = [\"eye-photo\", \"eye-look\"] }\nsource = \"made up\"\n[[not_for]]\ngroup = \"without-sight\"\nbecause = \"no sight left\"\n[[not_for]]\ngroup = \"often-measured\"\nbecause = \"enough for now\"\n",
    ),
    (
        "needs/education.toml",
        "name = \"Education\"\ngroup = \"adults-with-sugar\"\nonce = true\nfirst_within_days = 400\nmet_by = { services = [\"education\"], professions = [\"educator\"], codes = \"lesson\" }\nsource = \"made up\"\n",
    ),
    (
        "needs/review.toml",
        "name = \"Review\"\ngroup = \"registered\"\nevery_months = 1\ndue_notice_days = 90\nmet_by = { services = [\"general-practice\"], professions = [\"gp\"] }\nsource = \"made up\"\n",
    ),
    (
        "needs/listening.toml",
        "name = \"Listening\"\ngroup = \"newly-divorced\"\nonce = true\nmet_by = { services = [\"listening\"] }\nsource = \"made up\"\n",
    ),
    (
        "needs/sight-test.toml",
        "name = \"Sight test\"\ngroup = \"women-15-to-50\"\nevery_months = 12\nmet_by = { services = [\"eyes\"], professions = [\"optometrist\"] }\nsource = \"made up\"\n",
    ),
    (
        "categories.csv",
        "category,name,part_of,confidentiality,resources,services,codelists,labels,needed_by\n\
         foot-result,Feet,results,,,podiatry;one-stop,,,general-practice;podiatry;one-stop\n\
         hiv,HIV,,restricted,,,,HIV,general-practice;eyes\n\
         conditions,Conditions,,,Condition,,,,eyes;podiatry;education\n\
         results,Results,,,Observation,,,,eyes;blood-test\n",
    ),
    (
        "agreements/alliance.toml",
        r#"
        title = "Alliance"
        from = 2023-06-01
        to = 2027-01-01
        notice_days = 90
        places = ["harbour", "town"]
        parties = [{ organisation = "federation" }, { organisation = "trust" }, { organisation = "optician" }]
        [[clause]]
        id = "1"
        kind = "share"
        text = "The optician sees results."
        from = ["federation", "trust"]
        to = ["optician"]
        categories = ["results"]
        purposes = ["TREAT"]
        within = "circle"
        [[clause]]
        id = "2"
        kind = "share"
        text = "Nurses of practices see feet, and what is restricted."
        from = "trust"
        to = "federation"
        categories = ["foot-result", "hiv"]
        purposes = ["TREAT", "CAREMGT"]
        professions = ["nurse", "gp"]
        within = "agreement"
        [[clause]]
        id = "3"
        kind = "share"
        text = "The trust sees everything else of adults with sugar who permit it."
        from = ["federation", "optician"]
        to = "trust"
        purposes = ["TREAT"]
        group = "adults-with-sugar"
        within = "agreement"
        asks = true
        "#,
    ),
    (
        "agreements/opening.toml",
        r#"
        title = "Opening"
        from = 2023-01-01
        notice_days = 30
        parties = [{ organisation = "federation" }, { organisation = "trust" }, { organisation = "charity" }]
        [[clause]]
        id = "a"
        kind = "share"
        text = "Conditions, for whoever is around."
        from = ["federation", "charity"]
        to = ["trust", "charity"]
        categories = ["conditions"]
        purposes = ["TREAT"]
        within = "circle"
        [[clause]]
        id = "b"
        kind = "share"
        text = "For research only."
        from = "trust"
        to = "federation"
        categories = ["results"]
        purposes = ["HRESCH"]
        within = "agreement"
        "#,
    ),
    (
        "agreements/unsigned.toml",
        r#"
        title = "Unsigned"
        from = 2023-01-01
        notice_days = 30
        parties = [{ organisation = "practice-b" }, { organisation = "other-optician" }]
        [[clause]]
        id = "1"
        kind = "share"
        text = "Everything."
        from = "practice-b"
        to = "other-optician"
        purposes = ["TREAT"]
        within = "agreement"
        "#,
    ),
];

/// The days on which agreements bind: by who signed them, which a folder does not know.
pub const BINDING: &[(&str, &str, &str)] =
    &[("alliance", "2023-09-01", "2026-06-01"), ("opening", "2024-02-01", "2026-12-01")];

/// The same, as a run is told.
pub fn bindings() -> BTreeMap<AgreementId, Period> {
    let period = |from: &str, to: &str| Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
    BINDING.iter().map(|(id, from, to)| ((*id).into(), period(from, to))).collect()
}

/// The folder's definitions.
pub fn definitions() -> Definitions {
    of(FILES)
}

/// The folder's definitions with further files.
pub fn with(files: &[(&str, &str)]) -> Definitions {
    of(&[FILES, files].concat())
}

/// The definitions of a folder of these files, named `harbour`.
pub fn of(files: &[(&str, &str)]) -> Definitions {
    let reading = read(&[Folder::of("harbour", files.iter().copied())]);
    let problems = stead_folder::render(&reading.problems);
    assert!(!reading.has_errors(), "{problems}");
    reading.definitions
}

/// What the records themselves know: a ward of the trust, somebody in two roles, somebody whose role nobody here knows.
pub fn directory(lake: &mut Lake) {
    let body = |key: &str| {
        Row::default().with("organisation", key).with("source", "s").with("resource", format!("Organization/{key}"))
    };
    lake.add(
        "organisation",
        body("uuid-trust").with("identifiers", vec!["urn:x|1".to_owned(), "urn:ods|RH8".to_owned()]),
    );
    lake.add("organisation", body("department").with("part_of", "uuid-trust"));
    lake.add("organisation", body("ward-1").with("part_of", "department"));
    lake.add("organisation", body("mystery").with("identifiers", vec!["urn:x|2".to_owned()]));
    let role = |key: &str, code: &str| {
        Row::default()
            .with("professional", key)
            .with("profession_system", "urn:role")
            .with("profession_code", code)
            .with("source", "s")
            .with("resource", format!("PractitionerRole/{key}-{code}"))
    };
    for (key, code) in [("dr-gp", "GP"), ("two-roles", "P"), ("two-roles", "N"), ("dr-who", "Z")] {
        lake.add("professional", role(key, code));
    }
}
