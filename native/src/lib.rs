//! The native executor of eventpact's Avro codecs.
//!
//! The runtime lowers a resolver's plan to a flat program of tuples (`eventpact.avro.native`); this extension builds its
//! nodes from them and carries them out, reading and writing generated classes in place. It knows no errors: on
//! whatever is unusual or wrong it gives up, and the interpreter in Python gives the value or says what is wrong.
//!
//! `wire` is what needs no Python; `python` is the rest.

pub mod wire;

#[cfg(feature = "python")]
mod python;

#[cfg(feature = "python")]
#[pyo3::pymodule]
mod eventpact_native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::python::{Decoder, Encoder, untrack};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
