//! Failure detectors against the tables of those who built them: Pekko (`AccrualFailureDetectorSpec`,
//! `DeadlineFailureDetectorSpec`), chitchat (`failure_detector.rs`), memberlist (`suspicion_test`, `awareness_test`,
//! `util_test`). Times in ms unless they say otherwise.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::story;
use heartrace::patterns::detector::{
    Awareness, Deadline, Detector, Health, LocalPause, MOST_HELPERS, Member, Misses, PhiExponential, PhiNormal, Probe,
    Progress, Reached, Rhythm, Samples, State, Suspend, Suspicion, Watch, cdf, log_scale, phi,
};
use heartrace::runtime::Time;
use std::time::Duration;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn at(millis: u64) -> Time {
    Time::ZERO + ms(millis)
}

fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

#[track_caller]
fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found}, expected {expected} ± {within}");
}

// ---------------------------------------------------------------- the formula

#[test]
fn v_h001_to_h008_the_normal_distribution() {
    for (y, share) in [(0, 0.5), (6, 0.7257), (15, 0.9332), (20, 0.97725), (25, 0.99379), (35, 0.99977), (40, 0.99997)]
    {
        near(cdf(f64::from(y), 0.0, 10.0), share, 1e-3);
    }
    near(cdf(22.0, 20.0, 3.0), 0.7475, 1e-3);
}

#[test]
fn v_h009_phi_never_falls() {
    let levels: Vec<f64> = (0..=40).map(|y| phi(f64::from(y), 0.0, 10.0)).collect();
    assert!(levels.is_sorted(), "{levels:?}");
}

#[test]
fn v_h010_h011_p_h7_phi_is_finite_and_not_negative() {
    near(phi(10.0, 0.0, 1.0), 38.0, 1.0);
    near(phi(-25.0, 0.0, 1.0), 0.0, 1e-9);
    for (silence, mean, deviation) in [(1e18, 0.0, 1.0), (-1e18, 0.0, 1.0), (f64::MAX, 0.0, 1e-300), (0.0, 0.0, 0.0)] {
        let level = phi(silence, mean, deviation);
        assert!(level.is_finite() && level >= 0.0 && !level.is_sign_negative(), "{silence}: {level}");
    }
}

#[test]
fn v_h012_to_h018_phi_around_a_second() {
    for (silence, level) in [(0, 0.0), (500, 0.1), (1000, 0.3), (1200, 1.6), (1400, 4.7), (1600, 10.8), (1700, 15.3)] {
        near(phi(f64::from(silence), 1000.0, 100.0), level, 0.1);
    }
}

#[test]
fn phi_of_the_conformance_table() {
    for (silence, level) in [(1000, 0.301), (1100, 0.800), (1200, 1.643), (1300, 2.909), (1500, 7.300)] {
        near(phi(f64::from(silence), 1000.0, 100.0), level, 0.000_5);
    }
    let crossings = [(100, [1128.2, 1305.9, 1411.9, 1522.6, 1629.2]), (500, [1641.1, 2529.5, 3059.6, 3613.0, 4146.1])];
    for (deviation, moments) in crossings {
        for (limit, moment) in [1.0, 3.0, 5.0, 8.0, 12.0].into_iter().zip(moments) {
            near(phi(moment, 1000.0, deviation as f64), limit, 0.01);
            // A detector whose mean and deviation are these says when.
            let mut detector = PhiNormal::new(2, ms(1000), ms(deviation), Duration::ZERO).unwrap();
            [0, 1000, 2000].iter().for_each(|beat| detector.beat(at(*beat), true));
            let crossed = detector.time_to(limit).unwrap();
            near((crossed - at(2000)).as_secs_f64() * 1000.0, moment, 0.06);
            assert!(detector.level(crossed) >= limit);
            assert!(detector.level(Time::from_nanos(crossed.as_nanos() - 1)) < limit);
        }
    }
}

// ---------------------------------------------------------------- phi, normal

/// A detector as in Pekko's tests: threshold, window, accepted pause.
fn pekko(threshold: f64, window: usize, pause: u64) -> Watch<PhiNormal> {
    let detector = PhiNormal::new(window, ms(1000), ms(100), ms(pause)).unwrap();
    Watch::new(detector, threshold, Duration::ZERO, 1).unwrap()
}

/// Whether it takes a heart for alive; what it does not know it does not suspect.
fn alive(watch: &mut Watch<impl Detector>, millis: u64) -> bool {
    matches!(watch.state(at(millis)), State::Alive | State::Unknown)
}

fn beats(watch: &mut Watch<impl Detector>, moments: impl IntoIterator<Item = u64>) {
    for moment in moments {
        assert!(watch.beat(0, at(moment)));
    }
}

