//! `agreements/*.toml`: the parties, and what each kind of clause may say.

use stead_rules::Purpose;
use stead_rules::agreement::{Attribution, BundleSpan, HandOverMode, Per, Split, Within};

use super::attribution::{CATCHMENT, PRIMARY_CARE};
use super::evidence::{BROUGHT, EVIDENCE, SHARED_SAVINGS, STATED};
use super::{may, must};
use crate::shape::Rule::{NotBoth, OneOf, SomeOf};
use crate::shape::Shape::{
    ByKey, ClauseKey, ClauseOf, ClauseRef, Day, Either, Exact, Id, List, ListOrNone, Text, Whole, Word, Yes,
};
use crate::shape::{Key, Shape, Table};
use crate::thing::Thing;

/// The largest sum that every reader of JSON keeps exactly: 2⁵³ − 1.
pub(crate) const AMOUNT_MAX: i64 = 9_007_199_254_740_991;
/// The longest notice or service level, in days: ten years.
const DAYS_MAX: i64 = 3653;

const ORGANISATION: Shape = Id(Thing::Organisation);
const PERCENT: Shape = Exact(0, 100);
pub(super) const AMOUNT: Shape = Whole(0, AMOUNT_MAX);

/// `agreements/*.toml`.
pub(crate) static AGREEMENT: Table = Table {
    name: "agreement",
    doc: "An agreement: a contract of several organisations, made of clauses. It binds when every party has signed this very text.",
    keys: &[
        must("title", Text, "\"Harbour diabetes alliance\"", "Its title.").also(&["name", "label"]),
        must("from", Day, "2026-04-01", "The first day it is meant to be in force.").also(&["start", "begins", "since"]),
        may("to", Day, "2029-04-01", "The first day after; left out: it has no end.").also(&["end", "ends", "until"]),
        must("notice_days", Whole(0, DAYS_MAX), "180", "How long before leaving a party has to say so, in days.")
            .also(&["notice"]),
        may("law", Text, "\"England and Wales\"", "The law it is under.").also(&["jurisdiction", "governing_law"]),
        may("currency", Text, "\"GBP\"", "The currency of its amounts (ISO 4217); GBP when left out."),
        may(
            "precedence",
            List(&Id(Thing::Agreement)),
            "[\"alliance\", \"data-sharing\"]",
            "Which agreement prevails where two contradict each other: first the one that prevails.",
        ),
        may(
            "subject_to",
            List(&Text),
            "[\"NHS Standard Contract, General Conditions\"]",
            "Other documents that prevail over it, by name.",
        ),
        may(
            "places",
            List(&Id(Thing::Place)),
            "[\"harbour\"]",
            "The places whose citizens it is about; left out: any citizen.",
        )
        .also(&["place"]),
        must(
            "parties",
            List(&Either(&ORGANISATION, &Shape::Table(|| &PARTY))),
            "[\"harbour-trust\", { organisation = \"gp-federation\", signatories = [\"chair\"] }]",
            "Who makes it; each signs. An organisation's parts are bound by its signature.",
        )
        .also(&["party"]),
        may("amends", List(&Shape::Table(|| &AMENDS)), "[{ agreement = \"alliance\", clauses = [\"4.2\"] }]",
            "What it replaces of other agreements, from when it is in force.")
        .also(&["amendments", "replaces"]),
        may(
            "evidence",
            List(&Shape::Table(|| &EVIDENCE)),
            "[{ id = \"settlement\", row = [\"ACO_ID\"], organisation_column = \"ACO_ID\", year_column = \"PY\" }]",
            "The tables that clauses are settled on, where a party brings them.",
        ),
        must("clause", List(&ByKey("kind", clauses)),
            "[{ id = \"1\", kind = \"duty\", text = \"The trust reports waits.\", owner = \"harbour-trust\", due = 2026-07-01 }]",
            "Its promises.")
        .also(&["clauses"]),
    ],
    rules: &[],
};

