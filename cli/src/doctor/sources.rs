//! What sources tell: what makes a simulation fail, or differ from run to run, wherever tests of reenact are written.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::Finding;
use crate::metadata::Package;
use crate::trouble::{Result, Trouble};

/// Calls that a simulation does not control, by the end of their path, and what to call instead.
const CALLS: [(&str, &str, &str); 8] = [
    ("Instant::now", "wall-clock", "reenact::time::now()"),
    ("SystemTime::now", "wall-clock", "reenact::time::now()"),
    ("thread::spawn", "thread", "reenact::task::spawn(..)"),
    ("thread::sleep", "thread-sleep", "reenact::time::sleep(..).await"),
    ("tokio::spawn", "tokio-spawn", "reenact::task::spawn(..)"),
    ("tokio::time::sleep", "tokio-time", "reenact::time::sleep(..).await"),
    ("tokio::time::timeout", "tokio-time", "reenact::combinators::timeout(..)"),
    ("Runtime::new", "tokio-runtime", "no runtime: a simulation is its own executor"),
];

/// Looks at all sources of a package.
pub(super) fn look(package: &Package) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in sources(package)? {
        let text = std::fs::read_to_string(&file);
        let text = text.map_err(|error| Trouble::new(format!("{} cannot be read: {error}", file.display())))?;
        findings.extend(look_at(&file, &text));
    }
    Ok(findings)
}

/// The Rust files below the folders of its targets.
fn sources(package: &Package) -> Result<Vec<PathBuf>> {
    let mut folders: Vec<PathBuf> =
        package.targets.iter().filter_map(|target| target.src_path.parent()).map(Path::to_owned).collect();
    // A target at the package's root, such as build.rs, does not make all that is below it a source.
    folders.retain(|folder| folder != package.folder());
    folders.sort();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let trouble = |error| Trouble::new(format!("{} cannot be read: {error}", folder.display()));
        for entry in std::fs::read_dir(&folder).map_err(trouble)? {
            let path = entry.map_err(trouble)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// A file that does not parse is the compiler's to complain about.
fn look_at(file: &Path, text: &str) -> Vec<Finding> {
    let Ok(parsed) = syn::parse_file(text) else { return Vec::new() };
    let mut eyes = Eyes { file, inside: Inside::Other, findings: Vec::new() };
    eyes.visit_file(&parsed);
    eyes.findings
}

/// What the code that is being looked at runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Other,
    /// `#[reenact::test]`, or a closure that is given to `reenact::check`.
    Simulation,
    /// `#[tokio::test]` or `#[tokio::main]`.
    Tokio,
}

struct Eyes<'a> {
    file: &'a Path,
    inside: Inside,
    findings: Vec<Finding>,
}

impl Eyes<'_> {
    fn add(&mut self, line: usize, code: &'static str, what: String, todo: &str) {
        self.findings.push(Finding { file: self.file.to_owned(), line, code, what, todo: todo.to_owned(), wrong: true });
    }

    fn within(&mut self, inside: Inside, look: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.inside, inside);
        look(self);
        self.inside = before;
    }
}

