//! The end-session endpoint (OIDC RP-Initiated Logout §2), and signing out by oneself.

use poem::Response;
use poem::http::HeaderValue;
use poem::http::header::HeaderName;

use crate::accounts::sessions;
use crate::error::Error;
use crate::oauth::Params;
use crate::provider::logout::{self, Logout};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::cookies::Cookie;
use crate::web::pages::app_card;
use crate::web::views::public::{LoggedOut, LogoutConfirm};

/// What a confirmation must bring back, so that it is checked anew.
const CARRIED: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

pub async fn get(call: Call) -> Result<Response, Error> {
    let params = call.query()?;
    begin(&call, &params).await
}

pub async fn post(mut call: Call) -> Result<Response, Error> {
    let params = call.params().await?;
    begin(&call, &params).await
}

async fn begin(call: &Call, params: &Params) -> Result<Response, Error> {
    let request = logout::check(&call.app, params, call.session().await?).await?;
    if request.needs_confirmation {
        let hidden = CARRIED.iter().filter_map(|name| Some(((*name).to_owned(), params.get(name)?.to_owned())));
        let page = LogoutConfirm {
            frame: call.visit.frame(),
            action: "/logout/confirm".to_owned(),
            app: request.client.as_deref().map(|client| app_card::of(client)),
            hidden: hidden.collect(),
        };
        return answer::html(&page);
    }
    end(call).await?;
    match &request.redirect {
        // The request came from the client's site: no form of ours stands before this redirect.
        Some(target) => Ok(forget(answer::see_other(target))),
        None => done(call, request),
    }
}

/// The person has said so.
pub async fn confirm(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    if form.text("decision") != "sign_out" {
        return Ok(answer::see_other("/account"));
    }
    let carried = CARRIED.iter().filter_map(|name| Some((*name, form.get(name)?)));
    let params = Params::of(carried);
    let request = logout::check(&call.app, &params, call.session().await?).await?;
    end(&call).await?;
    done(&call, request)
}

async fn end(call: &Call) -> Result<(), Error> {
    if let Some(session) = call.session().await? {
        sessions::end(&call.app, session, "signed_out").await?;
    }
    call.visit.clear_cookie(Cookie::Session);
    Ok(())
}

/// The page that says that it is done, and leads on to where the client registered.
fn done(call: &Call, request: Logout) -> Result<Response, Error> {
    let Logout { client, redirect, .. } = request;
    let mut frame = call.visit.frame();
    // Its forms were made for the session that is over.
    frame.csrf = String::new();
    let page =
        LoggedOut { frame, app: client.as_deref().map(|client| app_card::of(client)), app_href: redirect.clone() };
    let mut response = answer::html(&page)?;
    if let Some(refresh) = redirect.and_then(|target| HeaderValue::from_str(&format!("0;url={target}")).ok()) {
        response.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
    }
    Ok(forget(response))
}

/// The browser forgets what it kept of our pages.
fn forget(mut response: Response) -> Response {
    let all = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), all);
    response
}
