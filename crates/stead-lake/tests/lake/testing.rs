//! Stories of records, imports of them, and lakes to look into.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use bytes::Bytes;
use futures::TryStreamExt;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use stead_lake::{Address, ImportOptions, ImportReport, Input, Lake, LakeError, Url, import};
use stead_store::object_store::local::LocalFileSystem;
use stead_store::object_store::path::Path as ObjectPath;
use stead_store::object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use tempfile::TempDir;

/// A folder of records, and lakes beside it or in an object store: wherever the tests are about.
pub struct World {
    folder: TempDir,
    lakes: Address,
    pub options: ImportOptions,
}

impl World {
    pub fn new() -> Self {
        Self::with_lakes(crate::lakes)
    }

    /// With lakes where `lakes` says, given the world's folder.
    pub fn with_lakes(lakes: impl FnOnce(&Path) -> Address) -> Self {
        let options = ImportOptions { buckets: Some(4), threads: Some(2), ..ImportOptions::default() };
        let folder = tempfile::tempdir().expect("a folder");
        Self { lakes: lakes(folder.path()), folder, options }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of records: `SOURCE/name`.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("written");
        self
    }

    /// Where a lake of that name lies.
    pub fn at(&self, lake: &str) -> Address {
        self.lakes.below(lake)
    }

    /// Imports files or folders (`name` or `SOURCE=name`) into the lake `lake`.
    pub fn import_into(&self, lake: &str, inputs: &[&str]) -> Result<ImportReport, LakeError> {
        let of = |text: &&str| {
            let input = Input::of(text);
            Input { path: self.path(&input.path.to_string_lossy()), ..input }
        };
        let options = ImportOptions { inputs: inputs.iter().map(of).collect(), ..self.options.clone() };
        let report = import(self.at(lake), &options, &())?;
        for (kind, counts) in &report.types {
            let sum = counts.in_tables + counts.kept_whole + counts.quarantined;
            assert_eq!(counts.read, sum, "every {kind} is accounted for: {counts:?}");
        }
        Ok(report)
    }

    pub fn import(&self, inputs: &[&str]) -> ImportReport {
        self.import_into("lake", inputs).expect("an import")
    }

    pub fn lake(&self) -> Lake {
        Lake::open(self.at("lake")).expect("a lake")
    }

    /// The quarantine's lines as `file:line type reason`.
    pub fn quarantine(&self, report: &ImportReport) -> Vec<String> {
        let Some(path) = &report.quarantine else { return Vec::new() };
        let text = text_at(&url_of(path));
        let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        lines
            .map(|line| {
                let text = |key: &str| line[key].as_str().expect(key).to_owned();
                format!("{}:{} {}: {}", text("file"), line["line"], text("type"), text("reason"))
            })
            .collect()
    }
}

/// The rows of a table over all buckets, each as `column=value` of its filled columns.
pub fn rows(lake: &Lake, table: &str) -> Vec<BTreeMap<String, String>> {
    let mut rows = Vec::new();
    let spread = (0..lake.buckets()).flat_map(|bucket| lake.files(table, bucket));
    for path in spread.chain(lake.whole(table)) {
        for batch in batches(&path) {
            assert_eq!(batch.schema(), stead_tables::table(table).expect("a table").schema(), "the schema of {table}");
            rows.extend((0..batch.num_rows()).map(|row| row_of(&batch, row)));
        }
    }
    rows
}

/// Some columns of a table's rows, sorted, as one text a row.
pub fn columns(lake: &Lake, table: &str, wanted: &[&str]) -> Vec<String> {
    let mut texts: Vec<String> = rows(lake, table)
        .iter()
        .map(|row| {
            wanted.iter().map(|column| row.get(*column).map_or("-", String::as_str)).collect::<Vec<_>>().join(" ")
        })
        .collect();
    texts.sort();
    texts
}

pub fn batches(file: &Url) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes_at(file)))
        .expect("Parquet")
        .build()
        .expect("a reader");
    reader.map(|batch| batch.expect("a batch")).collect()
}

/// The file that people know by this path.
pub fn url_of(path: &Path) -> Url {
    Url::parse(&path.to_string_lossy()).unwrap_or_else(|_| Url::from_file_path(path).expect("a whole path"))
}

