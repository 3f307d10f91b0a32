//! What is shown on a terminal, and where there is none.

use std::io::Read;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::project::{PROJECT, Project};

/// Everything that `cargo reenact` writes to a terminal, and its exit status.
fn on_a_terminal(args: &[&str], variables: &[(&str, &str)]) -> (String, u32) {
    let pair = native_pty_system().openpty(PtySize { rows: 30, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_cargo-reenact"));
    command.args(args);
    command.cwd(PROJECT.path(""));
    for (name, value) in
        [("CARGO_TARGET_DIR", Project::target().to_str().unwrap()), ("CARGO_NET_OFFLINE", "true"), ("TERM", "xterm")]
    {
        command.env(name, value);
    }
    command.env("REENACT_REGRESSIONS", "off");
    command.env_remove("NO_COLOR");
    variables.iter().for_each(|(name, value)| command.env(name, value));
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut bytes = Vec::new();
    // Linux ends a terminal that nobody has open any more with an error.
    let _ = reader.read_to_end(&mut bytes);
    let status = child.wait().unwrap().exit_code();
    (String::from_utf8_lossy(&bytes).into_owned(), status)
}

#[test]
fn a_terminal_shows_how_far_it_is_in_one_line_and_colours() {
    // So that what is shown is not cargo building.
    assert_eq!(PROJECT.reenact(&["explore", "--list"]).status, Some(0));
    let (text, status) = on_a_terminal(&["explore", "is_long", "every_visit", "--time", "3s"], &[]);
    assert_eq!(status, 1, "{text}");
    for (part, what) in [
        ("[2/2] many::is_long: ", "who"),
        (" executions, ", "how many"),
        ("/s, ", "how fast"),
        (" distinct, unseen 0.", "how much is new"),
        (" s left", "how long"),
        ("\u{1b}[2K", "the line is drawn again"),
        ("\u{1b}[32mpassed\u{1b}[0m", "colours"),
    ] {
        assert!(text.contains(part), "{what} is missing: {text:?}");
    }
    let last = text.trim_end().rsplit("\r\n").next().unwrap();
    assert_eq!(last, "2 tests: 1 failed");
    let (text, _) = on_a_terminal(&["explore", "in_the_library"], &[("NO_COLOR", "1")]);
    assert!(text.contains("passed") && !text.contains("\u{1b}[32m"), "{text:?}");
}

#[test]
fn without_a_terminal_progress_is_plain_lines_now_and_then() {
    let ran = PROJECT.reenact(&["explore", "is_long", "--time", "1500ms", "--every", "200ms"]);
    assert_eq!(ran.status, Some(0));
    let lines: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("[1/1] many::is_long: ")).collect();
    assert!(lines.len() >= 2 && lines.len() <= 8, "{}", ran.err);
    assert!(lines.last().unwrap().contains(" executions, ") && lines.last().unwrap().ends_with(" left"), "{}", ran.err);
    assert!(!ran.err.contains('\u{1b}'));
}
