//! A real place: writes a place folder for Devon from public data about England.
//!
//! ```text
//! cargo run -p stead-folder --example devon -- DATA_FOLDER OUT
//! ```
//!
//! `DATA_FOLDER` holds the files that `docs/real-places.md` names; nothing of them is part of this project. `OUT` becomes a
//! place folder: 707 small areas with their people, deprivation and boundaries, the practices, pharmacies, opticians and
//! hospitals whose position is known, a diabetes eye-care place across the county and places in its districts and poorest
//! neighbourhoods. Groups, needs and codelists are those of `places/harbour`. The place is real; the people are not in it.

mod england;
mod places;
mod services;
mod taken_over;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use england::{Body, England};
use services::Offers;

/// The code by which the NHS knows Devon's integrated care board; its area is the county with Plymouth and Torbay.
const BOARD: &str = "QJK";

/// A folder not yet written: each file's path inside it and its text.
type Files = BTreeMap<String, String>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [data, out] = arguments.as_slice() else {
        return Err("give two folders: `devon DATA_FOLDER OUT`, where DATA_FOLDER holds `small_areas.csv.zst`".into());
    };
    let (files, account) = devon(data, &harbour())?;
    for (path, text) in &files {
        let path = out.join(path);
        fs::create_dir_all(path.parent().unwrap_or(out))?;
        fs::write(path, text)?;
    }
    let mut screen = io::stderr();
    for line in &account {
        writeln!(screen, "{line}")?;
    }
    writeln!(screen, "wrote {} files to `{}`", files.len(), out.display())?;
    Ok(())
}

/// Where this project's own example place is: Devon takes its groups, needs and codelists from there.
fn harbour() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../places/harbour")
}

/// The whole folder, and an account of what is in it and what was left out.
fn devon(data: &Path, harbour: &Path) -> Result<(Files, Vec<String>), Box<dyn Error>> {
    let england = England::read(data, BOARD)?;
    let model = taken_over::Harbour::read(harbour)?;
    let offers = Offers::new(&england, &model)?;
    let kept = model.kept(&offers.kinds(), &offers.professions());

    let mut files = Files::new();
    files.insert("small-areas.csv".into(), england.small_areas_csv()?);
    files.insert("organisations.csv".into(), offers.organisations_csv()?);
    files.insert("sites.csv".into(), offers.sites_csv()?);
    files.insert("services.csv".into(), offers.services_csv()?);
    places::write(&england, &offers, &mut files)?;
    files.insert("README.md".into(), README.into());
    let account = account(&england, &offers, &kept);
    files.extend(kept.files);
    Ok((files, account))
}

fn account(england: &England, offers: &Offers, kept: &taken_over::Kept) -> Vec<String> {
    let positioned = |bodies: &[Body]| bodies.iter().filter(|body| body.at.is_some()).count();
    vec![
        format!("{} small areas, {} people of 2020", england.small_areas.len(), england.population()),
        format!(
            "{} of {} practices and {} of {} pharmacies have a known position; the others are left out",
            positioned(&england.practices),
            england.practices.len(),
            positioned(&england.pharmacies),
            england.pharmacies.len()
        ),
        format!(
            "{} opticians; {} hospitals, {} more left out (independent, or listed twice, or neither hospital nor eye clinic)",
            england.opticians.len(),
            offers.hospitals,
            offers.hospitals_left_out
        ),
        format!(
            "{} needs taken over from harbour; left out, because no data say who offers them here: {}",
            kept.needs,
            kept.left_out.join(", ")
        ),
    ]
}

const README: &str = "\
# Devon

The place is real. **The people are made up**: no record of anybody who lives in Devon is here or was used, and whatever
Stead says about citizens of this folder is about people whom `stead synth` invented.

Facts: small areas, names, deprivation, ages and boundaries (ONS and MHCLG, Open Government Licence v3); practices and
pharmacies (NHS Organisation Data Service, OGL v3); opticians, hospitals and positions (NHS Choices 2014, OGL v2), so some
have closed, moved or changed hands since. Practices and pharmacies without a known position are left out.

Assumptions, made so that there is something to reckon with, and not facts: which services a hospital offers, who works
in them, the places, their dates and members, what groups need, and every cost.
";

#[cfg(test)]
#[expect(clippy::expect_used, clippy::print_stderr, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    /// The data folder; `None` on a machine that has none, where only continuous integration must fail.
    fn data() -> Option<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/england");
        if folder.is_dir() {
            return Some(folder);
        }
        let must = env::var("CI").is_ok_and(|value| value == "true");
        assert!(!must, "`{}` is needed in continuous integration", folder.display());
        eprintln!("skipped: no data about England beside the project");
        None
    }

    fn rows(files: &Files, name: &str) -> usize {
        let text = files.get(name).expect("the file is written");
        csv::Reader::from_reader(text.as_bytes()).records().filter(Result::is_ok).count()
    }

    #[test]
    fn devon_has_all_its_small_areas_and_everybody_of_2020() {
        let Some(data) = data() else { return };
        let england = England::read(&data, BOARD).expect("the data can be read");
        assert_eq!(england.small_areas.len(), 707);
        assert_eq!(england.shapes.len(), 707);
        assert_eq!(england.population(), 1_209_773);
    }

    #[test]
    fn bodies_without_a_known_position_are_left_out_and_counted() {
        let Some(data) = data() else { return };
        let (files, account) = devon(&data, &harbour()).expect("the folder can be made");
        assert_eq!(rows(&files, "small-areas.csv"), 707);
        assert_eq!(
            account.get(1).map(String::as_str),
            Some("61 of 120 practices and 44 of 206 pharmacies have a known position; the others are left out")
        );
        let practices = files.get("services.csv").map_or(0, |text| text.matches(",general-practice,").count());
        assert_eq!(practices, 61);
    }

    #[test]
    fn all_eight_services_of_the_essay_are_in_devon() {
        let Some(data) = data() else { return };
        let (files, _) = devon(&data, &harbour()).expect("the folder can be made");
        let services = files.get("services.csv").expect("services");
        for kind in [
            "general-practice",
            "diabetes-specialist-nursing",
            "diabetes-clinic",
            "optometry",
            "ophthalmology",
            "sexual-health",
            "podiatry",
        ] {
            assert!(services.contains(&format!(",{kind},")), "no `{kind}` in Devon");
        }
        assert!(services.contains("practice-nurse"));
    }

    #[test]
    fn the_folder_that_it_writes_can_be_read_without_errors() {
        let Some(data) = data() else { return };
        let (files, _) = devon(&data, &harbour()).expect("the folder can be made");
        let reading = stead_folder::read(&[stead_folder::Folder::of("devon", &files)]);
        assert!(!reading.has_errors(), "{}", stead_folder::render(&reading.problems));
        assert_eq!(reading.definitions.small_areas.len(), 707);
        assert_eq!(reading.definitions.places.len(), 16);
    }
}
