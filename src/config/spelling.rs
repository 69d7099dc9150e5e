//! "Did you mean": the nearest known name of a misspelt one.

const MAX_DISTANCE: usize = 2;

/// The known name within edit distance 2 that is nearest to `name`, the first of several.
pub(super) fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let longest = known.iter().map(|candidate| candidate.len()).max()?;
    if name.len() > longest + MAX_DISTANCE {
        return None;
    }
    known
        .iter()
        .map(|candidate| (edit_distance(name.as_bytes(), candidate.as_bytes()), *candidate))
        .filter(|(distance, candidate)| *distance <= MAX_DISTANCE && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, one row at a time.
fn edit_distance(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, own) in left.iter().enumerate() {
        let mut previous = line;
        let mut beside = line + 1;
        let mut next = vec![beside];
        for (above, other) in row.iter().skip(1).zip(right) {
            let replaced = previous + usize::from(own != other);
            beside = replaced.min(above + 1).min(beside + 1);
            previous = *above;
            next.push(beside);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