static PARTY: Table = Table {
    name: "party",
    doc: "An organisation that makes the agreement, and who may sign for it.",
    keys: &[
        must("organisation", ORGANISATION, "\"gp-federation\"", "Which.").also(&["id", "organization"]),
        may(
            "signatories",
            List(&Text),
            "[\"chair\", \"chief-executive\"]",
            "The roles of those who may sign for it; left out: whoever has its key.",
        )
        .also(&["signatory", "signs", "roles"]),
    ],
    rules: &[],
};

static AMENDS: Table = Table {
    name: "amends",
    doc: "What the agreement replaces of another. Every party of the other has to be a party of this one.",
    keys: &[
        must("agreement", Id(Thing::Agreement), "\"alliance\"", "Which agreement."),
        may("clauses", List(&ClauseOf("agreement")), "[\"4.2\"]", "Which of its clauses; left out: all of it.")
            .also(&["clause"]),
    ],
    rules: &[],
};

/// The kinds of clause, each with its table.
static CLAUSES: [(&str, &Table); 7] = [
    ("share", &SHARE),
    ("deliver", &DELIVER),
    ("hand-over", &HAND_OVER),
    ("lead", &LEAD),
    ("pay", &PAY),
    ("pool", &POOL),
    ("duty", &DUTY),
];

fn clauses() -> &'static [(&'static str, &'static Table)] {
    &CLAUSES
}

fn share_word() -> Vec<&'static str> {
    vec!["share"]
}
fn deliver_word() -> Vec<&'static str> {
    vec!["deliver"]
}
fn hand_over_word() -> Vec<&'static str> {
    vec!["hand-over"]
}
fn lead_word() -> Vec<&'static str> {
    vec!["lead"]
}
fn pay_word() -> Vec<&'static str> {
    vec!["pay"]
}
fn pool_word() -> Vec<&'static str> {
    vec!["pool"]
}
fn duty_word() -> Vec<&'static str> {
    vec!["duty"]
}

const CLAUSE: Key =
    must("id", ClauseKey, "\"4.2\"", "Its number, by which everything cites it.").also(&["number", "clause"]);
const TEXT: Key = must(
    "text",
    Text,
    "\"Optometrists see the retinal results of those they look after.\"",
    "What it says, in the words that were agreed.",
)
.also(&["words", "says"]);
const STARTS: Key = may("starts", Day, "2026-07-01", "Its first day, where that is later than the agreement's.");
const ENDS: Key = may("ends", Day, "2028-04-01", "The first day after it, where that is before the agreement's.");

const fn kind(word: fn() -> Vec<&'static str>, example: &'static str) -> Key {
    must("kind", Word(word), example, "What sort of promise it is.")
}

const NEEDS: Key =
    may("needs", List(&Id(Thing::Need)), "[\"foot-check\"]", "Which needs: names of files in needs/.").also(&["need"]);
const SERVICES: Key =
    may("services", List(&Id(Thing::Kind)), "[\"podiatry\"]", "Which kinds of service.").also(&["service"]);
const GROUP: Key =
    may("group", Id(Thing::Group), "\"people-with-diabetes\"", "Of or for whom: the name of a file in groups/.")
        .also(&["for"]);

static SHARE: Table = Table {
    name: "share",
    doc: "Records of `from` are opened to `to`. An organisation means its parts, too.",
    keys: &[
        CLAUSE,
        kind(share_word, "\"share\""),
        TEXT,
        STARTS,
        ENDS,
        must("from", Either(&ORGANISATION, &List(&ORGANISATION)), "\"harbour-trust\"", "Who holds the records."),
        must("to", Either(&ORGANISATION, &List(&ORGANISATION)), "[\"high-street-optometrists\"]", "Who may see them."),
        may(
            "categories",
            List(&Id(Thing::Category)),
            "[\"retinal-result\"]",
            "Which; left out: all that are not sensitive. A sensitive one is open only when it is named.",
        )
        .also(&["category"]),
        must(
            "purposes",
            List(&Word(purposes)),
            "[\"TREAT\"]",
            "What for (HL7 v3 PurposeOfUse); those under them, too.",
        )
        .also(&["purpose"]),
        GROUP,
        may("what_for", Text, "\"so that nobody is screened twice\"", "What they are needed for, in words."),
        must(
            "within",
            Word(withins),
            "\"circle\"",
            "How close to the citizen one has to be: `circle` (acting for her on the day) or `agreement` (a party).",
        ),
        may(
            "professions",
            List(&Id(Thing::Profession)),
            "[\"optometrist\"]",
            "Which professions may look; left out: any.",
        ),
        may("asks", Yes, "true", "The citizen must have permitted it.").also(&["asks_citizen", "permission"]),
    ],
    rules: &[],
};

