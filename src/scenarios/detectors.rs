//! Four detectors hear the same heart: what one takes for death is a pause to another, and the price is time. If it is
//! the way from the heart that is broken, no patience helps; asking others does.

mod ward;

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::doubts::{DoubtInTime, FairDoubt};
use crate::patterns::config::ConfigError;
use crate::patterns::detector::{
    Deadline, Detector, LocalPause, Misses, PhiExponential, PhiNormal, Probe, Reached, State, Watch, phi,
};
use crate::patterns::heartbeat::Heart;
use crate::runtime::{Cause, Of4, Of5, Reason, Receiver, Runtime, Sender, Signal, Time, select};
use std::f64::consts::LOG10_E;
use std::time::Duration;
use ward::{Heartbeat, Ping, beat};

pub static SCENARIO: Scenario = Scenario {
    id: "detectors",
    chapter: "5.3",
    parameters: PARAMETERS,
    tasks: &["ward", "watcher"],
    cancels: &["ward"],
    channels: &["beats"],
    claims: &[
        ClaimInfo::always("doubt-in-time", |params| Box::new(DoubtInTime::new("deadline", deadline(params))))
            .about_time(),
        ClaimInfo::expected(
            "deadline-fair",
            |params| fair(longest(params) < deadline(params)),
            |_| Box::new(FairDoubt::of("deadline")),
        )
        .about_time(),
        ClaimInfo::expected(
            "misses-fair",
            |params| fair(longest(params) < missed(params)),
            |_| Box::new(FairDoubt::of("misses")),
        )
        .about_time(),
        ClaimInfo::expected("phi-fair", phi_is_fair, |_| Box::new(FairDoubt::of("phi"))).about_time(),
        ClaimInfo::expected("exponential-fair", exponential_is_fair, |_| Box::new(FairDoubt::of("exponential")))
            .about_time(),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/detectors.rs",
        "src/scenarios/detectors/ward.rs",
        "src/patterns/detector/watch.rs",
        "src/patterns/detector/fixed.rs",
        "src/patterns/detector/normal.rs",
        "src/patterns/detector/exponential.rs",
        "src/patterns/detector/indirect.rs",
    ],
    presets: &[
        ("pauses", ""),
        ("steady", "pause=0s&jitter=0s"),
        ("jitter-only", "pause=0s"),
        ("patient", "accept=3s&misses=5"),
        ("low-threshold", "threshold=1&pause=0s"),
        ("lost-beats", "pause=0s&fault=beats:drop@9&fault=beats:drop@10&fault=beats:drop@20"),
        ("own-stall", "pause=0s&fault=watcher:hang@10.6s%2B6s"),
        ("guarded", "pause=0s&guard=1s&fault=watcher:hang@10.6s%2B6s"),
        ("one-sided", "pause=0s&cut=10s"),
        ("asking-others", "pause=0s&cut=10s&probes=3"),
    ],
    check,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::duration("interval", "1s", "10ms", "1h"),
    Parameter::duration("jitter", "300ms", "0s", "1h"),
    Parameter::duration("pause", "2s", "0s", "1h"),
    Parameter::count("pause-every", 12, 1, 10_000),
    Parameter::duration("dies", "40s", "0s", "1h"),
    Parameter::duration("horizon", "65s", "0s", "1h"),
    Parameter::duration("accept", "1s", "0s", "1h"),
    Parameter::count("misses", 3, 1, 1_000),
    Parameter::ratio("threshold", "8", "0.1", "100"),
    Parameter::duration("confirm", "2s", "0s", "1h"),
    Parameter::duration("guard", "0s", "0s", "1h"),
    Parameter::duration("cut", "0s", "0s", "1h"),
    Parameter::count("probes", 0, 0, 10),
];

