//! Many small inputs in one file: of each its length, two bytes with the low one first, and its bytes.

/// The inputs of a packed file. What does not fit the form ends it.
pub fn inputs(packed: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = packed;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk()?;
        let (input, after) = after.split_at_checked(u16::from_le_bytes(*length).into())?;
        rest = after;
        Some(input)
    })
}

/// Packs inputs, in their order, as long as the whole is no larger than this; longer ones than a length can say are left out.
pub fn pack<'i>(inputs: impl IntoIterator<Item = &'i [u8]>, largest: usize) -> Vec<u8> {
    let mut packed = Vec::new();
    for input in inputs {
        let Ok(length) = u16::try_from(input.len()) else { continue };
        if packed.len() + 2 + input.len() > largest {
            break;
        }
        packed.extend_from_slice(&length.to_le_bytes());
        packed.extend_from_slice(input);
    }
    packed
}
