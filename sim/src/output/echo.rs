//! [`Echo`]: what the program says also goes to the terminal, while one execution is replayed for somebody who watches.

use std::cell::Cell;
use std::fmt;
use std::io::Write;

thread_local! {
    static ECHO: Cell<bool> = const { Cell::new(false) };
}

pub(super) fn is_on() -> bool {
    ECHO.get()
}

#[cold]
pub(super) fn say(text: fmt::Arguments<'_>) {
    // Not through print!, which a test runner captures: whoever replays wants to see it.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Lines go to the terminal too, as long as this lives.
#[derive(Debug)]
pub(crate) struct Echo(());

impl Echo {
    pub(crate) fn new() -> Self {
        ECHO.set(true);
        Self(())
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        ECHO.set(false);
    }
}
