//! What a run writes into the table `sharing`, and what `stead decide` says: one answer, and by the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use stead_app::decide::{Decisions, Ground, Question};
use stead_app::log::LogKey;
use stead_app::registry::RegistryAddress;
use stead_app::{Address, Day};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::testing::{Desk, ON};

/// Ways to permit and to object; `{to}` is somebody who wants to see something of the citizen's, `{what}` what it is.
const CHOICES: [&str; 10] = [
    "object {citizen} --organisation {to}",
    "object {citizen} --category {what}",
    "object {citizen} --profession optometrist --profession pharmacist",
    "opt-out {citizen}",
    "object {citizen} --category {what} --purpose TREAT",
    "object {citizen} --organisation {to} --purpose HRESCH",
    "object {citizen} --organisation {to} --until 2026-10-01",
    "object {citizen} --organisation {to} --purpose ETREAT",
    "permit {citizen} --category sexual-health",
    "object {citizen} --category results",
];

/// What decides a link, and how it is decided.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    open: bool,
    why: String,
    clause: Option<String>,
    choice: Option<String>,
}

fn links(desk: &Desk) -> BTreeMap<String, Vec<Value>> {
    let mut by_citizen: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in desk.rows("SELECT * FROM sharing") {
        by_citizen.entry(text(&row, "citizen").expect("a citizen")).or_default().push(row);
    }
    by_citizen
}

fn text(row: &Value, column: &str) -> Option<String> {
    row[column].as_str().map(ToOwned::to_owned)
}

/// Makes the citizens choose, each in another way.
fn choose(desk: &Desk, links: &BTreeMap<String, Vec<Value>>) {
    for (at, (citizen, links)) in links.iter().enumerate().take(60) {
        let link = &links[at % links.len()];
        let choice = CHOICES[at % CHOICES.len()];
        let said = choice.replace("{citizen}", citizen);
        let said = said.replace("{to}", &text(link, "to").expect("a seeker"));
        let said = said.replace("{what}", &text(link, "category").expect("a category"));
        desk.stead(&format!("choice {said} --from 2026-01-01 --place harbour")).done();
    }
}

fn question(link: &Value) -> Question {
    Question {
        citizen: text(link, "citizen").expect("a citizen"),
        organisation: text(link, "to"),
        profession: text(link, "profession"),
        professional: None,
        service: None,
        holder: text(link, "from"),
        category: text(link, "category").expect("a category"),
        purpose: "TREAT".to_owned(),
        on: ON.parse().expect("a day"),
        reason: None,
    }
}

/// The links of a citizen of which a decision says something else.
async fn differences(decisions: Arc<Decisions>, citizen: String, links: Vec<Value>) -> Vec<String> {
    let on: Day = ON.parse().expect("a day");
    let known = decisions.known(&citizen, on).await.expect("a citizen of the run");
    let mut different = Vec::new();
    for link in links {
        let question = question(&link);
        let decided = decisions.decide(&question, &known).await.expect("a decision").decided;
        let open = link["open"].as_bool().expect("open or not");
        let in_table = Answer {
            open,
            why: text(&link, "why").expect("why"),
            clause: text(&link, "clause"),
            choice: text(&link, "choice"),
        };
        let answer = Answer {
            open: decided.permit,
            why: decided.why,
            clause: decided.clauses.first().cloned(),
            // What a clause asks for is a choice, too; the table has those that block.
            choice: decided.choice.filter(|_| !open),
        };
        if in_table != answer {
            different.push(format!("{question:?}\n  the table: {in_table:?}\n  decided: {answer:?}"));
        }
    }
    different
}

/// Puts every link of the first citizens to `stead decide`'s own path.
fn assert_agreement(desk: &Desk, links: BTreeMap<String, Vec<Value>>) {
    let ground = Ground {
        places: vec![desk.path("harbour")],
        lake: Address::from(&desk.path("lake")),
        registry: RegistryAddress::from(desk.path("registry.sqlite").as_path()),
        log_key: LogKey::default(),
    };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let different = runtime.block_on(async {
        let decisions = Arc::new(Decisions::open(&ground).await.expect("decisions"));
        let mut different = Vec::new();
        let mut under_way = JoinSet::new();
        for (citizen, links) in links {
            under_way.spawn(differences(Arc::clone(&decisions), citizen, links));
            if under_way.len() >= 32 {
                different.extend(under_way.join_next().await.expect("one").expect("no panic"));
            }
        }
        while let Some(done) = under_way.join_next().await {
            different.extend(done.expect("no panic"));
        }
        different
    });
    let first = different.get(..5).unwrap_or(&different).join("\n");
    assert!(different.is_empty(), "{} links differ:\n{first}", different.len());
}

#[test]
fn every_link_of_a_run_is_what_a_decision_about_it_says() {
    let desk = Desk::with_run();
    let unsigned = links(&desk);
    assert!(unsigned.values().flatten().any(|link| link["why"] == "not-in-force"));
    assert_agreement(&desk, unsigned.into_iter().take(20).collect());

    desk.share_data("registry.sqlite");
    choose(&desk, &links(&desk));
    desk.stead(&format!("run harbour --lake lake --on {ON}")).done();
    let links = links(&desk);
    let why = |word: &str| links.values().flatten().filter(|link| link["why"] == word).count();
    for word in ["clause", "objection", "no-clause", "not-by-name"] {
        assert!(why(word) > 0, "no link is decided by `{word}`");
    }
    assert_agreement(&desk, links);
}