static DELIVER: Table = Table {
    name: "deliver",
    doc: "A service that is owed: each of `from` to its own citizens.",
    keys: &[
        CLAUSE,
        kind(deliver_word, "\"deliver\""),
        TEXT,
        STARTS,
        ENDS,
        must("from", Either(&ORGANISATION, &List(&ORGANISATION)), "\"coast-community-trust\"", "Who owes it.")
            .also(&["by"]),
        may(
            "to",
            Either(&ORGANISATION, &List(&ORGANISATION)),
            "[\"gp-federation\"]",
            "To which organisations; left out: to all parties.",
        ),
        NEEDS,
        SERVICES,
        GROUP,
        may("level", Shape::Table(|| &LEVEL), "{ within_days = 28, percent = 95 }", "How soon, for how many.")
            .also(&["service_level"]),
    ],
    rules: &[SomeOf(&["needs", "services"])],
};

static LEVEL: Table = Table {
    name: "level",
    doc: "A service level: so many of a hundred within so many days of being due.",
    keys: &[
        must("within_days", Whole(0, DAYS_MAX), "28", "Within so many days.").also(&["days"]),
        must("percent", PERCENT, "95", "For so many of a hundred."),
    ],
    rules: &[],
};

static HAND_OVER: Table = Table {
    name: "hand-over",
    doc: "A task that one organisation had, and that others get: with competence, liability, payment and protection.",
    keys: &[
        CLAUSE,
        kind(hand_over_word, "\"hand-over\""),
        TEXT,
        STARTS,
        ENDS,
        NEEDS,
        SERVICES,
        must("from", ORGANISATION, "\"harbour-trust\"", "Who had it."),
        must("to", Either(&ORGANISATION, &List(&ORGANISATION)), "[\"high-street-optometrists\"]", "Who gets it."),
        must("mode", Word(modes), "\"shared\"", "`moves`: only they do it from now on; `shared`: both do."),
        may("professions", List(&Id(Thing::Profession)), "[\"optometrist\"]", "The professions that may do it."),
        may("competence", Text, "\"accredited retinal grader\"", "What they must have learnt."),
        must("liability", ORGANISATION, "\"high-street-optometrists\"", "Who answers for it when it goes wrong."),
        may(
            "paid_by",
            List(&ClauseRef),
            "[\"6.2\"]",
            "The clauses by which it is paid: `6.2`, or `other-agreement 6.2`.",
        ),
        may(
            "protection",
            Shape::Table(|| &PROTECTION),
            "{ stop_loss_percent = 2.5, years = 3, taper_percent = [100, 60, 30] }",
            "What the organisation that loses it is spared.",
        ),
    ],
    rules: &[SomeOf(&["needs", "services"])],
};

static PROTECTION: Table = Table {
    name: "protection",
    doc: "Transition protection: the loss of the organisation that hands over is limited for a time.",
    keys: &[
        must("stop_loss_percent", PERCENT, "2.5", "It loses no more than so many of a hundred."),
        must("years", Whole(1, 25), "3", "For so many years."),
        may(
            "taper_percent",
            List(&PERCENT),
            "[100, 60, 30]",
            "How much of the protection stays in each of these years.",
        ),
    ],
    rules: &[],
};

static LEAD: Table = Table {
    name: "lead",
    doc: "Who leads, and whether a clinician does.",
    keys: &[
        CLAUSE,
        kind(lead_word, "\"lead\""),
        TEXT,
        STARTS,
        ENDS,
        must("organisation", ORGANISATION, "\"gp-federation\"", "Of which organisation.").also(&["organization"]),
        must("profession", Id(Thing::Profession), "\"gp\"", "Of which profession."),
        may("clinician", Yes, "true", "Whether a clinician."),
        may("role", Text, "\"clinical lead\"", "What the office is called."),
        may("person", Text, "\"Dr A. Bell\"", "Who holds it."),
        NEEDS,
        SERVICES,
    ],
    rules: &[],
};

