//! The corpus of searches: one line each with link, options and report. `tests/node/explore.mjs` makes the same
//! searches with the module, and finds the same.

use crate::parse;
use heartrace::explore::options::Asked;
use heartrace::explore::report::Exploration;
use heartrace::explore::search::Search;
use serde_json::{Value, json};

/// One search of every strategy, both models, with faults that may strike, in a part and under a bound.
fn searches() -> Vec<(&'static str, Value)> {
    let race = "#/duplicated-message";
    vec![
        (race, json!({ "model": "any-speed", "executions": 5_000 })),
        (race, json!({ "model": "any-speed", "strategy": "hunt", "executions": 300, "seed": 7 })),
        (race, json!({ "model": "any-speed", "strategy": "random", "executions": 300, "seed": 8 })),
        (race, json!({ "model": "any-speed", "strategy": "pct", "executions": 300, "seed": 9 })),
        (race, json!({ "model": "any-speed", "strategy": "pos", "executions": 300, "seed": 10 })),
        (race, json!({ "model": "any-speed", "strategy": "urw", "executions": 300, "seed": 9007199254740991_u64 })),
        (race, json!({ "model": "any-speed", "preemptions": 1, "executions": 500 })),
        ("#/duplicated-message?policy=handshake", json!({ "model": "any-speed", "crashes": 1, "executions": 5_000 })),
        ("#/duplicated-message?policy=arbiter&work=1.9s", json!({ "may": ["drop:any*1"], "executions": 5_000 })),
        ("#/duplicated-message?policy=announce", json!({ "model": "any-speed", "shard": "2/3", "executions": 5_000 })),
        ("#/deadlock", json!({ "model": "any-speed", "executions": 2_000 })),
        ("#/healthy-ward-restarted?horizon=5s", json!({ "executions": 2_000 })),
        ("#/shared-state", json!({ "strategy": "hunt", "executions": 200, "seed": 3 })),
    ]
}

/// Options of JavaScript as those of the command line.
fn asked(options: &Value) -> Asked {
    let text = |name: &str| match &options[name] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        number => Some(number.to_string()),
    };
    Asked {
        model: text("model"),
        strategy: text("strategy"),
        executions: text("executions"),
        seed: text("seed"),
        may: options["may"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
        crashes: text("crashes"),
        depth: text("depth"),
        preemptions: text("preemptions"),
        shard: text("shard"),
        workers: None,
    }
}

#[test]
fn searches_find_what_they_found_before() {
    let mut written = String::new();
    for (text, options) in searches() {
        let mut link = parse(text);
        let read = asked(&options).read(&mut link).unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut search = Search::new(&link, &read);
        while !search.advance(1_000) {}
        let report = Exploration::new(&search, &read, 0.0, false);
        written += &format!("{}\n", json!({ "link": text, "options": options, "report": report }));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/searches.jsonl");
    if std::env::var_os("HEARTRACE_BLESS").is_some() {
        return std::fs::write(path, written).expect("the corpus can be written");
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    for (found, expected) in written.lines().zip(expected.lines()) {
        assert_eq!(found, expected, "another search than before; HEARTRACE_BLESS=1 writes it down");
    }
    assert_eq!(written.lines().count(), expected.lines().count(), "HEARTRACE_BLESS=1 writes the corpus down");
}
