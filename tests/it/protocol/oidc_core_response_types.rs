//! OIDC Core §3.2 and §3.3, OAuth 2.0 Multiple Response Types, JARM: what an answer carries and how it travels.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::support::person::{Answers, Landing, Person};
use crate::support::platform::{Attempt, CALLBACK, Method, NewClient, Platform, payload};
use crate::support::server::Server;

use super::rfc6749_authorization::carried;

const ALL: [&str; 5] = ["code id_token", "code token", "code id_token token", "id_token", "id_token token"];

fn everything() -> NewClient {
    let client = NewClient::new(Method::Basic).with("--no-pkce", "").with("--id-token-claims", "protocol");
    let grants = ["authorization_code", "refresh_token", "implicit"];
    let client = grants.into_iter().fold(client, |client, name| client.with("--grant-type", name));
    ALL.into_iter().chain(["code"]).fold(client, |client, name| client.with("--response-type", name))
}

async fn pair(client: &NewClient) -> (Platform, Person) {
    let server = Server::shared().await;
    (Platform::at(server, client).await, Person::signed_up(server).await)
}

/// The parameters of a fragment or a query.
fn fields(text: Option<&str>) -> HashMap<String, String> {
    url::form_urlencoded::parse(text.unwrap_or_default().as_bytes()).into_owned().collect()
}

async fn answer(person: &mut Person, attempt: &Attempt) -> Url {
    person.authorize(attempt.url.as_str(), &Answers::only(&["email"])).await
}