static DUTY: Table = Table {
    name: "duty",
    doc: "Anything else that somebody has to do, by a day.",
    keys: &[
        CLAUSE,
        kind(duty_word, "\"duty\""),
        TEXT,
        STARTS,
        ENDS,
        must("owner", ORGANISATION, "\"harbour-trust\"", "Who has to."),
        must("due", Day, "2026-07-01", "By when."),
        may("every_months", Whole(1, 1200), "12", "And then again every so many months."),
        may(
            "withholds",
            List(&Id(Thing::Category)),
            "[\"sexual-health\"]",
            "The categories of record that the owner has to keep closed by it.",
        ),
        may(
            "withholds_from",
            List(&ORGANISATION),
            "[\"fish-market-pharmacy\"]",
            "To whom they stay closed; left out: to everybody else.",
        ),
    ],
    rules: &[],
};

static PAY: Table = Table {
    name: "pay",
    doc: "Money from one organisation to others, by one formula. Amounts are whole pence (cents), rates exact.",
    keys: &[
        CLAUSE,
        kind(pay_word, "\"pay\""),
        TEXT,
        STARTS,
        ENDS,
        must("from", ORGANISATION, "\"harbour-council\"", "Who pays."),
        must("to", Either(&ORGANISATION, &List(&ORGANISATION)), "[\"gp-federation\"]", "Who is paid."),
        SERVICES,
        NEEDS,
        GROUP,
        may("attribution", Word(attributions), "\"registered\"", "By what a citizen counts as whose."),
        may(
            "primary_care",
            Shape::Table(|| &PRIMARY_CARE),
            "{ services = [\"general-practice\"], professions = [\"gp\"], months = 24 }",
            "What primary care is, where citizens count by where most of theirs was.",
        ),
        may(
            "catchment",
            List(&Shape::Table(|| &CATCHMENT)),
            "[{ organisation = \"gp-federation\", areas = [\"quayside\"] }]",
            "Whose which areas are, where citizens count by where they live; left out: the place's are who is paid alone.",
        )
        .also(&["catchments"]),
        may(
            "activity",
            Shape::Table(|| &ACTIVITY),
            "{ price = [{ amount_minor = 4300 }] }",
            "A price for each contact.",
        ),
        may("block", Shape::Table(|| &BLOCK), "{ amount_minor = 120_000_00, per = \"year\" }", "A fixed sum."),
        may(
            "blended",
            Shape::Table(|| &BLENDED),
            "{ fixed_minor = 900_000_00, per = \"year\", expected_minor = 950_000_00, activity = { tariff = \"outpatients\" }, threshold_percent = 1, above_percent = 75, below_percent = 75 }",
            "Fixed for what was expected, and a part of the difference.",
        ),
        may(
            "capitation",
            Shape::Table(|| &CAPITATION),
            "{ amount_minor = 950, per = \"month\" }",
            "For each member and time.",
        ),
        may(
            "bundle",
            Shape::Table(|| &BUNDLE),
            "{ amount_minor = 310_00, span = \"year\", covers = [\"podiatry\"] }",
            "For an episode or a year; what it covers is not paid by activity, too.",
        ),
        may(
            "incentive",
            Shape::Table(|| &INCENTIVE),
            "{ measure = \"foot-check\", points = 10, point_minor = 213_43, lower_percent = 50, upper_percent = 90 }",
            "For quality between two thresholds.",
        ),
        may(
            "shared_savings",
            Shape::Table(|| &SHARED_SAVINGS),
            "{ benchmark_minor = 98_000, sharing_percent = 50, savings_min = [{ members = 5000, percent = 3.9 }] }",
            "A share of what was saved or lost against a benchmark.",
        ),
        may("stated", Shape::Table(|| &STATED), "{ column = \"Global Sum\" }", "The sum that the evidence states."),
        may(
            "evidence",
            Shape::Table(|| &BROUGHT),
            "{ table = \"settlement\", where = [{ column = \"Current_Track\", is = [\"A\", \"B\"] }] }",
            "The table that it is settled on, in place of records.",
        ),
    ],
    rules: &[OneOf(&["activity", "block", "blended", "capitation", "bundle", "incentive", "shared_savings", "stated"])],
};

