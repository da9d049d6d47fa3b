//! Where things are kept: truth in SQL, what may be lost in the ephemeral store, bytes in blobs.

pub mod blobs;
pub mod database;
pub mod ephemeral;
