//! Costs: what was asked or paid for care (Claim, ExplanationOfBenefit).

use std::borrow::Cow;

use super::{Deriver, Fault, Filled, Out, Subject};
use crate::common::Kind;
use crate::fhir::code::first_code;
use crate::fhir::element::{Money, Reference};
use crate::fhir::money::minor;
use crate::fhir::quick::Quick;
use crate::fhir::raw::Raw;
use crate::fhir::read::{part, read};
use crate::fhir::reference::Target;
use crate::fhir::resource::{Bill, Total};
use crate::table::Cell;

impl<'c> Deriver<'c, '_> {
    pub(super) fn bill<'t>(&mut self, subject: Subject<'t>, json: &'t str, out: &mut Out<'t>) -> Result<(), Fault>
    where
        'c: 't,
    {
        let it: Bill<'t> = read(json).ok_or(Fault::Unread)?;
        let claim = subject.kind == "Claim";
        let start = it.billable_period.as_ref().and_then(|period| period.start.as_ref());
        let dates = [("billablePeriod.start", start), ("created", it.created.as_ref())];
        let (Some(when), _) = self.first_needed(subject.kind, &dates, ("", None))? else {
            return self.kept_without_day(subject.kind);
        };
        let Some(amount) = amount(&it, claim)? else {
            self.remark(subject.kind, || "no amount: kept whole, not in the table".to_owned());
            return Ok(());
        };
        let encounter = it.item.iter().find_map(|item| item.encounter.first());
        let (contact, _) = self.contact_of(subject, encounter);
        let organisation = match &it.provider {
            Some(provider) => self.provider(subject, &it, provider),
            None => None,
        };
        let payer = self.payer(subject, &it);
        out.push(
            Filled::Cost,
            [
                subject.citizen(),
                Cell::Day(when.day),
                Cell::text(if claim { "claim" } else { "benefit" }),
                first_code(it.kind.as_ref()).into(),
                Cell::Minor(amount.minor),
                amount.currency.into(),
                it.status.map(|status| status.cow()).into(),
                contact,
                organisation.into(),
                payer.into(),
                subject.source(),
                subject.resource(),
            ],
        );
        Ok(())
    }

    /// The organisation that provided the care; of a professional, the one of the contact or of their only role.
    fn provider<'t>(&mut self, subject: Subject<'t>, it: &Bill<'t>, provider: &Reference<'t>) -> Option<Cow<'t, str>>
    where
        'c: 't,
    {
        if Target::of(provider) == Target::Words {
            return self.key(subject, Some(provider), Kind::Organisation, it.contained);
        }
        let actor = self.actor(subject, provider, it.contained);
        if actor.organisation.is_some() {
            return actor.organisation;
        }
        let encounter = it.item.iter().find_map(|item| item.encounter.first())?;
        match Target::of(encounter) {
            Target::Typed("Encounter", id) | Target::Untyped(id) => self.contacts.organisation(subject.source, id),
            _ => None,
        }
    }

    fn payer<'t>(&mut self, subject: Subject<'t>, it: &Bill<'t>) -> Option<Cow<'t, str>>
    where
        'c: 't,
    {
        if it.insurer.is_some() {
            return self.key(subject, it.insurer.as_ref(), Kind::Organisation, it.contained);
        }
        let focal = it.insurance.iter().find(|insurance| insurance.focal == Some(true)).or(it.insurance.first())?;
        let coverage = focal.coverage.as_ref()?;
        if let Some(words) = coverage.display.as_ref().and_then(|words| words.filled()) {
            return Some(words);
        }
        let Target::Contained(id) = Target::of(coverage) else { return None };
        let inner = super::actor::contained_of(it.contained, id)?;
        self.key(subject, inner.payor.first(), Kind::Organisation, it.contained)
    }
}

struct Amount<'t> {
    minor: i64,
    currency: Option<Cow<'t, str>>,
}

/// What a claim asks, or what a benefit pays (or else its total of category `benefit`).
fn amount<'t>(it: &Bill<'t>, claim: bool) -> Result<Option<Amount<'t>>, Fault> {
    if claim {
        let total: Option<Money<'t>> = parsed(it.total, "total")?;
        return total.map_or(Ok(None), |total| exact(&total, "total"));
    }
    if let Some(paid) = it.payment.as_ref().and_then(|payment| payment.amount.as_ref()) {
        return exact(paid, "payment.amount");
    }
    let totals: Option<Vec<Total<'t>>> = parsed(it.total, "total")?;
    let totals = totals.unwrap_or_default();
    let benefit = totals.iter().find(|total| first_code(total.category.as_ref()).as_deref() == Some("benefit"));
    benefit.and_then(|total| total.amount.as_ref()).map_or(Ok(None), |amount| exact(amount, "total"))
}

fn parsed<'t, P: Quick<'t> + serde::Deserialize<'t>>(raw: Option<Raw<'t>>, field: &str) -> Result<Option<P>, Fault> {
    let Some(raw) = raw else { return Ok(None) };
    part(raw.get()).map(Some).ok_or_else(|| Fault::Bad(format!("`{field}` cannot be read: it has the wrong type")))
}

fn exact<'t>(money: &Money<'t>, field: &str) -> Result<Option<Amount<'t>>, Fault> {
    let Some(raw) = money.value else { return Ok(None) };
    let currency = money.currency.as_ref().map(|currency| currency.cow());
    let minor = minor(raw.get(), currency.as_deref().unwrap_or(""))
        .ok_or_else(|| Fault::Bad(format!("`{field}` is not an amount: `{}`", raw.get())))?;
    Ok(Some(Amount { minor, currency }))
}
