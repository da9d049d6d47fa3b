//! `next`: sign in, sign up, consent, refuse or respond; from facts alone, at every return of the browser.
//!
//! No step is remembered. A browser that comes back with a forged or repeated step meets the same facts, and gains
//! nothing.

use crate::base::Time;
use crate::oauth::authentication::{self, Authentication};
use crate::oauth::authorization::request::AuthorizationRequest;
use crate::oauth::error::{Code, Error};
use crate::oauth::grant::{self, Demand, Duration, Grant};
use crate::oauth::grant_management::{self, Managed};

/// What is so at the moment of asking.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub now: Time,
    /// When the request arrived: what the person did before does not answer `prompt`.
    pub began: Time,
    pub authentication: Option<&'a Authentication>,
    /// What the client calls the account that is signed in.
    pub subject: Option<&'a str>,
    pub grant: Option<&'a Grant>,
    /// Whether the client looks as it did when the grant was given.
    pub is_familiar: bool,
    /// What the request asks for.
    pub demand: &'a Demand,
    /// Since when the wallet has what the request asks for of a checked document.
    pub verified_at: Option<Time>,
    /// The weakest context in which that is told.
    pub verified_acr: Option<&'a str>,
    /// Authentication context classes, weakest first.
    pub acr_order: &'a [&'static str],
}

/// A request that may be answered: its person is signed in and has decided about all of it. Only [`next`] makes one.
#[derive(Debug, Clone)]
pub struct Approved<'a> {
    request: &'a AuthorizationRequest,
    authentication: Authentication,
    grant: Grant,
}

impl<'a> Approved<'a> {
    pub fn request(&self) -> &'a AuthorizationRequest {
        self.request
    }
    pub fn authentication(&self) -> &Authentication {
        &self.authentication
    }
    pub fn grant(&self) -> &Grant {
        &self.grant
    }
}

/// What must happen next.
#[derive(Debug)]
pub enum Step<'a> {
    SignIn,
    SignUp,
    Consent,
    /// The client hears an error.
    Refuse(Error),
    Respond(Box<Approved<'a>>),
}

/// Decides the next step of an authorization request (OIDC Core §3.1.2.3, §3.1.2.4).
///
/// With `prompt=none` each page becomes its error (§3.1.2.6).
pub fn next<'a>(request: &'a AuthorizationRequest, facts: &Facts<'_>) -> Step<'a> {
    let silent = |page: Step<'a>, code: Code, why: &'static str| match request.prompt.none {
        true => Step::Refuse(Error::new(code, why)),
        false => page,
    };
    let Some(authentication) = facts.authentication.filter(|known| !must_authenticate(request, facts, known)) else {
        let page = if request.prompt.create { Step::SignUp } else { Step::SignIn };
        return silent(page, Code::LoginRequired, "the person must sign in, and prompt is none");
    };
    if request.subject.as_deref().is_some_and(|wanted| facts.subject != Some(wanted)) {
        return match authentication.is_since(facts.began) {
            false => silent(Step::SignIn, Code::LoginRequired, "another person is signed in, and prompt is none"),
            // They were asked, and came back as somebody else.
            true => Step::Refuse(Error::new(Code::LoginRequired, "another person than the one asked for signed in")),
        };
    }
    if let Some(wanted) = request.claims.essential_acr()
        && !wanted.iter().any(|acr| authentication::reaches(facts.acr_order, &authentication.acr, acr))
    {
        let why = "no factor of the person reaches an acr that is essential";
        return Step::Refuse(Error::new(Code::UnmetAuthenticationRequirements, why));
    }
    if let Some(wanted) = request.managed.as_ref().and_then(Managed::grant)
        && facts.grant.is_none_or(|grant| grant.id != wanted || !grant.is_live(facts.now))
    {
        return Step::Refuse(grant_management::unknown());
    }
    match facts.grant.filter(|grant| !must_consent(request, facts, grant)) {
        None => silent(Step::Consent, Code::ConsentRequired, "the person must decide, and prompt is none"),
        Some(grant) => {
            let (authentication, grant) = (authentication.clone(), grant.clone());
            Step::Respond(Box::new(Approved { request, authentication, grant }))
        }
    }
}

/// Whether the person must prove again who they are.
///
/// One browser is signed in to one account here, so choosing an account (`select_account`) is signing in again.
fn must_authenticate(request: &AuthorizationRequest, facts: &Facts<'_>, known: &Authentication) -> bool {
    if known.is_since(facts.began) {
        return false;
    }
    let prompt = &request.prompt;
    let is_too_old = request.max_age.is_some_and(|most| facts.now > known.auth_time + most);
    // Who they are by a document is told to nobody on the word of a weak sign-in (OpenID Identity Assurance §10.2).
    let is_too_weak = facts.demand.has_verified()
        && facts.verified_acr.is_some_and(|acr| !authentication::reaches(facts.acr_order, &known.acr, acr));
    prompt.login || prompt.select_account || prompt.create || is_too_old || is_too_weak
}

/// Whether the person must be asked (WALLET.md §7.1).
fn must_consent(request: &AuthorizationRequest, facts: &Facts<'_>, grant: &Grant) -> bool {
    let was_asked_now = grant.confirmed_at >= facts.began;
    let is_managed_still = match &request.managed {
        Some(Managed::Create) => grant.created_at < facts.began,
        Some(managed) => managed.asks_anew() && !was_asked_now,
        None => false,
    };
    // Another document says other things: nobody has agreed to those yet.
    let is_reverified = facts.demand.has_verified() && facts.verified_at.is_some_and(|at| at > grant.confirmed_at);
    !grant.covers(facts.demand, facts.now)
        || !facts.is_familiar
        || is_reverified
        || is_managed_still
        || grant.confirmed_at + grant::RECONFIRM <= facts.now
        || ((request.prompt.consent || grant.duration == Duration::Once) && !was_asked_now)
}

#[cfg(test)]
mod tests;
