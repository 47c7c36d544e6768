//! `saturation`: the death spiral, row by row.

use heartrace::link::Link;
use heartrace::runner::Execution;
use heartrace::trace::{Kind, Trace};
use std::collections::BTreeMap;

/// The surge of the table: 200/s between 10 and 20 s.
const SURGE: &str = "surge-start=10s&surge-end=20s";
/// The same, watched for 300 s.
const LONG: &str = "surge-start=10s&surge-end=20s&duration=300s";

/// What came of a run: useful answers, second by second, and the worst time a client waited for one.
struct Run {
    link: String,
    goodput: Vec<u32>,
    worst_ms: u32,
    events: u32,
    claims: BTreeMap<&'static str, Option<bool>>,
}

fn run(query: &str) -> Run {
    let link = format!("#/saturation?{query}");
    let link = link.trim_end_matches('?').to_owned();
    let parsed = Link::parse(&link).unwrap_or_else(|error| panic!("{link}: {error}"));
    let mut execution = Execution::new(&parsed, true);
    let finished = execution.finish().unwrap_or_else(|misfit| panic!("{link}: {misfit:?}"));
    assert_eq!(finished.end.name(), "finished", "{link}");
    let (goodput, worst_ms) = execution.with_trace(|trace| (curve(trace, "gauge goodput"), worst(trace)));
    let claims = finished.claims.iter().map(|claim| (claim.0, claim.2.holds)).collect();
    Run { link, goodput, worst_ms, events: finished.events, claims }
}

fn curve(trace: &Trace, name: &str) -> Vec<u32> {
    let notes = trace.events().filter(|event| event.kind == Kind::Note && trace.label(event.a).starts_with(name));
    notes.map(|event| event.numbers()[0]).collect()
}

fn worst(trace: &Trace) -> u32 {
    let useful = trace.events().filter(|event| event.kind == Kind::Note && trace.label(event.a).starts_with("useful"));
    useful.map(|event| event.numbers()[1]).max().unwrap_or(0)
}

impl Run {
    /// Useful answers a second in `from..to`.
    fn rate(&self, from: usize, to: usize) -> f64 {
        f64::from(self.goodput[from..to].iter().sum::<u32>()) / (to - from) as f64
    }

    /// The first second from 20 on after which every second has at least 79.
    fn back_at(&self) -> Option<usize> {
        let back = self.goodput.iter().rposition(|goodput| *goodput < 79).map_or(0, |last| last + 1).max(20);
        (back < self.goodput.len()).then_some(back)
    }
}

/// A row of the table: useful answers a second while the surge lasts and in the ten seconds after it, and the second
/// from which on the service is back.
fn row(query: &str, surge: f64, after: f64, back_at: Option<usize>) -> Run {
    let run = run(format!("{LONG}&{query}").trim_end_matches('&'));
    let link = &run.link;
    assert!((run.rate(10, 20) - surge).abs() <= 1.0, "{link}: {} during the surge", run.rate(10, 20));
    assert!((run.rate(20, 30) - after).abs() <= 1.0, "{link}: {} after the surge", run.rate(20, 30));
    match (run.back_at(), back_at) {
        (Some(found), Some(expected)) => assert!(found.abs_diff(expected) <= 2, "{link}: back at {found} s"),
        (found, expected) => assert_eq!(found, expected, "{link}"),
    }
    assert!(run.events < 1_000_000, "{link}: {} events", run.events);
    run
}

#[test]
fn spiral_without_retries_comes_back_at_66_s() {
    let run = row("retries=0", 20.0, 0.0, Some(66));
    assert_eq!(run.claims["no-dead-work"], Some(false), "{}", run.link);
}

#[test]
fn spiral_with_three_retries_never_comes_back() {
    let run = row("", 20.0, 0.0, None);
    assert_eq!(run.claims["goodput-back"], Some(false), "{}", run.link);
}

#[test]
fn spiral_with_expired_work_dropped_is_back_at_21_s() {
    let run = row("retries=0&shed=expired", 20.0, 80.0, Some(21));
    assert_eq!(run.claims["no-dead-work"], Some(true), "{}", run.link);
}

#[test]
fn spiral_with_a_retry_budget_comes_back_at_118_s() {
    let run = row("budget=0.1", 20.0, 0.0, Some(118));
    assert_eq!(run.claims["retries-within-budget"], Some(true), "{}", run.link);
}

