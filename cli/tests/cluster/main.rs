//! Exploration on a cluster: a real Slurm with two nodes on the loopback device, and the scripts of docs/cluster as they are.
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "nothing here runs inside an execution: it watches processes, in wall time"
)]

mod explorations;
#[path = "../it/project.rs"]
#[allow(dead_code, reason = "the other tests of the command line use more of it")]
mod project;
mod slurm;

use std::fs;
use std::path::Path;

/// Scripts that the document shows are those that are run here.
#[test]
fn the_document_shows_the_scripts_as_they_are() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs");
    let document = fs::read_to_string(docs.join("CLUSTER.md")).unwrap();
    for script in ["explore.sbatch", "merge.sbatch", "submit"] {
        let text = fs::read_to_string(docs.join("cluster").join(script)).unwrap();
        assert!(
            document.contains(&format!("```bash\n{text}```\n")),
            "docs/CLUSTER.md does not show docs/cluster/{script} as it is"
        );
    }
}
