//! What people do, with both kinds of time: recorded, ended, taken back, and asked about as of any moment.
//!
//! A statement is about a subject (a citizen, an agreement, …) and has an id among the subject's. Saying something else
//! under an id closes what was said before: from that moment on the new statement stands, and the old one remains for whoever
//! asks what was believed.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::AssertSqlSafe;
use stead_rules::{Day, Period};

use crate::database::Change;
use crate::error::RegistryError;
use crate::limits::{self, CONTENT_BYTES_MAX, ROWS_MAX};
use crate::moment::Moment;
use crate::recorded::{AsOf, Recorded};
use crate::registry::Registry;
use crate::rows::{days, period, unreadable};
use crate::wait::Wait;

/// What kind of statement it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// A signature under an agreement; about the agreement.
    Signature,
    /// A party's notice; about the agreement.
    Withdrawal,
    /// A permission or an objection; about the citizen.
    Choice,
    /// Whose a public key is; about the organisation.
    OrganisationKey,
    /// A version of a place; about the place.
    PlaceVersion,
}

impl Table {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Withdrawal => "withdrawal",
            Self::Choice => "choice",
            Self::OrganisationKey => "organisation_key",
            Self::PlaceVersion => "place_version",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Signature => "a signature",
            Self::Withdrawal => "a withdrawal",
            Self::Choice => "a choice",
            Self::OrganisationKey => "a key",
            Self::PlaceVersion => "a version of a place",
        }
    }
}

/// What can be stated.
pub trait Stated: Serialize + DeserializeOwned {
    /// Where it is kept.
    const TABLE: Table;

    /// The same, about these days: for what says them itself. They may be fewer than when it was stated.
    #[must_use]
    fn about(self, _valid: Period) -> Self {
        self
    }
}

/// Something to record.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a, T> {
    /// Whom or what it is about.
    pub subject: &'a str,
    /// Its id among those of the subject.
    pub id: &'a str,
    /// What is stated.
    pub what: &'a T,
    /// The days that it is about.
    pub valid: Period,
    /// The text behind it, by digest; kept before ([`Registry::keep_document`]).
    pub document: Option<&'a [u8]>,
}

/// One row of any of the tables.
type Row = (String, String, String, Option<Vec<u8>>, i64, i64, i64, i64);

const COLUMNS: &str = "subject, id, content, document, valid_from, valid_to, recorded_from, recorded_to";
/// The end of the record time of what stands.
pub(crate) const STANDS: i64 = Moment::FOREVER.micros();

