//! Standing: where each citizen stands, in groups and places over time, and who they are on the day of the run.
//!
//! citizen
//!   ⟕ homes, registrations, marital statuses        gathered by citizen
//!   ⟕ coded records that some criterion asks for
//!   ⟕ contacts, in the folder's words
//!   → [`stead_rules::Sheet`]                          interval algebra
//!
//! One row a citizen, answers nested; `membership`, `group_membership` and `person` unfold them.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StructArray};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int64Type, Schema, SchemaRef};
use datafusion::common::{Result, ScalarValue, internal_datafusion_err};
use datafusion::dataframe::DataFrame;
use datafusion::functions::expr_fn::{coalesce, starts_with};
use datafusion::logical_expr::{Expr, cast, ident, lit, when};
use stead_rules::compiled::Test;
use stead_rules::history::{Coded, Contact, Marital, Person, Registration, Residence};
use stead_rules::{Day, MaritalStatus, Membership, Period, Sex, Sheet, Standing};
use stead_tables::Kind;

use crate::functions::nested::{Cell, NestedRows, Shape, list_type, row_type};
use crate::functions::{Days, Function, flags, lists, numbers, rows_of, texts_of, translate};
use crate::prepared::Prepared;
use crate::tables::{Tables, beside, gather};

/// Rows of `group_membership`.
const GROUPS: Shape = &[("group", Kind::Word), ("from", Kind::Day), ("to", Kind::Day)];

/// Rows of `membership`.
const MEMBERSHIPS: Shape = &[
    ("place", Kind::Word),
    ("group", Kind::Word),
    ("from", Kind::Day),
    ("to", Kind::Day),
    ("held", Kind::Words),
    ("began_by", Kind::Words),
    ("ended_by", Kind::Words),
];

/// The row of `person`; `alive` says whether there is one, and the point where the home is, for distances.
const PERSON: Shape = &[
    ("alive", Kind::Flag),
    ("age", Kind::Count),
    ("age_band", Kind::Word),
    ("sex", Kind::Word),
    ("small_area", Kind::Word),
    ("area", Kind::Words),
    ("deprivation_fifth", Kind::Count),
    ("organisation", Kind::Word),
    ("places", Kind::Words),
    ("longitude", Kind::Number),
    ("latitude", Kind::Number),
];

/// The name for the group of a place that serves everybody.
pub(crate) const EVERYONE: &str = "everyone";

/// The columns of standing.
pub(crate) fn schema() -> SchemaRef {
    let citizen = Field::new("citizen", DataType::Utf8, false);
    Arc::new(Schema::new(vec![citizen, Field::new("standing", standing_type(), true)]))
}

fn standing_fields() -> Fields {
    Fields::from(vec![
        Field::new("groups", list_type(GROUPS), true),
        Field::new("memberships", list_type(MEMBERSHIPS), true),
        Field::new("person", row_type(PERSON), true),
    ])
}

fn standing_type() -> DataType {
    DataType::Struct(standing_fields())
}

/// Where each citizen of a bucket stands.
pub(crate) async fn standing(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let mut citizens =
        tables.scan("citizen").await?.select(["citizen", "born", "died", "dead", "sex"].map(ident).to_vec())?;
    citizens = beside(citizens, homes(tables).await?)?;
    citizens = beside(citizens, registrations(tables).await?)?;
    citizens = beside(citizens, marital_statuses(tables).await?)?;
    for (table, from, to) in CODED {
        citizens = beside(citizens, coded(tables, prepared, table, from, to).await?)?;
    }
    citizens = beside(citizens, contacts(tables, prepared).await?)?;
    let names = ["born", "died", "dead", "sex", "homes", "registrations", "marital_statuses"];
    let names = names.into_iter().chain(CODED.map(|(table, ..)| table)).chain(["contacts"]);
    let args: Vec<_> = names.map(ident).collect();
    let standing = Function::call("stead_standing", prepared, args, standing_type(), evaluate);
    citizens.select(vec![ident("citizen"), standing.alias("standing")])?.sort_by(vec![ident("citizen")])
}

