//! Shrinking keeps the outcome, never makes an execution longer, and has nothing left to do on what it has shrunk; the
//! link of what was found leads there.

use crate::{explored, parse};
use heartrace::explore::hunt::{Draw, Hunter};
use heartrace::explore::mind::{Mind, Told};
use heartrace::explore::options::{Options, Strategy};
use heartrace::explore::outcomes::Kind;
use heartrace::explore::search::shrink;
use heartrace::explore::shrink::picks_of;
use heartrace::explore::world::{World, deviations_of};
use heartrace::runner::Execution;
use std::rc::Rc;

const LINKS: [&str; 4] = [
    "#/duplicated-message?model=any-speed",
    "#/duplicated-message?policy=handshake&model=any-speed&may=crash:stage-a*1",
    "#/duplicated-message?policy=permission-lease&model=any-speed&may=crash:stage-a*1",
    "#/duplicated-message?policy=announce&model=any-speed&may=drop:any*1",
];

#[test]
fn what_was_shrunk_is_of_the_same_kind_not_longer_and_does_not_shrink_again() {
    for text in LINKS {
        let link = parse(text);
        let mut world = World::new(&link);
        for number in 0..40 {
            world.think(Mind::Hunts(Box::new(Hunter::new(Draw::Walk, 7, number, Rc::default()))));
            let came = world.execute().expect("a walk gives nothing up");
            let found = deviations_of(&world.walk().choices);
            let kind = Kind::Outcome(came.outcome);

            let best = shrink(&mut world, kind, &found);
            assert!(best.len() <= found.len(), "{text}, walk {number}");
            world.think(Mind::Told(Told::new(best.clone())));
            assert!(world.execute().is_some_and(|came| kind.fits(&came)), "{text}, walk {number}: {best:?}");
            let shrunk = deviations_of(&world.walk().choices);
            assert_eq!(picks_of(&shrunk), best, "{text}, walk {number}");
            assert_eq!(shrink(&mut world, kind, &shrunk), best, "{text}, walk {number}");
        }
    }
}

#[test]
fn the_links_of_what_was_found_lead_there() {
    for text in LINKS {
        let report = explored(text, &Options { executions: 20_000, ..Options::default() });
        for (outcome, found) in &report.outcomes {
            let link = parse(&found.link);
            let finished = Execution::new(&link, true).finish().expect("the choices fit");
            assert_eq!(finished.outcome, Some(outcome.as_str()), "{}", found.link);
            let deviations = link.setting.schedule.map_or(0, |schedule| schedule.len());
            assert_eq!(deviations, found.deviations as usize, "{}", found.link);
        }
    }
}

/// With so small a budget nothing is proven to be minimal but what has no deviation or one of the first.
#[test]
fn what_is_not_proven_minimal_was_shrunk_and_says_so() {
    let options = Options { strategy: Strategy::Random, executions: 2, ..Options::default() };
    let report = explored("#/duplicated-message?policy=handshake&model=any-speed&may=crash:stage-a*1", &options);
    let unproven: Vec<_> = report.outcomes.values().filter(|found| !found.minimal).collect();
    assert!(
        !unproven.is_empty() && unproven.iter().all(|found| (1..=3).contains(&found.deviations)),
        "{:?}",
        report.outcomes
    );
}
