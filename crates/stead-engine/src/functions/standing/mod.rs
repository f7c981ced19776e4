//! A citizen's rows in, where the citizen stands out.

mod read;
mod write;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StructArray};
use datafusion::common::Result;
use stead_rules::history::Person;
use stead_rules::{Sex, Sheet};

use read::Reader;
pub(crate) use write::EVERYONE;
use write::{GROUPS, MEMBERSHIPS, PERSON, data_type, fields, write_groups, write_memberships, write_person};

use super::function::Entry;
use super::nested::NestedRows;
use crate::prepared::Prepared;

/// Where citizens stand. Arguments: [`ARGUMENTS`].
pub(crate) static STANDING: Entry = Entry { name: "stead_standing", returns: data_type, body: evaluate };

/// What is asked of a citizen, in order: who they are, and the lists of rows gathered of them.
pub(crate) const ARGUMENTS: [&str; 12] = [
    "born",
    "died",
    "dead",
    "sex",
    "residence",
    "registration",
    "marital_status",
    "condition",
    "observation",
    "procedure",
    "medication",
    "contacts",
];

/// Whose sheet it is before the first citizen.
const NOBODY: Person = Person { born: None, died: None, dead: false, sex: Sex::Unknown };

fn evaluate(prepared: &Prepared, columns: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let reader = Reader::new(prepared, columns)?;
    let (mut groups, mut memberships, mut persons) =
        (NestedRows::new(GROUPS), NestedRows::new(MEMBERSHIPS), NestedRows::new(PERSON));
    let (mut homes, mut lists) = (Vec::new(), Vec::new());
    let by_name = write::groups_by_name(prepared);
    let mut sheet = Sheet::new(&prepared.compiled, NOBODY);
    for row in 0..rows {
        let person = reader.person(row);
        sheet.renew(person);
        homes.clear();
        lists.clear();
        reader.homes(row, |home| {
            sheet.residence(&home);
            homes.push(home);
        });
        reader.registrations(row, |registration| {
            sheet.registration(&registration);
            lists.push(registration);
        });
        reader.marital(row, |status| sheet.marital(&status));
        reader.coded(row, |coded| sheet.coded(&coded));
        reader.contacts(row, |contact| sheet.contact(&contact));
        let standing = sheet.finish();
        write_groups(&by_name, &standing, &mut groups)?;
        write_memberships(prepared, &standing.memberships, &mut memberships)?;
        write_person(prepared, person, &homes, &lists, &standing, &mut persons)?;
        groups.end()?;
        memberships.end()?;
    }
    let parts = vec![groups.finish_lists()?, memberships.finish_lists()?, persons.finish_rows()?];
    Ok(Arc::new(StructArray::try_new(fields(), parts, None)?))
}
