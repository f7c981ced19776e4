//! What rules may ask about a person.

use serde::{Deserialize, Serialize};

macro_rules! worded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every value with the word that files and tables use for it.
            pub const WORDS: &[(&str, Self)] = &[$(($word, Self::$variant),)*];

            /// The word that files and tables use.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The value of a word.
            pub fn of(word: &str) -> Option<Self> {
                Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
            }
        }
    };
}
pub(crate) use worded;

worded! {
    /// Administrative sex, as FHIR's `AdministrativeGender`.
    Sex {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
        /// Another.
        Other = "other",
        /// Not recorded.
        Unknown = "unknown",
    }
}

worded! {
    /// Marital status, from the HL7 v3 `MaritalStatus` codes.
    MaritalStatus {
        /// Never married (S).
        Single = "single",
        /// Married or in a civil partnership (M).
        Married = "married",
        /// Domestic partner (T).
        Partnered = "partnered",
        /// Legally separated (L) or interlocutory (I).
        Separated = "separated",
        /// Divorced (D) or annulled (A).
        Divorced = "divorced",
        /// Widowed (W).
        Widowed = "widowed",
    }
}

impl MaritalStatus {
    /// The status of an HL7 v3 `MaritalStatus` code; polygamous (P) counts as married, unmarried (U) as single.
    pub fn of_hl7(code: &str) -> Option<Self> {
        Some(match code {
            "S" | "U" => Self::Single,
            "M" | "P" | "C" => Self::Married,
            "T" => Self::Partnered,
            "L" | "I" => Self::Separated,
            "D" | "A" => Self::Divorced,
            "W" => Self::Widowed,
            _ => return None,
        })
    }
}
