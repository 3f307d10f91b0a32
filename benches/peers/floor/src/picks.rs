//! Who picks the next task.

use crate::executor::Pick;

/// A seeded random walk: xorshift, and a multiplication in place of a division.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
}

impl Pick for Random {
    #[inline(always)]
    fn pick(&mut self, ready: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (((self.0 >> 32) * ready as u64) >> 32) as usize
    }
}

/// The same, with every choice written down and folded into a digest: the least that a simulator does whose executions can be replayed
/// and compared.
#[derive(Default)]
pub(crate) struct Recorded {
    choices: Vec<u32>,
    digest: u64,
}

impl Recorded {
    pub(crate) fn begin(&mut self, seed: u64) -> impl Pick {
        self.choices.clear();
        self.digest = 0xcbf2_9ce4_8422_2325;
        Recording { random: Random::new(seed), record: self }
    }

    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }
}

struct Recording<'a> {
    random: Random,
    record: &'a mut Recorded,
}

impl Pick for Recording<'_> {
    #[inline(always)]
    fn pick(&mut self, ready: usize) -> usize {
        let picked = self.random.pick(ready);
        self.record.choices.push(picked as u32);
        self.record.digest = (self.record.digest ^ picked as u64).wrapping_mul(0x0100_0000_01b3);
        picked
    }
}

/// Depth first: the choices of the last execution, of which the last that has alternatives left is raised by one.
#[derive(Default)]
pub(crate) struct DepthFirst {
    path: Vec<(usize, usize)>,
}

impl DepthFirst {
    pub(crate) fn begin(&mut self) -> impl Pick {
        Descent { path: &mut self.path, depth: 0 }
    }

    /// Whether there is another execution.
    pub(crate) fn advance(&mut self) -> bool {
        while let Some((picked, alternatives)) = self.path.last_mut() {
            *picked += 1;
            if picked < alternatives {
                return true;
            }
            self.path.pop();
        }
        false
    }
}

struct Descent<'a> {
    path: &'a mut Vec<(usize, usize)>,
    depth: usize,
}

impl Pick for Descent<'_> {
    #[inline(always)]
    fn pick(&mut self, ready: usize) -> usize {
        if ready == 1 {
            return 0;
        }
        if self.depth == self.path.len() {
            self.path.push((0, ready));
        }
        self.depth += 1;
        self.path[self.depth - 1].0
    }
}
