//! Progress on standard error: a bar on a terminal, nothing elsewhere.

use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use stead_app::{Progress, Stage};

/// A bar that a closure can move.
pub struct Bar(Mutex<Inner>);

struct Inner {
    bar: ProgressBar,
    what: String,
}

impl Bar {
    /// No bar yet; it shows itself when first told.
    pub fn new(what: &str) -> Self {
        Self(Mutex::new(Inner { bar: bar(what, 0), what: what.to_owned() }))
    }

    /// `done` of `total` of `what` are done.
    pub fn tell(&self, what: &str, done: u64, total: u64) {
        // A thread that panicked while moving the bar leaves nothing worse than a bar behind.
        let mut inner = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if inner.what != what {
            inner.bar.finish_and_clear();
            inner.bar = bar(what, total);
            inner.what = what.to_owned();
        }
        inner.bar.set_length(total);
        inner.bar.set_position(done);
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn tell(&self, stage: Stage, done: u64, total: u64) {
        match stage {
            Stage::Reading => Self::tell(self, "reading MB", done >> 20, total >> 20),
            Stage::Writing => Self::tell(self, "writing buckets", done, total),
        }
    }
}

fn bar(what: &str, total: u64) -> ProgressBar {
    // indicatif draws nothing when standard error is not a terminal.
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg:18} [{bar:36}] {pos}/{len} {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
    bar.set_message(what.to_owned());
    bar
}
