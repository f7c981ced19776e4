//! A database of PostgreSQL for one test.

use std::env;
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tokio::runtime::Builder;

/// A database that is there for as long as this is.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// A new one on the tests' server; without a server nothing, but not in CI.
    pub fn new() -> Option<Self> {
        let Some(server) = env::var("STEAD_TEST_POSTGRES").ok().filter(|server| !server.is_empty()) else {
            assert!(env::var("CI").as_deref() != Ok("true"), "no PostgreSQL: `./x test` starts one");
            return None;
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_nanos();
        let name = format!("stead_cli_{}_{now}", process::id());
        say(&server, &format!("CREATE DATABASE {name}"));
        Some(Self { server, name })
    }

    /// Its address.
    pub fn address(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').expect("a database in the address");
        format!("{server}/{}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        say(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn say(server: &str, sql: &str) {
    sqlx::any::install_default_drivers();
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut connection = AnyConnection::connect(server).await.expect("the server of the tests answers");
        connection.execute(AssertSqlSafe(sql.to_owned())).await.expect("and makes databases");
        connection.close().await.expect("closed");
    });
}
