//! Purposes: what somebody wants to see a record for, in the standard codes (HL7 v3 `PurposeOfUse`, of `ActReason`).

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $words:literal, under $parent:ident;)*) => {
        /// What a record is used for. Codes and their hierarchy are those of HL7 v3 `PurposeOfUse`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Purpose { $($(#[$doc])* #[serde(rename = $code)] $name,)* }

        impl Purpose {
            /// Every purpose.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its code: `TREAT`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it is in words.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            /// The purpose it lies directly under; of the topmost, itself.
            const fn parent(self) -> Self {
                match self { $(Self::$name => Self::$parent,)* }
            }
        }
    };
}

purposes! {
    /// Caring for this citizen.
    Treatment = "TREAT", "treatment", under Treatment;
    /// Bringing together the care of this citizen.
    Coordination = "COC", "coordination of care", under Treatment;
    /// Caring for this citizen in an emergency, when nothing else opens the record.
    Emergency = "ETREAT", "emergency treatment", under Treatment;
    /// Running care.
    Operations = "HOPERAT", "health care operations", under Operations;
    /// Looking after groups of people: who is at risk, who was not seen.
    CareManagement = "CAREMGT", "care management", under Operations;
    /// Making care better.
    Quality = "HQUALIMP", "quality improvement", under Operations;
    /// Measuring outcomes.
    Outcomes = "HOUTCOMS", "outcome measurement", under Operations;
    /// Making care safer.
    Safety = "PATSFTY", "patient safety", under Operations;
    /// Appointments, lists, letters.
    Administration = "PATADMIN", "patient administration", under Operations;
    /// Paying for care.
    Payment = "HPAYMT", "payment", under Payment;
    /// Protecting the public's health.
    PublicHealth = "PUBHLTH", "public health", under PublicHealth;
    /// Warding off a threat to the public.
    Threat = "THREAT", "a threat to public health", under PublicHealth;
    /// Research.
    Research = "HRESCH", "research", under Research;
    /// Trials of treatments.
    ClinicalTrials = "CLINTRCH", "clinical trial research", under Research;
    /// Selling.
    Marketing = "HMARKT", "marketing", under Marketing;
    /// Because the citizen asks.
    Request = "PATRQT", "the citizen's own request", under Request;
    /// Because her family asks.
    FamilyRequest = "FAMRQT", "the family's request", under Request;
    /// Because somebody asks who may decide for her.
    AttorneyRequest = "PWATRNY", "request by power of attorney", under Request;
}

impl Purpose {
    /// The purpose of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|purpose| purpose.code() == code)
    }

    /// Whether it is `other`, or lies under it in HL7's hierarchy: coordination of care is treatment, treatment is not
    /// coordination.
    pub fn lies_under(self, other: Self) -> bool {
        self == other || (self.parent() != self && self.parent().lies_under(other))
    }

    /// Whether it is care of this one citizen. HL7 counts care management among the operations: it looks at many.
    pub fn is_individual_care(self) -> bool {
        self.lies_under(Self::Treatment)
    }

    /// Whether a national opt-out closes it: whatever is neither the citizen's own care nor her own request.
    pub fn is_beyond_care(self) -> bool {
        !self.is_individual_care() && !self.lies_under(Self::Request)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_is_known_by_its_code() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::of(purpose.code()), Some(*purpose));
            assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.code());
        }
    }

    #[test]
    fn coordination_is_treatment_and_care_management_is_not() {
        assert!(Purpose::Coordination.lies_under(Purpose::Treatment));
        assert!(!Purpose::Treatment.lies_under(Purpose::Coordination));
        assert!(Purpose::Emergency.is_individual_care());
        assert!(!Purpose::CareManagement.is_individual_care());
        assert!(Purpose::CareManagement.lies_under(Purpose::Operations));
    }

    #[test]
    fn an_opt_out_leaves_care_and_the_citizens_own_request_alone() {
        let closed: Vec<_> = Purpose::ALL.iter().filter(|it| !it.is_beyond_care()).map(|it| it.code()).collect();
        assert_eq!(closed, ["TREAT", "COC", "ETREAT", "PATRQT", "FAMRQT", "PWATRNY"]);
    }
}
