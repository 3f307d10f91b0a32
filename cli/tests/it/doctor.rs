//! `cargo reenact doctor`.

use crate::project::{PROJECT, Project};

const WRONG: &str = "\
#[tokio::test]
async fn in_a_runtime() {
    reenact::check(|| async {});
}

#[reenact::test]
async fn looks_at_the_clock() {
    let start = std::time::Instant::now();
    tokio::select! {
        () = async {} => {}
        () = async {} => {}
    }
    std::thread::spawn(move || start);
}
";

#[test]
fn what_is_wrong_is_named_with_its_place_and_what_to_do() {
    let project = Project::new("sick", ", default-features = false", &[("src/lib.rs", ""), ("tests/it.rs", WRONG)]);
    let (status, json) = project.json(&["doctor"]);
    let found: Vec<(&str, u64, &str)> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["wrong"] == true)
        .map(|finding| (finding["file"].as_str().unwrap(), finding["line"].as_u64().unwrap(), finding["code"].as_str().unwrap()))
        .collect();
    let expected = [
        ("Cargo.toml", 0, "no-report"),
        ("tests/it.rs", 3, "tokio-test"),
        ("tests/it.rs", 8, "wall-clock"),
        ("tests/it.rs", 9, "unbiased-select"),
        ("tests/it.rs", 13, "thread"),
    ];
    assert_eq!((status, found), (Some(1), expected.to_vec()));
    let ran = project.reenact(&["doctor"]);
    assert!(ran.out.contains("tests/it.rs:9: wrong: tokio::select! starts at a random branch"), "{}", ran.out);
    assert!(ran.out.contains("write `biased;` as its first line") && ran.out.ends_with("5 things are wrong\n"), "{}", ran.out);
}

#[test]
fn a_project_without_reenact_and_one_that_is_well() {
    let ran = PROJECT.reenact(&["doctor"]);
    assert!(ran.status == Some(0) && ran.out.ends_with("nothing is wrong\n"), "{ran:?}");
    let other = Project::new("other", "", &[("src/lib.rs", "")]);
    other.write("Cargo.toml", "[package]\nname = \"other\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[profile.ci]\ninherits = \"dev\"\npanic = \"abort\"\n[workspace]\n");
    let (status, json) = other.json(&["doctor"]);
    let codes: Vec<&str> = json["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert_eq!((status, codes), (Some(1), vec!["no-reenact", "panic-abort"]));
    std::fs::remove_file(other.path("Cargo.toml")).unwrap();
    assert_eq!(other.reenact(&["doctor"]).status, Some(2));
}
