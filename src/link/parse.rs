//! Reading a link: from any text to a run, or to the one part that is wrong.

use super::piece::{Piece, located};
use super::{LATER_KEYS, Link, LinkError, MAX_FAULTS, MAX_MAY, MAX_SEED, VERSION, check, fault, schedule, view};
use crate::gather::put_in_order;
use crate::ordered::Set;
use crate::runtime::setting::{Model, Order};
use crate::scenarios::parameter::{closest, read_count};
use crate::scenarios::{all, find};

/// The longest link, in bytes. Pages and chat tools give up long before.
pub const MAX_LENGTH: usize = 65_536;

const FORM: &str = "#/SCENARIO?key=value&…";
/// The keys of every scenario that say what is run, in the order of a link.
const KEYS: [&str; 9] = ["v", "model", "order", "seed", "may", "fault", "schedule", "expect", "mode"];

pub(super) fn parse(text: &str, strict: bool) -> Result<Link, LinkError> {
    Reader { text, strict }.link().map_err(|error| LinkError {
        position: error.position.map(|byte| text[..text.floor_char_boundary(byte)].chars().count()),
        ..error
    })
}

/// Within this file positions are bytes; [`parse`] turns them into characters.
struct Reader<'a> {
    text: &'a str,
    strict: bool,
}

