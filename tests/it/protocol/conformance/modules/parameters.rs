//! Parameters that may be honoured, and must never break a request.

use crate::protocol::conformance::mode::Mode;
use crate::protocol::conformance::suite::{Change, Suite};
use crate::support::form::Page;

/// A whole sign-in with these parameters added.
async fn succeeds(mode: Mode, added: &[Change<'_>]) {
    let mut suite = Suite::start(mode).await;
    suite.complete(&suite.request("openid", added)).await;
}

/// The first page of a request with these parameters added.
async fn first_page(mode: Mode, added: &[Change<'_>]) -> Page {
    let mut suite = Suite::start(mode).await;
    let attempt = suite.request("openid", added);
    let page = suite.person.visit(attempt.url.as_str()).await.page();
    assert_eq!((page.status, page.find_form("identifier").is_some()), (200, true), "{}", page.text());
    page
}

pub async fn display_page(mode: Mode) {
    succeeds(mode, &[("display", Some("page"))]).await;
}

pub async fn display_popup(mode: Mode) {
    succeeds(mode, &[("display", Some("popup"))]).await;
}

/// `se` is what the suite sends, and a language that few pages have.
pub async fn ui_locales(mode: Mode) {
    succeeds(mode, &[("ui_locales", Some("se"))]).await;
    let page = first_page(mode, &[("ui_locales", Some("se ar"))]).await;
    assert_eq!(page.attributes("html", "lang"), ["ar"], "the first that there is");
}

pub async fn claims_locales(mode: Mode) {
    succeeds(mode, &[("claims_locales", Some("se"))]).await;
}

/// Whoever is named, known or not: no error, and the same page.
pub async fn login_hint(mode: Mode) {
    let nobody = "buffy@127.0.0.1";
    succeeds(mode, &[("login_hint", Some(nobody))]).await;
    let page = first_page(mode, &[("login_hint", Some(nobody))]).await;
    assert_eq!(page.form("identifier").value("identifier").as_deref(), Some(nobody));
}

pub async fn ensure_request_with_unknown_parameter_succeeds(mode: Mode) {
    succeeds(mode, &[("extra", Some("foobar"))]).await;
}

/// The verifier that belongs to the challenge succeeds, and only it.
pub async fn ensure_request_with_valid_pkce_succeeds(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let methods = &suite.platform.metadata["code_challenge_methods_supported"];
    assert!(methods.as_array().unwrap().iter().any(|method| method == "S256"), "{methods}");
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"; // RFC 7636 appendix B
    let added = [("code_challenge", Some(challenge)), ("code_challenge_method", Some("S256"))];
    let mut attempt = suite.request("openid", &added);
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".clone_into(&mut attempt.verifier);
    suite.complete(&attempt).await;
    let code = suite.code(&attempt).await;
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK".clone_into(&mut attempt.verifier);
    suite.exchange(&attempt, &code).await.must_refuse(400, "invalid_grant");
}

/// One of the contexts that the metadata lists is reached and told; contexts of others change nothing.
pub async fn ensure_request_with_acr_values_succeeds(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let listed = suite.platform.metadata["acr_values_supported"].as_array().expect("published").clone();
    let joined = listed.iter().map(|acr| acr.as_str().unwrap()).collect::<Vec<_>>().join(" ");
    let tokens = suite.complete(&suite.request("openid", &[("acr_values", Some(&joined))])).await;
    assert!(listed.contains(&tokens.claims["acr"]), "{} is none of {listed:?}", tokens.claims["acr"]);
    let of_others = suite.complete(&suite.request("openid", &[("acr_values", Some("1 2"))])).await;
    assert!(listed.contains(&of_others.claims["acr"]), "what was reached, not what was wished: {}", of_others.claims);
}
