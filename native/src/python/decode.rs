//! Bytes to values.
//!
//! What is made here belongs to this code until it is handed out, so nothing that Python code does meanwhile can take
//! it away.

use pyo3::PyTraverseError;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pyclass::PyVisit;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple, PyType};

use super::build::{Nodes, Program};
use super::class::Class;
use super::fit::unfit;
use super::logical::Logical;
use super::make::{self, text, whole};
use crate::wire::cursor::Cursor;
use crate::wire::depth::Depth;
use crate::wire::output::reserve;
use crate::wire::skip::{Skip, skip};
use crate::wire::{Fit, GiveUp};

/// As `eventpact.avro.limits.FREE_ZERO_BYTE_ITEMS`: a block claims no more items that take no bytes; beyond, Python
/// counts.
const FREE_ZERO_BYTE_ITEMS: usize = 1;

/// Places that an array takes at first, whatever it claims.
const FIRST_ITEMS: usize = 64;

/// How what a writer wrote is read; numbers are the nodes inside.
pub enum Node {
    Null,
    Boolean,
    Int,
    Long,
    Float(Wire),
    Double(Wire),
    Bytes,
    String,
    Fixed(usize),
    Enum(Vec<Option<Py<PyAny>>>),
    Logical(Box<Logical>),
    Array { item: usize, tuples: bool, zero_bytes: bool },
    Map(usize),
    Object(Box<Object>),
    Dict(Box<Dict>),
    Union(Vec<usize>),
    Fail,
}

/// What a floating number was written as.
#[derive(Clone, Copy)]
pub enum Wire {
    Int,
    Long,
    Float,
    Double,
}

/// A record as an instance of a class.
pub struct Object {
    class: Class,
    /// Whether the class may be filled without calling it.
    fill: bool,
    /// Whether nothing that instances hold can change, so that none is ever part of a cycle.
    settled: bool,
    fields: Fields,
}

/// A record as a dict.
pub struct Dict {
    /// All keys in the reader's order, with the defaults that are shared.
    template: Py<PyDict>,
    keys: Vec<Py<PyString>>,
    fields: Fields,
}

/// Where a record's values come from.
struct Fields {
    steps: Vec<Step>,
    defaults: Vec<(usize, Default)>,
    recursive: bool,
}

/// What to do with one field of the writer.
enum Step {
    Read { target: usize, node: usize },
    Skip(usize),
}

/// What a field takes that the writer does not have.
enum Default {
    Shared(Py<PyAny>),
    /// Read anew each time: it belongs to whoever gets it.
    Read {
        bytes: Vec<u8>,
        node: usize,
    },
}

impl Program for Node {
    fn build(name: &str, rest: &Bound<'_, PyTuple>) -> PyResult<Self> {
        Ok(match name {
            "null" => Node::Null,
            "boolean" => Node::Boolean,
            "int" => Node::Int,
            "long" => Node::Long,
            "float" => Node::Float(Wire::new(rest)?),
            "double" => Node::Double(Wire::new(rest)?),
            "bytes" => Node::Bytes,
            "string" => Node::String,
            "fixed" => Node::Fixed(rest.extract::<(usize,)>()?.0),
            "enum" => {
                let (values,): (Vec<Option<Bound<'_, PyAny>>>,) = rest.extract()?;
                Node::Enum(values.into_iter().map(|value| value.map(Bound::unbind)).collect())
            }
            "logical" => Node::Logical(Box::new(Logical::new(rest.as_any())?)),
            "array" => {
                let (item, tuples, zero_bytes) = rest.extract()?;
                Node::Array { item, tuples, zero_bytes }
            }
            "map" => Node::Map(rest.extract::<(usize,)>()?.0),
            "object" => {
                type Described<'py> = (Bound<'py, PyType>, Vec<Bound<'py, PyString>>, bool, bool, Bound<'py, PyAny>);
                let (cls, names, fill, settled, fields): Described<'_> = rest.extract()?;
                let fields = Fields::new(&fields, names.len())?;
                Node::Object(Box::new(Object { class: Class::new(cls, &names)?, fill, settled, fields }))
            }
            "dict" => {
                let (keys, fields): (Vec<Bound<'_, PyString>>, Bound<'_, PyAny>) = rest.extract()?;
                let fields = Fields::new(&fields, keys.len())?;
                Node::Dict(Box::new(Dict::new(rest.py(), keys, fields)?))
            }
            "union" => Node::Union(rest.extract::<(Vec<usize>,)>()?.0),
            "fail" => Node::Fail,
            _ => return Err(PyValueError::new_err(format!("nothing is read by {name}"))),
        })
    }