async fn homes(tables: &Tables<'_>) -> Result<DataFrame> {
    let columns = ["from", "to", "longitude", "latitude"].map(|name| (name, ident(name)));
    let words = ["small_area", "town", "postcode"].map(|name| (name, text(name)));
    gather(tables.scan("residence").await?, "homes", columns.into_iter().chain(words).collect())
}

async fn registrations(tables: &Tables<'_>) -> Result<DataFrame> {
    let columns = vec![("from", ident("from")), ("to", ident("to")), ("organisation", text("organisation"))];
    gather(tables.scan("registration").await?, "registrations", columns)
}

async fn marital_statuses(tables: &Tables<'_>) -> Result<DataFrame> {
    let columns = vec![("from", ident("from")), ("to", ident("to")), ("status", text("status"))];
    gather(tables.scan("marital_status").await?, "marital_statuses", columns)
}

/// The tables of coded records, with the columns that say from when until when.
const CODED: [(&str, &str, Option<&str>); 4] = [
    ("condition", "from", Some("to")),
    ("observation", "day", None),
    ("procedure", "day", None),
    ("medication", "from", Some("to")),
];

/// The records that some criterion asks for; what was entered in error, refuted or not done counts for nothing.
async fn coded(
    tables: &Tables<'_>,
    prepared: &Arc<Prepared>,
    table: &str,
    from: &str,
    to: Option<&str>,
) -> Result<DataFrame> {
    let records = sound(tables.scan(table).await?, table)?;
    let lists = lists::criteria_lists(prepared, ["system", "code", "other_codes"].map(ident).to_vec());
    let measured = table == "observation";
    let no_day = lit(ScalarValue::Date32(None));
    let (at, value, comparator, unit) = if measured {
        (cast(ident("at"), DataType::Int64), ident("value"), text("comparator"), text("unit"))
    } else {
        let nothing = || lit(ScalarValue::Utf8(None));
        (lit(0_i64), lit(ScalarValue::Float64(None)), nothing(), nothing())
    };
    let until = match to {
        Some(to) => over_at_once(table, ident(from), ident(to))?,
        None => no_day,
    };
    let records = records.select(vec![
        ident("citizen"),
        lists.alias("lists"),
        ident(from).alias("since"),
        until.alias("until"),
        at.alias("at"),
        value.alias("value"),
        comparator.alias("comparator"),
        unit.alias("unit"),
    ])?;
    let asked_for = records.filter(ident("lists").is_not_null())?;
    gather(
        asked_for,
        table,
        ["lists", "since", "until", "at", "value", "comparator", "unit"].map(|name| (name, ident(name))).to_vec(),
    )
}

/// Until when a condition or a medicine is active: one that is over, nobody knows since when, ends on the day it began.
fn over_at_once(table: &str, from: Expr, to: Expr) -> Result<Expr> {
    let says = |words: &[&str]| text("status").in_list(words.iter().copied().map(lit).collect(), false);
    let over = if table == "condition" {
        says(&["resolved", "inactive", "remission"])
    } else {
        // A completed dispensation or administration says nothing about the medicine being over.
        let of = |kind: &str| starts_with(text("resource"), lit(kind));
        let about_taking = of("MedicationRequest/").or(of("MedicationStatement/"));
        says(&["stopped", "completed", "ended"]).and(about_taking)
    };
    let always = cast(lit(ScalarValue::Date32(Some(Day::ALWAYS.epoch_days()))), DataType::Date32);
    let ended_unseen = to.clone().is_null().and(over);
    when(ended_unseen, coalesce(vec![from, always])).otherwise(to)
}

/// Leaves out records that say of themselves that they are wrong, that nothing happened, or that nobody is sure.
pub(crate) fn sound(records: DataFrame, table: &str) -> Result<DataFrame> {
    let (column, unsound): (_, &[&str]) = match table {
        // A diagnosis that is only considered is none.
        "condition" => return records.filter(ident("certainty").is_null().or(text("certainty").eq(lit("confirmed")))),
        "observation" => ("status", &["entered-in-error", "cancelled", "registered"]),
        "procedure" => ("status", &["entered-in-error", "not-done", "preparation"]),
        "medication" => ("status", &["entered-in-error", "cancelled", "draft", "not-taken", "not-done"]),
        "contact" => ("status", &["entered-in-error", "cancelled", "planned"]),
        _ => return Ok(records),
    };
    // A test that was asked for and not done has a record, too, which says why there is no answer.
    let records = if table == "observation" { records.filter(ident("absent").is_null())? } else { records };
    let unsound: Vec<Expr> = unsound.iter().map(|&word| lit(word)).collect();
    records.filter(ident(column).is_null().or(text(column).in_list(unsound, true)))
}

