//! Tests of client authentication as it is read, and of the claims of assertions.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::assertion::{Ourselves, TYPE};
use super::*;
use crate::base::Time;
use crate::jose::{Alg, JwkSet, SigningKey, Typ, verify};
use crate::oauth::Client;
use crate::oauth::error::Code;
use crate::oauth::profile::{AssertionAudience, PROFILES, Profile};

const NOW: Time = Time::from_unix(1_795_000_000);
const ISSUER: &str = "https://wallet.example";
const TOKEN: &str = "https://wallet.example/token";

fn try_read(authorization: Option<&str>, body: &str) -> Result<Credentials, Error> {
    let params = Params::from_form(body.as_bytes()).unwrap();
    read(&Presented::new(authorization, &params))
}

fn basic(pair: impl AsRef<[u8]>) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

fn token(claims: &Value) -> String {
    SigningKey::generate(Alg::EdDsa).unwrap().sign(Typ::Absent, claims).unwrap()
}

fn is(method: &'static str, secret: Option<&str>) -> Credentials {
    let proof = secret.map_or(Proof::None, |s| Proof::Secret(Secret::new(s.to_owned())));
    Credentials { client_id: "orbit".into(), method, proof }
}

#[test]
fn the_table_and_the_profiles_name_the_same_methods() {
    for (at, row) in CLIENT_AUTH_METHODS.iter().enumerate() {
        assert!(CLIENT_AUTH_METHODS[..at].iter().all(|other| other.name != row.name), "{} twice", row.name);
        assert!(row.section.contains('§') && row.proves == (row.name != "none"), "{}", row.name);
        assert!(PROFILES.iter().any(|p| p.client_auth_methods.contains(&row.name)), "{} is in no profile", row.name);
    }
    for name in PROFILES.iter().flat_map(|p| p.client_auth_methods) {
        assert!(find(name).is_some(), "{name} is not in the table");
    }
}

#[test]
fn rfc6749_s2_3_1_each_method_alone() {
    for (name, authorization, body, wanted) in [
        ("a name", None, "client_id=orbit", is("none", None)),
        ("in the header", Some(basic("orbit:s3cret")), "", is("client_secret_basic", Some("s3cret"))),
        ("the name repeated", Some(basic("orbit:s")), "client_id=orbit", is("client_secret_basic", Some("s"))),
        (
            "scheme in lower case",
            Some(basic("orbit:s").replace("Basic", "bAsIc")),
            "",
            is("client_secret_basic", Some("s")),
        ),
        ("form-encoded", Some(basic("o%72bit:a+%2B%3A%25")), "", is("client_secret_basic", Some("a +:%"))),
        ("a colon in the secret", Some(basic("orbit:a:b")), "", is("client_secret_basic", Some("a:b"))),
        ("an empty secret", Some(basic("orbit:")), "", is("client_secret_basic", Some(""))),
        ("in the body", None, "client_id=orbit&client_secret=s", is("client_secret_post", Some("s"))),
    ] {
        assert_eq!(try_read(authorization.as_deref(), body), Ok(wanted), "{name}");
    }
    let signed = token(&json!({"sub": "orbit", "iss": "orbit"}));
    for body in ["", "&client_id=orbit"] {
        let body = format!("client_assertion_type={TYPE}&client_assertion={signed}{body}");
        let found = try_read(None, &body).unwrap();
        assert_eq!((found.method, found.client_id.as_str()), ("private_key_jwt", "orbit"));
        assert_eq!(found.proof, Proof::Assertion(Secret::new(signed.clone())));
    }
}

