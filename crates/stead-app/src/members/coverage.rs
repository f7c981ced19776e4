//! Under which insurance citizens were, from the Coverage resources that a lake keeps whole.

use serde::Deserialize;
use stead_rules::{Day, Period};

use crate::error::AppError;
use crate::sql::Asked;

/// An insurance of a citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Coverage {
    pub(super) source: String,
    pub(super) id: String,
    pub(super) period: Period,
}

#[derive(Deserialize)]
struct Row {
    citizen: String,
    source: String,
    id: String,
    json: String,
}

/// What is read of a Coverage; the last day of a period in FHIR is inside.
#[derive(Deserialize)]
struct Resource {
    status: Option<String>,
    #[serde(default)]
    period: Dates,
}

#[derive(Default, Deserialize)]
struct Dates {
    start: Option<String>,
    end: Option<String>,
}

/// Each citizen's, in a bucket. Those that are drafts, were cancelled or are wrong by their own word are left out, as are those
/// whose period cannot be read.
pub(super) async fn coverages(asked: &Asked) -> Result<Vec<(String, Coverage)>, AppError> {
    let sql = "SELECT citizen, source, id, json FROM resource WHERE type = 'Coverage'";
    let rows: Vec<Row> = asked.rows(sql).await?;
    let coverage = |row: Row| {
        let period = in_force(&row.json)?;
        Some((row.citizen, Coverage { source: row.source, id: row.id, period }))
    };
    Ok(rows.into_iter().filter_map(coverage).collect())
}

fn in_force(json: &str) -> Option<Period> {
    let resource: Resource = serde_json::from_str(json).ok()?;
    if matches!(resource.status.as_deref(), Some("cancelled" | "draft" | "entered-in-error")) {
        return None;
    }
    // Of a moment the day counts; of a month or a year nobody knows the day.
    let day = |text: &str| text.get(..10)?.parse::<Day>().ok();
    let from = resource.period.start.as_deref().map_or(Some(Day::ALWAYS), day)?;
    let to = resource.period.end.as_deref().map_or(Some(Day::FOREVER), |end| Some(day(end)?.plus_days(1)))?;
    Period::new(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coverage_holds_until_its_last_day_unless_it_never_held() {
        let told = |text: &str| in_force(text).map(|period| format!("{} {}", period.from, period.to));
        let dated = r#"{"status": "active", "period": {"start": "2026-01-01", "end": "2026-06-30T12:00:00Z"}}"#;
        assert_eq!(told(dated).as_deref(), Some("2026-01-01 2026-07-01"));
        assert_eq!(in_force(r#"{"status": "active"}"#), Some(Period::ALL));
        assert_eq!(told(&dated.replace("active", "cancelled")), None);
        assert_eq!(told(r#"{"status": "active", "period": {"start": "2026"}}"#), None);
    }
}