static ACTIVITY: Table = Table {
    name: "activity",
    doc: "A price for each contact, within limits.",
    keys: &[
        may("tariff", Id(Thing::Tariff), "\"outpatients\"", "A table of prices: the name of a file in tariffs/."),
        may(
            "price",
            List(&Shape::Table(|| &PRICE)),
            "[{ service = \"podiatry\", amount_minor = 5600 }]",
            "Prices; of those that fit, the one that says most.",
        )
        .also(&["prices"]),
        may("cap_minor", AMOUNT, "250_000_00", "No more than this in a year."),
        may("floor_minor", AMOUNT, "150_000_00", "No less than this in a year."),
        may(
            "band",
            List(&Shape::Table(|| &BAND)),
            "[{ above_contacts = 2000, percent = 50 }]",
            "Marginal rates, lowest first.",
        )
        .also(&["bands"]),
    ],
    rules: &[SomeOf(&["tariff", "price"])],
};

static PRICE: Table = Table {
    name: "price",
    doc: "The price of a contact; what is not named is any.",
    keys: &[
        may("contact", Text, "\"sight-test\"", "Which kind of contact."),
        may("service", Id(Thing::Kind), "\"podiatry\"", "In which kind of service."),
        may("profession", Id(Thing::Profession), "\"podiatrist\"", "By which profession."),
        may("site", Id(Thing::Site), "\"haven-clinic\"", "Where."),
        must("amount_minor", AMOUNT, "5600", "How much, in pence (cents)."),
    ],
    rules: &[],
};

static BAND: Table = Table {
    name: "band",
    doc: "From so many contacts in a year on, each is paid at a part of the price.",
    keys: &[
        must("above_contacts", Whole(0, u32::MAX as i64), "2000", "Above so many contacts in a year."),
        must("percent", Exact(0, 1000), "50", "So many of a hundred of the price."),
    ],
    rules: &[],
};

const PER: Key = must("per", Word(pers), "\"year\"", "For how long.");

static BLOCK: Table = Table {
    name: "block",
    doc: "A fixed sum.",
    keys: &[must("amount_minor", AMOUNT, "120_000_00", "How much, in pence (cents)."), PER],
    rules: &[],
};

static BLENDED: Table = Table {
    name: "blended",
    doc: "A fixed sum for what was expected; a part of the tariff for more or less.",
    keys: &[
        must("fixed_minor", AMOUNT, "900_000_00", "The fixed sum."),
        PER,
        must("expected_minor", AMOUNT, "950_000_00", "The value of activity that it covers, at the tariff."),
        must("activity", Shape::Table(|| &ACTIVITY), "{ tariff = \"outpatients\" }", "Prices of activity."),
        must("threshold_percent", PERCENT, "1", "This much more or less than expected changes nothing."),
        must("above_percent", PERCENT, "75", "Of what is above, so many of a hundred are paid."),
        must("below_percent", PERCENT, "75", "Of what is below, so many of a hundred are taken back."),
    ],
    rules: &[],
};

static CAPITATION: Table = Table {
    name: "capitation",
    doc: "A sum for each member and time.",
    keys: &[
        must("amount_minor", AMOUNT, "950", "How much for a member of weight one."),
        PER,
        may(
            "weight",
            List(&Shape::Table(|| &WEIGHT)),
            "[{ group = \"people-over-65\", times = 1.8 }]",
            "Weights; those of all groups that a member is in are multiplied.",
        )
        .also(&["weights"]),
        may(
            "weight_column",
            Text,
            "\"risk_score\"",
            "A column of evidence that holds what a row's members weigh, instead.",
        ),
    ],
    rules: &[NotBoth(&["weight", "weight_column"])],
};

static WEIGHT: Table = Table {
    name: "weight",
    doc: "What a member of a group weighs.",
    keys: &[
        must("group", Id(Thing::Group), "\"people-over-65\"", "The group: by age, sex, deprivation, condition."),
        must("times", Exact(0, 1000), "1.8", "Times so much."),
    ],
    rules: &[],
};

