//! OIDC Discovery §3, RFC 8414 §3 and RFC 7517 §5: what is published is what is done.

use serde_json::Value;

use crate::support::platform::{Answer, Method, NewClient, jose_header};
use crate::support::server::Server;

use super::{pair, platform};

async fn document(path: &str) -> Answer {
    let server = Server::shared().await;
    Answer::of(crate::support::platform::http().get(format!("{}{path}", server.issuer))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_discovery_s4_and_rfc8414_s3_one_document() {
    let oidc = document("/.well-known/openid-configuration").await;
    let oauth = document("/.well-known/oauth-authorization-server").await;
    assert_eq!((oidc.status, oauth.status), (200, 200));
    assert_eq!(oidc.header("content-type"), Some("application/json"));
    assert_eq!(oidc.json(), oauth.json());
    assert_eq!(oidc.json()["issuer"], Server::shared().await.issuer.as_str());
    assert_eq!(oidc.header("access-control-allow-origin"), None, "without an Origin there is nothing to allow");
}

#[tokio::test(flavor = "multi_thread")]
async fn conformance_s2_5_every_endpoint_that_is_named_answers() {
    let metadata = document("/.well-known/openid-configuration").await.json();
    let http = crate::support::platform::http();
    for (name, value) in metadata.as_object().unwrap() {
        assert!(!value.is_null() && value != "" && value.as_array().is_none_or(|list| !list.is_empty()), "{name}");
        if name.ends_with("_endpoint") || name.ends_with("_uri") || name == "service_documentation" {
            let answer = Answer::of(http.get(value.as_str().unwrap())).await;
            assert!(answer.status != 404 && answer.status < 500, "{name}: {}", answer.status);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7517_s5_keys_are_public_distinct_and_one_for_each_alg() {
    let jwks = document("/jwks").await;
    assert_eq!((jwks.status, jwks.header("content-type")), (200, Some("application/json")));
    let (_, mut person) = pair().await;
    let metadata = document("/.well-known/openid-configuration").await.json();
    for alg in metadata["id_token_signing_alg_values_supported"].as_array().unwrap() {
        let alg: &'static str =
            ["ES256", "EdDSA", "RS256", "PS256"].into_iter().find(|a| alg == a).expect("a known alg");
        let client = platform(&NewClient::new(Method::Basic).with("--id-token-alg", alg)).await;
        let tokens = client.sign_in(&mut person, "openid").await;
        let header = jose_header(&tokens.id_token.expect("an ID Token"));
        assert_eq!(header["alg"], alg);
        let keys = document("/jwks").await.json();
        let named: Vec<&Value> =
            keys["keys"].as_array().unwrap().iter().filter(|key| key["kid"] == header["kid"]).collect();
        assert_eq!(named.len(), 1, "{alg}");
        assert_eq!(named[0]["alg"], alg);
    }
    let keys = document("/jwks").await.json();
    let keys = keys["keys"].as_array().unwrap();
    let kids: std::collections::BTreeSet<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
    assert_eq!(kids.len(), keys.len());
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private}");
        }
        assert_eq!(key["use"], if key["alg"].is_string() { "sig" } else { "enc" }, "{key}");
    }
}
