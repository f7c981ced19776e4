//! Compiled definitions: every distinct criterion once, groups as trees over them, codes as lookups.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::area::{Area, AreaCode};
use crate::criterion::{Criterion, Expression};
use crate::day::Period;
use crate::definitions::Definitions;
use crate::id::{AreaId, CodelistId, GroupId, OrganisationId, PlaceId};
use crate::words::criterion_words;

/// Why definitions cannot be compiled. `stead check` says the same with file and line; this is the last defence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// A group is defined by itself.
    #[error("group `{0}` refers to itself, directly or through others")]
    Circle(GroupId),
    /// Something refers to what is not there.
    #[error("no {kind} `{id}`")]
    Missing {
        /// What sort of thing.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// More distinct criteria than a table column can number.
    #[error("too many criteria: at most {} different ones", u16::MAX)]
    TooMany,
}

/// Definitions made ready for evaluation.
#[derive(Debug)]
pub struct Compiled {
    /// The distinct criteria.
    pub leaves: Vec<Leaf>,
    /// Groups, each after those it refers to.
    pub groups: Vec<CompiledGroup>,
    /// Places.
    pub places: Vec<CompiledPlace>,
    /// The lists that criteria and needs use; a bit of [`Compiled::lists_of`] each.
    pub lists: Vec<CodelistId>,
    /// Which leaves ask for which records, by position in [`Compiled::leaves`].
    pub asking: Asking,
    codes: CodeBits,
}

/// Which leaves ask for which records.
#[derive(Debug, Default)]
pub struct Asking {
    /// For homes.
    pub homes: Vec<usize>,
    /// For registrations.
    pub registrations: Vec<usize>,
    /// For marital statuses.
    pub marital: Vec<usize>,
    /// For contacts.
    pub contacts: Vec<usize>,
    /// For coded records, by position of the list in [`Compiled::lists`].
    pub coded: Vec<Vec<usize>>,
}

impl Asking {
    fn new(leaves: &[Leaf], lists: usize) -> Self {
        let mut asking = Self { coded: vec![Vec::new(); lists], ..Self::default() };
        for (at, leaf) in leaves.iter().enumerate() {
            match leaf.test {
                Test::Person => {}
                Test::Home(_) => asking.homes.push(at),
                Test::Registration(_) => asking.registrations.push(at),
                Test::Marital => asking.marital.push(at),
                Test::Contact => asking.contacts.push(at),
                Test::Coded(list) => asking.coded.get_mut(list).into_iter().for_each(|asking| asking.push(at)),
            }
        }
        asking
    }
}

/// The lists of a code as bits, by system, then code.
type CodeBits = FxHashMap<Arc<str>, FxHashMap<Arc<str>, Box<[u8]>>>;

/// A criterion ready to be asked.
#[derive(Debug)]
pub struct Leaf {
    /// The criterion; never [`Criterion::InGroup`].
    pub criterion: Criterion,
    /// It in words: that it holds, that it does not, and that it does not any more.
    pub words: [String; 3],
    /// What it asks, resolved.
    pub test: Test,
}

/// What a criterion asks, with its ids resolved to what records carry.
#[derive(Debug)]
pub enum Test {
    /// Of the person alone.
    Person,
    /// Of homes.
    Home(HomeTest),
    /// Of registrations: organisation keys, or any when `None`.
    Registration(Option<FxHashSet<Arc<str>>>),
    /// Of marital statuses.
    Marital,
    /// Of coded records: the position of the list in [`Compiled::lists`].
    Coded(usize),
    /// Of contacts.
    Contact,
}

/// The homes that lie in some areas.
#[derive(Debug, Default)]
pub struct HomeTest {
    small_areas: FxHashSet<Arc<str>>,
    towns: FxHashSet<String>,
    postcodes: Vec<String>,
    areas: Vec<Area>,
}

/// A group's tree.
#[derive(Debug)]
pub struct CompiledGroup {
    /// Its id.
    pub id: GroupId,
    /// Who belongs.
    pub tree: Tree,
}

/// An expression over leaves and earlier groups, by position.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Tree {
    /// Every part.
    All(Vec<Tree>),
    /// Some part.
    Any(Vec<Tree>),
    /// At least so many parts.
    AtLeast(u32, Vec<Tree>),
    /// Not the part.
    Not(Box<Tree>),
    /// A leaf.
    Leaf(usize),
    /// A group that stands earlier.
    Group(usize),
}

/// A place, by position of what it is made of.
#[derive(Debug)]
pub struct CompiledPlace {
    /// Its id.
    pub id: PlaceId,
    /// From founding to end.
    pub period: Period,
    /// Its versions with the days each is in force.
    pub versions: Vec<CompiledVersion>,
    /// The groups that any version serves, each once; `None`: everybody.
    pub served: Vec<Option<usize>>,
}

/// What a place is made of over a period.
#[derive(Debug)]
pub struct CompiledVersion {
    /// When.
    pub period: Period,
    /// The leaf that asks for its areas; `None`: anywhere.
    pub home: Option<usize>,
    /// The groups it serves; empty: everybody.
    pub serves: Vec<usize>,
}

