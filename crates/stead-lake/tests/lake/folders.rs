//! The folder that a lake lies in: nothing in it that is not the lake's own is ever touched, and a lake is whole or not used.

use std::fs;

use stead_lake::{Lake, LakeError, Progress, Stage, import};

use crate::testing::{World, columns, of_patient, patient};

/// A world with a source of one citizen with a condition.
fn world() -> World {
    let world = World::new();
    world
        .file("a.ndjson", patient("p", "", "") + &of_patient("Condition", "c", "p", r#""onsetDateTime":"2020-01-01""#));
    world
}

/// An error's words, with the world's folder left out of its paths.
fn words(world: &World, error: &LakeError) -> String {
    error.to_string().replace(&format!("{}/", world.path("").display().to_string().trim_end_matches('/')), "")
}

#[test]
fn a_folder_that_is_no_lake_and_not_empty_is_refused_and_left_as_it_was() {
    for mine in ["lake/tables/mine.csv", "lake/work/mine.txt", "lake/index/mine", "lake/notes.txt", "lake/lock/mine"] {
        let world = world();
        world.file(mine, "mine");
        let error = world.import_into("lake", &["a.ndjson"]).expect_err("an error");
        insta::allow_duplicates! {
            insta::assert_snapshot!(words(&world, &error), @"`lake` is not a lake (it has no `lake.json`) and not empty; give a new or an empty folder");
        }
        assert_eq!(fs::read_to_string(world.path(mine)).unwrap(), "mine");
        assert_eq!(fs::read_dir(world.path("lake")).unwrap().count(), 1, "{mine}");
    }
}

#[test]
fn a_file_called_lock_that_somebody_else_wrote_is_left_as_it_was() {
    let world = world();
    world.file("lake/lock", "mine");
    assert!(matches!(world.import_into("lake", &["a.ndjson"]), Err(LakeError::NotEmpty { .. })));
    assert_eq!(fs::read_to_string(world.path("lake/lock")).unwrap(), "mine");
}

#[test]
fn a_lake_that_lost_its_manifest_is_not_swept() {
    let world = world();
    world.import(&["a.ndjson"]);
    let files = world.lake().files("condition", stead_lake::bucket_of("p", 4));
    let manifest = fs::read(world.path("lake/lake.json")).unwrap();
    fs::remove_file(world.path("lake/lake.json")).unwrap();
    assert!(matches!(world.import_into("lake", &["a.ndjson"]), Err(LakeError::NotEmpty { .. })));
    assert!(files.iter().all(|file| file.to_file_path().unwrap().exists()));
    fs::write(world.path("lake/lake.json"), manifest).unwrap();
    assert_eq!(columns(&world.lake(), "condition", &["resource"]), ["Condition/c"]);
}

#[test]
fn an_empty_folder_or_one_with_a_lock_left_behind_becomes_a_lake() {
    let world = world();
    fs::create_dir_all(world.path("lake")).unwrap();
    fs::create_dir_all(world.path("locked")).unwrap();
    world.file("locked/lock", "");
    for lake in ["lake", "locked", "deep/down/lake"] {
        world.import_into(lake, &["a.ndjson"]).expect("an import");
    }
}

/// Stops an import when it begins to write tables, as a power cut would.
struct PowerCut;

impl Progress for PowerCut {
    fn tell(&self, stage: Stage, _: u64, _: u64) {
        if stage == Stage::Writing {
            std::panic::resume_unwind(Box::new("power cut"));
        }
    }
}

#[test]
fn what_an_interrupted_first_import_left_is_known_and_goes() {
    let world = world();
    let inputs = vec![stead_lake::Input { source: Some("s".into()), path: world.path("a.ndjson") }];
    let options = stead_lake::ImportOptions { inputs, ..world.options.clone() };
    let cut = std::panic::catch_unwind(|| import(world.at("lake"), &options, &PowerCut).map(drop));
    assert!(cut.is_err() && world.path("lake/work").exists() && world.path("lake/tables").exists());
    world.file("lake/notes.txt", "mine");
    assert!(matches!(world.import_into("lake", &["a.ndjson"]), Err(LakeError::NotEmpty { .. })));
    fs::remove_file(world.path("lake/notes.txt")).unwrap();
    world.import(&["a.ndjson"]);
    assert_eq!(world.lake().rows("condition"), 1);
    assert!(!world.path("lake/work").exists());
}

#[test]
fn an_import_that_fails_leaves_nothing_where_no_lake_was() {
    let mut world = world();
    world.file("bad.ndjson", patient("p", "", "") + "{}\n");
    fs::create_dir_all(world.path("empty")).unwrap();
    world.options.strict = true;
    for lake in ["new", "deep/down/new", "empty"] {
        assert!(matches!(world.import_into(lake, &["bad.ndjson"]), Err(LakeError::Strict { .. })));
    }
    assert!(!world.path("new").exists() && !world.path("deep").exists());
    assert_eq!(fs::read_dir(world.path("empty")).unwrap().count(), 0);
    world.options.buckets = Some(0);
    assert!(matches!(world.import_into("new", &["a.ndjson"]), Err(LakeError::Option(_))));
    assert!(!world.path("new").exists());
}

#[test]
fn a_lake_without_one_of_its_files_is_not_read() {
    let world = world();
    world.import(&["a.ndjson"]);
    let file = world.lake().files("condition", stead_lake::bucket_of("p", 4)).remove(0).to_file_path().unwrap();
    fs::remove_file(&file).unwrap();
    let errors = [Lake::open(world.at("lake")).map(drop), world.import_into("lake", &["a.ndjson"]).map(drop)];
    for error in errors {
        let words = words(&world, &error.expect_err("an error"));
        let name = file.file_name().unwrap().to_string_lossy();
        assert_eq!(
            words,
            format!(
                "`lake/tables/condition/{name}` is missing, so that answers would be short; import the records again into a new lake"
            )
        );
    }
}

#[test]
fn a_link_that_leads_nowhere_is_left_out_and_an_ending_may_be_in_capitals() {
    let world = World::new();
    world.file("town/A.NDJSON", patient("p", "", "")).file("town/b.Json", patient("q", "", ""));
    for name in ["town/gone.ndjson", "town/gone", "more/gone.ndjson"] {
        fs::create_dir_all(world.path(name).parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(world.path("nowhere"), world.path(name)).unwrap();
    }
    world.file("more/practice/c.ndjson.GZ", patient("r", "", ""));
    let report = world.import(&["town", "more"]);
    assert_eq!((report.files, report.citizens), (3, 3));
    let left_out: Vec<&str> = report.files_left_out.iter().filter_map(|path| path.split("/town/").nth(1)).collect();
    assert_eq!(left_out, ["gone", "gone.ndjson"]);
    assert_eq!(world.lake().sources(), ["practice", "town"]);
    assert_eq!(world.import_into("one", &["town/A.NDJSON"]).expect("an import").files, 1);
    assert_eq!(Lake::open(world.at("one")).unwrap().sources(), ["A"]);
}

#[test]
fn two_imports_at_once_are_refused() {
    let world = World::new();
    world.file("a.ndjson", patient("p", "", ""));
    fs::create_dir_all(world.path("lake")).unwrap();
    let lock = fs::File::create(world.path("lake/lock")).unwrap();
    lock.lock().unwrap();
    let error = world.import_into("lake", &["a.ndjson"]).expect_err("an error");
    assert!(matches!(error, LakeError::Locked { .. }));
}

#[test]
fn two_runs_at_once_are_refused() {
    let world = crate::runs::world();
    let _writer = world.lake().begin_run(crate::runs::head("d")).expect("a run");
    assert!(matches!(world.lake().begin_run(crate::runs::head("e")), Err(LakeError::Locked { .. })));
}
