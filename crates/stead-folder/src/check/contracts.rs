//! Gaps in dense contracts, each where it stands and with what to do about it. What a gap is says `stead_rules::gaps`.

use stead_rules::gaps::{Gap, gaps};
use stead_rules::{ClauseRef, NeedId, OrganisationId};

use super::Folder;
use crate::index::Spot;
use crate::near::listed;
use crate::problem::Problem;
use crate::thing::Thing;

pub(super) fn problems(folder: &Folder<'_>) -> Vec<Problem> {
    let problem = |gap: &Gap| {
        let (message, code) = (message(gap), code(gap));
        let problem = if is_error(gap) { Problem::error(code, message) } else { Problem::warning(code, message) };
        place(folder, gap, problem.help(help(folder, gap)))
    };
    gaps(folder.definitions).iter().map(problem).collect()
}

/// What cannot be kept by anybody must be mended; the rest may be meant.
const fn is_error(gap: &Gap) -> bool {
    matches!(
        gap,
        Gap::NotAParty { .. }
            | Gap::AmendsWithout { .. }
            | Gap::Contradiction { .. }
            | Gap::Circle { .. }
            | Gap::SameContact { .. }
            | Gap::TwoPrices { .. }
            | Gap::MemberTwice { .. }
            | Gap::SameRows { .. }
            | Gap::PoolOnTable { .. }
            | Gap::ProtectedTwice { .. }
            | Gap::PaysOwn { .. }
            | Gap::Endless { .. }
            | Gap::PaysNothing { .. }
            | Gap::PaidByOther { .. }
            | Gap::OtherCurrency { .. }
            | Gap::PoolOfOthers { .. }
            | Gap::InTwoPools { .. }
    )
}

const fn code(gap: &Gap) -> &'static str {
    match gap {
        Gap::NotAParty { .. } => "no-party",
        Gap::AmendsWithout { .. } => "amends-without",
        Gap::NoOwner { .. } => "no-owner",
        Gap::TwoOwners { .. } => "two-owners",
        Gap::Unpaid { .. } | Gap::HandOverUnpaid { .. } => "unpaid",
        Gap::PaidTwice { .. } => "paid-twice",
        Gap::SameContact { .. } => "same-contact",
        Gap::TwoPrices { .. } => "two-prices",
        Gap::PaysNothing { .. } | Gap::PaidByOther { .. } => "no-payment",
        Gap::OtherCurrency { .. } => "other-currency",
        Gap::PoolOfOthers { .. } | Gap::InTwoPools { .. } | Gap::MemberTwice { .. } | Gap::PoolOnTable { .. } => "pool",
        Gap::Endless { .. } | Gap::PaysOwn { .. } => "impossible",
        Gap::ProtectedTwice { .. } => "protected-twice",
        Gap::SameRows { .. } => "same-rows",
        Gap::SharedToNobody { .. } => "shared-to-nobody",
        Gap::SharedByNobody { .. } => "shared-by-nobody",
        Gap::NotShared { .. } => "not-shared",
        Gap::Contradiction { .. } => "contradiction",
        Gap::NoProfession { .. } => "no-profession",
        Gap::Circle { .. } => "hand-over-circle",
        Gap::NoticeTooShort { .. } => "short-notice",
        Gap::ReliesOnEnded { .. } | Gap::FoundingEnds { .. } => "relies-on-ended",
    }
}

