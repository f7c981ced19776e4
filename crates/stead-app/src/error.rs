//! Why a use case could not be done, and what that means for whoever called.

use std::path::PathBuf;

use stead_engine::EngineError;
use stead_folder::Problem;
use stead_gate::{KeyError, SignatureProblem};
use stead_lake::LakeError;
use stead_registry::{RegistryAddressError, RegistryError};
use stead_store::object_store::Error;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Place folders have errors.
    #[error("the place folder has errors; nothing was run")]
    Folder(Vec<Problem>),
    /// A table that a party brings has errors.
    #[error("the evidence has errors; nothing was settled")]
    Evidence(Vec<Problem>),
    /// Something is wrong with the lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A run or a query failed.
    #[error("{}", engine_words(.0))]
    Engine(#[from] EngineError),
    /// The registry did not do what it was asked.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The environment names no registry that could be.
    #[error("the environment variable `STEAD_REGISTRY`: {0}")]
    RegistryAddress(RegistryAddressError),
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Something cannot be signed, or a signature does not hold.
    #[error(transparent)]
    Signature(#[from] SignatureProblem),
    /// The town could not be made.
    #[error(transparent)]
    Town(#[from] stead_synth::TownError),
    /// A file could not be used.
    #[error("`{}` cannot be {doing}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// An answer could not be written where it should go.
    #[error("the output cannot be written: {0}")]
    Write(std::io::Error),
    /// Something that is asked for is not there.
    #[error("{message}")]
    NotThere {
        /// What, and what to do about it.
        message: String,
    },
    /// Something inside went wrong that should not.
    #[error("{0}; this is a mistake in Stead, please report it")]
    Internal(String),
}

/// What a server of objects answers says who asked, and is put into words of ours first.
fn engine_words(error: &EngineError) -> String {
    let Some(store) = error.store() else { return error.to_string() };
    let words = stead_store::words(store);
    match store {
        Error::NotFound { path, .. } | Error::PermissionDenied { path, .. } => {
            format!("`{path}` of the lake cannot be used: {words}")
        }
        _ => format!("the lake cannot be used: {words}"),
    }
}

impl AppError {
    pub(crate) fn file(path: impl Into<PathBuf>, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, doing, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_of_who_asked_is_not_repeated() {
        let answer = "<Error><Code>SlowDown</Code><AWSAccessKeyId>hidden</AWSAccessKeyId></Error>";
        let error = Error::Generic { store: "S3", source: format!("Server returned 503: {answer}").into() };
        let told = AppError::from(EngineError::Plan(error.into())).to_string();
        assert_eq!(told, "the lake cannot be used: Server returned 503 (SlowDown)");
    }
}
