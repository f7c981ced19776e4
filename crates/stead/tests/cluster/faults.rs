//! What fails on the way: the answers are the same or there is a clear error, and nothing half done is ever seen.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::lakes::{assert_same, rows, town};
use crate::machines::Machines;
use crate::program::{Process, stead};

#[test]
fn an_executor_or_the_scheduler_may_end_in_the_middle_of_a_run() {
    let (lakes, here) = town();

    let mut machines = Machines::start(2, lakes.path());
    let lake = lakes.copy("executor-lost");
    let run = begun(&format!("{} --cluster {}", lakes.run(&lake), machines.address()), lakes.path(), &lake);
    machines.executors.pop().expect("two").kill();
    run.end().done();
    assert_same(&here, &rows(&lake));

    machines.add_executor();
    let lake = lakes.copy("scheduler-lost");
    let run = begun(&format!("{} --cluster {}", lakes.run(&lake), machines.address()), lakes.path(), &lake);
    machines.restart_scheduler();
    run.end().done();
    assert_same(&here, &rows(&lake));

    // All machines are lost: an error, and no run; with machines again, the rest is computed.
    let lake = lakes.copy("all-lost");
    let line = format!("{} --cluster {}", lakes.run(&lake), machines.address());
    let run = begun(&line, lakes.path(), &lake);
    machines.executors.clear();
    let told = run.end();
    assert!(!told.well, "a run without machines ended well: {}", told.out);
    assert!(told.err.contains("no executor has joined the cluster at"), "{}", told.err);
    assert!(!published(&lake), "a run that failed was published");
    machines.add_executor();
    stead(&line, lakes.path()).done();
    assert_same(&here, &rows(&lake));
}

#[test]
fn what_keeps_a_cluster_from_its_work_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = |line: &str| {
        let told = stead(line, folder.path());
        assert!(!told.well, "`{line}` ended well");
        told.err
    };
    let exposed = told("cluster scheduler --bind 0.0.0.0:0");
    assert!(exposed.contains("neither sign-in nor encryption") && exposed.contains("--exposed"), "{exposed}");
    let exposed = told("cluster executor --scheduler 127.0.0.1:9 --bind 0.0.0.0:0");
    assert!(exposed.contains("neither sign-in nor encryption"), "{exposed}");
    let address = told("cluster executor --scheduler nowhere");
    assert!(address.contains("`nowhere` is no address of a scheduler; write `ballista://HOST:PORT`"), "{address}");
}

/// A run in whose middle one is: something is done, and something is not.
fn begun(line: &str, folder: &Path, lake: &Path) -> Process {
    let words: Vec<&str> = line.split_whitespace().collect();
    let run = Process::start(&words, folder);
    let begun = Instant::now();
    while done(lake) < 3 {
        assert!(begun.elapsed() < Duration::from_secs(300), "the run does not get on");
        sleep(Duration::from_millis(5));
    }
    assert!(!published(lake), "the run was over before anything could fail");
    run
}

/// How many buckets of the first run are done.
fn done(lake: &Path) -> usize {
    std::fs::read_dir(lake.join("runs/run-000001/done")).map_or(0, Iterator::count)
}

fn published(lake: &Path) -> bool {
    lake.join("runs/run-000001/run.json").exists()
}
