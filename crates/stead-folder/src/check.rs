//! placeholder
use crate::index::Index;
use stead_rules::Definitions;
pub(crate) fn check(_index: &mut Index, _definitions: &Definitions) {}
