//! Who is who in a town: which records are which citizen, found without keeping anybody's life.
//!
//! Nearly always the records of a life are one citizen, called after the number of the life. A record without the shared
//! number stands for somebody else; one that carries another citizen's number may belong to them. Only lives that numbers
//! lead together this way have to be linked together, and they are few.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use stead_lake::direct::{Linked, LinkedRecord, RecordHead, link};
use stead_lake::{Conflict, bucket_of};
use stead_rules::{Day, Sex};
use stead_synth::World;
use stead_synth::life::{Life, holder, life};
use stead_synth::records::{NATIONAL_NUMBER, Patient, patients, registrations};

use super::Filling;

/// How many lives a thread looks at at a time.
const BLOCK: u64 = 2_000;

/// What is out of the ordinary in a town.
#[derive(Default)]
pub(super) struct Survey {
    /// For each bucket, its citizens who are not called as their life's number says, by id.
    pub(super) strays: BTreeMap<u16, Vec<Stray>>,
    /// Lives whose records were linked with those of other lives.
    pub(super) entangled: BTreeSet<u64>,
    /// Records that disagree.
    pub(super) conflicts: Vec<Conflict>,
}

/// A citizen who is not called as the number of their life says.
pub(super) struct Stray {
    pub(super) id: Box<str>,
    pub(super) whose: Whose,
}

/// Which records are a stray's.
pub(super) enum Whose {
    /// Those of one citizen of a life by itself, by place among its citizens.
    OfLife(u64, u8),
    /// These records, each with its life.
    Records(Vec<(u64, LinkedRecord)>),
}

/// What a thread found in some lives.
#[derive(Default)]
struct Found {
    /// Each with its life and bucket.
    strays: Vec<(u64, u16, Stray)>,
    conflicts: Vec<(u64, Conflict)>,
    /// A life, and one whose number a record of it carries.
    mistaken: Vec<(u64, u64)>,
}

