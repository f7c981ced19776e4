//! The log: numbers without gaps, batches whole or not at all, one writer for many.

use stead_registry::RegistryError;
use stead_registry::log::{Batch, Edge, LogWriter, NewEntry, Part, Seal};

use crate::testing::{Simple, entry, whole_log};

over_both! {
    async fn what_many_tasks_append_gets_numbers_without_gaps(town) {
        let registry = town.registry().await;
        let writer = LogWriter::start(registry.clone(), Simple);
        let tasks: Vec<_> = (0..20).map(|task| tokio::spawn({
            let writer = writer.clone();
            async move {
                let mut got = Vec::new();
                for turn in 0..10 {
                    let about = format!("citizen-{}", (task + turn) % 7);
                    let content = format!("{task}.{turn}");
                    got.push((writer.append(vec![entry(&about, &content)]).await.unwrap(), content));
                }
                got
            }
        })).collect();
        let mut acknowledged = Vec::new();
        for task in tasks {
            acknowledged.extend(task.await.unwrap());
        }
        let log = whole_log(&registry).await;
        assert_eq!(log.len(), 200);
        for (number, content) in acknowledged {
            assert_eq!(log[usize::try_from(number).unwrap()], format!("{content}#{number}"));
        }
    }

    /// As two processes would that serve one place.
    async fn two_writers_on_one_log_do_not_lose_anything_of_each_other(town) {
        let (one, other) = (town.registry().await, town.registry().await);
        let writers = [LogWriter::start(one.clone(), Simple), LogWriter::start(other, Simple)];
        let tasks: Vec<_> = (0..8).map(|task| tokio::spawn({
            let writer = writers[task % 2].clone();
            async move {
                for turn in 0..10 {
                    writer.append(vec![entry("ada", &format!("{task}.{turn}"))]).await.unwrap();
                }
            }
        })).collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(whole_log(&one).await.len(), 80);
    }

    async fn entries_that_are_appended_together_stay_together(town) {
        let registry = town.registry().await;
        let writer = LogWriter::start(registry.clone(), Simple);
        let many: Vec<NewEntry> = (0..300).map(|n| entry(&format!("citizen-{n}"), &format!("{n}"))).collect();
        assert_eq!(writer.append(many).await.unwrap(), 0);
        assert_eq!(writer.append(vec![entry("ada", "after")]).await.unwrap(), 300);
        assert_eq!(whole_log(&registry).await.last().unwrap(), "after#300");
    }

    async fn a_batch_for_a_log_that_grew_meanwhile_is_refused(town) {
        let registry = town.registry().await;
        let batch = Simple.batch(&Edge::default(), &[entry("ada", "first")]).unwrap();
        assert_eq!(registry.append_batch(&batch).await.unwrap(), 1);
        let refused = registry.append_batch(&batch).await.unwrap_err();
        assert_eq!(refused, RegistryError::Grew { expected: 0, found: 1 });
        assert_eq!(whole_log(&registry).await, ["first#0"]);
    }

    /// Its checkpoint cannot be kept, for there is one. The entry that was put before it in the same batch is not kept either.
    async fn a_batch_that_fails_half_way_leaves_nothing(town) {
        let registry = town.registry().await;
        town.say("INSERT INTO log_checkpoint (entries, content) VALUES (1, 'theirs')").await.ok();
        town.say("INSERT INTO log_checkpoint (entries, content) VALUES (1, CAST('theirs' AS BLOB))").await.ok();
        let part = Part { name: "part".to_owned(), content: vec![1] };
        let checkpoint = Some(b"ours".to_vec());
        let batch = Batch { entries: vec![entry("ada", "first")], parts: vec![part], checkpoint, ..Batch::default() };
        registry.append_batch(&batch).await.unwrap_err();
        assert_eq!(registry.log_entries().await.unwrap(), 0);
        assert_eq!(registry.log_range(0..10).await.unwrap(), []);
        assert_eq!(registry.log_parts_after("", 10).await.unwrap(), []);
    }

    async fn what_an_entry_commits_to_can_be_erased_and_the_entry_stays(town) {
        let registry = town.registry().await;
        let writer = LogWriter::start(registry.clone(), Simple);
        writer.append(vec![entry("ada", "hers"), entry("bea", "others")]).await.unwrap();
        assert_eq!(registry.erase_details(b"ada").await.unwrap(), 1);
        let left: Vec<_> = registry.log_range(0..10).await.unwrap().into_iter().map(|it| (it.content, it.details)).collect();
        assert_eq!(left, [(b"hers#0".to_vec(), None), (b"others#1".to_vec(), Some(b"all about others".to_vec()))]);
    }

    async fn what_is_too_large_is_refused_with_both_numbers(town) {
        let registry = town.registry().await;
        let writer = LogWriter::start(registry.clone(), Simple);
        let refused = writer.append(vec![entry("ada", &"x".repeat(69_998))]).await.unwrap_err();
        assert_eq!(refused.to_string(), "an entry of the log of 70000 bytes is too large: at most 65536");
        writer.append(vec![]).await.unwrap_err();
        assert_eq!(registry.log_entries().await.unwrap(), 0);
    }

    async fn old_checkpoints_are_kept(town) {
        let registry = town.registry().await;
        let writer = LogWriter::start(registry.clone(), Simple);
        for said in ["a", "b", "c"] {
            writer.append(vec![entry("ada", said)]).await.unwrap();
        }
        let before_the_last = registry.log_checkpoint(2).await.unwrap().unwrap();
        assert_eq!((before_the_last.entries, before_the_last.content), (2, b"2".to_vec()));
    }

    /// What others append at the same moment is written all the same.
    async fn what_cannot_be_sealed_is_told_to_whom_it_concerns_and_to_nobody_else(town) {
        let registry = town.registry().await;
        let writer = LogWriter::start(registry.clone(), Moody);
        let tasks: Vec<_> = ["yes", "no", "yes", "yes"].into_iter().map(|says| tokio::spawn({
            let writer = writer.clone();
            async move { (says, writer.append(vec![entry("ada", says)]).await) }
        })).collect();
        for task in tasks {
            match task.await.unwrap() {
                ("yes", appended) => drop(appended.unwrap()),
                (_, refused) => {
                    let told = refused.unwrap_err().to_string();
                    assert_eq!(told, "a batch for the log does not fit: not in the mood; nothing was appended");
                }
            }
        }
        assert_eq!(whole_log(&registry).await, ["yes#0", "yes#1", "yes#2"]);
    }
}

/// Seals what it likes.
struct Moody;

impl Seal for Moody {
    type Item = NewEntry;

    fn parts(&self, entries: u64, items: &[NewEntry]) -> Vec<String> {
        Simple.parts(entries, items)
    }

    fn batch(&mut self, edge: &Edge, items: &[NewEntry]) -> Result<Batch, String> {
        let likes = items.iter().all(|item| item.content == b"yes");
        if likes { Simple.batch(edge, items) } else { Err("not in the mood".to_owned()) }
    }
}
