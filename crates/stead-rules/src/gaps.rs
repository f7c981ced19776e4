//! Gaps in dense contracts: what every clause for itself does not show, and what lawyers miss across several agreements.
//!
//! Out: a [`Gap`] for each, citing clauses. Whoever shows them says where they stand and how to mend them.

mod book;
mod money;
mod prices;
mod records;
mod tables;
mod tasks;
mod terms;

use crate::agreement::{Agreement, AgreementStanding, ClauseRef};
use crate::definitions::Definitions;
use crate::id::{AgreementId, CategoryId, NeedId, OrganisationId, PlaceId, ProfessionId, ServiceKind};
use crate::money::Minor;

use book::Book;

/// Something that is missing from agreements, or that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// A clause binds an organisation that is neither a party nor part of one.
    NotAParty {
        /// The clause.
        clause: ClauseRef,
        /// The organisation.
        organisation: OrganisationId,
    },
    /// An agreement replaces what a party was promised that is not a party of it.
    AmendsWithout {
        /// The agreement that amends.
        agreement: AgreementId,
        /// What it amends.
        amended: AgreementId,
        /// The party that would have to sign.
        organisation: OrganisationId,
    },
    /// A need that nobody is obliged to meet.
    NoOwner {
        /// The need.
        need: NeedId,
    },
    /// A need that two unrelated organisations are obliged to meet, with nobody leading.
    TwoOwners {
        /// The need.
        need: NeedId,
        /// The one clause, and who is obliged by it.
        first: (ClauseRef, OrganisationId),
        /// The other.
        second: (ClauseRef, OrganisationId),
    },
    /// A delivery for which nobody pays.
    Unpaid {
        /// The clause.
        clause: ClauseRef,
        /// Who delivers unpaid.
        organisation: OrganisationId,
        /// Which needs; empty: all of the clause.
        needs: Vec<NeedId>,
    },
    /// A hand-over whose payment goes to nobody who takes the task over.
    HandOverUnpaid {
        /// The clause.
        clause: ClauseRef,
        /// Who takes it over unpaid.
        organisation: OrganisationId,
    },
    /// Two clauses pay the same organisation for the same.
    PaidTwice {
        /// The one clause.
        first: ClauseRef,
        /// The other.
        second: ClauseRef,
        /// Who is paid.
        organisation: OrganisationId,
        /// For what: a need's or a kind of service's id.
        what: String,
    },
    /// Two clauses pay the same organisation for the very same contact.
    SameContact {
        /// The one clause.
        first: ClauseRef,
        /// The other.
        second: ClauseRef,
        /// Who is paid.
        organisation: OrganisationId,
        /// In which kind of service; `None`: in any.
        service: Option<ServiceKind>,
        /// Whether one of them is a bundle that covers what the other pays by contact.
        bundled: bool,
    },
    /// Two prices of a clause fit a contact alike, and nobody can say which it is paid.
    TwoPrices {
        /// The clause.
        clause: ClauseRef,
        /// Such a contact, in words.
        contact: String,
        /// The lower price and the higher one.
        amounts: (Minor, Minor),
        /// Whether both are the tariff's, and none the clause's own.
        of_tariff: bool,
    },
    /// Two clauses pay for the same rows of a table, by the same of their columns.
    SameRows {
        /// The one clause.
        first: ClauseRef,
        /// The other.
        second: ClauseRef,
    },
    /// A pool holds a clause that goes by a table, and pools are settled on records.
    PoolOnTable {
        /// The pool.
        clause: ClauseRef,
        /// The clause.
        on: ClauseRef,
    },
    /// A pool or a hand-over relies on a clause that pays nothing.
    PaysNothing {
        /// The pool or hand-over.
        clause: ClauseRef,
        /// The clause that is no payment.
        on: ClauseRef,
    },
    /// A hand-over is said to be paid by a clause that pays for something else.
    PaidByOther {
        /// The hand-over.
        clause: ClauseRef,
        /// The clause.
        on: ClauseRef,
    },
    /// A pool holds a clause of another currency.
    OtherCurrency {
        /// The pool.
        clause: ClauseRef,
        /// The clause.
        on: ClauseRef,
        /// The pool's currency.
        own: String,
        /// The clause's.
        other: String,
    },
    /// A pool holds a clause by which no member pays or is paid.
    PoolOfOthers {
        /// The pool.
        clause: ClauseRef,
        /// The clause.
        on: ClauseRef,
    },
    /// What an organisation loses by handing over a task is made good twice.
    ProtectedTwice {
        /// The one hand-over.
        first: ClauseRef,
        /// The other.
        second: ClauseRef,
        /// Who hands it over.
        organisation: OrganisationId,
    },
    /// An organisation would pay a part of itself.
    PaysOwn {
        /// The clause.
        clause: ClauseRef,
        /// The part.
        part: OrganisationId,
        /// Who pays.
        whole: OrganisationId,
    },
    /// A member of a pool is part of another member, and would have two shares.
    MemberTwice {
        /// The pool.
        clause: ClauseRef,
        /// The member.
        member: OrganisationId,
        /// The member that it is part of.
        whole: OrganisationId,
    },
    /// A sum is for all of a clause's time, which has no end.
    Endless {
        /// The clause.
        clause: ClauseRef,
    },
    /// What a clause brings goes into two pools at once.
    InTwoPools {
        /// The one pool.
        first: ClauseRef,
        /// The other.
        second: ClauseRef,
        /// The clause.
        on: ClauseRef,
    },
    /// A category is shared, but nobody who gets it needs it for care.
    SharedToNobody {
        /// The clause.
        clause: ClauseRef,
        /// The category.
        category: CategoryId,
    },
    /// A category is shared by organisations none of which has such records.
    SharedByNobody {
        /// The clause.
        clause: ClauseRef,
        /// The category.
        category: CategoryId,
    },
    /// Organisations need a category that others hold, and no clause opens it to them.
    NotShared {
        /// The category.
        category: CategoryId,
        /// Who needs it.
        organisations: Vec<OrganisationId>,
    },
    /// A clause shares what another obliges to keep closed.
    Contradiction {
        /// The share clause.
        share: ClauseRef,
        /// The duty.
        duty: ClauseRef,
        /// The category.
        category: CategoryId,
    },
    /// A task is handed to an organisation in which nobody of the professions works.
    NoProfession {
        /// The clause.
        clause: ClauseRef,
        /// The organisation.
        organisation: OrganisationId,
        /// The professions that may do it.
        professions: Vec<ProfessionId>,
    },
    /// A task is handed round in a circle.
    Circle {
        /// The clauses, each handing to whom the next hands on; the last closes the circle.
        clauses: Vec<ClauseRef>,
        /// The need or kind of service.
        what: String,
    },
    /// A party can leave sooner than its service level comes due.
    NoticeTooShort {
        /// The clause with the service level.
        clause: ClauseRef,
        /// Days of notice.
        notice_days: u16,
        /// Days of the service level.
        within_days: u16,
    },
    /// A clause relies on one that ends before it.
    ReliesOnEnded {
        /// The clause that relies.
        clause: ClauseRef,
        /// On which.
        on: ClauseRef,
    },
    /// A place's founding agreement ends before the place does.
    FoundingEnds {
        /// The place.
        place: PlaceId,
        /// Its founding agreement.
        agreement: AgreementId,
    },
}

