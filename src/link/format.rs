//! The one text of a link.

use super::piece::encode;
use super::{Link, VERSION, check, encode_schedule, write_fault, write_may};
use crate::runtime::setting::{Model, Order};
use std::fmt;

impl fmt::Display for Link {
    /// Writes `#/SCENARIO`, and what differs from the defaults with its check.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = format!("/{}", encode(self.scenario.id));
        let pairs = self.pairs();
        if pairs.is_empty() {
            return write!(f, "#{path}");
        }
        let pairs = pairs.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value)));
        let query = pairs.collect::<Vec<_>>().join("&");
        write!(f, "#{path}?~{}&{query}", check::of(&path, &query))
    }
}

impl Link {
    /// Everything that differs from the defaults, as keys and values in the order of a link, not percent-encoded.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let mut add = |key: &str, value: String| pairs.push((key.to_string(), value));
        for (parameter, value) in self.params.changed() {
            add(parameter.name, value.to_string());
        }
        if self.version != VERSION {
            add("v", self.version.to_string());
        }
        if self.setting.model == Model::AnySpeed {
            add("model", "any-speed".to_string());
        }
        if self.setting.order == Order::Seeded {
            add("order", "seeded".to_string());
        }
        if self.setting.seed != 0 {
            add("seed", self.setting.seed.to_string());
        }
        self.setting.may.iter().for_each(|may| add("may", write_may(may)));
        self.setting.faults.iter().for_each(|fault| add("fault", write_fault(fault)));
        if let Some(choices) = self.setting.schedule.as_deref().filter(|choices| !choices.is_empty()) {
            add("schedule", encode_schedule(choices));
        }
        if let Some(expect) = self.expect {
            add("expect", format!("{expect:016x}"));
        }
        if self.live {
            add("mode", "live".to_string());
        }
        self.view.pairs().into_iter().for_each(|(key, value)| add(key, value));
        self.unknown.iter().for_each(|(key, value)| add(key, value.clone()));
        pairs
    }
}
