//! UserInfo: three ways of bringing the token, and what each scope asks for.

use reqwest::RequestBuilder;
use serde_json::Value;

use crate::protocol::conformance::checks;
use crate::protocol::conformance::mode::Mode;
use crate::protocol::conformance::suite::Suite;
use crate::support::platform::{Answer, Platform};

const PROFILE: &str = "name given_name family_name middle_name nickname preferred_username profile picture website \
    gender birthdate zoneinfo locale updated_at";
const EMAIL: &str = "email email_verified";
const PHONE: &str = "phone_number phone_number_verified";
const ADDRESS: &str = "address";

async fn brings(mode: Mode, request: impl Fn(&Platform, &str) -> RequestBuilder) {
    let mut suite = Suite::start(mode).await;
    let tokens = suite.sign_in("openid").await;
    let answer = Answer::of(request(&suite.platform, &tokens.access)).await;
    checks::userinfo(&answer, &tokens.claims["sub"]).must_be_none("UserInfo");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let wrong = Answer::of(request(&suite.platform, &format!("{}x", tokens.access))).await;
    wrong.must_refuse(401, "invalid_token");
}

pub async fn userinfo_get(mode: Mode) {
    brings(mode, |p, token| p.http.get(p.endpoint("userinfo_endpoint")).bearer_auth(token)).await;
}

pub async fn userinfo_post_header(mode: Mode) {
    brings(mode, |p, token| p.http.post(p.endpoint("userinfo_endpoint")).bearer_auth(token)).await;
}

/// The suite warns where this is refused.
pub async fn userinfo_post_body(mode: Mode) {
    brings(mode, |p, token| p.http.post(p.endpoint("userinfo_endpoint")).form(&[("access_token", token)])).await;
}

/// All claims of the scope and no others at UserInfo; none in the ID Token, which the recurring checks see to.
async fn tells(mode: Mode, scope: &str, claims: &[&str]) {
    let mut suite = Suite::start(mode).await;
    let offered = suite.platform.metadata["scopes_supported"].as_array().unwrap().clone();
    for value in scope.split(' ') {
        assert!(offered.iter().any(|one| one == value), "the module would be skipped: {value}");
    }
    let tokens = suite.sign_in(scope).await;
    let mut told: Vec<&str> = tokens.userinfo.as_object().unwrap().keys().map(String::as_str).collect();
    let mut wanted: Vec<&str> = claims.iter().flat_map(|claims| claims.split(' ')).chain(["sub"]).collect();
    told.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(told, wanted, "{scope}");
}

pub async fn scope_profile(mode: Mode) {
    tells(mode, "openid profile", &[PROFILE]).await;
}

pub async fn scope_email(mode: Mode) {
    tells(mode, "openid email", &[EMAIL]).await;
}

pub async fn scope_address(mode: Mode) {
    tells(mode, "openid address", &[ADDRESS]).await;
}

pub async fn scope_phone(mode: Mode) {
    tells(mode, "openid phone", &[PHONE]).await;
}

pub async fn scope_all(mode: Mode) {
    tells(mode, "openid profile email address phone", &[PROFILE, EMAIL, ADDRESS, PHONE]).await;
}

/// The claim comes at UserInfo, where it was asked for, and not in the ID Token; there only if there is no UserInfo.
pub async fn claims_essential(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    assert_eq!(suite.platform.metadata["claims_parameter_supported"], Value::Bool(true));
    let is_alone = mode.response_type == "id_token";
    let claims = match is_alone {
        true => r#"{"id_token":{"name":{"essential":true}}}"#,
        false => r#"{"userinfo":{"name":{"essential":true}}}"#,
    };
    let attempt = suite.request("openid", &[("claims", Some(claims))]);
    let tokens = suite.complete(&attempt).await;
    assert!(tokens.userinfo["name"].is_string(), "{}", tokens.userinfo);
    assert_eq!(tokens.claims.get("name").is_some(), is_alone, "{}", tokens.claims);
}
