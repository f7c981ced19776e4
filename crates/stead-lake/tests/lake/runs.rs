//! Results of runs beside the lake.

use std::fs;

use stead_lake::{LakeError, RunHead, RunWriter};

use crate::testing::{World, patient};

fn world() -> World {
    let world = World::new();
    world.file("a.ndjson", patient("p", "", ""));
    world.import(&["a.ndjson"]);
    world
}

fn head(digest: &str) -> RunHead {
    RunHead {
        on: "2026-11-01".into(),
        places: vec!["harbour".into()],
        definitions_digest: digest.into(),
        definitions: serde_json::json!({ "places": ["harbour"] }),
    }
}

fn write(writer: &mut RunWriter, bucket: Option<u16>, input: &str, text: &str) {
    fs::write(writer.path("needs", bucket).expect("a path"), text).expect("written");
    writer.finish(bucket, input, &["needs", "visits"]).expect("finished");
}

#[test]
fn a_run_is_seen_once_it_is_published() {
    let world = world();
    let lake = world.lake();
    let mut writer = lake.begin_run(head("d")).expect("a run");
    write(&mut writer, Some(1), "v1", "rows");
    write(&mut writer, None, "v", "whole");
    assert!(lake.latest_run().expect("readable").is_none());
    let run = writer.publish().expect("published");
    let latest = lake.latest_run().expect("readable").expect("a run");
    assert_eq!((latest.id(), latest.head()), (run.id(), &head("d")));
    assert_eq!(fs::read_to_string(&latest.files("needs", 1)[0]).unwrap(), "rows");
    assert_eq!(fs::read_to_string(&latest.whole("needs")[0]).unwrap(), "whole");
    assert!(latest.files("needs", 2).is_empty() && latest.files("visits", 1).is_empty());
    assert_eq!(latest.lake_version(), lake.version());
}

#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let world = world();
    let mut writer = world.lake().begin_run(head("d")).expect("a run");
    write(&mut writer, Some(1), "v1", "rows");
    fs::write(writer.path("needs", Some(2)).expect("a path"), "half").expect("written");
    drop(writer);
    let again = world.lake().begin_run(head("d")).expect("a run");
    assert_eq!((again.done(Some(1)), again.done(Some(2))), (Some("v1"), None));
    drop(again);
    let other = world.lake().begin_run(head("other definitions")).expect("a run");
    assert_eq!(other.done(Some(1)), None);
}

#[test]
fn a_bucket_that_did_not_change_is_taken_over() {
    let world = world();
    let mut writer = world.lake().begin_run(head("d")).expect("a run");
    write(&mut writer, Some(1), "v1", "rows");
    let first = writer.publish().expect("published");
    let mut writer = world.lake().begin_run(head("d")).expect("a run");
    assert!(!writer.reuse(Some(1), "v2", &first).expect("checked"));
    assert!(writer.reuse(Some(1), "v1", &first).expect("taken over"));
    let second = writer.publish().expect("published");
    assert_eq!(fs::read_to_string(&second.files("needs", 1)[0]).unwrap(), "rows");
    assert_ne!(first.id(), second.id());
}

#[test]
fn only_the_last_runs_are_kept() {
    let world = world();
    for _ in 0..4 {
        let mut writer = world.lake().begin_run(head("d")).expect("a run");
        write(&mut writer, Some(1), "v1", "rows");
        writer.publish().expect("published");
    }
    assert_eq!(world.lake().runs().expect("readable"), ["run-000003", "run-000004"]);
}

#[test]
fn two_runs_at_once_are_refused() {
    let world = world();
    let _writer = world.lake().begin_run(head("d")).expect("a run");
    assert!(matches!(world.lake().begin_run(head("e")), Err(LakeError::Locked { .. })));
}

#[test]
fn a_run_without_one_of_its_files_is_not_read_until_it_is_removed() {
    let world = world();
    let lake = world.lake();
    let mut writer = lake.begin_run(head("d")).expect("a run");
    write(&mut writer, Some(1), "v1", "rows");
    let file = writer.publish().expect("published").files("needs", 1).remove(0);
    fs::remove_file(&file).unwrap();
    let error = lake.latest_run().expect_err("an error").to_string();
    let run = world.path("lake/runs/run-000001");
    assert_eq!(
        error,
        format!(
            "`{}` is missing, so that answers would be short; remove the folder `{}` and run again",
            file.display(),
            run.display()
        )
    );
    fs::remove_dir_all(run).unwrap();
    assert!(lake.latest_run().expect("readable").is_none());
}
