//! Identity checks through the doors: from the first step to the badge, and every way in which it ends otherwise.

mod evidence;
mod path;
mod purge;
mod refusals;
mod reviews;
mod service;
