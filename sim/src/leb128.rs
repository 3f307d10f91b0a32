//! Numbers of few bytes where they are small: LEB128.

/// Adds a number, seven bits a byte, lowest first; the highest bit says that more follow.
pub(crate) fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
