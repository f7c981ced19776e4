//! The kinds of thing that a folder defines and mentions.

/// A kind of thing with ids of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Thing {
    Place,
    Area,
    Group,
    Need,
    Organisation,
    Site,
    Service,
    Kind,
    Profession,
    Codelist,
    SmallArea,
    Mapping,
    Agreement,
    Clause,
    Category,
    Tariff,
}

impl Thing {
    /// What people call one of them.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Area => "area",
            Self::Group => "group",
            Self::Need => "need",
            Self::Organisation => "organisation",
            Self::Site => "site",
            Self::Service => "service",
            Self::Kind => "kind of service",
            Self::Profession => "profession",
            Self::Codelist => "codelist",
            Self::SmallArea => "small area",
            Self::Mapping => "mapping",
            Self::Agreement => "agreement",
            Self::Clause => "clause",
            Self::Category => "category of record",
            Self::Tariff => "tariff",
        }
    }

    /// `a group`, `an area`.
    pub(crate) fn a_word(self) -> String {
        let word = self.word();
        format!("{} {word}", if word.starts_with(['a', 'o']) { "an" } else { "a" })
    }

    /// Where one of them is defined, and how to add it.
    pub(crate) fn home(self, id: &str) -> String {
        match self {
            Self::Place => format!("`places/{id}.toml`"),
            Self::Area => "a row in `areas.csv`".to_owned(),
            Self::Group => format!("a file `groups/{id}.toml`"),
            Self::Need => format!("a file `needs/{id}.toml`"),
            Self::Organisation => "a row in `organisations.csv`".to_owned(),
            Self::Site => "a row in `sites.csv`".to_owned(),
            Self::Service => "a row in `services.csv`".to_owned(),
            Self::Kind => "a row of that kind in `services.csv`".to_owned(),
            Self::Profession => "it to `professions` of a row in `services.csv`".to_owned(),
            Self::Codelist => format!("a file `codelists/{id}.csv`"),
            Self::SmallArea => "a row in `small-areas.csv`".to_owned(),
            Self::Mapping => "a row in `mappings.csv`".to_owned(),
            Self::Agreement => format!("a file `agreements/{id}.toml`"),
            Self::Clause => "a `[[clause]]` with that `id`".to_owned(),
            Self::Category => "a row in `categories.csv`".to_owned(),
            Self::Tariff => format!("a file `tariffs/{id}.csv`"),
        }
    }
}

/// Whether a text is an id: lower-case words and numbers joined by hyphens.
pub fn is_id(text: &str) -> bool {
    text.split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// The id that a text would make: `Retinal Screening` → `retinal-screening`; empty when nothing is left.
pub(crate) fn id_of(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_lower_case_words_joined_by_hyphens() {
        assert!(is_id("adults-with-type-1-diabetes"));
        for wrong in ["", "Adults", "two words", "a--b", "-a", "a_b", "é"] {
            assert!(!is_id(wrong), "{wrong}");
        }
        assert_eq!(id_of("Retinal  Screening_2"), "retinal-screening-2");
    }
}
