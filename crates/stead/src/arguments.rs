//! What can be asked for, with help and an example each.

mod books;
pub mod decisions;
pub mod people;

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, ArgGroup, Args, Parser, Subcommand, ValueEnum};
use stead_app::cluster::Address as Scheduler;
use stead_app::{Address, Day};

pub use books::Books;

/// Software for people who run places of care.
///
/// A place is a folder of readable files. From it and from citizens' records Stead works out who belongs, what each needs,
/// who is around them, and why.
#[derive(Debug, Parser)]
#[command(name = "stead", version, propagate_version = true, arg_required_else_help = true, max_term_width = 80)]
#[command(after_help = "Exit codes: 0 done; 1 a folder has errors, or it could not be done; 2 wrong use;
4 records were left out and --strict was given; 5 a decision was no; 70 a mistake in Stead.")]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to print data.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How data is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs; documented, versioned and stable.
    Json,
    /// Comma-separated values (only `query`).
    Csv,
    /// A Parquet file (only `query`, with --out).
    Parquet,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a place folder to start from.
    #[command(after_help = "Example: stead new places/riverside")]
    New {
        /// Where; must not exist yet.
        folder: PathBuf,
        /// Copy the example town `harbour` instead of the small folder.
        #[arg(long)]
        harbour: bool,
    },
    /// Find errors and gaps in place folders.
    #[command(after_help = "Example: stead check places/harbour")]
    Check {
        /// Place folders.
        #[arg(required = true, value_name = "PLACE")]
        places: Vec<PathBuf>,
        /// Who has signed by then.
        #[command(flatten)]
        standing: people::Standing,
    },
    /// Format the files of place folders; comments stay.
    #[command(after_help = "Example: stead fmt --check places/harbour")]
    Fmt {
        /// Place folders.
        #[arg(required = true, value_name = "PLACE")]
        places: Vec<PathBuf>,
        /// Write nothing; exit 1 when something would change.
        #[arg(long)]
        check: bool,
    },
    /// Write the JSON Schemas by which editors complete and check place folders.
    #[command(after_help = "Example: stead schema --out schemas")]
    Schema {
        /// The folder to write them into; without it they are printed.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Make up a town: citizens and ten years of their records, as FHIR NDJSON.
    #[command(after_help = "Example: stead synth --citizens 1000 --seed 7 --out town")]
    Synth(Synth),
    /// Read FHIR records into a lake of tables.
    #[command(after_help = "Example: stead import gp=exports/gp trust=exports/trust.ndjson.gz --lake lake")]
    Import(Import),
    /// Describe every table of the lake and of results.
    #[command(after_help = "Example: stead tables contact")]
    Tables {
        /// Only these tables.
        #[arg(value_name = "TABLE")]
        names: Vec<String>,
    },
    /// Ask in SQL over the lake's tables and the latest run's results.
    #[command(after_help = "Example: stead query 'SELECT status, count(*) FROM needs GROUP BY status' --lake lake")]
    Query {
        /// The question.
        sql: String,
        /// The lake.
        #[arg(long, value_name = "LAKE", value_parser = LakeAddress)]
        lake: Address,
        /// Write the answer into this file.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Have a cluster compute it, whose scheduler is there.
        #[arg(long, value_name = "ballista://HOST:PORT")]
        cluster: Option<Scheduler>,
    },
    /// Work out membership, needs, visits, circles and summaries of places, as of a day.
    #[command(after_help = "Example: stead run places/harbour --lake lake --on 2026-11-01")]
    Run(Run),
    /// Work out who is paid what by which clause, on records or on figures that a party brings.
    #[command(
        after_help = "Example: stead settle places/harbour --lake lake --from 2026-04-01 --to 2026-11-01 --out settled"
    )]
    Settle(Settle),
    /// What other agreements would change over the same records or figures: who gains and who loses, by which clause and why.
    #[command(after_help = "Example: stead compare places/mssp plans/mssp --evidence settlement.csv")]
    Compare(Compare),
    /// Numbers about the people of places: how many, what they need; small numbers are kept back.
    #[command(after_help = "Example: stead summary --lake lake --place harbour --by deprivation-fifth")]
    Summary {
        /// The lake, after a run.
        #[arg(long, value_name = "LAKE", value_parser = LakeAddress)]
        lake: Address,
        /// Everything about this place; without it, a line for each place.
        #[arg(long)]
        place: Option<String>,
        /// Cut by all, area, deprivation-fifth, age-band or sex.
        #[arg(long, default_value = "all", value_name = "CUT")]
        by: String,
    },
    /// Who came into a place and who left it between two days, and why.
    #[command(after_help = "Example: stead changes --lake lake --from 2026-10-01 --to 2026-11-01")]
    Changes {
        /// The lake, after a run.
        #[arg(long, value_name = "LAKE", value_parser = LakeAddress)]
        lake: Address,
        /// The one day.
        #[arg(long, value_name = "DATE")]
        from: Day,
        /// The later day.
        #[arg(long, value_name = "DATE")]
        to: Day,
        /// Only this place.
        #[arg(long)]
        place: Option<String>,
    },
    /// Whose citizens are by a clause, over a time: who came, who left; with lists of members as FHIR Groups.
    #[command(
        override_usage = "stead members <PLACE>... --lake <LAKE> --clause <CLAUSE> --from <DATE>\n    --to <DATE> [--out <FILE>]",
        after_help = "Example: stead members places/harbour --lake lake --clause 'pooled-fund 1'
  --from 2026-10-01 --to 2026-11-01"
    )]
    Members(Members),
    /// Everything about one citizen, with reasons.
    #[command(after_help = "Example: stead explain essay-citizen --lake lake")]
    Explain {
        /// The citizen's id, or the id of one of their records.
        citizen: String,
        /// The lake, after a run.
        #[arg(long, value_name = "LAKE", value_parser = LakeAddress)]
        lake: Address,
    },
    /// Keys of organisations: what they sign with, and what others know them by.
    #[command(subcommand, after_help = "Example: stead key new harbour-trust")]
    Key(people::Key),
    /// Sign an agreement for one of its parties.
    #[command(
        after_help = "Example: stead sign places/harbour/agreements/alliance.toml --as clear-water --key clear-water.key"
    )]
    Sign(people::Sign),
    /// Say which signatures of an agreement hold, which are void because a word changed, and who has not signed.
    #[command(after_help = "Example: stead verify places/harbour/agreements/alliance.toml")]
    Verify(people::Verify),
    /// Give a party's notice: it leaves the agreement once the notice has run out.
    #[command(
        after_help = "Example: stead withdraw places/harbour/agreements/alliance.toml --as clear-water --key clear-water.key"
    )]
    Withdraw(people::Sign),
    /// Are we a place yet? Five answers, each from evidence.
    #[command(after_help = "Example: stead stage places/harbour --lake lake")]
    Stage(people::Stage),
    /// What citizens allow and object to.
    #[command(subcommand, after_help = "Example: stead choice show essay-citizen")]
    Choice(people::Choice),
    /// Who may see what: yes or no to one use of one record, and why. It is written into the log first.
    #[command(after_help = "Example: stead decide places/harbour --citizen essay-citizen \
                            --organisation harbour-trust --holder harbour-trust --category results \
                            --purpose TREAT --on 2026-11-01 --lake lake")]
    Decide(decisions::Decide),
    /// The policies that decide, and what every clause says to them.
    #[command(after_help = "Example: stead policies places/harbour")]
    Policies(decisions::Policies),
    /// Who asked for a citizen's record, why, by which clause; proved to be all.
    #[command(after_help = "Example: stead log essay-citizen")]
    Log(decisions::Log),
    /// What organisations have promised each other: agreements, how dense they are, who owes whom.
    #[command(after_help = "Example: stead agreements places/harbour --matrix")]
    Agreements {
        /// Place folders.
        #[arg(required = true, value_name = "PLACE")]
        places: Vec<PathBuf>,
        /// Who owes how much to whom.
        #[arg(long)]
        matrix: bool,
        /// Print this agreement as a FHIR R4 Contract.
        #[arg(long, value_name = "ID", conflicts_with_all = ["matrix", "from_contract"])]
        contract: Option<String>,
        /// Write the agreement of a FHIR R4 Contract into the (first) place folder.
        #[arg(long, value_name = "FILE", conflicts_with = "matrix")]
        from_contract: Option<PathBuf>,
        /// Where each stands.
        #[command(flatten)]
        standing: people::Standing,
    },
    /// Make up a town, import it, run the example place, and show the summary and the essay's citizen.
    #[command(after_help = "Example: stead demo --citizens 5000")]
    Demo(Demo),
    /// Run a process of a cluster: one scheduler, and an executor on each machine.
    #[command(subcommand, after_help = "Example: stead cluster scheduler")]
    Cluster(Process),
}

