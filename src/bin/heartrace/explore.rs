//! `explore` and `merge`: a search on several threads, with progress on stderr, and interrupted by a signal.

use crate::output::as_json;
use crate::texts;
use heartrace::explore::merge::merge as merged;
use heartrace::explore::options::{Asked, Options};
use heartrace::explore::outcomes::Found;
use heartrace::explore::report::{Exploration, OutcomeReport};
use heartrace::explore::search::Search;
use heartrace::explore::story::story;
use heartrace::link::{Link, LinkError};
use heartrace::text::Texts;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How many executions are made between two looks at the clock and at who wants to stop.
const SLICE: u32 = 256;

/// What the threads of a search tell one another.
#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    executions: AtomicU64,
    behaviours: AtomicU64,
}

static STOP: AtomicBool = AtomicBool::new(false);

impl Shared {
    fn is_stopped(&self) -> bool {
        STOP.load(Ordering::Relaxed) || self.stop.load(Ordering::Relaxed)
    }
}

pub fn explore(text: &str, asked: &Asked, wants_json: bool) -> Result<(String, u8), LinkError> {
    let mut link = Link::parse(text)?;
    let options = asked.read(&mut link)?;
    // Without a handler the signal ends the program, which is all that is lost.
    let _ = ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed));
    let shared = Shared::default();
    let report = std::thread::scope(|scope| {
        scope.spawn(|| tell_progress(&shared));
        let report = search(&link, &options, &shared);
        shared.stop.store(true, Ordering::Relaxed);
        report
    });
    let code = u8::from(!report.all_hold());
    Ok((if wants_json { as_json(&report) } else { text_of(&report) }, code))
}

/// Searches with as many threads as the options say; each has a world of its own.
fn search(link: &Link, options: &Options, shared: &Shared) -> Exploration {
    let start = Instant::now();
    let per_second = |executions: u64| executions as f64 / start.elapsed().as_secs_f64().max(1e-9);
    if options.workers == 1 {
        let mut search = Search::new(link, options);
        let mut speed = None;
        while !shared.is_stopped() && !search.advance(SLICE) {
            note(shared, search.found());
            // Shortening is not searching.
            if search.is_shortening() && speed.is_none() {
                speed = Some(per_second(search.found().executions));
            }
        }
        let speed = speed.unwrap_or_else(|| per_second(search.found().executions));
        return Exploration::new(&search, options, speed, shared.is_stopped());
    }
    let parts = std::thread::scope(|scope| {
        let threads = (0..options.workers).map(|worker| {
            let part = Options { part: options.part.part(worker, options.workers), ..options.clone() };
            scope.spawn(move || {
                let mut search = Search::new(link, &part).without_shortening();
                let mut before = 0;
                while !shared.is_stopped() && !search.advance(SLICE) {
                    let found = search.found();
                    shared.executions.fetch_add(found.executions - before, Ordering::Relaxed);
                    before = found.executions;
                    shared.behaviours.fetch_max(found.behaviours.len() as u64, Ordering::Relaxed);
                }
                let complete = search.is_complete();
                (search.into_found(), complete)
            })
        });
        // All are started before the first is waited for.
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().expect("a search does not panic")).collect::<Vec<_>>()
    });
    let speed = per_second(parts.iter().map(|(found, _)| found.executions).sum());
    let complete = parts.iter().all(|(_, complete)| *complete);
    let mut whole = Search::of_parts(link, options, parts.iter().map(|(found, _)| found), complete);
    while !shared.is_stopped() && !whole.advance(SLICE) {}
    Exploration::new(&whole, options, speed, shared.is_stopped())
}

fn note(shared: &Shared, found: &Found) {
    shared.executions.store(found.executions, Ordering::Relaxed);
    shared.behaviours.store(found.behaviours.len() as u64, Ordering::Relaxed);
}

