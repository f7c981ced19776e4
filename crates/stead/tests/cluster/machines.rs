//! A cluster on this machine: a scheduler and executors of one core each.

use std::path::{Path, PathBuf};

use crate::program::Process;

/// Processes of a cluster, ended with the test.
pub struct Machines {
    folder: PathBuf,
    variables: Vec<(String, String)>,
    scheduler: Process,
    address: String,
    pub executors: Vec<Process>,
}

impl Machines {
    /// Starts a scheduler and so many executors.
    pub fn start(executors: usize, folder: &Path) -> Self {
        Self::start_with(executors, folder, &[])
    }

    /// Starts them with further variables in their environment.
    pub fn start_with(executors: usize, folder: &Path, variables: &[(String, String)]) -> Self {
        let arguments = ["cluster", "scheduler", "--bind", "127.0.0.1:0"];
        let mut scheduler = Process::start_with(&arguments, folder, variables);
        let line = scheduler.first_line();
        let address = line.rsplit(' ').next().expect("an address").to_owned();
        let mut machines = Self {
            folder: folder.to_owned(),
            variables: variables.to_vec(),
            scheduler,
            address,
            executors: Vec::new(),
        };
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
        let mut executor = Process::start_with(&arguments, &self.folder, &self.variables);
        executor.first_line();
        self.executors.push(executor);
    }

    /// Ends the scheduler at once, and starts another one in its place.
    pub fn restart_scheduler(&mut self) {
        self.scheduler.kill();
        let arguments = ["cluster", "scheduler", "--bind", &self.address];
        self.scheduler = Process::start_with(&arguments, &self.folder, &self.variables);
        self.scheduler.first_line();
    }
}
