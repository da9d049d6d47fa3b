//! What discovery says about grant types, client authentication and bound tokens.

use serde_json::json;

use crate::support::platform::{Answer, CALLBACK, http, now, payload};
use crate::support::random_text;

use super::Probe::Each;
use super::Row;
use super::bench::{ALBUMS, BEARER, Bench, CIBA, DEVICE, EXCHANGE, Party, STAFF};

/// At which endpoint a client shows who it is.
const TOKEN: &str = "token_endpoint";
const INTROSPECTION: &str = "introspection_endpoint";
const REVOCATION: &str = "revocation_endpoint";

pub const PROBES: &[Row] = &[
    ("grant_types_supported", Each(|bench, value| Box::pin(grant_type(bench, value)))),
    ("token_endpoint_auth_methods_supported", Each(|bench, value| Box::pin(method(bench, TOKEN, value)))),
    (
        "introspection_endpoint_auth_methods_supported",
        Each(|bench, value| Box::pin(method(bench, INTROSPECTION, value))),
    ),
    ("revocation_endpoint_auth_methods_supported", Each(|bench, value| Box::pin(method(bench, REVOCATION, value)))),
    ("token_endpoint_auth_signing_alg_values_supported", Each(|bench, value| Box::pin(alg(bench, TOKEN, value)))),
    (
        "introspection_endpoint_auth_signing_alg_values_supported",
        Each(|bench, value| Box::pin(alg(bench, INTROSPECTION, value))),
    ),
    (
        "revocation_endpoint_auth_signing_alg_values_supported",
        Each(|bench, value| Box::pin(alg(bench, REVOCATION, value))),
    ),
    ("dpop_signing_alg_values_supported", Each(|bench, value| Box::pin(dpop(bench, value)))),
    (
        "client_attestation_signing_alg_values_supported",
        Each(|bench, value| Box::pin(attestation(bench, value, "ES256"))),
    ),
    (
        "client_attestation_pop_signing_alg_values_supported",
        Each(|bench, value| Box::pin(attestation(bench, "ES256", value))),
    ),
];

async fn grant_type(bench: &mut Bench, grant: &str) {
    let orbit = bench.house.orbit().await;
    let tokens = bench.sign_in(&orbit, "openid email offline_access", &[("prompt", Some("consent"))]).await;
    let access = "urn:ietf:params:oauth:token-type:access_token";
    let staff = json!({
        "iss": STAFF, "sub": bench.person.email, "aud": orbit.issuer, "iat": now(), "exp": now() + 60,
        "jti": random_text(),
    });
    let staff = bench.house.staff.sign(&staff);
    let question = [("scope", "openid email"), ("login_hint", bench.person.email.as_str())];
    let mut form = vec![("grant_type", grant.to_owned())];
    match grant {
        // The sign-in above.
        "authorization_code" => return assert_eq!(orbit.userinfo(&tokens.access).await.status, 200),
        "implicit" => {
            let members = json!({ "grant_types": ["implicit"], "response_types": ["id_token token"] });
            let party = bench.register(&members).await;
            let attempt = party.platform.attempt_with("openid", &[("response_type", Some("id_token token"))]);
            let came = bench.answer(&attempt).await;
            party.platform.verify(came.field("id_token"), Some(&attempt.nonce)).await;
            return assert_eq!(party.platform.userinfo(came.field("access_token")).await.status, 200);
        }
        "client_credentials" => form.push(("resource", ALBUMS.to_owned())),
        "refresh_token" => form.push(("refresh_token", tokens.refresh.expect("a refresh token"))),
        EXCHANGE => form.extend([("subject_token", tokens.access), ("subject_token_type", access.to_owned())]),
        BEARER => form.push(("assertion", staff)),
        CIBA => {
            let asked = orbit.post("backchannel_authentication_endpoint", &question).await.json();
            let id = asked["auth_req_id"].as_str().expect("an auth_req_id").to_owned();
            super::endpoints::allow(bench, &id).await;
            form.push(("auth_req_id", id));
        }
        DEVICE => {
            let asked = orbit.post("device_authorization_endpoint", &question[..1]).await.json();
            let page = bench.person.visit("/device").await.page();
            let typed = page.form("user_code").fill("user_code", asked["user_code"].as_str().expect("a code"));
            let page = bench.person.submit(&page, &typed).await.page();
            bench.person.decide(&page, &crate::support::person::Answers::only(&["email"])).await.page();
            form.push(("device_code", asked["device_code"].as_str().expect("a code").to_owned()));
        }
        other => panic!("nobody uses {other}"),
    }
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = orbit.token(&form).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
    match grant {
        "client_credentials" => assert_eq!(payload(&token)["aud"], ALBUMS),
        _ => assert_eq!(orbit.userinfo(&token).await.json()["email"], bench.person.email.as_str()),
    }
}

