//! `stead cluster`: the processes of a cluster.

use std::process::ExitCode;

use stead_app::cluster::{
    ExecutorOptions, Listening, STORES, SchedulerOptions, Tally, executor, scheduler, work_folder,
};

use super::{threads, wait};
use crate::arguments::{Format, Process};
use crate::failure::Failure;
use crate::output::{Output, thousands};

/// Runs a process of a cluster, and says where it listens.
pub fn cluster(process: Process, output: &Output) -> Result<ExitCode, Failure> {
    log();
    match process {
        Process::Scheduler { listen } => {
            let options = SchedulerOptions { bind: listen.bind, advertised: listen.advertise, stores: STORES };
            wait(scheduler(options, listen.exposed, told("scheduler", output)))?;
        }
        Process::Executor { scheduler, listen, cores, work, memory_mib_max } => {
            let temporary = work.is_none();
            let work = work.unwrap_or_else(work_folder);
            let options = ExecutorOptions {
                scheduler,
                bind: listen.bind,
                advertised: listen.advertise,
                cores: cores.map_or_else(threads, usize::from),
                work: work.clone(),
                stores: STORES,
                memory_bytes_max: memory_mib_max.map(|mib| mib << 20),
            };
            let done = wait(executor(options, listen.exposed, told("executor", output)));
            if temporary {
                // What is left there is of no use to anybody; the next start does not miss it if it stays.
                let _ = std::fs::remove_dir_all(work);
            }
            done_told(done?, output)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// For whoever waits for it. Nobody may be reading, which is no reason to stop.
fn told(what: &'static str, output: &Output) -> Listening {
    let output = Output::new(output.format);
    Box::new(move |at| {
        let _ = match output.format {
            Format::Json => {
                output.json(&serde_json::json!({ "version": 1, "process": what, "address": at.to_string() }))
            }
            _ => output.line(format!("{what} at {at}")),
        };
    })
}

/// What an executor did, once it has been told to end.
fn done_told(tally: Tally, output: &Output) -> std::io::Result<()> {
    let Tally { tasks, bytes_handed_on } = tally;
    match output.format {
        Format::Json => {
            output.json(&serde_json::json!({ "version": 1, "tasks": tasks, "bytes_handed_on": bytes_handed_on }))
        }
        _ => output.line(format!("{} tasks, {} bytes handed on", thousands(tasks), thousands(bytes_handed_on))),
    }
}

/// What Ballista says of its work, on standard error: warnings, or what `RUST_LOG` asks for.
#[cfg(feature = "cluster")]
fn log() {
    // It warns of every job that it will not do what it never does.
    let usual = "warn,ballista_scheduler::state::session_manager=error";
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(usual)).init();
}

#[cfg(not(feature = "cluster"))]
const fn log() {}
