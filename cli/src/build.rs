//! What can be said of what to build.

use std::path::PathBuf;

use clap::Args;

/// Which program, and how it is built.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Build")]
pub(crate) struct Build {
    /// Build the tests of this package only (may be said several times).
    #[arg(short, long = "package", value_name = "PACKAGE")]
    pub(crate) packages: Vec<String>,
    /// Build the tests of all packages of the workspace.
    #[arg(long)]
    pub(crate) workspace: bool,
    /// Build this integration test only (may be said several times).
    #[arg(long = "test", value_name = "NAME")]
    pub(crate) test_targets: Vec<String>,
    /// Build the library's unit tests only.
    #[arg(long)]
    pub(crate) lib: bool,
    /// Features to build with, separated by commas.
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub(crate) features: Vec<String>,
    /// Build with all features.
    #[arg(long)]
    pub(crate) all_features: bool,
    /// Build without default features.
    #[arg(long)]
    pub(crate) no_default_features: bool,
    /// Build with optimizations.
    #[arg(short, long)]
    pub(crate) release: bool,
    /// Build with this profile.
    #[arg(long, value_name = "PROFILE", conflicts_with = "release")]
    pub(crate) profile: Option<String>,
    /// The workspace's Cargo.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest_path: Option<PathBuf>,
    /// Where cargo builds.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) target_dir: Option<PathBuf>,
    /// Build nothing: FILE has what `cargo test --no-run --message-format=json` printed. For machines that see what another one built.
    #[arg(long, value_name = "FILE", conflicts_with_all = BUILDING)]
    pub(crate) built: Option<PathBuf>,
}

/// What says how to build, which is too late where everything is built.
const BUILDING: [&str; 11] = [
    "packages",
    "workspace",
    "test_targets",
    "lib",
    "features",
    "all_features",
    "no_default_features",
    "release",
    "profile",
    "manifest_path",
    "target_dir",
];
