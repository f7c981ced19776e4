//! Rows on their way into a table's file.

pub(crate) mod builder;
pub(crate) mod cell;
pub(crate) mod reader;
pub(crate) mod writer;

pub(crate) use cell::{Cell, Rows};
pub(crate) use writer::{TableFile, TableWriter};
