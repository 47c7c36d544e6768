//! Every row of the conformance tables to its test and back: `docs/conformance.md` is made from the names of the tests.
//!
//! A test's name begins with the rows it holds: `l09_…`, `p_c2_…`, `v_l035_to_v_l043_…`. Rows without such a test are
//! listed here, with the test that holds them or the reason why none does. After a change that is meant:
//! `HEARTRACE_GOLDEN=write cargo test --test conformance`.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A table: its heading, the letters its rows begin with in tests' names, how a row is written, the rows it has to have.
struct Table {
    heading: &'static str,
    stem: &'static str,
    written: fn(u32) -> String,
    needed: &'static [(u32, u32)],
}

macro_rules! table {
    ($heading:literal, $stem:literal, $form:literal, $($from:literal ..= $to:literal),*) => {
        Table { heading: $heading, stem: $stem, written: |row| format!($form, row), needed: &[$(($from, $to)),*] }
    };
}

/// The tables, in the order of the document.
const TABLES: &[Table] = &[
    table!("Error propagation (5.1)", "ep", "EP-{}", 0..=2),
    table!("Timeouts and cancellation (5.2)", "tc", "TC-{}", 1..=5),
    table!("Heartbeats (5.3)", "hb", "HB-{}", 1..=7),
    table!("Replicated requests (5.4)", "rr", "RR-{}", 1..=1),
    table!("Rate limiting (5.5)", "rl", "RL-{}", 0..=3),
    table!("Healing (5.6)", "hl", "HL-{}", 1..=3),
    table!(
        "Cancellation contexts",
        "c",
        "C{:02}",
        1..=7,
        10..=10,
        12..=15,
        18..=20,
        24..=25,
        29..=32,
        35..=37,
        43..=47,
        49..=50
    ),
    table!(
        "Token bucket",
        "l",
        "L{:02}",
        1..=3,
        5..=12,
        14..=14,
        16..=16,
        18..=19,
        21..=28,
        30..=36,
        38..=39,
        42..=42,
        45..=45,
        48..=48,
        50..=50
    ),
    table!("Traps: cancellation, scopes, wake-ups", "p_c", "P-C{}",),
    table!("Traps: virtual time, intervals, timers", "p_v", "P-V{}",),
    table!("Traps: WebAssembly and bridge", "p_w", "P-W{}",),
    table!("Traps: hedging, retry, budgets", "p_r", "P-R{}",),
    table!("Traps: rate limiting", "p_l", "P-L{}",),
    table!("Traps: heartbeats and detectors", "p_h", "P-H{}",),
    table!("Traps: supervision", "p_s", "P-S{}",),
    table!("Vectors: contexts", "v_c", "V-C{:03}",),
    table!("Vectors: timeouts", "v_t", "V-T{:03}",),
    table!("Vectors: intervals and timers", "v_i", "V-I{:03}",),
    table!("Vectors: hedging, retry, back-off", "v_r", "V-R{:03}",),
    table!("Vectors: rate limits", "v_l", "V-L{:03}",),
    table!("Vectors: detectors", "v_h", "V-H{:03}",),
    table!("Vectors: supervision", "v_s", "V-S{:03}",),
    table!("Vectors: errors", "v_e", "V-E{:03}",),
    table!("Cases without an upstream table", "v_o", "O{:03}",),
];

/// Rows whose test has another name: several rows are one table of a test.
const ELSEWHERE: &[(&str, &str)] = &[
    ("RL-H", "tests/patterns: rl_h_per_divides_whole_nanoseconds"),
    ("S1 to S4, the canonical order", "tests/scenarios: hb1_prints_what_the_book_prints"),
    ("P0 to P7, outcomes without a fault (3.1)", "tests/policies: outcomes_without_a_fault_are_those_of_the_table"),
    ("P0 to P7, outcomes with one crash (3.1)", "tests/policies: outcomes_with_one_crash_are_those_of_the_table"),
    ("TC-6 and the numeric fixture (3.2)", "tests/policies: the_numeric_fixture_comes_out_to_the_nanosecond"),
    ("P-W7, frames of one's own", "tests/patterns: v_t018_what_the_work_fails_with_keeps_its_places"),
    ("P-W8, links from strangers", "tests/link: a_megabyte_is_refused_at_once"),
];

