//! Other programs: started from the project's root, shown as typed, their failure turned into a sentence.

use crate::{Result, files};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;

/// A program to be started in the project's root, without a keyboard.
pub fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(files::root());
    command.stdin(Stdio::null());
    command
}

/// A program that npm installed for the page, to be started in `www/`.
pub fn page_tool(tool: &str, arguments: &[&str]) -> Command {
    let path = files::root().join("www/node_modules/.bin").join(tool);
    let mut command = command(&path.to_string_lossy(), arguments);
    command.current_dir(files::root().join("www"));
    command
}

/// Runs to the end with its output shown.
pub fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let status = command.status().map_err(|error| unstartable(command, &error))?;
    judge(command, status)
}

/// Runs to the end and shows the output only when it fails.
pub fn run_quietly(command: &mut Command) -> Result<()> {
    announce(command);
    let output = command.output().map_err(|error| unstartable(command, &error))?;
    judge(command, output.status).inspect_err(|_| {
        let _ = std::io::stderr().write_all(&output.stdout);
        let _ = std::io::stderr().write_all(&output.stderr);
    })
}

/// Runs to the end, shows the output line by line and keeps it; the verdict comes beside it.
pub fn run_recorded(command: &mut Command) -> (String, Result<()>) {
    announce(command);
    // Colour codes would stand between the words that are counted.
    command.env_remove("FORCE_COLOR").envs([("NO_COLOR", "1"), ("CARGO_TERM_COLOR", "never")]);
    let mut child = match command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return (String::new(), Err(unstartable(command, &error))),
    };
    let (lines, all) = mpsc::channel();
    for pipe in [
        child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
    ]
    .into_iter()
    .flatten()
    {
        let lines = lines.clone();
        thread::spawn(move || forward(pipe, &lines));
    }
    drop(lines);
    let mut text = String::new();
    for line in all {
        print!("{line}");
        text.push_str(&line);
    }
    let verdict = match child.wait() {
        Ok(status) => judge(command, status),
        Err(error) => Err(unstartable(command, &error)),
    };
    (text, verdict)
}

/// What a program prints on its standard output, trimmed; `None` when it is missing or fails.
pub fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = command(program, arguments).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

fn forward(pipe: impl Read, lines: &mpsc::Sender<String>) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    while matches!(pipe.read_until(b'\n', &mut line), Ok(1..)) {
        let text = String::from_utf8_lossy(&line).into_owned();
        if lines.send(text).is_err() {
            return;
        }
        line.clear();
    }
}

fn announce(command: &Command) {
    println!("$ {}", typed(command));
}

fn judge(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", typed(command))) }
}

fn unstartable(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` could not be started: {error}", typed(command))
}

/// The command as a person would type it: programs by name, files relative to the root.
fn typed(command: &Command) -> String {
    let root = format!("{}/", files::root().display());
    let bin = "www/node_modules/.bin/";
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    line.join(" ").replace(&root, "").replace(bin, "")
}
