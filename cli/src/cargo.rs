//! What cargo is asked: to build the test binaries, and where they are.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::args::Build;
use crate::trouble::{Result, Trouble};

/// A test binary, and what it takes to run it as cargo does.
#[derive(Clone, Debug)]
pub(crate) struct Binary {
    pub(crate) executable: PathBuf,
    pub(crate) package: String,
    version: String,
    /// The folder of its package's manifest, in which cargo runs it.
    pub(crate) folder: PathBuf,
    manifest: PathBuf,
    /// Folders with libraries that build scripts of the workspace have linked.
    libraries: Vec<PathBuf>,
    out_dir: Option<PathBuf>,
}

/// The messages of `cargo --message-format=json` that matter here. There are others, and may be more.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        package_id: String,
        manifest_path: PathBuf,
        profile: Profile,
        executable: Option<PathBuf>,
    },
    BuildScriptExecuted {
        package_id: String,
        linked_paths: Vec<String>,
        out_dir: PathBuf,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// The cargo that runs this, or the one that is found.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Builds the tests, unless somebody has, and says where they are. What the compiler has to say goes to standard error. `variables` are for cargo.
pub(crate) fn test_binaries(build: &Build, variables: &[(&str, OsString)]) -> Result<Vec<Binary>> {
    if let Some(file) = &build.built {
        return built_before(file);
    }
    let mut command = cargo();
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command.args(["test", "--no-run", "--message-format=json-render-diagnostics", "--quiet"]);
    arguments(&mut command, build);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| Trouble::new(format!("cargo could not be started: {error}")))?;
    if !output.status.success() {
        return Err(Trouble::new(format!("the tests could not be built: `cargo test --no-run` ended with {}", output.status)));
    }
    binaries(&String::from_utf8_lossy(&output.stdout))
}

/// What cargo said when it built them, here or on another machine that has the same folders.
fn built_before(file: &Path) -> Result<Vec<Binary>> {
    let messages = std::fs::read_to_string(file);
    let messages = messages.map_err(|error| Trouble::new(format!("{} cannot be read: {error}", file.display())))?;
    let found = binaries(&messages).map_err(|trouble| Trouble::new(format!("{}: {trouble}", file.display())))?;
    if found.is_empty() {
        return Err(Trouble::new(format!(
            "{} tells of no test binaries: it takes what `cargo test --no-run --message-format=json` prints",
            file.display()
        )));
    }
    Ok(found)
}

fn arguments(command: &mut Command, build: &Build) {
    for package in &build.packages {
        command.args(["--package", package]);
    }
    for (flag, is_set) in [
        ("--workspace", build.workspace),
        ("--lib", build.lib),
        ("--all-features", build.all_features),
        ("--no-default-features", build.no_default_features),
        ("--release", build.release),
    ] {
        if is_set {
            command.arg(flag);
        }
    }
    for test in &build.test_targets {
        command.args(["--test", test]);
    }
    for features in &build.features {
        command.args(["--features", features]);
    }
    if let Some(profile) = &build.profile {
        command.args(["--profile", profile]);
    }
    if let Some(manifest) = &build.manifest_path {
        command.arg("--manifest-path").arg(manifest);
    }
    if let Some(folder) = &build.target_dir {
        command.arg("--target-dir").arg(folder);
    }
}

fn binaries(messages: &str) -> Result<Vec<Binary>> {
    let mut binaries = Vec::new();
    let mut scripts: BTreeMap<String, (Vec<PathBuf>, PathBuf)> = BTreeMap::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message = serde_json::from_str(line).map_err(|error| Trouble::new(format!("cargo said `{line:.80}`: {error}")))?;
        match message {
            Message::BuildScriptExecuted { package_id, linked_paths, out_dir } => {
                // `native=/folder`, or the folder alone.
                let folders = linked_paths.iter().map(|path| path.split_once('=').map_or(path.as_str(), |(_, path)| path).into());
                scripts.insert(package_id, (folders.collect(), out_dir));
            }
            Message::CompilerArtifact { package_id, manifest_path, profile, executable: Some(executable) } if profile.test => {
                let (package, version) = name_and_version(&package_id);
                let folder = manifest_path.parent().unwrap_or(Path::new("")).to_owned();
                let out_dir = scripts.get(&package_id).map(|(_, out_dir)| out_dir.clone());
                let manifest = manifest_path;
                binaries.push(Binary { executable, package, version, folder, manifest, libraries: Vec::new(), out_dir });
            }
            _ => {}
        }
    }
    let libraries: Vec<PathBuf> = scripts.into_values().flat_map(|(folders, _)| folders).collect();
    binaries.iter_mut().for_each(|binary| binary.libraries.clone_from(&libraries));
    binaries.sort_by(|a, b| (&a.package, &a.executable).cmp(&(&b.package, &b.executable)));
    Ok(binaries)
}

