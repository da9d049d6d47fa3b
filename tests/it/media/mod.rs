//! Photos and videos through the doors: what is taken, what is made of it, who may see it, and what ends it.

mod bounds;
pub mod browser;
pub mod files;
mod large;
pub mod platforms;
mod refusals;
mod scanning;
mod shelf;
pub mod upkeep;
