//! What an import did: every resource accounted for.
//!
//! INVARIANT: for every type, `read = in_tables + kept_whole + quarantined`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

/// The version of the report's shape; a reader that knows this number understands every field.
pub const REPORT_VERSION: u32 = 1;

/// What became of the resources of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TypeReport {
    /// Read from the files (each occurrence counts).
    pub read: u64,
    /// Have rows in tables, or are known to them by another version of the same resource.
    pub in_tables: u64,
    /// Kept whole for reading back, in no other table.
    pub kept_whole: u64,
    /// Could not be read; see the quarantine file.
    pub quarantined: u64,
    /// Of those in tables or kept whole: the same resource, byte for byte, was there already.
    pub duplicate: u64,
    /// Of those in tables or kept whole: a later version was there, so that one stands in the tables.
    pub replaced: u64,
}

impl TypeReport {
    pub(crate) fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.in_tables += other.in_tables;
        self.kept_whole += other.kept_whole;
        self.quarantined += other.quarantined;
        self.duplicate += other.duplicate;
        self.replaced += other.replaced;
    }
}

/// What an import did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ImportReport {
    /// [`REPORT_VERSION`].
    pub report_version: u32,
    /// The lake's generation after the import.
    pub generation: u64,
    /// Whether anything in the lake changed.
    pub changed: bool,
    /// What was read, by resource type; `(unknown)` for what has none that can be read.
    pub types: BTreeMap<String, TypeReport>,
    /// The sum of all types.
    pub total: TypeReport,
    /// Bundles opened; what was in them is counted by type.
    pub bundles: u64,
    /// Rows of every table in the lake after the import.
    pub rows: BTreeMap<String, u64>,
    /// Citizens in the lake after the import.
    pub citizens: u64,
    /// Patient records in the lake.
    pub records: u64,
    /// Of those, records that are linked with another one.
    pub records_linked: u64,
    /// Conflicts in the lake, by kind.
    pub conflicts: BTreeMap<String, u64>,
    /// References of the resources read that lead to nothing in the lake, by the type they name.
    pub references_nowhere: BTreeMap<String, u64>,
    /// Fields that could not be read or are not there, in resources that went in nevertheless, and what Bundles say that is
    /// no record (deletions, a server's messages): by type, then reason.
    pub remarks: BTreeMap<String, BTreeMap<String, u64>>,
    /// Rows of the link file that could not be used: line and reason.
    pub link_file_faults: Vec<LinkFault>,
    /// Files in the folders named that hold no records.
    pub files_left_out: Vec<String>,
    /// Files read.
    pub files: u64,
    /// The quarantine file, when there is one.
    pub quarantine: Option<PathBuf>,
    /// Buckets whose content changed.
    pub buckets_changed: u64,
    /// Bytes read, unpacked.
    pub bytes: u64,
    /// How long it took.
    pub seconds: f64,
}

/// A row of a link file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkFault {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// Counts kept by one worker, added up at the end.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) types: BTreeMap<String, TypeReport>,
    pub(crate) bundles: u64,
    pub(crate) nowhere: BTreeMap<String, u64>,
    pub(crate) remarks: BTreeMap<String, BTreeMap<String, u64>>,
    pub(crate) bytes: u64,
}

/// What resources without a readable type are counted as.
pub(crate) const UNKNOWN: &str = "(unknown)";

impl Tally {
    /// Changes the counts of a type.
    pub(crate) fn count(&mut self, kind: &str, change: impl FnOnce(&mut TypeReport)) {
        // A type is new once and counted millions of times.
        match self.types.get_mut(kind) {
            Some(counts) => change(counts),
            None => change(self.types.entry(kind.to_owned()).or_default()),
        }
    }

    pub(crate) fn remark(&mut self, kind: &str, reason: impl Into<String>) {
        *self.remarks.entry(kind.to_owned()).or_default().entry(reason.into()).or_default() += 1;
    }

    pub(crate) fn nowhere(&mut self, target: &str) {
        match self.nowhere.get_mut(target) {
            Some(count) => *count += 1,
            None => drop(self.nowhere.insert(target.to_owned(), 1)),
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        for (kind, counts) in other.types {
            self.types.entry(kind).or_default().add(&counts);
        }
        for (target, count) in other.nowhere {
            *self.nowhere.entry(target).or_default() += count;
        }
        for (kind, reasons) in other.remarks {
            let own = self.remarks.entry(kind).or_default();
            for (reason, count) in reasons {
                *own.entry(reason).or_default() += count;
            }
        }
        self.bundles += other.bundles;
        self.bytes += other.bytes;
    }
}
