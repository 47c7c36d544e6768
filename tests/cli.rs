//! The command line as a script sees it: what is printed, where, and the exit code.
#![cfg(not(target_arch = "wasm32"))]

use serde_json::Value;
use std::process::{Command, Output, Stdio};

fn heartrace(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_heartrace")).args(arguments).output().expect("the program starts")
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("what it prints is UTF-8")
}

fn json(arguments: &[&str]) -> (Value, Option<i32>) {
    let output = heartrace(arguments);
    assert!(output.stderr.is_empty(), "{arguments:?}: with --json everything is on stdout");
    (serde_json::from_slice(&output.stdout).expect("it prints JSON"), output.status.code())
}

#[test]
fn without_a_policy_the_message_arrives_twice() {
    let output = heartrace(&["run", "#/duplicated-message"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    let accepted: Vec<&str> = text.lines().filter(|line| line.contains("accept request")).collect();
    assert_eq!(accepted.len(), 2, "{text}");
    assert!(accepted[0].contains("1.700 s") && accepted[1].contains("3.200 s"), "{text}");
    assert!(text.contains("\noutcome      dup\n") && text.contains("✕ accepted-once"), "{text}");
}

#[test]
fn accepting_the_first_makes_it_once() {
    let output = heartrace(&["run", "#/duplicated-message?policy=accept-first"]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("1.700 s") && text.contains("\noutcome      once\n"), "{text}");
}

#[test]
fn a_report_has_exactly_the_documented_fields_in_order() {
    let output = heartrace(&["run", "/duplicated-message?policy=accept-first", "--json"]);
    let text = stdout(&output);
    let fields = [
        "link",
        "version",
        "engine",
        "end",
        "end_detail",
        "outcome",
        "fingerprint",
        "duration_ns",
        "event_count",
        "claims",
    ];
    let report: Value = serde_json::from_str(text).expect("it prints JSON");
    assert_eq!(report.as_object().map(|fields| fields.len()), Some(fields.len()));
    let places: Vec<_> = fields.iter().map(|field| text.find(&format!("\"{field}\":")).expect(field)).collect();
    assert!(places.is_sorted(), "{text}");
    assert_eq!(
        (&report["engine"], &report["outcome"], &report["end_detail"]),
        (&"virtual".into(), &"once".into(), &Value::Null)
    );
    assert_eq!(report["fingerprint"].as_str().map(str::len), Some(16));
    for claim in report["claims"].as_array().expect("claims are a list") {
        assert!(["always", "breaks"].contains(&claim["expect"].as_str().expect("a word")), "{claim}");
        assert!(claim["holds"].is_boolean() && claim["evidence"].is_array() && claim["id"].is_string(), "{claim}");
    }
}

#[test]
fn events_are_added_when_asked_for() {
    let (report, _) = json(&["run", "--json", "--events", "#/duplicated-message"]);
    let events = report["events"].as_array().expect("events are a list");
    assert_eq!(report["event_count"], events.len());
    let accepted: Vec<&Value> = events
        .iter()
        .filter(|e| e["kind"] == "note" && e["detail"].as_str().is_some_and(|d| d.starts_with("accept")))
        .collect();
    let times: Vec<_> = accepted.iter().map(|event| event["time_ns"].as_u64()).collect();
    assert_eq!(times, [Some(1_700_000_000), Some(3_200_000_000)]);
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event["id"], index);
        assert_eq!(event.as_object().map(|fields| fields.len()), Some(7));
        let source = event["source"].as_str();
        assert!(source.is_none_or(|source| source.starts_with("src/") && source.contains(".rs:")), "{event}");
    }
}

#[test]
fn the_same_link_gives_the_same_bytes() {
    let link = "#/duplicated-message?order=seeded&seed=7&policy=arbiter";
    assert_eq!(
        heartrace(&["run", link, "--json", "--events"]).stdout,
        heartrace(&["run", link, "--json", "--events"]).stdout
    );
    let (first, _) = json(&["run", link, "--json"]);
    let canonical = first["link"].as_str().expect("a link");
    assert_eq!(json(&["run", canonical, "--json"]).0, first);
}

