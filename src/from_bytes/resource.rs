//! The resource as others write it.

use alloc::string::String;
use alloc::vec::Vec;

use arbitrary::{Arbitrary, Result, Unstructured};
use serde_json::{Value, json};

use super::names::{IDS, NUMBERS};
use super::primitives::{counted, several, text};
use crate::event::KeyValueList;
use crate::machine::{Operation, Operations, State};
use crate::resource::Participant;
use crate::testing::parts::{Resource, Shape, extension, public, public_without_place, unknown_values};

/// The other parties, without number analysis and with it: how many, up to 7, and for each what and which, see
/// [`from_bytes`](crate::from_bytes#resources).
///
/// ```
/// use arbitrary::Unstructured;
/// use im_session::Participant;
/// use im_session::from_bytes::participants;
///
/// let two = participants(&mut Unstructured::new(b"\x02\x00\x01\x02"))?;
/// assert_eq!(two[0], Participant::from_number("3002"));
/// assert_eq!(two[1].formatted_phone_number, "(916) 555-0104");
/// # Ok::<_, arbitrary::Error>(())
/// ```
pub fn participants(u: &mut Unstructured<'_>) -> Result<Vec<Participant<'static>>> {
    several(u, |u| {
        Ok(match u.arbitrary::<u8>()? & 3 {
            0 => u.arbitrary()?,
            1 => extension(&text(u, &NUMBERS)?),
            2 => public(),
            3.. => public_without_place(),
        })
    })
}

/// An imSession as others write it, see [`from_bytes`](crate::from_bytes#resources): fields left out or `null`, one that there is
/// not, white space around the state, capabilities in either order, participants with one number alone.
///
/// Every one can be read as an [`ImSession`](crate::ImSession), even where its id is one that no session can have.
///
/// ```
/// use arbitrary::Unstructured;
/// use im_session::from_bytes::resource;
/// use im_session::{ImSession, State};
/// use serde::Deserialize;
///
/// let resource = resource(&mut Unstructured::new(b"\0\0F"))?;
/// assert_eq!(resource, serde_json::json!({"id": "A", "state": " Talking "}));
/// assert_eq!(ImSession::deserialize(&resource).unwrap().state(), State::Talking);
/// # Ok::<_, arbitrary::Error>(())
/// ```
pub fn resource(u: &mut Unstructured<'_>) -> Result<Value> {
    let which = u.arbitrary::<u8>()?;
    let is_there = |bit: u8| which >> bit & 1 == 1;
    let id = text(u, &IDS)?;
    let state = state(u)?;
    let shape = match which >> 6 {
        1 => Shape::PhoneNumberAlone,
        2 => Shape::DigitsAlone,
        0 | 3.. => Shape::Whole,
    };
    let participants = is_there(1).then(|| participants(u)).transpose()?.map(|participants| (participants, shape));
    let capabilities = is_there(2).then(|| capabilities(u)).transpose()?;
    let unknown = is_there(3).then(|| u.arbitrary::<u8>()).transpose()?;
    let unknown = unknown.and_then(|byte| counted(byte, &unknown_values()).cloned());
    let user_data = match which >> 4 & 3 {
        0 => None,
        1 => Some(Value::Null),
        2.. => Some(json!(u.arbitrary::<KeyValueList<'_>>()?)),
    };
    Ok(Resource { id, state, with_path: is_there(0), participants, user_data, capabilities, unknown }.json())
}

/// The state, with white space around it.
fn state(u: &mut Unstructured<'_>) -> Result<String> {
    const AROUND: [&str; 4] = ["", " ", "\t", "\r\n"];
    let byte = u.arbitrary::<u8>()?;
    let around = |bits: u8| counted(bits & 3, &AROUND).copied();
    let state = counted(byte & 3, &State::ALL).map(|state| state.name());
    Ok([around(byte >> 2), state, around(byte >> 6)].into_iter().flatten().collect())
}

/// Some of them, in the order of their definition or the other way round.
fn capabilities(u: &mut Unstructured<'_>) -> Result<Vec<Operation>> {
    let byte = u.arbitrary::<u8>()?;
    let some = Operations::arbitrary(&mut Unstructured::new(&[byte]))?;
    let mut operations: Vec<Operation> = some.iter().collect();
    if byte & 0x40 != 0 {
        operations.reverse();
    }
    Ok(operations)
}
