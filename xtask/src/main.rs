//! The project's own commands: `cargo xtask serve`, `build`, `bench` and `test`.
//!
//! Each brings what it needs and is missing, does only what is not done yet, and says what it does.

mod files;
mod process;
mod server;
mod site;
mod test;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask serve [--port N]   build the module and the page, serve them on http://127.0.0.1:8080/
cargo xtask build              leave the static site in www/dist and the JavaScript package in pkg/
cargo xtask bench explore      the explorer beside its peers in one run: tables on stderr, JSON as stdout's last line
cargo xtask bench page         loading, editing and a million events on the page, in headless Chromium: the same
cargo xtask test [PART]...     run every check, or the named ones: ";

/// What went wrong, as a sentence for whoever typed the command.
type Result<T> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["serve"] => server::serve(8080),
        ["serve", "--port", port] => parse_port(port).and_then(server::serve),
        ["build"] => site::build().and_then(|()| site::weigh()),
        ["bench", "explore"] => bench_explore(),
        ["bench", "page"] => bench_page(),
        ["test", ref parts @ ..] => return test::run(parts),
        _ => Err(format!("{USAGE}{}", test::names())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the module, then measures it beside the native explorer and its peers.
fn bench_explore() -> Result<()> {
    site::module()?;
    let manifest = "benches/peers/Cargo.toml";
    process::run(&mut process::command(
        "cargo",
        &["run", "--release", "--manifest-path", manifest, "--target-dir", "target/peers"],
    ))
}

/// Builds the site, then measures it in a browser as a visitor gets it.
fn bench_page() -> Result<()> {
    tools::chromium()?;
    site::build()?;
    let address = server::serve_beside()?;
    process::run(&mut process::command("node", &["www/bench/page.mjs", &address]))
}

fn parse_port(text: &str) -> Result<u16> {
    text.parse().map_err(|_| format!("--port {text}: a port is a number from 0 to 65535 (0: any free one)"))
}
