//! Tests of encryption.

use serde_json::json;

use super::*;
use crate::jose::JwkSet;

const PLAIN: &str = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln";

fn pair(kty: KeyType) -> (Arc<DecryptionKey>, JwkSet) {
    let key = Arc::new(DecryptionKey::generate(kty).unwrap());
    let set = JwkSet::read(json!({ "keys": [key.public()] })).unwrap();
    (key, set)
}

fn sealed(set: &JwkSet, alg: KeyAlg, enc: Enc) -> String {
    let key = set.find_encryption(alg).expect("a key for it");
    Recipient::new(key, alg, enc).unwrap().encrypt(PLAIN.as_bytes(), Content::Token).unwrap()
}

#[test]
fn rfc7518_s4_and_s5_every_pair_of_algorithms() {
    for kty in KeyType::ALL {
        let (key, set) = pair(kty);
        let again = DecryptionKey::from_private_jwk(key.private_jwk().expose()).unwrap();
        assert_eq!(again.kid(), key.kid());
        for row in KEY_ALGS.iter().filter(|row| row.kty == kty) {
            for enc in ENCS {
                let token = sealed(&set, row.alg, enc.enc);
                let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
                let header = json::object(&header).unwrap();
                assert_eq!((header["alg"].as_str(), header["enc"].as_str()), (Some(row.name), Some(enc.name)));
                assert_eq!((header["cty"].as_str(), header["kid"].as_str()), (Some("JWT"), Some(key.kid())));
                assert!(is_jwe(&token) && !is_jwe(PLAIN));
                let opened = open_nested(&token, &[Arc::clone(&key)]);
                assert_eq!(opened.as_deref(), Ok(PLAIN), "{} {}", row.name, enc.name);
            }
        }
    }
}

#[test]
fn rfc7516_s11_5_what_was_touched_does_not_open() {
    for kty in KeyType::ALL {
        let (key, set) = pair(kty);
        let (other, _) = pair(kty);
        for row in KEY_ALGS.iter().filter(|row| row.kty == kty) {
            for enc in ENCS {
                let token = sealed(&set, row.alg, enc.enc);
                let parts: Vec<&str> = token.split('.').collect();
                for at in 1..5 {
                    let mut bytes = URL_SAFE_NO_PAD.decode(parts[at]).unwrap();
                    let mut variants = vec![bytes[..bytes.len() / 2].to_vec(), Vec::new()];
                    if bytes.is_empty() {
                        variants = vec![vec![0; 24]];
                    } else {
                        bytes[0] ^= 1;
                        variants.push(bytes);
                    }
                    for bytes in variants {
                        let mut parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
                        let bent = URL_SAFE_NO_PAD.encode(bytes);
                        if bent == parts[at] {
                            continue;
                        }
                        parts[at] = bent;
                        let opened = open_nested(&parts.join("."), &[Arc::clone(&key)]);
                        assert_eq!(opened, Err(Unreadable::Content), "{} {} part {at}", row.name, enc.name);
                    }
                }
                assert_eq!(open_nested(&token, &[Arc::clone(&other)]), Err(Unreadable::UnknownKey));
            }
        }
    }
}

