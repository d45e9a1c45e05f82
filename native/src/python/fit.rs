//! From Python's errors to giving up, and small things that both executors do with Python objects.

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyString};

use crate::wire::{Fit, GiveUp};

/// A Python object that somebody else keeps alive, for as long as no Python code runs.
pub type Given<'a, 'py> = Borrowed<'a, 'py, PyAny>;

/// Gives up on an error of a value: the interpreter meets it again and says where. What is no `Exception`
/// (KeyboardInterrupt) is nobody's error: it stays raised, and the codec lets it pass.
#[cold]
pub fn unfit(py: Python<'_>, error: PyErr) -> GiveUp {
    if !error.is_instance_of::<PyException>(py) {
        error.restore(py);
    }
    GiveUp
}

/// Text of exactly the class `str`, as UTF-8.
#[inline]
pub fn utf8<'a>(value: &'a Bound<'_, PyAny>) -> Fit<&'a str> {
    if !value.is_exact_instance_of::<PyString>() {
        return Err(GiveUp);
    }
    text_of(value)
}

/// The same for a string that may be of a subclass.
#[inline]
pub fn text_of<'a>(value: &'a Bound<'_, PyAny>) -> Fit<&'a str> {
    let text = value.cast::<PyString>().map_err(|_| GiveUp)?;
    text.to_str().map_err(|error| unfit(value.py(), error))
}

/// The content of exactly `bytes`.
#[inline]
pub fn raw<'a>(value: &'a Bound<'_, PyAny>) -> Fit<&'a [u8]> {
    match value.cast_exact::<PyBytes>() {
        Ok(raw) => Ok(raw.as_bytes()),
        Err(_) => Err(GiveUp),
    }
}

/// What a cell holds, made where it is empty. Making it runs Python code, which may come back here or let another
/// thread do so: nobody waits for it, and who is first is kept.
pub fn once<'a, T>(cell: &'a PyOnceLock<T>, py: Python<'_>, make: impl FnOnce() -> PyResult<T>) -> PyResult<&'a T> {
    match cell.get(py) {
        Some(made) => Ok(made),
        None => {
            let made = make()?;
            Ok(cell.get_or_init(py, || made))
        }
    }
}
