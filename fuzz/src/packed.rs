//! Many small inputs in one file. Each is its length, as two little-endian bytes, followed by its bytes.

/// The inputs in a packed file, up to the first malformed one.
pub fn inputs(packed: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = packed;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk()?;
        let (input, after) = after.split_at_checked(u16::from_le_bytes(*length).into())?;
        rest = after;
        Some(input)
    })
}

/// Packs inputs in order, up to this total size. Inputs that are too long for the length field are left out.
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
