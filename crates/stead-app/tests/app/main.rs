//! The use cases from end to end, with lakes that no folder holds.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests may fail loudly")]

use std::sync::{Arc, Mutex};

use stead_app::town::{TownPlace, town};
use stead_app::{Address, Day, History, ImportOptions, Input, Params, TownOptions, import};

/// What the example town's lake at an address answers, as JSON.
async fn answers(lake: &Address, records: &std::path::Path) -> Vec<String> {
    let inputs = vec![Input { source: None, path: records.to_path_buf() }];
    import(lake, &ImportOptions { inputs, buckets: Some(4), ..ImportOptions::default() }, &()).expect("an import");
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("harbour");
    stead_app::folders::write_harbour(&place).expect("a place");
    let on: Day = "2026-11-01".parse().unwrap();
    let mut told = Vec::new();
    for reused in [0, 4] {
        let reading = stead_app::folders::read(std::slice::from_ref(&place));
        let run = stead_app::run::run(reading, lake, Params::on(on), None, None, 2, Arc::new(|_, _| ())).await;
        let (report, _) = run.expect("a run");
        assert_eq!(report.buckets_reused, reused, "a second run takes over what the first one found");
        told.push(format!("{:?} {:?} {:?}", report.places, report.in_no_place, report.unmapped));
    }
    let explained = stead_app::explain::explain("essay-citizen", lake).await.expect("an explanation");
    told.push(serde_json::to_string(&explained).unwrap());
    told.push(serde_json::to_string(&stead_app::summary::summary(lake, None, "all").await.unwrap()).unwrap());
    let sql = "SELECT citizen, need, status FROM needs ORDER BY citizen, need";
    let answer = Answer::default();
    let shape = stead_app::query::Shape::Csv;
    stead_app::query::query(sql, lake, None, 2, shape, Box::new(answer.clone())).await.expect("an answer");
    told.push(String::from_utf8(answer.0.lock().unwrap().clone()).unwrap());
    told
}

/// What was written.
#[derive(Clone, Default)]
struct Answer(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_lake_in_an_object_store_answers_as_one_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("town");
    let options = TownOptions { citizens: 60, history: History::Slim, ..TownOptions::default() };
    town(&TownPlace::default(), &options, &records, &|_| ()).expect("a town");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let there: Address = "memory:///lakes/town".parse().unwrap();
    let in_store = runtime.block_on(answers(&there, &records));
    let in_folder = runtime.block_on(answers(&Address::from(&folder.path().join("lake")), &records));
    assert_eq!(in_store, in_folder);
}