impl Registry {
    /// Records a statement; what was said under the same id before stands no longer. Says since when it stands.
    ///
    /// Stating once more what stands already changes nothing.
    pub fn state<'a, T: Stated>(&'a self, statement: Statement<'a, T>) -> Wait<'a, Moment> {
        match content(T::TABLE, statement.what) {
            Ok(content) => {
                let Statement { subject, id, valid, document, .. } = statement;
                let row = NewRow { table: T::TABLE, subject, id, content, valid, document };
                Box::pin(self.stated(vec![row]))
            }
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    /// Records several statements at one moment, all or none.
    pub fn state_all<'a, T: Stated>(&'a self, statements: &'a [Statement<'a, T>]) -> Wait<'a, Moment> {
        let row = |it: &Statement<'a, T>| {
            let Statement { subject, id, valid, document, .. } = *it;
            Ok(NewRow { table: T::TABLE, subject, id, content: content(T::TABLE, it.what)?, valid, document })
        };
        match statements.iter().map(row).collect() {
            Ok(rows) => Box::pin(self.stated(rows)),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    async fn stated(&self, rows: Vec<NewRow<'_>>) -> Result<Moment, RegistryError> {
        for row in &rows {
            row.check()?;
        }
        let mut change = self.change().await?;
        let moment = change.moment().await?;
        let mut since = moment;
        for row in rows {
            match standing(&mut change, row.table, row.subject, row.id).await? {
                Some(stands) if row.says_the_same_as(&stands) => since = Moment::from_micros(stands.6),
                Some(_) => {
                    close(&mut change, row.table, row.subject, row.id, moment).await?;
                    insert(&mut change, &row, moment).await?;
                }
                None => insert(&mut change, &row, moment).await?,
            }
        }
        change.commit().await?;
        Ok(since)
    }

    /// Says that what was stated ends: `until` is the first day that it is not about any more. Says since when that stands.
    ///
    /// It is never made longer: what ended before `until` stays as it is.
    pub fn end<'a, T: Stated>(&'a self, subject: &'a str, id: &'a str, until: Day) -> Wait<'a, Moment> {
        Box::pin(self.ended(T::TABLE, subject, id, until))
    }

    /// Says that it should never have been stated: it stands no longer, for no day.
    pub fn retract<'a, T: Stated>(&'a self, subject: &'a str, id: &'a str) -> Wait<'a, Moment> {
        Box::pin(self.ended(T::TABLE, subject, id, Day::ALWAYS))
    }

    async fn ended(&self, table: Table, subject: &str, id: &str, until: Day) -> Result<Moment, RegistryError> {
        let mut change = self.change().await?;
        let moment = change.moment().await?;
        let Some(stands) = standing(&mut change, table, subject, id).await? else {
            return Err(RegistryError::Unknown { what: format!("{} `{id}` of `{subject}`", table.words()) });
        };
        let said = period(table.words(), stands.4, stands.5)?;
        if said.to <= until {
            return Ok(Moment::from_micros(stands.6));
        }
        close(&mut change, table, subject, id, moment).await?;
        if let Some(valid) = Period::new(said.from, until) {
            let document = stands.3.as_deref();
            let row = NewRow { table, subject, id, content: stands.2, valid, document };
            insert(&mut change, &row, moment).await?;
        }
        change.commit().await?;
        Ok(moment)
    }

    /// What was stated about a subject, as of a moment and a day, by id.
    pub fn stated_about<'a, T: Stated + Send + 'a>(&'a self, subject: &'a str, as_of: AsOf) -> Wait<'a, Vec<Found<T>>> {
        Box::pin(async move { found::<T>(self.rows_as_of(T::TABLE, Some(subject), "", as_of, ROWS_MAX).await?) })
    }

    /// What was stated about anything, as of a moment and a day, by subject and id: of the subjects after `after`, the first
    /// statements, at most `most` and the rest of the last one's subject left out.
    pub fn stated_after<'a, T: Stated + Send + 'a>(
        &'a self,
        after: &'a str,
        as_of: AsOf,
        most: u32,
    ) -> Wait<'a, Vec<Found<T>>> {
        Box::pin(async move {
            let most = most.min(ROWS_MAX);
            let mut rows = self.rows_as_of(T::TABLE, None, after, as_of, most).await?;
            // A subject is given whole or not at all, unless it alone is more than was asked for.
            if rows.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
                let last = rows.last().map(|row| row.0.clone());
                if rows.first().map(|row| &row.0) != last.as_ref() {
                    rows.retain(|row| Some(&row.0) != last.as_ref());
                }
            }
            found::<T>(rows)
        })
    }

    /// Everything that was ever stated about a subject, in the order in which it was recorded.
    pub fn history<'a, T: Stated + Send + 'a>(&'a self, subject: &'a str) -> Wait<'a, Vec<Found<T>>> {
        Box::pin(async move {
            let find = format!(
                "SELECT {COLUMNS} FROM {} WHERE subject = $1 ORDER BY recorded_from, id LIMIT $2",
                T::TABLE.name()
            );
            let rows = sqlx::query_as(AssertSqlSafe(find)).bind(subject).bind(i64::from(ROWS_MAX));
            found::<T>(rows.fetch_all(self.reading()).await?)
        })
    }

    async fn rows_as_of(
        &self,
        table: Table,
        subject: Option<&str>,
        after: &str,
        as_of: AsOf,
        most: u32,
    ) -> Result<Vec<Row>, RegistryError> {
        let which = if subject.is_some() { "subject = $1" } else { "subject > $1" };
        let find = format!(
            "SELECT {COLUMNS} FROM {} WHERE {which} AND recorded_from <= $2 AND recorded_to > $2 \
             AND valid_from <= $3 AND valid_to > $4 ORDER BY subject, id LIMIT $5",
            table.name()
        );
        let now = as_of.recorded == Moment::FOREVER;
        // What stands is recorded until the largest number, so it was so at the one before.
        let recorded = if now { STANDS - 1 } else { as_of.recorded.micros() };
        let query = sqlx::query_as(AssertSqlSafe(find)).bind(subject.unwrap_or(after)).bind(recorded);
        // Every period begins before the last of days and ends after the first.
        let (from, to) = as_of.valid.map_or((i64::MAX, i64::MIN), |day| (days(day), days(day)));
        let query = query.bind(from).bind(to).bind(i64::from(most));
        if now {
            return Ok(query.fetch_all(self.reading()).await?);
        }
        // INVARIANT: an answer about the past never changes. Whoever is recording something holds a moment that others may
        // ask about already; taking a moment waits for them.
        let mut change = self.change().await?;
        if as_of.recorded >= change.moment().await? {
            return Err(RegistryError::Future(as_of.recorded));
        }
        let rows = query.fetch_all(change.on()).await?;
        change.commit().await?;
        Ok(rows)
    }

    /// Keeps a text, by its digest, so that statements can name it.
    pub fn keep_document<'a>(&'a self, digest: &'a [u8], content: &'a str) -> Wait<'a, ()> {
        Box::pin(async move {
            limits::at_most("a digest", digest.len(), limits::KEY_BYTES_MAX)?;
            limits::text("a document", content, limits::DOCUMENT_BYTES_MAX)?;
            let keep = "INSERT INTO document (digest, content) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
            let mut change = self.change().await?;
            sqlx::query(keep).bind(digest).bind(content).execute(change.on()).await?;
            change.commit().await?;
            match self.document(digest).await? {
                Some(kept) if kept == content => Ok(()),
                _ => Err(RegistryError::Taken { what: "a document with that digest".to_owned() }),
            }
        })
    }

    /// A text that was kept.
    pub fn document<'a>(&'a self, digest: &'a [u8]) -> Wait<'a, Option<String>> {
        Box::pin(async move {
            let find = sqlx::query_scalar("SELECT content FROM document WHERE digest = $1");
            Ok(find.bind(digest).fetch_optional(self.reading()).await?)
        })
    }
}

