//! What manifests tell: whether reenact is there, with which features, and how tests are built.

use std::path::Path;

use super::Finding;
use crate::metadata::{Metadata, Package};
use crate::trouble::{Result, Trouble};

/// What can be depended on to write tests.
const NAMES: [&str; 2] = ["reenact", "reenact-sim"];

pub(super) fn uses_reenact(package: &Package) -> bool {
    package.dependencies.iter().any(|dependency| NAMES.contains(&dependency.name.as_str()))
}

pub(super) fn look(metadata: &Metadata, users: &[&Package]) -> Result<Vec<Finding>> {
    let root = metadata.workspace_root.join("Cargo.toml");
    let mut findings = profiles(&root)?;
    if users.is_empty() {
        findings.push(Finding {
            file: root,
            line: 0,
            code: "no-reenact",
            what: "no package of this workspace depends on reenact".to_owned(),
            todo: "add it to the dev-dependencies of the package that has the tests: reenact = { path = \"..\" }".to_owned(),
            wrong: true,
        });
        return Ok(findings);
    }
    for package in users {
        findings.extend(dependency(package)?);
    }
    findings.extend(features(metadata, &root));
    Ok(findings)
}

/// A panic that aborts ends the process in the middle of an execution, before anything can be said of it.
fn profiles(manifest: &Path) -> Result<Vec<Finding>> {
    let text = read(manifest)?;
    let table: toml::Table = toml::from_str(&text).map_err(|error| Trouble::new(format!("{}: {error}", manifest.display())))?;
    let mut findings = Vec::new();
    for (name, profile) in table.get("profile").and_then(toml::Value::as_table).into_iter().flatten() {
        if profile.get("panic").and_then(toml::Value::as_str) != Some("abort") {
            continue;
        }
        // Cargo builds tests with unwinding, whatever dev and release say; other profiles and a panic that is set by flags count.
        let builtin = ["dev", "release", "test", "bench"].contains(&name.as_str());
        findings.push(Finding {
            file: manifest.to_owned(),
            line: line_of(&text, "panic"),
            code: "panic-abort",
            what: format!("profile `{name}` has panic = \"abort\""),
            todo: match builtin {
                true => {
                    "cargo builds tests with unwinding all the same; a program that runs reenact itself does not start with it"
                        .to_owned()
                }
                false => "reenact catches panics, and refuses to run in such a build: leave it out".to_owned(),
            },
            wrong: false,
        });
    }
    Ok(findings)
}

fn dependency(package: &Package) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let text = read(&package.manifest_path)?;
    let mut add = |name: &str, code, what: String, todo: &str, wrong| {
        let (file, line) = (package.manifest_path.clone(), line_of(&text, name));
        findings.push(Finding { file, line, code, what, todo: todo.to_owned(), wrong });
    };
    let all = |name: &str| package.dependencies.iter().filter(|dependency| dependency.name == name).collect::<Vec<_>>();
    if all("reenact").is_empty() {
        let todo = "depend on `reenact`, which has it and the attribute that makes a test";
        add("reenact-sim", "no-facade", format!("`{}` depends on reenact-sim only", package.name), todo, false);
    }
    let normal = all("reenact").iter().any(|dependency| dependency.kind.is_none());
    if normal && package.name != "reenact" && !package.name.starts_with("reenact-") {
        let todo = "move it to [dev-dependencies], unless the package is itself a tool for tests";
        add("reenact", "normal-dependency", format!("`{}` depends on reenact outside its tests", package.name), todo, false);
    }
    Ok(findings)
}

/// What reenact itself is built with.
fn features(metadata: &Metadata, root: &Path) -> Vec<Finding> {
    let Some(package) = metadata.packages.iter().find(|package| package.name == "reenact") else { return Vec::new() };
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let Some(node) = nodes.into_iter().find(|node| node.id == package.id) else { return Vec::new() };
    let has = |feature: &str| node.features.iter().any(|name| name == feature);
    let finding = |code, feature: &str, without: &str, wrong| Finding {
        file: root.to_owned(),
        line: 0,
        code,
        what: format!("reenact is built without its feature `{feature}`: {without}"),
        todo: format!("reenact = {{ .., features = [\"{feature}\"] }}"),
        wrong,
    };
    let mut findings = Vec::new();
    if !has("report") {
        findings.push(finding("no-report", "report", "explore, replay, show and merge do not work", true));
    }
    if !has("snapshots") {
        findings.push(finding("no-snapshots", "snapshots", "a failing test leaves no page of HTML", false));
    }
    findings
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).map_err(|error| Trouble::new(format!("{} cannot be read: {error}", file.display())))
}

/// The first line that sets a key; 0 if there is none.
fn line_of(text: &str, key: &str) -> usize {
    let sets = |line: &str| line.trim().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', '.']));
    text.lines().position(sets).map_or(0, |line| line + 1)
}
