//! Every short-lived thing as a type: its kind, how long it is kept, what it holds.
//!
//! Each is data of the rooms below the store, so that it can be written here without knowing who uses it. A changed
//! shape reads as absent: old and new nodes may run side by side.
