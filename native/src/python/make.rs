//! Python's objects made of Rust's values. PyO3's own constructors panic where there is no memory; these give up.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::fit::unfit;
use crate::wire::Fit;

/// What a function of Python's C interface has made.
///
/// # Safety
/// `made` is a new reference, or null and an error is set.
#[inline]
pub unsafe fn owned(py: Python<'_>, made: *mut ffi::PyObject) -> Fit<Bound<'_, PyAny>> {
    // SAFETY: the caller's promise.
    unsafe { Bound::from_owned_ptr_or_err(py, made) }.map_err(|error| unfit(py, error))
}

/// An `int`.
#[inline]
pub fn whole(py: Python<'_>, number: i64) -> Fit<Bound<'_, PyAny>> {
    // SAFETY: the function's contract.
    unsafe { owned(py, ffi::PyLong_FromLongLong(number)) }
}

/// A `float`.
#[inline]
pub fn floating(py: Python<'_>, number: f64) -> Fit<Bound<'_, PyAny>> {
    // SAFETY: the function's contract.
    unsafe { owned(py, ffi::PyFloat_FromDouble(number)) }
}

/// `bytes`.
#[inline]
pub fn bytes<'py>(py: Python<'py>, raw: &[u8]) -> Fit<Bound<'py, PyAny>> {
    // SAFETY: the function's contract; it copies `raw`, which is no longer than memory, so that its length fits.
    unsafe { owned(py, ffi::PyBytes_FromStringAndSize(raw.as_ptr().cast(), raw.len() as ffi::Py_ssize_t)) }
}

/// A `str` of UTF-8.
#[inline]
pub fn text<'py>(py: Python<'py>, raw: &[u8]) -> Fit<Bound<'py, PyAny>> {
    // SAFETY: as in `bytes`.
    unsafe { owned(py, ffi::PyUnicode_FromStringAndSize(raw.as_ptr().cast(), raw.len() as ffi::Py_ssize_t)) }
}

/// An empty `dict`.
#[inline]
pub fn dict(py: Python<'_>) -> Fit<Bound<'_, PyDict>> {
    // SAFETY: the function's contract, which makes an exact dict.
    unsafe { Ok(owned(py, ffi::PyDict_New())?.cast_into_unchecked()) }
}

/// A `list` of so many items, no fewer.
#[inline]
pub fn list<'py>(py: Python<'py>, items: impl ExactSizeIterator<Item = Bound<'py, PyAny>>) -> Fit<Bound<'py, PyAny>> {
    // SAFETY: a new list that nobody else has seen, with as many empty places as there are items; each is taken over.
    unsafe {
        let made = owned(py, ffi::PyList_New(items.len() as ffi::Py_ssize_t))?;
        for (index, item) in items.enumerate() {
            ffi::PyList_SetItem(made.as_ptr(), index as ffi::Py_ssize_t, item.into_ptr());
        }
        Ok(made)
    }
}

/// A `tuple` of so many items, no fewer.
#[inline]
pub fn tuple<'py>(py: Python<'py>, items: impl ExactSizeIterator<Item = Bound<'py, PyAny>>) -> Fit<Bound<'py, PyAny>> {
    // SAFETY: as in `list`.
    unsafe {
        let made = owned(py, ffi::PyTuple_New(items.len() as ffi::Py_ssize_t))?;
        for (index, item) in items.enumerate() {
            ffi::PyTuple_SetItem(made.as_ptr(), index as ffi::Py_ssize_t, item.into_ptr());
        }
        Ok(made)
    }
}
