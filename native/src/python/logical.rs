//! Logical types: each has a native way for what is usual, and the conversion in Python for all else.

use pyo3::PyTraverseError;
use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::pyclass::PyVisit;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyInt, PyString, PyTuple, PyType};

use super::calendar::Calendar;
use super::class::Class;
use super::decimal::Decimals;
use super::fit::{Given, once, raw, text_of, unfit};
use super::make;
use crate::wire::calendar::{Date, Time, micros, moment};
use crate::wire::cursor::Cursor;
use crate::wire::output::{append, append_sized, reserve};
use crate::wire::{Fit, GiveUp, amount, uuid, varint};

/// What a logical type stands on.
#[derive(Clone, Copy)]
pub enum Base {
    Int,
    Long,
    Bytes,
    String,
    Fixed(usize),
}

/// The native way.
enum Kind {
    Date,
    Time { unit: i64 },
    Instant { unit: i64, utc: bool },
    Uuid(&'static Uuid),
    Decimal { decimals: &'static Decimals, precision: u32, scale: u32 },
    Duration(Class),
}

/// One logical type on one base, in one direction.
pub struct Logical {
    kind: Kind,
    base: Base,
    calendar: &'static Calendar,
    cls: Py<PyType>,
    convert: Py<PyAny>,
    /// What the conversion takes behind the value.
    arguments: Vec<Py<PyAny>>,
}

/// How a node describes it: its name, its base, the size of a fixed, the class of its values, the conversion in Python
/// and what that takes besides the value; (precision, scale) of a decimal, and the attributes of a duration.
type Described<'py> = (
    String,
    String,
    usize,
    Bound<'py, PyType>,
    Bound<'py, PyAny>,
    Vec<Bound<'py, PyAny>>,
    (u32, u32),
    Vec<Bound<'py, PyString>>,
);

impl Logical {
    /// Builds what a node describes.
    pub fn new(described: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = described.py();
        let (name, base, size, cls, convert, arguments, (precision, scale), attributes): Described<'_> =
            described.extract()?;
        let kind = match name.as_str() {
            "date" => Kind::Date,
            "time-millis" => Kind::Time { unit: 1000 },
            "time-micros" => Kind::Time { unit: 1 },
            "timestamp-millis" => Kind::Instant { unit: 1000, utc: true },
            "timestamp-micros" => Kind::Instant { unit: 1, utc: true },
            "local-timestamp-millis" => Kind::Instant { unit: 1000, utc: false },
            "local-timestamp-micros" => Kind::Instant { unit: 1, utc: false },
            "uuid" => Kind::Uuid(Uuid::get(py)?),
            "decimal" => Kind::Decimal { decimals: Decimals::get(py)?, precision, scale },
            "duration" => Kind::Duration(Class::new(cls.clone(), &attributes)?),
            _ => return Err(PyValueError::new_err(format!("no logical type {name}"))),
        };
        let base = match base.as_str() {
            "int" => Base::Int,
            "long" => Base::Long,
            "bytes" => Base::Bytes,
            "string" => Base::String,
            "fixed" => Base::Fixed(size),
            _ => return Err(PyValueError::new_err(format!("no base {base}"))),
        };
        Ok(Self {
            kind,
            base,
            calendar: Calendar::get(py)?,
            cls: cls.unbind(),
            convert: convert.unbind(),
            arguments: arguments.into_iter().map(Bound::unbind).collect(),
        })
    }

