//! [`Points`]: what `sometimes!` and `reachable!` have said.

/// What was said at a point of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) name: &'static str,
    pub(crate) held: bool,
}

/// Each of them once, in the order in which they were said. There are a handful in a program.
#[derive(Debug)]
pub(super) struct Points(Vec<Point>);

impl Points {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn note(&mut self, point: Point) {
        match self.0.iter_mut().find(|known| known.name == point.name) {
            Some(known) => known.held |= point.held,
            None => self.0.push(point),
        }
    }

    pub(super) fn drain(&mut self, take: &mut impl FnMut(Point)) {
        self.0.drain(..).for_each(take);
    }
}
