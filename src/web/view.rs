//! How the page shows a run, as the forms and the timeline edit it: out of a link that was read, and back into text.

use crate::link::{Axis, Range, View};
use crate::trace::Time;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// How the page shows a run. Times in nanoseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
#[tsify(missing_as_null)]
#[serde(default)]
pub struct ViewEdit {
    /// What the axis counts.
    #[tsify(type = r#""time" | "events" | "squeezed""#)]
    pub axis: String,
    /// What is in view; null is all of it.
    pub range: Option<RangeEdit>,
    /// Lanes that come first among those of the same parent.
    pub lanes: Vec<String>,
    /// Lanes that those of their children are folded into.
    pub folded: Vec<String>,
    /// A text that the names of the lanes shown hold.
    pub filter: Option<String>,
    /// The chosen event.
    pub event: Option<u32>,
    /// Where the cursor stands, unless at the chosen event.
    pub at: Option<u64>,
    /// The two events that are measured between.
    #[tsify(type = "[number, number] | null")]
    pub measure: Option<(u32, u32)>,
    /// The notes.
    pub pins: Vec<PinEdit>,
}

/// The part of a run that is in view.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
pub struct RangeEdit {
    /// Whether `from` and `to` are events instead of times.
    pub events: bool,
    /// The beginning.
    pub from: u64,
    /// The end.
    pub to: u64,
}

/// A note on the timeline.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
pub struct PinEdit {
    /// Where.
    pub at: u64,
    /// What it says.
    pub text: String,
}

pub(super) fn view_of(view: &View) -> ViewEdit {
    let range = view.range.map(|range| match range {
        Range::Times(from, to) => RangeEdit { events: false, from: from.as_nanos(), to: to.as_nanos() },
        Range::Events(from, to) => RangeEdit { events: true, from: from.into(), to: to.into() },
    });
    let pins = view.pins.iter().map(|pin| PinEdit { at: pin.at.as_nanos(), text: pin.text.clone() });
    ViewEdit {
        axis: view.axis.name().to_owned(),
        range,
        lanes: view.lanes.clone(),
        folded: view.folded.clone(),
        filter: view.filter.clone(),
        event: view.event,
        at: view.at.map(Time::as_nanos),
        measure: view.measure,
        pins: pins.collect(),
    }
}

/// A view as pairs of keys and values, as somebody would type them.
pub(super) fn pairs_of(view: &ViewEdit) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    let mut add = |key, value: Option<String>| pairs.extend(value.map(|value| (key, value)));
    let list = |names: &[String]| (!names.is_empty()).then(|| names.join(","));
    add("axis", (!view.axis.is_empty() && view.axis != Axis::Time.name()).then(|| view.axis.clone()));
    add(
        "range",
        view.range.as_ref().map(
            |RangeEdit { events, from, to }| {
                if *events { format!("{from}-{to}") } else { format!("{from}ns-{to}ns") }
            },
        ),
    );
    add("lanes", list(&view.lanes));
    add("fold", list(&view.folded));
    add("filter", view.filter.clone());
    add("event", view.event.map(|event| event.to_string()));
    add("at", view.at.map(|at| format!("{at}ns")));
    add("measure", view.measure.map(|(a, b)| format!("{a}-{b}")));
    for PinEdit { at, text } in &view.pins {
        add("pin", Some(format!("{at}ns:{text}")));
    }
    pairs
}
