//! How a settlement is booked: how far it stands, after which other, and what of it is in dispute.

use std::path::PathBuf;

use clap::Args;

/// How a settlement is booked.
#[derive(Debug, Args)]
pub struct Books {
    /// Mark it as provisional: more may come, and it will be settled again.
    #[arg(long, conflicts_with = "is_final")]
    pub provisional: bool,
    /// Mark it as final.
    #[arg(long = "final")]
    pub is_final: bool,
    /// An earlier settlement of the same time: post what is not right any more back, and what is new.
    #[arg(long, value_name = "DIR")]
    pub after: Option<PathBuf>,
    /// A CSV table of what is in dispute (clause, organisation, row, by, why); it goes on accounts of its own.
    #[arg(long, value_name = "TABLE")]
    pub disputed: Option<PathBuf>,
}
