//! Tests of [`super`]: round trips, vectors of the standards, and tokens that lie.

use josekit::jws::{HS256, JwsHeader};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::jose::keys::Jwk;

fn set_of(keys: &[&SigningKey]) -> JwkSet {
    JwkSet::of(keys.iter().map(|key| key.public().clone()).collect())
}

/// A token of any header and payload, signed over just what it says.
fn forge(key: &SigningKey, header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = key.raw_signature(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn refusal(token: &str, keys: &JwkSet) -> Refused {
    verify(token, keys, &Alg::ALL).expect_err("a token that lies")
}

#[test]
fn round_trips_by_every_algorithm_and_type() {
    for alg in Alg::ALL {
        let key = SigningKey::generate(alg).unwrap();
        let keys = set_of(&[&key]);
        for typ in Typ::ALL {
            let token = key.sign(typ, &json!({"sub":"Zoë","n":1})).unwrap();
            let verified = verify(&token, &keys, &[alg]).unwrap();
            assert_eq!(verified.header().typ.as_deref(), typ.as_str());
            assert_eq!(verified.header().kid.as_deref(), Some(key.kid()));
            assert_eq!(verified.claims()["sub"], "Zoë");
            let others: Vec<Alg> = Alg::ALL.into_iter().filter(|other| *other != alg).collect();
            assert_eq!(verify(&token, &keys, &others).unwrap_err(), Refused::Alg);
        }
    }
}

#[test]
fn es256_signatures_are_always_64_bytes() {
    let key = SigningKey::generate(Alg::Es256).unwrap();
    let keys = set_of(&[&key]);
    for n in 0..600 {
        let token = key.sign(Typ::Absent, &json!({ "n": n })).unwrap();
        assert_eq!(token.rsplit('.').next().unwrap().len(), 86);
        assert!(verify(&token, &keys, &[Alg::Es256]).is_ok());
    }
}

#[test]
fn another_key_or_changed_text_is_refused() {
    for alg in Alg::ALL {
        let (key, other) = (SigningKey::generate(alg).unwrap(), SigningKey::generate(alg).unwrap());
        let token = key.sign(Typ::Absent, &json!({"sub":"a"})).unwrap();
        assert_eq!(refusal(&token, &set_of(&[&other])), Refused::UnknownKey);
        let mut renamed = other.public().to_map();
        renamed.insert("kid".into(), key.kid().into());
        let keys = JwkSet::of(vec![Jwk::read(&renamed).unwrap()]);
        assert_eq!(refusal(&token, &keys), Refused::Signature);

        let keys = set_of(&[&key, &other]);
        let [header, _, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
        let changed = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(r#"{"sub":"b"}"#));
        assert_eq!(refusal(&changed, &keys), Refused::Signature);
        for cut in 0..token.len() {
            assert!(verify(&token[..cut], &keys, &Alg::ALL).is_err(), "cut at {cut}");
        }
        for zeros in [0, 1, 63, 64, 256] {
            let zeros = URL_SAFE_NO_PAD.encode(vec![0; zeros]);
            let empty = format!("{}.{zeros}", token.rsplit_once('.').unwrap().0);
            assert_eq!(refusal(&empty, &keys), Refused::Signature);
        }
    }
}

#[test]
fn rfc8725_s3_1_algorithms_are_not_confused() {
    let rsa = SigningKey::generate(Alg::Rs256).unwrap();
    let keys = set_of(&[&rsa]);
    let header = |alg: &str| format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, rsa.kid());

    for none in ["none", "None", "NONE", ""] {
        let parts = (URL_SAFE_NO_PAD.encode(header(none)), URL_SAFE_NO_PAD.encode("{}"));
        assert_eq!(refusal(&format!("{}.{}.", parts.0, parts.1), &keys), Refused::Alg, "{none}");
    }
    // The public key as an HMAC secret: the JWKS text and the modulus.
    let document = serde_json::to_vec(rsa.public()).unwrap();
    for secret in [document.as_slice(), rsa.public().to_map()["n"].as_str().unwrap().as_bytes()] {
        let mut hs = JwsHeader::new();
        hs.set_key_id(rsa.kid());
        let signer = HS256.signer_from_bytes(secret).unwrap();
        let token = josekit::jws::serialize_compact(b"{}", &hs, &signer).unwrap();
        assert_eq!(refusal(&token, &keys), Refused::Alg);
    }
    // A key published for RS256 checks no PS256, and no other type.
    assert_eq!(refusal(&forge(&rsa, &header("PS256"), "{}"), &keys), Refused::AlgOfKey);
    assert_eq!(refusal(&forge(&rsa, &header("ES256"), "{}"), &keys), Refused::AlgOfKey);
    // One published without `alg` checks either, each by its own rule.
    let mut open = rsa.public().to_map();
    open.remove("alg");
    let keys = JwkSet::of(vec![Jwk::read(&open).unwrap()]);
    assert!(verify(&forge(&rsa, &header("RS256"), "{}"), &keys, &Alg::ALL).is_ok());
    assert_eq!(refusal(&forge(&rsa, &header("PS256"), "{}"), &keys), Refused::Signature);
}

#[test]
fn headers_are_read_strictly() {
    let key = SigningKey::generate(Alg::EdDsa).unwrap();
    let keys = set_of(&[&key]);
    let ok = format!(r#""alg":"EdDSA","kid":"{}""#, key.kid());
    let cases: &[(String, Refused)] = &[
        (format!(r#"{{{ok},"crit":["exp"]}}"#), Refused::Critical),
        (format!(r#"{{{ok},"crit":[]}}"#), Refused::Critical),
        (format!(r#"{{{ok},"crit":["b64"],"b64":false}}"#), Refused::Critical),
        (format!(r#"{{{ok},"alg":"EdDSA"}}"#), Refused::Header),
        (format!(r#"{{{ok},"x":{{"a":1,"a":2}}}}"#), Refused::Header),
        (format!(r#"{{{ok},"typ":1}}"#), Refused::Header),
        (r#"{"kid":"x"}"#.into(), Refused::Header),
        (r#"{"alg":["EdDSA"]}"#.into(), Refused::Header),
        (r#"{"alg":"EdDSA","kid":7}"#.into(), Refused::Header),
        (r#"{"alg":"EdDSA","kid":"another"}"#.into(), Refused::UnknownKey),
        ("[]".into(), Refused::Header),
        ("".into(), Refused::Header),
        (format!(r#"{{{ok}}} "#) + "x", Refused::Header),
    ];
    for (header, wanted) in cases {
        assert_eq!(refusal(&forge(&key, header, "{}"), &keys), *wanted, "{header}");
    }
    // Keys and addresses in the header are not looked at.
    let other = SigningKey::generate(Alg::EdDsa).unwrap();
    let jwk = serde_json::to_string(other.public()).unwrap();
    let header =
        format!(r#"{{{ok},"jwk":{jwk},"jku":"https://evil.example/","x5u":"https://evil.example/","b64":false}}"#);
    assert_eq!(refusal(&forge(&other, &header, "{}"), &keys), Refused::Signature);
    assert!(verify(&forge(&key, &header, "{}"), &keys, &Alg::ALL).is_ok());
}

#[test]
fn payloads_and_shapes_are_read_strictly() {
    let key = SigningKey::generate(Alg::EdDsa).unwrap();
    let keys = set_of(&[&key]);
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, key.kid());
    for bad in [r#"{"sub":"a","sub":"b"}"#, r#"{"a":{"b":1,"b":1}}"#, "[]", "\"x\"", "", "{}{}", "null"] {
        assert_eq!(refusal(&forge(&key, &header, bad), &keys), Refused::Payload, "{bad}");
    }
    let good = forge(&key, &header, "{}");
    for bad in ["", ".", "..", "...", "a.b.c", &good.replacen('.', "", 1), &format!("{good}."), &format!("{good}=")] {
        assert!(matches!(refusal(bad, &keys), Refused::NotCompact | Refused::Header), "{bad}");
    }
    assert_eq!(refusal(&format!(" {good}"), &keys), Refused::NotCompact);
    assert_eq!(refusal(&"a".repeat(MOST_TOKEN_BYTES + 1), &keys), Refused::TooLong);
    let long = forge(&key, &header, &json!({"x": "y".repeat(MOST_TOKEN_BYTES)}).to_string());
    assert_eq!(refusal(&long, &keys), Refused::TooLong);
}

#[test]
fn rfc7515_a_2_rs256_and_a_3_es256() {
    let rs256 = concat!(
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
    );
    let es256 = concat!(
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    );
    let keys = JwkSet::read(json!({"keys":[
        {"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
        {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
    ]}))
    .unwrap();
    for token in [rs256, es256] {
        assert_eq!(verify(token, &keys, &Alg::ALL).unwrap().claims()["iss"], "joe");
    }
}

#[test]
fn rfc8037_a_4_ed25519() {
    let stored = br#"{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"k",
        "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let key = SigningKey::from_private_jwk(stored).unwrap();
    let signature = key.raw_signature(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc").unwrap();
    assert_eq!(
        URL_SAFE_NO_PAD.encode(signature),
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
}

#[test]
fn peeking_needs_no_key_and_proves_nothing() {
    let key = SigningKey::generate(Alg::EdDsa).unwrap();
    let token = key.sign(Typ::Absent, &json!({"iss":"cli_1","n":1})).unwrap();
    let unverified = Unverified::read(&token).unwrap();
    assert_eq!((unverified.peek("iss"), unverified.peek("n"), unverified.peek("sub")), (Some("cli_1"), None, None));
    assert_eq!(unverified.verify(&JwkSet::of(vec![]), &Alg::ALL).unwrap_err(), Refused::UnknownKey);
    assert!(Refused::UnknownKey.may_be_rotation() && !Refused::Critical.may_be_rotation());
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(token in "\\PC{0,80}", parts in "[-_A-Za-z0-9.=]{0,200}", keys in "\\PC{0,200}") {
        let set = JwkSet::of(vec![]);
        prop_assert!(verify(&token, &set, &Alg::ALL).is_err());
        prop_assert!(verify(&parts, &set, &Alg::ALL).is_err());
        let _ = JwkSet::parse(keys.as_bytes());
    }

    #[test]
    fn arbitrary_parts_under_a_true_header_never_verify(payload in any::<Vec<u8>>(), signature in any::<Vec<u8>>()) {
        static KEY: std::sync::OnceLock<SigningKey> = std::sync::OnceLock::new();
        let key = KEY.get_or_init(|| SigningKey::generate(Alg::Es256).unwrap());
        let (payload, signature) = (URL_SAFE_NO_PAD.encode(payload), URL_SAFE_NO_PAD.encode(signature));
        let token = format!("{}{payload}.{signature}", key.headers().for_typ(Typ::Absent));
        prop_assert!(verify(&token, &set_of(&[key]), &Alg::ALL).is_err());
    }
}
