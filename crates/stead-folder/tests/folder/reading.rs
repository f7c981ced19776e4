//! A folder that is right gives exactly the definitions that it says.

use stead_folder::{Folder, Severity, read, render, template};

#[test]
fn the_folder_to_start_from_has_no_problems() {
    let reading = read(&[Folder::of("new-place", template("New place"))]);
    assert_eq!(render(&reading.problems), "no problems\n");
    insta::assert_json_snapshot!(reading.definitions);
}

/// A folder of the repository, by its path from the root.
fn on_disk(path: &str) -> Folder {
    Folder::load(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path))
}

#[test]
fn the_example_place_has_no_errors_and_no_warnings() {
    for path in ["places/harbour", "fixtures/kansas", "fixtures/massachusetts"] {
        let found = read(&[on_disk(path)]).problems;
        let found: Vec<_> = found.into_iter().filter(|problem| problem.severity > Severity::Note).collect();
        assert_eq!(render(&found), "no problems\n", "{path}");
    }
}

#[test]
fn a_name_with_quotation_marks_does_not_break_the_folder_to_start_from() {
    let reading = read(&[Folder::of("new-place", template("\"Old\" \\ New\n"))]);
    assert_eq!(render(&reading.problems), "no problems\n");
}

/// A folder that says everything that a folder can say.
fn full() -> Folder {
    let population = (0..19).map(|nth| nth.to_string()).collect::<Vec<_>>().join(",");
    let bands = "age_0_4,age_5_9,age_10_14,age_15_19,age_20_24,age_25_29,age_30_34,age_35_39,age_40_44,age_45_49,\
                 age_50_54,age_55_59,age_60_64,age_65_69,age_70_74,age_75_79,age_80_84,age_85_89,age_90_over";
    let small_areas = format!(
        "small_area,name,deprivation_decile,longitude,latitude,{bands}\nE01,Quay,1,-3.5,50.7,{population}\nE02,,,,{}\n",
        ",".repeat(19)
    );
    Folder::of("harbour", template("Harbour"))
        .with(
            "places/later.toml",
            "name = \"Later\"\nfrom = 2026-04-01\nto = 2031-04-01\nareas = [\"town\"]\ncoordinators = [\"gp\"]\n\
             [[version]]\nfrom = 2027-04-01\nareas = []\nserves = [\"many\"]\n[[version]]\nfrom = 2028-04-01\nprofessions = [\"gp\"]\n",
        )
        .with("areas.csv", "# areas\nname,area,small_areas,towns,postcodes\n\"Town, the\",town,E01; E02,Town,EX1;EX2 4\n")
        .with(
            "areas.geojson",
            r#"{"type": "FeatureCollection", "features": [
                {"type": "Feature", "properties": {"area": "town"}, "geometry": {"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,0]]]}},
                {"type": "Feature", "properties": {"area": "town"}, "geometry": {"type": "MultiPolygon", "coordinates": [[[[2,2],[3,2,7],[3,3],[2,2]]]]}}]}"#,
        )
        .with("small-areas.csv", &small_areas)
        .with(
            "organisations.csv",
            "organisation,name,kind,codes,part_of\nfederation,Federation,federation,,\ntown-surgery,Surgery,gp-practice,X1;X2,federation\n",
        )
        .with(
            "services.csv",
            "service,kind,organisation,site,professions,status,from,to,open_to,hours,capacity_per_week,unit_cost_pence,codes\n\
             one,general-practice,town-surgery,town-surgery-main,gp;practice-nurse,,2020-01-01,2030-01-01,group:many,,0,1,S1;S2\n\
             two,podiatry,federation,town-surgery-main,,proposed,,,registered,,,,\n",
        )
        .with("mappings.csv", "meaning,system,code,to,term\nservice,urn:x,653,podiatry,Podiatry\ncontact,urn:y,1,gp-appointment,\n")
        .with("codelists/mixed.csv", "system,code,term\nicd10,E10.9,\nhttp://loinc.org,59261-8,HbA1c\n,46635009,Type 1\n")
        .with(
            "groups/many.toml",
            r#"
            name = "Many"
            at_least_of = { count = 2, parts = [
                { lives_in = { area = "town" } },
                { registered_with = {} },
                { registered_with = { organisations = ["federation"] } },
                { age = { to_years = 65 } },
                { sex = { any_of = ["female", "unknown"] } },
                { marital_status = { any_of = ["divorced"], changed_in_last_months = 12 } },
                { code = { list = "mixed" } },
                { code = { list = "mixed", when = { last_months = 12 }, at_least = 2 } },
                { code = { list = "mixed", when = "latest", value = { above = 58, at_most = 100.5, unit = "mmol/mol" } } },
                { contact = { services = ["podiatry"], when = { last_months = 6 }, at_least = 3 } },
                { not = { died = { in_last_months = 12 } } },
                { any = [{ died = {} }, { all = [{ in_group = { group = "adults-with-diabetes" } }] }] },
            ] }
            "#,
        )
        .with(
            "needs/once.toml",
            "name = \"Once\"\ngroup = \"many\"\nonce = true\ntravel_minutes_max = 30\nsource = \"NICE\"\n\
             met_by = { services = [\"general-practice\"], codes = \"mixed\" }\n\
             [[not_for]]\ngroup = \"adults-with-diabetes\"\nbecause = \"why\"\n",
        )
}

#[test]
fn everything_that_a_folder_can_say_is_read() {
    let reading = read(&[full()]);
    assert_eq!(render(&reading.problems), "no problems\n");
    insta::assert_debug_snapshot!(reading.definitions);
}

#[test]
fn problems_are_diagnostics_of_miette() {
    let folder = Folder::of("harbour", template("Harbour")).with("place.toml", "name = \"\"\nfrom = 2026-04-01\n");
    let problem = read(&[folder]).problems.remove(0);
    let mut out = String::new();
    miette::NarratableReportHandler::new().render_report(&mut out, &problem).unwrap();
    insta::assert_snapshot!(out);
}

#[test]
fn the_places_that_settle_on_evidence_have_no_errors_and_no_warnings() {
    for place in ["mssp", "gp-payments"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../places").join(place);
        let reading = read(&[Folder::load(&path)]);
        assert_eq!(render(&reading.problems), "no problems\n", "{place}");
        let formatted = Folder::load(&path);
        for (name, file) in formatted.files() {
            let text = stead_folder::format_file(name, file.text());
            assert!(
                text.is_none_or(|text| text.is_ok_and(|text| text == file.text())),
                "`stead fmt` changes {place}/{name}"
            );
        }
    }
}