impl Compiled {
    /// Compiles definitions.
    ///
    /// # Errors
    /// When groups form a circle or something mentioned does not exist.
    pub fn new(definitions: &Definitions) -> Result<Self, CompileError> {
        let lists = used_lists(definitions);
        let codes = code_bits(definitions, &lists);
        let mut builder =
            Builder { definitions, lists: &lists, leaves: Vec::new(), groups: Vec::new(), open: Vec::new() };
        for group in &definitions.groups {
            builder.group(&group.id)?;
        }
        let places = definitions.places.iter().map(|place| builder.place(place)).collect::<Result<Vec<_>, _>>()?;
        let Builder { leaves, groups, .. } = builder;
        let asking = Asking::new(&leaves, lists.len());
        Ok(Self { leaves, groups, places, lists, asking, codes })
    }

    /// The lists that a code is on, as bits: list `n` is bit `n % 8` of byte `n / 8`. `None` when it is on none.
    pub fn lists_of(&self, system: &str, code: &str) -> Option<&[u8]> {
        self.codes.get(system)?.get(code).map(AsRef::as_ref)
    }

    /// How many bytes [`Compiled::lists_of`] gives.
    pub fn list_bytes(&self) -> usize {
        self.lists.len().div_ceil(8)
    }

    /// The position of a list among [`Compiled::lists`].
    pub fn list(&self, id: &CodelistId) -> Option<usize> {
        self.lists.binary_search(id).ok()
    }

    /// The position of a group among [`Compiled::groups`].
    pub fn group(&self, id: &GroupId) -> Option<usize> {
        self.groups.iter().position(|group| group.id == *id)
    }
}

impl HomeTest {
    /// The homes in any of `areas`.
    pub fn new<'a>(areas: impl IntoIterator<Item = &'a Area>) -> Self {
        let mut test = Self::default();
        for area in areas {
            for code in &area.codes {
                match code {
                    AreaCode::SmallArea(code) => {
                        test.small_areas.insert(Arc::clone(code));
                    }
                    AreaCode::Town(town) => {
                        test.towns.insert(town.to_lowercase());
                    }
                    AreaCode::Postcode(code) => test.postcodes.push(plain_postcode(code)),
                }
            }
            if !area.rings.is_empty() {
                test.areas.push(area.clone());
            }
        }
        test
    }

    /// Whether a home lies in one of the areas.
    pub fn accepts(&self, home: &crate::history::Residence<'_>) -> bool {
        home.small_area.is_some_and(|code| self.small_areas.contains(code))
            || (!self.towns.is_empty() && home.town.is_some_and(|town| self.towns.contains(&town.to_lowercase())))
            || (!self.postcodes.is_empty()
                && home
                    .postcode
                    .map(plain_postcode)
                    .is_some_and(|code| self.postcodes.iter().any(|start| code.starts_with(start))))
            || home.point.is_some_and(|(x, y)| self.areas.iter().any(|area| area.surrounds(x, y)))
    }
}

fn plain_postcode(postcode: &str) -> String {
    postcode.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// The lists that any criterion or need mentions, sorted.
fn used_lists(definitions: &Definitions) -> Vec<CodelistId> {
    fn of_expression(expression: &Expression, lists: &mut Vec<CodelistId>) {
        match expression {
            Expression::All(parts) | Expression::Any(parts) | Expression::AtLeast(_, parts) => {
                parts.iter().for_each(|part| of_expression(part, lists));
            }
            Expression::Not(part) => of_expression(part, lists),
            Expression::Is(Criterion::Code { list, .. }) => lists.push(list.clone()),
            Expression::Is(_) => {}
        }
    }
    let mut lists: Vec<_> = definitions.needs.iter().flat_map(|need| need.met_by.codes.iter().cloned()).collect();
    definitions.groups.iter().for_each(|group| of_expression(&group.members, &mut lists));
    lists.sort();
    lists.dedup();
    lists
}

fn code_bits(definitions: &Definitions, lists: &[CodelistId]) -> CodeBits {
    let mut codes = CodeBits::default();
    for list in &definitions.codelists {
        let Ok(at) = lists.binary_search(&list.id) else { continue };
        for (code, _) in &list.codes {
            let of_system = codes.entry(Arc::from(code.system.name())).or_default();
            let bits =
                of_system.entry(Arc::clone(&code.code)).or_insert_with(|| vec![0; lists.len().div_ceil(8)].into());
            if let Some(byte) = bits.get_mut(at / 8) {
                *byte |= 1 << (at % 8);
            }
        }
    }
    codes
}

struct Builder<'a> {
    definitions: &'a Definitions,
    lists: &'a [CodelistId],
    leaves: Vec<Leaf>,
    groups: Vec<CompiledGroup>,
    /// Groups being built, to notice circles.
    open: Vec<GroupId>,
}

