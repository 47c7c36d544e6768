//! Faults: what a record holds and keeps, who finds what in it, and what is reported. Rows E… are those of
//! cockroachdb/errors (markers, barriers, secondary), AIP-193 and the book's program; the wire, marks, domains and hints
//! are in `wire`. A module's error type is what upstream calls a domain.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{secs, story};
use heartrace::patterns::cancel::{Context, ContextError};
use heartrace::patterns::fault::search::{chain, find, is_alike, matches, record, root, walk};
use heartrace::patterns::fault::{
    Class, Code, Fault, GENERIC, Known, MOST_CAUSES, MOST_FRAMES, MOST_TEXT, Module, Reporter, Retry, Severity, Value,
    Wire, boundary, classify,
};
use heartrace::runtime::{EPOCH_SECONDS, Runtime};
use std::error::Error;
use std::fmt;

enum Inner {}
impl Module for Inner {
    const NAME: &'static str = "InnerErr";
}

enum Outer {}
impl Module for Outer {
    const NAME: &'static str = "OuterErr";
}

/// An error of somebody else.
#[derive(Debug)]
struct Foreign(&'static str);
impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
impl Error for Foreign {}

/// Another, of another type.
#[derive(Debug)]
struct Stranger(#[expect(dead_code, reason = "shown by Debug")] &'static str);
impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stranger")
    }
}
impl Error for Stranger {}

const LOST: Code = Code::new("FILE_LOST");
const OTHER: Code = Code::new("OTHER");

fn inner(rt: &Runtime) -> Known<Inner> {
    Known::new(Fault::because(rt, "open", "cannot open", Foreign("no such file")).code(LOST), "The file is not there.")
}

fn outer(rt: &Runtime, inner: impl Into<Box<dyn Error>>) -> Known<Outer> {
    Known::new(Fault::because(rt, "start", "cannot start", inner), "The job cannot start.")
}

#[test]
fn a_record_says_what_when_where_and_what_about() {
    story(|rt| async move {
        let worker = rt.clone();
        let fault = rt.spawn("worker", async move {
            worker.sleep(secs(3)).await;
            let fault = Fault::new(&worker, "read", "the disk is full").attempt(2).retry(Retry::After(secs(1)));
            fault.with("free", 0_i64).with("disk", "a").with("took", secs(3)).with("shared", true)
        });
        let fault = fault.join().await.unwrap();
        assert_eq!(fault.when, (EPOCH_SECONDS + 3) * 1_000_000_000);
        assert_eq!((fault.path.as_str(), fault.task, fault.attempt), ("root/worker", 1, Some(2)));
        assert_eq!(fault.frames.len(), 1);
        assert_eq!(fault.frames[0].operation, "read");
        assert!(fault.frames[0].site.file().ends_with("fault.rs"));
        assert_eq!(fault.transient(), Some(secs(1)));
        // In the order in which it was added.
        let keys: Vec<_> = fault.context.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, ["free", "disk", "took", "shared"]);
        assert_eq!(fault.context[2].1, Value::Duration(secs(3)));
        assert_eq!(
            format!("{fault:?}"),
            "Fault { id: 1, what: \"the disk is full\", when: 2026-01-01 00:00:03 +0000 UTC, task: root/worker, \
             attempt: 2, stack: [read], free: 0, disk: \"a\", took: 3s, shared: true, retry: After(1s) }"
        );
    });
}

#[test]
fn an_occurrence_keeps_its_id_through_every_layer() {
    story(|rt| async move {
        let first = outer(&rt, inner(&rt));
        assert_eq!((first.fault().id, record(first.fault().source().unwrap()).unwrap().id), (1, 1));
        assert_eq!(Fault::new(&rt, "x", "another").id, 2);
        // Through an error of somebody else as well, and through a barrier.
        let hidden = Fault::barrier(&rt, "y", "hidden", inner(&rt));
        assert_eq!((hidden.id, outer(&rt, hidden).fault().id), (3, 3));
    });
}

