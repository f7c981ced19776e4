//! The workspace's shape: what may use what, how large files grow, what is built once.
//!
//! These tests stand in the lowest crate, so that they are built in seconds, before anything large is.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

/// What each crate may use of the workspace, from top to bottom. A crate that is not here has yet to find its place.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("stead", &["stead-app", "stead-server", "stead-synth"]),
    (
        "stead-app",
        &[
            "stead-engine",
            "stead-gate",
            "stead-registry",
            "stead-lake",
            "stead-synth",
            "stead-folder",
            "stead-store",
            "stead-tables",
            "stead-rules",
        ],
    ),
    ("stead-engine", &["stead-tables", "stead-rules"]),
    ("stead-gate", &["stead-rules"]),
    ("stead-registry", &["stead-rules"]),
    ("stead-lake", &["stead-store", "stead-tables", "stead-rules"]),
    ("stead-synth", &["stead-rules"]),
    ("stead-folder", &["stead-rules"]),
    ("stead-tables", &["stead-rules"]),
    ("stead-store", &[]),
    ("stead-rules", &[]),
];

const LINES_MAX: usize = 700;
const BYTES_MAX: usize = 40 * 1024;

#[test]
fn crates_use_only_what_lies_below_them() {
    let mut wrong = String::new();
    for package in packages() {
        let name = word(&package, "name");
        let place = MAY_USE.iter().position(|(known, _)| *known == name);
        let place = place.unwrap_or_else(|| panic!("`{name}` has no place yet: add it to MAY_USE in {}", file!()));
        let (_, may_use) = MAY_USE.get(place).unwrap();
        for used in uses(&package).iter().filter(|used| used.name.starts_with("stead")) {
            let below = MAY_USE.iter().position(|(known, _)| *known == used.name).is_some_and(|other| other > place);
            if !(if used.by_tests { below } else { may_use.contains(&used.name.as_str()) }) {
                writeln!(wrong, "`{name}` uses `{}`, and may not", used.name).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}crates may use, besides their tests: {MAY_USE:#?}");
}

#[test]
fn only_the_engine_uses_datafusion() {
    for package in packages() {
        let name = word(&package, "name");
        let engine = uses(&package).into_iter().find(|used| used.name.starts_with("datafusion"));
        let alone = name == "stead-engine" || engine.is_none();
        assert!(alone, "`{name}` uses DataFusion: ask `stead-engine` for what is needed instead");
    }
}

#[test]
fn every_crate_lives_in_a_folder_of_its_name_and_takes_the_workspaces_lints() {
    for package in packages() {
        let name = word(&package, "name");
        let manifest = PathBuf::from(word(&package, "manifest_path"));
        assert_eq!(manifest, root().join("crates").join(&name).join("Cargo.toml"), "`{name}` lies elsewhere");
        let text = fs::read_to_string(manifest).unwrap();
        assert!(text.contains("[lints]\nworkspace = true\n"), "`{name}` lacks `[lints] workspace = true`");
    }
}

#[test]
fn the_map_shows_every_crate_and_every_pass() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for package in packages() {
        let name = word(&package, "name");
        assert!(map.contains(&format!("| `{name}`")), "ARCHITECTURE.md has no row for the crate `{name}`");
    }
    for pass in files_below(&root().join("crates/stead-engine/src/passes")) {
        let name = pass.file_name().unwrap().to_str().unwrap();
        assert!(
            name == "mod.rs" || map.contains(&format!("`{name}`")),
            "ARCHITECTURE.md has no row for the pass `{name}`"
        );
    }
}

#[test]
fn source_files_are_small() {
    for package in packages() {
        let sources = root().join("crates").join(word(&package, "name")).join("src");
        for file in files_below(&sources) {
            let bytes = fs::read(&file).unwrap();
            let lines = bytes.split(|byte| *byte == b'\n').count();
            let file = file.display();
            assert!(lines < LINES_MAX, "{file} has {lines} lines; split it by its jobs, {LINES_MAX} are too many");
            assert!(bytes.len() < BYTES_MAX, "{file} has {} bytes; split it by its jobs", bytes.len());
        }
    }
}

#[test]
fn no_file_names_a_path_of_somebodys_machine() {
    // Taken apart, so that this file does not name them either.
    let homes = ["work", "root", "home", "Users"].map(|folder| format!("/{folder}/"));
    for file in files_below(&root()) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for (number, line) in text.lines().enumerate() {
            let named = homes.iter().find(|path| begins_a_path(line, path));
            assert!(named.is_none(), "{}:{} names a path of a machine: {line}", file.display(), number + 1);
        }
    }
}

#[test]
fn what_must_be_there_once_is_there_once() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for name in ["arrow", "parquet", "datafusion", "object_store"] {
        let mut found = Vec::new();
        let mut lines = lock.lines();
        while let Some(line) = lines.next() {
            if line == format!("name = \"{name}\"") {
                found.push(lines.next().unwrap());
            }
        }
        assert_eq!(found.len(), 1, "Cargo.lock must have one version of `{name}`, and has {found:?}");
    }
}

