//! Codes that come twice, and refresh tokens.

use std::time::Duration;

use serde_json::Value;

use crate::protocol::conformance::checks;
use crate::protocol::conformance::mode::Mode;
use crate::protocol::conformance::suite::{Suite, until};
use crate::support::platform::Answer;

pub async fn codereuse(mode: Mode) {
    reuses(mode, Duration::ZERO).await;
}

/// Long after, but while the code would still live: nothing is answered, and what came of it is dead.
pub async fn codereuse_30seconds(mode: Mode) {
    reuses(mode, Duration::from_secs(30)).await;
}

async fn reuses(mode: Mode, later: Duration) {
    let mut suite = Suite::start(mode).await;
    let attempt = suite.request("openid", &[]);
    let code = suite.code(&attempt).await;
    let first = suite.exchange(&attempt, &code).await;
    let tokens = suite.tokens(&attempt, &first).await;
    tokio::time::sleep(later).await;
    assert_eq!(suite.platform.userinfo(&tokens.access).await.status, 200, "it lives until the code comes again");
    let second = suite.exchange(&attempt, &code).await;
    checks::token_error(&second, "invalid_grant").must_be_none("the second redemption");
    suite.platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
}

/// Twice, as the suite does: once without `scope` on the refresh, once with it.
pub async fn refresh_token(mode: Mode) {
    let runs = [None, Some("openid offline_access")].map(|scope| refreshes(mode, scope));
    futures_util::future::join_all(runs).await;
}

async fn refreshes(mode: Mode, scope: Option<&str>) {
    let mut suite = Suite::start(mode).await;
    let has = |list: &str, value: &str| suite.platform.metadata[list].as_array().unwrap().iter().any(|v| v == value);
    assert!(has("scopes_supported", "offline_access") && has("grant_types_supported", "refresh_token"), "not skipped");
    let attempt = suite.request("openid offline_access", &[("prompt", Some("consent"))]);
    assert_eq!(attempt.nonce.len(), 43);
    let first = suite.complete(&attempt).await;
    assert!(suite.asked.contains(&"consent"), "prompt=consent asks: {:?}", suite.asked);
    let refresh = first.refresh.clone().expect("a refresh token");
    until(first.claims["iat"].as_u64().expect("checked") + 1).await;

    let mut parameters = vec![("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    parameters.extend(scope.map(|scope| ("scope", scope)));
    let answer = suite.token(&parameters).await;
    let body = must_refresh(&suite, &answer, &first.claims).await;

    // Rotated; the newest belongs to its client alone.
    let newest = body["refresh_token"].as_str().unwrap_or(&refresh).to_owned();
    let stolen = suite.second_client().await.refresh(&newest).await;
    checks::token_error(&stolen, "invalid_grant").must_be_none("another client's refresh token");
    must_refresh(&suite, &suite.refresh(&newest).await, &first.claims).await;
}

/// A refreshed answer: all that a first one has, the same person and sign-in, and a new time of issue.
async fn must_refresh(suite: &Suite, answer: &Answer, before: &Value) -> Value {
    checks::token_response(answer).must_be_none("the refreshed tokens");
    let body = answer.json();
    let access = body["access_token"].as_str().unwrap();
    // OIDC Core §12.2: it should have no nonce, even when the first one had.
    let claims = suite.id_token(body["id_token"].as_str().expect("an ID Token"), access, None).await;
    for name in ["iss", "sub", "aud", "azp", "auth_time"] {
        assert_eq!(claims.get(name), before.get(name), "{name}");
    }
    assert!(claims["iat"].as_u64() > before["iat"].as_u64(), "iat {} after {}", claims["iat"], before["iat"]);
    checks::userinfo(&suite.platform.userinfo(access).await, &before["sub"]).must_be_none("UserInfo");
    body
}
