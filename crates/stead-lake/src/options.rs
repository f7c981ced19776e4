//! What an import is asked to do, and how it tells how far it has come.

use std::path::PathBuf;

/// Files or folders of one source, or a folder of sources.
#[derive(Clone, Debug)]
pub struct Input {
    /// Who holds these records; without it, names of files and folders tell (see [`crate::import`]).
    pub source: Option<String>,
    /// A file, or a folder that is read with all folders in it.
    pub path: PathBuf,
}

impl Input {
    /// An input as written on the command line: `SOURCE=PATH` or `PATH`.
    ///
    /// What stands before the first `=` is the source unless it has a `/`, so that a path may hold a `=`.
    pub fn of(text: &str) -> Self {
        match text.split_once('=') {
            Some((source, path)) if !source.is_empty() && !source.contains('/') => {
                Self { source: Some(source.to_owned()), path: PathBuf::from(path) }
            }
            _ => Self { source: None, path: PathBuf::from(text) },
        }
    }
}

/// What to import and how.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// What to read.
    pub inputs: Vec<Input>,
    /// Into how many buckets citizens are spread; settled when the lake is made (default 32).
    pub buckets: Option<u16>,
    /// Identifier systems that several sources share, so that records are linked by them; settled when the lake is made.
    pub shared_systems: Option<Vec<String>>,
    /// A CSV file of groups of records that are one citizen, from a linker: `source,record,citizen_or_group[,probability]`.
    pub links: Option<PathBuf>,
    /// Stop at the first record that cannot be read, and import nothing.
    pub strict: bool,
    /// The longest line (or document) read, in bytes; a longer one is quarantined. Of a Bundle, the longest entry.
    pub line_bytes_max: usize,
    /// How deep objects and arrays may lie in one another.
    pub depth_max: usize,
    /// How many threads work; default: one a core.
    pub threads: Option<usize>,
    /// How many bytes of originals one thread holds at a time when it makes a bucket's tables.
    pub chunk_bytes: usize,
}

/// Systems of national numbers that are shared identifiers unless an import says otherwise.
pub const SHARED_SYSTEMS: [&str; 3] =
    ["https://stead.example/id/national-number", "https://fhir.nhs.uk/Id/nhs-number", "http://hl7.org/fhir/sid/us-ssn"];

/// Buckets of a new lake unless an import says otherwise.
pub const BUCKETS: u16 = 32;

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            buckets: None,
            shared_systems: None,
            links: None,
            strict: false,
            line_bytes_max: 64 << 20,
            depth_max: 64,
            threads: None,
            chunk_bytes: 48 << 20,
        }
    }
}

/// What an import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading records; counted in bytes of the files as they lie on disk.
    Reading,
    /// Writing tables; counted in buckets.
    Writing,
}

/// Somebody who wants to know how far an import has come. Called from several threads.
pub trait Progress: Sync {
    /// `done` of `total` (bytes or buckets, by stage) are done.
    fn tell(&self, stage: Stage, done: u64, total: u64);
}

/// Nobody wants to know.
impl Progress for () {
    fn tell(&self, _: Stage, _: u64, _: u64) {}
}