#[test]
fn each_hop_has_its_frame() {
    story(|rt| async move {
        let fault = Fault::new(&rt, "read", "no").through("load").through("start");
        let operations: Vec<_> = fault.frames.iter().map(|frame| frame.operation).collect();
        assert_eq!(operations, ["read", "load", "start"]);
        assert!(format!("{fault:?}").contains("stack: [read < load < start]"));
        let tree = format!("{:#}", outer(&rt, fault));
        assert!(tree.starts_with("OuterErr: cannot start\n") && tree.contains("  because\n    Fault: no\n"), "{tree}");
        assert!(tree.contains("at load (tests/patterns/fault.rs:"), "{tree}");
    });
}

#[test]
fn ep0_the_boundary_wraps_what_it_knows_and_passes_on_the_rest() {
    story(|rt| async move {
        let wrapped = boundary::<Inner, Outer>(inner(&rt).into(), |known| outer(&rt, known));
        assert_eq!(classify::<Outer>(&*wrapped), Class::Known);
        assert!(find::<Known<Inner>>(&*wrapped).is_some());

        let passed = boundary::<Inner, Outer>(Foreign("raw").into(), |_| unreachable!("it is not known"));
        assert!(passed.is::<Foreign>());
        // Not even what is already well-formed for the outer module is wrapped again.
        let passed = boundary::<Inner, Outer>(outer(&rt, "x").into(), |_| unreachable!("it is not the inner one's"));
        assert_eq!(classify::<Outer>(&*passed), Class::Known);
    });
}

#[test]
fn the_outermost_type_decides_and_nothing_below_it() {
    story(|rt| async move {
        assert_eq!(classify::<Outer>(&outer(&rt, inner(&rt))), Class::Known);
        assert_eq!(classify::<Outer>(&inner(&rt)), Class::Bug);
        assert_eq!(classify::<Outer>(&Fault::new(&rt, "x", "plain")), Class::Bug);
        assert_eq!(classify::<Outer>(&Foreign("raw")), Class::Bug);
        // Wrapped once more a well-formed error is a bug again; who looks below finds it all the same.
        let again = Fault::because(&rt, "x", "and so", outer(&rt, inner(&rt)));
        assert_eq!(classify::<Outer>(&again), Class::Bug);
        assert_eq!(find::<Known<Outer>>(&again).unwrap().user(), "The job cannot start.");
        assert_eq!(classify::<Outer>(&ContextError::Canceled), Class::Cancelled);
        assert_eq!(classify::<Outer>(&ContextError::DeadlineExceeded), Class::OutOfTime);
    });
}

#[test]
fn e001_the_same_error_is_alike() {
    story(|rt| async move {
        let error = outer(&rt, inner(&rt));
        assert!(is_alike(&error, &error.clone()));
    });
}

#[test]
fn e002_e003_the_same_structure_is_alike_wherever_and_whenever() {
    story(|rt| async move {
        let first = outer(&rt, inner(&rt));
        rt.sleep(secs(1)).await;
        let second = outer(&rt, inner(&rt));
        assert_ne!(first.fault().id, second.fault().id);
        assert!(is_alike(&first, &second));
        assert!(!is_alike(&first, &inner(&rt)));
        let with = |value: i64| Fault::new(&rt, "x", "same").with("n", value);
        assert!(is_alike(&with(1), &with(1)) && !is_alike(&with(1), &with(2)));
    });
}

#[test]
fn e008_e009_foreign_errors_are_compared_by_type_and_text() {
    assert!(is_alike(&Foreign("a"), &Foreign("a")));
    assert!(!is_alike(&Foreign("a"), &Foreign("b")));
    assert!(!is_alike(&Foreign("a"), &Stranger("a")));
}

