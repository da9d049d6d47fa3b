//! The page of the data API: what its OpenAPI document says, for people.

use askama::Template;

use crate::web::problem::Type;
use crate::web::view::Frame;

/// `/developers/api`: the operations, in English as they are in the document.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/developers_api.html")]
pub struct DevelopersApi {
    pub frame: Frame,
    pub issuer: String,
    pub operations: Vec<Operation>,
    /// The types of problems.
    pub codes: &'static [Type],
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
