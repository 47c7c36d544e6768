//! Faults across a wire, marks, domains, hints and what was thrown: the other rows E… of cockroachdb/errors. A mark is a
//! code here, a domain a module's error type, an issue link the help of a record.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{secs, story};
use heartrace::patterns::fault::search::{find, hints, is_alike, is_bug, matches, matches_name, root, walk};
use heartrace::patterns::fault::wire::{MOST_JSON, Sent};
use heartrace::patterns::fault::{
    BUG_HINT, Class, Code, Fault, GENERIC, Known, MOST_CAUSES, MOST_TEXT, Module, Reporter, Retry, Secret, Thrown,
    Value, Wire, boundary, classify,
};
use heartrace::runtime::Runtime;
use std::error::Error;
use std::fmt;

enum Files {}
impl Module for Files {
    const NAME: &'static str = "FilesErr";
}

enum Jobs {}
impl Module for Jobs {
    const NAME: &'static str = "JobsErr";
}

/// An error of somebody else, perhaps because of another.
#[derive(Debug)]
struct Foreign(&'static str, Option<Box<Foreign>>);
impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}", self.0)
    }
}
impl Error for Foreign {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|source| source as _)
    }
}

/// Another with the same text.
#[derive(Debug)]
struct Stranger(#[expect(dead_code, reason = "shown by Debug")] f64);
impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("could not read")
    }
}
impl Error for Stranger {}

const LOST: Code = Code::new("FILE_LOST");
const FULL: Code = Code::new("DISK_FULL");

fn read() -> Foreign {
    Foreign("read", Some(Box::new(Foreign("seek", None))))
}

/// A case with all that a record can hold.
fn lost(rt: &Runtime) -> Known<Files> {
    let fault = Fault::because(rt, "open", "cannot open", read()).code(LOST).attempt(2).retry(Retry::After(secs(1)));
    let fault = fault.with("disk", "a").with("free", -5_i64).with("took", secs(3)).with("shared", true);
    let fault = fault.secret("token", "hunter2").hint("look in the other drawer").help("https://help.example/lost");
    Known::new(fault.through("load").besides(Foreign("close", None)), "The file is not there.")
}

