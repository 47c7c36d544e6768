//! The picture of a run: spans on lanes, arrows between lanes, marks at events. Lanes are tasks by number.

use crate::ordered::{Map, Set};
use crate::trace::{Event, EventId, FaultCode, Kind, Reason, TaskId, Trace};

/// "Never arrived" among the ends of arrows.
pub const NOWHERE: EventId = EventId::MAX;

/// What a task did for a while. Numbers are part of the page's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SpanKind {
    /// It existed.
    Life = 0,
    /// It was busy.
    Work = 1,
    /// It slept.
    Wait = 2,
    /// It hung.
    Hang = 3,
    /// It was dead and nobody had noticed.
    Dead = 4,
}

/// A stretch of time on a lane, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The task.
    pub lane: TaskId,
    /// Its beginning.
    pub start: u64,
    /// Its end.
    pub end: u64,
    /// What the task did.
    pub kind: SpanKind,
    /// It was cut short by a cancel.
    pub cut: bool,
    /// It was stretched by a fault.
    pub slowed: bool,
    /// The event that began it.
    pub event: EventId,
}

/// What an arrow stands for. Numbers are part of the page's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ArrowKind {
    /// A message.
    Message = 0,
    /// A cancel, coloured by its reason.
    Cancel = 1,
    /// A task was started.
    Spawn = 2,
    /// A task was started again.
    Restart = 3,
}

/// From one event to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// Where it leaves.
    pub from: EventId,
    /// Where it arrives, or [`NOWHERE`].
    pub to: EventId,
    /// What it stands for.
    pub kind: ArrowKind,
    /// Of a cancel: why.
    pub reason: Option<Reason>,
}

/// What a mark says. Numbers are part of the page's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum MarkKind {
    /// A heartbeat.
    Pulse = 0,
    /// A message was accepted.
    Accept = 1,
    /// It was accepted again.
    AcceptAgain = 2,
    /// A fault struck.
    Fault = 3,
    /// A message was lost.
    Lost = 4,
    /// Something was refused or discarded.
    Refused = 5,
    /// A line was printed.
    Log = 6,
    /// A task was started again.
    Restart = 7,
    /// Somebody's patience ended.
    Timeout = 8,
    /// A task heard that it was cancelled.
    Cancelled = 9,
    /// Another moment of a pattern's own domain.
    Note = 10,
    /// A task crashed.
    Crash = 11,
    /// A message was duplicated.
    Duplicate = 12,
}

/// Something to point out at an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The event.
    pub event: EventId,
    /// What it says.
    pub kind: MarkKind,
}

/// A point of a curve; the value holds until the curve's next point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// An index into [`Timeline::curves`].
    pub curve: u16,
    /// The note that reported it.
    pub event: EventId,
    /// The value.
    pub value: f64,
}

/// All that is to be drawn.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// By the end of the span.
    pub spans: Vec<Span>,
    /// By departure.
    pub arrows: Vec<Arrow>,
    /// By event.
    pub marks: Vec<Mark>,
    /// The names of the curves, the words after `gauge`, as they first appear; at most [`CURVES`].
    pub curves: Vec<String>,
    /// By event.
    pub levels: Vec<Level>,
}

/// More lines than this cannot be told apart.
pub const CURVES: usize = 256;

/// Draws a trace up to `end`, in nanoseconds.
pub fn timeline(trace: &Trace, end: u64) -> Timeline {
    let mut painter = Painter::default();
    painter.follow(trace);
    painter.drawn(end)
}

/// Draws a run while it is made: when it ends, nothing is left to do but to close what is still open.
#[derive(Default)]
pub struct Painter {
    seen: EventId,
    drawn: Timeline,
    born: Map<TaskId, Event>,
    working: Map<EventId, Event>,
    sleeping: Map<EventId, Event>,
    hung: Map<TaskId, Event>,
    dead: Map<TaskId, Event>,
    slowed: Set<TaskId>,
    accepted: Set<u32>,
    /// What has left, in order: the event of its departure, and the first arrow of it.
    departed: Vec<(EventId, u32)>,
}