#[test]
fn rfc6749_s2_3_refusals() {
    use Code::{InvalidClient, InvalidRequest};
    let signed = token(&json!({"sub": "orbit"}));
    let assertion = format!("client_assertion_type={TYPE}&client_assertion={signed}");
    let good = basic("orbit:s");
    for (name, authorization, body, code) in [
        ("nothing", None, String::new(), InvalidClient),
        ("an empty client_id", None, "client_id=".to_owned(), InvalidClient),
        ("a secret without a name", None, "client_secret=s".to_owned(), InvalidRequest),
        ("header and body", Some(good.clone()), "client_id=orbit&client_secret=s".to_owned(), InvalidRequest),
        ("header and assertion", Some(good.clone()), assertion.clone(), InvalidRequest),
        ("body and assertion", None, format!("client_id=orbit&client_secret=s&{assertion}"), InvalidRequest),
        ("another client_id than in the header", Some(good.clone()), "client_id=other".to_owned(), InvalidRequest),
        ("another client_id than in the assertion", None, format!("client_id=other&{assertion}"), InvalidRequest),
        ("an assertion without its type", None, format!("client_assertion={signed}"), InvalidRequest),
        ("a type without its assertion", None, format!("client_assertion_type={TYPE}&client_id=orbit"), InvalidRequest),
        ("another type", None, assertion.replace("jwt-bearer", "saml2-bearer"), InvalidClient),
        ("no JWT", None, format!("client_assertion_type={TYPE}&client_assertion=x.y.z"), InvalidClient),
        (
            "an assertion without sub",
            None,
            format!("client_assertion_type={TYPE}&client_assertion={}", token(&json!({"iss": "orbit"}))),
            InvalidClient,
        ),
        ("no base64", Some("Basic orbit:s".to_owned()), String::new(), InvalidRequest),
        ("no credentials", Some("Basic".to_owned()), String::new(), InvalidRequest),
        ("an empty header", Some(String::new()), String::new(), InvalidClient),
        ("no colon", Some(basic("orbit")), String::new(), InvalidRequest),
        ("no name", Some(basic(":s")), String::new(), InvalidRequest),
        ("not UTF-8", Some(basic(b"orbit:\xff")), String::new(), InvalidRequest),
        ("not UTF-8 once decoded", Some(basic("orbit:%ff")), String::new(), InvalidRequest),
        ("NUL", Some(basic(b"orbit\0:s")), String::new(), InvalidRequest),
        ("NUL once decoded", Some(basic("orbit:%00")), String::new(), InvalidRequest),
        ("half an escape", Some(basic("orbit:%4")), String::new(), InvalidRequest),
        ("not ASCII", Some(basic("örbit:s")), String::new(), InvalidRequest),
        ("a long name", None, format!("client_id={}", "x".repeat(MOST_ID_BYTES + 1)), InvalidRequest),
        ("a long header", Some(basic("x".repeat(9000))), String::new(), InvalidRequest),
        ("another scheme", Some("Bearer abc".to_owned()), "client_id=orbit".to_owned(), InvalidClient),
    ] {
        let refused = try_read(authorization.as_deref(), &body).expect_err(name);
        assert_eq!(refused.code(), code, "{name}: {refused}");
        assert!(!refused.description().contains("s3cret"), "{name}");
    }
    assert!(try_read(Some("Bearer abc"), "").unwrap_err().wants_challenge());
}

fn checked(client: &Client, profile: &Profile, change: impl FnOnce(&mut Map<String, Value>)) -> Result<(), String> {
    let mut claims = json!({"iss": "orbit", "sub": "orbit", "aud": ISSUER, "jti": "1", "exp": NOW.unix() + 60});
    change(claims.as_object_mut().unwrap());
    let key = SigningKey::generate(Alg::EdDsa).unwrap();
    let text = key.sign(Typ::Absent, &claims).unwrap();
    let verified = verify(&text, &JwkSet::of(vec![key.public().clone()]), &[Alg::EdDsa]).unwrap();
    let ourselves = Ourselves { issuer: ISSUER, endpoints: &[TOKEN] };
    let outcome = assertion::check(verified, client, profile, ourselves, NOW);
    outcome.map(drop).map_err(|error| {
        assert_eq!(error.code(), Code::InvalidClient);
        error.description().to_owned()
    })
}