async fn contacts(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let contacts = tables.scan("contact").await?;
    let asked = prepared.compiled.leaves.iter().any(|leaf| matches!(leaf.test, Test::Contact));
    let contacts = if asked { sound(contacts, "contact")? } else { contacts.filter(lit(false))? };
    let kinds = in_folder_words(contacts, prepared)?;
    gather(kinds, "contacts", ["day", "kind", "profession"].map(|name| (name, ident(name))).to_vec())
}

/// Adds `kind` and `profession`, the folder's words, to contacts.
pub(crate) fn in_folder_words(contacts: DataFrame, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let kind = ["service", "system", "code", "other_codes", "organisation"].map(ident).to_vec();
    let contacts = contacts.with_column("kind", translate::service_kind(prepared, kind))?;
    let profession = ["profession_system", "profession_code", "professional", "kind"].map(ident).to_vec();
    contacts.with_column("profession", translate::profession(prepared, profession))
}

/// A dictionary-encoded column as plain text.
pub(crate) fn text(column: &str) -> Expr {
    cast(ident(column), DataType::Utf8)
}

/// The body of `stead_standing`: a citizen's rows in, where the citizen stands out.
fn evaluate(prepared: &Prepared, columns: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let reader = Reader::new(columns)?;
    let (mut groups, mut memberships, mut persons) =
        (NestedRows::new(GROUPS), NestedRows::new(MEMBERSHIPS), NestedRows::new(PERSON));
    for row in 0..rows {
        let person = reader.person(row);
        let mut sheet = Sheet::new(&prepared.compiled, person);
        let mut homes = Vec::new();
        let mut lists = Vec::new();
        reader.homes(row, |home| {
            sheet.residence(&home);
            homes.push(home);
        })?;
        reader.registrations(row, |registration| {
            sheet.registration(&registration);
            lists.push(registration);
        })?;
        reader.marital(row, |status| sheet.marital(&status))?;
        reader.coded(row, |coded| sheet.coded(&coded))?;
        reader.contacts(row, |contact| sheet.contact(&contact))?;
        let standing = sheet.finish();
        write_groups(prepared, &standing, &mut groups)?;
        write_memberships(prepared, &standing.memberships, &mut memberships)?;
        write_person(prepared, person, &homes, &lists, &standing, &mut persons)?;
        groups.end()?;
        memberships.end()?;
    }
    let parts = vec![groups.finish_lists()?, memberships.finish_lists()?, persons.finish_rows()?];
    Ok(Arc::new(StructArray::try_new(standing_fields(), parts, None)?))
}

fn write_groups(prepared: &Prepared, standing: &Standing, to: &mut NestedRows) -> Result<()> {
    let mut groups: Vec<_> = prepared.compiled.groups.iter().zip(&standing.groups).collect();
    groups.sort_unstable_by_key(|(group, _)| &group.id);
    for (group, days) in groups {
        for period in days.iter() {
            to.row(&[Cell::Text(Some(group.id.as_str())), Cell::Day(Some(period.from)), Cell::Day(Some(period.to))])?;
        }
    }
    Ok(())
}

fn group_name(prepared: &Prepared, group: Option<usize>) -> &str {
    group.and_then(|at| prepared.compiled.groups.get(at)).map_or(EVERYONE, |group| group.id.as_str())
}

