//! Rows on their way into a table's file.

pub(crate) mod builder;
pub(crate) mod cell;
pub(crate) mod reader;
pub(crate) mod rows;
pub(crate) mod words;
pub(crate) mod writer;

pub(crate) use cell::Cell;
pub(crate) use rows::Rows;
pub(crate) use writer::{TableFile, TableWriter};
