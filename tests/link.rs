//! Links: every text is a run or one clear message; a run has one text; links made once open for ever.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;
#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

use heartrace::link::{
    Axis, Link, LinkError, MAX_LENGTH, MAX_PIN, MAX_PINS, Pin, Range, View, carries_check, encode_schedule,
};
use heartrace::runtime::setting::{Deviation, Harm, Model, Order};
use heartrace::trace::Time;
use std::time::Duration;

fn parse(text: &str) -> Link {
    Link::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refuse(text: &str) -> LinkError {
    match Link::parse(text) {
        Ok(link) => panic!("{text} was read as {link}"),
        Err(error) => error,
    }
}

/// What a link says without its check.
fn says(text: &str) -> String {
    let canonical = parse(text).to_string();
    match canonical.split_once("?~") {
        Some((path, query)) => format!("{path}?{}", &query[3..]),
        None => canonical,
    }
}

#[test]
fn a_link_without_changes_is_its_scenario() {
    for text in ["#/duplicated-message", "/duplicated-message", "https://example.org/race/?a=b#/duplicated-message"] {
        assert_eq!(parse(text).to_string(), "#/duplicated-message");
    }
    assert_eq!(
        parse("#/duplicated-message?policy=none&timeout=2000ms&v=1&seed=0&model=timed").to_string(),
        "#/duplicated-message"
    );
}

#[test]
fn keys_have_one_order_and_values_one_text() {
    let given = "#/duplicated-message?seed=7&model=any-speed&work=1950ms&fault=stage-b:crash@0.0015s&policy=accept%2Dfirst\
                 &fault=stage-a:slow@500us*2.50&order=seeded&may=drop:results*2&may=crash:any*1&expect=00000000000000ff";
    let link = parse(&given.replace("results", channel()));
    assert_eq!((link.setting.model, link.setting.order, link.setting.seed), (Model::AnySpeed, Order::Seeded, 7));
    assert_eq!(link.setting.faults[0].harm, Harm::Slow { at: Time::from_nanos(500_000), thousandths: 2_500 });
    assert_eq!(link.expect, Some(255));
    let canonical = format!(
        "#/duplicated-message?policy=accept-first&work=1.95s&model=any-speed&order=seeded&seed=7&may=crash:any*1&may=drop:{}*2\
         &fault=stage-a:slow@500us*2.5&fault=stage-b:crash@1.5ms&expect=00000000000000ff",
        channel()
    );
    assert_eq!(says(&given.replace("results", channel())), canonical);
}

/// Some channel of the scenario.
fn channel() -> &'static str {
    heartrace::scenarios::find("duplicated-message").expect("it is in the catalogue").channels[0]
}

#[test]
fn durations_are_exact_and_written_with_the_largest_unit() {
    for (given, written) in [
        ("1950ms", "1.95s"),
        ("0.25s", "250ms"),
        ("90s", "1.5m"),
        ("100s", "100s"),
        ("60m", "1h"),
        ("1.000000001s", "1.000000001s"),
        ("1000001ns", "1.000001ms"),
        ("0.000000278h", "1.0008ms"),
        ("0h", "0s"),
        ("007.500s", "7.5s"),
    ] {
        assert_eq!(says(&format!("#/duplicated-message?work={given}")), format!("#/duplicated-message?work={written}"));
    }
}

#[test]
fn the_check_sees_a_cut_anywhere_after_it() {
    let whole =
        parse("#/duplicated-message?policy=accept-first&work=1.95s&seed=12&fault=stage-a:crash@1.25s").to_string();
    assert!(carries_check(&whole));
    let after_check = whole.find('&').expect("something follows the check");
    for end in after_check..whole.len() {
        assert_eq!(refuse(&whole[..end]).code, "cut-or-changed", "{}", &whole[..end]);
    }
    // One character changed.
    assert_eq!(refuse(&whole.replace("1.95s", "1.96s")).code, "cut-or-changed");
    assert_eq!(refuse(&whole.replace("~", "~x")).code, "cut-or-changed");
    // A mail program that encodes more than it must changes nothing.
    assert_eq!(parse(&whole.replace('@', "%40").replace('~', "%7E")).to_string(), whole);
}

