//! The naive decider: what the issue says, in plain loops over plain values. It shares no code with either of the others.
//!
//! In the words it was written from: an objection always wins over an agreement; sensitive categories are closed unless a
//! clause opens them by name and, where the clause says so, the citizen agreed; the national opt-out never blocks individual
//! care, only purposes beyond it; breaking the glass needs a reason; sharing within the circle is only for organisations
//! that act for the citizen at the time; an organisation is never locked out of its own records by objections to others.

use std::collections::BTreeMap;

use stead_rules::agreement::{Agreement, Clause, Share, Terms, Within};
use stead_rules::decision::{Actor, Facts, Request};
use stead_rules::{AgreementId, Choice, ChoiceKind, Day, Definitions, Period, Purpose};

/// What the reference comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Herself,
    Own,
    /// Every clause that opens it, cited.
    Clauses(Vec<String>),
    Glass,
    /// Closed by one of these choices, by position.
    ClosedBy(Vec<usize>),
    No,
}

impl Answer {
    pub fn is_yes(&self) -> bool {
        !matches!(self, Self::ClosedBy(_) | Self::No)
    }
}

/// What the reference knows of a place.
pub struct Reference<'a> {
    pub definitions: &'a Definitions,
    pub bindings: &'a BTreeMap<AgreementId, Period>,
}

/// Somebody who asks.
struct Who<'a> {
    organisation: &'a str,
    profession: Option<&'a str>,
}

