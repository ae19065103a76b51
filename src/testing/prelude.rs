//! Common imports of the kit: it needs `std`, and its answers are JSON.

pub(crate) use alloc::borrow::Cow;
pub(crate) use alloc::boxed::Box;
pub(crate) use alloc::collections::{BTreeMap, BTreeSet};
pub(crate) use alloc::format;
pub(crate) use alloc::string::{String, ToString};
pub(crate) use alloc::vec::Vec;

pub(crate) use serde_json::{Map, Value, json};
