//! A house with its defaults: what nobody has turned on is neither promised nor done.

use serde_json::{Value, json};

use crate::support::certificates::Certificate;
use crate::support::person::Person;
use crate::support::platform::{Answer, CALLBACK, Method, NewClient, Platform, http};
use crate::support::proofs::{Jws, ProofKey};
use crate::support::registrant::register;
use crate::support::server::Server;

use super::bench::{BEARER, House, document};

const CERTIFICATES: [&str; 2] = ["tls_client_auth", "self_signed_tls_client_auth"];
const ATTESTATION: &str = "attest_jwt_client_auth";

async fn defaults() -> (&'static Server, Value) {
    let server = Server::shared().await;
    (server, document(server, "/.well-known/openid-configuration").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_off_is_not_promised() {
    let (_, metadata) = defaults().await;
    let full = &House::shared().await.metadata;
    let mut off: Vec<&str> = Vec::new();
    for (member, value) in full.as_object().expect("an object") {
        match &metadata[member] {
            Value::Null => off.push(member),
            // Each value that is there is among those that the other tests use.
            Value::Array(values) => {
                let known = value.as_array().expect("a list");
                let is_ours = |one: &&Value| !one.as_str().is_some_and(|text| text.starts_with("http"));
                let missing: Vec<_> = values.iter().filter(is_ours).filter(|one| !known.contains(one)).collect();
                assert!(missing.is_empty(), "{member}: {missing:?}");
            }
            _ => {}
        }
    }
    off.sort_unstable();
    let wanted = [
        "client_attestation_pop_signing_alg_values_supported",
        "client_attestation_signing_alg_values_supported",
        "client_id_metadata_document_supported",
        "mtls_endpoint_aliases",
        "registration_endpoint",
        "tls_client_certificate_bound_access_tokens",
    ];
    assert_eq!(off, wanted);
    assert!(metadata.as_object().expect("an object").keys().all(|member| full.get(member).is_some()));
    for endpoint in ["token", "introspection", "revocation"] {
        let methods = metadata[format!("{endpoint}_endpoint_auth_methods_supported")].as_array().expect("a list");
        for method in CERTIFICATES.into_iter().chain([ATTESTATION]) {
            assert!(!methods.contains(&json!(method)), "{endpoint}: {method}");
        }
    }
    let grants = metadata["grant_types_supported"].as_array().expect("a list");
    assert!(!grants.contains(&json!(BEARER)), "no issuer is trusted");
    assert!(!metadata["scopes_supported"].as_array().expect("a list").contains(&json!("albums.read")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_off_is_not_done() {
    let (server, _) = defaults().await;
    // Registration.
    let good = json!({ "redirect_uris": [CALLBACK] });
    assert_eq!(register(&server.issuer, None, &good).await.status, 404);
    // A client that is a document.
    let mut person = Person::signed_up(server).await;
    let mut platform = Platform::at(server, &NewClient::new(Method::None)).await;
    let own = std::mem::replace(&mut platform.client.id, "https://orbitphotos.example/app".to_owned());
    let page = person.visit(platform.attempt("openid").url.as_str()).await.page();
    assert_eq!(
        (page.status, page.text().contains("unauthorized_client") || page.text().contains("invalid_")),
        (400, true)
    );
    platform.token(&[("grant_type", "refresh_token")]).await.must_refuse(401, "invalid_client");
    platform.client.id = own;
    // Methods that need certificates or attesters: nobody is registered for them …
    for method in CERTIFICATES.into_iter().chain([ATTESTATION]) {
        let args = ["client", "add", "--name", "Orbit", "--redirect-uri", CALLBACK, "--auth-method", method];
        let keys = Certificate::self_signed("orbit", "client.example").jwks();
        let metadata = match method {
            "tls_client_auth" => json!({ "tls_client_auth_subject_dn": "CN=orbit" }),
            "self_signed_tls_client_auth" => json!({ "jwks": keys }),
            _ => json!({}),
        };
        let (is_done, _, why) = server.try_cli(&[&args[..], &["--metadata", &metadata.to_string()]].concat());
        assert!(!is_done && why.contains("token_endpoint_auth_method"), "{method}: {why}");
    }
    // … and whatever proofs come count for nothing.
    let client = Platform::at(server, &NewClient::new(Method::Basic)).await;
    let certificate = Certificate::self_signed("orbit", "client.example");
    let der = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &certificate.der);
    let named = [("client_id", client.client.id.as_str()), ("token", "x")];
    for header in ["client-cert", "x-client-cert", "ssl-client-cert", "x-forwarded-client-cert"] {
        let request = http().post(client.endpoint("introspection_endpoint")).header(header, format!(":{der}:"));
        Answer::of(request.form(&named)).await.must_refuse(401, "invalid_client");
    }
    let key = ProofKey::generate();
    let claims = json!({ "iss": super::bench::ATTESTER, "sub": client.client.id, "exp": u32::MAX, "cnf": { "jwk": key.public() } });
    let attestation = Jws::new(json!({ "alg": "ES256", "typ": "oauth-client-attestation+jwt" }), claims, &key).text();
    let proof = json!({ "aud": server.issuer, "jti": "x", "iat": crate::support::platform::now() });
    let proof = Jws::new(json!({ "alg": "ES256", "typ": "oauth-client-attestation-pop+jwt" }), proof, &key).text();
    let request = http().post(client.endpoint("token_endpoint")).header("oauth-client-attestation", attestation);
    let request = request.header("oauth-client-attestation-pop", proof).form(&[("grant_type", "authorization_code")]);
    Answer::of(request).await.must_refuse(401, "invalid_client");
    // Tokens of a client that wants them bound to a certificate are never given without one.
    let bound =
        NewClient::new(Method::Basic).with("--metadata", r#"{"tls_client_certificate_bound_access_tokens":true}"#);
    let bound = Platform::at(server, &bound).await;
    let attempt = bound.attempt("openid");
    let came = super::bench::answer(&mut person, &attempt).await;
    bound.exchange(&attempt, came.field("code")).await.must_refuse(400, "invalid_request");
    // Assertions of issuers that nobody trusts.
    let trusting = Platform::at(server, &NewClient::new(Method::Basic).with("--grant-type", BEARER)).await;
    let assertion = crate::support::platform::Key::generate().assertion("x", &server.issuer, &Value::Null);
    let form = [("grant_type", BEARER), ("assertion", assertion.as_str())];
    trusting.token(&form).await.must_refuse(400, "unsupported_grant_type");
    // DPoP nonces and stronger sign-ins, where nobody asked for them.
    let plain = client.sign_in(&mut person, "openid").await;
    let told = client.userinfo(&plain.access).await;
    assert_eq!((told.status, told.header("www-authenticate")), (200, None));
}
