//! What linking needs to know of a Patient record, and nothing more: it is kept in memory for every record of the lake.

use serde::{Deserialize, Serialize};
use twox_hash::XxHash64;

use super::number::{may_link, number_of};
use crate::fhir::date::{Precision, When};
use crate::fhir::reference::Target;
use crate::fhir::resource::Patient;

/// A birthday, or another day, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Born {
    pub(crate) day: i32,
    /// 0 year, 1 month, 2 day.
    pub(crate) precision: u8,
}

impl Born {
    fn of(date: &str) -> Option<Self> {
        let when = When::of(date)?;
        let precision = match when.precision {
            Precision::Year => 0,
            Precision::Month => 1,
            Precision::Day | Precision::Moment => 2,
        };
        Some(Self { day: when.day, precision })
    }

    /// Whether two birthdays may be one: they agree as far as both are known.
    pub(crate) fn agrees(self, other: Self) -> bool {
        let ((year, month, day), (other_year, other_month, other_day)) = (civil(self), civil(other));
        let precision = self.precision.min(other.precision);
        year == other_year && (precision < 1 || month == other_month) && (precision < 2 || day == other_day)
    }

    /// The birthday as it was written.
    pub(crate) fn words(self) -> String {
        let (year, month, day) = civil(self);
        match self.precision {
            0 => format!("{year:04}"),
            1 => format!("{year:04}-{month:02}"),
            _ => format!("{year:04}-{month:02}-{day:02}"),
        }
    }
}

fn civil(born: Born) -> (i32, i32, i32) {
    crate::fhir::date::civil(born.day)
}

/// A Patient record, for linking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Its source, as an index into the lake's sources.
    #[serde(rename = "s")]
    pub(crate) source: u16,
    /// The Patient's id there.
    pub(crate) id: Box<str>,
    /// False when the lake holds records that refer to it, but not the Patient itself.
    #[serde(rename = "r")]
    pub(crate) record: bool,
    /// `meta.lastUpdated` and a digest of the text: the greater pair is the later version.
    #[serde(rename = "v")]
    pub(crate) version: (i64, u64),
    /// Digests of its identifiers (`system|value`, without placeholders of shared systems), for references by identifier.
    #[serde(rename = "k", default, skip_serializing_if = "<[u64]>::is_empty")]
    pub(crate) keys: Box<[u64]>,
    /// Its shared identifiers, each as `system|value`, without placeholders.
    #[serde(rename = "n", default, skip_serializing_if = "<[Box<str>]>::is_empty")]
    pub(crate) shared: Box<[Box<str>]>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub(crate) born: Option<Born>,
    /// `f`, `m` or `o`; `None` when not known.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub(crate) sex: Option<char>,
    /// The family name in small letters.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub(crate) family: Option<Box<str>>,
    /// The day of death; `Some(None)` when only the death is known.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none", with = "death")]
    pub(crate) died: Option<Option<i32>>,
    /// How well the day of death is known, as in [`Born`].
    #[serde(rename = "q", default = "to_the_day", skip_serializing_if = "is_to_the_day")]
    pub(crate) died_precision: u8,
    /// Whether it names a general practice.
    #[serde(rename = "p", default)]
    pub(crate) practice: bool,
    /// Whether its source holds a registration with a general practice for it.
    #[serde(rename = "e", default)]
    pub(crate) registered: bool,
    /// The record of the same source that took its place.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub(crate) replaced_by: Option<Box<str>>,
    /// The group a link file puts it in.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<Box<str>>,
}

