//! What can go wrong in a run or a query.

use datafusion::error::DataFusionError;
use stead_rules::CompileError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The definitions contradict themselves.
    #[error("the place folder cannot be run: {0}; `stead check` says where")]
    Definitions(#[from] CompileError),
    /// A query is wrong, or a plan failed.
    #[error("{}", first_line(.0))]
    Plan(#[from] DataFusionError),
    /// A file could not be read or written.
    #[error("cannot write `{path}`: {source}")]
    Write {
        /// Which file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is nowhere to write to.
    #[error(transparent)]
    Desk(Box<dyn std::error::Error + Send + Sync>),
    /// A part of the run ended before it was done.
    #[error("a part of the run stopped before it was done: {0}")]
    Stopped(String),
}

/// DataFusion adds a trace of its insides after the first line.
fn first_line(error: &DataFusionError) -> String {
    let text = error.strip_backtrace();
    let line = text.lines().next().unwrap_or_default();
    ["Error during planning: ", "Schema error: ", "SQL error: ", "Execution error: "]
        .iter()
        .fold(line, |line, prefix| line.strip_prefix(prefix).unwrap_or(line))
        .to_owned()
}
