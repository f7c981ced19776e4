//! Killed at any moment: what was acknowledged is there, and what is there is of one piece.
//!
//! A process of its own appends and says what was acknowledged; it is killed, without warning, at some moment; and again,
//! on the same registry, many times.

use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead, BufReader, Write, stdout};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use stead_registry::log::{LogWriter, NewEntry};
use stead_registry::{Noted, Registry, Statement};
use stead_rules::Day;
use stead_rules::agreement::{Digest, Signature};

use crate::testing::{Simple, entry, whole_log};

/// How often. A longer run: `STEAD_TEST_KILLS=1000 ./x test -p stead-registry killed`.
const KILLS: u64 = 15;
/// Longest life of a process, from its first acknowledged entry on.
const LIFE_MICROS_MAX: u64 = 60_000;

/// Names the registry that the process to be killed writes to, and which life this is.
const VICTIM: &str = "STEAD_TEST_VICTIM";

over_both! {
    async fn a_process_that_is_killed_loses_nothing_that_was_acknowledged(town) {
        let kills = env::var("STEAD_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
        let mut acknowledged = BTreeSet::new();
        let mut chance = Chance(0x5eed);
        for life in 0..kills {
            acknowledged.extend(lived(&town.address_in_full(), life, chance.below(LIFE_MICROS_MAX)));
            let registry = town.registry().await;
            let mut there: BTreeSet<String> = whole_log(&registry).await.into_iter().collect();
            there.extend(signed(&registry).await);
            let lost: Vec<&String> = acknowledged.difference(&there).collect();
            assert!(lost.is_empty(), "lost in life {life}: {lost:?}");
            registry.close().await.unwrap();
        }
        assert!(acknowledged.iter().any(|said| said.starts_with("signed ")), "no signature was acknowledged");
        assert!(acknowledged.len() as u64 > kills, "hardly anything was acknowledged: {}", acknowledged.len());
    }
}

/// Starts a process that appends, kills it, and gives back what it had acknowledged.
fn lived(address: &str, life: u64, micros: u64) -> Vec<String> {
    let mut victim = Command::new(env::current_exe().unwrap())
        .args(["--exact", "killed::victim", "--ignored", "--nocapture", "--test-threads", "1"])
        .env(VICTIM, format!("{life} {address}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(victim.stdout.take().unwrap());
    // It has begun once it says something of its own.
    let mut lines = Vec::new();
    let mut line = String::new();
    while !line.contains("ack ") {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "it ended by itself");
    }
    lines.push(line);
    thread::sleep(Duration::from_micros(micros));
    victim.kill().unwrap();
    victim.wait().unwrap();
    lines.extend(said.lines().map(|line| line.unwrap() + "\n"));
    // The test harness may have written something before the first. What it was saying when it was killed has no full stop.
    lines.iter().filter_map(|line| Some(line.split_once("ack ")?.1.strip_suffix(".\n")?.to_owned())).collect()
}

/// Every signature that is there, as it was acknowledged.
async fn signed(registry: &Registry) -> Vec<String> {
    let found = registry.history::<Noted<Signature>>("alliance-2026").await.unwrap();
    found.into_iter().map(|found| format!("signed {}", found.recorded.what.note)).collect()
}

/// Appends and signs until it is killed, several tasks at once, and says what was acknowledged.
#[test]
#[ignore = "the process that the tests above start and kill"]
fn victim() {
    let told = env::var(VICTIM).expect("only as a process of a test");
    let (life, address) = told.split_once(' ').unwrap();
    let address = address.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let registry = Registry::open(&address).await.unwrap();
        let writer = LogWriter::start(registry.clone(), Simple);
        let tasks: Vec<_> = (0..6)
            .map(|task| {
                let (registry, writer, life) = (registry.clone(), writer.clone(), life.to_owned());
                tokio::spawn(async move {
                    for turn in 0.. {
                        let content = format!("{life}.{task}.{turn}");
                        acknowledge(&match task {
                            0..4 => append(&writer, task, content).await,
                            _ => sign(&registry, content).await,
                        });
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

async fn append(writer: &LogWriter<NewEntry>, task: usize, content: String) -> String {
    let number = writer.append(vec![entry(&format!("citizen-{task}"), &content)]).await.unwrap();
    format!("{content}#{number}")
}

async fn sign(registry: &Registry, content: String) -> String {
    let day = Day::from_epoch_days(20_000);
    let (agreement, organisation) = ("alliance-2026".into(), content.as_str().into());
    let said = Signature { agreement, organisation, role: None, digest: Digest([7; 32]), day };
    let noted = Noted { said, note: content.as_str().into() };
    let (id, valid) = (noted.id(), noted.valid().unwrap());
    let statement = Statement { subject: "alliance-2026", id: &id, what: &noted, valid, document: None };
    registry.state(statement).await.unwrap();
    format!("signed {content}")
}

fn acknowledge(what: &str) {
    let mut out = stdout().lock();
    out.write_all(format!("ack {what}.\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Numbers that look like chance and are the same each time (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}