#[test]
fn spiral_with_a_queue_limit_never_begins() {
    let run = row("queue-limit=50", 99.9, 85.0, Some(20));
    assert!((500..=515).contains(&run.worst_ms), "{}: {} ms", run.link, run.worst_ms);
    assert_eq!(run.claims["goodput-back"], Some(true), "{}", run.link);
}

#[test]
fn the_default_run_is_small_and_shows_it() {
    let run = run("");
    assert!(run.events <= 20_000, "{} events", run.events);
    assert_eq!(run.goodput[..2], [80, 99]);
    assert_eq!(run.goodput[4..], [0; 3], "nothing useful long after the surge");
    assert!(run.claims.values().all(|holds| *holds == Some(false)), "{:?}", run.claims);
}

#[test]
fn a_server_that_hangs_for_a_moment_starts_the_spiral_as_well() {
    let run = run("surge=80/s&fault=server:hang@1s%2B2s");
    assert_eq!(run.goodput[4..], [0; 3], "{}", run.link);
}

/// A gap that had begun at a slow rate was waited out, however much the rate had risen meanwhile.
#[test]
fn a_change_of_the_rate_is_heard_when_it_happens() {
    let surge = run("rate=1/m&surge=50/s");
    assert!(surge.goodput[1..3].iter().all(|answers| (48..=50).contains(answers)), "{:?}", surge.goodput);
    let lull = run("surge=1/m");
    assert!(lull.goodput[3..].iter().all(|answers| (78..=80).contains(answers)), "{:?}", lull.goodput);
}

/// What arithmetic says: one heap of what happens when, no tasks, no runtime. The scenario has to agree with it to the
/// last answer, in the knife-edge cases too.
mod arithmetic {
    use std::collections::{BTreeSet, VecDeque};

    pub const MS: u64 = 1_000_000;

    #[derive(Clone, Copy, Debug)]
    pub struct Case {
        pub seconds: u64,
        pub surge_ms: (u64, u64),
        pub timeout_ms: u64,
        pub retries: u32,
        /// In thousandths; 0 for none.
        pub budget: u64,
        pub shed: &'static str,
        pub lifo: bool,
        pub limit: usize,
        pub told: bool,
    }

