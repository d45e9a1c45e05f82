//! The two classes that Python sees: each is prepared on its first call, and gives up to Python on whatever is unusual.

use std::cell::Cell;

use pyo3::PyTraverseError;
use pyo3::prelude::*;
use pyo3::pyclass::PyVisit;
use pyo3::sync::PyOnceLock;

use super::build::Nodes;
use super::decode::Reading;
use super::encode::{Encoding, Node};
use super::fit::{once, raw};
use super::make;
use crate::wire::{Fit, GiveUp};

thread_local! {
    /// The buffer that a thread's next encoding writes to; an encoding inside another begins with a new one.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A larger buffer is let go after its value.
const KEPT: usize = 1 << 16;

/// Nodes to begin with, and who is asked when they give up.
struct Ready<P> {
    program: P,
    slow: Py<PyAny>,
}

/// A program that is asked for when it is first needed.
struct Lazy<P> {
    prepare: Py<PyAny>,
    ready: PyOnceLock<Ready<P>>,
}

impl<P> Lazy<P> {
    fn new(prepare: Py<PyAny>) -> Self {
        Self { prepare, ready: PyOnceLock::new() }
    }

    #[inline]
    fn get(&self, py: Python<'_>, build: fn(&Bound<'_, PyAny>) -> PyResult<P>) -> PyResult<&Ready<P>> {
        once(&self.ready, py, || {
            let (program, slow): (Bound<'_, PyAny>, Bound<'_, PyAny>) = self.prepare.bind(py).call0()?.extract()?;
            Ok(Ready { program: build(&program)?, slow: slow.unbind() })
        })
    }

    fn visit(
        &self,
        visit: &PyVisit<'_>,
        program: impl Fn(&P) -> Result<(), PyTraverseError>,
        py: Python<'_>,
    ) -> Result<(), PyTraverseError> {
        visit.call(&self.prepare)?;
        if let Some(ready) = self.ready.get(py) {
            visit.call(&ready.slow)?;
            program(&ready.program)?;
        }
        Ok(())
    }
}

impl<P> Ready<P> {
    /// The answer, or that of the interpreter in Python, which also says what is wrong.
    #[inline]
    fn answer<'py>(&self, fit: Fit<Bound<'py, PyAny>>, asked: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match fit {
            Ok(answer) => Ok(answer),
            Err(GiveUp) => self.slow_answer(asked),
        }
    }

    #[cold]
    fn slow_answer<'py>(&self, asked: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match PyErr::take(asked.py()) {
            Some(error) => Err(error),
            None => self.slow.bind(asked.py()).call1((asked,)),
        }
    }
}

/// Writes values of one schema. `prepare` returns its program and what is called with values that it gives up on.
#[pyclass(frozen, module = "eventpact_native")]
pub struct Encoder(Lazy<Nodes<Node>>);

#[pymethods]
impl Encoder {
    #[new]
    #[pyo3(signature = (prepare, /))]
    fn new(prepare: Py<PyAny>) -> Self {
        Self(Lazy::new(prepare))
    }

    /// The Avro binary form of a value.
    #[pyo3(signature = (value, /))]
    fn encode<'py>(&self, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = value.py();
        let ready = self.0.get(py, Nodes::new)?;
        let mut buffer = BUFFER.take();
        buffer.clear();
        let mut encoding = Encoding::new(&ready.program, buffer);
        let fit = encoding.write(0, value.as_borrowed());
        let answer = fit.and_then(|()| make::bytes(py, &encoding.out));
        if encoding.out.capacity() <= KEPT {
            BUFFER.set(encoding.out);
        } else {
            drop(encoding); // now: the interpreter may need its memory
        }
        ready.answer(answer, value)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // SAFETY: the collector runs with the interpreter's lock; the token is used to look, not to call.
        let py = unsafe { Python::assume_attached() };
        self.0.visit(&visit, |nodes| nodes.visit(&visit), py)
    }
}

/// Reads what one schema has written. `prepare` returns its program and what is called with bytes that it gives up on.
#[pyclass(frozen, module = "eventpact_native")]
pub struct Decoder(Lazy<Reading>);

#[pymethods]
impl Decoder {
    #[new]
    #[pyo3(signature = (prepare, /))]
    fn new(prepare: Py<PyAny>) -> Self {
        Self(Lazy::new(prepare))
    }

    /// The value that the bytes hold.
    #[pyo3(signature = (data, /))]
    fn decode<'py>(&self, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = data.py();
        let ready = self.0.get(py, Reading::new)?;
        let fit = raw(data).and_then(|bytes| ready.program.read(py, bytes));
        ready.answer(fit, data)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // SAFETY: as in `Encoder`.
        let py = unsafe { Python::assume_attached() };
        self.0.visit(&visit, |program| program.visit(&visit), py)
    }
}