    /// Appends a value.
    pub fn write(&self, value: Given<'_, '_>, out: &mut Vec<u8>) -> Fit<()> {
        if value.get_type_ptr() as *mut ffi::PyObject != self.cls.as_ptr() {
            return Err(GiveUp);
        }
        match (&self.kind, self.base) {
            (Kind::Date, _) => match self.calendar.read_date(value) {
                Some(date) => self.write_number(date.days(), out),
                None => self.write_converted(value, out),
            },
            (Kind::Time { unit }, _) => match self.calendar.read_time(value) {
                Some(time) => self.write_number(time.to_micros() / unit, out),
                None => self.write_converted(value, out),
            },
            (Kind::Instant { unit, utc }, _) => match self.calendar.read_datetime(value, *utc) {
                Some((date, time)) => self.write_number(micros(date, time).div_euclid(*unit), out),
                None => self.write_converted(value, out),
            },
            (Kind::Uuid(ids), Base::String) => append_sized(out, &uuid::text(ids.read(value)?)),
            (Kind::Uuid(ids), _) => append(out, &ids.read(value)?),
            (Kind::Decimal { precision, scale, .. }, base) => {
                let value = value.to_owned();
                let text = value.str().map_err(|error| unfit(value.py(), error))?;
                match (amount::unscaled(text_of(&text)?, *precision, *scale), base) {
                    (Some(unscaled), Base::Fixed(size)) => amount::put_fixed(out, unscaled, size),
                    (Some(unscaled), Base::Bytes) => amount::put_shortest(out, unscaled),
                    _ => self.write_converted(value.as_borrowed(), out),
                }
            }
            (Kind::Duration(class), _) => class.read(&value.to_owned(), |_, part| {
                if !part.is_exact_instance_of::<PyInt>() {
                    return Err(GiveUp);
                }
                let part: u32 = part.extract().map_err(|error| unfit(part.py(), error))?;
                append(out, &part.to_le_bytes())
            }),
        }
    }

    fn write_number(&self, number: i64, out: &mut Vec<u8>) -> Fit<()> {
        if matches!(self.base, Base::Int) && i32::try_from(number).is_err() {
            return Err(GiveUp);
        }
        varint::put(out, number)
    }

    fn write_converted(&self, value: Given<'_, '_>, out: &mut Vec<u8>) -> Fit<()> {
        let wire = self.converted(value.to_owned())?;
        match self.base {
            Base::Int | Base::Long => {
                let number = wire.extract().map_err(|error| unfit(wire.py(), error))?;
                self.write_number(number, out)
            }
            Base::Bytes | Base::String => append_sized(out, raw(&wire)?),
            Base::Fixed(size) => match raw(&wire)? {
                bytes if bytes.len() == size => append(out, bytes),
                _ => Err(GiveUp),
            },
        }
    }

    /// Reads a value.
    pub fn read<'py>(&self, py: Python<'py>, cursor: &mut Cursor<'_>) -> Fit<Bound<'py, PyAny>> {
        match self.base {
            Base::Int => self.of_number(py, i64::from(cursor.int()?)),
            Base::Long => self.of_number(py, cursor.long()?),
            Base::Bytes | Base::String => self.of_bytes(py, cursor.sized()?),
            Base::Fixed(size) => self.of_bytes(py, cursor.take(size)?),
        }
    }

