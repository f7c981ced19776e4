//! Where a citizen stands, written as nested rows.

use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use stead_rules::history::{Person, Registration, Residence};
use stead_rules::{Intervals, Membership, Standing};
use stead_tables::Kind;

use crate::functions::nested::{Cell, NestedRows, Shape, list_type, row_type};
use crate::prepared::Prepared;

/// Rows of `group_membership`.
pub(super) const GROUPS: Shape = &[("group", Kind::Word), ("from", Kind::Day), ("to", Kind::Day)];

/// Rows of `membership`.
pub(super) const MEMBERSHIPS: Shape = &[
    ("place", Kind::Word),
    ("group", Kind::Word),
    ("from", Kind::Day),
    ("to", Kind::Day),
    ("held", Kind::Words),
    ("began_by", Kind::Words),
    ("ended_by", Kind::Words),
];

/// The row of `person`; `alive` says whether there is one, and the point where the home is, for distances.
pub(super) const PERSON: Shape = &[
    ("alive", Kind::Flag),
    ("age", Kind::Count),
    ("age_band", Kind::Word),
    ("sex", Kind::Word),
    ("small_area", Kind::Word),
    ("area", Kind::Words),
    ("deprivation_fifth", Kind::Count),
    ("organisation", Kind::Word),
    ("places", Kind::Words),
    ("longitude", Kind::Number),
    ("latitude", Kind::Number),
];

/// The name for the group of a place that serves everybody.
pub(crate) const EVERYONE: &str = "everyone";

pub(super) fn fields() -> Fields {
    Fields::from(vec![
        Field::new("groups", list_type(GROUPS), true),
        Field::new("memberships", list_type(MEMBERSHIPS), true),
        Field::new("person", row_type(PERSON), true),
    ])
}

/// The type of the answers.
pub(super) fn data_type() -> DataType {
    DataType::Struct(fields())
}

/// Groups as the tables sort them: each one's position and name.
pub(super) fn groups_by_name(prepared: &Prepared) -> Vec<(usize, &str)> {
    let mut groups: Vec<_> = prepared.compiled.groups.iter().map(|group| group.id.as_str()).enumerate().collect();
    groups.sort_unstable_by_key(|(_, name)| *name);
    groups
}

pub(super) fn write_groups(by_name: &[(usize, &str)], standing: &Standing, to: &mut NestedRows) -> Result<()> {
    for (at, name) in by_name {
        for period in standing.groups.get(*at).into_iter().flat_map(Intervals::iter) {
            to.row(&[Cell::Text(Some(name)), Cell::Day(Some(period.from)), Cell::Day(Some(period.to))])?;
        }
    }
    Ok(())
}

fn group_name(prepared: &Prepared, group: Option<usize>) -> &str {
    group.and_then(|at| prepared.compiled.groups.get(at)).map_or(EVERYONE, |group| group.id.as_str())
}

pub(super) fn write_memberships(prepared: &Prepared, memberships: &[Membership], to: &mut NestedRows) -> Result<()> {
    let place = |one: &Membership| prepared.compiled.places.get(one.place).map_or("", |place| place.id.as_str());
    let mut memberships: Vec<&Membership> = memberships.iter().collect();
    memberships.sort_by_key(|one| (place(one), group_name(prepared, one.group), one.period));
    for one in memberships {
        let words = |reasons: &[stead_rules::Reason]| -> Vec<&str> {
            reasons.iter().map(|reason| reason.words(&prepared.compiled)).collect()
        };
        let (held, began, ended) = (words(&one.held), words(&one.began_by), words(&one.ended_by));
        to.row(&[
            Cell::Text(Some(place(one))),
            Cell::Text(Some(group_name(prepared, one.group))),
            Cell::Day(Some(one.period.from)),
            Cell::Day(Some(one.period.to)),
            Cell::Texts(&held),
            Cell::Texts(&began),
            Cell::Texts(&ended),
        ])?;
    }
    Ok(())
}

pub(super) fn write_person(
    prepared: &Prepared,
    person: Person,
    homes: &[Residence<'_>],
    lists: &[Registration<'_>],
    standing: &Standing,
    to: &mut NestedRows,
) -> Result<()> {
    let on = prepared.params.on;
    let alive = person.life().is_some_and(|life| life.contains(on));
    let age = person.born.and_then(|born| on.age_years(born)).map(i32::from);
    // Where two sources disagree, the home moved into last counts.
    let home =
        homes.iter().filter(|home| home.period.contains(on)).max_by_key(|home| (home.period.from, home.small_area));
    let list =
        lists.iter().filter(|list| list.period.contains(on)).max_by_key(|list| (list.period.from, list.organisation));
    let inside = |home: &&Residence<'_>| -> Vec<&str> {
        prepared.areas.iter().filter(|(_, test)| test.accepts(home)).map(|(id, _)| id.as_str()).collect()
    };
    let areas = home.as_ref().map(inside).unwrap_or_default();
    let small_area = home.and_then(|home| home.small_area);
    let centre = || small_area.and_then(|code| prepared.centres.get(code)).copied();
    let (longitude, latitude) = home.and_then(|home| home.point).or_else(centre).unzip();
    let fifth = small_area.and_then(|code| prepared.deprivation.get(code)).map(|&fifth| i32::from(fifth));
    let organisation = list.map(|list| match prepared.translator.organisation(list.organisation) {
        Some(id) => id.to_owned(),
        None => format!("?{}", list.organisation),
    });
    let mut places: Vec<&str> = standing
        .memberships
        .iter()
        .filter(|one| one.period.contains(on))
        .filter_map(|one| prepared.compiled.places.get(one.place))
        .map(|place| place.id.as_str())
        .collect();
    places.dedup();
    to.row(&[
        Cell::Flag(alive),
        Cell::Count(age),
        Cell::Text(age.map(age_band)),
        Cell::Text(Some(person.sex.word())),
        Cell::Text(small_area),
        Cell::Texts(&areas),
        Cell::Count(fifth),
        Cell::Text(organisation.as_deref()),
        Cell::Texts(&places),
        Cell::Number(longitude),
        Cell::Number(latitude),
    ])
}

/// The age band that summaries are cut by.
fn age_band(years: i32) -> &'static str {
    match years {
        ..18 => "0-17",
        18..40 => "18-39",
        40..65 => "40-64",
        65..80 => "65-79",
        80.. => "80+",
    }
}
