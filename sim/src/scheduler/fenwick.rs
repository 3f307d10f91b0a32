//! Weights of which one is picked, each as likely as it weighs.

/// Sums over weights (P. Fenwick, "A new data structure for cumulative frequency tables", 1994): every operation is
/// O(log n), and a number drawn below the total finds its place by one descent.
#[derive(Debug, Default)]
pub(super) struct Fenwick {
    weights: Vec<u64>,
    /// At i - 1: the sum of the last `i & -i` weights up to i.
    sums: Vec<u64>,
    total: u64,
}

impl Fenwick {
    pub(super) fn clear(&mut self) {
        self.weights.clear();
        self.sums.clear();
        self.total = 0;
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn get(&self, at: u32) -> u64 {
        self.weights.get(at as usize).copied().unwrap_or(0)
    }

    /// Gives `at` a weight; it and all before it come to be if they are new.
    pub(super) fn set(&mut self, at: u32, weight: u64) {
        while self.weights.len() <= at as usize {
            self.push();
        }
        let former = std::mem::replace(&mut self.weights[at as usize], weight);
        if former == weight {
            return;
        }
        // Unsigned and wrapping: the sums are right again in the end.
        let change = weight.wrapping_sub(former);
        self.total = self.total.wrapping_add(change);
        let mut i = at as usize + 1;
        while let Some(sum) = self.sums.get_mut(i - 1) {
            *sum = sum.wrapping_add(change);
            i += i & i.wrapping_neg();
        }
    }

    /// One more, of weight 0.
    fn push(&mut self) {
        self.weights.push(0);
        let i = self.weights.len();
        let mut sum = 0;
        // What its sum covers besides its own weight.
        let mut below = i - 1;
        let end = i - (i & i.wrapping_neg());
        while below > end {
            sum += self.sums[below - 1];
            below -= below & below.wrapping_neg();
        }
        self.sums.push(sum);
    }

    /// The first for which the weights up to it exceed `number`, which is below the total.
    pub(super) fn find(&self, mut number: u64) -> u32 {
        let mut at = 0;
        let mut stride = self.sums.len().checked_ilog2().map_or(0, |log| 1 << log);
        while stride > 0 {
            if let Some(&sum) = self.sums.get(at + stride - 1)
                && sum <= number
            {
                number -= sum;
                at += stride;
            }
            stride /= 2;
        }
        at as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};
    use crate::seed::Seed;

    #[test]
    fn finds_what_a_plain_scan_finds() {
        let mut stream = Stream::new(Seed::from(5), Purpose::Random, 0);
        let mut tree = Fenwick::default();
        let mut plain = vec![0u64; 100];
        for _ in 0..2_000 {
            let (at, weight) = (stream.below(100), u64::from(stream.below(4)));
            tree.set(at, weight);
            plain[at as usize] = weight;
            assert_eq!(tree.total(), plain.iter().sum());
            assert_eq!(tree.get(at), weight);
            if tree.total() > 0 {
                let number = u64::from(stream.below(tree.total() as u32));
                let mut sum = 0;
                let expected = plain.iter().position(|weight| {
                    sum += weight;
                    sum > number
                });
                assert_eq!(tree.find(number) as usize, expected.unwrap());
            }
        }
        tree.clear();
        assert_eq!((tree.total(), tree.get(3)), (0, 0));
    }
}
