//! FHIR R4 as far as tables need it: no model of all of FHIR, only the fields that end up in columns.

pub(crate) mod code;
pub(crate) mod date;
pub(crate) mod element;
pub(crate) mod money;
pub(crate) mod outline;
pub(crate) mod quick;
pub(crate) mod raw;
pub(crate) mod read;
pub(crate) mod reference;
pub(crate) mod resource;
pub(crate) mod text;