#[test]
fn v_h019_without_a_beat_nothing_is_suspected() {
    let mut watch = pekko(8.0, 1000, 0);
    assert_eq!((watch.detector().level(at(99_000)), watch.state(at(99_000))), (0.0, State::Unknown));
}

#[test]
fn v_h020_p_h1_after_one_beat_it_guesses_and_then_it_knows() {
    let mut detector = PhiNormal::new(1000, ms(1000), ms(100), Duration::ZERO).unwrap();
    detector.beat(at(0), true);
    near(detector.level(at(1000)), 0.3, 0.2);
    near(detector.level(at(2000)), 4.5, 0.3);
    assert!(detector.level(at(3000)) > 15.0);
    let before = detector.level(at(200));
    detector.beat(at(100), true);
    assert!(detector.level(at(200)) > before && detector.level(at(300)) > detector.level(at(200)));
}

#[test]
fn v_h021_dead_if_beats_are_missed() {
    let mut watch = pekko(3.0, 1000, 0);
    beats(&mut watch, [0, 1000, 1100]);
    assert!(alive(&mut watch, 1200));
    assert!(!alive(&mut watch, 8200));
}

#[test]
fn v_h022_alive_again_after_it_was_dead() {
    let mut watch = pekko(8.0, 1000, 3000);
    beats(&mut watch, (0..1000).map(|beat| beat * 1000));
    let mut now = 999_000 + 5 * 60_000;
    assert!(!alive(&mut watch, now));
    // Neither long silence is among the samples: the second is suspected as the first was.
    for (until_beat, until_look, is_alive) in [(100, 900, true), (100, 7000, false), (100, 900, true), (100, 900, true)]
    {
        now += until_beat;
        beats(&mut watch, [now]);
        now += until_look;
        assert_eq!(alive(&mut watch, now), is_alive, "at {now}");
    }
}

#[test]
fn v_h023_h024_a_pause_is_accepted_as_far_as_it_goes() {
    let mut watch = pekko(8.0, 1000, 3000);
    beats(&mut watch, [0, 1000, 2000, 3000]);
    assert!(alive(&mut watch, 7000));
    beats(&mut watch, [8000]);
    assert!(alive(&mut watch, 8000));
    let mut watch = pekko(8.0, 1000, 3000);
    beats(&mut watch, [0, 1000, 2000, 3000, 4000, 5000]);
    assert!(alive(&mut watch, 5500));
    beats(&mut watch, [6000]);
    assert!(!alive(&mut watch, 11_000));
}

#[test]
fn v_h025_only_the_last_samples_count() {
    let mut watch = pekko(8.0, 3, 0);
    beats(&mut watch, [0, 100, 200, 300]);
    let before = watch.detector().level(at(400));
    beats(&mut watch, [1000, 1500, 2000, 2500]);
    near(watch.detector().level(at(3000)), before, 1e-12);
}

#[test]
fn v_h026_to_h030_mean_and_variance_of_a_window() {
    let statistics = |window: usize, samples: &[u64]| {
        let mut kept = Samples::new(window).unwrap();
        samples.iter().for_each(|sample| kept.push(ms(*sample)));
        (kept.mean() / 1e6, kept.variance() / 1e12)
    };
    assert_eq!(statistics(20, &[100, 200, 125, 340, 130]), (179.0, 7584.0));
    assert_eq!(statistics(600, &[100]).1, 0.0);
    for (samples, mean, variance) in [
        (&[100, 110, 90][..], 100.0, 66.67),
        (&[100, 110, 90, 140], 113.33, 422.22),
        (&[100, 110, 90, 140, 80], 103.33, 688.89),
    ] {
        let found = statistics(3, samples);
        near(found.0, mean, 0.005);
        near(found.1, variance, 0.005);
    }
}

#[test]
fn p_h7_the_variance_is_never_below_zero() {
    let mut samples = Samples::new(10).unwrap();
    for sample in [1, 1_000_000_007, 1, 999_999_999_999, 3] {
        samples.push(Duration::from_nanos(sample));
        assert!(samples.variance() >= 0.0);
    }
    let mut alike = Samples::new(1000).unwrap();
    (0..10_000).for_each(|_| alike.push(Duration::from_nanos(123_456_789_123)));
    assert_eq!((alike.len(), alike.variance()), (1000, 0.0));
}

// ---------------------------------------------------------------- a deadline, and misses