static BUNDLE: Table = Table {
    name: "bundle",
    doc: "A sum for an episode or a year of a citizen; what it covers is not paid by activity, too.",
    keys: &[
        must("amount_minor", AMOUNT, "310_00", "How much."),
        must("span", Word(spans), "\"year\"", "For what."),
        must("covers", List(&Id(Thing::Kind)), "[\"podiatry\"]", "The kinds of service it covers."),
    ],
    rules: &[],
};

static INCENTIVE: Table = Table {
    name: "incentive",
    doc: "Points for quality between two thresholds.",
    keys: &[
        must("measure", Id(Thing::Need), "\"foot-check\"", "A need: of those who have it, how many had it met."),
        must("points", Exact(0, 100_000), "10", "Points for the upper threshold."),
        must("point_minor", AMOUNT, "213_43", "What a point is worth."),
        must("lower_percent", PERCENT, "50", "No points up to here."),
        must("upper_percent", PERCENT, "90", "All points from here on."),
        may("list_size", Whole(1, u32::MAX as i64), "10_000", "The list size for which a point is worth that."),
        may("prevalence_percent", PERCENT, "7.3", "The prevalence for which a point is worth that."),
    ],
    rules: &[],
};

static POOL: Table = Table {
    name: "pool",
    doc: "Gains and losses held in common.",
    keys: &[
        CLAUSE,
        kind(pool_word, "\"pool\""),
        TEXT,
        STARTS,
        ENDS,
        must(
            "members",
            List(&Either(&ORGANISATION, &Shape::Table(|| &MEMBER))),
            "[\"harbour-trust\", { organisation = \"gp-federation\", share_percent = 40 }]",
            "Who holds it.",
        ),
        may(
            "paid_in",
            Shape::Table(|| &PAID_IN),
            "{ from = \"harbour-icb\", amount_minor = 500_000_00, per = \"year\" }",
            "A fixed sum that somebody pays into it.",
        ),
        may("clauses", ListOrNone(&ClauseRef), "[\"6.1\"]", "The clauses whose gains and losses go into it."),
        must("gains", Word(splits), "\"losers-first\"", "How gains are split."),
        must("losses", Word(splits), "\"equal\"", "How losses are split."),
    ],
    rules: &[SomeOf(&["paid_in", "clauses"])],
};

static PAID_IN: Table = Table {
    name: "paid_in",
    doc: "A fixed sum that is paid into a pool, and split with what else is in it.",
    keys: &[
        must("from", ORGANISATION, "\"harbour-icb\"", "Who pays it; a party."),
        must("amount_minor", AMOUNT, "500_000_00", "How much, in pence (cents)."),
        PER,
    ],
    rules: &[],
};

static MEMBER: Table = Table {
    name: "member",
    doc: "A member of a pool, and by what measure it takes part.",
    keys: &[
        must("organisation", ORGANISATION, "\"gp-federation\"", "Who."),
        may("budget_minor", AMOUNT, "2_400_000_00", "Its budget."),
        may("share_percent", PERCENT, "40", "Its share, where shares are agreed."),
    ],
    rules: &[],
};

fn purposes() -> Vec<&'static str> {
    Purpose::ALL.iter().map(|purpose| purpose.code()).collect()
}

fn withins() -> Vec<&'static str> {
    Within::WORDS.iter().map(|(word, _)| *word).collect()
}

fn modes() -> Vec<&'static str> {
    HandOverMode::WORDS.iter().map(|(word, _)| *word).collect()
}

fn attributions() -> Vec<&'static str> {
    Attribution::WORDS.iter().map(|(word, _)| *word).collect()
}

fn pers() -> Vec<&'static str> {
    Per::WORDS.iter().map(|(word, _)| *word).collect()
}

fn spans() -> Vec<&'static str> {
    BundleSpan::WORDS.iter().map(|(word, _)| *word).collect()
}

fn splits() -> Vec<&'static str> {
    Split::WORDS.iter().map(|(word, _)| *word).collect()
}
