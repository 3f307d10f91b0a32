//! What every peer of the comparison shares: the workloads and their sizes, the checksum by which it is seen that all did the same work,
//! the clock, and the words in which `compare` and a peer talk.
//!
//! A peer is a program: a type that implements [`Peer`], handed to [`serve`]. How the library under it spawns, joins and sleeps is an
//! implementation of [`Tasks`], so the text of the workloads ([`programs`]) is the same for all.

mod checksum;
mod describe;
mod job;
mod meter;
pub mod programs;
mod serve;
mod tasks;
mod workload;

pub use checksum::{executed, fold};
pub use describe::{Description, Missing, Style, Variant, Work};
pub use job::Job;
pub use meter::Measurement;
pub use programs::Program;
pub use serve::{Peer, Ran, serve};
pub use tasks::{Tasks, YieldNow, yield_now};
pub use workload::Workload;
