//! The command line: `list`, `run`, `explore`, `export` and `merge`, as text or JSON, with exit codes for scripts.

#[cfg(not(target_arch = "wasm32"))]
mod arguments;
#[cfg(not(target_arch = "wasm32"))]
mod explore;
#[cfg(not(target_arch = "wasm32"))]
mod export;
#[cfg(not(target_arch = "wasm32"))]
mod output;
#[cfg(not(target_arch = "wasm32"))]
mod run;
#[cfg(not(target_arch = "wasm32"))]
mod texts;

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    use std::io::Write as _;
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    let (output, errors, code) = match arguments::read() {
        Err(error) => output::refuse(&error, "", wants_json),
        Ok(command) => match execute(&command, wants_json) {
            Ok((output, code)) => (output, String::new(), code),
            Err(error) => output::refuse(&error, command.link(), wants_json),
        },
    };
    // A reader that has gone (`| head`) is no error.
    let _ = std::io::stdout().lock().write_all(output.as_bytes());
    let _ = std::io::stderr().lock().write_all(errors.as_bytes());
    std::process::ExitCode::from(code)
}

#[cfg(not(target_arch = "wasm32"))]
fn execute(command: &arguments::Command, wants_json: bool) -> Result<(String, u8), heartrace::link::LinkError> {
    use arguments::Command;
    use heartrace::report::{Catalogue, VERSION};
    match command {
        Command::Help => Ok((arguments::HELP.to_owned(), 0)),
        Command::Version => Ok((format!("heartrace {VERSION}\n"), 0)),
        Command::List if wants_json => Ok((output::as_json(&Catalogue::new().scenarios), 0)),
        Command::List => Ok((run::list(), 0)),
        Command::Run { link, events } => run::run(link, wants_json, *events),
        Command::Explore { link, asked } => explore::explore(link, asked, wants_json),
        Command::Export { link, format, out } => export::export(link, *format, out.as_deref(), wants_json),
        Command::Merge { files } => explore::merge(files, wants_json),
    }
}