fn message(gap: &Gap) -> String {
    match gap {
        Gap::NotAParty { clause, organisation } => {
            format!("`{organisation}` is not a party of `{}`, so no signature binds it", clause.agreement)
        }
        Gap::AmendsWithout { agreement, amended, organisation } => {
            format!("`{agreement}` amends `{amended}` without `{organisation}`, which is a party of it")
        }
        Gap::NoOwner { need } => format!("nobody is obliged to meet the need `{need}`"),
        Gap::TwoOwners { need, first, second } => {
            format!("both `{}` and `{}` are obliged to meet `{need}`, and nobody leads", first.1, second.1)
        }
        Gap::Unpaid { organisation, needs, .. } => {
            let needs = listed(needs.iter().map(NeedId::as_str), "and");
            let what = if needs.is_empty() { "this".to_owned() } else { needs };
            format!("`{organisation}` delivers {what}, and no clause pays for it")
        }
        Gap::HandOverUnpaid { organisation, .. } => {
            format!("`{organisation}` takes this over, and no clause of `paid_by` pays it")
        }
        Gap::PaidTwice { organisation, what, .. } => format!("`{organisation}` is paid for `{what}` twice"),
        Gap::SameContact { first, second, organisation, service, bundled } => {
            let what = match service {
                Some(service) => format!("the same contacts of `{service}`"),
                None => "the same contacts".to_owned(),
            };
            let how = if *bundled { "both by a bundle and by each contact" } else { "twice" };
            format!("`{organisation}` is paid for {what} {how}, by `{first}` and `{second}`")
        }
        Gap::TwoPrices { contact, amounts: (low, high), .. } => {
            format!("two prices fit a contact of `{contact}` alike: {} and {} in the minor unit", low.0, high.0)
        }
        Gap::PaysNothing { on, .. } => format!("`{on}` is no `pay` clause: it pays nothing"),
        Gap::PaidByOther { on, .. } => format!("`{on}` does not pay for what is handed over here"),
        Gap::OtherCurrency { on, own, other, .. } => format!("`{on}` pays in {other}, and the pool is in {own}"),
        Gap::PoolOfOthers { on, .. } => format!("no member of the pool pays or is paid by `{on}`"),
        Gap::InTwoPools { first, on, .. } => format!("what `{on}` brings is in the pool of `{first}` already"),
        Gap::SameRows { first, .. } => format!("`{first}` pays for the same rows of the table already"),
        Gap::PoolOnTable { on, .. } => format!("`{on}` goes by a table, and pools are settled on records"),
        Gap::ProtectedTwice { first, organisation, .. } => {
            format!("what `{organisation}` loses by this is made good by `{first}` already")
        }
        Gap::PaysOwn { part, whole, .. } => format!("`{part}` is part of `{whole}`, which would pay itself"),
        Gap::MemberTwice { member, whole, .. } => {
            format!("`{member}` is part of `{whole}`, which is a member too: it would have two shares")
        }
        Gap::Endless { .. } => "the sum is for all of the time, and that has no end".to_owned(),
        Gap::SharedToNobody { category, .. } => format!("nobody to whom `{category}` is shared here needs it"),
        Gap::SharedByNobody { category, .. } => format!("nobody who shares `{category}` here has any"),
        Gap::NotShared { category, organisations } => {
            let who = listed(organisations.iter().map(OrganisationId::as_str), "and");
            let verb = if organisations.len() == 1 { "needs" } else { "need" };
            format!("{who} {verb} `{category}`, and no clause shares it with them")
        }
        Gap::Contradiction { share, duty, category } => {
            format!("`{share}` shares `{category}`, which `{duty}` obliges to keep closed")
        }
        Gap::NoProfession { organisation, professions, .. } => {
            let wanted = listed(professions.iter().map(|who| who.as_str()), "or");
            format!("this is handed to `{organisation}`, where no {wanted} works")
        }
        Gap::Circle { clauses, what } => {
            let way =
                listed(clauses.iter().map(ToString::to_string).collect::<Vec<_>>().iter().map(String::as_str), "and");
            format!("`{what}` is handed round in a circle, by {way}")
        }
        Gap::NoticeTooShort { notice_days, within_days, .. } => {
            format!("a party may leave within {notice_days} days, sooner than these {within_days} days")
        }
        Gap::ReliesOnEnded { on, .. } => format!("this relies on `{on}`, which ends before it"),
        Gap::FoundingEnds { place, agreement } => {
            format!("the founding agreement `{agreement}` ends before the place `{place}` does")
        }
    }
}

