//! `decimal.Decimal` made from a whole number of units.
//!
//! The number's text is read by the class itself, which is exact and slow. Numbers of 64 bits are made quicker: a new
//! Decimal of the whole number has its exponent set in place, where that was found by trial and the outcome verified.

use std::mem::size_of;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

use super::fit::{once, unfit};
use crate::wire::{Fit, amount};

/// The class, and what makes an instance of a whole number: `Decimal.from_float`, the only way that takes no keywords.
pub struct Decimals {
    cls: Py<PyAny>,
    from_whole: Py<PyAny>,
    exponent: Option<usize>,
}

static DECIMALS: PyOnceLock<Decimals> = PyOnceLock::new();

impl Decimals {
    /// Those of this process.
    pub fn get(py: Python<'_>) -> PyResult<&'static Self> {
        once(&DECIMALS, py, || {
            let cls = py.import("decimal")?.getattr("Decimal")?;
            let from_whole = cls.getattr("from_float")?.unbind();
            let mut decimals = Self { cls: cls.unbind(), from_whole, exponent: None };
            decimals.exponent = decimals.found_exponent(py)?;
            Ok(decimals)
        })
    }

    /// So many units of 10^-`scale`.
    pub fn make<'py>(&self, py: Python<'py>, unscaled: i128, scale: u32) -> Fit<Bound<'py, PyAny>> {
        let made = match (i64::try_from(unscaled), self.exponent) {
            (Ok(whole), Some(offset)) => self.shifted(py, whole, -i64::from(scale), offset),
            _ => self.read(py, amount::Text::new(unscaled, scale).as_bytes()),
        };
        made.map_err(|error| unfit(py, error))
    }

    fn read<'py>(&self, py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        self.cls.bind(py).call1((PyString::from_bytes(py, text)?,))
    }

    fn whole<'py>(&self, py: Python<'py>, whole: i64) -> PyResult<Bound<'py, PyAny>> {
        let whole = whole.into_pyobject(py)?;
        // SAFETY: a function and its one argument, both alive; the answer is a new object, or null and an error.
        unsafe {
            let nothing = std::ptr::null_mut::<ffi::PyObject>();
            let made = ffi::PyObject_CallFunctionObjArgs(self.from_whole.as_ptr(), whole.as_ptr(), nothing);
            Bound::from_owned_ptr_or_err(py, made)
        }
    }

    fn shifted<'py>(&self, py: Python<'py>, whole: i64, exponent: i64, offset: usize) -> PyResult<Bound<'py, PyAny>> {
        let made = self.whole(py, whole)?;
        // SAFETY: a new Decimal that nobody else has seen, and the place of its exponent, a word inside the object:
        // `found_exponent` saw it there, and that a whole number with another exponent is what its text says.
        unsafe { made.as_ptr().byte_add(offset).cast::<i64>().write(exponent) };
        Ok(made)
    }

    /// Where instances keep their exponent; none unless exactly one word follows it, and setting it does what it should.
    fn found_exponent(&self, py: Python<'_>) -> PyResult<Option<usize>> {
        let size: usize = self.cls.bind(py).getattr("__basicsize__")?.extract()?;
        let header: usize = py.get_type::<PyAny>().getattr("__basicsize__")?.extract()?;
        let step = size_of::<i64>();
        let mut places: Vec<usize> = (header..=size.saturating_sub(step)).step_by(step).collect();
        for exponent in [0, -3, 11, -123_456_789, 7] {
            let made = self.read(py, format!("{}E{exponent}", 42).as_bytes())?;
            // SAFETY: words of the instance behind its header, all inside its size.
            places.retain(|&offset| unsafe { made.as_ptr().byte_add(offset).cast::<i64>().read() } == exponent);
        }
        let &[offset] = places.as_slice() else { return Ok(None) };
        for whole in [0, 1, -1, 42, -120, i64::MAX, i64::MIN] {
            for scale in [0, 1, 2, 18, 19, 400, u32::MAX] {
                let (kept, made) = (self.whole(py, whole)?, self.shifted(py, whole, -i64::from(scale), offset)?);
                let expected = self.read(py, amount::Text::new(i128::from(whole), scale).as_bytes())?;
                let is_own = !made.is(&kept) && kept.str()?.to_str()? == whole.to_string();
                let is_alike = made.str()?.to_str()? == expected.str()?.to_str()?
                    && made.eq(&expected)?
                    && made.hash()? == expected.hash()?
                    && made.call_method0("as_tuple")?.eq(expected.call_method0("as_tuple")?)?;
                if !is_own || !is_alike {
                    return Ok(None);
                }
            }
        }
        Ok(Some(offset))
    }
}
