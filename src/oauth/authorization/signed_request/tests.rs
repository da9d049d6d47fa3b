//! What a request object may say, by profile.

use serde_json::{Map, Value, json};

use super::*;
use crate::jose::{JwkSet, SigningKey, Typ, verify};
use crate::oauth::profile::{self, PROFILES};

const NOW: Time = Time::from_unix(1_700_000_000);
const ISSUER: &str = "https://op.example";

fn read_claims(profile: &Profile, claims: &Value, beside: &[(&str, &str)]) -> Result<Params, Error> {
    let key = SigningKey::generate(Alg::Es256).unwrap();
    let keys = JwkSet::parse(&serde_json::to_vec(&json!({ "keys": [key.public()] })).unwrap()).unwrap();
    let token = key.sign(Typ::Absent, claims).unwrap();
    let verified = verify(&token, &keys, &[Alg::Es256]).unwrap();
    read(verified, &Params::of(beside.iter().copied()), &Client::new("c".into()), profile, ISSUER, NOW)
}

/// An object that keeps every rule, with changes; `null` takes a claim out.
fn object(changes: &Value) -> Value {
    let now = NOW.unix();
    let mut all: Map<String, Value> = serde_json::from_value(json!({
        "iss": "c", "aud": ISSUER, "nbf": now - 1, "exp": now + 60, "client_id": "c",
        "response_type": "code", "scope": "openid", "max_age": 60, "claims": {"userinfo": {"email": null}},
    }))
    .unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(all.remove(name)),
            value => drop(all.insert(name.clone(), value.clone())),
        }
    }
    all.into()
}

#[test]
fn rfc9101_s4_claims_become_parameters() {
    let found = read_claims(&PROFILES[0], &object(&json!({})), &[("state", "outside"), ("scope", "email")]).unwrap();
    for (name, value) in [
        ("scope", Some("openid")),
        ("state", Some("outside")),
        ("max_age", Some("60")),
        ("claims", Some(r#"{"userinfo":{"email":null}}"#)),
        ("iss", None),
        ("exp", None),
    ] {
        assert_eq!(found.get(name), value, "{name}");
    }
    let strict = profile::find("fapi2_message_signing").unwrap();
    assert_eq!(read_claims(strict, &object(&json!({})), &[("state", "outside")]).unwrap().get("state"), None);
}

#[test]
fn rfc9101_s6_and_fapi_what_is_refused() {
    let now = NOW.unix();
    let (oidc, strict) = (&PROFILES[0], profile::find("fapi1").unwrap());
    for (changes, by_oidc, by_fapi) in [
        (json!({}), true, true),
        (json!({"aud": [ISSUER, "https://other.example"]}), true, true),
        (json!({"nbf": now + 8}), true, true),
        (json!({"aud": null}), true, false),
        (json!({"exp": null}), true, false),
        (json!({"nbf": null}), true, false),
        (json!({"exp": now + 4200}), true, false),
        (json!({"nbf": now - 4200}), true, false),
        (json!({"nbf": now - 4200, "iat": now}), true, false),
        (json!({"aud": "https://other.example"}), false, false),
        (json!({"aud": "https://op.example/par"}), false, false),
        (json!({"exp": now - 60}), false, false),
        (json!({"nbf": now + 120}), false, false),
        (json!({"iss": "other"}), false, false),
        (json!({"client_id": "other"}), false, false),
        (json!({"request": "x"}), false, false),
        (json!({"request_uri": "https://c.example/r"}), false, false),
        (json!({"scope": "openid\u{7}"}), false, false),
    ] {
        for (rules, passes) in [(oidc, by_oidc), (strict, by_fapi)] {
            let outcome = read_claims(rules, &object(&changes), &[]);
            match outcome {
                Ok(_) => assert!(passes, "{changes} {}", rules.name),
                Err(error) => {
                    assert!(!passes, "{changes} {}: {error:?}", rules.name);
                    assert_eq!(error.code(), Code::InvalidRequestObject);
                }
            }
        }
    }
}

#[test]
fn rfc9101_s6_3_what_stands_beside_says_the_same() {
    for (beside, passes) in [
        ([("response_type", "code"), ("client_id", "c")], true),
        ([("response_type", "id_token"), ("client_id", "c")], false),
        ([("response_type", "code"), ("client_id", "d")], false),
    ] {
        assert_eq!(read_claims(&PROFILES[0], &object(&json!({})), &beside).is_ok(), passes, "{beside:?}");
    }
}

#[test]
fn fapi2_s5_4_algorithms_are_those_of_the_profile_and_the_registration() {
    let client = Client { request_object_signing_alg: Some("RS256".into()), ..Client::new("c".into()) };
    assert_eq!(algs(&client, &PROFILES[0]), [Alg::Rs256]);
    assert!(algs(&client, profile::find("fapi2").unwrap()).is_empty());
    assert!(!algs(&Client::new("c".into()), profile::find("fapi2").unwrap()).contains(&Alg::Rs256));
}
