//! RFC 9701: introspection answers as JWTs.

use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::support::person::Person;
use crate::support::platform::{Answer, Platform, jose_header, now};
use crate::support::server::Server;

use super::rfc7516_encryption::{Recipient, registered, verified};

const JWT: &str = "application/token-introspection+jwt";

async fn ask(platform: &Platform, token: &str, accept: &str) -> Answer {
    let request = platform.http.post(platform.endpoint("introspection_endpoint")).header(ACCEPT, accept);
    Answer::of(request.header("authorization", platform.basic()).form(&[("token", token)])).await
}

/// What a signed answer says of the token, its envelope checked (§5).
async fn told(platform: &Platform, token: &str, alg: &str) -> Value {
    let header = jose_header(token);
    assert_eq!((header["typ"].as_str(), header["alg"].as_str()), (Some("token-introspection+jwt"), Some(alg)));
    let claims = verified(platform, token).await;
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(platform.issuer), &json!(platform.client.id)));
    assert!(claims["iat"].as_u64().is_some_and(|iat| iat.abs_diff(now()) < 60));
    assert!(
        claims.get("sub").is_none() && claims.get("exp").is_none(),
        "§5: these would make it look like another token"
    );
    claims["token_introspection"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9701_s4_and_s5_who_asks_for_a_jwt_gets_one() {
    let recipient = Recipient::generate();
    let mut person = Person::signed_up(Server::shared().await).await;
    for (registered_alg, alg) in [(None, "RS256"), (Some("ES256"), "ES256"), (Some("PS256"), "PS256")] {
        let platform = registered(&recipient, &json!({"introspection_signed_response_alg": registered_alg})).await;
        let tokens = platform.sign_in(&mut person, "openid").await;
        for accept in [JWT, "application/json;q=0.1, application/Token-Introspection+JWT ; q=0.9"] {
            let answer = ask(&platform, &tokens.access, accept).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, Some(JWT)), "{accept}");
            let told = told(&platform, &answer.text(), alg).await;
            let plain = platform.introspect(&tokens.access).await.json();
            assert_eq!((told["active"].as_bool(), &told), (Some(true), &plain), "the same in both forms");
        }
        let answer = ask(&platform, "sw_at_unknown", JWT).await;
        assert_eq!(told(&platform, &answer.text(), alg).await, json!({"active": false}));
        for accept in ["application/json", "*/*", "application/*", &format!("{JWT};q=0")] {
            let answer = ask(&platform, &tokens.access, accept).await;
            assert_eq!(answer.header("content-type"), Some("application/json"), "{accept}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9701_s6_encrypted_where_it_is_registered() {
    let recipient = Recipient::generate();
    let mut person = Person::signed_up(Server::shared().await).await;
    let metadata = json!({
        "introspection_encrypted_response_alg": "ECDH-ES+A256KW",
        "introspection_encrypted_response_enc": "A256CBC-HS512",
    });
    let platform = registered(&recipient, &metadata).await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let answer = ask(&platform, &tokens.access, JWT).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some(JWT)));
    let token = recipient.open_nested(&answer.text(), "ECDH-ES+A256KW", "A256CBC-HS512");
    assert_eq!(told(&platform, &token, "RS256").await["active"], true);
    // Errors are JSON, whatever was asked for.
    let request = platform.http.post(platform.endpoint("introspection_endpoint")).header(ACCEPT, JWT);
    let answer = Answer::of(request.header("authorization", "Basic eDp4").form(&[("token", "x")])).await;
    answer.must_refuse(401, "invalid_client");
    assert_eq!(answer.header("content-type"), Some("application/json"));
}
