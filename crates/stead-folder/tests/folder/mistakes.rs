//! The mistakes that people make, as they are told about them: one snapshot a mistake.

use stead_folder::{Folder, read, render, template};

/// The folder to start from.
fn folder() -> Folder {
    Folder::of("harbour", template("Harbour"))
}

/// What is said when a text in one file of the folder to start from is replaced by another.
fn changed(path: &str, from: &str, to: &str) -> String {
    let text = folder().file(path).unwrap().text().to_owned();
    let in_comment = |at: usize| text[..at].rsplit('\n').next().unwrap().starts_with('#');
    let mut found = text.match_indices(from).map(|(at, _)| at);
    let at = found.clone().find(|at| !in_comment(*at)).or_else(|| found.next());
    let at = at.unwrap_or_else(|| panic!("{path} has no {from}"));
    told(&folder().with(path, &format!("{}{to}{}", &text[..at], &text[at + from.len()..])))
}

/// What is said when the folder to start from has another file, or another text in one.
fn with(path: &str, text: &str) -> String {
    told(&folder().with(path, text))
}

fn told(folder: &Folder) -> String {
    render(&read(std::slice::from_ref(folder)).problems)
}

macro_rules! mistakes {
    ($($(#[$doc:meta])* $name:ident: $told:expr;)*) => {$(
        $(#[$doc])*
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), $told, stringify!($told));
        }
    )*};
}

const NEED: &str = "needs/blood-pressure.toml";
const GROUP: &str = "groups/adults-with-diabetes.toml";
const LIST: &str = "codelists/diabetes.csv";

