//! The architecture, held by a test: what may use what, what appears only in one place, and what appears nowhere.
//!
//! Every message names the file and line, and what to write instead.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// Each layer of `src/`, and what it may use. A layer is a folder or a file of that name.
const LAYERS: [(&str, &[&str]); 15] = [
    ("gather", &[]),
    ("ordered", &[]),
    ("trace", &["ordered"]),
    ("runtime", &["ordered", "trace"]),
    ("patterns", &["ordered", "runtime"]),
    ("analysis", &["ordered", "trace"]),
    ("scenarios", &["ordered", "runtime", "patterns", "analysis"]),
    ("text", CORE),
    ("link", &["gather", "ordered", "trace", "runtime", "patterns", "analysis", "scenarios", "text"]),
    ("runner", &["trace", "runtime", "patterns", "analysis", "scenarios", "text", "link"]),
    (
        "report",
        &["gather", "ordered", "trace", "runtime", "patterns", "analysis", "scenarios", "text", "link", "runner"],
    ),
    ("levers", &["trace", "runtime", "scenarios", "link", "runner"]),
    (
        "explore",
        &[
            "gather",
            "ordered",
            "trace",
            "runtime",
            "patterns",
            "analysis",
            "scenarios",
            "text",
            "link",
            "runner",
            "report",
        ],
    ),
    ("web", FACE),
    ("bin", FACE),
];
const CORE: &[&str] = &["trace", "runtime", "patterns", "analysis", "scenarios"];
const FACE: &[&str] = &[
    "gather",
    "ordered",
    "trace",
    "runtime",
    "patterns",
    "analysis",
    "scenarios",
    "text",
    "link",
    "runner",
    "report",
    "levers",
    "explore",
];

#[test]
fn layers_use_only_what_lies_below() {
    let mut problems = Problems::default();
    for source in sources() {
        let layer = source.layer();
        if layer == "lib" {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            problems.add(&source, 1, &format!("the layer `{layer}` is new: name it and what it may use in LAYERS"));
            continue;
        };
        for (line, used) in source.uses_of_the_crate() {
            if used != layer && LAYERS.iter().any(|(name, _)| *name == used) && !allowed.contains(&used.as_str()) {
                let allowed = if allowed.is_empty() { "no other layer".to_owned() } else { allowed.join(", ") };
                let advice =
                    format!("`{layer}` uses `{used}`, but only {allowed} lies below it: move the code or the use");
                problems.add(&source, line, &advice);
            }
        }
    }
    problems.none();
}

#[test]
fn every_source_file_is_in_a_mod_line() {
    let all: BTreeMap<String, Source> = sources().into_iter().map(|source| (source.path.clone(), source)).collect();
    let mut reached = BTreeSet::new();
    let mut waiting = vec!["src/lib.rs".to_owned()];
    waiting.extend(all.keys().filter(|path| path.starts_with("src/bin/")).cloned());
    while let Some(path) = waiting.pop() {
        let folder = module_folder(&path);
        let Some(source) = all.get(&path) else { continue };
        for (_, line) in source.code() {
            let declared = line.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            if let Some(name) = declared.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
                waiting.push(format!("{folder}/{name}.rs"));
                waiting.push(format!("{folder}/{name}/mod.rs"));
            }
        }
        reached.insert(path);
    }
    let mut problems = Problems::default();
    for source in all.values().filter(|source| !reached.contains(&source.path)) {
        let path = source.path.strip_suffix("/mod.rs").or(source.path.strip_suffix(".rs")).unwrap_or(&source.path);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("src", path));
        let parent = if folder == "src" { "src/lib.rs".to_owned() } else { format!("{folder}/mod.rs") };
        problems.add(source, 1, &format!("nothing compiles this file: write `mod {name};` in {parent}, or delete it"));
    }
    problems.none();
}

#[test]
fn javascript_is_met_in_two_places_only() {
    const BRIDGES: [&str; 6] =
        ["wasm_bindgen", "wasm_bindgen_futures", "js_sys", "web_sys", "gloo_timers", "serde_wasm_bindgen"];
    let mut problems = Problems::default();
    for source in sources().iter().filter(|source| source.layer() != "web" && !source.is_browser_engine()) {
        for (line, code) in source.code() {
            for bridge in BRIDGES.iter().filter(|bridge| has_word(&code, bridge)) {
                let advice =
                    format!("`{bridge}` belongs to src/web.rs (exports) or src/runtime/browser.rs (the engine)");
                problems.add(source, line, &advice);
            }
        }
    }
    problems.none();
}

