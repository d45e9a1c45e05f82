//! Which branch of a union a value belongs to, by the rules of `eventpact.avro.interpret.choose`.

use pyo3::PyTraverseError;
use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::pyclass::PyVisit;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyString, PyType};

use super::fit::{Given, unfit};
use crate::wire::{Fit, GiveUp};

/// What a branch's values look like from outside.
enum Test {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed(usize),
    Symbols(Py<PyDict>),
    /// Exactly this class. `deep`: where other branches have it too, only the whole value tells.
    Class {
        cls: Py<PyType>,
        deep: bool,
    },
}

/// The branches of one union.
pub struct Choice {
    tests: Vec<Test>,
    /// The branches' nodes.
    pub nodes: Vec<usize>,
    /// Plain values: from the name in `("name", value)` to the branch.
    names: Option<Py<PyDict>>,
    /// The rules in Python, for what it takes more than a look to tell.
    choose: Py<PyAny>,
}

impl Choice {
    /// Builds a union from a node's (tests, nodes, names, choose).
    pub fn new(described: &Bound<'_, PyAny>) -> PyResult<Self> {
        type Described<'py> = (Vec<Bound<'py, PyAny>>, Vec<usize>, Option<Bound<'py, PyDict>>, Bound<'py, PyAny>);
        let (tests, nodes, names, choose): Described<'_> = described.extract()?;
        if tests.len() != nodes.len() {
            return Err(PyValueError::new_err("a union has one test for each branch"));
        }
        Ok(Self {
            tests: tests.iter().map(Test::new).collect::<PyResult<_>>()?,
            nodes,
            names: names.map(Bound::unbind),
            choose: choose.unbind(),
        })
    }

    /// The branch, and the value to write there.
    pub fn choose<'py>(&self, value: Bound<'py, PyAny>) -> Fit<(usize, Bound<'py, PyAny>)> {
        let py = value.py();
        if let Some(names) = &self.names
            && let Ok((name, inner)) = value.cast_exact::<pyo3::types::PyTuple>().map_err(|_| GiveUp).and_then(pair)
        {
            if !name.is_exact_instance_of::<PyString>() {
                return Err(GiveUp);
            }
            let found = names.bind(py).get_item(name).map_err(|error| unfit(py, error))?.ok_or(GiveUp)?;
            return Ok((found.extract().map_err(|error| unfit(py, error))?, inner));
        }
        let given = value.as_borrowed();
        let mut candidates = (0..self.tests.len()).filter(|&index| self.tests[index].admits(given));
        let first = candidates.next().ok_or(GiveUp)?;
        let Some(second) = candidates.next() else { return Ok((first, value)) };
        match &self.tests[first] {
            Test::Class { deep: true, .. } => self.asked(value),
            Test::Float if loses(given) => Ok((second, value)),
            _ => Ok((first, value)),
        }
    }

    #[cold]
    fn asked<'py>(&self, value: Bound<'py, PyAny>) -> Fit<(usize, Bound<'py, PyAny>)> {
        let py = value.py();
        let chosen = self.choose.bind(py).call1((value,)).map_err(|error| unfit(py, error))?;
        chosen.extract().map_err(|error| unfit(py, error))
    }

    /// Shows the garbage collector what is held.
    pub fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        for test in &self.tests {
            if let Test::Class { cls, .. } = test {
                visit.call(cls)?;
            }
        }
        visit.call(&self.choose)
    }
}

impl Test {
    fn new(described: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (kind, given): (String, Bound<'_, PyAny>) = described.extract()?;
        Ok(match kind.as_str() {
            "null" => Test::Null,
            "boolean" => Test::Boolean,
            "int" => Test::Int,
            "long" => Test::Long,
            "float" => Test::Float,
            "double" => Test::Double,
            "bytes" => Test::Bytes,
            "string" => Test::String,
            "fixed" => Test::Fixed(given.extract()?),
            "symbols" => Test::Symbols(given.cast_into::<PyDict>()?.unbind()),
            "class" | "deep class" => Test::Class { cls: given.cast_into()?.unbind(), deep: kind != "class" },
            _ => return Err(PyValueError::new_err(format!("no test {kind}"))),
        })
    }

    fn admits(&self, value: Given<'_, '_>) -> bool {
        match self {
            Test::Null => value.is_none(),
            Test::Boolean => value.is_exact_instance_of::<PyBool>(),
            Test::Int => value.is_exact_instance_of::<PyInt>() && value.extract::<i32>().is_ok(),
            Test::Long => value.is_exact_instance_of::<PyInt>() && value.extract::<i64>().is_ok(),
            Test::Float | Test::Double => value.is_exact_instance_of::<PyFloat>(),
            Test::Bytes => value.is_exact_instance_of::<PyBytes>(),
            Test::String => value.is_exact_instance_of::<PyString>(),
            Test::Fixed(size) => value.cast_exact::<PyBytes>().is_ok_and(|raw| raw.as_bytes().len() == *size),
            Test::Symbols(known) => {
                value.is_exact_instance_of::<PyString>() && known.bind(value.py()).contains(value).unwrap_or(false)
            }
            Test::Class { cls, .. } => value.get_type_ptr() as *mut ffi::PyObject == cls.as_ptr(),
        }
    }
}

fn pair<'py>(tuple: &Bound<'py, pyo3::types::PyTuple>) -> Fit<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    tuple.extract().map_err(|error| unfit(tuple.py(), error))
}

/// Whether a number would lose something in 32 bits.
fn loses(value: Given<'_, '_>) -> bool {
    value.extract::<f64>().is_ok_and(|number| f64::from(number as f32) != number)
}