/// What a file holds.
pub fn bytes_at(file: &Url) -> Vec<u8> {
    let (store, path) = stored(file);
    stead_store::wait(async move { store.get(&path).await?.bytes().await }).expect("a file").to_vec()
}

pub fn text_at(file: &Url) -> String {
    String::from_utf8(bytes_at(file)).expect("text")
}

pub fn write_at(file: &Url, text: &str) {
    let ((store, path), text) = (stored(file), text.to_owned());
    stead_store::wait(async move { store.put(&path, text.into()).await }).expect("written");
}

pub fn remove_at(file: &Url) {
    let (store, path) = stored(file);
    stead_store::wait(async move { store.delete(&path).await }).expect("removed");
}

/// The files at an address, by what follows it.
pub fn files_at(address: &Address) -> Vec<String> {
    let url = address.url().expect("an address");
    let (store, root) = stored(&url);
    let prefix = root.clone();
    let listed = stead_store::wait(async move { store.list(Some(&prefix)).try_collect::<Vec<_>>().await });
    let name = |object: &ObjectMeta| {
        let parts: Vec<_> =
            object.location.prefix_match(&root).expect("below").map(|part| part.as_ref().to_owned()).collect();
        parts.join("/")
    };
    let mut names: Vec<String> = listed.expect("listed").iter().map(name).collect();
    names.sort();
    names
}

fn stored(file: &Url) -> (Arc<dyn ObjectStore>, ObjectPath) {
    let path = ObjectPath::from_url_path(file.path()).expect("a path");
    if file.scheme() == "file" {
        return (Arc::new(LocalFileSystem::new()), path);
    }
    (stead_store::store(file).expect("a store"), path)
}

fn row_of(batch: &RecordBatch, row: usize) -> BTreeMap<String, String> {
    let schema = batch.schema();
    let filled = schema.fields().iter().zip(batch.columns()).filter(|(_, column)| column.is_valid(row));
    filled.map(|(field, column)| (field.name().clone(), value(column, row))).collect()
}

fn value(column: &dyn Array, row: usize) -> String {
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Dictionary(..) => {
            let words = column.as_dictionary::<Int32Type>();
            value(words.values(), words.key(row).expect("a key"))
        }
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            let texts: Vec<String> = (0..items.len()).map(|item| value(&items, item)).collect();
            format!("[{}]", texts.join(", "))
        }
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>().value(row);
            stead_rules::Day::from_epoch_days(days).to_string()
        }
        DataType::Timestamp(..) => column.as_primitive::<TimestampMillisecondType>().value(row).to_string(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        other => panic!("no test reads {other}"),
    }
}

/// A Patient: `of` adds fields.
pub fn patient(id: &str, number: &str, of: &str) -> String {
    let identifier = if number.is_empty() {
        String::new()
    } else {
        format!(r#","identifier":[{{"system":"https://stead.example/id/national-number","value":"{number}"}}]"#)
    };
    resource("Patient", id, format!("{}{identifier}", fields(of)).trim_start_matches(','))
}

/// A resource of a Patient.
pub fn of_patient(kind: &str, id: &str, patient: &str, of: &str) -> String {
    resource(kind, id, &format!(r#""subject":{{"reference":"Patient/{patient}"}}{}"#, fields(of)))
}

/// A resource.
pub fn resource(kind: &str, id: &str, of: &str) -> String {
    format!("{{\"resourceType\":\"{kind}\",\"id\":\"{id}\"{}}}\n", fields(of))
}

fn fields(of: &str) -> String {
    if of.is_empty() { String::new() } else { format!(",{of}") }
}

/// All that a lake's tables hold, file by file.
pub fn content(lake: &Lake) -> BTreeMap<String, Vec<u8>> {
    let mut content = BTreeMap::new();
    for table in stead_tables::LAKE {
        for bucket in 0..lake.buckets() {
            for path in lake.files(table.name, bucket) {
                content.insert(format!("{} {bucket}", table.name), bytes_at(&path));
            }
        }
        for path in lake.whole(table.name) {
            content.insert(table.name.to_owned(), bytes_at(&path));
        }
    }
    content
}

/// Compares with the same snapshots wherever lakes lie.
pub fn told_alike(compare: impl FnOnce()) {
    insta::with_settings!({ prepend_module_to_snapshot => false }, { compare() });
}
