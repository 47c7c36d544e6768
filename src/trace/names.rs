//! Names that are unique in a run: a second `x` is `x#2`. What a run has called its things the next one calls them in
//! the same order as a rule, so that the n-th name is looked for where the last run had it, and nothing is made twice.

use super::Fingerprint;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A unique name and its hash.
pub(crate) type Unique = (Rc<str>, u64);

/// The names that were asked for.
#[derive(Default)]
pub(crate) struct Names {
    known: Vec<Known>,
    places: BTreeMap<Rc<str>, u32>,
    /// By question: the place of the name.
    asked: Vec<u32>,
    next: usize,
}

struct Known {
    name: Unique,
    /// How often it was asked for in this run.
    count: usize,
    /// Those that are called `name#2`, `name#3` …
    alike: Vec<Unique>,
}

impl Names {
    /// The name, or `name#2` if it is taken.
    pub fn unique(&mut self, name: &str) -> Unique {
        let place = self.place(name);
        let known = &mut self.known[place];
        known.count += 1;
        let Some(before) = known.count.checked_sub(2) else { return known.name.clone() };
        if before == known.alike.len() {
            known.alike.push(named(&format!("{name}#{}", known.count)));
        }
        known.alike[before].clone()
    }

    /// Where a name is, or is from now on.
    fn place(&mut self, name: &str) -> usize {
        let question = self.next;
        self.next += 1;
        if let Some(place) = self.asked.get(question)
            && *self.known[*place as usize].name.0 == *name
        {
            return *place as usize;
        }
        let place = match self.places.get(name) {
            Some(place) => *place,
            None => {
                let place = self.known.len() as u32;
                let name = named(name);
                self.places.insert(name.0.clone(), place);
                self.known.push(Known { name, count: 0, alike: Vec::new() });
                place
            }
        };
        match self.asked.get_mut(question) {
            Some(asked) => *asked = place,
            None => self.asked.push(place),
        }
        place as usize
    }

    /// No name is taken any more.
    pub fn restart(&mut self) {
        self.next = 0;
        self.known.iter_mut().for_each(|known| known.count = 0);
    }
}

fn named(name: &str) -> Unique {
    (name.into(), Fingerprint::hash(name))
}
