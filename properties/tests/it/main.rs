//! Properties, held to what they promise.

mod mutants;
mod ours;
mod peers;
mod schedules;
