//! S3, and whatever speaks like it.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::client::SpawnedReqwestConnector;
use object_store::{ObjectStore, RetryConfig};
use url::Url;

use crate::runtime::runtime;
use crate::stores::StoreError;
use crate::words::words;

/// How long a request is tried again before that is an error: longer than a short outage, shorter than anybody waits.
const RETRY: Duration = Duration::from_secs(60);

/// The bucket of a URL, with credentials, region and endpoint as these variables of an environment say.
///
/// # Errors
/// When the variables do not say enough, or contradict themselves.
pub fn s3(
    url: &Url,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Arc<dyn ObjectStore>, StoreError> {
    let wrong = |error: object_store::Error| StoreError::Environment(url.clone(), words(&error));
    // Bytes move on threads of their own: a runtime that computes, and one that comes and goes, would drop connections.
    let connector = SpawnedReqwestConnector::new(runtime().map_err(wrong)?.handle().clone());
    let retry = RetryConfig { retry_timeout: RETRY, ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::new();
    for (name, value) in variables.into_iter().filter(|(name, _)| name.starts_with("AWS_")) {
        // What is none of the settings of a store is for others.
        if let Ok(setting) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
            builder = builder.with_config(setting, value);
        }
    }
    let bucket = url.host_str().unwrap_or_default();
    let store = builder.with_bucket_name(bucket).with_retry(retry).with_http_connector(connector).build();
    Ok(Arc::new(store.map_err(wrong)?))
}
