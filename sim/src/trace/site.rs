//! [`Site`]: a place in the user's source, printed the same on every machine.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::Location;

/// A place in the source. It prints relative to its package (`tests/pool.rs:12:5`), so that a trace does not change
/// with the folder in which it was built.
#[derive(Clone, Copy)]
pub struct Site(Place);

#[derive(Clone, Copy)]
enum Place {
    Compiled(&'static Location<'static>),
    /// From the text of a trace.
    #[cfg(feature = "report")]
    Read(&'static (String, u32, u32)),
}

impl Site {
    pub(crate) const fn new(location: &'static Location<'static>) -> Self {
        Self(Place::Compiled(location))
    }

    /// The place where this is called.
    #[track_caller]
    pub(crate) const fn here() -> Self {
        Self(Place::Compiled(Location::caller()))
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

    /// A place that somebody wrote down. Each that is different is kept until the process ends: a site is a reference, because
    /// the running program makes one for every task and every sleep.
    #[cfg(feature = "report")]
    pub(crate) fn read(file: &str, line: u32, column: u32) -> Self {
        use std::collections::BTreeMap;
        use std::sync::{Mutex, PoisonError};
        type Known = BTreeMap<(String, u32, u32), &'static (String, u32, u32)>;
        static KNOWN: Mutex<Known> = Mutex::new(BTreeMap::new());
        let place = (file.to_owned(), line, column);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        Self(Place::Read(known.entry(place.clone()).or_insert_with(|| Box::leak(Box::new(place)))))
    }

    /// The file, as the compiler knows it.
    pub fn file(&self) -> &'static str {
        self.parts().0
    }

    /// The line, from 1.
    pub fn line(&self) -> u32 {
        self.parts().1
    }

    /// The column, from 1.
    pub fn column(&self) -> u32 {
        self.parts().2
    }

    fn parts(&self) -> (&'static str, u32, u32) {
        match self.0 {
            Place::Compiled(location) => (location.file(), location.line(), location.column()),
            #[cfg(feature = "report")]
            Place::Read((file, line, column)) => (file, *line, *column),
        }
    }
}

impl PartialEq for Site {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Site {}

impl Hash for Site {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", Self::relative(self.file()), self.line(), self.column())
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
