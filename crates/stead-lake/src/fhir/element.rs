//! The parts that resources are made of, with only the fields that tables need. Everything is optional, so that one field
//! that cannot be read never costs the others.

use crate::fhir::quick::shapes;
use crate::fhir::raw::Raw;
use crate::fhir::text::Text;

shapes! {
    Coding {
        "system" system: Option<Text<'a>>,
        "code" code: Option<Text<'a>>,
        "display" display: Option<Text<'a>>,
    }
    Concept {
        "coding" coding: Vec<Coding<'a>>,
        "text" text: Option<Text<'a>>,
    }
    Identifier {
        "system" system: Option<Text<'a>>,
        "value" value: Option<Text<'a>>,
    }
    Reference {
        "reference" reference: Option<Text<'a>>,
        "type" kind: Option<Text<'a>>,
        "identifier" identifier: Option<Identifier<'a>>,
        "display" display: Option<Text<'a>>,
    }
    Period {
        "start" start: Option<Text<'a>>,
        "end" end: Option<Text<'a>>,
    }
    Quantity {
        "value" value: Option<Raw<'a>>,
        "comparator" comparator: Option<Text<'a>>,
        "unit" unit: Option<Text<'a>>,
        "code" code: Option<Text<'a>>,
    }
    Money {
        "value" value: Option<Raw<'a>>,
        "currency" currency: Option<Text<'a>>,
    }
    Meta {
        "lastUpdated" last_updated: Option<Text<'a>>,
    }
    Extension {
        "url" url: Option<Text<'a>>,
        "valueCode" value_code: Option<Text<'a>>,
        "valueString" value_string: Option<Text<'a>>,
        "valueDecimal" value_decimal: Option<Raw<'a>>,
        "valueReference" value_reference: Option<Reference<'a>>,
        "extension" extension: Vec<Extension<'a>>,
    }
    Address {
        "extension" extension: Vec<Extension<'a>>,
        "use" purpose: Option<Text<'a>>,
        "type" kind: Option<Text<'a>>,
        "city" city: Option<Text<'a>>,
        "postalCode" postal_code: Option<Text<'a>>,
        "period" period: Option<Period<'a>>,
    }
    HumanName {
        "use" purpose: Option<Text<'a>>,
        "text" text: Option<Text<'a>>,
        "family" family: Option<Text<'a>>,
        "given" given: Vec<Text<'a>>,
        "prefix" prefix: Vec<Text<'a>>,
    }
}

impl HumanName<'_> {
    /// The name as one reads it out.
    pub(crate) fn words(&self) -> Option<String> {
        if let Some(text) = &self.text {
            return Some(text.to_string());
        }
        let parts = self.prefix.iter().chain(&self.given).chain(&self.family).map(|part| &**part);
        let words = parts.collect::<Vec<_>>().join(" ");
        (!words.is_empty()).then_some(words)
    }
}
