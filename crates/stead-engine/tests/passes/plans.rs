//! What plans are made of: a bucket's plan is one stream from its files to its answers, and nothing about a citizen ever
//! leaves it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::QueryPlanner;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, displayable};
use datafusion::prelude::SessionContext;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use stead_engine::{Engine, InProcess, Params};

use crate::folder;
use crate::runs::run_by;
use crate::town::town;

/// Runs plans here, and notes each.
#[derive(Debug)]
struct Watching {
    engine: InProcess,
    one_bucket: Arc<Mutex<Vec<String>>>,
    over_all: Arc<Mutex<Vec<String>>>,
}

impl Engine for Watching {
    fn one_bucket(&self) -> SessionContext {
        noting(&self.engine.one_bucket(), &self.one_bucket)
    }

    fn over_all(&self) -> SessionContext {
        noting(&self.engine.over_all(), &self.over_all)
    }
}

fn noting(context: &SessionContext, seen: &Arc<Mutex<Vec<String>>>) -> SessionContext {
    let state = context.state();
    let planner = Noting { planner: Arc::clone(state.query_planner()), seen: Arc::clone(seen) };
    let state = SessionStateBuilder::new_from_existing(state).with_query_planner(Arc::new(planner));
    SessionContext::new_with_state(state.build())
}

#[derive(Debug)]
struct Noting {
    planner: Arc<dyn QueryPlanner + Send + Sync>,
    seen: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl QueryPlanner for Noting {
    async fn create_physical_plan(&self, plan: &LogicalPlan, session: &dyn Session) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = self.planner.create_physical_plan(plan, session).await?;
        self.seen.lock().unwrap().push(displayable(plan.as_ref()).indent(true).to_string());
        Ok(plan)
    }
}

#[test]
fn no_row_of_a_citizen_is_moved_to_another_machine_or_thread() {
    let lake = town(24).new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let engine = Watching { engine: InProcess::new(3), one_bucket: Arc::default(), over_all: Arc::default() };
    let (one_bucket, over_all) = (Arc::clone(&engine.one_bucket), Arc::clone(&engine.over_all));
    let params = Params::on("2026-11-01".parse().unwrap());
    run_by(Arc::new(engine), &lake, &folder::definitions(), &params);

    let plans = one_bucket.lock().unwrap().clone();
    assert!(plans.iter().any(|plan| plan.contains("membership")), "the plans of buckets were not seen: {plans:#?}");
    for plan in plans {
        for moves in ["RepartitionExec", "CoalescePartitionsExec", "SortPreservingMergeExec"] {
            assert!(!plan.contains(moves), "a plan over one bucket has a {moves}:\n{plan}");
        }
    }
    // What adds buckets up is spread by what is counted: by pairs of providers, by codes. The summary counts people, after
    // it has brought what is known of each together; it reads results and no records.
    let plans = over_all.lock().unwrap().clone();
    assert!(plans.iter().any(|plan| plan.contains("RepartitionExec")), "nothing is added up: {plans:#?}");
    for plan in plans.iter().filter(|plan| plan.contains("provider_pair") || plan.contains("unmapped")) {
        let by_citizen = plan.lines().find(|line| line.contains("RepartitionExec") && line.contains("citizen"));
        assert!(by_citizen.is_none(), "a plan moves citizens:\n{plan}");
    }
}