#[test]
fn positions_count_characters_of_the_text_that_was_given() {
    assert_eq!(refuse("#/duplicated-message?work=1.5").position, Some(26));
    assert_eq!(refuse("https://例.example/#/duplicated-message?work=1.5").position, Some(26 + 18));
    assert_eq!(refuse("/duplicated-message?fault=stage-a:hang@1s%2B2").position, Some(44));
    assert_eq!(refuse("/duplicated-message?fault=stage-x:hang@1s%2B2s").position, Some(26));
}

#[test]
fn a_megabyte_is_refused_at_once() {
    let error = refuse(&format!("#/duplicated-message?note={}", "x".repeat(1 << 20)));
    assert_eq!((error.code, error.part.as_str(), error.position), ("too-long", "link", Some(MAX_LENGTH)));
    assert!(error.message().len() < 400);
}

#[test]
fn messages_have_no_character_that_acts_on_a_terminal() {
    for text in
        ["#/\u{1b}[2J", "#/%1B[2J", "#/duplicated-message?%1b=1", "#/duplicated-message?policy=\u{202e}x", "\u{7}"]
    {
        let error = refuse(text);
        for shown in [error.message(), error.part, error.value] {
            assert!(!shown.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}: {shown:?}");
        }
    }
}

#[test]
fn the_page_keeps_what_it_does_not_know() {
    let text = "#/duplicated-message?note=hello%20%3Cb%3E&policy=accept-first&embed=1&polcy=x&mode=live";
    let link = Link::parse_for_page(text).expect("the page reads it");
    let unknown = [("note", "hello <b>"), ("embed", "1"), ("polcy", "x")]
        .map(|(key, value)| (key.to_string(), value.to_string()));
    assert_eq!((link.unknown.as_slice(), link.live), (&unknown[..], true));
    assert_eq!(Link::parse_for_page(&link.to_string()).as_ref(), Ok(&link));
    assert_eq!(
        says(&Link { live: false, ..link.without_unknown() }.to_string()),
        "#/duplicated-message?policy=accept-first"
    );
    assert_eq!(refuse(text).code, "later-key");
}

/// How the page shows a run stands after everything that says what is run, and changes nothing about it.
#[test]
fn a_view_is_the_end_of_a_link_and_no_part_of_the_run() {
    let given = "#/duplicated-message?pin=2s:later&pin=1.250s:%3Cb%3E%26%20%E2%80%AEx&measure=40-12&at=1500ms&event=12\
                 &filter=stage&fold=generator,generator&lanes=stage-b,stage-a&range=1200ms-3.4s&axis=squeezed\
                 &expect=00000000000000ff&policy=accept-first";
    let link = parse(given);
    let second = |millis: u64| Time::from_nanos(millis * 1_000_000);
    let pin = |at, text: &str| Pin { at, text: text.to_owned() };
    let view = View {
        axis: Axis::Squeezed,
        range: Some(Range::Times(second(1_200), second(3_400))),
        lanes: vec!["stage-b".to_owned(), "stage-a".to_owned()],
        folded: vec!["generator".to_owned()],
        filter: Some("stage".to_owned()),
        event: Some(12),
        at: Some(second(1_500)),
        measure: Some((12, 40)),
        pins: vec![pin(second(1_250), "<b>& \u{202e}x"), pin(second(2_000), "later")],
    };
    assert_eq!(link.view, view);
    assert_eq!(
        says(given),
        "#/duplicated-message?policy=accept-first&expect=00000000000000ff&axis=squeezed&range=1.2s-3.4s\
         &lanes=stage-b,stage-a&fold=generator&filter=stage&event=12&at=1.5s&measure=12-40\
         &pin=1.25s:%3Cb%3E%26%20%E2%80%AEx&pin=2s:later"
    );
    let run = parse("#/duplicated-message?policy=accept-first&expect=00000000000000ff");
    assert_eq!((link.setting.clone(), &link.params), (run.setting.clone(), &run.params));
    assert_eq!(link.without_view(), run);
    assert_eq!(parse("#/duplicated-message?range=3-9").view.range, Some(Range::Events(3, 9)));
    assert_eq!(says("#/duplicated-message?axis=time"), "#/duplicated-message");
}

