//! Which of a citizen's records are open to those around her, in words.

use serde::{Deserialize, Serialize};

/// A category of record that somebody around the citizen needs to see and somebody else holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Link {
    /// Who holds it, by name.
    pub from: String,
    /// Who needs to see it, by name.
    pub to: String,
    /// Of which profession.
    pub profession: Option<String>,
    /// The category of record, by id.
    pub category: String,
    /// By name.
    #[serde(default)]
    pub category_name: String,
    /// Whether it may be seen, for treatment.
    pub open: bool,
    /// `clause`, or what blocks it.
    pub why: String,
    /// The clause that opens it, or that comes nearest.
    pub clause: Option<String>,
    /// The citizen's choice that blocks it.
    pub choice: Option<String>,
    /// Why, in words.
    #[serde(default)]
    pub words: String,
}

impl Link {
    /// Why it is open or blocked, in words.
    pub(super) fn in_words(&self) -> String {
        let clause = self.clause.as_deref().unwrap_or("an agreement");
        match self.why.as_str() {
            "clause" => format!("by `{clause}`"),
            "no-clause" => "no agreement shares it".to_owned(),
            "objection" => "she objects".to_owned(),
            "not-in-force" => format!("`{clause}` is not in force; all parties have to have signed it"),
            "category" => format!("`{clause}` does not name it"),
            "not-by-name" => format!("it is sensitive, and `{clause}` does not name it"),
            "purpose" => format!("`{clause}` is not for treatment"),
            "profession" => format!("`{clause}` is for other professions"),
            "group" => format!("`{clause}` is about another group of people"),
            "place" => format!("`{clause}` is about another place"),
            "circle" => format!("`{clause}` is for those who act for her"),
            "permission" => format!("`{clause}` asks for her permission"),
            other => other.replace('-', " "),
        }
    }
}