#[test]
fn e011_e018_a_cause_is_found_through_wraps() {
    story(|rt| async move {
        let error = outer(&rt, inner(&rt));
        assert!(matches(&error, LOST) && !matches(&error, OTHER));
        assert_eq!(find::<Foreign>(&error).unwrap().0, "no such file");
        assert!(find::<Stranger>(&error).is_none());
        assert_eq!(root(&error).to_string(), "no such file");
        assert_eq!(error.to_string(), "cannot start: cannot open: no such file");
        let layers = chain(&error).filter(|error| error.is::<Fault>()).count();
        assert_eq!((layers, chain(&error).count()), (2, 5));
    });
}

#[test]
fn e012_e013_e014_several_causes_are_compared_one_by_one() {
    story(|rt| async move {
        let all = |failed: Vec<Box<dyn Error>>| Fault::all(&rt, "gather", "two failed", failed);
        let two = || all(vec![Foreign("a").into(), Foreign("b").into()]);
        assert!(is_alike(&two(), &two()));
        assert!(is_alike(&outer(&rt, two()), &outer(&rt, two())));
        assert!(!is_alike(&two(), &all(vec![Foreign("a").into(), Stranger("b").into()])));
        assert!(!is_alike(&two(), &all(vec![Foreign("a").into()])));
        // The same errors in each other instead of side by side.
        let nested = Fault::because(&rt, "gather", "two failed", Foreign("a"));
        assert!(!is_alike(&two(), &nested));
    });
}

#[test]
fn e015_any_of_several_causes_is_found() {
    story(|rt| async move {
        let all = Fault::all(&rt, "gather", "failed", vec![Foreign("a").into(), inner(&rt).into()]);
        assert!(matches(&all, LOST));
        assert!(find::<Known<Inner>>(&all).is_some());
        assert_eq!(walk(&all).filter(|error| error.is::<Foreign>()).count(), 2);
    });
}

#[test]
fn e019_e021_a_barrier_hides_the_cause_from_programs() {
    story(|rt| async move {
        let error = outer(&rt, Fault::barrier(&rt, "guard", "something below failed", inner(&rt)));
        assert!(!matches(&error, LOST));
        assert!(find::<Known<Inner>>(&error).is_none() && find::<Foreign>(&error).is_none());
        assert_eq!(root(&error).to_string(), "something below failed");
    });
}

#[test]
fn e022_e023_a_barrier_shows_the_cause_to_people() {
    story(|rt| async move {
        let error = Fault::barrier(&rt, "guard", "something below failed", inner(&rt));
        assert_eq!(error.to_string(), "something below failed");
        assert!(format!("{error:?}").contains("hidden: InnerErr {"), "{error:?}");
        assert!(format!("{error:#}").contains("hidden\n"), "{error:#}");
    });
}

#[test]
fn e024_e025_e026_a_secondary_error_never_replaces_the_primary() {
    story(|rt| async move {
        let primary = Fault::because(&rt, "work", "the work failed", Foreign("primary"));
        let error = primary.besides(inner(&rt)).besides(Foreign("closing failed"));
        assert_eq!(root(&error).to_string(), "primary");
        assert!(!matches(&error, LOST) && find::<Known<Inner>>(&error).is_none());
        assert_eq!(error.to_string(), "the work failed: primary");
        assert!(format!("{error:?}").contains("besides: InnerErr {"), "{error:?}");
        assert!(format!("{error:#}").contains("besides closing failed"), "{error:#}");
        assert_eq!(error.secondary.len(), 2);
    });
}

#[test]
fn e044_an_aggregate_is_in_the_order_of_tasks_whoever_came_first() {
    story(|rt| async move {
        let fail = |name: &'static str, after: u64| {
            let inner = rt.clone();
            rt.spawn(name, async move {
                inner.sleep(secs(after)).await;
                Fault::new(&inner, name, name)
            })
        };
        let (slow, quick) = (fail("slow", 5), fail("quick", 1));
        let (quick, slow) = (quick.join().await.unwrap(), slow.join().await.unwrap());
        let twice = Fault::new(&rt, "root", "root");
        let failed: Vec<Box<dyn Error>> = vec![Foreign("raw").into(), quick.into(), slow.into(), twice.into()];
        let all = Fault::all(&rt, "gather", "all failed", failed);
        assert_eq!(all.to_string(), "all failed: root; slow; quick; raw");
        // It is an occurrence of its own.
        assert!(all.id > 3);
    });
}

