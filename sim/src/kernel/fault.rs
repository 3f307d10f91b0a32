//! [`FailureKind`], and the fault that ends an execution.

use std::fmt;

use super::Kernel;
use crate::instant::Instant;

/// Why an execution failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FailureKind {
    /// A task panicked.
    Panic,
    /// The body returned `Err`.
    Error,
    /// No task is ready, no timer is armed, and main is unfinished.
    Deadlock,
    /// Very many steps were taken and the clock did not move.
    Livelock,
    /// More steps than the limit.
    StepLimit,
    /// More virtual time than the limit.
    TimeLimit,
    /// More unfinished tasks than the limit.
    TaskLimit,
    /// Tasks were unfinished when main was done, and that was to fail.
    PendingAtExit,
    /// A replay met another choice point than its schedule says.
    Divergence,
    /// The same schedule gave another execution, or something outside took part in this one.
    Nondeterminism,
}

impl FailureKind {
    /// All of them.
    const ALL: [Self; 10] = [
        Self::Panic,
        Self::Error,
        Self::Deadlock,
        Self::Livelock,
        Self::StepLimit,
        Self::TimeLimit,
        Self::TaskLimit,
        Self::PendingAtExit,
        Self::Divergence,
        Self::Nondeterminism,
    ];

    /// The one that is displayed so.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.to_string() == name)
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Panic => "panic",
            Self::Error => "error",
            Self::Deadlock => "deadlock",
            Self::Livelock => "livelock",
            Self::StepLimit => "step limit",
            Self::TimeLimit => "virtual time limit",
            Self::TaskLimit => "task limit",
            Self::PendingAtExit => "pending at exit",
            Self::Divergence => "divergence",
            Self::Nondeterminism => "nondeterminism",
        })
    }
}

/// What ended an execution, as the kernel knows it.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FailureKind,
    /// Number of the task in which it happened.
    pub(crate) task: Option<u32>,
    pub(crate) message: String,
    /// Where in the source a panic began.
    pub(crate) place: Option<String>,
    pub(crate) at: Instant,
    /// The limit reached says that the execution merely ends.
    pub(crate) stopped: bool,
}

impl Kernel {
    /// The execution is to end with this fault; the first one counts.
    #[cold]
    pub(super) fn fail(&self, kind: FailureKind, place: Option<String>, message: String) {
        let task = self.current_number();
        self.fault_with(Fault { kind, task, message, place, at: self.now(), stopped: false });
    }

    pub(super) fn fault_with(&self, fault: Fault) {
        self.has_fault.set(true);
        let mut slot = self.fault.borrow_mut();
        if slot.is_none() {
            *slot = Some(fault);
        }
        self.halt();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_found_by_its_name() {
        for kind in FailureKind::ALL {
            // Does not compile without a new kind, which has to be in `ALL`, too.
            match kind {
                FailureKind::Panic | FailureKind::Error | FailureKind::Deadlock | FailureKind::Livelock => {}
                FailureKind::StepLimit | FailureKind::TimeLimit | FailureKind::TaskLimit | FailureKind::PendingAtExit => {}
                FailureKind::Divergence | FailureKind::Nondeterminism => {}
            }
            assert_eq!(FailureKind::of_name(&kind.to_string()), Some(kind));
        }
        assert_eq!(FailureKind::of_name("Panic"), None);
    }
}
