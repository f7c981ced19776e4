//! `stead tables`: what there is to ask about.

use std::process::ExitCode;

use serde_json::json;
use stead_app::tables::{TABLES_VERSION, TableView};

use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::Output;

/// Describes tables; without names briefly, with names column by column.
pub fn tables(names: &[String], output: &Output) -> Result<ExitCode, Failure> {
    let tables = stead_app::tables::tables(names)?;
    if output.format == Format::Json {
        output.json(&json!({ "version": TABLES_VERSION, "tables": tables }))?;
        return Ok(ExitCode::SUCCESS);
    }
    for (at, table) in tables.iter().enumerate() {
        if at > 0 {
            output.line("")?;
        }
        told(table, output)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn told(table: &TableView, output: &Output) -> std::io::Result<()> {
    output.strong(&format!("{} ({})", table.name, table.of))?;
    output.wrapped("  ", table.about)?;
    for column in &table.columns {
        let kind = if column.may_be_empty { format!("{}?", column.kind) } else { column.kind.to_owned() };
        output.wrapped(&format!("  {:<26} {kind:<9} ", column.name), column.about)?;
    }
    Ok(())
}
