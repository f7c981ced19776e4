//! Lakes to run over, and every row of what runs wrote.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use crate::program::stead;

/// The last day of made-up records.
pub const ON: &str = "2026-11-01";

/// Every row of a run, by the file it lies in, in the order in which it lies there.
pub type Rows = BTreeMap<String, RecordBatch>;

/// A folder with a lake of records over which nothing has been run, and one over which this machine has.
pub struct Lakes {
    folder: TempDir,
    /// The place folder that is run.
    pub place: PathBuf,
    pub on: &'static str,
}

impl Lakes {
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A lake of one's own with the same records.
    pub fn copy(&self, name: &str) -> PathBuf {
        let to = self.path().join(name);
        link(&self.path().join("lake"), &to);
        to
    }

    /// What `stead run` is told, over one of the lakes.
    pub fn run(&self, lake: &Path) -> String {
        format!("run {} --lake {} --on {}", self.place.display(), lake.display(), self.on)
    }

    /// Every row that this machine works out.
    fn compute(&self) -> Rows {
        let lake = self.copy("of-this-machine");
        stead(&self.run(&lake), self.path()).done();
        rows(&lake)
    }
}

/// A made-up town of fifty thousand.
pub fn town() -> (Lakes, Rows) {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().to_owned();
    stead("new --harbour harbour", &at).done();
    stead("synth --citizens 50000 --slim --out town", &at).done();
    stead("import town --lake lake --buckets 16", &at).done();
    fs::remove_dir_all(at.join("town")).expect("removed");
    let lakes = Lakes { folder, place: at.join("harbour"), on: ON };
    let rows = lakes.compute();
    (lakes, rows)
}

/// Massachusetts, where its records lie beside the clone.
pub fn massachusetts() -> Option<(Lakes, Rows)> {
    let clone = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the clone");
    let records = clone.join("../shared/data/fhir/massachusetts-617.ndjson.zst");
    if !records.exists() {
        assert!(std::env::var_os("CI").is_none(), "no records at {}", records.display());
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().to_owned();
    stead(&format!("import {} --lake lake --buckets 4", records.display()), &at).done();
    let lakes = Lakes { folder, place: clone.join("fixtures/massachusetts"), on: "2021-03-01" };
    let rows = lakes.compute();
    Some((lakes, rows))
}

/// Every row of the latest run, by the file it lies in.
pub fn rows(lake: &Path) -> Rows {
    let runs = lake.join("runs");
    let mut published: Vec<PathBuf> = fs::read_dir(&runs).expect("runs").map(|it| it.expect("a run").path()).collect();
    published.retain(|run| run.join("run.json").exists());
    let run = published.into_iter().max().expect("a run");
    let mut rows = BTreeMap::new();
    for table in fs::read_dir(&run).expect("tables").map(|it| it.expect("a table").path()) {
        for file in fs::read_dir(&table).into_iter().flatten().map(|it| it.expect("a file").path()) {
            // Whoever is killed while writing leaves a beginning that nobody reads.
            if file.extension().is_none_or(|ending| ending != "parquet") {
                continue;
            }
            let name = file.strip_prefix(&run).expect("below").display().to_string();
            rows.insert(name, rows_of(&file));
        }
    }
    rows
}

fn rows_of(file: &Path) -> RecordBatch {
    let open = File::open(file).expect("opened");
    let reader = ParquetRecordBatchReaderBuilder::try_new(open).expect("Parquet");
    let schema = reader.schema().clone();
    let batches: Vec<RecordBatch> = reader.build().expect("readable").map(|batch| batch.expect("rows")).collect();
    concat_batches(&schema, &batches).expect("of one kind")
}

/// The same rows in the same files: no more, no fewer, no others.
pub fn assert_same(here: &Rows, there: &Rows) {
    let names = |rows: &Rows| rows.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(here), names(there), "the files of the runs");
    for (name, rows) in here {
        let others = &there[name];
        assert_eq!(rows.num_rows(), others.num_rows(), "rows in {name}");
        if rows == others {
            continue;
        }
        let row = (0..rows.num_rows()).find(|&row| rows.slice(row, 1) != others.slice(row, 1));
        let shown = |rows: &RecordBatch| row.map(|row| format!("{:?}", rows.slice(row, 1)));
        panic!("{name} differs first in row {row:?}:\nhere {:?}\nthere {:?}", shown(rows), shown(others));
    }
}

/// The same folder, its files shared: they are never written over.
fn link(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder").map(|it| it.expect("an entry")) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            link(&from, &to);
        } else {
            fs::hard_link(from, to).expect("linked");
        }
    }
}