mistakes! {
    // keys and types
    a_mistyped_key: changed(NEED, "every_months", "evry_months");
    another_word_for_a_key: changed("place.toml", "serves =", "groups =");
    an_id_in_the_file: changed("place.toml", "name =", "id = \"harbour\"\nname =");
    a_missing_key: changed(NEED, "source =", "# source =");
    a_key_missing_in_a_part: changed(GROUP, "{ list = \"diabetes\", when = \"ever\" }", "{ when = \"ever\" }");
    text_where_a_number_belongs: changed(NEED, "every_months = 12", "every_months = \"12\"");
    a_word_where_a_list_belongs: changed("place.toml", "[\"town\"]", "\"town\"");
    a_number_out_of_range: changed(NEED, "first_within_days = 90", "first_within_days = -90");
    nobody_served: changed("place.toml", "serves = [\"adults-with-diabetes\"]", "serves = []");
    no_area: changed("place.toml", "areas = [\"town\"]", "areas = []");
    an_empty_name: changed(NEED, "\"Blood pressure check\"", "\" \"");
    neither_once_nor_every_so_often: changed(NEED, "every_months = 12", "");
    both_once_and_every_so_often: changed(NEED, "every_months = 12", "every_months = 12\nonce = true");
    several_criteria_in_one_part: changed(GROUP, "age = { from_years = 18 }", "age = { from_years = 18 }\nsex = { any_of = [\"female\"] }");
    an_unknown_word: changed(GROUP, "when = \"ever\"", "when = \"evr\"");

    // TOML that cannot be read
    text_without_quotes: changed("place.toml", "\"Harbour\"", "Harbour");
    text_that_is_not_closed: changed("place.toml", "\"Harbour\"", "\"Harbour");
    a_list_that_is_not_closed: changed("place.toml", "[\"town\"]", "[\"town\"");
    a_key_given_twice: changed("place.toml", "areas =", "areas = []\nareas =");
    a_day_that_is_not_in_the_calendar: changed("place.toml", "2026-04-01", "2026-02-31");
    a_day_in_quotes: changed("place.toml", "2026-04-01", "\"2026-04-01\"");

    // time
    a_place_that_ends_before_it_begins: changed("place.toml", "# to = 2031-04-01", "to = 2025-04-01");
    versions_out_of_order: changed("place.toml", "# [[version]]", "[[version]]\nfrom = 2028-04-01\n[[version]]\nfrom = 2027-04-01");
    a_service_that_ends_before_it_begins: changed("services.csv", "live,,,", "live,2027-01-01,2026-01-01,");
    a_day_that_a_spreadsheet_rewrote: changed("services.csv", "live,,,", "live,01/04/2026,,");
    a_day_in_the_year_204: changed("place.toml", "2026-04-01", "0204-04-01");
    a_service_that_ends_in_the_year_2926: changed("services.csv", "live,,,", "live,2026-01-01,2926-01-01,");
    notice_longer_than_the_interval: changed(NEED, "due_notice_days = 56", "due_notice_days = 380");
    ages_the_wrong_way_round: changed(GROUP, "from_years = 18", "from_years = 65, to_years = 18");

    // ids
    a_mistyped_group: changed(NEED, "adults-with", "adutls-with");
    an_unknown_group: changed(NEED, "adults-with-diabetes", "everybody");
    an_area_where_a_group_belongs: changed(NEED, "adults-with-diabetes", "town");
    an_id_with_capitals: changed("areas.csv", "town,The town", "The Town,The town");
    an_id_defined_twice: changed("areas.csv", "town,The town,,Town,", "town,The town,,Town,\ntown,The same town,,Town,");
    a_mistyped_service: changed(NEED, "[\"general-practice\"]", "[\"genral-practice\"]");
    a_profession_that_nobody_has: changed(NEED, "\"practice-nurse\", \"gp\"", "\"practice-nurse\", \"astrologer\"");
    a_mistyped_profession: changed("services.csv", "4200,", "4200,\nmore,general-practice,town-surgery,town-surgery-main,practice-nruse,live,,,,,,,");
    a_mistyped_small_area: told(&folder()
        .with("small-areas.csv", "small_area,name\nE01000001,One\nE01000002,Two\n")
        .with("areas.csv", "area,name,small_areas\ntown,The town,E01000001;E01000020\n"));
    small_areas_in_a_range: told(&folder()
        .with("small-areas.csv", "small_area,name\nHB01,One\nHB07,Seven\n")
        .with("areas.csv", "area,name,small_areas\ntown,The town,HB01-HB07\n"));
    small_areas_separated_by_commas: with("areas.csv", "area,name,small_areas\ntown,The town,\"HB01, HB02\"\n");
    postcodes_separated_by_commas: with("areas.csv", "area,name,postcodes\ntown,The town,\"EX1, EX2; EX3\"\n");
    towns_separated_by_commas: changed("areas.csv", ",Town,", ",\"Town, Village\",");
    professions_separated_by_commas: changed("services.csv", "gp; practice-nurse", "\"gp, practice-nurse\"");
    groups_in_a_circle: told(&folder()
        .with("groups/a.toml", "name = \"A\"\n[[all]]\nin_group = { group = \"b\" }\n")
        .with("groups/b.toml", "name = \"B\"\nnot = { in_group = { group = \"c\" } }\n")
        .with("groups/c.toml", "name = \"C\"\n[[any]]\nin_group = { group = \"a\" }\n"));
    an_organisation_that_is_part_of_itself: changed("organisations.csv", "X00001,", "X00001,town-surgery");

    // tables
    an_unknown_column: changed("sites.csv", "longitude", "lon");
    a_missing_column: with("areas.csv", "area,towns\ntown,Town\n");
    another_table_than_the_one_asked_for: told(&{
        let mut folder = folder();
        folder.put_from("elsewhere/areas.csv", "small-areas.csv", b"area,name,small_areas\ntown,The town,HB01;HB02\n");
        folder
    });
    too_many_cells: changed("organisations.csv", "Town Surgery", "Surgery, Town");
    too_few_cells: changed("organisations.csv", "gp-practice,X00001,", "gp-practice");
    a_cell_that_is_not_closed: changed("sites.csv", "High Street\"", "High Street");
    a_first_line_of_excel_s_own: told(&folder().with("areas.csv", &format!("sep=,\n{}", folder().file("areas.csv").unwrap().text())));
    semicolons_between_cells: with("areas.csv", "area;name;towns\ntown;Town;Town\n");
    a_name_left_out: changed("organisations.csv", "town-surgery,Town Surgery", "town-surgery,");
    a_negative_capacity: changed("services.csv", "400", "-400");
    a_cost_in_pounds: changed("services.csv", "4200", "£42.00");
    a_mistyped_status: changed("services.csv", "live", "life");
    a_mistyped_group_that_a_service_is_open_to: changed("services.csv", "registered", "group:adults-with-diabtes");
    metres_instead_of_degrees: changed("sites.csv", "-3.5300,50.7200", "292500,92500");
    half_a_point: changed("sites.csv", "-3.5300,50.7200", "-3.5300,");
    age_bands_left_out: with("small-areas.csv", "small_area,age_0_4,age_5_9\nE01,1,2\n");
    a_code_that_two_organisations_have: changed("organisations.csv", "X00001,", "X00001,\nother,Other,gp-practice,X00001,town-surgery");

    // codes
    a_code_that_a_spreadsheet_shortened: changed(LIST, "46635009", "4.66E+07");
    a_code_that_a_spreadsheet_rounded: changed(LIST, "46635009", "9000000000002070");
    a_mistyped_snomed_code: changed(LIST, "46635009", "46635008");
    a_mistyped_icd_10_code: changed(LIST, "E10.9", "E1O9");
    a_mistyped_loinc_code: changed(LIST, "icd10,E10.9", "loinc,59261-9");
    a_mistyped_unit: changed(GROUP, "when = \"ever\"", "when = \"latest\", value = { above = 58, unit = \"mmol/mo\" }");
    a_mistyped_system: changed(LIST, "icd10,E10.9", "ICD-10,E10.9");
    a_code_listed_twice: changed(LIST, "44054006", "46635009");
    a_code_mapped_to_two_words: with("mappings.csv", "meaning,system,code,to\nprofession,urn:x,1,gp\nprofession,urn:x,1,practice-nurse\n");

    // polygons
    a_polygon_of_an_unknown_area: with("areas.geojson", &polygon("twon", "[[0,0],[1,0],[1,1],[0,0]]"));
    a_ring_that_is_not_closed: with("areas.geojson", &polygon("town", "[[0,0],[1,0],[1,1],[0,1]]"));
    a_polygon_in_metres: with("areas.geojson", &polygon("town", "[[292500,92500],[292600,92500],[292600,92600],[292500,92500]]"));
    a_feature_without_an_area: with("areas.geojson", "{\"features\": [\n  {\"properties\": {\"name\": \"Town\"}, \"geometry\": null}\n]}");
    geojson_that_is_cut_off: with("areas.geojson", "{\"features\": [\n  {\"properties\": ");

    // files
    a_folder_with_another_name: with("need/feet.toml", "name = \"Feet\"\n");
    a_spreadsheet_instead_of_a_table: with("sites.xlsx", "PK");
    files_that_are_not_read_yet: with("measures/eyesight.toml", "name = \"Eyesight\"\n");
    no_place_at_all: told(&Folder::of("empty", [("areas.csv", "area,name\n")]));
    a_folder_whose_name_is_not_an_id: told(&Folder::of("Harbour Place", [("place.toml", "name = \"Harbour\"\nfrom = 2026-04-01\n")]));
    text_that_is_not_utf_8: told(&{
        let mut folder = folder();
        folder.put("areas.csv", b"area,name,towns\ntown,Caf\xE9 quarter,Town\n");
        folder
    });

    // meaning
    a_need_that_no_service_can_meet: changed(NEED, "[\"practice-nurse\", \"gp\"]", "[\"podiatrist\"]");
    a_need_for_which_there_are_only_plans: changed("services.csv", "live", "proposed");
    a_need_of_a_group_that_no_place_serves: told(&folder()
        .with("codelists/asthma.csv", "code,term\n195967001,Asthma\n")
        .with("groups/people-with-asthma.toml", "name = \"People with asthma\"\n[[all]]\ncode = { list = \"asthma\" }\n")
        .with(NEED, &folder().file(NEED).unwrap().text().replace("adults-with-diabetes", "people-with-asthma")));
    a_service_in_which_nobody_works: changed("services.csv", "gp; practice-nurse", "");
    an_area_in_no_place: changed("place.toml", "areas = [\"town\"]", "");
    an_area_in_which_nobody_can_live: changed("areas.csv", ",Town,", ",,");
    an_organisation_without_a_part: changed("organisations.csv", "X00001,", "X00001,\nharbour-club,Harbour Club,charity,,");
    an_empty_codelist: with(LIST, "code,term\n");
    a_codelist_that_nobody_uses: with("codelists/asthma.csv", "code,term\n195967001,Asthma\n");
    a_group_that_nobody_can_be_in: changed(GROUP, "[[all]]\ncode", "[[all]]\nage = { to_years = 18 }\n\n[[all]]\ncode");
    a_service_for_the_registered_of_an_organisation_without_codes: changed("organisations.csv", "X00001", "");
    a_mapping_to_a_word_that_nobody_uses: with("mappings.csv", "meaning,system,code,to\nprofession,urn:x,1,practice-nurs\n");
    longitude_and_latitude_swapped: changed("sites.csv", "-3.5300,50.7200,", "-3.5300,50.7200,\nb,B,town-surgery,-3.6,50.7,\nc,C,town-surgery,50.7,-3.5,");
    a_longitude_with_the_wrong_sign: changed("sites.csv", "-3.5300,50.7200,", "-3.5300,50.7200,\nb,B,town-surgery,-3.6,50.7,\nc,C,town-surgery,3.55,50.71,");
    a_point_in_another_country: changed("sites.csv", "-3.5300,50.7200,", "-3.5300,50.7200,\nb,B,town-surgery,-3.6,50.7,\nc,C,town-surgery,-3.5,57.72,");
    an_hba1c_that_nobody_has: told(&hba1c("above = 58, unit = \"%\""));
    an_hba1c_that_everybody_has: told(&hba1c("above = 7.5, unit = \"mmol/mol\""));
    an_hba1c_in_another_unit: told(&hba1c("above = 58, unit = \"mmol/l\""));
    units_that_cannot_be_converted: told(&compared("ldl", &[
        ("high", "above = 4, unit = \"mmol/L\""), ("higher", "above = 5, unit = \"mmol/l\""), ("odd", "above = 150, unit = \"mg/dL\""),
    ]));
    everything_at_once: told(&folder()
        .with("place.toml", "nmae = \"Harbour\"\nfrom = 2026-04-01\nareas = [\"twon\"]\nserves = [\"adults-with-diabetes\", \"adults-with-diabetes\"]\n")
        .with(NEED, "name = \"\"\ngroup = \"adults\"\nonce = false\nmet_by = { service = [\"general-practice\"] }\n"));
}

