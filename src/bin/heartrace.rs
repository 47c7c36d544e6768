//! The command line: `list` and `run`, as text or JSON, with exit codes for scripts.

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    native::main()
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use heartrace::link::{Link, LinkError};
    use heartrace::report::{Catalogue, ErrorReport, EventReport, Report, VERSION, golden, misfit_error};
    use heartrace::runner::Execution;
    use heartrace::scenarios::parameter::closest;
    use lexopt::{Arg, Parser};
    use serde::Serialize;
    use std::collections::BTreeMap;
    use std::fmt::Write as _;
    use std::io::Write as _;
    use std::process::ExitCode;

    const HELP: &str = "\
heartrace: techniques of concurrency at scale, run for real and repeatably

  heartrace list [--json]                   the scenarios
  heartrace run LINK [--json] [--events]    one run in virtual time
  heartrace --help | --version

LINK is a whole URL or what follows its #: '#/duplicated-message?policy=accept-first&work=1.95s'.
With --json, --events adds the events; as text they are always there.

Exit code: 0 every claim holds; 1 some claim does not, or the expected fingerprint is another; 2 bad input.
";

    enum Command {
        Help,
        Version,
        List,
        Run { link: String, events: bool },
    }

    pub fn main() -> ExitCode {
        let wants_json = std::env::args_os().any(|argument| argument == "--json");
        let (output, errors, code) = match read_arguments() {
            Err(error) => refuse(&error, "", wants_json),
            Ok(command) => match execute(&command, wants_json) {
                Ok((output, code)) => (output, String::new(), code),
                Err(error) => match &command {
                    Command::Run { link, .. } => refuse(&error, link, wants_json),
                    _ => refuse(&error, "", wants_json),
                },
            },
        };
        // A reader that has gone (`| head`) is no error.
        let _ = std::io::stdout().lock().write_all(output.as_bytes());
        let _ = std::io::stderr().lock().write_all(errors.as_bytes());
        ExitCode::from(code)
    }

    /// What goes to stdout and stderr for bad input, and the exit code.
    fn refuse(error: &LinkError, link: &str, wants_json: bool) -> (String, String, u8) {
        let report = ErrorReport::new(error);
        if wants_json {
            return (as_json(&BTreeMap::from([("error", &report)])), String::new(), 2);
        }
        let mut message = format!("heartrace: {}\n", report.message);
        // A sign under the place, where the terminal shows a character in each column.
        let is_plain = link.len() <= 100 && link.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if let Some(position) = report.position.filter(|_| is_plain && !link.is_empty()) {
            let _ = writeln!(message, "  {link}\n  {:>1$}", '^', position + 1);
        }
        (String::new(), message, 2)
    }

    fn read_arguments() -> Result<Command, LinkError> {
        let mut parser = Parser::from_env();
        let mut words: Vec<String> = Vec::new();
        let (mut events, mut asked) = (false, None);
        while let Some(argument) = parser.next().map_err(|error| bad_option(&error.to_string()))? {
            match argument {
                Arg::Long("json") => {}
                Arg::Long("events") => events = true,
                Arg::Long("help") | Arg::Short('h') => asked = Some(Command::Help),
                Arg::Long("version") | Arg::Short('V') => asked = Some(Command::Version),
                Arg::Value(word) => words.push(word.to_string_lossy().into_owned()),
                Arg::Long(option) => return Err(bad_option(&format!("--{option}"))),
                Arg::Short(option) => return Err(bad_option(&format!("-{option}"))),
            }
        }
        if let Some(asked) = asked {
            return Ok(asked);
        }
        let mut words = words.into_iter();
        let command = match words.next().as_deref() {
            None => return Ok(Command::Help),
            Some("list") => Command::List,
            Some("run") => {
                let missing = || LinkError::new("missing-argument", "run", "", "LINK");
                Command::Run { link: words.next().ok_or_else(missing)?, events }
            }
            Some(other) => {
                let near = closest(other, ["list", "run"]);
                return Err(LinkError::new("unknown-command", "command", other, "list, run").suggesting(near));
            }
        };
        match words.next() {
            Some(extra) => Err(LinkError::new("extra-argument", "heartrace", &extra, "list · run LINK")),
            None => Ok(command),
        }
    }

    fn bad_option(option: &str) -> LinkError {
        const OPTIONS: [&str; 4] = ["--json", "--events", "--help", "--version"];
        LinkError::new("unknown-option", "heartrace", option, OPTIONS.join(", ")).suggesting(closest(option, OPTIONS))
    }

    fn execute(command: &Command, wants_json: bool) -> Result<(String, u8), LinkError> {
        match command {
            Command::Help => Ok((HELP.to_owned(), 0)),
            Command::Version => Ok((format!("heartrace {VERSION}\n"), 0)),
            Command::List if wants_json => Ok((as_json(&Catalogue::new().scenarios), 0)),
            Command::List => Ok((list(), 0)),
            Command::Run { link, events } => run(link, wants_json, *events),
        }
    }

    fn list() -> String {
        let mut text = String::new();
        for scenario in Catalogue::new().scenarios {
            let _ = writeln!(text, "{}  {}", scenario.chapter, scenario.id);
            for parameter in &scenario.parameters {
                let range = match (&parameter.min, &parameter.max, &parameter.values) {
                    (Some(min), Some(max), _) => format!("{min}–{max}"),
                    (_, _, Some(values)) => values.join(" | "),
                    _ => "true | false".to_owned(),
                };
                let _ = writeln!(text, "       {:<18} {:<8} {range}", parameter.name, parameter.default);
            }
            let _ = writeln!(text, "       tasks     {}", scenario.tasks.join(", "));
            let _ = writeln!(text, "       channels  {}", scenario.channels.join(", "));
            let claims: Vec<String> =
                scenario.claims.iter().map(|claim| format!("{} ({})", claim.id, claim.expect)).collect();
            let _ = writeln!(text, "       claims    {}\n", claims.join(", "));
        }
        text
    }

    fn run(text: &str, wants_json: bool, wants_events: bool) -> Result<(String, u8), LinkError> {
        let link = Link::parse(text)?;
        let mut execution = Execution::new(&link, true);
        let misfit_in_text = |misfit| LinkError { position: None, ..misfit_error(&link, misfit) }.placed_in(text);
        let finished = execution.finish().map_err(misfit_in_text)?;
        let report = execution.with_trace(|trace| Report::new(&link, &finished, trace));
        let is_expected = link.expect.is_none_or(|expect| expect == finished.fingerprint);
        let code = u8::from(!(report.all_hold() && is_expected));
        if !wants_json {
            return Ok((execution.with_trace(|trace| golden::text(&link, &report, trace)), code));
        }
        let all =
            || execution.with_trace(|trace| trace.events().map(|event| EventReport::new(&event, trace)).collect());
        let whole = Whole { report, events: wants_events.then(all) };
        Ok((as_json(&whole), code))
    }

    /// A report with its events, if they were asked for.
    #[derive(Serialize)]
    struct Whole {
        #[serde(flatten)]
        report: Report,
        #[serde(skip_serializing_if = "Option::is_none")]
        events: Option<Vec<EventReport>>,
    }

    fn as_json(value: &impl Serialize) -> String {
        let text = serde_json::to_string(value).expect("reports are plain data");
        format!("{text}\n")
    }
}
