//! Telling one story of both databases.

use std::env;
use std::path::PathBuf;
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use stead_registry::log::{Batch, Edge, NewEntry, Part, Seal};
use stead_registry::{Registry, RegistryAddress};
use tempfile::TempDir;

/// Which database a story is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Sqlite,
    Postgres,
}

/// Makes a test over each database of every story: `story::in_sqlite`, `story::in_postgres`.
macro_rules! over_both {
    ($($(#[$doc:meta])* async fn $story:ident($town:ident) $body:block)*) => {$(
        $(#[$doc])*
        async fn $story($town: &crate::testing::Town) $body

        mod $story {
            #[test]
            fn in_sqlite() {
                crate::testing::tell(crate::testing::Over::Sqlite, async |town| super::$story(town).await);
            }

            #[test]
            fn in_postgres() {
                crate::testing::tell(crate::testing::Over::Postgres, async |town| super::$story(town).await);
            }
        }
    )*};
}

/// A registry for one story.
pub struct Town {
    pub address: RegistryAddress,
    pub folder: TempDir,
}

impl Town {
    /// Opens the registry, once more if it is open already.
    pub async fn registry(&self) -> Registry {
        Registry::open(&self.address).await.expect("the registry opens")
    }

    /// The address as one gives it on a command line, with its password.
    pub fn address_in_full(&self) -> String {
        match &self.address {
            RegistryAddress::File(file) => file.to_str().unwrap().to_owned(),
            RegistryAddress::Postgres(url) => url.to_string(),
        }
    }

    /// Says something to the database that no registry would.
    pub async fn say(&self, sql: &str) -> Result<(), sqlx::Error> {
        let url = match &self.address {
            RegistryAddress::File(file) => format!("sqlite://{}", file.display()),
            RegistryAddress::Postgres(url) => url.to_string(),
        };
        say(&url, sql).await
    }
}

pub async fn say(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await?;
    connection.execute(AssertSqlSafe(sql.to_owned())).await?;
    connection.close().await
}

/// Tells a story of one database, in a registry of its own. Without a server for it, says so and tells nothing.
pub fn tell(over: Over, story: impl AsyncFnOnce(&Town)) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        match over {
            Over::Sqlite => {
                let file: PathBuf = folder.path().join("registry.sqlite");
                story(&Town { address: file.as_path().into(), folder }).await;
            }
            Over::Postgres => {
                let Some(server) = server() else { return };
                let name = unused_name();
                say(&server, &format!("CREATE DATABASE {name}"))
                    .await
                    .expect("the server of the tests makes databases");
                let mut url: url::Url = server.parse().unwrap();
                url.set_path(&name);
                story(&Town { address: RegistryAddress::Postgres(url), folder }).await;
                say(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await.expect("and drops them");
            }
        }
    });
}

/// The server that tests may make databases on.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub fn server() -> Option<String> {
    let server = env::var("STEAD_TEST_POSTGRES").ok().filter(|server| !server.is_empty());
    if server.is_none() {
        assert!(
            env::var("CI").as_deref() != Ok("true"),
            "no PostgreSQL: `./x test` starts one and sets STEAD_TEST_POSTGRES"
        );
        eprintln!("skipped: no PostgreSQL (STEAD_TEST_POSTGRES names no server)");
    }
    server
}

fn unused_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("stead_test_{}_{now}", process::id())
}

/// Seals as simply as can be: an entry's content is followed by its number, a chain's head says how many entries it has and
/// the last one's number, the part `all` tells how many entries there are, and so does the checkpoint.
pub struct Simple;

impl Seal for Simple {
    type Item = NewEntry;

    fn parts(&self, _: u64, items: &[NewEntry]) -> Vec<String> {
        items.iter().filter_map(chain).chain(["all".to_owned()]).collect()
    }

    fn batch(&mut self, edge: &Edge, items: &[NewEntry]) -> Result<Batch, String> {
        let mut parts = edge.parts.clone();
        let said = |number: u64| number.to_string().into_bytes();
        if let Some(all) = parts.get("all") {
            assert_eq!(*all, said(edge.entries), "a part of another log");
        }
        let mut entries = Vec::new();
        for (number, item) in (edge.entries..).zip(items) {
            if let Some(chain) = chain(item) {
                let before = parts.get(&chain).map_or(0, |head| head_of(head).0);
                parts.insert(chain, format!("{} {number}", before + 1).into_bytes());
            }
            let content = [&*item.content, format!("#{number}").as_bytes()].concat();
            entries.push(NewEntry { content, ..item.clone() });
        }
        let count = said(edge.entries + entries.len() as u64);
        parts.insert("all".to_owned(), count.clone());
        let parts = parts.into_iter().map(|(name, content)| Part { name, content }).collect();
        Ok(Batch { from: edge.entries, entries, parts, checkpoint: Some(count) })
    }
}

fn chain(item: &NewEntry) -> Option<String> {
    item.pseudonym.as_ref().map(|pseudonym| format!("chain/{}", String::from_utf8_lossy(pseudonym)))
}

/// How many entries a chain has, and the number of the last.
fn head_of(head: &[u8]) -> (u64, u64) {
    let (count, last) = str::from_utf8(head).unwrap().split_once(' ').unwrap();
    (count.parse().unwrap(), last.parse().unwrap())
}

/// An entry to append.
pub fn entry(about: &str, content: &str) -> NewEntry {
    NewEntry {
        pseudonym: Some(about.as_bytes().to_vec()),
        content: content.as_bytes().to_vec(),
        details: Some(format!("all about {content}").into_bytes()),
    }
}

/// INVARIANT: whatever happened, entries, their details, chains and checkpoints are of one piece. Gives back what the
/// entries say.
pub async fn whole_log(registry: &Registry) -> Vec<String> {
    let count = registry.log_entries().await.unwrap();
    let entries = registry.log_range(0..u64::MAX >> 1).await.unwrap();
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (0..count).collect::<Vec<u64>>(), "numbers have gaps");
    assert!(entries.iter().all(|entry| entry.details.is_some()), "an entry lacks its details");
    let checkpoint = registry.log_checkpoint(u64::MAX).await.unwrap();
    assert_eq!(checkpoint.map_or(0, |checkpoint| checkpoint.entries), count, "the latest checkpoint covers all");
    for Part { name, content } in registry.log_parts_after("", 1000).await.unwrap() {
        let Some(pseudonym) = name.strip_prefix("chain/") else {
            assert_eq!(content, count.to_string().into_bytes(), "the part has grown with the entries");
            continue;
        };
        let chain = registry.log_of(pseudonym.as_bytes(), 0).await.unwrap();
        assert_eq!((chain.len() as u64, chain.last().unwrap().number), head_of(&content), "a head is its chain's");
    }
    entries.into_iter().map(|entry| String::from_utf8(entry.content).unwrap()).collect()
}
