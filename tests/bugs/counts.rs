//! How many interleavings there are, and how many of them go wrong.

use super::published::KNOWN;

#[test]
fn without_steps_in_vain_every_program_has_the_published_interleavings() {
    let mut with_steps_in_vain = 0;
    for known in &KNOWN {
        let name = known.program.name;
        let Some(trees) = known.trees() else { continue };
        assert_eq!(trees.effective.interleavings(), known.interleavings, "{name}");
        assert_eq!(trees.ours.interleavings(), known.ours, "{name}");
        with_steps_in_vain += u32::from(known.has_steps_in_vain());
    }
    // All but the one that has millions, see `millions`.
    assert_eq!(with_steps_in_vain, 6);
}
