//! Properties, held to what they promise.

mod schedules;
