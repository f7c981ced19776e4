//! A cluster on this machine: a scheduler and executors of one core each.

use std::path::{Path, PathBuf};

use crate::program::Process;

/// Processes of a cluster, ended with the test.
pub struct Machines {
    folder: PathBuf,
    scheduler: Process,
    address: String,
    pub executors: Vec<Process>,
}

impl Machines {
    /// Starts a scheduler and so many executors.
    pub fn start(executors: usize, folder: &Path) -> Self {
        let mut scheduler = Process::start(&["cluster", "scheduler", "--bind", "127.0.0.1:0"], folder);
        let line = scheduler.first_line();
        let address = line.rsplit(' ').next().expect("an address").to_owned();
        let mut machines = Self { folder: folder.to_owned(), scheduler, address, executors: Vec::new() };
        for _ in 0..executors {
            machines.add_executor();
        }
        machines
    }

    /// What comes after `--cluster`.
    pub fn address(&self) -> String {
        format!("ballista://{}", self.address)
    }

    pub fn add_executor(&mut self) {
        let arguments = ["cluster", "executor", "--scheduler", &self.address, "--bind", "127.0.0.1:0", "--cores", "1"];
        let mut executor = Process::start(&arguments, &self.folder);
        executor.first_line();
        self.executors.push(executor);
    }

    /// Ends the scheduler at once, and starts another one in its place.
    pub fn restart_scheduler(&mut self) {
        self.scheduler.kill();
        self.scheduler = Process::start(&["cluster", "scheduler", "--bind", &self.address], &self.folder);
        self.scheduler.first_line();
    }
}
