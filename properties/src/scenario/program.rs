//! [`Scenario`]: phases, groups of phases, and what happens to them from outside.

use std::fmt;

use super::phase::{End, Phase, Ticks};

/// A program for a combinator: its children, and cancels and a deadline at given times.
///
/// It prints as the program that it is. Children are numbered in the order in which they are written.
///
/// ```
/// use reenact_properties::scenario::{Cancel, Child, End, OnCancel, Phase, Scenario, Ticks};
///
/// let slow = Phase { takes: Ticks(3), ends: End::Returns, cancelled: OnCancel::CleansUp(Ticks(1)) };
/// let broken = Phase { takes: Ticks(1), ends: End::Fails, cancelled: OnCancel::Ends };
/// let scenario = Scenario {
///     children: vec![Child::Group(vec![Child::Phase(slow), Child::Phase(broken)]), Child::Phase(Phase::default())],
///     cancels: vec![Cancel { at: Ticks(3), child: 0 }],
///     deadline: Some(Ticks(3)),
///     leave: None,
/// };
/// assert_eq!(scenario.to_string(), "\
/// spawn 0: group
///     spawn 1: sleep 300ms, return; when cancelled clean up for 100ms
///     spawn 2: sleep 100ms, fail
/// spawn 3: return
/// at 300ms: cancel 0
/// deadline: 300ms");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Scenario {
    /// What the combinator is given, in argument order.
    pub children: Vec<Child>,
    /// Requests to single children, where the combinator takes tasks.
    pub cancels: Vec<Cancel>,
    /// How long the combinator may take, if it has a deadline.
    pub deadline: Option<Ticks>,
    /// When whoever awaits the combinator is cancelled.
    pub leave: Option<Ticks>,
}

/// A child of a combinator.
#[derive(Clone, PartialEq, Eq)]
pub enum Child {
    /// A piece of work.
    Phase(Phase),
    /// Several children, gathered: it ends when the last one does, with an error if one of them did; with the first panic at once.
    Group(Vec<Child>),
}

/// A cancel request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancel {
    /// When it is made.
    pub at: Ticks,
    /// The position among [`Scenario::children`]. A position that there is not is left out.
    pub child: usize,
}

impl Child {
    /// How many numbers it takes: 1, and those of its children.
    pub fn size(&self) -> u32 {
        match self {
            Self::Phase(_) => 1,
            Self::Group(children) => 1 + children.iter().map(Self::size).sum::<u32>(),
        }
    }

    /// When it ends and how, counted from its start, if nobody cancels it. Follows from the scenario alone.
    pub fn natural_end(&self) -> (Ticks, End) {
        let Self::Group(children) = self else {
            let Self::Phase(phase) = self else { unreachable!("a child is a phase or a group") };
            return (phase.takes, phase.ends);
        };
        let ends: Vec<_> = children.iter().map(Self::natural_end).collect();
        let panic = ends.iter().filter(|(_, end)| *end == End::Panics).min();
        let last = ends.iter().map(|(at, _)| *at).max().unwrap_or_default();
        let worst = ends.iter().map(|(_, end)| *end).max().unwrap_or_default();
        panic.copied().unwrap_or((last, worst))
    }

    fn write(&self, number: u32, depth: usize, lines: &mut Vec<String>) {
        let indent = "    ".repeat(depth);
        match self {
            Self::Phase(phase) => lines.push(format!("{indent}spawn {number}: {phase}")),
            Self::Group(children) => {
                lines.push(format!("{indent}spawn {number}: group"));
                for (child, number) in children.iter().zip(numbers(children, number + 1)) {
                    child.write(number, depth + 1, lines);
                }
            }
        }
    }
}

/// The number of each of some siblings, of which the first has `first`.
pub(crate) fn numbers(children: &[Child], first: u32) -> Vec<u32> {
    let mut next = first;
    let number = |child: &Child| {
        let number = next;
        next += child.size();
        number
    };
    children.iter().map(number).collect()
}

impl Scenario {
    /// The number of each child of the combinator.
    pub fn numbers(&self) -> Vec<u32> {
        numbers(&self.children, 0)
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.numbers();
        let mut lines = Vec::new();
        for (child, number) in self.children.iter().zip(&numbers) {
            child.write(*number, 0, &mut lines);
        }
        if self.children.is_empty() {
            lines.push("no children".to_owned());
        }
        for Cancel { at, child } in &self.cancels {
            lines.extend(numbers.get(*child).map(|number| format!("at {at}: cancel {number}")));
        }
        lines.extend(self.leave.map(|at| format!("at {at}: cancel the caller")));
        lines.extend(self.deadline.map(|at| format!("deadline: {at}")));
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Debug for Scenario {
    /// The text, since that is what proptest prints of a failing input.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}\n")
    }
}

impl fmt::Debug for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        self.write(0, 0, &mut lines);
        f.write_str(&lines.join("\n"))
    }
}