#[test]
fn an_expected_fingerprint_decides_the_exit_code() {
    let (report, code) = json(&["run", "#/duplicated-message?policy=accept-first", "--json"]);
    assert_eq!(code, Some(0));
    let fingerprint = report["fingerprint"].as_str().expect("a fingerprint");
    let expecting =
        |expect: &str| heartrace(&["run", &format!("#/duplicated-message?policy=accept-first&expect={expect}")]);
    let same = expecting(fingerprint);
    assert_eq!((same.status.code(), stdout(&same).contains("\n             reproduced\n")), (Some(0), true));
    let other = expecting("0000000000000000");
    assert_eq!((other.status.code(), stdout(&other).contains("not reproduced")), (Some(1), true));
}

#[test]
fn bad_input_is_exit_2_with_the_message_where_it_belongs() {
    let output = heartrace(&["run", "#/duplicated-message?policy=accept-frist"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("policy") && message.contains("Did you mean accept-first?"), "{message}");
    assert!(message.ends_with("^\n"), "the place is shown: {message}");

    let (error, code) = json(&["run", "#/duplicated-message?policy=accept-frist", "--json"]);
    assert_eq!(code, Some(2));
    let error = error["error"].as_object().expect("an error");
    let mut fields: Vec<&str> = error.keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["allowed", "code", "message", "part", "position", "value"]);
    assert_eq!(
        (&error["code"], &error["part"], &error["position"]),
        (&"unknown-value".into(), &"policy".into(), &28.into())
    );

    for arguments in [
        &["frob"][..],
        &["run"],
        &["run", "a", "b"],
        &["run", ""],
        &["list", "more"],
        &["list", "--frob"],
        &["run", "#/duplicated-message?mode=live"],
        &["run", "#/duplicated-message?note=x"],
        &["run", "#/duplicated-message?\u{1b}[2J=1"],
    ] {
        let output = heartrace(arguments);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{arguments:?}");
        assert!(output.stderr.starts_with(b"heartrace: ") && !output.stderr.contains(&0x1b), "{arguments:?}");
        let (error, code) = json(&[arguments, &["--json"]].concat());
        assert!(code == Some(2) && error["error"]["message"].is_string(), "{arguments:?}: {error}");
    }
}

#[test]
fn recorded_choices_that_do_not_fit_are_refused() {
    // Candidate 4 of 5 at the first choice: the run has two candidates there.
    let schedule =
        heartrace::link::encode_schedule(&[heartrace::runtime::setting::Deviation { gap: 0, pick: 4, arity: 5 }]);
    let (error, code) = json(&["run", &format!("#/duplicated-message?schedule={schedule}"), "--json"]);
    assert_eq!(
        (code, &error["error"]["code"], &error["error"]["part"]),
        (Some(2), &"schedule-misfit".into(), &"schedule".into())
    );
    assert_eq!(error["error"]["position"], 30);
}

#[test]
fn a_fault_that_finds_nothing_is_reported() {
    let (report, _) = json(&["run", "#/duplicated-message?fault=stage-a%232:crash@1s", "--json"]);
    assert!(report["end_detail"].as_str().is_some_and(|detail| detail.contains("stage-a#2:crash@1s")), "{report}");
}

#[test]
fn the_list_has_every_scenario() {
    let (list, code) = json(&["list", "--json"]);
    assert_eq!(code, Some(0));
    let ids: Vec<_> = heartrace::scenarios::all().iter().map(|scenario| Value::from(scenario.id)).collect();
    let scenarios = list.as_array().expect("a list");
    assert_eq!(scenarios.iter().map(|scenario| scenario["id"].clone()).collect::<Vec<_>>(), ids);
    for scenario in scenarios {
        for parameter in scenario["parameters"].as_array().expect("parameters are a list") {
            let fields = ["name", "kind", "unit", "default", "min", "max", "values"];
            assert!(fields.iter().all(|field| parameter.get(field).is_some()), "{parameter}");
        }
        assert!(["tasks", "channels", "claims"].iter().all(|field| scenario[field].is_array()), "{scenario}");
    }
    let text = heartrace(&["list"]);
    assert!(text.status.success() && stdout(&text).contains("duplicated-message"));
}

#[test]
fn help_and_version_are_there() {
    for (argument, word) in
        [("--help", "heartrace run LINK"), ("-h", "Exit code"), ("--version", env!("CARGO_PKG_VERSION"))]
    {
        let output = heartrace(&[argument]);
        assert!(output.status.success() && stdout(&output).contains(word), "{argument}");
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_heartrace"))
        .args(["run", "#/duplicated-message?policy=accept-first&requests=200", "--json", "--events"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