#[test]
fn v_h031_to_h033_a_deadline_is_kept_missed_and_kept_again() {
    let detector = Deadline::new(ms(1000), ms(2000)).unwrap();
    let mut watch = Watch::new(detector, 1.0, Duration::ZERO, 1).unwrap();
    beats(&mut watch, [0, 1000, 1100]);
    assert!(alive(&mut watch, 1200));
    assert!(!alive(&mut watch, 7200));
    beats(&mut watch, [7300]);
    assert!(alive(&mut watch, 7400));
}

#[test]
fn v_h034_h035_p_h2_the_limit_is_interval_and_pause() {
    let mut watch = Watch::new(Deadline::new(ms(1000), ms(3000)).unwrap(), 1.0, Duration::ZERO, 1).unwrap();
    assert_eq!(watch.detector().limit(), ms(4000));
    beats(&mut watch, [0, 1000, 2000]);
    // The pause alone has passed, the beat that was due before it has not.
    assert!(alive(&mut watch, 5000) && alive(&mut watch, 5999));
    assert_eq!(watch.state(at(6000)), State::Dead(at(6000)));
}

#[test]
fn misses_are_whole_beats() {
    let mut misses = Misses::new(ms(1000), ms(200)).unwrap();
    assert_eq!((misses.level(at(9000)), misses.time_to(3.0)), (0.0, None));
    misses.beat(at(0), true);
    assert_eq!([1199, 1200, 2199, 2200].map(|now| misses.level(at(now))), [0.0, 1.0, 1.0, 2.0]);
    assert_eq!((misses.time_to(3.0), misses.time_to(2.5)), (Some(at(3200)), Some(at(3200))));
}

// ---------------------------------------------------------------- phi, exponential

/// A detector as in chitchat: threshold 8 in mean silences, which is 8 / ln 10 in phi proper.
fn chitchat(prior: f64) -> Watch<PhiExponential> {
    let detector = PhiExponential::new(1000, secs(prior), 5, secs(10.0)).unwrap();
    Watch::new(detector, 8.0 / std::f64::consts::LN_10, Duration::ZERO, 1).unwrap()
}

#[test]
fn v_h036_one_beat_is_not_enough() {
    // **differs** in name: there it is not alive, here it is unknown.
    let mut watch = chitchat(5.0);
    beats(&mut watch, [0]);
    assert_eq!([0, 99_000].map(|now| watch.state(at(now))), [State::Unknown; 2]);
}

#[test]
fn v_h037_silence_is_death_for_all_alike() {
    for gap in [1000, 2000] {
        let mut watch = chitchat(5.0);
        beats(&mut watch, (0..100).map(|beat| beat * gap));
        let last = 99 * gap;
        assert!(alive(&mut watch, last + gap));
        assert!(matches!(watch.state(at(last + 50_000)), State::Dead(_)));
    }
}

#[test]
fn v_h038_it_comes_back() {
    let mut watch = chitchat(1.0);
    beats(&mut watch, [0, 1000, 2000]);
    assert!(alive(&mut watch, 2500));
    assert!(!alive(&mut watch, 22_500));
    beats(&mut watch, [23_000, 24_000]);
    assert!(alive(&mut watch, 24_500));
}

#[test]
fn v_h039_h040_the_prior_fades() {
    let mut watch = chitchat(5.0);
    beats(&mut watch, (0..=5).map(|beat| beat * 200));
    assert!(alive(&mut watch, 1000 + 6000));
    assert!(!alive(&mut watch, 1000 + 46_000));
    let mut watch = chitchat(5.0);
    beats(&mut watch, (0..=1000).map(|beat| beat * 200));
    assert!(!alive(&mut watch, 200_000 + 6000));
}

#[test]
fn v_h041_the_window_with_its_prior() {
    let mut window = PhiExponential::new(10, secs(2.0), 5, secs(5.0)).unwrap();
    window.beat(at(0), true);
    assert_eq!(window.waited(at(0)), None);
    window.beat(at(3000), true);
    let mean = (3.0 + 2.0 * 5.0) / 6.0;
    near(window.mean().unwrap() / 1e9, mean, 1e-9);
    near(window.waited(at(3000)).unwrap(), 0.0, 1e-9);
    near(window.waited(at(4000)).unwrap(), 1.0 / mean, 1e-9);
    // A silence of more than 5 s is a failure and no habit.
    window.beat(at(9000), true);
    near(window.waited(at(11_000)).unwrap(), 2.0 / mean, 1e-9);
    window.reset();
    window.beat(at(20_000), true);
    assert_eq!(window.waited(at(21_000)), None);
    window.beat(at(22_000), true);
    near(window.waited(at(26_000)).unwrap(), 4.0 / ((2.0 + 2.0 * 5.0) / 6.0), 1e-9);
}

