//! What a client may say of itself: how each field is read and checked, and the rules across fields (RFC 7591 §2).

pub mod checks;
mod encryption;
pub mod fields;
pub mod rules;

pub use fields::{FIELDS, Field, SetBy};
pub use rules::{USUAL_SCOPE, changed, check, document, is_document_url, published, self_registered, with_statement};

#[cfg(test)]
mod tests;
