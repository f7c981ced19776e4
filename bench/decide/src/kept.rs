//! A registry with every citizen's choices, as Stead keeps them.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use stead_gate::Decider;
use stead_registry::{AsOf, Registry, RegistryAddress, Statement};
use stead_rules::Choice;
use stead_rules::decision::{Facts, Request};
use tokio::runtime::{Builder, Runtime};

use crate::Known;
use crate::measured::{self, Measured};
use crate::sizes::Sizes;
use crate::town::{self, Town};

/// Citizens whose choices are recorded at one moment.
const TOGETHER: usize = 2_000;

pub struct Kept {
    runtime: Runtime,
    registry: Registry,
    choices: usize,
}

impl Kept {
    /// Opens the registry of so many citizens, made at the first time.
    pub fn open(sizes: &Sizes, town: &Town) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.unwrap_or_else(|error| panic!("{error}"));
        let name = format!("choices-{}-{}.sqlite", sizes.citizens, town.organisations());
        let file = sizes.kept.join(&name);
        if !file.exists() {
            let begun = Instant::now();
            runtime.block_on(record(&sizes.kept, &name, sizes.citizens, town));
            println!("choices recorded, once: {:.0} s", begun.elapsed().as_secs_f64());
        }
        let address = RegistryAddress::File(file);
        let registry = runtime.block_on(Registry::open(&address)).unwrap_or_else(|error| panic!("{error}"));
        let choices = (0..sizes.citizens).map(|citizen| town::choices(citizen, town.organisations()).len()).sum();
        Self { runtime, registry, choices }
    }

    pub fn choices(&self) -> usize {
        self.choices
    }

    /// A citizen's choices on the day that is asked about.
    pub fn choices_of(&self, request: &Request) -> Vec<Choice> {
        self.runtime.block_on(read(&self.registry, request))
    }

    /// Decides as a server does: for each request the choices are asked for anew, so many at once.
    pub fn decided(&self, decider: &Arc<Decider>, known: &[Known], at_once: usize) -> Measured {
        let requests: Arc<Vec<_>> = Arc::new(known.iter().map(|one| one.asked.clone()).collect());
        let next = Arc::new(AtomicUsize::new(0));
        let (begun, cpu) = (Instant::now(), measured::cpu());
        let task = |_| {
            let (registry, decider) = (self.registry.clone(), Arc::clone(decider));
            let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
            self.runtime.spawn(async move {
                let mut times: Vec<Duration> = Vec::new();
                while let Some(asked) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let begun = Instant::now();
                    let choices = read(&registry, &asked.request).await;
                    let facts = Facts { circle: &asked.circle, choices: &choices, ..Facts::default() };
                    drop(decider.decide(&asked.request, &facts));
                    times.push(begun.elapsed());
                }
                times
            })
        };
        let tasks: Vec<_> = (0..at_once).map(task).collect();
        let mut times = Vec::new();
        for task in tasks {
            times.extend(self.runtime.block_on(task).unwrap_or_else(|error| panic!("{error}")));
        }
        Measured::new(times, begun, cpu)
    }
}

async fn read(registry: &Registry, request: &Request) -> Vec<Choice> {
    let found = registry.stated_about::<Choice>(request.citizen.as_str(), AsOf::known(request.on)).await;
    found.unwrap_or_else(|error| panic!("{error}")).into_iter().map(|found| found.recorded.what).collect()
}

/// Makes the registry under another name first, so that one that is there is whole.
async fn record(folder: &Path, name: &str, citizens: usize, town: &Town) {
    let half = folder.join(format!("half-{name}"));
    for ending in ["", "-wal", "-shm"] {
        drop(fs::remove_file(folder.join(format!("half-{name}{ending}"))));
    }
    let address = RegistryAddress::File(half.clone());
    let registry = Registry::open(&address).await.unwrap_or_else(|error| panic!("{error}"));
    for first in (0..citizens).step_by(TOGETHER) {
        let all = first..citizens.min(first + TOGETHER);
        let choices: Vec<Choice> = all.flat_map(|citizen| town::choices(citizen, town.organisations())).collect();
        let statement = |what| -> Statement<'_, Choice> {
            let what: &Choice = what;
            Statement { subject: what.citizen.as_str(), id: what.id.as_str(), what, valid: what.period, document: None }
        };
        let statements: Vec<_> = choices.iter().map(statement).collect();
        registry.state_all(&statements).await.unwrap_or_else(|error| panic!("{error}"));
    }
    registry.close().await.unwrap_or_else(|error| panic!("{error}"));
    fs::rename(&half, folder.join(name)).unwrap_or_else(|error| panic!("{error}"));
}
