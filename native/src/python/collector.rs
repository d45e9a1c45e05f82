//! Objects taken from the garbage collector.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyList;

/// Takes objects from the garbage collector. The caller knows of each that nothing in it leads back to it.
#[pyfunction]
#[pyo3(signature = (objects, /))]
pub fn untrack(objects: &Bound<'_, PyList>) {
    for object in objects.iter() {
        // SAFETY: an object that is alive; only one that the collector looks at is tracked.
        unsafe {
            if ffi::PyObject_GC_IsTracked(object.as_ptr()) != 0 {
                ffi::PyObject_GC_UnTrack(object.as_ptr().cast());
            }
        }
    }
}