/// Arguments of `synth`.
#[derive(Debug, Args)]
pub struct Synth {
    /// How many citizens; `essay-citizen` is always one of them.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub citizens: u64,
    /// Another seed makes another town.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Where to write records: a folder for each organisation that holds them.
    #[arg(long, value_name = "DIR", required_unless_present = "lake", conflicts_with = "lake")]
    pub out: Option<PathBuf>,
    /// Write the tables of a lake instead of records, for load tests: without the originals, and nothing can be added.
    #[arg(long, value_name = "DIR", value_parser = LakeAddress)]
    pub lake: Option<Address>,
    /// Whose organisations, services and homes; the example town without it.
    #[arg(long, value_name = "PLACE")]
    pub place: Option<PathBuf>,
    /// Small areas to live in, laid out as `small-areas.csv`, instead of the place's own.
    #[arg(long, value_name = "FILE")]
    pub areas: Option<PathBuf>,
    /// Three years of thinner histories instead of ten full ones.
    #[arg(long)]
    pub slim: bool,
    /// The last day of the records.
    #[arg(long, value_name = "DATE", default_value = "2026-11-01")]
    pub last_day: Day,
    /// How many threads; the records are the same.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    pub threads: usize,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Files or folders of FHIR R4 records: NDJSON or Bundles, plain, gzip or zstd.
    #[arg(required = true, value_name = "[SOURCE=]PATH")]
    pub inputs: Vec<String>,
    /// The lake: a folder, or a place in an object store (s3://BUCKET/PREFIX); made if it is not there.
    #[arg(long, value_name = "LAKE", value_parser = LakeAddress)]
    pub lake: Address,
    /// Stop at the first record that cannot be read, and import nothing.
    #[arg(long)]
    pub strict: bool,
    /// A CSV file of linked records: source,record,citizen_or_group.
    #[arg(long, value_name = "FILE")]
    pub links: Option<PathBuf>,
    /// An identifier system that sources share, besides the usual national numbers.
    #[arg(long, value_name = "SYSTEM")]
    pub shared_identifier: Vec<String>,
    /// Into how many buckets citizens are spread; settled when the lake is made.
    #[arg(long, value_name = "N")]
    pub buckets: Option<u16>,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// Place folders.
    #[arg(required = true, value_name = "PLACE")]
    pub places: Vec<PathBuf>,
    /// The lake.
    #[arg(long, value_name = "LAKE", value_parser = LakeAddress)]
    pub lake: Address,
    /// The day the answers are for.
    #[arg(long, value_name = "DATE")]
    pub on: Day,
    /// How far back a contact counts for the circle, in months.
    #[arg(long, default_value_t = 24)]
    pub look_back_months: u16,
    /// Providers who share fewer citizens do not count as sharing any.
    #[arg(long, default_value_t = 2)]
    pub pair_patients_min: u32,
    /// Largest number that is suppressed in summaries.
    #[arg(long, default_value_t = 7)]
    pub suppress_max: u32,
    /// Summaries are rounded to the nearest multiple of this.
    #[arg(long, default_value_t = 5)]
    pub round_to: u32,
    /// Have a cluster compute it, whose scheduler is there.
    #[arg(long, value_name = "ballista://HOST:PORT")]
    pub cluster: Option<Scheduler>,
    /// Who signed what, and what citizens object to.
    #[command(flatten)]
    pub registry: people::InRegistry,
}