impl Reader<'_> {
    fn link(&self) -> Result<Link, LinkError> {
        if self.text.len() > MAX_LENGTH {
            let error = LinkError::new("too-long", "link", self.text, format!("0–{MAX_LENGTH}"));
            return Err(located(error, self.text.floor_char_boundary(MAX_LENGTH)));
        }
        let start = self.fragment()?;
        let fragment = &self.text[start..];
        let (path, query) = match fragment.split_once('?') {
            Some((path, query)) => (path, Some((query, start + path.len() + 1))),
            None => (fragment, None),
        };
        if let Some((query, at)) = query {
            self.check(path, query, at)?;
        }
        let mut link = self.scenario(&path[1..], start + 1)?;
        if let Some((query, at)) = query {
            self.query(&mut link, query, at)?;
        }
        self.together(&link)?;
        fault::sort_faults(&mut link.setting.faults);
        put_in_order(&mut link.setting.may, |may| (may.kind, may.target.clone()));
        link.view.settle();
        Ok(link)
    }

    /// Asks the scenario whether its parameters fit each other.
    fn together(&self, link: &Link) -> Result<(), LinkError> {
        (link.scenario.check)(&link.params).map_err(|error| {
            let found = LinkError::new("out-of-range", error.field, &error.value, error.allowed);
            let place = [format!("?{}=", error.field), format!("&{}=", error.field)];
            let place = place.iter().find_map(|key| self.text.find(key.as_str()).map(|at| at + key.len()));
            LinkError { position: place, ..found }
        })
    }

    /// Finds where `/SCENARIO` begins.
    fn fragment(&self) -> Result<usize, LinkError> {
        if self.text.is_empty() {
            return Err(located(LinkError::new("empty-link", "link", "", FORM), 0));
        }
        match self.text.find("#/") {
            Some(hash) => {
                Piece::decode(&self.text[..hash], 0, "link")?;
                Ok(hash + 1)
            }
            None if self.text.starts_with('/') => Ok(0),
            None => {
                let whole = Piece::decode(self.text, 0, "link")?;
                let bare = whole.text.trim_start_matches('#').split('?').next().unwrap_or_default();
                let near = closest(bare, all().iter().map(|scenario| scenario.id)).map(|id| format!("#/{id}"));
                Err(whole.error("link-form", "link", FORM).suggesting(near.as_deref()))
            }
        }
    }

    /// Compares the check, if there is one, before anything else is judged: a cut link is told as cut.
    fn check(&self, path: &str, query: &str, at: usize) -> Result<(), LinkError> {
        let (first, rest) = query.split_once('&').unwrap_or((query, ""));
        let first = first.strip_prefix("%7E").or(first.strip_prefix("%7e")).or(first.strip_prefix('~'));
        let Some(given) = first else { return Ok(()) };
        let found = check::of(path, rest);
        if given == found {
            return Ok(());
        }
        Err(located(LinkError::new("cut-or-changed", "check", &format!("~{given}"), format!("~{found}")), at))
    }

    fn scenario(&self, raw: &str, at: usize) -> Result<Link, LinkError> {
        let id = Piece::decode(raw, at, "scenario")?;
        let ids = || all().iter().map(|scenario| scenario.id);
        let allowed = || ids().collect::<Vec<_>>().join(", ");
        if id.text.is_empty() {
            return Err(id.error("missing-scenario", "scenario", allowed()));
        }
        let scenario = find(&id.text)
            .ok_or_else(|| id.error("unknown-scenario", "scenario", allowed()).suggesting(closest(&id.text, ids())))?;
        Ok(Link::new(scenario))
    }

    fn query(&self, link: &mut Link, query: &str, mut at: usize) -> Result<(), LinkError> {
        let mut seen = Set::new();
        for (index, pair) in query.split('&').enumerate() {
            let is_check = index == 0 && (pair.starts_with('~') || pair.to_ascii_lowercase().starts_with("%7e"));
            if !is_check {
                self.pair(link, &mut seen, pair, at)?;
            }
            at += pair.len() + 1;
        }
        Ok(())
    }

    fn pair(&self, link: &mut Link, seen: &mut Set<String>, pair: &str, at: usize) -> Result<(), LinkError> {
        let (raw_key, raw_value) = match pair.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (pair, None),
        };
        let key = Piece::decode(raw_key, at, "key")?;
        if key.text.is_empty() {
            return Err(key.error("empty-part", "link", FORM));
        }
        if key.text.starts_with('~') {
            return Err(key.error("misplaced-check", "check", "#/SCENARIO?~CC&…"));
        }
        let unknown = self.is_unknown(link, &key.text);
        let (raw_value, value_at) = match raw_value {
            Some(value) => (value, at + raw_key.len() + 1),
            None => ("", at + raw_key.len()),
        };
        let value = Piece::decode(raw_value, value_at, &key.text)?;
        if let Some(extra) = raw_value.find(['?', '=']).filter(|_| !unknown) {
            let error = LinkError::new("unexpected-character", &key.text, &raw_value[extra..], FORM);
            return Err(located(error, value_at + extra));
        }
        if unknown {
            return self.unknown(link, &key, value);
        }
        if !seen.insert(key.text.clone()) && !matches!(&*key.text, "fault" | "may" | "pin") {
            let error = LinkError::new("repeated-key", &key.text, &value.text, format!("1 × {}=", key.text));
            return Err(located(error, at));
        }
        if value.text.is_empty() {
            return Err(value.error("missing-value", &key.text, self.allowed(link, &key.text)));
        }
        self.known(link, &key.text, &value)
    }

    fn is_unknown(&self, link: &Link, key: &str) -> bool {
        !KEYS.contains(&key)
            && !view::KEYS.contains(&key)
            && link.scenario.parameters.iter().all(|parameter| parameter.name != key)
    }

    fn unknown(&self, link: &mut Link, key: &Piece, value: Piece) -> Result<(), LinkError> {
        if self.strict {
            let later = LATER_KEYS.contains(&&*key.text);
            let names = || {
                let own = link.scenario.parameters.iter().map(|parameter| parameter.name);
                own.chain(KEYS).chain(view::KEYS).filter(|key| *key != "mode")
            };
            let mut error = key.error(
                if later { "later-key" } else { "unknown-key" },
                &key.text,
                names().collect::<Vec<_>>().join(", "),
            );
            if !later {
                error = error.suggesting(closest(&key.text, names()));
            }
            return Err(error);
        }
        link.unknown.push((key.text.clone(), value.text));
        Ok(())
    }

    fn known(&self, link: &mut Link, key: &str, value: &Piece) -> Result<(), LinkError> {
        let text = &*value.text;
        let trouble = |trouble| value.trouble(key, trouble);
        let refuse = |code| Err(value.error(code, key, self.allowed(link, key)));
        let word = |words: &[&'static str]| {
            let index = words.iter().position(|word| *word == text);
            index.ok_or_else(|| {
                let near = closest(text, words.iter().copied());
                value.error("unknown-value", key, words.join(", ")).suggesting(near)
            })
        };
        let number = |max: u64| {
            let count = read_count(text).map_err(super::error::misfit_code);
            let count = count.and_then(|count| if count > max { Err("out-of-range") } else { Ok(count) });
            count.map_err(|code| value.error(code, key, self.allowed(link, key)))
        };
        match key {
            "v" => match number(u64::MAX)? {
                1 => {}
                _ => return refuse("unknown-version"),
            },
            "model" => link.setting.model = [Model::Timed, Model::AnySpeed][word(&["timed", "any-speed"])?],
            "order" => link.setting.order = [Order::Canonical, Order::Seeded][word(&["canonical", "seeded"])?],
            "seed" => link.setting.seed = number(MAX_SEED)?,
            "may" => {
                let may = fault::read_may(text, link.scenario).map_err(trouble)?;
                if link.setting.may.iter().any(|known| known.kind == may.kind && known.target == may.target) {
                    return refuse("repeated-may");
                }
                if link.setting.may.len() == MAX_MAY {
                    return Err(value.error("too-many", key, format!("0–{MAX_MAY}")));
                }
                link.setting.may.push(may);
            }
            "fault" => {
                if link.setting.faults.len() == MAX_FAULTS {
                    return Err(value.error("too-many", key, format!("0–{MAX_FAULTS}")));
                }
                link.setting.faults.push(fault::read_fault(text, link.scenario).map_err(trouble)?);
            }
            "schedule" => link.setting.schedule = Some(schedule::decode_schedule(text).map_err(trouble)?),
            "expect" => match fingerprint(text) {
                Some(expect) => link.expect = Some(expect),
                None => return refuse("not-a-fingerprint"),
            },
            "mode" => {
                word(&["live"])?;
                if self.strict {
                    return Err(value.error("page-only", key, FORM));
                }
                link.live = true;
            }
            key if view::KEYS.contains(&key) => link.view.set(key, text).map_err(trouble)?,
            _ => link.params.set(key, text).map_err(|error| trouble(error.into()))?,
        }
        Ok(())
    }

    /// What a known key takes.
    fn allowed(&self, link: &Link, key: &str) -> String {
        match key {
            "v" => VERSION.to_string(),
            "model" => "timed, any-speed".to_string(),
            "order" => "canonical, seeded".to_string(),
            "seed" => format!("0–{MAX_SEED}"),
            "may" => "crash:TASK*N, hang:TASK*N, drop:CHANNEL*N".to_string(),
            "fault" => fault::forms(),
            "schedule" => schedule::FORM.to_string(),
            "expect" => "[0-9a-f]{16}".to_string(),
            "mode" => "live".to_string(),
            key if view::KEYS.contains(&key) => view::allowed(key).to_string(),
            name => {
                let parameter = link.scenario.parameters.iter().find(|parameter| parameter.name == name);
                parameter.map(|parameter| parameter.allowed()).unwrap_or_default()
            }
        }
    }
}

fn fingerprint(text: &str) -> Option<u64> {
    let hex = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    hex.then(|| u64::from_str_radix(text, 16).ok()).flatten()
}