/// The demo builds `stead`, the tests the workspace. Where a package is asked for other features by one than by the other,
/// it is compiled twice, and with it everything that is built on it.
#[test]
fn the_demo_and_the_tests_share_one_build() {
    let demo = features(&["-p", "stead", "-e", "normal,build"]);
    let tests = features(&["--workspace", "-e", "normal,build,dev"]);
    let mut wrong = String::new();
    for (package, asked) in &demo {
        let all = tests.get(package).unwrap_or(asked);
        if asked != all {
            let (asked, all) = (single(asked), single(all));
            let (more, less) = (all.difference(&asked), asked.difference(&all));
            writeln!(wrong, "`{package}`: {:?}", more.chain(less).collect::<Vec<_>>()).unwrap();
        }
    }
    assert!(
        wrong.is_empty(),
        "these are compiled twice, and with them what is built on them, because tests ask for further features:\n\n\
         {wrong}\n\
         ask for these features in [workspace.dependencies]; a package that the workspace does not name there is added, \
         and used by crates/stead-engine/Cargo.toml where it pins what tests ask for. `cargo tree -i PACKAGE -e features` \
         shows who asks"
    );
}

/// Pages that send a reader nowhere lose the reader.
#[test]
fn links_in_pages_lead_to_files() {
    for page in files_below(&root()).into_iter().filter(|file| file.extension().is_some_and(|it| it == "md")) {
        let text = fs::read_to_string(&page).unwrap();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        for target in targets.filter(|target| !target.contains("://") && !target.starts_with(['#', '<'])) {
            let file = target.split('#').next().unwrap_or(target);
            assert!(page.parent().unwrap().join(file).exists(), "{}: nothing at `{target}`", page.display());
        }
    }
}

/// Every feature of sets of features.
fn single(sets: &BTreeSet<String>) -> BTreeSet<&str> {
    sets.iter().flat_map(|set| set.split(',')).filter(|feature| !feature.is_empty()).collect()
}

/// A use of one package by another.
struct Use {
    name: String,
    by_tests: bool,
}

fn uses(package: &Value) -> Vec<Use> {
    let dependencies = package.get("dependencies").and_then(Value::as_array).unwrap();
    let by_tests = |it: &Value| it.get("kind").and_then(Value::as_str) == Some("dev");
    dependencies.iter().map(|it| Use { name: word(it, "name"), by_tests: by_tests(it) }).collect()
}

/// The workspace's packages, as `cargo metadata` tells them.
fn packages() -> Vec<Value> {
    let told = cargo(&["metadata", "--offline", "--format-version", "1", "--no-deps"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    told.get("packages").and_then(Value::as_array).unwrap().clone()
}

/// Every package with the sets of features that it is asked for; more than one where build scripts ask for others.
fn features(what: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let tree = ["tree", "--offline", "--locked", "--prefix", "none", "-f", "{p}|{f}"];
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in cargo(&[&tree, what].concat()).lines() {
        let Some((package, features)) = line.split_once('|') else { continue };
        let package = package.split(" (").next().unwrap_or(package);
        let features = features.trim_end_matches(" (*)");
        found.entry(package.to_owned()).or_default().insert(features.to_owned());
    }
    found
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().expect("cargo can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {} failed; `cargo fetch` may help:\n{errors}", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

fn word(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("cargo says no `{key}`")).to_owned()
}

/// Every file in a folder and the folders in it, but what is built or hidden.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match path.is_dir() {
            true if matches!(name, "target" | ".git" | "node_modules") => {}
            true => found.extend(files_below(&path)),
            false => found.push(path),
        }
    }
    found
}

/// Whether the line has the path, and not as the middle of another one or of an address.
fn begins_a_path(line: &str, path: &str) -> bool {
    let inside = |before: char| before.is_alphanumeric() || matches!(before, '.' | '_' | '-' | '}' | '*');
    line.match_indices(path).any(|(at, _)| !line.get(..at).unwrap_or_default().ends_with(inside))
}
