//! Decisions in words: for a clinician who wants to see, and for the citizen who wants to know.

use super::gate::{Gate, Opening};
use super::outcome::{Block, Decision, Lack, Outcome, Permit, Reason};
use super::request::{Actor, Facts, Request};
use crate::agreement::{ClauseRef, Within};
use crate::definitions::Definitions;
use crate::id::{CategoryId, ChoiceId, OrganisationId, ProfessionId};

impl Gate {
    /// A decision with everything that decided it, and what would have to change for a yes.
    pub fn explain(&self, request: &Request, facts: &Facts<'_>) -> Decision {
        let outcome = self.decide(request, facts);
        let choice = |at: usize| facts.choices.get(at).map_or_else(|| ChoiceId::from(""), |choice| choice.id.clone());
        let (reasons, would_open) = match outcome {
            Outcome::Permit(Permit::Herself) => (vec![Reason::Herself], Vec::new()),
            Outcome::Permit(Permit::Own) => (vec![Reason::Own { organisation: request.holder.clone() }], Vec::new()),
            Outcome::Permit(Permit::Clause(_)) => (self.opened_by(request, facts), Vec::new()),
            Outcome::Permit(Permit::BreakGlass) => {
                let because = request.reason.as_ref().map(ToString::to_string);
                (vec![Reason::BreakGlass { because }], Vec::new())
            }
            Outcome::Deny(Block::Objection(at)) => {
                let reason = Reason::Objection { choice: choice(at) };
                (vec![reason.clone()], vec![reason])
            }
            Outcome::Deny(Block::OptOut(at)) => {
                let reason = Reason::OptOut { choice: choice(at) };
                (vec![reason.clone()], vec![reason])
            }
            Outcome::Deny(Block::NotHerRequest) => (vec![Reason::NotHerRequest], vec![Reason::NotHerRequest]),
            Outcome::Deny(Block::UnknownCategory) => {
                (vec![Reason::UnknownCategory { category: request.category.clone() }], Vec::new())
            }
            Outcome::Deny(Block::NoClause) => {
                let reason = no_clause(request);
                (reason.clone().into_iter().collect(), reason.into_iter().collect())
            }
            Outcome::Deny(Block::Lacks(number, lack)) => {
                let lacking = self.opening(number).map(|opening| self.lacking(opening, lack, request));
                let lacking = lacking.unwrap_or_default();
                (lacking.clone(), lacking)
            }
        };
        let break_glass = outcome == Outcome::Permit(Permit::BreakGlass);
        Decision { permit: outcome.is_permit(), break_glass, reasons, would_open }
    }

    fn opened_by(&self, request: &Request, facts: &Facts<'_>) -> Vec<Reason> {
        let permission = self.permission(request, facts).map(|choice| choice.id.clone());
        self.clauses_that_open(request, facts)
            .map(|cite| {
                let opening = self.openings_of(cite);
                Reason::Clause {
                    clause: cite.clone(),
                    circle: opening.is_some_and(|it| it.within == Within::Circle),
                    permission: permission.clone().filter(|_| opening.is_some_and(|it| it.asks)),
                }
            })
            .collect()
    }

    fn lacking(&self, opening: &Opening, lack: Lack, request: &Request) -> Vec<Reason> {
        let clause = || opening.cite.clone();
        let (organisation, profession) = match &request.actor {
            Actor::Professional { organisation, profession, .. } => (organisation.clone(), profession.clone()),
            Actor::Citizen => return Vec::new(),
        };
        let category = |sensitive| Reason::Category { clause: clause(), category: request.category.clone(), sensitive };
        let one = |(_, which): &(&str, Lack)| -> Option<Reason> {
            Some(match *which {
                it if !lack.has(it) => return None,
                Lack::IN_FORCE => Reason::NotInForce { clause: clause() },
                Lack::CATEGORY => category(false),
                Lack::BY_NAME => category(true),
                Lack::PURPOSE => Reason::Purpose { clause: clause(), purpose: request.purpose },
                Lack::PROFESSION => Reason::Profession { clause: clause(), profession: profession.clone() },
                Lack::GROUP => Reason::Group { clause: clause(), group: opening.group.clone()? },
                Lack::PLACE => Reason::Place { clause: clause(), places: opening.places.clone() },
                Lack::CIRCLE => Reason::Circle { clause: clause(), organisation: organisation.clone() },
                _ => Reason::Permission { clause: clause() },
            })
        };
        Lack::WORDS.iter().filter_map(one).collect()
    }
}

fn no_clause(request: &Request) -> Option<Reason> {
    match &request.actor {
        Actor::Professional { organisation, .. } => {
            Some(Reason::NoClause { from: request.holder.clone(), to: organisation.clone() })
        }
        Actor::Citizen => None,
    }
}

/// Names in place of ids.
struct Names<'a>(&'a Definitions);

