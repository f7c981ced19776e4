//! What an import did, and what the lake holds afterwards, in numbers.

use std::collections::BTreeMap;

use crate::identity::Identity;
use crate::import::Import;
use crate::manifest::Manifest;
use crate::report::{ImportReport, LinkFault, REPORT_VERSION, Tally, TypeReport};

impl Import<'_> {
    /// What was read, who was linked, and what could not be used.
    pub(super) fn report(
        &self,
        tally: Tally,
        identity: &Identity,
        link_file_faults: Vec<LinkFault>,
        quarantine: Option<&str>,
    ) -> ImportReport {
        let mut total = TypeReport::default();
        tally.types.values().for_each(|counts| total.add(counts));
        let mut conflicts: BTreeMap<String, u64> = BTreeMap::new();
        for conflict in &identity.conflicts {
            *conflicts.entry(conflict.kind.to_owned()).or_default() += 1;
        }
        let seen = |records: &[u32]| {
            records
                .iter()
                .filter(|&&record| identity.heads.get(record as usize).is_some_and(|head| head.record))
                .count() as u64
        };
        let records = identity.citizens.iter().map(|citizen| seen(&citizen.records));
        ImportReport {
            report_version: REPORT_VERSION,
            types: tally.types,
            total,
            bundles: tally.bundles,
            records: records.clone().sum(),
            records_linked: records.filter(|&count| count > 1).sum(),
            conflicts,
            references_nowhere: tally.nowhere,
            remarks: tally.remarks,
            link_file_faults,
            files_left_out: self.found.left_out.clone(),
            files: self.found.files.len() as u64,
            quarantine: quarantine.map(|name| self.store.path(name)),
            bytes: tally.bytes,
            ..ImportReport::default()
        }
    }
}

/// Adds what the lake holds now: its generation, and the rows of each table.
pub(super) fn holdings(lake: &Manifest, report: &mut ImportReport) {
    report.generation = lake.generation;
    for bucket in lake.by_bucket.values() {
        for (table, file) in &bucket.tables {
            *report.rows.entry(table.clone()).or_default() += file.rows;
        }
    }
    report.rows.extend(lake.whole.iter().map(|(table, file)| (table.clone(), file.rows)));
    report.citizens = report.rows.get("citizen").copied().unwrap_or(0);
}