fn help(folder: &Folder<'_>, gap: &Gap) -> String {
    let help = match gap {
        Gap::NotAParty { .. } => "add it to `parties`, or name a party here; the parts of a party are bound with it",
        Gap::AmendsWithout { .. } => "add it to `parties`: nobody can sign away what somebody else was promised",
        Gap::NoOwner { .. } => {
            "add a `deliver` clause that names it; until then it is everybody's hope and nobody's promise"
        }
        Gap::TwoOwners { first, .. } => {
            let other = where_is(folder, &first.0);
            return format!("add a `lead` clause that names it, or hand it over; the other obligation is {other}");
        }
        Gap::Unpaid { .. } => {
            "add a `pay` clause to it that names the need or its kind of service; what is unpaid is the first to stop"
        }
        Gap::HandOverUnpaid { .. } => "name in `paid_by` a `pay` clause whose `to` has it",
        Gap::PaidTwice { first, .. } => {
            let other = where_is(folder, first);
            return format!("take it out of one of the clauses, or give each a group; the other is {other}");
        }
        Gap::SameContact { first, bundled, .. } => {
            let other = where_is(folder, first);
            let mend = if *bundled {
                "take it out of `covers` or out of the prices, or give the bundle a group of its own"
            } else {
                "take it out of one of the clauses, or give each a group of its own"
            };
            return format!("{mend}; the other is {other}");
        }
        Gap::TwoPrices { of_tariff, .. } => {
            let to = if *of_tariff { "the tariff" } else { "the clause" };
            return format!("of the prices that fit, the one that says most is paid: add to {to} one for just these");
        }
        Gap::PaysNothing { .. } => "name a `pay` clause",
        Gap::PaidByOther { .. } => "name the clause that pays for these needs or services, or add them to that one",
        Gap::OtherCurrency { .. } => "let a pool hold clauses of one currency, its agreement's `currency`",
        Gap::PoolOfOthers { .. } => "add to `members` whoever is paid by it, or take the clause out",
        Gap::InTwoPools { first, .. } => {
            return format!(
                "nobody can be given it twice: take it out of one; the other is {}",
                where_is(folder, first)
            );
        }
        Gap::SameRows { first, .. } => {
            let other = where_is(folder, first);
            return format!("let `where` name different rows in each; the other is {other}");
        }
        Gap::PoolOnTable { .. } => "take it out of `clauses`; what a table says of pools can be a clause by `stated`",
        Gap::ProtectedTwice { first, .. } => {
            let other = where_is(folder, first);
            return format!(
                "protect each task once: take `protection` out of one of the clauses; the other is {other}"
            );
        }
        Gap::PaysOwn { .. } => "take it out of `to`; what it does itself is not paid for by it",
        Gap::MemberTwice { .. } => "take one of the two out",
        Gap::Endless { .. } => "let the agreement or the clause end, or write `per = \"year\"`",
        Gap::SharedToNobody { .. } => {
            "leave it out, or add who needs it to `needed_by` in `categories.csv`; what nobody needs stays closed"
        }
        Gap::SharedByNobody { .. } => "name in `from` an organisation with such a service, or leave the category out",
        Gap::NotShared { .. } => "add it to a `share` clause for TREAT, or take the kind of service out of `needed_by`",
        Gap::Contradiction { duty, .. } => {
            let duty = where_is(folder, duty);
            return format!(
                "take it out of one of the two, or say in `precedence` which agreement prevails; the duty is {duty}"
            );
        }
        Gap::NoProfession { .. } => {
            "add the profession to one of its services in `services.csv`, or hand it to somebody else"
        }
        Gap::Circle { .. } => "take one of the clauses out",
        Gap::NoticeTooShort { .. } => {
            "lengthen `notice_days` or shorten the service level; else what was promised ends while people wait"
        }
        Gap::ReliesOnEnded { .. } => "let that clause run as long, or give this one an `ends`",
        Gap::FoundingEnds { .. } => "let the agreement run as long as the place, or end the place with it",
    };
    help.to_owned()
}

