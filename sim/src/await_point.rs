//! [`AwaitPoint`]: where in the source a task waits, read from the stack on which its waker was registered.
//!
//! A suspended future says nothing of itself on a stable compiler. But whoever waits has been polled, and a leaf future that is polled
//! clones the waker, or wakes it: below that call stands the await of each async function, with file and line. The stack is taken
//! there, and read only if somebody asks. std offers no frames, so its text is read; where the text is another one, or a build has no
//! line tables, nothing is known, and nothing else depends on it.

use std::backtrace::Backtrace;
use std::fmt;
use std::path::Path;

use crate::trace::Site;

/// A place in the source at which a task waits: an `.await`, or whatever polls by hand.
///
/// Prints relative to its package: `tests/pool.rs:12:5`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AwaitPoint {
    /// The source file, as the compiler was given it, below the working directory where it is there.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1; 0 if it is not known.
    pub column: u32,
}

impl fmt::Display for AwaitPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", Site::relative(&self.file), self.line)?;
        if self.column > 0 { write!(f, ":{}", self.column) } else { Ok(()) }
    }
}

/// Where the sources of this crate and of its sibling are, whose frames say nothing to users.
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/");
const SIBLING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../combinators/src/");

/// Folders of what users depend on and have not written.
const FOREIGN: [&str; 5] = ["/rustc/", "/registry/src/", "/git/checkouts/", "/rustlib/src/", "/toolchains/"];

/// The awaits of a stack, innermost first, up to the executor.
pub(crate) fn read(stack: &Backtrace) -> Vec<AwaitPoint> {
    let here = std::env::current_dir().unwrap_or_default();
    points(&stack.to_string(), &here)
}

fn points(text: &str, here: &Path) -> Vec<AwaitPoint> {
    let sibling = SIBLING.replace("/sim/../", "/");
    let mut points: Vec<AwaitPoint> = Vec::new();
    for place in text.lines().filter_map(|line| line.trim_start().strip_prefix("at ")) {
        let Some(point) = point(place) else { continue };
        let file =
            point.file.strip_prefix("./").map_or_else(|| point.file.clone(), |below| here.join(below).display().to_string());
        let file = file.replace('\\', "/");
        if let Some(own) = file.strip_prefix(OWN) {
            if own == "kernel/run.rs" || own == "kernel/step.rs" {
                break;
            }
            continue;
        }
        let foreign = file.starts_with(&sibling) || FOREIGN.iter().any(|folder| file.contains(folder));
        // Closures and what is inlined give several frames for one place.
        if !foreign && points.last() != Some(&point) {
            points.push(point);
        }
    }
    points
}

/// `file:line:column` or `file:line`.
fn point(place: &str) -> Option<AwaitPoint> {
    let (rest, last) = place.trim_end().rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    let of_line = |file: &str, line, column| AwaitPoint { file: file.to_owned(), line, column };
    match rest.rsplit_once(':').map(|(file, line)| (file, line.parse::<u32>())) {
        Some((file, Ok(line))) => Some(of_line(file, line, last)),
        _ => Some(of_line(rest, last, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_frames_below_the_executor_are_the_awaits() {
        let own = |file: &str| format!("{OWN}{file}");
        let text = format!(
            "   0: clone\n             at {}:20:5\n   1: poll\n             at {}:7:1\n   2: inner\n             at ./tests/pool.rs:12:9\n   \
             3: inner\n             at ./tests/pool.rs:12:9\n   4: poll\n             at /rustc/abc/library/core/src/future.rs:1:2\n   \
             5: outer\n             at /elsewhere/src/lib.rs:40\n   6: x\n             at /home/a/.cargo/registry/src/x/tokio/src/a.rs:3:4\n   \
             7: steps\n             at {}:100:1\n   8: test\n             at ./tests/pool.rs:99:1\n",
            own("kernel/waker.rs"),
            own("time/sleep.rs"),
            own("kernel/run.rs")
        );
        let found: Vec<String> = points(&text, Path::new("/somewhere")).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["tests/pool.rs:12:9", "src/lib.rs:40"]);
    }

    #[test]
    fn a_text_that_is_no_stack_has_none() {
        assert!(points("disabled backtrace", Path::new("/")).is_empty());
        assert!(points("  at x\n  at y:z\n at :", Path::new("/")).is_empty());
    }
}
