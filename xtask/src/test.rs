//! `cargo xtask test`: every check of the project, in order, with one summary at the end.

use crate::process::{command, page_tool, run_recorded};
use crate::{Result, files, server, site, tools};
use std::fs;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Fewer tests than this in the browser mean that something silently did not run.
const FEWEST_BROWSER_TESTS: u32 = 100;

/// One part of the whole: its name on the command line, its heading, and how it is run.
struct Part {
    name: &'static str,
    heading: &'static str,
    run: fn(&mut Tally),
}

const PARTS: [Part; 8] = [
    Part { name: "fmt", heading: "Formatting of the Rust sources", run: fmt },
    Part { name: "clippy", heading: "Lints, native and wasm32", run: clippy },
    Part { name: "native", heading: "Native tests, examples in the documentation included", run: native },
    Part { name: "doc", heading: "The documentation and its links", run: doc },
    Part { name: "wasm", heading: "The same tests, and the browser's own, in headless Chromium", run: wasm },
    Part { name: "page", heading: "The page: types, formatting and lints, unit tests; the module in Node", run: page },
    Part { name: "build", heading: "The static site, hostable anywhere", run: build },
    Part { name: "e2e", heading: "The built site in headless Chromium, end to end", run: e2e },
];

/// What a part has found so far. A check that is not made of tests counts as one.
#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
    problems: Vec<String>,
}

impl Tally {
    /// Adds one check.
    fn check(&mut self, verdict: Result<()>) {
        match verdict {
            Ok(()) => self.passed += 1,
            Err(problem) => self.fail(1, problem),
        }
    }

    /// Adds a run of a test runner that printed what `counts` finds in its output. Running no test is a failure.
    fn tests(&mut self, (text, verdict): (String, Result<()>), counts: fn(&str) -> (u32, u32)) -> u32 {
        let (passed, failed) = counts(&text);
        self.passed += passed;
        match verdict {
            Err(problem) => self.fail(failed.max(1), problem),
            Ok(()) if failed > 0 => self.fail(failed, format!("{failed} tests failed")),
            Ok(()) if passed == 0 => self.fail(1, "the test runner ran no test".to_owned()),
            Ok(()) => {}
        }
        passed
    }

    fn fail(&mut self, failed: u32, problem: String) {
        eprintln!("{problem}");
        self.failed += failed;
        self.problems.push(problem);
    }
}

/// The names of the parts, for the usage text.
pub fn names() -> String {
    PARTS.map(|part| part.name).join(", ")
}

/// Runs the named parts, all of them when none is named; the last line printed is `N passed, N failed`.
pub fn run(wanted: &[&str]) -> ExitCode {
    if let Some(unknown) = wanted.iter().find(|name| PARTS.iter().all(|part| part.name != **name)) {
        eprintln!("There is no part {unknown:?}. The parts are: {}", names());
        return ExitCode::FAILURE;
    }
    let parts = PARTS.iter().filter(|part| wanted.is_empty() || wanted.contains(&part.name));
    let mut results = Vec::new();
    for part in parts {
        println!("\n━━━ {}: {}", part.name, part.heading);
        let (begin, mut tally) = (Instant::now(), Tally::default());
        (part.run)(&mut tally);
        results.push((part, tally, begin.elapsed()));
    }
    summarise(&results)
}

fn summarise(results: &[(&Part, Tally, Duration)]) -> ExitCode {
    println!("\n━━━ summary\n{:10}{:>8}{:>8}{:>10}", "part", "passed", "failed", "seconds");
    for (part, tally, time) in results {
        println!("{:10}{:>8}{:>8}{:>10.1}", part.name, tally.passed, tally.failed, time.as_secs_f64());
    }
    for (part, tally, _) in results {
        for problem in &tally.problems {
            println!("{}: {problem}", part.name);
        }
    }
    let sum = |count: fn(&Tally) -> u32| results.iter().map(|(_, tally, _)| count(tally)).sum::<u32>();
    let (passed, failed) = (sum(|tally| tally.passed), sum(|tally| tally.failed));
    println!("\n{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn fmt(tally: &mut Tally) {
    if let Err(problem) = tools::lints() {
        return tally.check(Err(problem));
    }
    tally.check(run_recorded(&mut command("cargo", &["fmt", "--all", "--check"])).1);
}

fn clippy(tally: &mut Tally) {
    if let Err(problem) = tools::lints().and_then(|()| tools::wasm_target()) {
        return tally.check(Err(problem));
    }
    let mut clippy = |what: &[&str]| {
        let arguments = [&["clippy", "--locked", "--all-targets"], what, &["--", "-D", "warnings"]].concat();
        tally.check(run_recorded(&mut command("cargo", &arguments)).1);
    };
    clippy(&["--workspace"]);
    clippy(&["--target", "wasm32-unknown-unknown"]);
}

fn native(tally: &mut Tally) {
    let ran = run_recorded(&mut command("cargo", &["test", "--locked", "--workspace", "--no-fail-fast"]));
    tally.tests(ran, cargo_counts);
}

fn doc(tally: &mut Tally) {
    let mut doc = command("cargo", &["doc", "--locked", "--no-deps", "--document-private-items"]);
    tally.check(run_recorded(doc.env("RUSTDOCFLAGS", "-D warnings")).1);
}

fn wasm(tally: &mut Tally) {
    let ready = tools::wasm_target().and_then(|()| tools::chromium()).and_then(|()| tools::wasm_pack());
    let path = match ready {
        Ok(path) => path,
        Err(problem) => return tally.check(Err(problem)),
    };
    let mut test = command("wasm-pack", &["test", "--headless", "--chrome"]);
    let ran = run_recorded(test.env("PATH", path));
    let binaries = ran.0.lines().filter(|line| cargo_counts(line).0 > 0).count();
    let passed = tally.tests(ran, cargo_counts);
    // A plain `#[test]`, or a file not configured for the browser, is left out without a word.
    let expected = test_programs_for_browsers();
    if binaries < expected.len() {
        let advice = "Each needs #[test] to be wasm_bindgen_test, and wasm_bindgen_test_configure!(run_in_browser)";
        let (count, names) = (expected.len(), expected.join(", "));
        tally.fail(1, format!("{binaries} of {count} test programs ran in the browser ({names}). {advice}; see above"));
    }
    if passed < FEWEST_BROWSER_TESTS {
        tally.fail(1, format!("{passed} tests ran in the browser; at least {FEWEST_BROWSER_TESTS} exist"));
    }
}

/// The test programs, `tests/NAME.rs` and `tests/NAME/main.rs`, that are not for native use only.
fn test_programs_for_browsers() -> Vec<String> {
    const NATIVE_ONLY: &str = "#![cfg(not(target_arch = \"wasm32\"))]";
    let entries = fs::read_dir(files::root().join("tests")).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.path())
        .filter_map(|path| {
            let text = fs::read_to_string(&path).or_else(|_| fs::read_to_string(path.join("main.rs"))).ok()?;
            let program = path.is_dir() || path.extension().is_some_and(|kind| kind == "rs");
            (program && !text.contains(NATIVE_ONLY)).then(|| path.file_stem()?.to_str().map(str::to_owned))?
        })
        .collect();
    names.sort();
    names
}

