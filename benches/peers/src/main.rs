//! Executions of the duplicate race per second: ours natively, ours in a browser's workers, and shuttle's, in one run;
//! how many executions a proof starts with and without its reductions; and the events of a run per second.
//!
//! `peers [ROUNDS [EXECUTIONS]]` prints JSON on stdout and tables on stderr. The browser runs the module in `pkg/`;
//! `cargo xtask bench explore` sees to that.

mod heartbeats;

use heartrace::explore::options::{Options, Strategy};
use heartrace::explore::prove::Reduction;
use heartrace::explore::search::Search;
use heartrace::link::Link;
use serde_json::{Value, json};
use std::time::Instant;

const RACE: &str = "#/duplicated-message?model=any-speed";

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>().expect("a number"));
    let rounds = arguments.next().unwrap_or(3) as usize;
    let executions: u64 = arguments.next().unwrap_or(100_000);
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
    let mut figures = medians(rounds, &contestants);
    figures.extend(in_browser(executions, rounds));
    let figure = |name: &str| figures.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let (peer, worker) = (figure("shuttle random"), figure("browser, 1 worker"));
    eprintln!("{:24} {:>12} {:>10}  wanted", "executions of the race", "per second", "× shuttle");
    for name in figures.keys() {
        let wanted = WANTED.iter().find(|(known, _)| known == name).map_or("", |(_, wanted)| wanted);
        eprintln!("{name:24} {:>12.0} {:>10.2}  {wanted}", figure(name), figure(name) / peer);
    }
    eprintln!("two workers make {:.2} times as many as one\n", figure("browser, 2 workers") / worker);
    let events = medians(
        rounds,
        &[
            ("heartrace", Box::new(|| per_second(heartbeats::EVENTS, heartbeats::ours))),
            ("tokio, paused", Box::new(|| per_second(heartbeats::EVENTS, heartbeats::tokios))),
        ],
    );
    eprintln!("{:24} {:>12}  wanted", "events of 1,000 heartbeats", "per second");
    for (name, figure) in &events {
        let wanted = if name == "heartrace" { "40,000,000 and 2 × tokio" } else { "" };
        eprintln!("{name:26} {:>12.0}  {wanted}", figure.as_f64().unwrap_or(f64::NAN));
    }
    eprintln!();
    let started = started();
    eprintln!("{:58} {:>9} {:>9} {:>8}", "executions started by a proof", "reduced", "plain", "share");
    for row in started.as_array().into_iter().flatten() {
        let (reduced, plain) = (row["reduced"].as_u64().unwrap_or(0), row["plain"].as_u64().unwrap_or(0));
        let share = reduced as f64 / plain as f64;
        // A search that did not end would have started more.
        let bound = if row["plain_ended"] == true { ' ' } else { '+' };
        eprintln!("{:58} {reduced:>9} {plain:>9}{bound}{share:>8.4}", row["link"].as_str().unwrap_or(""));
    }
    let wanted: serde_json::Map<String, Value> =
        WANTED.map(|(name, wanted)| (name.to_owned(), json!(wanted))).into_iter().collect();
    println!(
        "{}",
        json!({
            "executions_per_second": figures, "wanted": wanted, "events_per_second": events, "started": started
        })
    );
}

/// The median of each contestant over so many rounds, in which they take turns.
fn medians(rounds: usize, contestants: &[(&str, Box<dyn Fn() -> f64>)]) -> serde_json::Map<String, Value> {
    let mut figures = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        for (figures, (_, measure)) in figures.iter_mut().zip(contestants) {
            figures.push(measure());
        }
    }
    let figures = contestants.iter().zip(figures).map(|((name, _), mut figures)| {
        figures.sort_by(f64::total_cmp);
        ((*name).to_owned(), json!(figures[figures.len() / 2].round()))
    });
    figures.collect()
}

/// The figures to reach.
const WANTED: [(&str, &str); 3] = [
    ("heartrace random", "2,500,000 and 12 × shuttle"),
    ("browser, 1 worker", "1,500,000 and 8 × shuttle"),
    ("browser, 2 workers", "1.8 × one worker"),
];

/// The module in the workers of a browser, if both are there; if not, why.
fn in_browser(executions: u64, rounds: usize) -> serde_json::Map<String, Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/explore.mjs");
    let output =
        std::process::Command::new("node").args([script, &executions.to_string(), &rounds.to_string()]).output();
    let printed = match output {
        Ok(output) if output.status.success() => output.stdout,
        Ok(output) => {
            eprintln!("no figures of a browser: {}", String::from_utf8_lossy(&output.stderr));
            return serde_json::Map::default();
        }
        Err(error) => {
            eprintln!("no figures of a browser: node: {error}");
            return serde_json::Map::default();
        }
    };
    serde_json::from_slice(&printed).unwrap_or_default()
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

/// Executions started by the reduced and the plain search, for every scenario in both timing models, and for the race
/// under every policy, where the reduced one ends within a budget; where the plain one does not, how many it had started.
fn started() -> Value {
    const MOST: u64 = 100_000;
    let links = heartrace::scenarios::all()
        .iter()
        .flat_map(|scenario| ["", "?model=any-speed"].map(|model| format!("#/{}{model}", scenario.id)));
    // The race under every policy, as it is wanted.
    let policies = heartrace::patterns::duplicates::Policy::ALL;
    let links = links.chain(policies.map(|(policy, _)| format!("{RACE}&policy={policy}")));
    let started = |link: &Link, reduction| {
        let options = Options { executions: MOST * 2, reduction, ..Options::default() };
        let mut search = Search::new(link, &options).without_shortening();
        let start = Instant::now();
        while search.found().executions < MOST && start.elapsed().as_secs() < 1 && !search.advance(16) {}
        (search.found().executions, search.is_exhausted())
    };
    let rows = links.filter_map(|text| {
        let link = Link::parse(&text).expect("a link");
        let (reduced, true) = started(&link, None) else { return None };
        let (plain, plain_ended) = started(&link, Some(Reduction::NONE));
        Some(json!({ "link": text, "reduced": reduced, "plain": plain, "plain_ended": plain_ended }))
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