/// What a client registers for a method.
fn registration(party_keys: &super::bench::House, method: &str, alg: Option<&str>) -> serde_json::Value {
    let mut members = json!({ "token_endpoint_auth_method": method, "token_endpoint_auth_signing_alg": alg });
    match method {
        "tls_client_auth" => members["tls_client_auth_subject_dn"] = json!("CN=orbit,O=Orbit\\, Photos"),
        "self_signed_tls_client_auth" => {
            members["jwks"] = party_keys.alone.jwks();
        }
        _ => {}
    }
    members
}

/// A client that shows who it is at an endpoint, and what the endpoint does for it.
async fn authenticates(bench: &mut Bench, endpoint: &str, method: &str, alg: Option<&str>) {
    let party = bench.register(&registration(bench.house, method, alg)).await;
    let attempt = party.platform.attempt("openid");
    let came = bench.answer(&attempt).await;
    let form = exchange(came.field("code"), &attempt.verifier);
    let got = party.post(TOKEN, &form, method, alg).await;
    assert_eq!(got.status, 200, "{method} {alg:?}: {}", got.text());
    let token = got.json()["access_token"].as_str().expect("a token").to_owned();
    match endpoint {
        TOKEN => assert_eq!(party.platform.userinfo(&token).await.status, 200),
        INTROSPECTION => {
            let told = party.post(endpoint, &[("token", &token)], method, alg).await;
            assert_eq!(told.json()["active"], true, "{method} {alg:?}: {}", told.text());
        }
        _ => {
            assert_eq!(party.post(endpoint, &[("token", &token)], method, alg).await.status, 200, "{method} {alg:?}");
            party.platform.userinfo(&token).await.must_refuse(401, "invalid_token");
        }
    }
    // Its name alone is nobody, unless that is its method.
    if method != "none" {
        let named = [("client_id", party.id()), ("token", &token)];
        let answer = Answer::of(http().post(bench.house.endpoint(endpoint)).form(&named)).await;
        answer.must_refuse(401, "invalid_client");
    }
}

pub fn exchange<'a>(code: &'a str, verifier: &'a str) -> [(&'static str, &'a str); 4] {
    let of_code = ("grant_type", "authorization_code");
    [of_code, ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", verifier)]
}

async fn method(bench: &mut Bench, endpoint: &str, method: &str) {
    let alg = match method {
        "client_secret_jwt" => Some("HS256"),
        "private_key_jwt" => Some("ES256"),
        _ => None,
    };
    authenticates(bench, endpoint, method, alg).await;
}

async fn alg(bench: &mut Bench, endpoint: &str, alg: &str) {
    let method = if alg.starts_with("HS") { "client_secret_jwt" } else { "private_key_jwt" };
    authenticates(bench, endpoint, method, Some(alg)).await;
}

/// RFC 9449 §5 and §7.
async fn dpop(bench: &mut Bench, alg: &str) {
    let party = bench.register(&json!({ "dpop_bound_access_tokens": true })).await;
    let (key, house) = (bench.house.key(alg), bench.house);
    let attempt = party.platform.attempt("openid");
    let came = bench.answer(&attempt).await;
    let url = house.endpoint(TOKEN);
    let request = http().post(url).header("authorization", party.platform.basic());
    let request = request.header("dpop", key.proof("POST", url).text());
    let got = Answer::of(request.form(&exchange(came.field("code"), &attempt.verifier))).await;
    assert_eq!((got.status, &got.json()["token_type"]), (200, &json!("DPoP")), "{}", got.text());
    let (token, at) =
        (got.json()["access_token"].as_str().expect("a token").to_owned(), house.endpoint("userinfo_endpoint"));
    let request = http().get(at).header("authorization", format!("DPoP {token}"));
    assert_eq!(Answer::of(request.header("dpop", key.proof_with("GET", at, &token).text())).await.status, 200);
}

async fn attestation(bench: &mut Bench, alg: &str, proof_alg: &str) {
    let party: Party<'_> = bench.register(&json!({ "token_endpoint_auth_method": "attest_jwt_client_auth" })).await;
    let attempt = party.platform.attempt("openid");
    let came = bench.answer(&attempt).await;
    let [attestation, proof] = party.attested(alg, proof_alg);
    let request = http().post(bench.house.endpoint(TOKEN)).header(attestation.0, attestation.1);
    let request = request.header(proof.0, proof.1).form(&exchange(came.field("code"), &attempt.verifier));
    let got = Answer::of(request).await;
    assert_eq!(got.status, 200, "{}", got.text());
}
