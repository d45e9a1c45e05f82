//! `uuid` as text: 32 hexadecimal digits, dashes anywhere when read, in groups of 8-4-4-4-12 when written.

const DIGITS: &[u8; 16] = b"0123456789abcdef";
const GROUPS: [usize; 4] = [8, 13, 18, 23];

/// The digits of a text, with the zero byte behind them that ends a string in C; none where it is no uuid.
pub fn digits(text: &[u8]) -> Option<[u8; 33]> {
    let mut found = [0; 33];
    let mut count = 0;
    for &byte in text {
        if byte != b'-' {
            if count == 32 || !byte.is_ascii_hexdigit() {
                return None;
            }
            found[count] = byte;
            count += 1;
        }
    }
    (count == 32).then_some(found)
}

/// The digits of 16 bytes in network order, in the same form.
pub fn digits_of(raw: [u8; 16]) -> [u8; 33] {
    let mut digits = [0; 33];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(raw) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    digits
}

/// The text of 16 bytes in network order.
pub fn text(raw: [u8; 16]) -> [u8; 36] {
    let digits = digits_of(raw);
    let mut text = [b'-'; 36];
    let places = (0..36).filter(|place| !GROUPS.contains(place));
    for (place, digit) in places.zip(digits) {
        text[place] = digit;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8; 36] = b"0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4";
    const RAW: [u8; 16] =
        [0x0B, 0x6F, 0xF5, 0xAD, 0x8A, 0xB0, 0x4E, 0x7B, 0x9F, 0x5C, 0x3B, 0xD7, 0xB1, 0xB8, 0xA7, 0xC4];

    #[test]
    fn bytes_become_groups_of_digits() {
        assert_eq!(&text(RAW), TEXT);
    }

    #[test]
    fn dashes_may_stand_anywhere_or_nowhere() {
        let expected = digits_of(RAW);
        for given in [&TEXT[..], b"0b6ff5ad8ab04e7b9f5c3bd7b1b8a7c4", b"-0b6ff5ad8ab04e7b9f5c3bd7b1b8a7c4--"] {
            assert_eq!(digits(given), Some(expected));
        }
    }

    #[test]
    fn other_texts_are_none() {
        assert_eq!(digits(b"0b6ff5ad8ab04e7b9f5c3bd7b1b8a7c"), None);
        assert_eq!(digits(b"0b6ff5ad8ab04e7b9f5c3bd7b1b8a7c44"), None);
        assert_eq!(digits(b"0x6ff5ad8ab04e7b9f5c3bd7b1b8a7c4"), None);
        assert_eq!(digits("０b6ff5ad8ab04e7b9f5c3bd7b1b8a7c".as_bytes()), None);
    }
}