/// Arguments of `settle`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("figures").required(true).args(["evidence", "lake"]))]
pub struct Settle {
    /// Place folders, with the agreements.
    #[arg(required = true, value_name = "PLACE")]
    pub places: Vec<PathBuf>,
    /// The lake, for settling on its records; who was in which group is what its latest run says.
    #[arg(long, value_name = "LAKE", requires = "from")]
    pub lake: Option<Address>,
    /// A CSV table of figures; an agreement of the place says what its columns mean.
    #[arg(long, value_name = "TABLE")]
    pub evidence: Option<PathBuf>,
    /// The folder for postings, statements, balances and a journal for hledger.
    #[arg(long, value_name = "DIR", required_unless_present = "citizen")]
    pub out: Option<PathBuf>,
    /// The first day. With a table: for rows that name no year; of other years, rows are left out.
    #[arg(long, value_name = "DATE", requires = "to")]
    pub from: Option<Day>,
    /// The first day outside.
    #[arg(long, value_name = "DATE", requires = "from")]
    pub to: Option<Day>,
    /// How it is booked.
    #[command(flatten)]
    pub books: Books,
    /// Write what was paid for each citizen, too, as a table.
    #[arg(long, requires_all = ["lake", "out"])]
    pub citizens: bool,
    /// Show what was paid for one citizen, by which clause, on which records.
    #[arg(long, value_name = "CITIZEN", requires = "lake")]
    pub citizen: Option<String>,
}