/// Once a second, beginning after the first: how fast it is and how much it has seen.
fn tell_progress(shared: &Shared) {
    let mut before = 0;
    let mut ticks = 0_u32;
    while !shared.is_stopped() {
        std::thread::sleep(Duration::from_millis(50));
        ticks += 1;
        if ticks.is_multiple_of(20) {
            let executions = shared.executions.load(Ordering::Relaxed);
            let behaviours = shared.behaviours.load(Ordering::Relaxed);
            let speed = executions - before;
            before = executions;
            let _ = writeln!(
                std::io::stderr().lock(),
                "{executions} executions, {speed}/s, {behaviours} behaviours so far"
            );
        }
    }
}

pub fn merge(files: &[String], wants_json: bool) -> Result<(String, u8), LinkError> {
    let mut reports: Vec<Exploration> = Vec::new();
    for file in files {
        let bad = |code, found: String| LinkError::new(code, file, &found, "heartrace explore … --json");
        let text = std::fs::read_to_string(file).map_err(|error| bad("unreadable-file", error.to_string()))?;
        reports.push(serde_json::from_str(&text).map_err(|error| bad("not-a-search", error.to_string()))?);
    }
    let report = merged(&reports, files)?;
    let code = u8::from(!report.all_hold());
    Ok((if wants_json { as_json(&report) } else { text_of(&report) }, code))
}

/// A number of things: "1 execution", "25 executions".
fn counted(count: impl Into<u64>, thing: &str) -> String {
    let count = count.into();
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// A report for people.
fn text_of(report: &Exploration) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", report.link);
    let shard = report.shard.as_ref().map_or_else(String::new, |shard| format!(", shard {shard}"));
    let _ = writeln!(text, "model        {}, strategy {}{shard}", report.model, report.strategy);
    let (executions, speed, behaviours) = (report.executions, report.executions_per_second, report.behaviours);
    let _ = writeln!(text, "executions   {executions} ({speed:.0}/s), {}", counted(behaviours, "behaviour"));
    let texts = Link::parse(&report.link).map_or_else(|_| Texts::english().clone(), |link| texts::of(link.scenario));
    let said = match (report.exhausted, report.limit.as_deref()) {
        (true, _) if report.shard.is_some() => texts.fill("explored.part", &[]),
        (true, _) => texts.fill("explored.exhausted", &[]),
        (false, None) => texts.fill("explored.hunted", &[]),
        (false, Some(limit)) => match texts.template(&format!("limit.{limit}")) {
            Some(limit) => texts.fill("explored.cut", &[("limit", limit)]),
            None => texts.fill(&format!("explored.{limit}"), &[]),
        },
    };
    let _ = writeln!(text, "exhausted    {said}");
    let example = |text: &mut String, found: &OutcomeReport| {
        let how = match (found.deviations, found.minimal) {
            (0, _) => "the canonical run".to_owned(),
            (n, true) => format!("{}, no fewer will do", counted(n, "deviation")),
            (n, false) => counted(n, "deviation"),
        };
        let _ = writeln!(text, "             {how}: {}", found.link);
    };
    for (outcome, found) in &report.outcomes {
        let _ = writeln!(text, "outcome      {outcome}: {}", counted(found.count, "execution"));
        example(&mut text, found);
    }
    // The claim under which a run was told: one run may break several.
    let mut told: Vec<(&str, &str)> = Vec::new();
    for claim in &report.claims {
        let sign = match claim.holds {
            Some(true) => '✓',
            Some(false) => '✕',
            None => '?',
        };
        let says = texts.template(&format!("claim.{}", claim.id)).unwrap_or_default();
        let _ = writeln!(text, "claim        {sign} {} ({}): {says}", claim.id, claim.expect);
        if let Some(broken) = &claim.broken {
            example(&mut text, broken);
            if let Some((_, id)) = told.iter().find(|(link, _)| *link == broken.link) {
                let _ = writeln!(text, "               The run that is told under {id}.");
                continue;
            }
            told.push((&broken.link, &claim.id));
            let story = Link::parse(&broken.link).ok().and_then(|link| story(&link).ok()).unwrap_or_default();
            for sentence in story {
                let _ = writeln!(text, "               {}", sentence.sentence.told(&texts));
            }
        }
    }
    text
}
