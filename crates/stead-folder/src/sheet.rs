//! How a CSV file of the folder is described, and the description of each.

use stead_rules::{Confidentiality, Meaning, ServiceStatus};

use crate::shapes::AMOUNT_MAX;
use crate::thing::Thing;

/// A table that people keep in a spreadsheet: what a row is, and its columns.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// What each row defines.
    pub(crate) thing: Thing,
    pub(crate) columns: &'static [Column],
}

/// A column of a sheet.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) cell: CellShape,
    pub(crate) need: Need,
    /// Other words that people try first.
    pub(crate) also: &'static [&'static str],
}

/// Whether a column and its cells must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// The column must be there, and every row must say something in it.
    Full,
    /// The column must be there; cells may be empty.
    Column,
    /// It may be left out.
    Optional,
}

/// What a cell may hold.
#[derive(Debug)]
pub(crate) enum CellShape {
    /// The id that the row defines.
    Own,
    /// The key that the row defines, chosen by other people.
    OwnKey,
    /// Any text.
    Text,
    /// Texts, separated by `;`.
    Texts,
    /// The id of a thing.
    Id(Thing),
    /// Keys of things that other people have chosen, separated by `;`.
    Keys(Thing),
    /// A word (a kind of service, a profession) that exists by being named here.
    Word(Thing),
    /// Such words, separated by `;`.
    Words(Thing),
    /// A day.
    Day,
    /// A whole number between two others (both allowed).
    Whole(i64, i64),
    /// Degrees between minus and plus so many.
    Degrees(f64),
    /// One of these words.
    OneOf(fn() -> Vec<&'static str>),
    /// `anyone`, `registered` or `group:ID`.
    OpenTo,
    /// A code system, by short name or URI.
    System,
}

const fn column(name: &'static str, need: Need, cell: CellShape) -> Column {
    Column { name, cell, need, also: &[] }
}

impl Column {
    const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }
}

use CellShape::{Day, Degrees, Id, Keys, OneOf, OpenTo, Own, OwnKey, System, Text, Texts, Whole, Word, Words};

const LONGITUDE: Column = column("longitude", Need::Optional, Degrees(180.0)).also(&["lon", "lng", "long", "x"]);
const LATITUDE: Column = column("latitude", Need::Optional, Degrees(90.0)).also(&["lat", "y"]);

/// `areas.csv`.
pub(crate) static AREAS: Sheet = Sheet {
    thing: Thing::Area,
    columns: &[
        column("area", Need::Full, Own).also(&["id"]),
        column("name", Need::Full, Text),
        column("small_areas", Need::Optional, Keys(Thing::SmallArea)).also(&["small_area", "lsoas", "codes"]),
        column("towns", Need::Optional, Texts).also(&["town"]),
        column("postcodes", Need::Optional, Texts).also(&["postcode"]),
    ],
};

/// The nineteen age bands of `small-areas.csv`, youngest first.
pub(crate) const AGE_BANDS: [&str; 19] = [
    "age_0_4",
    "age_5_9",
    "age_10_14",
    "age_15_19",
    "age_20_24",
    "age_25_29",
    "age_30_34",
    "age_35_39",
    "age_40_44",
    "age_45_49",
    "age_50_54",
    "age_55_59",
    "age_60_64",
    "age_65_69",
    "age_70_74",
    "age_75_79",
    "age_80_84",
    "age_85_89",
    "age_90_over",
];

const fn band(name: &'static str) -> Column {
    column(name, Need::Optional, Whole(0, u32::MAX as i64))
}

/// `small-areas.csv`.
pub(crate) static SMALL_AREAS: Sheet = Sheet {
    thing: Thing::SmallArea,
    columns: &[
        column("small_area", Need::Full, OwnKey).also(&["id", "code", "lsoa"]),
        column("name", Need::Optional, Text),
        column("deprivation_decile", Need::Optional, Whole(1, 10)).also(&["decile", "imd", "imd_decile"]),
        LONGITUDE,
        LATITUDE,
        band("age_0_4"),
        band("age_5_9"),
        band("age_10_14"),
        band("age_15_19"),
        band("age_20_24"),
        band("age_25_29"),
        band("age_30_34"),
        band("age_35_39"),
        band("age_40_44"),
        band("age_45_49"),
        band("age_50_54"),
        band("age_55_59"),
        band("age_60_64"),
        band("age_65_69"),
        band("age_70_74"),
        band("age_75_79"),
        band("age_80_84"),
        band("age_85_89"),
        band("age_90_over"),
    ],
};

/// `organisations.csv`.
pub(crate) static ORGANISATIONS: Sheet = Sheet {
    thing: Thing::Organisation,
    columns: &[
        column("organisation", Need::Full, Own).also(&["organization", "id"]),
        column("name", Need::Full, Text),
        column("kind", Need::Full, Text).also(&["type"]),
        column("codes", Need::Optional, Texts).also(&["code", "ods", "ods_code"]),
        column("part_of", Need::Optional, Id(Thing::Organisation)).also(&["parent"]),
    ],
};