/// A statement that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found<T> {
    /// Whom or what it is about.
    pub subject: String,
    /// Its id among those of the subject.
    pub id: String,
    /// What is stated, and both of its times.
    #[serde(flatten)]
    pub recorded: Recorded<T>,
    /// The text behind it, by digest.
    #[serde(skip)]
    pub document: Option<Vec<u8>>,
}

struct NewRow<'a> {
    table: Table,
    subject: &'a str,
    id: &'a str,
    content: String,
    valid: Period,
    document: Option<&'a [u8]>,
}

impl NewRow<'_> {
    fn check(&self) -> Result<(), RegistryError> {
        limits::name("what a statement is about", self.subject)?;
        limits::name("a statement's id", self.id)?;
        limits::text("a statement", &self.content, CONTENT_BYTES_MAX)
    }

    fn says_the_same_as(&self, row: &Row) -> bool {
        let valid = (days(self.valid.from), days(self.valid.to));
        self.content == row.2 && self.document == row.3.as_deref() && valid == (row.4, row.5)
    }
}

fn content<T: Stated>(table: Table, what: &T) -> Result<String, RegistryError> {
    serde_json::to_string(what).map_err(|_| RegistryError::Unusable { what: table.words() })
}

fn found<T: Stated>(rows: Vec<Row>) -> Result<Vec<Found<T>>, RegistryError> {
    let one = |(subject, id, content, document, from, to, since, until): Row| {
        let words = T::TABLE.words();
        let what: T = serde_json::from_str(&content).map_err(|error| unreadable(words, error.to_string()))?;
        let (since, until) = (Moment::from_micros(since), Moment::from_micros(until));
        let valid = period(words, from, to)?;
        let recorded = Recorded { what: what.about(valid), valid, since, until };
        Ok(Found { subject, id, recorded, document })
    };
    rows.into_iter().map(one).collect()
}

async fn standing(
    change: &mut Change<'_>,
    table: Table,
    subject: &str,
    id: &str,
) -> Result<Option<Row>, RegistryError> {
    let find = format!("SELECT {COLUMNS} FROM {} WHERE subject = $1 AND id = $2 AND recorded_to = $3", table.name());
    let query = sqlx::query_as(AssertSqlSafe(find)).bind(subject).bind(id).bind(STANDS);
    Ok(query.fetch_optional(change.on()).await?)
}

async fn close(
    change: &mut Change<'_>,
    table: Table,
    subject: &str,
    id: &str,
    at: Moment,
) -> Result<(), RegistryError> {
    let close =
        format!("UPDATE {} SET recorded_to = $4 WHERE subject = $1 AND id = $2 AND recorded_to = $3", table.name());
    let query = sqlx::query(AssertSqlSafe(close)).bind(subject).bind(id).bind(STANDS).bind(at.micros());
    query.execute(change.on()).await?;
    Ok(())
}

async fn insert(change: &mut Change<'_>, row: &NewRow<'_>, at: Moment) -> Result<(), RegistryError> {
    let insert = format!("INSERT INTO {} ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", row.table.name());
    let query = sqlx::query(AssertSqlSafe(insert)).bind(row.subject).bind(row.id).bind(&*row.content);
    let query = query.bind(row.document).bind(days(row.valid.from)).bind(days(row.valid.to));
    query.bind(at.micros()).bind(STANDS).execute(change.on()).await?;
    Ok(())
}
