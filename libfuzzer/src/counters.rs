//! The counters that libFuzzer looks at: one for each feature of an execution, or for a few of them together.

#![allow(unsafe_code, reason = "libFuzzer is C++")]

use std::sync::atomic::{AtomicU8, Ordering};

use reenact_sim::FuzzTarget;

/// A page: libFuzzer clears and scans all of them for each input, and a large table costs more than what it tells apart is worth. It clears
/// them in words, so it has to be a multiple of 8.
const COUNTERS: usize = 4096;

#[repr(C, align(64))]
struct Counters([AtomicU8; COUNTERS]);

// SAFETY: the section is one of data that nothing but libFuzzer knows, which clears and reads it as the bytes that it is, on the thread that
// runs its inputs; they may have any value. Elsewhere than where libFuzzer looks for it, it is ordinary data.
#[cfg_attr(
    any(target_os = "linux", target_os = "android", target_os = "freebsd", target_os = "netbsd", target_os = "fuchsia"),
    unsafe(link_section = "__libfuzzer_extra_counters")
)]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__libfuzzer_extra_counters"))]
static EXTRA: Counters = Counters([const { AtomicU8::new(0) }; COUNTERS]);

/// Tells libFuzzer what the last execution of a target has shown.
pub(crate) fn tell(target: &FuzzTarget) {
    target.each_feature(|feature, count| {
        // The lowest bit of a feature says nothing: it is always 1.
        let counter = &EXTRA.0[(feature >> 1) as usize % COUNTERS];
        let count = counter.load(Ordering::Relaxed).saturating_add(u8::try_from(count).unwrap_or(u8::MAX));
        counter.store(count, Ordering::Relaxed);
    });
}
