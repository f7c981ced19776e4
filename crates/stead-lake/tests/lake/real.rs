//! Records that nobody here wrote.

use std::path::{Path, PathBuf};

use stead_lake::{ImportOptions, Input, Lake, import};

use crate::testing::{columns, rows};

fn imported(name: &str) -> Option<(tempfile::TempDir, stead_lake::ImportReport, Lake)> {
    let inputs = vec![Input { source: None, path: shared(name)? }];
    let folder = tempfile::tempdir().expect("a folder");
    let lake = folder.path().join("lake");
    let report = import(&lake, &ImportOptions { inputs, ..ImportOptions::default() }, &()).expect("an import");
    let lake = Lake::open(&lake).expect("a lake");
    Some((folder, report, lake))
}

#[test]
fn every_resource_of_massachusetts_is_accounted_for() {
    let Some((_folder, report, lake)) = imported("fhir/massachusetts-617.ndjson.zst") else { return };
    assert_eq!((report.total.read, report.total.quarantined), (191_093, 0));
    assert_eq!((report.types.len(), report.citizens), (16, 615));
    let types: Vec<String> = report
        .types
        .iter()
        .map(|(kind, counts)| format!("{kind}: {} = {} + {}", counts.read, counts.in_tables, counts.kept_whole))
        .collect();
    insta::assert_snapshot!(types.join("\n"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&report.rows).expect("JSON"));
    insta::assert_snapshot!(format!("{:?}\n{:?}", report.remarks, report.references_nowhere));
    let kept = (rows(&lake, "resource").len() + rows(&lake, "common_resource").len()) as u64;
    // The file has most organisations and practitioners in several versions.
    assert_eq!(kept + report.total.duplicate + report.total.replaced, 191_093);
    for table in stead_tables::LAKE {
        assert_eq!(rows(&lake, table.name).len() as u64, lake.rows(table.name), "{}", table.name);
    }
}

#[test]
fn the_conditional_references_of_kansas_lead_somewhere() {
    let Some((_folder, report, lake)) = imported("fhir/kansas-bulk") else { return };
    assert_eq!(report.citizens, 13);
    let types: Vec<String> = report
        .types
        .iter()
        .map(|(kind, counts)| {
            format!("{kind}: {} = {} + {} + {}", counts.read, counts.in_tables, counts.kept_whole, counts.quarantined)
        })
        .collect();
    insta::assert_snapshot!(types.join("\n"));
    insta::assert_snapshot!(format!("{:?}\n{:?}", report.remarks, report.references_nowhere));
    let contacts = rows(&lake, "contact");
    let with_profession = contacts.iter().filter(|row| row.contains_key("profession_code")).count();
    assert!(with_profession * 10 > contacts.len() * 9, "{with_profession} of {} contacts", contacts.len());
    let known = columns(&lake, "organisation", &["organisation"]);
    let all_known = contacts.iter().all(|row| row.get("organisation").is_none_or(|key| known.contains(key)));
    assert!(all_known, "organisations of contacts are organisations");
}

/// Where data that nobody here wrote lie; `None` where they are not at hand.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "`{}` is missing", path.display());
    use std::io::Write;
    writeln!(std::io::stderr(), "skipped: {name}").expect("stderr");
    None
}
