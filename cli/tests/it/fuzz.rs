//! `cargo reenact fuzz` and `corpus`: guided by code that no macro tells of, in processes that share what they find.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::project::Project;

/// With a program that knows nothing of reenact, and a build script: both have to be built although nothing receives counters in them.
static FUZZED: LazyLock<Project> = LazyLock::new(|| {
    let files = [("src/lib.rs", LIB), ("src/main.rs", MAIN), ("build.rs", "fn main() {}"), ("tests/machines.rs", MACHINES)];
    Project::new("machines-of-mine", "", &files)
});

const MAIN: &str = "fn main() { println!(\"{}\", machines_of_mine::next(0, 2)); }";

const LIB: &str = "\
#![forbid(unsafe_code)]
/// Ten right ones in a row lead to the end, each by a branch of its own; any other leads back.
pub fn next(state: u32, me: u32) -> u32 {
    match (state, me) {
        (0, 2) => 1,
        (1, 0) => 2,
        (2, 3) => 3,
        (3, 1) => 4,
        (4, 1) => 5,
        (5, 3) => 6,
        (6, 0) => 7,
        (7, 2) => 8,
        (8, 2) => 9,
        (9, 1) => 10,
        _ => 0,
    }
}
";

const MACHINES: &str = "\
#![forbid(unsafe_code)]

async fn machine() {
    let mut state = 0;
    for _ in 0..14 {
        state = machines_of_mine::next(state, reenact::choose(4));
        assert!(state < 10, \"planted\");
    }
}

#[reenact::test]
async fn branches() {
    machine().await;
}

#[reenact::test]
async fn says_nothing() {
    reenact::choose(4);
}

#[reenact::test(isolate)]
async fn is_isolated() {}
";

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == "txt")).count()
}

#[test]
fn code_of_the_workspace_guides_to_a_failure_and_leaves_a_corpus() {
    let corpus = tempfile::tempdir().unwrap();
    let root = corpus.path().to_str().unwrap();
    let args = ["fuzz", "branches", "--executions", "400000", "--corpus", root, "--jobs", "2"];
    let (status, json) = FUZZED.json(&args);
    assert_eq!((status, json["coverage"].as_bool(), json["jobs"].as_u64()), (Some(1), Some(true), Some(2)), "{json:#}");
    assert_eq!((json["failure"]["kind"].as_str(), json["failure"]["message"].as_str()), (Some("panic"), Some("planted")));
    let folder = corpus.path().join("machines--branches");
    assert!(json["entries"].as_u64().unwrap() >= 5 && entries(&folder) as u64 >= json["entries"].as_u64().unwrap(), "{json:#}");
    // What is found in a build with counters is the same in one without.
    let schedule = json["failure"]["schedule"].as_str().unwrap();
    let replayed = FUZZED.reenact(&["replay", schedule, "machines::branches"]);
    assert_eq!(replayed.status, Some(1), "{replayed:?}");
    assert!(replayed.err.contains("planted"), "{replayed:?}");

    let listed = FUZZED.reenact(&["corpus", "list", "--corpus", root]);
    assert!(listed.status == Some(0) && listed.out.contains("machines--branches"), "{listed:?}");
    // An entry that shows what a shorter one shows is taken away, what is no schedule is put aside, and a second time nothing changes.
    let shortest = fs::read_dir(&folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let shortest = shortest.min_by_key(String::len).unwrap();
    fs::write(
        folder.join("longer.txt"),
        format!("{}{}900=1\n", shortest.trim(), if shortest.trim() == "r1:" { "" } else { "," }),
    )
    .unwrap();
    fs::write(folder.join("nonsense.txt"), "r1:x").unwrap();
    let before = entries(&folder);
    let minimised = FUZZED.reenact(&["corpus", "minimise", "branches", "--corpus", root]);
    assert_eq!(minimised.status, Some(0), "{minimised:?}");
    let after = entries(&folder);
    assert!(0 < after && after <= before - 2 && !folder.join("longer.txt").exists(), "{before} {after}");
    assert!(folder.join("unreadable/nonsense.txt").exists());
    let again = FUZZED.reenact(&["corpus", "minimise", "branches", "--corpus", root]);
    assert_eq!((again.status, entries(&folder)), (Some(0), after), "{again:?}");
    // Merging is a union, and says how large it is.
    let (into, other) = (corpus.path().join("into"), corpus.path().join("other"));
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("one.txt"), "r1:\n").unwrap();
    let [into, other] = [&into, &other].map(|path| path.to_str().unwrap().to_owned());
    for _ in 0..2 {
        let merged = FUZZED.reenact(&["corpus", "merge", &into, folder.to_str().unwrap(), &other]);
        assert_eq!((merged.status, entries(Path::new(&into))), (Some(0), after + 1), "{merged:?}");
    }
    let missing = FUZZED.reenact(&["corpus", "merge", &into, "nowhere"]);
    assert!(missing.status == Some(2) && missing.err.contains("nowhere is no folder"), "{missing:?}");
}

#[test]
fn without_counters_a_test_that_shows_nothing_is_not_guided() {
    let corpus = tempfile::tempdir().unwrap();
    let root = corpus.path().to_str().unwrap();
    let ran = FUZZED.reenact(&["fuzz", "branches", "--executions", "2000", "--corpus", root, "--no-coverage"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.out.contains("2,000 executions") && ran.out.contains("0 entries in the corpus: no failure found"), "{ran:?}");
}

#[test]
fn what_cannot_be_fuzzed_is_said() {
    let corpus = tempfile::tempdir().unwrap();
    let root = corpus.path().to_str().unwrap();
    let isolated = FUZZED.reenact(&["fuzz", "is_isolated", "--executions", "5", "--corpus", root, "--no-coverage"]);
    assert!(isolated.status == Some(2) && isolated.err.contains("a test with `isolate` cannot be fuzzed"), "{isolated:?}");
    let none = FUZZED.reenact(&["fuzz", "branch_es", "--no-coverage"]);
    assert!(none.status == Some(2) && none.err.contains("machines::branches"), "{none:?}");
    let empty = FUZZED.reenact(&["corpus", "minimise", "says_nothing", "--corpus", root, "--no-coverage"]);
    assert!(empty.status == Some(2) && empty.err.contains("there is no corpus of machines::says_nothing"), "{empty:?}");
}
