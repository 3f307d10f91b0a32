//! What tells the events apart in the digest. Frozen: digests are compared across versions.

pub(super) const SPAWNED: u64 = 0x01 << 56;
pub(super) const CHOICE: u64 = 0x02 << 56;
// These two stand beside a path hash only, so they need not keep clear of small numbers; a small tag is part of the
// instruction that adds it.
pub(super) const STEPPED: u64 = 0x03;
pub(super) const WOKEN: u64 = 0x04;
pub(super) const ARMED: u64 = 0x05 << 56;
pub(super) const FIRED: u64 = 0x06 << 56;
pub(super) const DROPPED: u64 = 0x07 << 56;
pub(super) const CLOCK: u64 = 0x08 << 56;
pub(super) const OUTPUT: u64 = 0x09 << 56;
pub(super) const ACCESSED: u64 = 0x0a << 56;
pub(super) const CANCEL_REQUESTED: u64 = 0x0b << 56;
pub(super) const CANCEL_DELIVERED: u64 = 0x0c << 56;
pub(super) const PANICKED: u64 = 0x0d << 56;
pub(super) const FINISHED: u64 = 0x0e << 56;
pub(super) const PENDING: u64 = 0x0f << 56;
pub(super) const SCOPE_CANCELLED: u64 = 0x10 << 56;
pub(super) const HOSTILE: u64 = 0x11 << 56;
pub(super) const LOGGED: u64 = 0x12 << 56;
