//! The page of the data API, for those who build on it.

use poem::Response;

use crate::error::Error;
use crate::web::answer;
use crate::web::api;
use crate::web::call::Call;
use crate::web::problem::TYPES;
use crate::web::views::api::DevelopersApi;

pub async fn page(call: Call) -> Result<Response, Error> {
    let (operations, issuer) = (api::operations(&call.app), call.app.config.issuer().to_owned());
    answer::html(&DevelopersApi { frame: call.visit.frame(), issuer, operations, codes: TYPES })
}
