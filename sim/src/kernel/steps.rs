//! How many steps an execution has taken, and before which one somebody looks.

use std::cell::Cell;

/// Counts down to the step before which somebody looks, so that each step touches one number.
#[derive(Debug)]
pub(super) struct Steps {
    /// So many will have been taken when somebody looks.
    look_after: Cell<u64>,
    /// So many are left until then.
    left: Cell<u64>,
}

impl Steps {
    pub(super) const fn new() -> Self {
        Self { look_after: Cell::new(0), left: Cell::new(0) }
    }

    /// For a new execution: none is taken yet, and somebody looks after so many.
    pub(super) fn begin(&self, look_after: u64) {
        self.look_after.set(look_after);
        self.left.set(look_after);
    }

    /// How many were taken.
    pub(super) fn taken(&self) -> u64 {
        self.look_after.get() - self.left.get()
    }

    /// Takes one more, if nobody is to look first.
    #[inline(always)]
    pub(super) fn take(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.wrapping_sub(1));
        if left == 0 {
            self.none_left();
        }
        left > 0
    }

    /// Out of line, so that to take one is to subtract in memory and to look at the borrow.
    #[cold]
    #[inline(never)]
    fn none_left(&self) {
        self.left.set(0);
    }

    /// Somebody looks after so many, or at once if as many were taken.
    pub(super) fn look_after(&self, steps: u64) {
        let taken = self.taken();
        self.look_after.set(steps.max(taken));
        self.left.set(steps.saturating_sub(taken));
    }

    /// Somebody looks before the next one.
    pub(super) fn look_now(&self) {
        self.look_after(0);
    }
}

#[cfg(test)]
mod tests {
    use super::Steps;

    #[test]
    fn somebody_looks_after_as_many_steps_as_were_asked_for() {
        let steps = Steps::new();
        steps.begin(3);
        assert!(steps.take() && steps.take() && steps.take());
        assert!(!steps.take() && !steps.take());
        assert_eq!(steps.taken(), 3);
        steps.look_after(5);
        assert!(steps.take());
        steps.look_now();
        assert!(!steps.take());
        assert_eq!(steps.taken(), 4);
        // It is too late for that.
        steps.look_after(2);
        assert!(!steps.take());
        steps.look_after(5);
        assert!(steps.take() && !steps.take());
        steps.begin(1);
        assert_eq!(steps.taken(), 0);
        assert!(steps.take() && !steps.take());
    }
}
