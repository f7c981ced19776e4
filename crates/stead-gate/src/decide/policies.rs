//! Asking Cedar: the right slice of clauses and choices, put one by one.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use cedar_policy::{
    Authorizer, Context, Decision, EntityUid, PolicySet, Request as CedarRequest, Response, RestrictedExpression,
    Schema, ValidationMode, Validator,
};
use stead_rules::decision::{Actor, Facts, Request};
use stead_rules::{AgreementId, Choice, ChoiceKind, Definitions, OrganisationId, Period, ProfessionId, Purpose};

use super::compile::{CompileError, Compiled, Made, made};
use super::verdict::{By, Verdict};
use super::words::{Type, day, days, entity, set, value};

const POLICIES: &str = include_str!("stead.cedar");
const SCHEMA: &str = include_str!("stead.cedarschema");

/// Which clauses are put to Cedar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slice {
    /// Those between who holds and who asks: all that can open anything.
    Between,
    /// All there are. The answer is the same, and takes as long as there are clauses.
    Everything,
}

/// A place's agreements, compiled.
pub struct Policies {
    authorizer: Authorizer,
    policies: &'static PolicySet,
    schema: &'static Schema,
    pub(super) made: Made,
}

/// What is the same for every place.
struct Fixed {
    policies: PolicySet,
    schema: Schema,
}

/// Read and validated once.
static FIXED: LazyLock<Result<Fixed, String>> = LazyLock::new(|| {
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|error| error.to_string())?;
    let policies = named(POLICIES)?;
    let found = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
    if !found.validation_passed_without_warnings() {
        return Err(found.to_string());
    }
    Ok(Fixed { policies, schema })
});

type Pairs = Vec<(String, RestrictedExpression)>;

/// A clause and a permission, or neither.
type Round<'a> = (Option<&'a Compiled>, Option<&'a Choice>);

impl Policies {
    /// Compiles what a place's agreements say. `bindings` says on which days each binds; one that is not in it binds nobody.
    pub fn compile(definitions: &Definitions, bindings: &BTreeMap<AgreementId, Period>) -> Result<Self, CompileError> {
        let Fixed { policies, schema } = FIXED.as_ref().map_err(|error| CompileError::Policies(error.clone()))?;
        let made = made(definitions, bindings, schema)?;
        Ok(Self { authorizer: Authorizer::new(), policies, schema, made })
    }

