//! What can be asked about decisions: who may see what, by which policies, and who looked.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use stead_app::{Address, Day};

use super::LakeAddress;
use super::people::InRegistry;

/// Arguments of `decide`.
#[derive(Debug, Args)]
#[command(override_usage = "stead decide [OPTIONS] --citizen <CITIZEN> --category <CATEGORY>
                    --purpose <PURPOSE> --on <DATE> --lake <LAKE> <PLACE>...")]
pub struct Decide {
    /// Place folders whose agreements count.
    #[arg(required = true, value_name = "PLACE")]
    pub places: Vec<PathBuf>,
    /// Whose record.
    #[arg(long)]
    pub citizen: String,
    /// Of which organisation somebody asks; without it the citizen does.
    #[arg(long)]
    pub organisation: Option<String>,
    /// Of which profession.
    #[arg(long, requires = "organisation")]
    pub profession: Option<String>,
    /// Who, by name; needed in an emergency.
    #[arg(long, value_name = "NAME", requires = "organisation")]
    pub professional: Option<String>,
    /// In which kind of service.
    #[arg(long)]
    pub service: Option<String>,
    /// Who holds the record; without it, anybody else.
    #[arg(long, value_name = "ORGANISATION")]
    pub holder: Option<String>,
    /// Which category of record, such as retinal-result.
    #[arg(long)]
    pub category: String,
    /// What for: TREAT, ETREAT (emergency), CAREMGT, HRESCH, PATRQT …
    #[arg(long)]
    pub purpose: String,
    /// The day.
    #[arg(long, value_name = "DATE")]
    pub on: Day,
    /// Why, in words; needed in an emergency.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The lake with a run, which says who acts for the citizen.
    #[arg(long, value_name = "LAKE", value_parser = LakeAddress)]
    pub lake: Address,
    /// With which signatures and choices.
    #[command(flatten)]
    pub registry: InRegistry,
    /// The file of the key that signs the log; REGISTRY.log-key without it, made on first use.
    #[arg(long, value_name = "FILE")]
    pub log_key: Option<PathBuf>,
}

/// Arguments of `policies`.
#[derive(Debug, Args)]
pub struct Policies {
    /// Place folders.
    #[arg(required = true, value_name = "PLACE")]
    pub places: Vec<PathBuf>,
    /// With which signatures.
    #[command(flatten)]
    pub registry: InRegistry,
}

/// Arguments of `log`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Log {
    /// What else to do with the log.
    #[command(subcommand)]
    pub command: Option<LogCommand>,
    /// The citizen whose entries are shown.
    #[arg(required = true)]
    pub citizen: Option<String>,
    /// Of which registry.
    #[command(flatten)]
    pub log: InLog,
}

/// Which log.
#[derive(Debug, Args)]
pub struct InLog {
    /// Of which registry.
    #[command(flatten)]
    pub registry: InRegistry,
    /// The file of the log's key, secret or public; REGISTRY.log-key without it.
    #[arg(long, value_name = "FILE")]
    pub log_key: Option<PathBuf>,
}

/// What else can be done with a log.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Find what was altered, removed or added: every entry, hash, chain and checkpoint.
    #[command(after_help = "Example: stead log verify --since checkpoint.txt")]
    Verify {
        /// Which log.
        #[command(flatten)]
        log: InLog,
        /// A checkpoint that was taken away earlier: finds a log that was cut or written anew since.
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
    },
    /// Every time somebody saw a record in an emergency that nothing else opened.
    #[command(after_help = "Example: stead log emergencies")]
    Emergencies {
        /// Which log.
        #[command(flatten)]
        log: InLog,
    },
}
