//! The TOML files of a place folder: a place, a group, a need, an agreement.
//!
//! These descriptions are all that the reader, the "did you mean" and the JSON Schemas know of the files.

mod agreement;
mod attribution;
mod evidence;

use stead_rules::{MaritalStatus, Sex};

use crate::shape::Rule::{NotBoth, OneOf, SomeOf};
use crate::shape::Shape::{Day, Either, Id, List, ListOrLeftOut, ListOrNone, Number, Text, Whole, Word, Yes};
use crate::shape::{Key, Shape, Table};
use crate::thing::Thing;

pub(crate) use agreement::{AGREEMENT, AMOUNT_MAX};

/// The most months that a window may have: a century.
const MONTHS_MAX: i64 = 1200;
/// The most years that an age may have.
const YEARS_MAX: i64 = 150;

const fn must(name: &'static str, shape: Shape, example: &'static str, doc: &'static str) -> Key {
    Key { name, shape, required: true, doc, example, also: &[] }
}

const fn may(name: &'static str, shape: Shape, example: &'static str, doc: &'static str) -> Key {
    Key { name, shape, required: false, doc, example, also: &[] }
}

impl Key {
    const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }
}

const NAME: Key = must("name", Text, "\"Retinal screening\"", "The name, as people say it.").also(&["title", "label"]);

/// `place.toml` and `places/*.toml`.
pub(crate) static PLACE: Table = Table {
    name: "place",
    doc: "A place: several geographies, groups of people, organisations and professions at once, over a period.",
    keys: &[
        NAME,
        must("from", Day, "2026-04-01", "The first day of the place.").also(&["start", "begins", "since"]),
        may("to", Day, "2031-04-01", "The first day after the place has ended; left out: it has no end.")
            .also(&["end", "ends", "until"]),
        may(
            "founding",
            Id(Thing::Agreement),
            "\"alliance\"",
            "The agreement whose signatures make it a place: the name of a file in agreements/.",
        )
        .also(&["founding_agreement", "agreement"]),
        Key { shape: ListOrLeftOut(&Id(Thing::Area), "if its citizens may live anywhere"), ..AREAS },
        Key { shape: ListOrLeftOut(&Id(Thing::Group), "if the place serves everybody who lives there"), ..SERVES },
        ORGANISATIONS,
        PROFESSIONS,
        COORDINATORS,
        may(
            "version",
            List(&Shape::Table(|| &VERSION)),
            "[{ from = 2027-04-01, areas = [\"harbour\"] }]",
            "What the place is made of from a later day on, oldest first.",
        )
        .also(&["versions"]),
    ],
    rules: &[],
};

const AREAS: Key = may(
    "areas",
    ListOrNone(&Id(Thing::Area)),
    "[\"harbour\", \"hinterland\"]",
    "Where its citizens live: ids from areas.csv; left out: anywhere.",
)
.also(&["area"]);
const SERVES: Key = may(
    "serves",
    ListOrNone(&Id(Thing::Group)),
    "[\"adults-with-type-1-diabetes\"]",
    "Whom it serves: groups; left out: everybody who lives there.",
)
.also(&["groups", "group"]);
const ORGANISATIONS: Key = may(
    "organisations",
    ListOrNone(&Id(Thing::Organisation)),
    "[\"harbour-trust\"]",
    "The organisations that are part of it.",
)
.also(&["organizations", "organisation", "parties"]);
const PROFESSIONS: Key = may(
    "professions",
    ListOrNone(&Id(Thing::Profession)),
    "[\"gp\", \"practice-nurse\"]",
    "The professions that are part of it.",
)
.also(&["profession"]);
const COORDINATORS: Key = may(
    "coordinators",
    ListOrNone(&Id(Thing::Profession)),
    "[\"diabetes-specialist-nurse\", \"gp\"]",
    "Who coordinates a citizen's care, best first: the first of these professions that is in the citizen's circle.",
)
.also(&["coordinator"]);

static VERSION: Table = Table {
    name: "version",
    doc: "What the place is made of from a day on; keys left out stay as they were in the version before, and are emptied by `[]`.",
    keys: &[
        must("from", Day, "2027-04-01", "The first day of this version."),
        AREAS,
        SERVES,
        ORGANISATIONS,
        PROFESSIONS,
        COORDINATORS,
    ],
    rules: &[],
};

