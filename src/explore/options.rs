//! What a search is asked for, as text from the command line or JavaScript, and what can be wrong with it.

use super::prove::{Bounds, Part, Reduction};
use crate::link::{ANY, Link, LinkError, MAX_SEED};
use crate::runtime::setting::{May, Model};
use crate::scenarios::parameter::closest;
use crate::trace::FaultCode;

/// How executions are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// All of them; and what the budget does not prove is hunted.
    #[default]
    Prove,
    /// The portfolio.
    Hunt,
    /// Any candidate at every step.
    Random,
    /// Probabilistic concurrency testing.
    Pct,
    /// Partial order sampling.
    Pos,
    /// Uniform random walk.
    Urw,
}

impl Strategy {
    /// Every strategy with its word.
    pub const ALL: [(&'static str, Strategy); 6] = [
        ("prove", Strategy::Prove),
        ("hunt", Strategy::Hunt),
        ("random", Strategy::Random),
        ("pct", Strategy::Pct),
        ("pos", Strategy::Pos),
        ("urw", Strategy::Urw),
    ];

    /// Its word.
    pub fn name(self) -> &'static str {
        Strategy::ALL.iter().find(|(_, strategy)| *strategy == self).map_or("", |(name, _)| name)
    }
}

/// How many executions a search makes unless it is told.
pub const DEFAULT_EXECUTIONS: u64 = 1_000_000;
/// The most executions of a search.
pub const MAX_EXECUTIONS: u64 = 100_000_000_000;
/// The most parts of a search.
pub const MAX_PARTS: u32 = 100_000;
/// The most that a bound says.
pub const MAX_BOUND: u32 = 1_000_000;
/// The most workers of a search on one machine.
pub const MAX_WORKERS: u32 = 256;

/// What a search does.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How executions are chosen.
    pub strategy: Strategy,
    /// At most how many.
    pub executions: u64,
    /// The seed of the hunt; that of the draws is the link's.
    pub seed: u64,
    /// Which part of the search.
    pub part: Part,
    /// What a proof leaves out, and then proves nothing.
    pub bounds: Bounds,
    /// What a proof leaves out; none: as much as is sound for the scenario.
    pub reduction: Option<Reduction>,
    /// How many parts are searched at the same time.
    pub workers: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            strategy: Strategy::default(),
            executions: DEFAULT_EXECUTIONS,
            seed: 0,
            part: Part::WHOLE,
            bounds: Bounds::default(),
            reduction: None,
            workers: 1,
        }
    }
}

/// Options as they are written: none if they are not.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `timed` or `any-speed`.
    pub model: Option<String>,
    /// A strategy.
    pub strategy: Option<String>,
    /// A count.
    pub executions: Option<String>,
    /// A seed.
    pub seed: Option<String>,
    /// What may go wrong, besides what the link says.
    pub may: Vec<String>,
    /// At most so many crashes of `stage-a` in `duplicated-message`, of any task elsewhere.
    pub crashes: Option<String>,
    /// A count.
    pub workers: Option<String>,
    /// A bound of a proof, in choices.
    pub depth: Option<String>,
    /// A bound of a proof.
    pub preemptions: Option<String>,
    /// `i/n`, from 1.
    pub shard: Option<String>,
}

impl Asked {
    /// Reads the options, and puts into the link what belongs there.
    ///
    /// # Errors
    /// If an option is not understood or out of range.
    pub fn read(&self, link: &mut Link) -> Result<Options, LinkError> {
        let mut options = Options::default();
        if let Some(model) = &self.model {
            link.setting.model = match model.as_str() {
                "timed" => Model::Timed,
                "any-speed" => Model::AnySpeed,
                other => return Err(unknown("--model", other, &["timed", "any-speed"])),
            };
        }
        if let Some(strategy) = &self.strategy {
            let names = Strategy::ALL.map(|(name, _)| name);
            let found = Strategy::ALL.iter().find(|(name, _)| name == strategy);
            options.strategy = found.ok_or_else(|| unknown("--strategy", strategy, &names))?.1;
        }
        if let Some(text) = &self.executions {
            options.executions = number("--executions", text, 1, MAX_EXECUTIONS)?;
        }
        if let Some(text) = &self.seed {
            options.seed = number("--seed", text, 0, MAX_SEED)?;
        }
        if let Some(text) = &self.workers {
            options.workers = number("--workers", text, 1, u64::from(MAX_WORKERS))? as u32;
        }
        let bound = |option: &str, text: &Option<String>| match text {
            Some(_) if options.strategy != Strategy::Prove => {
                Err(LinkError::new("unknown-option", options.strategy.name(), option, "--strategy prove"))
            }
            Some(text) => Ok(Some(number(option, text, 0, u64::from(MAX_BOUND))? as u32)),
            None => Ok(None),
        };
        options.bounds =
            Bounds { depth: bound("--depth", &self.depth)?, preemptions: bound("--preemptions", &self.preemptions)? };
        if let Some(text) = &self.shard {
            options.part = part(text)?;
        }
        for text in &self.may {
            let may = link.read_may(text).map_err(|error| LinkError { part: "--may".to_owned(), ..error })?;
            add(link, may)?;
        }
        if let Some(text) = &self.crashes {
            let times = number("--crashes", text, 0, 1_000)? as u32;
            let target = if link.scenario.id == "duplicated-message" { "stage-a" } else { ANY };
            if times > 0 {
                add(link, May { kind: FaultCode::Crash, target: target.to_owned(), times })?;
            }
        }
        Ok(options)
    }
}

/// Lets something go wrong that the link does not let go wrong already.
fn add(link: &mut Link, may: May) -> Result<(), LinkError> {
    let is_there = link.setting.may.iter().any(|known| known.kind == may.kind && known.target == may.target);
    if is_there {
        let text = crate::link::write_may(&may);
        return Err(LinkError::new("repeated-may", "--may", &text, "KIND:NAME*N"));
    }
    link.setting.may.push(may);
    Ok(())
}

fn unknown(part: &str, value: &str, allowed: &[&'static str]) -> LinkError {
    LinkError::new("unknown-value", part, value, allowed.join(", ")).suggesting(closest(value, allowed.iter().copied()))
}

fn number(part: &str, text: &str, least: u64, most: u64) -> Result<u64, LinkError> {
    let allowed = format!("{least}–{most}");
    if text.is_empty() {
        return Err(LinkError::new("missing-value", part, text, allowed));
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        let code = if text.starts_with('-') { "negative" } else { "not-a-number" };
        return Err(LinkError::new(code, part, text, allowed));
    }
    // More digits than a number has are out of range as well.
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| LinkError::new("out-of-range", part, text, allowed))
}

fn part(text: &str) -> Result<Part, LinkError> {
    let wrong = || LinkError::new("not-a-number", "--shard", text, format!("1/1–{MAX_PARTS}/{MAX_PARTS}"));
    let (index, of) = text.split_once('/').ok_or_else(wrong)?;
    let of = number("--shard", of, 1, u64::from(MAX_PARTS))? as u32;
    let index = number("--shard", index, 1, u64::from(of))? as u32;
    Ok(Part { index: index - 1, of })
}
