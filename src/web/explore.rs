//! Searching from JavaScript: slice by slice, so that a worker can post progress and be told to stop. The same seed gives
//! the same search as on the command line; several workers take a shard each.

use super::values::{object, only_fields, record, text, thrown, whole};
use crate::explore::inevitable::Inevitability;
use crate::explore::merge::merge;
use crate::explore::options::{Asked, Options};
use crate::explore::report::Exploration;
use crate::explore::search::Search;
use crate::explore::story::story as tell;
use crate::gather::gather;
use crate::link::{Link, LinkError};
use crate::ordered::Map;
use crate::report::misfit_error;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

/// What a search is asked for; what is absent is as on the command line.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
#[serde(default)]
pub struct ExploreOptions {
    /// `timed` or `any-speed`; the link's, else timed.
    #[tsify(optional)]
    pub model: Option<String>,
    /// `prove` (the default), `hunt`, `random`, `pct`, `pos` or `urw`.
    #[tsify(optional)]
    pub strategy: Option<String>,
    /// The budget in executions, 1,000,000 by default.
    #[tsify(optional)]
    pub executions: Option<f64>,
    /// The seed of the hunt.
    #[tsify(optional)]
    pub seed: Option<f64>,
    /// What may go wrong besides what the link says: `crash:stage-a*1`.
    #[tsify(optional)]
    pub may: Option<Vec<String>>,
    /// As `--crashes` on the command line.
    #[tsify(optional)]
    pub crashes: Option<f64>,
    /// As `--depth` on the command line.
    #[tsify(optional)]
    pub depth: Option<f64>,
    /// As `--preemptions` on the command line.
    #[tsify(optional)]
    pub preemptions: Option<f64>,
    /// Which part of the search: `1/2`. What the parts report, `merge_explorations` puts together.
    #[tsify(optional)]
    pub shard: Option<String>,
}

/// The fields of [`ExploreOptions`]: a misspelt one is refused, not ignored.
const FIELDS: [&str; 9] =
    ["model", "strategy", "executions", "seed", "may", "crashes", "depth", "preemptions", "shard"];

/// How far a search has come.
#[derive(Clone, Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct ExploreProgress {
    /// Whether it is over.
    pub done: bool,
    /// Whether the search proper is over, and the shortest executions are looked for.
    pub shortening: bool,
    /// How many executions there were.
    pub executions: f64,
    /// How many a second.
    pub executions_per_second: f64,
    /// How many distinct behaviours there were.
    pub behaviours: f64,
    /// How many executions there were by outcome.
    #[tsify(type = "Record<string, number>")]
    pub outcomes: Map<&'static str, f64>,
}

/// A search under way.
struct Exploring {
    search: Search,
    options: Options,
    began_ms: f64,
    /// Executions per second, once the search proper is over.
    speed: Option<f64>,
}

thread_local! {
    static EXPLORING: RefCell<Option<Exploring>> = const { RefCell::new(None) };
    static SAMPLING: RefCell<Option<Inevitability>> = const { RefCell::new(None) };
}

/// Explores a link to the end of the budget. A worker that posts progress and can be told to stop uses
/// `explore_begin`, `explore_advance` and `explore_report` instead.
#[wasm_bindgen(unchecked_return_type = "Exploration")]
pub fn explore(
    #[wasm_bindgen(unchecked_param_type = "string")] link: JsValue,
    #[wasm_bindgen(unchecked_param_type = "ExploreOptions | null | undefined")] options: JsValue,
) -> Result<JsValue, JsValue> {
    explore_begin(link, options)?;
    with_search(|exploring| {
        while !exploring.advance(100_000) {}
        exploring.report()
    })
}

/// Begins a search; `explore_advance` carries it on. A search that was under way is dropped.
#[wasm_bindgen]
pub fn explore_begin(
    #[wasm_bindgen(unchecked_param_type = "string")] link: JsValue,
    #[wasm_bindgen(unchecked_param_type = "ExploreOptions | null | undefined")] options: JsValue,
) -> Result<(), JsValue> {
    let mut link = read(&link)?;
    let options = asked(options)?.read(&mut link).map_err(thrown)?;
    let search = Search::new(&link, &options);
    let exploring = Exploring { search, options, began_ms: js_sys::Date::now(), speed: None };
    let old = EXPLORING.with(|slot| slot.replace(Some(exploring)));
    drop(old);
    Ok(())
}

/// Makes about so many executions more.
#[wasm_bindgen(unchecked_return_type = "ExploreProgress")]
pub fn explore_advance(
    #[wasm_bindgen(unchecked_param_type = "number")] executions: JsValue,
) -> Result<JsValue, JsValue> {
    let executions = whole("executions", &executions)?;
    with_search(|exploring| {
        let done = exploring.advance(executions);
        let found = exploring.search.found();
        object(&ExploreProgress {
            done,
            shortening: exploring.search.is_shortening(),
            executions: found.executions as f64,
            executions_per_second: exploring.speed(),
            behaviours: found.behaviours.len() as f64,
            outcomes: gather(found.outcomes.iter().map(|(outcome, found)| (*outcome, found.count as f64))),
        })
    })
}

