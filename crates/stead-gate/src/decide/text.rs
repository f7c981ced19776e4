//! The policies as people read them: what is decided by, and what every agreement says to it.

use std::fmt::Write;

use stead_rules::Definitions;
use stead_rules::agreement::{Share, Terms, Within};

use super::policies::Policies;

impl Policies {
    /// Schema, policies, and each share clause with the file and the words that it comes from.
    ///
    /// `definitions` are those that were compiled.
    pub fn for_people(&self, definitions: &Definitions) -> String {
        let mut text = format!("{}\n{}\n", Self::schema_text(), Self::text());
        text.push_str("// What the clauses say: each is an entity that the policy `clause` looks at.\n");
        let mut agreements: Vec<_> = definitions.agreements.iter().collect();
        agreements.sort_by(|one, other| one.id.cmp(&other.id));
        for agreement in agreements {
            for clause in &agreement.clauses {
                let Terms::Share(share) = &clause.terms else { continue };
                let cite = agreement.cite(clause);
                let compiled = self.made.clauses.iter().find(|compiled| compiled.cite == cite);
                let days = compiled.and_then(|compiled| compiled.days).map_or_else(
                    || "never, by what was signed so far".to_owned(),
                    |days| format!("from {} until before {}", days.from, days.to),
                );
                // Writing to a string does not fail.
                let _ = write!(
                    text,
                    "\n// agreements/{}.toml, clause {}\n// “{}”\n// Stead::Clause::\"{cite}\"\n{}//     opens: {days}\n",
                    agreement.id,
                    clause.id,
                    clause.text.split_whitespace().collect::<Vec<_>>().join(" "),
                    said(share, &agreement.places.iter().map(ToString::to_string).collect::<Vec<_>>()),
                );
            }
        }
        text
    }
}

fn said(share: &Share, places: &[String]) -> String {
    let list = |ids: Vec<String>, none: &str| if ids.is_empty() { none.to_owned() } else { ids.join(", ") };
    fn ids<T: ToString>(all: &[T]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }
    let mut lines = vec![
        format!("holders: {}", list(ids(&share.from), "nobody")),
        format!("readers: {}", list(ids(&share.to), "nobody")),
        format!("categories: {}", list(ids(&share.categories), "all that are not sensitive")),
        format!("purposes: {}", list(ids(&share.purposes), "none")),
        format!("professions: {}", list(ids(&share.professions), "any")),
        format!("places: {}", list(places.to_vec(), "any")),
    ];
    lines.extend(share.group.as_ref().map(|group| format!("group: {group}")));
    lines.push(match share.within {
        Within::Circle => "within: the circle of those who act for the citizen".to_owned(),
        Within::Agreement => "within: the agreement".to_owned(),
    });
    if share.asks {
        lines.push("asks: for the citizen's permission".to_owned());
    }
    lines.iter().map(|line| format!("//     {line}\n")).collect()
}