/// There and back.
fn sent(error: &(dyn Error + 'static)) -> Wire {
    let json = Wire::of(error).to_json();
    let wire = Wire::from_json(&json).expect("what was written can be read");
    assert_eq!(wire.to_json(), json, "and written once more it is the same text");
    wire
}

// ---------------------------------------------------------------- the wire

#[test]
fn e004_to_e007_what_came_over_the_wire_is_like_what_was_sent() {
    story(|rt| async move {
        let record = lost(&rt);
        assert!(is_alike(&record, &sent(&record)) && is_alike(&sent(&record), &record));
        // One that occurred at another time, elsewhere, in another form of the same.
        rt.sleep(secs(5)).await;
        assert!(is_alike(&sent(&record), &sent(&lost(&rt))));
        // Of somebody else, plain and formatted; twice over the wire.
        let formatted = std::io::Error::other(format!("line {}", 7));
        for error in [&read() as &(dyn Error + 'static), &formatted, &Fault::new(&rt, "x", "y")] {
            assert!(is_alike(error, &sent(error)) && is_alike(error, &sent(&sent(error))), "{error:?}");
        }
    });
}

#[test]
fn e008_e009_different_types_differ_on_either_side() {
    story(|rt| async move {
        let (one, other) = (Foreign("read", None), Stranger(1.0));
        assert_eq!(one.to_string(), other.to_string());
        assert!(!is_alike(&one, &other) && !is_alike(&sent(&one), &other) && !is_alike(&sent(&one), &sent(&other)));
        let known = |code| Fault::new(&rt, "x", "y").code(code);
        assert!(!is_alike(&sent(&known(LOST)), &known(FULL)));
        assert!(!is_alike(&sent(&Foreign("x", None)), &Fault::new(&rt, "x", "could not x")));
    });
}

#[test]
fn e010_e016_e017_a_mark_makes_errors_one_case() {
    story(|rt| async move {
        // Different texts, one case; the same text, two cases; and over the wire.
        let marked = |what: &str, code| Fault::because(&rt, "x", what, read()).code(code);
        let all = [marked("one", LOST), marked("other", LOST), marked("one", FULL)];
        assert_eq!(all.each_ref().map(|error| matches(error, LOST)), [true, true, false]);
        assert_eq!(all.each_ref().map(|error| matches(&sent(error), LOST)), [true, true, false]);
        assert!(!is_alike(&all[0], &all[2]));
        // Wrapped here, after it came.
        let wrapped = Known::<Jobs>::new(Fault::because(&rt, "start", "cannot start", sent(&all[0])), "Not started.");
        assert!(matches(&wrapped, LOST) && !matches(&wrapped, FULL));
        assert_eq!(classify::<Jobs>(&wrapped), Class::Known);
    });
}

#[test]
fn e020_what_cannot_be_compared_is_only_different() {
    let nan = Stranger(f64::NAN);
    assert!(is_alike(&nan, &nan) && !is_alike(&nan, &Stranger(0.0)));
    assert!(is_alike(&nan, &sent(&nan)));
}

#[test]
fn e040_to_e043_what_is_not_known_here_is_kept_and_passed_on() {
    story(|rt| async move {
        // A leaf and a wrapper of a newer version: another module, code, kind of value, and a field of its own.
        let newer = r#"{"id":7,"when_ns":"1767225600000000000","path":"root/newer","what":"cannot teleport",
            "module":"TeleportErr","code":"BEAM_BROKEN","context":[["where",{"planet":"Mars"}],["free",{"number":"3"}]],
            "hints":["walk"],"phase":{"of":"the moon"},
            "causes":[{"foreign":"Flux { low: true }","what":"flux is low","id":0,"when_ns":"","path":""}]}"#;
        let wire = Wire::from_json(newer).unwrap();
        assert_eq!(wire.to_string(), "cannot teleport: flux is low");
        assert_eq!(root(&wire).to_string(), "flux is low");
        assert_eq!(wire.context[1].1, Sent::Number("3".to_owned()));
        // It can be searched and wrapped, is like itself, and goes on with all that it had.
        assert!(matches_name(&wire, "BEAM_BROKEN") && !matches_name(&wire, "FILE_LOST"));
        let wrapped = Fault::because(&rt, "travel", "cannot travel", wire.clone());
        assert!(matches_name(&wrapped, "BEAM_BROKEN") && is_alike(&sent(&wrapped), &wrapped));
        assert_eq!(hints(&sent(&wrapped)), ["walk"]);
        let again = sent(&wrapped).causes[0].clone();
        assert_eq!(again, wire);
        assert_eq!(again.rest["phase"]["of"], "the moon");
        assert!(again.to_json().contains(r#"["where",{"planet":"Mars"}]"#));
        // Nobody here knows its module: at the top it is a bug, whatever it was there.
        assert_eq!(classify::<Jobs>(&wire), Class::Bug);
    });
}

#[test]
fn a_record_is_written_so() {
    story(|rt| async move {
        let small = Fault::new(&rt, "read", "no").with("n", 1_i64).with("text", "a\"b");
        assert_eq!(
            Wire::from(&small).to_json(),
            r#"{"id":1,"when_ns":"1767225600000000000","path":"root","stack":["read"],"what":"no","#.to_owned()
                + r#""context":[["n",{"number":"1"}],["text",{"text":"a\"b"}]]}"#
        );
        let wire = sent(&lost(&rt));
        assert_eq!((wire.attempt, wire.retry.as_deref(), wire.stack.len()), (Some(2), Some("1000000000"), 2));
        assert_eq!((wire.module.as_deref(), wire.user.as_deref()), (Some("FilesErr"), Some("The file is not there.")));
        assert_eq!(wire.secondary[0].what, "could not close");
        assert_eq!(wire.causes[0].causes[0].foreign.as_deref(), Some("Foreign(\"seek\", None)"));
    });
}

#[test]
fn what_is_no_fault_or_too_much_is_refused() {
    let why = |text: &str| Wire::from_json(text).map(drop).expect_err(text).why;
    assert!(why("").contains("EOF") && why("[1]").contains("invalid"));
    assert!(why("{}").contains("what"), "what happened is all that has to be there: {}", why("{}"));
    assert!(why(&format!("\"{}\"", "x".repeat(MOST_JSON))).contains("at most"));
    let nested = (0..=MOST_CAUSES)
        .fold(String::from(r#"{"what":"x"}"#), |inner, _| format!(r#"{{"what":"x","causes":[{inner}]}}"#));
    assert_eq!(why(&nested), "too many layers");
    assert_eq!(why(&format!(r#"{{"what":"{}"}}"#, "x".repeat(2 * MOST_TEXT + 1))), "too many words");
    let causes = [r#"{"what":"x"}"#; MOST_CAUSES + 1].join(",");
    assert_eq!(why(&format!(r#"{{"what":"x","causes":[{causes}]}}"#)), "too many causes");
    assert!(Wire::from_json(r#"{"what":"x"}"#).is_ok());
    // The deepest and widest that there can be here can be sent.
    story(|rt| async move {
        let deep = (0..2 * MOST_CAUSES).fold(Fault::new(&rt, "x", "y".repeat(MOST_TEXT)), |below, _| {
            Fault::because(&rt, "x", "z".repeat(MOST_TEXT), below).hint("h".repeat(10))
        });
        assert!(sent(&deep).truncated && is_alike(&deep, &sent(&deep)));
        let foreign = (0..40).fold(Foreign("x", None), |below, _| Foreign("y", Some(Box::new(below))));
        assert!(walk(&sent(&foreign)).count() <= MOST_CAUSES);
    });
}

// ---------------------------------------------------------------- secrets

#[test]
fn a_secret_is_shown_nowhere_and_found_by_programs() {
    story(|rt| async move {
        let error = Fault::because(&rt, "start", "cannot start", lost(&rt));
        let texts = [format!("{error}"), format!("{error:#}"), format!("{error:?}"), Wire::of(&error).to_json()];
        for text in &texts {
            assert!(!text.contains("hunter2"), "{text}");
        }
        assert!(texts[1..].iter().all(|text| text.contains("redacted")), "{texts:?}");
        assert!(!format!("{:?}", find::<Known<Files>>(&error).unwrap().fault().context).contains("hunter2"));
        let known = find::<Known<Files>>(&error).unwrap().fault();
        let token = known.context.iter().find(|(key, _)| *key == "token").map(|(_, value)| value);
        let Some(Value::Secret(secret)) = token else { panic!("{token:?}") };
        assert_eq!(secret.reveal(), &Value::Text("hunter2".to_owned()));
        assert_eq!(secret, &Secret::new("hunter2"));
        // They are not compared: who cannot see them cannot tell.
        let with = |secret: &str| Fault::new(&rt, "x", "y").secret("token", secret);
        assert!(is_alike(&with("one"), &with("other")));
        // Nor do they get into the log by way of a report.
        Reporter::new(&rt).report::<Jobs>(&error);
    })
    .lines()
    .iter()
    .for_each(|line| assert!(line.contains("redacted") && !line.contains("hunter2"), "{line}"));
}

// ---------------------------------------------------------------- domains

#[test]
fn e027_to_e033_a_module_is_a_domain() {
    story(|rt| async move {
        let domain = |error: &(dyn Error + 'static)| sent(error).module;
        // None; named; still found through a wrap; another around it.
        let plain = Fault::new(&rt, "x", "y");
        assert_eq!(domain(&plain), None);
        let files = Known::<Files>::new(plain.clone(), "It is lost.");
        assert_eq!(domain(&files).as_deref(), Some("FilesErr"));
        let wrapped = Fault::because(&rt, "z", "and so", files.clone());
        assert_eq!((domain(&wrapped), find::<Known<Files>>(&wrapped).is_some()), (None, true));
        let jobs = Known::<Jobs>::new(wrapped, "Not started.");
        assert_eq!(domain(&jobs).as_deref(), Some("JobsErr"));
        // Handled: behind a barrier it is the other module's, and no longer the first one's.
        let handled = Known::<Jobs>::new(Fault::barrier(&rt, "z", "went on without", files.clone()), "Without it.");
        assert_eq!(domain(&handled).as_deref(), Some("JobsErr"));
        assert!(find::<Known<Files>>(&handled).is_none() && sent(&handled).causes[0].module.is_some());
        // The same text of two modules is two errors.
        assert!(!is_alike(&files, &Known::<Jobs>::new(plain, "It is lost.")));
        // And only its own passes a boundary.
        let passed = boundary::<Files, Jobs>(Box::new(jobs), |_| unreachable!("it is not a file's"));
        assert_eq!(classify::<Jobs>(&*passed), Class::Known);
    });
}

// ---------------------------------------------------------------- hints, bugs

#[test]
fn e034_e038_hints_come_in_order_and_once() {
    story(|rt| async move {
        let leaf = |hint: &str| Fault::new(&rt, "x", "y").hint(hint).hint("try again");
        let both: Vec<Box<dyn Error>> = vec![Box::new(leaf("first")), Box::new(leaf("second"))];
        let all = Fault::all(&rt, "z", "both failed", both).hint("ask somebody").hint("first");
        let told = ["second", "try again", "first", "ask somebody"];
        assert_eq!(hints(&all), told, "the causes' before those around them");
        assert_eq!(hints(&sent(&all)), told);
        // None of those that lie behind a barrier.
        assert_eq!(hints(&Fault::barrier(&rt, "z", "handled", all)), Vec::<&str>::new());
        let many = (0..40).fold(Fault::new(&rt, "x", "y"), |fault, n| fault.hint(format!("hint {n}")));
        assert_eq!((hints(&many).len(), many.truncated), (MOST_CAUSES, true));
    });
}

#[test]
fn e035_e036_details_and_where_more_is_written() {
    story(|rt| async move {
        let error = lost(&rt);
        for text in [format!("{error:?}"), format!("{error:#}")] {
            for part in ["https://help.example/lost", "look in the other drawer", "besides"] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        assert_eq!(sent(&error).help.as_deref(), Some("https://help.example/lost"));
        // None of it is the user's or the line's.
        assert_eq!(
            (format!("{error}").as_str(), error.user()),
            ("cannot open: could not read", "The file is not there.")
        );
    });
}

#[test]
fn e037_e039_what_should_be_impossible_says_so_and_stays_so() {
    story(|rt| async move {
        let bug = Fault::bug(&rt, "count", "minus one file");
        assert_eq!(hints(&bug), [BUG_HINT]);
        assert!(is_bug(&bug) && !is_bug(&lost(&rt)));
        let wrapped = Known::<Jobs>::new(Fault::because(&rt, "start", "cannot start", bug), "Not started.");
        assert!(is_bug(&wrapped) && is_bug(&sent(&wrapped)), "through wraps, and over the wire");
        assert!(hints(&wrapped).contains(&BUG_HINT));
        assert!(!is_bug(&Fault::barrier(&rt, "x", "handled", wrapped)), "not behind a barrier");
    });
}

// ---------------------------------------------------------------- what was thrown

#[test]
fn a_panic_and_an_exception_are_bugs_with_their_place() {
    story(|rt| async move {
        let panic = Fault::thrown(&rt, "step", Thrown::panic("index out of bounds", Some(("src/x.rs", 7))));
        assert_eq!(panic.to_string(), "panic was thrown: panic: index out of bounds");
        assert!(is_bug(&panic) && format!("{panic:?}").contains("src/x.rs:7"));
        assert_eq!(Reporter::new(&rt).report::<Jobs>(&panic).text, GENERIC);

        let inner = Thrown::exception("RangeError", "too far", None);
        let outer = Thrown::exception("TypeError", "not a function", Some("at f (x.js:1)".to_owned())).because(inner);
        let caught = Fault::thrown(&rt, "call", outer.clone());
        assert_eq!(find::<Thrown>(&caught), Some(&outer));
        assert_eq!(root(&caught).to_string(), "RangeError: too far");
        assert!(is_alike(&caught, &sent(&caught)));
        // There and back again.
        assert_eq!(Thrown::of(&outer), outer);
    });
}

#[test]
fn an_error_can_be_thrown_to_javascript() {
    story(|rt| async move {
        let thrown = Thrown::of(&Known::<Jobs>::new(Fault::because(&rt, "start", "cannot start", lost(&rt)), "No."));
        let names: Vec<_> = std::iter::successors(Some(&thrown), |thrown| thrown.cause.as_deref())
            .map(|thrown| (thrown.name.as_str(), thrown.message.as_str()))
            .collect();
        let expected = [
            ("JobsErr", "cannot start"),
            ("FilesErr", "cannot open"),
            ("Error", "could not read"),
            ("Error", "could not seek"),
        ];
        assert_eq!(names, expected);
        assert!(thrown.stack.unwrap().starts_with("at start (tests/patterns/wire.rs:"));
        // Behind a barrier nothing is thrown to programs either.
        assert_eq!(Thrown::of(&Fault::barrier(&rt, "x", "handled", read())).cause, None);
        // Endless causes end.
        let endless = (0..100).fold(Thrown::panic("x", None), |below, _| Thrown::panic("y", None).because(below));
        assert!(std::iter::successors(Some(&endless), |thrown| thrown.cause.as_deref()).count() == MOST_CAUSES);
        let long = Thrown::exception("x", "é".repeat(MOST_TEXT), None);
        assert!(long.message.len() <= MOST_TEXT);
    });
}
