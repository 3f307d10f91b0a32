//! [`Frozen`]: the hasher of features, the same on every machine, because a corpus is.

use std::hash::Hasher;

use crate::hash::{finish, mix, mix_bytes};

#[derive(Debug)]
pub(super) struct Frozen(u64);

impl Frozen {
    pub(super) fn new(kind: u64) -> Self {
        Self(mix(0x636f_7665_7200, kind))
    }

    /// The hash, never 0.
    pub(super) fn word(&self) -> u64 {
        finish(self.0) | 1
    }
}

impl Hasher for Frozen {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix_bytes(self.0, bytes);
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u16(&mut self, number: u16) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mix(self.0, number);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        self.word()
    }
}
