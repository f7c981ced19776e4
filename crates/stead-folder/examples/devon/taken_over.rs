//! What Devon takes over from the example place: needs that somebody in Devon can meet, with their groups and codelists.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

use crate::Files;
use crate::england::{Row, cell, csv_text, rows};

/// The example place, as far as Devon needs it.
pub(crate) struct Harbour {
    services: Vec<Row>,
    mappings: Vec<Row>,
    groups: BTreeMap<String, String>,
    needs: BTreeMap<String, String>,
    codelists: BTreeMap<String, String>,
}

/// The part of it that fits.
pub(crate) struct Kept {
    /// Files to write.
    pub(crate) files: Files,
    /// How many needs were kept.
    pub(crate) needs: usize,
    /// The needs for which nobody offers a service.
    pub(crate) left_out: Vec<String>,
}

impl Harbour {
    /// Reads the folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            services: rows(&fs::read(folder.join("services.csv"))?)?,
            mappings: rows(&fs::read(folder.join("mappings.csv"))?)?,
            groups: texts(&folder.join("groups"))?,
            needs: texts(&folder.join("needs"))?,
            codelists: texts(&folder.join("codelists"))?,
        })
    }

    /// The professions of a kind of service and the cost of a contact, from the first live service of the kind.
    pub(crate) fn service(&self, kind: &str) -> Option<(&str, &str)> {
        let mut live = self.services.iter().filter(|row| cell(row, "status") == "live");
        live.find(|row| cell(row, "kind") == kind).map(|row| (cell(row, "professions"), cell(row, "unit_cost_pence")))
    }

    /// What fits a place that offers these kinds of service by these professions.
    pub(crate) fn kept(&self, kinds: &BTreeSet<&str>, professions: &BTreeSet<&str>) -> Kept {
        let mut kept = Kept { files: Files::new(), needs: 0, left_out: vec![] };
        let mut wanted = Mentions::default();
        wanted.groups.insert("people-with-diabetes-from-12".into());
        for (name, text) in &self.needs {
            let need: Table = text.parse().unwrap_or_default();
            let names = |key: &str| strings(need.get("met_by").and_then(|met_by| met_by.get(key)));
            let fits = names("services").iter().all(|kind| kinds.contains(kind.as_str()))
                && names("professions").iter().all(|profession| professions.contains(profession.as_str()));
            if !fits {
                kept.left_out.push(name.trim_end_matches(".toml").to_owned());
                continue;
            }
            wanted.lists.extend(names("codes"));
            wanted.walk(&Value::Table(need));
            kept.needs += 1;
            kept.files.insert(format!("needs/{name}"), text.clone());
        }
        self.groups_and_codelists(wanted, &mut kept.files);
        self.mappings(kinds, professions, &mut kept.files);
        kept
    }

    /// The wanted groups, the groups they are made of, and all their codelists.
    fn groups_and_codelists(&self, mut wanted: Mentions, files: &mut Files) {
        while let Some(group) = wanted.groups.pop_first() {
            let name = format!("groups/{group}.toml");
            let Some(text) = self.groups.get(&format!("{group}.toml")) else { continue };
            if files.insert(name, text.clone()).is_none() {
                wanted.walk(&Value::Table(text.parse().unwrap_or_default()));
            }
        }
        for list in wanted.lists {
            if let Some(text) = self.codelists.get(&format!("{list}.csv")) {
                files.insert(format!("codelists/{list}.csv"), text.clone());
            }
        }
    }

    fn mappings(&self, kinds: &BTreeSet<&str>, professions: &BTreeSet<&str>, files: &mut Files) {
        let known = |row: &&Row| match cell(row, "meaning") {
            "service" => kinds.contains(cell(row, "to")),
            "profession" => professions.contains(cell(row, "to")),
            _ => true,
        };
        let columns = ["meaning", "system", "code", "to", "term"];
        let rows = self.mappings.iter().filter(known).map(|row| columns.map(|column| cell(row, column).to_owned()));
        if let Ok(text) = csv_text(columns.map(String::from), rows) {
            files.insert("mappings.csv".into(), text);
        }
    }
}

/// The groups and codelists that a rule mentions.
#[derive(Default)]
struct Mentions {
    groups: BTreeSet<String>,
    lists: BTreeSet<String>,
}

impl Mentions {
    fn walk(&mut self, value: &Value) {
        match value {
            Value::Table(table) => {
                for (key, inner) in table {
                    match (key.as_str(), inner.as_str()) {
                        ("group", Some(group)) => _ = self.groups.insert(group.to_owned()),
                        ("list", Some(list)) => _ = self.lists.insert(list.to_owned()),
                        _ => self.walk(inner),
                    }
                }
            }
            Value::Array(entries) => entries.iter().for_each(|entry| self.walk(entry)),
            _ => {}
        }
    }
}

/// One word or a list of words.
fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(word)) => vec![word.clone()],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => vec![],
    }
}

/// Every file of a folder by its name.
fn texts(folder: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        found.insert(entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?);
    }
    Ok(found)
}
