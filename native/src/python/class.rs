//! Slotted classes: where their slots lie, and instances made and read without the detours of attributes.

use std::mem::size_of;
use std::ptr;

use pyo3::PyTraverseError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::pyclass::PyVisit;
use pyo3::types::{PyString, PyType};

use super::fit::{Given, unfit};
use super::make;
use crate::wire::{Fit, GiveUp};

/// A class, its attributes in the order of the schema's fields, and what is known of its layout.
pub struct Class {
    cls: Py<PyType>,
    names: Vec<Py<PyString>>,
    layout: Option<Layout>,
}

/// Offsets that were found and verified.
struct Layout {
    allocate: ffi::allocfunc,
    offsets: Vec<usize>,
    /// Whether the garbage collector looks at its instances.
    collected: bool,
}

impl Class {
    /// Looks a class over.
    pub fn new(cls: Bound<'_, PyType>, names: &[Bound<'_, PyString>]) -> PyResult<Self> {
        let layout = Layout::find(&cls, names)?;
        Ok(Self { names: names.iter().map(|name| name.clone().unbind()).collect(), cls: cls.unbind(), layout })
    }

    /// How many attributes it has.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether a value is of exactly this class.
    #[inline]
    pub fn is_class_of(&self, value: Given<'_, '_>) -> bool {
        value.get_type_ptr() as *mut ffi::PyObject == self.cls.as_ptr()
    }

    /// Hands each attribute of an instance to `take`, with its number.
    #[inline]
    pub fn read<'py>(
        &self,
        instance: &Bound<'py, PyAny>,
        mut take: impl FnMut(usize, Given<'_, 'py>) -> Fit<()>,
    ) -> Fit<()> {
        if !self.is_class_of(instance.as_borrowed()) {
            return Err(GiveUp);
        }
        let py = instance.py();
        let Some(layout) = &self.layout else {
            for (index, name) in self.names.iter().enumerate() {
                let value = instance.getattr(name.bind(py)).map_err(|error| unfit(py, error))?;
                take(index, value.as_borrowed())?;
            }
            return Ok(());
        };
        for (index, &offset) in layout.offsets.iter().enumerate() {
            // SAFETY: the instance is of exactly the class whose layout this is, so at the offset there is a slot: null
            // or an object that the instance holds. `take` is told that it holds it only until Python code runs.
            let value = unsafe {
                let slot = instance.as_ptr().byte_add(offset).cast::<*mut ffi::PyObject>();
                Borrowed::from_ptr_or_opt(py, *slot)
            };
            take(index, value.ok_or(GiveUp)?)?;
        }
        Ok(())
    }

    /// Begins an instance without calling the class; none where the layout is not known.
    #[inline]
    pub fn draft<'c, 'py>(&'c self, py: Python<'py>) -> Fit<Option<Draft<'c, 'py>>> {
        let Some(layout) = &self.layout else { return Ok(None) };
        // SAFETY: `allocate` is the class's own `tp_alloc`; it gives a new instance with empty slots, or null and an error.
        let instance = unsafe { make::owned(py, (layout.allocate)(self.cls.as_ptr().cast(), 0))? };
        Ok(Some(Draft { layout, instance }))
    }

    /// Calls the class with all its attributes as keyword arguments.
    pub fn call<'py>(&self, py: Python<'py>, values: Vec<Option<Bound<'py, PyAny>>>) -> Fit<Bound<'py, PyAny>> {
        let given = make::dict(py)?;
        for (name, value) in self.names.iter().zip(values) {
            given.set_item(name.bind(py), value.ok_or(GiveUp)?).map_err(|error| unfit(py, error))?;
        }
        self.cls.bind(py).call((), Some(&given)).map_err(|error| unfit(py, error))
    }

    /// Shows the garbage collector what is held.
    pub fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.cls)
    }
}

/// An instance whose slots are being filled.
pub struct Draft<'c, 'py> {
    layout: &'c Layout,
    instance: Bound<'py, PyAny>,
}