impl Builder<'_> {
    fn group(&mut self, id: &GroupId) -> Result<usize, CompileError> {
        if let Some(at) = self.groups.iter().position(|group| group.id == *id) {
            return Ok(at);
        }
        if self.open.contains(id) {
            return Err(CompileError::Circle(id.clone()));
        }
        let found = self.definitions.groups.iter().find(|group| group.id == *id);
        let group = found.ok_or_else(|| missing("group", id.as_str()))?;
        self.open.push(id.clone());
        let tree = self.tree(&group.members)?;
        self.open.pop();
        self.groups.push(CompiledGroup { id: id.clone(), tree });
        Ok(self.groups.len() - 1)
    }

    fn tree(&mut self, expression: &Expression) -> Result<Tree, CompileError> {
        let mut all = |parts: &[Expression]| parts.iter().map(|part| self.tree(part)).collect::<Result<Vec<_>, _>>();
        Ok(match expression {
            Expression::All(parts) => Tree::All(all(parts)?),
            Expression::Any(parts) => Tree::Any(all(parts)?),
            Expression::AtLeast(count, parts) => Tree::AtLeast(*count, all(parts)?),
            Expression::Not(part) => Tree::Not(Box::new(self.tree(part)?)),
            Expression::Is(Criterion::InGroup { group }) => Tree::Group(self.group(group)?),
            Expression::Is(criterion) => Tree::Leaf(self.leaf(criterion)?),
        })
    }

    fn leaf(&mut self, criterion: &Criterion) -> Result<usize, CompileError> {
        if let Some(at) = self.leaves.iter().position(|leaf| leaf.criterion == *criterion) {
            return Ok(at);
        }
        if self.leaves.len() >= usize::from(u16::MAX) {
            return Err(CompileError::TooMany);
        }
        let test = match criterion {
            Criterion::Age { .. } | Criterion::Sex { .. } | Criterion::Died { .. } | Criterion::InGroup { .. } => {
                Test::Person
            }
            Criterion::LivesIn { areas } => Test::Home(self.homes(areas)?),
            Criterion::RegisteredWith { organisations } if organisations.is_empty() => Test::Registration(None),
            Criterion::RegisteredWith { organisations } => {
                Test::Registration(Some(self.organisation_keys(organisations)?))
            }
            Criterion::Marital { .. } => Test::Marital,
            Criterion::Code { list, .. } => {
                Test::Coded(self.lists.binary_search(list).map_err(|_| missing("codelist", list.as_str()))?)
            }
            Criterion::Contact { .. } => Test::Contact,
        };
        let words = criterion_words(criterion, self.definitions);
        let words = [words.clone(), format!("not: {words}"), format!("not any more: {words}")];
        self.leaves.push(Leaf { criterion: criterion.clone(), words, test });
        Ok(self.leaves.len() - 1)
    }

    fn homes(&self, ids: &[AreaId]) -> Result<HomeTest, CompileError> {
        let found = ids.iter().map(|id| {
            let area = self.definitions.areas.iter().find(|area| area.id == *id);
            area.ok_or_else(|| missing("area", id.as_str()))
        });
        Ok(HomeTest::new(found.collect::<Result<Vec<_>, _>>()?))
    }

    /// What records call the organisations and all that are part of them.
    fn organisation_keys(&self, ids: &[OrganisationId]) -> Result<FxHashSet<Arc<str>>, CompileError> {
        let known: BTreeMap<_, _> = self.definitions.organisations.iter().map(|body| (&body.id, body)).collect();
        if let Some(id) = ids.iter().find(|id| !known.contains_key(id)) {
            return Err(missing("organisation", id.as_str()));
        }
        let belongs = |mut body| {
            // A chain longer than there are organisations would be a circle.
            for _ in 0..=known.len() {
                if ids.contains(body) {
                    return true;
                }
                match known.get(body).and_then(|found| found.part_of.as_ref()) {
                    Some(whole) => body = whole,
                    None => return false,
                }
            }
            false
        };
        let inside = known.values().filter(|body| belongs(&body.id));
        Ok(inside.flat_map(|body| body.codes.iter().cloned().chain([Arc::from(body.id.as_str())])).collect())
    }

    fn place(&mut self, place: &crate::place::Place) -> Result<CompiledPlace, CompileError> {
        let mut versions = Vec::new();
        for (version, period) in place.versions_in_force() {
            let home = (!version.areas.is_empty()).then(|| Criterion::LivesIn { areas: version.areas.clone() });
            let home = home.map(|criterion| self.leaf(&criterion)).transpose()?;
            let serves = version.serves.iter().map(|id| self.group(id)).collect::<Result<Vec<_>, _>>()?;
            versions.push(CompiledVersion { period, home, serves });
        }
        let served = served(&versions);
        Ok(CompiledPlace { id: place.id.clone(), period: place.period, versions, served })
    }
}

/// The groups that versions serve, in order, each once.
fn served(versions: &[CompiledVersion]) -> Vec<Option<usize>> {
    let mut served = Vec::new();
    for version in versions {
        let groups = version.serves.iter().copied().map(Some);
        let everybody = version.serves.is_empty().then_some(None);
        for group in groups.chain(everybody) {
            if !served.contains(&group) {
                served.push(group);
            }
        }
    }
    served
}

fn missing(kind: &'static str, id: &str) -> CompileError {
    CompileError::Missing { kind, id: id.to_owned() }
}