#[test]
fn what_is_wrong_in_a_view_is_found() {
    let long = format!("pin=1s:{}", "x".repeat(MAX_PIN + 1));
    let many = ["pin=1s:x"; MAX_PINS + 1].join("&");
    for (pair, code, part, position) in [
        ("axis=sqeezed", "unknown-value", "axis", 26),
        ("axis=events&axis=events", "repeated-key", "axis", 33),
        ("range=1s", "view-form", "range", 27),
        ("range=1s-x", "not-a-number", "range", 30),
        ("range=3s-1s", "out-of-range", "range", 27),
        ("range=5-5", "out-of-range", "range", 27),
        ("range=1-2s", "missing-unit", "range", 27),
        ("lanes=a,,b", "view-form", "lanes", 29),
        ("event=-1", "negative", "event", 27),
        ("event=4294967295", "out-of-range", "event", 27),
        ("at=5", "missing-unit", "at", 24),
        ("measure=1", "view-form", "measure", 29),
        ("filter=", "missing-value", "filter", 28),
        ("pin=1s", "view-form", "pin", 25),
        ("pin=1s:", "view-form", "pin", 25),
        ("pin=x:text", "not-a-number", "pin", 25),
        (&long, "text-too-long", "pin", 28),
        (&many, "too-many", "pin", 25 + MAX_PINS * 9),
    ] {
        let error = refuse(&format!("#/duplicated-message?{pair}"));
        assert_eq!((error.code, error.part.as_str(), error.position), (code, part, Some(position)), "{pair}");
        assert!(!error.message().starts_with("error."), "{code} has no text");
    }
    assert_eq!(refuse("#/duplicated-message?axis=sqeezed").suggestion.as_deref(), Some("squeezed"));
}

#[test]
fn no_parameter_has_the_name_of_a_key() {
    let keys = Link::parse("#/duplicated-message?polcy=x").unwrap_err().allowed;
    let keys: Vec<&str> = keys.split(", ").skip_while(|key| *key != "v").collect();
    assert_eq!((keys.first(), keys.last()), (Some(&"v"), Some(&"pin")));
    for scenario in heartrace::scenarios::all() {
        for parameter in scenario.parameters {
            assert!(!keys.contains(&parameter.name), "{}: {}", scenario.id, parameter.name);
        }
    }
}

#[test]
fn links_are_short_enough_for_a_chat() {
    let length = |text: &str| parse(text).to_string().len() - 1;
    assert!(length("#/duplicated-message?policy=permission-accept-first&replacement-work=1.25s") <= 90);

    let choices: Vec<_> =
        (0..6).map(|n| Deviation { gap: n * 7 % 23, pick: 1 + n % 2, arity: 2 + n % 3 + 1 }).collect();
    let three = format!(
        "#/duplicated-message?policy=heartbeat-suspect&work=1.95s&timeout=2.25s&fault=stage-a:crash@1.25s\
         &fault=stage-a2:hang@1.5s%2B500ms&fault=stage-b:slow@2s*2.5&schedule={}",
        encode_schedule(&choices)
    );
    assert!(length(&three) <= 200, "{}", length(&three));

    // The densest list of choices: every second one deviates.
    let choices: Vec<_> = (0..200).map(|n: u32| Deviation { gap: n * n % 3, pick: 1, arity: 2 + n % 7 / 6 }).collect();
    let faults: String = (0..20).map(|n| format!("&fault=stage-a:crash@{}ms", 100 * n)).collect();
    let twenty = format!("#/duplicated-message?policy=arbiter{faults}&schedule={}", encode_schedule(&choices));
    assert!(length(&twenty) <= 700, "{}", length(&twenty));
}

