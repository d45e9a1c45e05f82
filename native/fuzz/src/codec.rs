//! A fuzz target over the extension's encoders and decoders, in an interpreter of Python of its own.
//!
//! The extension is linked in, so that a fuzzer sees its branches and a sanitizer its memory. What is tried, and what
//! must hold, says `tests/fuzz/harness.py`. Run by `.ci/fuzz`.

#![no_main]

use std::ffi::c_int;

use libfuzzer_sys::fuzz_target;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyBytes;

/// Links the extension in, whose own names are of no use here.
use eventpact_native as _;

unsafe extern "C" {
    fn PyInit_eventpact_native() -> *mut ffi::PyObject;
}

extern "C" fn module() -> *mut ffi::PyObject {
    // SAFETY: called by Python when it imports the module, which is what this function is for.
    unsafe { PyInit_eventpact_native() }
}

static ONE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

fn start() {
    // SAFETY: Python does not run yet, and the name lives forever.
    let added: c_int = unsafe { ffi::PyImport_AppendInittab(c"eventpact_native".as_ptr(), Some(module)) };
    assert_eq!(added, 0);
    Python::initialize();
}

fuzz_target!(init: start(), |data: &[u8]| {
    Python::attach(|py| {
        let one = ONE
            .get_or_try_init(py, || Ok::<_, PyErr>(py.import("tests.fuzz.harness")?.getattr("one")?.unbind()))
            .unwrap_or_else(|error| failed(py, &error));
        if let Err(error) = one.call1(py, (PyBytes::new(py, data),)) {
            failed(py, &error);
        }
    });
});

/// Show Python's error and end: the fuzzer keeps the input.
fn failed(py: Python<'_>, error: &PyErr) -> ! {
    error.print(py);
    std::process::abort();
}
