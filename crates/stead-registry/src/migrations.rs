//! The registry's tables, step by step, in one text for both databases.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use crate::database::Kind;

/// Every step, oldest first. INVARIANT: a step that was released is never changed; a new one is added.
const STEPS: [(&str, &str); 2] = [
    ("begin", include_str!("../migrations/0001_begin.sql")),
    ("changes", include_str!("../migrations/0002_changes.sql")),
];

/// The newest version of the tables.
pub(crate) const NEWEST: i64 = STEPS.len() as i64;

/// What the two databases write differently.
const WORDS: [(&str, &str, &str); 4] = [
    // in the text, SQLite, PostgreSQL
    ("{whole}", "INTEGER", "BIGINT"),
    ("{bytes}", "BLOB", "BYTEA"),
    ("{strict}", "STRICT", ""),
    ("{clustered}", "STRICT, WITHOUT ROWID", ""),
];

/// The steps as one kind of database understands them.
pub(crate) fn migrator(kind: Kind) -> Migrator {
    let step = |(version, (name, text)): (i64, &(&'static str, &str))| {
        let written = written(text, kind);
        let sql = AssertSqlSafe(written).into_sql_str();
        Migration::new(version, (*name).into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations((1..).zip(&STEPS).map(step).collect())
}

fn written(text: &str, kind: Kind) -> String {
    WORDS.iter().fold(text.to_owned(), |text, (word, sqlite, postgres)| {
        text.replace(
            word,
            match kind {
                Kind::Sqlite => sqlite,
                Kind::Postgres => postgres,
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_no_database_understands() {
        for (_, text) in STEPS {
            for kind in [Kind::Sqlite, Kind::Postgres] {
                let written: String = written(text, kind).lines().filter(|line| !line.starts_with("--")).collect();
                assert!(!written.contains(['{', '}']), "{written}");
            }
        }
    }
}
