//! Files: where the project is, and content hashes that tell whether a step has to be done again.

use crate::Result;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folder of the project's `Cargo.toml`.
pub fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&xtask).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The folder Cargo builds into: this program lies in `<target>/debug/`.
pub fn target() -> Result<PathBuf> {
    let program = env::current_exe().map_err(|error| format!("where am I? {error}"))?;
    let folder = program.ancestors().nth(2);
    folder.map(Path::to_path_buf).ok_or_else(|| "xtask does not lie in a target folder".to_owned())
}

/// Every file at or below `path`, in a stable order, without what installs and builds leave behind.
pub fn walk(path: &Path) -> Vec<PathBuf> {
    const LEFT_BEHIND: [&str; 4] = ["node_modules", "dist", "test-results", ".git"];
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    let Ok(entries) = fs::read_dir(path) else {
        return Vec::new();
    };
    let mut entries: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries.retain(|entry| !LEFT_BEHIND.iter().any(|name| entry.ends_with(name)));
    entries.iter().flat_map(|entry| walk(entry)).collect()
}

/// A hash over names and contents of everything at or below `paths`.
pub fn hash_of(paths: &[PathBuf]) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for file in paths.iter().flat_map(|path| walk(path)) {
        file.hash(&mut hasher);
        read(&file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// Does `work` unless it was done before with the same `inputs` and its `result` is still there.
///
/// Returns whether it had to be done.
pub fn once(name: &str, inputs: u64, result: &Path, work: impl FnOnce() -> Result<()>) -> Result<bool> {
    let stamp = target()?.join("xtask").join(name);
    let wanted = format!("{inputs:016x}");
    if result.exists() && fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(false);
    }
    // The stamp goes first, so that work broken off half-way is done again.
    let _ = fs::remove_file(&stamp);
    work()?;
    write(&stamp, &wanted)?;
    Ok(true)
}

/// The bytes of a file, or a sentence naming it.
pub fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Writes a file and the folders above it.
pub fn write(file: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, content))
        .map_err(|error| format!("{}: {error}", file.display()))
}
