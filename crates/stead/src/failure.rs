//! What went wrong, told on standard error, and its exit code.

use std::io::Write;
use std::process::ExitCode;

use stead_app::{AppError, Problem};

use crate::arguments::Format;
use crate::output::Output;

/// Done, but a folder has errors or something could not be done.
pub const FINDINGS: u8 = 1;
/// Wrong use.
pub const WRONG_USE: u8 = 2;
/// Records were left out and `--strict` was given.
pub const STRICT: u8 = 4;
/// A decision was no.
pub const DENIED: u8 = 5;
/// A mistake in Stead (`EX_SOFTWARE` of sysexits).
pub const INTERNAL: u8 = 70;

/// Why a command ended early.
#[derive(Debug)]
pub enum Failure {
    /// A use case could not be done.
    App(AppError),
    /// The arguments contradict each other.
    Use(String),
    /// Output could not be written.
    Write(std::io::Error),
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Write(error)
    }
}

impl Failure {
    /// Tells it and gives the exit code.
    pub fn tell(self, output: &Output) -> ExitCode {
        let mut err = std::io::stderr().lock();
        let code = match &self {
            // Whoever reads our output has seen enough (`stead … | head`).
            Self::Write(error) | Self::App(AppError::Write(error))
                if error.kind() == std::io::ErrorKind::BrokenPipe =>
            {
                return ExitCode::SUCCESS;
            }
            Self::Write(error) => {
                let _ = writeln!(err, "error: the output cannot be written: {error}");
                FINDINGS
            }
            Self::Use(message) => {
                let _ = writeln!(err, "error: {message}");
                WRONG_USE
            }
            Self::App(error @ (AppError::Folder(problems) | AppError::Evidence(problems))) => {
                drop(err);
                let _ = problems_told(problems, output);
                let mut err = std::io::stderr().lock();
                let _ = writeln!(err, "error: {error}");
                FINDINGS
            }
            Self::App(error) => {
                let _ = writeln!(err, "error: {error}");
                match error {
                    AppError::Lake(stead_app::LakeError::Strict { .. }) => STRICT,
                    AppError::Internal(_) => INTERNAL,
                    _ => FINDINGS,
                }
            }
        };
        ExitCode::from(code)
    }
}

/// How many problems of one kind are shown on screen.
const EACH_SHOWN: usize = 10;

/// Problems of place folders that keep a command from its work: as text on standard error, as JSON on standard output.
pub fn problems_told(problems: &[Problem], output: &Output) -> std::io::Result<()> {
    if output.format == Format::Json {
        return problems_found(problems, output);
    }
    write!(std::io::stderr().lock(), "{}", in_words(problems))
}

/// Problems of place folders that were looked for: on standard output.
pub fn problems_found(problems: &[Problem], output: &Output) -> std::io::Result<()> {
    if output.format == Format::Json {
        let views: Vec<_> = problems.iter().map(Problem::view).collect();
        return output.json(&serde_json::json!({ "version": 1, "problems": views }));
    }
    write!(std::io::stdout().lock(), "{}", in_words(problems))
}

fn in_words(problems: &[Problem]) -> String {
    let (shown, left_out) = stead_app::abridge(problems, EACH_SHOWN);
    let more = if left_out == 0 {
        String::new()
    } else {
        format!("\n… and {left_out} more of the same kinds: --format json names them all\n")
    };
    let shown: String = shown.iter().map(|problem| stead_app::render_one(problem) + "\n").collect();
    format!("{shown}{more}{}\n", stead_app::count(problems))
}

/// Says something that is not data, on standard error. Who cannot be told needs no telling.
pub fn told(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
