//! Accounts elsewhere: linked by a sign-in there, linked anew, forgotten.

use poem::Response;
use poem::http::HeaderValue;
use poem::http::header::HeaderName;

use crate::config::LinkedProvider;
use crate::error::Error;
use crate::outbound::openid::{Answer, Refusal};
use crate::provider::logos;
use crate::wallet::badges::State;
use crate::wallet::linked::{self, Linked, Unlinked};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::pages::notice;
use crate::web::view::{Chip, Problem, When};
use crate::web::views::linked::{Leaving, LinkedAccounts, Row};
use crate::words::Words;

const PAGE: &str = "/account/linked";

/// What a page says that a person comes back to without a badge.
const FAILURES: &[(Unlinked, &str)] = &[
    (Unlinked::Unproven(Refusal::Told), "problem-linked-told"),
    (Unlinked::Unproven(Refusal::Away), "problem-linked-away"),
    (Unlinked::Unproven(Refusal::Unfit), "problem-linked-unfit"),
    (Unlinked::Unproven(Refusal::OtherIssuer), "problem-linked-issuer"),
    (Unlinked::Unproven(Refusal::Code), "problem-linked-code"),
    (Unlinked::Unproven(Refusal::Token), "problem-linked-token"),
    (Unlinked::Unknown, "problem-linked-unknown"),
    (Unlinked::Taken, "problem-linked-taken"),
    (Unlinked::Other, "problem-linked-other"),
    (Unlinked::Full, "problem-badges-full"),
];

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let mut frame = person.frame(&call.visit);
    notice::tell(&call, &mut frame);
    let failed = call.query_value("failed").unwrap_or_default();
    if let Some((_, key)) = FAILURES.iter().find(|(why, _)| why.reason() == failed) {
        frame.problems.push(Problem { field: "", text: frame.t(key) });
    }
    let held = linked::list(&call.app, person.session.account).await?;
    let providers = &call.app.config.linked_providers;
    let known = providers.iter().map(|provider| {
        let held = held.iter().find(|held| held.provider == provider.id);
        row(frame.words, &provider.id, &provider.name, Some(provider), held)
    });
    // The operator has taken their provider off: they can only be forgotten.
    let is_gone = |held: &&Linked| !providers.iter().any(|provider| provider.id == held.provider);
    let gone =
        held.iter().filter(is_gone).map(|held| row(frame.words, &held.provider, &held.provider, None, Some(held)));
    let rows = known.chain(gone).collect();
    answer::html(&LinkedAccounts { frame, rows })
}

fn row(words: Words, id: &str, name: &str, provider: Option<&LinkedProvider>, held: Option<&Linked>) -> Row {
    let state = held.and_then(|held| held.badge).map(|(state, _)| state);
    let told = match (held, state) {
        (None, _) => None,
        (Some(held), Some(State::Active)) => Some(Chip::checked(words, held.linked_at)),
        (Some(_), Some(State::Expired)) => Some(Chip { text: words.t("linked-expired"), is_checked: false }),
        (Some(_), _) => Some(Chip { text: words.t("linked-off"), is_checked: false }),
    };
    let until = held.filter(|_| state == Some(State::Active)).and_then(|held| held.badge?.1);
    Row {
        name: name.to_owned(),
        account: held.and_then(|held| held.name.clone()),
        logo: provider.and_then(logos::provider_href),
        told,
        until: until.map(|at| When::date(words, at)),
        link_action: provider.map(|_| format!("{PAGE}/{id}")),
        unlink_action: held.map(|_| format!("{PAGE}/{id}/remove")),
    }
}

/// Off to the provider, by a page of ours: a form must not lead out of the house (DESIGN.md §0.10).
pub async fn link(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let person = call.person().await?;
    let (account, session) = (person.session.account, person.session.id);
    let provider = linked::provider(&call.app, call.path("provider"))?;
    let url = match linked::begin(&call.app, account, session, &provider.id).await? {
        Ok(url) => url,
        Err(why) => return Ok(failed(why)),
    };
    let frame = person.frame(&call.visit);
    let page = Leaving {
        frame,
        name: provider.name.clone(),
        origin: url.origin().ascii_serialization(),
        href: url.to_string(),
    };
    let mut response = answer::html(&page)?;
    if let Ok(refresh) = HeaderValue::from_str(&format!("0;url={url}")) {
        response.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
    }
    Ok(response)
}

/// Back from the provider.
pub async fn callback(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let (account, session) = (person.session.account, person.session.id);
    let came =
        Answer { code: call.query_value("code"), iss: call.query_value("iss"), error: call.query_value("error") };
    let state = call.query_value("state").unwrap_or_default();
    let (provider, origin) = (call.path("provider"), call.visit.origin());
    Ok(match linked::finish(&call.app, account, session, provider, &state, &came, origin).await? {
        Ok(()) => notice::done(PAGE, "linked-done"),
        Err(Unlinked::Unproven(Refusal::Denied)) => notice::done(PAGE, "linked-denied"),
        Err(why) => failed(why),
    })
}

fn failed(why: Unlinked) -> Response {
    answer::see_other(&format!("{PAGE}?failed={}", why.reason()))
}

pub async fn unlink(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let person = call.person().await?;
    linked::unlink(&call.app, person.session.account, call.path("provider"), call.visit.origin()).await?;
    Ok(notice::done(PAGE, "linked-removed"))
}
