//! How a run ended, as sentences in parts: a code and its arguments, which become words in any language.
//!
//! The command line and the JSON have them in English, as `end_detail`; the page fills in its own texts.

use crate::gather::gather;
use crate::link::write_fault;
use crate::runner::Finished;
use crate::runtime::TaskId;
use crate::runtime::ends::{Blocked, End};
use crate::text::Texts;
use crate::trace::Trace;
use serde::Serialize;
use std::collections::BTreeMap;

/// A sentence: the code of its text in `www/locales`, and what is filled in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Sentence {
    /// The key of its text: `end.stalled`.
    pub code: String,
    /// What is filled in, by name.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, string | Sentence[]>"))]
    pub args: BTreeMap<&'static str, Argument>,
}

/// What is filled into a sentence.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Argument {
    /// A name or a number, the same in every language.
    Name(String),
    /// Words of the language: one or several, to be told as a list.
    Words(Vec<Sentence>),
}

impl Sentence {
    fn new(code: &str, args: impl IntoIterator<Item = (&'static str, Argument)>) -> Self {
        Sentence { code: code.to_owned(), args: gather(args) }
    }

    /// The sentence in English.
    pub fn english(&self) -> String {
        self.told(Texts::english())
    }

    /// The sentence in these texts; what has none is told by its name.
    pub fn told(&self, texts: &Texts) -> String {
        let words = |argument: &Argument| match argument {
            Argument::Name(name) => name.clone(),
            Argument::Words(words) => words.iter().map(|word| word.told(texts)).collect::<Vec<_>>().join("; "),
        };
        let filled: Vec<(&str, String)> = self.args.iter().map(|(name, argument)| (*name, words(argument))).collect();
        let filled: Vec<(&str, &str)> = filled.iter().map(|(name, text)| (*name, text.as_str())).collect();
        match texts.template(&self.code) {
            Some(_) => texts.fill(&self.code, &filled),
            None => self.code.trim_start_matches("claim.").to_owned(),
        }
    }
}

/// Which limit, who waits for what, and which faults found nothing to strike; empty when there is nothing to say.
pub fn ending(finished: &Finished, trace: &Trace) -> Vec<Sentence> {
    let missed =
        finished.missed.iter().map(|fault| Sentence::new("end.missed-fault", [("fault", name(write_fault(fault)))]));
    stopped_by(&finished.end, trace).into_iter().chain(missed).collect()
}

fn stopped_by(end: &End, trace: &Trace) -> Option<Sentence> {
    match end {
        End::Finished => None,
        End::Stalled(waits) if waits.is_empty() => Some(Sentence::new("end.stalled-alone", [])),
        End::Stalled(waits) => {
            let waits = waits.iter().map(|(task, blocked)| wait(*task, *blocked, trace)).collect();
            Some(Sentence::new("end.stalled", [("waits", Argument::Words(waits))]))
        }
        End::LiveLocked { polls, task } => Some(Sentence::new(
            "end.live-locked",
            [("task", name(trace.task_name(*task))), ("polls", name(polls.to_string()))],
        )),
        End::Cut(limit) => {
            let limit = Sentence::new(&format!("limit.{}", limit.name()), []);
            Some(Sentence::new("end.cut", [("limit", Argument::Words(vec![limit]))]))
        }
        End::Interrupted | End::Misfit(_) => Some(Sentence::new("end.interrupted", [])),
    }
}

fn wait(task: TaskId, blocked: Blocked, trace: &Trace) -> Sentence {
    let (key, on) = match blocked {
        Blocked::Receive(channel) => ("receive", trace.channel_name(channel)),
        Blocked::Send(channel) => ("send", trace.channel_name(channel)),
        Blocked::Quiet(channel) => ("quiet", trace.channel_name(channel)),
        Blocked::Signal(_) => ("signal", ""),
        Blocked::Join(task) => ("join", trace.task_name(task)),
        Blocked::Timer => ("timer", ""),
        Blocked::Never => ("never", ""),
    };
    Sentence::new(&format!("wait.{key}"), [("task", name(trace.task_name(task))), ("name", name(on))])
}

fn name(text: impl Into<String>) -> Argument {
    Argument::Name(text.into())
}
