//! What is believed of a member by rumour, as in SWIM: rumours arrive late, twice and out of order, so each carries a
//! number by which it is known whether it is news.
//!
//! A member alone raises its *incarnation*, to refute that it is suspected; who joins again after its death, or another
//! who has its address now, is a new *generation*. Both numbers only grow; at the end of either nothing is news any
//! more, so that none ever wraps around and an old rumour cannot become a new one.

/// What is said of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// It answers.
    Alive,
    /// Somebody suspects it; it may refute that.
    Suspect,
    /// It is dead, and stays so.
    Down,
}

/// What is known of whoever has an address, or a rumour about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Which of those who had this address.
    pub generation: u32,
    /// How often it has refuted; only itself raises it.
    pub incarnation: u32,
    /// What is said.
    pub health: Health,
}

impl Member {
    /// Somebody new.
    pub fn joined(generation: u32) -> Self {
        Member { generation, incarnation: 0, health: Health::Alive }
    }

    /// Hears a rumour; whether it was news, which is to be passed on then.
    ///
    /// A newer generation replaces whoever was there, an older one is no news. Of the same: death is always news, and
    /// nothing is after it; a suspicion is if it is of this incarnation or a later one, unless there is one already;
    /// any other word must be of a later incarnation.
    pub fn hear(&mut self, rumour: Member) -> bool {
        let is_later = rumour.incarnation > self.incarnation;
        let is_news = rumour.generation > self.generation
            || rumour.generation == self.generation
                && match (self.health, rumour.health) {
                    (Health::Down, _) => false,
                    (_, Health::Down) => true,
                    (Health::Alive, Health::Suspect) => rumour.incarnation >= self.incarnation,
                    _ => is_later,
                };
        if is_news {
            *self = rumour;
        }
        is_news
    }

    /// What the member itself answers to a rumour about it: that it is alive in a later incarnation, if it is suspected
    /// in this one or a later; that it joins again, if it was declared dead. None if there is nothing to refute, or if
    /// there are no more numbers.
    pub fn refute(&self, rumour: Member) -> Option<Member> {
        if rumour.generation != self.generation {
            return None;
        }
        match rumour.health {
            Health::Alive => None,
            Health::Suspect if rumour.incarnation < self.incarnation => None,
            Health::Suspect => Some(Member { incarnation: rumour.incarnation.checked_add(1)?, ..*self }),
            Health::Down => Some(Member::joined(self.generation.checked_add(1)?)),
        }
    }
}