/// Everything that is missing or cannot be meant, in order. Nothing, where there are no agreements.
pub fn gaps(definitions: &Definitions) -> Vec<Gap> {
    if definitions.agreements.is_empty() {
        return Vec::new();
    }
    let book = Book::new(definitions);
    let mut found = outsiders(&book);
    found.extend(amendments(definitions));
    found.extend(tasks::gaps(&book));
    let contradictions = terms::gaps(&book);
    // What cannot be meant is not told again as what may be.
    let told = |gap: &Gap| match gap {
        Gap::PaidTwice { first, second, .. } => contradictions.iter().any(
            |other| matches!(other, Gap::SameContact { first: one, second: two, .. } if one == first && two == second),
        ),
        _ => false,
    };
    found.extend(money::gaps(&book).into_iter().filter(|gap| !told(gap)));
    found.extend(contradictions);
    found.extend(prices::gaps(&book));
    found.extend(tables::gaps(&book));
    found.extend(records::gaps(&book));
    found.extend(endings(&book));
    found.sort();
    found.dedup();
    found
}

/// The parties that have yet to sign an agreement: those that signed nothing, then those whose signature another text voids.
pub fn yet_to_sign(standing: &AgreementStanding) -> impl Iterator<Item = &OrganisationId> {
    standing.unsigned.iter().chain(&standing.void)
}

/// Organisations in clauses that nobody's signature binds.
fn outsiders(book: &Book<'_>) -> Vec<Gap> {
    let mut found = Vec::new();
    for (agreement, clause) in book.clauses() {
        let parties = |id: &OrganisationId| agreement.parties.iter().any(|party| book.is_in(id, &party.organisation));
        for organisation in clause.terms.bound().into_iter().filter(|id| !parties(id)) {
            found.push(Gap::NotAParty { clause: agreement.cite(clause), organisation: organisation.clone() });
        }
    }
    found
}

fn amendments(definitions: &Definitions) -> Vec<Gap> {
    let mut found = Vec::new();
    for agreement in &definitions.agreements {
        for amends in &agreement.amends {
            let amended = definitions.agreements.iter().find(|other| other.id == amends.agreement);
            let parties = amended.into_iter().flat_map(|amended| &amended.parties);
            found.extend(parties.filter(|party| !agreement.has_party(&party.organisation)).map(|party| {
                Gap::AmendsWithout {
                    agreement: agreement.id.clone(),
                    amended: amends.agreement.clone(),
                    organisation: party.organisation.clone(),
                }
            }));
        }
    }
    found
}

/// What relies on something that ends before it.
fn endings(book: &Book<'_>) -> Vec<Gap> {
    let mut found = Vec::new();
    for (agreement, clause) in book.clauses() {
        let Some(own) = agreement.clause_period(clause) else { continue };
        let ended = clause.terms.relies_on().iter().filter(|on| book.period(on).is_some_and(|other| other.to < own.to));
        found.extend(ended.map(|on| Gap::ReliesOnEnded { clause: agreement.cite(clause), on: on.clone() }));
    }
    for place in &book.definitions.places {
        let founding = book.definitions.agreements.iter().find(|it| Some(&it.id) == place.founding.as_ref());
        if let Some(Agreement { id, .. }) = founding.filter(|it| it.period.to < place.period.to) {
            found.push(Gap::FoundingEnds { place: place.id.clone(), agreement: id.clone() });
        }
    }
    found
}
