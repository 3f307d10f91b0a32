//! Reports of explorations: lines of JSON, and adding them up.

mod digests;
mod line;
mod merged;

pub(crate) use line::{Failed, Line};
pub(crate) use merged::Explorations;
