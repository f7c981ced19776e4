//! The places and groups that the citizens of a batch are in on a day, by number, for counting.

use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StructArray};
use datafusion::common::{Result, internal_datafusion_err};
use stead_rules::Day;

use super::numbers::Numbers;
use super::unfold::{answer, field};
use crate::functions::standing::EVERYONE;
use crate::functions::{Days, Rows, Texts, flags, rows_of, texts_of};

/// A place and a group, by number.
pub(super) type Group = (u32, u32);

/// Who of a batch is alive, and in what.
pub(super) struct Groups<'a> {
    memberships: Rows<'a>,
    place: Texts<'a>,
    group: Texts<'a>,
    from: Days<'a>,
    to: Days<'a>,
    alive: &'a BooleanArray,
}

impl<'a> Groups<'a> {
    pub(super) fn new(batch: &'a RecordBatch) -> Result<Self> {
        let standing = answer(batch, "standing")?;
        let memberships = rows_of(field(standing, "memberships")?)?;
        Ok(Self {
            place: texts_of(memberships.column("place")?)?,
            group: texts_of(memberships.column("group")?)?,
            from: Days::of(memberships.column("from")?)?,
            to: Days::of(memberships.column("to")?)?,
            memberships,
            alive: flags(field(person(standing)?, "alive")?)?,
        })
    }

    /// The places and groups that a citizen counts in: each once, and of each place everybody; none for who is not alive.
    pub(super) fn of(&self, row: usize, on: Day, texts: &mut Numbers, groups: &mut Vec<Group>) {
        groups.clear();
        if !self.alive.is_valid(row) || !self.alive.value(row) {
            return;
        }
        let inside = |at: &usize| {
            self.from.get(*at).unwrap_or(Day::ALWAYS) <= on && on < self.to.get(*at).unwrap_or(Day::FOREVER)
        };
        for at in self.memberships.range(row).filter(inside) {
            let (Some(place), Some(group)) = (self.place.get(at), self.group.get(at)) else { continue };
            let place = texts.of(place);
            groups.extend([(place, texts.of(group)), (place, texts.of(EVERYONE))]);
        }
        groups.sort_unstable();
        groups.dedup();
    }
}

/// Who and where the citizens of a batch are.
pub(super) fn person(standing: &StructArray) -> Result<&StructArray> {
    let person = field(standing, "person")?.as_struct_opt();
    person.ok_or_else(|| internal_datafusion_err!("`person` has no parts"))
}
