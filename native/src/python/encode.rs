//! Values to bytes.
//!
//! A value is handed down as `Given`: it lives for as long as no Python code runs. What may run some (reading an
//! attribute that is no slot, looking a key up, a conversion) takes a reference of its own first; so does everything
//! that holds other values, before it looks at the first of them.

use pyo3::PyTraverseError;
use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::pyclass::PyVisit;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType};

use super::build::{Nodes, Program};
use super::choice::Choice;
use super::class::Class;
use super::fit::{Given, raw, unfit, utf8};
use super::logical::Logical;
use super::make;
use crate::wire::depth::Depth;
use crate::wire::output::{append, append_sized, push};
use crate::wire::{Fit, GiveUp, varint};

/// How one schema's values are written; numbers are the nodes inside.
pub enum Node {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed(usize),
    Enum(Box<Symbols>),
    Logical(Box<Logical>),
    Array { item: usize, tuples: bool },
    Map(usize),
    Object(Box<Object>),
    Dict(Box<Dict>),
    Optional { null_first: bool, inner: usize },
    Union(Box<Choice>),
}

/// An enum: the index of each value.
pub struct Symbols {
    /// The first few, found by identity.
    members: Vec<Py<PyAny>>,
    indices: Py<PyDict>,
    cls: Option<Py<PyType>>,
}

/// A record as an instance of a class.
pub struct Object {
    class: Class,
    nodes: Vec<usize>,
    recursive: bool,
}

/// A record as a dict.
pub struct Dict {
    fields: Vec<Field>,
    recursive: bool,
}

/// A field's key, node, and the bytes of its default.
struct Field {
    key: Py<PyString>,
    node: usize,
    default: Option<Vec<u8>>,
}

const FOUND_BY_IDENTITY: usize = 12;

impl Program for Node {
    fn build(name: &str, rest: &Bound<'_, PyTuple>) -> PyResult<Self> {
        Ok(match name {
            "null" => Node::Null,
            "boolean" => Node::Boolean,
            "int" => Node::Int,
            "long" => Node::Long,
            "float" => Node::Float,
            "double" => Node::Double,
            "bytes" => Node::Bytes,
            "string" => Node::String,
            "fixed" => Node::Fixed(rest.extract::<(usize,)>()?.0),
            "enum" => Node::Enum(Box::new(Symbols::new(rest)?)),
            "logical" => Node::Logical(Box::new(Logical::new(rest.as_any())?)),
            "array" => {
                let (item, tuples) = rest.extract()?;
                Node::Array { item, tuples }
            }
            "map" => Node::Map(rest.extract::<(usize,)>()?.0),
            "object" => {
                let (cls, names, nodes, recursive): (Bound<'_, PyType>, Vec<Bound<'_, PyString>>, Vec<usize>, bool) =
                    rest.extract()?;
                if names.len() != nodes.len() {
                    return Err(PyValueError::new_err("a record has one attribute for each field"));
                }
                Node::Object(Box::new(Object { class: Class::new(cls, &names)?, nodes, recursive }))
            }
            "dict" => {
                type Described<'py> = Vec<(Bound<'py, PyString>, usize, Option<Vec<u8>>)>;
                let (fields, recursive): (Described<'_>, bool) = rest.extract()?;
                let fields = fields.into_iter().map(|(key, node, default)| Field { key: key.unbind(), node, default });
                Node::Dict(Box::new(Dict { fields: fields.collect(), recursive }))
            }
            "optional" => {
                let (null_first, inner) = rest.extract()?;
                Node::Optional { null_first, inner }
            }
            "union" => Node::Union(Box::new(Choice::new(rest.as_any())?)),
            _ => return Err(PyValueError::new_err(format!("nothing is written by {name}"))),
        })
    }

    fn inside(&self) -> Vec<usize> {
        match self {
            Node::Array { item: inner, .. } | Node::Map(inner) | Node::Optional { inner, .. } => vec![*inner],
            Node::Object(object) => object.nodes.clone(),
            Node::Dict(dict) => dict.fields.iter().map(|field| field.node).collect(),
            Node::Union(choice) => choice.nodes.clone(),
            _ => Vec::new(),
        }
    }

    fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Node::Logical(logical) => logical.visit(visit),
            Node::Object(object) => object.class.visit(visit),
            Node::Union(choice) => choice.visit(visit),
            Node::Enum(symbols) => {
                symbols.members.iter().try_for_each(|member| visit.call(member))?;
                visit.call(&symbols.indices)?;
                visit.call(&symbols.cls)
            }
            _ => Ok(()),
        }
    }
}

