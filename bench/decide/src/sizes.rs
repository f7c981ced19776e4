//! How much is put to the engines.

use std::env;
use std::path::PathBuf;
use std::process::exit;

/// What was asked for.
pub struct Sizes {
    pub agreements: usize,
    pub citizens: usize,
    pub requests: usize,
    /// Where registries are kept from one run to the next.
    pub kept: PathBuf,
}

impl Sizes {
    /// From the command line.
    pub fn asked() -> Self {
        let mut sizes = Self { agreements: 10_000, citizens: 1_000_000, requests: 100_000, kept: PathBuf::from(".") };
        let mut words = env::args().skip(1);
        while let Some(word) = words.next() {
            let value = words.next();
            let number = || value.as_deref().and_then(|value| value.parse().ok()).filter(|number| *number > 0);
            match (word.as_str(), &value, number()) {
                ("--agreements", _, Some(number)) => sizes.agreements = number,
                ("--citizens", _, Some(number)) => sizes.citizens = number,
                ("--requests", _, Some(number)) => sizes.requests = number,
                ("--kept", Some(folder), _) => sizes.kept = PathBuf::from(folder),
                _ => {
                    eprintln!("`{word}` cannot be understood: decide [--agreements N] [--citizens N] [--requests N]");
                    exit(2);
                }
            }
        }
        sizes
    }
}
