//! `stead compare`: what other agreements would change, for whom and why; and what would keep anybody from losing.

use std::process::ExitCode;

use stead_app::compare::{Change, Comparison, Mended, Sum};
use stead_app::{Minor, Period};

use super::{threads, wait};
use crate::arguments::{Compare, Format};
use crate::failure::Failure;
use crate::output::{Output, counted, shortened};

/// Columns of an organisation's name.
const NAME: usize = 24;
/// So many organisations are shown; JSON has all.
const SHOWN: usize = 40;

/// Settles twice and says what changes.
pub fn compare(arguments: &Compare, output: &Output) -> Result<ExitCode, Failure> {
    let period =
        match (arguments.from, arguments.to) {
            (Some(from), Some(to)) => Some(Period::new(from, to).ok_or_else(|| {
                Failure::Use("`--from` must lie before `--to`, which is the first day outside".into())
            })?),
            _ => None,
        };
    let (old, new) = (std::slice::from_ref(&arguments.old), std::slice::from_ref(&arguments.new));
    let found = match (&arguments.lake, &arguments.evidence, period) {
        (Some(lake), _, Some(period)) => wait(stead_app::compare::compare_records(old, new, lake, period, threads()))?,
        (_, Some(evidence), _) => stead_app::compare::compare(old, new, evidence, period)?,
        _ => {
            return Err(Failure::Use(
                "name a lake (`--lake`) with `--from` and `--to`, or a table (`--evidence`)".into(),
            ));
        }
    };
    if output.format == Format::Json {
        output.json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    told(&found, output)?;
    Ok(ExitCode::SUCCESS)
}

fn told(found: &Comparison, output: &Output) -> Result<(), Failure> {
    let amount = |minor: i64| Minor(minor).decimal(&found.currency);
    let mut changed: Vec<&Change> = found.organisations.iter().filter(|it| it.change_minor != 0).collect();
    let same = found.organisations.len() - changed.len();
    let (who, more) = (counted(changed.len() as u64, "organisation"), counted(same as u64, "organisation"));
    output.wrapped("", &format!("More or less money for {who}, the same for {more}; in {}.", found.currency))?;
    changed.sort_by(|one, other| {
        other
            .change_minor
            .unsigned_abs()
            .cmp(&one.change_minor.unsigned_abs())
            .then(one.organisation.cmp(&other.organisation))
    });
    if !changed.is_empty() {
        output.line("")?;
        let rows = changed.iter().take(SHOWN).map(|it| {
            vec![
                shortened(it.organisation.as_str(), NAME),
                amount(it.before_minor),
                amount(it.after_minor),
                amount(it.change_minor),
                it.why.iter().map(|part| part.reason).collect::<Vec<_>>().join(", "),
            ]
        });
        output.table(&["organisation", "before", "after", "change", "why"], &rows.collect::<Vec<_>>())?;
    }
    if let Some(left) = changed.len().checked_sub(SHOWN).filter(|left| *left > 0) {
        output.wrapped("", &format!("And {}: `--format json` has all.", counted(left as u64, "other")))?;
    }
    output.line("")?;
    output.wrapped("", &format!("All changes together: {}.", amount(found.sum_of_changes_minor)))?;
    match &found.remedy {
        Some(mended) => mended_told(mended, &amount, output),
        None => Ok(output.wrapped("", "Nobody who is paid loses.")?),
    }
}

fn mended_told(mended: &Mended, amount: &dyn Fn(i64) -> String, output: &Output) -> Result<(), Failure> {
    let sums = |sums: &[Sum]| {
        let mut words: Vec<String> =
            sums.iter().take(SHOWN).map(|it| format!("{} {}", it.organisation, amount(it.amount_minor))).collect();
        if sums.len() > SHOWN {
            words.push(counted((sums.len() - SHOWN) as u64, "other"));
        }
        words.join(", ")
    };
    output.line("")?;
    output.wrapped("", &format!("Would lose: {}.", sums(&mended.losers)))?;
    let least = format!(
        "The smallest pool under which nobody loses: {} in it, split `{}`.",
        amount(mended.amount_minor),
        mended.rule
    );
    output.wrapped("", &least)?;
    if !mended.given.is_empty() {
        output.wrapped("  ", &format!("Of what they gain, give: {}.", sums(&mended.given)))?;
    }
    if mended.saved_minor != 0 {
        output.wrapped("  ", &format!("Of what is saved, who only pays gives: {}.", amount(mended.saved_minor)))?;
    }
    if mended.missing_minor != 0 {
        output.wrapped("  ", &format!("Missing: {}.", amount(mended.missing_minor)))?;
    }
    if !mended.others.is_empty() {
        let others = mended.others.iter().map(|it| format!("`{}` {}", it.rule, amount(it.amount_minor)));
        output.wrapped("  ", &format!("Other rules would need: {}.", others.collect::<Vec<_>>().join(", ")))?;
    }
    Ok(())
}