/// The least deviation of the phi detector, as in Akka.
const LEAST_DEVIATION: Duration = Duration::from_millis(100);
/// How many silences the phi detectors remember.
const WINDOW: usize = 1_000;
/// Every detector with the notes it is told by: suspicion, objection, death, level in thresholds.
const NAMES: [[&str; 5]; 4] = [
    ["deadline", "doubt deadline after {} ms", "clear deadline", "dead deadline", "gauge deadline {}/{}"],
    ["misses", "doubt misses after {} ms", "clear misses", "dead misses", "gauge misses {}/{}"],
    ["phi", "doubt phi after {} ms", "clear phi", "dead phi", "gauge phi {}/{}"],
    [
        "exponential",
        "doubt exponential after {} ms",
        "clear exponential",
        "dead exponential",
        "gauge exponential {}/{}",
    ],
];

type Panel = [Watch<Box<dyn Detector>>; 4];

fn panel(params: &Params) -> Result<Panel, ConfigError> {
    let (interval, accept) = (params.duration("interval"), params.duration("accept"));
    let (threshold, confirm) = (params.ratio("threshold").as_f64(), params.duration("confirm"));
    let watch = |detector: Box<dyn Detector>, threshold| Watch::new(detector, threshold, confirm, 1);
    let misses = params.count("misses") as f64;
    let exponential = PhiExponential::new(WINDOW, interval * 2, 0, interval * 2)?;
    Ok([
        watch(Box::new(Deadline::new(interval, accept)?), 1.0)?,
        watch(Box::new(Misses::new(interval, Duration::ZERO)?), misses)?,
        watch(Box::new(PhiNormal::new(WINDOW, interval, LEAST_DEVIATION, accept)?), threshold)?,
        watch(Box::new(exponential), threshold)?,
    ])
}

/// Others are asked between the latest moment at which a beat is usual and the one at which it is suspicious.
fn check(params: &Params) -> Result<(), ConfigError> {
    let (accept, jitter) = (params.duration("accept"), params.duration("jitter"));
    let has_time = params.count("probes") == 0 || accept > jitter;
    ConfigError::unless(has_time, "accept", format!("{accept:?}"), format!("> {jitter:?}, to ask others before"))?;
    panel(params).map(drop)
}

/// The silence after which others are asked.
fn asks_after(params: &Params) -> Duration {
    let latest = params.duration("interval") + params.duration("jitter");
    latest + (deadline(params).saturating_sub(latest)) / 2
}

fn fair(is_fair: bool) -> Expect {
    if is_fair { Expect::Always } else { Expect::Breaks }
}

/// The longest silence between two signs of life of a ward that is alive.
fn longest(params: &Params) -> Duration {
    let (interval, jitter) = (params.duration("interval"), params.duration("jitter"));
    let life = params.duration("dies").min(params.duration("horizon"));
    let pauses = interval.saturating_mul(params.count("pause-every") as u32) < life;
    let pause = if pauses { params.duration("pause") } else { Duration::ZERO };
    let usual = interval + jitter + pause;
    let cut = params.duration("cut");
    match () {
        () if cut.is_zero() || cut >= life => usual,
        // Nothing is heard from a beat before the cut until the end.
        () if params.count("probes") == 0 => usual + (life - cut),
        // Who is asked in a pause answers after it.
        () => usual.max(asks_after(params) + pause),
    }
}

fn deadline(params: &Params) -> Duration {
    params.duration("interval") + params.duration("accept")
}

fn missed(params: &Params) -> Duration {
    params.duration("interval").saturating_mul(params.count("misses") as u32)
}

/// At worst it expects the shortest silences. For one that is longer still, phi is highest if they seem to be always
/// the same, so that nothing but the least deviation excuses it; for one that is shorter, if they seem to scatter most:
/// half of them like the shortest and half like the longest there are, its first guess included.
fn phi_is_fair(params: &Params) -> Expect {
    let (interval, longest) = (params.duration("interval"), longest(params));
    let spread = longest.max(interval * 5 / 4) - interval * 3 / 4;
    let highest = |deviation: Duration| {
        let [silence, mean, deviation] = [longest, deadline(params), deviation].map(|time| time.as_secs_f64());
        phi(silence, mean, deviation)
    };
    let highest = highest(LEAST_DEVIATION).max(highest(LEAST_DEVIATION.max(spread / 2)));
    fair(highest < params.ratio("threshold").as_f64())
}

