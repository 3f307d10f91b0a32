//! Wakes that must do nothing, and wakes that come from elsewhere.