/// `groups/*.toml`.
pub(crate) static GROUP: Table = Table {
    name: "group",
    doc: "A group of people, by criteria: exactly one of `all`, `any`, `not` or `at_least_of`.",
    keys: &[
        NAME,
        may("source", Text, "\"National Diabetes Audit\"", "Where the definition comes from.").also(&["reference"]),
        ALL,
        ANY,
        NOT,
        AT_LEAST_OF,
    ],
    rules: &[OneOf(&["all", "any", "not", "at_least_of"])],
};

const ALL: Key =
    may("all", List(&A_PART), "[{ age = { from_years = 18 } }]", "Days on which every one of these parts holds.")
        .also(&["and", "every"]);
const ANY: Key = may(
    "any",
    List(&A_PART),
    "[{ code = { list = \"asthma\" } }, { code = { list = \"copd\" } }]",
    "Days on which at least one of these parts holds.",
)
.also(&["or", "some"]);
const NOT: Key = may("not", Shape::Table(|| &PART), "{ died = {} }", "Days on which this part does not hold.")
    .also(&["none", "except", "unless"]);
const AT_LEAST_OF: Key = may(
    "at_least_of",
    Shape::Table(|| &AT_LEAST),
    "{ count = 2, parts = [{ code = { list = \"asthma\" } }, { code = { list = \"diabetes\" } }] }",
    "Days on which at least so many of these parts hold at once.",
)
.also(&["at_least", "at-least"]);

static AT_LEAST: Table = Table {
    name: "at_least_of",
    doc: "At least so many of several parts at once, such as two long-term conditions.",
    keys: &[
        must("count", Whole(1, 1000), "2", "How many of the parts must hold at once.").also(&["at_least", "number"]),
        must("parts", List(&A_PART), "[{ code = { list = \"asthma\" } }]", "The parts.").also(&["of"]),
    ],
    rules: &[],
};

static A_PART: Shape = Shape::Table(|| &PART);

static PART: Table = Table {
    name: "part",
    doc: "One part of a group's definition: a table with exactly one key, a criterion or again `all`, `any`, `not` or `at_least_of`.",
    keys: &[
        may("lives_in", Shape::Table(|| &LIVES_IN), "{ area = \"harbour\" }", "Lives in an area.")
            .also(&["area", "areas", "resident"]),
        may(
            "registered_with",
            Shape::Table(|| &REGISTERED_WITH),
            "{ organisation = \"harbour-surgery\" }",
            "Is registered with an organisation (or one that is part of it); `{}`: with any.",
        )
        .also(&["registered", "organisation"]),
        may("age", Shape::Table(|| &AGE), "{ from_years = 18 }", "Is of an age."),
        may("sex", Shape::Table(|| &SEX), "{ any_of = [\"female\"] }", "Is of one of these sexes.").also(&["gender"]),
        may(
            "marital_status",
            Shape::Table(|| &MARITAL_STATUS),
            "{ any_of = [\"divorced\"], changed_in_last_months = 12 }",
            "Has one of these marital statuses.",
        )
        .also(&["marital", "married"]),
        may("code", Shape::Table(|| &CODE), "{ list = \"type-1-diabetes\" }", "Has a record with a code of a list.")
            .also(&["codes", "codelist", "condition", "list"]),
        may(
            "contact",
            Shape::Table(|| &CONTACT),
            "{ services = [\"podiatry\"], when = { last_months = 12 } }",
            "Has had contact with a kind of service or a profession.",
        )
        .also(&["service", "contacts", "encounter"]),
        may("died", Shape::Table(|| &DIED), "{ in_last_months = 12 }", "Has died.").also(&["dead", "deceased"]),
        may("in_group", Shape::Table(|| &IN_GROUP), "{ group = \"adults\" }", "Is in another group.").also(&["group"]),
        ALL,
        ANY,
        NOT,
        AT_LEAST_OF,
    ],
    rules: &[OneOf(&[
        "lives_in",
        "registered_with",
        "age",
        "sex",
        "marital_status",
        "code",
        "contact",
        "died",
        "in_group",
        "all",
        "any",
        "not",
        "at_least_of",
    ])],
};

static LIVES_IN: Table = Table {
    name: "lives_in",
    doc: "Lives in any of the areas: from moving in until moving out.",
    keys: &[
        may("areas", List(&Id(Thing::Area)), "[\"harbour\"]", "Ids from areas.csv."),
        may("area", Id(Thing::Area), "\"harbour\"", "An id from areas.csv."),
    ],
    rules: &[OneOf(&["areas", "area"])],
};

