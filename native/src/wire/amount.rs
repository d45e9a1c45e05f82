//! `decimal`: whole numbers of the smallest unit, as two's complement of up to 16 bytes and as text.
//!
//! Larger numbers exist; whoever meets one does without this module.

use super::output::{append, append_sized, reserve};
use super::{Fit, GiveUp};

/// Bytes of an `i128`.
const MOST: usize = 16;
/// The digits that every `i128` is within.
const ALL_DIGITS: u32 = 39;

/// The number that bytes stand for, highest first; none for no bytes and for more than 16.
pub fn from_bytes(raw: &[u8]) -> Option<i128> {
    let first = *raw.first()?;
    let mut bytes = [if first > 0x7F { 0xFF } else { 0 }; MOST];
    bytes.get_mut(MOST.checked_sub(raw.len())?..)?.copy_from_slice(raw);
    Some(i128::from_be_bytes(bytes))
}

/// Appends the shortest bytes of a number behind their length.
pub fn put_shortest(out: &mut Vec<u8>, unscaled: i128) -> Fit<()> {
    append_sized(out, &unscaled.to_be_bytes()[MOST - needed_bytes(unscaled)..])
}

/// Appends a number as `size` bytes.
pub fn put_fixed(out: &mut Vec<u8>, unscaled: i128, size: usize) -> Fit<()> {
    if needed_bytes(unscaled) > size {
        return Err(GiveUp);
    }
    let filling = if unscaled < 0 { 0xFF } else { 0 };
    reserve(out, size)?;
    out.resize(out.len() + size.saturating_sub(MOST), filling);
    append(out, &unscaled.to_be_bytes()[MOST.saturating_sub(size)..])
}

fn needed_bytes(unscaled: i128) -> usize {
    let magnitude = if unscaled < 0 { !unscaled } else { unscaled };
    (128 - magnitude.leading_zeros()) as usize / 8 + 1
}

/// Whether a number has no more digits than the precision.
pub fn is_within(unscaled: i128, precision: u32) -> bool {
    precision >= ALL_DIGITS || unscaled.unsigned_abs() < 10_u128.pow(precision)
}

/// The longest that `text` can be: a number of 40 characters, `E-`, a scale of 10.
const TEXT: usize = 52;

/// A number with its scale, as Python's Decimal reads it: `12345E-2`.
pub struct Text {
    bytes: [u8; TEXT],
    start: usize,
}

impl Text {
    /// The text of a number of units of 10^-`scale`.
    pub fn new(unscaled: i128, scale: u32) -> Self {
        let mut text = Self { bytes: [0; TEXT], start: TEXT };
        text.put_number(u128::from(scale));
        text.put(b'-');
        text.put(b'E');
        text.put_number(unscaled.unsigned_abs());
        if unscaled < 0 {
            text.put(b'-');
        }
        text
    }

    /// The characters, all ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Puts a number in front of what there is.
    fn put_number(&mut self, mut number: u128) {
        while number > u128::from(u64::MAX) {
            self.put(b'0' + (number % 10) as u8);
            number /= 10;
        }
        let mut number = number as u64; // whose division is a single instruction
        loop {
            self.put(b'0' + (number % 10) as u8);
            number /= 10;
            if number == 0 {
                break;
            }
        }
    }

    fn put(&mut self, byte: u8) {
        self.start -= 1;
        self.bytes[self.start] = byte;
    }
}

