//! The fixed hash behind digests and task paths.
//!
//! A digest is compared across machines, builds and versions, so the hash is our own and never changes: rotate, xor, multiply,
//! three instructions a word. For a fixed state it maps different words to different states and the other way round, so one
//! difference is never lost by itself; [`finish`] spreads the bits before a digest is shown or compared.

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Adds one word to a running hash.
#[inline]
pub(crate) const fn mix(state: u64, word: u64) -> u64 {
    (state.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER)
}

/// Adds bytes to a running hash, with their number, so that no two different inputs run into each other.
pub(crate) fn mix_bytes(state: u64, bytes: &[u8]) -> u64 {
    let mut state = mix(state, bytes.len() as u64);
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        state = mix(state, u64::from_le_bytes(word));
    }
    state
}

/// Spreads every bit of the state over the whole word: the last step before a hash is shown or compared.
pub(crate) const fn finish(state: u64) -> u64 {
    let state = (state ^ (state >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let state = (state ^ (state >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    state ^ (state >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These values are part of the promise that a digest means the same in every version.
    #[test]
    fn the_hash_never_changes() {
        assert_eq!(finish(mix(0, 0)), 0);
        assert_eq!(finish(mix(1, 2)), 0xe431f04b3959e859);
        assert_eq!(finish(mix_bytes(7, b"in phase 1")), 0x4fccf1e2a19b970);
    }

    #[test]
    fn length_separates_bytes_that_differ_only_in_padding() {
        assert_ne!(mix_bytes(7, b"a"), mix_bytes(7, b"a\0"));
        assert_ne!(mix_bytes(7, b""), 7);
    }
}