#[test]
fn a_run_depends_on_nothing_but_its_link() {
    const CLOCKS: [&str; 2] = ["Instant", "SystemTime"];
    const ORDERS: [&str; 3] = ["HashMap", "HashSet", "RandomState"];
    // Their last bits differ between machines; sqrt, floor and the like are exact everywhere.
    const TRANSCENDENTAL: [&str; 24] = [
        "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp", "exp2", "exp_m1",
        "hypot", "ln", "ln_1p", "log10", "log2", "powf", "powi", "sin", "sinh", "tan", "tanh",
    ];
    let mut problems = Problems::default();
    for source in sources() {
        for (line, code) in source.code() {
            if let Some(clock) = CLOCKS.iter().find(|clock| has_word(&code, clock)) {
                // The command line may say how long a search took.
                if source.layer() != "bin" {
                    let advice =
                        format!("`{clock}` panics in a browser: ask the runtime, `rt.now()`, or pass the time in");
                    problems.add(&source, line, &advice);
                }
            }
            if let Some(name) = ORDERS.iter().find(|name| has_word(&code, name)) {
                let advice =
                    format!("`{name}` iterates in a different order in every process: write BTreeMap, BTreeSet or Vec");
                problems.add(&source, line, &advice);
            }
            for name in TRANSCENDENTAL {
                let called = [format!(".{name}("), format!("f64::{name}"), format!("f32::{name}")];
                if called.iter().any(|call| code.contains(call.as_str())) && !code.contains("libm") {
                    let advice = format!("std's `{name}` has other last bits on other machines: write `libm::…`");
                    problems.add(&source, line, &advice);
                }
            }
        }
    }
    problems.none();
}

#[test]
fn the_pages_model_does_not_touch_the_document() {
    let mut problems = Problems::default();
    for source in files("www/src/state", &["ts", "tsx"]) {
        for (line, code) in source.code() {
            for word in ["document.", "window."] {
                if code.contains(word) && !code.contains(&format!(".{word}")) {
                    let advice =
                        format!("`{word}` in the model: leave it to a view, or take what is needed as an argument");
                    problems.add(&source, line, &advice);
                }
            }
        }
    }
    problems.none();
}

#[test]
fn no_file_names_a_folder_of_somebodys_machine() {
    let homes = ["home", "root", "Users"].map(|folder| format!("/{folder}/"));
    let mut problems = Problems::default();
    for folder in ["src", "tests", "benches", "xtask", "docs", ".ci", ".cargo", "www"] {
        for source in files(folder, &["rs", "toml", "md", "ts", "tsx", "css", "html", "json", "run", "snap", "txt"]) {
            for (index, line) in source.text.lines().enumerate() {
                for home in &homes {
                    let starts = line.match_indices(home.as_str()).map(|(at, _)| at);
                    // Inside a longer path or an address the same letters are somebody else's name.
                    let mut alone =
                        starts.filter(|at| !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '.'));
                    if alone.next().is_some() {
                        problems.add(&source, index + 1, "an absolute path: write it relative to the project's folder");
                    }
                }
            }
        }
    }
    problems.none();
}

#[test]
fn the_lock_file_names_no_download_address() {
    let source = Source::read("www/package-lock.json");
    let mut problems = Problems::default();
    for (index, line) in source.text.lines().enumerate() {
        if line.contains("\"resolved\"") {
            let advice =
                "a download address: www/.npmrc leaves them out; delete the lock file and run `npm install` in www";
            problems.add(&source, index + 1, advice);
        }
    }
    problems.none();
}

/// A generator of random bits from the outside needs a flag on the web until version 0.4, and the core needs none at all.
#[test]
fn p_w5_nothing_draws_random_bits_from_the_outside() {
    let lock = Source::read("Cargo.lock").text;
    let of = |line: &str| line.strip_prefix("version = \"").map(|rest| rest.trim_end_matches('"').to_owned());
    let lines: Vec<&str> = lock.lines().collect();
    let found = lines.windows(2).filter(|pair| pair[0] == "name = \"getrandom\"").filter_map(|pair| of(pair[1]));
    let old: Vec<String> = found.filter(|version| version.starts_with("0.2") || version.starts_with("0.3")).collect();
    assert!(old.is_empty(), "getrandom {old:?} is in the tree");
    let manifest = Source::read("Cargo.toml").text;
    let of_the_core = manifest.split("[dependencies]").nth(1).and_then(|rest| rest.split("\n[").next());
    let core = of_the_core.expect("the core has dependencies");
    assert!(!core.contains("getrandom") && !core.contains("\nrand ="), "the core draws by the runtime alone");
    let mut problems = Problems::default();
    for source in sources() {
        for (index, line) in source.text.lines().enumerate() {
            if has_word(without_comment(line), "getrandom") {
                problems.add(&source, index + 1, "random bits from the outside: draw with `rt.draw`");
            }
        }
    }
    problems.none();
}

