//! The machine: the transitions, the operations of each state, and all names.
//!
//! | file | question |
//! |---|---|
//! | `table` | Does every cell match the tables of specification 2.1 and 2.2? |
//! | `names` | Which names and numbers do states, events, operations, reasons and limits have, as text and in JSON? |
//! | `capabilities` | Which operations are possible in which state? Do sets of operations behave as sets? |
//! | `diagrams` | Do the diagrams show every transition and no other? |
//! | `readme` | Do the README and `docs/machine.md` match the machine and the measured figures? |
//! | `complete` | Do all lists, names and tables contain every value of an enum, also after one is added? |
//!
//! The tables here were copied by hand from the specification. None is computed from the code under test.

mod capabilities;
mod complete;
mod diagrams;
mod names;
mod readme;
mod table;
