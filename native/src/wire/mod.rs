//! Avro's binary form and what it counts in, without Python: no unsafe code, tested by `cargo test` and under Miri.

#![forbid(unsafe_code)]

pub mod amount;
pub mod calendar;
pub mod cursor;
pub mod depth;
pub mod output;
pub mod skip;
pub mod uuid;
pub mod varint;

/// Something is unusual or wrong. The interpreter in Python goes over the same value or bytes again, and either knows
/// what to do with them or says what is wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GiveUp;

/// What every step of an executor returns.
pub type Fit<T> = Result<T, GiveUp>;