#[test]
fn tests_for_wasm_are_configured_for_a_browser() {
    let configured = "wasm_bindgen_test_configure!(run_in_"; // a page, or a worker
    let mut problems = Problems::default();
    for source in files("tests", &["rs"]) {
        let program = source.path.matches('/').count() == 1 || source.path.ends_with("/main.rs");
        let in_browser = source.text.contains("use wasm_bindgen_test::wasm_bindgen_test as test");
        if program && in_browser && source.path != "tests/tidy.rs" && !source.text.contains(configured) {
            let advice = "a browser skips this file: add under its alias `#[cfg(target_arch = \"wasm32\")] \
                          wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);`";
            problems.add(&source, 1, advice);
        }
    }
    problems.none();
}

#[test]
fn every_dependency_is_used() {
    let manifest = Source::read("Cargo.toml");
    let code = |folders: &[&str]| -> String {
        let sources = folders.iter().flat_map(|folder| files(folder, &["rs"]));
        sources.filter(|source| source.path != "tests/tidy.rs").map(|source| source.text).collect()
    };
    let (core, tests) = (code(&["src"]), code(&["tests", "benches"]));
    let mut problems = Problems::default();
    let mut section = "";
    for (index, line) in manifest.text.lines().enumerate() {
        if line.starts_with('[') {
            section = line;
        }
        let users = if section.ends_with("dev-dependencies]") { &tests } else { &core };
        let dependency = line.split_once(" = ").filter(|_| section.ends_with("dependencies]"));
        if let Some((name, _)) = dependency.filter(|(name, _)| name.starts_with(char::is_alphabetic))
            && !has_word(users, &name.replace('-', "_"))
        {
            problems.add(&manifest, index + 1, &format!("nothing uses `{name}`: delete the line"));
        }
    }
    problems.none();
}

