//! Order for a handful of items. `collect` into an ordered map or set sorts first, and for every type that is sorted the
//! compiler writes out the library's sort anew, for collections of any size: some 5 kB of the module each.

/// Everything that the iterator gives; of what has the same key the last stays.
pub fn gather<C: Default + Extend<T>, T>(items: impl IntoIterator<Item = T>) -> C {
    let mut all = C::default();
    all.extend(items);
    all
}

/// Puts at most some hundreds of items in the order of their keys; those with equal keys stay as they stand.
pub fn put_in_order<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    for end in 1..items.len() {
        let new = key(&items[end]);
        let place = items[..end].partition_point(|item| key(item) <= new);
        items[place..=end].rotate_right(1);
    }
}

#[cfg(test)]
mod tests {
    use super::put_in_order;

    #[test]
    fn equal_ones_stay_as_they_stand() {
        let mut items = [(3, 'a'), (1, 'b'), (3, 'c'), (2, 'd'), (1, 'e'), (0, 'f')];
        put_in_order(&mut items, |(key, _)| *key);
        assert_eq!(items, [(0, 'f'), (1, 'b'), (1, 'e'), (2, 'd'), (3, 'a'), (3, 'c')]);
    }
}