static REGISTERED_WITH: Table = Table {
    name: "registered_with",
    doc: "Registered with any of the organisations, or with a part of one; with none named, with any organisation at all.",
    keys: &[
        may("organisations", List(&Id(Thing::Organisation)), "[\"gp-federation\"]", "Ids from organisations.csv."),
        may("organisation", Id(Thing::Organisation), "\"gp-federation\"", "An id from organisations.csv."),
    ],
    rules: &[NotBoth(&["organisations", "organisation"])],
};

static AGE: Table = Table {
    name: "age",
    doc: "Aged at least `from_years` and less than `to_years`: from the one birthday until the other.",
    keys: &[
        may("from_years", Whole(0, YEARS_MAX), "18", "The youngest age.").also(&["from", "min", "over", "at_least"]),
        may("to_years", Whole(0, YEARS_MAX), "65", "The first age that is too old.")
            .also(&["to", "max", "under", "below"]),
    ],
    rules: &[SomeOf(&["from_years", "to_years"])],
};

static SEX: Table = Table {
    name: "sex",
    doc: "Of any of these sexes (FHIR's administrative gender).",
    keys: &[must("any_of", List(&Word(sexes)), "[\"female\"]", "The sexes.").also(&["is", "sex"])],
    rules: &[],
};

static MARITAL_STATUS: Table = Table {
    name: "marital_status",
    doc: "Has any of these marital statuses: from the day it began until it changes.",
    keys: &[
        must("any_of", List(&Word(marital_statuses)), "[\"divorced\", \"separated\"]", "The statuses.")
            .also(&["is", "status"]),
        may("changed_in_last_months", Whole(1, MONTHS_MAX), "12", "Only for so many months after it began.")
            .also(&["changed_in_months"]),
    ],
    rules: &[],
};

static CODE: Table = Table {
    name: "code",
    doc: "Has a record with a code of a list.",
    keys: &[
        must("list", Id(Thing::Codelist), "\"type-1-diabetes\"", "The codelist: the name of a file in codelists/.")
            .also(&["codelist", "lists", "codes"]),
        may(
            "when",
            Either(&Word(anchors), &Shape::Table(|| &LAST_MONTHS)),
            "\"ever\"",
            "From the record's day: for ever (`ever`, the default); until it ended (`active`); until the next record (`latest`); for so many months.",
        ),
        may("at_least", Whole(1, 10_000), "2", "At least so many such records (not with `latest`).")
            .also(&["times", "count"]),
        may(
            "value",
            Shape::Table(|| &VALUE),
            "{ above = 58, unit = \"mmol/mol\" }",
            "Only records whose value compares so.",
        ),
    ],
    rules: &[],
};

static LAST_MONTHS: Table = Table {
    name: "last_months",
    doc: "A window that moves with the day asked about.",
    keys: &[must("last_months", Whole(1, MONTHS_MAX), "12", "In the last so many months.")
        .also(&["months", "in_last_months"])],
    rules: &[],
};

static VALUE: Table = Table {
    name: "value",
    doc: "A record's number compared with a number, in a unit.",
    keys: &[
        may("above", Number, "58", "Greater than this.").also(&["over", "greater_than", "more_than"]),
        may("at_least", Number, "58", "This or greater.").also(&["min", "from"]),
        may("below", Number, "7.5", "Less than this.").also(&["under", "less_than"]),
        may("at_most", Number, "7.5", "This or less.").also(&["max", "to"]),
        must("unit", Text, "\"mmol/mol\"", "The unit of the number (UCUM).").also(&["units"]),
    ],
    rules: &[SomeOf(&["above", "at_least", "below", "at_most"])],
};

static CONTACT: Table = Table {
    name: "contact",
    doc: "Has had contact with one of the kinds of service, by one of the professions: from the contact's day.",
    keys: &[
        may("services", List(&Id(Thing::Kind)), "[\"podiatry\"]", "Kinds of service; left out: any.")
            .also(&["service", "kind", "kinds"]),
        may("professions", List(&Id(Thing::Profession)), "[\"podiatrist\"]", "Professions; left out: any.")
            .also(&["profession"]),
        may(
            "when",
            Either(&Word(contact_anchors), &Shape::Table(|| &LAST_MONTHS)),
            "{ last_months = 12 }",
            "For ever after (`ever`, the default), or for so many months.",
        ),
        may("at_least", Whole(1, 10_000), "2", "At least so many contacts.").also(&["times", "count"]),
    ],
    rules: &[SomeOf(&["services", "professions"])],
};

