//! Which records are one citizen, by the importer's own rules, for records that are not there as text.

use crate::identity::conflict::Conflict;
use crate::identity::head::{Born, Head};
use crate::identity::number::{may_link, number_of};
use crate::identity::{Identity, Rule};

/// What linking needs to know of a Patient record.
#[derive(Clone, Debug)]
pub struct RecordHead {
    /// Its source, as an index into the sources.
    pub source: u16,
    /// Its id there.
    pub id: String,
    /// Its shared identifier, as `(system, value)`.
    pub number: Option<(&'static str, String)>,
    /// Birthday, in days since 1970.
    pub born: i32,
    /// `f`, `m` or `o`; none when not known.
    pub sex: Option<char>,
    /// Family name in small letters.
    pub family: String,
    /// Day of death, in days since 1970.
    pub died: Option<i32>,
    /// Whether it names a general practice, or its source holds a registration with one.
    pub practice: bool,
    /// The id of the record of its source that took its place.
    pub replaced_by: Option<String>,
}

/// A citizen, and the records that are theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The citizen's id.
    pub id: String,
    /// The leading record first, then by source and id.
    pub records: Vec<LinkedRecord>,
}

/// A record of a citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedRecord {
    /// Which, as an index into those that were to be linked.
    pub record: usize,
    /// Why it is the citizen's.
    pub rule: &'static str,
    /// The shared identifier that linked it, as `system|value`.
    pub identifier: Option<String>,
}

/// Links records: all of a town's, or those that no number leads from to others.
pub fn link(records: &[RecordHead], sources: &[String]) -> (Vec<Linked>, Vec<Conflict>) {
    match plainly_one(records, sources) {
        Some(one) => (vec![one], Vec::new()),
        None => fully(records, sources),
    }
}

/// The one citizen of records that say all the same, which most do; `None` where anything is unlike.
fn plainly_one(records: &[RecordHead], sources: &[String]) -> Option<Linked> {
    let (first, others) = records.split_first()?;
    let (system, value) = first.number.as_ref()?;
    let died = records.iter().find_map(|record| record.died);
    let same = |other: &RecordHead| {
        (&other.number, other.born, other.sex, &other.family, other.died.or(died))
            == (&first.number, first.born, first.sex, &first.family, died)
    };
    let plain = records.iter().all(|record| record.replaced_by.is_none()) && others.iter().all(same);
    if !plain || !may_link(system, value) {
        return None;
    }
    let alone = others.is_empty();
    let identifier = format!("{system}|{}", number_of(value));
    let mut order: Vec<usize> = (0..records.len()).collect();
    let name = |at: usize| records.get(at).map(|it| (sources.get(usize::from(it.source)), &it.id));
    order.sort_by_key(|&at| name(at));
    let leading = order.iter().position(|&at| records.get(at).is_some_and(|it| it.practice)).unwrap_or(0);
    order.get_mut(..=leading)?.rotate_right(1);
    let rule = if alone { Rule::Alone.word() } else { Rule::SharedIdentifier(Box::default()).word() };
    let linked = |record| LinkedRecord { record, rule, identifier: (!alone).then(|| identifier.clone()) };
    let id = order.first().and_then(|&at| records.get(at))?.id.clone();
    Some(Linked { id, records: order.into_iter().map(linked).collect() })
}

fn fully(records: &[RecordHead], sources: &[String]) -> (Vec<Linked>, Vec<Conflict>) {
    let identity = Identity::of(records.iter().map(head).collect(), sources);
    let number = |head: &Head| records.iter().position(|it| it.source == head.source && *it.id == *head.id);
    let linked = identity.citizens.iter().map(|citizen| {
        let alone = citizen.records.len() == 1;
        let known = citizen.records.iter().filter_map(|&at| {
            let rule = if alone { &Rule::Alone } else { identity.rules.get(at as usize)? };
            let identifier = match rule {
                Rule::SharedIdentifier(identifier) => Some(identifier.to_string()),
                _ => None,
            };
            Some(LinkedRecord { record: number(identity.heads.get(at as usize)?)?, rule: rule.word(), identifier })
        });
        Linked { id: citizen.id.to_string(), records: known.collect() }
    });
    (linked.collect(), identity.conflicts)
}

fn head(record: &RecordHead) -> Head {
    let links = |(system, value): &(&str, String)| may_link(system, value);
    let shared = record.number.iter().filter(|number| links(number));
    Head {
        record: true,
        shared: shared.map(|(system, value)| format!("{system}|{}", number_of(value)).into()).collect(),
        born: Some(Born { day: record.born, precision: 2 }),
        sex: record.sex,
        family: (!record.family.is_empty()).then(|| record.family.as_str().into()),
        died: record.died.map(Some),
        practice: record.practice,
        replaced_by: record.replaced_by.as_deref().map(Box::from),
        ..Head::unseen(record.source, &record.id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const SYSTEM: &str = "https://fhir.nhs.uk/Id/nhs-number";

    /// Sources out of the order of their names.
    fn sources() -> Vec<String> {
        ["surgery", "hospital", "council"].map(str::to_owned).to_vec()
    }

    /// Records that are mostly alike, as a town's are, but for anything that can set them apart.
    fn heads() -> impl Strategy<Value = Vec<RecordHead>> {
        let number = prop_oneof![
            8 => Just(Some("9990000018")),
            1 => Just(Some("999 000 0018")),
            1 => Just(Some("9990000026")),
            1 => Just(Some("0000000000")),
            1 => Just(None),
        ];
        let who = (
            prop_oneof![8 => Just(0), 1 => Just(1)],
            prop_oneof![8 => Just(Some('f')), 1 => Just(Some('m')), 1 => Just(None)],
            prop_oneof![8 => Just("marlow"), 1 => Just("penrose"), 1 => Just("")],
            prop_oneof![8 => Just(None), 2 => Just(Some(9)), 1 => Just(Some(10))],
        );
        let left_off = prop_oneof![12 => Just(None), 1 => Just(Some("c0".to_owned()))];
        vec((0..3_u16, 0..3_u8, number, who, any::<bool>(), left_off), 1..5).prop_map(|records| {
            let mut known = Vec::new();
            for (source, id, number, (born, sex, family, died), practice, replaced_by) in records {
                let id = format!("c{id}");
                let number = number.map(|number| (SYSTEM, number.to_owned()));
                let family = family.to_owned();
                let head = RecordHead { source, id, number, born, sex, family, died, practice, replaced_by };
                if !known.iter().any(|other: &RecordHead| (other.source, &other.id) == (source, &head.id)) {
                    known.push(head);
                }
            }
            known
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5000))]

        #[test]
        fn the_short_way_leads_where_the_importers_rules_lead(records in heads()) {
            if let Some(one) = plainly_one(&records, &sources()) {
                prop_assert_eq!((vec![one], Vec::new()), fully(&records, &sources()));
            }
        }
    }

    #[test]
    fn records_that_tell_of_two_days_of_death_take_the_long_way() {
        let record = |source, died| RecordHead {
            source,
            id: "c0".to_owned(),
            number: Some((SYSTEM, "9990000018".to_owned())),
            born: 0,
            sex: Some('f'),
            family: "marlow".to_owned(),
            died,
            practice: false,
            replaced_by: None,
        };
        let (citizens, conflicts) = link(&[record(0, None), record(1, Some(9)), record(2, Some(10))], &sources());
        assert_eq!((citizens.len(), conflicts.len()), (1, 1));
        let (citizens, conflicts) = link(&[record(0, None), record(1, Some(9)), record(2, None)], &sources());
        assert_eq!((citizens.len(), conflicts.len()), (1, 0));
    }
}
