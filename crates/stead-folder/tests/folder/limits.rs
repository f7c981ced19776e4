//! What is not read, what is large, and that it is told.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use stead_folder::{DEPTH_MAX, Folder, abridge, read, render, template};

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// The folder to start from, on disk.
fn on_disk(root: &Path) {
    for (path, text) in template("Harbour") {
        write(root, path, &text);
    }
}

/// The problems of a folder on disk, with its path left out of them.
fn told(root: &Path) -> String {
    render(&read(&[Folder::load(root)]).problems).replace(root.to_str().unwrap(), "HERE")
}

#[test]
fn a_folder_on_disk_says_what_it_says_in_memory() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path().join("harbour");
    on_disk(&root);
    write(&root, ".git/config", "hidden");
    write(&root, "README.md", "# For people");
    let reading = read(&[Folder::load(&root)]);
    assert_eq!(render(&reading.problems), "no problems\n");
    assert_eq!(reading.definitions, read(&[Folder::of("harbour", template("Harbour"))]).definitions);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_not_followed() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path().join("harbour");
    on_disk(&root);
    write(scratch.path(), "secret.toml", "name = \"secret\"");
    std::os::unix::fs::symlink(scratch.path().join("secret.toml"), root.join("groups/secret.toml")).unwrap();
    std::os::unix::fs::symlink(scratch.path(), root.join("needs/up")).unwrap();
    let told = told(&root);
    assert!(told.contains("`groups/secret.toml` was not read: it is a link"), "{told}");
    assert!(told.contains("`needs/up` was not read: it is a link"), "{told}");
    assert!(told.contains("2 errors"), "{told}");
}

#[test]
fn folders_in_folders_without_end_are_not_read() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path().join("harbour");
    on_disk(&root);
    write(&root, &format!("{}deep.toml", "needs/".repeat(DEPTH_MAX + 1)), "");
    let problems = read(&[Folder::load(&root)]).problems;
    assert!(problems[0].message.contains("more than 4 folders deep"), "{}", render(&problems));
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path().join("harbour");
    on_disk(&root);
    fs::File::create(root.join("mappings.csv")).unwrap().set_len(stead_folder::FILE_BYTES_MAX + 1).unwrap();
    assert!(told(&root).contains("`mappings.csv` was not read: it is larger than 64 MB"));
}

#[test]
fn a_folder_that_is_not_there_is_told_as_such() {
    insta::assert_snapshot!(render(&read(&[Folder::load(Path::new("no/such/folder"))]).problems));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let problems = read(&[Folder::load(&file)]).problems;
    // Not as it is shown: where the lines break depends on how long the path to this file is.
    assert!(problems[0].message.contains("is a file, not a place folder"), "{}", render(&problems));
}

#[test]
fn brackets_within_brackets_without_end_are_told() {
    for text in ["a = ".to_owned() + &"[".repeat(100_000), "all = [".to_owned() + &"{ all = [".repeat(10_000)] {
        let reading = read(&[Folder::of("harbour", template("Harbour")).with("groups/deep.toml", &text)]);
        assert!(reading.has_errors());
    }
    let deep = "[".repeat(200_000);
    let reading = read(&[Folder::of("harbour", template("Harbour")).with("areas.geojson", &deep)]);
    assert!(reading.has_errors());
}

#[test]
fn a_long_chain_of_groups_is_followed() {
    let mut folder = Folder::of("harbour", template("Harbour"));
    for nth in 0..5_000 {
        let text = format!("name = \"{nth}\"\n[[all]]\nin_group = {{ group = \"g{}\" }}\n", nth + 1);
        folder = folder.with(&format!("groups/g{nth}.toml"), &text);
    }
    let folder = folder.with("groups/g5000.toml", "name = \"Last\"\n[[all]]\nage = { from_years = 18 }\n");
    assert!(!read(&[folder]).has_errors());
}

/// A folder with ten thousand services, at sites of a thousand organisations.
fn large(site_of_service: impl Fn(usize) -> usize) -> Folder {
    let mut organisations = String::from("organisation,name,kind,codes,part_of\ntown-surgery,Town,gp-practice,X1,\n");
    let mut sites = String::from("site,name,organisation,longitude,latitude,small_area\n");
    let mut services = String::from("service,kind,organisation,site,professions,status,from,to,open_to\n");
    for nth in 0..1_000 {
        writeln!(organisations, "organisation-{nth},Organisation {nth},gp-practice,C{nth},").unwrap();
        writeln!(sites, "site-{nth},\"Site {nth}, Street\",organisation-{nth},-3.5,50.7,").unwrap();
    }
    for nth in 0..10_000 {
        let (organisation, site) = (nth % 1_000, site_of_service(nth));
        writeln!(services, "service-{nth},general-practice,organisation-{organisation},site-{site},gp; practice-nurse,live,2020-01-01,,registered").unwrap();
    }
    Folder::of("harbour", template("Harbour"))
        .with("organisations.csv", &organisations)
        .with("sites.csv", &sites)
        .with("services.csv", &services)
}

#[test]
fn ten_thousand_services_are_read() {
    let folder = large(|nth| nth % 1_000);
    let reading = read(&[folder]);
    assert_eq!(render(&reading.problems), "no problems\n");
    assert_eq!(reading.definitions.services.len(), 10_000);
}

#[test]
fn ten_thousand_mistakes_are_told_but_not_all_at_length() {
    let folder = large(|nth| 5_000 + nth);
    let reading = read(&[folder]);
    let (kept, left_out) = abridge(&reading.problems, 10);
    let _ = render(&kept);
    assert_eq!((kept.len(), left_out), (10, 9_990));
}
