//! What the constructs of docs/SEMANTICS.md guarantee, as checks that any implementation can be held to.
//!
//! An implementation is a [`Combinators`]: one method for each construct that it has. [`observe`] runs one of them on a scenario and tells
//! what was [`Seen`]: the journal of the children, and what came out. Each [`Guarantee`] is a function over that. What must
//! have come out is computed from the scenario and the journal, never by a combinator.
//!
//! ```
//! use std::rc::Rc;
//! use reenact_properties::guarantees::{Combinators, Construct, Local, hold_to};
//! use reenact_properties::scenario::Outcome;
//!
//! /// One after the other.
//! struct InTurn;
//! impl Combinators for InTurn {
//!     fn gather(&self, children: Vec<Local<Outcome>>) -> Option<Local<Vec<Outcome>>> {
//!         Some(Box::pin(async {
//!             let mut outcomes = Vec::new();
//!             for child in children {
//!                 outcomes.push(child.await);
//!             }
//!             outcomes
//!         }))
//!     }
//! }
//!
//! let rows = hold_to(&(Rc::new(InTurn) as Rc<dyn Combinators>), Construct::Gather, 200);
//! let broken: Vec<_> = rows.iter().filter(|row| row.breach.is_some()).map(|row| row.guarantee.number).collect();
//! // The order of the results is right, and nothing else.
//! assert!(!broken.contains(&"G1") && broken.contains(&"G2"));
//! ```

mod as_completed;
mod combinators;
mod construct;
mod gather;
mod hold_to;
mod observe;
mod ours;
mod seen;
mod shield;
mod task_group;
mod timeout;
mod timeout_scope;
mod try_gather;
mod wait;
mod wait_for;

pub use combinators::{Combinators, Local, LocalStream, Split};
pub use construct::{Construct, Guarantee};
pub use hold_to::{Breach, Row, hold_to};
pub use observe::observe;
pub use ours::Ours;
pub use seen::{CameOut, Seen};