/// `sites.csv`.
pub(crate) static SITES: Sheet = Sheet {
    thing: Thing::Site,
    columns: &[
        column("site", Need::Full, Own).also(&["id"]),
        column("name", Need::Full, Text),
        column("organisation", Need::Full, Id(Thing::Organisation)).also(&["organization"]),
        LONGITUDE,
        LATITUDE,
        column("small_area", Need::Optional, Text).also(&["lsoa"]),
    ],
};

/// `services.csv`.
pub(crate) static SERVICES: Sheet = Sheet {
    thing: Thing::Service,
    columns: &[
        column("service", Need::Full, Own).also(&["id"]),
        column("kind", Need::Full, Word(Thing::Kind)).also(&["type"]),
        column("organisation", Need::Full, Id(Thing::Organisation)).also(&["organization"]),
        column("site", Need::Full, Id(Thing::Site)).also(&["location"]),
        column("professions", Need::Column, Words(Thing::Profession)).also(&["profession"]),
        column("status", Need::Optional, OneOf(statuses)),
        column("from", Need::Optional, Day).also(&["start"]),
        column("to", Need::Optional, Day).also(&["end", "until"]),
        column("open_to", Need::Optional, OpenTo).also(&["eligibility"]),
        column("hours", Need::Optional, Text).also(&["opening_hours"]),
        column("capacity_per_week", Need::Optional, Whole(0, u32::MAX as i64)).also(&["capacity"]),
        column("unit_cost_pence", Need::Optional, Whole(0, u32::MAX as i64)).also(&["unit_cost", "cost"]),
        column("codes", Need::Optional, Texts).also(&["code"]),
    ],
};

/// `mappings.csv`.
pub(crate) static MAPPINGS: Sheet = Sheet {
    thing: Thing::Mapping,
    columns: &[
        column("meaning", Need::Full, OneOf(meanings)),
        column("system", Need::Full, System),
        column("code", Need::Full, Text),
        column("to", Need::Full, Text).also(&["means", "word"]),
        column("term", Need::Optional, Text).also(&["display", "name", "description"]),
    ],
};

/// `categories.csv`.
pub(crate) static CATEGORIES: Sheet = Sheet {
    thing: Thing::Category,
    columns: &[
        column("category", Need::Full, Own).also(&["id"]),
        column("name", Need::Full, Text),
        column("part_of", Need::Optional, Id(Thing::Category)).also(&["parent"]),
        column("confidentiality", Need::Optional, OneOf(confidentialities)).also(&["sensitive", "sensitivity"]),
        column("resources", Need::Optional, Texts).also(&["resource", "types", "fhir"]),
        column("services", Need::Optional, Keys(Thing::Kind)).also(&["service", "kinds"]),
        column("codelists", Need::Optional, Keys(Thing::Codelist)).also(&["codelist", "codes"]),
        column("labels", Need::Optional, Texts).also(&["label", "security"]),
        column("needed_by", Need::Optional, Keys(Thing::Kind)).also(&["needs", "for"]),
    ],
};

/// `codelists/*.csv`.
pub(crate) static CODELIST: Sheet = Sheet {
    thing: Thing::Codelist,
    columns: &[
        column("system", Need::Optional, System),
        column("code", Need::Full, Text).also(&["id", "snomedcode", "concept", "conceptid"]),
        column("term", Need::Optional, Text).also(&["display", "name", "description"]),
    ],
};

/// `tariffs/*.csv`.
pub(crate) static TARIFF: Sheet = Sheet {
    thing: Thing::Tariff,
    columns: &[
        column("contact", Need::Optional, Text).also(&["kind", "contact_kind"]),
        column("service", Need::Optional, Id(Thing::Kind)).also(&["services"]),
        column("profession", Need::Optional, Id(Thing::Profession)).also(&["professions"]),
        column("site", Need::Optional, Id(Thing::Site)),
        column("amount_minor", Need::Full, Whole(0, AMOUNT_MAX)).also(&["amount", "price", "pence", "price_minor"]),
        column("from", Need::Optional, Day).also(&["start", "since"]),
        column("to", Need::Optional, Day).also(&["end", "until"]),
    ],
};

impl Sheet {
    /// The sheet of a file, by its path in the folder.
    pub(crate) fn of(path: &str) -> Option<&'static Self> {
        Some(match path {
            "areas.csv" => &AREAS,
            "small-areas.csv" => &SMALL_AREAS,
            "organisations.csv" => &ORGANISATIONS,
            "sites.csv" => &SITES,
            "services.csv" => &SERVICES,
            "mappings.csv" => &MAPPINGS,
            "categories.csv" => &CATEGORIES,
            codelist if codelist.starts_with("codelists/") => &CODELIST,
            tariff if tariff.starts_with("tariffs/") => &TARIFF,
            _ => return None,
        })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|column| column.name)
    }
}

fn statuses() -> Vec<&'static str> {
    ServiceStatus::WORDS.iter().map(|(word, _)| *word).collect()
}

fn confidentialities() -> Vec<&'static str> {
    Confidentiality::WORDS.iter().map(|(word, _)| *word).collect()
}

fn meanings() -> Vec<&'static str> {
    Meaning::WORDS.iter().map(|(word, _)| *word).collect()
}