    fn inside(&self) -> Vec<usize> {
        match self {
            Node::Array { item: inner, .. } | Node::Map(inner) => vec![*inner],
            Node::Union(branches) => branches.clone(),
            Node::Object(object) => object.fields.inside(),
            Node::Dict(dict) => dict.fields.inside(),
            _ => Vec::new(),
        }
    }

    fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Node::Enum(values) => values.iter().try_for_each(|value| visit.call(value)),
            Node::Logical(logical) => logical.visit(visit),
            Node::Object(object) => {
                object.class.visit(visit)?;
                object.fields.visit(visit)
            }
            Node::Dict(dict) => {
                visit.call(&dict.template)?;
                dict.fields.visit(visit)
            }
            _ => Ok(()),
        }
    }
}

impl Wire {
    fn new(rest: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (wire,): (String,) = rest.extract()?;
        Ok(match wire.as_str() {
            "int" => Wire::Int,
            "long" => Wire::Long,
            "float" => Wire::Float,
            "double" => Wire::Double,
            _ => return Err(PyValueError::new_err(format!("no number is read from {wire}"))),
        })
    }
}

impl Dict {
    fn new(py: Python<'_>, keys: Vec<Bound<'_, PyString>>, fields: Fields) -> PyResult<Self> {
        let template = PyDict::new(py);
        for (index, key) in keys.iter().enumerate() {
            let shared = fields.defaults.iter().find_map(|(target, default)| match default {
                Default::Shared(value) if *target == index => Some(value.bind(py)),
                _ => None,
            });
            template.set_item(key, shared)?;
        }
        let keys = keys.into_iter().map(Bound::unbind).collect();
        Ok(Self { template: template.unbind(), keys, fields })
    }
}

impl Fields {
    /// Of a record of so many fields; ValueError unless each has one origin.
    fn new(described: &Bound<'_, PyAny>, count: usize) -> PyResult<Self> {
        type Defaults<'py> = Vec<(usize, Option<usize>, Bound<'py, PyAny>)>;
        type Described<'py> = (Vec<(Option<usize>, usize)>, Defaults<'py>, bool);
        let (steps, defaults, recursive): Described<'_> = described.extract()?;
        let targets = steps.iter().filter_map(|(target, _)| *target);
        let mut targets: Vec<usize> = targets.chain(defaults.iter().map(|(target, ..)| *target)).collect();
        targets.sort_unstable();
        if !targets.into_iter().eq(0..count) {
            return Err(PyValueError::new_err("each field of a record has one origin"));
        }
        let step = |(target, node): (Option<usize>, usize)| match target {
            Some(target) => Step::Read { target, node },
            None => Step::Skip(node),
        };
        let default = |(target, node, value): (usize, Option<usize>, Bound<'_, PyAny>)| {
            let default = match node {
                Some(node) => Default::Read { bytes: value.extract()?, node },
                None => Default::Shared(value.unbind()),
            };
            Ok((target, default))
        };
        Ok(Self {
            steps: steps.into_iter().map(step).collect(),
            defaults: defaults.into_iter().map(default).collect::<PyResult<_>>()?,
            recursive,
        })
    }

    fn inside(&self) -> Vec<usize> {
        let read = self.steps.iter().filter_map(|step| match step {
            Step::Read { node, .. } => Some(*node),
            Step::Skip(_) => None,
        });
        let defaults = self.defaults.iter().filter_map(|(_, default)| match default {
            Default::Read { node, .. } => Some(*node),
            Default::Shared(_) => None,
        });
        read.chain(defaults).collect()
    }

    fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.defaults.iter().try_for_each(|(_, default)| match default {
            Default::Shared(value) => visit.call(value),
            Default::Read { .. } => Ok(()),
        })
    }
}

/// What reads one plan: nodes for what is wanted, and kinds for what is skipped.
pub struct Reading {
    nodes: Nodes<Node>,
    skips: Vec<Skip>,
}

