//! What belongs to no citizen: common resources and the tables about them, and the conflicts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use stead_tables::table;

use crate::common::{Candidate, Common, Kind};
use crate::derive::{check_common, common_rows};
use crate::error::LakeError;
use crate::identity::conflict::Conflict;
use crate::import::bucket::{count, put};
use crate::import::input::RecordFile;
use crate::import::quarantine::Quarantine;
use crate::import::spill::{Entry, Spill};
use crate::import::versions::later_first;
use crate::manifest::FileEntry;
use crate::report::Tally;
use crate::store::Store;
use crate::table::{Cell, Rows, TableWriter};

/// A common resource that stands.
pub(crate) struct CommonResource {
    kind: String,
    id: String,
    source: u16,
    updated: i64,
    json: String,
    /// The text without fields that cannot be read, when there are any.
    mended: Option<String>,
}

impl CommonResource {
    fn text(&self) -> &str {
        self.mended.as_deref().unwrap_or(&self.json)
    }
}

/// Common resources, sorted by source name, type and id.
pub(crate) struct CommonResources {
    pub(crate) all: Vec<CommonResource>,
    /// Whether any of them was read in this import.
    pub(crate) news: bool,
}

impl CommonResources {
    /// Puts those of the spill into order; of each the latest version that can be read stands.
    pub(crate) fn of(
        spill: &Spill,
        source_order: &[usize],
        quarantine: &Quarantine,
        files: &[RecordFile],
        tally: &mut Tally,
    ) -> Result<Self, LakeError> {
        let mut bytes = Vec::new();
        spill.each(spill.common(), |entry| {
            entry.write(&mut bytes);
            Ok(())
        })?;
        let mut entries: Vec<Entry<'_>> = Entry::all(&bytes).collect();
        let place = |source: u16| source_order.get(usize::from(source)).copied().unwrap_or(usize::MAX);
        let key = |entry: &Entry<'_>| place(entry.source);
        entries.sort_unstable_by(|one, other| {
            (key(one), one.kind, one.id).cmp(&(key(other), other.kind, other.id)).then_with(|| later_first(one, other))
        });
        let mut all = Vec::new();
        let same = |one: &Entry<'_>, other: &Entry<'_>| {
            one.source == other.source && one.kind == other.kind && one.id == other.id
        };
        for versions in entries.chunk_by(same) {
            all.extend(standing(versions, quarantine, files, tally)?);
        }
        Ok(Self { all, news: entries.iter().any(|entry| !entry.origin.is_lake()) })
    }

    /// Those that others look up.
    pub(crate) fn look_up(&self, sources: &[String], shared_systems: &[String]) -> Common {
        let candidates = self.all.iter().filter_map(|resource| {
            Some(Candidate {
                kind: Kind::of(&resource.kind)?,
                source: resource.source,
                id: &resource.id,
                json: resource.text(),
            })
        });
        Common::of(&candidates.collect::<Vec<_>>(), sources, shared_systems)
    }
}

fn standing(
    versions: &[Entry<'_>],
    quarantine: &Quarantine,
    files: &[RecordFile],
    tally: &mut Tally,
) -> Result<Option<CommonResource>, LakeError> {
    for (number, entry) in versions.iter().enumerate() {
        let (text, left_out) = match check_common(entry.kind, entry.json) {
            Ok(checked) => checked,
            Err(_) if entry.origin.is_lake() => continue,
            Err(reason) => {
                tally.count(entry.kind, |counts| counts.quarantined += 1);
                put(quarantine, files, entry, &reason)?;
                continue;
            }
        };
        for field in left_out.iter().filter(|_| !entry.origin.is_lake()) {
            tally.remark(entry.kind, format!("`{field}` has the wrong type"));
        }
        let in_tables = Kind::of(entry.kind).is_some_and(|kind| kind != Kind::Medication);
        count(tally, entry, versions.get(number + 1..).unwrap_or(&[]), in_tables);
        return Ok(Some(CommonResource {
            kind: entry.kind.to_owned(),
            id: entry.id.to_owned(),
            source: entry.source,
            updated: entry.updated,
            json: entry.json.to_owned(),
            mended: match text {
                Cow::Owned(text) => Some(text),
                Cow::Borrowed(_) => None,
            },
        }));
    }
    Ok(None)
}

/// Writes the tables that are not spread over buckets.
pub(crate) fn write(
    store: &Store,
    stamp: u64,
    resources: &CommonResources,
    common: &Common,
    sources: &[String],
    conflicts: &[Conflict],
) -> Result<BTreeMap<String, FileEntry>, LakeError> {
    let name = |source: u16| sources.get(usize::from(source)).map_or("", String::as_str);
    let mut tables: BTreeMap<&'static str, Rows<'_>> = BTreeMap::new();
    for name in ["organisation", "site", "service", "professional", "conflict", "common_resource"] {
        if let Some(table) = table(name) {
            tables.insert(name, Rows::new(table));
        }
    }
    let mut push =
        |table: &'static str, row| tables.get_mut(table).into_iter().for_each(|rows| rows.push_all(Vec::clone(&row)));
    let with_role = with_roles(resources, common);
    for resource in &resources.all {
        if let Some(kind) = Kind::of(&resource.kind) {
            let from = (resource.source, name(resource.source));
            let has_role = |key: &str| with_role.contains(key);
            if let Some((table, row)) = common_rows(common, kind, from, &resource.id, resource.text(), has_role) {
                push(table, row);
            }
        }
        let updated = (resource.updated != i64::MIN).then_some(resource.updated);
        let row = vec![
            Cell::text(&resource.kind),
            Cell::text(&resource.id),
            updated.into(),
            Cell::text(name(resource.source)),
            Cell::text(&resource.json),
        ];
        push("common_resource", row);
    }
    for conflict in conflicts {
        push("conflict", conflict.row());
    }
    let mut files = BTreeMap::new();
    for (table, mut rows) in tables {
        let path = format!("tables/{table}/whole.{stamp}.parquet");
        let mut writer = TableWriter::new(store, rows.table, path);
        rows.take_sorted(|row| writer.push(row))?;
        if let Some(file) = writer.finish()? {
            files.insert(table.to_owned(), FileEntry::from(file));
        }
    }
    Ok(files)
}

/// The keys of professionals who have a role.
fn with_roles(resources: &CommonResources, common: &Common) -> FxHashSet<String> {
    let mut keys = FxHashSet::default();
    for resource in resources.all.iter().filter(|resource| resource.kind == "PractitionerRole") {
        let mut unused = crate::lookups::Lookups::default();
        if let Some(body) = common.by_id(Kind::Role, resource.source, &resource.id, &mut unused) {
            keys.insert(body.key.to_string());
        }
    }
    keys
}