impl Reference<'_> {
    pub fn answer(&self, request: &Request, facts: &Facts<'_>) -> Answer {
        let Actor::Professional { organisation, profession, professional } = &request.actor else {
            return if self.for_herself(request.purpose) { Answer::Herself } else { Answer::No };
        };
        let who = Who { organisation: organisation.as_str(), profession: profession.as_ref().map(|it| it.as_str()) };

        // The national opt-out: neither care nor what the citizen asks for herself.
        if !is(request.purpose, "TREAT") && !self.for_herself(request.purpose) {
            let opted_out = self.standing(request, facts, |choice| choice.kind == ChoiceKind::OptOut);
            if !opted_out.is_empty() {
                return Answer::ClosedBy(opted_out);
            }
        }
        let emergency = request.purpose.code() == "ETREAT";
        let objections = self.standing(request, facts, |choice| {
            choice.kind == ChoiceKind::Objection
                && (choice.purposes.is_empty() || choice.purposes.iter().any(|named| is(request.purpose, named.code())))
                && self.concerns(choice, request, &who, true)
        });
        let named_emergency: Vec<usize> = objections
            .iter()
            .copied()
            .filter(|at| facts.choices[*at].purposes.iter().any(|purpose| purpose.code() == "ETREAT"))
            .collect();
        if emergency && !named_emergency.is_empty() {
            return Answer::ClosedBy(named_emergency);
        }

        let own = who.organisation == request.holder.as_str();
        if objections.is_empty() {
            if own && is(request.purpose, "TREAT") {
                return Answer::Own;
            }
            let clauses = self.clauses(request, facts, &who);
            if !clauses.is_empty() {
                return Answer::Clauses(clauses);
            }
        }
        let reason = request.reason.as_deref().unwrap_or_default().trim();
        let name = professional.as_deref().unwrap_or_default().trim();
        let may = profession.is_some() && !name.is_empty() && self.under_agreement(&who, request.on);
        if emergency && !reason.is_empty() && may {
            return Answer::Glass;
        }
        if objections.is_empty() { Answer::No } else { Answer::ClosedBy(objections) }
    }

    fn for_herself(&self, purpose: Purpose) -> bool {
        ["PATRQT", "FAMRQT", "PWATRNY"].contains(&purpose.code())
    }

    /// The citizen's choices of the day that are like this.
    fn standing(&self, request: &Request, facts: &Facts<'_>, like: impl Fn(&Choice) -> bool) -> Vec<usize> {
        let mut found = Vec::new();
        for (at, choice) in facts.choices.iter().enumerate() {
            let of_her = choice.citizen == request.citizen;
            let today = choice.period.from <= request.on && request.on < choice.period.to;
            if of_her && today && like(choice) {
                found.push(at);
            }
        }
        found
    }

    /// Whether a choice is about who asks and what is asked for.
    fn concerns(&self, choice: &Choice, request: &Request, who: &Who<'_>, closes: bool) -> bool {
        let names_itself = choice.organisations.iter().any(|it| it.as_str() == who.organisation);
        if closes && who.organisation == request.holder.as_str() && !names_itself {
            return false;
        }
        let organisations: Vec<&str> = choice.organisations.iter().map(|it| it.as_str()).collect();
        let categories: Vec<&str> = choice.categories.iter().map(|it| it.as_str()).collect();
        let professions: Vec<&str> = choice.professions.iter().map(|it| it.as_str()).collect();
        let profession_fits = professions.is_empty()
            || match who.profession {
                Some(profession) => professions.contains(&profession),
                None => closes,
            };
        (organisations.is_empty()
            || self.organisation_chain(who.organisation).iter().any(|it| organisations.contains(&it.as_str())))
            && (categories.is_empty()
                || self.category_chain(request.category.as_str()).iter().any(|it| categories.contains(&it.as_str())))
            && profession_fits
    }

    fn clauses(&self, request: &Request, facts: &Facts<'_>, who: &Who<'_>) -> Vec<String> {
        let mut found = Vec::new();
        for agreement in &self.definitions.agreements {
            for clause in &agreement.clauses {
                if let Terms::Share(share) = &clause.terms
                    && self.in_force(agreement, clause, request.on)
                    && self.opens(agreement, share, request, facts, who)
                {
                    found.push(format!("{} {}", agreement.id, clause.id));
                }
            }
        }
        found
    }

    fn in_force(&self, agreement: &Agreement, clause: &Clause, on: Day) -> bool {
        let Some(binding) = self.bindings.get(&agreement.id) else { return false };
        let within = |period: &Period| period.from <= on && on < period.to;
        if !within(binding) || !within(&agreement.period) || !clause.period.as_ref().is_none_or(within) {
            return false;
        }
        // Another agreement may have replaced it, if it has all of its parties.
        for other in &self.definitions.agreements {
            let replaces = other.amends.iter().any(|amends| {
                amends.agreement == agreement.id && (amends.clauses.is_empty() || amends.clauses.contains(&clause.id))
            });
            let has = |organisation: &stead_rules::OrganisationId| {
                other.parties.iter().any(|party| party.organisation == *organisation)
            };
            let all = agreement.parties.iter().all(|party| has(&party.organisation));
            let begun = self.bindings.get(&other.id).is_some_and(|binding| binding.from <= on);
            if other.id != agreement.id && replaces && all && begun {
                return false;
            }
        }
        true
    }

    fn opens(&self, agreement: &Agreement, share: &Share, request: &Request, facts: &Facts<'_>, who: &Who<'_>) -> bool {
        let names = |ids: &[stead_rules::OrganisationId], organisation: &str| {
            self.known(organisation)
                && self.organisation_chain(organisation).iter().any(|it| ids.iter().any(|id| id.as_str() == it))
        };
        if who.organisation == request.holder.as_str()
            || !names(&share.from, request.holder.as_str())
            || !names(&share.to, who.organisation)
        {
            return false;
        }
        let category = request.category.as_str();
        let Some(sensitive) = self.sensitive(category) else { return false };
        let named: Vec<&str> = share.categories.iter().map(|it| it.as_str()).collect();
        let category_fits = match (named.is_empty(), sensitive) {
            (true, sensitive) => !sensitive,
            (false, true) => named.contains(&category),
            (false, false) => self.category_chain(category).iter().any(|it| named.contains(&it.as_str())),
        };
        let profession_fits =
            share.professions.is_empty() || share.professions.iter().any(|it| Some(it.as_str()) == who.profession);
        category_fits
            && profession_fits
            && share.purposes.iter().any(|named| is(request.purpose, named.code()))
            && share.group.as_ref().is_none_or(|group| facts.groups.contains(group))
            && (agreement.places.is_empty() || agreement.places.iter().any(|place| facts.places.contains(place)))
            && (share.within == Within::Agreement || facts.circle.iter().any(|it| it.as_str() == who.organisation))
            && (!share.asks || self.permitted(request, facts, who))
    }

    fn permitted(&self, request: &Request, facts: &Facts<'_>, who: &Who<'_>) -> bool {
        // An emergency is treatment, and treatment is what she permits.
        let purpose = if request.purpose.code() == "ETREAT" { Purpose::Treatment } else { request.purpose };
        let found = self.standing(request, facts, |choice| {
            choice.kind == ChoiceKind::Permission
                && (choice.purposes.is_empty() || choice.purposes.iter().any(|named| is(purpose, named.code())))
                && self.concerns(choice, request, who, false)
        });
        !found.is_empty()
    }

    fn under_agreement(&self, who: &Who<'_>, on: Day) -> bool {
        let wholes = self.organisation_chain(who.organisation);
        self.known(who.organisation)
            && self.definitions.agreements.iter().any(|agreement| {
                let binds = self.bindings.get(&agreement.id).is_some_and(|days| days.from <= on && on < days.to);
                binds && agreement.parties.iter().any(|party| wholes.iter().any(|it| party.organisation.as_str() == it))
            })
    }

    fn known(&self, organisation: &str) -> bool {
        self.definitions.organisations.iter().any(|it| it.id.as_str() == organisation)
    }

    /// An organisation and what it is a part of.
    fn organisation_chain(&self, organisation: &str) -> Vec<String> {
        let mut chain = vec![organisation.to_owned()];
        while let Some(whole) = self
            .definitions
            .organisations
            .iter()
            .find(|it| it.id.as_str() == chain[chain.len() - 1])
            .and_then(|it| it.part_of.as_ref())
        {
            chain.push(whole.to_string());
        }
        chain
    }

    /// A category and what it is a part of.
    fn category_chain(&self, category: &str) -> Vec<String> {
        let all = self.definitions.all_categories();
        let mut chain = vec![category.to_owned()];
        while let Some(whole) =
            all.iter().find(|it| it.id.as_str() == chain[chain.len() - 1]).and_then(|it| it.part_of.as_ref())
        {
            chain.push(whole.to_string());
        }
        chain
    }

    /// Whether a category, or anything it is a part of, is sensitive; `None`: nobody knows it.
    fn sensitive(&self, category: &str) -> Option<bool> {
        let all = self.definitions.all_categories();
        let find = |id: &str| all.iter().find(|it| it.id.as_str() == id);
        find(category)?;
        Some(self.category_chain(category).iter().any(|id| find(id).is_some_and(|it| it.sensitive)))
    }
}

/// Whether a purpose is another, or lies under it: HL7's hierarchy, written down once more.
fn is(purpose: Purpose, other: &str) -> bool {
    let code = purpose.code();
    let under: &[&str] = match other {
        "TREAT" => &["TREAT", "COC", "ETREAT"],
        "HOPERAT" => &["HOPERAT", "CAREMGT", "HQUALIMP", "HOUTCOMS", "PATSFTY", "PATADMIN"],
        "PUBHLTH" => &["PUBHLTH", "THREAT"],
        "HRESCH" => &["HRESCH", "CLINTRCH"],
        "PATRQT" => &["PATRQT", "FAMRQT", "PWATRNY"],
        _ => return code == other,
    };
    under.contains(&code)
}
