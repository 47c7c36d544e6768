//! Why a text is no value of a parameter, and the word that was probably meant.

use super::Misfit;

/// A text that a parameter refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterError {
    /// What is wrong with it.
    pub misfit: Misfit,
    /// The parameter.
    pub part: String,
    /// The text.
    pub value: String,
    /// What is allowed, in words that need no translation.
    pub allowed: String,
    /// The allowed word that was probably meant.
    pub suggestion: Option<String>,
}

/// The word nearest to `text`, if one is near enough to have been meant: at most one slip in three letters.
///
/// A slip is a letter added, left out, replaced, or swapped with its neighbour.
pub fn closest<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody means a word of the catalogue with more than this; the distance takes quadratic time.
    const LONGEST: usize = 64;
    if text.len() > LONGEST {
        return None;
    }
    let near = words.into_iter().filter(|word| word.len() <= LONGEST).map(|word| (slips(text, word), word));
    let (distance, word) = near.min_by_key(|(distance, _)| *distance)?;
    let letters = text.chars().count().max(word.chars().count());
    (distance * 3 <= letters).then_some(word)
}

/// The optimal string alignment distance.
fn slips(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.to_lowercase().chars().collect();
    let to: Vec<char> = to.to_lowercase().chars().collect();
    let mut rows = vec![vec![0; to.len() + 1]; from.len() + 1];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let same = usize::from(from[i - 1] != to[j - 1]);
                let mut best = (rows[i - 1][j - 1] + same).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[from.len()][to.len()]
}
