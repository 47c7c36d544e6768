//! A fault as text: `{}` what happened, on one line; `{:?}` everything, on one line, for the log; `{:#}` everything as
//! a tree with the lines of Rust.

use super::search::record_of;
use super::{Fault, Retry, Severity};
use crate::runtime::wall;
use std::error::Error;
use std::fmt;
use std::rc::Rc;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return tree(f, self, 0);
        }
        f.write_str(&self.what)?;
        if self.barrier {
            return Ok(());
        }
        for (index, cause) in self.causes.iter().enumerate() {
            write!(f, "{}{cause}", if index == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fault {
    /// Without line numbers: an edit elsewhere in a file must not make another run of a run that prints this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(self.module.unwrap_or("Fault"));
        shown.field("id", &self.id).field("what", &self.what);
        if let Some(code) = self.code {
            shown.field("code", &format_args!("{}", code.name()));
        }
        shown.field("when", &format_args!("{}", wall::utc(self.when)));
        shown.field("task", &format_args!("{}", self.path));
        if let Some(attempt) = self.attempt {
            shown.field("attempt", &attempt);
        }
        let operations: Vec<&str> = self.frames.iter().map(|frame| frame.operation).collect();
        shown.field("stack", &format_args!("[{}]", operations.join(" < ")));
        for (key, value) in &self.context {
            shown.field(key, &format_args!("{value}"));
        }
        if self.severity != Severity::default() {
            shown.field("severity", &format_args!("{}", self.severity.name()));
        }
        if let Some(handled) = self.handled {
            shown.field("handled", &handled.operation);
        }
        if self.retry != Retry::Unknown {
            shown.field("retry", &self.retry);
        }
        for hint in &self.hints {
            shown.field("hint", hint);
        }
        if let Some(help) = &self.help {
            shown.field("help", help);
        }
        for cause in &self.causes {
            shown.field(if self.barrier { "hidden" } else { "cause" }, cause);
        }
        for secondary in &self.secondary {
            shown.field("besides", secondary);
        }
        if self.truncated {
            shown.finish_non_exhaustive()?;
            return f.write_str(" truncated");
        }
        shown.finish()
    }
}

fn tree(f: &mut fmt::Formatter<'_>, fault: &Fault, depth: usize) -> fmt::Result {
    let margin = "  ".repeat(depth);
    writeln!(f, "{margin}{}: {}", fault.module.unwrap_or("Fault"), fault.what)?;
    write!(f, "{margin}  {} in {}", wall::utc(fault.when), fault.path)?;
    writeln!(f, "{}", fault.attempt.map(|attempt| format!(", attempt {attempt}")).unwrap_or_default())?;
    for (key, value) in &fault.context {
        writeln!(f, "{margin}  {key} = {value}")?;
    }
    for frame in &fault.frames {
        writeln!(f, "{margin}  at {} ({}:{})", frame.operation, frame.site.file(), frame.site.line())?;
    }
    if fault.severity != Severity::default() {
        writeln!(f, "{margin}  severity: {}", fault.severity.name())?;
    }
    if let Some(handled) = fault.handled {
        let (file, line) = (handled.site.file(), handled.site.line());
        writeln!(f, "{margin}  handled at {} ({file}:{line})", handled.operation)?;
    }
    for hint in &fault.hints {
        writeln!(f, "{margin}  hint: {hint}")?;
    }
    if let Some(help) = &fault.help {
        writeln!(f, "{margin}  help: {help}")?;
    }
    if fault.truncated {
        writeln!(f, "{margin}  truncated")?;
    }
    let word = if fault.barrier { "hidden" } else { "because" };
    branch(f, word, &fault.causes, depth)?;
    branch(f, "besides", &fault.secondary, depth)
}

fn branch(f: &mut fmt::Formatter<'_>, word: &str, errors: &[Rc<dyn Error>], depth: usize) -> fmt::Result {
    let margin = "  ".repeat(depth);
    for error in errors {
        match record_of(&**error) {
            Some(fault) => {
                writeln!(f, "{margin}  {word}")?;
                tree(f, fault, depth + 2)?;
            }
            None => writeln!(f, "{margin}  {word} {error}")?,
        }
    }
    Ok(())
}