/// Rows that no test of a row's name holds, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("C21, C22, C23", "contexts that a user defines: there are none here, a context is a value of one type"),
    (
        "C08, C09, C11, C16, C17",
        "not printed where the others are; `v_c001_to_v_c020` tries every combination of the kind",
    ),
    ("P-U1 to P-U3", "ids here are numbers of a run, given in the order of asking; there are no UUIDs"),
    ("P-W1, P-W2", "what crosses the bridge, and how, was decided by measuring: the browser bench measures it anew"),
    ("P-W3", "`p_w3_the_browser_gets_its_turn_while_tasks_are_busy` in tests/engine/live.rs, which runs in a browser"),
    ("P-W4", "nothing waits for another thread: there is no unsafe code, and `a_run_depends_on_nothing_but_its_link`"),
    ("P-W6, P-W9", "a core that fails is replaced by a fresh one, which tests/e2e/failure.spec.ts sees"),
    ("V-C089", "a deadline does not move: whoever wants another makes another context, which V-C032 to V-C037 hold"),
    ("V-C094", "no scope can be entered twice: what enters it, a future or a group that is stopped, is used up by it"),
    ("V-R010", "nothing of the caller's runs when a copy is sent: the trace says so, and a hook that fails cannot"),
    ("V-R019 to V-R030", "rows without a text: the table of upstream has none of these numbers"),
    ("V-R057", "an operation can always be made again: it is a function; what must not be is `Class::Committed`"),
    ("V-L141", "a queue counts who waits; whoever was taken is its worker's, and the trace shows when that is done"),
    ("O033", "in virtual time nobody's poll takes time; in a live session the lateness of timers shows it"),
];

/// The rows at the beginning of a test's name, as (stem, number).
fn rows_of(name: &str) -> Vec<(&'static str, u32)> {
    let words: Vec<&str> = name.split('_').collect();
    let mut rows: Vec<(&'static str, u32)> = Vec::new();
    let (mut at, mut is_range) = (0, false);
    while at < words.len() {
        if words[at] == "to" && !rows.is_empty() {
            (at, is_range) = (at + 1, true);
            continue;
        }
        let long = words.get(at + 1).map(|next| format!("{}_{next}", words[at]));
        let Some((row, used)) = row_of(words[at]).map(|row| (row, 1)).or_else(|| Some((row_of(&long?)?, 2))) else {
            break;
        };
        if is_range && let Some((stem, from)) = rows.last().copied() {
            rows.extend((from + 1..row.1).map(|number| (stem, number)));
        }
        rows.push(row);
        (at, is_range) = (at + used, false);
    }
    rows
}

/// A word such as `l09`, `v_l035` or, for vectors, `s021`: its table and number.
fn row_of(word: &str) -> Option<(&'static str, u32)> {
    let digits = word.find(|c: char| c.is_ascii_digit())?;
    let (stem, number) = word.split_at(digits);
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Three digits are a vector's, with or without its `v_`.
    let long = format!("v_{stem}");
    let stem = if number.len() == 3 && stem.len() == 1 { &long } else { stem };
    let table = TABLES.iter().find(|table| table.stem == stem)?;
    Some((table.stem, number.parse().ok()?))
}

/// Every test function: its name to the file it stands in.
fn tests() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut folders: Vec<PathBuf> = vec![root.join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the tests are there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = fs::read_to_string(&path).expect("a source file is text");
                let file = path.strip_prefix(root).expect("it lies below").to_string_lossy().replace('\\', "/");
                let lines: Vec<&str> = text.lines().map(str::trim).collect();
                for pair in lines.windows(2).filter(|pair| pair[0] == "#[test]") {
                    let name = pair[1].strip_prefix("fn ").and_then(|rest| rest.split('(').next());
                    found.extend(name.map(|name| (name.to_owned(), file.clone())));
                }
            }
        }
    }
    found
}