fn half(text: &str) -> Value {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..16]).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s3_3_2_5_and_s3_2_2_5_each_type_carries_what_it_says() {
    let (platform, mut person) = pair(&everything()).await;
    for kind in ALL {
        let wants = |word: &str| kind.split(' ').any(|w| w == word);
        let attempt = platform.attempt_with("openid email", &[("response_type", Some(kind))]);
        let url = answer(&mut person, &attempt).await;
        assert!(url.query().is_none(), "{kind}: nothing travels in the query: {url}");
        let got = fields(url.fragment());
        assert_eq!(got.get("state"), Some(&attempt.state), "{kind}");
        assert_eq!(got.get("iss"), Some(&platform.issuer), "{kind}");
        for (field, is_there) in [
            ("code", wants("code")),
            ("id_token", wants("id_token")),
            ("access_token", wants("token")),
            ("token_type", wants("token")),
            ("expires_in", wants("token")),
        ] {
            assert_eq!(got.contains_key(field), is_there, "{kind}: {field}");
        }
        if let Some(token) = got.get("id_token") {
            let claims = platform.verify(token, Some(&attempt.nonce)).await;
            assert_eq!(claims["c_hash"], got.get("code").map_or(Value::Null, |code| half(code)), "{kind}");
            assert_eq!(claims["at_hash"], got.get("access_token").map_or(Value::Null, |text| half(text)), "{kind}");
            assert_eq!(claims["s_hash"], half(&attempt.state), "{kind}");
            // OIDC Core §5.4: where UserInfo cannot be asked, the claims of the scope are in the ID Token.
            assert_eq!(claims["email"].is_string(), kind == "id_token", "{kind}: {claims}");
        }
        if let Some(token) = got.get("access_token") {
            assert_eq!(got["token_type"], "Bearer");
            assert!(got["expires_in"].parse::<u64>().is_ok_and(|seconds| seconds > 0));
            let answer = platform.userinfo(token).await;
            assert_eq!((answer.status, answer.json()["email"].is_string()), (200, true), "{kind}");
        }
        if let Some(code) = got.get("code") {
            let answer = platform.exchange(&attempt, code).await;
            let tokens = platform.tokens(&attempt, answer).await;
            if let Some(front) = got.get("id_token") {
                let front = payload(front);
                assert_eq!((&front["sub"], &front["iss"]), (&tokens.claims["sub"], &tokens.claims["iss"]), "{kind}");
            }
            // RFC 6749 §4.1.2: a code that comes twice ends all that came of its authorization.
            platform.exchange(&attempt, code).await.must_refuse(400, "invalid_grant");
            if let Some(token) = got.get("access_token") {
                platform.userinfo(token).await.must_refuse(401, "invalid_token");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s3_2_2_6_errors_travel_the_same_way() {
    let (platform, mut person) = pair(&everything()).await;
    let id_token = ("response_type", Some("code id_token"));
    for (what, changes, error) in [
        ("§3.2.2.1 no nonce", vec![id_token, ("nonce", None)], "invalid_request"),
        ("§3.1.2.1 prompt=none", vec![id_token, ("prompt", Some("none")), ("max_age", Some("0"))], "login_required"),
        ("§3.1.2.1 no openid", vec![id_token, ("scope", Some("email"))], "invalid_scope"),
        ("Multiple Response Types §3 query", vec![id_token, ("response_mode", Some("query"))], "invalid_request"),
        ("JARM §2.3.1", vec![id_token, ("response_mode", Some("query.jwt"))], "invalid_request"),
    ] {
        let attempt = platform.attempt_with("openid", &changes);
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        let Landing::Away(url) = person.walk(attempt.url.as_str(), &Answers::allow()).await else { panic!("{what}") };
        let got = fields(url.fragment());
        assert_eq!((got.get("error").map(String::as_str), url.query()), (Some(error), None), "{what}: {url}");
        assert_eq!((got.get("state"), got.contains_key("code")), (Some(&attempt.state), false), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7591_s2_1_a_client_gets_no_type_that_it_is_not_registered_for() {
    let (platform, mut person) = pair(&NewClient::new(Method::Basic)).await;
    for kind in ALL {
        let attempt = platform.attempt_with("openid", &[("response_type", Some(kind))]);
        let Landing::Away(url) = person.walk(attempt.url.as_str(), &Answers::allow()).await else { panic!("{kind}") };
        assert_eq!(fields(url.fragment()).get("error").map(String::as_str), Some("unauthorized_client"), "{kind}");
    }
    let lacks_grant = ["--response-type", "id_token", "--grant-type", "authorization_code"];
    let args = [&["client", "add", "--name", "X", "--redirect-uri", CALLBACK][..], &lacks_grant].concat();
    let (is_made, _, told) = Server::shared().await.try_cli(&args);
    assert!(!is_made && told.contains("implicit"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn jarm_s2_3_answers_as_one_signed_jwt() {
    let (platform, mut person) = pair(&everything()).await;
    let deny = Answers::deny();
    for (kind, mode, answers) in [
        ("code", "jwt", Answers::allow()),
        ("code", "query.jwt", Answers::allow()),
        ("code", "fragment.jwt", Answers::allow()),
        ("code id_token", "jwt", Answers::allow()),
        ("code id_token", "fragment.jwt", Answers::allow()),
        ("code", "jwt", deny),
    ] {
        let changes = [("response_type", Some(kind)), ("response_mode", Some(mode)), ("prompt", Some("consent"))];
        let attempt = platform.attempt_with("openid", &changes);
        let url = person.authorize(attempt.url.as_str(), &answers).await;
        let is_fragment = mode == "fragment.jwt" || kind == "code id_token";
        let (used, unused) = if is_fragment { (url.fragment(), url.query()) } else { (url.query(), url.fragment()) };
        let got = fields(used);
        assert_eq!((got.len(), unused), (1, None), "{kind} {mode}: {url}");
        let claims = verified(&platform, &got["response"]).await;
        assert_eq!(claims["iss"], platform.issuer.as_str());
        assert_eq!(claims["aud"], platform.client.id.as_str());
        assert_eq!(claims["state"], attempt.state.as_str());
        let left = claims["exp"].as_i64().unwrap() - crate::support::platform::now() as i64;
        assert!((10..=600).contains(&left), "{left}");
        match claims["error"].as_str() {
            Some(error) => assert_eq!((error, claims["code"].is_null()), ("access_denied", true)),
            None => {
                let answer = platform.exchange(&attempt, claims["code"].as_str().unwrap()).await;
                platform.tokens(&attempt, answer).await;
            }
        }
    }
}

/// The claims of a response that one of the published keys signed.
async fn verified(platform: &Platform, response: &str) -> Value {
    let jwks = crate::support::platform::Answer::of(platform.http.get(platform.endpoint("jwks_uri"))).await;
    let keys = social_wallet::jose::JwkSet::parse(&jwks.body).expect("a JWK Set");
    let verified = social_wallet::jose::verify(response, &keys, &social_wallet::jose::Alg::ALL).expect("a signature");
    Value::Object(verified.into_claims())
}

#[tokio::test(flavor = "multi_thread")]
async fn form_post_s2_carries_hybrid_answers_too() {
    let (platform, mut person) = pair(&everything()).await;
    for mode in ["form_post", "form_post.jwt"] {
        let changes = [("response_type", Some("code id_token token")), ("response_mode", Some(mode))];
        let attempt = platform.attempt_with("openid", &changes);
        let page = carried(&mut person, &attempt, &Answers::allow()).await;
        let form = page.form_to(CALLBACK);
        let pairs = form.pairs();
        let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        match mode {
            "form_post" => assert!(["code", "id_token", "access_token"].iter().all(|name| names.contains(name))),
            _ => assert_eq!(names, ["response"]),
        }
    }
}