#[test]
fn v_h042_a_window_is_bounded() {
    let mut samples = Samples::new(5).unwrap();
    (1..=8).for_each(|sample| samples.push(Duration::from_nanos(sample)));
    assert_eq!((samples.len(), samples.sum()), (5, 30.0));
    samples.clear();
    assert!(samples.is_empty() && samples.mean() == 0.0 && samples.variance() == 0.0);
}

#[test]
fn the_exponential_detector_of_cassandra_grows_evenly() {
    // Its prior is a sample like any other.
    let mut detector = PhiExponential::new(1, secs(2.0), 0, secs(2.0)).unwrap();
    [0, 1000, 2000].iter().for_each(|beat| detector.beat(at(*beat), true));
    for means in 1..=20_u32 {
        let level = detector.level(at(2000) + secs(1.0) * means);
        near(level, f64::from(means) / std::f64::consts::LN_10, 1e-9);
    }
    near((detector.time_to(8.0).unwrap() - at(2000)).as_secs_f64(), 8.0 * std::f64::consts::LN_10, 1e-6);
}

// ---------------------------------------------------------------- suspicion

#[test]
fn v_h043_to_h048_what_is_left_of_a_suspicion() {
    for (n, elapsed, left) in [(0, 0, 30.0), (1, 2, 14.0), (2, 3, 4.81), (3, 4, -2.0), (4, 5, -3.0), (5, 10, -8.0)] {
        let length = Suspicion::length(n, 3, secs(2.0), secs(30.0));
        near(length.as_secs_f64() - f64::from(elapsed), left, 0.01);
    }
}

#[test]
fn v_h049_to_h054_who_confirms_shortens_it() {
    const ME: u32 = 0;
    for (voices, news, ends) in [
        (&[][..], &[][..], 2000),
        (&[ME], &[false], 2000),
        (&[1], &[true], 1250),
        (&[1, 1, 1], &[true, false, false], 1250),
        (&[1, 2], &[true, true], 811),
        (&[1, 2, 3], &[true, true, true], 500),
        (&[1, 2, 3, 4], &[true, true, true, false], 500),
    ] {
        let mut suspicion = Suspicion::new(ME, 3, ms(500), ms(2000), Time::ZERO).unwrap();
        let heard: Vec<bool> = voices.iter().map(|voice| suspicion.confirm(*voice)).collect();
        assert_eq!((&heard[..], suspicion.ends_at()), (news, at(ends)), "{voices:?}");
    }
}

#[test]
fn v_h055_with_nobody_to_ask_it_is_short() {
    let mut alone = Suspicion::new(0, 0, ms(500), ms(2000), at(100)).unwrap();
    assert_eq!((alone.ends_at(), alone.confirm(1)), (at(600), false));
}

#[test]
fn v_h056_confirmed_late_it_is_over_at_once() {
    let mut suspicion = Suspicion::new(0, 3, ms(500), ms(2000), Time::ZERO).unwrap();
    let now = at(1900);
    assert!(suspicion.ends_at() > now);
    (1..=3).for_each(|voice| assert!(suspicion.confirm(voice)));
    assert!(suspicion.ends_at() <= now);
}

#[test]
fn v_h057_doubting_oneself_stretches_every_wait() {
    let mut awareness = Awareness::new(8).unwrap();
    assert_eq!(awareness.stretch(secs(1.0)), secs(1.0));
    for (change, score) in [(0, 0), (-1, 0), (-10, 0), (1, 1), (-1, 0), (10, 7), (-1, 6), (-1, 5), (-1, 4)]
        .into_iter()
        .chain([(-1, 3), (-1, 2), (-1, 1), (-1, 0), (-1, 0)])
    {
        awareness.note(change);
        assert_eq!((awareness.score(), awareness.stretch(secs(1.0))), (score, secs(1.0) * (score + 1)), "{change}");
    }
}

#[test]
fn v_h058_to_h063_large_groups_suspect_longer() {
    for (members, millis) in [(5, 1000), (10, 1000), (50, 1698), (100, 2000), (500, 2698), (1000, 3000)] {
        assert_eq!((log_scale(members) * 1000.0) as u64, millis, "{members}");
    }
}

// ---------------------------------------------------------------- states, guards

#[test]
fn a_heart_is_unknown_then_alive_then_suspect_then_dead() {
    let detector = Deadline::new(ms(1000), Duration::ZERO).unwrap();
    let mut watch = Watch::new(detector, 1.0, ms(500), 1).unwrap();
    assert_eq!((watch.state(at(0)), watch.next_check(at(0))), (State::Unknown, None));
    watch.beat(0, at(0));
    assert_eq!((watch.state(at(999)), watch.next_check(at(999))), (State::Alive, Some(at(1000))));
    assert_eq!((watch.state(at(1200)), watch.next_check(at(1200))), (State::Suspect(at(1000)), Some(at(1500))));
    // It objects in time.
    watch.beat(0, at(1300));
    assert_eq!(watch.state(at(1300)), State::Alive);
    assert_eq!((watch.state(at(9000)), watch.next_check(at(9000))), (State::Dead(at(2800)), None));
    near(watch.level(at(9000)), 7.7, 1e-9);
}

