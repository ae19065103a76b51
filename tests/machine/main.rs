//! The machine: which event leads from which state to which, what may be done in each state, and what everything is
//! called.
//!
//! | file | question |
//! |---|---|
//! | `table` | Is every cell of the tables in specification 2.1 and 2.2 as the specification has it? |
//! | `names` | Which names and numbers do states, events, operations, reasons and limits have, as text and in JSON? |
//! | `capabilities` | Which operations are possible in which state? Are sets of operations sets? |
//! | `diagrams` | Do the diagrams show every transition and no other? |
//! | `readme` | Do the README and `docs/machine.md` show what the machine does and what was measured? |
//! | `complete` | Is everything that has values counted, named and tabulated in full, also after one more is added? |
//!
//! The tables here are typed in by hand from the specification: nothing is computed from what it checks.

mod capabilities;
mod complete;
mod diagrams;
mod names;
mod readme;
mod table;
