//! Answers for one citizen, from typed facts: no columns here.

use stead_rules::circle::{self, Choice, Contact, ContactProvider, Coordinator, Entry};
use stead_rules::continuity;
use stead_rules::needs::{Assessment, LastMet, NeedStatus, assess, reason};
use stead_rules::owner::{Acting, Offer, Owner, Ties, is_open, offers, owner};
use stead_rules::visits::{Candidate, NeedSet};
use stead_rules::{Day, Need, NeedId, OrganisationId, ProfessionId, Service};

use super::read::{By, Evidence, Facts, Seen};
use super::sharing::{LinkAnswer, links};
use super::{Desk, NeedDesk};

/// What follows for a citizen.
#[derive(Default)]
pub(super) struct Answers<'a> {
    pub(super) needs: Vec<NeedAnswer<'a>>,
    pub(super) visits: Vec<VisitAnswer<'a>>,
    pub(super) circle: Option<CircleAnswer<'a>>,
    pub(super) sharing: Vec<LinkAnswer<'a>>,
}

/// A need of the citizen.
pub(super) struct NeedAnswer<'a> {
    pub(super) need: &'a Need,
    pub(super) assessment: Assessment,
    pub(super) last: Option<Met<'a>>,
    pub(super) owner: Option<Owner<'a>>,
    pub(super) reason: String,
}

/// A record by which a need was met.
#[derive(Clone, Copy)]
pub(super) struct Met<'a> {
    pub(super) day: Day,
    pub(super) by: By<'a>,
}

/// A visit to make.
pub(super) struct VisitAnswer<'a> {
    pub(super) service: &'a Service,
    pub(super) needs: Vec<&'a NeedId>,
    pub(super) fewest: bool,
}

/// Who is around the citizen.
pub(super) struct CircleAnswer<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) coordinator: Coordinator<'a>,
    pub(super) contacts: usize,
    pub(super) organisations: usize,
    pub(super) providers: Vec<(ContactProvider<'a>, Option<&'a ProfessionId>)>,
    pub(super) usual_provider: Option<f64>,
    pub(super) continuity: Option<f64>,
    pub(super) sequential: Option<f64>,
    pub(super) fragmentation: Option<f64>,
    pub(super) missing: Vec<&'a NeedId>,
}

/// Answers for a citizen; nothing for one who is not alive on the day.
pub(super) fn answers<'f, 'a: 'f>(desk: &mut Desk<'a>, facts: &'f Facts<'_>) -> Answers<'f> {
    if !facts.alive {
        return Answers::default();
    }
    let since = desk.prepared.params.look_back();
    let seen: Vec<Contact<'f>> =
        facts.contacts.iter().enumerate().filter_map(|(at, seen)| contact(at, seen, since)).collect();
    let entries = circle::circle(&seen);
    let acting: Vec<Acting<'f>> =
        entries.iter().map(|it| Acting { organisation: it.organisation, kind: it.kind, last: it.last }).collect();
    let ties = Ties { registered: facts.registered, acting: &acting };
    let needs = needs(desk, facts, &ties);
    let visits = visits(desk, facts, &needs, &ties);
    let unmet = needs.iter().filter(|answer| is_wanted(answer.assessment.status)).map(|answer| answer.need);
    let missing = circle::missing(unmet, &entries);
    let sharing = links(desk, facts, &entries);
    let circle = around(desk, facts, &seen, entries, missing);
    Answers { needs, visits, circle: Some(circle), sharing }
}

fn contact<'a>(at: usize, seen: &Seen<'a>, since: Day) -> Option<Contact<'a>> {
    let organisation = seen.by.organisation.filter(|_| seen.day >= since)?;
    Some(Contact {
        day: seen.day,
        order: u32::try_from(at).unwrap_or(u32::MAX),
        organisation,
        kind: seen.kind,
        professional: seen.by.professional,
        profession: seen.by.profession,
    })
}

/// Whether something is to be done about a need.
fn is_wanted(status: NeedStatus) -> bool {
    matches!(status, NeedStatus::Due | NeedStatus::Overdue | NeedStatus::Never)
}

