//! Many decide at once while citizens change their minds: whatever a citizen has been told is recorded holds for the very
//! next question, from whichever task or process, in SQLite and in PostgreSQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use stead_app::choices::{self, ChoiceKind, NewChoice};
use stead_app::decide::{Decisions, Ground, Known, Question};
use stead_app::log::LogKey;
use stead_app::registry::RegistryAddress;
use stead_app::{Address, Day};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::postgres::Database;
use crate::testing::{Desk, ON, words};

/// How many citizens change their minds, and how often each.
const CITIZENS: usize = 6;
const ROUNDS: usize = 20;
/// How many ask about each of them all the while.
const OTHERS: usize = 3;

/// A citizen, and a link that an agreement opens.
struct Story {
    question: Question,
    known: Known,
    /// How many changes of mind have begun, and how many have been acknowledged: after an odd number she objects.
    begun: AtomicU64,
    acknowledged: AtomicU64,
}

/// What all tasks share.
struct Stage {
    decisions: Decisions,
    registry: RegistryAddress,
    stories: Vec<Story>,
    over: AtomicBool,
    asked: AtomicU64,
    certain: AtomicU64,
}

impl Stage {
    async fn permits(&self, story: &Story) -> bool {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.decisions.decide(&story.question, &story.known).await.expect("a decision").decided.permit
    }

    /// Objects and takes it back, over and over; asks after each.
    async fn changes_her_mind(&self, story: &Story) {
        let on: Day = ON.parse().expect("a day");
        for round in 0..ROUNDS {
            story.begun.fetch_add(1, Ordering::SeqCst);
            let objection = NewChoice {
                citizen: story.question.citizen.clone(),
                kind: ChoiceKind::Objection,
                organisations: story.question.organisation.iter().cloned().collect(),
                professions: Vec::new(),
                categories: Vec::new(),
                purposes: Vec::new(),
                from: "2026-01-01".parse().expect("a day"),
                until: None,
                source: None,
            };
            // As another process would: with a registry opened for it.
            let made = choices::record(&self.registry, &[], objection).await.expect("an objection");
            story.acknowledged.fetch_add(1, Ordering::SeqCst);
            assert!(!self.permits(story).await, "round {round}: she objects");
            story.begun.fetch_add(1, Ordering::SeqCst);
            let id = &made.choices[0].id;
            choices::withdraw(&self.registry, &story.question.citizen, id, on).await.expect("taken back");
            story.acknowledged.fetch_add(1, Ordering::SeqCst);
            assert!(self.permits(story).await, "round {round}: she has taken it back");
        }
    }

    /// Asks until it is over. Where nothing had begun between two acknowledgements, it is certain what the answer has to be.
    async fn asks(&self, story: &Story) {
        while !self.over.load(Ordering::SeqCst) {
            let acknowledged = story.acknowledged.load(Ordering::SeqCst);
            let permits = self.permits(story).await;
            if story.begun.load(Ordering::SeqCst) == acknowledged {
                self.certain.fetch_add(1, Ordering::SeqCst);
                assert_eq!(
                    permits,
                    acknowledged.is_multiple_of(2),
                    "after {acknowledged} acknowledged changes of mind"
                );
            }
        }
    }
}

/// Citizens with a link that is open by a clause, one each.
fn questions(desk: &Desk) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for row in desk.rows("SELECT * FROM sharing WHERE open ORDER BY citizen, category") {
        let text = |column: &str| row[column].as_str().map(ToOwned::to_owned);
        let citizen = text("citizen").expect("a citizen");
        if questions.last().is_some_and(|last| last.citizen == citizen) || questions.len() == CITIZENS {
            continue;
        }
        questions.push(Question {
            citizen,
            organisation: text("to"),
            profession: text("profession"),
            professional: None,
            service: None,
            holder: text("from"),
            category: text("category").expect("a category"),
            purpose: "TREAT".to_owned(),
            on: ON.parse().expect("a day"),
            reason: None,
        });
    }
    assert_eq!(questions.len(), CITIZENS, "citizens with an open link");
    questions
}

