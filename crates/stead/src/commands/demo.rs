//! `stead demo`: all of it in one go, on a made-up town.

use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use stead_app::Address;
use stead_app::demo::{DemoAgreement, DemoPaths, DemoProgress, ESSAY_CITIZEN, demo as make, demo_day, demo_time};

use super::{explain, run, settle, summary, threads, wait};
use crate::arguments::{Demo, Format};
use crate::failure::{Failure, told};
use crate::output::{Output, bytes, shortened, thousands};
use crate::progress::Bar;

/// The place whose needs the demo shows.
const SHOWN: &str = "harbour";

impl DemoProgress for Bar {
    fn town(&self, done: u64, total: u64) {
        Self::tell(self, "making citizens", done, total);
    }

    fn run(&self, done: u64, total: u64) {
        Self::tell(self, "running", done, total);
    }
}

/// Makes what is not there, runs, and shows the summary and the essay's citizen.
pub fn demo(asked: Demo, output: &Output) -> Result<ExitCode, Failure> {
    told(&format!("A town of {} people who do not exist, in {}", thousands(asked.citizens), asked.dir.display()));
    let bar = Arc::new(Bar::new("making citizens"));
    let progress: Arc<dyn DemoProgress + Sync> = Arc::<Bar>::clone(&bar);
    let done = wait(make(&asked.dir, asked.citizens, asked.fresh, threads(), progress));
    bar.clear();
    let (report, paths) = done?;
    let lake = Address::from(&paths.lake);
    let explanation = wait(stead_app::explain::explain(ESSAY_CITIZEN, &lake))?;
    let numbers = wait(stead_app::summary::summary(&lake, Some(SHOWN), "all"))?;
    let fifths = wait(stead_app::summary::summary(&lake, Some(SHOWN), "deprivation-fifth"))?;
    if output.format == Format::Json {
        output.json(&json!({ "version": 1, "demo": report, "summary": numbers, "citizen": explanation }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output.heading("1. The town's records")?;
    match report.town {
        Some(town) => output.line(format!(
            "{} citizens, {} FHIR resources, {}",
            thousands(report.citizens),
            thousands(town.resources),
            bytes(town.bytes)
        ))?,
        None => output.line("made before, and used again")?,
    }
    output.heading("2. Imported into a lake")?;
    match &report.import {
        Some(import) => {
            super::import::brief(import, output)?;
            if import.citizens > report.citizens {
                let more = thousands(import.citizens - report.citizens);
                let why = "more citizens than the town has: their number is missing or wrong in a record, as in life, and \
                           nobody is linked on a guess";
                output.wrapped("", &format!("{more} {why}"))?;
            }
        }
        None => output.line("imported before, and used again")?,
    }
    output.heading(&format!("3. Who is in which place on {}", demo_day().words()))?;
    run::report_told(&report.run, &lake, output)?;
    output.heading("4. What the people of one place need, and how scattered their care is")?;
    for place in &numbers.places {
        summary::details(place, 1, output)?;
    }
    output.heading("The same people by deprivation fifth (1: most deprived)")?;
    summary::overview(&fifths, output)?;
    summary::legend(output)?;
    output.heading("5. The citizen of the essay")?;
    explain::told(&explanation, output)?;
    output.heading("6. What its organisations have signed")?;
    let row = |it: &DemoAgreement| {
        vec![shortened(&it.title, 44), it.stage.to_owned(), format!("{} of {}", it.signed, it.parties)]
    };
    let rows: Vec<_> = report.agreements.iter().map(row).collect();
    output.table(&["agreement", "stage", "parties signed"], &rows)?;
    if let Some(time) = demo_time() {
        let until = time.to.plus_days(-1).words();
        output.heading(&format!("7. Who is paid what, from {} to {until}", time.from.words()))?;
        settle::told(&report.settlement.summary, "accounts", output)?;
    }
    output.heading("8. What was paid for the citizen of the essay, and by which clause")?;
    settle::citizen_told(&report.settlement.citizen, output)?;
    next(&paths);
    Ok(ExitCode::SUCCESS)
}

fn next(paths: &DemoPaths) {
    let (place, lake) = (paths.place.display(), paths.lake.display());
    told("");
    told("Go on from here:");
    told(&format!("  export STEAD_REGISTRY={}", paths.registry.display()));
    told(&format!("  stead stage {place} --lake {lake} --on {}", demo_day()));
    told(&format!("  stead verify {place}/agreements/alliance.toml"));
    told(&format!("  hledger -f {}/journal.hledger balance", paths.settled.display()));
    told(&format!("  stead changes --lake {lake} --from 2026-10-01 --to 2026-11-01"));
    told(&format!("  stead summary --place {SHOWN} --by deprivation-fifth --lake {lake}"));
    told(&format!("  change a file in {place}, then:"));
    told(&format!("  stead run {place} --lake {lake} --on {}", demo_day()));
}
