//! Building the workspace so that its code counts what of it is run: this program as cargo's wrapper of the compiler.
//!
//! Only the crates of the workspace are instrumented, with stable options of the compiler; reenact itself gets the module that
//! receives the counters. It goes into a target folder of its own, so that other builds stay as they are.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::print;
use crate::trouble::{Result, Trouble};

/// Says that this program is called as a wrapper, and where its stub is.
const VARIABLE: &str = "CARGO_REENACT_COMPILER";

/// Counters in the code, and no calls.
const INSTRUMENT: [&str; 3] =
    ["-Cpasses=sancov-module", "-Cllvm-args=-sanitizer-coverage-level=3", "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters"];

/// For programs of the workspace that hold instrumented libraries and not reenact: somebody has to be there whom the counters can be told.
/// It is weak, so that reenact's own takes its place.
const STUB: &str = "\
#![no_std]
core::arch::global_asm!(
    \".weak __sanitizer_cov_8bit_counters_init\",
    \"__sanitizer_cov_8bit_counters_init:\",
    \"ret\",
);
";

/// What to say to cargo.
pub(super) fn variables(folder: &Path) -> Result<Vec<(&'static str, OsString)>> {
    let trouble = |what: String| Trouble::new(format!("the build with counters cannot be prepared: {what}"));
    let this = std::env::current_exe().map_err(|error| trouble(format!("where is this program? {error}")))?;
    let stub = folder.join("counters-stub.o");
    compile_stub(folder, &stub).map_err(trouble)?;
    Ok(vec![
        ("RUSTC_WRAPPER", this.clone().into_os_string()),
        ("RUSTC_WORKSPACE_WRAPPER", this.into_os_string()),
        (VARIABLE, stub.into_os_string()),
    ])
}

fn compile_stub(folder: &Path, stub: &Path) -> std::result::Result<(), String> {
    let source = folder.join("counters-stub.rs");
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&source, STUB)).map_err(|error| error.to_string())?;
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command.args(["--crate-type=lib", "--emit=obj", "--edition=2024", "-Cpanic=abort", "-Copt-level=1", "-o"]);
    let output = command.arg(stub).arg(&source).output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// If this program was called by cargo in the compiler's place: does what it is there for.
pub(crate) fn called_as_compiler() -> Option<ExitCode> {
    let stub = std::env::var_os(VARIABLE)?;
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut command = wrapped(&arguments, Path::new(&stub), std::env::current_exe().ok())?;
    Some(match command.status() {
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(error) => {
            print::note(&format!("error: the compiler {} could not be started: {error}", command.get_program().display()));
            ExitCode::FAILURE
        }
    })
}

/// The compiler with what it takes. The arguments are `rustc ..`, and for crates of the workspace `this-program rustc ..`.
fn wrapped(arguments: &[OsString], stub: &Path, this: Option<PathBuf>) -> Option<Command> {
    let (first, rest) = arguments.split_first()?;
    let of_workspace = this.as_deref() == Some(Path::new(first));
    let (compiler, rest) = if of_workspace { rest.split_first()? } else { (first, rest) };
    let mut command = Command::new(compiler);
    command.args(rest);
    let name = value_of(rest, "--crate-name").unwrap_or_default();
    let kind = value_of(rest, "--crate-type").unwrap_or_default();
    let is_test = rest.iter().any(|argument| argument == "--test");
    // Its own code is no code of the program, whose workspace it may be in.
    let is_ours = name == "reenact" || name.to_string_lossy().starts_with("reenact_");
    if name == "reenact_sim" {
        command.args(["--cfg", "reenact_coverage"]);
    }
    if !of_workspace || is_ours || name.is_empty() || kind == "proc-macro" || name.to_string_lossy().starts_with("build_script_")
    {
        return Some(command);
    }
    let is_program = matches!(kind.to_str(), Some("bin" | "cdylib" | "dylib"));
    if is_test || !is_program {
        command.args(INSTRUMENT);
    }
    if is_test || is_program {
        let mut argument = OsString::from("-Clink-arg=");
        argument.push(stub);
        command.arg(argument);
    }
    Some(command)
}

fn value_of<'a>(arguments: &'a [OsString], name: &str) -> Option<&'a OsStr> {
    let at = arguments.iter().position(|argument| argument == name)?;
    arguments.get(at + 1).map(OsString::as_os_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    fn added(text: &str) -> Vec<String> {
        let command = wrapped(&arguments(text), Path::new("stub.o"), Some("/this".into())).unwrap();
        assert_eq!(command.get_program(), "rustc");
        let given = text.split(' ').filter(|argument| *argument != "/this" && *argument != "rustc").count();
        command.get_args().skip(given).map(|argument| argument.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn only_code_of_the_workspace_counts() {
        let stub = ["-Clink-arg=stub.o"];
        assert_eq!(added("/this rustc --crate-name pool --crate-type lib src/lib.rs"), INSTRUMENT);
        assert_eq!(added("/this rustc --crate-name it --test tests/it.rs"), [&INSTRUMENT[..], &stub].concat());
        assert_eq!(added("/this rustc --crate-name server --crate-type bin src/main.rs"), stub);
        for untouched in [
            "rustc --crate-name serde --crate-type lib src/lib.rs",
            "/this rustc --crate-name build_script_build --crate-type bin build.rs",
            "/this rustc --crate-name pool_macros --crate-type proc-macro src/lib.rs",
            "/this rustc --crate-name reenact_macros --crate-type lib src/lib.rs",
            "rustc -vV",
            "/this rustc - --print=cfg",
        ] {
            assert!(added(untouched).is_empty(), "{untouched}");
        }
    }

    #[test]
    fn reenact_gets_what_receives_the_counters() {
        assert_eq!(added("rustc --crate-name reenact_sim --crate-type lib src/lib.rs"), ["--cfg", "reenact_coverage"]);
        assert_eq!(added("/this rustc --crate-name reenact_sim --crate-type lib src/lib.rs"), ["--cfg", "reenact_coverage"]);
    }
}
