//! How the page shows a run: which axis, what of it, which lanes, where the reader stands, what is noted. It changes
//! nothing about the run; the command line reads it, keeps it in the link's text and makes nothing of it.

use super::error::{Trouble, misfit_code};
use crate::gather::put_in_order;
use crate::scenarios::parameter::{closest, read_count, read_duration, write_duration};
use crate::trace::{EventId, Time};
use std::time::Duration;

/// The most notes that a link carries.
pub const MAX_PINS: usize = 20;
/// The longest note, in characters.
pub const MAX_PIN: usize = 200;
/// The most lanes that a link names for their order, and for being folded.
pub const MAX_LANES: usize = 100;
/// The longest filter, in characters.
pub const MAX_FILTER: usize = 100;

/// The keys of a view, in the order of a link.
pub(super) const KEYS: [&str; 9] = ["axis", "range", "lanes", "fold", "filter", "event", "at", "measure", "pin"];

const MOMENT: &str = "0s–2400h (ns, us, ms, s, m, h)";
const EVENT: &str = "0–4294967294";
const RANGE: &str = "T-T, N-N";
const MEASURE: &str = "N-N";
const PIN: &str = "T:TEXT";

/// What the timeline's axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    /// Time.
    #[default]
    Time,
    /// Events, each one step.
    Events,
    /// Time with its idle stretches folded.
    Squeezed,
}

const AXES: [(&str, Axis); 3] = [("time", Axis::Time), ("events", Axis::Events), ("squeezed", Axis::Squeezed)];

impl Axis {
    /// The word in a link.
    pub fn name(self) -> &'static str {
        AXES.iter().find(|(_, axis)| *axis == self).map_or("time", |(name, _)| name)
    }
}

/// The part of a run that is in view: the first is below the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// From one time to another.
    Times(Time, Time),
    /// From one event to another.
    Events(EventId, EventId),
}

/// A note on the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Where.
    pub at: Time,
    /// What it says: one line, nothing in it means anything.
    pub text: String,
}

/// How the page shows a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// What the axis counts.
    pub axis: Axis,
    /// What is in view; none is all of it.
    pub range: Option<Range>,
    /// Lanes that come first among those of the same parent, in this order.
    pub lanes: Vec<String>,
    /// Lanes that the lanes of their children are folded into.
    pub folded: Vec<String>,
    /// Only lanes whose names hold this are shown.
    pub filter: Option<String>,
    /// The chosen event.
    pub event: Option<EventId>,
    /// Where the cursor stands, unless at the chosen event.
    pub at: Option<Time>,
    /// The two events that are measured between, the first one first.
    pub measure: Option<(EventId, EventId)>,
    /// The notes by time.
    pub pins: Vec<Pin>,
}

impl View {
    /// The parts that are not as they are by themselves, as keys and values in the order of a link.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if self.axis != Axis::Time {
            pairs.push(("axis", self.axis.name().to_owned()));
        }
        pairs.extend(self.range.map(|range| ("range", write_range(range))));
        for (key, names) in [("lanes", &self.lanes), ("fold", &self.folded)] {
            if !names.is_empty() {
                pairs.push((key, names.join(",")));
            }
        }
        pairs.extend(self.filter.clone().map(|filter| ("filter", filter)));
        pairs.extend(self.event.map(|event| ("event", event.to_string())));
        pairs.extend(self.at.map(|at| ("at", moment(at))));
        pairs.extend(self.measure.map(|(a, b)| ("measure", format!("{a}-{b}"))));
        pairs.extend(self.pins.iter().map(|Pin { at, text }| ("pin", format!("{}:{text}", moment(*at)))));
        pairs
    }

    /// Reads one of the [`KEYS`].
    pub(super) fn set(&mut self, key: &str, text: &str) -> Result<(), Trouble> {
        match key {
            "axis" => self.axis = read_axis(text)?,
            "range" => self.range = Some(read_range(text)?),
            "lanes" => self.lanes = read_names(text)?,
            "fold" => self.folded = read_names(text)?,
            "filter" => self.filter = Some(short(text, 0, MAX_FILTER)?.to_owned()),
            "event" => self.event = Some(read_event(text, 0)?),
            "at" => self.at = Some(read_moment(text, 0)?),
            "measure" => {
                let (a, b) = halves(text, '-', MEASURE)?;
                let (a, b) = (read_event(a, 0)?, read_event(b, a.len() + 1)?);
                self.measure = Some((a.min(b), a.max(b)));
            }
            _ => {
                if self.pins.len() == MAX_PINS {
                    return Err(Trouble::new("too-many", 0, text, format!("0–{MAX_PINS}")));
                }
                self.pins.push(read_pin(text)?);
            }
        }
        Ok(())
    }

    /// Puts the notes in order.
    pub(super) fn settle(&mut self) {
        put_in_order(&mut self.pins, |pin| pin.at);
    }
}

