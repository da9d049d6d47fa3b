//! The page of the data API: what its OpenAPI document says, for people.

use askama::Template;

use crate::web::view::Frame;

/// `/developers/api`: the operations, in English as they are in the document.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/developers_api.html")]
pub struct DevelopersApi {
    pub frame: Frame,
    pub issuer: String,
    pub operations: Vec<Operation>,
    /// Codes of problems, with their status.
    pub codes: &'static [(&'static str, u16)],
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Operation {
    pub method: String,
    pub path: String,
    pub summary: String,
    pub description: String,
    pub scopes: Vec<String>,
    pub parameters: Vec<Parameter>,
    /// The schema of its answer, indented.
    pub answer: String,
}

/// One parameter of an operation.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    pub description: String,
}
