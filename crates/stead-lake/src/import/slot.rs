//! Entries of Bundles: a resource each, what the Bundle calls it, and what the Bundle asks to be done with it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::fhir::outline::{Outline, outline, unquoted};
use crate::fhir::text::Text;

/// What is remarked of a deletion.
pub(crate) const DELETION: &str = "a deletion in a Bundle is not carried out: what the lake holds stays";
/// What is remarked of what a server says in a Bundle about itself.
pub(crate) const MESSAGE: &str = "a server's message in a Bundle is no record: left out";

/// An entry of a Bundle.
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    pub(crate) full_url: Option<Text<'a>>,
    pub(crate) resource: Option<&'a str>,
    /// Whether it is an answer about the search that gave the Bundle.
    outcome: bool,
    /// What is to be deleted, when anything is.
    pub(crate) deleted: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw<'a> {
    #[serde(borrow)]
    full_url: Option<&'a RawValue>,
    resource: Option<&'a RawValue>,
    search: Option<&'a RawValue>,
    request: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Search<'a> {
    #[serde(borrow)]
    mode: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    method: Option<Text<'a>>,
    url: Option<Text<'a>>,
}

impl<'a> Slot<'a> {
    /// The entry that this text is.
    ///
    /// # Errors
    /// Why it is none, in words that follow on what it is called.
    pub(crate) fn of(text: &'a str) -> Result<Self, &'static str> {
        let not_read = |error: serde_json::Error| if error.is_data() { "names a field twice" } else { "is not JSON" };
        if !text.starts_with('{') {
            return Err("is not an object");
        }
        let raw: Raw<'a> = serde_json::from_str(text).map_err(not_read)?;
        let full_url = raw.full_url.map(|url| serde_json::from_str(url.get())).transpose();
        let search: Search<'_> = part(raw.search);
        let request: Request<'_> = part(raw.request);
        Ok(Self {
            full_url: full_url.map_err(|_| "has a `fullUrl` that is not a text")?,
            resource: raw.resource.map(RawValue::get),
            outcome: search.mode.as_deref() == Some("outcome"),
            deleted: (request.method.as_deref() == Some("DELETE"))
                .then(|| type_in(request.url.as_deref().unwrap_or(""))),
        })
    }

    /// Whether the entry has anything in it that an entry is for.
    pub(crate) fn is_filled(&self) -> bool {
        self.resource.is_some() || self.deleted.is_some()
    }

    /// Whether its resource is something that the server says, and nobody's record.
    pub(crate) fn is_message(&self, resource: &Outline<'_>) -> bool {
        resource.resource_type == Some("\"OperationOutcome\"") && (self.outcome || resource.id.is_none())
    }

    /// For an entry that the Bundle calls otherwise than its id: `"urn:uuid:…"` and `"Type/id"`, to be put in its place.
    pub(crate) fn renamed(&self) -> Option<(String, String)> {
        let full_url = self.full_url.as_deref()?;
        let uuid = full_url.strip_prefix("urn:uuid:")?;
        let outline = outline(self.resource?, usize::MAX).ok()?;
        let (kind, id) = (outline.resource_type.and_then(unquoted)?, outline.id.and_then(unquoted)?);
        (id != uuid).then(|| (format!("\"{full_url}\""), format!("\"{kind}/{id}\"")))
    }
}

/// A part of an entry that tells how to take it; nothing when it cannot be read.
fn part<'a, T: Default + Deserialize<'a>>(raw: Option<&'a RawValue>) -> T {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// The resource type that a URL like `Patient/1` names.
fn type_in(url: &str) -> String {
    let path = url.split_once('?').map_or(url, |(path, _)| path);
    let found = path.rsplit('/').find(|part| is_type(part));
    found.unwrap_or("Bundle").to_owned()
}

/// Whether a text may be the name of a resource type.
pub(crate) fn is_type(kind: &str) -> bool {
    kind.len() <= 64
        && kind.starts_with(|first: char| first.is_ascii_uppercase())
        && kind.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// As a FHIR server does with a transaction: references by `fullUrl` become references to the resource's own id.
pub(crate) fn with_new_names<'t>(resource: &'t str, renamed: &[(String, String)]) -> Cow<'t, str> {
    let mut text = Cow::Borrowed(resource);
    if renamed.is_empty() || !resource.contains("\"urn:uuid:") {
        return text;
    }
    for (from, to) in renamed {
        if text.contains(from.as_str()) {
            text = Cow::Owned(text.replace(from.as_str(), to));
        }
    }
    text
}