impl Names<'_> {
    fn organisation(&self, id: &OrganisationId) -> String {
        let found = self.0.organisations.iter().find(|body| body.id == *id);
        found.map_or_else(|| id.to_string(), |body| body.name.to_string())
    }

    fn category(&self, id: &CategoryId) -> String {
        let found = self.0.all_categories().into_iter().find(|category| category.id == *id);
        found.map_or_else(|| id.to_string(), |category| in_a_sentence(&category.name))
    }

    /// A clause with its agreement's title and its words.
    fn clause(&self, cite: &ClauseRef) -> (String, String) {
        let found = self.0.agreements.iter().find(|agreement| agreement.id == cite.agreement);
        let words = found.and_then(|it| it.clause(&cite.clause)).map(|clause| clause.text.to_string());
        let title = found.map_or_else(|| cite.agreement.to_string(), |agreement| agreement.title.to_string());
        (format!("{title}, clause {}", cite.clause), words.unwrap_or_default())
    }

    fn group(&self, id: &crate::GroupId) -> String {
        let found = self.0.groups.iter().find(|group| group.id == *id);
        found.map_or_else(|| id.to_string(), |group| in_a_sentence(&group.name))
    }

    fn place(&self, id: &crate::PlaceId) -> String {
        let found = self.0.places.iter().find(|place| place.id == *id);
        found.map_or_else(|| id.to_string(), |place| place.name.to_string())
    }
}

fn profession_words(id: &ProfessionId) -> String {
    id.as_str().replace('-', " ")
}

/// `An optometrist of `, `A pharmacist of `.
fn with_article(profession: &str) -> String {
    let article = if profession.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
    format!("{article} {profession} of ")
}

/// A name in the middle of a sentence: `Results of tests` becomes `results of tests`, `HIV` stays.
fn in_a_sentence(name: &str) -> String {
    let mut chars = name.chars();
    match (chars.next(), chars.next()) {
        (Some(first), second) if second.is_none_or(char::is_lowercase) => {
            first.to_lowercase().chain(name.chars().skip(1)).collect()
        }
        _ => name.to_owned(),
    }
}

impl Decision {
    /// The decision in sentences for whoever asked.
    pub fn for_clinician(&self, request: &Request, definitions: &Definitions) -> String {
        let names = Names(definitions);
        let head = if self.break_glass {
            "Yes, as an emergency. This is shown to the citizen and to the lead of the place."
        } else if self.permit {
            "Yes."
        } else {
            "No."
        };
        let reasons = self.reasons.iter().map(|reason| clinician(reason, request, &names));
        [head.to_owned()].into_iter().chain(reasons).collect::<Vec<_>>().join(" ")
    }

