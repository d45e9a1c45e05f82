//! A position in bytes that nobody vouches for: each read checks what is left.

use super::{Fit, GiveUp, varint};

/// Bytes that have not been read yet.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// At the first of these bytes.
    pub fn new(data: &'a [u8]) -> Self {
        Self { rest: data }
    }

    /// How many bytes are left.
    #[inline]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// A number of up to 64 bits.
    #[inline]
    pub fn long(&mut self) -> Fit<i64> {
        match self.rest.split_first() {
            Some((&byte, rest)) if byte < 0x80 => {
                self.rest = rest;
                Ok(varint::unzigzag(u64::from(byte)))
            }
            _ => self.long_of_more_bytes(),
        }
    }

    fn long_of_more_bytes(&mut self) -> Fit<i64> {
        let (number, size) = varint::read(self.rest)?;
        self.rest = self.rest.get(size..).ok_or(GiveUp)?;
        Ok(number)
    }

    /// A number of up to 32 bits.
    #[inline]
    pub fn int(&mut self) -> Fit<i32> {
        i32::try_from(self.long()?).map_err(|_| GiveUp)
    }

    /// The index of one of `count` things.
    #[inline]
    pub fn index(&mut self, count: usize) -> Fit<usize> {
        match usize::try_from(self.int()?) {
            Ok(index) if index < count => Ok(index),
            _ => Err(GiveUp),
        }
    }

    /// The next `size` bytes.
    #[inline]
    pub fn take(&mut self, size: usize) -> Fit<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(size).ok_or(GiveUp)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Fit<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(GiveUp)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// A length and as many bytes.
    #[inline]
    pub fn sized(&mut self) -> Fit<&'a [u8]> {
        let size = usize::try_from(self.long()?).map_err(|_| GiveUp)?;
        self.take(size)
    }

    /// A byte that is 0 or 1.
    #[inline]
    pub fn boolean(&mut self) -> Fit<bool> {
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(GiveUp),
        }
    }

    /// A block's count of items, 0 for the end; and the size in bytes that may stand before them.
    #[inline]
    pub fn block(&mut self) -> Fit<(usize, Option<usize>)> {
        let count = self.long()?;
        if count >= 0 {
            return Ok((usize::try_from(count).map_err(|_| GiveUp)?, None));
        }
        let size = usize::try_from(self.long()?).map_err(|_| GiveUp)?;
        let count = count.checked_neg().and_then(|count| usize::try_from(count).ok()).ok_or(GiveUp)?;
        if size > self.left() { Err(GiveUp) } else { Ok((count, Some(size))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_behind_the_cursor() {
        let mut cursor = Cursor::new(&[2, 4, b'a', b'b', 1, 9, 9]);
        assert_eq!(cursor.long(), Ok(1));
        assert_eq!(cursor.sized(), Ok(&b"ab"[..]));
        assert_eq!(cursor.boolean(), Ok(true));
        assert_eq!(cursor.array(), Ok([9, 9]));
        assert_eq!(cursor.left(), 0);
        assert_eq!(cursor.long(), Err(GiveUp));
    }

    #[test]
    fn lengths_beyond_the_data_and_below_zero_are_refused() {
        assert_eq!(Cursor::new(&[6, b'a', b'b']).sized(), Err(GiveUp));
        assert_eq!(Cursor::new(&[1, b'a', b'b']).sized(), Err(GiveUp));
        let longest = [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0];
        assert_eq!(Cursor::new(&longest).sized(), Err(GiveUp));
    }

    #[test]
    fn numbers_of_33_bits_are_no_ints() {
        let mut wide = Vec::new();
        varint::put(&mut wide, 1 << 31).unwrap();
        assert_eq!(Cursor::new(&wide).int(), Err(GiveUp));
        assert_eq!(Cursor::new(&wide).long(), Ok(1 << 31));
    }

    #[test]
    fn an_index_is_one_of_what_there_is() {
        assert_eq!(Cursor::new(&[2]).index(2), Ok(1));
        assert_eq!(Cursor::new(&[4]).index(2), Err(GiveUp));
        assert_eq!(Cursor::new(&[1]).index(2), Err(GiveUp));
    }

    #[test]
    fn a_boolean_is_0_or_1() {
        assert_eq!(Cursor::new(&[2]).boolean(), Err(GiveUp));
        assert_eq!(Cursor::new(&[]).boolean(), Err(GiveUp));
    }

    #[test]
    fn a_negative_count_has_a_size_that_is_there() {
        assert_eq!(Cursor::new(&[3, 2, 7]).block(), Ok((2, Some(1))));
        assert_eq!(Cursor::new(&[3, 4, 7]).block(), Err(GiveUp));
        assert_eq!(Cursor::new(&[3, 1, 7]).block(), Err(GiveUp));
        let mut lowest = Vec::new();
        varint::put(&mut lowest, i64::MIN).unwrap();
        lowest.push(0);
        assert_eq!(Cursor::new(&lowest).block(), Err(GiveUp));
    }
}
