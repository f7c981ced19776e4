//! Whether a citizen's need is met, due, overdue or was never met, and why, in words the citizen understands.
//!
//! In: a [`Need`], the day asked about, since when the citizen has been in the need's group, and when it was last met.
//! Out: an [`Assessment`] and its [`reason`].

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::need::{Frequency, Need, NotFor};
use crate::person::worded;

worded! {
    /// How a citizen stands with a need on a day.
    NeedStatus {
        /// Done, and not due again yet.
        Met = "met",
        /// To be done by its due date.
        Due = "due",
        /// Done before, but not again by its due date.
        Overdue = "overdue",
        /// Not once on record although its first due date has passed.
        Never = "never",
        /// An exception says that this citizen does not have it.
        NotApplicable = "not-applicable",
    }
}

/// How a citizen stands with a need on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Assessment {
    /// The status.
    pub status: NeedStatus,
    /// The day by which it is, or was, to be done (again). `None`: never again, does not apply, or nobody knows.
    pub due: Option<Day>,
    /// Since when it has been overdue or missing: the due date that passed. `None` for other statuses, or when nobody
    /// knows.
    pub since: Option<Day>,
}

/// The latest record that met a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastMet<'a> {
    /// When.
    pub day: Day,
    /// By whom, as people say it: `Harbour Road Surgery`.
    pub by: Option<&'a str>,
}

/// Assesses `need` on the day `on`.
///
/// - Met on day L, every m months: next due on L + m months. Met until `due_notice_days` before that day (but always
///   met on L itself), due until that day, overdue from that day.
/// - Met once, needed once: met, with no due date.
/// - Never met: due until `in_group_since + first_within_days`, from then on `Never`. A member since always
///   ([`Day::ALWAYS`]) should have had it already: `Never`, and since when is not known.
///
/// A record from before the citizen joined the group counts. `last_met` is the latest record up to and including `on`;
/// one that lies after `on` is taken as none. `exception` is the first exception that applies on the day.
pub fn assess(
    need: &Need,
    on: Day,
    in_group_since: Day,
    last_met: Option<Day>,
    exception: Option<&NotFor>,
) -> Assessment {
    if exception.is_some() {
        return Assessment { status: NeedStatus::NotApplicable, due: None, since: None };
    }
    match (last_met.filter(|met| *met <= on), need.frequency) {
        (None, _) => first(in_group_since.plus_days(i32::from(need.first_within_days)), on),
        (Some(_), Frequency::Once) => Assessment { status: NeedStatus::Met, due: None, since: None },
        (Some(met), Frequency::EveryMonths(months)) => again(need, met, months, on),
    }
}

fn first(due: Day, on: Day) -> Assessment {
    if on < due {
        Assessment { status: NeedStatus::Due, due: known(due), since: None }
    } else {
        Assessment { status: NeedStatus::Never, due: known(due), since: known(due) }
    }
}

fn again(need: &Need, met: Day, months: u16, on: Day) -> Assessment {
    let due = met.plus_months(i32::from(months));
    let notice = due.plus_days(-i32::from(need.due_notice_days)).max(met.plus_days(1));
    if on >= due {
        Assessment { status: NeedStatus::Overdue, due: known(due), since: known(due) }
    } else {
        let status = if on < notice { NeedStatus::Met } else { NeedStatus::Due };
        Assessment { status, due: known(due), since: None }
    }
}

fn known(day: Day) -> Option<Day> {
    day.is_finite().then_some(day)
}