impl Painter {
    /// Draws what has happened since it looked last.
    pub fn follow(&mut self, trace: &Trace) {
        for id in self.seen..trace.len() as EventId {
            self.see(&trace.event(id), trace);
        }
        self.seen = trace.len() as EventId;
    }

    /// The picture so far, with everything that is open cut off at `end`, in nanoseconds.
    pub fn drawn(&self, end: u64) -> Timeline {
        let mut drawn = self.drawn.clone();
        let mut close = |from: &Event, end, kind| drawn.spans.push(self.span(from, end, kind, false));
        self.working.values().for_each(|work| close(work, end, SpanKind::Work));
        self.hung.values().for_each(|hang| close(hang, end, SpanKind::Hang));
        self.dead.values().for_each(|crash| close(crash, end, SpanKind::Dead));
        for (task, born) in self.born.iter() {
            close(born, self.dead.get(task).map_or(end, |crash| crash.time.as_nanos()), SpanKind::Life);
        }
        drawn
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        match event.kind {
            Kind::Spawn => {
                self.born.insert(event.a, Event { task: event.a, ..*event });
            }
            Kind::End | Kind::Stop => {
                self.close_life(event.task, event.time.as_nanos());
                if event.kind == Kind::Stop && event.cause.is_some() {
                    self.working.retain(|_, work| work.task != event.task);
                }
            }
            Kind::Work => {
                self.working.insert(event.id, *event);
            }
            Kind::Worked => self.close_work(event),
            Kind::Sleep => {
                self.sleeping.insert(event.id, *event);
            }
            Kind::Wake => {
                if let Some(sleep) = event.cause.and_then(|cause| self.sleeping.remove(&cause)) {
                    self.close(&sleep, event.time.as_nanos(), SpanKind::Wait, false);
                }
            }
            Kind::Send => {
                let reason =
                    trace.channels.get(event.a as usize).and_then(|channel| (channel.reason)(event.message().1));
                let kind = if reason.is_some() { ArrowKind::Cancel } else { ArrowKind::Message };
                self.leave(event, kind, reason);
            }
            Kind::Arrive | Kind::Receive => self.arrive(event),
            Kind::Lose => self.mark(event, MarkKind::Lost),
            Kind::Refuse => self.mark(event, MarkKind::Refused),
            Kind::Cancel => self.leave(event, ArrowKind::Cancel, Reason::from_number(event.b)),
            Kind::Cancelled => {
                self.mark(event, MarkKind::Cancelled);
                self.arrive(event);
            }
            Kind::Note => self.note(event, trace),
            Kind::Log => self.mark(event, MarkKind::Log),
            Kind::Fault => self.fault(event),
            Kind::Tick | Kind::Close => {}
        }
    }

    fn note(&mut self, event: &Event, trace: &Trace) {
        let mut words = trace.label(event.a).split(' ');
        let kind = match words.next().unwrap_or_default() {
            "gauge" => return self.level(event, words.next().unwrap_or_default()),
            "pulse" => MarkKind::Pulse,
            "accept" if self.accepted.insert(event.numbers()[0]) => MarkKind::Accept,
            "accept" => MarkKind::AcceptAgain,
            "discard" | "refuse" => MarkKind::Refused,
            "timeout" | "suspect" | "silence" | "doubt" | "revoke" => MarkKind::Timeout,
            "restart" => MarkKind::Restart,
            _ => MarkKind::Note,
        };
        self.mark(event, kind);
    }

