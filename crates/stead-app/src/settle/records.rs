//! Settlement on records: what clauses count in the lake, and what follows from it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use stead_engine::query::directory;
use stead_engine::{Amounts, EngineError, InProcess, Params, Prepared, Settlement};
use stead_lake::{Address, Lake, Run};
use stead_rules::agreement::Terms;
use stead_rules::reckoning::{Reckoning, ReckoningError, Sums};
use stead_rules::{Agreement, Clause, ClauseRef, Day, Definitions, Period};

use super::Settled;
use crate::error::AppError;
use crate::query::{addresses, lake_files};
use crate::sql::{definitions as of_run, is_outdated, latest_run};

/// A settlement on records, and what it was made from.
pub struct FromRecords {
    /// The accounts.
    pub settled: Settled,
    /// The day of the run whose memberships and needs it goes by.
    pub on: Day,
    pub(super) lake: Lake,
    pub(super) run: Run,
    pub(crate) definitions: Definitions,
    pub(super) settlement: Settlement,
    /// What clauses counted in each bucket.
    pub(super) sums: Vec<Sums>,
    /// What was paid, by clause and organisation.
    pub(super) amounts: Amounts,
}

/// Settles places on a lake's records of a time, so many buckets at once. Who was in which place and group, and which needs
/// were met, is what the latest run says.
///
/// # Errors
/// When a folder has errors, the latest run is not of these definitions and records, or a clause cannot be settled.
pub async fn settle_records(
    places: &[PathBuf],
    lake: &Address,
    period: Period,
    threads: usize,
) -> Result<FromRecords, AppError> {
    let definitions = crate::folders::definitions(places)?;
    let (lake, run) = latest_run(lake).await?;
    let on = run_day(&definitions, &lake, &run)?;
    if period.to > on.plus_days(1) {
        let message = format!(
            "nothing is known of the time after {on}, the day of the latest run; settle until then (`--to {}`), or run the place as of a later day",
            on.plus_days(1)
        );
        return Err(AppError::NotThere { message });
    }
    let reckoning = Reckoning::new(&definitions, period, on).map_err(|wrong| unready(&wrong))?;
    let params = Params { settled: Some(period), ..Params::on(on) };
    let known = directory(&lake_files(&lake, 0)).await?;
    let prepared = Arc::new(Prepared::new(definitions.clone(), &known, params).map_err(EngineError::from)?);
    let buckets = (0..lake.buckets()).map(|bucket| {
        let mut files = lake_files(&lake, bucket);
        for table in ["membership", "group_membership", "needs"] {
            files.insert(table, addresses(run.files(table, bucket)));
        }
        files
    });
    let engine = Arc::new(InProcess::new(threads));
    let settlement = Settlement { prepared, buckets: buckets.collect(), threads, engine };
    let sums = settlement.sums().await?;
    let mut all = Sums::default();
    sums.iter().for_each(|sums| all.merge(sums));
    let accounts = reckoning.settle(&all).map_err(|wrong| unready(&wrong))?;
    let amounts = accounts.iter().filter_map(|account| Some((account.of?, account.line.amount))).collect();
    let rows = accounts.len();
    let lines = accounts.into_iter().map(|account| (account.line, account.evidence)).collect();
    let settled = Settled::new(reckoning.currency().to_owned(), lines, rows, 0)?;
    let settled = Settled { pools: pools(&definitions), ..settled };
    Ok(FromRecords { settled, on, lake, run, definitions, settlement, sums, amounts })
}

fn pools(definitions: &Definitions) -> BTreeMap<ClauseRef, Vec<ClauseRef>> {
    let pool = |(agreement, clause): (&Agreement, &Clause)| match &clause.terms {
        Terms::Pool(pool) => Some((agreement.cite(clause), pool.clauses.clone())),
        _ => None,
    };
    definitions.clauses().filter_map(pool).collect()
}

/// The day of the latest run, if it is of these records and of this folder; agreements and tariffs may have changed since, as
/// nothing in a run but what may be seen goes by them.
fn run_day(definitions: &Definitions, lake: &Lake, run: &Run) -> Result<Day, AppError> {
    let again = |what: &str| AppError::NotThere {
        message: format!(
            "{what} since the latest run over `{0}`; run the place again: `stead run PLACE --lake {0} --on {1}`",
            lake.address(),
            run.head().on
        ),
    };
    if is_outdated(lake, run) {
        return Err(again("records have come"));
    }
    let without =
        |definitions: &Definitions| Definitions { agreements: Vec::new(), tariffs: Vec::new(), ..definitions.clone() };
    if without(&of_run(run)?) != without(definitions) {
        return Err(again("the folder has changed, or it is another one,"));
    }
    let day = run.head().on.parse();
    day.map_err(|_| AppError::Internal(format!("`{}` is not the day of a run", run.head().on)))
}

fn unready(wrong: &[ReckoningError]) -> AppError {
    let told: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    AppError::NotThere { message: told.join("\n") }
}
