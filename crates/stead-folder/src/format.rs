//! One way of writing every file, so that a change shows as what was changed: `stead fmt`.
//!
//! Formatting keeps every comment and never changes what a file says; formatting twice is formatting once.

mod csv;
mod toml;

use std::sync::Arc;

use crate::files::{FileKind, kind_of};
use crate::problem::{Problem, SourceFile};

pub use csv::format_csv;
pub use toml::format_toml;

/// A file of a place folder as `stead fmt` writes it; `None` for files that are not formatted, such as `README.md` and `areas.geojson`.
///
/// # Errors
///
/// What keeps the file from being read. Such a file is best left as it is.
pub fn format_file(path: &str, text: &str) -> Option<Result<String, Vec<Problem>>> {
    if matches!(kind_of(path), FileKind::Silent | FileKind::Shapes | FileKind::Stray(_)) {
        return None;
    }
    if path.ends_with(".toml") {
        return Some(format_toml(path, text));
    }
    path.ends_with(".csv").then(|| format_csv(path, text))
}

/// A text as a file, without a byte-order mark.
fn file_of(path: &str, text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new(path, text.strip_prefix('\u{FEFF}').unwrap_or(text)))
}
