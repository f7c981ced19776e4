//! Lakes in an object store, where nothing can be locked: whoever begins last counts, and nobody's files are taken away.

use std::sync::Mutex;

use stead_lake::{Address, ImportOptions, Input, Lake, LakeError, Progress, Stage, import};

use crate::runs::{head, write};
use crate::testing::{World, bytes_at, content, files_at, of_patient, patient, write_at};

/// A world with two sources.
fn world() -> World {
    let world = World::new();
    world.file("a.ndjson", patient("p", "", "") + &of_patient("Condition", "a", "p", ""));
    world.file("b.ndjson", patient("p", "", "") + &of_patient("Condition", "b", "p", ""));
    world.file("c.ndjson", patient("p", "", "") + &of_patient("Condition", "c", "p", ""));
    world
}

/// Does something in the midst of an import, once.
struct Meanwhile<F: FnOnce() + Send>(Mutex<Option<F>>);

impl<F: FnOnce() + Send> Meanwhile<F> {
    fn new(act: F) -> Self {
        Self(Mutex::new(Some(act)))
    }
}

impl<F: FnOnce() + Send> Progress for Meanwhile<F> {
    fn tell(&self, stage: Stage, _: u64, _: u64) {
        if stage == Stage::Writing
            && let Some(act) = self.0.lock().unwrap().take()
        {
            act();
        }
    }
}

fn import_with(world: &World, input: &str, progress: &dyn Progress) -> Result<(), LakeError> {
    let inputs = vec![Input { source: Some("s".into()), path: world.path(input) }];
    let options = ImportOptions { inputs, ..world.options.clone() };
    import(world.at("lake"), &options, progress).map(drop)
}

/// What a lake holds after these imports, one after the other.
fn expected(inputs: &[&str]) -> std::collections::BTreeMap<String, Vec<u8>> {
    let world = world();
    for input in inputs {
        import_with(&world, input, &()).expect("an import");
    }
    content(&world.lake())
}

/// The files that a lake at an address consists of, and the one that says so.
pub fn referenced(lake: &Address) -> Vec<String> {
    fn paths(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                found.extend(fields.get("path").and_then(|path| path.as_str()).map(ToOwned::to_owned));
                fields.values().for_each(|value| paths(value, found));
            }
            serde_json::Value::Array(values) => values.iter().for_each(|value| paths(value, found)),
            _ => {}
        }
    }
    let manifest = bytes_at(&lake.below("lake.json").url().expect("an address"));
    let mut found = vec!["lake.json".to_owned()];
    paths(&serde_json::from_slice(&manifest).expect("JSON"), &mut found);
    found.sort();
    found
}

#[test]
fn of_two_first_imports_at_once_the_one_that_began_later_counts() {
    let world = world();
    let meanwhile = Meanwhile::new(|| import_with(&world, "b.ndjson", &()).expect("an import"));
    let error = import_with(&world, "a.ndjson", &meanwhile).expect_err("an error");
    assert_eq!(
        error.to_string(),
        format!(
            "`{}` is being written by somebody else, who began later, so nothing was changed; wait until that has ended, \
             then try again",
            world.at("lake")
        )
    );
    assert_eq!(content(&world.lake()), expected(&["b.ndjson"]));
    assert_eq!(files_at(&world.at("lake")), referenced(&world.at("lake")));
}

#[test]
fn of_two_imports_at_once_the_one_that_began_later_counts_and_the_other_changes_nothing() {
    let world = world();
    import_with(&world, "a.ndjson", &()).expect("an import");
    let meanwhile = Meanwhile::new(|| import_with(&world, "b.ndjson", &()).expect("an import"));
    let error = import_with(&world, "c.ndjson", &meanwhile).expect_err("an error");
    assert!(matches!(error, LakeError::Overtaken { .. }), "{error}");
    assert_eq!(content(&world.lake()), expected(&["a.ndjson", "b.ndjson"]));
    // What was overtaken can be imported again.
    import_with(&world, "c.ndjson", &()).expect("an import");
    assert_eq!(content(&world.lake()), expected(&["a.ndjson", "b.ndjson", "c.ndjson"]));
}

