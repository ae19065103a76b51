//! The machine alone: no session, no store, no heap. This is all that a device without `std` needs to follow one call.
//!
//! ```text
//! cargo run --example machine_alone
//! ```

use im_session::machine::{CallEvent, CapabilityTable, State, Step, step};

/// The complete state of a call: one byte.
#[derive(Default)]
struct Call {
    state: Option<State>,
}

impl Call {
    /// Handles an event and describes the outcome, without a heap.
    fn take(&mut self, event: CallEvent) -> Step {
        let step = step(self.state, event);
        self.state = step.state();
        step
    }
}

fn main() {
    let mut call = Call::default();
    // A late second Ringing is rejected, and the call continues.
    for number in [60, 64, 60, 65] {
        let Some(event) = CallEvent::from_message_number(number) else { continue };
        match call.take(event) {
            Step::Changed { to } => {
                let capabilities = CapabilityTable::DEFAULT.get(to, false);
                println!("{event}: {to}, may {capabilities}");
            }
            Step::Unchanged { state } => println!("{event}: still {state}"),
            Step::Rejected { reason, .. } => println!("{event}: refused, {reason}: {}", reason.sentence()),
        }
    }
    assert_eq!(call.state, Some(State::Completed));
}