#[test]
fn p_h1_a_start_has_a_limit_of_its_own() {
    let detector = Deadline::new(ms(100), Duration::ZERO).unwrap();
    let mut watch = Watch::new(detector, 1.0, ms(50), 1).unwrap().with_grace(ms(5000));
    watch.begin(1, at(1000));
    assert_eq!((watch.state(at(5999)), watch.next_check(at(5999))), (State::Unknown, Some(at(6000))));
    assert_eq!(watch.state(at(6000)), State::Suspect(at(6000)));
    // Whoever beats in time is measured by the detector from then on.
    watch.begin(2, at(10_000));
    watch.beat(2, at(14_000));
    assert_eq!(watch.state(at(14_099)), State::Alive);
    assert_eq!(watch.state(at(14_150)), State::Dead(at(14_150)));
}

#[test]
fn p_h5_a_death_has_one_moment_and_takes_two_beats_to_undo() {
    let detector = Deadline::new(ms(1000), Duration::ZERO).unwrap();
    let mut watch = Watch::new(detector, 1.0, Duration::ZERO, 2).unwrap();
    watch.beat(0, at(0));
    assert_eq!([2000, 3000, 9000].map(|now| watch.state(at(now))), [State::Dead(at(1000)); 3]);
    watch.beat(0, at(9000));
    assert_eq!(watch.state(at(9000)), State::Dead(at(1000)), "one beat may be a rumour");
    watch.beat(0, at(9500));
    assert_eq!(watch.state(at(9500)), State::Alive);
}

#[test]
fn p_h6_beats_of_an_older_life_are_ignored() {
    let detector = Deadline::new(ms(1000), Duration::ZERO).unwrap();
    let mut watch = Watch::new(detector, 1.0, Duration::ZERO, 1).unwrap();
    watch.begin(2, at(0));
    assert!(!watch.beat(1, at(100)));
    assert_eq!(watch.state(at(100)), State::Unknown);
    assert!(watch.beat(2, at(200)));
    assert!(!watch.beat(1, at(1100)));
    assert_eq!(watch.state(at(1200)), State::Dead(at(1200)), "a zombie keeps nobody alive");
    // A life that begins late does not bring an older one back.
    watch.begin(1, at(1300));
    assert_eq!(watch.state(at(1300)), State::Dead(at(1200)));
}

#[test]
fn p_h4_o032_ones_own_pause_is_excused() {
    let guard = LocalPause::new(ms(500)).unwrap();
    assert_eq!([at(1500), at(1501)].map(|now| guard.lateness(at(1000), now)), [None, Some(ms(501))]);
    let ten_minutes = ms(600_000);
    let wards: [Box<dyn Detector>; 4] = [
        Box::new(Deadline::new(ms(1000), ms(1000)).unwrap()),
        Box::new(Misses::new(ms(1000), Duration::ZERO).unwrap()),
        Box::new(PhiNormal::new(10, ms(1000), ms(100), Duration::ZERO).unwrap()),
        Box::new(PhiExponential::new(10, ms(1000), 0, ms(2000)).unwrap()),
    ];
    for ward in wards {
        let mut watch = Watch::new(ward, 2.0, ms(1000), 1).unwrap();
        beats(&mut watch, [0, 1000, 2000]);
        // The tab was hidden when the next beat was due.
        let due = at(3000);
        let now = due + ten_minutes;
        let late = guard.lateness(due, now).unwrap();
        watch.excuse(late);
        assert_eq!(watch.state(now), State::Alive);
        assert!(matches!(watch.state(now + ms(60_000)), State::Dead(_)), "it does not excuse everything after");
    }
}

