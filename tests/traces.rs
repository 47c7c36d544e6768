//! Every scenario's canonical run as text, against `tests/golden/ID.txt`: what is read in review when a run changes.
//!
//! Of a long run the file keeps the beginning and the verdict. After a change that is meant:
//! `HEARTRACE_GOLDEN=write cargo test --test traces`.
#![cfg(not(target_arch = "wasm32"))]

use heartrace::link::Link;
use heartrace::report::{Report, golden};
use heartrace::runner::Execution;
use heartrace::scenarios::{self, Scenario};
use heartrace::text::Texts;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// A text with more lines is cut in the middle.
const LONGEST: usize = 400;
const HEAD: usize = 200;
const TAIL: usize = 60;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden"))
}

fn text(scenario: &'static Scenario) -> String {
    let link = Link::new(scenario);
    let mut execution = Execution::new(&link, true);
    let finished = execution.finish().expect("nothing is recorded");
    let report = execution.with_trace(|trace| Report::new(&link, &finished, trace));
    let text = execution.with_trace(|trace| golden::text(&link, &report, trace, Texts::english()));
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= LONGEST {
        return text;
    }
    let left_out = format!("… {} lines …", lines.len() - HEAD - TAIL);
    let kept = [&lines[..HEAD], &[left_out.as_str()], &lines[lines.len() - TAIL..]].concat();
    kept.join("\n") + "\n"
}

#[test]
fn every_scenario_runs_as_it_is_written_down() {
    let writes = std::env::var("HEARTRACE_GOLDEN").is_ok_and(|what| what == "write");
    let mut wrong = Vec::new();
    for scenario in scenarios::all() {
        let (file, found) = (folder().join(format!("{}.txt", scenario.id)), text(scenario));
        if writes {
            fs::write(&file, &found).expect("the golden file can be written");
            continue;
        }
        let golden = fs::read_to_string(&file).unwrap_or_default();
        if golden != found {
            let differs = golden.lines().zip(found.lines()).position(|(one, other)| one != other);
            let line = differs.unwrap_or_else(|| golden.lines().count().min(found.lines().count()));
            wrong.push(format!(
                "#/{}: line {} is {:?}, in {} {:?}",
                scenario.id,
                line + 1,
                found.lines().nth(line).unwrap_or_default(),
                file.display(),
                golden.lines().nth(line).unwrap_or_default()
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "\n{}\nHEARTRACE_GOLDEN=write cargo test --test traces writes them down",
        wrong.join("\n")
    );
}

#[test]
fn no_golden_file_is_left_over() {
    let known: BTreeSet<String> = scenarios::all().iter().map(|scenario| format!("{}.txt", scenario.id)).collect();
    let files = fs::read_dir(folder()).expect("the folder is there").flatten();
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    let left: Vec<String> = names.filter(|name| name != "fingerprints.txt" && !known.contains(name)).collect();
    assert!(left.is_empty(), "no scenario has these traces: delete {left:?} from tests/golden");
}
