//! Ordered maps and sets that share a tree: the library's is compiled anew for every pair of types, some 10 kB of the module
//! each. Here the tree knows only where the value of a key lies, and is the same for whatever values lie there.

use serde::{Serialize, Serializer};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::RangeBounds;

/// An ordered map, with the methods of [`BTreeMap`] that are needed.
#[derive(Clone, Debug)]
pub struct Map<K, V> {
    places: BTreeMap<K, u32>,
    values: Vec<Option<V>>,
    /// Places without a value. The last is used first.
    free: Vec<u32>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Map { places: BTreeMap::new(), values: Vec::new(), free: Vec::new() }
    }
}

impl<K: Ord, V> Map<K, V> {
    /// Without anything in it.
    pub fn new() -> Self {
        Map::default()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.values.get(*self.places.get(key)? as usize)?.as_ref()
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.values.get_mut(*self.places.get(key)? as usize)?.as_mut()
    }

    /// Whether there is a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.places.contains_key(key)
    }

    /// Gives a key a value; the value that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.place(key).replace(value)
    }

    /// The value of a key, which is made if there is none.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        self.place(key).get_or_insert_with(make)
    }

    /// Where the value of a key lies or will lie.
    fn place(&mut self, key: K) -> &mut Option<V> {
        let next = self.free.last().copied().unwrap_or(self.values.len() as u32);
        let place = *self.places.entry(key).or_insert(next) as usize;
        if place == self.values.len() {
            self.values.push(None);
        } else if self.free.last() == Some(&(place as u32)) {
            self.free.pop();
        }
        &mut self.values[place]
    }

    /// Takes a key out; its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.places.remove(key)?;
        self.take(place)
    }

    fn take(&mut self, place: u32) -> Option<V> {
        self.free.push(place);
        self.values[place as usize].take()
    }

    /// The least key.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The greatest key.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }

    /// Takes the least key out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        let (key, place) = self.places.pop_first()?;
        Some((key, self.take(place)?))
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        *self = Map::default();
    }

    /// Takes out whatever is not to be kept.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool)
    where
        K: Clone,
    {
        let values = &mut self.values;
        let is_over =
            |(key, place): &(&K, &u32)| values[**place as usize].as_mut().is_none_or(|value| !keep(key, value));
        let over: Vec<K> = self.places.iter().filter(is_over).map(|(key, _)| key.clone()).collect();
        for key in &over {
            self.remove(key);
        }
    }

    /// Changes each value, in the order of the keys.
    pub fn change_each(&mut self, mut change: impl FnMut(&K, &mut V)) {
        for (key, place) in &self.places {
            self.values[*place as usize].iter_mut().for_each(|value| change(key, value));
        }
    }

    /// In the order of the keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.places.iter().filter_map(|(key, place)| Some((key, self.values[*place as usize].as_ref()?)))
    }

    /// Those with keys in a range.
    pub fn range(&self, keys: impl RangeBounds<K>) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.places.range(keys).filter_map(|(key, place)| Some((key, self.values[*place as usize].as_ref()?)))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.places.keys()
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Ord, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> IntoIter<K, V> {
        IntoIter(self)
    }
}

/// What was in a map, in the order of the keys.
pub struct IntoIter<K, V>(Map<K, V>);

impl<K: Ord, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.0.pop_first()
    }
}

impl<K: Ord, V> Extend<(K, V)> for Map<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, items: I) {
        for (key, value) in items {
            self.insert(key, value);
        }
    }
}

impl<K: Ord + Serialize, V: Serialize> Serialize for Map<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// An ordered set.
#[derive(Clone, Debug)]
pub struct Set<K>(BTreeMap<K, u32>);

impl<K> Default for Set<K> {
    fn default() -> Self {
        Set(BTreeMap::new())
    }
}

impl<K: Ord> Set<K> {
    /// Without anything in it.
    pub fn new() -> Self {
        Set::default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is there.
    pub fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    /// Puts it there; whether it was not.
    pub fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, 0).is_none()
    }

    /// Takes it out; whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.remove(key).is_some()
    }

    /// In order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.0.keys()
    }

    /// The least.
    pub fn first(&self) -> Option<&K> {
        self.iter().next()
    }
}

impl<K: Ord, const N: usize> From<[K; N]> for Set<K> {
    fn from(keys: [K; N]) -> Self {
        let mut set = Set::default();
        set.extend(keys);
        set
    }
}

impl<K: Ord> Extend<K> for Set<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, items: I) {
        for key in items {
            self.insert(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Map;
    use std::collections::BTreeMap;

    #[test]
    fn it_does_what_the_library_s_does() {
        let (mut map, mut same) = (Map::new(), BTreeMap::new());
        let mut number = 1_u32;
        for round in 0..2_000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = (number >> 16) % 64;
            match number >> 29 {
                0 | 1 => assert_eq!(map.remove(&key), same.remove(&key)),
                2 => assert_eq!(map.pop_first(), same.pop_first()),
                3 => *map.get_or_insert_with(key, || 0) = *same.entry(key).insert_entry(round).get(),
                _ => assert_eq!(map.insert(key, round), same.insert(key, round)),
            }
            if round % 500 == 499 {
                map.retain(|key, _| key % 3 > 0);
                same.retain(|key, _| key % 3 > 0);
            }
            assert_eq!(map.get(&key), same.get(&key));
            assert_eq!(map.last_key_value(), same.last_key_value());
            assert!(map.iter().eq(&same) && map.len() == same.len());
            assert!(map.range(20..40).eq(same.range(20..40)));
        }
        assert!(map.into_iter().eq(same));
    }
}
