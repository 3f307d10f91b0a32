//! [`Site`]: a place in the user's source, printed the same on every machine.

use std::fmt;
use std::panic::Location;

/// A place in the source. It prints relative to its package (`tests/pool.rs:12:5`), so that a trace does not change
/// with the folder in which it was built.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Site(&'static Location<'static>);

impl Site {
    pub(crate) const fn new(location: &'static Location<'static>) -> Self {
        Self(location)
    }

    /// The place where this is called.
    #[track_caller]
    pub(crate) const fn here() -> Self {
        Self(Location::caller())
    }

    /// The part of a source path below its package: from the last `src`, `tests`, `examples`, `benches` or `fuzz` on.
    pub(crate) fn relative(file: &str) -> String {
        let file = file.replace('\\', "/");
        let starts = |folder: &&str| {
            let inner = file.rfind(&format!("/{folder}/")).map(|at| at + 1);
            inner.or_else(|| file.starts_with(&format!("{folder}/")).then_some(0))
        };
        let folders = ["src", "tests", "examples", "benches", "fuzz"];
        let start = folders.iter().filter_map(starts).max().unwrap_or(0);
        file[start..].to_owned()
    }

    /// The whole location, as the compiler gave it.
    pub fn location(&self) -> &'static Location<'static> {
        self.0
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", Self::relative(self.0.file()), self.0.line(), self.0.column())
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_package() {
        assert_eq!(Site::relative("/home/somebody/code/pool/tests/it/drain.rs"), "tests/it/drain.rs");
        assert_eq!(Site::relative("src/lib.rs"), "src/lib.rs");
        assert_eq!(Site::relative("pool\\src\\lib.rs"), "src/lib.rs");
        assert_eq!(Site::relative("build.rs"), "build.rs");
        assert_eq!(Site::relative("/home/src/pool/examples/a.rs"), "examples/a.rs");
    }
}