/// The needs of a citizen who is in some place, for each group the citizen is in.
fn needs<'a>(desk: &Desk<'a>, facts: &'a Facts<'_>, ties: &Ties<'_>) -> Vec<NeedAnswer<'a>> {
    let on = desk.prepared.params.on;
    if !facts.memberships.iter().any(|(_, period)| period.contains(on)) {
        return Vec::new();
    }
    let in_group = |id: &stead_rules::GroupId| {
        facts
            .groups
            .iter()
            .find(|(group, period)| *group == id.as_str() && period.contains(on))
            .map(|(_, period)| *period)
    };
    let wanted = desk.needs.iter().filter_map(|of| Some((of, in_group(&of.need.group)?)));
    wanted
        .map(|(of, period)| {
            let need = of.need;
            let last = last_met(of, facts);
            let exception = need.not_for.iter().find(|not_for| in_group(&not_for.group).is_some());
            let assessment = assess(need, on, period.from, last.map(|last| last.day), exception);
            let by = last.and_then(|last| by_words(desk, &last));
            let last_words = last.map(|last| LastMet { day: last.day, by: by.as_deref() });
            let reason = reason(need, &assessment, last_words.as_ref(), exception);
            let applies = assessment.status != NeedStatus::NotApplicable;
            let owner = applies.then(|| {
                let open = offers_of(
                    of,
                    facts,
                    desk,
                    |id| in_group(id).is_some(),
                    ties,
                    last.and_then(|last| last.by.organisation),
                );
                owner(need, &open)
            });
            NeedAnswer { need, assessment, last, owner, reason }
        })
        .collect()
}

fn offers_of<'a>(
    of: &NeedDesk<'a>,
    facts: &Facts<'_>,
    desk: &Desk<'a>,
    is_member: impl Fn(&stead_rules::GroupId) -> bool,
    ties: &Ties<'_>,
    last_by: Option<&OrganisationId>,
) -> Vec<Offer<'a>> {
    let open = of.services.iter().copied().filter(|it| is_open(it, facts.registered, &desk.lineages, &is_member));
    offers(open, last_by, ties, &desk.lineages, |service| desk.metres(facts.home, service))
}

fn last_met<'a>(of: &NeedDesk<'_>, facts: &Facts<'a>) -> Option<Met<'a>> {
    if of.lists.is_empty() {
        let met_by = &of.need.met_by;
        let meets = |seen: &&Seen<'_>| {
            seen.kind.is_some_and(|kind| met_by.services.contains(kind))
                && (met_by.professions.is_empty()
                    || seen.by.profession.is_some_and(|profession| met_by.professions.contains(profession)))
        };
        // `max_by_key` takes the last of equals; rows lie in order of time.
        return facts
            .contacts
            .iter()
            .filter(meets)
            .max_by_key(|seen| seen.day)
            .map(|seen| Met { day: seen.day, by: seen.by });
    }
    let listed = |evidence: &&Evidence<'_>| {
        of.lists.iter().any(|list| evidence.lists.get(list / 8).is_some_and(|byte| byte >> (list % 8) & 1 == 1))
    };
    facts
        .evidence
        .iter()
        .filter(listed)
        .max_by_key(|evidence| (evidence.day, evidence.by.source, evidence.by.resource))
        .map(|evidence| Met { day: evidence.day, by: evidence.by })
}

/// Who met it, as people say it: "a practice nurse at Quay Surgery".
fn by_words(desk: &Desk<'_>, last: &Met<'_>) -> Option<String> {
    let name = last
        .by
        .organisation
        .map(|id| desk.organisations.get(id).copied().unwrap_or_else(|| id.as_str().trim_start_matches('?')));
    match (last.by.profession, name) {
        (Some(profession), Some(name)) => Some(format!("{} at {name}", profession.as_str().replace('-', " "))),
        (Some(profession), None) => Some(profession.as_str().replace('-', " ")),
        (None, name) => name.map(ToOwned::to_owned),
    }
}

/// Beyond this many needs at once, the rest wait for the next answer: a bit each.
const NEEDS_MAX: usize = NeedSet::BITS as usize;