#[test]
fn an_import_that_ends_while_another_one_works_is_not_lost() {
    let world = world();
    import_with(&world, "a.ndjson", &()).expect("an import");
    // The outer one begins later than the one within, which had begun before it and is overtaken.
    let (inner, outer) = (Mutex::new(None), Mutex::new(None));
    let second = Meanwhile::new(|| *outer.lock().unwrap() = Some(import_with(&world, "c.ndjson", &())));
    *inner.lock().unwrap() = Some(import_with(&world, "b.ndjson", &second));
    assert!(outer.into_inner().unwrap().unwrap().is_ok() && inner.into_inner().unwrap().unwrap().is_err());
    assert_eq!(content(&world.lake()), expected(&["a.ndjson", "c.ndjson"]));
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
fn an_interrupted_first_import_makes_no_lake_and_is_begun_again() {
    let world = world();
    assert!(std::panic::catch_unwind(|| import_with(&world, "a.ndjson", &PowerCut)).is_err());
    assert!(matches!(Lake::open(world.at("lake")), Err(LakeError::NotALake { .. })));
    import_with(&world, "b.ndjson", &()).expect("an import");
    assert_eq!(content(&world.lake()), expected(&["b.ndjson"]));
}

#[test]
fn an_import_that_fails_leaves_nothing_where_no_lake_was() {
    let mut world = world();
    world.file("bad.ndjson", patient("p", "", "") + "{}\n");
    world.options.strict = true;
    assert!(matches!(import_with(&world, "bad.ndjson", &()), Err(LakeError::Strict { .. })));
    world.options.buckets = Some(0);
    assert!(matches!(import_with(&world, "a.ndjson", &()), Err(LakeError::Option(_))));
    assert_eq!(files_at(&world.at("lake")), Vec::<String>::new());
}

#[test]
fn a_place_that_is_no_lake_and_not_empty_is_refused_and_left_as_it_was() {
    let world = world();
    write_at(&world.at("lake/notes.txt").url().unwrap(), "mine");
    let error = import_with(&world, "a.ndjson", &()).expect_err("an error");
    assert!(matches!(error, LakeError::NotEmpty { .. }), "{error}");
    assert_eq!(files_at(&world.at("lake")), ["notes.txt"]);
    // A neighbour whose name only begins alike is none of its business.
    write_at(&world.at("two-more/notes.txt").url().unwrap(), "mine");
    world.import_into("two", &["a.ndjson"]).expect("an import");
}

#[test]
fn what_an_interrupted_import_left_goes_with_the_next() {
    let world = world();
    import_with(&world, "a.ndjson", &()).expect("an import");
    for name in ["lake/tables/condition/bucket-000.99.parquet", "lake/index/odd"] {
        write_at(&world.at(name).url().unwrap(), "left over");
    }
    import_with(&world, "a.ndjson", &()).expect("an import");
    assert_eq!(files_at(&world.at("lake")), referenced(&world.at("lake")));
}

#[test]
fn of_two_runs_at_once_the_one_that_began_later_counts() {
    let world = crate::runs::world();
    let mut first = world.lake().begin_run(head("d")).expect("a run");
    write(&mut first, Some(1), "v1", "first");
    let mut second = world.lake().begin_run(head("e")).expect("a run");
    write(&mut first, Some(2), "v1", "first");
    write(&mut second, Some(1), "v1", "second");
    let published = second.publish().expect("published");
    assert!(matches!(first.publish(), Err(LakeError::Overtaken { .. })));
    let latest = world.lake().latest_run().expect("readable").expect("a run");
    assert_eq!((latest.id(), latest.head()), (published.id(), &head("e")));
    assert_eq!(crate::testing::text_at(&latest.files("needs", 1)[0]), "second");
    // What the first one left goes with the next.
    world.lake().begin_run(head("f")).expect("a run");
    assert!(!files_at(&world.at("lake")).iter().any(|file| file.starts_with("runs/run-000001/")));
}
