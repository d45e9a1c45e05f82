//! Python's dates and times: made through the C interface that `datetime` offers in a capsule, and read in place.
//!
//! The stable ABI hides both. The capsule's beginning has been the same since Python 3.7. Where the fields of an object
//! lie is looked up by `Reading::verified` in objects made for it; where they lie elsewhere, the conversions in Python
//! are called instead.

use std::os::raw::c_int;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use super::fit::{Given, once};
use super::make::owned;
use crate::wire::calendar::{Date, Time};
use crate::wire::{Fit, GiveUp};

type Object = *mut ffi::PyObject;
type Type = *mut ffi::PyTypeObject;

/// The first members of `PyDateTime_CAPI`.
#[repr(C)]
struct Capsule {
    date_type: Type,
    datetime_type: Type,
    time_type: Type,
    delta_type: Type,
    zone_type: Type,
    utc: Object,
    date: unsafe extern "C" fn(c_int, c_int, c_int, Type) -> Object,
    datetime: unsafe extern "C" fn(c_int, c_int, c_int, c_int, c_int, c_int, c_int, Object, Type) -> Object,
    time: unsafe extern "C" fn(c_int, c_int, c_int, c_int, Object, Type) -> Object,
}

/// The C interface, and whether objects may be read in place.
pub struct Calendar {
    capsule: &'static Capsule,
    readable: bool,
}

// SAFETY: types, functions and one object that live as long as the process; used only with the interpreter's lock.
unsafe impl Send for Calendar {}
// SAFETY: as above.
unsafe impl Sync for Calendar {}

static CALENDAR: PyOnceLock<Calendar> = PyOnceLock::new();

impl Calendar {
    /// The calendar of this process.
    pub fn get(py: Python<'_>) -> PyResult<&'static Self> {
        once(&CALENDAR, py, || {
            // SAFETY: importing a capsule gives null and an error, or its pointer; `datetime`'s is to a structure that
            // begins as `Capsule` does and stays for the life of the process.
            let capsule = unsafe {
                let found = ffi::PyCapsule_Import(c"datetime.datetime_CAPI".as_ptr(), 0);
                found.cast::<Capsule>().as_ref().ok_or_else(|| PyErr::fetch(py))?
            };
            let mut calendar = Self { capsule, readable: false };
            calendar.readable = reading::verified(py, &calendar).unwrap_or(false);
            Ok(calendar)
        })
    }

    /// A `date`.
    #[inline]
    pub fn date<'py>(&self, py: Python<'py>, date: Date) -> Fit<Bound<'py, PyAny>> {
        let Date { year, month, day } = date;
        // SAFETY: the interface's function with its own type; it gives a new object, or null and an error.
        unsafe { owned(py, (self.capsule.date)(year, month, day, self.capsule.date_type)) }
    }

    /// A `time` without a zone.
    #[inline]
    pub fn time<'py>(&self, py: Python<'py>, time: Time) -> Fit<Bound<'py, PyAny>> {
        let Time { hour, minute, second, micros } = time;
        // SAFETY: as in `date`; None is always alive.
        unsafe {
            let time_type = self.capsule.time_type;
            owned(py, (self.capsule.time)(hour, minute, second, micros, ffi::Py_None(), time_type))
        }
    }

    /// A `datetime`, in UTC or without a zone.
    #[inline]
    pub fn datetime<'py>(&self, py: Python<'py>, moment: (Date, Time), utc: bool) -> Fit<Bound<'py, PyAny>> {
        let (Date { year, month, day }, Time { hour, minute, second, micros }) = moment;
        // SAFETY: as in `date`; the interface keeps its UTC alive.
        unsafe {
            let zone = if utc { self.capsule.utc } else { ffi::Py_None() };
            let datetime_type = self.capsule.datetime_type;
            owned(py, (self.capsule.datetime)(year, month, day, hour, minute, second, micros, zone, datetime_type))
        }
    }

    /// What a `date` says; none where it cannot be read in place.
    #[inline]
    pub fn read_date(&self, value: Given<'_, '_>) -> Option<Date> {
        // SAFETY: exactly a `date`, and the layout was verified.
        (self.readable && value.get_type_ptr() == self.capsule.date_type).then(|| unsafe { reading::date(value) })
    }

    /// What a `time` without a zone says; none for others.
    #[inline]
    pub fn read_time(&self, value: Given<'_, '_>) -> Option<Time> {
        if !self.readable || value.get_type_ptr() != self.capsule.time_type {
            return None;
        }
        // SAFETY: exactly a `time`, and the layout was verified.
        unsafe { (!reading::has_zone(value)).then(|| reading::time(value)) }
    }

    /// What a `datetime` says that is in UTC, or has no zone; none for others.
    #[inline]
    pub fn read_datetime(&self, value: Given<'_, '_>, utc: bool) -> Option<(Date, Time)> {
        if !self.readable || value.get_type_ptr() != self.capsule.datetime_type {
            return None;
        }
        // SAFETY: exactly a `datetime`, and the layout was verified; the zone is looked at only where there is one.
        unsafe {
            let fits = match reading::has_zone(value) {
                true => utc && reading::zone(value) == self.capsule.utc,
                false => !utc,
            };
            fits.then(|| reading::datetime(value))
        }
    }
}