/// What the search has found so far.
#[wasm_bindgen(unchecked_return_type = "Exploration")]
pub fn explore_report() -> Result<JsValue, JsValue> {
    with_search(|exploring| exploring.report())
}

/// Ends the search.
#[wasm_bindgen]
pub fn explore_stop() {
    let old = EXPLORING.with(|slot| slot.replace(None));
    drop(old);
}

/// Puts together what the shards of one search have reported.
#[wasm_bindgen(unchecked_return_type = "Exploration")]
pub fn merge_explorations(
    #[wasm_bindgen(unchecked_param_type = "Exploration[]")] reports: JsValue,
) -> Result<JsValue, JsValue> {
    let reports: Vec<Exploration> = record("reports", "Exploration[]", reports)?;
    let names: Vec<String> = (1..=reports.len()).map(|number| number.to_string()).collect();
    object(&merge(&reports, &names).map_err(thrown)?)
}

/// Tells the run of a link in at most ten sentences.
#[wasm_bindgen(unchecked_return_type = "StorySentence[]")]
pub fn story(#[wasm_bindgen(unchecked_param_type = "string")] link: JsValue) -> Result<JsValue, JsValue> {
    let link = read(&link)?;
    object(&tell(&link).map_err(|misfit| thrown(misfit_error(&link, misfit)))?)
}

/// Begins to sample how the futures from `points` points of the run of a link end, `samples` from each.
#[wasm_bindgen]
pub fn futures_begin(
    #[wasm_bindgen(unchecked_param_type = "string")] link: JsValue,
    #[wasm_bindgen(unchecked_param_type = "number")] points: JsValue,
    #[wasm_bindgen(unchecked_param_type = "number")] samples: JsValue,
    #[wasm_bindgen(unchecked_param_type = "number")] seed: JsValue,
) -> Result<(), JsValue> {
    let (points, samples, seed) = (whole("points", &points)?, whole("samples", &samples)?, whole("seed", &seed)?);
    let link = read(&link)?;
    let sampling = Inevitability::new(&link, points, samples, u64::from(seed));
    let sampling = sampling.map_err(|misfit| thrown(misfit_error(&link, misfit)))?;
    let old = SAMPLING.with(|slot| slot.replace(Some(sampling)));
    drop(old);
    Ok(())
}

/// Samples about so many executions more; whether all are done.
#[wasm_bindgen]
pub fn futures_advance(#[wasm_bindgen(unchecked_param_type = "number")] executions: JsValue) -> Result<bool, JsValue> {
    let executions = whole("executions", &executions)?;
    with_sampling(|sampling| Ok(sampling.advance(executions)))
}

/// What was sampled so far, from the start of the run to its end.
#[wasm_bindgen(unchecked_return_type = "Futures[]")]
pub fn futures_report() -> Result<JsValue, JsValue> {
    with_sampling(|sampling| object(&sampling.futures()))
}

impl Exploring {
    fn advance(&mut self, executions: u32) -> bool {
        let done = self.search.advance(executions);
        // Shortening is not searching.
        if self.search.is_shortening() && self.speed.is_none() {
            self.speed = Some(self.speed());
        }
        done
    }

    fn speed(&self) -> f64 {
        let seconds = (js_sys::Date::now() - self.began_ms).max(1.0) / 1000.0;
        self.speed.unwrap_or(self.search.found().executions as f64 / seconds)
    }

    fn report(&self) -> Result<JsValue, JsValue> {
        let is_interrupted = !self.search.is_shortening();
        object(&Exploration::new(&self.search, &self.options, self.speed(), is_interrupted))
    }
}

fn read(link: &JsValue) -> Result<Link, JsValue> {
    Link::parse(&text("link", link)?).map_err(thrown)
}

fn asked(options: JsValue) -> Result<Asked, JsValue> {
    only_fields("options", &FIELDS, &options)?;
    let options: Option<ExploreOptions> = record("options", "ExploreOptions", options)?;
    let options = options.unwrap_or_default();
    let number = |number: Option<f64>| number.map(|number| number.to_string());
    Ok(Asked {
        model: options.model,
        strategy: options.strategy,
        executions: number(options.executions),
        seed: number(options.seed),
        may: options.may.unwrap_or_default(),
        crashes: number(options.crashes),
        depth: number(options.depth),
        preemptions: number(options.preemptions),
        workers: None,
        shard: options.shard,
    })
}

fn with_search<T>(act: impl FnOnce(&mut Exploring) -> Result<T, JsValue>) -> Result<T, JsValue> {
    let none = || thrown(LinkError::new("no-run", "session", "", "explore_begin(link, options)"));
    EXPLORING.with(|slot| slot.borrow_mut().as_mut().map_or_else(|| Err(none()), act))
}

fn with_sampling<T>(act: impl FnOnce(&mut Inevitability) -> Result<T, JsValue>) -> Result<T, JsValue> {
    let none = || thrown(LinkError::new("no-run", "session", "", "futures_begin(link, points, samples, seed)"));
    SAMPLING.with(|slot| slot.borrow_mut().as_mut().map_or_else(|| Err(none()), act))
}