fn tell(registry: &str) {
    let desk = Desk::with_lake();
    let within = |line: &str| desk.program(&words(line), &[("STEAD_REGISTRY", registry)]);
    desk.share_data(registry);
    within(&format!("run harbour --lake lake --on {ON}")).done();
    let questions = questions(&desk);
    let address: RegistryAddress = match registry.starts_with("postgres") {
        true => registry.parse().expect("an address"),
        false => RegistryAddress::from(desk.path(registry).as_path()),
    };
    let key = desk.path("log-key");
    let ground = Ground {
        places: vec![desk.path("harbour")],
        lake: Address::from(&desk.path("lake")),
        registry: address.clone(),
        log_key: LogKey { file: Some(key) },
    };
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime");
    let stage = runtime.block_on(play(&ground, address, questions));
    let (asked, certain) = (stage.asked.load(Ordering::SeqCst), stage.certain.load(Ordering::SeqCst));
    assert!(certain > 0, "of {asked} answers, none was certain");

    // Everything that was asked is in the log, which holds; and the program says the same as the tasks.
    let log = "--log-key log-key";
    let verified = within(&format!("log verify {log} --format json")).done();
    let verified: serde_json::Value = serde_json::from_str(&verified.out).expect("JSON");
    assert_eq!((&verified["holds"], verified["entries"].as_u64()), (&true.into(), Some(asked)));
    let Question { citizen, organisation, profession, holder, category, .. } = &stage.stories[0].question;
    let part =
        |flag: &str, value: &Option<String>| value.as_ref().map_or_else(String::new, |it| format!("{flag} {it}"));
    let who =
        [part("--organisation", organisation), part("--profession", profession), part("--holder", holder)].join(" ");
    let about = format!("--citizen {citizen} --category {category} --purpose TREAT --on {ON} --lake lake {log}");
    within(&format!("decide harbour {about} {who}")).done();
    within(&format!("choice object {citizen} --category {category} --from 2026-01-01")).done();
    let objected = within(&format!("decide harbour {about} {who}"));
    assert_eq!(objected.code, 5, "{objected:?}");
    let shown = within(&format!("log {citizen} {log}")).done();
    assert!(shown.out.contains("object"), "{shown:?}");
}

async fn play(ground: &Ground, registry: RegistryAddress, questions: Vec<Question>) -> Arc<Stage> {
    let decisions = Decisions::open(ground).await.expect("decisions");
    let mut stories = Vec::new();
    for question in questions {
        let known = decisions.known(&question.citizen, question.on).await.expect("a citizen of the run");
        let (begun, acknowledged) = (AtomicU64::new(0), AtomicU64::new(0));
        stories.push(Story { question, known, begun, acknowledged });
    }
    let (asked, certain) = (AtomicU64::new(0), AtomicU64::new(0));
    let stage = Arc::new(Stage { decisions, registry, stories, over: AtomicBool::new(false), asked, certain });
    let (mut citizens, mut others) = (JoinSet::new(), JoinSet::new());
    for at in 0..CITIZENS {
        let with = Arc::clone(&stage);
        citizens.spawn(async move { with.changes_her_mind(&with.stories[at]).await });
        for _ in 0..OTHERS {
            let with = Arc::clone(&stage);
            others.spawn(async move { with.asks(&with.stories[at]).await });
        }
    }
    let done = citizens.join_all();
    // Nobody goes on asking for ever when a citizen's story fails.
    let done = tokio::spawn(done).await;
    stage.over.store(true, Ordering::SeqCst);
    others.join_all().await;
    done.expect("every citizen's choice held");
    stage.decisions.close().await.expect("closed");
    stage
}

#[test]
fn a_choice_holds_for_the_very_next_question_in_sqlite() {
    tell("registry.sqlite");
}

#[test]
fn a_choice_holds_for_the_very_next_question_in_postgresql() {
    if let Some(database) = Database::new() {
        tell(&database.address());
    }
}
