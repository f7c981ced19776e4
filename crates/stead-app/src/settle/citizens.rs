//! What of a settlement was for whom: one citizen's time, and all citizens' as tables.

use std::path::{Path, PathBuf};

use serde::Serialize;
use stead_engine::{Amounts, CitizenPayment, Location};
use stead_lake::bucket_of;
use stead_rules::agreement::Terms;
use stead_rules::reckoning::Term;

use super::SETTLEMENT_VERSION;
use super::records::FromRecords;
use crate::error::AppError;
use crate::explain::find;
use crate::folders::write_file;

/// What was paid for a citizen in a time.
#[derive(Clone, Debug, Serialize)]
pub struct CitizenYear {
    /// The version of this form.
    pub version: u32,
    /// Her id.
    pub citizen: String,
    /// First day.
    pub from: String,
    /// First day after.
    pub to: String,
    /// The currency of all amounts.
    pub currency: String,
    /// Each payment, in order of clause and organisation.
    pub payments: Vec<PaidForHer>,
    /// All of them together, in the minor unit.
    pub total_minor: i64,
}

/// What an organisation was paid for a citizen by a clause.
#[derive(Clone, Debug, Serialize)]
pub struct PaidForHer {
    /// As it is cited.
    pub clause: String,
    /// What it says.
    pub text: String,
    /// The organisation's id.
    pub organisation: String,
    /// Its name.
    pub organisation_name: String,
    /// Who paid, by id.
    pub payer: String,
    /// What of her records counted, in words.
    pub counted: String,
    /// How much, in the minor unit.
    pub amount_minor: i64,
    /// The records that show it.
    pub records: Vec<String>,
    /// Why she counts as theirs, and on which days, where it is paid by the head.
    pub why: Vec<String>,
}

impl FromRecords {
    /// What was paid for a citizen, by her id or that of one of her records.
    ///
    /// # Errors
    /// When there is nobody of that id, or her bucket cannot be read.
    pub async fn citizen(&self, asked: &str) -> Result<CitizenYear, AppError> {
        let citizen = find(asked, &self.lake).await?;
        let bucket = usize::from(bucket_of(&citizen, self.lake.buckets()));
        let parts = self.settlement.parts(&self.amounts, &self.sums)?;
        let payments = self.settlement.shares(parts.get(bucket).unwrap_or(&Amounts::new()), bucket).await?;
        let hers = payments.into_iter().filter(|payment| payment.citizen == citizen);
        let payments: Vec<PaidForHer> = hers.filter_map(|payment| self.told(payment)).collect();
        let total_minor = payments.iter().map(|payment| payment.amount_minor).fold(0, i64::saturating_add);
        let time = self.time();
        Ok(CitizenYear {
            version: SETTLEMENT_VERSION,
            citizen,
            from: time.from.to_string(),
            to: time.to.to_string(),
            currency: self.settled.currency.clone(),
            payments,
            total_minor,
        })
    }

    /// Writes what was paid for every citizen as the table `citizen_payment`, a file a bucket, below `citizens`; and what that
    /// comes to for a member and month of each group, as `per-member-month.csv`.
    ///
    /// # Errors
    /// When a bucket cannot be read, or a file not be written.
    pub async fn write_citizens(&self, to: &Path) -> Result<Vec<PathBuf>, AppError> {
        let folder = to.join("citizens");
        std::fs::create_dir_all(&folder).map_err(AppError::file(&folder, "made"))?;
        for (bucket, parts) in self.settlement.parts(&self.amounts, &self.sums)?.iter().enumerate() {
            let payments = self.settlement.shares(parts, bucket).await?;
            let file = folder.join(format!("bucket-{bucket:03}.parquet"));
            self.settlement.write(&payments, &Location::from(file)).await?;
        }
        let table = write_file(&to.join("per-member-month.csv"), &self.per_member_month(&folder).await?)?;
        Ok(vec![folder, table])
    }

    pub(super) fn time(&self) -> stead_rules::Period {
        self.settlement.prepared.params.settled.unwrap_or(stead_rules::Period::ALL)
    }

    fn told(&self, payment: CitizenPayment) -> Option<PaidForHer> {
        let reckoning = self.settlement.prepared.reckoning.as_ref()?;
        let term = reckoning.terms().get(payment.term)?;
        let organisation = reckoning.organisation_id(payment.organisation)?;
        let name = self.definitions.organisations.iter().find(|body| body.id == *organisation);
        Some(PaidForHer {
            clause: term.clause.to_string(),
            text: self.text(term),
            organisation: organisation.to_string(),
            organisation_name: name.map_or_else(|| organisation.to_string(), |body| body.name.to_string()),
            payer: term.payer.to_string(),
            counted: payment.counted,
            amount_minor: payment.amount.0,
            records: payment.records,
            why: payment.why,
        })
    }

    fn text(&self, term: &Term) -> String {
        let agreement = self.definitions.agreements.iter().find(|agreement| agreement.id == term.clause.agreement);
        let clause = agreement.and_then(|agreement| agreement.clause(&term.clause.clause));
        let clause = clause.filter(|clause| matches!(clause.terms, Terms::Pay(_)));
        clause.map(|clause| clause.text.to_string()).unwrap_or_default()
    }
}