impl Node {
    /// Whether writing it runs no Python code, whatever the value.
    fn is_plain(&self) -> bool {
        matches!(
            self,
            Node::Null
                | Node::Boolean
                | Node::Int
                | Node::Long
                | Node::Float
                | Node::Double
                | Node::Bytes
                | Node::String
                | Node::Fixed(_)
        )
    }
}

impl Symbols {
    fn new(rest: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (cls, indices): (Option<Bound<'_, PyType>>, Bound<'_, PyDict>) = rest.extract()?;
        let mut members = Vec::new();
        for (position, (value, index)) in indices.iter().take(FOUND_BY_IDENTITY).enumerate() {
            if index.extract::<usize>()? != position {
                return Err(PyValueError::new_err("symbols come in the order of their indices"));
            }
            members.push(value.unbind());
        }
        Ok(Self { members, indices: indices.unbind(), cls: cls.map(Bound::unbind) })
    }

    fn index(&self, value: Given<'_, '_>) -> Fit<i64> {
        if let Some(index) = self.members.iter().position(|member| member.as_ptr() == value.as_ptr()) {
            return Ok(index as i64);
        }
        let py = value.py();
        let is_member = || self.cls.as_ref().is_some_and(|cls| value.get_type_ptr().cast() == cls.as_ptr());
        if !value.is_exact_instance_of::<PyString>() && !is_member() {
            return Err(GiveUp);
        }
        let found = self.indices.bind(py).get_item(value.to_owned()).map_err(|error| unfit(py, error))?;
        found.ok_or(GiveUp)?.extract().map_err(|error| unfit(py, error))
    }
}

/// One value being written.
pub struct Encoding<'p> {
    nodes: &'p Nodes<Node>,
    depth: Depth,
    /// What was written so far.
    pub out: Vec<u8>,
}

impl<'p> Encoding<'p> {
    /// Begins, with an empty buffer.
    pub fn new(nodes: &'p Nodes<Node>, out: Vec<u8>) -> Self {
        Self { nodes, depth: Depth::default(), out }
    }

    /// Writes a value by a node.
    pub fn write(&mut self, node: usize, value: Given<'_, '_>) -> Fit<()> {
        match self.nodes.get(node) {
            Node::Null => {
                if value.is_none() {
                    Ok(())
                } else {
                    Err(GiveUp)
                }
            }
            Node::Boolean => {
                let boolean = value.cast_exact::<PyBool>().map_err(|_| GiveUp)?;
                push(&mut self.out, u8::from(boolean.is_true()))
            }
            Node::Int => {
                let number = i32::try_from(whole(value)?).map_err(|_| GiveUp)?;
                varint::put(&mut self.out, i64::from(number))
            }
            Node::Long => varint::put(&mut self.out, whole(value)?),
            Node::Float => {
                let wide = number(value)?;
                let narrow = wide as f32;
                if narrow.is_infinite() && wide.is_finite() {
                    return Err(GiveUp);
                }
                append(&mut self.out, &narrow.to_le_bytes())
            }
            Node::Double => append(&mut self.out, &number(value)?.to_le_bytes()),
            Node::Bytes => append_sized(&mut self.out, raw(&value)?),
            Node::String => append_sized(&mut self.out, utf8(&value)?.as_bytes()),
            Node::Fixed(size) => match raw(&value)? {
                bytes if bytes.len() == *size => append(&mut self.out, bytes),
                _ => Err(GiveUp),
            },
            Node::Enum(symbols) => varint::put(&mut self.out, symbols.index(value)?),
            Node::Logical(logical) => logical.write(value, &mut self.out),
            Node::Optional { null_first, inner } => {
                let is_null = value.is_none();
                push(&mut self.out, if is_null == *null_first { 0 } else { 2 })?;
                if is_null { Ok(()) } else { self.write(*inner, value) }
            }
            Node::Object(object) => self.write_object(object, value.to_owned()),
            Node::Dict(dict) => self.write_dict(dict, value.to_owned()),
            Node::Array { item, tuples } => self.write_array(*item, *tuples, value.to_owned()),
            Node::Map(inner) => self.write_map(*inner, value.to_owned()),
            Node::Union(choice) => self.write_union(choice, value.to_owned()),
        }
    }

    fn write_object(&mut self, object: &Object, value: Bound<'_, PyAny>) -> Fit<()> {
        self.depth.enter_record(object.recursive)?;
        object.class.read(&value, |index, field| {
            let node = *object.nodes.get(index).ok_or(GiveUp)?;
            self.write(node, field)
        })?;
        self.depth.leave_record(object.recursive);
        Ok(())
    }

