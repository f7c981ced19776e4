//! What can be asked about what people do: keys, signatures, choices.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Args, Subcommand};
use stead_app::registry::{Moment, RegistryAddress, address, today};
use stead_app::{Address, AppError, Day};

use super::LakeAddress;

/// Who has signed: by which registry, on which day.
#[derive(Debug, Args)]
pub struct Standing {
    /// The day; today without it.
    #[arg(long, value_name = "DATE")]
    pub on: Option<Day>,
    /// Who signed it.
    #[command(flatten)]
    pub registry: InRegistry,
}

impl Standing {
    /// The registry and the day that are meant.
    pub fn asked(self) -> Result<(RegistryAddress, Day), AppError> {
        Ok((address(self.registry.registry)?, self.on.unwrap_or_else(today)))
    }
}

/// Which registry.
#[derive(Debug, Args)]
pub struct InRegistry {
    /// The registry: a file, or postgres://USER@HOST/DATABASE. Without it the environment variable STEAD_REGISTRY says
    /// which; or else it is `registry.sqlite` in the current folder.
    #[arg(long, value_name = "REGISTRY", value_parser = AddressOfRegistry)]
    pub registry: Option<RegistryAddress>,
}

/// Keys.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key for an organisation: the secret half into a file, the public half into one beside it, and printed.
    #[command(after_help = "Example: stead key new harbour-trust --out harbour-trust.key")]
    New {
        /// Whose.
        organisation: String,
        /// The file for the secret half, which only its owner may read; ORGANISATION.key without it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Tell the registry whose a public key is.
    #[command(after_help = "Example: stead key add harbour-trust harbour-trust.key.pub")]
    Add {
        /// Whose.
        organisation: String,
        /// The public half, as `key new` prints it; or a file that holds it.
        public: String,
        /// The first day on which it counts; today without it.
        #[arg(long, value_name = "DATE")]
        from: Option<Day>,
        /// In which registry.
        #[command(flatten)]
        registry: InRegistry,
    },
    /// Tell the registry that a key counts no longer. What it signed before holds.
    #[command(after_help = "Example: stead key end harbour-trust c74f20a3 --on 2026-12-01")]
    End {
        /// Whose.
        organisation: String,
        /// Its eight digits.
        id: String,
        /// The first day on which it no longer counts; today without it.
        #[arg(long, value_name = "DATE")]
        on: Option<Day>,
        /// In which registry.
        #[command(flatten)]
        registry: InRegistry,
    },
    /// The keys that the registry knows.
    #[command(after_help = "Example: stead key list harbour-trust")]
    List {
        /// Only this organisation's.
        organisation: Option<String>,
        /// In which registry.
        #[command(flatten)]
        registry: InRegistry,
    },
}

/// Which agreement.
#[derive(Debug, Args)]
pub struct WhichAgreement {
    /// Its file, PLACE/agreements/ID.toml; or its id, with --place.
    pub agreement: PathBuf,
    /// The place folder that the id is of.
    #[arg(long, value_name = "PLACE")]
    pub place: Option<PathBuf>,
    /// In which registry.
    #[command(flatten)]
    pub registry: InRegistry,
}

/// Arguments of `sign` and `withdraw`.
#[derive(Debug, Args)]
pub struct Sign {
    /// Which agreement.
    #[command(flatten)]
    pub which: WhichAgreement,
    /// For which party.
    #[arg(long = "as", value_name = "ORGANISATION")]
    pub organisation: String,
    /// In which of the roles that may sign for it; needed where there are several.
    #[arg(long)]
    pub role: Option<String>,
    /// The file of the party's secret key.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The day; today without it.
    #[arg(long, value_name = "DATE")]
    pub on: Option<Day>,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Which agreement.
    #[command(flatten)]
    pub which: WhichAgreement,
    /// The day that is asked about; today without it.
    #[arg(long, value_name = "DATE")]
    pub on: Option<Day>,
}

/// Arguments of `stage`.
#[derive(Debug, Args)]
pub struct Stage {
    /// The place folder.
    #[arg(value_name = "PLACE")]
    pub folder: PathBuf,
    /// Which of the folder's places; the first without it.
    #[arg(long, value_name = "ID")]
    pub place: Option<String>,
    /// The lake whose latest run shows what records show.
    #[arg(long, value_name = "LAKE", value_parser = LakeAddress)]
    pub lake: Option<Address>,
    /// The day that is asked about; today without it.
    #[arg(long, value_name = "DATE")]
    pub on: Option<Day>,
    /// In which registry.
    #[command(flatten)]
    pub registry: InRegistry,
}