fn visits<'f, 'a: 'f>(
    desk: &mut Desk<'a>,
    facts: &Facts<'_>,
    needs: &[NeedAnswer<'f>],
    ties: &Ties<'_>,
) -> Vec<VisitAnswer<'f>> {
    let on = desk.prepared.params.on;
    let wanted: Vec<&NeedAnswer<'f>> =
        needs.iter().filter(|it| is_wanted(it.assessment.status)).take(NEEDS_MAX).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let is_member = |id: &stead_rules::GroupId| {
        facts.groups.iter().any(|(group, period)| *group == id.as_str() && period.contains(on))
    };
    let mut candidates: Vec<(&'a Service, Candidate)> = Vec::new();
    for (bit, answer) in wanted.iter().enumerate() {
        let Some(of) = desk.need(&answer.need.id) else { continue };
        for &service in &of.services {
            if !is_open(service, facts.registered, &desk.lineages, is_member) {
                continue;
            }
            let position = candidates.iter().position(|(known, _)| known.id == service.id);
            let at = position.unwrap_or_else(|| {
                candidates.push((service, Candidate { needs: 0, rank: rank(desk, service, needs, ties) }));
                candidates.len() - 1
            });
            if let Some((_, candidate)) = candidates.get_mut(at) {
                candidate.needs |= 1 << bit;
            }
        }
    }
    // Of covers that are equally good the one of the earliest candidates is taken: the nearest, and those whose distance
    // nobody knows last.
    candidates.sort_by_cached_key(|(service, _)| {
        let (service, metres) = (*service, desk.metres(facts.home, service));
        (metres.is_none(), metres, &service.id)
    });
    let due = if wanted.len() == NEEDS_MAX { NeedSet::MAX } else { (1 << wanted.len()) - 1 };
    let cases: Vec<Candidate> = candidates.iter().map(|(_, candidate)| *candidate).collect();
    let cover = desk.covers.fewest_visits(due, &cases);
    let visit = |visit: &stead_rules::visits::Visit| {
        let needs = wanted.iter().enumerate().filter(|(bit, _)| visit.needs >> bit & 1 == 1).map(|(_, it)| &it.need.id);
        let service = candidates.get(visit.candidate).map(|(service, _)| *service)?;
        Some(VisitAnswer { service, needs: needs.collect(), fewest: cover.fewest })
    };
    cover.visits.iter().filter_map(visit).collect()
}

/// Which of equally good services to visit: one that owns a next step, then one that acts for the citizen, then any.
fn rank(desk: &Desk<'_>, service: &Service, needs: &[NeedAnswer<'_>], ties: &Ties<'_>) -> u32 {
    let owns =
        needs.iter().any(|it| it.owner.and_then(|owner| owner.service).is_some_and(|owner| owner.id == service.id));
    let near = ties.registered.is_some_and(|with| desk.lineages.steps(with, &service.organisation).is_some());
    match () {
        () if owns => 0,
        () if near || ties.acting.iter().any(|acting| *acting.organisation == service.organisation) => 1,
        () => 2,
    }
}

fn around<'a>(
    desk: &Desk<'a>,
    facts: &'a Facts<'_>,
    seen: &[Contact<'a>],
    entries: Vec<Entry<'a>>,
    missing: Vec<&'a NeedId>,
) -> CircleAnswer<'a> {
    let on = desk.prepared.params.on;
    let choice = facts.choice.as_ref().map(|chosen| Choice {
        organisation: chosen.organisation,
        professional: chosen.professional,
        profession: chosen.profession,
    });
    let here = |place: &&stead_rules::Place| {
        facts.memberships.iter().any(|(id, period)| **id == place.id && period.contains(on))
    };
    // The founding place comes first in a folder; the first place that has a rule decides.
    let places = desk.prepared.definitions.places.iter().filter(here);
    let rule = places.filter_map(|place| place.version_on(on)).find(|version| !version.coordinators.is_empty());
    let coordinators = rule.map_or(&[][..], |version| &version.coordinators);
    let coordinator = circle::coordinator(&entries, choice, coordinators, facts.registered);
    let in_order = circle::providers_in_order(seen);
    let by_provider = continuity::contacts_by_provider(&in_order);
    let mut organisations: Vec<_> = seen.iter().map(|contact| contact.organisation).collect();
    organisations.sort_unstable();
    organisations.dedup();
    let mut providers: Vec<_> = seen.iter().map(|contact| (contact.provider(), contact.profession)).collect();
    // A profession that only some of the contacts name counts for all of them; of several the least.
    providers.sort_unstable_by_key(|(provider, profession)| (*provider, profession.is_none(), *profession));
    providers.dedup_by_key(|(provider, _)| *provider);
    CircleAnswer {
        coordinator,
        contacts: seen.len(),
        organisations: organisations.len(),
        providers,
        usual_provider: continuity::usual_provider(&by_provider),
        continuity: continuity::continuity(&by_provider),
        sequential: continuity::sequential(&in_order),
        fragmentation: continuity::fragmentation(&by_provider),
        missing,
        entries,
    }
}