/// A folder that compares values of HbA1c.
fn hba1c(value: &str) -> Folder {
    let list = "system,code,term\nloinc,59261-8,Hemoglobin A1c/Hemoglobin.total in Blood by IFCC protocol\n";
    compared("sugar", &[("high", value)]).with("codelists/sugar.csv", list)
}

/// A folder with groups that compare the values of one codelist.
fn compared(list: &str, groups: &[(&str, &str)]) -> Folder {
    let folder =
        folder().with(&format!("codelists/{list}.csv"), "system,code,term\nloinc,18262-6,Cholesterol in LDL\n");
    groups.iter().fold(folder, |folder, (group, value)| {
        let text = format!(
            "name = \"{group}\"\n[[all]]\ncode = {{ list = \"{list}\", when = \"latest\", value = {{ {value} }} }}\n"
        );
        folder.with(&format!("groups/{group}.toml"), &text)
    })
}

#[test]
fn a_share_that_is_no_hba1c_may_be_any_per_cent_and_one_group_may_take_both_units() {
    let saturation =
        compared("saturation", &[("low", "below = 92, unit = \"%\""), ("odd", "below = 90, unit = \"%\"")]);
    assert!(!told(&saturation).contains("doubtful-unit"));
    let either = "name = \"Either\"\n[[any]]\ncode = { list = \"ldl\", value = { above = 4, unit = \"mmol/L\" } }\n\
                  [[any]]\ncode = { list = \"ldl\", value = { above = 155, unit = \"mg/dL\" } }\n";
    let both = compared("ldl", &[("high", "above = 4, unit = \"mmol/L\"")]).with("groups/either.toml", either);
    assert!(!told(&both).contains("doubtful-unit"));
}

