//! The command line: parse arguments, call `stead-app`, print. Data goes to standard output, everything else to standard error.

mod arguments;
mod commands;
mod failure;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;
use crate::output::Output;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.format);
    let done = commands::run(arguments.command, &output);
    match done {
        Ok(code) => code,
        Err(failure) => failure.tell(&output),
    }
}