/// What a key of a view takes.
pub(super) fn allowed(key: &str) -> &'static str {
    match key {
        "axis" => "time, events, squeezed",
        "range" => RANGE,
        "lanes" | "fold" => "LANE,LANE…",
        "event" => EVENT,
        "at" => MOMENT,
        "measure" => MEASURE,
        "pin" => PIN,
        _ => "TEXT",
    }
}

fn read_axis(text: &str) -> Result<Axis, Trouble> {
    AXES.iter().find(|(name, _)| *name == text).map(|(_, axis)| *axis).ok_or_else(|| {
        let names = AXES.map(|(name, _)| name);
        Trouble::new("unknown-value", 0, text, allowed("axis")).suggesting(closest(text, names))
    })
}

/// Two plain numbers are events, anything else is times.
fn read_range(text: &str) -> Result<Range, Trouble> {
    let (from, to) = halves(text, '-', RANGE)?;
    let second = from.len() + 1;
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let range = if plain(from) && plain(to) {
        Range::Events(read_event(from, 0)?, read_event(to, second)?)
    } else {
        Range::Times(read_moment(from, 0)?, read_moment(to, second)?)
    };
    match range {
        Range::Times(from, to) if from >= to => Err(Trouble::new("out-of-range", 0, text, "T < T")),
        Range::Events(from, to) if from >= to => Err(Trouble::new("out-of-range", 0, text, "N < N")),
        range => Ok(range),
    }
}

fn write_range(range: Range) -> String {
    match range {
        Range::Times(from, to) => format!("{}-{}", moment(from), moment(to)),
        Range::Events(from, to) => format!("{from}-{to}"),
    }
}

/// Names of lanes, each once; a name may be one that this run does not have.
fn read_names(text: &str) -> Result<Vec<String>, Trouble> {
    let mut names = Vec::new();
    let mut at = 0;
    for name in text.split(',') {
        if name.is_empty() {
            return Err(Trouble::new("view-form", at, text, allowed("lanes")));
        }
        if names.len() == MAX_LANES {
            return Err(Trouble::new("too-many", at, name, format!("0–{MAX_LANES}")));
        }
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        at += name.len() + 1;
    }
    Ok(names)
}

fn read_pin(text: &str) -> Result<Pin, Trouble> {
    let (at, words) = halves(text, ':', PIN)?;
    if words.is_empty() {
        return Err(Trouble::new("view-form", 0, text, PIN));
    }
    Ok(Pin { at: read_moment(at, 0)?, text: short(words, at.len() + 1, MAX_PIN)?.to_owned() })
}

fn halves<'a>(text: &'a str, mark: char, form: &str) -> Result<(&'a str, &'a str), Trouble> {
    text.split_once(mark).ok_or_else(|| Trouble::new("view-form", 0, text, form))
}

fn short(text: &str, offset: usize, longest: usize) -> Result<&str, Trouble> {
    if text.chars().count() <= longest {
        return Ok(text);
    }
    Err(Trouble::new("text-too-long", offset, text, format!("1–{longest}")))
}

fn read_event(text: &str, offset: usize) -> Result<EventId, Trouble> {
    let count = read_count(text).map_err(|misfit| Trouble::new(misfit_code(misfit), offset, text, EVENT))?;
    let event = EventId::try_from(count).ok().filter(|event| *event < EventId::MAX);
    event.ok_or_else(|| Trouble::new("out-of-range", offset, text, EVENT))
}

fn read_moment(text: &str, offset: usize) -> Result<Time, Trouble> {
    let at = read_duration(text).map_err(|misfit| Trouble::new(misfit_code(misfit), offset, text, MOMENT))?;
    Ok(Time::ZERO + at)
}

fn moment(at: Time) -> String {
    write_duration(Duration::from_nanos(at.as_nanos()))
}
