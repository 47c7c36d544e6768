//! How a life ends, and who is started again after which end: the table of Erlang/OTP.
//!
//! | | normal | shutdown | failed, crashed, killed |
//! | --- | --- | --- | --- |
//! | permanent | again | again | again |
//! | transient | – | – | again |
//! | temporary | – | – | – |

use crate::runtime::Gone;

/// How a life ended. Every end has a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Its work was done.
    Normal,
    /// It was told to stop, and did.
    Shutdown,
    /// It gave up, for a reason of its own.
    Failed(&'static str),
    /// It stands still where it was.
    Crashed,
    /// It did not stop in time and was dropped where it was.
    Killed,
}

impl Exit {
    /// The end of a task as whoever joins it sees it.
    pub fn of(joined: Result<Exit, Gone>) -> Exit {
        match joined {
            Ok(exit) => exit,
            Err(Gone::Crashed) => Exit::Crashed,
            Err(Gone::Stopped) => Exit::Killed,
        }
    }

    /// Whether nobody wanted it.
    pub const fn is_abnormal(self) -> bool {
        !matches!(self, Exit::Normal | Exit::Shutdown)
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Exit::Normal => "normal",
            Exit::Shutdown => "shutdown",
            Exit::Failed(what) => what,
            Exit::Crashed => "crashed",
            Exit::Killed => "killed",
        }
    }
}

/// Who is started again after which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restart {
    /// Always: it should never end.
    #[default]
    Permanent,
    /// Only if nobody wanted the end.
    Transient,
    /// Never: its end is the end.
    Temporary,
}

impl Restart {
    /// Whether this end is followed by another life.
    pub const fn applies_to(self, exit: Exit) -> bool {
        match self {
            Restart::Permanent => true,
            Restart::Transient => exit.is_abnormal(),
            Restart::Temporary => false,
        }
    }
}