#[test]
fn o029_a_heart_that_beats_may_get_nothing_done() {
    let mut progress = Progress::new(ms(5000), at(0));
    let stalled = [(1000, 1), (2000, 2), (3000, 2), (6999, 2), (7000, 2), (7500, 3), (8000, 0), (13_000, 0)]
        .map(|(now, done)| progress.is_stalled(at(now), done));
    assert_eq!(stalled, [false, false, false, false, true, false, false, true]);
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let zero = Duration::ZERO;
    let deadline = || Deadline::new(ms(1), zero).unwrap();
    let fields = [
        Deadline::new(zero, ms(1)).err(),
        Misses::new(zero, ms(1)).err(),
        PhiNormal::new(0, ms(1), ms(1), zero).err(),
        PhiNormal::new(1, zero, ms(1), zero).err(),
        PhiNormal::new(1, ms(1), zero, zero).err(),
        PhiExponential::new(1, zero, 5, ms(1)).err(),
        PhiExponential::new(1, ms(1), 5, zero).err(),
        Samples::new(1_000_000).err(),
        Watch::new(deadline(), f64::NAN, zero, 1).err(),
        Watch::new(deadline(), 0.0, zero, 1).err(),
        Watch::new(deadline(), f64::INFINITY, zero, 1).err(),
        Watch::new(deadline(), 1.0, zero, 0).err(),
        Suspicion::new(0, 1, ms(2), ms(1), Time::ZERO).err(),
        Awareness::new(0).err(),
        LocalPause::new(zero).err(),
    ]
    .map(|error| error.expect("it is refused").field);
    let expected = "interval interval window interval deviation interval longest window threshold threshold threshold \
                    revive longest awareness tolerance";
    assert_eq!(fields.join(" "), expected);
}

// ---------------------------------------------------------------- warnings, slow pages

/// "Beats are slow" was said all the time, and whoever wanted peace had to accept longer pauses, which made the detector
/// suspect later as well. Here the warning has a share of its own and changes nothing else.
#[test]
fn p_h3_a_warning_has_its_own_threshold() {
    let watch = || Watch::new(Deadline::new(ms(1000), ms(3000)).unwrap(), 1.0, ms(1000), 1).unwrap();
    let states = |watch: &mut Watch<Deadline>| {
        watch.beat(0, at(0));
        [1000, 2000, 3000, 3999, 4000, 5000].map(|t| watch.state(at(t)))
    };
    let plain = states(&mut watch());
    for (share, warns) in [(0.25, 1000), (0.5, 2000), (0.75, 3000)] {
        let mut warned = watch().with_warning(share).unwrap();
        assert_eq!((warned.is_slow(at(0)), warned.warns_at()), (false, None), "nothing is known yet");
        assert_eq!(states(&mut warned), plain, "a share of {share}");
        let mut warned = watch().with_warning(share).unwrap();
        warned.beat(0, at(0));
        assert_eq!(warned.warns_at(), Some(at(warns)));
        assert_eq!([warns - 1, warns, 3999].map(|t| warned.is_slow(at(t))), [false, true, true]);
        // From then on it is no longer slow but suspect.
        assert!(!warned.is_slow(at(4000)));
    }
    // With phi the level of a silence stays what it is.
    let phi = || PhiNormal::new(10, ms(1000), ms(100), ms(0)).unwrap();
    let (mut plain, mut warned) = (
        Watch::new(phi(), 8.0, ms(0), 1).unwrap(),
        Watch::new(phi(), 8.0, ms(0), 1).unwrap().with_warning(0.5).unwrap(),
    );
    for t in (0..10_000).step_by(1000) {
        assert_eq!(plain.beat(0, at(t)), warned.beat(0, at(t)));
    }
    assert_eq!(plain.level(at(9900)), warned.level(at(9900)));
    assert_eq!(plain.next_check(at(9000)), warned.next_check(at(9000)));
    assert!(!plain.is_slow(at(9900)));
    for share in [0.0, 1.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(watch().with_warning(share).map(drop).map_err(|error| error.field), Err("warning"));
    }
}

/// The timers of a page that nobody looks at are slowed down to one a second, and then to one a minute: whoever listened
/// there found all the others dead. Its own lateness is what it has to excuse.
#[test]
fn p_v9_a_page_whose_timers_are_slowed_suspects_nobody() {
    for step in [1000, 60_000] {
        let own = LocalPause::new(ms(500)).unwrap();
        let mut watch = Watch::new(Deadline::new(ms(100), ms(100)).unwrap(), 1.0, ms(0), 1).unwrap();
        let mut unaware = watch.clone();
        for slow in [&mut watch, &mut unaware] {
            slow.beat(0, at(0));
        }
        for n in 1..=10 {
            // It wanted to look after 100 ms and does so only now; the beats of the meantime come afterwards.
            let (due, now) = (at((n - 1) * step + 100), at(n * step));
            watch.excuse(own.lateness(due, now).expect("it is late"));
            assert_eq!(watch.state(now), State::Alive);
            assert!(matches!(unaware.state(now), State::Dead(_)), "whoever does not excuse its own lateness");
            for slow in [&mut watch, &mut unaware] {
                slow.beat(0, now);
            }
        }
    }
}

// ---------------------------------------------------------------- foca, rumours