/// At worst it expects the shortest silences.
fn exponential_is_fair(params: &Params) -> Expect {
    let waited = longest(params).as_secs_f64() / params.duration("interval").as_secs_f64();
    fair(waited * LOG10_E < params.ratio("threshold").as_f64())
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let rt = rt.clone();
    let heartbeat = Heartbeat {
        interval: params.duration("interval"),
        jitter: params.duration("jitter"),
        pause: params.duration("pause"),
        pause_every: params.count("pause-every"),
        dies: params.duration("dies"),
        cut: params.duration("cut"),
    };
    let (horizon, guard, panel) = (params.duration("horizon"), params.duration("guard"), panel(params));
    let helpers = params.count("probes") as u32;
    // Nobody is asked directly: the silence has said so already.
    let patience = params.duration("pause") + params.duration("interval");
    let probe = Probe { helpers, direct: patience, indirect: patience };
    let asks_after = asks_after(params);
    Box::pin(async move {
        let Ok(panel) = panel else { return };
        let done = rt.input("ward");
        let closing = done.clone();
        let _stop = rt.later(horizon, move |rt| {
            closing.give(rt, Cause::new(Reason::Shutdown, "time is up"));
        });
        let (send, beats) = rt.channel("beats", 1_000);
        let (asks, pings) = match helpers {
            0 => (None, None),
            _ => {
                let (pings, heard) = rt.channel("pings", 1_000);
                let (answers, answered) = rt.channel("answers", 1_000);
                (Some(Asks { probe, after: asks_after, pings, answers, answered, is_asking: false }), Some(heard))
            }
        };
        let ward = rt.spawn("ward", beat(rt.clone(), heartbeat, Heart::new(send), pings, done.clone()));
        let guard = LocalPause::new(guard).ok();
        let watcher = Watcher { rt: rt.clone(), panel, guard, asks, tellings: [Telling::default(); 4] };
        let watcher = rt.spawn("watcher", watcher.run(beats, done));
        let _ = ward.join().await;
        let _ = watcher.join().await;
    })
}

/// What a detector has said so far.
#[derive(Clone, Copy, Default)]
struct Telling {
    suspects: bool,
    dead: bool,
    /// Hundredths of its threshold.
    level: u32,
}

/// Hears the beats, asks every detector, and sleeps until one of them would change its mind.
struct Watcher {
    rt: Runtime,
    panel: Panel,
    guard: Option<LocalPause>,
    asks: Option<Asks>,
    tellings: [Telling; 4],
}

/// Others whom the watcher asks before it suspects.
struct Asks {
    probe: Probe,
    /// The silence after which they are asked, once.
    after: Duration,
    pings: Sender<Ping>,
    answers: Sender<()>,
    answered: Receiver<()>,
    is_asking: bool,
}

impl Watcher {
    async fn run(mut self, beats: Receiver<()>, done: Signal) {
        let rt = self.rt.clone();
        let second = rt.interval(Duration::from_secs(1));
        loop {
            let now = rt.now();
            let asks_at = self.asks_at();
            let next = self.panel.iter_mut().filter_map(|watch| watch.next_check(now)).chain(asks_at).min();
            let due = next.unwrap_or(now + Duration::from_secs(1)).max(now);
            let arms = (done.wait(&rt), beats.recv(&rt), second.tick(), rt.sleep(due - now));
            let Some(answered) = self.asks.as_ref().map(|asks| asks.answered.clone()) else {
                match select(arms).await {
                    Of4::A(_) => return,
                    Of4::B(_) => self.heard(&beats),
                    Of4::C(at) => self.look(at),
                    Of4::D(()) => self.look(due),
                }
                continue;
            };
            let (done, beat, tick, sleep) = arms;
            match select((done, beat, tick, sleep, answered.recv(&rt))).await {
                Of5::A(_) => return,
                Of5::B(_) => self.heard(&beats),
                Of5::C(at) => self.look(at),
                Of5::D(()) => self.look(due),
                Of5::E(_) => {
                    // A beat of the same moment was there before.
                    if beats.try_recv(&rt).is_some() {
                        self.heard(&beats);
                    }
                    self.heard_of();
                }
            }
        }
    }

