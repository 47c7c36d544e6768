//! What was thrown: a panic, or an exception of JavaScript, as plain data. Both are bugs until somebody knows better.
//!
//! Nothing here touches JavaScript: whoever catches an exception reads its `name`, `message`, `stack` and `cause`, and
//! whoever throws one writes them.

use super::search::chain;
use super::{Fault, MOST_CAUSES, MOST_TEXT};
use std::error::Error;
use std::fmt;

/// Something thrown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thrown {
    /// Its kind: `panic`, or the name of the exception, such as `TypeError`.
    pub name: String,
    /// What it said.
    pub message: String,
    /// Where it was thrown, in whatever form is known: lines of a stack, or the place of a panic.
    pub stack: Option<String>,
    /// What it came of.
    pub cause: Option<Box<Thrown>>,
}

impl Thrown {
    /// A panic with this message, at a line of Rust if that is known. (Where panics abort there is no stack to be had.)
    pub fn panic(message: impl Into<String>, place: Option<(&str, u32)>) -> Self {
        let stack = place.map(|(file, line)| format!("{file}:{line}"));
        Thrown { name: "panic".to_owned(), message: cut(message.into()), stack: stack.map(cut), cause: None }
    }

    /// An exception. Its texts are cut to [`MOST_TEXT`] bytes each.
    pub fn exception(name: impl Into<String>, message: impl Into<String>, stack: Option<String>) -> Self {
        Thrown { name: cut(name.into()), message: cut(message.into()), stack: stack.map(cut), cause: None }
    }

    /// The same, because of another; of more than [`MOST_CAUSES`] of them the innermost are left out.
    pub fn because(self, cause: Thrown) -> Self {
        let mut layers = Vec::new();
        for thrown in [self, cause] {
            let mut next = Some(Box::new(thrown));
            while let Some(mut layer) = next {
                next = layer.cause.take();
                layers.push(*layer);
            }
        }
        Thrown::chained(layers).expect("there are two")
    }

    /// An error to be thrown to JavaScript: named after its module, with its frames as the stack, and its causes as far
    /// as programs may look.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let mut layers: Vec<Thrown> = chain(error).take(MOST_CAUSES).map(Thrown::layer).collect();
        // A module's type and its record are one layer.
        layers.dedup();
        Thrown::chained(layers).expect("the error itself is one")
    }

    /// Each because of the next.
    fn chained(layers: Vec<Thrown>) -> Option<Thrown> {
        let outwards = layers.into_iter().take(MOST_CAUSES).rev();
        outwards.fold(None, |below, layer| Some(Thrown { cause: below.map(Box::new), ..layer }))
    }

    fn layer(error: &(dyn Error + 'static)) -> Self {
        if let Some(thrown) = error.downcast_ref::<Thrown>() {
            return Thrown { cause: None, ..thrown.clone() };
        }
        match super::search::record_of(error) {
            Some(fault) => {
                let frames = fault.frames.iter().map(|frame| format!("at {} ({})", frame.operation, frame.site));
                let stack = frames.collect::<Vec<_>>().join("\n");
                Thrown::exception(fault.module.unwrap_or("Fault"), fault.what.clone(), Some(stack))
            }
            None => Thrown::exception("Error", error.to_string(), None),
        }
    }
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MOST_TEXT));
    text
}

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl Error for Thrown {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl From<&Fault> for Thrown {
    fn from(fault: &Fault) -> Self {
        Thrown::of(fault)
    }
}
