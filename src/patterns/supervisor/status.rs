//! What can be seen of a supervisor from outside, and what it can be asked; also while it waits for a restart.

use super::Child;
use super::stop::Stopped;
use crate::patterns::steward::Exit;
use crate::runtime::{Message, Receiver, Refused, Runtime, Sender, Variable};

/// What a child is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It lives; which of its lives it is, from 1.
    Running(u32),
    /// It has ended and will begin anew when its pause is over.
    Restarting,
    /// It has ended, or never had anything to do; its place is kept.
    Stopped(Option<Exit>),
}

/// What a supervisor can be asked to do. A name it does not know is ignored.
#[derive(Clone)]
pub enum Command {
    /// Begin another child, after the others.
    Start(Child),
    /// Stop a child, or call its restart off, and keep its place.
    Stop(String),
    /// Stop it if it runs, and begin it anew now. It does not count as a restart.
    Restart(String),
    /// Stop it and forget it.
    Remove(String),
}

impl Message for Command {
    fn code(&self) -> u32 {
        match self {
            Command::Start(_) => 0,
            Command::Stop(_) => 1,
            Command::Restart(_) => 2,
            Command::Remove(_) => 3,
        }
    }
    fn describe(code: u32) -> String {
        ["start", "stop", "restart", "remove"].get(code as usize).copied().unwrap_or_default().to_owned()
    }
}

/// How many children there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Places.
    pub specs: usize,
    /// Of these, children that live.
    pub active: usize,
    /// Of these, children that wait for their restart.
    pub restarting: usize,
}

#[derive(Default)]
pub(super) struct Shared {
    pub children: Vec<(String, State)>,
    pub stopped: Vec<(String, Stopped)>,
    pub restarts: u32,
    pub gave_up: bool,
}

/// A supervisor from outside. Clones are the same.
#[derive(Clone)]
pub struct Handle {
    pub(super) shared: Variable<Shared>,
    commands: Sender<Command>,
}

/// So many commands may wait to be heard.
const MAILBOX: usize = 64;

impl Handle {
    pub(super) fn new(rt: &Runtime, name: &str) -> (Self, Receiver<Command>) {
        let (commands, mailbox) = rt.channel(&format!("{name}-mailbox"), MAILBOX);
        (Handle { shared: Variable::new(rt, Shared::default()), commands }, mailbox)
    }

    pub(super) fn close(&self, rt: &Runtime) {
        self.commands.close(rt);
    }

    /// Asks for something; it is done as soon as nothing else is being done.
    ///
    /// # Errors
    /// [`Refused::Closed`] once the supervisor has ended, [`Refused::Full`] if it is asked too much at once.
    #[track_caller]
    pub fn ask(&self, rt: &Runtime, command: Command) -> Result<(), Refused> {
        self.commands.try_send(rt, command)
    }

    /// What a child is about; none if there is no such child.
    pub fn state(&self, name: &str) -> Option<State> {
        self.shared.read(|shared| shared.children.iter().find(|(known, _)| known == name).map(|(_, state)| *state))
    }

    /// Every child in order.
    pub fn children(&self) -> Vec<(String, State)> {
        self.shared.read(|shared| shared.children.clone())
    }

    /// How many there are.
    pub fn counts(&self) -> Counts {
        let children = self.children();
        let of = |is: fn(&State) -> bool| children.iter().filter(|(_, state)| is(state)).count();
        Counts {
            specs: children.len(),
            active: of(|state| matches!(state, State::Running(_))),
            restarting: of(|state| matches!(state, State::Restarting)),
        }
    }

    /// How many restarts there were.
    pub fn restarts(&self) -> u32 {
        self.shared.read(|shared| shared.restarts)
    }

    /// Whether it ended because they were too many.
    pub fn gave_up(&self) -> bool {
        self.shared.read(|shared| shared.gave_up)
    }

    /// Of the last time that everything was stopped: each child in the order of stopping, and how it went.
    pub fn report(&self) -> Vec<(String, Stopped)> {
        self.shared.read(|shared| shared.stopped.clone())
    }
}
