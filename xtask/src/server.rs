//! A small file server for the built site: right types, and the headers that `_headers` states.

use crate::{Result, files, site};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;
use std::{fs, thread};

/// Another place where the site answers too: under it the tests see that every address is relative.
pub const SUB_PATH: &str = "/some/sub/path/";

/// Longer request heads than this are not ours.
const MAX_HEAD_BYTES: u64 = 64 * 1024;

/// Builds what is not up to date, then serves the site until the program is stopped.
pub fn serve(port: u16) -> Result<()> {
    // First, so that a taken port is told before minutes of building.
    let listener = listen(port)?;
    site::build()?;
    println!("\nHeartrace is at {}", address(&listener)?);
    answer_all(&listener, &Site::load(site::dist())?);
    Ok(())
}

/// Serves the built site from a thread on any free port; the answer is its address.
pub fn serve_beside() -> Result<String> {
    let listener = listen(0)?;
    let address = address(&listener)?;
    let site = Site::load(site::dist())?;
    thread::spawn(move || answer_all(&listener, &site));
    Ok(address)
}

fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).map_err(|error| {
        let other = port.checked_add(1).unwrap_or(8080);
        format!(
            "Port {port} of 127.0.0.1 cannot be used ({error}). If another program serves there, stop it, \
             or choose another port: cargo xtask serve --port {other}"
        )
    })
}

fn address(listener: &TcpListener) -> Result<String> {
    let local = listener.local_addr().map_err(|error| error.to_string())?;
    Ok(format!("http://{local}/"))
}

fn answer_all(listener: &TcpListener, site: &Site) {
    thread::scope(|scope| {
        for stream in listener.incoming().flatten() {
            // A visitor who leaves half-way is nobody's error.
            scope.spawn(|| drop(answer(stream, site)));
        }
    });
}

fn answer(mut stream: TcpStream, site: &Site) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut lines = BufReader::new(std::io::Read::take(&stream, MAX_HEAD_BYTES)).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let mut accepted = String::new();
    // Read to its end, so that closing does not reset the connection.
    for line in lines {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("accept-encoding")
        {
            accepted = value.to_ascii_lowercase();
        }
    }
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let response = match method {
        "GET" | "HEAD" => site.response(target, &accepted),
        _ => Response::message(405, "Only GET and HEAD are answered here.\n"),
    };
    stream.write_all(response.head().as_bytes())?;
    if method != "HEAD" {
        stream.write_all(&response.body)?;
    }
    stream.flush()
}

struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Response {
    fn message(status: u16, text: &str) -> Self {
        let headers = vec![("Content-Type".to_owned(), "text/plain; charset=utf-8".to_owned())];
        Response { status, headers, body: text.into() }
    }

    fn head(&self) -> String {
        let reason = match self.status {
            200 => "OK",
            404 => "Not Found",
            _ => "Method Not Allowed",
        };
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head + &format!("Content-Length: {}\r\nConnection: close\r\n\r\n", self.body.len())
    }
}

/// A folder and the headers its files are sent with.
struct Site {
    folder: PathBuf,
    rules: Vec<Rule>,
}

/// One block of a `_headers` file: a path, perhaps ending in `*`, and headers for what it matches.
#[derive(Debug, PartialEq)]
struct Rule {
    path: String,
    headers: Vec<(String, String)>,
}

impl Site {
    fn load(folder: PathBuf) -> Result<Self> {
        let text = files::read(&folder.join("_headers"))?;
        Ok(Site { folder, rules: parse_rules(&String::from_utf8_lossy(&text)) })
    }

