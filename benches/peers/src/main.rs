//! Executions of the duplicate race per second: ours, and shuttle's, in interleaved rounds of one run.
//!
//! `peers [ROUNDS [EXECUTIONS]]` prints JSON on stdout and a table on stderr. The module in `pkg/` is measured as well
//! if it is there; `cargo xtask bench explore` sees to that.

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
    let mut figures: serde_json::Map<String, Value> = figures.collect();
    figures.extend(in_node(executions));
    let peer = figures["shuttle random"].as_f64().unwrap_or(f64::NAN);
    for (name, speed) in &figures {
        let speed = speed.as_f64().unwrap_or(f64::NAN);
        eprintln!("{name:28} {speed:>10.0} executions/s {:>6.2} × shuttle random", speed / peer);
    }
    let started = started();
    for row in started.as_array().into_iter().flatten() {
        let plain = row["plain"].as_u64().map_or("more than could be made".to_owned(), |plain| plain.to_string());
        eprintln!("{:60} {:>8} started, plain {plain}", row["link"].as_str().unwrap_or(""), row["reduced"]);
    }
    println!("{}", json!({ "executions_per_second": figures, "started": started }));
}

/// The module in Node, if both are there.
fn in_node(executions: u64) -> serde_json::Map<String, Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/explore.mjs");
    let output = std::process::Command::new("node").args([script, &executions.to_string()]).output();
    let printed = output.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    printed.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
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
    const MOST: u64 = 100_000;
    let links = heartrace::scenarios::all()
        .iter()
        .flat_map(|scenario| ["", "?model=any-speed"].map(|model| format!("#/{}{model}", scenario.id)));
    let started = |link: &Link, reduction| {
        let options = Options { executions: MOST * 2, reduction, ..Options::default() };
        let mut search = Search::new(link, &options).without_shortening();
        let start = Instant::now();
        while search.found().executions < MOST && start.elapsed().as_secs() < 2 && !search.advance(16) {}
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
