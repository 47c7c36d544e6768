//! The optimised module in `pkg/` and the static site in `www/dist/`.

use crate::process::{command, page_tool, run, run_quietly};
use crate::{Result, files, tools};
use std::path::{Path, PathBuf};
use std::{env, fs, thread};
use wasm_bindgen_cli_support::Bindgen;

/// What rustc lets the module use (its default for wasm32), and what browsers have had since 2022.
const OPTIMISE: [&str; 7] = [
    "-Os",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// How far the compiler inlines, what asks for it (nearly all of the standard library does) a little further, and unrolls:
/// every scenario's futures are compiled anew with all that they call. With a quarter of the usual measures a search
/// is a twelfth slower, and most other runs are as much faster.
const INLINE: &str =
    "-Cllvm-args=-inline-threshold=60 -Cllvm-args=-inlinehint-threshold=120 -Cllvm-args=-unroll-threshold=20";

/// The folder of the static site.
pub fn dist() -> PathBuf {
    files::root().join("www/dist")
}

/// Brings the site up to date: the module, then the page.
pub fn build() -> Result<()> {
    module()?;
    let root = files::root();
    // The page ships the Rust sources that it shows.
    let inputs = files::hash_of(&[root.join("www"), root.join("pkg"), root.join("src")])?;
    files::once("page", inputs, &dist().join("index.html"), || {
        run(&mut page_tool("vite", &["build", "--logLevel=warn"]))?;
        run(&mut command("node", &["www/budget.mjs", "compress"]))
    })?;
    Ok(())
}

/// Brings `pkg/` up to date: compiled, given its JavaScript side and types, optimised.
pub fn module() -> Result<()> {
    tools::wasm_target()?;
    // The packages download while the module compiles.
    thread::scope(|scope| {
        let packages = scope.spawn(tools::npm_packages);
        compile()?;
        packages.join().map_err(|_| "npm ci: panicked".to_owned())?
    })?;
    let root = files::root();
    let compiled = compiled_module()?;
    let recipe = [compiled.clone(), root.join("www/package-lock.json"), root.join("xtask/src/site.rs")];
    let pkg = root.join("pkg");
    files::once("module", files::hash_of(&recipe)?, &pkg.join("package.json"), || package(&compiled, &pkg))?;
    Ok(())
}

fn compile() -> Result<()> {
    let mut build = command("cargo", &["build", "--profile=module", "--lib", "--target=wasm32-unknown-unknown"]);
    let flags = format!("{} {INLINE}", nameless_paths());
    run(build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags))
}

/// Flags that keep this machine's folders out of the panic messages in the module.
fn nameless_paths() -> String {
    let home = |variable: &str, folder: &str| {
        env::var(variable).or_else(|_| env::var("HOME").map(|home| format!("{home}/{folder}"))).ok()
    };
    let folders = [(home("CARGO_HOME", ".cargo"), "cargo"), (home("RUSTUP_HOME", ".rustup"), "rustup")];
    let flags = folders
        .into_iter()
        .filter_map(|(folder, name)| folder.map(|folder| format!("--remap-path-prefix={folder}={name}")));
    flags.collect::<Vec<_>>().join(" ")
}

fn compiled_module() -> Result<PathBuf> {
    Ok(files::target()?.join("wasm32-unknown-unknown/module/heartrace.wasm"))
}

fn package(compiled: &Path, pkg: &Path) -> Result<()> {
    let raw = files::target()?.join("xtask/pkg");
    let _ = fs::remove_dir_all(&raw);
    let _ = fs::remove_dir_all(pkg);
    println!("$ wasm-bindgen --target web --out-dir pkg heartrace.wasm");
    let mut bindgen = Bindgen::new();
    // The script finds the module beside itself unless it is told or given another; the page's bundler reads that.
    bindgen.input_path(compiled).typescript(true).omit_default_module_path(false);
    let bindgen = bindgen.web(true).map_err(|error| format!("{error:#}"))?;
    bindgen.generate(&raw).map_err(|error| format!("wasm-bindgen: {error:#}"))?;

    let module = Path::new("heartrace_bg.wasm");
    let (from, to) = (raw.join(module), pkg.join(module));
    for file in files::walk(&raw).iter().filter(|file| **file != from) {
        let relative = file.strip_prefix(&raw).map_err(|error| error.to_string())?;
        files::write(&pkg.join(relative), files::read(file)?)?;
    }
    let mut arguments = OPTIMISE.to_vec();
    let (from, to) = (from.to_string_lossy(), to.to_string_lossy());
    arguments.extend([&*from, "-o", &*to]);
    run_quietly(&mut page_tool("wasm-opt", &arguments))?;
    files::write(&pkg.join("package.json"), MANIFEST.replace("VERSION", env!("CARGO_PKG_VERSION")))
}

/// Makes `pkg/` a package that pages, workers and Node import by name.
const MANIFEST: &str = r#"{
  "name": "heartrace",
  "version": "VERSION",
  "license": "MIT OR Apache-2.0",
  "type": "module",
  "exports": {
    ".": { "types": "./heartrace.d.ts", "default": "./heartrace.js" },
    "./heartrace_bg.wasm": "./heartrace_bg.wasm"
  },
  "sideEffects": false
}
"#;

/// Prints what a visitor downloads, part by part; a part over its limit in `www/budget.json` is an error.
pub fn weigh() -> Result<()> {
    println!();
    run(&mut command("node", &["www/budget.mjs"]))?;
    println!("\nThe site is in www/dist, the JavaScript package in pkg.");
    Ok(())
}

/// Checks the built site as a file server under any path would see it.
pub fn check() -> Result<()> {
    let read = |name: &str| files::read(&dist().join(name)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let page = read("index.html")?;
    let policy = read("_headers")?;
    let policy = policy.lines().find_map(|line| line.trim().strip_prefix("Content-Security-Policy: "));
    let policy = policy.ok_or("www/dist/_headers states no Content-Security-Policy")?;
    let escaped = policy.replace('\'', "&#39;");
    if !page.contains(policy) && !page.contains(&escaped) {
        return Err("www/dist/index.html does not carry the policy of www/public/_headers".to_owned());
    }
    for absolute in ["=\"/", "='/", "=\"http", "='http"] {
        if let Some(at) = page.find(absolute) {
            let address: String = page[at..].chars().take(60).collect();
            return Err(format!("www/dist/index.html has an address that is not relative: {address}"));
        }
    }
    if !page.contains("type=\"module\"") {
        return Err("www/dist/index.html starts no script".to_owned());
    }
    let all = files::walk(&dist());
    if !all.iter().any(|file| file.extension().is_some_and(|kind| kind == "wasm")) {
        return Err("www/dist holds no .wasm file: the page does not import the module 'heartrace'".to_owned());
    }
    let home = env::var("HOME").unwrap_or_default();
    for file in &all {
        let bytes = files::read(file)?;
        if home.len() > 1 && bytes.windows(home.len() + 1).any(|part| part.strip_prefix(home.as_bytes()) == Some(b"/"))
        {
            return Err(format!("{} names a folder of this machine, {home}", file.display()));
        }
    }
    Ok(())
}
