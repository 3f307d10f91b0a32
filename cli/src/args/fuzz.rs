//! What can be said to `fuzz` and `corpus`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use reenact_sim::Hostility;

use super::{Build, SeedArg, duration, seed};

#[derive(Debug, Args)]
pub(crate) struct Fuzz {
    /// The test, by its path or a part of it.
    pub(crate) test: String,
    /// How long to fuzz: 30s, 10m, 2h or seconds; until it fails or is stopped, if nothing is said.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) time: Option<Duration>,
    /// How many executions to run at most, in all processes together.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) executions: Option<u64>,
    /// How many processes fuzz side by side and share the corpus.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) jobs: u32,
    /// The seed of the first process; the others have seeds that follow from it.
    #[arg(long, value_name = "SEED", value_parser = seed)]
    pub(crate) seed: Option<SeedArg>,
    /// What a hostile executor may do: none, all, or some of spurious:2, fresh, late:2:1ms.
    #[arg(long, value_name = "ACTS")]
    pub(crate) hostile: Option<Hostility>,
    /// The folder of corpora; by default reenact-corpus beside the Cargo.toml of the test's package.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) corpus: Option<PathBuf>,
    /// Do not build with counters: be guided by cover!, sometimes!, reachable! and shared values alone.
    #[arg(long)]
    pub(crate) no_coverage: bool,
    /// How often to print a line of progress where standard error is no terminal: 10s.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s", hide_default_value = true)]
    pub(crate) every: Duration,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Corpus {
    #[command(subcommand)]
    pub(crate) what: CorpusWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CorpusWhat {
    /// List the corpora of the workspace.
    List {
        /// The folder of corpora; by default reenact-corpus beside each Cargo.toml of the workspace.
        #[arg(long, value_name = "FOLDER")]
        corpus: Option<PathBuf>,
        /// The workspace's Cargo.toml.
        #[arg(long, value_name = "FILE")]
        manifest_path: Option<PathBuf>,
    },
    /// Run all entries of a test, the shortest first, and take away those that show nothing new.
    Minimise {
        /// The test, by its path or a part of it.
        test: String,
        /// Look at what the test shows itself, and not at its code.
        #[arg(long)]
        no_coverage: bool,
        /// The folder of corpora; by default reenact-corpus beside the Cargo.toml of the test's package.
        #[arg(long, value_name = "FOLDER")]
        corpus: Option<PathBuf>,
        #[command(flatten)]
        build: Build,
    },
    /// Copy the entries of other corpora of the same test into one.
    Merge {
        /// The corpus that gets them, as `list` prints its folder.
        into: PathBuf,
        /// The others.
        #[arg(required = true)]
        from: Vec<PathBuf>,
    },
}
