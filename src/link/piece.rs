//! One piece of a link (the scenario, a key, a value): its percent-decoded text, and where in the link each of its bytes stands.

use super::LinkError;
use super::error::Trouble;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// What a piece may hold as it is; everything else is written `%XX`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b':')
    .remove(b'@')
    .remove(b'*')
    .remove(b'+')
    .remove(b'/')
    .remove(b',');

/// Writes a piece so that it can stand in a link.
pub(super) fn encode(text: &str) -> String {
    percent_encode(text.as_bytes(), ENCODED).to_string()
}

/// A decoded piece. Invariant: `text` is what `raw` decodes to, and holds no control character.
#[derive(Clone, Debug)]
pub(super) struct Piece<'a> {
    pub text: String,
    raw: &'a str,
    /// Bytes from the start of the given text to `raw`.
    start: usize,
}

impl<'a> Piece<'a> {
    /// Decodes `raw`, which stands `start` bytes into the link, as a piece of the part named `part`.
    pub fn decode(raw: &'a str, start: usize, part: &str) -> Result<Self, LinkError> {
        let refuse = |code, offset: usize, length: usize, allowed: &str| {
            let end = (offset + length).min(raw.len());
            let value = raw.get(offset..end).unwrap_or(raw);
            Err(located(LinkError::new(code, part, value, allowed), start + offset))
        };
        let mut bytes = Vec::with_capacity(raw.len());
        let mut at = 0;
        while at < raw.len() {
            match raw.as_bytes()[at] {
                b'%' => match hex_pair(raw.as_bytes().get(at + 1..at + 3)) {
                    Some(byte) => {
                        bytes.push(byte);
                        at += 3;
                    }
                    None => return refuse("bad-encoding", at, 3, "%00–%FF, UTF-8"),
                },
                byte => {
                    bytes.push(byte);
                    at += 1;
                }
            }
        }
        let mut piece = Piece { text: String::new(), raw, start };
        match String::from_utf8(bytes) {
            Ok(text) => piece.text = text,
            // Half a character, or half a surrogate pair, which is not a character either.
            Err(error) => {
                return refuse("bad-encoding", piece.raw_offset(error.utf8_error().valid_up_to()), 9, "%00–%FF, UTF-8");
            }
        }
        if let Some((offset, found)) = piece.text.char_indices().find(|(_, c)| c.is_control() || *c == '\u{fffd}') {
            let code = if found.is_control() { "control-character" } else { "bad-encoding" };
            let error = LinkError::new(code, part, &found.to_string(), "UTF-8 − (U+0000–U+001F, U+007F–U+009F)");
            return Err(located(error, start + piece.raw_offset(offset)));
        }
        Ok(piece)
    }

    /// An error about the whole piece.
    pub fn error(&self, code: &'static str, part: &str, allowed: impl Into<String>) -> LinkError {
        located(LinkError::new(code, part, &self.text, allowed), self.start)
    }

    /// An error within the piece.
    pub fn trouble(&self, part: &str, trouble: Trouble) -> LinkError {
        let offset = self.raw_offset(trouble.offset);
        located(trouble.in_part(part), self.start + offset)
    }

    /// Where the byte of the decoded text stands in `raw`.
    fn raw_offset(&self, decoded: usize) -> usize {
        let mut at = 0;
        for _ in 0..decoded {
            at += if self.raw.as_bytes().get(at) == Some(&b'%') { 3 } else { 1 };
        }
        at.min(self.raw.len())
    }
}

/// Decodes what can be decoded and keeps the rest; for the check only.
pub(super) fn decode_lossy(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = if bytes[at] == b'%' { hex_pair(bytes.get(at + 1..at + 3)) } else { None };
        decoded.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    decoded
}

fn hex_pair(digits: Option<&[u8]>) -> Option<u8> {
    let [high, low] = digits? else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

/// The error at a byte of the given text; [`super::parse`] turns bytes into characters at the very end.
pub(super) fn located(mut error: LinkError, byte: usize) -> LinkError {
    error.position = Some(byte);
    error
}