impl<'ast> Visit<'ast> for Eyes<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        let of = |path: &str| function.attrs.iter().any(|attribute| text(attribute.path()).ends_with(path));
        let inside = match () {
            () if of("reenact::test") => Inside::Simulation,
            () if of("tokio::test") || of("tokio::main") => Inside::Tokio,
            () => self.inside,
        };
        if of("reenact::test") && of("tokio::test") {
            let what = format!("`{}` is a test of both reenact and tokio", function.sig.ident);
            self.add(function.sig.span().start().line, "tokio-test", what, "leave #[tokio::test] out");
        }
        self.within(inside, |eyes| visit::visit_item_fn(eyes, function));
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let syn::Expr::Path(function) = &*call.func else { return visit::visit_expr_call(self, call) };
        let path = text(&function.path);
        let line = call.span().start().line;
        if is_end(&path, "reenact::check") {
            if self.inside == Inside::Tokio {
                self.add(line, "tokio-test", format!("`{path}` runs inside a tokio runtime"), IN_TOKIO);
            }
            return self.within(Inside::Simulation, |eyes| visit::visit_expr_call(eyes, call));
        }
        if self.inside == Inside::Tokio && (is_end(&path, "Sim::new") || is_end(&path, "Explorer::new")) {
            self.add(line, "tokio-test", format!("`{path}` is used inside a tokio runtime"), IN_TOKIO);
        }
        if self.inside == Inside::Simulation
            && let Some((_, code, instead)) = CALLS.iter().find(|(end, ..)| is_end(&path, end))
            && !path.starts_with("reenact::")
        {
            self.add(line, code, format!("`{path}` is nothing that a simulation controls"), &format!("instead: {instead}"));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let path = text(&mac.path);
        if path == "tokio::select" && !is_biased(&mac.tokens) {
            let todo =
                "write `biased;` as its first line, or use reenact::select!, in which the order is a choice of the schedule";
            let what = "tokio::select! starts at a random branch, which no schedule controls".to_owned();
            self.add(mac.path.span().start().line, "unbiased-select", what, todo);
        }
        if path == "futures::select" {
            let what = "futures::select! starts at a random branch, which no schedule controls".to_owned();
            self.add(mac.path.span().start().line, "unbiased-select", what, "use futures::select_biased!, or reenact::select!");
        }
        // What stands in a macro is tokens; those that are expressions, as in assert!, are looked at.
        let parser = syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        if let Ok(expressions) = syn::parse::Parser::parse2(parser, mac.tokens.clone()) {
            let inside = self.inside;
            for expression in expressions {
                self.within(inside, |eyes| eyes.visit_expr(&syn::Expr::clone(&expression)));
            }
        }
    }
}

const IN_TOKIO: &str =
    "make it a plain #[test], or #[reenact::test]: tokio's cooperative budget stops a simulation, which blocks its thread";

fn text(path: &syn::Path) -> String {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>().join("::")
}

/// Whether a path ends with the segments of another one.
fn is_end(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
}

fn is_biased(tokens: &TokenStream) -> bool {
    matches!(tokens.clone().into_iter().next(), Some(TokenTree::Ident(ident)) if ident == "biased")
        || matches!(tokens.clone().into_iter().next(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None && is_biased(&group.stream()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(&'static str, usize)> {
        look_at(Path::new("tests/it.rs"), source).into_iter().map(|finding| (finding.code, finding.line)).collect()
    }

    #[test]
    fn what_no_schedule_controls_is_found_in_simulations_only() {
        let body = "{\n  let at = std::time::Instant::now();\n  std::thread::sleep(d);\n  thread::spawn(|| {});\n}";
        let inside = format!("#[reenact::test]\nasync fn a() {body}");
        assert_eq!(found(&inside), [("wall-clock", 3), ("thread-sleep", 4), ("thread", 5)]);
        assert_eq!(found(&format!("#[test]\nfn a() {body}")), []);
        let checked = format!("#[test]\nfn a() {{ reenact::check(|| async {body}); }}");
        assert_eq!(found(&checked).len(), 3);
        assert_eq!(found("#[reenact::test]\nasync fn a() { assert!(std::time::Instant::now() > b); }"), [("wall-clock", 2)]);
        assert_eq!(found("#[reenact::test]\nasync fn a() { reenact::time::Instant::now(); my_thread::spawn(); }"), []);
    }

    #[test]
    fn a_simulation_in_a_tokio_runtime_is_found() {
        let of = |call: &str| found(&format!("#[tokio::test]\nasync fn a() {{\n  {call};\n}}"));
        assert_eq!(of("reenact::check(|| async {})"), [("tokio-test", 3)]);
        assert_eq!(of("Explorer::new().check(|| async {})"), [("tokio-test", 3)]);
        assert_eq!(of("other::check(1)"), []);
        assert_eq!(found("#[tokio::test]\n#[reenact::test]\nasync fn a() {}"), [("tokio-test", 3)]);
    }

    #[test]
    fn a_select_that_is_not_biased_is_found() {
        let of = |select: &str| found(&format!("async fn a() {{\n  {select}\n}}"));
        assert_eq!(of("tokio::select! { x = y => {} }"), [("unbiased-select", 2)]);
        assert_eq!(of("tokio::select! { biased; x = y => {} }"), []);
        assert_eq!(of("futures::select! { x = y => {} }"), [("unbiased-select", 2)]);
        assert_eq!(of("reenact::select! { x = y => {} }"), []);
    }
}