fn write_memberships(prepared: &Prepared, memberships: &[Membership], to: &mut NestedRows) -> Result<()> {
    let place = |one: &Membership| prepared.compiled.places.get(one.place).map_or("", |place| place.id.as_str());
    let mut memberships: Vec<&Membership> = memberships.iter().collect();
    memberships.sort_by_key(|one| (place(one), group_name(prepared, one.group), one.period));
    for one in memberships {
        let words = |reasons: &[stead_rules::Reason]| -> Vec<String> {
            reasons.iter().map(|reason| reason.words(&prepared.compiled)).collect()
        };
        let (held, began, ended) = (words(&one.held), words(&one.began_by), words(&one.ended_by));
        fn borrowed(words: &[String]) -> Vec<&str> {
            words.iter().map(String::as_str).collect()
        }
        to.row(&[
            Cell::Text(Some(place(one))),
            Cell::Text(Some(group_name(prepared, one.group))),
            Cell::Day(Some(one.period.from)),
            Cell::Day(Some(one.period.to)),
            Cell::Texts(&borrowed(&held)),
            Cell::Texts(&borrowed(&began)),
            Cell::Texts(&borrowed(&ended)),
        ])?;
    }
    Ok(())
}

fn write_person(
    prepared: &Prepared,
    person: Person,
    homes: &[Residence<'_>],
    lists: &[Registration<'_>],
    standing: &Standing,
    to: &mut NestedRows,
) -> Result<()> {
    let on = prepared.params.on;
    let alive = person.life().is_some_and(|life| life.contains(on));
    let age = person.born.and_then(|born| on.age_years(born)).map(i32::from);
    // Where two sources disagree, the home moved into last counts.
    let home =
        homes.iter().filter(|home| home.period.contains(on)).max_by_key(|home| (home.period.from, home.small_area));
    let list =
        lists.iter().filter(|list| list.period.contains(on)).max_by_key(|list| (list.period.from, list.organisation));
    let inside = |home: &&Residence<'_>| -> Vec<&str> {
        prepared.areas.iter().filter(|(_, test)| test.accepts(home)).map(|(id, _)| id.as_str()).collect()
    };
    let areas = home.as_ref().map(inside).unwrap_or_default();
    let small_area = home.and_then(|home| home.small_area);
    let centre = || small_area.and_then(|code| prepared.centres.get(code)).copied();
    let (longitude, latitude) = home.and_then(|home| home.point).or_else(centre).unzip();
    let fifth = small_area.and_then(|code| prepared.deprivation.get(code)).map(|&fifth| i32::from(fifth));
    let organisation = list.map(|list| match prepared.translator.organisation(list.organisation) {
        Some(id) => id.to_owned(),
        None => format!("?{}", list.organisation),
    });
    let mut places: Vec<&str> = standing
        .memberships
        .iter()
        .filter(|one| one.period.contains(on))
        .filter_map(|one| prepared.compiled.places.get(one.place))
        .map(|place| place.id.as_str())
        .collect();
    places.dedup();
    to.row(&[
        Cell::Flag(alive),
        Cell::Count(age),
        Cell::Text(age.map(age_band)),
        Cell::Text(Some(person.sex.word())),
        Cell::Text(small_area),
        Cell::Texts(&areas),
        Cell::Count(fifth),
        Cell::Text(organisation.as_deref()),
        Cell::Texts(&places),
        Cell::Number(longitude),
        Cell::Number(latitude),
    ])
}

/// The age band that summaries are cut by.
fn age_band(years: i32) -> &'static str {
    match years {
        ..18 => "0-17",
        18..40 => "18-39",
        40..65 => "40-64",
        65..80 => "65-79",
        80.. => "80+",
    }
}

/// Reads the gathered columns of a citizen as history.
struct Reader<'a> {
    columns: &'a [ArrayRef],
}

impl<'a> Reader<'a> {
    fn new(columns: &'a [ArrayRef]) -> Result<Self> {
        let wanted = 8 + CODED.len();
        if columns.len() != wanted {
            return Err(internal_datafusion_err!("{} columns of standing, wanted {wanted}", columns.len()));
        }
        Ok(Self { columns })
    }

