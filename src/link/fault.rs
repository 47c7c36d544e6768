//! Faults as text: `TASK:crash@T`, `TASK:hang@T+D`, `TASK:slow@T*K`, `TASK:cancel@T`, `CHANNEL:drop@N`, `CHANNEL:delay@N+D`,
//! `CHANNEL:duplicate@N`; and what may go wrong: `crash:TASK*N`.

use super::error::{Trouble, misfit_code};
use crate::gather::put_in_order;
use crate::runtime::setting::{Fault, Harm, May};
use crate::scenarios::Scenario;
use crate::scenarios::parameter::{Misfit, Ratio, closest, read_count, read_duration, read_ratio, write_duration};
use crate::trace::{FaultCode, Time};
use std::time::Duration;

/// The most faults a link may carry.
pub const MAX_FAULTS: usize = 1_000;
/// The most `may` a link may carry.
pub const MAX_MAY: usize = 100;

/// In `may`: every task, or every channel.
pub const ANY: &str = "any";

const MOMENT: &str = "0s–2400h (ns, us, ms, s, m, h)";
const LENGTH: &str = "1ns–2400h (ns, us, ms, s, m, h)";
const FACTOR: &str = "1–1000";
const NUMBER: &str = "1–1000000";
const TIMES: &str = "1–1000";

/// Every kind of fault, with its form.
const FORMS: [(FaultCode, &str); 7] = [
    (FaultCode::Crash, "TASK:crash@T"),
    (FaultCode::Hang, "TASK:hang@T+D"),
    (FaultCode::Slow, "TASK:slow@T*K"),
    (FaultCode::Cancel, "TASK:cancel@T"),
    (FaultCode::Drop, "CHANNEL:drop@N"),
    (FaultCode::Delay, "CHANNEL:delay@N+D"),
    (FaultCode::Duplicate, "CHANNEL:duplicate@N"),
];
const MAY: [FaultCode; 3] = [FaultCode::Crash, FaultCode::Hang, FaultCode::Drop];

/// The forms of all faults, for errors.
pub(super) fn forms() -> String {
    FORMS.map(|(_, form)| form).join(", ")
}

/// Reads one fault of a scenario.
pub(super) fn read_fault(text: &str, scenario: &Scenario) -> Result<Fault, Trouble> {
    let (target, code, form, rest) = head(text, scenario)?;
    let harm = read_harm(code, form, rest).map_err(|trouble| whole_if_incomplete(trouble, text, form))?;
    Ok(Fault { target, harm })
}

fn read_harm(code: FaultCode, form: &str, rest: Slice) -> Result<Harm, Trouble> {
    let Some(rest) = rest.strip_prefix_text("@") else {
        return Err(rest.trouble("fault-form", form));
    };
    Ok(match code {
        FaultCode::Drop => Harm::Drop { nth: rest.number()? },
        FaultCode::Duplicate => Harm::Duplicate { nth: rest.number()? },
        FaultCode::Delay => {
            let (nth, by) = rest.split('+', form)?;
            Harm::Delay { nth: nth.number()?, by: by.length()? }
        }
        FaultCode::Hang => {
            let (at, lasting) = rest.split('+', form)?;
            Harm::Hang { at: at.moment()?, lasting: lasting.length()? }
        }
        FaultCode::Slow => {
            let (at, factor) = rest.split('*', form)?;
            Harm::Slow { at: at.moment()?, thousandths: factor.thousandths()? }
        }
        FaultCode::Cancel => Harm::Cancel { at: rest.moment()? },
        FaultCode::Crash | FaultCode::Resume => Harm::Crash { at: rest.moment()? },
    })
}

/// Where a piece is missing there is nothing to show but the whole, with the form it should have.
fn whole_if_incomplete(trouble: Trouble, text: &str, form: &str) -> Trouble {
    match trouble.code {
        "fault-form" | "missing-value" => Trouble::new("fault-form", trouble.offset, text, form),
        _ => trouble,
    }
}

