//! What the program was told to do.

use heartrace::explore::options::Asked;
use heartrace::link::LinkError;
use heartrace::report::export::Format;
use heartrace::scenarios::parameter::closest;
use lexopt::{Arg, Parser};

pub const HELP: &str = "\
heartrace: techniques of concurrency at scale, run for real and repeatably

  heartrace list [--json]                   the scenarios
  heartrace run LINK [--json] [--events]    one run in virtual time
  heartrace explore LINK [OPTION]... [--json]
                                            every interleaving of a run: which outcomes can happen, which cannot
  heartrace export LINK --as FORMAT [--out FILE] [--json]
                                            one run, written for another tool; to stdout without --out
  heartrace merge FILE... [--json]          what the shards of one search have found, as one (FILE: from --json)
  heartrace --help | --version

LINK is a whole URL or what follows its #: '#/duplicated-message?policy=accept-first&work=1.95s'.
With --json, --events adds the events; as text they are always there.

explore:
  --model timed|any-speed   when timers fire: at their time, or any time from then on (the link's, else timed)
  --strategy S              prove (the default): every interleaving, but for those that differ in nothing that matters;
                            what is not proven with three quarters of the budget is hunted with the rest
                            hunt: by chance, with random, pct, pos and urw in turn
  --executions N            the budget, in executions of the search (1000000)
  --seed S                  the seed of the hunt (0)
  --may KIND:NAME*N         crash, hang or drop may strike a task or channel, or any, N times; may be repeated
  --crashes K               --may crash:stage-a*K in duplicated-message, --may crash:any*K elsewhere
  --depth D                 a proof deviates only in the first D choices, and then proves nothing
  --preemptions P           a proof passes over whose turn it is at most P times, and then proves nothing
  --workers W               how many threads (1)
  --shard i/n               only the i-th of n parts

export, --as:
  text                      what run prints
  csv                       a table of the events
  chrome                    a Chrome trace, which Perfetto opens
  mermaid                   a sequence diagram
  markdown                  for an issue
  rust                      a test that repeats the run

Exit code: 0 every claim holds; 1 some claim does not or is undecided, or the expected fingerprint is another;
2 bad input. What is exported is not judged: 0 once it is written. An interrupted search prints what it has.
";

pub enum Command {
    Help,
    Version,
    List,
    Run { link: String, events: bool },
    Explore { link: String, asked: Box<Asked> },
    Export { link: String, format: Format, out: Option<String> },
    Merge { files: Vec<String> },
}

impl Command {
    /// The link that errors may point into.
    pub fn link(&self) -> &str {
        match self {
            Command::Run { link, .. } | Command::Explore { link, .. } | Command::Export { link, .. } => link,
            _ => "",
        }
    }
}

/// The options of a search that take a value.
const EXPLORE: [&str; 10] =
    ["model", "strategy", "executions", "seed", "may", "crashes", "depth", "preemptions", "workers", "shard"];

/// The options of an export.
const EXPORT: [&str; 2] = ["as", "out"];

/// Reads the arguments of the process.
pub fn read() -> Result<Command, LinkError> {
    let mut parser = Parser::from_env();
    let mut words: Vec<String> = Vec::new();
    let (mut events, mut asked, mut other) = (false, Asked::default(), None);
    let (mut format, mut out) = (None, None);
    let (mut of_explore, mut of_export) = (None, None);
    while let Some(argument) = parser.next().map_err(|error| bad_option(&error.to_string()))? {
        match argument {
            Arg::Long("json") => {}
            Arg::Long("events") => events = true,
            Arg::Long("help") | Arg::Short('h') => other = Some(Command::Help),
            Arg::Long("version") | Arg::Short('V') => other = Some(Command::Version),
            Arg::Value(word) => words.push(word.to_string_lossy().into_owned()),
            Arg::Long(option) => {
                let known = EXPLORE.iter().chain(&EXPORT).find(|known| **known == option);
                let option = *known.ok_or_else(|| bad_option(&format!("--{option}")))?;
                let value = parser.value().map_err(|_| missing(option))?.to_string_lossy().into_owned();
                // No value begins like an option: one was forgotten.
                if value.starts_with("--") {
                    return Err(missing(option));
                }
                match option {
                    "as" => once(&mut format, option, value)?,
                    "out" => once(&mut out, option, value)?,
                    _ => put(&mut asked, option, value)?,
                }
                let of = if EXPORT.contains(&option) { &mut of_export } else { &mut of_explore };
                *of = Some(option);
            }
            Arg::Short(option) => return Err(bad_option(&format!("-{option}"))),
        }
    }
    if let Some(other) = other {
        return Ok(other);
    }
    let mut words = words.into_iter();
    let command = match words.next().as_deref() {
        None => return Ok(Command::Help),
        Some("list") => Command::List,
        Some("run") => Command::Run { link: words.next().ok_or_else(|| no_link("run"))?, events },
        Some("explore") => {
            Command::Explore { link: words.next().ok_or_else(|| no_link("explore"))?, asked: Box::new(asked) }
        }
        Some("export") => {
            let link = words.next().ok_or_else(|| no_link("export"))?;
            let format = Format::read(&format.ok_or_else(no_format)?, "--as")?;
            Command::Export { link, format, out }
        }
        Some("merge") => {
            let files: Vec<String> = words.by_ref().collect();
            match files.is_empty() {
                true => return Err(LinkError::new("missing-argument", "merge", "", "FILE…")),
                false => Command::Merge { files },
            }
        }
        Some(other) => {
            const COMMANDS: [&str; 5] = ["list", "run", "explore", "export", "merge"];
            let near = closest(other, COMMANDS);
            return Err(LinkError::new("unknown-command", "command", other, COMMANDS.join(", ")).suggesting(near));
        }
    };
    let stray = match command {
        Command::Explore { .. } => of_export,
        Command::Export { .. } => of_explore,
        _ => of_explore.or(of_export),
    };
    if let Some(option) = stray {
        return Err(bad_option(&format!("--{option}")));
    }
    match words.next() {
        Some(extra) => {
            let allowed = "list · run LINK · explore LINK · export LINK · merge FILE…";
            Err(LinkError::new("extra-argument", "heartrace", &extra, allowed))
        }
        None => Ok(command),
    }
}

fn put(asked: &mut Asked, option: &str, value: String) -> Result<(), LinkError> {
    let slot = match option {
        "model" => &mut asked.model,
        "strategy" => &mut asked.strategy,
        "executions" => &mut asked.executions,
        "seed" => &mut asked.seed,
        "crashes" => &mut asked.crashes,
        "depth" => &mut asked.depth,
        "preemptions" => &mut asked.preemptions,
        "workers" => &mut asked.workers,
        "shard" => &mut asked.shard,
        _ => {
            asked.may.push(value);
            return Ok(());
        }
    };
    once(slot, option, value)
}

fn once(slot: &mut Option<String>, option: &str, value: String) -> Result<(), LinkError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(LinkError::new("repeated-key", &format!("--{option}"), "", format!("--{option} …"))),
    }
}

fn no_link(command: &str) -> LinkError {
    LinkError::new("missing-argument", command, "", "LINK")
}

fn no_format() -> LinkError {
    LinkError::new("missing-argument", "export", "", format!("--as {}", Format::words().join("|")))
}

fn missing(option: &str) -> LinkError {
    LinkError::new("missing-value", &format!("--{option}"), "", format!("--{option} …"))
}

fn bad_option(option: &str) -> LinkError {
    let of_commands: Vec<String> = EXPLORE.iter().chain(&EXPORT).map(|option| format!("--{option}")).collect();
    let options =
        ["--json", "--events", "--help", "--version"].into_iter().chain(of_commands.iter().map(String::as_str));
    let options: Vec<&str> = options.collect();
    let near = closest(option, options.iter().copied());
    LinkError::new("unknown-option", "heartrace", option, options.join(", ")).suggesting(near)
}
