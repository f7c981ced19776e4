//! The third step's beginning: what belongs to no citizen, old and new together, and which buckets its news touch.

use crate::common::Common;
use crate::error::LakeError;
use crate::import::quarantine::Quarantine;
use crate::import::spill::Spill;
use crate::import::touched::{self, Touched};
use crate::import::whole::CommonResources;
use crate::import::{Import, WORK, order_of};
use crate::report::Tally;

impl Import<'_> {
    /// Common resources, old and new, and which buckets their news touch.
    pub(super) fn common(
        &self,
        spill: &Spill,
        quarantine: &Quarantine,
        sources: &[String],
        shared_systems: &[String],
        touched: &mut Touched,
        tally: &mut Tally,
    ) -> Result<(CommonResources, Common), LakeError> {
        let order = order_of(sources);
        let news = !spill.is_empty(spill.common());
        let old = match self.before {
            Some(before) => {
                let old = Spill::new(self.store.work(&format!("{WORK}/old"))?, 0);
                let count = touched::fetch_common(self.store, before, sources, |entry| {
                    let mut bytes = Vec::new();
                    entry.write(&mut bytes);
                    spill.append(spill.common(), &bytes)?;
                    if news { old.append(old.common(), &bytes) } else { Ok(()) }
                })?;
                if news && count > 0 {
                    let unused = &mut Tally::default();
                    CommonResources::of(&old, &order, quarantine, &[], unused)?.look_up(sources, shared_systems)
                } else {
                    Common::default()
                }
            }
            None => Common::default(),
        };
        let resources = CommonResources::of(spill, &order, quarantine, &self.found.files, tally)?;
        let common = resources.look_up(sources, shared_systems);
        if let Some(before) = self.before.filter(|_| resources.news) {
            touched.by_lookups(self.store, before, &common.changed_since(&old))?;
        }
        Ok((resources, common))
    }
}