#[test]
fn a_place_as_large_as_a_country_has_no_far_points() {
    let rows: String = (0..9).map(|at| format!("s{at},S,town-surgery,{},{},\n", -4 + at % 3, 50 + at / 2)).collect();
    let text =
        format!("site,name,organisation,longitude,latitude,small_area\ntown-surgery-main,M,town-surgery,,,\n{rows}");
    assert!(!with("sites.csv", &text).contains("far-away"));
}

/// The same text as a spreadsheet program writes it when asked for "Unicode text".
fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_file_that_cannot_be_read_is_one_problem_and_what_it_would_define_is_not_called_unknown() {
    let whole = folder()
        .with("areas.geojson", &polygon("town", "[[0,0],[1,0],[1,1],[0,0]]"))
        .with("small-areas.csv", "small_area,name\nHB01,One\n")
        .with("mappings.csv", "meaning,system,code,to\nprofession,urn:x,1,gp\n");
    assert_eq!(told(&whole), "no problems\n");
    let paths: Vec<String> =
        whole.files().map(|(path, _)| path.to_owned()).filter(|path| path != "areas.geojson").collect();
    for path in &paths {
        let text = whole.file(path).unwrap().text().to_owned();
        let mut spoilt = whole.clone();
        assert!(spoilt.file(path).is_some());
        spoilt.put(path, &utf16(&text));
        assert_eq!(codes(&spoilt), ["not-utf-8"], "{path}");
        if path.ends_with(".csv") {
            for line in ["sep=,", "sep=;", "\"sep=,\""] {
                assert_eq!(
                    codes(&whole.clone().with(path, &format!("{line}\n{text}"))),
                    ["csv-syntax"],
                    "{path} {line}"
                );
            }
        }
    }
}