fn page(tally: &mut Tally) {
    if let Err(problem) = site::module() {
        return tally.check(Err(problem));
    }
    tally.check(run_recorded(&mut page_tool("tsc", &[])).1);
    tally.check(run_recorded(&mut page_tool("biome", &["ci", "--colors=off", ".", "../tests/e2e"])).1);
    tally.tests(run_recorded(&mut page_tool("vitest", &["run"])), vitest_counts);
    // The module as it is shipped, in Node.
    let files = ["tests/node/fingerprints.mjs", "tests/node/reports.mjs", "tests/node/explore.mjs"];
    tally.tests(run_recorded(command("node", &["--test", "--test-reporter=tap"]).args(files)), node_counts);
}

fn build(tally: &mut Tally) {
    tally.check(site::build().and_then(|()| site::check()).and_then(|()| site::weigh()));
}

fn e2e(tally: &mut Tally) {
    let ready = tools::chromium().and_then(|()| site::build()).and_then(|()| server::serve_beside());
    let url = match ready {
        Ok(url) => url,
        Err(problem) => return tally.check(Err(problem)),
    };
    let mut test = page_tool("playwright", &["test"]);
    test.env("HEARTRACE_SUB_PATH_URL", url.trim_end_matches('/').to_owned() + server::SUB_PATH);
    test.env("HEARTRACE_URL", &url);
    tally.tests(run_recorded(&mut test), playwright_counts);
}

/// Sums lines such as `test result: ok. 5 passed; 0 failed; …`.
fn cargo_counts(text: &str) -> (u32, u32) {
    counts(text, |line| line.starts_with("test result: "))
}

/// Sums lines such as `Tests  1 failed | 11 passed (12)`.
fn vitest_counts(text: &str) -> (u32, u32) {
    counts(text, |line| line.starts_with("Tests "))
}

/// Reads the two lines `# pass 12` and `# fail 0`.
fn node_counts(text: &str) -> (u32, u32) {
    let count = |head: &str| text.lines().find_map(|line| line.strip_prefix(head)?.trim().parse().ok()).unwrap_or(0);
    (count("# pass "), count("# fail "))
}

/// Sums lines such as `12 passed (3.4s)`.
fn playwright_counts(text: &str) -> (u32, u32) {
    counts(text, |line| line.starts_with(|first: char| first.is_ascii_digit()) && line.split(' ').count() <= 3)
}

fn counts(text: &str, is_summary: fn(&str) -> bool) -> (u32, u32) {
    let (mut passed, mut failed) = (0, 0);
    for line in text.lines().map(str::trim).filter(|line| is_summary(line)) {
        let words: Vec<&str> = line.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let count = pair[0].parse().unwrap_or(0);
            match pair[1] {
                // Playwright's word for what passed only when it was tried again; it names them itself.
                "passed" | "flaky" => passed += count,
                "failed" => failed += count,
                _ => {}
            }
        }
    }
    (passed, failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_summaries_are_understood() {
        let cargo =
            "running 2 tests\ntest result: ok. 5 passed; 0 failed; 0 ignored\ntest result: FAILED. 3 passed; 2 failed;";
        assert_eq!(cargo_counts(cargo), (8, 2));
        assert_eq!(vitest_counts(" Test Files  2 passed (2)\n      Tests  1 failed | 11 passed (12)\n"), (11, 1));
        assert_eq!(playwright_counts("  1 failed\n    a.spec.ts:1:1 › 3 passed\n  12 passed (3.4s)\n"), (12, 1));
        assert_eq!(playwright_counts("  1 flaky\n    a.spec.ts:1:1 › 3 passed\n  12 passed (3.4s)\n"), (13, 0));
        assert_eq!(node_counts("# tests 43\n# pass 42\n# fail 1\n"), (42, 1));
        assert_eq!(cargo_counts("no tests to run!"), (0, 0));
    }
}