    /// The policies as Cedar reads them, with a comment on each.
    pub const fn text() -> &'static str {
        POLICIES
    }

    /// The schema that policies, entities and requests are checked against.
    pub const fn schema_text() -> &'static str {
        SCHEMA
    }

    /// Cedar's verdict.
    pub fn verdict(&self, request: &Request, facts: &Facts<'_>, slice: Slice) -> Verdict {
        let asked = match &request.actor {
            Actor::Citizen => self.citizen(request, facts),
            Actor::Professional { organisation, profession, professional } => {
                let who = Who { organisation, profession: profession.as_ref(), named: professional.as_ref() };
                self.professional(request, facts, &who, slice)
            }
        };
        asked.unwrap_or_else(Verdict::error)
    }

    fn citizen(&self, request: &Request, facts: &Facts<'_>) -> Result<Verdict, String> {
        let herself = entity(Type::Citizen, request.citizen.as_str());
        let context = self.asked(request, facts, None).ok_or("the request has a form that Cedar refuses")?;
        let answer = self.ask("see", herself, request, context)?;
        Ok(if answer.permit { Verdict::yes(By::Herself) } else { Verdict::no(By::Nothing) })
    }

    fn professional(
        &self,
        request: &Request,
        facts: &Facts<'_>,
        who: &Who<'_>,
        slice: Slice,
    ) -> Result<Verdict, String> {
        let usual = self.usual(request, facts, who, slice)?;
        if usual.permit || request.purpose != Purpose::Emergency {
            return Ok(usual);
        }
        let glass = self.glass(request, facts, who)?;
        // Why not, in an emergency: the objection that names it, before one that does not.
        let says_more = glass.permit || matches!(glass.by, By::Objection(_));
        Ok(if says_more { glass } else { usual })
    }

    /// Whether anything but an emergency opens it.
    fn usual(&self, request: &Request, facts: &Facts<'_>, who: &Who<'_>, slice: Slice) -> Result<Verdict, String> {
        let refused = "the request has a form that Cedar refuses";
        let pairs = self.asked(request, facts, who.profession).ok_or(refused)?;
        let principal = || entity(Type::Organisation, who.organisation.as_str());
        let closing = closing(facts.choices, request);
        let mut choices = closing.iter();
        let mut rounds = self.rounds(request, facts, who, slice).into_iter();
        let mut opened: Option<By> = None;
        let mut first = true;
        loop {
            let choice = choices.next();
            // Once something opens it, only a choice can still decide.
            let round = if opened.is_none() { rounds.next() } else { None };
            if choice.is_none() && round.is_none() && !first {
                break;
            }
            first = false;
            let mut pairs = pairs.clone();
            put_choice(&mut pairs, "choice", choice.map(|at| at.1)).ok_or(refused)?;
            let (clause, permission) = round.unwrap_or_default();
            put_choice(&mut pairs, "permission", permission).ok_or(refused)?;
            if let Some(clause) = clause {
                pairs.push(("clause".to_owned(), RestrictedExpression::new_entity_uid(clause.uid.clone())));
            }
            let answer = self.ask("see", principal(), request, pairs)?;
            if let Some((at, choice)) = choice.filter(|_| answer.forbids()) {
                let by = if choice.kind == ChoiceKind::OptOut { By::OptOut(*at) } else { By::Objection(*at) };
                return Ok(Verdict::no(by));
            }
            if answer.permit && opened.is_none() {
                opened = Some(match clause.filter(|_| answer.policies.iter().any(|id| id == "clause")) {
                    Some(clause) if !answer.policies.iter().any(|id| id == "own") => By::Clause(clause.cite.clone()),
                    _ => By::Own,
                });
            }
        }
        Ok(opened.map_or(Verdict::no(By::Nothing), Verdict::yes))
    }

    /// The clauses to ask about, each that asks for a permission with each that the citizen gave.
    fn rounds<'a>(&'a self, request: &Request, facts: &Facts<'a>, who: &Who<'_>, slice: Slice) -> Vec<Round<'a>> {
        let permissions = || facts.choices.iter().filter(|choice| choice.kind == ChoiceKind::Permission);
        let pair = (request.holder.clone(), who.organisation.clone());
        let between = self.made.between.get(&pair).into_iter().flatten().filter_map(|at| self.made.clauses.get(*at));
        let clauses: Vec<&Compiled> = match slice {
            Slice::Between => between.collect(),
            Slice::Everything => self.made.clauses.iter().collect(),
        };
        let with = |clause: &'a Compiled| -> Vec<Round<'a>> {
            match clause.asks {
                true => permissions().map(|permission| (Some(clause), Some(permission))).collect(),
                false => vec![(Some(clause), None)],
            }
        };
        // Of a category that nobody knows, Cedar could not say whether it is sensitive.
        let known = entity(Type::Category, request.category.as_str()).and_then(|uid| self.made.entities.get(&uid));
        if known.is_none() { Vec::new() } else { clauses.into_iter().flat_map(with).collect() }
    }

    /// Whether an emergency opens it.
    fn glass(&self, request: &Request, facts: &Facts<'_>, who: &Who<'_>) -> Result<Verdict, String> {
        let refused = "the request has a form that Cedar refuses";
        let says_why = request.reason.as_ref().is_some_and(|reason| !reason.trim().is_empty());
        let named = who.named.is_some_and(|name| !name.trim().is_empty());
        let mut pairs = vec![
            ("citizen".to_owned(), value(Type::Citizen, request.citizen.as_str()).ok_or(refused)?),
            ("holder".to_owned(), value(Type::Organisation, request.holder.as_str()).ok_or(refused)?),
            ("reasoned".to_owned(), RestrictedExpression::new_bool(says_why && named)),
            ("on".to_owned(), day(request.on)),
        ];
        put_profession(&mut pairs, who.profession).ok_or(refused)?;
        let under = self.made.under.get(who.organisation).into_iter().flatten();
        let mut agreements = under.filter(|(binding, _)| binding.contains(request.on)).take(1);
        let closing = closing(facts.choices, request);
        let mut choices = closing.iter();
        let mut opened = false;
        let mut first = true;
        loop {
            let (choice, agreement) = (choices.next(), agreements.next());
            if choice.is_none() && agreement.is_none() && !first {
                break;
            }
            first = false;
            let mut pairs = pairs.clone();
            put_choice(&mut pairs, "choice", choice.map(|at| at.1)).ok_or(refused)?;
            if let Some((_, uid)) = agreement {
                pairs.push(("agreement".to_owned(), RestrictedExpression::new_entity_uid(uid.clone())));
            }
            let principal = entity(Type::Organisation, who.organisation.as_str());
            let answer = self.ask("breakGlass", principal, request, pairs)?;
            if let Some((at, _)) = choice.filter(|_| answer.forbids()) {
                return Ok(Verdict::no(By::Objection(*at)));
            }
            opened |= answer.permit;
        }
        Ok(if opened { Verdict::yes(By::BreakGlass) } else { Verdict::no(By::Nothing) })
    }

    /// What is known when somebody asks, but clauses and choices.
    fn asked(&self, request: &Request, facts: &Facts<'_>, profession: Option<&ProfessionId>) -> Option<Pairs> {
        let emergency = request.purpose == Purpose::Emergency;
        let usual = if emergency { Purpose::Treatment } else { request.purpose };
        let mut pairs = vec![
            ("citizen".to_owned(), value(Type::Citizen, request.citizen.as_str())?),
            ("holder".to_owned(), value(Type::Organisation, request.holder.as_str())?),
            ("purpose".to_owned(), value(Type::Purpose, request.purpose.code())?),
            ("usual".to_owned(), value(Type::Purpose, usual.code())?),
            ("on".to_owned(), day(request.on)),
            ("circle".to_owned(), set(Type::Organisation, facts.circle)?),
            ("places".to_owned(), set(Type::Place, facts.places)?),
            ("groups".to_owned(), set(Type::Group, facts.groups)?),
        ];
        put_profession(&mut pairs, profession)?;
        Some(pairs)
    }

    /// One question to Cedar. Anything that it could not evaluate is an error, and so a no.
    fn ask(
        &self,
        action: &str,
        principal: Option<EntityUid>,
        request: &Request,
        context: Pairs,
    ) -> Result<Answer, String> {
        let words = (principal, entity(Type::Action, action), entity(Type::Category, request.category.as_str()));
        let (Some(principal), Some(action), Some(resource)) = words else {
            return Err("the request has a form that Cedar refuses".to_owned());
        };
        let context = Context::from_pairs(context).map_err(|error| error.to_string())?;
        let asked = CedarRequest::new(principal, action, resource, context, Some(self.schema));
        let asked = asked.map_err(|error| error.to_string())?;
        answer(&self.authorizer.is_authorized(&asked, self.policies, &self.made.entities))
    }
}

