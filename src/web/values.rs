//! Values on their way in and out: arguments are read whatever they are, objects are written, errors are thrown.
//!
//! JavaScript may pass anything. An argument is taken as a [`JsValue`] and read here, because a wrong type in a typed
//! parameter traps inside the glue instead of being refused.

use crate::link::LinkError;
use crate::report::ErrorReport;
use js_sys::{Object, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Bad input: what is wrong, in which part, where, and what is allowed. `name` is "HeartraceError". */
export interface HeartraceError extends Error, ErrorReport {}
"#;

/// The text of an argument.
pub(super) fn text(part: &str, value: &JsValue) -> Result<String, JsValue> {
    value.as_string().ok_or_else(|| wrong_type(part, value, "string"))
}

/// The whole number of an argument.
pub(super) fn whole(part: &str, value: &JsValue) -> Result<u32, JsValue> {
    let number = value.as_f64().ok_or_else(|| wrong_type(part, value, "number"))?;
    let is_whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    let allowed = format!("0–{}", u32::MAX);
    if is_whole { Ok(number as u32) } else { Err(refusal("out-of-range", part, &number.to_string(), &allowed)) }
}

/// The object of an argument; `form` is the name of its type.
pub(super) fn record<T: DeserializeOwned>(part: &str, form: &str, value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|error| refusal("wrong-form", part, &error.to_string(), form))
}

/// Refuses an object with a field that is not one of `fields`.
pub(super) fn only_fields(part: &str, fields: &[&str], value: &JsValue) -> Result<(), JsValue> {
    let Some(object) = value.dyn_ref::<Object>() else { return Ok(()) };
    let unknown = Object::keys(object).iter().filter_map(|key| key.as_string()).find(|key| !fields.contains(&&**key));
    unknown.map_or(Ok(()), |key| Err(refusal("unknown-option", part, &key, &fields.join(", "))))
}

fn wrong_type(part: &str, value: &JsValue, allowed: &str) -> JsValue {
    let found = if value.is_null() { "null".to_owned() } else { value.js_typeof().as_string().unwrap_or_default() };
    refusal("wrong-type", part, &found, allowed)
}

fn refusal(code: &'static str, part: &str, value: &str, allowed: &str) -> JsValue {
    thrown(LinkError::new(code, part, value, allowed))
}

/// A `HeartraceError`.
pub(super) fn thrown(error: LinkError) -> JsValue {
    let report = ErrorReport::new(&error);
    let thrown = js_sys::Error::new(&report.message);
    thrown.set_name("HeartraceError");
    for (name, text) in
        [("code", &report.code), ("part", &report.part), ("value", &report.value), ("allowed", &report.allowed)]
    {
        set(&thrown, name, &JsValue::from_str(text));
    }
    set(&thrown, "position", &report.position.map_or(JsValue::NULL, |position| JsValue::from_f64(position as f64)));
    thrown.into()
}

pub(super) fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(JsValue::from)
}

pub(super) fn set(object: &Object, key: &str, value: &JsValue) {
    // Setting a property of an object made here cannot fail.
    let _ = Reflect::set(object, &JsValue::from_str(key), value);
}
