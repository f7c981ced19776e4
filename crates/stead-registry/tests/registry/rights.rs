//! PostgreSQL with few rights: the set-up that `docs/registry.md` tells, run as it stands there.

use std::fs;
use std::path::Path;

use stead_registry::log::LogWriter;
use stead_registry::{Registry, RegistryAddress};

use crate::testing::{Simple, entry, say, server, whole_log};

#[test]
fn the_set_up_of_the_manual_is_enough_and_no_more() {
    let Some(server) = server() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(set_up(&server));
}

async fn set_up(server: &str) {
    let name = format!("stead_manual_{}", std::process::id());
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/registry.md");
    let page = fs::read_to_string(page).unwrap();
    let blocks: Vec<String> = page
        .split("```sql\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .map(|block| {
            block.replace("stead_owner", &format!("{name}_owner")).replace("stead_serves", &format!("{name}_serves"))
        })
        .map(|block| block.replace("DATABASE stead ", &format!("DATABASE {name} ")).replace('…', "hush"))
        .collect();
    let [first, second] = &blocks[..] else { panic!("the page has {} blocks of SQL, not two", blocks.len()) };
    let (before, after) = first.split_once("\\connect stead\n").unwrap();
    for statement in before.lines() {
        say(server, statement).await.unwrap();
    }
    let url = |user: &str| {
        let mut url: url::Url = server.parse().unwrap();
        url.set_path(&name);
        if !user.is_empty() {
            url.set_username(user).unwrap();
            url.set_password(Some("hush")).unwrap();
        }
        url
    };
    say(url("").as_str(), after).await.unwrap();
    let (owner, serves) = (url(&format!("{name}_owner")), url(&format!("{name}_serves")));
    Registry::open(&RegistryAddress::Postgres(owner.clone())).await.unwrap().close().await.unwrap();
    say(owner.as_str(), second).await.unwrap();

    let registry = Registry::open(&RegistryAddress::Postgres(serves.clone())).await.unwrap();
    let writer = LogWriter::start(registry.clone(), Simple);
    writer.append(vec![entry("ada", "first")]).await.unwrap();
    writer.append(vec![entry("ada", "second")]).await.unwrap();
    assert_eq!(whole_log(&registry).await.len(), 2);
    crate::times::told_in_few_rights(&registry).await;
    registry.citizen_secret("ada", b"salt").await.unwrap();
    assert!(registry.forget_citizen("ada").await.unwrap());
    for forbidden in [
        "DELETE FROM log_entry",
        "UPDATE log_entry SET content = ''",
        "DELETE FROM choice",
        "UPDATE choice SET content = '{}'",
        "DROP TABLE log_entry",
        "CREATE TABLE mine (one bigint)",
    ] {
        say(serves.as_str(), forbidden).await.expect_err(forbidden);
    }
    registry.close().await.unwrap();
    drop(writer);
    say(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    for role in ["owner", "serves"] {
        say(server, &format!("DROP ROLE {name}_{role}")).await.unwrap();
    }
}