#[test]
fn rfc7516_s4_1_headers_that_are_not_taken() {
    let (key, set) = pair(KeyType::Ec);
    let token = sealed(&set, KeyAlg::EcdhEs, Enc::A256Gcm);
    let (header, rest) = token.split_once('.').unwrap();
    let header = json::object(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut header = header.clone();
        header.insert(name.to_owned(), value);
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(Value::Object(header).to_string()))
    };
    for (token, refused) in [
        (with("crit", json!(["exp"])), Unreadable::Critical),
        (with("zip", json!("DEF")), Unreadable::Compressed),
        (with("alg", json!("RSA1_5")), Unreadable::Alg),
        (with("alg", json!("dir")), Unreadable::Alg),
        (with("enc", json!("A192GCM")), Unreadable::Enc),
        (with("enc", json!(1)), Unreadable::Header),
        (with("cty", json!("json")), Unreadable::NotNested),
        (with("kid", json!("another")), Unreadable::UnknownKey),
        (with("epk", json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"})), Unreadable::Header),
        (
            with("epk", json!({"kty": "EC", "crv": "P-256", "x": "A".repeat(43), "y": "A".repeat(43)})),
            Unreadable::Content,
        ),
        (with("x", json!("the header is sealed, too")), Unreadable::Content),
        ("a.b.c.d.e.f".to_owned(), Unreadable::NotCompact),
        ("....".to_owned(), Unreadable::Header),
        ("x".repeat(MOST_BYTES + 1), Unreadable::TooLong),
    ] {
        assert_eq!(open_nested(&token, &[Arc::clone(&key)]), Err(refused), "{token:.60}");
    }
}

#[test]
fn rfc7516_s4_1_6_without_a_kid_every_key_of_the_type_is_tried() {
    let (old, set) = pair(KeyType::Rsa);
    let (new, _) = pair(KeyType::Rsa);
    let mut key = set.find_encryption(KeyAlg::RsaOaep).unwrap().clone();
    key.kid = None;
    let token = Recipient::new(&key, KeyAlg::RsaOaep, Enc::A128CbcHs256).unwrap();
    let token = token.encrypt(PLAIN.as_bytes(), Content::Token).unwrap();
    assert_eq!(open_nested(&token, &[Arc::clone(&old), Arc::clone(&new)]).as_deref(), Ok(PLAIN));
    assert_eq!(open_nested(&token, &[new]), Err(Unreadable::Content));
    assert_eq!(open_nested(&token, &[]), Err(Unreadable::UnknownKey));
}

#[test]
fn rfc7517_s4_which_of_a_clients_keys_is_encrypted_to() {
    let public = |changes: Value| {
        let mut key = pair(KeyType::Ec).0.public().clone();
        key.extend(changes.as_object().unwrap().clone());
        Value::Object(key)
    };
    let any = {
        let mut key = public(json!({"kid": "any"}));
        key.as_object_mut().unwrap().remove("use");
        key
    };
    let keys = json!({ "keys": [
        public(json!({"kid": "sig", "use": "sig"})),
        any.clone(),
        public(json!({"kid": "wrap", "alg": "ECDH-ES+A256KW"})),
        public(json!({"kid": "first"})),
        public(json!({"kid": "second"})),
    ]});
    let found = |keys: &Value, alg| {
        let set = JwkSet::read(keys.clone()).unwrap();
        set.find_encryption(alg).and_then(|key| key.kid.clone())
    };
    assert_eq!(found(&keys, KeyAlg::EcdhEs).as_deref(), Some("first"));
    assert_eq!(found(&keys, KeyAlg::EcdhEsA256Kw).as_deref(), Some("wrap"));
    assert_eq!(found(&keys, KeyAlg::RsaOaep), None);
    assert_eq!(found(&json!({"keys": [any]}), KeyAlg::EcdhEs).as_deref(), Some("any"));
    for useless in
        [json!({"alg": "RSA-OAEP"}), json!({"alg": "ES256"}), json!({"key_ops": ["sign"]}), json!({"use": 1})]
    {
        assert_eq!(found(&json!({"keys": [public(useless)]}), KeyAlg::EcdhEs), None);
    }
}

#[test]
fn the_tables_are_in_the_order_of_the_enums() {
    for (at, row) in KEY_ALGS.iter().enumerate() {
        assert_eq!((row.alg as usize, KeyAlg::find(row.name)), (at, Some(row.alg)));
        assert!(row.section.starts_with("RFC 7518 §4"));
    }
    for (at, row) in ENCS.iter().enumerate() {
        assert_eq!((row.enc as usize, Enc::find(row.name)), (at, Some(row.enc)));
        assert_eq!((row.key, row.nonce), (row.enc.cipher().key_len(), row.enc.cipher().iv_len()), "{}", row.name);
        assert!(row.section.starts_with("RFC 7518 §5"));
    }
    assert!(KeyAlg::find("RSA1_5").is_none() && KeyAlg::find("dir").is_none() && Enc::find("none").is_none());
}
