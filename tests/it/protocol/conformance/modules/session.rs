//! Who must sign in again, who must not, and what the ID Token says of it.

use crate::protocol::conformance::mode::Mode;
use crate::protocol::conformance::suite::{Change, Response, Suite, Tokens, until};
use crate::support::platform::now;

/// A second request in the same browser.
async fn again(suite: &mut Suite, changes: &[Change<'_>]) -> Tokens {
    suite.complete(&suite.request("openid", changes)).await
}

/// A new sign-in of the same person: the page came, and the time is later than the first one's, which was before `at`.
fn must_be_new(suite: &Suite, first: &Tokens, at: u64, second: &Tokens) {
    assert!(suite.asked.contains(&"sign in"), "the page came again: {:?}", suite.asked);
    assert_eq!(first.claims["sub"], second.claims["sub"]);
    assert!(second.auth_time() >= at, "{} from {at} on", second.auth_time());
    assert!(second.auth_time() + 60 > now(), "and recent");
}

/// The same sign-in: nobody was asked anything.
fn must_be_same(suite: &Suite, first: &Tokens, second: &Tokens) {
    assert!(suite.asked.is_empty(), "{:?}", suite.asked);
    assert_eq!(first.claims["sub"], second.claims["sub"]);
    assert_eq!(first.claims.get("auth_time"), second.claims.get("auth_time"));
}

pub async fn prompt_login(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let first = suite.sign_in("openid").await;
    let at = now() + 1;
    until(at).await;
    let second = again(&mut suite, &[("prompt", Some("login"))]).await;
    must_be_new(&suite, &first, at, &second);
}

pub async fn prompt_none_not_logged_in(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let attempt = suite.request("openid", &[("prompt", Some("none"))]);
    suite.must_refuse(&attempt, &["login_required"]).await;
    assert!(suite.asked.is_empty(), "{:?}", suite.asked);
    assert_eq!(suite.person.trail.len(), 1, "never a page: {:?}", suite.person.trail);
}

pub async fn prompt_none_logged_in(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let first = suite.sign_in("openid email").await;
    let silent = suite.request("openid email", &[("prompt", Some("none"))]);
    let second = suite.complete(&silent).await;
    must_be_same(&suite, &first, &second);
}

/// Two seconds are too old, and `auth_time` must be told.
pub async fn max_age_1(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let first = suite.sign_in("openid").await;
    let at = now() + 2;
    until(at).await;
    let second = again(&mut suite, &[("max_age", Some("1"))]).await;
    must_be_new(&suite, &first, at, &second);
}

pub async fn max_age_10000(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let first = again(&mut suite, &[("max_age", Some("15000"))]).await;
    let second = again(&mut suite, &[("max_age", Some("10000"))]).await;
    assert_eq!(first.auth_time(), second.auth_time(), "told, as it was asked for");
    must_be_same(&suite, &first, &second);
}

/// The hint of the person who is signed in, of this session or of another one.
pub async fn id_token_hint(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let first = suite.sign_in("openid").await;
    let hinted = |hint: &str| suite.request("openid", &[("prompt", Some("none")), ("id_token_hint", Some(hint))]);
    let attempt = hinted(&first.id_token);
    let second = suite.complete(&attempt).await;
    must_be_same(&suite, &first, &second);

    suite.person = suite.person.elsewhere();
    let attempt = suite.request("openid", &[("id_token_hint", Some(&first.id_token))]);
    let third = suite.complete(&attempt).await;
    assert!(suite.asked.contains(&"sign in"), "another session than the hint is of: {:?}", suite.asked);
    assert_eq!(third.claims["sub"], first.claims["sub"]);
    let attempt = suite.request("openid", &[("prompt", Some("none")), ("id_token_hint", Some(&first.id_token))]);
    let fourth = suite.complete(&attempt).await;
    must_be_same(&suite, &third, &fourth);

    // What is no ID Token of ours names nobody: an error, and no silent sign-in of whoever is there.
    let spoilt = format!("{}A", first.id_token);
    let attempt = suite.request("openid", &[("prompt", Some("none")), ("id_token_hint", Some(&spoilt))]);
    let response = suite.send(&attempt).await;
    assert!(matches!(response, Response::Sent(_)));
    suite.refused_with(&attempt, response, &["invalid_request"]);
}