    /// What is due, in the order of the ties.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum Due {
        Completion,
        Timeout { set: u64, request: usize, attempt: u32 },
        Arrival,
        Dequeue,
    }

    #[derive(Clone, Copy)]
    struct Waiting {
        request: usize,
        attempt: u32,
        offered: u64,
        /// CoDel's allowance.
        until: u64,
    }

    pub struct Model {
        case: Case,
        due: BTreeSet<(u64, Due)>,
        queue: VecDeque<Waiting>,
        /// The attempt that counts, of each request; none once it is over.
        open: Vec<Option<u32>>,
        serving: Option<Waiting>,
        tokens: u64,
        set: u64,
        last_empty: u64,
        pub goodput: Vec<u32>,
    }

    const SERVICE: u64 = 10 * MS;

    impl Model {
        pub fn run(case: Case) -> Vec<u32> {
            let mut model = Model {
                case,
                due: BTreeSet::from([(0, Due::Arrival)]),
                queue: VecDeque::new(),
                open: Vec::new(),
                serving: None,
                tokens: 10_000,
                set: 0,
                last_empty: 0,
                goodput: vec![0; case.seconds as usize],
            };
            while let Some((now, due)) = model.due.pop_first() {
                if now >= case.seconds * 1000 * MS {
                    break;
                }
                match due {
                    Due::Completion => model.complete(now),
                    Due::Timeout { request, attempt, .. } => model.time_out(now, request, attempt),
                    Due::Arrival => model.arrive(now),
                    Due::Dequeue => model.dequeue(now),
                }
            }
            model.goodput
        }

        fn arrive(&mut self, now: u64) {
            let surge = self.case.surge_ms.0 * MS..self.case.surge_ms.1 * MS;
            let gap = if surge.contains(&now) { 5 * MS } else { 12_500_000 };
            self.due.insert((now + gap, Due::Arrival));
            self.tokens = (self.tokens + self.case.budget).min(100_000);
            self.open.push(None);
            self.offer(now, self.open.len() - 1, 1);
        }

        fn offer(&mut self, now: u64, request: usize, attempt: u32) {
            if self.queue.is_empty() {
                self.last_empty = now;
            }
            self.open[request] = Some(attempt);
            if self.queue.len() >= self.case.limit {
                return self.again(now, request, attempt);
            }
            let allowed = if now - self.last_empty >= 100 * MS { 5 * MS } else { 100 * MS };
            self.queue.push_back(Waiting { request, attempt, offered: now, until: now + allowed });
            self.set += 1;
            self.due.insert((now + self.case.timeout_ms * MS, Due::Timeout { set: self.set, request, attempt }));
            self.due.insert((now, Due::Dequeue));
        }

        fn again(&mut self, now: u64, request: usize, attempt: u32) {
            self.open[request] = None;
            let is_paid = self.case.budget == 0 || self.tokens >= 1000;
            if attempt > self.case.retries || !is_paid {
                return;
            }
            if self.case.budget > 0 {
                self.tokens -= 1000;
            }
            self.offer(now, request, attempt + 1);
        }

        fn time_out(&mut self, now: u64, request: usize, attempt: u32) {
            if self.open[request] != Some(attempt) {
                return;
            }
            if self.case.told {
                self.queue.retain(|waiting| (waiting.request, waiting.attempt) != (request, attempt));
            }
            self.again(now, request, attempt);
        }

        fn complete(&mut self, now: u64) {
            if let Some(served) = self.serving.take()
                && self.open[served.request] == Some(served.attempt)
            {
                self.open[served.request] = None;
                self.goodput[(now / (1000 * MS)) as usize] += 1;
            }
            self.due.insert((now, Due::Dequeue));
        }

        /// From when on a waiting entry is dropped.
        fn until(&self, waiting: &Waiting) -> u64 {
            let timeout = self.case.timeout_ms * MS;
            match self.case.shed {
                "expired" => waiting.offered + timeout,
                "remaining" => waiting.offered + timeout - SERVICE + 1,
                "codel" => waiting.until,
                _ => u64::MAX,
            }
        }

        fn dequeue(&mut self, now: u64) {
            let mut refused = VecDeque::new();
            while self.serving.is_none() && !self.queue.is_empty() {
                let first = self.queue.iter().map(|waiting| self.until(waiting)).min().unwrap_or(u64::MAX);
                let overdue = self.queue.iter().position(|waiting| self.until(waiting) == first && first <= now);
                match overdue {
                    Some(place) => refused.extend(self.queue.remove(place)),
                    None => {
                        self.serving = if self.case.lifo { self.queue.pop_back() } else { self.queue.pop_front() };
                        self.due.insert((now + SERVICE, Due::Completion));
                    }
                }
            }
            if self.queue.is_empty() {
                self.last_empty = now;
            }
            if self.case.shed == "codel" {
                // Told at once. Who was told last runs first (rule S4), then the others in order.
                if !refused.is_empty() {
                    refused.rotate_right(1);
                }
                for told in refused {
                    if self.open[told.request] == Some(told.attempt) {
                        self.again(now, told.request, told.attempt);
                    }
                }
            }
        }
    }
}

/// So many more, drawn; 600 found nothing that 40 do not.
const RANDOM_CASES: u32 = 40;

#[test]
fn the_tasks_do_what_arithmetic_says() {
    use arithmetic::{Case, Model};
    let base = Case {
        seconds: 10,
        surge_ms: (1000, 2500),
        timeout_ms: 1000,
        retries: 3,
        budget: 0,
        shed: "none",
        lifo: false,
        limit: 1_000_000,
        told: false,
    };
    // A longer story with fewer variants as well: what is late for one attempt may reach the next.
    let long = Case { seconds: 20, surge_ms: (2000, 4000), ..base };
    let mut cases = vec![
        base,
        long,
        Case { told: true, ..long },
        Case { shed: "codel", lifo: true, ..long },
        Case { budget: 100, ..base },
        Case { limit: 50, ..base },
        Case { limit: 98, ..base },
    ];
    for shed in ["none", "expired", "remaining", "codel"] {
        for (lifo, told) in [(false, false), (false, true), (true, false), (true, true)] {
            for (retries, timeout_ms) in [(0, 1000), (1, 250), (3, 1000), (2, 105)] {
                cases.push(Case { shed, lifo, told, retries, timeout_ms, ..base });
            }
        }
    }
    let mut dice = 1_u64;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    for _ in 0..RANDOM_CASES {
        cases.push(Case {
            seconds: 5,
            surge_ms: (500, 500 + 250 * roll(10)),
            timeout_ms: [55, 100, 105, 250, 400, 500, 1000, 1005][roll(8) as usize],
            retries: roll(5) as u32,
            budget: [0, 0, 50, 500][roll(4) as usize],
            shed: ["none", "expired", "remaining", "codel"][roll(4) as usize],
            lifo: roll(2) == 1,
            limit: [1, 2, 10, 50, 99, 1_000_000][roll(6) as usize],
            told: roll(2) == 1,
        });
    }
    for case in cases {
        let order = if case.lifo { "lifo" } else { "fifo" };
        let limit = if case.limit > 100_000 { 0 } else { case.limit };
        let run = run(&format!(
            "surge-start={}ms&surge-end={}ms&duration={}s&timeout={}ms&retries={}&budget={}&shed={}&queue-order={order}\
             &queue-limit={limit}&told={}",
            case.surge_ms.0,
            case.surge_ms.1,
            case.seconds,
            case.timeout_ms,
            case.retries,
            case.budget as f64 / 1000.0,
            case.shed,
            case.told,
        ));
        assert_eq!(run.goodput, Model::run(case), "{}", run.link);
    }
}

