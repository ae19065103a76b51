//! The machine: which event leads from which state to which, which operations each state allows, and all names.
//!
//! | file | question |
//! |---|---|
//! | `table` | Is every cell of the tables in specification 2.1 and 2.2 as the specification has it? |
//! | `names` | Which names and numbers do states, events, operations, reasons and limits have, as text and in JSON? |
//! | `capabilities` | Which operations are possible in which state? Are sets of operations sets? |
//! | `diagrams` | Do the diagrams show every transition and no other? |
//! | `readme` | Do the README and `docs/machine.md` show what the machine does and what was measured? |
//! | `complete` | Do all lists, names and tables contain every value of an enum, also after one is added? |
//!
//! The tables here were copied by hand from the specification. None is computed from the code under test.

mod capabilities;
mod complete;
mod diagrams;
mod names;
mod readme;
mod table;