/// Arguments of `members`.
#[derive(Debug, Args)]
pub struct Members {
    /// Place folders, with the agreements.
    #[arg(required = true, value_name = "PLACE")]
    pub places: Vec<PathBuf>,
    /// The lake, after a run.
    #[arg(long, value_name = "LAKE", value_parser = LakeAddress)]
    pub lake: Address,
    /// The clause, by agreement and number.
    #[arg(long, value_name = "CLAUSE")]
    pub clause: String,
    /// The first day.
    #[arg(long, value_name = "DATE")]
    pub from: Day,
    /// The first day outside.
    #[arg(long, value_name = "DATE")]
    pub to: Day,
    /// A file for the lists: NDJSON, a Group for each organisation.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("compared").required(true).args(["evidence", "lake"]))]
pub struct Compare {
    /// The place folder with the agreements as they are.
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The place folder with other agreements.
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// The lake, for settling on its records; who was in which group is what its latest run says.
    #[arg(long, value_name = "LAKE", value_parser = LakeAddress, requires = "from")]
    pub lake: Option<Address>,
    /// A CSV table of figures; an agreement of each says what its columns mean.
    #[arg(long, value_name = "TABLE")]
    pub evidence: Option<PathBuf>,
    /// The first day. With a table: for rows that name no year; of other years, rows are left out.
    #[arg(long, value_name = "DATE", requires = "to")]
    pub from: Option<Day>,
    /// The first day outside.
    #[arg(long, value_name = "DATE", requires = "from")]
    pub to: Option<Day>,
}

/// A process of a cluster.
#[derive(Debug, Subcommand)]
pub enum Process {
    /// Say which executor computes what.
    #[command(after_help = "Example: stead cluster scheduler")]
    Scheduler {
        /// Where it listens.
        #[command(flatten)]
        listen: Listen<50050>,
    },
    /// Compute what the scheduler says.
    #[command(after_help = "Example: stead cluster executor --scheduler 127.0.0.1:50050")]
    Executor {
        /// Whose executor it is.
        #[arg(long, value_name = "HOST:PORT")]
        scheduler: Scheduler,
        /// Where it listens.
        #[command(flatten)]
        listen: Listen<50060>,
        /// How many buckets it computes at once; as many as there are cores without it.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        cores: Option<u16>,
        /// The folder for rows on their way between machines; one below the system's own without it.
        #[arg(long, value_name = "DIR")]
        work: Option<PathBuf>,
        /// How much memory plans may take, in MiB; most of what the machine has without it.
        #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..))]
        memory_mib_max: Option<u64>,
    },
}

/// Where a process of a cluster listens.
#[derive(Debug, Args)]
pub struct Listen<const PORT: u16> {
    /// Where it listens; an executor takes the next port, too. Port 0: any that is free.
    #[arg(long, value_name = "IP:PORT", default_value_t = SocketAddr::from(([127, 0, 0, 1], PORT)))]
    pub bind: SocketAddr,
    /// By which name or number others reach it, when that is another.
    #[arg(long, value_name = "HOST")]
    pub advertise: Option<String>,
    /// Listen where other machines reach it, without sign-in and encryption.
    #[arg(long)]
    pub exposed: bool,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// How many citizens.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub citizens: u64,
    /// Where the town and its lake are kept.
    #[arg(long, value_name = "DIR", default_value = "target/demo")]
    pub dir: PathBuf,
    /// Begin again instead of using what is there.
    #[arg(long)]
    pub fresh: bool,
}

/// Reads the address of a lake. What is wrong with one is told without the address itself: it may hold a secret.
#[derive(Clone, Debug)]
struct LakeAddress;

impl TypedValueParser for LakeAddress {
    type Value = Address;

    fn parse_ref(&self, command: &clap::Command, _: Option<&Arg>, value: &OsStr) -> Result<Address, clap::Error> {
        // Only a folder can have a name that is no text.
        let Some(text) = value.to_str() else { return Ok(Address::Folder(PathBuf::from(value))) };
        let told = |error| clap::Error::raw(ErrorKind::ValueValidation, format!("{error}\n")).with_cmd(command);
        text.parse().map_err(|error: stead_app::AddressError| told(error))
    }
}
