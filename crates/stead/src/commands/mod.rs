//! The commands, a file for each that has much to say.

mod agreement;
mod agreements;
mod changes;
mod choice;
mod cluster;
mod compare;
mod decide;
mod demo;
mod explain;
mod folder;
mod import;
mod key;
mod log;
mod members;
mod query;
mod run;
mod settle;
mod stage;
mod summary;
mod synth;
mod tables;

use std::process::ExitCode;

use crate::arguments::{Command, Format};
use crate::failure::Failure;
use crate::output::Output;

/// Does what was asked for.
pub fn run(command: Command, output: &Output) -> Result<ExitCode, Failure> {
    let rows = matches!(command, Command::Query { .. });
    if !rows && matches!(output.format, Format::Csv | Format::Parquet) {
        return Err(Failure::Use(
            "only `query` answers as csv or parquet; the others take --format text or json".into(),
        ));
    }
    match command {
        Command::New { folder, harbour } => folder::new(&folder, harbour, output),
        Command::Check { places, standing } => folder::check(&places, standing, output),
        Command::Fmt { places, check } => folder::format(&places, check, output),
        Command::Schema { out } => folder::schema(out.as_deref(), output),
        Command::Synth(arguments) => synth::synth(arguments, output),
        Command::Import(arguments) => import::import(arguments, output),
        Command::Tables { names } => tables::tables(&names, output),
        Command::Query { sql, lake, cluster, out } => {
            query::query(&sql, &lake, cluster.as_ref(), out.as_deref(), output)
        }
        Command::Run(arguments) => run::run(arguments, output),
        Command::Settle(arguments) => settle::settle(arguments, output),
        Command::Members(arguments) => members::members(&arguments, output),
        Command::Compare(arguments) => compare::compare(&arguments, output),
        Command::Summary { lake, place, by } => summary::summary(&lake, place.as_deref(), &by, output),
        Command::Changes { lake, from, to, place } => changes::changes(&lake, from, to, place.as_deref(), output),
        Command::Agreements { places, contract: Some(id), .. } => agreements::contract(&places, &id, output),
        Command::Agreements { places, from_contract: Some(file), .. } => {
            agreements::from_contract(&places, &file, output)
        }
        Command::Agreements { places, matrix, standing, .. } => {
            agreements::agreements(&places, matrix, standing, output)
        }
        Command::Explain { citizen, lake } => explain::explain(&citizen, &lake, output),
        Command::Key(asked) => key::key(asked, output),
        Command::Sign(arguments) => agreement::sign(&arguments, output),
        Command::Verify(arguments) => agreement::verify(&arguments, output),
        Command::Withdraw(arguments) => agreement::withdraw(&arguments, output),
        Command::Stage(arguments) => stage::stage(&arguments, output),
        Command::Choice(asked) => choice::choice(asked, output),
        Command::Decide(arguments) => decide::decide(arguments, output),
        Command::Policies(arguments) => decide::policies(&arguments, output),
        Command::Log(arguments) => log::log(arguments, output),
        Command::Demo(arguments) => demo::demo(arguments, output),
        Command::Cluster(process) => cluster::cluster(process, output),
    }
}

/// Threads to work on: as many as the machine has.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Waits for an answer.
fn wait<T>(answer: impl Future<Output = Result<T, stead_app::AppError>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads()).enable_all().build()?;
    Ok(runtime.block_on(answer)?)
}
