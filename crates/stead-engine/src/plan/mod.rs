//! The two steps that DataFusion has not of itself: laying a citizen's rows side by side, and writing tables.
//!
//! Each is a node of the logical plan and an operator of the physical one. Both hold plain values alone (names, addresses,
//! what was prepared for the run), so that a plan can be sent to another machine.

mod gather;
mod gather_exec;
mod merge;
mod planner;
mod write;
mod write_exec;

pub(crate) use gather::{Gather, gather};
pub(crate) use gather_exec::GatherExec;
pub(crate) use planner::planner;
pub(crate) use write::{Destination, Write, write};
pub(crate) use write_exec::WriteExec;
