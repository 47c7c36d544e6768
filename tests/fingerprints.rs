//! The same link is the same run everywhere: fingerprints of every scenario in both models and for 200 seeds, and of
//! every situation for some, against `tests/golden/fingerprints.txt`. This runs natively and in the browser, and
//! `tests/node/fingerprints.mjs` runs the module that is shipped against the same file.
//!
//! Each line of it: a link without its seed, the digest of the fingerprints of its seeds from 0, and two hexadecimal
//! digits of each, the last of the fingerprint, which tell the seed that differs. After a change that is meant:
//! `HEARTRACE_GOLDEN=write cargo test --test fingerprints`.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::link::Link;
use heartrace::runner::{Execution, Finished};
use heartrace::runtime::setting::{Model, Order};
use heartrace::scenarios::{self, Scenario};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

const GOLDEN: &str = include_str!("golden/fingerprints.txt");
/// Seeds of a scenario as it is.
const SEEDS: u64 = 200;
/// Seeds of a situation, and how many events they may make together.
const SEEDS_OF_SITUATION: u64 = 20;
const EVENTS_OF_SITUATION: u64 = 400_000;

/// A scenario as it is, and each of its situations; none with recorded choices, which fit one seed only.
fn situations(scenario: &'static Scenario) -> Vec<Link> {
    let presets = scenario.presets.iter().filter(|(_, query)| !query.is_empty());
    let presets = presets.map(|(_, query)| {
        let text = format!("#/{}?{query}", scenario.id);
        Link::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
    });
    [Link::new(scenario)].into_iter().chain(presets).filter(|link| link.setting.schedule.is_none()).collect()
}

/// The link without its check and its seed, to which `&seed=N` can be added.
fn stem(link: &Link) -> String {
    let text = link.to_string();
    match text.split_once("?~") {
        Some((scenario, query)) => format!("{scenario}?{}", &query[3..]),
        None => text,
    }
}

fn run(link: &Link) -> Finished {
    Execution::new(link, true).finish().unwrap_or_else(|misfit| panic!("{link}: {misfit:?}"))
}

fn line(mut link: Link, model: Model) -> String {
    link.setting.model = model;
    link.setting.order = Order::Seeded;
    link.setting.seed = 0;
    let stem = stem(&link);
    let seeds = if link.params == Link::new(link.scenario).params && link.setting.faults.is_empty() {
        SEEDS
    } else {
        (EVENTS_OF_SITUATION / u64::from(run(&link).events).max(1)).clamp(1, SEEDS_OF_SITUATION)
    };
    let (mut digest, mut digits) = (0_u64, String::new());
    for seed in 0..seeds {
        link.setting.seed = seed;
        let fingerprint = run(&link).fingerprint;
        digest = digest.wrapping_mul(0x100_0000_01b3) ^ fingerprint;
        digits += &format!("{:02x}", fingerprint & 0xff);
    }
    format!("{stem} {digest:016x} {digits}")
}

/// Which link differs first.
fn difference(line: &str, golden: &str) -> String {
    let (mut now, mut before) = (line.split(' '), golden.split(' '));
    let stem = now.next().unwrap_or_default();
    if before.next() != Some(stem) {
        return format!(
            "the golden file has no line for {stem}: HEARTRACE_GOLDEN=write cargo test --test fingerprints"
        );
    }
    let digits = now.nth(1).unwrap_or_default().as_bytes().chunks(2);
    let seed = digits.zip(before.nth(1).unwrap_or_default().as_bytes().chunks(2)).position(|(one, two)| one != two);
    match seed {
        Some(seed) => format!("{stem}&seed={seed} is another run than before"),
        None => format!("{stem}: one of its seeds is another run than before"),
    }
}

#[test]
fn the_same_links_are_the_same_runs_everywhere() {
    let all = scenarios::all().iter().flat_map(|scenario| situations(scenario));
    let mut lines: Vec<String> = Vec::new();
    for link in all {
        for model in [Model::Timed, Model::AnySpeed] {
            let line = line(link.clone(), model);
            // A situation may be the scenario itself in another order or under another seed.
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var("HEARTRACE_GOLDEN").is_ok_and(|what| what == "write") {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/fingerprints.txt");
        std::fs::write(file, lines.join("\n") + "\n").expect("the golden file can be written");
        return;
    }
    for line in &lines {
        let stem = line.split(' ').next().unwrap_or_default();
        let golden = GOLDEN.lines().find(|golden| golden.split(' ').next() == Some(stem)).unwrap_or_default();
        assert!(line == golden, "{}", difference(line, golden));
    }
    assert_eq!(lines.len(), GOLDEN.lines().count(), "the golden file has lines of links that are no more");
}