#[test]
fn urgent_requests_get_through_where_others_give_way() {
    let urgent = |on_full: &str| {
        let link = format!("#/saturation?queue-limit=50&urgent=0.2&on-full={on_full}");
        let mut execution = Execution::new(&Link::parse(&link).unwrap(), true);
        execution.finish().unwrap();
        execution.with_trace(|trace| curve(trace, "gauge urgent"))
    };
    // A fifth of 80/s, and of 200/s while the surge lasts; its last ones wait into the fourth second.
    let served = urgent("less-urgent");
    assert_eq!(served[0], 16);
    assert!(served[1..3].iter().all(|count| (38..=41).contains(count)), "{served:?}");
    // Without giving way they are refused like everybody else, by a queue that is full.
    assert!(urgent("newcomer")[1..3].iter().sum::<u32>() < 70);
}

#[test]
fn a_limit_that_finds_its_own_number_keeps_the_spiral_away() {
    for (adaptive, worst_ms) in [("aimd", 1100), ("vegas", 500)] {
        for seed in 0..3 {
            let run = run(&format!("{SURGE}&duration=30s&adaptive={adaptive}&jitter=1&seed={seed}"));
            assert_eq!(run.claims["goodput-back"], Some(true), "{}", run.link);
            assert!(run.rate(11, 20) > 98.0, "{}: {} during the surge", run.link, run.rate(11, 20));
            assert!(run.worst_ms <= worst_ms, "{}: {} ms", run.link, run.worst_ms);
        }
    }
}

#[test]
fn who_gives_way_is_told_at_once() {
    for on_full in ["oldest", "less-urgent"] {
        let run = run(&format!("queue-limit=50&urgent=0.2&on-full={on_full}&retries=0"));
        assert!(run.worst_ms <= 1000, "{}", run.link);
        assert_eq!(run.claims["no-dead-work"], Some(true), "{}", run.link);
    }
}

#[test]
fn what_is_claimed_holds_over_jittered_arrivals() {
    for query in ["queue-limit=50", "shed=expired", "told=true", "shed=remaining&queue-order=lifo", "budget=0.1"] {
        for seed in 0..5 {
            let link = format!("#/saturation?{query}&jitter=1&order=seeded&seed={seed}");
            let parsed = Link::parse(&link).unwrap_or_else(|error| panic!("{link}: {error}"));
            let finished = Execution::new(&parsed, false).finish().unwrap();
            let scenario = heartrace::scenarios::find("saturation").unwrap();
            for (claim, found) in scenario.claims.iter().zip(&finished.claims) {
                if (claim.expect)(&parsed.params) == heartrace::analysis::claim::Expect::Always {
                    assert_eq!(found.2.holds, Some(true), "{link}: {}", claim.id);
                }
            }
        }
    }
}

/// What holds on the knife's edge, whatever the arrivals: the goodput of the last five seconds of twenty, three retries.
#[test]
fn a_spiral_does_not_need_equal_gaps() {
    for seed in 0..3 {
        let at_the_end = |remedy: &str| {
            let surge = "surge-start=2s&surge-end=4s&duration=20s";
            let run = run(&format!("{surge}&{remedy}&jitter=1&seed={seed}"));
            (run.rate(15, 20), run.link)
        };
        // Neither dropping what has expired nor being told is enough: in order, everybody is served when it is just
        // too late, or dropped and asked for again.
        for remedy in ["told=false", "told=true", "shed=expired"] {
            let (goodput, link) = at_the_end(remedy);
            assert!(goodput < 60.0, "{link}: {goodput}");
        }
        for remedy in ["queue-limit=50", "shed=remaining", "shed=codel", "queue-order=lifo"] {
            let (goodput, link) = at_the_end(remedy);
            assert!(goodput >= 79.0, "{link}: {goodput}");
        }
    }
}