const fn to_the_day() -> u8 {
    2
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_to_the_day(precision: &u8) -> bool {
    *precision == to_the_day()
}

mod death {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(died: &Option<Option<i32>>, to: S) -> Result<S::Ok, S::Error> {
        died.map(|day| day.unwrap_or(i32::MIN)).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<i32>>, D::Error> {
        let day = Option::<i32>::deserialize(from)?;
        Ok(day.map(|day| (day != i32::MIN).then_some(day)))
    }
}

/// A digest of an identifier, for looking it up.
pub(crate) fn key(system: &str, value: &str) -> u64 {
    let mut bytes = Vec::with_capacity(system.len() + value.len() + 1);
    bytes.extend_from_slice(system.as_bytes());
    bytes.push(b'|');
    bytes.extend_from_slice(value.as_bytes());
    XxHash64::oneshot(0, &bytes)
}

/// A digest of a number of a shared system, however it is written.
pub(crate) fn shared_key(system: &str, value: &str) -> u64 {
    key(&format!("shared {system}"), &number_of(value.trim()))
}

impl Head {
    /// A record that others refer to, but that nobody has sent.
    pub(crate) fn unseen(source: u16, id: &str) -> Self {
        Self {
            source,
            id: Box::from(id),
            record: false,
            version: (i64::MIN, 0),
            keys: Box::default(),
            shared: Box::default(),
            born: None,
            sex: None,
            family: None,
            died: None,
            died_precision: to_the_day(),
            practice: false,
            registered: false,
            replaced_by: None,
            group: None,
        }
    }

    /// What linking needs of a Patient.
    pub(crate) fn of(
        source: u16,
        id: &str,
        updated: i64,
        json: &str,
        patient: &Patient<'_>,
        shared_systems: &[String],
    ) -> Self {
        let identifiers = || {
            patient.identifier.iter().filter_map(|identifier| {
                let value = identifier.value.as_deref().filter(|value| !value.trim().is_empty())?;
                Some((identifier.system.as_deref().unwrap_or(""), value.trim()))
            })
        };
        let is_shared = |system: &str| shared_systems.iter().any(|shared| shared == system);
        let shared = || identifiers().filter(|(system, value)| is_shared(system) && may_link(system, value));
        // A placeholder finds nobody either, or records would come to whoever has it.
        let own = identifiers().filter(|(system, value)| !is_shared(system) || may_link(system, value));
        let keys = own.map(|(system, value)| key(system, value));
        let keys = keys.chain(shared().map(|(system, value)| shared_key(system, value))).collect();
        let mut shared: Vec<Box<str>> =
            shared().map(|(system, value)| format!("{system}|{}", number_of(value)).into()).collect();
        shared.sort();
        shared.dedup();
        let name =
            patient.name.iter().find(|name| name.purpose.as_deref() == Some("official")).or(patient.name.first());
        let family = name.and_then(|name| name.family.as_ref()).map(|family| family.trim().to_lowercase());
        let died = patient.deceased_date_time.as_deref().and_then(Born::of);
        let dead = patient.deceased_date_time.is_some() || patient.deceased_boolean == Some(true);
        Self {
            record: true,
            version: (updated, XxHash64::oneshot(0, json.as_bytes())),
            keys,
            shared: shared.into(),
            born: patient.birth_date.as_deref().and_then(Born::of),
            sex: match patient.gender.as_deref() {
                Some("female") => Some('f'),
                Some("male") => Some('m'),
                Some("other") => Some('o'),
                _ => None,
            },
            family: family.filter(|family| !family.is_empty()).map(String::into_boxed_str),
            died: dead.then_some(died.map(|died| died.day)),
            died_precision: died.map_or(to_the_day(), |died| died.precision),
            practice: !patient.general_practitioner.is_empty(),
            replaced_by: patient.link.iter().find(|link| link.kind.as_deref() == Some("replaced-by")).and_then(
                |link| match Target::of(link.other.as_ref()?) {
                    Target::Typed("Patient", id) | Target::Untyped(id) => Some(Box::from(id)),
                    _ => None,
                },
            ),
            ..Self::unseen(source, id)
        }
    }

    /// The day of death, when it is known.
    pub(crate) fn died_on(&self) -> Option<i32> {
        self.died.flatten()
    }

    /// The day of death as far as it is known.
    pub(crate) fn death_date(&self) -> Option<Born> {
        self.died_on().map(|day| Born { day, precision: self.died_precision })
    }
}
