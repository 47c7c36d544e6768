//! Stories of at most ten sentences with a text each, and when an end became inevitable.

use crate::parse;
use heartrace::explore::inevitable::Inevitability;
use heartrace::explore::story::{MAX_SENTENCES, story};
use heartrace::scenarios::all;
use heartrace::text::Texts;

#[test]
fn a_story_is_short_in_order_and_has_words() {
    let links = all().iter().flat_map(|scenario| {
        let presets = scenario.presets.iter().map(|(_, query)| format!("#/{}?{query}", scenario.id));
        presets.map(|link| link.trim_end_matches('?').to_owned())
    });
    for text in links {
        let story = story(&parse(&text)).expect("nothing is recorded");
        assert!((1..=MAX_SENTENCES).contains(&story.len()), "{text}");
        assert!(story.windows(2).all(|pair| pair[0].time_ns <= pair[1].time_ns), "{text}");
        for sentence in &story {
            assert!(Texts::english().template(&sentence.sentence.code).is_some(), "{text}: {sentence:?}");
            assert!(!sentence.sentence.english().contains('{'), "{text}: {sentence:?}");
        }
    }
}

#[test]
fn the_story_of_the_duplicate_names_both_acceptances_and_the_cancel() {
    let story = story(&parse("#/duplicated-message")).expect("nothing is recorded");
    let told: Vec<String> = story.iter().map(|sentence| sentence.sentence.english()).collect();
    for part in ["accepts request 1, from attempt 1", "accepts request 1, from attempt 2", "runs out of patience"] {
        assert!(told.iter().any(|sentence| sentence.contains(part)), "{told:#?}");
    }
    assert!(told.last().is_some_and(|last| last.contains("dup") && last.contains("at most once")), "{told:#?}");
}

#[test]
fn the_end_is_certain_at_the_end_and_open_at_the_start() {
    for text in ["#/duplicated-message?model=any-speed", "#/duplicated-message?model=any-speed&order=seeded&seed=5"] {
        let mut sampling = Inevitability::new(&parse(text), 8, 60, 1).expect("nothing is recorded");
        while !sampling.advance(50) {}
        let futures = sampling.futures();
        assert!(futures.iter().all(|futures| futures.outcomes.values().sum::<u32>() == 60), "{futures:?}");
        assert!(futures.windows(2).all(|pair| pair[0].choices < pair[1].choices && pair[0].time_ns <= pair[1].time_ns));
        assert!(futures[0].outcomes.len() > 1, "{futures:?}");
        assert_eq!(futures.last().map(|last| last.outcomes.len()), Some(1), "{futures:?}");
    }
}
