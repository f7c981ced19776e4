//! What can go wrong in a run or a query.

use datafusion::error::DataFusionError;
use datafusion::object_store;
use stead_rules::CompileError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The definitions contradict themselves.
    #[error("the place folder cannot be run: {0}; `stead check` says where")]
    Definitions(#[from] CompileError),
    /// A query is wrong, or a plan failed.
    #[error("{}", words(.0))]
    Plan(#[from] DataFusionError),
    /// A file that holds a table is not whole any more.
    #[error(
        "`{path}` is damaged ({}); put back a copy of it, or import its records into a new lake and run again",
        words(source)
    )]
    Damaged {
        /// Which file.
        path: String,
        /// What is wrong with it.
        source: Box<DataFusionError>,
    },
    /// A file could not be written.
    #[error("cannot write `{path}`: {source}")]
    Write {
        /// Which file.
        path: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is nowhere to write to.
    #[error(transparent)]
    Desk(Box<dyn std::error::Error + Send + Sync>),
    /// A process of a cluster cannot do its work.
    #[error("{0}")]
    Cluster(String),
    /// A cluster is asked for, and this program was built without.
    #[error(
        "this `stead` was built without clusters; build one that has them: \
         `cargo build --release -p stead --features cluster`"
    )]
    NoCluster,
    /// A part of the run ended before it was done.
    #[error("a part of the run stopped before it was done: {0}")]
    Stopped(String),
}

impl EngineError {
    /// What an object store said, where that is why. It repeats who asked, so it is not for showing as it is.
    pub fn store(&self) -> Option<&object_store::Error> {
        match self {
            Self::Plan(error) => match error.find_root() {
                DataFusionError::ObjectStore(error) => Some(error),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What went wrong, for somebody who asks in SQL and does not know what it is asked of.
fn words(error: &DataFusionError) -> String {
    if let DataFusionError::SQL(error, _) = error.find_root() {
        let text = error.to_string();
        return format!("the SQL cannot be read: {}", text.strip_prefix("sql parser error: ").unwrap_or(&text));
    }
    // DataFusion adds a trace of its insides after the first line.
    let text = error.strip_backtrace();
    let line = text.lines().next().unwrap_or_default();
    let line =
        ["External error: ", "Error during planning: ", "Schema error: ", "Execution error: ", "Parquet error: "]
            .iter()
            .fold(line, |line, prefix| line.strip_prefix(prefix).unwrap_or(line));
    if ["DDL", "DML", "Statement"].iter().any(|kind| line.starts_with(&format!("{kind} not supported"))) {
        return "only a question (`SELECT …`) can be asked; nothing can be created, changed or copied out".to_owned();
    }
    let table = line.strip_prefix("table 'datafusion.public.").and_then(|rest| rest.strip_suffix("' not found"));
    let column = line.strip_prefix("No field named ").and_then(|rest| rest.split(". ").next());
    match (table, column) {
        (Some(table), _) => format!("there is no table `{table}`; `stead tables` describes those there are"),
        (_, Some(column)) => {
            let column = column.trim_end_matches('.');
            format!("there is no column `{column}`; `stead tables TABLE` names those of a table")
        }
        _ if line.starts_with("No SQL statements") => "the question is empty; ask one, such as `SELECT …`".to_owned(),
        _ if line.ends_with("only supports a single SQL statement") => "ask one question at a time".to_owned(),
        _ => line.to_owned(),
    }
}
