use heartrace::explore::options::Options;
use heartrace::explore::prove::Reduction;
use heartrace::explore::search::Search;
use heartrace::link::Link;

#[test]
fn probe() {
    let link = std::env::var("LINK").unwrap_or("#/duplicated-message?model=any-speed".into());
    let n: u64 = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(200_000);
    for text in link.split(' ') {
        let link = Link::parse(text).unwrap();
        println!("{text}");
        let modes = std::env::var("MODES").unwrap_or("sleep both cache plain".into());
        for (name, sleep_sets, cache) in
            [("sleep", true, false), ("both", true, true), ("cache", false, true), ("plain", false, false)]
        {
            if !modes.contains(name) {
                continue;
            }
            let options =
                Options { executions: n * 2, reduction: Some(Reduction { sleep_sets, cache }), ..Options::default() };
            let mut search = Search::new(&link, &options).without_shortening();
            let start = std::time::Instant::now();
            while !search.advance(100) {
                if search.found().executions > n {
                    break;
                }
                if start.elapsed().as_secs() > 8 {
                    break;
                }
            }
            let states = search.states();
            let found = search.found();
            println!(
                "  {name:6} states {states} executions {} completed {} behaviours {} exhausted {} outcomes {:?} {:.0}/s",
                found.executions,
                search.completed(),
                found.behaviours.len(),
                search.is_exhausted(),
                found.outcomes.iter().map(|(o, f)| format!("{o}:{}", f.count)).collect::<Vec<_>>(),
                found.executions as f64 / start.elapsed().as_secs_f64()
            );
        }
    }
}
