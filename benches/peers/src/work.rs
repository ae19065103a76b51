//! A workload: something that can be repeated, timed or under callgrind.

pub trait Work {
    /// How many units (events, notifications) a pass contains.
    fn units(&self) -> usize;

    /// How many bytes a pass reads, if that is measured.
    fn bytes(&self) -> usize {
        0
    }

    /// Restores the state before a pass. Not timed.
    fn prepare(&mut self) {}

    fn pass(&mut self);
}
