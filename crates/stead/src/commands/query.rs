//! `stead query`: SQL over the lake and the latest run.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use stead_app::Address;
use stead_app::cluster::Address as Scheduler;
use stead_app::query::{Shape, asks_in_vain, query as ask};

use super::{threads, wait};
use crate::arguments::Format;
use crate::failure::{Failure, told};
use crate::output::Output;

/// Rows printed as text; more are for files.
const ROWS_SHOWN: usize = 1000;

/// Asks, and prints or writes the answer.
pub fn query(
    sql: &str,
    lake: &Address,
    cluster: Option<&Scheduler>,
    out: Option<&Path>,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let shape = match output.format {
        Format::Csv => Shape::Csv,
        Format::Json => Shape::Json,
        Format::Parquet => Shape::Parquet,
        Format::Text => Shape::Text { rows_max: ROWS_SHOWN },
    };
    if shape == Shape::Parquet && out.is_none() {
        return Err(Failure::Use("a Parquet file is not for reading on screen; add --out FILE".to_owned()));
    }
    let to: Box<dyn Write + Send> = match out {
        Some(path) => Box::new(BufWriter::new(File::create(path).map_err(|error| {
            Failure::Write(std::io::Error::new(error.kind(), format!("`{}`: {error}", path.display())))
        })?)),
        None => Box::new(BufWriter::new(std::io::stdout())),
    };
    wait(ask(sql, lake, cluster, threads(), shape, to))?;
    if wait(asks_in_vain(sql, lake))? {
        told("This lake was made without the originals of its records, so `resource` is empty.");
    }
    Ok(ExitCode::SUCCESS)
}