    /// A level over time is a point of a curve, not a mark: `gauge NAME {}/{}` with a value and its divisor.
    fn level(&mut self, event: &Event, name: &str) {
        let Timeline { curves, levels, .. } = &mut self.drawn;
        // Whoever reports it: what is measured is one thing.
        let known = curves.iter().position(|known| known == name);
        let curve = known.unwrap_or(curves.len());
        if known.is_none() && curve < CURVES {
            curves.push(name.to_owned());
        }
        let [value, divisor] = event.numbers();
        if curve < CURVES {
            levels.push(Level {
                curve: curve as u16,
                event: event.id,
                value: f64::from(value) / f64::from(divisor.max(1)),
            });
        }
    }

    fn fault(&mut self, event: &Event) {
        let at = event.time.as_nanos();
        match FaultCode::from_number(event.a) {
            Some(FaultCode::Crash) => {
                self.mark(event, MarkKind::Crash);
                let cut: Vec<Event> = self.working.values().filter(|work| work.task == event.task).copied().collect();
                for work in cut {
                    self.working.remove(&work.id);
                    self.close(&work, at, SpanKind::Work, true);
                }
                self.dead.insert(event.task, *event);
            }
            Some(FaultCode::Hang) => {
                self.hung.insert(event.task, *event);
                self.mark(event, MarkKind::Fault);
            }
            Some(FaultCode::Resume) => {
                if let Some(hang) = self.hung.remove(&event.task) {
                    self.close(&hang, at, SpanKind::Hang, false);
                }
            }
            Some(FaultCode::Slow) => {
                self.slowed.insert(event.task);
                self.mark(event, MarkKind::Fault);
            }
            Some(FaultCode::Duplicate) => self.mark(event, MarkKind::Duplicate),
            Some(FaultCode::Drop | FaultCode::Delay | FaultCode::Cancel) | None => self.mark(event, MarkKind::Fault),
        }
    }

    fn mark(&mut self, event: &Event, kind: MarkKind) {
        self.drawn.marks.push(Mark { event: event.id, kind });
    }

    fn span(&self, from: &Event, end: u64, kind: SpanKind, cut: bool) -> Span {
        let slowed = kind == SpanKind::Work && self.slowed.contains(&from.task);
        Span { lane: from.task, start: from.time.as_nanos(), end, kind, cut, slowed, event: from.id }
    }

    fn close(&mut self, from: &Event, end: u64, kind: SpanKind, cut: bool) {
        let span = self.span(from, end, kind, cut);
        self.drawn.spans.push(span);
    }

    fn close_work(&mut self, event: &Event) {
        let found = event.cause.filter(|cause| self.working.contains_key(cause));
        // Work that was cut short is ended by its own task, whose last work it is.
        let found =
            found.or_else(|| self.working.values().rev().find(|work| work.task == event.task).map(|work| work.id));
        if let Some(work) = found.and_then(|id| self.working.remove(&id)) {
            self.close(&work, event.time.as_nanos(), SpanKind::Work, event.a == 1);
        }
    }

    fn close_life(&mut self, task: TaskId, end: u64) {
        if let Some(born) = self.born.remove(&task) {
            self.close(&born, end, SpanKind::Life, false);
        }
    }

    fn leave(&mut self, event: &Event, kind: ArrowKind, reason: Option<Reason>) {
        self.departed.push((event.id, self.drawn.arrows.len() as u32));
        self.drawn.arrows.push(Arrow { from: event.id, to: NOWHERE, kind, reason });
    }

    /// An arrow ends where its message lands, or where it is taken if it does not travel.
    fn arrive(&mut self, event: &Event) {
        let Some(cause) = event.cause else { return };
        if let Ok(found) = self.departed.binary_search_by_key(&cause, |(event, _)| *event) {
            let index = self.departed[found].1 as usize;
            if self.drawn.arrows[index].to == NOWHERE {
                self.drawn.arrows[index].to = event.id;
            } else {
                // A second copy of the message, or a second task that hears the same cancel.
                let again = Arrow { to: event.id, ..self.drawn.arrows[index] };
                self.drawn.arrows.push(again);
            }
        }
    }
}