    /// `accepted` is what the request says in `Accept-Encoding`.
    fn response(&self, target: &str, accepted: &str) -> Response {
        let path = target.split(['?', '#']).next().unwrap_or("");
        let path =
            path.strip_prefix(SUB_PATH.trim_end_matches('/')).filter(|rest| rest.starts_with('/')).unwrap_or(path);
        let found = file_of(path).and_then(|relative| {
            let file = self.folder.join(relative);
            let file = if file.is_dir() { file.join("index.html") } else { file };
            smallest(&file, accepted).map(|(body, coding)| (file, body, coding))
        });
        let mut response = match found {
            Some((file, body, coding)) => {
                let mut headers = vec![("Content-Type".to_owned(), content_type(&file).to_owned())];
                headers.push(("Vary".to_owned(), "Accept-Encoding".to_owned()));
                headers.extend(coding.map(|coding| ("Content-Encoding".to_owned(), coding.to_owned())));
                Response { status: 200, headers, body }
            }
            None => Response::message(404, "There is no such file on this site.\n"),
        };
        let matching = self.rules.iter().filter(|rule| rule.matches(path));
        response.headers.extend(matching.flat_map(|rule| rule.headers.clone()));
        response
    }
}

impl Rule {
    fn matches(&self, path: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == self.path,
        }
    }
}

fn parse_rules(text: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if !line.starts_with(' ') {
            rules.push(Rule { path: line.trim().to_owned(), headers: Vec::new() });
        } else if let (Some(rule), Some((name, value))) = (rules.last_mut(), line.trim().split_once(": ")) {
            rule.headers.push((name.to_owned(), value.to_owned()));
        }
    }
    rules
}

/// What of a file goes over the line: what the build has compressed for whoever accepts that, else the file itself.
fn smallest(file: &Path, accepted: &str) -> Option<(Vec<u8>, Option<&'static str>)> {
    let compressed = [("br", "br"), ("gz", "gzip")].into_iter().find_map(|(ending, coding)| {
        let beside = PathBuf::from(format!("{}.{ending}", file.display()));
        accepts(accepted, coding).then(|| fs::read(beside).ok()).flatten().map(|body| (body, Some(coding)))
    });
    compressed.or_else(|| fs::read(file).ok().map(|body| (body, None)))
}

/// Whether an `Accept-Encoding` in lower case names a coding, other than to refuse it.
fn accepts(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|offer| {
        let mut words = offer.split(';').map(str::trim);
        let weight = words.clone().find_map(|word| word.strip_prefix("q="));
        words.next() == Some(coding) && weight.is_none_or(|weight| weight.parse().is_ok_and(|weight: f32| weight > 0.0))
    })
}

/// The file a path asks for, relative to the site's folder; `None` for what would lead out of it.
fn file_of(path: &str) -> Option<PathBuf> {
    let decoded = percent_decoded(path.strip_prefix('/')?)?;
    let file = Path::new(&decoded);
    let inside = file.components().all(|part| matches!(part, Component::Normal(_)));
    (inside && !decoded.contains(['\0', '\\'])).then(|| file.to_path_buf())
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|kind| kind.to_str()).unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json; charset=utf-8",
        "webmanifest" => "application/manifest+json; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        // The Rust sources that the page shows, and _headers.
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_site() {
        for path in
            ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/a/../../b", "//etc/passwd", "/%2Fetc", "", "/%zz", "/a%00"]
        {
            assert_eq!(file_of(path), None, "{path}");
        }
        assert_eq!(file_of("/assets/a%20b.js"), Some(PathBuf::from("assets/a b.js")));
        assert_eq!(file_of("/"), Some(PathBuf::new()));
    }

    #[test]
    fn a_coding_is_used_where_it_is_accepted() {
        for accepted in ["br", "gzip, deflate, br, zstd", "gzip;q=0.5, br;q=1.0"] {
            assert!(accepts(accepted, "br"), "{accepted}");
        }
        for refused in ["", "gzip", "br;q=0", "brotli", "identity"] {
            assert!(!accepts(refused, "br"), "{refused}");
        }
    }

    #[test]
    fn every_rule_that_matches_adds_its_headers() {
        let rules = parse_rules("# text\n/*\n  A: 1; b: c\n\n/\n  A: 2\n");
        let header = |value: &str| vec![("A".to_owned(), value.to_owned())];
        let site = Site { folder: PathBuf::new(), rules };
        assert_eq!(site.rules[0], Rule { path: "/*".to_owned(), headers: header("1; b: c") });
        let values = |path: &str| site.rules.iter().filter(|rule| rule.matches(path)).count();
        assert_eq!((values("/"), values("/embed.html")), (2, 1));
    }
}
