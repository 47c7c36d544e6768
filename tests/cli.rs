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
fn every_claim_is_told_in_words() {
    for scenario in heartrace::scenarios::all() {
        let output = heartrace(&["run", &format!("#/{}", scenario.id)]);
        let text = stdout(&output);
        for claim in scenario.claims {
            let line = text.lines().find(|line| line.split(' ').nth(1) == Some(claim.id));
            let words = line.and_then(|line| line.split_once(claim.id)).map(|(_, words)| words.trim());
            let is_told = words.is_some_and(|words| words.starts_with(char::is_uppercase));
            assert!(is_told, "{}: {} is told so: {line:?}", scenario.id, claim.id);
        }
    }
    let tree = heartrace(&["run", "#/supervision-tree"]);
    assert!(stdout(&tree).contains("heals               The pool never gives up\n"), "{}", stdout(&tree));
    // A scenario's own words come before the shared ones.
    let own = heartrace(&["export", "#/preemption", "--as", "text"]);
    assert!(stdout(&own).contains("A cancel is heard within the period"), "{}", stdout(&own));
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

/// A link as the page writes it: how the page shows the run is kept, and is nothing to the run.
#[test]
fn the_view_of_a_link_is_kept_and_changes_no_run() {
    let run = "#/duplicated-message?policy=accept-first&work=1.95s";
    let (plain, code) = json(&["run", run, "--json"]);
    let shown = format!("{run}&axis=events&lanes=stage-b&pin=1.25s:here");
    let (told, same_code) = json(&["run", &shown, "--json"]);
    assert_eq!((code, &plain["fingerprint"]), (same_code, &told["fingerprint"]));
    let link = told["link"].as_str().unwrap_or_default();
    assert!(link.ends_with("&policy=accept-first&work=1.95s&axis=events&lanes=stage-b&pin=1.25s:here"), "{link}");
    let (explored, _) = json(&["explore", &shown, "--executions", "20", "--strategy", "random", "--json"]);
    assert!(!explored.to_string().contains("pin="), "{explored}");
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
fn a_run_that_breaks_several_claims_is_told_once() {
    let text = heartrace(&["explore", "#/saturation", "--executions", "5"]);
    let text = stdout(&text);
    let runs: Vec<_> = text.lines().filter(|line| line.contains("the canonical run: #/saturation")).collect();
    assert_eq!(runs.len(), 4, "of the outcome and of each claim: {text}");
    assert_eq!(text.matches("told under goodput-back").count(), 2, "{text}");
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

#[test]
fn a_search_reports_exactly_which_outcomes_can_happen() {
    let link = "#/duplicated-message?policy=announce-rendezvous";
    let (report, code) = json(&["explore", link, "--model", "any-speed", "--crashes", "1", "--json"]);
    assert_eq!((code, &report["exhausted"]), (Some(1), &true.into()), "{report}");
    let outcomes = report["outcomes"].as_object().expect("outcomes by name");
    assert_eq!(outcomes.keys().collect::<Vec<_>>(), ["lost", "once"]);
    for (outcome, found) in outcomes {
        assert!(found["count"].as_u64().is_some_and(|count| count > 0) && found["minimal"].is_boolean(), "{found}");
        let (run, _) = json(&["run", found["link"].as_str().expect("a link"), "--json"]);
        assert_eq!(run["outcome"], outcome.as_str(), "{found}");
    }
    let fields = ["executions", "executions_per_second", "behaviours"];
    assert!(fields.iter().all(|field| report[field].as_f64().is_some_and(|number| number > 0.0)), "{report}");
    let (proven, code) = json(&["explore", "#/duplicated-message?policy=accept-first&model=any-speed", "--json"]);
    assert_eq!((code, &proven["exhausted"]), (Some(0), &true.into()), "{proven}");
    let text = heartrace(&["explore", "#/duplicated-message?model=any-speed"]);
    assert_eq!(text.status.code(), Some(1));
    let says =
        ["there are no other outcomes", " 1 deviation, no fewer", "(breaks): Each request is accepted at most once"];
    assert!(says.iter().all(|words| stdout(&text).contains(words)), "{}", stdout(&text));
}

#[test]
fn workers_and_shards_find_what_one_search_finds() {
    let link = "#/duplicated-message?policy=announce&model=any-speed";
    let hunt = ["explore", link, "--strategy", "hunt", "--executions", "600", "--seed", "5", "--json"];
    let (mut single, _) = json(&hunt);
    let (mut pair, _) = json(&[&hunt[..], &["--workers", "2"]].concat());
    let folder = std::env::temp_dir().join(format!("heartrace-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the parts");
    let files: Vec<String> = (1..=3)
        .map(|part| {
            let output = heartrace(&[&hunt[..], &["--shard", &format!("{part}/3")]].concat());
            let file = folder.join(format!("{part}.json"));
            std::fs::write(&file, output.stdout).expect("a part is written");
            file.to_string_lossy().into_owned()
        })
        .collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (mut merged, code) = json(&[&["merge", "--json"], &files[..]].concat());
    assert_eq!(code, Some(1));
    for report in [&mut single, &mut pair, &mut merged] {
        report.as_object_mut().expect("a report").remove("executions_per_second");
    }
    assert_eq!(pair, single);
    // Two parts may have met the same behaviour.
    merged["behaviours"] = single["behaviours"].clone();
    assert_eq!(merged, single);
    let (error, code) = json(&["merge", files[0], files[0], "--json"]);
    assert_eq!((code, &error["error"]["code"]), (Some(2), &"repeated-part".into()));
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn a_search_refuses_what_it_cannot_do() {
    let cases: [(&[&str], &str, &str); 13] = [
        (&["--executions", "0"], "out-of-range", "--executions"),
        (&["--executions", "1000000000000"], "out-of-range", "--executions"),
        (&["--executions", "-1"], "negative", "--executions"),
        (&["--executions", "many"], "not-a-number", "--executions"),
        (&["--strategy", "pray"], "unknown-value", "--strategy"),
        (&["--model", "slow"], "unknown-value", "--model"),
        (&["--may", "crash:nobody*1"], "unknown-task", "--may"),
        (&["--may", "crash:stage-a*1", "--crashes", "1"], "repeated-may", "--may"),
        (&["--shard", "0/2"], "out-of-range", "--shard"),
        (&["--shard", "2"], "not-a-number", "--shard"),
        (&["--workers", "0"], "out-of-range", "--workers"),
        (&["--seed"], "missing-value", "--seed"),
        (&["--executions", "--strategy", "hunt"], "missing-value", "--executions"),
    ];
    for (options, code, part) in cases {
        let arguments = [&["explore", "#/duplicated-message", "--json"], options].concat();
        let (error, exit) = json(&arguments);
        let error = &error["error"];
        assert_eq!((exit, &error["code"], &error["part"]), (Some(2), &code.into(), &part.into()), "{options:?}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{error}");
    }
    let (error, code) = json(&["merge", "no-such-file.json", "--json"]);
    assert_eq!((code, &error["error"]["code"]), (Some(2), &"unreadable-file".into()));
    let (error, code) = json(&["run", "#/duplicated-message", "--workers", "2", "--json"]);
    assert_eq!((code, &error["error"]["code"]), (Some(2), &"unknown-option".into()));
}

/// A file of its own for a test that writes one.
fn scratch(name: &str) -> String {
    std::env::temp_dir().join(format!("heartrace-cli-{}-{name}", std::process::id())).to_string_lossy().into_owned()
}

#[test]
fn an_export_is_what_the_library_writes_on_stdout_or_in_a_file() {
    use heartrace::report::{Report, export::Format};
    use heartrace::text::Texts;
    let text = "#/duplicated-message?fault=stage-a:crash@1s";
    let link = heartrace::link::Link::parse(text).expect("a link");
    let mut execution = heartrace::runner::Execution::new(&link, true);
    let finished = execution.finish().unwrap_or_else(|misfit| panic!("{misfit:?}"));
    for (word, format, ending) in Format::ALL {
        let report = execution.with_trace(|trace| Report::new(&link, &finished, trace));
        let written = execution.with_trace(|trace| format.write(&link, &report, trace, Texts::english()));
        let shown = heartrace(&["export", text, "--as", word]);
        assert_eq!((shown.status.code(), stdout(&shown)), (Some(0), written.as_str()), "{word}");
        let file = scratch(&format!("export.{ending}"));
        let silent = heartrace(&["export", text, "--as", word, "--out", &file]);
        assert_eq!((silent.status.code(), stdout(&silent)), (Some(0), ""), "{word}");
        assert_eq!(std::fs::read_to_string(&file).ok().as_deref(), Some(written.as_str()), "{word}");
        let (told, _) = json(&["export", text, "--as", word, "--json"]);
        assert_eq!((&told["as"], &told["text"], &told["out"]), (&word.into(), &written.as_str().into(), &Value::Null));
        let (told, code) = json(&["export", text, "--as", word, "--out", &file, "--json"]);
        assert_eq!((code, &told["out"], &told["text"]), (Some(0), &file.as_str().into(), &Value::Null), "{word}");
        assert_eq!(told["bytes"], written.len(), "{word}");
        let _ = std::fs::remove_file(&file);
    }
}

#[test]
fn an_export_refuses_what_it_cannot_write() {
    let link = "#/duplicated-message";
    let nowhere = format!("{}/no-such-folder/file", scratch("nowhere"));
    let cases: [(&[&str], &str, &str); 9] = [
        (&["export", link], "missing-argument", "export"),
        (&["export", "--as", "csv"], "missing-argument", "export"),
        (&["export", link, "--as"], "missing-value", "--as"),
        (&["export", link, "--as", "csv", "--as", "csv"], "repeated-key", "--as"),
        (&["export", link, "--as", "marmaid"], "unknown-value", "--as"),
        (&["export", link, "--as", "csv", "--seed", "1"], "unknown-option", "heartrace"),
        (&["export", "#/duplicated-message?work=5", "--as", "csv"], "missing-unit", "work"),
        (&["export", link, "--as", "csv", "--out", &nowhere], "unwritable-file", &nowhere),
        (&["run", link, "--as", "csv"], "unknown-option", "heartrace"),
    ];
    for (arguments, code, part) in cases {
        let (error, exit) = json(&[&["--json"], arguments].concat());
        let error = &error["error"];
        assert_eq!((exit, &error["code"]), (Some(2), &code.into()), "{arguments:?}: {error}");
        assert!(part.starts_with(error["part"].as_str().expect("a part").trim_end_matches('…')), "{error}");
        let output = heartrace(arguments);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{arguments:?}");
        assert!(output.stderr.starts_with(b"heartrace: "), "{arguments:?}");
    }
    let output = heartrace(&["export", link, "--as", "marmaid"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("text, csv, chrome") && message.contains("Did you mean mermaid?"), "{message}");
}

/// It waits for the first line of progress, so that there is something to print.
#[cfg(unix)]
#[test]
fn an_interrupted_search_prints_what_it_has() {
    use std::io::{BufRead, BufReader, Read};
    let mut child = Command::new(env!("CARGO_BIN_EXE_heartrace"))
        .args(["explore", "#/duplicated-message?requests=3&model=any-speed", "--strategy", "hunt", "--json"])
        .args(["--executions", "99999999999", "--workers", "2"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut progress = BufReader::new(child.stderr.take().expect("it was asked for")).lines();
    let line = progress.next().expect("there is progress").expect("it is text");
    assert!(line.contains("executions") && line.contains("behaviours"), "{line}");
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
    assert!(told.success());
    let mut text = String::new();
    child.stdout.take().expect("it was asked for").read_to_string(&mut text).expect("it is text");
    let report: Value = serde_json::from_str(&text).expect("it prints JSON");
    assert_eq!((&report["exhausted"], &report["limit"]), (&false.into(), &"interrupted".into()));
    assert!(report["executions"].as_u64().is_some_and(|executions| executions > 0), "{report}");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}
