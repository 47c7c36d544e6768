//! What an event's time comes from: measured on runs whose answer is known from the story.
#![cfg(not(target_arch = "wasm32"))]

use heartrace::levers::{LAST_EVENT, Lever, Movement, Search};
use heartrace::link::Link;
use heartrace::runner::Execution;
use heartrace::trace::{Event, EventId, Kind, Trace};
use std::time::Duration;

/// The levers of the first event that fits, nearest first.
fn levers_of(link: &str, fits: impl Fn(&Event, &Trace) -> bool) -> Vec<Movement> {
    let parsed = Link::parse(link).unwrap_or_else(|error| panic!("{link}: {error}"));
    let mut run = Execution::new(&parsed, true);
    run.finish().unwrap_or_else(|misfit| panic!("{link}: {misfit:?}"));
    run.with_trace(|trace| {
        let event = trace.events().find(|event| fits(event, trace)).unwrap_or_else(|| panic!("{link}: no such event"));
        measure(&parsed, trace, event.id)
    })
}

fn measure(link: &Link, trace: &Trace, event: EventId) -> Vec<Movement> {
    let Some(search) = Search::new(link, trace, event) else { return Vec::new() };
    let mut found: Vec<Movement> = (0..search.len()).filter_map(|index| search.measure(trace, index)).collect();
    found.sort_by_key(|movement| movement.reach);
    found
}

fn told(found: &[Movement]) -> Vec<(Lever, f64)> {
    found.iter().map(|movement| (movement.lever, movement.ratio)).collect()
}

fn is_on(task: &str, kind: Kind) -> impl Fn(&Event, &Trace) -> bool + '_ {
    move |event, trace| event.kind == kind && trace.task_name(event.task) == task
}

#[test]
fn a_timeout_moves_with_the_parameter_that_sets_it_and_with_nothing_else() {
    let found = levers_of("#/duplicated-message", is_on("generator", Kind::Wake));
    assert_eq!(told(&found), [(Lever::Parameter("timeout"), 1.0)]);
    assert_eq!(found[0].value, Duration::from_secs(2));
}

#[test]
fn the_end_of_a_bar_is_nearer_to_its_work_than_to_the_way_there() {
    let found = levers_of("#/duplicated-message", is_on("stage-a", Kind::Worked));
    assert_eq!(told(&found), [(Lever::Parameter("work"), 1.0), (Lever::Parameter("hop"), 1.0)]);
    assert!(found[0].reach < found[1].reach);
}

#[test]
fn two_hops_move_an_event_twice_as_far() {
    let second = |event: &Event, trace: &Trace| {
        event.kind == Kind::Note && trace.label(event.a).starts_with("accept") && event.numbers()[1] == 2
    };
    let found = told(&levers_of("#/duplicated-message", second));
    assert!(found.contains(&(Lever::Parameter("hop"), 2.0)), "{found:?}");
    assert!(found.contains(&(Lever::Parameter("replacement-work"), 1.0)), "{found:?}");
    assert!(found.contains(&(Lever::Parameter("timeout"), 1.0)), "{found:?}");
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn a_fault_moves_with_its_own_time_and_a_resumed_task_with_the_hang_too() {
    let crash = levers_of("#/duplicated-message?fault=stage-a:crash@1s", is_on("stage-a", Kind::Fault));
    assert_eq!(told(&crash), [(Lever::Fault(0), 1.0)]);
    assert_eq!((crash[0].value, crash[0].reach), (Duration::from_secs(1), 1));

    let link = "#/duplicated-message?fault=stage-a:hang@1s%2B300ms";
    let worked = told(&levers_of(link, is_on("stage-a", Kind::Worked)));
    // While the task hangs its work waits: when it began to hang makes no difference.
    assert!(worked.contains(&(Lever::Length(0), 1.0)), "{worked:?}");
    assert!(!worked.iter().any(|(lever, _)| *lever == Lever::Fault(0)), "{worked:?}");
}

#[test]
fn a_lever_at_the_end_of_its_range_is_pulled_the_other_way() {
    let found = levers_of("#/duplicated-message?fault=generator:crash@0s", is_on("generator", Kind::Fault));
    assert_eq!(told(&found), [(Lever::Fault(0), 1.0)]);
    let parsed = Link::parse("#/duplicated-message").expect("the scenario's own link");
    let (hop, _) = parsed.params.iter().find(|(parameter, _)| parameter.name == "hop").expect("it is declared");
    let (_, most) = hop.range().expect("a duration has a range");
    let link = format!("#/duplicated-message?hop={most}");
    let found = told(&levers_of(&link, is_on("stage-a", Kind::Arrive)));
    assert!(found.contains(&(Lever::Parameter("hop"), 1.0)), "{link}: {found:?}");
}

#[test]
fn recorded_choices_and_events_far_into_a_run_have_no_levers() {
    let link = Link::parse("#/duplicated-message").expect("the scenario's own link");
    let mut run = Execution::new(&link, true);
    run.finish().expect("nothing is recorded");
    run.with_trace(|trace| {
        let mut recorded = link.clone();
        recorded.setting.schedule = Some(Vec::new());
        assert!(Search::new(&recorded, trace, 1).is_none());
        assert!(Search::new(&link, trace, LAST_EVENT + 1).is_none());
        assert!(Search::new(&link, trace, trace.len() as EventId).is_none());
    });
}

/// The measure is honest: pulled as far as it says, the event is where it says, in every scenario that has a lever.
#[test]
fn an_event_goes_where_its_lever_says_in_every_scenario() {
    let mut pulled = 0;
    for scenario in heartrace::scenarios::all() {
        let link = Link::new(scenario);
        let mut run = Execution::new(&link, true);
        run.finish().expect("nothing is recorded");
        run.with_trace(|trace| {
            for event in [trace.len() / 3, 2 * trace.len() / 3].map(|id| id.min(3_000) as EventId) {
                for movement in measure(&link, trace, event) {
                    let Lever::Parameter(name) = movement.lever else { continue };
                    let mut other = link.clone();
                    let value = movement.value + Duration::from_micros(2);
                    let text = heartrace::scenarios::parameter::write_duration(value);
                    if other.params.set(name, &text).is_err() {
                        continue;
                    }
                    let mut again = Execution::new(&other, true);
                    again.finish().expect("nothing is recorded");
                    let was = trace.event(event);
                    let is = |trace: &Trace| ((event as usize) < trace.len()).then(|| trace.event(event));
                    let Some(is) = again.with_trace(is) else { continue };
                    // Where the pull made two events change places the number is another one's.
                    if (was.kind, was.task, was.a) != (is.kind, is.task, is.a) {
                        continue;
                    }
                    let moved = is.time.as_nanos() as f64 - was.time.as_nanos() as f64;
                    let off = (moved - 2_000.0 * movement.ratio).abs();
                    // Every draw on the way is rounded to the nanosecond.
                    let room = 2.0 + 4.0 * movement.ratio.abs();
                    assert!(
                        off <= room,
                        "#/{}: event {event} and {name}: {moved} ns at {}",
                        scenario.id,
                        movement.ratio
                    );
                    pulled += 1;
                }
            }
        });
    }
    assert!(pulled >= 30, "only {pulled} levers were found");
}