fn document(tests: &BTreeMap<String, String>) -> (String, BTreeMap<&'static str, BTreeSet<u32>>) {
    let mut held: BTreeMap<&'static str, BTreeMap<u32, Vec<&str>>> = BTreeMap::new();
    for name in tests.keys() {
        for (stem, number) in rows_of(name) {
            held.entry(stem).or_default().entry(number).or_default().push(name);
        }
    }
    let mut text = "# From the tables to the tests\n\n\
        Every row of the conformance tables that a test holds. The tests' names begin with their rows, so\n\
        `cargo test l09` runs row L09. This page is made by `HEARTRACE_GOLDEN=write cargo test --test conformance`.\n"
        .to_owned();
    for table in TABLES {
        let Some(rows) = held.get(table.stem) else { continue };
        let _ = write!(text, "\n## {}: {} rows\n\n| row | test |\n| --- | --- |\n", table.heading, rows.len());
        for (number, names) in rows {
            let tests: Vec<String> = names.iter().map(|name| format!("`{}` `{name}`", tests[*name])).collect();
            let _ = writeln!(text, "| {} | {} |", (table.written)(*number), tests.join("<br>"));
        }
    }
    text += "\n## Tables within one test\n\n| rows | test |\n| --- | --- |\n";
    for (rows, test) in ELSEWHERE {
        let _ = writeln!(text, "| {rows} | `{test}` |");
    }
    text += "\n## Left out\n\n| rows | why |\n| --- | --- |\n";
    for (rows, why) in LEFT_OUT {
        let _ = writeln!(text, "| {rows} | {why} |");
    }
    (text, held.into_iter().map(|(stem, rows)| (stem, rows.into_keys().collect())).collect())
}

#[test]
fn the_page_of_rows_and_tests_is_current() {
    let (text, _) = document(&tests());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md");
    if std::env::var("HEARTRACE_GOLDEN").is_ok_and(|what| what == "write") {
        return fs::write(file, text).expect("the page can be written");
    }
    let written = fs::read_to_string(file).unwrap_or_default();
    let differs = written.lines().zip(text.lines()).find(|(one, other)| one != other);
    assert!(written == text, "docs/conformance.md is not current, first at {differs:?}: write it anew");
}

#[test]
fn every_row_that_has_to_be_held_is_held() {
    let (_, held) = document(&tests());
    let mut missing = Vec::new();
    for table in TABLES {
        let rows = held.get(table.stem).cloned().unwrap_or_default();
        let needed = table.needed.iter().flat_map(|(from, to)| *from..=*to);
        missing.extend(needed.filter(|row| !rows.contains(row)).map(table.written));
    }
    assert!(missing.is_empty(), "no test's name begins with these rows: {}", missing.join(", "));
}

#[test]
fn tests_named_elsewhere_exist() {
    let tests = tests();
    for (rows, place) in ELSEWHERE {
        let (folder, name) = place.split_once(": ").expect("FILE: TEST");
        assert!(tests.get(name).is_some_and(|file| file.starts_with(folder)), "{rows}: there is no {name} in {folder}");
    }
}

#[test]
fn the_names_of_tests_are_read_as_they_are_meant() {
    let rows = |name: &str| {
        let written = |(stem, number): (&str, u32)| {
            let table = TABLES.iter().find(|table| table.stem == stem).expect("it is a table's");
            (table.written)(number)
        };
        rows_of(name).into_iter().map(written).collect::<Vec<_>>()
    };
    assert_eq!(rows("l09_takes_between_reservations"), ["L09"]);
    assert_eq!(rows("p_h4_o032_ones_own_pause"), ["P-H4", "O032"]);
    assert_eq!(rows("s007_to_s009_s044_a_child"), ["V-S007", "V-S008", "V-S009", "V-S044"]);
    assert_eq!(rows("v_l001_to_v_l003_smooth"), ["V-L001", "V-L002", "V-L003"]);
    assert_eq!(rows("hl1_prints_what_the_book_prints"), ["HL-1"]);
    assert_eq!(rows("p_w5_nothing_draws"), ["P-W5"]);
    assert_eq!(rows("a_task_that_hangs"), Vec::<String>::new());
}
