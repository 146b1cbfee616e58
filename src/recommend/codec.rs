//! Rows of (index, weight) in few bytes.
//!
//! A row is its length (LEB128), then, unless empty, its largest weight (f32, little-endian) and for each entry by
//! index the gap since the last index (LEB128) and a byte `q` for the weight `largest · (q / 255)²`: the square
//! keeps small weights apart, where most are.

/// By row: indices and weights.
pub type Rows = Vec<Vec<(u32, f32)>>;

/// What is no such row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    #[error("it ends in the middle of a row")]
    Truncated,
    #[error("it names index {index} of {n}")]
    OutOfRange { index: u64, n: usize },
}

fn weight(largest: f32, q: u8) -> f32 {
    let share = f32::from(q) / 255.0;
    largest * share * share
}

fn quantum(largest: f32, weight: f32) -> u8 {
    // Never 0: what has a row's entry is told from what has none.
    ((weight / largest).max(0.0).sqrt() * 255.0).round().clamp(1.0, 255.0) as u8
}

fn largest(row: &[(u32, f32)]) -> f32 {
    row.iter().fold(f32::MIN_POSITIVE, |max, entry| max.max(entry.1))
}

/// Rounds positive weights to those that can be written.
pub fn round_row(row: &mut [(u32, f32)]) {
    let largest = largest(row);
    row.iter_mut().for_each(|entry| entry.1 = weight(largest, quantum(largest, entry.1)));
}

/// Writes rows whose weights are positive.
pub fn encode_rows(rows: &[Vec<(u32, f32)>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in rows {
        let mut row = row.clone();
        row.sort_unstable_by_key(|entry| entry.0);
        put_number(&mut bytes, row.len() as u32);
        let largest = largest(&row);
        if !row.is_empty() {
            bytes.extend(largest.to_le_bytes());
        }
        let mut last = 0;
        for (index, weight) in row {
            put_number(&mut bytes, index - last);
            bytes.push(quantum(largest, weight));
            last = index;
        }
    }
    bytes
}

/// Reads `n_rows` rows with indices below `n_indices`.
pub fn decode_rows(bytes: &[u8], n_rows: usize, n_indices: usize) -> Result<Rows, CodecError> {
    let mut rest = bytes;
    let mut rows = Vec::with_capacity(n_rows.min(bytes.len()));
    for _ in 0..n_rows {
        let n = take_number(&mut rest)? as usize;
        let mut row = Vec::with_capacity(n.min(rest.len()));
        if n > 0 {
            let (head, tail) = rest.split_first_chunk::<4>().ok_or(CodecError::Truncated)?;
            rest = tail;
            let largest = f32::from_le_bytes(*head);
            let mut index = 0u64;
            for _ in 0..n {
                index += u64::from(take_number(&mut rest)?);
                let (&q, tail) = rest.split_first().ok_or(CodecError::Truncated)?;
                rest = tail;
                if index >= n_indices as u64 {
                    return Err(CodecError::OutOfRange { index, n: n_indices });
                }
                row.push((index as u32, weight(largest, q)));
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

fn put_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take_number(rest: &mut &[u8]) -> Result<u32, CodecError> {
    let mut number = 0u32;
    for shift in (0..32).step_by(7) {
        let (&byte, tail) = rest.split_first().ok_or(CodecError::Truncated)?;
        *rest = tail;
        number |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(CodecError::Truncated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_rows_come_back_as_they_went() {
        let mut rows = vec![vec![], vec![(3, 0.5), (900_000, 0.001), (4, 2.0)]];
        rows.iter_mut().for_each(|row| round_row(row));
        let bytes = encode_rows(&rows);
        rows[1].sort_by_key(|entry| entry.0);
        assert_eq!(decode_rows(&bytes, 2, 1_000_000), Ok(rows));
        assert_eq!(decode_rows(&bytes, 2, 900_000), Err(CodecError::OutOfRange { index: 900_000, n: 900_000 }));
        for end in 0..bytes.len() {
            assert_eq!(decode_rows(&bytes[..end], 2, 1_000_000), Err(CodecError::Truncated), "cut at {end}");
        }
    }
}
