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

/// RFC 9701 §5: of a token that is not for who asks, the answer says that it is not active, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9701_s5_whom_the_answer_is_for() {
    let recipient = Recipient::generate();
    let mut person = Person::signed_up(Server::shared().await).await;
    let (platform, other) = (registered(&recipient, &json!({})).await, registered(&recipient, &json!({})).await);
    let tokens = platform.sign_in(&mut person, "openid").await;
    let answer = ask(&other, &tokens.access, JWT).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(told(&other, &answer.text(), "RS256").await, json!({"active": false}));
    platform.revoke(&tokens.access).await;
    for token in [&tokens.access, tokens.id_token.as_ref().expect("an ID Token")] {
        let answer = ask(&platform, token, JWT).await;
        assert_eq!(told(&platform, &answer.text(), "RS256").await, json!({"active": false}));
    }
    // RFC 7662 §2.1: a name alone is nobody, in whatever form the answer is wanted.
    let named = [("client_id", platform.client.id.as_str()), ("token", "x")];
    let request = platform.http.post(platform.endpoint("introspection_endpoint")).header(ACCEPT, JWT).form(&named);
    Answer::of(request).await.must_refuse(401, "invalid_client");
    let request = platform.http.post(platform.endpoint("introspection_endpoint")).header(ACCEPT, JWT);
    let nothing = Answer::of(request.header("authorization", platform.basic()).form(&[("x", "y")])).await;
    nothing.must_refuse(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9701_s5_a_resource_server_asks_about_a_token_for_it() {
    use super::parties::{ALBUMS, ALBUMS_CLIENT, party, platform, server, sign_in};
    let mut person = crate::support::seeded::signed_in(server().await).await;
    let platform = platform(crate::support::platform::Method::Basic).await;
    let albums = party(ALBUMS_CLIENT).await;
    let tokens = sign_in(
        &platform,
        &mut person,
        "openid profile email offline_access albums.read",
        &[("resource", Some(ALBUMS))],
    )
    .await;
    let answer = ask(&albums, &tokens.access, JWT).await;
    let told = told(&albums, &answer.text(), "RS256").await;
    assert_eq!((&told["active"], &told["aud"], &told["scope"]), (&json!(true), &json!(ALBUMS), &json!("albums.read")));
    assert_eq!(told["client_id"], platform.client.id.as_str(), "whose token it is, not who asks");
    assert!(told.get("email").is_none() && told.get("name").is_none(), "{told}");
}

/// RFC 9701 §8.1: an answer about a token is no token, whoever brings it and for what.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9701_s8_1_an_answer_is_no_token() {
    let recipient = Recipient::generate();
    let mut person = Person::signed_up(Server::shared().await).await;
    let platform = registered(&recipient, &json!({})).await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let signed = ask(&platform, &tokens.access, JWT).await.text();
    platform.userinfo(&signed).await.must_refuse(401, "invalid_token");
    assert_eq!(platform.introspect(&signed).await.json(), json!({"active": false}));
    platform.refresh(&signed).await.must_refuse(400, "invalid_grant");
    let attempt = platform.attempt_with("openid", &[("id_token_hint", Some(&signed))]);
    let came = person.authorize(attempt.url.as_str(), &crate::support::person::Answers::allow()).await;
    assert_eq!(super::answers(&came)("error").as_deref(), Some("invalid_request"), "{came}");
    let attempt = platform.attempt_with("openid", &[("request", Some(&signed))]);
    let came = person.authorize(attempt.url.as_str(), &crate::support::person::Answers::allow()).await;
    assert_eq!(super::answers(&came)("error").as_deref(), Some("invalid_request_object"), "{came}");
}

/// RFC 9701 §6: without `enc` it is A128CBC-HS256; `enc` alone says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9701_s6_what_a_client_may_register() {
    let recipient = Recipient::generate();
    let mut person = Person::signed_up(Server::shared().await).await;
    let platform = registered(&recipient, &json!({"introspection_encrypted_response_alg": "RSA-OAEP-256"})).await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let answer = ask(&platform, &tokens.access, JWT).await.text();
    let token = recipient.open_nested(&answer, "RSA-OAEP-256", "A128CBC-HS256");
    assert_eq!(told(&platform, &token, "RS256").await["active"], true);
    assert_eq!(platform.introspect(&tokens.access).await.json()["active"], true, "JSON stays as it is");
    for bad in [
        json!({"introspection_signed_response_alg": "none"}),
        json!({"introspection_signed_response_alg": "HS256"}),
        json!({"introspection_encrypted_response_alg": null, "introspection_encrypted_response_enc": "A128GCM"}),
        json!({"introspection_encrypted_response_alg": "RSA1_5"}),
        json!({"introspection_encrypted_response_alg": "ECDH-ES", "introspection_encrypted_response_enc": "A192GCM"}),
        json!({"introspection_encrypted_response_alg": "ECDH-ES", "jwks": null}),
    ] {
        let args = ["client", "update", &platform.client.id, "--metadata", &bad.to_string()];
        let (is_done, _, why) = Server::shared().await.try_cli(&args);
        assert!(!is_done && why.contains("introspection_"), "{bad}: {why}");
    }
}
