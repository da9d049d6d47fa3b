//! What discovery does not say is not done: values of the IANA registries, and what people invent, at every door that
//! could take them, registration included.

use std::collections::BTreeSet;

use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

use crate::protocol::rfc7516_encryption::encrypted;
use crate::support::platform::{Answer, Attempt, http};
use crate::support::registrant::register;

use super::bench::{Bench, Party};
use super::requests::question;
use super::signatures::{Foreign, REGISTERED};
use super::tokens::exchange;

/// The values of a table that discovery does not name; one that it names must not be in such a table.
fn unpromised(bench: &Bench, member: &str, values: &[&'static str]) -> Vec<&'static str> {
    let promised = bench.house.list(member);
    let left: Vec<&str> = values.iter().copied().filter(|value| !promised.contains(value)).collect();
    assert!(!left.is_empty(), "{member} promises everything there is");
    left
}

/// As [`unpromised`], for signatures.
fn unsigned(bench: &Bench, member: &str) -> Vec<&'static str> {
    unpromised(bench, member, &REGISTERED)
}

const KEY_ALGS: [&str; 14] = [
    "RSA1_5",
    "RSA-OAEP-384",
    "RSA-OAEP-512",
    "A128KW",
    "A256KW",
    "dir",
    "ECDH-ES+A192KW",
    "A128GCMKW",
    "A256GCMKW",
    "PBES2-HS256+A128KW",
    "PBES2-HS512+A256KW",
    "ECDH-1PU",
    "none",
    "rsa-oaep",
];
const ENCS: [&str; 6] = ["A192CBC-HS384", "A192GCM", "XC20P", "C20P", "none", "a128gcm"];

/// What else a client must say so that nothing but the value can be wrong.
type Beside = fn(&str) -> Value;

/// A member of discovery, the member of a registration that takes one of its values (or `[…]` a list of them), what
/// goes with it, and values that are not promised.
const REGISTRATIONS: &[(&str, &str, bool, Beside, &[&str])] = &[
    (
        "response_types_supported",
        "response_types",
        true,
        |_| json!({}),
        &["token", "none", "code none", "vp_token", "vp_token id_token", "code code", "device", ""],
    ),
    (
        "response_modes_supported",
        "response_modes",
        true,
        |_| json!({}),
        &["web_message", "direct_post", "direct_post.jwt", "dc_api", "cookie", "QUERY", ""],
    ),
    (
        "grant_types_supported",
        "grant_types",
        true,
        |_| json!({}),
        &[
            "password",
            "urn:ietf:params:oauth:grant-type:saml2-bearer",
            "urn:ietf:params:oauth:grant-type:pre-authorized_code",
            "urn:ietf:params:oauth:grant-type:uma-ticket",
            "device_code",
            "",
        ],
    ),
    (
        "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_method",
        false,
        |_| json!({}),
        &["spiffe_jwt", "spiffe_x509", "saml2_bearer", "tls_client_auth_pki", "client_secret", "Basic", ""],
    ),
    ("subject_types_supported", "subject_type", false, |_| json!({}), &["ephemeral", "PAIRWISE", "none", ""]),
    (
        "authorization_details_types_supported",
        "authorization_details_types",
        true,
        |_| json!({}),
        &["openid_credential", "payment_initiation", "account_information"],
    ),
    (
        "backchannel_token_delivery_modes_supported",
        "backchannel_token_delivery_mode",
        false,
        |_| json!({ "backchannel_client_notification_endpoint": "https://orbitphotos.example/told" }),
        &["push", "POLL", ""],
    ),
    ("scopes_supported", "scope", false, |_| json!({}), &["openid everything", "wallet.usage.read", "roles", "groups"]),
    (
        "token_endpoint_auth_signing_alg_values_supported",
        "token_endpoint_auth_signing_alg",
        false,
        |_| json!({ "token_endpoint_auth_method": "private_key_jwt" }),
        &REGISTERED,
    ),
    (
        "token_endpoint_auth_signing_alg_values_supported",
        "token_endpoint_auth_signing_alg",
        false,
        |_| json!({ "token_endpoint_auth_method": "client_secret_jwt" }),
        &REGISTERED,
    ),
    ("id_token_signing_alg_values_supported", "id_token_signed_response_alg", false, |_| json!({}), &REGISTERED),
    ("userinfo_signing_alg_values_supported", "userinfo_signed_response_alg", false, |_| json!({}), &REGISTERED),
    (
        "introspection_signing_alg_values_supported",
        "introspection_signed_response_alg",
        false,
        |_| json!({}),
        &REGISTERED,
    ),
    (
        "authorization_signing_alg_values_supported",
        "authorization_signed_response_alg",
        false,
        |_| json!({}),
        &REGISTERED,
    ),
    ("request_object_signing_alg_values_supported", "request_object_signing_alg", false, |_| json!({}), &REGISTERED),
    (
        "backchannel_authentication_request_signing_alg_values_supported",
        "backchannel_authentication_request_signing_alg",
        false,
        |_| json!({}),
        &REGISTERED,
    ),
];

/// The kinds of answers and requests that can be encrypted, as registrations and discovery begin their names.
const SEALED: [(&str, &str); 5] = [
    ("id_token", "id_token_encrypted_response"),
    ("userinfo", "userinfo_encrypted_response"),
    ("introspection", "introspection_encrypted_response"),
    ("authorization", "authorization_encrypted_response"),
    ("request_object", "request_object_encryption"),
];

async fn must_not_register(bench: &Bench, members: Value) {
    let document = Value::Object(bench.house.document(&members));
    let answer = register(&bench.house.server.issuer, None, &document).await;
    let got = (answer.status, answer.error());
    assert_eq!(got, (400, "invalid_client_metadata".to_owned()), "{members}: {}", answer.text());
    assert!(answer.json()["error_description"].as_str().is_some_and(|why| why.len() > 10), "{members}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7591_s3_2_2_nobody_registers_for_what_is_not_promised() {
    let bench = Bench::new().await;
    for (member, name, is_list, beside, values) in REGISTRATIONS {
        for value in unpromised(&bench, member, values) {
            let mut members = beside(value);
            members[*name] = if *is_list { json!([value]) } else { json!(value) };
            // A list of grant types must leave nothing else to complain of.
            if *name == "grant_types" {
                members[*name] = json!(["authorization_code", "refresh_token", "implicit", value]);
            }
            must_not_register(&bench, members).await;
        }
    }
    for (kind, name) in SEALED {
        let (algs, encs) =
            (format!("{kind}_encryption_alg_values_supported"), format!("{kind}_encryption_enc_values_supported"));
        let (alg, enc) = (bench.house.list(&algs)[0], bench.house.list(&encs)[0]);
        for bad in unpromised(&bench, &algs, &KEY_ALGS) {
            must_not_register(&bench, json!({ format!("{name}_alg"): bad, format!("{name}_enc"): enc })).await;
        }
        for bad in unpromised(&bench, &encs, &ENCS) {
            must_not_register(&bench, json!({ format!("{name}_alg"): alg, format!("{name}_enc"): bad })).await;
        }
    }
    // The same document with nothing of it is good.
    bench.register(&json!({})).await;
}

/// What must come back to the client.
async fn must_answer(bench: &mut Bench, attempt: &Attempt, error: &str, what: &str) {
    let came = super::bench::answer(&mut bench.person, attempt).await;
    assert_eq!(came.error(), Some(error), "{what}: {:?}", came.fields);
    let is_empty = ["code", "id_token", "access_token"].iter().all(|name| !came.fields.contains_key(*name));
    assert!(is_empty && came.field("error_description").len() > 10, "{what}: {:?}", came.fields);
    assert_eq!(came.field("state"), attempt.state, "{what}");
}

/// A parameter of authorization requests, the member of discovery that lists its values, others, and the error.
const PARAMETERS: &[(&str, &str, &[&str], &str)] = &[
    (
        "response_type",
        "response_types_supported",
        &["token", "none", "code none", "vp_token", "code code", "device", "CODE"],
        "unsupported_response_type",
    ),
    (
        "response_mode",
        "response_modes_supported",
        &["web_message", "direct_post", "direct_post.jwt", "dc_api", "cookie", "QUERY", "post"],
        "invalid_request",
    ),
    ("code_challenge_method", "code_challenge_methods_supported", &["plain", "s256", "S512"], "invalid_request"),
    ("prompt", "prompt_values_supported", &["reauthenticate", "NONE", "login signup"], "invalid_request"),
    ("scope", "scopes_supported", &["everything", "OPENID", "urn:x"], "invalid_scope"),
    ("scope", "scopes_supported", &["openidx", "wallet.usage.read"], "invalid_scope"),
    (
        "grant_management_action",
        "grant_management_actions_supported",
        &["update", "delete", "CREATE"],
        "invalid_request",
    ),
    (
        "authorization_details",
        "authorization_details_types_supported",
        &["openid_credential", "payment_initiation", "WALLET_READ"],
        "invalid_authorization_details",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s4_1_2_1_no_request_takes_what_is_not_promised() {
    let mut bench = Bench::new().await;
    let party = bench.register(&json!({})).await;
    for (parameter, member, values, error) in PARAMETERS {
        for value in unpromised(&bench, member, values) {
            let details = json!([{ "type": value, "datatypes": ["email"], "actions": ["read"] }]).to_string();
            let sent = if *parameter == "authorization_details" { details.as_str() } else { value };
            let attempt = party.platform.attempt_with("openid", &[(parameter, Some(sent))]);
            must_answer(&mut bench, &attempt, error, &format!("{parameter}={sent}")).await;
        }
    }
    // RFC 7636 §4.3: without a method it is plain.
    let attempt = party.platform.attempt_with("openid", &[("code_challenge_method", None)]);
    must_answer(&mut bench, &attempt, "invalid_request", "no method").await;
    // Scopes that only an operator gives.
    let attempt = party.platform.attempt_with("grant_management_query", &[]);
    must_answer(&mut bench, &attempt, "invalid_scope", "a scope of clients").await;
    // OIDC Core §5.5.1.1: what cannot be reached is not said to be.
    for acr in unpromised(&bench, "acr_values_supported", &["urn:mace:incommon:iap:silver", "phr", "phrh", "1"]) {
        let claims = json!({ "id_token": { "acr": { "essential": true, "values": [acr] } } }).to_string();
        let attempt = party.platform.attempt_with("openid", &[("claims", Some(&claims))]);
        must_answer(&mut bench, &attempt, "unmet_authentication_requirements", acr).await;
        let tokens = bench.sign_in(&party.platform, "openid", &[("acr_values", Some(acr))]).await;
        assert_ne!(tokens.claims["acr"], acr, "wished for, and not claimed");
    }
    // OIDC Core §5.5: claims that nobody has are passed over; a language that nobody speaks is another.
    let strange = ["shoe_size", "roles", "groups", "_claim_names"];
    let asked: serde_json::Map<String, Value> = unpromised(&bench, "claims_supported", &strange)
        .into_iter()
        .map(|name| (name.to_owned(), Value::Null))
        .collect();
    let claims = json!({ "userinfo": asked, "id_token": asked }).to_string();
    let tokens = bench.sign_in(&party.platform, "openid", &[("claims", Some(&claims))]).await;
    let told = party.platform.userinfo(&tokens.access).await.json();
    assert!(told.as_object().expect("an object").keys().eq(["sub"]), "{told}");
    assert!(strange.iter().all(|name| tokens.claims.get(*name).is_none()), "{}", tokens.claims);
    let mut stranger = crate::support::person::Person::new(&bench.house.server);
    for locale in unpromised(&bench, "ui_locales_supported", &["tlh", "xx-YY"]) {
        let attempt = party.platform.attempt_with("openid", &[("ui_locales", Some(locale))]);
        let page = stranger.visit(attempt.url.as_str()).await.page();
        let spoken = page.attributes("html", "lang");
        assert!(
            spoken.iter().all(|lang| bench.house.list("ui_locales_supported").contains(&lang.as_str())),
            "{spoken:?}"
        );
    }
}

/// Where a JWS of a client arrives, the member of discovery that lists its algorithms, and the way it is sent. The
/// signature is right, by a key that the client has registered: the algorithm alone is wrong.
type Send = for<'a> fn(&'a mut Bench, &'a Party<'static>, &'a Foreign) -> LocalBoxFuture<'a, ()>;

const SIGNED: &[(&str, Send)] = &[
    ("request_object_signing_alg_values_supported", |bench, party, key| Box::pin(as_request_object(bench, party, key))),
    ("backchannel_authentication_request_signing_alg_values_supported", |bench, party, key| {
        Box::pin(as_question(bench, party, key))
    }),
    ("dpop_signing_alg_values_supported", |bench, party, key| Box::pin(as_dpop_proof(bench, party, key))),
    ("token_endpoint_auth_signing_alg_values_supported", |bench, party, key| {
        Box::pin(as_assertion(bench, party, key, "token_endpoint"))
    }),
    ("introspection_endpoint_auth_signing_alg_values_supported", |bench, party, key| {
        Box::pin(as_assertion(bench, party, key, "introspection_endpoint"))
    }),
    ("revocation_endpoint_auth_signing_alg_values_supported", |bench, party, key| {
        Box::pin(as_assertion(bench, party, key, "revocation_endpoint"))
    }),
];

async fn as_request_object(bench: &mut Bench, party: &Party<'static>, key: &Foreign) {
    let attempt = party.platform.attempt("openid");
    let object = key.sign(&key.named(party.object(&attempt, "ES256")));
    let mut request = party.by(&attempt, "request", &object);
    // An object that is not believed tells no state; the one beside it counts.
    request.url.query_pairs_mut().append_pair("state", &attempt.state);
    must_answer(bench, &request, "invalid_request_object", key.alg).await;
}

async fn as_question(bench: &mut Bench, party: &Party<'static>, key: &Foreign) {
    let object = key.sign(&key.named(question(party, &bench.person.email, "ES256")));
    let answer = party.platform.post("backchannel_authentication_endpoint", &[("request", &object)]).await;
    assert_eq!((answer.status, answer.error().as_str()), (400, "invalid_request"), "{}: {}", key.alg, answer.text());
}

async fn as_dpop_proof(bench: &mut Bench, party: &Party<'static>, key: &Foreign) {
    let url = bench.house.endpoint("token_endpoint");
    let proof = key.sign(&bench.house.key("ES256").proof("POST", url));
    let request = http().post(url).header("authorization", party.platform.basic()).header("dpop", proof);
    let answer = Answer::of(request.form(&exchange("x", "x"))).await;
    assert_eq!((answer.status, answer.error().as_str()), (400, "invalid_dpop_proof"), "{}: {}", key.alg, answer.text());
}

async fn as_assertion(bench: &mut Bench, party: &Party<'static>, key: &Foreign, endpoint: &str) {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let token = key.sign(&key.named(party.assertion("ES256")));
    let form = [("client_assertion_type", kind), ("client_assertion", token.as_str()), ("token", "x")];
    let answer = Answer::of(http().post(bench.house.endpoint(endpoint)).form(&form)).await;
    // RFC 7521 §4.2: invalid_client; one that is not signed at all can be no such JWT.
    assert_eq!(answer.error(), "invalid_client", "{endpoint} {}: {}", key.alg, answer.text());
    assert_eq!(answer.status, 401, "{endpoint} {}", key.alg);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8725_s3_1_no_signature_is_taken_that_is_not_promised() {
    let mut bench = Bench::new().await;
    let keys: Vec<Foreign> = REGISTERED
        .into_iter()
        .map(|alg| Foreign::of(alg, "a shared secret of no client, as long as it must be"))
        .collect();
    let mut set = bench.house.jwks();
    set["keys"].as_array_mut().expect("keys").extend(keys.iter().filter_map(Foreign::public));
    let basic = bench.register(&json!({ "jwks": set })).await;
    let method = json!({ "jwks": set, "token_endpoint_auth_method": "private_key_jwt" });
    let by_key = bench.register(&method).await;
    let alg = json!({ "jwks": set, "backchannel_authentication_request_signing_alg": "ES256" });
    let asking = bench.register(&alg).await;
    for (member, send) in SIGNED {
        let bad: BTreeSet<&str> = unsigned(&bench, member).into_iter().collect();
        let party = match *member {
            member if member.contains("_auth_signing") => &by_key,
            member if member.starts_with("backchannel") => &asking,
            _ => &basic,
        };
        for key in keys.iter().filter(|key| bad.contains(key.alg)) {
            println!("{member}: {}", key.alg);
            send(&mut bench, party, key).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[allow(deprecated, reason = "RSA1_5 is made here to be refused")]
async fn rfc7516_s4_1_no_encryption_is_taken_that_is_not_promised() {
    use josekit::jwe::{self, JweHeader};
    let mut bench = Bench::new().await;
    let party = bench.register(&json!({})).await;
    let keys = bench.house.our_keys().await;
    let attempt = party.platform.attempt("openid");
    let object = party.object(&attempt, "ES256").text();
    let of = |kty: &str| {
        let key = keys.iter().find(|key| key["kty"] == kty).expect("a key").as_object().expect("a key").clone();
        josekit::jwk::Jwk::from_map(key).expect("a key")
    };
    let header = |enc: &str| {
        let mut header = JweHeader::new();
        header.set_content_encryption(enc);
        header.set_content_type("JWT");
        header
    };
    let (rsa, ec, text) = (of("RSA"), of("EC"), object.as_bytes());
    // Published without alg, so that the tests may misuse them.
    let (mut rsa, mut ec) = (rsa, ec);
    rsa.set_parameter("alg", None).expect("no alg");
    ec.set_parameter("alg", None).expect("no alg");
    let mut packed = header("A128GCM");
    packed.set_compression("DEF");
    let direct = jwe::Dir.encrypter_from_bytes([7; 16]).expect("an encrypter");
    let wrapped = jwe::A128KW.encrypter_from_bytes([7; 16]).expect("an encrypter");
    let by_password = jwe::PBES2_HS256_A128KW.encrypter_from_bytes(b"a password").expect("an encrypter");
    let rsa1_5 = jwe::RSA1_5.encrypter_from_jwk(&rsa).expect("an encrypter");
    let oaep_512 = jwe::RSA_OAEP_512.encrypter_from_jwk(&rsa).expect("an encrypter");
    let ecdh_192 = jwe::ECDH_ES_A192KW.encrypter_from_jwk(&ec).expect("an encrypter");
    let oaep = jwe::RSA_OAEP_256.encrypter_from_jwk(&rsa).expect("an encrypter");
    for (alg, sealed) in [
        ("dir", jwe::serialize_compact(text, &header("A128GCM"), &direct)),
        ("A128KW", jwe::serialize_compact(text, &header("A128GCM"), &wrapped)),
        ("PBES2-HS256+A128KW", jwe::serialize_compact(text, &header("A128GCM"), &by_password)),
        ("RSA1_5", jwe::serialize_compact(text, &header("A128GCM"), &rsa1_5)),
        ("RSA-OAEP-512", jwe::serialize_compact(text, &header("A128GCM"), &oaep_512)),
        ("ECDH-ES+A192KW", jwe::serialize_compact(text, &header("A128GCM"), &ecdh_192)),
        ("A192GCM", jwe::serialize_compact(text, &header("A192GCM"), &oaep)),
        ("A192CBC-HS384", jwe::serialize_compact(text, &header("A192CBC-HS384"), &oaep)),
        // No member of discovery could promise it (RFC 8725 §3.6).
        ("zip", jwe::serialize_compact(text, &packed, &oaep)),
    ] {
        let promised =
            ["request_object_encryption_alg_values_supported", "request_object_encryption_enc_values_supported"];
        if promised.iter().any(|member| bench.house.list(member).contains(&alg)) {
            continue;
        }
        let mut request = party.by(&attempt, "request", &sealed.expect("an encrypted object"));
        request.url.query_pairs_mut().append_pair("state", &attempt.state);
        must_answer(&mut bench, &request, "invalid_request_object", alg).await;
    }
    // The object itself was good.
    let good = encrypted(&keys, &object, "RSA-OAEP-256", "A128GCM", Some("JWT"));
    super::bench::answer(&mut bench.person, &party.by(&attempt, "request", &good)).await.field("code");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s5_2_no_grant_and_no_credentials_are_taken_that_are_not_promised() {
    let bench = Bench::new().await;
    let orbit = bench.house.orbit().await;
    let grants = [
        "password",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        "urn:ietf:params:oauth:grant-type:uma-ticket",
        "AUTHORIZATION_CODE",
        "device_code",
    ];
    for grant in unpromised(&bench, "grant_types_supported", &grants) {
        let form =
            [("grant_type", grant), ("username", bench.person.email.as_str()), ("password", &bench.person.password)];
        orbit.token(&form).await.must_refuse(400, "unsupported_grant_type");
    }
    // Of the front channel alone (RFC 7591 §2): the token endpoint has no such grant.
    orbit.token(&[("grant_type", "implicit")]).await.must_refuse(400, "unsupported_grant_type");
    let id = orbit.client.id.as_str();
    let secret = orbit.client.secret.as_deref().expect("a secret");
    let basic = orbit.basic();
    let credentials = basic.trim_start_matches("Basic ");
    for endpoint in ["token_endpoint", "introspection_endpoint", "revocation_endpoint"] {
        let url = bench.house.endpoint(endpoint);
        for scheme in ["Digest", "Negotiate", "Mutual", "Bearer", "HOBA", "DPoP"] {
            let request = http().post(url).header("authorization", format!("{scheme} {credentials}"));
            let answer = Answer::of(request.form(&[("token", "x"), ("client_id", id)])).await;
            answer.must_refuse(401, "invalid_client");
            assert!(answer.header("www-authenticate").is_some(), "RFC 6749 §5.2: {scheme}");
        }
        for kind in [
            "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe",
            "jwt-bearer",
        ] {
            let form =
                [("client_assertion_type", kind), ("client_assertion", "a.b.c"), ("client_id", id), ("token", "x")];
            let answer = Answer::of(http().post(url).form(&form)).await;
            let got = answer.error();
            assert!(
                ["invalid_client", "invalid_request"].contains(&got.as_str()),
                "{endpoint} {kind}: {}",
                answer.text()
            );
        }
        // Never from the address (RFC 6749 §2.3.1).
        let in_query = format!("{url}?client_id={id}&client_secret={}", secret.replace(' ', "+"));
        Answer::of(http().post(in_query).form(&[("token", "x")])).await.must_refuse(401, "invalid_client");
    }
}
