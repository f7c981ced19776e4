//! By what citizens count as whose, and where a `pay` clause leaves that open.

use std::collections::BTreeMap;

use stead_rules::agreement::{Attribution, Benchmark, BundleSpan, Catchment, Formula, Pay, PrimaryCare};

use super::clause::ids;
use crate::near::listed;
use crate::toml_file::Fields;

/// What primary care is, where the clause says it.
pub(super) fn primary_care(clause: Fields<'_>) -> Option<PrimaryCare> {
    let fields = clause.table("primary_care")?;
    Some(PrimaryCare {
        services: ids(fields, "services"),
        professions: ids(fields, "professions"),
        second_step: ids(fields, "second_step"),
        at_least_one: ids(fields, "at_least_one"),
        months: fields.whole("months"),
    })
}

/// Whose which areas are.
pub(super) fn catchment(clause: Fields<'_>) -> Option<Vec<Catchment>> {
    let catchment = |(fields, _): (Fields<'_>, _)| {
        Some(Catchment { organisation: fields.text("organisation")?.into(), areas: ids(fields, "areas") })
    };
    clause.tables("catchment").into_iter().map(catchment).collect()
}

/// What leaves open whose citizens are, or says it of something that the clause does not go by: the key it is about, what is
/// wrong, and what to do.
pub(super) fn impossible(pay: &Pay) -> Option<(&'static str, String, String)> {
    if pay.primary_care.is_some() && !pay.attribution.is_some_and(Attribution::is_plurality) {
        let message = "the clause says what primary care is, and does not go by it".to_owned();
        let help =
            "write `attribution = \"plurality-by-count\"` or `\"plurality-by-charge\"`, or leave `primary_care` out";
        return Some(("primary_care", message, help.to_owned()));
    }
    if !pay.catchment.is_empty() && pay.attribution != Some(Attribution::Residence) {
        let message = "the clause says whose areas are, and does not go by where citizens live".to_owned();
        let help = "write `attribution = \"residence\"`, or leave `catchment` out".to_owned();
        return Some(("catchment", message, help));
    }
    if let Some(other) = pay.catchment.iter().find(|it| !pay.to.contains(&it.organisation)) {
        let paid = listed(pay.to.iter().map(|id| id.as_str()), "or");
        let message = format!("`{}` has areas here, and is not paid by the clause", other.organisation);
        return Some(("catchment", message, format!("name {paid}, or add it to `to`")));
    }
    let mut whose = BTreeMap::new();
    for catchment in &pay.catchment {
        for area in &catchment.areas {
            let other = whose.insert(area, &catchment.organisation);
            if let Some(other) = other.filter(|other| *other != &catchment.organisation) {
                let message = format!("the area `{area}` is both `{other}`'s and `{}`'s", catchment.organisation);
                let help = "let each area be one organisation's; who lives there would be paid for twice".to_owned();
                return Some(("catchment", message, help));
            }
        }
    }
    open(pay)
}

/// Where several are paid by the head, and nothing says whose head it is.
fn open(pay: &Pay) -> Option<(&'static str, String, String)> {
    if pay.to.len() < 2 || pay.evidence.is_some() {
        return None;
    }
    if pay.attribution == Some(Attribution::Residence) && pay.catchment.is_empty() {
        let message = "several are paid by where citizens live, and nothing says whose which area is".to_owned();
        let help = "add `catchment = [{ organisation = …, areas = […] }]`, or pay one of them".to_owned();
        return Some(("attribution", message, help));
    }
    if pay.attribution.is_none() && goes_by_citizens(&pay.formula) {
        let words = Attribution::WORDS.iter().map(|(word, _)| *word);
        let message = "several are paid for citizens, and nothing says by what a citizen counts as whose".to_owned();
        return Some(("to", message, format!("add `attribution`: {}", listed(words, "or"))));
    }
    None
}

/// Whether it has to be known whose a citizen is, to know what is paid for her.
const fn goes_by_citizens(formula: &Formula) -> bool {
    match formula {
        Formula::Capitation(_) | Formula::Incentive(_) => true,
        Formula::Bundle(bundle) => matches!(bundle.span, BundleSpan::Year),
        Formula::SharedSavings(savings) => matches!(savings.benchmark, Benchmark::PerMember(_)),
        Formula::Activity(_) | Formula::Block { .. } | Formula::Blended(_) | Formula::Stated { .. } => false,
    }
}
