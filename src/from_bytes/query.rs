//! Queries of reads.

use alloc::string::{String, ToString};

use arbitrary::{Result, Unstructured};

use super::primitives::{counted, several, spelled_out};
use crate::testing::parts::QUERY_PAIRS;

/// What stands behind the `?` of a read: how many pairs, up to 7, and a byte a pair, see [`from_bytes`](crate::from_bytes#queries).
///
/// ```
/// use arbitrary::Unstructured;
/// use im_session::from_bytes::query;
///
/// assert_eq!(query(&mut Unstructured::new(b"2P "))?, "fields=*&state=Talking");
/// # Ok::<_, arbitrary::Error>(())
/// ```
pub fn query(u: &mut Unstructured<'_>) -> Result<String> {
    let pairs = several(u, |u| {
        let byte = u.arbitrary::<u8>()?;
        match byte >> 4 {
            15.. => spelled_out(u),
            row => {
                let pair = counted(row, &QUERY_PAIRS).and_then(|pairs| counted(byte & 0xf, pairs));
                Ok(pair.map_or_else(String::new, ToString::to_string))
            }
        }
    })?;
    Ok(pairs.join("&"))
}
