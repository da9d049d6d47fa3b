//! The end-session endpoint (OIDC RP-Initiated Logout §2), and signing out by oneself.

use poem::Response;
use poem::http::HeaderValue;
use poem::http::header::{CONTENT_SECURITY_POLICY, HeaderName};
use url::Url;

use crate::accounts::sessions;
use crate::base::Seconds;
use crate::base::url::origin;
use crate::error::Error;
use crate::oauth::Params;
use crate::provider::clients::Registered;
use crate::provider::logout;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::middleware::headers;
use crate::web::oauth::check_session;
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
    let told = end(call).await?;
    match &request.redirect {
        // The request came from the client's site: no form of ours stands before this redirect.
        Some(target) if told.is_empty() => Ok(forget(answer::see_other(target))),
        target => done(call, request.client.as_deref(), target.clone(), &told),
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
    let told = end(&call).await?;
    done(&call, request.client.as_deref(), request.redirect, &told)
}

/// Ends the session of this browser; gives the pages of its clients that are told through the browser.
async fn end(call: &Call) -> Result<Vec<Url>, Error> {
    let mut told = Vec::new();
    if let Some(session) = call.session().await? {
        told = logout::frontchannel(&call.app, session).await?;
        sessions::end(&call.app, session, "signed_out").await?;
    }
    check_session::forget(&call.visit);
    Ok(told)
}

/// How long the browser has to open the pages of the clients before it goes on (OIDC Front-Channel Logout §4).
const TELLING: Seconds = Seconds(3);

/// The page that says that it is done, tells clients through the browser, and leads on to where the client registered.
///
/// # Errors
/// A fault when the page cannot be made.
pub fn done(
    call: &Call,
    client: Option<&Registered>,
    redirect: Option<String>,
    told: &[Url],
) -> Result<Response, Error> {
    let mut frame = call.visit.frame();
    // Its forms were made for the session that is over.
    frame.csrf = String::new();
    let page = LoggedOut {
        frame,
        app: client.map(|client| app_card::of(client)),
        app_href: redirect.clone(),
        told: told.iter().map(Url::to_string).collect(),
    };
    let mut response = answer::html(&page)?;
    let wait = if told.is_empty() { Seconds(0) } else { TELLING };
    if let Some(refresh) = redirect.and_then(|target| HeaderValue::from_str(&format!("{};url={target}", wait.0)).ok()) {
        response.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
    }
    if !told.is_empty() {
        let mut origins: Vec<String> = told.iter().map(origin).collect();
        origins.sort();
        origins.dedup();
        if let Ok(policy) = HeaderValue::from_str(&headers::frames_policy(&origins)) {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        }
    }
    Ok(forget(response))
}

/// The browser forgets what it kept of our pages.
fn forget(mut response: Response) -> Response {
    let all = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), all);
    response
}