impl<'py> Draft<'_, 'py> {
    /// Puts a value into the slot of an attribute.
    #[inline]
    pub fn set(&mut self, index: usize, value: Bound<'py, PyAny>) -> Fit<()> {
        let offset = *self.layout.offsets.get(index).ok_or(GiveUp)?;
        // SAFETY: the instance was made by `Class::draft` for the layout of these offsets, so there is a slot, which holds
        // null or an object of its own; it takes over the value, and what was there before is let go.
        unsafe {
            let slot = self.instance.as_ptr().byte_add(offset).cast::<*mut ffi::PyObject>();
            let before = ptr::replace(slot, value.into_ptr());
            ffi::Py_XDECREF(before);
        }
        Ok(())
    }

    /// The instance.
    #[inline]
    pub fn finish(self) -> Bound<'py, PyAny> {
        self.instance
    }

    /// The instance, which the garbage collector need not look at: nothing in it leads back to it, or ever will.
    #[inline]
    pub fn finish_settled(self) -> Bound<'py, PyAny> {
        if self.layout.collected {
            // SAFETY: an instance of a class whose instances the collector looks at, all of whose slots are set.
            unsafe { ffi::PyObject_GC_UnTrack(self.instance.as_ptr().cast()) };
        }
        self.instance
    }
}

impl Layout {
    /// Finds each slot by writing an object of its own through the attribute and looking where it went. None where an
    /// attribute is anything but a slot, or the class has a say in how instances are made, read or unmade.
    fn find(cls: &Bound<'_, PyType>, names: &[Bound<'_, PyString>]) -> PyResult<Option<Self>> {
        let py = cls.py();
        let object = py.get_type::<PyAny>();
        let own = py.get_type::<PyType>().getattr("__dict__")?; // a class of classes may answer otherwise
        let size =
            |of: &Bound<'_, PyType>, name: &str| own.get_item(name)?.call_method1("__get__", (of,))?.extract::<usize>();
        let slot = py.import("types")?.getattr("MemberDescriptorType")?;
        let is_slot = |name: &Bound<'_, PyString>| cls.getattr(name).is_ok_and(|found| found.get_type().is(&slot));
        let end = size(cls, "__basicsize__")?;
        if size(cls, "__dictoffset__").ok() != Some(0)
            || size(cls, "__itemsize__").ok() != Some(0)
            || !names.iter().all(is_slot)
            || cls.hasattr("__del__")?
            || !["__new__", "__getattribute__"]
                .iter()
                .try_fold(true, |same, &name| Ok::<_, PyErr>(same && cls.getattr(name)?.is(&object.getattr(name)?)))?
        {
            return Ok(None);
        }
        // SAFETY: every type has this slot, and what it holds is of this type.
        let allocate = unsafe {
            let slot = ffi::PyType_GetSlot(cls.as_type_ptr(), ffi::Py_tp_alloc);
            if slot.is_null() {
                return Ok(None);
            }
            std::mem::transmute::<*mut std::ffi::c_void, ffi::allocfunc>(slot)
        };
        // SAFETY: as in `Class::draft`; `object.__new__` does no more than this either.
        let instance = unsafe { Bound::from_owned_ptr_or_err(py, allocate(cls.as_type_ptr(), 0))? };
        let mut sentinels = Vec::with_capacity(names.len());
        for name in names {
            let sentinel = object.call0()?;
            // SAFETY: three objects that are alive; -1 comes with an error.
            let set = unsafe { ffi::PyObject_GenericSetAttr(instance.as_ptr(), name.as_ptr(), sentinel.as_ptr()) };
            if set != 0 {
                drop(PyErr::take(py)); // no such slot: attributes are read and written in the usual way
                return Ok(None);
            }
            sentinels.push(sentinel);
        }
        let step = size_of::<*mut ffi::PyObject>();
        let places: Vec<usize> = (size(&object, "__basicsize__")?..=end.saturating_sub(step)).step_by(step).collect();
        let found = |sentinel: &Bound<'_, PyAny>| {
            let mut matching = places.iter().copied().filter(|&offset| {
                // SAFETY: words of the instance behind its header, all inside its size and set when it was allocated.
                let word = unsafe { *instance.as_ptr().byte_add(offset).cast::<*mut ffi::PyObject>() };
                word == sentinel.as_ptr()
            });
            matching.next().filter(|_| matching.next().is_none())
        };
        let offsets: Option<Vec<usize>> = sentinels.iter().map(found).collect();
        // SAFETY: a type that is alive.
        let collected = unsafe { ffi::PyType_GetFlags(cls.as_type_ptr()) } & ffi::Py_TPFLAGS_HAVE_GC != 0;
        Ok(offsets.map(|offsets| Self { allocate, offsets, collected }))
    }
}

// SAFETY: a class's `tp_alloc` is a function for all threads that hold the interpreter's lock, as every caller here does.
unsafe impl Send for Layout {}
// SAFETY: as above.
unsafe impl Sync for Layout {}
