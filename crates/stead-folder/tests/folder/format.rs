//! One way of writing every file: what it looks like, and that it never changes what a file says.

use proptest::prelude::*;
use stead_folder::{Folder, format_csv, format_file, format_toml, read, template};

#[test]
fn a_toml_file_is_tidied_and_keeps_its_comments() {
    let untidy = "\u{FEFF}# About this file\r\n\r\n\r\nname=\"X\"   # a name\r\n  group  = 'g'\r\n\r\n\r\n# how often\r\nevery_months=12\r\nmet_by={services=[\"a\",\r\n 'b',],professions=[ ]}\r\n[[not_for]]\r\ngroup = \"h\"\r\n  # indented\r\n[[not_for]] # second\r\ngroup=\"i\"\r\n# the end";
    insta::assert_snapshot!(format_toml("needs/x.toml", untidy).unwrap());
}

#[test]
fn a_list_that_is_too_long_for_a_line_stands_one_below_the_other() {
    let ids: Vec<String> = (0..12).map(|nth| format!("\"organisation-{nth}\"")).collect();
    insta::assert_snapshot!(format_toml("place.toml", &format!("organisations=[{}]", ids.join(","))).unwrap());
}

#[test]
fn a_table_is_tidied_and_keeps_its_comments() {
    let untidy =
        "# Sites\r\nname , site,organisation\r\n\"A, B\", \"a\" ,x\r\n\r\n# second\r\n \"say \"\"b\"\"\",b,x\r\n,,\r\n";
    insta::assert_snapshot!(format_csv("sites.csv", untidy).unwrap());
}

#[test]
fn a_file_that_cannot_be_read_is_not_touched() {
    assert_eq!(format_toml("place.toml", "name = \"x").unwrap_err()[0].code, "toml-syntax");
    assert_eq!(format_csv("areas.csv", "area,name\n\"x").unwrap_err()[0].code, "csv-syntax");
    assert!(format_file("README.md", "").is_none());
}

#[test]
fn the_folder_to_start_from_is_formatted() {
    for (path, text) in template("Harbour") {
        assert_eq!(format_file(path, &text).unwrap().unwrap(), text, "{path}");
    }
}

fn toml_value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-z #=,\\[\\]{}]{0,8}".prop_map(|text| format!("\"{text}\"")),
        "[a-z \"]{0,8}".prop_map(|text| format!("'{text}'")),
        any::<i32>().prop_map(|number| number.to_string()),
        Just("2026-04-01".to_owned()),
        Just("true".to_owned()),
        Just("1.5e3".to_owned()),
        Just("\"\"\"two\nlines\"\"\"".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let space = "( |\n|  # a comment\n){0,1}";
        let list = (prop::collection::vec((inner.clone(), space), 0..6), any::<bool>()).prop_map(|(items, comma)| {
            let mut out = String::from("[");
            for (nth, (item, space)) in items.iter().enumerate() {
                let comma = if nth + 1 < items.len() || comma { "," } else { "" };
                out.push_str(&format!("{space}{item}{comma}"));
            }
            out + "]"
        });
        let fields = prop::collection::vec((inner, " {0,2}"), 0..4).prop_map(|items| {
            let fields: Vec<String> =
                items.iter().enumerate().map(|(nth, (item, space))| format!("{space}k{nth}={space}{item}")).collect();
            format!("{{{}}}", fields.join(","))
        });
        prop_oneof![list, fields]
    })
}

fn toml_file() -> impl Strategy<Value = String> {
    let gap = "( {0,2}|\n{1,3}|# a comment\n|\n\n# é\n\n#x\n)";
    let line = (gap, " {0,2}", toml_value(), "( |  # why| # x  )?");
    let head = prop_oneof![Just("t"), Just("[list]"), Just("t.deep")];
    let block = (gap, head, prop::collection::vec(line, 0..4));
    prop::collection::vec(block, 0..5).prop_map(|blocks| {
        let mut out = String::new();
        let mut seen = Vec::new();
        for (nth, (gap, head, lines)) in blocks.into_iter().enumerate() {
            if nth > 0 && !seen.contains(&head) {
                out.push_str(&format!("{gap}[{head}]\n"));
                if head != "[list]" {
                    seen.push(head);
                }
            }
            for (key, (gap, space, value, after)) in lines.into_iter().enumerate() {
                out.push_str(&format!("{gap}key{nth}_{key}{space}={space}{value}{after}\n"));
            }
        }
        out
    })
}

fn comments(text: &str) -> usize {
    text.lines().filter(|line| line.trim_start().starts_with('#')).count()
}

proptest! {
    #[test]
    fn formatting_toml_keeps_its_meaning_and_is_done_in_one_go(text in toml_file()) {
        prop_assume!(text.parse::<toml::Table>().is_ok());
        let once = format_toml("place.toml", &text).unwrap();
        prop_assert_eq!(text.parse::<toml::Table>().unwrap(), once.parse::<toml::Table>().unwrap());
        prop_assert_eq!(comments(&text), comments(&once), "{}", &once);
        prop_assert_eq!(format_toml("place.toml", &once).unwrap(), once);
    }

    #[test]
    fn formatting_csv_keeps_its_meaning_and_is_done_in_one_go(
        rows in prop::collection::vec(prop::collection::vec("[a-z\",;\n é#]{0,6}", 4), 0..6),
        order in Just(vec!["name", "site", "longitude", "organisation"]).prop_shuffle(),
    ) {
        let mut writer = csv::WriterBuilder::new().comment(Some(b'#')).from_writer(Vec::new());
        writer.write_record(&order).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let once = format_csv("sites.csv", &text).unwrap();
        prop_assert_eq!(table(&once), table(&text));
        prop_assert_eq!(format_csv("sites.csv", &once).unwrap(), once);
    }

    #[test]
    fn no_text_makes_the_reader_fall_over(path in prop::sample::select(vec![
        "place.toml", "groups/a.toml", "needs/a.toml", "areas.csv", "services.csv", "mappings.csv", "codelists/a.csv", "areas.geojson",
    ]), text in prop::collection::vec(prop::sample::select(vec![
        "name", "=", "\"", "'", "[[", "]]", "{", "}", "[", "]", ",", "\n", "\r\n", "#", " ", "all", "code", "é", "12", "-", "2026-02-31", "a",
        "area,name\n", ";", "\"features\":", ":",
    ]), 0..24)) {
        let folder = Folder::of("harbour", template("Harbour")).with(path, &text.concat());
        let reading = read(&[folder]);
        let _ = stead_folder::render(&reading.problems);
    }
}

/// A table as rows of column and trimmed cell, each sorted by column, rows of nothing left out.
fn table(text: &str) -> Vec<Vec<(String, String)>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let cells = header.iter().zip(row.iter()).map(|(column, cell)| (column.to_owned(), cell.trim().to_owned()));
        let mut cells: Vec<_> = cells.collect();
        cells.sort();
        cells
    });
    rows.filter(|row| row.iter().any(|(_, cell)| !cell.is_empty())).collect()
}
