//! [`Verdict`]: whether what a body returned means that it failed.

use std::fmt::Debug;

/// What a body returned, as passed or failed: `Err` has failed, everything else has passed.
pub trait Verdict {
    /// The error as text, if it failed.
    fn error(&self) -> Option<String>;
}

impl<T, E: Debug> Verdict for Result<T, E> {
    fn error(&self) -> Option<String> {
        self.as_ref().err().map(|error| format!("the body returned Err({error:?})"))
    }
}

mod never {
    /// What a function returns: the way to name the type `!` on a stable compiler.
    pub trait Returns {
        /// What it returns.
        type Output;
    }
}

use never::Returns;

impl<R> Returns for fn() -> R {
    type Output = R;
}

/// A body that never returns, such as an endless loop, which a limit ends.
impl Verdict for <fn() -> ! as Returns>::Output {
    fn error(&self) -> Option<String> {
        *self
    }
}

macro_rules! passes {
    ($(($($parameter:ident),*) $type:ty;)*) => {$(
        impl<$($parameter),*> Verdict for $type {
            fn error(&self) -> Option<String> {
                None
            }
        }
    )*};
}

passes! {
    () ();
    () bool;
    () char;
    () u8;
    () u16;
    () u32;
    () u64;
    () u128;
    () usize;
    () i8;
    () i16;
    () i32;
    () i64;
    () i128;
    () isize;
    () f32;
    () f64;
    () String;
    () &str;
    () crate::time::Instant;
    () std::time::Duration;
    (T) Option<T>;
    (T) Vec<T>;
    (T) Box<T>;
    (T) std::rc::Rc<T>;
    (A, B) (A, B);
    (A, B, C) (A, B, C);
    (A, B, C, D) (A, B, C, D);
}