/// Looks at every life once.
pub(super) fn survey(filling: &Filling<'_>, progress: &(dyn Fn(u64) + Sync)) -> Survey {
    let citizens = filling.world.citizens;
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let blocks = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..filling.threads.max(1) {
            scope.spawn(|| {
                loop {
                    let block = next.fetch_add(1, Ordering::Relaxed);
                    let lives = block * BLOCK..((block + 1) * BLOCK).min(citizens);
                    if lives.is_empty() {
                        return;
                    }
                    let count = lives.end - lives.start;
                    let mut found = Found::default();
                    lives.for_each(|index| look(filling, index, &mut found));
                    blocks.lock().unwrap_or_else(PoisonError::into_inner).insert(block, found);
                    progress(done.fetch_add(count, Ordering::Relaxed) + count);
                }
            });
        }
    });
    settle(filling, blocks.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn look(filling: &Filling<'_>, index: u64, found: &mut Found) {
    let world = filling.world;
    let life = life(world.seed, index, world);
    let numbers = life.records.iter().filter_map(|record| record.national_number);
    let before = found.mistaken.len();
    let of_others = numbers.filter(|&number| number != life.national_number);
    found.mistaken.extend(of_others.map(|number| (index, holder(world.seed, number))));
    if found.mistaken.len() > before {
        return;
    }
    let (citizens, conflicts) = link(&heads(world, &life), filling.sources);
    let plain = plain_id(index);
    for (place, citizen) in citizens.into_iter().enumerate().filter(|(_, citizen)| citizen.id != plain) {
        let bucket = bucket_of(&citizen.id, filling.lake.buckets());
        let whose = Whose::OfLife(index, place as u8);
        found.strays.push((index, bucket, Stray { id: citizen.id.into(), whose }));
    }
    found.conflicts.extend(conflicts.into_iter().map(|conflict| (index, conflict)));
}

/// What nearly every citizen is called.
pub(super) fn plain_id(index: u64) -> String {
    format!("c{index:06}")
}

/// Puts together what was found, and links the lives that mistaken numbers lead together.
fn settle(filling: &Filling<'_>, blocks: BTreeMap<u64, Found>) -> Survey {
    let mistaken: Vec<(u64, u64)> = blocks.values().flat_map(|found| found.mistaken.iter().copied()).collect();
    let together = together(&mistaken);
    let mut survey = Survey { entangled: together.iter().flatten().copied().collect(), ..Survey::default() };
    for found in blocks.into_values() {
        for (_, conflict) in found.conflicts.into_iter().filter(|(index, _)| !survey.entangled.contains(index)) {
            survey.conflicts.push(conflict);
        }
        for (_, bucket, stray) in found.strays.into_iter().filter(|(index, ..)| !survey.entangled.contains(index)) {
            survey.strays.entry(bucket).or_default().push(stray);
        }
    }
    for lives in together {
        entangle(filling, &lives, &mut survey);
    }
    for strays in survey.strays.values_mut() {
        strays.sort_by(|one, other| one.id.cmp(&other.id));
    }
    survey
}

/// Sets of lives that numbers lead together.
fn together(mistaken: &[(u64, u64)]) -> Vec<BTreeSet<u64>> {
    let mut set_of: BTreeMap<u64, usize> = BTreeMap::new();
    let mut sets: Vec<BTreeSet<u64>> = Vec::new();
    for &(one, other) in mistaken {
        let (first, second) = (set_of.get(&one).copied(), set_of.get(&other).copied());
        let target = first.or(second).unwrap_or_else(|| {
            sets.push(BTreeSet::new());
            sets.len() - 1
        });
        let moved = second.filter(|&second| second != target).and_then(|second| sets.get_mut(second));
        let members: Vec<u64> = moved.map(std::mem::take).into_iter().flatten().chain([one, other]).collect();
        for member in members {
            set_of.insert(member, target);
            sets.get_mut(target).into_iter().for_each(|set| _ = set.insert(member));
        }
    }
    sets.retain(|set| !set.is_empty());
    sets
}

fn entangle(filling: &Filling<'_>, lives: &BTreeSet<u64>, survey: &mut Survey) {
    let world = filling.world;
    let (mut all, mut whose) = (Vec::new(), Vec::new());
    for &index in lives {
        let heads = heads(world, &life(world.seed, index, world));
        whose.extend((0..heads.len()).map(|record| (index, record)));
        all.extend(heads);
    }
    let (citizens, conflicts) = link(&all, filling.sources);
    for citizen in citizens {
        let records = citizen.records.into_iter().filter_map(|linked| {
            let &(index, record) = whose.get(linked.record)?;
            Some((index, LinkedRecord { record, ..linked }))
        });
        let whose = Whose::Records(records.collect());
        let stray = Stray { id: citizen.id.as_str().into(), whose };
        survey.strays.entry(bucket_of(&citizen.id, filling.lake.buckets())).or_default().push(stray);
    }
    survey.conflicts.extend(conflicts);
}

/// Which of the records of a life by itself are which citizen.
pub(super) fn citizens_of(filling: &Filling<'_>, life: &Life) -> Vec<Linked> {
    link(&heads(filling.world, life), filling.sources).0
}

/// What linking needs to know of the records of a life.
fn heads(world: &World, life: &Life) -> Vec<RecordHead> {
    let registered: Vec<u8> = registrations(world, life).map(|one| one.about.record).collect();
    patients(world, life).map(|it| head(&it, registered.contains(&it.at))).collect()
}

fn head(it: &Patient<'_>, registered: bool) -> RecordHead {
    RecordHead {
        source: it.own.source,
        id: it.id.to_string(),
        number: it.own.national_number.map(|number| (NATIONAL_NUMBER, number.to_string())),
        born: it.own.born.epoch_days(),
        sex: match it.sex() {
            Sex::Female => Some('f'),
            Sex::Male => Some('m'),
            Sex::Other => Some('o'),
            Sex::Unknown => None,
        },
        family: format!("{}{}", it.name.family_first, it.name.family_second).to_lowercase(),
        died: it.died.map(Day::epoch_days),
        practice: it.practice().is_some() || registered,
        replaced_by: it.replaced_by().map(|id| id.to_string()),
    }
}
