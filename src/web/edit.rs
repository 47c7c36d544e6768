//! A link in parts, as forms edit it: out of a link that was read, and back into text.

use super::view::{ViewEdit, pairs_of, view_of};
use crate::gather::gather;
use crate::link::{Link, write_fault, write_may};
use crate::runtime::setting::{Model, Order};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tsify::Tsify;

/// What a link says, every parameter with its value as text.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
#[tsify(missing_as_null)]
#[serde(default)]
pub struct LinkEdit {
    /// The scenario.
    pub scenario: String,
    /// The parameters by name.
    #[tsify(type = "Record<string, string>")]
    pub parameters: BTreeMap<String, String>,
    /// `timed` or `any-speed`.
    pub model: String,
    /// `canonical` or `seeded`.
    pub order: String,
    /// The seed.
    pub seed: String,
    /// What may go wrong.
    pub may: Vec<String>,
    /// What goes wrong.
    pub faults: Vec<String>,
    /// Recorded choices.
    pub schedule: Option<String>,
    /// The fingerprint that the run should have.
    pub expect: Option<String>,
    /// Whether the page runs it live.
    pub live: bool,
    /// How the page shows it.
    pub view: ViewEdit,
    /// Keys without a meaning here.
    pub unknown: Vec<UnknownKey>,
}

/// A key without a meaning here.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
#[tsify(missing_as_null)]
pub struct UnknownKey {
    /// The key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A link that was read.
#[derive(Clone, Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct LinkInfo {
    /// Its parts.
    #[serde(flatten)]
    pub edit: LinkEdit,
    /// Its canonical text.
    pub link: String,
    /// The canonical text of its run alone, however it is shown.
    pub run: String,
    /// Whether it carried its check.
    pub checked: bool,
}

pub(super) fn edit_of(link: &Link) -> LinkEdit {
    let value = |key: &str| link.pairs().into_iter().find(|(name, _)| name == key).map(|(_, value)| value);
    LinkEdit {
        scenario: link.scenario.id.to_owned(),
        parameters: gather(link.params.iter().map(|(parameter, value)| (parameter.name.to_owned(), value.to_string()))),
        model: if link.setting.model == Model::AnySpeed { "any-speed" } else { "timed" }.to_owned(),
        order: if link.setting.order == Order::Seeded { "seeded" } else { "canonical" }.to_owned(),
        seed: link.setting.seed.to_string(),
        may: link.setting.may.iter().map(write_may).collect(),
        faults: link.setting.faults.iter().map(write_fault).collect(),
        schedule: value("schedule"),
        expect: value("expect"),
        live: link.live,
        view: view_of(&link.view),
        unknown: link
            .unknown
            .iter()
            .map(|(key, value)| UnknownKey { key: key.clone(), value: value.clone() })
            .collect(),
    }
}

/// The parts as the text of a link typed by hand.
pub(super) fn text_of(edit: &LinkEdit) -> String {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let mut pairs: Vec<(&str, &str)> = edit.parameters.iter().map(|(name, value)| (&**name, &**value)).collect();
    pairs.extend(
        [("model", &*edit.model), ("order", &*edit.order), ("seed", &*edit.seed)]
            .into_iter()
            .filter(|pair| !pair.1.is_empty()),
    );
    pairs.extend(edit.may.iter().map(|may| ("may", &**may)));
    pairs.extend(edit.faults.iter().map(|fault| ("fault", &**fault)));
    pairs.extend(edit.schedule.iter().map(|schedule| ("schedule", &**schedule)));
    pairs.extend(edit.expect.iter().map(|expect| ("expect", &**expect)));
    if edit.live {
        pairs.push(("mode", "live"));
    }
    let view = pairs_of(&edit.view);
    pairs.extend(view.iter().map(|(key, value)| (*key, &**value)));
    pairs.extend(edit.unknown.iter().map(|unknown| (&*unknown.key, &*unknown.value)));
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    format!("#/{}?{}", encode(&edit.scenario), pairs.join("&"))
}
