//! What values are made of, whether chance or bytes choose: for `strategies` and `from_bytes`.
//!
//! | file | question |
//! |---|---|
//! | `forms` | Which text forms are there? |
//! | `limits` | Which limits are there? |
//! | `numbered` | How are the events of a valid history numbered? |
//! | `participant` | How does a server with number analysis show a number? |
//! | `query` | Which pairs are queries made of? |
//! | `resource` | How do others write an imSession? |

mod forms;
mod limits;
mod numbered;
mod participant;
mod query;
mod resource;

pub(crate) use forms::FORMS;
pub(crate) use limits::all_limits;
pub(crate) use numbered::number_from_one;
pub(crate) use participant::{extension, public, public_without_place};
pub(crate) use query::QUERY_PAIRS;
pub(crate) use resource::{Resource, Shape, unknown_values};