#[test]
fn e045_codes_keep_the_rule_of_the_guidelines() {
    let longest = "A".repeat(63);
    for fit in ["AB", "A1", "DISK_FULL", "A_B_C9", &longest] {
        assert!(Code::is_fit(fit), "{fit}");
    }
    for unfit in ["", "A", "a", "Ab", "_AB", "AB_", "1A", "A-B", "A B", "Ä1", &format!("{longest}A")] {
        assert!(!Code::is_fit(unfit), "{unfit}");
    }
    assert_eq!(LOST.name(), "FILE_LOST");
}

#[test]
fn e046_bug_and_known_case_share_their_id_with_the_log() {
    let told = story(|rt| async move {
        let reporter = Reporter::new(&rt);
        let bug = reporter.report::<Outer>(&inner(&rt));
        assert_eq!((bug.class, bug.to_string()), (Class::Bug, format!("[1] {GENERIC}")));
        let known = reporter.report::<Outer>(&outer(&rt, inner(&rt)));
        assert_eq!((known.class, known.to_string()), (Class::Known, "[2] The job cannot start.".to_owned()));
        // An error that nobody has written down gets its id here.
        let raw = reporter.report::<Outer>(&Foreign("raw"));
        assert_eq!((raw.id, raw.class), (3, Class::Bug));
    });
    let starts: Vec<String> = told.lines().iter().map(|line| line.split(" {").next().unwrap().to_owned()).collect();
    let raw = "[logID: 3]: 00:00:00 Foreign(\"raw\")".to_owned();
    assert_eq!(starts, ["[logID: 1]: 00:00:00 InnerErr".to_owned(), "[logID: 2]: 00:00:00 OuterErr".to_owned(), raw]);
}

#[test]
fn a_repetition_is_counted_and_not_logged_again() {
    let told = story(|rt| async move {
        let reporter = Reporter::new(&rt);
        let error = outer(&rt, inner(&rt));
        let times: Vec<u32> = (0..3).map(|_| reporter.report::<Outer>(&error).repeats).collect();
        assert_eq!(times, [0, 1, 2]);
        // Wrapped further it is still the same occurrence.
        let wrapped = Fault::because(&rt, "x", "and so", error);
        assert_eq!(reporter.report::<Outer>(&wrapped).repeats, 3);
    });
    assert_eq!((told.lines().len(), told.notes("repeated fault").len()), (1, 3));
}

#[test]
fn a_cancel_is_no_bug() {
    story(|rt| async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        cancel.cancel();
        let told = Reporter::new(&rt).report::<Outer>(&context.err().unwrap());
        assert_eq!((told.class, told.text.as_str()), (Class::Cancelled, "This was cancelled."));
    });
}

#[test]
fn the_outermost_word_about_another_try_counts() {
    story(|rt| async move {
        let low = Fault::new(&rt, "a", "busy").retry(Retry::After(secs(1)));
        let middle = Fault::because(&rt, "b", "no opinion", low);
        assert_eq!(middle.transient(), Some(secs(1)));
        assert_eq!(Fault::because(&rt, "c", "given up", middle).retry(Retry::Never).transient(), None);
    });
}

