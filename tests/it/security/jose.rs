//! Tokens of strangers through a door that reads them: request objects at the PAR endpoint, signed and encrypted.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use josekit::jws::HS256;
use serde_json::{Value, json};

use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Method, NewClient, Platform, now};
use crate::support::proofs::ProofKey;
use crate::support::server::Server;

async fn platform(keys: &[&ProofKey]) -> Platform {
    let keys: Vec<Value> = keys.iter().map(|key| key.public()).collect();
    let keys: &'static str = json!({ "keys": keys }).to_string().leak();
    Platform::at(Server::shared().await, &NewClient::new(Method::Basic).with("--jwks", keys)).await
}

/// The claims of a good request object, as text.
fn claims(platform: &Platform) -> String {
    let attempt = platform.attempt("openid");
    let now = now();
    let mut all = json!({ "iss": platform.client.id, "aud": platform.issuer, "nbf": now - 1, "exp": now + 60 });
    let pairs = attempt.url.query_pairs();
    all.as_object_mut().expect("an object").extend(pairs.map(|(n, v)| (n.into_owned(), Value::from(v.into_owned()))));
    all.to_string()
}

fn encoded(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A compact JWS of whatever header and claims, down to the bytes.
fn signed(key: &ProofKey, header: &str, claims: &str) -> String {
    let text = format!("{}.{}", encoded(header), encoded(claims));
    let signature = encoded(key.sign(text.as_bytes()));
    format!("{text}.{signature}")
}

async fn push(platform: &Platform, object: &str) -> Answer {
    platform.post("pushed_authorization_request_endpoint", &[("request", object)]).await
}

async fn must_refuse(platform: &Platform, what: &str, object: &str) -> String {
    let begun = Instant::now();
    let answer = push(platform, object).await;
    assert_eq!((answer.status, answer.error().as_str()), (400, "invalid_request_object"), "{what}: {}", answer.text());
    assert!(begun.elapsed() < Duration::from_secs(2), "{what} took {:?}", begun.elapsed());
    answer.json()["error_description"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn m4_no_trick_of_a_header_makes_a_signature_right() {
    let (key, rsa, evil) = (ProofKey::generate(), ProofKey::of("RS256"), ProofKey::generate());
    let platform = platform(&[&key, &rsa]).await;
    let good = claims(&platform);
    let plain = r#"{"alg":"ES256"}"#;
    assert_eq!(push(&platform, &signed(&key, plain, &good)).await.status, 201, "a good one");
    let jwk = evil.public();
    // Where the header says to look for keys, nobody looks.
    for (what, member) in [
        ("jwk", format!(r#""jwk":{jwk}"#)),
        ("jku", r#""jku":"https://evil.example/jwks""#.to_owned()),
        ("x5u", r#""x5u":"https://evil.example/cert""#.to_owned()),
        ("x5c", r#""x5c":["MIIB"]"#.to_owned()),
        ("kid of a file", r#""kid":"../../../../dev/null""#.to_owned()),
        ("kid of a query", r#""kid":"x' UNION SELECT 'secret' --""#.to_owned()),
        ("kid of a URL", r#""kid":"https://evil.example/jwks""#.to_owned()),
        ("a long kid", format!(r#""kid":"{}""#, "k".repeat(4000))),
    ] {
        let header = format!(r#"{{"alg":"ES256",{member}}}"#);
        must_refuse(&platform, what, &signed(&evil, &header, &good)).await;
    }
    for (what, member, why) in [
        ("crit", r#""crit":["exp"]"#, "crit"),
        ("an empty crit", r#""crit":[]"#, "crit"),
        ("b64", r#""b64":false,"crit":["b64"]"#, "crit"),
        ("alg twice", r#""alg":"ES256""#, "header"),
        ("a member twice inside another", r#""x":{"a":1,"a":2}"#, "header"),
    ] {
        let told = must_refuse(&platform, what, &signed(&key, &format!(r#"{{"alg":"ES256",{member}}}"#), &good)).await;
        assert!(told.contains(why), "{what}: {told}");
    }
    for alg in ["none", "None", "nOnE", "", "HS256", "HS512", "ES384", "RS512", "dir", "ES256K", "es256"] {
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        let text = format!("{}.{}", encoded(&header), encoded(&good));
        must_refuse(&platform, alg, &format!("{text}.")).await;
        must_refuse(&platform, alg, &signed(&key, &header, &good)).await;
    }
    // A key of another type, and of another algorithm of its type.
    for (what, alg, by) in [("EC as RSA", "RS256", &key), ("RSA as EC", "ES256", &rsa)] {
        must_refuse(&platform, what, &signed(by, &format!(r#"{{"alg":"{alg}"}}"#), &good)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_public_keys_are_no_secrets_and_zeros_no_signature() {
    let (key, rsa) = (ProofKey::generate(), ProofKey::of("RS256"));
    let platform = platform(&[&key, &rsa]).await;
    let good = claims(&platform);
    let secret = platform.client.secret.clone().expect("a secret");
    let public = rsa.public();
    let pem = josekit::jwk::Jwk::from_map(public.as_object().expect("an object").clone()).expect("a key");
    let pem = josekit::jwk::alg::rsa::RsaKeyPair::from_jwk(&pem).map(|pair| pair.to_pem_public_key());
    let secrets = [
        public.to_string().into_bytes(),
        public["n"].as_str().expect("a modulus").as_bytes().to_vec(),
        pem.unwrap_or_else(|_| b"-----BEGIN PUBLIC KEY-----\n--------------------------".to_vec()),
        secret.into_bytes(),
    ];
    for secret in secrets {
        let text = format!("{}.{}", encoded(r#"{"alg":"HS256"}"#), encoded(&good));
        let signer = HS256.signer_from_bytes(&secret).expect("a signer");
        let mac = josekit::jws::JwsSigner::sign(&signer, text.as_bytes()).expect("a MAC");
        must_refuse(&platform, "HMAC with a public key", &format!("{text}.{}", encoded(mac))).await;
    }
    let text = format!("{}.{}", encoded(r#"{"alg":"ES256"}"#), encoded(&good));
    let mut one = [0; 64];
    (one[31], one[63]) = (1, 1);
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order: Vec<u8> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&order[at..at + 2], 16).expect("hex")).collect();
    for (what, signature) in [
        ("none", vec![]),
        ("CVE-2022-21449: r and s of zero", vec![0; 64]),
        ("r and s of one", one.to_vec()),
        ("r and s of the order", [order.clone(), order].concat()),
        ("zeros in DER", vec![0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00]),
        ("zeros, too many", vec![0; 512]),
    ] {
        must_refuse(&platform, what, &format!("{text}.{}", encoded(signature))).await;
    }
    let right = signed(&key, r#"{"alg":"ES256"}"#, &good);
    let (start, signature) = right.rsplit_once('.').expect("a signature");
    let bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    for (what, bent) in [
        ("as plain base64", format!("{start}.{}", STANDARD.encode(&bytes))),
        ("padded", format!("{right}==")),
        ("with a byte more", format!("{start}.{}", encoded([&bytes[..], &[0]].concat()))),
        ("a byte short", format!("{start}.{}", encoded(&bytes[..63]))),
        ("another part", format!("{right}.x")),
        ("a space before", format!(" {right}")),
        (
            "in JSON",
            json!({"payload": encoded(&good), "protected": encoded(r#"{"alg":"ES256"}"#), "signature": signature})
                .to_string(),
        ),
    ] {
        must_refuse(&platform, what, &bent).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m1_claims_are_read_strictly() {
    let key = ProofKey::generate();
    let platform = platform(&[&key]).await;
    let good = claims(&platform);
    let open = good.trim_end_matches('}');
    let nested = format!("{}1{}", r#"{"a":"#.repeat(40), "}".repeat(40));
    for (what, claims) in [
        ("a claim twice", format!(r#"{open},"client_id":"other"}}"#)),
        ("a claim twice, in another writing", format!(r#"{open},"\u0069ss":"other"}}"#)),
        ("too deep", format!(r#"{open},"x":{nested}}}"#)),
        ("too long", format!(r#"{open},"x":"{}"}}"#, "y".repeat(8 * 1024))),
        ("a list", format!("[{good}]")),
        ("something behind it", format!("{good} {{}}")),
        ("not UTF-8", format!(r#"{open},"x":"\ud800"}}"#)),
        ("an endless exp", format!(r#"{open},"y":1e999}}"#)),
    ] {
        must_refuse(&platform, what, &signed(&key, r#"{"alg":"ES256"}"#, &claims)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m2_m3_m4_encrypted_tokens_cost_nothing_and_hide_nothing() {
    let key = ProofKey::generate();
    let platform = platform(&[&key]).await;
    let jwe = |header: &str| {
        let [iv, content, tag] = [encoded([0; 12]), encoded([0; 32]), encoded([0; 16])];
        format!("{}..{iv}.{content}.{tag}", encoded(header))
    };
    let epk = json!({"kty": "EC", "crv": "P-256", "x": key.public()["x"], "y": key.public()["y"]});
    let ecdh = |more: &str| format!(r#"{{"alg":"ECDH-ES","enc":"A256GCM","cty":"JWT","epk":{epk}{more}}}"#);
    for (what, header, why) in [
        ("M2: compressed", ecdh(r#","zip":"DEF""#), "compressed"),
        ("M4: crit", ecdh(r#","crit":["exp"],"exp":1"#), "crit"),
        ("M4: an empty crit", ecdh(r#","crit":[]"#), "crit"),
        ("M4: a member twice", ecdh(r#","enc":"A256GCM""#), "header"),
        (
            "M3: a password",
            r#"{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","cty":"JWT","p2c":1000000,"p2s":"AAAAAAAAAAA"}"#.to_owned(),
            "alg",
        ),
        ("RSA1_5", r#"{"alg":"RSA1_5","enc":"A256GCM","cty":"JWT"}"#.to_owned(), "alg"),
        ("dir", r#"{"alg":"dir","enc":"A256GCM","cty":"JWT"}"#.to_owned(), "alg"),
        ("A128KW", r#"{"alg":"A128KW","enc":"A256GCM","cty":"JWT"}"#.to_owned(), "alg"),
        ("no enc", r#"{"alg":"RSA-OAEP","cty":"JWT"}"#.to_owned(), "header"),
        ("another enc", r#"{"alg":"RSA-OAEP","enc":"none","cty":"JWT"}"#.to_owned(), "enc"),
    ] {
        let told = must_refuse(&platform, what, &jwe(&header)).await;
        assert!(told.contains(why), "{what}: {told}");
    }
    let long = format!("{}.{}.AAAA.{}.AAAA", encoded(ecdh("")), encoded([0; 40]), encoded(vec![0; 11 * 1024]));
    must_refuse(&platform, "nothing inside", &long).await;
    // Longer than a parameter may be: refused before it is looked into.
    let bomb = format!("{}....{}", encoded(ecdh(r#","zip":"DEF""#)), "A".repeat(40_000));
    push(&platform, &bomb).await.must_refuse(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_tokens_of_one_kind_are_worth_nothing_as_another() {
    let server = Server::shared().await;
    let platform = Platform::at(server, &NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(server).await;
    let attempt = platform.attempt("openid offline_access");
    let allowed = Answers::only(&["offline_access"]).for_duration("until_stopped");
    let tokens = platform.sign_in_with(&mut person, attempt, &allowed).await;
    let (access, id) = (tokens.access.clone(), tokens.id_token.clone().expect("an ID Token"));
    let refresh = tokens.refresh.clone().expect("a refresh token");
    let renamed = |token: &str, to: &str| format!("{to}{}", &token[6..]);
    for (what, token) in [
        ("an access token", access.clone()),
        ("an ID Token", id.clone()),
        ("an access token by another name", renamed(&access, "sw_rt_")),
        ("a refresh token by another name", renamed(&refresh, "sw_ac_")),
    ] {
        platform.refresh(&token).await.must_refuse(400, "invalid_grant");
        let code = platform.exchange(&platform.attempt("openid"), &token).await;
        assert_eq!((code.status, code.error().as_str()), (400, "invalid_grant"), "{what} as a code");
    }
    for token in [&refresh, &id, &renamed(&refresh, "sw_at_")] {
        platform.userinfo(token).await.must_refuse(401, "invalid_token");
    }
    assert_eq!(platform.userinfo(&access).await.status, 200, "and none of it did any harm");
    assert_eq!(platform.refresh(&refresh).await.status, 200);
}
