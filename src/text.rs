//! Texts by key, in one language: messages of the core are a code and arguments, and become words only here.
//!
//! The texts live in `www/locales`; English is built in, for the command line and for error messages.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

/// The texts of one language: templates with `{name}` for each argument.
#[derive(Clone, Debug, Default)]
pub struct Texts(BTreeMap<String, String>);

static ENGLISH: LazyLock<Texts> = LazyLock::new(|| {
    let mut texts = Texts::default();
    texts.add(include_str!("../www/locales/en/core.json"));
    texts
});

impl Texts {
    /// The English texts of the core.
    pub fn english() -> &'static Texts {
        &ENGLISH
    }

    /// Adds the texts of a flat JSON object of strings.
    ///
    /// # Panics
    /// If it is not one: the files are part of the program.
    pub fn add(&mut self, json: &str) {
        let texts: BTreeMap<String, String> =
            serde_json::from_str(json).expect("a locale file is a flat object of texts");
        self.0.extend(texts);
    }

    /// The template of a key.
    pub fn template(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The text of a key with its arguments filled in; the key itself where there is no text.
    ///
    /// An argument is put in as it is and never read as a template.
    pub fn fill(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        let Some(template) = self.template(key) else {
            return key.to_string();
        };
        let mut text = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let value = arguments.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            text.push_str(value.unwrap_or(name));
            rest = after;
        }
        text.push_str(rest);
        text
    }

    /// Every key, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// A text that came from outside, fit for a message: at most `limit` characters, and no character that acts on the
/// reader's terminal or on the direction of the text; such a one is written as `\u{1b}`.
pub fn visible(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == limit {
            shown.push('…');
            break;
        }
        if is_invisible(character) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether a character is a control, a direction mark or of no width.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
