//! `uuid` as text: 32 hexadecimal digits, dashes anywhere when read, in groups of 8-4-4-4-12 when written.

/// The 32 digits, and a zero byte behind them that ends a string in C.
pub type Digits = [u8; 33];

const PAIRS: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    pairs
};

/// Where each group begins: in digits, and in the usual text.
const GROUPS: [(usize, usize, usize); 5] = [(0, 0, 8), (8, 9, 4), (12, 14, 4), (16, 19, 4), (20, 24, 12)];

/// The digits of a text; none where it is no uuid.
pub fn digits(text: &[u8]) -> Option<Digits> {
    let mut digits = [0; 33];
    match <&[u8; 36]>::try_from(text) {
        Ok(usual) if [8, 13, 18, 23].iter().all(|&dash| usual[dash] == b'-') => {
            for (to, from, size) in GROUPS {
                digits[to..to + size].copy_from_slice(&usual[from..from + size]);
            }
        }
        _ => {
            let mut found = text.iter().filter(|&&byte| byte != b'-');
            for digit in &mut digits[..32] {
                *digit = *found.next()?;
            }
            if found.next().is_some() {
                return None;
            }
        }
    }
    let others = digits[..32].iter().filter(|byte| !byte.is_ascii_hexdigit()).count();
    (others == 0).then_some(digits)
}

/// The digits of 16 bytes in network order.
pub fn digits_of(raw: [u8; 16]) -> Digits {
    let mut digits = [0; 33];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(raw) {
        pair.copy_from_slice(&PAIRS[usize::from(byte)]);
    }
    digits
}

/// The text of 16 bytes in network order.
pub fn text(raw: [u8; 16]) -> [u8; 36] {
    let digits = digits_of(raw);
    let mut text = [b'-'; 36];
    for (from, to, size) in GROUPS {
        text[to..to + size].copy_from_slice(&digits[from..from + size]);
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
        assert_eq!(digits(b"0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7cg"), None);
        assert_eq!(digits(b"0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7-4"), None);
        assert_eq!(digits("０b6ff5ad8ab04e7b9f5c3bd7b1b8a7c".as_bytes()), None);
    }
}