    /// When others are to be asked if nothing is heard until then.
    fn asks_at(&self) -> Option<Time> {
        let asks = self.asks.as_ref().filter(|asks| !asks.is_asking)?;
        let now = self.rt.now();
        let silence = self.panel[0].silence(now);
        // Before the first beat nobody knows whom to ask for.
        let is_known = self.panel[0].detector().time_to(1.0).is_some();
        is_known.then(|| now + asks.after.saturating_sub(silence))
    }

    /// Asks others whether they hear anything, and does not wait for what they say.
    fn ask(&mut self) {
        let rt = self.rt.clone();
        let Some(asks) = &mut self.asks else { return };
        asks.is_asking = true;
        let (probe, pings, answers) = (asks.probe, asks.pings.clone(), asks.answers.clone());
        let _ = self.rt.spawn("ask", async move {
            let reached = probe.ask(&rt, |helper| ward::ping(rt.clone(), helper, pings.clone(), probe.indirect)).await;
            if let Reached::Through(helper) = reached {
                rt.note("heard by way of peer {}", [helper + 1, 0]);
                let _ = answers.try_send(&rt, ());
            }
        });
    }

    /// Somebody else has heard of it: no beat, from which a detector could learn, but a sign of life.
    fn heard_of(&mut self) {
        self.gauge();
        let now = self.rt.now();
        for watch in &mut self.panel {
            match watch.state(now) {
                State::Suspect(_) | State::Dead(_) => _ = watch.beat(0, now),
                State::Unknown | State::Alive => {
                    let silence = watch.silence(now);
                    watch.excuse(silence);
                }
            }
        }
        self.asks.iter_mut().for_each(|asks| asks.is_asking = false);
        self.tell();
        self.gauge();
    }

    /// A beat has come: the level it ends, then the level it begins.
    fn heard(&mut self, beats: &Receiver<()>) {
        // Those that waited while it stood still are one sign of life.
        while beats.try_recv(&self.rt).is_some() {}
        self.asks.iter_mut().for_each(|asks| asks.is_asking = false);
        self.gauge();
        let now = self.rt.now();
        for watch in &mut self.panel {
            watch.beat(0, now);
        }
        self.tell();
        self.gauge();
    }

    /// It wanted to look at the detectors at that moment.
    fn look(&mut self, due: Time) {
        if let Some(late) = self.guard.as_ref().and_then(|guard| guard.lateness(due, self.rt.now())) {
            self.rt.note("pause of {} ms excused", [late.as_millis() as u32, 0]);
            self.panel.iter_mut().for_each(|watch| watch.excuse(late));
        }
        if self.asks_at().is_some_and(|at| at <= self.rt.now()) {
            self.ask();
        }
        self.tell();
        self.gauge();
    }

    /// Says whose mind has changed.
    fn tell(&mut self) {
        let now = self.rt.now();
        for (index, [name, doubt, clear, dead, _]) in NAMES.into_iter().enumerate() {
            let state = self.panel[index].state(now);
            let said = self.tellings[index];
            let suspects = matches!(state, State::Suspect(_) | State::Dead(_));
            let is_dead = matches!(state, State::Dead(_));
            if suspects && !said.suspects {
                let silence = self.panel[index].silence(now).as_millis() as u32;
                self.rt.note(doubt, [silence, 0]);
                self.rt.log(format!("{name}: suspects after {silence} ms"));
            }
            if is_dead && !said.dead {
                self.rt.note(dead, [0, 0]);
                self.rt.log(format!("{name}: counts it as dead"));
            }
            if said.suspects && !suspects {
                self.rt.note(clear, [0, 0]);
                self.rt.log(format!("{name}: a false suspicion"));
            }
            (self.tellings[index].suspects, self.tellings[index].dead) = (suspects, is_dead);
        }
    }

    /// Draws every level that has changed, up to twice the threshold.
    fn gauge(&mut self) {
        let now = self.rt.now();
        for (index, [.., gauge]) in NAMES.into_iter().enumerate() {
            let level = (self.panel[index].level(now) * 100.0).min(200.0) as u32;
            if level != self.tellings[index].level {
                self.rt.note(gauge, [level, 100]);
                self.tellings[index].level = level;
            }
        }
    }
}