/// The whole number of units of 10^-`scale` in what Python's Decimal says of itself (`-123.450`, `1E+5`).
///
/// None where it has more digits before the point than the precision leaves, more decimal places than the scale, is
/// not finite, or is too large for an `i128`: then Python says what it is.
pub fn unscaled(text: &str, precision: u32, scale: u32) -> Option<i128> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (number, exponent) = match text.split_once(['E', 'e']) {
        Some((number, exponent)) => (number, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, places) = number.split_once('.').unwrap_or((number, ""));
    let mut magnitude: i128 = 0;
    for digit in whole.bytes().chain(places.bytes()) {
        if !digit.is_ascii_digit() {
            return None;
        }
        magnitude = magnitude.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    if whole.is_empty() {
        return None;
    }
    let shift = exponent.checked_sub(places.len() as i64)?.checked_add(i64::from(scale))?;
    shifted(magnitude, shift)
        .filter(|&units| is_within(units, precision))
        .map(|units| if negative { -units } else { units })
}

/// A number times 10^`shift`, where that is exact.
fn shifted(magnitude: i128, shift: i64) -> Option<i128> {
    if magnitude == 0 {
        return Some(0);
    }
    let power = 10_i128.checked_pow(u32::try_from(shift.unsigned_abs()).ok()?)?;
    if shift >= 0 { magnitude.checked_mul(power) } else { (magnitude % power == 0).then_some(magnitude / power) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortest(unscaled: i128) -> Vec<u8> {
        let mut out = Vec::new();
        put_shortest(&mut out, unscaled).unwrap();
        out
    }

    #[test]
    fn numbers_take_as_few_bytes_as_their_sign_needs() {
        let cases: [(i128, &[u8]); 6] =
            [(0, &[0]), (127, &[0x7F]), (128, &[0, 0x80]), (-1, &[0xFF]), (-128, &[0x80]), (-129, &[0xFF, 0x7F])];
        for (number, bytes) in cases {
            assert_eq!(shortest(number)[1..], *bytes);
            assert_eq!(from_bytes(bytes), Some(number));
        }
    }

    #[test]
    fn the_largest_numbers_come_back() {
        for number in [i128::MAX, i128::MIN, i128::from(i64::MIN), 10_i128.pow(38) - 1] {
            assert_eq!(from_bytes(&shortest(number)[1..]), Some(number));
        }
        assert_eq!(from_bytes(&[]), None);
        assert_eq!(from_bytes(&[0; 17]), None);
    }

    #[test]
    fn a_fixed_is_filled_with_the_sign() {
        let fixed = |number, size| {
            let mut out = vec![7];
            put_fixed(&mut out, number, size).ok().map(|()| out.split_off(1))
        };
        assert_eq!(fixed(-2, 3), Some(vec![0xFF, 0xFF, 0xFE]));
        assert_eq!(fixed(5, 18), Some([[0; 17].as_slice(), &[5]].concat()));
        assert_eq!(fixed(-5, 18), Some([[0xFF; 17].as_slice(), &[0xFB]].concat()));
        assert_eq!(fixed(128, 1), None);
        assert_eq!(fixed(0, 0), None);
    }

    #[test]
    fn text_of_every_form_is_a_number_of_units() {
        let cases = [
            ("123.45", Some(12_345)),
            ("-0.01", Some(-1)),
            ("1E+3", Some(100_000)),
            ("1.50E+1", Some(1500)),
            ("0E-10", Some(0)),
            ("-0", Some(0)),
            ("1.2300", Some(123)),
            ("1.234", None),
            ("NaN", None),
            ("Infinity", None),
            ("sNaN12", None),
            ("1E+999999999", None),
            ("99999999.99", Some(9_999_999_999)),
            ("100000000", None),
        ];
        for (text, expected) in cases {
            assert_eq!(unscaled(text, 10, 2), expected, "{text}");
        }
    }

    #[test]
    fn a_number_becomes_text_that_keeps_its_places() {
        let shown = |number, scale| String::from_utf8(Text::new(number, scale).as_bytes().to_vec()).unwrap();
        assert_eq!(shown(12_345, 2), "12345E-2");
        assert_eq!(shown(-7, 0), "-7E-0");
        assert_eq!(shown(0, 10), "0E-10");
        assert_eq!(shown(i128::MIN, 4_294_967_295), "-170141183460469231731687303715884105728E-4294967295");
    }

    #[test]
    fn digits_are_counted_against_the_precision() {
        assert!(is_within(-999, 3) && !is_within(1000, 3) && is_within(i128::MIN, 39) && is_within(0, 0));
    }
}
