//! Reading past what a writer wrote and the reader does not want.

use super::cursor::Cursor;
use super::depth::Depth;
use super::{Fit, GiveUp};

/// One kind of value to step over; numbers are indices into the list that holds it.
#[derive(Debug)]
pub enum Skip {
    /// A null.
    Nothing,
    /// An int, or the index of an enum's symbol.
    Int,
    /// A long.
    Long,
    /// Bytes or text.
    Sized,
    /// A boolean, float, double or fixed.
    Bytes(usize),
    /// Fields in order.
    Record {
        /// Their kinds.
        fields: Vec<usize>,
        /// Whether it can contain itself.
        recursive: bool,
    },
    /// Blocks of items.
    Array {
        /// Their kind.
        item: usize,
        /// Whether an item takes no bytes, so that there is nothing to step over.
        zero_bytes: bool,
    },
    /// Blocks of keys and values of this kind.
    Map(usize),
    /// A branch's index, then one of these.
    Union(Vec<usize>),
}

impl Skip {
    /// The indices that it refers to.
    pub fn inside(&self) -> &[usize] {
        match self {
            Skip::Record { fields: inside, .. } | Skip::Union(inside) => inside,
            Skip::Array { item: inside, .. } | Skip::Map(inside) => std::slice::from_ref(inside),
            _ => &[],
        }
    }
}

/// Moves the cursor behind a value of kind `kinds[index]`.
pub fn skip(kinds: &[Skip], index: usize, cursor: &mut Cursor, depth: &mut Depth) -> Fit<()> {
    match kinds.get(index).ok_or(GiveUp)? {
        Skip::Nothing => Ok(()),
        Skip::Int => cursor.int().map(|_| ()),
        Skip::Long => cursor.long().map(|_| ()),
        Skip::Sized => cursor.sized().map(|_| ()),
        Skip::Bytes(size) => cursor.take(*size).map(|_| ()),
        Skip::Record { fields, recursive } => {
            depth.enter_record(*recursive)?;
            fields.iter().try_for_each(|&field| skip(kinds, field, cursor, depth))?;
            depth.leave_record(*recursive);
            Ok(())
        }
        Skip::Array { item, zero_bytes } => {
            blocks(cursor, depth, *zero_bytes, |cursor, depth| skip(kinds, *item, cursor, depth))
        }
        Skip::Map(value) => blocks(cursor, depth, false, |cursor, depth| {
            cursor.sized()?;
            skip(kinds, *value, cursor, depth)
        }),
        Skip::Union(branches) => {
            depth.enter()?;
            let branch = cursor.index(branches.len())?;
            skip(kinds, branches[branch], cursor, depth)?;
            depth.leave();
            Ok(())
        }
    }
}

fn blocks(
    cursor: &mut Cursor,
    depth: &mut Depth,
    zero_bytes: bool,
    item: impl Fn(&mut Cursor, &mut Depth) -> Fit<()>,
) -> Fit<()> {
    depth.enter()?;
    loop {
        match cursor.block()? {
            (0, _) => break,
            (_, Some(size)) => {
                cursor.take(size)?;
            }
            (count, None) if !zero_bytes => {
                if count > cursor.left() {
                    return Err(GiveUp);
                }
                (0..count).try_for_each(|_| item(cursor, depth))?;
            }
            _ => {}
        }
    }
    depth.leave();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(kinds: &[Skip], data: &[u8]) -> Fit<usize> {
        let mut cursor = Cursor::new(data);
        skip(kinds, 0, &mut cursor, &mut Depth::default())?;
        Ok(cursor.left())
    }

    #[test]
    fn each_kind_is_stepped_over() {
        let record = Skip::Record { fields: vec![1, 2, 3, 4], recursive: false };
        let kinds = [record, Skip::Int, Skip::Sized, Skip::Bytes(3), Skip::Union(vec![5, 1]), Skip::Nothing];
        assert_eq!(left(&kinds, &[8, 2, b'a', 1, 2, 3, 2, 4, 7]), Ok(1));
        assert_eq!(left(&kinds, &[8, 2, b'a', 1, 2, 3, 0, 7]), Ok(1));
        assert_eq!(left(&kinds, &[8, 2, b'a', 1, 2, 3, 4, 7]), Err(GiveUp));
    }

    #[test]
    fn blocks_are_stepped_over_one_by_one_or_by_their_size() {
        let kinds = [Skip::Array { item: 1, zero_bytes: false }, Skip::Long];
        assert_eq!(left(&kinds, &[4, 2, 2, 3, 2, 0x7F, 0, 9]), Ok(1));
        assert_eq!(left(&kinds, &[200, 1, 2]), Err(GiveUp));
        let kinds = [Skip::Map(1), Skip::Long];
        assert_eq!(left(&kinds, &[2, 2, b'k', 6, 0]), Ok(0));
    }

    #[test]
    fn any_number_of_items_without_bytes_takes_no_time() {
        let kinds = [Skip::Array { item: 1, zero_bytes: true }, Skip::Nothing];
        let mut data = Vec::new();
        super::super::varint::put(&mut data, i64::MAX).unwrap();
        data.push(0);
        assert_eq!(left(&kinds, &data), Ok(0));
    }

    #[test]
    fn records_inside_themselves_end() {
        let kinds = [Skip::Union(vec![1, 2]), Skip::Nothing, Skip::Record { fields: vec![0], recursive: true }];
        let nested = |depth: usize| [vec![2; depth], vec![0]].concat();
        assert_eq!(left(&kinds, &nested(100)), Ok(0));
        assert_eq!(left(&kinds, &nested(101)), Err(GiveUp));
    }
}
