//! A workload: something that can be done again and again, under a clock or under callgrind.

pub trait Work {
    /// How many units (events, notifications) a pass has.
    fn units(&self) -> usize;

    /// How many bytes a pass reads, where that is the question.
    fn bytes(&self) -> usize {
        0
    }

    /// Puts things back as they were before a pass. Not measured by the clock.
    fn prepare(&mut self) {}

    fn pass(&mut self);
}
