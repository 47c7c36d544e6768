//! Recorded choices as text: `schedule=` in a link.
//!
//! A choice is the triple (gap, pick, arity): after `gap` choices that went as the rest of the link would have it,
//! candidate `pick` of `arity` was taken. Written as bits, high bits first: one bit 0; then for each choice the
//! Elias gamma code of gap + 1 and of pair + 1; then zeros up to a full byte. `pair` numbers all (arity, pick):
//! (2,1) (2,0) (3,1) (3,2) (3,0) (4,1) … so that the usual choices take one to three bits, and no text can hold a
//! pick that its arity does not have. Those bytes, or the byte 0x80 and the same bytes deflated where that is
//! shorter, are written in URL-safe base64 without padding.

use super::error::Trouble;
use crate::runtime::setting::Deviation;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// The most choices a link may carry.
pub const MAX_DEVIATIONS: usize = 100_000;

/// What a schedule is made of, as told in errors.
pub(super) const FORM: &str = "(gap, pick, arity)…, base64url";
const DEFLATED: u8 = 0x80;
/// Room for [`MAX_DEVIATIONS`] choices of up to 20 bytes (two gamma codes of 32- and 63-bit numbers: 190 bits at most).
const MAX_BYTES: usize = MAX_DEVIATIONS * 24;

/// Writes choices.
///
/// # Panics
/// If a pick is not below its arity, or an arity is below 2: such a choice cannot have been recorded.
pub fn encode_schedule(choices: &[Deviation]) -> String {
    let mut bits = Bits::default();
    bits.push(false);
    for choice in choices {
        let Deviation { gap, pick, arity } = *choice;
        assert!(
            arity >= 2 && pick < arity,
            "a recorded choice takes one of at least two candidates, not {pick} of {arity}"
        );
        bits.push_gamma(u64::from(gap) + 1);
        bits.push_gamma(pair(pick, arity) + 1);
    }
    let plain = bits.bytes;
    let deflated = compress_to_vec(&plain, 9);
    let bytes = if deflated.len() + 1 < plain.len() { [&[DEFLATED], deflated.as_slice()].concat() } else { plain };
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads choices.
pub(super) fn decode_schedule(text: &str) -> Result<Vec<Deviation>, Trouble> {
    let wrong = |offset: usize| Trouble::new("schedule-form", offset, text, FORM);
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|error| {
        let byte = match error {
            base64::DecodeError::InvalidByte(offset, _) | base64::DecodeError::InvalidLastSymbol { offset, .. } => {
                offset
            }
            _ => text.len(),
        };
        wrong((0..=byte.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0))
    })?;
    match bytes.split_first() {
        Some((&DEFLATED, deflated)) => {
            let plain = decompress_to_vec_with_limit(deflated, MAX_BYTES).map_err(|_| wrong(0))?;
            // A place in the deflated text says nothing about a choice.
            read_bits(&plain, text).map_err(|trouble| Trouble { offset: 0, ..trouble })
        }
        _ => read_bits(&bytes, text),
    }
}

fn read_bits(bytes: &[u8], text: &str) -> Result<Vec<Deviation>, Trouble> {
    let mut reader = Reader { bytes, at: 0 };
    // A character holds six bits.
    let wrong = |bit: usize| {
        let offset = (bit / 6).min(text.len());
        Trouble::new("schedule-form", offset, text, FORM)
    };
    if reader.bit() != Some(false) {
        return Err(wrong(0));
    }
    let mut choices = Vec::new();
    while !reader.only_padding_left() {
        let start = reader.at;
        if choices.len() == MAX_DEVIATIONS {
            return Err(Trouble::new(
                "too-many",
                start / 6,
                &format!("> {MAX_DEVIATIONS}"),
                format!("0–{MAX_DEVIATIONS}"),
            ));
        }
        let gap = reader.gamma().and_then(|gap| u32::try_from(gap - 1).ok());
        let choice = reader.gamma().and_then(|number| unpair(number - 1));
        let (Some(gap), Some((pick, arity))) = (gap, choice) else {
            return Err(wrong(start));
        };
        choices.push(Deviation { gap, pick, arity });
    }
    if choices.is_empty() { Err(wrong(0)) } else { Ok(choices) }
}

/// The number of (arity, pick) in the order (2,1) (2,0) (3,1) (3,2) (3,0) …
fn pair(pick: u32, arity: u32) -> u64 {
    let arity = u64::from(arity);
    first_pair(arity) + u64::from(pick).checked_sub(1).unwrap_or(arity - 1)
}

fn unpair(number: u64) -> Option<(u32, u32)> {
    // The largest arity with first_pair(arity) <= number, from the quadratic formula.
    let arity = u32::try_from((8 * (u128::from(number) + 1) + 1).isqrt().div_ceil(2)).ok()?;
    let pick = u32::try_from(number - first_pair(u64::from(arity))).ok()?;
    let pick = if pick == arity - 1 { 0 } else { pick + 1 };
    Some((pick, arity))
}

/// 2 + 3 + … + (arity − 1) picks belong to smaller arities.
fn first_pair(arity: u64) -> u64 {
    arity * (arity - 1) / 2 - 1
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn push(&mut self, bit: bool) {
        if self.used.is_multiple_of(8) {
            self.bytes.push(0);
        }
        let last = self.bytes.len() - 1;
        self.bytes[last] |= u8::from(bit) << (7 - self.used % 8);
        self.used += 1;
    }

    /// Elias gamma: as many zeros as the number has binary digits after the first, then its binary digits.
    fn push_gamma(&mut self, number: u64) {
        let digits = number.ilog2();
        (0..digits).for_each(|_| self.push(false));
        (0..=digits).rev().for_each(|digit| self.push(number >> digit & 1 == 1));
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn bit(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1 == 1;
        self.at += 1;
        Some(bit)
    }

    fn gamma(&mut self) -> Option<u64> {
        let mut digits = 0;
        while !self.bit()? {
            digits += 1;
        }
        if digits > 63 {
            return None;
        }
        (0..digits).try_fold(1, |number, _| Some(number << 1 | u64::from(self.bit()?)))
    }

    /// Whether what is left is less than a byte and all zeros.
    fn only_padding_left(&self) -> bool {
        let left = self.bytes.len() * 8 - self.at;
        left < 8 && self.bytes.last().is_none_or(|byte| byte & ((1_u16 << left) - 1) as u8 == 0)
    }
}