fn place(folder: &Folder<'_>, gap: &Gap, problem: Problem) -> Problem {
    let organisation = |id: &OrganisationId| (Thing::Organisation, id.as_str().to_owned());
    match gap {
        Gap::NotAParty { clause, organisation: id }
        | Gap::Unpaid { clause, organisation: id, .. }
        | Gap::HandOverUnpaid { clause, organisation: id }
        | Gap::NoProfession { clause, organisation: id, .. } => in_clause(folder, clause, &organisation(id), problem),
        Gap::AmendsWithout { agreement, amended, .. } => {
            let by = (Thing::Agreement, agreement.as_str());
            folder.where_mentioned(by, (Thing::Agreement, amended.as_str()), problem)
        }
        Gap::NoOwner { need } => folder.at(Thing::Need, need.as_str(), problem),
        Gap::TwoOwners { need, second, .. } => {
            in_clause(folder, &second.0, &(Thing::Need, need.as_str().to_owned()), problem)
        }
        Gap::PaidTwice { second, what, .. } => {
            let is_need = folder.index.is_defined(Thing::Need, what);
            let thing = if is_need { Thing::Need } else { Thing::Kind };
            in_clause(folder, second, &(thing, what.clone()), problem)
        }
        Gap::SharedToNobody { clause, category }
        | Gap::SharedByNobody { clause, category }
        | Gap::Contradiction { share: clause, category, .. } => {
            in_clause(folder, clause, &(Thing::Category, category.as_str().to_owned()), problem)
        }
        Gap::NotShared { category, .. } => {
            let own = folder.definitions.categories.iter().any(|it| it.id == *category);
            let first = folder.definitions.agreements.first().map(|it| it.id.as_str()).unwrap_or_default();
            let (thing, id) = if own { (Thing::Category, category.as_str()) } else { (Thing::Agreement, first) };
            folder.at(thing, id, problem)
        }
        Gap::Circle { clauses, .. } => match clauses.last() {
            Some(last) => folder.at(Thing::Clause, &last.to_string(), problem),
            None => problem,
        },
        Gap::ProtectedTwice { second, .. } | Gap::SameRows { second, .. } => {
            folder.at(Thing::Clause, &second.to_string(), problem)
        }
        Gap::PaysOwn { clause, part, .. } => in_clause(folder, clause, &organisation(part), problem),
        Gap::MemberTwice { clause, member, .. } => in_clause(folder, clause, &organisation(member), problem),
        Gap::NoticeTooShort { clause, .. } | Gap::TwoPrices { clause, .. } | Gap::Endless { clause } => {
            folder.at(Thing::Clause, &clause.to_string(), problem)
        }
        Gap::SameContact { second, service: Some(service), .. } => {
            in_clause(folder, second, &(Thing::Kind, service.as_str().to_owned()), problem)
        }
        Gap::SameContact { second, service: None, .. } => folder.at(Thing::Clause, &second.to_string(), problem),
        Gap::PaysNothing { clause, on }
        | Gap::PaidByOther { clause, on }
        | Gap::OtherCurrency { clause, on, .. }
        | Gap::PoolOfOthers { clause, on }
        | Gap::PoolOnTable { clause, on }
        | Gap::InTwoPools { second: clause, on, .. }
        | Gap::ReliesOnEnded { clause, on } => in_clause(folder, clause, &(Thing::Clause, on.to_string()), problem),
        Gap::FoundingEnds { place, agreement } => {
            folder.where_mentioned((Thing::Place, place.as_str()), (Thing::Agreement, agreement.as_str()), problem)
        }
    }
}

/// Where a clause mentions a thing, or else where its number stands.
fn in_clause(folder: &Folder<'_>, cite: &ClauseRef, of: &(Thing, String), problem: Problem) -> Problem {
    let Some(clause) = folder.index.defined.get(&(Thing::Clause, cite.to_string())) else { return problem };
    let start = |spot: &Spot| spot.span.as_ref().map(|span| span.start);
    let numbers = folder.index.defined.iter().filter(|(named, _)| named.0 == Thing::Clause).map(|(_, spot)| spot);
    let same_file = |spot: &&Spot| spot.file.path() == clause.file.path();
    let next = numbers.filter(same_file).filter_map(start).filter(|other| Some(*other) > start(clause)).min();
    let mentions = folder.mentions(of).iter().map(|mention| &mention.spot);
    let within = |spot: &&Spot| start(spot) > start(clause) && next.is_none_or(|next| start(spot) < Some(next));
    mentions.filter(same_file).find(within).unwrap_or(clause).place(problem)
}

/// A clause, with where it stands: `alliance 2.1` at places/harbour/agreements/alliance.toml:40.
fn where_is(folder: &Folder<'_>, cite: &ClauseRef) -> String {
    let spot = folder.index.defined.get(&(Thing::Clause, cite.to_string()));
    spot.map_or_else(|| format!("`{cite}`"), |spot| format!("`{cite}` at {}", spot.words()))
}