/// Of a package id: `path+file:///folder#name@0.1.0`, or `..folder#0.1.0` where the folder is called like the package.
fn name_and_version(id: &str) -> (String, String) {
    let (place, end) = id.split_once('#').unwrap_or((id, ""));
    let (name, version) = end.split_once('@').unwrap_or_else(|| (place.rsplit('/').next().unwrap_or(place), end));
    (name.to_owned(), version.to_owned())
}

impl Binary {
    /// A command that runs it with what cargo would say to it.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        command.current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder).env("CARGO_MANIFEST_PATH", &self.manifest);
        command.env("CARGO_PKG_NAME", &self.package).env("CARGO_PKG_VERSION", &self.version);
        let mut numbers = self.version.split(['.', '-', '+']);
        for part in ["MAJOR", "MINOR", "PATCH"] {
            command.env(format!("CARGO_PKG_VERSION_{part}"), numbers.next().unwrap_or_default());
        }
        if let Some(folder) = &self.out_dir {
            command.env("OUT_DIR", folder);
        }
        let (name, folders) = self.library_path();
        if let Some(folders) = folders {
            command.env(name, folders);
        }
        command
    }

    /// Where the system's loader looks for libraries, as cargo extends it.
    fn library_path(&self) -> (&'static str, Option<OsString>) {
        let name = match () {
            () if cfg!(windows) => "PATH",
            () if cfg!(target_vendor = "apple") => "DYLD_FALLBACK_LIBRARY_PATH",
            () => "LD_LIBRARY_PATH",
        };
        let own = self.executable.parent().into_iter().flat_map(|deps| [Some(deps), deps.parent()]).flatten();
        let before = std::env::var_os(name).unwrap_or_default();
        let all = self.libraries.iter().cloned().chain(own.map(PathBuf::from)).chain(std::env::split_paths(&before));
        (name, std::env::join_paths(all).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_known_by_their_ids() {
        let of = |id| name_and_version(id);
        assert_eq!(of("path+file:///code/pool#0.2.0"), ("pool".into(), "0.2.0".into()));
        assert_eq!(of("path+file:///code/folder#worker-pool@1.0.0-rc.1"), ("worker-pool".into(), "1.0.0-rc.1".into()));
    }

    #[test]
    fn test_binaries_are_found_among_the_messages() {
        let text = r#"warning: not a message
{"reason":"build-script-executed","package_id":"path+file:///code/pool#0.2.0","linked_libs":[],"linked_paths":["native=/lib/x"],"cfgs":[],"env":[],"out_dir":"/out"}
{"reason":"compiler-artifact","package_id":"path+file:///code/pool#0.2.0","manifest_path":"/code/pool/Cargo.toml","target":{},"profile":{"opt_level":"0","test":false},"features":[],"filenames":[],"executable":"/t/pool","fresh":true}
{"reason":"compiler-artifact","package_id":"path+file:///code/pool#0.2.0","manifest_path":"/code/pool/Cargo.toml","target":{},"profile":{"opt_level":"0","test":true},"features":[],"filenames":[],"executable":"/t/it","fresh":true}
{"reason":"compiler-artifact","package_id":"path+file:///code/pool#0.2.0","manifest_path":"/code/pool/Cargo.toml","target":{},"profile":{"opt_level":"0","test":true},"features":[],"filenames":[],"executable":null,"fresh":true}
{"reason":"build-finished","success":true}"#;
        let found = binaries(text).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].package.as_str(), found[0].folder.as_path()), ("pool", Path::new("/code/pool")));
        assert_eq!(
            (found[0].libraries.as_slice(), found[0].out_dir.as_deref()),
            (&[PathBuf::from("/lib/x")][..], Some(Path::new("/out")))
        );
    }
}