/// The assessment in words: `Last done 3 March 2025 by Harbour Road Surgery; needed every 12 months, so overdue since 3
/// March 2026.`
///
/// Give it the same `last_met` and `exception` that the assessment was made from.
pub fn reason(
    need: &Need,
    assessment: &Assessment,
    last_met: Option<&LastMet<'_>>,
    exception: Option<&NotFor>,
) -> String {
    let due = assessment.due.map(Day::words);
    match (assessment.status, last_met) {
        (NeedStatus::NotApplicable, _) => match exception {
            Some(not_for) => format!("Does not apply: {}.", not_for.because),
            None => "Does not apply.".to_owned(),
        },
        (NeedStatus::Due, None) => format!("Not done yet; to be done by {}.", due.unwrap_or_else(unknown_day)),
        (_, None) => match due {
            Some(due) => format!("No record that it was ever done; it was due by {due}."),
            None => "No record that it was ever done; since when it has been due is not known.".to_owned(),
        },
        (status, Some(last)) => {
            let done = done(last);
            match need.frequency {
                Frequency::Once => format!("Done {done}; needed once."),
                Frequency::EveryMonths(months) => {
                    format!("Last done {done}; needed {}, so {}.", every(months), again_words(status, due))
                }
            }
        }
    }
}

fn done(last: &LastMet<'_>) -> String {
    let day = known(last.day).map_or_else(unknown_day, Day::words);
    last.by.map_or_else(|| day.clone(), |by| format!("{day} by {by}"))
}

fn every(months: u16) -> String {
    if months == 1 { "every month".to_owned() } else { format!("every {months} months") }
}

fn again_words(status: NeedStatus, due: Option<String>) -> String {
    match (status, due) {
        (NeedStatus::Overdue, Some(due)) => format!("overdue since {due}"),
        (NeedStatus::Overdue, None) => "overdue".to_owned(),
        (NeedStatus::Due, Some(due)) => format!("now to be done by {due}"),
        (_, Some(due)) => format!("next due {due}"),
        (_, None) => "not due in sight".to_owned(),
    }
}

