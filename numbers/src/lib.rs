//! Phone numbers as Genesys Web Services shows them: for [`im_session`], which knows no numbering plan.
//!
//! In the *call* resource a public number has an E.164 form, a form for people, a country and a place. [`PhoneNumbers`]
//! determines them: numbers by [`rlibphonenumber`], places by libphonenumber's geocoding data, which this crate
//! contains as a table.
//!
//! ```
//! use im_session::{NumberAnalysis, Participant};
//! use im_session_numbers::PhoneNumbers;
//!
//! let numbers = PhoneNumbers::new("US")?;
//! let analysed = numbers.analyse("9165550104").expect("a valid number of the United States");
//! let participant = Participant::from_analysed("9165550104", &analysed);
//! assert_eq!(participant.e164_number, "+19165550104");
//! assert_eq!(participant.formatted_phone_number, "(916) 555-0104");
//! assert_eq!(participant.country.expect("a country").name, "United States");
//! assert_eq!(participant.location.as_deref(), Some("California"));
//!
//! // Possible in many countries, valid in none: an extension is left unchanged.
//! assert!(numbers.analyse("3002").is_none());
//! # Ok::<(), im_session_numbers::UnknownRegion>(())
//! ```
//!
//! | module | question |
//! |---|---|
//! | `phone_numbers` | How is a number analysed? |
//! | `plan` | Which numbers are valid, and in which region? |
//! | `locations` | Which place has the longest prefix of a number? |
//! | `countries` | What is the name of a country? |
//! | `cache` | Which numbers were analysed before? |

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod cache;
mod countries;
mod locations;
mod phone_numbers;
mod plan;

pub use phone_numbers::{PhoneNumbers, UnknownRegion};

/// The version of libphonenumber's metadata, from which numbers, places and names come.
pub const METADATA_VERSION: &str = "9.0.42";

// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
