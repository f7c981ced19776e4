//! Reads place folders: what they say as [`Definitions`], and everything that is wrong with them.
//!
//! A commissioner edits a spreadsheet, a clinician writes a rule; both learn at once what does not fit, in which line, and how to mend it.
//! [`read`] takes folders and gives back what is right *and* all that is wrong. The format is described in `docs/place-folder.md`.
//!
//! 1. [`Folder`]: the files, from disk or from memory.
//! 2. `shapes` and `sheet`: what the files may say, described once.
//! 3. `toml_file` and `rows`: files held against those descriptions; `index`: every id defined or mentioned.
//! 4. `read`: from files to [`stead_rules`]; `check`: what is well written and yet cannot be meant.
//! 5. [`schemas`], [`format_file`], [`template`]: help for those who write folders.
#![cfg_attr(
    test,
    expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may fail loudly")
)]

mod agreement_file;
mod check;
mod circles;
mod codes;
mod contract;
mod csv_text;
mod days;
mod evidence_file;
mod files;
mod folder;
mod format;
mod index;
mod member_list;
mod merge;
mod near;
mod problem;
mod read;
mod render;
mod rows;
mod schema;
mod shape;
mod shapes;
mod sheet;
mod template;
mod thing;
mod toml_file;
mod toml_syntax;
mod unknown;
mod unsigned;

use stead_rules::Definitions;

pub use agreement_file::agreement_file;
pub use contract::{ContractProblem, agreement_of, contract};
pub use evidence_file::{EvidenceFile, EvidenceRow};
pub use folder::{DEPTH_MAX, FILE_BYTES_MAX, FILES_MAX, Folder};
pub use format::{format_csv, format_file, format_toml};
pub use member_list::{ListedMember, member_list};
pub use problem::{Problem, Severity, SourceFile, View};
pub use render::{abridge, count, render, render_one};
pub use schema::schemas;
pub use template::template;
pub use thing::is_id;
pub use unsigned::{Unsigned, unsigned};

/// What folders say, and what is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What is right. Every id that is mentioned in it exists; what mentions something wrong is left out.
    pub definitions: Definitions,
    /// What is wrong, by folder, file and line.
    pub problems: Vec<Problem>,
}

impl Reading {
    /// Whether anything must be mended before the definitions can be used.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// Reads folders into one set of definitions.
///
/// Ids are looked up within each folder. Where several folders define the same thing, they must define it alike; a place belongs to one folder only.
pub fn read(folders: &[Folder]) -> Reading {
    merge::merge(folders.iter().map(read::read_folder).collect())
}