    /// The decision in sentences for the citizen.
    pub fn for_citizen(&self, request: &Request, definitions: &Definitions) -> String {
        let names = Names(definitions);
        let (who, whose) = match &request.actor {
            Actor::Citizen => ("You".to_owned(), String::new()),
            Actor::Professional { organisation, profession, .. } => {
                let profession = profession.as_ref().map(|who| with_article(&profession_words(who)));
                (format!("{}{}", profession.unwrap_or_default(), names.organisation(organisation)), "your ".to_owned())
            }
        };
        let (what, holder) = (names.category(&request.category), names.organisation(&request.holder));
        let may = match (self.permit, self.break_glass) {
            (_, true) => "opened in an emergency",
            (true, _) => "may see",
            (false, _) => "may not see",
        };
        let whose = if whose.is_empty() { "your own ".to_owned() } else { whose };
        let head = format!("{who} {may} {whose}records ({what}) at {holder}, for {}.", request.purpose.words());
        let mut sentences = vec![head];
        for sentence in self.reasons.iter().map(|reason| citizen(reason, &names)) {
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        sentences.join(" ")
    }

    /// What would have to change for a yes, a sentence each; empty where it is one, or where nothing would help.
    pub fn would_open_words(&self, request: &Request, definitions: &Definitions) -> Vec<String> {
        let names = Names(definitions);
        self.would_open.iter().map(|reason| change(reason, request, &names)).collect()
    }
}

fn clinician(reason: &Reason, request: &Request, names: &Names<'_>) -> String {
    let category = || names.category(&request.category);
    match reason {
        Reason::Herself => "The citizen asks for her own record.".to_owned(),
        Reason::Own { organisation } => format!("These are {}'s own records.", names.organisation(organisation)),
        Reason::Clause { clause, circle, permission } => {
            let (clause, words) = names.clause(clause);
            let circle = if *circle { " You act for this citizen." } else { "" };
            let permission = permission.as_ref().map_or("", |_| " The citizen permitted it.");
            format!("{clause}: “{words}”{circle}{permission}")
        }
        Reason::BreakGlass { because } => {
            format!("Nothing else opens this record. The reason given: “{}”.", because.as_deref().unwrap_or_default())
        }
        Reason::Objection { .. } => format!("The citizen objects to your seeing this ({}).", category()),
        Reason::OptOut { .. } => {
            format!("The citizen opted out of uses beyond her own care, and {} is one.", request.purpose.words())
        }
        Reason::NotHerRequest => "A citizen sees her record at her own request (PATRQT).".to_owned(),
        Reason::UnknownCategory { category } => format!("There is no category of record `{category}`."),
        Reason::NoClause { from, to } => {
            let (from, to) = (names.organisation(from), names.organisation(to));
            format!("No clause of any agreement opens records of {from} to {to}.")
        }
        Reason::NotInForce { clause } => format!("{} is not in force.", names.clause(clause).0),
        Reason::Category { clause, category, sensitive } => {
            let (clause, category) = (names.clause(clause).0, names.category(category));
            let why = if *sensitive { ", which is sensitive and has to be named" } else { "" };
            format!("{clause} does not open this category ({category}){why}.")
        }
        Reason::Purpose { clause, purpose } => {
            format!("{} does not open it for {}.", names.clause(clause).0, purpose.words())
        }
        Reason::Profession { clause, profession } => {
            let who = profession.as_ref().map_or_else(|| "an unnamed profession".to_owned(), profession_words);
            format!("{} does not open it to every profession, and not to {who}.", names.clause(clause).0)
        }
        Reason::Group { clause, group } => {
            format!("{} is about {}, and the citizen is not one.", names.clause(clause).0, names.group(group))
        }
        Reason::Place { clause, places } => {
            let places: Vec<_> = places.iter().map(|place| names.place(place)).collect();
            format!("{} is about citizens of {}.", names.clause(clause).0, places.join(" or "))
        }
        Reason::Circle { clause, organisation } => {
            let (clause, who) = (names.clause(clause).0, names.organisation(organisation));
            format!("{clause} is for those who act for the citizen, and {who} did not on that day.")
        }
        Reason::Permission { clause } => {
            format!("{} asks for the citizen's permission, and she has not given it.", names.clause(clause).0)
        }
    }
}

fn citizen(reason: &Reason, names: &Names<'_>) -> String {
    match reason {
        Reason::Herself => "It is yours.".to_owned(),
        Reason::Own { .. } => "They wrote these records themselves, to care for you.".to_owned(),
        Reason::Clause { clause, circle, permission } => {
            let (clause, words) = names.clause(clause);
            let circle = if *circle { ", because they look after you" } else { "" };
            let permission = if permission.is_some() { ", and because you permitted it" } else { "" };
            format!("It was agreed{circle}{permission}: “{words}” ({clause}). You can object.")
        }
        Reason::BreakGlass { because } => {
            format!("They gave this reason: “{}”. You can ask them about it.", because.as_deref().unwrap_or_default())
        }
        Reason::Objection { .. } => "You objected to it.".to_owned(),
        Reason::OptOut { .. } => "You opted out of uses beyond your own care.".to_owned(),
        Reason::Category { sensitive: true, .. } => {
            "This is sensitive, and no agreement opens it to them by name.".to_owned()
        }
        Reason::Circle { .. } => "They did not look after you on that day.".to_owned(),
        Reason::Permission { .. } => "They would need your permission.".to_owned(),
        Reason::NotInForce { .. } => "What was agreed is not in force.".to_owned(),
        Reason::NotHerRequest => "You can see it at your own request.".to_owned(),
        Reason::UnknownCategory { .. }
        | Reason::NoClause { .. }
        | Reason::Category { .. }
        | Reason::Purpose { .. }
        | Reason::Profession { .. }
        | Reason::Group { .. }
        | Reason::Place { .. } => "Nothing that was agreed opens it to them for this.".to_owned(),
    }
}

fn change(reason: &Reason, request: &Request, names: &Names<'_>) -> String {
    let category = || names.category(&request.category);
    match reason {
        Reason::Objection { choice } => format!("the citizen would have to take back her objection (`{choice}`)"),
        Reason::OptOut { choice } => format!("the citizen would have to take back her opt-out (`{choice}`)"),
        Reason::NotHerRequest => "ask for it at the citizen's own request (PATRQT)".to_owned(),
        Reason::NoClause { from, to } => format!(
            "an agreement of {} and {} would need a `share` clause for this ({})",
            names.organisation(from),
            names.organisation(to),
            category()
        ),
        Reason::NotInForce { clause } => {
            format!("all parties would have to have signed `{}`, and its time to run", clause.agreement)
        }
        Reason::Category { clause, category, .. } => format!("clause {clause} would have to name `{category}`"),
        Reason::Purpose { clause, purpose } => format!("clause {clause} would have to be for {purpose}, too"),
        Reason::Profession { clause, .. } => {
            format!("somebody would have to ask who is of a profession that clause {clause} names")
        }
        Reason::Group { group, .. } => format!("the citizen would have to be one of: {}", names.group(group)),
        Reason::Place { places, .. } => {
            let places: Vec<_> = places.iter().map(|place| names.place(place)).collect();
            format!("the citizen would have to be in {}", places.join(" or "))
        }
        Reason::Circle { organisation, .. } => {
            format!("{} would have to act for the citizen", names.organisation(organisation))
        }
        Reason::Permission { .. } => "the citizen would have to permit it".to_owned(),
        Reason::Herself
        | Reason::Own { .. }
        | Reason::Clause { .. }
        | Reason::BreakGlass { .. }
        | Reason::UnknownCategory { .. } => String::new(),
    }
}
