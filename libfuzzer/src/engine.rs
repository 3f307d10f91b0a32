//! Calling libFuzzer, and being called by it.
//!
//! Of libfuzzer-sys this takes the library that it builds, and none of its Rust code: that one wants a function
//! `rust_fuzzer_test_input`, which only the macro of a fuzz target defines. So a target of cargo-fuzz can be linked with this package, and a test
//! without such a function, too.

#![allow(unsafe_code, reason = "libFuzzer is C++")]

use std::cell::Cell;
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;

use libfuzzer_sys as _;

unsafe extern "C" {
    /// libFuzzer's own main function. May change what the pointers point to; calls back on this thread only, and mostly ends the process
    /// instead of returning.
    fn LLVMFuzzerRunDriver(
        count: *mut c_int,
        arguments: *mut *mut *mut c_char,
        run_one: extern "C" fn(*const u8, usize) -> c_int,
    ) -> c_int;
}

thread_local! {
    /// What runs an input: a pointer to a `&mut dyn FnMut(&[u8])` as long as `drive` is on the stack, else null.
    static RUN: Cell<*mut c_void> = const { Cell::new(ptr::null_mut()) };
}

/// Has libFuzzer make up inputs for `run`. Returns what it returns, if it does: for most of what it can be told it ends the process.
pub(crate) fn drive(arguments: Vec<CString>, mut run: &mut dyn FnMut(&[u8])) -> c_int {
    let Ok(mut count) = c_int::try_from(arguments.len()) else { unreachable!("a command line has fewer arguments") };
    let mut pointers: Vec<*mut c_char> = arguments.iter().map(|argument| argument.as_ptr().cast_mut()).collect();
    pointers.push(ptr::null_mut());
    let mut first = pointers.as_mut_ptr();
    RUN.set((&raw mut run).cast());
    // SAFETY: `count` strings that end with 0, and a null pointer behind them, as main gets them; libFuzzer copies them and writes into none.
    // They live until it returns.
    let code = unsafe { LLVMFuzzerRunDriver(&raw mut count, &raw mut first, run_one) };
    RUN.set(ptr::null_mut());
    code
}

extern "C" fn run_one(data: *const u8, size: usize) -> c_int {
    let run = RUN.get().cast::<&mut dyn FnMut(&[u8])>();
    if run.is_null() {
        return 0;
    }
    // SAFETY: libFuzzer gives `size` bytes that stay as they are until this returns; of no bytes the pointer may be anything.
    let bytes = if size == 0 { &[] } else { unsafe { std::slice::from_raw_parts(data, size) } };
    // SAFETY: not null, so `drive` is on the stack of this thread, with a reference that nobody else uses meanwhile: libFuzzer runs one
    // input after the other and has no way to begin one inside another.
    unsafe { (*run)(bytes) };
    0
}
