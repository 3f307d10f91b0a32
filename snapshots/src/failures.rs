//! [`draw_failures`]: a failing test leaves a page that shows why.

use std::fs;
use std::io;
use std::path::PathBuf;

use reenact_sim::{Failure, note_failures};

use crate::Pictures;

/// From now on a failing test of this process leaves a page of HTML, and its message names the file.
///
/// The page shows the failing execution, and beside it the one without the last choice that it takes to fail, if there is one. Where executions have processes of their own it shows the failing one alone.
/// It is `reenact/<test>.html` in cargo's target folder. Tests with `#[reenact::test]` do this by themselves where the feature
/// `snapshots` is on; for others, call it before the exploration, which must have a name. Where it cannot be
/// written the message says why, and the test fails as it would have.
///
/// ```
/// use reenact_sim::{Explorer, Regressions};
///
/// reenact_snapshots::draw_failures();
/// let test = || Explorer::new().name("pool::drains").regressions(Regressions::Off).check(|| async { panic!("not empty") });
/// let panic = std::panic::catch_unwind(test).unwrap_err();
/// assert!(panic.downcast_ref::<String>().unwrap().contains("note: look at it:"));
/// ```
pub fn draw_failures() {
    // Called for each test, and set once.
    let _ = note_failures(|failure, test| {
        Some(match write(failure, test) {
            Ok(file) => format!("look at it:      {}", file.display()),
            Err(error) => format!("no picture could be written: {error}"),
        })
    });
}

fn write(failure: &Failure, test: &str) -> io::Result<PathBuf> {
    let passing = failure.explanation.as_ref().and_then(|explanation| explanation.passing.as_ref());
    let page = match passing {
        Some(passing) => failure.trace.to_html_beside(passing),
        None => failure.trace.to_html(),
    };
    let folder = folder()?;
    fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{}.html", stem(test)));
    fs::write(&file, page)?;
    Ok(file)
}

/// `reenact` in cargo's target folder: test programs are in `<target>/<profile>/deps`. What runs from elsewhere, as doctests do, has
/// the folder for temporary files.
fn folder() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let profile = program.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "deps"));
    let target = profile.and_then(|deps| deps.parent()?.parent()).map(PathBuf::from);
    Ok(target.unwrap_or_else(std::env::temp_dir).join("reenact"))
}

/// A test's name as the name of a file.
fn stem(test: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '-' };
    test.replace("::", "--").chars().map(kept).collect()
}
