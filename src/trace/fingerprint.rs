//! The fingerprint: what "the same run" means, as 64 bits.
//!
//! XXH64 (seed = [`ENCODING_VERSION`]) over one 32-byte record per event, in order, all numbers little-endian:
//!
//! | bytes | content |
//! | --- | --- |
//! | 0..8 | time in nanoseconds |
//! | 8..16 | the task's path: XXH64 (seed 0) of its name, xor its parent's path rotated left by 7 |
//! | 16 | number of the kind |
//! | 17..20 | zero |
//! | 20..24 | the object: number of the channel, task, signal or fault; 0 for a note or a printed line |
//! | 24..32 | the argument; for a printed line XXH64 (seed 0) of the text, for a note XXH64 of its first word, rotated left by one, xor its two numbers |
//!
//! Source lines, causes, polls and the wording of notes are not part of it.

use super::{Event, Kind};
use xxhash_rust::xxh64::{Xxh64, xxh64};

/// The version of the encoding; another encoding gets another number.
pub const ENCODING_VERSION: u64 = 1;

/// A fingerprint in the making.
#[derive(Clone)]
pub struct Fingerprint(Xxh64);

impl Default for Fingerprint {
    fn default() -> Self {
        Fingerprint(Xxh64::new(ENCODING_VERSION))
    }
}

impl Fingerprint {
    /// Takes in one event. `path` is the hash of its task's path; `text` is the printed line or the note's label.
    pub fn add(&mut self, event: &Event, path: u64, text: &str) {
        let (object, argument) = match event.kind {
            Kind::Log => (0, Self::hash(text)),
            Kind::Note => {
                let word = text.split(' ').next().unwrap_or_default();
                (0, Self::hash(word).rotate_left(1) ^ event.b)
            }
            _ => (event.a, event.b),
        };
        let mut record = [0; 32];
        record[0..8].copy_from_slice(&event.time.as_nanos().to_le_bytes());
        record[8..16].copy_from_slice(&path.to_le_bytes());
        record[16] = event.kind as u8;
        record[20..24].copy_from_slice(&object.to_le_bytes());
        record[24..32].copy_from_slice(&argument.to_le_bytes());
        self.0.update(&record);
    }

    /// The fingerprint of everything taken in so far.
    pub fn value(&self) -> u64 {
        self.0.digest()
    }

    /// The hash of a task's path or of a text.
    pub fn hash(text: &str) -> u64 {
        xxh64(text.as_bytes(), 0)
    }
}
