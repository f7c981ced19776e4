//! What the pages say to type works as it stands there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

use crate::help::commands;
use crate::testing::{Desk, ON, root, shared};

/// A line as a page has it, with something in the place of each placeholder.
fn filled(line: &str, placeholders: &[(&str, &str)]) -> String {
    let line = placeholders.iter().fold(line.to_owned(), |line, (name, value)| line.replace(name, value));
    line.strip_prefix("stead ").expect("a command").to_owned()
}

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

#[test]
fn the_read_me_names_every_command_and_each_works_in_that_order() {
    let page = page("README.md");
    let rows: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("| `stead ")?.split('`').next()).collect();
    let desk = Desk::new();
    let named: BTreeSet<&str> = rows.iter().filter_map(|row| row.split(' ').next()).collect();
    let known = commands(&desk);
    assert_eq!(named, known.iter().map(String::as_str).collect());
    desk.stead("new --harbour harbour").done();
    for row in rows {
        let out = match row.split(' ').next() {
            Some("schema") => "schemas",
            Some("settle") => "settled",
            _ => "town",
        };
        let placeholders = [
            ("AGREEMENT", "harbour/agreements/alliance.toml"),
            ("ORGANISATION", "clear-water"),
            ("PUBLIC", "clear-water.key.pub"),
            ("--key FILE", "--key clear-water.key"),
            ("decide PLACE…", "decide harbour"),
            ("PLACE [--lake LAKE]", "harbour --lake lake"),
            ("new DIR", "new riverside"),
            ("--out DIR", &format!("--out {out}")),
            ("PLACE…", "harbour"),
            ("citizens N", "citizens 100"),
            ("seed S", "seed 7"),
            ("[SOURCE=]PATH…", "town"),
            ("--lake LAKE", "--lake lake"),
            ("--on DATE", &format!("--on {ON}")),
            ("--from DATE", "--from 2026-10-01"),
            ("--to DATE", "--to 2026-11-01"),
            ("CITIZEN", "essay-citizen"),
            ("--clause CLAUSE", "--clause 'pooled-fund 1'"),
            ("[TABLE…]", "contact needs"),
            ("[--place PLACE] [--by CUT]", "--place harbour --by sex"),
            ("SELECT …", "SELECT status, count(*) FROM needs GROUP BY status"),
        ];
        let mut line = filled(&format!("stead {row}"), &placeholders);
        match row.split(' ').next() {
            // Two buckets are enough for so few.
            Some("import") => line.push_str(" --buckets 2"),
            Some("compare") => {
                crate::settle::with_settlement(&desk);
                line = line.replace("OLD NEW", "places/mssp plans/mssp").replace("TABLE", "settlement.csv");
            }
            Some("demo") => line.push_str(" --citizens 50 --dir demo"),
            // Needs Ballista, and then does not end by itself.
            Some("cluster") => line.push_str(" --help"),
            _ => {}
        }
        let told = desk.stead(&line);
        assert_eq!(told.code, 0, "stead {line}: {told:?}");
    }
}

/// Other pages mention commands, too.
#[test]
fn pages_mention_only_commands_that_there_are() {
    let known = commands(&Desk::new());
    let mut pages: Vec<PathBuf> = Vec::new();
    for folder in ["", "docs", "fixtures", "places/harbour"] {
        let entries = fs::read_dir(root().join(folder)).expect("a folder").map(|entry| entry.expect("an entry").path());
        pages.extend(entries.filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    }
    assert!(pages.len() > 8);
    for page in pages {
        let text = fs::read_to_string(&page).expect("a page");
        let mentions =
            text.split("`stead ").skip(1).filter_map(|rest| rest.split(|c: char| !c.is_ascii_lowercase()).next());
        for mention in mentions.filter(|mention| !mention.is_empty()) {
            // Is yet to come, and the pages say so.
            let there = mention == "plan" || known.iter().any(|command| command == mention);
            assert!(there, "{} mentions `stead {mention}`", page.display());
        }
    }
}

/// The commands of docs/real-places.md, from the first line to the last, with fewer citizens; then what came out.
#[test]
fn devon_is_written_checked_peopled_and_run_as_its_page_says() {
    let Some(data) = shared("england") else { return };
    let page = page("docs/real-places.md");
    let (_, block) =
        page.split_once("\n```\ncargo run -p stead-folder --example devon -- DATA_FOLDER OUT\n").expect("a block");
    let (block, _) = block.split_once("```").expect("its end");
    let desk = Desk::new();
    devon(&data, &desk.path("devon"));
    let placeholders =
        [("OUT", "devon"), ("RECORDS", "records"), ("LAKE", "lake"), ("--citizens 100000", "--citizens 2000 --slim")];
    for line in block.lines() {
        let mut line = filled(line, &placeholders);
        if line.starts_with("import") {
            line.push_str(" --buckets 2");
        }
        desk.stead(&line).done();
    }

    let districts = [
        "east-devon",
        "exeter",
        "mid-devon",
        "north-devon",
        "plymouth",
        "south-hams",
        "teignbridge",
        "torbay",
        "torridge",
        "west-devon",
    ];
    let people = desk.rows("SELECT citizen, places FROM person WHERE small_area IS NOT NULL");
    assert!(people.len() > 1500, "{}", people.len());
    let mut peopled = BTreeSet::new();
    for person in &people {
        let places = person["places"].as_array().expect("places").iter().filter_map(Value::as_str);
        let districts: Vec<&str> = places.filter(|place| districts.contains(place)).collect();
        assert_eq!(districts.len(), 1, "{person}");
        peopled.extend(districts);
    }
    assert_eq!(peopled, BTreeSet::from(districts), "somebody lives in every district");
    let eye_care = desk.rows("SELECT DISTINCT citizen FROM membership WHERE place = 'devon'");
    assert!(eye_care.len() > 30, "people with diabetes are in the county's place: {}", eye_care.len());
}

/// Writes Devon's folder with the program that the page names, built as the tests are.
fn devon(data: &Path, out: &Path) {
    let built = Path::new(env!("CARGO_BIN_EXE_stead")).parent().expect("a folder");
    let profile = built.file_name().and_then(|name| name.to_str()).expect("a profile");
    let profile = if profile == "debug" { "dev" } else { profile };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let build =
        ["build", "--offline", "--quiet", "--workspace", "--example", "devon", "--profile", profile, "--target-dir"];
    let done = Command::new(cargo).args(build).arg(built.parent().expect("a folder")).current_dir(root()).output();
    let done = done.expect("cargo can be started");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let done = Command::new(built.join("examples/devon")).args([data, out]).output().expect("devon can be started");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