struct Who<'a> {
    organisation: &'a OrganisationId,
    profession: Option<&'a ProfessionId>,
    named: Option<&'a Arc<str>>,
}

struct Answer {
    permit: bool,
    /// The policies that decided.
    policies: Vec<String>,
}

impl Answer {
    /// Whether a `forbid` decided, rather than that nothing opens it.
    const fn forbids(&self) -> bool {
        !self.permit && !self.policies.is_empty()
    }
}

fn answer(response: &Response) -> Result<Answer, String> {
    let errors: Vec<String> = response.diagnostics().errors().map(ToString::to_string).collect();
    if !errors.is_empty() {
        return Err(errors.join("; "));
    }
    let policies = response.diagnostics().reason().map(ToString::to_string).collect();
    Ok(Answer { permit: response.decision() == Decision::Allow, policies })
}

/// The choices that may close, those first that say most: opt-outs, objections that name an emergency where it is one, the
/// others; each with its position.
fn closing<'a>(choices: &'a [Choice], request: &Request) -> Vec<(usize, &'a Choice)> {
    let mut closing: Vec<_> =
        choices.iter().enumerate().filter(|(_, choice)| choice.kind != ChoiceKind::Permission).collect();
    let rank = |choice: &Choice| {
        let names = request.purpose == Purpose::Emergency && choice.purposes.contains(&Purpose::Emergency);
        (choice.kind != ChoiceKind::OptOut, !names)
    };
    closing.sort_by_key(|(at, choice)| (rank(choice), *at));
    closing
}

fn put_profession(pairs: &mut Pairs, profession: Option<&ProfessionId>) -> Option<()> {
    if let Some(profession) = profession {
        pairs.push(("profession".to_owned(), value(Type::Profession, profession.as_str())?));
    }
    Some(())
}

fn put_choice(pairs: &mut Pairs, name: &str, choice: Option<&Choice>) -> Option<()> {
    let Some(choice) = choice else { return Some(()) };
    let mut fields = Vec::from(days(Some(choice.period)));
    fields.extend([
        ("kind".to_owned(), RestrictedExpression::new_string(choice.kind.word().to_owned())),
        ("citizen".to_owned(), value(Type::Citizen, choice.citizen.as_str())?),
        ("organisations".to_owned(), set(Type::Organisation, &choice.organisations)?),
        ("professions".to_owned(), set(Type::Profession, &choice.professions)?),
        ("categories".to_owned(), set(Type::Category, &choice.categories)?),
        ("purposes".to_owned(), set(Type::Purpose, choice.purposes.iter().map(|purpose| purpose.code()))?),
    ]);
    pairs.push((name.to_owned(), RestrictedExpression::new_record(fields).ok()?));
    Some(())
}

/// Policies under the names that their `@id` gives them.
fn named(text: &str) -> Result<PolicySet, String> {
    let numbered: PolicySet = text.parse().map_err(|error: cedar_policy::ParseErrors| error.to_string())?;
    let mut named = PolicySet::new();
    for policy in numbered.policies() {
        let id = policy.annotation("id").ok_or("a policy has no `@id`")?;
        let id: cedar_policy::PolicyId = id.parse().map_err(|_| "a policy's `@id` is no id")?;
        named.add(policy.new_id(id)).map_err(|error| error.to_string())?;
    }
    Ok(named)
}
