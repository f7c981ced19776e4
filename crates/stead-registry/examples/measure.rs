//! How fast a registry is: entries appended to its log a second, each acknowledged once it is on disk; and how long it takes
//! to read one citizen's choices among many.
//!
//! `cargo run --release -p stead-registry --example measure -- REGISTRY [CHOICES]`: the registry is begun, and has to be a new
//! one. Hashing and signing are not measured here: they are `stead-gate`'s.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::env;
use std::error::Error;
use std::time::{Duration, Instant};

use stead_registry::log::{Batch, Edge, LogWriter, NewEntry, Part, Seal};
use stead_registry::{AsOf, Registry, RegistryAddress, Statement};
use stead_rules::choice::{Choice, ChoiceKind};
use stead_rules::{Day, Period};

/// How long each number of tasks appends.
const SECONDS: u64 = 5;
const READS: u32 = 2_000;
/// Choices that are recorded at one moment.
const TOGETHER: u64 = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address: RegistryAddress = arguments.next().ok_or("name a new registry: a file or a URL")?.parse()?;
    let choices = arguments.next().map_or(Ok(1_000_000), |number| number.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(&address, choices))
}

async fn measure(address: &RegistryAddress, choices: u64) -> Result<(), Box<dyn Error>> {
    let registry = Registry::open(address).await?;
    println!("{address}");
    for tasks in [1, 16, 256] {
        let (appended, took) = append(&registry, tasks).await?;
        let rate = appended as f64 / took.as_secs_f64();
        println!("{tasks:>4} tasks, each waits for its entry: {rate:>8.0} entries a second");
    }
    let began = Instant::now();
    for first in (0..choices).step_by(TOGETHER.try_into()?) {
        record(&registry, first, choices.min(first + TOGETHER)).await?;
    }
    println!("{choices} citizens' choices recorded in {:.1} s", began.elapsed().as_secs_f64());
    let mut took = Vec::new();
    for read in 0..READS {
        // Far apart, so that nothing is read because its neighbour was.
        let citizen = name(u64::from(read).wrapping_mul(0x9e37_79b9_7f4a_7c15) % choices);
        let began = Instant::now();
        let found = registry.stated_about::<Choice>(&citizen, AsOf::known(day())).await?;
        took.push(began.elapsed());
        if found.len() != 1 {
            return Err(format!("{citizen} has {} choices", found.len()).into());
        }
    }
    took.sort_unstable();
    let at = |percent: usize| took.get(took.len() * percent / 100).map_or(0, Duration::as_micros);
    println!("one citizen's choices read: half within {} µs, 99 of 100 within {} µs", at(50), at(99));
    Ok(())
}

async fn append(registry: &Registry, tasks: usize) -> Result<(u64, Duration), Box<dyn Error>> {
    let writer = LogWriter::start(registry.clone(), Plain);
    let began = Instant::now();
    let until = began + Duration::from_secs(SECONDS);
    let work = |task: usize| {
        let writer = writer.clone();
        tokio::spawn(async move {
            let mut appended = 0;
            while Instant::now() < until {
                writer.append(vec![task]).await?;
                appended += 1;
            }
            Ok::<u64, stead_registry::RegistryError>(appended)
        })
    };
    let tasks: Vec<_> = (0..tasks).map(work).collect();
    let mut appended = 0;
    for task in tasks {
        appended += task.await??;
    }
    Ok((appended, began.elapsed()))
}

async fn record(registry: &Registry, first: u64, last: u64) -> Result<(), Box<dyn Error>> {
    let period = Period::new(day(), Day::FOREVER).ok_or("a period")?;
    let choice = |number: u64| Choice {
        id: "objection-1".into(),
        citizen: name(number).into(),
        kind: ChoiceKind::Objection,
        organisations: vec![format!("organisation-{}", number % 1_000).into()],
        professions: vec![],
        categories: vec!["mental-health".into()],
        purposes: vec![],
        period,
        source: None,
    };
    let choices: Vec<Choice> = (first..last).map(choice).collect();
    let statement = |what| -> Statement<'_, Choice> {
        let what: &Choice = what;
        Statement { subject: what.citizen.as_str(), id: "objection-1", what, valid: period, document: None }
    };
    let statements: Vec<_> = choices.iter().map(statement).collect();
    registry.state_all(&statements).await?;
    Ok(())
}

fn day() -> Day {
    Day::from_epoch_days(20_500)
}

fn name(number: u64) -> String {
    format!("citizen-{number:08}")
}

/// Entries of the size of a decision, with details, a part for the tree and one for the citizen's bucket.
struct Plain;

impl Seal for Plain {
    type Item = usize;

    fn parts(&self, _: u64, items: &[usize]) -> Vec<String> {
        let mut names: Vec<String> = items.iter().map(|task| format!("bucket/{task}")).collect();
        names.push("tile".to_owned());
        names.sort_unstable();
        names.dedup();
        names
    }

    fn batch(&mut self, edge: &Edge, items: &[usize]) -> Result<Batch, String> {
        let entry = |task: &usize| NewEntry {
            pseudonym: Some(task.to_be_bytes().repeat(4)),
            content: vec![b'e'; 350],
            details: Some(vec![b'd'; 300]),
        };
        let part = |(name, bytes)| Part { name, content: vec![b'p'; bytes] };
        let names = self.parts(edge.entries, items).into_iter();
        let parts = names.map(|name| if name == "tile" { (name, 8192) } else { (name, 1024) }).map(part).collect();
        let entries = items.iter().map(entry).collect();
        Ok(Batch { from: edge.entries, entries, parts, checkpoint: Some(vec![b'c'; 300]) })
    }
}
