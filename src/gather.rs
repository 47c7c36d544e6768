//! Ordered maps and sets from an iterator, one item at a time. `collect` sorts first, and for every pair of types the
//! compiler writes out that sort anew: some 5 kB of the module each, for collections of a handful of items.

/// Everything that the iterator gives; of what has the same key the last stays.
pub fn gather<C: Default + Extend<T>, T>(items: impl IntoIterator<Item = T>) -> C {
    let mut all = C::default();
    all.extend(items);
    all
}