/// Reads what a user does to a task of a live run at the moment `at`: a task's fault without its `@T`.
pub(super) fn read_action(text: &str, scenario: &Scenario, at: Time) -> Result<Fault, Trouble> {
    const FORM: &str = "TASK:crash, TASK:cancel, TASK:hang+D, TASK:slow*K";
    let (target, code, _, rest) = head(text, scenario)?;
    let refuse = || Trouble::new("fault-form", rest.offset, text, FORM);
    let amount = |mark: &str| rest.strip_prefix_text(mark).ok_or_else(refuse);
    let harm = match code {
        FaultCode::Hang => Harm::Hang { at, lasting: amount("+")?.length()? },
        FaultCode::Slow => Harm::Slow { at, thousandths: amount("*")?.thousandths()? },
        FaultCode::Crash if rest.text.is_empty() => Harm::Crash { at },
        FaultCode::Cancel if rest.text.is_empty() => Harm::Cancel { at },
        _ => return Err(refuse()),
    };
    Ok(Fault { target, harm })
}

/// Reads what may go wrong: `crash:stage-a*1`.
pub(super) fn read_may(text: &str, scenario: &Scenario) -> Result<May, Trouble> {
    const FORM: &str = "crash:TASK*N, hang:TASK*N, drop:CHANNEL*N";
    let whole = Slice { text, offset: 0 };
    let (word, rest) = whole.split(':', FORM)?;
    let kind = MAY.into_iter().find(|kind| kind.name() == word.text).ok_or_else(|| {
        word.trouble("unknown-fault", "crash, hang, drop").suggesting(closest(word.text, MAY.map(FaultCode::name)))
    })?;
    let (target, times) = rest.split('*', FORM).map_err(|trouble| whole_if_incomplete(trouble, text, FORM))?;
    if target.text != ANY {
        target.check_target(kind == FaultCode::Drop, scenario)?;
    }
    let times = times.count(1, 1_000, TIMES)?;
    Ok(May { kind, target: target.text.to_string(), times })
}

/// Writes a fault.
pub fn write_fault(fault: &Fault) -> String {
    let target = &fault.target;
    let moment = |at: Time| write_duration(Duration::from_nanos(at.as_nanos()));
    match fault.harm {
        Harm::Crash { at } => format!("{target}:crash@{}", moment(at)),
        Harm::Hang { at, lasting } => {
            format!("{target}:hang@{}+{}", moment(at), write_duration(lasting))
        }
        Harm::Slow { at, thousandths } => {
            format!("{target}:slow@{}*{}", moment(at), Ratio { millionths: thousandths.saturating_mul(1_000) })
        }
        Harm::Cancel { at } => format!("{target}:cancel@{}", moment(at)),
        Harm::Drop { nth } => format!("{target}:drop@{nth}"),
        Harm::Delay { nth, by } => format!("{target}:delay@{nth}+{}", write_duration(by)),
        Harm::Duplicate { nth } => format!("{target}:duplicate@{nth}"),
    }
}

/// Writes what may go wrong.
pub fn write_may(may: &May) -> String {
    format!("{}:{}*{}", may.kind.name(), may.target, may.times)
}

/// Puts faults into the order of a link: by time, then those that strike a message, by its number.
pub(super) fn sort_faults(faults: &mut [Fault]) {
    let nth = |fault: &Fault| match fault.harm {
        Harm::Drop { nth } | Harm::Delay { nth, .. } | Harm::Duplicate { nth } => nth,
        _ => 0,
    };
    put_in_order(faults, |fault| (fault.harm.at().unwrap_or(Time::MAX), nth(fault), write_fault(fault)));
}

