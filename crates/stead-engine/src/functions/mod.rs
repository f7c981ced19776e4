//! The functions that plans call: thin columns-to-rows shells around the pure rules.
//!
//! Each is registered by name and carries what was prepared for the run, so that a plan holds no closure and can be sent
//! to another machine.

pub(crate) mod care;
mod codes;
mod columns;
mod function;
pub(crate) mod lists;
pub(crate) mod nested;
pub(crate) mod reckoned;
pub(crate) mod registry;
pub(crate) mod standing;
pub(crate) mod translate;
pub(crate) mod words;

pub(crate) use codes::{ByCode, ByWords};
pub(crate) use columns::{Days, Rows, TextLists, Texts, flags, lists_of_texts, numbers, rows_of, texts_of};
pub(crate) use function::Function;
