//! What the program says: lines that it prints, and lines of a log.

mod echo;
mod log;
mod print;

pub(crate) use echo::Echo;
pub use log::log;
pub use print::print;