    fn of_number<'py>(&self, py: Python<'py>, number: i64) -> Fit<Bound<'py, PyAny>> {
        let micros = |unit: i64| number.checked_mul(unit).ok_or(GiveUp);
        match &self.kind {
            Kind::Date => self.calendar.date(py, Date::from_days(number).ok_or(GiveUp)?),
            Kind::Time { unit } => self.calendar.time(py, Time::from_micros(micros(*unit)?).ok_or(GiveUp)?),
            Kind::Instant { unit, utc } => self.calendar.datetime(py, moment(micros(*unit)?).ok_or(GiveUp)?, *utc),
            _ => Err(GiveUp),
        }
    }

    fn of_bytes<'py>(&self, py: Python<'py>, bytes: &[u8]) -> Fit<Bound<'py, PyAny>> {
        match (&self.kind, self.base) {
            (Kind::Uuid(ids), Base::Fixed(_)) => match bytes.try_into() {
                Ok(raw) => ids.make(py, uuid::digits_of(raw)),
                Err(_) => Err(GiveUp),
            },
            (Kind::Uuid(ids), _) => ids.make(py, uuid::digits(bytes).ok_or(GiveUp)?),
            (Kind::Decimal { decimals, precision, scale }, _) => match amount::from_bytes(bytes) {
                Some(unscaled) if amount::is_within(unscaled, *precision) => decimals.make(py, unscaled, *scale),
                Some(_) => Err(GiveUp),
                None => self.converted(make::bytes(py, bytes)?),
            },
            (Kind::Duration(class), _) => {
                let Some(mut draft) = class.draft(py)? else {
                    return self.converted(make::bytes(py, bytes)?);
                };
                let mut parts = Cursor::new(bytes);
                for index in 0..class.len() {
                    draft.set(index, make::whole(py, u32::from_le_bytes(parts.array()?).into())?)?;
                }
                if parts.left() > 0 { Err(GiveUp) } else { Ok(draft.finish_settled()) }
            }
            _ => Err(GiveUp),
        }
    }

    /// What the conversion in Python makes of a value.
    fn converted<'py>(&self, value: Bound<'py, PyAny>) -> Fit<Bound<'py, PyAny>> {
        let py = value.py();
        let mut given = Vec::new();
        reserve(&mut given, 1 + self.arguments.len())?;
        given.push(value);
        given.extend(self.arguments.iter().map(|argument| argument.bind(py).clone()));
        let given = make::tuple(py, given.into_iter())?.cast_into::<PyTuple>().map_err(|_| GiveUp)?;
        self.convert.bind(py).call1(given).map_err(|error| unfit(py, error))
    }

    /// Shows the garbage collector what is held.
    pub fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Kind::Duration(class) = &self.kind {
            class.visit(visit)?;
        }
        visit.call(&self.cls)?;
        visit.call(&self.convert)
    }
}

/// The class `uuid.UUID`, whose instances are a number and what is known of its making.
pub struct Uuid {
    class: Class,
    unknown: Py<PyAny>,
    half: Py<PyAny>,
}

static UUID: PyOnceLock<Uuid> = PyOnceLock::new();

impl Uuid {
    fn get(py: Python<'_>) -> PyResult<&'static Self> {
        once(&UUID, py, || {
            let module = py.import("uuid")?;
            let names = ["int", "is_safe"].map(|name| PyString::intern(py, name));
            Ok(Self {
                class: Class::new(module.getattr("UUID")?.cast_into()?, &names)?,
                unknown: module.getattr("SafeUUID")?.getattr("unknown")?.unbind(),
                half: 64_i32.into_pyobject(py)?.into_any().unbind(),
            })
        })
    }

    /// The 16 bytes of an instance.
    fn read(&self, value: Given<'_, '_>) -> Fit<[u8; 16]> {
        let mut number = Err(GiveUp);
        self.class.read(&value.to_owned(), |index, part| {
            if index == 0 {
                number = self.bytes_of(part);
            }
            Ok(())
        })?;
        number
    }

    fn bytes_of(&self, number: Given<'_, '_>) -> Fit<[u8; 16]> {
        let py = number.py();
        if !number.is_exact_instance_of::<PyInt>() {
            return Err(GiveUp);
        }
        let high = number.rshift(self.half.bind(py)).map_err(|error| unfit(py, error))?;
        let high: u64 = high.extract().map_err(|error| unfit(py, error))?;
        // SAFETY: an int, which is alive; the lowest bits of one of any size are no error.
        let low = unsafe { ffi::PyLong_AsUnsignedLongLongMask(number.as_ptr()) };
        Ok(((u128::from(high) << 64) | u128::from(low)).to_be_bytes())
    }

    /// The instance of hexadecimal digits with a zero byte behind them.
    fn make<'py>(&self, py: Python<'py>, digits: uuid::Digits) -> Fit<Bound<'py, PyAny>> {
        if digits[32] != 0 {
            return Err(GiveUp);
        }
        // SAFETY: a string that ends with a zero byte; the answer is a new int, or null and an error.
        let number =
            unsafe { make::owned(py, ffi::PyLong_FromString(digits.as_ptr().cast(), std::ptr::null_mut(), 16))? };
        let mut draft = self.class.draft(py)?.ok_or(GiveUp)?;
        draft.set(0, number)?;
        draft.set(1, self.unknown.bind(py).clone())?;
        Ok(draft.finish_settled())
    }
}