#[test]
fn faults_are_sorted_by_time_and_name_their_targets() {
    let c = channel();
    let text = format!(
        "#/duplicated-message?fault={c}:drop@2&fault=stage-b:cancel@1s&fault=stage-a%232:crash@10ms&fault={c}:delay@1%2B3s"
    );
    assert_eq!(
        says(&text),
        format!(
            "#/duplicated-message?fault=stage-a%232:crash@10ms&fault=stage-b:cancel@1s&fault={c}:delay@1+3s&fault={c}:drop@2"
        )
    );
    let action = parse("#/duplicated-message").read_action("stage-a:hang+2s", Time::from_nanos(5)).expect("an action");
    assert_eq!(action.harm, Harm::Hang { at: Time::from_nanos(5), lasting: Duration::from_secs(2) });
}

/// Links that open for ever: each with its one text and the run it makes.
mod corpus {
    use super::*;
    use heartrace::report::Report;
    use heartrace::runner::Execution;
    use serde_json::{Value, json};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const GOOD: &str = include_str!("corpus/links.jsonl");

    #[test]
    fn every_link_makes_its_run() {
        let mut wrong = Vec::new();
        let mut seen = Vec::new();
        for line in GOOD.lines() {
            let expected: Value = serde_json::from_str(line).expect("a line of the corpus is a JSON object");
            let text = expected["link"].as_str().expect("a line has a link");
            let link = parse(text);
            let mut execution = Execution::new(&link, true);
            let finished = execution.finish().unwrap_or_else(|misfit| panic!("{text}: {misfit:?}"));
            let report = execution.with_trace(|trace| Report::new(&link, &finished, trace));
            let found = json!({
                "link": text, "canonical": report.link, "end": report.end, "outcome": report.outcome,
                "fingerprint": report.fingerprint,
            });
            if found != expected {
                wrong.push(found.to_string());
            }
            seen.push(found.to_string());
        }
        assert!(seen.len() > 30, "the corpus has {} links", seen.len());
        #[cfg(not(target_arch = "wasm32"))]
        if std::env::var_os("HEARTRACE_BLESS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/links.jsonl");
            return std::fs::write(path, seen.join("\n") + "\n").expect("the corpus can be written");
        }
        assert!(wrong.is_empty(), "old links make other runs; HEARTRACE_BLESS=1 accepts that: {wrong:#?}");
    }
}

/// The gallery of bad links: each with the message that it gets.
mod gallery {
    use super::*;
    use serde_json::{Value, json};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const BAD: &str = include_str!("corpus/bad-links.jsonl");

