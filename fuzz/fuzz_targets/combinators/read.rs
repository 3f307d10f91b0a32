//! Bytes as scenarios. Any bytes are one; where they end everything is 0, which is the simplest.

use reenact_properties::scenario::{Cancel, Child, End, OnCancel, Phase, Scenario, Ticks};

/// What is left of the bytes.
pub struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::from(self.next()) % bound
    }

    pub fn scenario(&mut self) -> Scenario {
        let children = self.children(6, 2);
        let cancels = (0..self.below(3)).map(|_| Cancel { at: self.ticks(), child: self.below(5) }).collect();
        let mut scenario = Scenario { children, cancels, deadline: self.maybe(), leave: self.maybe() };
        scenario.cancels.retain(|cancel| cancel.child < scenario.children.len());
        scenario
    }

    fn children(&mut self, fewer_than: usize, deeper: u32) -> Vec<Child> {
        (0..self.below(fewer_than)).map(|_| self.child(deeper)).collect()
    }

    /// Half of all are phases that just return or fail; groups nest as deep as the strategy of proptest makes them.
    fn child(&mut self, deeper: u32) -> Child {
        match self.below(8) {
            7 if deeper > 0 => Child::Group(self.children(4, deeper - 1)),
            kind => {
                let ends = match kind {
                    0..=3 => End::Returns,
                    4 | 5 => End::Fails,
                    _ => End::Panics,
                };
                Child::Phase(Phase { takes: self.ticks(), ends, cancelled: self.cancelled() })
            }
        }
    }

    fn cancelled(&mut self) -> OnCancel {
        match self.below(5) {
            3 => OnCancel::CleansUp(self.ticks()),
            4 => OnCancel::Refuses,
            _ => OnCancel::Ends,
        }
    }

    fn maybe(&mut self) -> Option<Ticks> {
        if self.below(3) == 1 { Some(self.ticks()) } else { None }
    }

    /// Few, so that things happen at the same instant.
    fn ticks(&mut self) -> Ticks {
        Ticks(self.below(6) as u32)
    }
}
