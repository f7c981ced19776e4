//! The passes, each a file: `fn pass(tables, prepared) -> Result<DataFrame>`, with no collecting and no I/O inside.

pub(crate) mod care;
pub(crate) mod fragmentation;
pub(crate) mod gathered;
pub(crate) mod links;
pub(crate) mod pairs;
pub(crate) mod reckoned;
pub(crate) mod standing;
pub(crate) mod summary;
pub(crate) mod unmapped;
