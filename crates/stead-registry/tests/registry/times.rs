//! Two kinds of time: what is stated is in force at once, and what was believed can be asked for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use stead_registry::{AsOf, Moment, Registry, RegistryError, Stated, Statement, Table};
use stead_rules::{Day, Period};

/// What a citizen says, as simply as can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Says(String);

impl Stated for Says {
    const TABLE: Table = Table::Choice;
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn from(text: &str) -> Period {
    Period::new(day(text), Day::FOREVER).unwrap()
}

async fn say(registry: &Registry, citizen: &str, id: &str, what: &str, valid: Period) -> Moment {
    let what = Says(what.to_owned());
    let statement = Statement { subject: citizen, id, what: &what, valid, document: None };
    registry.state(statement).await.unwrap()
}

/// What is believed as of a moment about a day, as words.
async fn believed(registry: &Registry, citizen: &str, as_of: AsOf) -> Vec<String> {
    let found = registry.stated_about::<Says>(citizen, as_of).await.unwrap();
    found.into_iter().map(|found| found.recorded.what.0).collect()
}

over_both! {
    /// She objected on 1 February, with effect from 1 January; on 1 April it came out that it was meant from 10 January.
    async fn what_did_we_believe_then_about_an_earlier_day(town) {
        let registry = town.registry().await;
        let first = say(&registry, "ada", "pharmacy", "no", from("2026-01-01")).await;
        let second = say(&registry, "ada", "pharmacy", "no", from("2026-01-10")).await;
        let about = |recorded, day_asked: &str| AsOf { recorded, valid: Some(day(day_asked)) };
        let before = Moment::from_micros(first.micros() - 1);
        assert_eq!(believed(&registry, "ada", about(before, "2026-01-05")).await, [""; 0]);
        assert_eq!(believed(&registry, "ada", about(first, "2026-01-05")).await, ["no"]);
        assert_eq!(believed(&registry, "ada", about(second, "2026-01-05")).await, [""; 0]);
        assert_eq!(believed(&registry, "ada", about(second, "2026-01-10")).await, ["no"]);
        assert_eq!(believed(&registry, "ada", AsOf::known(day("2026-01-05"))).await, [""; 0]);
    }

    async fn what_is_said_anew_closes_what_was_said_and_changes_nothing_else(town) {
        let registry = town.registry().await;
        let first = say(&registry, "ada", "pharmacy", "no", from("2026-01-01")).await;
        let second = say(&registry, "ada", "pharmacy", "yes", from("2026-01-01")).await;
        assert!(second > first);
        let history = registry.history::<Says>("ada").await.unwrap();
        let told: Vec<_> = history.iter().map(|it| (&*it.recorded.what.0, it.recorded.since, it.recorded.until)).collect();
        assert_eq!(told, [("no", first, second), ("yes", second, Moment::FOREVER)]);
    }

    async fn saying_the_same_once_more_changes_nothing(town) {
        let registry = town.registry().await;
        let first = say(&registry, "ada", "pharmacy", "no", from("2026-01-01")).await;
        assert_eq!(say(&registry, "ada", "pharmacy", "no", from("2026-01-01")).await, first);
        assert_eq!(registry.history::<Says>("ada").await.unwrap().len(), 1);
    }

    async fn what_ends_was_in_force_until_the_day_before(town) {
        let registry = town.registry().await;
        say(&registry, "ada", "pharmacy", "no", from("2026-01-01")).await;
        registry.end::<Says>("ada", "pharmacy", day("2026-03-01")).await.unwrap();
        assert_eq!(believed(&registry, "ada", AsOf::known(day("2026-02-28"))).await, ["no"]);
        assert_eq!(believed(&registry, "ada", AsOf::known(day("2026-03-01"))).await, [""; 0]);
        // It is not made longer again by ending it later.
        registry.end::<Says>("ada", "pharmacy", day("2026-06-01")).await.unwrap();
        assert_eq!(believed(&registry, "ada", AsOf::any_day()).await, ["no"]);
        assert_eq!(believed(&registry, "ada", AsOf::known(day("2026-03-01"))).await, [""; 0]);
    }

    async fn what_is_taken_back_stood_until_then(town) {
        let registry = town.registry().await;
        let said = say(&registry, "ada", "pharmacy", "no", from("2026-01-01")).await;
        let back = registry.retract::<Says>("ada", "pharmacy").await.unwrap();
        let valid = Some(day("2026-02-01"));
        assert_eq!(believed(&registry, "ada", AsOf { recorded: said, valid }).await, ["no"]);
        assert_eq!(believed(&registry, "ada", AsOf { recorded: back, valid }).await, [""; 0]);
        let again = registry.retract::<Says>("ada", "pharmacy").await.unwrap_err();
        assert_eq!(again.to_string(), "a choice `pharmacy` of `ada` is not recorded");
    }

    async fn nobody_knows_what_will_be_recorded(town) {
        let registry = town.registry().await;
        let later = Moment::from_micros(Moment::now().micros() + 3_600_000_000);
        let asked = registry.stated_about::<Says>("ada", AsOf { recorded: later, valid: Some(day("2026-01-01")) }).await;
        assert_eq!(asked.unwrap_err(), RegistryError::Future(later));
    }

    async fn several_statements_are_recorded_at_one_moment_or_not_at_all(town) {
        let registry = town.registry().await;
        let what = Says("no".to_owned());
        let long = "x".repeat(300);
        let statement = |id| Statement { subject: "ada", id, what: &what, valid: from("2026-01-01"), document: None };
        let refused = registry.state_all(&[statement("a"), statement(&long)]).await.unwrap_err();
        assert_eq!(refused.to_string(), "a statement's id of 300 bytes is too large: at most 256");
        // The text behind the second is not known: the first is not recorded either.
        let unknown = Statement { document: Some(b"unknown"), ..statement("b") };
        registry.state_all(&[statement("a"), unknown]).await.unwrap_err();
        assert_eq!(registry.history::<Says>("ada").await.unwrap(), []);
        registry.state_all(&[statement("a"), statement("b")]).await.unwrap();
        let moments: Vec<_> = registry.history::<Says>("ada").await.unwrap().iter().map(|it| it.recorded.since).collect();
        assert_eq!(moments[0], moments[1]);
    }

    async fn everybodys_statements_come_page_by_page(town) {
        let registry = town.registry().await;
        let what = Says("no".to_owned());
        let citizens: Vec<String> = (0..25).map(|n| format!("citizen-{n:02}")).collect();
        let two_each: Vec<_> = citizens.iter().flat_map(|subject| ["a", "b"].map(|id| {
            Statement { subject, id, what: &what, valid: from("2026-01-01"), document: None }
        })).collect();
        registry.state_all(&two_each).await.unwrap();
        let (mut after, mut seen) = (String::new(), Vec::new());
        loop {
            let page = registry.stated_after::<Says>(&after, AsOf::known(day("2026-02-01")), 7).await.unwrap();
            let Some(last) = page.last() else { break };
            assert_eq!(page.len() % 2, 0, "a citizen's statements were torn apart");
            after = last.subject.clone();
            seen.extend(page.into_iter().map(|found| found.subject));
        }
        assert_eq!(seen.len(), 50);
    }

    async fn a_document_is_kept_word_by_word(town) {
        let registry = town.registry().await;
        registry.keep_document(b"digest", "four words – with Ünicode").await.unwrap();
        registry.keep_document(b"digest", "four words – with Ünicode").await.unwrap();
        assert_eq!(registry.document(b"digest").await.unwrap().as_deref(), Some("four words – with Ünicode"));
        let other = registry.keep_document(b"digest", "others").await.unwrap_err();
        assert_eq!(other.to_string(), "a document with that digest is recorded already, and says something else; nothing was changed");
        assert_eq!(registry.keep_document(b"zero", "a\0b").await.unwrap_err(), RegistryError::Unusable { what: "a document" });
    }

    /// One citizen changes her mind again and again while many read and write about others, from two processes' connections.
    /// Every reading that begins after she was told "it is so" must see it.
    async fn what_is_said_is_in_force_for_the_very_next_reading_under_load(town) {
        let (here, there) = (town.registry().await, town.registry().await);
        let busy = Arc::new(AtomicBool::new(true));
        let crowd: Vec<_> = (0..6).map(|n| tokio::spawn({
            let (registry, busy) = (if n % 2 == 0 { here.clone() } else { there.clone() }, Arc::clone(&busy));
            async move {
                let citizen = format!("citizen-{n}");
                let mut turn = 0;
                while busy.load(Ordering::Relaxed) {
                    say(&registry, &citizen, "any", &turn.to_string(), from("2026-01-01")).await;
                    assert_eq!(believed(&registry, &citizen, AsOf::known(day("2026-02-01"))).await, [turn.to_string()]);
                    turn += 1;
                }
                turn
            }
        })).collect();
        let today = day("2026-02-01");
        for turn in 0..12 {
            say(&here, "ada", "pharmacy", &format!("no, {turn}"), from("2026-01-01")).await;
            // Eight read at once, wherever.
            let readers: Vec<_> = (0..8).map(|n| tokio::spawn({
                let registry = if n % 2 == 0 { here.clone() } else { there.clone() };
                async move { believed(&registry, "ada", AsOf::known(today)).await }
            })).collect();
            for reader in readers {
                assert_eq!(reader.await.unwrap(), [format!("no, {turn}")], "objected");
            }
            here.end::<Says>("ada", "pharmacy", today).await.unwrap();
            assert_eq!(believed(&there, "ada", AsOf::known(today)).await, [""; 0], "withdrawn");
        }
        busy.store(false, Ordering::Relaxed);
        for one in crowd {
            assert!(one.await.unwrap() > 0, "there was no load");
        }
    }

    /// Whatever was answered about a moment is answered again later, however many record at that moment.
    async fn an_answer_about_the_past_never_changes(town) {
        let registry = town.registry().await;
        let valid = Some(day("2026-02-01"));
        let writers: Vec<_> = (0..6).map(|n| tokio::spawn({
            let registry = registry.clone();
            async move {
                for turn in 0..15 {
                    say(&registry, "ada", &format!("choice-{n}"), &turn.to_string(), from("2026-01-01")).await;
                }
            }
        })).collect();
        let mut answers = Vec::new();
        while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
            let as_of = AsOf { recorded: Moment::from_micros(Moment::now().micros() - 1), valid };
            match registry.stated_about::<Says>("ada", as_of).await {
                Ok(answer) => answers.push((as_of, answer)),
                Err(error) => assert_eq!(error, RegistryError::Future(as_of.recorded)),
            }
        }
        assert!(!answers.is_empty());
        for (as_of, answer) in answers {
            let again = registry.stated_about::<Says>("ada", as_of).await.unwrap();
            let told = |found: &[stead_registry::Found<Says>]| -> Vec<(String, String)> {
                found.iter().map(|it| (it.id.clone(), it.recorded.what.0.clone())).collect()
            };
            assert_eq!(told(&answer), told(&again), "as of {as_of:?}");
        }
    }
}

/// A choice made, changed and ended, for a story about rights.
pub async fn told_in_few_rights(registry: &Registry) {
    say(registry, "ada", "pharmacy", "no", from("2026-01-01")).await;
    let said = say(registry, "ada", "pharmacy", "never", from("2026-01-01")).await;
    registry.end::<Says>("ada", "pharmacy", day("2026-02-01")).await.unwrap();
    let as_of = AsOf { recorded: said, valid: Some(day("2026-03-01")) };
    assert_eq!(believed(registry, "ada", as_of).await, ["never"]);
}
