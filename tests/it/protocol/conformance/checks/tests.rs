//! The checks can fail: each row spoils one thing in an answer that passes.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use super::*;

const ISSUER: &str = "https://op.example";

fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &Value) -> Answer {
    let pairs = headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    Answer { status, headers: HeaderMap::from_iter(pairs), body: body.to_string().into_bytes() }
}

const FRESH: &[(&str, &str)] =
    &[("content-type", "application/json"), ("cache-control", "no-store"), ("pragma", "no-cache")];

fn spoilt(good: &Value, name: &str, value: Value) -> Value {
    let mut bad = good.clone();
    match value {
        Value::Null => drop(bad.as_object_mut().unwrap().remove(name)),
        value => bad[name] = value,
    }
    bad
}

#[test]
fn a_secret_is_long_and_varied() {
    assert_eq!(secret("code", "jV0n2xQ7kPz4Rt8Lw1Yb6Hs9Df3Gm5Ca"), None);
    for weak in [
        "",
        "jV0n2xQ7",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "0101010101010101010101010101010101",
    ] {
        assert!(secret("code", weak).is_some(), "{weak}");
    }
}

#[test]
fn authorization_responses() {
    let of = |pairs: &[(&str, &str)]| -> Parameters {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let (state, iss, code) = (("state", "s"), ("iss", ISSUER), ("code", "jV0n2xQ7kPz4Rt8Lw1Yb6Hs9Df3Gm5Ca"));
    let (error, why) = (("error", "login_required"), ("error_description", "sign in"));
    let wanted = ["login_required"];
    authorized(&of(&[code, state, iss]), "code", Some("s"), ISSUER).must_be_none("a code");
    refused(&of(&[error, why, state, iss]), &wanted, Some("s"), ISSUER).must_be_none("an error");
    refused(&of(&[error, why, iss]), &wanted, None, ISSUER).must_be_none("an error without state");
    for (what, pairs) in [
        ("no code", vec![state, iss]),
        ("a weak code", vec![("code", "abc"), state, iss]),
        ("no state", vec![code, iss]),
        ("another state", vec![code, ("state", "S"), iss]),
        ("another issuer", vec![code, state, ("iss", "https://op.example/")]),
        ("a parameter too many", vec![code, state, iss, ("email", "a@b.example")]),
    ] {
        assert!(!authorized(&of(&pairs), "code", Some("s"), ISSUER).0.is_empty(), "{what}");
    }
    for (what, pairs) in [
        ("no error", vec![why, state, iss]),
        ("another error", vec![("error", "server_error"), why, state, iss]),
        ("a code too", vec![error, why, state, iss, code]),
        ("no state", vec![error, why, iss]),
        ("no issuer", vec![error, why, state]),
        ("a quotation mark", vec![error, ("error_description", "say \"x\""), state, iss]),
        ("a line break", vec![error, ("error_description", "a\nb"), state, iss]),
        ("beyond ASCII", vec![error, ("error_description", "für"), state, iss]),
    ] {
        assert!(!refused(&of(&pairs), &wanted, Some("s"), ISSUER).0.is_empty(), "{what}");
    }
}

#[test]
fn authorization_responses_of_other_types() {
    let secret = "jV0n2xQ7kPz4Rt8Lw1Yb6Hs9Df3Gm5Ca";
    let all = [
        ("code", secret),
        ("id_token", "a.b.c"),
        ("access_token", secret),
        ("token_type", "Bearer"),
        ("expires_in", "300"),
        ("state", "s"),
        ("iss", ISSUER),
    ];
    let of = |changes: &[(&str, Option<&str>)]| -> Parameters {
        let mut parameters: Parameters = all.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        for (name, value) in changes {
            parameters.remove(*name);
            parameters.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
        }
        parameters
    };
    let faults = |response_type: &str, changes: &[(&str, Option<&str>)]| {
        authorized(&of(changes), response_type, Some("s"), ISSUER).0.len()
    };
    assert_eq!(faults("code id_token token", &[]), 0);
    assert_eq!(faults("id_token token", &[("code", None)]), 0);
    for (name, value) in [
        ("id_token", None),
        ("access_token", None),
        ("access_token", Some("short")),
        ("token_type", None),
        ("token_type", Some("mac")),
        ("expires_in", None),
        ("expires_in", Some("0")),
        ("expires_in", Some("soon")),
        ("refresh_token", Some(secret)),
    ] {
        assert!(faults("code id_token token", &[(name, value)]) > 0, "{name} {value:?}");
    }
    assert!(faults("code id_token", &[]) > 0, "a token that nobody asked for");
    assert!(faults("id_token token", &[]) > 0, "a code that nobody asked for");
}

#[test]
fn registrations() {
    let document = json!({ "client_name": "Orbit", "token_endpoint_auth_method": "client_secret_basic" });
    let secret = "jV0n2xQ7kPz4Rt8Lw1Yb6Hs9Df3Gm5Ca";
    let good = json!({
        "client_id": "c", "client_secret": secret, "client_secret_expires_at": 0, "client_name": "Orbit",
        "registration_client_uri": format!("{ISSUER}/register/c"), "registration_access_token": secret,
        "token_endpoint_auth_method": "client_secret_basic",
    });
    registration(&answer(201, FRESH, &good), &document, ISSUER).must_be_none("a registration");
    assert!(!registration(&answer(200, FRESH, &good), &document, ISSUER).0.is_empty(), "200");
    for (name, value) in [
        ("client_id", Value::Null),
        ("client_secret", Value::Null),
        ("client_secret_expires_at", Value::Null),
        ("client_name", json!("Orbis")),
        ("registration_client_uri", Value::Null),
        ("registration_client_uri", json!("https://evil.example/register/c")),
        ("registration_access_token", json!("short")),
    ] {
        let bad = answer(201, FRESH, &spoilt(&good, name, value.clone()));
        assert!(!registration(&bad, &document, ISSUER).0.is_empty(), "{name} {value}");
    }
    let keyed = json!({ "token_endpoint_auth_method": "private_key_jwt" });
    let told = spoilt(&good, "token_endpoint_auth_method", json!("private_key_jwt"));
    assert!(!registration(&answer(201, FRESH, &told), &keyed, ISSUER).0.is_empty(), "a secret for one with a key");
}

#[test]
fn token_responses() {
    let secret = "jV0n2xQ7kPz4Rt8Lw1Yb6Hs9Df3Gm5Ca";
    let good = json!({ "access_token": secret, "refresh_token": secret, "token_type": "Bearer", "expires_in": 300 });
    token_response(&answer(200, FRESH, &good)).must_be_none("tokens");
    for (name, value) in [
        ("access_token", Value::Null),
        ("access_token", json!("short")),
        ("refresh_token", json!("short")),
        ("token_type", json!("bearer-ish")),
        ("expires_in", Value::Null),
        ("expires_in", json!("300")),
        ("expires_in", json!(0)),
        ("expires_in", json!(YEAR + 1)),
    ] {
        let bad = spoilt(&good, name, value.clone());
        assert!(!token_response(&answer(200, FRESH, &bad)).0.is_empty(), "{name} {value}");
    }
    for (what, status, headers) in [
        ("201", 201, FRESH),
        ("may be kept", 200, &[("content-type", "application/json")] as &[_]),
        ("without Pragma", 200, &FRESH[..2]),
        ("called text", 200, &[("content-type", "text/plain"), FRESH[1], FRESH[2]]),
    ] {
        assert!(!token_response(&answer(status, headers, &good)).0.is_empty(), "{what}");
    }
    let refusal = json!({ "error": "invalid_grant", "error_description": "spent" });
    token_error(&answer(400, FRESH, &refusal), "invalid_grant").must_be_none("a refusal");
    let of_client = json!({ "error": "invalid_client", "error_description": "who" });
    token_error(&answer(401, FRESH, &of_client), "invalid_client").must_be_none("a refusal of a client");
    for (what, status, headers, body, wanted) in [
        ("200", 200, FRESH, &refusal, "invalid_grant"),
        ("401 for a grant", 401, FRESH, &refusal, "invalid_grant"),
        ("another error", 400, FRESH, &refusal, "invalid_request"),
        ("a page", 400, &[("content-type", "text/html"), FRESH[1], FRESH[2]], &refusal, "invalid_grant"),
        ("may be kept", 400, &FRESH[..1], &refusal, "invalid_grant"),
    ] {
        assert!(!token_error(&answer(status, headers, body), wanted).0.is_empty(), "{what}");
    }
}

#[test]
fn id_tokens() {
    let now = now();
    let good = json!({
        "iss": ISSUER, "sub": "s", "aud": "c", "exp": now + 600, "iat": now, "auth_time": now - 5, "nonce": "n", "acr": "a",
    });
    let expected = Expected { issuer: ISSUER, client: "c", nonce: Some("n"), asked: &[], hears: false };
    id_token(&good, &expected).must_be_none("an ID Token");
    id_token(&spoilt(&good, "aud", json!(["c"])), &expected).0.iter().for_each(|fault| assert_eq!(fault, "azp"));
    for (name, value) in [
        ("iss", json!("https://op.example/")),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("aud", json!("d")),
        ("aud", json!(["d", "e"])),
        ("azp", json!("d")),
        ("exp", Value::Null),
        ("exp", json!(now - 600)),
        ("exp", json!(now + 10 * YEAR)),
        ("exp", json!((now + 600).to_string())),
        ("iat", Value::Null),
        ("iat", json!(now - 3600)),
        ("nonce", Value::Null),
        ("nonce", json!("m")),
        ("auth_time", json!("2026-01-01")),
        ("auth_time", json!(now + 3600)),
        ("auth_time", json!(now - 2 * YEAR)),
        ("acr", json!("")),
        ("acr", json!(1)),
        ("email", json!("a@b.example")),
        ("sid", json!("1")),
    ] {
        assert!(!id_token(&spoilt(&good, name, value.clone()), &expected).0.is_empty(), "{name} {value}");
    }
    let unasked = Expected { nonce: None, ..expected };
    assert!(!id_token(&good, &unasked).0.is_empty(), "a nonce that nobody sent");
    let hearing = Expected { hears: true, ..expected };
    assert!(!id_token(&good, &hearing).0.is_empty(), "no sid");
    id_token(&spoilt(&good, "sid", json!("1")), &hearing).must_be_none("a sid for a client that hears");
    let asked = Expected { asked: &["email"], ..expected };
    id_token(&spoilt(&good, "email", json!("a@b.example")), &asked).must_be_none("a claim that was asked for");
}

#[test]
fn claims_about_people() {
    let good = json!({
        "sub": "s", "name": "A", "email": "a@b.example", "email_verified": true, "birthdate": "1990-04-01",
        "address": { "country": "Germany" }, "updated_at": 1_700_000_000,
    });
    userinfo(&answer(200, FRESH, &good), &json!("s")).must_be_none("claims");
    for birthdate in ["0000-04-01", "1990"] {
        userinfo(&answer(200, FRESH, &spoilt(&good, "birthdate", json!(birthdate))), &json!("s"))
            .must_be_none(birthdate);
    }
    for (name, value) in [
        ("sub", json!("t")),
        ("name", json!("")),
        ("name", json!("null")),
        ("name", json!(1)),
        ("email_verified", json!("true")),
        ("birthdate", json!("1.4.1990")),
        ("birthdate", json!("1990-13-01")),
        ("address", json!("Berlin")),
        ("address", json!({})),
        ("address", json!({ "country": null })),
        ("updated_at", json!("2026-01-01T00:00:00Z")),
        ("updated_at", json!(1_700_000_000_000_u64)),
        ("updated_at", json!(12)),
        ("_claim_names", json!({ "x": "nowhere" })),
    ] {
        let bad = answer(200, FRESH, &spoilt(&good, name, value.clone()));
        assert!(!userinfo(&bad, &json!("s")).0.is_empty(), "{name} {value}");
    }
    let mut null = good.clone();
    null["nickname"] = Value::Null;
    assert!(!userinfo(&answer(200, FRESH, &null), &json!("s")).0.is_empty(), "null");
    assert!(!userinfo(&answer(401, FRESH, &good), &json!("s")).0.is_empty(), "401");
}

#[test]
fn key_sets() {
    let key = json!({ "kty": "EC", "kid": "1", "crv": "P-256", "x": "x", "y": "y", "alg": "ES256", "use": "sig" });
    let rsa = json!({ "kty": "RSA", "kid": "2", "n": "n", "e": "AQAB" });
    let set = |keys: &[&Value]| json!({ "keys": keys });
    let good = set(&[&key, &rsa]);
    jwks(&good).must_be_none("keys");
    for (name, value) in
        [("kid", Value::Null), ("kid", json!(" ")), ("d", json!("x")), ("y", Value::Null), ("kty", json!("oct"))]
    {
        assert!(!jwks(&set(&[&spoilt(&key, name, value.clone())])).0.is_empty(), "{name} {value}");
    }
    assert!(!jwks(&set(&[])).0.is_empty() && !jwks(&set(&[&key, &spoilt(&rsa, "kid", json!("1"))])).0.is_empty());
    signed_by_one_key(&json!({ "alg": "ES256", "kid": "1" }), &good).must_be_none("ES256");
    signed_by_one_key(&json!({ "alg": "RS256", "kid": "2" }), &good).must_be_none("RS256");
    for header in
        [json!({ "alg": "ES256" }), json!({ "alg": "ES256", "kid": "2" }), json!({ "alg": "ES512", "kid": "1" })]
    {
        assert!(!signed_by_one_key(&header, &good).0.is_empty(), "{header}");
    }
    assert!(!signed_by_one_key(&json!({ "alg": "ES256", "kid": "1" }), &set(&[&key, &key])).0.is_empty());
}
