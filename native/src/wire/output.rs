//! Bytes being written. Room for them is asked for before they are: a vector that grows by itself ends the process where
//! there is no memory.

use super::{Fit, GiveUp, varint};

/// Appends one byte.
#[inline]
pub fn push(out: &mut Vec<u8>, byte: u8) -> Fit<()> {
    reserve(out, 1)?;
    out.push(byte);
    Ok(())
}

/// Appends bytes.
#[inline]
pub fn append(out: &mut Vec<u8>, bytes: &[u8]) -> Fit<()> {
    reserve(out, bytes.len())?;
    out.extend_from_slice(bytes);
    Ok(())
}

/// Appends bytes behind their length.
#[inline]
pub fn append_sized(out: &mut Vec<u8>, bytes: &[u8]) -> Fit<()> {
    varint::put(out, bytes.len() as i64)?;
    append(out, bytes)
}

/// Makes room for so many more items; gives up where there is no memory for them.
#[inline]
pub fn reserve<T>(items: &mut Vec<T>, more: usize) -> Fit<()> {
    items.try_reserve(more).map_err(|_| GiveUp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stand_behind_their_length() {
        let mut out = vec![7];
        append_sized(&mut out, b"ab").unwrap();
        push(&mut out, 0).unwrap();
        assert_eq!(out, [7, 4, b'a', b'b', 0]);
    }

    #[test]
    fn more_than_there_can_be_is_given_up() {
        assert_eq!(reserve(&mut vec![7], usize::MAX), Err(GiveUp));
    }
}