impl Reading {
    /// Builds (nodes, kinds).
    pub fn new(described: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (nodes, skips): (Bound<'_, PyAny>, Vec<Bound<'_, PyTuple>>) = described.extract()?;
        let nodes = Nodes::<Node>::new(&nodes)?;
        let skips = skips.iter().map(skip_of).collect::<PyResult<Vec<Skip>>>()?;
        let begun = nodes.iter().flat_map(|node| match node {
            Node::Object(object) => object.fields.steps.as_slice(),
            Node::Dict(dict) => dict.fields.steps.as_slice(),
            _ => &[],
        });
        let begun = begun.filter_map(|step| match step {
            Step::Skip(index) => Some(index),
            Step::Read { .. } => None,
        });
        if !skips.iter().flat_map(Skip::inside).chain(begun).all(|&index| index < skips.len()) {
            return Err(PyValueError::new_err("a program skips what it does not have"));
        }
        Ok(Self { nodes, skips })
    }

    /// The value that the bytes hold, all of them.
    #[inline]
    pub fn read<'py>(&self, py: Python<'py>, data: &[u8]) -> Fit<Bound<'py, PyAny>> {
        let mut decoding = Decoding::new(py, self, data);
        let value = decoding.read(0)?;
        if decoding.cursor.left() > 0 { Err(GiveUp) } else { Ok(value) }
    }

    /// Shows the garbage collector what is held.
    pub fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.nodes.visit(visit)
    }
}

fn skip_of(described: &Bound<'_, PyTuple>) -> PyResult<Skip> {
    let name: String = described.get_item(0)?.extract()?;
    let rest = described.get_slice(1, described.len());
    Ok(match name.as_str() {
        "nothing" => Skip::Nothing,
        "int" => Skip::Int,
        "long" => Skip::Long,
        "sized" => Skip::Sized,
        "bytes" => Skip::Bytes(rest.extract::<(usize,)>()?.0),
        "record" => {
            let (fields, recursive) = rest.extract()?;
            Skip::Record { fields, recursive }
        }
        "array" => {
            let (item, zero_bytes) = rest.extract()?;
            Skip::Array { item, zero_bytes }
        }
        "map" => Skip::Map(rest.extract::<(usize,)>()?.0),
        "union" => Skip::Union(rest.extract::<(Vec<usize>,)>()?.0),
        _ => return Err(PyValueError::new_err(format!("nothing is skipped by {name}"))),
    })
}

/// One value being read.
struct Decoding<'d, 'py> {
    py: Python<'py>,
    program: &'d Reading,
    cursor: Cursor<'d>,
    depth: Depth,
    /// Items of the arrays that are being read, the innermost last.
    items: Vec<Bound<'py, PyAny>>,
}

impl<'d, 'py> Decoding<'d, 'py> {
    fn new(py: Python<'py>, program: &'d Reading, data: &'d [u8]) -> Self {
        Self { py, program, cursor: Cursor::new(data), depth: Depth::default(), items: Vec::new() }
    }

