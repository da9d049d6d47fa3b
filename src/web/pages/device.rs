//! Where a person types the code that a device shows (RFC 8628 §3.3).

use poem::Response;

use crate::error::Error;
use crate::provider::device;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::error::problems;
use crate::web::view::Problem;
use crate::web::views::device::Device;

/// The code may come with the address (RFC 8628 §3.3.1); the person sends it all the same.
pub async fn page(call: Call) -> Result<Response, Error> {
    let code = call.query_value("user_code").unwrap_or_default();
    show(&call, code, Vec::new())
}

fn show(call: &Call, user_code: String, problems: Vec<Problem>) -> Result<Response, Error> {
    let mut frame = call.visit.frame();
    frame.problems = problems;
    answer::html(&Device { frame, action: device::PAGE.to_owned(), user_code })
}

pub async fn enter(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let typed = form.text("user_code");
    match device::enter(&call.app, typed, &call.visit.browser_digest()).await {
        Ok(id) => Ok(answer::see_other(&format!("/interaction/{id}"))),
        Err(error) => {
            let problems = problems(error, call.visit.words())?;
            show(&call, typed.chars().take(64).collect(), problems)
        }
    }
}