static DIED: Table = Table {
    name: "died",
    doc: "Has died: from the day of death.",
    keys: &[may("in_last_months", Whole(1, MONTHS_MAX), "12", "Only for so many months after death.")
        .also(&["last_months"])],
    rules: &[],
};

static IN_GROUP: Table = Table {
    name: "in_group",
    doc: "Is in another group, while in it.",
    keys: &[must("group", Id(Thing::Group), "\"adults\"", "The other group: the name of a file in groups/.")],
    rules: &[],
};

/// `needs/*.toml`.
pub(crate) static NEED: Table = Table {
    name: "need",
    doc: "A need: this group needs this kind of service, this often, this near, from any of these professions.",
    keys: &[
        NAME,
        must("group", Id(Thing::Group), "\"people-with-diabetes\"", "Whose need it is: the name of a file in groups/.")
            .also(&["groups", "for", "who"]),
        may("every_months", Whole(1, MONTHS_MAX), "12", "It arises again so many months after it was last met.")
            .also(&["every", "months", "interval", "interval_months", "frequency", "frequency_months"]),
        may("once", Yes, "true", "It arises once."),
        may(
            "first_within_days",
            Whole(0, 36_500),
            "90",
            "How long after joining the group it is first due; 90 when left out.",
        ),
        may(
            "due_notice_days",
            Whole(0, 36_500),
            "56",
            "How long before it is due again it counts as due; 56 when left out.",
        )
        .also(&["notice_days"]),
        may("travel_minutes_max", Whole(1, 1440), "30", "The longest journey, in minutes.").also(&[
            "travel_minutes",
            "travel_max_minutes",
            "minutes_max",
        ]),
        must(
            "met_by",
            Shape::Table(|| &MET_BY),
            "{ services = [\"retinal-screening\"] }",
            "What meets it, and who may.",
        )
        .also(&["met", "services"]),
        must("source", Text, "\"NICE NG17, 1.16\"", "Where the need comes from: a guideline and its section.").also(&[
            "reference",
            "guideline",
            "evidence",
        ]),
        may(
            "why",
            Text,
            "\"Damage at the back of the eye can be treated when it is found early.\"",
            "The reason in words for the citizen.",
        )
        .also(&["reason", "because"]),
        may(
            "not_for",
            List(&Shape::Table(|| &NOT_FOR)),
            "[{ group = \"people-without-eyesight\", because = \"no sight left to save in either eye\" }]",
            "Who does not have the need although in the group.",
        )
        .also(&["except", "exclude", "excludes"]),
    ],
    rules: &[OneOf(&["every_months", "once"])],
};

static MET_BY: Table = Table {
    name: "met_by",
    doc: "What meets a need. With `codes`, a record with such a code, whoever made it; without, a contact with one of `services`, by one of `professions` if any are named.",
    keys: &[
        must(
            "services",
            List(&Id(Thing::Kind)),
            "[\"retinal-screening\"]",
            "Kinds of service that can be asked to meet it.",
        )
        .also(&["service", "kind", "kinds"]),
        may(
            "professions",
            List(&Id(Thing::Profession)),
            "[\"retinal-screener\"]",
            "Professions that can; left out: any in the service.",
        )
        .also(&["profession"]),
        may(
            "codes",
            Either(&Id(Thing::Codelist), &List(&Id(Thing::Codelist))),
            "[\"retinal-screening\"]",
            "Codelists that show it was met: names of files in codelists/.",
        )
        .also(&["code", "list", "codelist", "codelists"]),
    ],
    rules: &[],
};

static NOT_FOR: Table = Table {
    name: "not_for",
    doc: "An exception: members of this group do not have the need.",
    keys: &[
        must("group", Id(Thing::Group), "\"people-without-eyesight\"", "The name of a file in groups/."),
        must("because", Text, "\"no sight left to save in either eye\"", "The reason, as a clinician would say it.")
            .also(&["reason", "why"]),
    ],
    rules: &[],
};

fn sexes() -> Vec<&'static str> {
    Sex::WORDS.iter().map(|(word, _)| *word).collect()
}

fn marital_statuses() -> Vec<&'static str> {
    MaritalStatus::WORDS.iter().map(|(word, _)| *word).collect()
}

fn anchors() -> Vec<&'static str> {
    vec!["ever", "active", "latest"]
}

fn contact_anchors() -> Vec<&'static str> {
    vec!["ever"]
}