/// Reads `TARGET:KIND` and checks both; gives the form of that kind and what follows.
fn head<'a>(text: &'a str, scenario: &Scenario) -> Result<(String, FaultCode, &'static str, Slice<'a>), Trouble> {
    let whole = Slice { text, offset: 0 };
    let (target, rest) = whole.split(':', &forms())?;
    let (word, rest) = rest.split_at(rest.text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.text.len()));
    let known = FORMS.into_iter().find(|(code, _)| code.name() == word.text);
    let (code, form) = known.ok_or_else(|| {
        let words = FORMS.map(|(code, _)| code.name());
        word.trouble("unknown-fault", &words.join(", ")).suggesting(closest(word.text, words))
    })?;
    target.check_target(form.starts_with("CHANNEL"), scenario)?;
    Ok((target.text.to_string(), code, form, rest))
}

/// A part of a fault's text and where it begins in it.
#[derive(Clone, Copy)]
struct Slice<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Slice<'a> {
    fn split_at(self, middle: usize) -> (Self, Self) {
        let (left, right) = self.text.split_at(middle);
        (Slice { text: left, offset: self.offset }, Slice { text: right, offset: self.offset + middle })
    }

    fn strip_prefix_text(self, prefix: &str) -> Option<Self> {
        let rest = self.text.strip_prefix(prefix)?;
        Some(Slice { text: rest, offset: self.offset + prefix.len() })
    }

    fn split(self, mark: char, form: &str) -> Result<(Self, Self), Trouble> {
        let middle = self.text.find(mark).ok_or_else(|| self.trouble("fault-form", form))?;
        let (left, right) = self.split_at(middle);
        Ok((left, Slice { text: &right.text[mark.len_utf8()..], offset: right.offset + mark.len_utf8() }))
    }

    fn trouble(self, code: &'static str, allowed: &str) -> Trouble {
        Trouble::new(code, self.offset, self.text, allowed)
    }

    /// A declared name, or the n-th task of a declared name, which a run calls `NAME#N`.
    fn check_target(self, channel: bool, scenario: &Scenario) -> Result<(), Trouble> {
        let (names, code) =
            if channel { (scenario.channels, "unknown-channel") } else { (scenario.tasks, "unknown-task") };
        let base = match self.text.split_once('#') {
            Some((base, number)) if !channel && read_count(number).is_ok_and(|number| number >= 2) => base,
            _ => self.text,
        };
        if names.contains(&base) {
            return Ok(());
        }
        Err(self.trouble(code, &names.join(", ")).suggesting(closest(base, names.iter().copied())))
    }

    fn moment(self) -> Result<Time, Trouble> {
        let at = read_duration(self.text).map_err(|misfit| self.trouble(misfit_code(misfit), MOMENT))?;
        Ok(Time::ZERO + at)
    }

    fn length(self) -> Result<Duration, Trouble> {
        let length = read_duration(self.text).map_err(|misfit| self.trouble(misfit_code(misfit), LENGTH))?;
        if length.is_zero() { Err(self.trouble("out-of-range", LENGTH)) } else { Ok(length) }
    }

    fn number(self) -> Result<u32, Trouble> {
        self.count(1, 1_000_000, NUMBER)
    }

    fn count(self, min: u64, max: u64, allowed: &str) -> Result<u32, Trouble> {
        let count = read_count(self.text).map_err(|misfit| self.trouble(misfit_code(misfit), allowed))?;
        let count = u32::try_from(count).ok().filter(|count| (min..=max).contains(&u64::from(*count)));
        count.ok_or_else(|| self.trouble("out-of-range", allowed))
    }

    fn thousandths(self) -> Result<u64, Trouble> {
        let refuse = |misfit| self.trouble(misfit_code(misfit), FACTOR);
        let Ratio { millionths } = read_ratio(self.text).map_err(refuse)?;
        if !millionths.is_multiple_of(1_000) {
            return Err(refuse(Misfit::TooFine));
        }
        let thousandths = millionths / 1_000;
        if (1_000..=1_000_000).contains(&thousandths) { Ok(thousandths) } else { Err(refuse(Misfit::OutOfRange)) }
    }
}
