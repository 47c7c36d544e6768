//! What the commands need from outside: found if it is there, brought if it can be, named exactly if not.

use crate::process::{answer, command, run, run_quietly};
use crate::{Result, files};
use std::path::PathBuf;
use std::{env, fs};

const WASM_PACK: &str = "0.15.1";
const DEBIAN_PACKAGES: [(&str, &str); 3] = [
    ("chromium", "/usr/bin/chromium"),
    ("chromium-driver", "/usr/bin/chromedriver"),
    // Japanese glyphs: without them a screenshot of the Japanese page is boxes.
    ("fonts-noto-cjk", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
];

/// Brings the wasm32 standard library. Cargo does not do so by itself, not even for a `rust-toolchain.toml`.
pub fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let library = answer("rustc", &["--print", "target-libdir", "--target", TARGET]);
    if library.is_some_and(|folder| PathBuf::from(folder).exists()) {
        return Ok(());
    }
    run(&mut command("rustup", &["target", "add", TARGET]))
        .map_err(|error| format!("{error}\nInstall the Rust target {TARGET} and try again."))
}

/// Brings rustfmt and clippy.
pub fn lints() -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if answer("cargo", &[subcommand, "--version"]).is_none() {
            run(&mut command("rustup", &["component", "add", component]))?;
        }
    }
    Ok(())
}

/// Brings the npm packages of the lock file, when they are not there or the lock file has changed.
pub fn npm_packages() -> Result<()> {
    let www = files::root().join("www");
    let wanted = files::read(&www.join("package-lock.json"))?;
    let stamp = www.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    node()?;
    let mut install = command("npm", &["ci", "--no-audit", "--no-fund"]);
    run_quietly(install.current_dir(&www))?;
    files::write(&stamp, wanted)
}

/// Checks that Node is there and new enough for the page's tools.
fn node() -> Result<()> {
    const NEEDED: &str = "Node 20.19 or newer, with npm, is needed";
    let version = answer("node", &["--version"]).ok_or(format!("{NEEDED}; there is no `node` on the path."))?;
    if number(&version) < [20, 19, 0] {
        return Err(format!("{NEEDED}; the one on the path is {version}."));
    }
    match answer("npm", &["--version"]) {
        Some(_) => Ok(()),
        None => Err(format!("{NEEDED}; there is no `npm` on the path.")),
    }
}

/// Brings wasm-pack and the wasm-bindgen test runner, and answers with the `PATH` on which they are found.
///
/// Both are built into `.tools/` unless the path has them: their own way, downloading a prebuilt program, works only
/// where such downloads are allowed.
pub fn wasm_pack() -> Result<String> {
    let bin = files::root().join(".tools/bin");
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(bin.clone()).chain(env::split_paths(&path));
    let path = env::join_paths(folders).map_err(|error| error.to_string())?;
    let path = path.into_string().map_err(|_| "PATH is not UTF-8".to_owned())?;

    let version_of = |tool: &str| {
        let found = env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.is_file())?;
        answer(&found.to_string_lossy(), &["--version"]).map(|text| number(&text))
    };
    if version_of("wasm-pack").is_none_or(|version| version < number(WASM_PACK)) {
        install("wasm-pack", WASM_PACK, &["wasm-pack"])?;
    }
    let bindgen = locked_version("wasm-bindgen")?;
    let tools = ["wasm-bindgen", "wasm-bindgen-test-runner"];
    if tools.iter().any(|tool| version_of(tool) != Some(number(&bindgen))) {
        install("wasm-bindgen-cli", &bindgen, &tools)?;
    }
    Ok(path)
}

fn install(package: &str, version: &str, programs: &[&str]) -> Result<()> {
    println!("Building {package} {version} into .tools/ (once; takes minutes)");
    let build = files::target()?.join("tools");
    let install = |locked: Option<&str>| {
        let mut arguments = vec!["install", package, "--version", version, "--root", ".tools", "--force"];
        arguments.extend(programs.iter().flat_map(|program| ["--bin", program]));
        arguments.extend(locked);
        run_quietly(command("cargo", &arguments).env("CARGO_TARGET_DIR", &build))
    };
    // A package's own lock file may name versions that the registry no longer or not yet has.
    install(Some("--locked")).or_else(|_| install(None))
}

/// The version of a package in `Cargo.lock`.
fn locked_version(package: &str) -> Result<String> {
    let lock = files::read(&files::root().join("Cargo.lock"))?;
    let lock = String::from_utf8_lossy(&lock);
    let entry = lock.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{package}\"\n")));
    let version = entry.and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next());
    version.map(str::to_owned).ok_or(format!("Cargo.lock names no {package}"))
}

/// Brings a browser, its driver and Japanese fonts: as Debian packages where that is possible.
pub fn chromium() -> Result<()> {
    let missing: Vec<&str> =
        DEBIAN_PACKAGES.iter().filter(|(_, file)| !PathBuf::from(file).exists()).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    let by_hand = format!("Install the Debian packages {packages} (as root: apt-get install {packages}).");
    if answer("id", &["-u"]).as_deref() != Some("0") || answer("apt-get", &["--version"]).is_none() {
        return Err(by_hand);
    }
    let apt = |arguments: &[&str]| run_quietly(command("apt-get", arguments).env("DEBIAN_FRONTEND", "noninteractive"));
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(missing);
    apt(&["update"]).and_then(|()| apt(&arguments)).map_err(|error| format!("{error}\n{by_hand}"))
}

/// The first three numbers of a text such as `wasm-pack 0.15.1` or `v20.20.2`.
fn number(text: &str) -> [u32; 3] {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(number("wasm-pack 0.15.1"), [0, 15, 1]);
        assert!(number("v20.20.2") > number("v20.9.10"));
    }
}