fn said(generation: u32, incarnation: u32, health: Health) -> Member {
    Member { generation, incarnation, health }
}

/// Whether each rumour is news to whoever believes this.
fn news(believed: Member, rumours: &[(u32, Health)]) -> Vec<bool> {
    let hear = |(incarnation, health): &(u32, Health)| {
        let mut known = believed;
        let is_news = known.hear(said(believed.generation, *incarnation, *health));
        assert_eq!(known, if is_news { said(believed.generation, *incarnation, *health) } else { believed });
        is_news
    };
    rumours.iter().map(hear).collect()
}

#[test]
fn v_h064_what_is_news_of_somebody_alive() {
    use Health::{Alive, Down, Suspect};
    let alive = said(1, 5, Alive);
    assert_eq!(news(alive, &[(4, Alive), (5, Alive), (6, Alive)]), [false, false, true]);
    assert_eq!(news(alive, &[(4, Suspect), (5, Suspect), (6, Suspect)]), [false, true, true]);
    assert_eq!(news(alive, &[(4, Down), (5, Down), (6, Down)]), [true, true, true]);
}

#[test]
fn v_h065_what_is_news_of_a_suspect() {
    use Health::{Alive, Down, Suspect};
    let suspect = said(1, 5, Suspect);
    assert_eq!(news(suspect, &[(4, Suspect), (5, Suspect), (6, Suspect)]), [false, false, true]);
    assert_eq!(news(suspect, &[(4, Alive), (5, Alive), (6, Alive)]), [false, false, true]);
    assert_eq!(news(suspect, &[(4, Down), (5, Down), (6, Down)]), [true, true, true]);
}

#[test]
fn v_h066_of_the_dead_there_is_no_news() {
    for health in [Health::Alive, Health::Suspect, Health::Down] {
        assert_eq!(news(said(1, 1, Health::Down), &[(0, health), (1, health), (2, health)]), [false; 3]);
    }
}

#[test]
fn v_h067_whoever_has_the_address_now_replaces_who_had_it() {
    for was in [Health::Alive, Health::Suspect, Health::Down] {
        let mut known = said(1, 9, was);
        assert!(!known.hear(said(0, 99, Health::Alive)), "an older one");
        assert!(known.hear(Member::joined(2)));
        assert_eq!(known, said(2, 0, Health::Alive));
        assert!(!known.hear(said(1, 9, Health::Down)), "what is still told of the older one");
    }
}

#[test]
fn a_member_refutes_what_is_said_of_it_and_the_others_believe_it() {
    let own = said(3, 5, Health::Alive);
    assert_eq!(own.refute(said(3, 5, Health::Alive)), None);
    assert_eq!(own.refute(said(3, 4, Health::Suspect)), None, "refuted before");
    assert_eq!(own.refute(said(2, 9, Health::Down)), None, "somebody else");
    for (rumour, answer) in [
        (said(3, 5, Health::Suspect), said(3, 6, Health::Alive)),
        (said(3, 7, Health::Suspect), said(3, 8, Health::Alive)),
        (said(3, 2, Health::Down), said(4, 0, Health::Alive)),
    ] {
        let mut believed = own;
        assert!(believed.hear(rumour));
        assert_eq!(own.refute(rumour), Some(answer));
        assert!(believed.hear(answer) && believed == answer);
    }
    // At the end of the numbers none begins anew: an old rumour would be news again.
    assert_eq!(said(3, u32::MAX, Health::Alive).refute(said(3, u32::MAX, Health::Suspect)), None);
    assert_eq!(said(u32::MAX, 0, Health::Alive).refute(said(u32::MAX, 0, Health::Down)), None);
}

/// Whatever the order in which rumours arrive, and however often, all come to believe the same.
#[test]
fn p_h6_the_order_of_rumours_makes_no_difference() {
    use Health::{Alive, Down, Suspect};
    let rumours = [said(1, 0, Suspect), said(1, 1, Alive), said(1, 1, Suspect), said(1, 2, Alive), said(2, 0, Alive)];
    let with_death = [said(1, 0, Suspect), said(1, 1, Alive), said(1, 0, Down), said(2, 0, Alive), said(2, 0, Suspect)];
    for (rumours, expected) in [(rumours, said(2, 0, Alive)), (with_death, said(2, 0, Suspect))] {
        let mut orders = vec![(rumours.to_vec(), Member::joined(1))];
        while let Some((left, believed)) = orders.pop() {
            if left.is_empty() {
                assert_eq!(believed, expected);
            }
            for index in 0..left.len() {
                let (mut left, mut believed) = (left.clone(), believed);
                let rumour = left.remove(index);
                believed.hear(rumour);
                assert!(!believed.hear(rumour), "told twice it is no news");
                orders.push((left, believed));
            }
        }
    }
}

