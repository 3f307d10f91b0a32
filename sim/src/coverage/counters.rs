//! The counters that a compiler puts into code: which places were run, and how often.
//!
//! Code that is built with LLVM's `sancov-module` pass and `-sanitizer-coverage-inline-8bit-counters` counts, in a byte for each of its edges,
//! how often it is taken, and says at its start where these bytes are. `cargo reenact fuzz` builds the code of the workspace so, and
//! this crate with `reenact_coverage`, which puts this module in.
#![allow(unsafe_code, reason = "the counters are memory of the compiler's, told by address")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Where counters are, in the order in which code has said so, which the linker decides: the same in every run of a program.
static REGIONS: Mutex<Vec<Region>> = Mutex::new(Vec::new());

/// Whether there are any, which can be asked without waiting for anybody.
static PRESENT: AtomicBool = AtomicBool::new(false);

/// Counters of one part of the program, from its start on in words; what is left at the ends is not looked at.
struct Region {
    words: &'static [AtomicU64],
}

/// Called by instrumented code before main, once for each part of the program.
///
/// # Safety
///
/// From `start` to `end` lie counters that stay there as long as the program runs, as LLVM lays them out.
#[unsafe(no_mangle)]
unsafe extern "C" fn __sanitizer_cov_8bit_counters_init(start: *mut u8, end: *mut u8) {
    let first = start.align_offset(align_of::<AtomicU64>());
    let bytes = (end as usize).saturating_sub(start as usize);
    let words = bytes.saturating_sub(first) / size_of::<AtomicU64>();
    if words == 0 {
        return;
    }
    // SAFETY: the words lie between start and end, aligned; that is memory of a static of the program, which is written by instrumented
    // code and here only. The code that counts is not atomic: a count may be lost where several threads run it, and nothing
    // else, because whatever is in the bytes is a count.
    let words = unsafe { std::slice::from_raw_parts(start.add(first).cast::<AtomicU64>(), words) };
    let mut regions = REGIONS.lock().unwrap_or_else(PoisonError::into_inner);
    if !regions.iter().any(|known| std::ptr::eq(known.words, words)) {
        regions.push(Region { words });
        PRESENT.store(true, Ordering::Relaxed);
    }
}

/// Called next to it with a table of where the counted places are, which nobody looks at here.
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_pcs_init(_start: *const usize, _end: *const usize) {}

/// Whether anything of the program counts.
pub(crate) fn present() -> bool {
    PRESENT.load(Ordering::Relaxed)
}

/// Sets all counters to 0.
pub(super) fn clear() {
    for region in REGIONS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        region.words.iter().filter(|word| word.load(Ordering::Relaxed) != 0).for_each(|word| word.store(0, Ordering::Relaxed));
    }
}

/// Calls `take` for each place that was run, with its number and how often that was.
pub(super) fn each(mut take: impl FnMut(u64, u8)) {
    let mut first = 0;
    for region in REGIONS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        for (number, word) in (first..).step_by(8).zip(region.words) {
            let word = word.load(Ordering::Relaxed);
            if word != 0 {
                (number..)
                    .zip(word.to_ne_bytes())
                    .filter(|(_, count)| *count > 0)
                    .for_each(|(number, count)| take(number, count));
            }
        }
        first += 8 * region.words.len() as u64;
    }
}
