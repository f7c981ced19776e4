//! The first two steps: every record goes to the bucket of its citizen, and to the right one once all are linked.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::error::LakeError;
use crate::identity::head::Head;
use crate::identity::{Identity, link_file};
use crate::import::quarantine::Quarantine;
use crate::import::route::{self, Feed, Routed, Routing};
use crate::import::spill::{Entry, Spill};
use crate::import::teller::Teller;
use crate::import::threads::side_by_side;
use crate::import::{Import, bucket};
use crate::manifest::Manifest;
use crate::report::{LinkFault, Tally};

/// What the first walk found.
pub(super) struct Walked {
    pub(super) tally: Tally,
    /// What was known of who is who while records were told out.
    pub(super) known: Vec<Arc<Identity>>,
    /// What is known at its end.
    pub(super) identity: Arc<Identity>,
    pub(super) link_faults: Vec<LinkFault>,
}

impl Import<'_> {
    /// The first walk. Who is who is not worked out again when no record said anything new of it.
    pub(super) fn read(
        &self,
        spill: &Spill,
        quarantine: &Quarantine,
        file_sources: &[u16],
        after: &Manifest,
        before: &Arc<Identity>,
    ) -> Result<Walked, LakeError> {
        let (groups, faults) = match &self.options.links {
            Some(path) => link_file::read(path)?,
            None => Default::default(),
        };
        let done = Arc::new(AtomicU64::new(0));
        let (patients, others): (Vec<usize>, Vec<usize>) = (0..self.found.files.len()).partition(|&file| {
            self.found.files.get(file).is_some_and(|file| file.name.to_lowercase().contains("patient"))
        });
        let mut tally = Tally::default();
        let mut identity = Arc::clone(before);
        let mut known = Vec::new();
        // What comes before others can be linked by it waits until it is.
        let mut waits = !patients.is_empty() && !others.is_empty();
        for order in [patients, others] {
            if order.is_empty() {
                continue;
            }
            let feed = Feed::new(&self.found.files, order, self.options.line_bytes_max, Arc::clone(&done));
            let routing = Routing {
                files: &self.found.files,
                sources: file_sources,
                spill,
                quarantine,
                identity: &identity,
                buckets: after.buckets,
                shared_systems: &after.shared_systems,
                depth_max: self.options.depth_max,
                waits,
            };
            let routed = self.route(&routing, &feed)?;
            let mut news = Vec::new();
            for worker in routed {
                tally.add(worker.tally);
                let subjects = worker.subjects.iter().map(|(source, id)| Head::unseen(*source, id));
                let registered = worker.registered.iter();
                let registered = registered.map(|(source, id)| Head { registered: true, ..Head::unseen(*source, id) });
                let heads = worker.heads.into_iter().chain(subjects).chain(registered);
                news.extend(heads.filter(|head| !identity.knows(head)));
            }
            let next = with_news(&identity, news, &groups, &after.sources);
            let before = std::mem::replace(&mut identity, next);
            if !std::mem::take(&mut waits) {
                known.push(before);
            }
        }
        let unknown = unknown(&groups, &identity, &after.sources).into_iter();
        let faults = faults.into_iter().chain(unknown.map(|reason| LinkFault { line: 0, reason })).collect();
        Ok(Walked { tally, known, identity, link_faults: faults })
    }

    fn route(&self, routing: &Routing<'_>, feed: &Feed<'_>) -> Result<Vec<Routed>, LakeError> {
        let total = self.found.files.iter().map(|file| file.bytes).sum();
        side_by_side(self.threads(), || route::work(routing, feed, self.progress, total))
    }

    /// Tells out again what went to another bucket than its citizen's, and what waited for its citizen to be known.
    pub(super) fn tell_again(
        &self,
        spill: &Spill,
        quarantine: &Quarantine,
        known: &[Arc<Identity>],
        identity: &Arc<Identity>,
        buckets: u16,
        tally: &mut Tally,
    ) -> Result<(), LakeError> {
        let mut wrong = BTreeSet::new();
        let known: Vec<_> = known.iter().filter(|known| !Arc::ptr_eq(known, identity)).collect();
        for head in identity.heads.iter().filter(|_| !known.is_empty()) {
            let right = identity.bucket(head.source, &head.id, buckets);
            let went = known.iter().map(|known| known.bucket(head.source, &head.id, buckets));
            wrong.extend(went.filter(|&went| went != right));
        }
        let mut teller = Teller::new(spill);
        // Records of one citizen often come together.
        let mut last = (0, String::new(), None);
        let mut right = |entry: &Entry<'_>| match last {
            (owner, ref subject, Some(bucket)) if owner == entry.owner && subject == entry.subject => bucket,
            _ => {
                let bucket = identity.bucket(entry.owner, entry.subject, buckets);
                last = (entry.owner, entry.subject.to_owned(), Some(bucket));
                bucket
            }
        };
        spill.each(spill.unlinked(), |entry| teller.put(usize::from(right(&entry)), &entry))?;
        spill.remove(spill.unlinked())?;
        for part in wrong {
            spill.each(usize::from(part), |entry| match right(&entry) {
                right if right == part => Ok(()),
                right => {
                    spill.mark_strange(usize::from(part), &entry);
                    teller.put(usize::from(right), &entry)
                }
            })?;
        }
        if !spill.is_empty(spill.waiting()) {
            spill.take(spill.waiting())?.each(|entry| {
                let (system, value) = entry.subject.rsplit_once('|').unwrap_or(("", entry.subject));
                let head = identity
                    .head_identified(entry.source, system, value)
                    .and_then(|head| identity.heads.get(head as usize));
                let Some(head) = head else {
                    tally.count(entry.kind, |counts| counts.quarantined += 1);
                    tally.nowhere("Patient");
                    let reason = format!("no Patient has the identifier `{}`", entry.subject);
                    return bucket::put(quarantine, &self.found.files, &entry, &reason);
                };
                // The record may come from another source than its Patient: it belongs to the citizen all the same.
                let entry = Entry { subject: &head.id, owner: head.source, ..entry };
                teller.put(usize::from(identity.bucket(head.source, &head.id, buckets)), &entry)
            })?;
        }
        teller.finish()
    }
}

/// Who is who by all that is known and what is new.
fn with_news(known: &Arc<Identity>, news: Vec<Head>, groups: &link_file::Groups, sources: &[String]) -> Arc<Identity> {
    let group = |head: &Head| groups.get(&(sources.get(usize::from(head.source))?.clone(), head.id.to_string()));
    let grouped = |head: &Head| group(head).is_some_and(|group| head.group.as_ref() != Some(group));
    let regrouped = !groups.is_empty() && known.heads.iter().any(grouped);
    if news.is_empty() && !regrouped {
        return Arc::clone(known);
    }
    let mut heads = known.heads.clone();
    heads.extend(news);
    if !groups.is_empty() {
        for head in &mut heads {
            if let Some(group) = group(head) {
                head.group = Some(group.clone());
            }
        }
    }
    Arc::new(Identity::of(heads, sources))
}

/// The records of a link file that nobody has sent, in words.
fn unknown(groups: &link_file::Groups, identity: &Identity, sources: &[String]) -> Vec<String> {
    let unused = groups.keys().filter(|(source, id)| {
        let number = sources.iter().position(|name| name == source);
        let head = number.and_then(|number| identity.head(number as u16, id));
        !head.and_then(|head| identity.heads.get(head as usize)).is_some_and(|head| head.record)
    });
    let mut unknown: Vec<String> =
        unused.map(|(source, id)| format!("no record `{id}` of source `{source}` is in the lake")).collect();
    unknown.sort();
    unknown
}
