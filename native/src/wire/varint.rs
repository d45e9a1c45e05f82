//! Numbers of variable length: zig-zag, seven bits a byte, lowest first (Avro 1.12, "Primitive Types").

use super::output::{append, push};
use super::{Fit, GiveUp};

/// Bytes that 64 bits need at most.
pub const MAX_BYTES: usize = 10;

/// Appends a number.
#[inline]
pub fn put(out: &mut Vec<u8>, number: i64) -> Fit<()> {
    let zigzag = ((number << 1) ^ (number >> 63)) as u64;
    if zigzag < 0x80 { push(out, zigzag as u8) } else { put_long(out, zigzag) }
}

fn put_long(out: &mut Vec<u8>, mut zigzag: u64) -> Fit<()> {
    let mut bytes = [0_u8; MAX_BYTES];
    let mut count = 0;
    for byte in &mut bytes {
        *byte = zigzag as u8 | 0x80;
        zigzag >>= 7;
        count += 1;
        if zigzag == 0 {
            *byte &= 0x7F;
            break;
        }
    }
    append(out, &bytes[..count])
}

/// The number that a zig-zag code stands for.
#[inline]
pub fn unzigzag(zigzag: u64) -> i64 {
    (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64)
}

/// A number of any length at the start of `data`, and how many bytes it takes.
pub fn read(data: &[u8]) -> Fit<(i64, usize)> {
    let mut zigzag = 0_u64;
    for (index, &byte) in data.iter().enumerate().take(MAX_BYTES) {
        if index == MAX_BYTES - 1 && byte > 1 {
            return Err(GiveUp); // more than 64 bits, or more than ten bytes
        }
        zigzag |= u64::from(byte & 0x7F) << (7 * index);
        if byte < 0x80 {
            return Ok((unzigzag(zigzag), index + 1));
        }
    }
    Err(GiveUp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(number: i64) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, number).unwrap();
        out
    }

    #[test]
    fn numbers_are_written_as_the_specification_shows_them() {
        let shown: [(i64, &[u8]); 7] =
            [(0, &[0]), (-1, &[1]), (1, &[2]), (-2, &[3]), (-64, &[0x7F]), (64, &[0x80, 1]), (8192, &[0x80, 0x80, 1])];
        for (number, expected) in shown {
            assert_eq!(bytes(number), expected);
        }
    }

    #[test]
    fn numbers_of_every_size_come_back() {
        let edges = (0..63).flat_map(|bit| [1_i64 << bit, (1 << bit) - 1, -(1 << bit), -(1 << bit) - 1]);
        for number in edges.chain([i64::MIN, i64::MAX]) {
            let written = bytes(number);
            assert_eq!(read(&written), Ok((number, written.len())));
        }
    }

    #[test]
    fn a_number_that_ends_too_early_is_refused() {
        for number in [64, i64::MAX, i64::MIN] {
            let written = bytes(number);
            for cut in 0..written.len() {
                assert_eq!(read(&written[..cut]), Err(GiveUp));
            }
        }
    }

    #[test]
    fn more_than_64_bits_or_ten_bytes_are_refused() {
        assert_eq!(read(&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2]), Err(GiveUp));
        assert_eq!(read(&[0x80; 11]), Err(GiveUp));
    }

    #[test]
    fn needless_bytes_are_read_as_python_reads_them() {
        assert_eq!(read(&[0x82, 0x80, 0]), Ok((1, 3)));
    }
}