#[test]
fn every_scenario_has_its_texts() {
    let mut problems = Vec::new();
    for language in ["en", "ja"] {
        let texts = locale(language);
        let all = heartrace::scenarios::all();
        for scenario in all {
            let file = format!("scenarios/{}.json", scenario.id);
            let mut needed = vec!["title".to_owned(), "lesson".to_owned(), "look".to_owned()];
            needed.extend(scenario.parameters.iter().map(|parameter| format!("parameter.{}", parameter.name)));
            let none = BTreeMap::new();
            let written = texts.get(&file).unwrap_or(&none);
            let missing: Vec<_> = needed.iter().filter(|key| !written.contains_key(*key)).cloned().collect();
            if !missing.is_empty() {
                problems.push(format!("www/locales/{language}/{file}: write the texts {}", missing.join(", ")));
            }
        }
        for file in texts.keys() {
            let id = file.strip_prefix("scenarios/").and_then(|name| name.strip_suffix(".json"));
            if id.is_some_and(|id| all.iter().all(|scenario| scenario.id != id)) {
                let advice =
                    "no scenario has this id: enter it in the list in src/scenarios/mod.rs, or delete the file";
                problems.push(format!("www/locales/{language}/{file}: {advice}"));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn both_languages_say_the_same_things() {
    let (english, japanese) = (locale("en"), locale("ja"));
    let mut problems = Vec::new();
    for (one, other, language) in [(&english, &japanese, "ja"), (&japanese, &english, "en")] {
        for (file, texts) in one {
            let Some(others) = other.get(file) else {
                problems.push(format!("www/locales/{language}/{file} is missing: the other language has it"));
                continue;
            };
            for (key, text) in texts {
                match others.get(key) {
                    None => problems.push(format!("www/locales/{language}/{file} lacks \"{key}\": write it")),
                    Some(translated) if placeholders(text) != placeholders(translated) => problems.push(format!(
                        "www/locales/{language}/{file}: \"{key}\" has the placeholders {:?}, the other language {:?}",
                        placeholders(translated),
                        placeholders(text)
                    )),
                    Some(_) => {}
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn the_policy_is_the_same_wherever_it_stands() {
    let headers = fs::read_to_string(root().join("www/public/_headers")).unwrap_or_default();
    let policy = headers.lines().find_map(|line| line.trim().strip_prefix("Content-Security-Policy: "));
    let policy = policy.expect("www/public/_headers: write a Content-Security-Policy under /*");
    let hosting = fs::read_to_string(root().join("docs/hosting.md")).unwrap_or_default();
    assert!(
        hosting.contains(&format!("add_header Content-Security-Policy \"{policy}\" always;")),
        "docs/hosting.md: copy the policy of www/public/_headers into the nginx snippet:\n{policy}"
    );
}

/// What a test has to complain about, shown all at once.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn add(&mut self, source: &Source, line: usize, advice: &str) {
        self.0.push(format!("{}:{line}: {advice}", source.path));
    }

    fn none(self) {
        assert!(self.0.is_empty(), "\n{}\n", self.0.join("\n"));
    }
}

/// A text file of the project.
struct Source {
    /// Relative to the root, with `/` between the parts.
    path: String,
    text: String,
}

impl Source {
    fn read(path: &str) -> Source {
        let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        Source { path: path.to_owned(), text }
    }

    /// The part right below `src/`, without `.rs`.
    fn layer(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let first = below.split('/').next().unwrap_or(below);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn is_browser_engine(&self) -> bool {
        self.path == "src/runtime/browser.rs" || self.path.starts_with("src/runtime/browser/")
    }

    /// The lines without comments, numbered from 1.
    fn code(&self) -> impl Iterator<Item = (usize, String)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, without_comment(line).to_owned()))
    }

    /// Each name that follows `crate::`, `heartrace::` or as many `super::` as lead to the root, with its line.
    fn uses_of_the_crate(&self) -> Vec<(usize, String)> {
        let code: String = self.code().map(|(_, line)| line + "\n").collect();
        let depth = self.path.strip_suffix("/mod.rs").unwrap_or(&self.path).matches('/').count();
        let roots = ["crate::".to_owned(), "heartrace::".to_owned(), "super::".repeat(depth)];
        let mut found = Vec::new();
        for root in roots.iter().filter(|root| !root.is_empty()) {
            for (at, _) in code.match_indices(root.as_str()) {
                let inner = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
                if !inner {
                    let line = code[..at].matches('\n').count() + 1;
                    found.extend(first_names(&code[at + root.len()..]).into_iter().map(|name| (line, name)));
                }
            }
        }
        found
    }
}

/// The names a path goes on with: one, or those of a `{…}` group.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let (mut depth, mut names, mut piece) = (0, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&std::mem::take(&mut piece))),
            _ => {}
        }
        if depth == 0 && c != ',' {
            piece.push(c);
        }
    }
    names.push(name(&piece));
    names
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    files("src", &["rs"])
}

/// The text files below a folder whose names end so, in a stable order, without what was installed or built.
fn files(folder: &str, ends: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(root().join(folder)).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if entry.path().is_dir() {
            if !["node_modules", "dist", "target", "test-results"].contains(&name.as_str()) {
                found.extend(files(&path, ends));
            }
        } else if ends.contains(&name.rsplit('.').next().unwrap_or("")) {
            found.push(Source::read(&path));
        }
    }
    found
}

/// Where the files lie that a file's `mod` lines name.
fn module_folder(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
        _ if folder == "src/bin" => folder.to_owned(),
        _ => path.trim_end_matches(".rs").to_owned(),
    }
}

/// A line up to its `//`; one inside a string stays.
fn without_comment(line: &str) -> &str {
    let mut comments = line.match_indices("//").map(|(at, _)| at);
    let start = comments.find(|at| line[..*at].matches('"').count().is_multiple_of(2));
    start.map_or(line, |at| &line[..at])
}

/// Whether `name` stands in `code` as a word of its own.
fn has_word(code: &str, name: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name)
        .any(|(at, _)| !code[..at].ends_with(part_of_word) && !code[at + name.len()..].starts_with(part_of_word))
}

/// The texts of a language: file, then key, then text.
fn locale(language: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let folder = format!("www/locales/{language}");
    let texts = files(&folder, &["json"]).into_iter().map(|source| {
        let flat = serde_json::from_str(&source.text)
            .unwrap_or_else(|error| panic!("{}:{}: {error}: write a flat object of texts", source.path, error.line()));
        (source.path[folder.len() + 1..].to_owned(), flat)
    });
    texts.collect()
}

/// The names in braces in a text.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let after = text.split('{').skip(1);
    after.filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

#[test]
fn paths_into_the_crate_are_found_however_they_are_written() {
    let source = Source {
        path: "src/trace/event.rs".to_owned(),
        text: "use crate::{runtime::{Task, Timer}, link};\n// use crate::web;\nlet x = super::super::report::y();\n"
            .to_owned(),
    };
    let names: Vec<_> = source.uses_of_the_crate().into_iter().map(|(line, name)| format!("{line} {name}")).collect();
    assert_eq!(names, ["1 runtime", "1 link", "3 report"]);
}
