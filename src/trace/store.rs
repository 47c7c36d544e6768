//! The stored trace: one column per field, at most 31 bytes an event, and small tables for what events point at.

use super::{ChannelId, Event, EventId, Fingerprint, Kind, Names, Reason, TaskId, Time};
use std::panic::Location;
use std::rc::Rc;

/// "No cause" in the cause column.
pub const NONE: u32 = u32::MAX;

/// A task as the trace knows it.
#[derive(Clone, Debug)]
pub struct TaskInfo {
    /// Its name, unique in the run: a second task of the same name is `name#2`.
    pub name: Rc<str>,
    /// Hash of its path from the root.
    pub path: u64,
    /// Who created it.
    pub parent: Option<TaskId>,
    /// Whether it waits for work for ever and is stopped at the end.
    pub server: bool,
}

/// A channel as the trace knows it.
#[derive(Clone, Debug)]
pub struct ChannelInfo {
    /// Its name, unique in the run like a task's.
    pub name: Rc<str>,
    /// Turns the code of a message into words, such as `result 1 attempt 2`.
    pub describe: fn(u32) -> String,
    /// Of a message that cancels: why.
    pub reason: fn(u32) -> Option<Reason>,
    /// Who last waited for its messages.
    pub receiver: Option<TaskId>,
}

/// A line of Rust source.
pub type Site = &'static Location<'static>;

/// Everything recorded of a run.
#[derive(Default)]
pub struct Trace {
    time: Vec<u64>,
    task: Vec<TaskId>,
    kind: Vec<Kind>,
    a: Vec<u32>,
    b: Vec<u64>,
    cause: Vec<u32>,
    source: Vec<u16>,
    sites: Vec<Site>,
    labels: Vec<&'static str>,
    texts: Vec<String>,
    /// The tasks of the run by id.
    pub tasks: Vec<TaskInfo>,
    /// The channels of the run by id.
    pub channels: Vec<ChannelInfo>,
    /// The names of tasks.
    pub(crate) task_names: Names,
    /// The names of channels.
    pub(crate) channel_names: Names,
    fingerprint: Fingerprint,
}

impl Trace {
    /// Appends an event.
    pub fn push(&mut self, event: &Event, site: Option<Site>) {
        let path = self.tasks.get(event.task as usize).map_or(0, |task| task.path);
        let text = match event.kind {
            Kind::Note => self.labels[event.a as usize],
            Kind::Log => self.texts[event.a as usize].as_str(),
            _ => "",
        };
        self.fingerprint.add(event, path, text);
        self.time.push(event.time.as_nanos());
        self.task.push(event.task);
        self.kind.push(event.kind);
        self.a.push(event.a);
        self.b.push(event.b);
        self.cause.push(event.cause.unwrap_or(NONE));
        let source = site.map_or(u16::MAX, |site| self.site_number(site));
        self.source.push(source);
    }

    /// Forgets what happened; labels and source lines keep their numbers.
    pub fn restart(&mut self) {
        for column in [&mut self.a, &mut self.task, &mut self.cause] {
            column.clear();
        }
        self.time.clear();
        self.kind.clear();
        self.b.clear();
        self.source.clear();
        self.texts.clear();
        self.tasks.clear();
        self.channels.clear();
        self.task_names.restart();
        self.channel_names.restart();
        self.fingerprint = Fingerprint::default();
    }

    fn site_number(&mut self, site: Site) -> u16 {
        let found = self.sites.iter().position(|known| std::ptr::eq(*known, site));
        let number = found.unwrap_or_else(|| {
            self.sites.push(site);
            self.sites.len() - 1
        });
        u16::try_from(number).unwrap_or(u16::MAX)
    }

    /// The number of a note's label.
    pub fn label_number(&mut self, label: &'static str) -> u32 {
        let found = self.labels.iter().position(|known| std::ptr::eq(*known, label) || *known == label);
        let number = found.unwrap_or_else(|| {
            self.labels.push(label);
            self.labels.len() - 1
        });
        number as u32
    }

    /// Keeps a printed line and gives its number.
    pub fn keep_text(&mut self, text: String) -> u32 {
        self.texts.push(text);
        (self.texts.len() - 1) as u32
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether nothing has happened.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// The event with this number.
    ///
    /// # Panics
    /// If there is none.
    pub fn event(&self, id: EventId) -> Event {
        let i = id as usize;
        Event {
            id,
            time: Time::from_nanos(self.time[i]),
            task: self.task[i],
            kind: self.kind[i],
            a: self.a[i],
            b: self.b[i],
            cause: (self.cause[i] != NONE).then_some(self.cause[i]),
        }
    }

    /// All events in order.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        (0..self.len() as EventId).map(|id| self.event(id))
    }

    /// The source line that produced an event.
    pub fn site(&self, id: EventId) -> Option<Site> {
        self.sites.get(usize::from(self.source[id as usize])).copied()
    }

    /// The source lines that the source column points at.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// The label of a note: words with a `{}` for each of its numbers.
    pub fn label(&self, number: u32) -> &'static str {
        self.labels.get(number as usize).copied().unwrap_or_default()
    }

    /// The text of a printed line.
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", String::as_str)
    }

    /// The name of a task.
    pub fn task_name(&self, id: TaskId) -> &str {
        self.tasks.get(id as usize).map_or("?", |task| &task.name)
    }

    /// The name of a channel.
    pub fn channel_name(&self, id: ChannelId) -> &str {
        self.channels.get(id as usize).map_or("?", |channel| &channel.name)
    }

    /// The fingerprint of the events so far.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint.value()
    }

    /// The columns in the order time, task, kind, a, b, cause, source.
    #[allow(clippy::type_complexity)]
    pub fn columns(&self) -> (&[u64], &[u32], &[Kind], &[u32], &[u64], &[u32], &[u16]) {
        (&self.time, &self.task, &self.kind, &self.a, &self.b, &self.cause, &self.source)
    }
}
