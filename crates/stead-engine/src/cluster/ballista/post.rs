//! Where plans are sent from: to which cluster, and what they look up, labelled once for all of them.

use std::sync::Arc;

use datafusion::common::{Result, internal_datafusion_err};
use datafusion::execution::runtime_env::RuntimeEnv;
use tokio::sync::Mutex;

use super::definitions::{self, Label};
use crate::cluster::Cluster;
use crate::prepared::Prepared;

/// One for all plans of a run or a query.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) cluster: Cluster,
    label: Mutex<Option<Label>>,
}

impl Post {
    pub(super) fn new(cluster: Cluster) -> Self {
        Self { cluster, label: Mutex::default() }
    }

    /// What says where the definitions are; the first who asks puts them there.
    pub(super) async fn label(&self, prepared: &Arc<Prepared>, runtime: &RuntimeEnv) -> Result<Label> {
        let mut label = self.label.lock().await;
        if let Some(known) = label.as_ref().filter(|known| known.digest == prepared.digest()) {
            return Ok(known.clone());
        }
        let place = self.cluster.place.as_ref();
        let place = place.ok_or_else(|| internal_datafusion_err!("nowhere to put what a plan looks up"))?;
        let new = definitions::put(prepared, place, runtime).await?;
        *label = Some(new.clone());
        Ok(new)
    }
}
