//! Executions of the duplicate race per second: ours, and shuttle's, in interleaved rounds of one run.
//!
//! `peers [ROUNDS [EXECUTIONS]]` prints JSON; `cargo xtask bench explore` makes a table of it.

use heartrace::explore::options::{Options, Strategy};
use heartrace::explore::prove::Reduction;
use heartrace::explore::search::Search;
use heartrace::link::Link;
use serde_json::{Value, json};
use std::time::Instant;

const RACE: &str = "#/duplicated-message?model=any-speed";

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let rounds = arguments.next().unwrap_or(5);
    let executions: u64 = arguments.next().unwrap_or(200_000);
    let hunt = |strategy| move || ours(strategy, executions);
    let peer = |scheduler: fn(usize)| move || per_second(executions, || scheduler(executions as usize));
    let contestants: [(&str, Box<dyn Fn() -> f64>); 7] = [
        ("heartrace random", Box::new(hunt(Strategy::Random))),
        ("heartrace pct", Box::new(hunt(Strategy::Pct))),
        ("heartrace pos", Box::new(hunt(Strategy::Pos))),
        ("heartrace urw", Box::new(hunt(Strategy::Urw))),
        ("heartrace hunt", Box::new(hunt(Strategy::Hunt))),
        ("shuttle random", Box::new(peer(|executions| shuttle::check_random(race, executions)))),
        ("shuttle pct", Box::new(peer(|executions| shuttle::check_pct(race, executions, 2)))),
    ];
    let mut figures = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        for (figures, (_, measure)) in figures.iter_mut().zip(&contestants) {
            figures.push(measure());
        }
    }
    let figures = contestants.iter().zip(figures).map(|((name, _), mut figures)| {
        figures.sort_by(f64::total_cmp);
        ((*name).to_owned(), json!(figures[figures.len() / 2].round()))
    });
    let figures: serde_json::Map<String, Value> = figures.collect();
    println!("{}", json!({ "executions_per_second": figures, "started": started() }));
}

fn per_second(executions: u64, execute: impl FnOnce()) -> f64 {
    let start = Instant::now();
    execute();
    executions as f64 / start.elapsed().as_secs_f64()
}

fn ours(strategy: Strategy, executions: u64) -> f64 {
    let link = Link::parse(RACE).expect("a link");
    let options = Options { strategy, executions, ..Options::default() };
    let mut search = Search::new(&link, &options).without_shortening();
    per_second(executions, || while !search.advance(10_000) {})
}

/// Executions started by the reduced and the plain search, for every small scenario where both end within a budget.
fn started() -> Value {
    const MOST: u64 = 300_000;
    let links = heartrace::scenarios::all().iter().flat_map(|scenario| {
        ["", "?model=any-speed"].map(|model| format!("#/{}{model}", scenario.id))
    });
    let started = |link: &Link, reduction| {
        let options = Options { executions: MOST * 2, reduction, ..Options::default() };
        let mut search = Search::new(link, &options).without_shortening();
        let start = Instant::now();
        while search.found().executions < MOST && start.elapsed().as_secs() < 5 && !search.advance(16) {}
        search.is_exhausted().then(|| search.found().executions)
    };
    let rows = links.filter_map(|text| {
        let link = Link::parse(&text).expect("a link");
        let reduced = started(&link, None)?;
        Some(json!({ "link": text, "reduced": reduced, "plain": started(&link, Some(Reduction::NONE)) }))
    });
    rows.collect()
}

/// The race: a generator hands a request to stage A, which looks at its flag before each of two units of work; on a
/// timer the generator cancels it and hands the request to a second stage. The sink counts.
fn race() {
    use shuttle::sync::Arc;
    use shuttle::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use shuttle::sync::mpsc::channel;
    use shuttle::thread;
    let cancelled = Arc::new(AtomicBool::new(false));
    let (inbox, results) = channel::<u32>();
    let stage = |number: u32, cancelled: Option<Arc<AtomicBool>>, inbox: shuttle::sync::mpsc::Sender<u32>| {
        let (order, orders) = channel::<u32>();
        let task = thread::spawn(move || {
            let Ok(_) = orders.recv() else { return };
            for _ in 0..2 {
                if cancelled.as_ref().is_some_and(|cancelled| cancelled.load(Ordering::SeqCst)) {
                    return;
                }
                thread::yield_now();
            }
            let _ = inbox.send(number);
        });
        (order, task)
    };
    let (order, first) = stage(1, Some(cancelled.clone()), inbox.clone());
    let _ = order.send(1);
    let expired = Arc::new(AtomicU32::new(0));
    let timer = {
        let expired = expired.clone();
        thread::spawn(move || expired.store(1, Ordering::SeqCst))
    };
    timer.join().expect("no panic");
    cancelled.store(true, Ordering::SeqCst);
    let (order, second) = stage(2, None, inbox);
    let _ = order.send(1);
    first.join().expect("no panic");
    second.join().expect("no panic");
    let mut accepted = 0;
    while results.recv().is_ok() {
        accepted += 1;
    }
    assert!(accepted >= 1 && expired.load(Ordering::SeqCst) == 1);
}