/// Choices.
#[derive(Debug, Subcommand)]
pub enum Choice {
    /// Record that a citizen objects: it wins over every agreement, from the very next question on.
    #[command(
        after_help = "Example: stead choice object essay-citizen --organisation harbour-pharmacy --category mental-health"
    )]
    Object(About),
    /// Record that a citizen permits what a clause asks for.
    #[command(
        after_help = "Example: stead choice permit essay-citizen --organisation clear-water --category sexual-health"
    )]
    Permit(About),
    /// Record the national opt-out: nothing beyond the citizen's own care.
    #[command(after_help = "Example: stead choice opt-out essay-citizen")]
    OptOut(Since),
    /// End a choice.
    #[command(after_help = "Example: stead choice withdraw essay-citizen objection-1f2e3d4c")]
    Withdraw {
        /// The citizen's id.
        citizen: String,
        /// The choice's id.
        id: String,
        /// The first day on which it is no longer in force; today without it.
        #[arg(long, value_name = "DATE")]
        on: Option<Day>,
        /// In which registry.
        #[command(flatten)]
        registry: InRegistry,
    },
    /// A citizen's choices: those in force, or what was believed at another moment.
    #[command(after_help = "Example: stead choice show essay-citizen --on 2026-01-01 --as-of 2026-03-01")]
    Show {
        /// The citizen's id.
        citizen: String,
        /// The day that is asked about; today without it.
        #[arg(long, value_name = "DATE")]
        on: Option<Day>,
        /// What the registry said at that moment; the end of a day, when a day is given.
        #[arg(long, value_name = "MOMENT")]
        as_of: Option<Moment>,
        /// Everything that was ever recorded.
        #[arg(long, conflicts_with_all = ["on", "as_of"])]
        all: bool,
        /// In which registry.
        #[command(flatten)]
        registry: InRegistry,
    },
    /// Read choices from FHIR R4 Consent resources: one, a Bundle, or one a line.
    #[command(after_help = "Example: stead choice import consents.ndjson --place places/harbour --lake lake")]
    Import {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Place folders whose organisations and categories are meant.
        #[arg(long, value_name = "PLACE")]
        place: Vec<PathBuf>,
        /// The lake that says whose records the patients are; without it, they are citizens by their ids.
        #[arg(long, value_name = "LAKE", value_parser = LakeAddress)]
        lake: Option<Address>,
        /// In which registry.
        #[command(flatten)]
        registry: InRegistry,
    },
}

/// What a choice is about. What is left out is about any.
#[derive(Debug, Args)]
pub struct About {
    /// Who wants to see; may be given several times, as all of these.
    #[arg(long, value_name = "ORGANISATION")]
    pub organisation: Vec<String>,
    /// Of which profession.
    #[arg(long)]
    pub profession: Vec<String>,
    /// Which category of record.
    #[arg(long)]
    pub category: Vec<String>,
    /// What for: a code such as TREAT, CAREMGT or HRESCH.
    #[arg(long, value_name = "CODE")]
    pub purpose: Vec<String>,
    /// Whose, and since when.
    #[command(flatten)]
    pub since: Since,
}

/// Whose a choice is, and when it is in force.
#[derive(Debug, Args)]
pub struct Since {
    /// The citizen's id.
    pub citizen: String,
    /// The first day; today without it.
    #[arg(long, value_name = "DATE")]
    pub from: Option<Day>,
    /// The first day on which it is no longer in force.
    #[arg(long, value_name = "DATE")]
    pub until: Option<Day>,
    /// Where it comes from, such as a letter.
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// Place folders whose organisations and categories are meant; names are checked by them.
    #[arg(long, value_name = "PLACE")]
    pub place: Vec<PathBuf>,
    /// In which registry.
    #[command(flatten)]
    pub registry: InRegistry,
}

/// Reads the address of a registry. What is wrong with one is told without the address itself: it may hold a password.
#[derive(Clone, Debug)]
struct AddressOfRegistry;

impl TypedValueParser for AddressOfRegistry {
    type Value = RegistryAddress;

    fn parse_ref(&self, command: &clap::Command, _: Option<&Arg>, value: &OsStr) -> Result<Self::Value, clap::Error> {
        let Some(text) = value.to_str() else { return Ok(RegistryAddress::File(PathBuf::from(value))) };
        let told = |error| clap::Error::raw(ErrorKind::ValueValidation, format!("{error}\n")).with_cmd(command);
        text.parse().map_err(|error: stead_app::registry::RegistryAddressError| told(error))
    }
}