    #[test]
    fn every_bad_link_gets_its_message() {
        let mut wrong = Vec::new();
        let mut seen = Vec::new();
        for line in BAD.lines() {
            let expected: Value = serde_json::from_str(line).expect("a line of the gallery is a JSON object");
            let link = expected["link"].as_str().expect("a line has a link");
            let error = refuse(link);
            // The list of scenarios grows; a line of the gallery says SCENARIOS for it.
            let ids: Vec<_> = heartrace::scenarios::all().iter().map(|scenario| scenario.id).collect();
            let ids = ids.join(", ");
            let allowed = if error.allowed == ids { "SCENARIOS" } else { &error.allowed };
            let message = error.message().replace(&format!("Allowed: {ids}."), "Allowed: SCENARIOS.");
            let found = json!({
                "link": link, "code": error.code, "part": error.part, "value": error.value, "position": error.position,
                "allowed": allowed, "message": message,
            });
            if found != expected {
                wrong.push(link.to_string());
            }
            seen.push(found.to_string());
        }
        assert!(seen.len() > 50, "the gallery has {} links", seen.len());
        #[cfg(not(target_arch = "wasm32"))]
        if std::env::var_os("HEARTRACE_BLESS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/bad-links.jsonl");
            return std::fs::write(path, seen.join("\n") + "\n").expect("the gallery can be written");
        }
        assert!(wrong.is_empty(), "other messages than expected, HEARTRACE_BLESS=1 writes them down: {wrong:#?}");
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod any_text {
    use super::*;
    use proptest::prelude::*;

    fn link_like() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            Just("policy"),
            Just("work"),
            Just("timeout"),
            Just("requests"),
            Just("seed"),
            Just("fault"),
            Just("may"),
            Just("schedule"),
            Just("expect"),
            Just("v"),
            Just("model"),
            Just("note"),
            Just("axis"),
            Just("range"),
            Just("lanes"),
            Just("pin"),
            Just("measure"),
            Just("3-9"),
            Just("1s-2s"),
            Just("stage-a"),
            Just("accept-first"),
            Just("any-speed"),
            Just("crash"),
            Just("hang"),
            Just("drop"),
            Just("any"),
            Just("1.5s"),
            Just("250ms"),
            Just("7"),
            Just("-1"),
            Just("1e30"),
            Just("~"),
            Just("&"),
            Just("="),
            Just("?"),
            Just("#"),
            Just("/"),
            Just(":"),
            Just("@"),
            Just("*"),
            Just("+"),
            Just("%"),
            Just("%2B"),
            Just("%ED%A0%80"),
            Just("\u{0}"),
            Just("<b>"),
            Just("時"),
            Just("gA"),
        ];
        proptest::collection::vec(word, 0..24).prop_map(|words| format!("#/duplicated-message?{}", words.concat()))
    }

    fn deviation() -> impl Strategy<Value = Deviation> {
        (prop_oneof![0..4u32, any::<u32>()], prop_oneof![2..5u32, 2..=u32::MAX], any::<u32>())
            .prop_map(|(gap, arity, pick)| Deviation { gap, pick: pick % arity, arity })
    }

    /// Whatever is read is written in one way, which is read as the same.
    fn settles(text: &str) -> Result<(), TestCaseError> {
        for read in [Link::parse, Link::parse_for_page] {
            match read(text) {
                Ok(link) => {
                    let canonical = link.to_string();
                    let again = read(&canonical);
                    prop_assert_eq!(again.as_ref(), Ok(&link));
                    prop_assert_eq!(read(&canonical).map(|link| link.to_string()), Ok(canonical));
                }
                Err(error) => {
                    prop_assert!(error.position.is_some_and(|position| position <= text.chars().count()));
                    prop_assert!(!error.message().starts_with("error."), "{} has no text", error.code);
                }
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn is_a_link_or_a_message(text in any::<String>()) {
            settles(&text)?;
            settles(&format!("#/{text}"))?;
            settles(&format!("#/duplicated-message?{text}"))?;
        }

        #[test]
        fn that_looks_like_a_link_is_one_or_a_message(text in link_like()) {
            settles(&text)?;
        }

        #[test]
        fn with_any_value_settles(key in "policy|work|timeout|requests|preemptible|seed|fault|may|schedule|expect|note", value in any::<String>()) {
            settles(&format!("#/duplicated-message?{key}={value}"))?;
        }

        #[test]
        fn with_any_duration_keeps_every_nanosecond(nanos in 0..3_600_000_000_000u64) {
            let link = parse(&format!("#/duplicated-message?work={nanos}ns"));
            prop_assert_eq!(link.params.duration("work"), Duration::from_nanos(nanos));
            prop_assert_eq!(parse(&link.to_string()), link);
        }

        #[test]
        fn with_any_choices_keeps_them(choices in proptest::collection::vec(deviation(), 1..40)) {
            let text = format!("#/duplicated-message?schedule={}", encode_schedule(&choices));
            prop_assert_eq!(parse(&text).setting.schedule, Some(choices));
            settles(&text)?;
        }

        #[test]
        fn with_any_bytes_as_choices_settles(bytes in "[A-Za-z0-9_-]{1,40}") {
            settles(&format!("#/duplicated-message?schedule={bytes}"))?;
            settles(&format!("#/duplicated-message?schedule=gA{bytes}"))?;
        }
    }
}