fn unknown_day() -> String {
    "a day nobody recorded".to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::need::MetBy;

    fn screening(frequency: Frequency) -> Need {
        Need {
            id: "retinal-screening".into(),
            name: "Retinal screening".into(),
            group: "people-with-diabetes".into(),
            frequency,
            first_within_days: 90,
            due_notice_days: 56,
            travel_minutes_max: None,
            met_by: MetBy { services: vec!["retinal-screening".into()], professions: Vec::new(), codes: Vec::new() },
            not_for: Vec::new(),
            source: Arc::from("NICE NG17"),
            why: None,
        }
    }

    fn yearly() -> Need {
        screening(Frequency::EveryMonths(12))
    }

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn assessed(on: &str, since: Day, last: Option<&str>) -> (Assessment, String) {
        let (need, met) = (yearly(), last.map(day));
        let assessment = assess(&need, day(on), since, met, None);
        let last = met.map(|day| LastMet { day, by: Some("Harbour Eye Care") });
        (assessment, reason(&need, &assessment, last.as_ref(), None))
    }

    #[test]
    fn a_yearly_need_is_met_then_due_then_overdue() {
        let since = day("2020-01-01");
        let cases = [
            ("2025-03-03", "met", "next due 3 March 2026"),
            ("2026-01-05", "met", "next due 3 March 2026"),
            ("2026-01-06", "due", "now to be done by 3 March 2026"),
            ("2026-03-02", "due", "now to be done by 3 March 2026"),
            ("2026-03-03", "overdue", "overdue since 3 March 2026"),
        ];
        for (on, status, words) in cases {
            let (assessment, said) = assessed(on, since, Some("2025-03-03"));
            assert_eq!(assessment.status.word(), status, "on {on}");
            assert_eq!(assessment.due, Some(day("2026-03-03")));
            assert_eq!(
                said,
                format!("Last done 3 March 2025 by Harbour Eye Care; needed every 12 months, so {words}.")
            );
        }
    }

    #[test]
    fn a_new_member_has_time_until_the_first_due_date() {
        let joined = day("2026-01-01");
        let (before, said) = assessed("2026-03-31", joined, None);
        assert_eq!((before.status, before.due, before.since), (NeedStatus::Due, Some(day("2026-04-01")), None));
        assert_eq!(said, "Not done yet; to be done by 1 April 2026.");
        let (after, said) = assessed("2026-04-01", joined, None);
        assert_eq!((after.status, after.since), (NeedStatus::Never, Some(day("2026-04-01"))));
        assert_eq!(said, "No record that it was ever done; it was due by 1 April 2026.");
    }

    #[test]
    fn nobody_knows_since_when_a_member_of_always_has_gone_without() {
        let (never, said) = assessed("2026-04-01", Day::ALWAYS, None);
        assert_eq!(never, Assessment { status: NeedStatus::Never, due: None, since: None });
        assert_eq!(said, "No record that it was ever done; since when it has been due is not known.");
    }

    #[test]
    fn what_was_done_before_joining_counts() {
        assert_eq!(assessed("2026-01-02", day("2026-01-01"), Some("2025-12-01")).0.status, NeedStatus::Met);
    }

    #[test]
    fn what_is_needed_once_stays_met() {
        let need = screening(Frequency::Once);
        let met = assess(&need, day("2026-01-01"), day("2020-01-01"), Some(day("1990-05-05")), None);
        assert_eq!(met, Assessment { status: NeedStatus::Met, due: None, since: None });
        let last = LastMet { day: day("1990-05-05"), by: None };
        assert_eq!(reason(&need, &met, Some(&last), None), "Done 5 May 1990; needed once.");
    }

    #[test]
    fn an_exception_comes_before_everything() {
        let blind = NotFor { group: "without-sight".into(), because: "no sight left to save in either eye".into() };
        let exempt = assess(&yearly(), day("2026-01-01"), Day::ALWAYS, None, Some(&blind));
        assert_eq!(exempt.status, NeedStatus::NotApplicable);
        let said = reason(&yearly(), &exempt, None, Some(&blind));
        assert_eq!(said, "Does not apply: no sight left to save in either eye.");
    }

    fn worse(status: NeedStatus) -> u8 {
        match status {
            NeedStatus::NotApplicable | NeedStatus::Met => 0,
            NeedStatus::Due => 1,
            NeedStatus::Overdue | NeedStatus::Never => 2,
        }
    }

    fn some_need() -> impl Strategy<Value = Need> {
        (prop::option::of(1_u16..40), 0_u16..200, 0_u16..400).prop_map(|(months, first, notice)| Need {
            first_within_days: first,
            due_notice_days: notice,
            ..screening(months.map_or(Frequency::Once, Frequency::EveryMonths))
        })
    }

    proptest! {
        #[test]
        fn without_new_records_it_only_gets_worse(
            need in some_need(), joined in 0_i32..900, last in prop::option::of(0_i32..900), on in 900_i32..3000, later in 0_i32..900
        ) {
            let (joined, last) = (Day::from_epoch_days(joined), last.map(Day::from_epoch_days));
            let today = assess(&need, Day::from_epoch_days(on), joined, last, None);
            let then = assess(&need, Day::from_epoch_days(on + later), joined, last, None);
            prop_assert!(worse(today.status) <= worse(then.status));
            prop_assert_eq!(today.due, then.due);
        }

        #[test]
        fn meeting_it_today_makes_it_met(need in some_need(), joined in 0_i32..900, on in 0_i32..3000) {
            let on = Day::from_epoch_days(on);
            prop_assert_eq!(assess(&need, on, Day::from_epoch_days(joined), Some(on), None).status, NeedStatus::Met);
        }

        #[test]
        fn since_is_a_due_date_that_has_passed(
            need in some_need(), joined in 0_i32..900, last in prop::option::of(0_i32..3000), on in 0_i32..3000
        ) {
            let on = Day::from_epoch_days(on);
            let found = assess(&need, on, Day::from_epoch_days(joined), last.map(Day::from_epoch_days), None);
            let late = matches!(found.status, NeedStatus::Overdue | NeedStatus::Never);
            prop_assert_eq!(found.since, found.due.filter(|_| late));
            prop_assert!(found.due.is_none_or(|due| (due <= on) == late));
        }
    }
}
