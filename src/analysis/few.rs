//! A small ordered map in one vector, which is emptied without giving its room back: a fold that is begun anew for every
//! execution of a search allocates nothing. Adding the greatest key so far is cheap, adding any other is not.

/// An ordered map of few keys, or of keys that come in order.
#[derive(Clone, Debug)]
pub struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Few(Vec::new())
    }
}

impl<K: Ord + Copy, V> Few<K, V> {
    /// The value of a key.
    pub fn get(&self, key: K) -> Option<&V> {
        self.place(key).ok().map(|place| &self.0[place].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.place(key).ok().map(|place| &mut self.0[place].1)
    }

    /// The value of a key, which is `new` if the key was not there.
    pub fn get_or_insert(&mut self, key: K, new: V) -> &mut V {
        let place = self.place(key).unwrap_or_else(|place| {
            self.0.insert(place, (key, new));
            place
        });
        &mut self.0[place].1
    }

    /// Every key and its value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> + '_ {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn place(&self, key: K) -> Result<usize, usize> {
        match self.0.last() {
            Some((last, _)) if *last >= key => self.0.binary_search_by_key(&key, |(known, _)| *known),
            _ => Err(self.0.len()),
        }
    }
}
