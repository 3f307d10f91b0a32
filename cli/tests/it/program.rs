//! Help, completions and manual pages.

use crate::project::PROJECT;

#[test]
fn help_says_how_to_begin_and_what_the_exit_status_means() {
    let ran = PROJECT.reenact(&["--help"]);
    assert_eq!(ran.status, Some(0));
    for text in ["Usage: cargo reenact", "Exit status: 0", "Begin with:", "explore", "doctor", "#[reenact::test]"] {
        assert!(ran.out.contains(text), "{text} is missing in {}", ran.out);
    }
    let ran = PROJECT.reenact(&["explore", "--help"]);
    assert!(ran.out.contains("--time <TIME>") && ran.out.contains("30s, 10m, 2h"), "{}", ran.out);
    assert_eq!(PROJECT.reenact(&["explode"]).status, Some(2));
}

#[test]
fn completions_and_pages_name_every_command() {
    let commands = ["explore", "replay", "shrink", "show", "diff", "regressions", "merge", "doctor"];
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = PROJECT.reenact(&["completions", shell]);
        assert_eq!(ran.status, Some(0));
        for command in commands {
            assert!(ran.out.contains(command), "{command} is missing for {shell}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man");
    assert_eq!(PROJECT.reenact(&["man", "--out", out.to_str().unwrap()]).status, Some(0));
    for command in commands {
        let page = std::fs::read_to_string(out.join(format!("cargo-reenact-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
    assert!(PROJECT.reenact(&["man"]).out.contains("cargo\\-reenact"));
}
