//! Broken records: nothing that was good is lost, and what was left out is told.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use stead_lake::{Lake, LakeError};

use crate::testing::{World, columns, of_patient, patient, told_alike};

fn good(id: &str) -> String {
    of_patient("Condition", id, "p", r#""onsetDateTime":"2020-01-01""#)
}

/// The gallery: each broken record between two good ones.
fn gallery() -> Vec<(&'static str, Vec<u8>)> {
    let observation = |of: &str| of_patient("Observation", "bad", "p", of).into_bytes();
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let mut not_utf8 = good("bad").into_bytes();
    let place = not_utf8.len() - 10;
    not_utf8[place] = 0xff;
    vec![
        ("half a line", br#"{"resourceType":"Condition","id":"bad","subject":{"refer"#.to_vec()),
        ("not JSON", b"id,name".to_vec()),
        ("a list", b"[1,2]".to_vec()),
        ("a comma too many", br#"{"resourceType":"Condition","id":"bad","subject":{"reference":"Patient/p"},"code":{,}}"#.to_vec()),
        ("words behind a record", [good("before").trim_end(), "and so on"].concat().into_bytes()),
        ("no type", br#"{"id":"bad"}"#.to_vec()),
        ("no id", br#"{"resourceType":"Condition","subject":{"reference":"Patient/p"}}"#.to_vec()),
        ("an id that is a number", br#"{"resourceType":"Condition","id":7,"subject":{"reference":"Patient/p"}}"#.to_vec()),
        ("no subject", br#"{"resourceType":"Condition","id":"bad"}"#.to_vec()),
        ("a subject in words", br#"{"resourceType":"Condition","id":"bad","subject":{"display":"Ada"}}"#.to_vec()),
        ("31 February", observation(r#""effectiveDateTime":"2026-02-31""#)),
        ("an amount in words", br#"{"resourceType":"Claim","id":"bad","patient":{"reference":"Patient/p"},"created":"2020-01-01","total":{"value":"much","currency":"GBP"}}"#.to_vec()),
        ("a code that is a text", of_patient("Condition", "bad", "p", r#""code":"diabetes""#).into_bytes()),
        ("too deep", of_patient("Condition", "bad", "p", &format!(r#""x":{deep}"#)).into_bytes()),
        ("not UTF-8", not_utf8),
        ("a Bundle of nonsense", br#"{"resourceType":"Bundle","id":"b","entry":{"no":1}}"#.to_vec()),
    ]
}

#[test]
fn the_gallery_loses_nothing_that_was_good_and_says_what_it_left_out() {
    let mut told = Vec::new();
    for (name, bad) in gallery() {
        let world = World::new();
        let mut file = (patient("p", "", "") + &good("before")).into_bytes();
        file.extend(bad.strip_suffix(b"\n").unwrap_or(&bad));
        file.push(b'\n');
        file.extend(good("after").into_bytes());
        world.file("a.ndjson", file);
        let report = world.import(&["a.ndjson"]);
        let found = columns(&world.lake(), "condition", &["resource"]);
        assert_eq!(found, ["Condition/after", "Condition/before"], "{name}");
        assert_eq!(report.total.quarantined, 1, "{name}");
        told.push(format!("{name} -- {}", world.quarantine(&report).join("; ")));
    }
    told_alike(|| insta::assert_snapshot!(told.join("\n")));
}

#[test]
fn two_records_on_a_line_are_two_records() {
    let world = World::new();
    world.file("a.ndjson", (patient("p", "", "") + &good("c")).replace('\n', "") + &good("d"));
    world.import(&["a.ndjson"]);
    assert_eq!(columns(&world.lake(), "condition", &["resource"]), ["Condition/c", "Condition/d"]);
}

#[test]
fn a_field_that_is_not_essential_is_left_out_and_remarked() {
    let world = World::new();
    let odd = r#""onsetDateTime":"2020-01-01","abatementDateTime":"2020-02-31","encounter":"e1","recorder":7"#;
    world.file("a.ndjson", patient("p", "", r#""birthDate":"unknown""#) + &of_patient("Condition", "c", "p", odd));
    let report = world.import(&["a.ndjson"]);
    assert_eq!(columns(&world.lake(), "condition", &["citizen", "from", "to", "contact"]), ["p 2020-01-01 - -"]);
    assert_eq!(report.total.quarantined, 0);
    insta::assert_snapshot!(format!("{:#?}", report.remarks), @r#"
    {
        "Condition": {
            "`abatement` is not a date": 1,
            "`encounter` has the wrong type": 1,
            "`recorder` has the wrong type": 1,
        },
        "Patient": {
            "`birthDate` is not a date": 1,
        },
    }
    "#);
}

#[test]
fn a_truncated_gzip_file_gives_all_that_came_before() {
    let world = World::new();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(patient("p", "", "").as_bytes()).unwrap();
    for number in 0..20_000 {
        packed.write_all(good(&format!("c{}", number * 7919 % 20_011)).as_bytes()).unwrap();
    }
    let bytes = packed.finish().unwrap();
    world.file("a.ndjson.gz", &bytes[..bytes.len() * 3 / 4]);
    let report = world.import(&["a.ndjson.gz"]);
    let found = columns(&world.lake(), "condition", &["resource"]).len() as u64;
    assert!((13_000..17_000).contains(&found), "{found} conditions");
    assert_eq!(report.types["Condition"].in_tables, found);
    assert_eq!(report.total.quarantined, 1);
    assert!(world.quarantine(&report)[0].ends_with("the file cannot be read further: it ends too early"));
}

#[test]
fn a_line_of_a_hundred_megabytes_is_passed_over() {
    let world = World::new();
    let mut file = (patient("p", "", "") + &good("before")).into_bytes();
    file.extend(br#"{"resourceType":"Condition","id":"long","note":""#);
    file.extend(std::iter::repeat_n(b'x', 100_000_000));
    file.extend(b"\"}\n");
    file.extend(good("after").into_bytes());
    world.file("a.ndjson", file);
    let report = world.import(&["a.ndjson"]);
    assert_eq!(columns(&world.lake(), "condition", &["resource"]), ["Condition/after", "Condition/before"]);
    insta::assert_snapshot!(world.quarantine(&report)[0], @"a.ndjson:3 (unknown): a line of more than 64 MB");
}

#[test]
fn a_strict_import_stops_and_changes_nothing() {
    let mut world = World::new();
    world.file("a.ndjson", patient("p", "", "") + &good("c"));
    world.import(&["a.ndjson"]);
    let before = world.lake().version();
    world.file("b.ndjson", good("d") + "{\"resourceType\":\"Condition\"}\n");
    world.options.strict = true;
    let error = world.import_into("lake", &["b.ndjson"]).expect_err("an error");
    insta::assert_snapshot!(error, @"`b.ndjson` line 2: no id; nothing was imported, because the import is strict");
    assert_eq!(world.lake().version(), before);
    let error = world.import_into("new", &["b.ndjson"]).expect_err("an error");
    assert!(matches!(error, LakeError::Strict { .. }));
    assert!(matches!(Lake::open(world.at("new")), Err(LakeError::NotALake { .. })));
}

#[test]
fn a_record_whose_patient_nobody_sent_is_kept_and_told() {
    let world = World::new();
    world.file("a.ndjson", good("c"));
    let report = world.import(&["a=a.ndjson"]);
    assert_eq!(report.references_nowhere["Patient"], 1);
    assert_eq!(columns(&world.lake(), "condition", &["citizen"]), ["p"]);
    assert_eq!(columns(&world.lake(), "citizen", &["citizen"]), [""; 0]);
    world.file("b.ndjson", patient("p", "", ""));
    world.import(&["a=b.ndjson"]);
    assert_eq!(columns(&world.lake(), "citizen", &["citizen"]), ["p"]);
}

#[test]
fn what_follows_a_gzip_stream_is_told_for_what_it_is() {
    let world = World::new();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all((patient("p", "", "") + &good("c")).as_bytes()).unwrap();
    let mut bytes = packed.finish().unwrap();
    bytes.extend(b"garbage");
    world.file("a.ndjson.gz", bytes);
    let report = world.import(&["a.ndjson.gz"]);
    assert_eq!(columns(&world.lake(), "condition", &["resource"]), ["Condition/c"]);
    insta::assert_snapshot!(world.quarantine(&report)[0], @"a.ndjson.gz:3 (unknown): the file cannot be read further: what follows its packed part is not packed");
}

fn bundle(entries: usize, ended: bool) -> String {
    let mut text = r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":"#.to_owned();
    text += patient("p", "", "").trim_end();
    for number in 0..entries {
        text += &format!(
            "}},\n{{\"fullUrl\":\"urn:uuid:{number}\",\"resource\":{}",
            good(&format!("c{number}")).trim_end()
        );
    }
    text + if ended { "}]}" } else { r#"},{"resource":{"resourceType":"Condition","id":"cut","subj"# }
}

#[test]
fn a_bundle_cut_short_gives_its_complete_entries() {
    for (name, text) in [("a.json", bundle(3, false)), ("a.ndjson", bundle(3, false).replace('\n', ""))] {
        let world = World::new();
        world.file(name, text);
        let report = world.import(&[name]);
        assert_eq!(
            columns(&world.lake(), "condition", &["resource"]),
            ["Condition/c0", "Condition/c1", "Condition/c2"]
        );
        assert_eq!((report.total.quarantined, report.bundles), (1, 1));
        assert!(world.quarantine(&report)[0].contains("half a record"), "{:?}", world.quarantine(&report));
    }
}

#[test]
fn a_bundle_longer_than_any_line_may_be_is_read_entry_by_entry() {
    let line = bundle(20_000, true).replace('\n', "") + "\n" + &good("after");
    for (name, text, more) in [("a.json", bundle(20_000, true), 0), ("a.ndjson", line, 1)] {
        let mut world = World::new();
        world.options.line_bytes_max = 1 << 20;
        world.file(name, text);
        let report = world.import(&[name]);
        assert_eq!(world.quarantine(&report), [""; 0], "{name}");
        assert_eq!(report.types["Condition"].in_tables, 20_000 + more, "{name}");
        assert_eq!(report.bundles, 1, "{name}");
    }
}

#[test]
fn a_bundle_in_a_truncated_gzip_file_gives_its_complete_entries() {
    let world = World::new();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bundle(20_000, true).as_bytes()).unwrap();
    let bytes = packed.finish().unwrap();
    world.file("a.json.gz", &bytes[..bytes.len() * 3 / 4]);
    let report = world.import(&["a.json.gz"]);
    assert!((13_000..17_000).contains(&report.types["Condition"].in_tables), "{:?}", report.types);
    assert_eq!(report.total.quarantined, 1);
    assert!(world.quarantine(&report)[0].ends_with("the file cannot be read further: it ends too early"));
}
