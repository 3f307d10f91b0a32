//! The house keeps its order: which crate and which module may use which, how long files are.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // What a workspace of its own has built is not source.
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty());
    found.sort();
    found
}

/// The packages of the workspace that a package depends on, dev-dependencies left out.
fn dependencies(package: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default().split("\n[").next().unwrap_or_default();
    let names = section.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
    names.map(str::to_owned).filter(|name| !name.is_empty()).collect()
}

#[test]
fn packages_depend_downwards_only() {
    let ours = |package| dependencies(package).into_iter().filter(|name| name.starts_with("reenact")).collect::<Vec<_>>();
    assert_eq!(
        ours("."),
        [
            "reenact-sim",
            "reenact-combinators",
            "reenact-macros",
            "reenact-snapshots",
            "reenact-properties",
            "reenact-tracing",
            "reenact-libfuzzer"
        ]
    );
    assert_eq!(ours("properties"), ["reenact-sim", "reenact-combinators"]);
    assert_eq!(ours("combinators"), ["reenact-sim"]);
    assert_eq!(ours("snapshots"), ["reenact-sim"]);
    assert_eq!(ours("tracing"), ["reenact-sim"]);
    // The facade alone knows libFuzzer: nothing else links C++.
    assert_eq!(dependencies("libfuzzer"), ["reenact-sim", "libfuzzer-sys"]);
    assert_eq!(ours("cli"), ["reenact-sim", "reenact-snapshots"]);
    // A layer needs the registry that keeps spans, and no more of tracing.
    assert_eq!(dependencies("tracing"), ["reenact-sim", "tracing-core", "tracing-subscriber"]);
    assert!(ours("sim").is_empty() && ours("macros").is_empty());
}

#[test]
fn sim_stays_lean() {
    // The last two are features that are off unless the facade asks for it.
    assert_eq!(dependencies("sim"), ["base64", "pin-project-lite", "rand_chacha", "rand_core", "indicatif", "miniserde"]);
    let manifest = fs::read_to_string(root().join("sim/Cargo.toml")).unwrap();
    for optional in ["indicatif", "miniserde"] {
        assert!(manifest.contains(&format!("{optional} = {{ workspace = true, optional = true }}")));
    }
}

/// Where code of the project is.
const FOLDERS: [&str; 17] = [
    "sim/src",
    "combinators/src",
    "properties/src",
    "properties/tests",
    "snapshots/src",
    "snapshots/tests",
    "tracing/src",
    "tracing/tests",
    "libfuzzer/src",
    "fuzz",
    "cli/src",
    "cli/tests",
    "macros/src",
    "src",
    "tests",
    "examples",
    "benches",
];

/// The rooms of sim, lowest first; each may use those before it.
const ROOMS: [&[&str]; 12] = [
    &["hash", "leb128", "error", "instant"],
    &["hostility"],
    &["config"],
    &["seed"],
    &["rng"],
    &["schedule"],
    &["trace"],
    &["resource", "outside", "surroundings", "await_point"],
    &["kernel"],
    &["coverage", "time"],
    &["access", "draw", "output", "task", "scheduler"],
    &["simulation"],
];

#[test]
fn rooms_of_sim_use_lower_rooms_only() {
    let mut height: BTreeMap<&str, usize> = BTreeMap::new();
    for (row, rooms) in ROOMS.iter().enumerate() {
        height.extend(rooms.iter().map(|room| (*room, row)));
    }
    height.insert("explore", ROOMS.len());
    height.insert("sweep", ROOMS.len() + 1);
    let source = root().join("sim/src");
    let mut breaches = Vec::new();
    for path in sources("sim/src") {
        let below = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
        if below == "lib.rs" || below.ends_with("_tests.rs") {
            continue;
        }
        let room = below.split(['/', '.']).next().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        // Up to the unit tests, which may use anything.
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for used in line.split("crate::").skip(1) {
                let used = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                let Some(other) = height.get(used) else { continue };
                let own = height.get(room).unwrap_or_else(|| panic!("{room} has no place among the rooms"));
                if used != room && other >= own {
                    breaches.push(format!("{below}: {}", line.trim()));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "these use what is not below them:\n{}", breaches.join("\n"));
}

/// What the program for the command line is made of; nothing else of the workspace builds with it.
#[test]
fn the_command_line_has_its_own_dependencies() {
    let allowed = [
        "base64",
        "clap",
        "clap_complete",
        "clap_mangen",
        "indicatif",
        "object",
        "open",
        "proc-macro2",
        "reenact-sim",
        "reenact-snapshots",
        "serde",
        "serde_json",
        "syn",
        "tempfile",
        "toml",
    ];
    assert_eq!(dependencies("cli"), allowed);
    for package in [".", "sim", "macros", "combinators", "properties", "snapshots", "tracing", "libfuzzer"] {
        let own = dependencies(package);
        assert!(!["clap", "object", "open", "toml"].iter().any(|name| own.iter().any(|own| own == name)), "{package}");
    }
}

#[test]
fn proptest_insta_tracing_and_libfuzzer_are_built_only_if_asked_for() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for package in ["properties", "snapshots", "tracing", "libfuzzer"] {
        assert!(manifest.contains(&format!("reenact-{package} = {{ workspace = true, optional = true }}")));
    }
    assert!(manifest.contains("default = [\"progress\", \"report\"]"));
}

#[test]
fn what_stands_on_sim_uses_only_what_is_public() {
    let packages = ["combinators/src", "properties/src", "snapshots/src", "tracing/src", "libfuzzer/src", "cli/src"];
    for path in packages.iter().flat_map(|folder| sources(folder)) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("sim::__private") && !text.contains("sim::{__private"), "{}", path.display());
    }
}

#[test]
fn unsafe_code_is_in_few_files() {
    let unsafe_files: Vec<PathBuf> = FOLDERS
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            code.into_iter()
                .any(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == concat!("uns", "afe")))
        })
        .collect();
    // The compiler's counters are memory of the compiler's. libFuzzer is C++ that looks for its own in a link section, which the language
    // marks so; what the attribute expands to names one, too. The floor of the comparison is what is possible with it.
    let known = [
        "sim/src/coverage/counters.rs",
        "sim/src/kernel/waker.rs",
        "libfuzzer/src/counters.rs",
        "libfuzzer/src/engine.rs",
        "macros/src/listing.rs",
        "benches/peers/floor/src/executor.rs",
    ];
    assert_eq!(unsafe_files, known.map(|file| root().join(file)));
}

#[test]
fn files_are_small() {
    for path in FOLDERS.iter().flat_map(|folder| sources(folder)) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines: one concept a file, 400 lines at most", path.display());
    }
}

#[test]
fn the_documented_variables_are_the_ones_that_are_read() {
    let source = fs::read_to_string(root().join("sim/src/explore/environment.rs")).unwrap();
    let table = source.split("const VARIABLES").nth(1).unwrap().split("];").next().unwrap();
    let documented = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let mut number = 0;
    for line in table.lines().filter_map(|line| line.trim().strip_prefix("(\"")) {
        let (name, meaning) = line.trim_end_matches("\"),").split_once("\", \"").unwrap();
        let row = format!("//! | `{name}` | {meaning} |");
        assert!(documented.contains(&row), "the crate page has no row `{row}`");
        number += 1;
    }
    assert_eq!(number, documented.matches("//! | `REENACT_").count());
}