    fn read(&mut self, node: usize) -> Fit<Bound<'py, PyAny>> {
        let py = self.py;
        match self.program.nodes.get(node) {
            Node::Null => Ok(py.None().into_bound(py)),
            Node::Boolean => Ok(PyBool::new(py, self.cursor.boolean()?).to_owned().into_any()),
            Node::Int => whole(py, i64::from(self.cursor.int()?)),
            Node::Long => whole(py, self.cursor.long()?),
            Node::Float(wire) => {
                let number = match wire {
                    Wire::Int => self.cursor.int()? as f32,
                    Wire::Long => self.cursor.long()? as f32,
                    Wire::Float | Wire::Double => f32::from_le_bytes(self.cursor.array()?),
                };
                make::floating(py, f64::from(number))
            }
            Node::Double(wire) => {
                let number = match wire {
                    Wire::Int => f64::from(self.cursor.int()?),
                    Wire::Long => self.cursor.long()? as f64,
                    Wire::Float => f64::from(f32::from_le_bytes(self.cursor.array()?)),
                    Wire::Double => f64::from_le_bytes(self.cursor.array()?),
                };
                make::floating(py, number)
            }
            Node::Bytes => make::bytes(py, self.cursor.sized()?),
            Node::String => text(py, self.cursor.sized()?),
            Node::Fixed(size) => make::bytes(py, self.cursor.take(*size)?),
            Node::Enum(values) => {
                let index = self.cursor.index(values.len())?;
                Ok(values[index].as_ref().ok_or(GiveUp)?.bind(py).clone())
            }
            Node::Logical(logical) => logical.read(py, &mut self.cursor),
            Node::Union(branches) => {
                let branch = self.cursor.index(branches.len())?;
                self.read(branches[branch])
            }
            Node::Object(object) => self.read_object(object),
            Node::Dict(dict) => self.read_dict(dict),
            Node::Array { item, tuples, zero_bytes } => self.read_array(*item, *tuples, *zero_bytes),
            Node::Map(inner) => self.read_map(*inner),
            Node::Fail => Err(GiveUp),
        }
    }

    #[inline(never)]
    fn read_object(&mut self, object: &'d Object) -> Fit<Bound<'py, PyAny>> {
        let draft = if object.fill { object.class.draft(self.py)? } else { None };
        let Some(mut draft) = draft else { return self.call_object(object) };
        self.read_fields(&object.fields, |index, value| draft.set(index, value))?;
        Ok(if object.settled { draft.finish_settled() } else { draft.finish() })
    }

    #[inline(never)]
    fn call_object(&mut self, object: &'d Object) -> Fit<Bound<'py, PyAny>> {
        let mut values = Vec::new();
        reserve(&mut values, object.class.len())?;
        values.resize_with(object.class.len(), || None);
        self.read_fields(&object.fields, |index, value| {
            *values.get_mut(index).ok_or(GiveUp)? = Some(value);
            Ok(())
        })?;
        object.class.call(self.py, values)
    }

    #[inline(never)]
    fn read_dict(&mut self, dict: &'d Dict) -> Fit<Bound<'py, PyAny>> {
        let py = self.py;
        let filled = dict.template.bind(py).copy().map_err(|error| unfit(py, error))?;
        self.read_fields(&dict.fields, |index, value| {
            let key = dict.keys.get(index).ok_or(GiveUp)?;
            filled.set_item(key.bind(py), value).map_err(|error| unfit(py, error))
        })?;
        Ok(filled.into_any())
    }

    /// Reads a record's fields and makes its defaults; `put` is called once for each field of the reader.
    #[inline]
    fn read_fields(&mut self, fields: &'d Fields, mut put: impl FnMut(usize, Bound<'py, PyAny>) -> Fit<()>) -> Fit<()> {
        self.depth.enter_record(fields.recursive)?;
        for step in &fields.steps {
            match step {
                Step::Read { target, node } => put(*target, self.read(*node)?)?,
                Step::Skip(kind) => skip(&self.program.skips, *kind, &mut self.cursor, &mut self.depth)?,
            }
        }
        for (target, default) in &fields.defaults {
            let value = match default {
                Default::Shared(value) => value.bind(self.py).clone(),
                Default::Read { bytes, node } => self.read_default(bytes, *node)?,
            };
            put(*target, value)?;
        }
        self.depth.leave_record(fields.recursive);
        Ok(())
    }

    #[inline(never)]
    fn read_default(&mut self, bytes: &'d [u8], node: usize) -> Fit<Bound<'py, PyAny>> {
        let outer = std::mem::replace(&mut self.cursor, Cursor::new(bytes));
        let value = self.read(node);
        self.cursor = outer;
        value
    }

    #[inline(never)]
    fn read_array(&mut self, item: usize, tuples: bool, zero_bytes: bool) -> Fit<Bound<'py, PyAny>> {
        self.depth.enter()?;
        let first = self.items.len();
        loop {
            let (count, _) = self.cursor.block()?;
            if count == 0 {
                break;
            }
            if count > (if zero_bytes { FREE_ZERO_BYTE_ITEMS } else { self.cursor.left() }) {
                return Err(GiveUp);
            }
            reserve(&mut self.items, count.min(FIRST_ITEMS))?;
            for _ in 0..count {
                let value = self.read(item)?;
                reserve(&mut self.items, 1)?;
                self.items.push(value);
            }
        }
        self.depth.leave();
        let py = self.py;
        let items = self.items.drain(first..);
        if tuples { make::tuple(py, items) } else { make::list(py, items) }
    }

    #[inline(never)]
    fn read_map(&mut self, inner: usize) -> Fit<Bound<'py, PyAny>> {
        self.depth.enter()?;
        let py = self.py;
        let values = make::dict(py)?;
        loop {
            let (count, _) = self.cursor.block()?;
            if count == 0 {
                break;
            }
            if count > self.cursor.left() {
                return Err(GiveUp);
            }
            for _ in 0..count {
                let key = text(py, self.cursor.sized()?)?;
                let value = self.read(inner)?;
                values.set_item(key, value).map_err(|error| unfit(py, error))?;
            }
        }
        self.depth.leave();
        Ok(values.into_any())
    }
}