    #[inline(never)]
    fn write_dict(&mut self, dict: &Dict, value: Bound<'_, PyAny>) -> Fit<()> {
        let py = value.py();
        let value = value.cast_into_exact::<PyDict>().map_err(|_| GiveUp)?;
        self.depth.enter_record(dict.recursive)?;
        let mut found = 0;
        for field in &dict.fields {
            match value.get_item(field.key.bind(py)).map_err(|error| unfit(py, error))? {
                Some(item) => {
                    found += 1;
                    self.write(field.node, item.as_borrowed())?;
                }
                None => append(&mut self.out, field.default.as_ref().ok_or(GiveUp)?)?,
            }
        }
        self.depth.leave_record(dict.recursive);
        if value.len() == found { Ok(()) } else { Err(GiveUp) }
    }

    #[inline(never)]
    fn write_array(&mut self, item: usize, tuples: bool, value: Bound<'_, PyAny>) -> Fit<()> {
        self.depth.enter()?;
        let items = match value.cast_into_exact::<PyTuple>() {
            Ok(tuple) if tuples => tuple,
            Ok(_) => return Err(GiveUp), // among plain values a tuple may name a union's branch
            // looking at an item may change the list: it is written as it was
            Err(other) => copied(other.into_inner().cast_exact::<PyList>().map_err(|_| GiveUp)?)?,
        };
        self.put_count(items.len())?;
        for inner in items.iter_borrowed() {
            self.write(item, inner)?;
        }
        push(&mut self.out, 0)?;
        self.depth.leave();
        Ok(())
    }

    #[inline(never)]
    fn write_map(&mut self, inner: usize, value: Bound<'_, PyAny>) -> Fit<()> {
        let py = value.py();
        let mut dict = value.cast_into_exact::<PyDict>().map_err(|_| GiveUp)?;
        self.depth.enter()?;
        if !self.nodes.get(inner).is_plain() {
            dict = dict.copy().map_err(|error| unfit(py, error))?; // as with lists
        }
        self.put_count(dict.len())?;
        let (mut position, mut key, mut item) = (0, std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: a dict that we hold, and places for the answers.
        while unsafe { ffi::PyDict_Next(dict.as_ptr(), &mut position, &mut key, &mut item) } != 0 {
            // SAFETY: the dict holds both, and nothing changes it: it is our own, or no Python code runs.
            let (key, item) = unsafe { (Borrowed::from_ptr(py, key), Borrowed::from_ptr(py, item)) };
            append_sized(&mut self.out, utf8(&key)?.as_bytes())?;
            self.write(inner, item)?;
        }
        push(&mut self.out, 0)?;
        self.depth.leave();
        Ok(())
    }

    #[inline(never)]
    fn write_union(&mut self, choice: &Choice, value: Bound<'_, PyAny>) -> Fit<()> {
        self.depth.enter()?;
        let (branch, value) = choice.choose(value)?;
        varint::put(&mut self.out, branch as i64)?;
        self.write(*choice.nodes.get(branch).ok_or(GiveUp)?, value.as_borrowed())?;
        self.depth.leave();
        Ok(())
    }

    /// A block's count; an empty array or map has no block.
    fn put_count(&mut self, count: usize) -> Fit<()> {
        if count > 0 { varint::put(&mut self.out, count as i64) } else { Ok(()) }
    }
}

/// A list's items as they are now.
fn copied<'py>(list: &Bound<'py, PyList>) -> Fit<Bound<'py, PyTuple>> {
    // SAFETY: a list, which is alive; the answer is a new tuple, or null and an error.
    unsafe { Ok(make::owned(list.py(), ffi::PyList_AsTuple(list.as_ptr()))?.cast_into_unchecked()) }
}

/// Exactly an int, of 64 bits.
#[inline]
fn whole(value: Given<'_, '_>) -> Fit<i64> {
    if !value.is_exact_instance_of::<PyInt>() {
        return Err(GiveUp);
    }
    value.extract().map_err(|error| unfit(value.py(), error))
}

/// Exactly a float or an int, as a double.
#[inline]
fn number(value: Given<'_, '_>) -> Fit<f64> {
    if !value.is_exact_instance_of::<PyFloat>() && !value.is_exact_instance_of::<PyInt>() {
        return Err(GiveUp);
    }
    value.extract().map_err(|error| unfit(value.py(), error))
}
