//! An event in words that need no translation, and the parts a sentence in any language is made of.

use crate::trace::{Event, FaultCode, Kind, Reason, Trace, write_duration};

/// A part of an event's sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A name or a word.
    Text(String),
    /// A number.
    Number(u64),
}

/// What happened, in a few words: `result 1 attempt 1 on inbox`, `accept request 1 attempt 1`.
pub fn detail(event: &Event, trace: &Trace) -> String {
    let message = || {
        let words = trace.channels.get(event.a as usize).map(|channel| (channel.describe)(event.message().1));
        let words = words.unwrap_or_default();
        let space = if words.is_empty() { "" } else { " " };
        format!("{words}{space}on {}", trace.channel_name(event.a))
    };
    match event.kind {
        Kind::Spawn => trace.task_name(event.a).to_owned(),
        Kind::End | Kind::Stop => String::new(),
        Kind::Work | Kind::Sleep | Kind::Wake => write_duration(event.b),
        Kind::Worked if event.a == 1 => format!("cut short after {}", write_duration(event.b)),
        Kind::Worked => write_duration(event.b),
        Kind::Tick => event.b.to_string(),
        Kind::Send | Kind::Arrive | Kind::Receive | Kind::Refuse | Kind::Lose => message(),
        Kind::Close => trace.channel_name(event.a).to_owned(),
        Kind::Cancel | Kind::Cancelled => reason(event).to_owned(),
        Kind::Note => fill(trace.label(event.a), event.numbers()),
        Kind::Log => trace.text(event.a).to_owned(),
        Kind::Fault => fault(event),
    }
}

/// The parts of an event's sentence by name: `channel`, `message`, `to`, `duration_ns`, `reason`, `note`, `what`, `0`, `1` …
pub fn parts(event: &Event, trace: &Trace) -> Vec<(&'static str, Part)> {
    let text = |text: &str| Part::Text(text.to_owned());
    match event.kind {
        Kind::Spawn => vec![("to", text(trace.task_name(event.a)))],
        Kind::End | Kind::Stop => Vec::new(),
        Kind::Work | Kind::Sleep | Kind::Wake => vec![("duration_ns", Part::Number(event.b))],
        Kind::Worked => {
            vec![("duration_ns", Part::Number(event.b)), ("cut", Part::Number(u64::from(event.a)))]
        }
        Kind::Tick => vec![("number", Part::Number(event.b))],
        Kind::Send | Kind::Arrive | Kind::Receive | Kind::Refuse | Kind::Lose => {
            let (nth, code) = event.message();
            let channel = trace.channels.get(event.a as usize);
            let words = channel.map(|channel| (channel.describe)(code)).unwrap_or_default();
            let reason = channel.and_then(|channel| (channel.reason)(code));
            let mut parts = vec![
                ("channel", text(trace.channel_name(event.a))),
                ("message", Part::Text(words)),
                ("nth", Part::Number(u64::from(nth))),
            ];
            parts.extend(reason.map(|reason| ("reason", text(reason.name()))));
            parts
        }
        Kind::Close => vec![("channel", text(trace.channel_name(event.a)))],
        Kind::Cancel | Kind::Cancelled => vec![("reason", text(reason(event)))],
        Kind::Note => {
            let mut words = trace.label(event.a).split(' ');
            let word = words.next().unwrap_or_default();
            let [first, second] = event.numbers();
            let mut parts =
                vec![("note", text(word)), ("0", Part::Number(first.into())), ("1", Part::Number(second.into()))];
            // `gauge tokens {}/{}`, `doubt deadline after {} ms`: what it is about.
            parts.extend(words.next().filter(|word| !word.contains('{')).map(|word| ("what", text(word))));
            parts
        }
        Kind::Log => vec![("line", text(trace.text(event.a)))],
        Kind::Fault => {
            let code = FaultCode::from_number(event.a).map_or("fault", FaultCode::name);
            vec![("fault", text(code)), ("duration_ns", Part::Number(event.b))]
        }
    }
}

/// Why, for a cancel or its acknowledgement.
fn reason(event: &Event) -> &'static str {
    Reason::from_number(event.b).map_or("plain", Reason::name)
}

fn fault(event: &Event) -> String {
    match FaultCode::from_number(event.a) {
        Some(code @ (FaultCode::Hang | FaultCode::Delay)) => format!("{} {}", code.name(), write_duration(event.b)),
        Some(FaultCode::Slow) => format!("slow ×{}.{:03}", event.b / 1000, event.b % 1000),
        Some(code @ (FaultCode::Drop | FaultCode::Duplicate)) => format!("{} message {}", code.name(), event.b),
        Some(code) => code.name().to_owned(),
        None => String::new(),
    }
}

/// Puts the numbers into a label, one for each `{}`.
fn fill(label: &str, numbers: [u32; 2]) -> String {
    let mut numbers = numbers.into_iter();
    let mut pieces = label.split("{}");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        filled += &numbers.next().unwrap_or_default().to_string();
        filled += piece;
    }
    filled
}
