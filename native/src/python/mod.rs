//! What touches Python: programs built from tuples, and the two executors that carry them out.

mod build;
mod calendar;
mod choice;
mod class;
mod codec;
mod collector;
mod decimal;
mod decode;
mod encode;
mod fit;
mod logical;
mod make;

pub use codec::{Decoder, Encoder};
pub use collector::untrack;