#[test]
fn a_record_has_a_limit_in_every_direction() {
    story(|rt| async move {
        let mut fault = Fault::new(&rt, "frames", "no");
        for _ in 0..10 * MOST_FRAMES {
            fault = fault.through("again").with("n", 1_i64);
        }
        assert_eq!((fault.frames.len(), fault.context.len(), fault.truncated), (MOST_FRAMES, MOST_FRAMES, true));
        assert!(format!("{fault:?}").ends_with(".. } truncated"));
        assert!(format!("{fault:#}").contains("truncated"));

        // Cut between characters.
        let long = Fault::new(&rt, "text", "ä".repeat(MOST_TEXT)).with("more", "x");
        assert!(long.truncated && long.what.len() <= MOST_TEXT && long.what.chars().all(|c| c == 'ä'));
        assert_eq!(long.context[0].1, Value::Text(String::new()).clone());

        // However often it is wrapped it stays small, and the root stays.
        let mut deep = Fault::because(&rt, "root", "0", Foreign("root"));
        for layer in 1..100_000 {
            deep = Fault::because(&rt, "wrap", layer.to_string(), deep);
        }
        let layers: Vec<String> =
            chain(&deep).filter_map(|error| error.downcast_ref::<Fault>()).map(|fault| fault.what.clone()).collect();
        assert_eq!((layers.len(), layers[0].as_str(), layers[MOST_CAUSES - 1].as_str()), (MOST_CAUSES, "99999", "0"));
        assert_eq!(root(&deep).to_string(), "root");
        assert!(deep.truncated);

        let wide = Fault::all(&rt, "all", "many", (0..100).map(|_| Foreign("x").into()).collect());
        assert_eq!((wide.causes.len(), wide.truncated), (MOST_CAUSES, true));
        let mut crowded = Fault::new(&rt, "besides", "many");
        for _ in 0..100 {
            crowded = crowded.besides(Foreign("x"));
        }
        assert_eq!((crowded.secondary.len(), crowded.truncated), (MOST_CAUSES, true));
    });
}

#[test]
fn a_clone_is_the_same_until_it_is_added_to() {
    story(|rt| async move {
        let fault = Fault::new(&rt, "a", "x");
        let other = fault.clone().with("n", 1_i64);
        assert_eq!((fault.context.len(), other.context.len(), other.id), (0, 1, fault.id));
    });
}

#[test]
fn it_goes_up_by_the_question_mark() {
    fn fails(rt: &Runtime) -> Result<(), Box<dyn Error>> {
        Err(inner(rt))?;
        Ok(())
    }
    story(|rt| async move {
        let error = fails(&rt).unwrap_err();
        assert!(error.is::<Known<Inner>>());
    });
}

#[test]
fn how_bad_it_is_and_where_it_ended() {
    let ended = story(|rt| async move {
        let plain = Fault::new(&rt, "read", "no such file");
        assert_eq!((plain.severity, plain.handled), (Severity::Error, None));
        let fault = plain.clone().severity(Severity::Warning).handled(&rt, "use the default");
        assert_eq!(fault.handled.map(|frame| frame.operation), Some("use the default"));
        assert!(fault.handled.unwrap().site.file().ends_with("fault.rs"));
        assert_eq!(fault.frames.len(), 1, "it went no further");
        let again = fault.clone().handled(&rt, "again");
        assert_eq!(again.handled.map(|frame| frame.operation), Some("use the default"), "the first counts");
        assert!(format!("{fault:?}").contains("severity: warning, handled: \"use the default\""), "{fault:?}");
        assert!(format!("{fault:#}").contains("handled at use the default"));
        let wire = Wire::of(&fault);
        let back = Wire::from_json(&wire.to_json()).unwrap();
        assert_eq!((back.severity.as_deref(), back.handled.as_deref()), (Some("warning"), Some("use the default")));
        let text = Wire::of(&plain).to_json();
        assert!(!text.contains("severity") && !text.contains("handled"), "{text}");
        let mut all = [Severity::Critical, Severity::Note, Severity::Error, Severity::Warning];
        all.sort_unstable();
        assert_eq!(all.map(Severity::name), ["note", "warning", "error", "critical"]);
    });
    assert_eq!(ended.notes("handled fault").len(), 1, "the trace shows it once");
}