/// Where CPython keeps the fields: a header, a hash, whether there is a zone, the fields by byte, the zone.
mod reading {
    use super::{Calendar, Date, Fit, GiveUp, Given, Object, Time};
    use pyo3::prelude::*;

    const HAS_ZONE: usize = 24;
    const FIELDS: usize = 25;
    const ZONE: usize = 40;

    /// # Safety
    /// The value is exactly a `date`, `time` or `datetime` of the verified layout, with at least `N` bytes of fields.
    #[inline]
    unsafe fn fields<const N: usize>(value: Given<'_, '_>) -> [u8; N] {
        // SAFETY: the caller's promise; bytes have no alignment.
        unsafe { *value.as_ptr().byte_add(FIELDS).cast::<[u8; N]>() }
    }

    /// # Safety
    /// Exactly a `time` or `datetime` of the verified layout.
    #[inline]
    pub unsafe fn has_zone(value: Given<'_, '_>) -> bool {
        // SAFETY: the caller's promise.
        unsafe { *value.as_ptr().byte_add(HAS_ZONE).cast::<u8>() != 0 }
    }

    /// # Safety
    /// Exactly a `datetime` of the verified layout that has a zone.
    #[inline]
    pub unsafe fn zone(value: Given<'_, '_>) -> Object {
        // SAFETY: the caller's promise; objects without a zone are shorter.
        unsafe { *value.as_ptr().byte_add(ZONE).cast::<Object>() }
    }

    /// # Safety
    /// Exactly a `date` of the verified layout.
    #[inline]
    pub unsafe fn date(value: Given<'_, '_>) -> Date {
        // SAFETY: the caller's promise.
        let [high, low, month, day] = unsafe { fields(value) };
        Date { year: i32::from(u16::from_be_bytes([high, low])), month: month.into(), day: day.into() }
    }

    /// # Safety
    /// Exactly a `time` of the verified layout.
    #[inline]
    pub unsafe fn time(value: Given<'_, '_>) -> Time {
        // SAFETY: the caller's promise.
        let [hour, minute, second, micros @ ..] = unsafe { fields::<6>(value) };
        time_of(hour, minute, second, micros)
    }

    /// # Safety
    /// Exactly a `datetime` of the verified layout.
    #[inline]
    pub unsafe fn datetime(value: Given<'_, '_>) -> (Date, Time) {
        // SAFETY: the caller's promise.
        let [high, low, month, day, hour, minute, second, micros @ ..] = unsafe { fields::<10>(value) };
        let date = Date { year: i32::from(u16::from_be_bytes([high, low])), month: month.into(), day: day.into() };
        (date, time_of(hour, minute, second, micros))
    }

    #[inline]
    fn time_of(hour: u8, minute: u8, second: u8, micros: [u8; 3]) -> Time {
        let micros = i32::from_be_bytes([0, micros[0], micros[1], micros[2]]);
        Time { hour: hour.into(), minute: minute.into(), second: second.into(), micros }
    }

    /// Whether objects of several values hold them where this module looks.
    pub fn verified(py: Python<'_>, calendar: &Calendar) -> Fit<bool> {
        let sizes = ["date", "time", "datetime"].map(|name| {
            let cls = py.import("datetime").and_then(|module| module.getattr(name));
            cls.and_then(|cls| cls.getattr("__basicsize__")?.extract::<usize>()).unwrap_or(0)
        });
        let header = py.get_type::<PyAny>().getattr("__basicsize__").and_then(|size| size.extract::<usize>());
        if sizes != [32, 40, 48] || header.map_err(|_| GiveUp)? != 16 {
            return Ok(false);
        }
        let dates = [(1, 2, 3), (1969, 12, 31), (2026, 11, 21), (9999, 10, 30)];
        let times = [(0, 1, 2, 3), (23, 59, 58, 999_999), (13, 14, 15, 0x0A_0B_0C), (1, 0, 0, 65_536)];
        for (&(year, month, day), &(hour, minute, second, micros)) in dates.iter().zip(&times) {
            let date = Date { year, month, day };
            let time = Time { hour, minute, second, micros };
            let made = calendar.date(py, date)?;
            let made_time = calendar.time(py, time)?;
            let naive = calendar.datetime(py, (date, time), false)?;
            let aware = calendar.datetime(py, (date, time), true)?;
            // SAFETY: the objects are no smaller than what is read: their types' sizes are those of this layout, and
            // one without a zone ends behind its fields.
            let alike = unsafe {
                self::date(made.as_borrowed()) == date
                    && self::time(made_time.as_borrowed()) == time
                    && !has_zone(made_time.as_borrowed())
                    && datetime(naive.as_borrowed()) == (date, time)
                    && !has_zone(naive.as_borrowed())
                    && datetime(aware.as_borrowed()) == (date, time)
                    && has_zone(aware.as_borrowed())
                    && zone(aware.as_borrowed()) == calendar.capsule.utc
            };
            if !alike {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