fn codes(folder: &Folder) -> Vec<&'static str> {
    read(std::slice::from_ref(folder)).problems.iter().map(|problem| problem.code).collect()
}

fn polygon(area: &str, ring: &str) -> String {
    format!(
        "{{\"type\": \"FeatureCollection\", \"features\": [\n  {{\"type\": \"Feature\", \"properties\": {{\"area\": \"{area}\"}},\n   \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": [{ring}]}}}}\n]}}\n"
    )
}

#[test]
fn two_folders_may_say_the_same_but_not_the_opposite() {
    let other = Folder::of("haven", template("Haven"));
    let same = read(&[folder(), other.clone()]);
    assert_eq!(render(&same.problems), "no problems\n");
    assert_eq!((same.definitions.places.len(), same.definitions.groups.len()), (2, 1));

    let changed = other.file("areas.csv").unwrap().text().replace("The town", "Another town");
    let differs = read(&[folder(), other.with("areas.csv", &changed)]);
    insta::assert_snapshot!(render(&differs.problems));
    insta::assert_snapshot!(render(&read(&[folder(), folder()]).problems));
}

#[test]
fn what_is_right_is_given_back_beside_what_is_wrong() {
    let broken = folder()
        .with("needs/other.toml", "name = 3\n")
        .with("groups/other.toml", "name = \"Other\"\n[[all]]\nin_group = { group = \"nobody\" }\n");
    let reading = read(&[broken]);
    let whole = read(&[folder()]);
    assert!(reading.has_errors());
    assert_eq!(reading.definitions, whole.definitions);
}

#[test]
fn a_byte_order_mark_and_windows_line_endings_are_taken() {
    let files =
        template("Harbour").into_iter().map(|(path, text)| (path, format!("\u{FEFF}{}", text.replace('\n', "\r\n"))));
    let reading = read(&[Folder::of("harbour", files)]);
    assert_eq!(render(&reading.problems), "no problems\n");
    assert_eq!(reading.definitions, read(&[folder()]).definitions);
}

#[test]
fn problems_are_shown_as_json_too() {
    let text = folder().file(NEED).unwrap().text().replace("adults-with", "adutls-with");
    let reading = read(&[folder().with(NEED, &text)]);
    let views: Vec<_> = reading.problems.iter().map(|problem| problem.view()).collect();
    insta::assert_json_snapshot!(views);
}