    fn column(&self, at: usize) -> Result<&'a ArrayRef> {
        self.columns.get(at).ok_or_else(|| internal_datafusion_err!("no column {at} of standing"))
    }

    fn person(&self, row: usize) -> Person {
        let day = |at: usize| self.column(at).and_then(Days::of).ok().and_then(|days| days.get(row));
        let dead = self.column(2).and_then(flags).is_ok_and(|flags| flags.is_valid(row) && flags.value(row));
        let sex = self.column(3).and_then(texts_of).ok().and_then(|texts| texts.get(row)).and_then(Sex::of);
        Person { born: day(0), died: day(1), dead, sex: sex.unwrap_or(Sex::Unknown) }
    }

    fn homes(&self, row: usize, mut each: impl FnMut(Residence<'a>)) -> Result<()> {
        let rows = rows_of(self.column(4)?)?;
        let (from, to) = (Days::of(rows.column("from")?)?, Days::of(rows.column("to")?)?);
        let (longitude, latitude) = (numbers(rows.column("longitude")?)?, numbers(rows.column("latitude")?)?);
        let text = |name: &str| rows.column(name).and_then(texts_of);
        let (small_area, town, postcode) = (text("small_area")?, text("town")?, text("postcode")?);
        for at in rows.range(row) {
            let Some(period) = period(&from, &to, at) else { continue };
            let known = longitude.is_valid(at) && latitude.is_valid(at);
            let point = known.then(|| (longitude.value(at), latitude.value(at)));
            each(Residence {
                period,
                small_area: small_area.get(at),
                town: town.get(at),
                postcode: postcode.get(at),
                point,
            });
        }
        Ok(())
    }

    fn registrations(&self, row: usize, mut each: impl FnMut(Registration<'a>)) -> Result<()> {
        let rows = rows_of(self.column(5)?)?;
        let (from, to) = (Days::of(rows.column("from")?)?, Days::of(rows.column("to")?)?);
        let organisations = texts_of(rows.column("organisation")?)?;
        for at in rows.range(row) {
            let found = period(&from, &to, at).zip(organisations.get(at));
            found.into_iter().for_each(|(period, organisation)| each(Registration { period, organisation }));
        }
        Ok(())
    }

    fn marital(&self, row: usize, mut each: impl FnMut(Marital)) -> Result<()> {
        let rows = rows_of(self.column(6)?)?;
        let (from, to) = (Days::of(rows.column("from")?)?, Days::of(rows.column("to")?)?);
        let statuses = texts_of(rows.column("status")?)?;
        for at in rows.range(row) {
            let status = statuses.get(at).and_then(MaritalStatus::of);
            let to = to.get(at).unwrap_or(Day::FOREVER);
            status.into_iter().for_each(|status| each(Marital { status, from: from.get(at), to }));
        }
        Ok(())
    }

    fn coded(&self, row: usize, mut each: impl FnMut(Coded<'a>)) -> Result<()> {
        for table in 7..7 + CODED.len() {
            let rows = rows_of(self.column(table)?)?;
            let range = rows.range(row);
            if range.is_empty() {
                continue;
            }
            let lists = rows.column("lists")?.as_binary_opt::<i32>();
            let lists = lists.ok_or_else(|| internal_datafusion_err!("lists are not bits"))?;
            let (from, to) = (Days::of(rows.column("since")?)?, Days::of(rows.column("until")?)?);
            let order = rows.column("at")?.as_primitive_opt::<Int64Type>();
            let (values, units) = (numbers(rows.column("value")?)?, texts_of(rows.column("unit")?)?);
            let comparators = texts_of(rows.column("comparator")?)?;
            for at in range {
                each(Coded {
                    lists: lists.value(at),
                    from: from.get(at).unwrap_or(Day::ALWAYS),
                    to: to.get(at).unwrap_or(Day::FOREVER),
                    at: order.filter(|order| order.is_valid(at)).map_or(0, |order| order.value(at)),
                    value: values.is_valid(at).then(|| values.value(at)),
                    comparator: comparators.get(at),
                    unit: units.get(at),
                });
            }
        }
        Ok(())
    }

    fn contacts(&self, row: usize, mut each: impl FnMut(Contact<'a>)) -> Result<()> {
        let rows = rows_of(self.column(7 + CODED.len())?)?;
        let days = Days::of(rows.column("day")?)?;
        let (kinds, professions) = (texts_of(rows.column("kind")?)?, texts_of(rows.column("profession")?)?);
        for at in rows.range(row) {
            let Some(day) = days.get(at) else { continue };
            each(Contact { day, service: kinds.get(at), profession: professions.get(at) });
        }
        Ok(())
    }
}

fn period(from: &Days<'_>, to: &Days<'_>, at: usize) -> Option<Period> {
    Period::new(from.get(at).unwrap_or(Day::ALWAYS), to.get(at).unwrap_or(Day::FOREVER))
}
