//! The parts that resources are made of, with only the fields that tables need. Everything is optional, so that one field
//! that cannot be read never costs the others.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::fhir::text::Text;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Coding<'a> {
    #[serde(borrow)]
    pub(crate) system: Option<Text<'a>>,
    pub(crate) code: Option<Text<'a>>,
    pub(crate) display: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Concept<'a> {
    #[serde(borrow, default)]
    pub(crate) coding: Vec<Coding<'a>>,
    pub(crate) text: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Identifier<'a> {
    #[serde(borrow)]
    pub(crate) system: Option<Text<'a>>,
    pub(crate) value: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Reference<'a> {
    #[serde(borrow)]
    pub(crate) reference: Option<Text<'a>>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<Text<'a>>,
    pub(crate) identifier: Option<Identifier<'a>>,
    pub(crate) display: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Period<'a> {
    #[serde(borrow)]
    pub(crate) start: Option<Text<'a>>,
    pub(crate) end: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Quantity<'a> {
    #[serde(borrow)]
    pub(crate) value: Option<&'a RawValue>,
    pub(crate) comparator: Option<Text<'a>>,
    pub(crate) unit: Option<Text<'a>>,
    pub(crate) code: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Money<'a> {
    #[serde(borrow)]
    pub(crate) value: Option<&'a RawValue>,
    pub(crate) currency: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Meta<'a> {
    #[serde(borrow)]
    pub(crate) last_updated: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Extension<'a> {
    #[serde(borrow)]
    pub(crate) url: Option<Text<'a>>,
    pub(crate) value_code: Option<Text<'a>>,
    pub(crate) value_string: Option<Text<'a>>,
    pub(crate) value_decimal: Option<&'a RawValue>,
    pub(crate) value_reference: Option<Reference<'a>>,
    #[serde(default)]
    pub(crate) extension: Vec<Extension<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Address<'a> {
    #[serde(borrow, default)]
    pub(crate) extension: Vec<Extension<'a>>,
    #[serde(rename = "use")]
    pub(crate) purpose: Option<Text<'a>>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<Text<'a>>,
    pub(crate) city: Option<Text<'a>>,
    pub(crate) postal_code: Option<Text<'a>>,
    pub(crate) period: Option<Period<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct HumanName<'a> {
    #[serde(rename = "use", borrow)]
    pub(crate) purpose: Option<Text<'a>>,
    pub(crate) text: Option<Text<'a>>,
    pub(crate) family: Option<Text<'a>>,
    #[serde(default)]
    pub(crate) given: Vec<Text<'a>>,
    #[serde(default)]
    pub(crate) prefix: Vec<Text<'a>>,
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
