//! Runs written for other tools: each format against the rules of its reader.
#![cfg(not(target_arch = "wasm32"))]

/// What `reproduction` writes, compiled and run as it is.
mod reproduction;

use heartrace::link::Link;
use heartrace::report::Report;
use heartrace::report::export::Format;
use heartrace::runner::Execution;
use heartrace::text::Texts;
use serde_json::Value;
use std::collections::BTreeMap;

const REPEATED: &str = "#/duplicated-message?work=1.95s&fault=stage-b:slow@1s*2";

fn written(text: &str, format: Format) -> String {
    exported(&Link::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")), format)
}

fn exported(link: &Link, format: Format) -> String {
    let mut execution = Execution::new(link, true);
    let finished = execution.finish().unwrap_or_else(|misfit| panic!("{link}: {misfit:?}"));
    execution.with_trace(|trace| format.write(link, &Report::new(link, &finished, trace), trace, Texts::english()))
}

/// Every scenario, and some runs in which things go wrong.
fn links() -> Vec<String> {
    let all = heartrace::scenarios::all().iter().map(|scenario| format!("#/{}", scenario.id));
    let troubled = [
        REPEATED,
        "#/duplicated-message?fault=stage-a:crash@1s",
        "#/duplicated-message?fault=stage-a:hang@1s%2B1s&fault=inbox:duplicate@1",
        "#/duplicated-message?policy=accept-last-count&work=3s",
        "#/cancellation-reasons?fault=chart:hang@2.9s%2B2s",
    ];
    all.chain(troubled.map(str::to_owned)).collect()
}

#[test]
fn a_chrome_trace_keeps_the_rules_of_its_format() {
    for link in links() {
        let whole: Value = serde_json::from_str(&written(&link, Format::Chrome)).expect("it is JSON");
        let events = whole["traceEvents"].as_array().expect("it holds events");
        let time = |event: &Value| event["ts"].as_f64().expect("a time");
        let mut slices: BTreeMap<u64, Vec<(f64, f64)>> = BTreeMap::new();
        let mut flows: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
        for event in events {
            let phase = event["ph"].as_str().expect("a phase");
            assert!(event["name"].is_string() && event["pid"].is_u64(), "{link}: {event}");
            match phase {
                "M" | "C" => {}
                "X" => {
                    let (start, lasting) = (time(event), event["dur"].as_f64().expect("a duration"));
                    slices.entry(event["tid"].as_u64().expect("a thread")).or_default().push((start, start + lasting));
                }
                "b" | "e" => assert!(event["cat"].is_string() && event["id"].is_u64(), "{link}: {event}"),
                "i" => assert_eq!(event["s"], "t", "{link}: {event}"),
                "s" | "f" => flows.entry(event["id"].as_u64().expect("an id")).or_default().push(phase),
                _ => panic!("{link}: {event}"),
            }
        }
        for (thread, slices) in &slices {
            for (index, (start, end)) in slices.iter().enumerate() {
                let crossing = slices[index + 1..].iter().find(|(later, until)| later < end && until > end);
                assert_eq!(crossing, None, "{link}: slices of thread {thread} cross the one from {start} to {end}");
            }
        }
        assert!(flows.values().all(|phases| phases == &["s", "f"]), "{link}: a flow begins once and ends once");
        for event in events.iter().filter(|event| event["ph"] == "s" || event["ph"] == "f") {
            let around = slices.get(&event["tid"].as_u64().expect("a thread"));
            let holds = |(start, end): &(f64, f64)| (*start..=*end).contains(&time(event));
            assert!(around.is_some_and(|slices| slices.iter().any(holds)), "{link}: a flow without a slice: {event}");
        }
    }
}

#[test]
fn a_table_has_a_line_for_every_event_and_seven_fields_in_each() {
    for link in links() {
        let table = written(&link, Format::Csv);
        let mut fields = 1;
        let mut is_quoted = false;
        let mut lines = 0;
        for character in table.chars() {
            match character {
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => fields += 1,
                '\n' if !is_quoted => {
                    assert_eq!(fields, 7, "{link}: line {lines}");
                    (fields, lines) = (1, lines + 1);
                }
                _ => {}
            }
        }
        let report: Value = written(&link, Format::Text).lines().filter(|line| line.contains(" s  ")).count().into();
        assert_eq!(Value::from(lines - 1), report, "{link}");
    }
}

#[test]
fn a_diagram_names_whoever_takes_part() {
    let diagram = written("#/duplicated-message", Format::Mermaid);
    let expected = [
        "sequenceDiagram",
        "  participant t1 as stage-b",
        "  participant t2 as generator",
        "  t2-)t3: 0.100 s request 1 attempt 1 on orders-a",
        "  Note over t1: 3.200 s accept request 1 attempt 2",
    ];
    for line in expected {
        assert!(diagram.lines().any(|found| found == line), "{line:?} is missing in\n{diagram}");
    }
    for link in links() {
        let diagram = written(&link, Format::Mermaid);
        let known = |name: &str| diagram.contains(&format!("  participant {name} as "));
        for line in diagram.lines().skip(2) {
            let words = line.trim().trim_start_matches("participant ").trim_start_matches("Note over ");
            let name: String = words.chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(known(&name), "{link}: {line}");
        }
    }
}

#[test]
fn markdown_says_what_came_of_it_and_how_to_repeat_it() {
    let text = written("#/duplicated-message", Format::Markdown);
    assert!(text.starts_with("`#/duplicated-message`: finished at 3.200 s, outcome **dup**.\n"), "{text}");
    assert!(text.contains("| accepted-once | **no** | #13 at 1.700 s, #30 at 3.200 s |"), "{text}");
    assert!(text.contains("heartrace run '#/duplicated-message'"), "{text}");
}

/// The command line has no live mode, and no two live runs have the same fingerprint.
#[test]
fn markdown_of_a_live_run_promises_nothing_that_cannot_be_repeated() {
    let link = Link { live: true, ..Link::parse("#/duplicated-message?work=1.95s").expect("a link") };
    let text = exported(&link, Format::Markdown);
    assert!(
        text.contains("It ran live") && text.contains("`heartrace run '#/duplicated-message?~xJ&work=1.95s'`"),
        "{text}"
    );
    assert!(!text.contains("fingerprint `"), "{text}");
}

#[test]
fn the_test_that_runs_here_is_the_test_that_is_written() {
    let (file, found) =
        (concat!(env!("CARGO_MANIFEST_DIR"), "/tests/export/reproduction.rs"), written(REPEATED, Format::Rust));
    if std::env::var("HEARTRACE_GOLDEN").is_ok_and(|what| what == "write") {
        return std::fs::write(file, found).expect("the file can be written");
    }
    assert_eq!(std::fs::read_to_string(file).expect("the file is there"), found);
}
