//! Parties that have not signed, each where it stands in its agreement. Who has signed is not in the folder: it is told.

use stead_rules::{AgreementId, OrganisationId};

use crate::folder::Folder;
use crate::problem::Problem;
use crate::read::read_folder;
use crate::thing::Thing;

/// A party of an agreement whose signature is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// The agreement.
    pub agreement: AgreementId,
    /// The party.
    pub organisation: OrganisationId,
    /// Whether it signed another text than this one.
    pub void: bool,
}

/// A problem for each of these parties, in the order of folders and files.
pub fn unsigned(folders: &[Folder], parties: &[Unsigned]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for folder in folders {
        let index = read_folder(folder).index;
        let own = |party: &&Unsigned| index.is_defined(Thing::Agreement, party.agreement.as_str());
        for party in parties.iter().filter(own) {
            let by = (Thing::Agreement, party.agreement.to_string());
            let of = (Thing::Organisation, party.organisation.to_string());
            let mention = index.mentions.iter().find(|mention| mention.by == by && mention.of == of);
            let problem = problem(party);
            problems.push(match mention {
                Some(mention) => mention.spot.place(problem),
                None => problem,
            });
        }
    }
    problems.sort_by(|one, other| position(one).cmp(&position(other)));
    problems
}

fn position(problem: &Problem) -> (&str, usize) {
    (problem.file.path(), problem.span.as_ref().map_or(0, |span| span.start))
}

fn problem(party: &Unsigned) -> Problem {
    let Unsigned { agreement, organisation, void } = party;
    if *void {
        let message = format!("`{organisation}` signed another text of `{agreement}` than this one");
        return Problem::warning("signature-void", message).label("its signature is void").help(
            "`stead verify` says what has changed; until it signs this text, or the old one is put back, the agreement binds \
             nobody",
        );
    }
    Problem::warning("unsigned", format!("`{organisation}` has not signed `{agreement}`"))
        .label("not signed")
        .help("`stead sign` signs it; until all parties have, it binds nobody, those who have signed included")
}
