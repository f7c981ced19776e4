//! Organisations, sites, services and professionals: tables that are not spread over buckets.

use std::borrow::Cow;

use crate::common::{Common, Kind};
use crate::fhir::code::Coded;
use crate::fhir::element::{Identifier, Reference};
use crate::fhir::read::{mend, read};
use crate::fhir::resource::{
    HealthcareService, Location, Medication, Organization, Practitioner, PractitionerRole, Resource,
};
use crate::lookups::Lookups;
use crate::table::Cell;

/// Makes sure that a common resource can be read: the text to go by, and the fields it had to lose.
///
/// # Errors
/// Why it must be quarantined, in words.
pub(crate) fn check<'t>(kind: &str, json: &'t str) -> Result<(Cow<'t, str>, Vec<String>), String> {
    macro_rules! shape {
        ($name:ident) => {
            (|text: &str| read::<$name<'_>>(text).is_some(), $name::ESSENTIAL)
        };
    }
    let (reads, essential): (fn(&str) -> bool, &[&str]) = match Kind::of(kind) {
        Some(Kind::Organisation) => shape!(Organization),
        Some(Kind::Site) => shape!(Location),
        Some(Kind::Service) => shape!(HealthcareService),
        Some(Kind::Professional) => shape!(Practitioner),
        Some(Kind::Role) => shape!(PractitionerRole),
        Some(Kind::Medication) => shape!(Medication),
        None => (|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(), &[]),
    };
    if reads(json) {
        return Ok((Cow::Borrowed(json), Vec::new()));
    }
    mend(json, reads, essential).map(|mended| (Cow::Owned(mended.text), mended.left_out))
}

/// The row of a common resource, with the name of its table; `None` when it has none of its own.
///
/// A professional with roles has a row for each role and none beside them; `has_role` tells.
pub(crate) fn rows<'t>(
    common: &Common,
    kind: Kind,
    (source, source_name): (u16, &'t str),
    id: &'t str,
    json: &'t str,
    has_role: impl Fn(&str) -> bool,
) -> Option<(&'static str, Vec<Cell<'t>>)> {
    let from = [Cell::text(source_name), Cell::Path(kind.resource_type(), id)];
    let mut unused = Lookups::default();
    let key = common.by_id(kind, source, id, &mut unused).map_or(id, |body| &body.key).to_owned();
    let mut called = |reference: Option<&Reference<'_>>, kind| {
        Cell::from(reference.and_then(|reference| common.key_of(source, reference, kind, &mut unused)))
    };
    let (table, mut row) = match kind {
        Kind::Organisation => {
            let it: Organization<'t> = read(json)?;
            let coded = Coded::of(&it.kind);
            let address = it.address.first();
            let row = vec![
                Cell::from(key),
                it.name.as_ref().map(|name| name.cow()).into(),
                coded.system.into(),
                coded.code.into(),
                coded.term.into(),
                identifiers(&it.identifier),
                called(it.part_of.as_ref(), Kind::Organisation),
                address.and_then(|address| address.city.as_ref()).map(|city| city.cow()).into(),
                address.and_then(|address| address.postal_code.as_ref()).map(|code| code.cow()).into(),
            ];
            ("organisation", row)
        }
        Kind::Site => {
            let it: Location<'t> = read(json)?;
            let position = it.position.as_ref();
            let row = vec![
                Cell::from(key),
                it.name.as_ref().map(|name| name.cow()).into(),
                called(it.managing_organization.as_ref(), Kind::Organisation),
                identifiers(&it.identifier),
                it.address.as_ref().and_then(|address| address.city.as_ref()).map(|city| city.cow()).into(),
                it.address.as_ref().and_then(|address| address.postal_code.as_ref()).map(|code| code.cow()).into(),
                super::number(position.and_then(|position| position.longitude)).into(),
                super::number(position.and_then(|position| position.latitude)).into(),
            ];
            ("site", row)
        }
        Kind::Service => {
            let it: HealthcareService<'t> = read(json)?;
            let coded = Coded::of(if it.kind.is_empty() { &it.category } else { &it.kind });
            let row = vec![
                Cell::from(key),
                it.name.as_ref().map(|name| name.cow()).into(),
                coded.system.into(),
                coded.code.into(),
                coded.term.into(),
                called(it.provided_by.as_ref(), Kind::Organisation),
                called(it.location.first(), Kind::Site),
                identifiers(&it.identifier),
            ];
            ("service", row)
        }
        Kind::Professional => {
            let it: Practitioner<'t> = read(json)?;
            if has_role(&key) {
                return None;
            }
            let name = it.name.first().and_then(|name| name.words());
            let mut row = vec![Cell::from(key), name.into()];
            row.extend([const { Cell::Empty }; 5]);
            row.push(identifiers(&it.identifier));
            ("professional", row)
        }
        Kind::Role => {
            let it: PractitionerRole<'t> = read(json)?;
            let professional = it.practitioner.as_ref();
            let coded = Coded::of(&it.code);
            let said = professional.and_then(|reference| reference.display.as_ref()).map(|name| name.cow());
            let name = professional.and_then(|reference| common.name_of(source, reference));
            let name = name.map(|name| Cow::Owned(name.to_owned())).or(said);
            let row = vec![
                match called(professional, Kind::Professional) {
                    Cell::Empty => Cell::from(key),
                    known => known,
                },
                name.into(),
                coded.system.into(),
                coded.code.into(),
                coded.term.into(),
                called(it.organization.as_ref(), Kind::Organisation),
                called(it.location.first(), Kind::Site),
                identifiers(&it.identifier),
            ];
            ("professional", row)
        }
        Kind::Medication => return None,
    };
    row.extend(from);
    Some((table, row))
}

fn identifiers<'t>(identifiers: &[Identifier<'t>]) -> Cell<'t> {
    let words: Vec<Cow<'t, str>> = identifiers
        .iter()
        .filter_map(|it| Some(Cow::Owned(format!("{}|{}", it.system.as_deref().unwrap_or(""), &**it.value.as_ref()?))))
        .collect();
    if words.is_empty() { Cell::Empty } else { Cell::Words(words) }
}
