//! Properties of whole runs, whatever the parameters, the seed and the faults: a link is one run, and the choices
//! of any run, recorded, are that run again.
#![cfg(not(target_arch = "wasm32"))]

use heartrace::link::Link;
use heartrace::patterns::duplicates::Policy;
use heartrace::runner::{Execution, Finished};
use heartrace::runtime::chooser::{Choose, Point, Seeded};
use heartrace::runtime::setting::{Deviation, Order};
use proptest::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// Chooses as a seed does and writes down where that differs from the canonical choice.
struct Recorder {
    seeded: Seeded,
    gap: u32,
    record: Rc<RefCell<Vec<Deviation>>>,
}

impl Choose for Recorder {
    fn choose(&mut self, point: Point<'_>) -> u32 {
        let (pick, arity) = (self.seeded.choose(point), point.arity());
        if pick == 0 {
            self.gap += 1;
        } else {
            self.record.borrow_mut().push(Deviation { gap: self.gap, pick, arity });
            self.gap = 0;
        }
        pick
    }
}

fn run(link: &Link) -> Finished {
    Execution::new(link, true).finish().unwrap_or_else(|misfit| panic!("{link}: {misfit:?}"))
}

/// Any run of the duplicated message that is short: every policy, both models, a fault or none.
fn links() -> impl Strategy<Value = Link> {
    let policy = proptest::sample::select(Policy::ALL.map(|(name, _)| name).to_vec());
    let model = proptest::sample::select(vec!["timed", "any-speed"]);
    let fault = proptest::sample::select(vec![
        "",
        "&fault=stage-a:crash@1.65s",
        "&fault=stage-a:hang@1s%2B2s",
        "&fault=stage-a:slow@500ms*3",
        "&fault=inbox:drop@1",
        "&fault=inbox:duplicate@1",
        "&fault=orders-a:delay@2%2B2s",
        "&fault=reports:drop@1",
    ]);
    (policy, model, fault, 0..5_000_u32, 0..3_000_u32, 0..300_u32, 1..4_u32, any::<bool>(), 0..1_000_000_u64).prop_map(
        |(policy, model, fault, timeout, work, hop, requests, preemptible, seed)| {
            let text = format!(
                "#/duplicated-message?policy={policy}&timeout={timeout}ms&work={work}ms&hop={hop}ms\
                 &preemptible={preemptible}&requests={requests}&model={model}&order=seeded&seed={seed}{fault}"
            );
            Link::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_link_is_one_run(link in links()) {
        let (one, two) = (run(&link), run(&link));
        prop_assert_eq!((one.fingerprint, &one.end), (two.fingerprint, &two.end), "{}", link);
        // Through its text as well.
        let text = link.to_string();
        prop_assert_eq!(run(&Link::parse(&text).unwrap()).fingerprint, one.fingerprint, "{}", text);
    }

    #[test]
    fn recorded_choices_are_the_run_they_were_recorded_from(link in links()) {
        let record = Rc::new(RefCell::new(Vec::new()));
        let recorder = Recorder { seeded: Seeded::new(link.setting.seed), gap: 0, record: record.clone() };
        let seeded = Execution::with_chooser(&link, true, Box::new(recorder)).finish().unwrap();
        prop_assert_eq!(run(&link).fingerprint, seeded.fingerprint, "{}", link);
        let mut recorded = link.clone();
        recorded.setting.order = Order::Canonical;
        let record = record.take();
        recorded.setting.schedule = (!record.is_empty()).then_some(record);
        let text = recorded.to_string();
        let again = run(&Link::parse(&text).unwrap());
        prop_assert_eq!((again.fingerprint, again.outcome), (seeded.fingerprint, seeded.outcome), "{}", text);
    }

    #[test]
    fn recording_changes_nothing(link in links()) {
        let silent = Execution::new(&link, false).finish().unwrap();
        let loud = run(&link);
        prop_assert_eq!((silent.outcome, silent.events, silent.duration), (loud.outcome, loud.events, loud.duration));
        prop_assert_eq!(&silent.claims, &loud.claims, "{}", link);
    }
}
