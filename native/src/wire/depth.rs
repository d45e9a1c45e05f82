//! How deep values nest: what data may ask for, and what the native stack bears.

use super::{Fit, GiveUp};

/// As `eventpact.avro.limits.MAX_DEPTH`: records inside themselves.
const MAX_DEPTH: u16 = 100;

/// Values inside values of any kind. A step takes well under a kilobyte of stack; what nests deeper is left to Python.
const MAX_NESTING: u16 = 500;

/// Counts both while values are walked.
#[derive(Debug, Default)]
pub struct Depth {
    records: u16,
    nesting: u16,
}

impl Depth {
    /// Goes into a value that holds others; `leave` must follow.
    #[inline]
    pub fn enter(&mut self) -> Fit<()> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING { Err(GiveUp) } else { Ok(()) }
    }

    /// Comes out again.
    #[inline]
    pub fn leave(&mut self) {
        self.nesting -= 1;
    }

    /// Goes into a record; `recursive` ones can contain themselves, and count.
    #[inline]
    pub fn enter_record(&mut self, recursive: bool) -> Fit<()> {
        self.records += u16::from(recursive);
        if self.records > MAX_DEPTH { Err(GiveUp) } else { self.enter() }
    }

    /// Comes out of a record again.
    #[inline]
    pub fn leave_record(&mut self, recursive: bool) {
        self.records -= u16::from(recursive);
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_records_nest_inside_themselves() {
        let mut depth = Depth::default();
        assert!((0..100).all(|_| depth.enter_record(true).is_ok()));
        assert_eq!(depth.enter_record(true), Err(GiveUp));
    }

    #[test]
    fn other_values_nest_as_deep_as_the_stack_bears() {
        let mut depth = Depth::default();
        assert!((0..500).all(|_| depth.enter_record(false).is_ok()));
        assert_eq!(depth.enter(), Err(GiveUp));
    }

    #[test]
    fn what_was_left_does_not_count() {
        let mut depth = Depth::default();
        for _ in 0..1000 {
            assert_eq!(depth.enter_record(true), Ok(()));
            depth.leave_record(true);
        }
    }
}
