//! What the house does by itself: work that waits in the queue.

pub mod letters;
