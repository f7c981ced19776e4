//! The command line as people and programs use it: what it is asked, what it says, how it ends.
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may fail loudly")]

mod agree;
mod agreements;
mod at_once;
mod changes;
mod compare;
mod decisions;
mod demo;
mod direct;
mod endings;
mod essay;
mod help;
mod json;
mod members;
mod pages;
mod people;
mod postgres;
mod real;
mod repeat;
mod settle;
mod sharing;
mod testing;
