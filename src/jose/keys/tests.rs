//! Tests of [`super`]: thumbprints, storage, and keys of strangers.

use serde_json::json;

use super::*;
use crate::jose::material::encode;

fn read(value: Value) -> Option<Jwk> {
    Jwk::read(value.as_object().unwrap())
}

/// RFC 7638 §3.1.
const RFC7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

#[test]
fn rfc7638_s3_1_thumbprint() {
    let key = read(json!({"kty":"RSA","n":RFC7638_N,"e":"AQAB","alg":"RS256","kid":"2011-04-29"})).unwrap();
    assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    // RFC 8037 A.3.
    let key = read(json!({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})).unwrap();
    assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn a_generated_key_survives_storage_and_publishes_no_secret() {
    for alg in Alg::ALL {
        let key = SigningKey::generate(alg).unwrap();
        let again = SigningKey::from_private_jwk(key.private_jwk().expose()).unwrap();
        assert_eq!((again.kid(), again.alg()), (key.kid(), alg));
        assert!(key.kid().starts_with(&alg.as_str().to_ascii_lowercase()));
        let map = key.public().to_map();
        assert!(!holds_secret(&map));
        assert_eq!(map["kid"], key.kid());
        assert_eq!((&map["alg"], &map["use"]), (&json!(alg.as_str()), &json!("sig")));
        assert_eq!(read(Value::Object(map)).as_ref(), Some(key.public()));
        assert!(!format!("{key:?}").contains("\"d\""));
    }
}

#[test]
fn a_stored_key_must_be_one_of_its_algorithm() {
    let key = SigningKey::generate(Alg::EdDsa).unwrap();
    let text = String::from_utf8(key.private_jwk().expose().clone()).unwrap();
    for bad in [text.replace("EdDSA", "ES256"), text.replace("EdDSA", "HS256"), "{}".into(), "".into()] {
        assert!(SigningKey::from_private_jwk(bad.as_bytes()).is_err());
    }
}

#[test]
fn keys_that_are_not_for_us_are_left_out() {
    let ed = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let long = "A".repeat(257);
    let short_n = encode(&[0xff; 128]);
    let zeros = encode(&[&[0; 128][..], &[0xff; 128]].concat());
    for bad in [
        json!({"kty":"OKP","crv":"X25519","x":ed}),
        json!({"kty":"OKP","crv":"Ed25519","x":"AAAA"}),
        json!({"kty":"OKP","crv":"Ed25519","x":format!("{ed}=")}),
        json!({"kty":"OKP","crv":"Ed25519","x":ed,"use":"enc"}),
        json!({"kty":"OKP","crv":"Ed25519","x":ed,"use":1}),
        json!({"kty":"OKP","crv":"Ed25519","x":ed,"key_ops":["sign"]}),
        json!({"kty":"OKP","crv":"Ed25519","x":ed,"alg":"ES256"}),
        json!({"kty":"OKP","crv":"Ed25519","x":ed,"alg":"HS256"}),
        json!({"kty":"OKP","crv":"Ed25519","x":ed,"kid":long}),
        json!({"kty":"OKP","crv":"Ed25519","x":ed,"d":ed}),
        json!({"kty":"EC","crv":"P-384","x":ed,"y":ed}),
        json!({"kty":"EC","crv":"P-256","x":ed}),
        json!({"kty":"RSA","n":short_n,"e":"AQAB"}),
        json!({"kty":"RSA","n":zeros,"e":"AQAB"}),
        json!({"kty":"RSA","n":RFC7638_N,"e":"AQ"}),
        json!({"kty":"RSA","n":RFC7638_N,"e":"BA"}),
        json!({"kty":"RSA","n":encode(&[0xff; 1024]),"e":"AQAB"}),
        json!({"kty":"oct","k":"AAAA"}),
        json!({"kty":"oct"}),
        json!({}),
    ] {
        assert!(read(bad.clone()).is_none(), "{bad}");
    }
    assert!(read(json!({"kty":"OKP","crv":"Ed25519","x":ed,"key_ops":["verify"]})).is_some());
}

#[test]
fn a_point_that_is_not_on_the_curve_checks_nothing() {
    let one = encode(&[1; 32]);
    let key = read(json!({"kty":"EC","crv":"P-256","x":one,"y":one})).unwrap();
    assert_eq!(key.check(Alg::Es256, b"x", &[0; 64]), Err(Refused::UnusableKey));
}

#[test]
fn a_set_has_bounds_and_no_secrets() {
    let key = json!({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let set = |keys: Vec<Value>| JwkSet::parse(json!({"keys": keys}).to_string().as_bytes());
    assert_eq!(set(vec![key.clone(), json!({"kty":"new"})]).unwrap().keys().len(), 1);
    assert_eq!(set(vec![key.clone(); 101]), Err(BadSet::TooMany));
    assert_eq!(set(vec![json!({"kty":"oct","k":"AA"})]), Err(BadSet::Private));
    assert_eq!(set(vec![key.clone(), json!({"kty":"RSA","d":"AA"})]), Err(BadSet::Private));
    assert_eq!(JwkSet::parse(&vec![b' '; MOST_SET_BYTES + 1]), Err(BadSet::TooLarge));
    for bad in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[1]}"#, r#"{"keys":[],"keys":[]}"#] {
        assert_eq!(JwkSet::parse(bad.as_bytes()), Err(BadSet::Malformed), "{bad}");
    }
    let kept = set(vec![key, json!({"kty":"RSA","use":"enc"})]).unwrap();
    let text = serde_json::to_string(&kept).unwrap();
    assert!(text.contains("enc"), "the owner's own words are kept: {text}");
    assert_eq!(serde_json::from_str::<JwkSet>(&text).unwrap(), kept);
}

#[test]
fn a_key_is_chosen_by_kid_type_and_alg() {
    let ed = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let set = JwkSet::read(json!({"keys":[
        {"kty":"RSA","kid":"a","n":RFC7638_N,"e":"AQAB"},
        {"kty":"OKP","kid":"a","crv":"Ed25519","x":ed},
        {"kty":"RSA","kid":"b","alg":"PS256","n":RFC7638_N,"e":"AQAB"},
        {"kty":"OKP","kid":"twice","crv":"Ed25519","x":ed},
        {"kty":"OKP","kid":"twice","crv":"Ed25519","x":ed},
    ]}))
    .unwrap();
    assert!(set.find(Some("a"), Alg::EdDsa).is_ok() && set.find(Some("a"), Alg::Rs256).is_ok());
    assert!(set.find(None, Alg::Rs256).is_ok(), "one RSA key is for RS256");
    assert_eq!(set.find(None, Alg::Ps256), Err(Refused::AmbiguousKey));
    assert_eq!(set.find(Some("b"), Alg::Rs256), Err(Refused::AlgOfKey));
    assert_eq!(set.find(Some("c"), Alg::Rs256), Err(Refused::UnknownKey));
    assert_eq!(set.find(None, Alg::Es256), Err(Refused::UnknownKey));
    assert_eq!(set.find(Some("twice"), Alg::EdDsa), Err(Refused::AmbiguousKey));
}
