//! Choices: their numbering, seeds, recorded schedules and where one does not fit.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{Ran, Told, ms, run_in, run_with, seeded};
use heartrace::runtime::Runtime;
use heartrace::runtime::chooser::Misfit;
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Deviation, Model, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::trace::Trace;
use std::collections::BTreeSet;

/// Three tasks; two of them sleep equally long.
async fn three(rt: Runtime) {
    let mut tasks = Vec::new();
    for (name, wait) in [("a", 10), ("b", 10), ("c", 20)] {
        let r = rt.clone();
        tasks.push(rt.spawn(name, async move {
            r.sleep(ms(wait)).await;
            r.log("awake");
        }));
    }
    for task in tasks {
        task.join().await.unwrap();
    }
}

fn chosen(model: Model, picks: &[u32]) -> (Ran, Vec<u32>) {
    let told = Told::new(picks);
    let arities = told.arities.clone();
    let ran = run_with(Setting { model, ..Setting::default() }, Some(Box::new(told)), three);
    (ran, arities.take())
}

#[test]
fn the_candidate_0_everywhere_is_the_canonical_run() {
    for model in [Model::Timed, Model::AnySpeed] {
        let (ran, _) = chosen(model, &[]);
        let canonical = run_in(Setting { model, ..Setting::default() }, three);
        assert_eq!((ran.end, ran.fingerprint), (canonical.end, canonical.fingerprint));
    }
}

#[test]
fn only_points_with_several_candidates_are_choices() {
    // After the spawns c is next, then a and b: 3, 2, (1); all sleep. At 10: two timers; then a task and a timer
    // or a timer alone.
    let (ran, arities) = chosen(Model::Timed, &[]);
    assert_eq!(ran.lines, ["10 a: awake", "10 b: awake", "20 c: awake"]);
    assert_eq!(arities[..3], [3, 2, 2]);
    assert!(arities.iter().all(|arity| *arity >= 2));
}

#[test]
fn the_others_follow_by_task_id_and_timers_by_deadline() {
    // c is candidate 0, then a (1), b (2).
    let (ran, _) = chosen(Model::Timed, &[2]);
    assert_eq!(ran.lines[0], "10 b: awake");
    // At any speed: once all sleep, the candidates are the timers by deadline: c's is the last.
    let (ran, arities) = chosen(Model::AnySpeed, &[]);
    assert_eq!(ran.lines[0], "10 a: awake");
    assert!(arities.contains(&3));
}

#[test]
fn a_seed_is_one_run_and_seeds_differ() {
    for model in [Model::Timed, Model::AnySpeed] {
        let fingerprints: BTreeSet<u64> = (0..50)
            .map(|seed| {
                let (one, two) = (run_in(seeded(seed, model), three), run_in(seeded(seed, model), three));
                assert_eq!(one.fingerprint, two.fingerprint, "seed {seed}, {model:?}");
                one.fingerprint
            })
            .collect();
        assert!(fingerprints.len() > 1, "{model:?}");
    }
}

fn recorded(schedule: &[Deviation]) -> Ran {
    run_in(Setting { schedule: Some(schedule.to_vec()), ..Setting::default() }, three)
}

#[test]
fn recorded_deviations_are_taken() {
    let ran = recorded(&[Deviation { gap: 0, pick: 2, arity: 3 }]);
    assert_eq!((ran.end, ran.lines[0].as_str()), (End::Finished, "10 b: awake"));
    let (told, _) = chosen(Model::Timed, &[2]);
    assert_eq!(ran.fingerprint, told.fingerprint);
}

/// A run of recorded choices says at which events it departs from the canonical one: up to the first nothing differs.
#[test]
fn each_recorded_deviation_is_told_with_the_event_after_it() {
    let run = |schedule: &[Deviation]| {
        let schedule = (!schedule.is_empty()).then(|| schedule.to_vec());
        let mut run = Run::new(Setting { schedule, ..Setting::default() }, true);
        run.start(three(run.runtime().clone()));
        assert_eq!(run.finish(), End::Finished);
        let rt = run.runtime();
        let told = |trace: &Trace| -> Vec<_> {
            trace.events().map(|event| (event.time, trace.task_name(event.task).to_owned(), event.kind)).collect()
        };
        (rt.deviations(), rt.with_trace(told))
    };
    let (none, canonical) = run(&[]);
    assert!(none.is_empty(), "{none:?}");
    let (at, events) = run(&[Deviation { gap: 0, pick: 2, arity: 3 }]);
    let first = (0..).find(|i| canonical[*i] != events[*i]).expect("the runs differ");
    assert_eq!(at, [first as u32]);
    assert_eq!(events[first].1, "b");
    // The second one waits for one usual choice, and comes later.
    let two = [Deviation { gap: 0, pick: 2, arity: 3 }, Deviation { gap: 1, pick: 1, arity: 2 }];
    let (both, again) = run(&two);
    assert_eq!((both[0], both.len()), (at[0], 2));
    assert!(both[0] < both[1] && (both[1] as usize) < again.len(), "{both:?}");
    assert_eq!(events[..both[1] as usize], again[..both[1] as usize]);
    assert_ne!(events[both[1] as usize], again[both[1] as usize]);
}

#[test]
fn a_record_that_does_not_fit_is_refused_with_its_position() {
    let first = Deviation { gap: 0, pick: 2, arity: 3 };
    let cases = [
        (vec![Deviation { gap: 0, pick: 1, arity: 2 }], Misfit { deviation: 0, choice: 0, recorded: 2, met: Some(3) }),
        (
            vec![first, Deviation { gap: 0, pick: 1, arity: 9 }],
            Misfit { deviation: 1, choice: 1, recorded: 9, met: Some(2) },
        ),
        (vec![Deviation { gap: 0, pick: 3, arity: 3 }], Misfit { deviation: 0, choice: 0, recorded: 3, met: Some(3) }),
    ];
    for (schedule, misfit) in cases {
        assert_eq!(recorded(&schedule).end, End::Misfit(misfit), "{schedule:?}");
    }
}

#[test]
fn a_record_longer_than_the_run_is_refused() {
    let ran = recorded(&[Deviation { gap: 1000, pick: 1, arity: 2 }]);
    let End::Misfit(misfit) = ran.end else { panic!("{:?}", ran.end) };
    assert_eq!((misfit.deviation, misfit.recorded, misfit.met), (0, 2, None));
}
