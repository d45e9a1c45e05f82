//! Programs: lists of nodes that refer to each other by number, made from tuples of (name, …).

use pyo3::PyTraverseError;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pyclass::PyVisit;
use pyo3::types::PyTuple;

/// One kind of node.
pub trait Program: Sized {
    /// The node of a name and what stands behind it.
    fn build(name: &str, rest: &Bound<'_, PyTuple>) -> PyResult<Self>;

    /// The nodes it refers to.
    fn inside(&self) -> Vec<usize>;

    /// Shows the garbage collector what it holds.
    fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError>;
}

/// Nodes that refer only to nodes of the same list.
pub struct Nodes<N>(Vec<N>);

impl<N: Program> Nodes<N> {
    /// Builds each node; ValueError where one refers to none, or there is none to begin with.
    pub fn new(described: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut nodes = Vec::new();
        for node in described.cast::<PyTuple>()? {
            let node = node.cast::<PyTuple>()?;
            let name: String = node.get_item(0)?.extract()?;
            nodes.push(N::build(&name, &node.get_slice(1, node.len()))?);
        }
        let known = 0..nodes.len();
        if known.is_empty() || !nodes.iter().flat_map(N::inside).all(|index| known.contains(&index)) {
            return Err(PyValueError::new_err("a program refers to a node that it does not have"));
        }
        Ok(Self(nodes))
    }

    /// The node of a number that another node of this list has given.
    #[inline]
    pub fn get(&self, index: usize) -> &N {
        &self.0[index]
    }

    /// All nodes.
    pub fn iter(&self) -> impl Iterator<Item = &N> {
        self.0.iter()
    }

    /// Shows the garbage collector what they hold.
    pub fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.iter().try_for_each(|node| node.visit(visit))
    }
}
