//! The wall clock of a run, as programs print it (UTC). A virtual run starts at 2026-01-01T00:00:00Z.

use super::EPOCH_SECONDS;
use crate::trace::Time;
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400;

/// The second of the minute, 0 to 59.
pub fn second(time: Time) -> u64 {
    (EPOCH_SECONDS + time.as_nanos() / SECOND) % 60
}

/// Date and time of day, with as many decimals as are needed: `2026-01-01 00:00:02 +0000 UTC`.
pub fn timestamp(time: Time) -> String {
    utc(EPOCH_SECONDS * SECOND + time.as_nanos())
}

/// The same of nanoseconds since 1970, which is how [`Runtime::utc_nanos`](super::Runtime::utc_nanos) counts.
pub fn utc(nanos: u64) -> String {
    let seconds = nanos / SECOND;
    let (year, month, day) = date(seconds / DAY);
    let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
    let digits = format!(".{:09}", nanos % SECOND);
    let decimals = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{decimals} +0000 UTC")
}

/// A duration as Go prints it: `1s`, `1m30s`, `1h0m0s`, `1.5ms`.
pub fn duration(duration: Duration) -> String {
    let (seconds, nanos) = (duration.as_secs(), u64::from(duration.subsec_nanos()));
    let decimal = |whole: u64, rest: u64, digits: usize| {
        let text = format!("{whole}.{rest:0digits$}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    match (seconds, nanos) {
        (0, 0) => "0s".to_owned(),
        (0, 1..1_000) => format!("{nanos}ns"),
        (0, 1_000..1_000_000) => format!("{}µs", decimal(nanos / 1_000, nanos % 1_000, 3)),
        (0, _) => format!("{}ms", decimal(nanos / 1_000_000, nanos % 1_000_000, 6)),
        (0..60, _) => format!("{}s", decimal(seconds, nanos, 9)),
        (60..3_600, _) => format!("{}m{}s", seconds / 60, decimal(seconds % 60, nanos, 9)),
        _ => format!("{}h{}m{}s", seconds / 3_600, seconds % 3_600 / 60, decimal(seconds % 60, nanos, 9)),
    }
}

/// The time of day of nanoseconds since 1970, to the second: `00:00:02`.
pub fn time_of_day(nanos: u64) -> String {
    let seconds = nanos / SECOND % DAY;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds % 3600 / 60, seconds % 60)
}

/// The date of a day counted from 1970-01-01. Years begin in March here, so that the leap day is the last one.
fn date(day: u64) -> (u64, u64, u64) {
    const DAYS_TO_1970: u64 = 719_468; // from 0000-03-01
    const DAYS_OF_400_YEARS: u64 = 146_097;
    let day = day + DAYS_TO_1970;
    let (era, day) = (day / DAYS_OF_400_YEARS, day % DAYS_OF_400_YEARS);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (400 * era + year + next, month, day)
}
