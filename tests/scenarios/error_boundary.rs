//! `error-boundary` (EP-0, EP-1, EP-2): the table of what happens below and what the user reads, row by row.

use crate::tell;

const GENERIC: &str = "[1] There was an unexpected issue; please report this as a bug.";
const NOT_AVAILABLE: &str = "[1] cannot run job \"1\": requisite binaries not available";

/// A row: what the log line says is the outermost type, how many records lie in each other, and the user's line.
fn check(query: &str, outermost: &str, records: usize, user: &str) -> String {
    let link = format!("#/error-boundary?{query}");
    let told = tell(&link);
    let [(logged_at, log), (told_at, line)] = &told.lines[..] else { panic!("{link}: {:?}", told.lines) };
    assert_eq!(logged_at, told_at, "{link}");
    assert!(log.starts_with(&format!("[logID: 1]: 00:00:00 {outermost}")), "{link}: {log}");
    assert_eq!(log.matches("what: ").count(), records, "{link}: records in {log}");
    assert_eq!(log.matches("stack: ").count(), records, "{link}: stack traces in {log}");
    assert_eq!(line, user, "{link}");
    let is_generic = user == GENERIC;
    assert_eq!(told.broken, if is_generic { vec!["told-what-happened"] } else { vec![] }, "{link}");
    log.clone()
}

fn check_nothing(query: &str) {
    let told = tell(&format!("#/error-boundary?{query}"));
    assert_eq!((told.lines, told.broken), (vec![], vec![]), "{query}");
}

#[test]
fn ep1_stat_fails() {
    let log = check("version=wrong&step=stat-fails", "LowLevelErr { id: 1", 1, GENERIC);
    assert!(log.contains("task: root/main/intermediate/low-level"), "{log}");
    assert!(log.contains("when: 2026-01-01 00:00:00.02 +0000 UTC"), "{log}");
    assert!(log.contains("cause: SystemError { operation: \"stat\", path: \"/bad/job/binary\""), "{log}");
}

#[test]
fn ep1_not_executable() {
    let log = check("version=wrong&step=not-executable", "Fault { id: 1", 1, GENERIC);
    assert!(log.contains("not executable") && !log.contains("cause: "), "{log}");
}

#[test]
fn ep1_run_fails() {
    check("version=wrong&step=run-fails", "SystemError { operation: \"fork/exec\"", 0, GENERIC);
}

#[test]
fn ep1_all_fine() {
    check_nothing("version=wrong&step=fine");
}

#[test]
fn ep2_stat_fails() {
    let log = check("version=corrected&step=stat-fails", "IntermediateErr { id: 1", 2, NOT_AVAILABLE);
    let layers = ["IntermediateErr {", "cause: LowLevelErr {", "cause: SystemError {"].map(|layer| log.find(layer));
    assert!(layers[0] < layers[1] && layers[1] < layers[2] && layers[0].is_some(), "{log}");
    // One occurrence: both layers carry the id of the log.
    assert_eq!(log.matches("id: 1").count(), 2, "{log}");
}

#[test]
fn ep2_not_executable() {
    let log = check("version=corrected&step=not-executable", "Fault { id: 1", 1, GENERIC);
    assert!(log.contains("requisite binaries are not executable") && !log.contains("cause: "), "{log}");
}

#[test]
fn ep2_run_fails() {
    check("version=corrected&step=run-fails", "SystemError { operation: \"fork/exec\"", 0, GENERIC);
}

#[test]
fn ep2_all_fine() {
    check_nothing("version=corrected&step=fine");
}

#[test]
fn a_program_that_forgets_no_case_says_what_happened() {
    check("version=complete&step=stat-fails", "IntermediateErr {", 2, NOT_AVAILABLE);
    let not_executable = "[1] cannot run job \"1\": requisite binaries are not executable";
    check("version=complete&step=not-executable", "IntermediateErr {", 1, not_executable);
    check(
        "version=complete&step=run-fails",
        "IntermediateErr {",
        1,
        "[1] cannot run job \"1\": it could not be started",
    );
    check_nothing("version=complete&step=fine");
}

#[test]
fn a_module_that_crashes_is_a_bug_with_a_record() {
    let log = check("fault=low-level:crash@10ms", "Fault { id: 1", 1, GENERIC);
    assert!(log.contains("low-level is gone: Crashed"), "{log}");
}

#[test]
fn there_is_one_way_through_three_modules() {
    let canonical = tell("#/error-boundary?version=corrected").lines;
    for seed in 0..50 {
        for model in ["timed", "any-speed"] {
            let link = format!("#/error-boundary?version=corrected&model={model}&order=seeded&seed={seed}");
            assert_eq!(tell(&link).lines, canonical, "{link}");
        }
    }
}
