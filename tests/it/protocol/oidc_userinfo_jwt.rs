//! OIDC Core §5.3.2: UserInfo as a JWT: signed, encrypted, or both.

use serde_json::{Value, json};

use crate::support::person::{Answers, Person};
use crate::support::platform::jose_header;
use crate::support::server::Server;

use super::rfc7516_encryption::{Recipient, registered, verified};

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s5_3_2_signed_encrypted_or_both() {
    let recipient = Recipient::generate();
    let mut person = Person::signed_up(Server::shared().await).await;
    let (alg, enc) = ("RSA-OAEP-256", "A128CBC-HS256");
    for (sign, is_encrypted) in [
        (Some("RS256"), false),
        (Some("ES256"), false),
        (Some("EdDSA"), false),
        (Some("PS256"), false),
        (None, true),
        (Some("ES256"), true),
    ] {
        let metadata = json!({
            "userinfo_signed_response_alg": sign,
            "userinfo_encrypted_response_alg": is_encrypted.then_some(alg),
        });
        let platform = registered(&recipient, &metadata).await;
        let attempt = platform.attempt("openid email");
        let tokens = platform.sign_in_with(&mut person, attempt, &Answers::only(&["email"])).await;
        let answer = platform.userinfo(&tokens.access).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/jwt")), "{metadata}");
        let (token, claims): (Option<String>, Option<Value>) = match (sign, is_encrypted) {
            (Some(_), false) => (Some(answer.text()), None),
            (Some(_), true) => (Some(recipient.open_nested(&answer.text(), alg, enc)), None),
            (None, _) => {
                let (header, content) = recipient.open(&answer.text(), alg, enc);
                assert!(header.get("cty").is_none(), "not nested: {header}");
                (None, Some(serde_json::from_slice(&content).unwrap()))
            }
        };
        let claims = match &token {
            Some(token) => {
                assert_eq!(jose_header(token)["alg"].as_str(), sign);
                verified(&platform, token).await
            }
            None => claims.unwrap(),
        };
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(platform.issuer), &json!(platform.client.id)));
        assert_eq!(claims["sub"], tokens.claims["sub"]);
        assert_eq!(claims["email"], person.email.as_str());
        assert!(claims.get("phone_number").is_none());
        // Refusals stay what they are.
        platform.userinfo("sw_at_x").await.must_refuse(401, "invalid_token");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s5_3_2_without_a_key_nothing_is_told() {
    let recipient = Recipient::generate();
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    let platform = registered(&recipient, &json!({})).await;
    let tokens = platform.sign_in(&mut person, "openid email").await;
    let gone = json!({
        "jwks": null,
        "jwks_uri": "https://keys.orbitphotos.invalid/jwks",
        "userinfo_encrypted_response_alg": "ECDH-ES",
    });
    server.cli(&["client", "update", &platform.client.id, "--metadata", &gone.to_string()]);
    let refused = platform.userinfo(&tokens.access).await;
    refused.must_refuse(400, "invalid_request");
    assert!(!refused.text().contains(&person.email));
    let back = json!({"jwks_uri": null, "userinfo_encrypted_response_alg": null});
    server.cli(&["client", "update", &platform.client.id, "--metadata", &back.to_string()]);
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200, "the token is as good as before");
}