// ---------------------------------------------------------------- clocks, rhythm, others

#[test]
fn p_v10_a_device_that_slept_is_seen_by_the_wall_clock() {
    let mut suspend = Suspend::new(ms(1_000)).unwrap();
    // Milliseconds of the clock that stands still, and of the wall clock.
    let looks = [
        (0, 50_000, None),
        (10_000, 60_000, None),
        // Ten minutes of sleep, of which the first clock knows nothing.
        (10_500, 660_500, Some(ms(600_000))),
        (11_500, 661_500, None),
        // The wall clock is set: a little forward, and back. Neither is a sleep, nor is what follows.
        (12_500, 663_500, None),
        (13_500, 600_000, None),
        (14_500, 601_000, None),
        // A page that was throttled was late by both clocks.
        (134_500, 721_000, None),
        (134_501, 722_002, Some(ms(1_001))),
    ];
    for (mono, wall, slept) in looks {
        assert_eq!(suspend.slept(at(mono), wall * 1_000_000), slept, "{mono} {wall}");
    }
    assert_eq!(Suspend::new(Duration::ZERO).map(drop).unwrap_err().field, "tolerance");
    // Whoever watches somebody on another device excuses what it has slept through.
    let mut watch = Watch::new(Deadline::new(ms(1_000), ms(1_000)).unwrap(), 1.0, ms(0), 1).unwrap();
    beats(&mut watch, [0, 1_000]);
    watch.excuse(ms(600_000));
    assert_eq!(watch.state(at(601_500)), State::Alive);
}

#[test]
fn a_rhythm_counts_silences_misses_and_returns() {
    let mut watch = Watch::new(Deadline::new(ms(1_000), ms(0)).unwrap(), 1.0, ms(1_000), 1).unwrap();
    let mut rhythm = Rhythm::default();
    for (time, is_beat) in [
        (0, true),
        (900, true),
        (1_800, true),
        (2_900, false),
        (3_000, true),
        (3_500, true),
        (5_000, false),
        (5_600, false),
        (9_000, true),
        (9_900, true),
    ] {
        rhythm.state(watch.state(at(time)));
        if is_beat {
            rhythm.beat(at(time));
            watch.beat(0, at(time));
            rhythm.state(watch.state(at(time)));
        }
    }
    assert_eq!((rhythm.misses, rhythm.deaths, rhythm.flaps), (2, 1, 2));
    let silences = rhythm.silences();
    assert_eq!((silences.count(), silences.longest()), (6, ms(5_500)));
    let median = silences.quantile(0.5).unwrap();
    assert!(median >= ms(900) && median <= ms(1_013), "{median:?}");
    // Another life: neither a silence nor a return.
    rhythm.begin();
    rhythm.state(State::Unknown);
    rhythm.beat(at(20_000));
    assert_eq!((rhythm.silences().count(), rhythm.flaps), (6, 2));
}

#[test]
fn others_are_asked_before_somebody_counts_as_silent() {
    // Whether it answers directly, and how long it takes by way of each of the others.
    let never = 60_000;
    for (directly, others, expected, when) in [
        (100, vec![], Reached::Directly, 100),
        (never, vec![], Reached::Nobody, 500),
        (never, vec![200, 300], Reached::Through(0), 700),
        (never, vec![never, 300, 250], Reached::Through(2), 750),
        (never, vec![300, 300], Reached::Through(0), 800),
        (never, vec![never, never], Reached::Nobody, 1_500),
        (600, vec![900], Reached::Through(0), 1_400),
    ] {
        story(move |rt| async move {
            let probe = Probe { helpers: others.len() as u32, direct: ms(500), indirect: ms(1_000) };
            probe.check().unwrap();
            let (direct, way) = (rt.clone(), rt.clone());
            let found = probe.run(
                &rt,
                || async move { direct.sleep(ms(directly)).await },
                |helper| {
                    let (way, takes) = (way.clone(), others[helper as usize]);
                    async move { way.sleep(ms(takes)).await }
                },
            );
            assert_eq!((found.await, rt.now()), (expected, at(when)), "{directly} {others:?}");
        });
    }
    let field = |helpers, direct, indirect| {
        let probe = Probe { helpers, direct: ms(direct), indirect: ms(indirect) };
        probe.check().map_err(|error| error.field)
    };
    assert_eq!(field(MOST_HELPERS + 1, 1, 1), Err("helpers"));
    assert_eq!((field(1, 0, 1), field(1, 1, 0), field(0, 1, 1)), (Err("direct"), Err("indirect"), Ok(())));
}
