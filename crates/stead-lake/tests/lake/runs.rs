//! Results of runs beside the lake.

use stead_lake::{RunHead, RunWriter};

use crate::testing::{World, files_at, patient, remove_at, text_at, write_at};

pub fn world() -> World {
    let world = World::new();
    world.file("a.ndjson", patient("p", "", ""));
    world.import(&["a.ndjson"]);
    world
}

pub fn head(digest: &str) -> RunHead {
    RunHead {
        on: "2026-11-01".into(),
        places: vec!["harbour".into()],
        definitions_digest: digest.into(),
        definitions: serde_json::json!({ "places": ["harbour"] }),
    }
}

pub fn write(writer: &mut RunWriter, bucket: Option<u16>, input: &str, text: &str) {
    write_at(&writer.url("needs", bucket).expect("a place"), text);
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
    assert_eq!(text_at(&latest.files("needs", 1)[0]), "rows");
    assert_eq!(text_at(&latest.whole("needs")[0]), "whole");
    assert!(latest.files("needs", 2).is_empty() && latest.files("visits", 1).is_empty());
    assert_eq!(latest.lake_version(), lake.version());
}

#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let world = world();
    let mut writer = world.lake().begin_run(head("d")).expect("a run");
    write(&mut writer, Some(1), "v1", "rows");
    write_at(&writer.url("needs", Some(2)).expect("a place"), "half");
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
    assert_eq!(text_at(&second.files("needs", 1)[0]), "rows");
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
fn a_run_without_one_of_its_files_is_not_read_until_it_is_removed() {
    let world = world();
    let lake = world.lake();
    let mut writer = lake.begin_run(head("d")).expect("a run");
    write(&mut writer, Some(1), "v1", "rows");
    let file = writer.publish().expect("published").files("needs", 1).remove(0);
    remove_at(&file);
    let error = lake.latest_run().expect_err("an error").to_string();
    let run = world.at("lake/runs/run-000001");
    let named = world.at("lake").path(file.as_str().split("/lake/").nth(1).unwrap());
    assert_eq!(
        error,
        format!(
            "`{}` is missing, so that answers would be short; remove the folder `{run}` and run again",
            named.display(),
        )
    );
    for file in files_at(&run) {
        remove_at(&run.below(&file).url().unwrap());
    }
    assert!(lake.latest_run().expect("readable").is_none());
}