#[test]
fn oidc_core_s9_who_an_assertion_may_be_for() {
    let strict = Client::new("orbit".into());
    let legacy = Client { legacy_assertion_aud: true, ..strict.clone() };
    let fapi = Profile { assertion_audience: AssertionAudience::Issuer, ..PROFILES[0] };
    let both = json!([ISSUER, TOKEN]);
    for (name, client, profile, aud, fits) in [
        ("the issuer", &strict, &PROFILES[0], json!(ISSUER), true),
        ("the issuer in an array", &strict, &PROFILES[0], json!([ISSUER]), false),
        ("the token endpoint", &strict, &PROFILES[0], json!(TOKEN), false),
        ("legacy: the issuer", &legacy, &PROFILES[0], json!(ISSUER), true),
        ("legacy: the token endpoint", &legacy, &PROFILES[0], json!(TOKEN), true),
        ("legacy: both", &legacy, &PROFILES[0], both.clone(), true),
        ("legacy: one of ours and a stranger", &legacy, &PROFILES[0], json!([TOKEN, "https://evil.example"]), false),
        ("legacy: a stranger", &legacy, &PROFILES[0], json!("https://evil.example"), false),
        ("legacy switch in a strict profile", &legacy, &fapi, json!(TOKEN), false),
        ("array in a strict profile", &legacy, &fapi, both, false),
        ("the issuer in a strict profile", &legacy, &fapi, json!(ISSUER), true),
    ] {
        let outcome = checked(client, profile, |claims| drop(claims.insert("aud".into(), aud)));
        assert_eq!(outcome.is_ok(), fits, "{name}: {outcome:?}");
    }
}

#[test]
fn rfc7523_s3_what_an_assertion_must_say() {
    let client = Client::new("orbit".into());
    let strict = Profile { assertion_lifetime: crate::base::Seconds::minutes(5), ..PROFILES[0] };
    for (name, value, profile, fits) in [
        ("iss", json!("other"), &PROFILES[0], false),
        ("sub", json!("other"), &PROFILES[0], false),
        ("jti", Value::Null, &PROFILES[0], false),
        ("exp", json!(NOW.unix() - 300), &PROFILES[0], false),
        ("exp", json!(NOW.unix() + 3600), &PROFILES[0], true),
        ("exp", json!(NOW.unix() + 7200), &PROFILES[0], false),
        ("exp", json!(NOW.unix() + 300), &strict, true),
        ("exp", json!(NOW.unix() + 600), &strict, false),
        ("nbf", json!(NOW.unix() + 8), &PROFILES[0], true),
        ("nbf", json!(NOW.unix() + 90), &PROFILES[0], false),
    ] {
        let outcome = checked(&client, profile, |claims| drop(claims.insert(name.into(), value.clone())));
        assert_eq!(outcome.is_ok(), fits, "{name} {value}: {outcome:?}");
    }
}

#[test]
fn an_assertion_has_an_algorithm_of_the_profile_and_of_the_client() {
    let client = Client::new("orbit".into());
    let fapi = Profile { algs: &["ES256", "PS256", "EdDSA"], ..PROFILES[0] };
    let own = |alg: &str| Client { token_endpoint_auth_signing_alg: Some(alg.to_owned()), ..client.clone() };
    assert_eq!(assertion::algs(&client, &PROFILES[0]), Alg::ALL);
    assert_eq!(assertion::algs(&own("PS256"), &PROFILES[0]), [Alg::Ps256]);
    assert_eq!(assertion::algs(&client, &fapi), [Alg::Es256, Alg::Ps256, Alg::EdDsa]);
    assert!(assertion::algs(&own("RS256"), &fapi).is_empty());
}

proptest! {
    #[test]
    fn reading_never_panics(authorization: Option<String>, body: Vec<u8>) {
        if let Ok(params) = Params::from_form(&body) {
            let _ = read(&Presented::new(authorization.as_deref(), &params));
        }
    }

    #[test]
    fn rfc6749_s2_3_1_what_a_client_encodes_is_read_back(id in "[ -~]{1,40}", secret in "\\PC{0,40}") {
        let (mut left, mut right) = (String::new(), String::new());
        crate::oauth::params::encode(&id, &mut left);
        crate::oauth::params::encode(&secret, &mut right);
        let found = try_read(Some(&basic(format!("{left}:{right}"))), "").unwrap();
        prop_assert_eq!(found.client_id.as_str(), id);
        prop_assert_eq!(found.proof, Proof::Secret(Secret::new(secret)));
    }
}
