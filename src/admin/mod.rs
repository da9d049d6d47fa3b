//! What operators may do: set up the house, look after clients and people.

pub mod checkpoints;
pub mod clients;
pub mod people;
pub mod setup;
