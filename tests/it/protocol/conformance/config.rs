//! `oidcc-config-certification-test-plan`: the discovery document, asked for over https as the suite does.

use serde_json::Value;
use url::Url;

use crate::support::parts::Folder;
use crate::support::platform::Answer;
use crate::support::server::{Backend, Server, Stores};

use super::checks;

/// The JSON type of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Url,
    Texts,
    Flag,
}

/// Every member that RFC 8414 §2, OIDC Discovery §3 and their extensions define and we may have; the suite warns of
/// others.
const MEMBERS: &[(Kind, &[&str])] = &[
    (
        Kind::Url,
        &[
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
            "registration_endpoint",
            "introspection_endpoint",
            "revocation_endpoint",
            "end_session_endpoint",
            "pushed_authorization_request_endpoint",
            "grant_management_endpoint",
            "device_authorization_endpoint",
            "backchannel_authentication_endpoint",
            "check_session_iframe",
            "service_documentation",
            "op_policy_uri",
            "op_tos_uri",
        ],
    ),
    (
        Kind::Texts,
        &[
            "trust_frameworks_supported",
            "evidence_supported",
            "documents_supported",
            "documents_check_methods_supported",
            "claims_in_verified_claims_supported",
            "scopes_supported",
            "response_types_supported",
            "response_modes_supported",
            "grant_types_supported",
            "acr_values_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
            "userinfo_signing_alg_values_supported",
            "userinfo_encryption_alg_values_supported",
            "userinfo_encryption_enc_values_supported",
            "id_token_encryption_alg_values_supported",
            "id_token_encryption_enc_values_supported",
            "request_object_signing_alg_values_supported",
            "request_object_encryption_alg_values_supported",
            "request_object_encryption_enc_values_supported",
            "authorization_signing_alg_values_supported",
            "authorization_encryption_alg_values_supported",
            "authorization_encryption_enc_values_supported",
            "introspection_signing_alg_values_supported",
            "introspection_encryption_alg_values_supported",
            "introspection_encryption_enc_values_supported",
            "authorization_details_types_supported",
            "protected_resources",
            "grant_management_actions_supported",
            "dpop_signing_alg_values_supported",
            "backchannel_token_delivery_modes_supported",
            "backchannel_authentication_request_signing_alg_values_supported",
            "token_endpoint_auth_methods_supported",
            "token_endpoint_auth_signing_alg_values_supported",
            "introspection_endpoint_auth_methods_supported",
            "introspection_endpoint_auth_signing_alg_values_supported",
            "revocation_endpoint_auth_methods_supported",
            "revocation_endpoint_auth_signing_alg_values_supported",
            "code_challenge_methods_supported",
            "prompt_values_supported",
            "display_values_supported",
            "claim_types_supported",
            "claims_supported",
            "claims_locales_supported",
            "ui_locales_supported",
        ],
    ),
    (
        Kind::Flag,
        &[
            "require_pushed_authorization_requests",
            "require_request_uri_registration",
            "tls_client_certificate_bound_access_tokens",
            "frontchannel_logout_supported",
            "frontchannel_logout_session_supported",
            "backchannel_logout_supported",
            "backchannel_logout_session_supported",
            "backchannel_user_code_parameter_supported",
            "client_id_metadata_document_supported",
            "verified_claims_supported",
            "claims_parameter_supported",
            "request_parameter_supported",
            "request_uri_parameter_supported",
            "authorization_response_iss_parameter_supported",
            "grant_management_action_required",
        ],
    ),
];

/// What a list must hold, whatever else is in it.
const LISTS: &[(&str, &[&str])] = &[
    ("response_types_supported", &["code"]),
    ("subject_types_supported", &["public"]),
    ("id_token_signing_alg_values_supported", &["RS256"]),
    ("grant_types_supported", &["authorization_code"]),
    ("scopes_supported", &["openid"]),
    ("code_challenge_methods_supported", &["S256"]),
    ("token_endpoint_auth_methods_supported", &["client_secret_basic", "client_secret_post"]),
    ("claims_supported", &["sub", "name", "email"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn discovery_endpoint_verification() {
    let (issuer, answers) = over_https(&["/.well-known/openid-configuration", "/jwks"]).await;
    let [document, keys] = &answers[..] else { panic!("two answers") };
    for answer in [document, keys] {
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    }
    let document = document.json();
    must_be_an_issuer(&issuer);
    must_describe(&document, &issuer);
    checks::jwks(&keys.json()).must_be_none("the keys");
}

/// What a discovery document must say, whatever the house may do; all of it under the issuer's scheme.
pub fn must_describe(document: &Value, issuer: &str) {
    assert_eq!(document["issuer"], issuer, "byte for byte what the document was asked for at");
    let scheme = issuer.split(':').next().unwrap_or_default();
    for (name, value) in document.as_object().expect("an object") {
        must_have_its_type(name, value);
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            assert!(value.as_str().unwrap().starts_with(&format!("{scheme}://")), "{name} {value}");
        }
    }
    for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
        assert!(document[name].is_string(), "{name}");
    }
    for (name, wanted) in LISTS {
        let list = document[name].as_array().unwrap_or_else(|| panic!("{name}"));
        for value in *wanted {
            assert!(list.iter().any(|one| one == value), "{name} lacks {value}");
        }
    }
    let is_scope = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    for scope in document["scopes_supported"].as_array().unwrap() {
        assert!(scope.as_str().unwrap().bytes().all(is_scope), "RFC 6749 §3.3: {scope}");
    }
    for list in ["ui_locales_supported", "claims_locales_supported"] {
        for tag in document[list].as_array().into_iter().flatten() {
            assert!(is_language(tag.as_str().unwrap()), "{list}: {tag} is no BCP 47 tag in its usual writing");
        }
    }
}

/// The Dynamic plan's part of it: nothing is promised that only registration could use.
#[tokio::test(flavor = "multi_thread")]
async fn no_registration_is_promised_without_one() {
    let server = Server::shared().await;
    let http = crate::support::platform::http();
    let document = Answer::of(http.get(format!("{}/.well-known/openid-configuration", server.issuer))).await.json();
    assert!(document.get("registration_endpoint").is_none());
    assert_eq!(Answer::of(http.post(format!("{}/register", server.issuer)).body("{}")).await.status, 404);
}

/// Asks a wallet with an https issuer of its own; gives the issuer and what each path answers.
async fn over_https(paths: &[&str]) -> (String, Vec<Answer>) {
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    let certificate = certificate.self_signed(&key).expect("a certificate").pem();
    let folder = Folder::new("tls");
    let (certificate_file, key_file) = (folder.path().join("tls.pem"), folder.path().join("tls.key"));
    std::fs::write(&certificate_file, &certificate).expect("written");
    std::fs::write(&key_file, key.serialize_pem()).expect("written");
    let server = Server::over_tls(Stores::new(Backend::chosen()).await, &certificate_file, &key_file).await;
    let trusted = reqwest::Certificate::from_pem(certificate.as_bytes()).expect("a certificate");
    let http = reqwest::Client::builder().no_proxy().https_only(true).add_root_certificate(trusted);
    let http = http.build().expect("an HTTP client");
    let mut answers = Vec::new();
    for path in paths {
        answers.push(Answer::of(http.get(format!("{}{path}", server.issuer))).await);
    }
    (server.issuer.clone(), answers)
}

/// OIDC Discovery §3: https, and neither query nor fragment.
fn must_be_an_issuer(issuer: &str) {
    let url = Url::parse(issuer).expect("a URL");
    assert_eq!(url.scheme(), "https");
    assert!(url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
}

fn must_have_its_type(name: &str, value: &Value) {
    let kind = MEMBERS.iter().find(|(_, names)| names.contains(&name)).map(|(kind, _)| *kind);
    let is_right = match kind {
        Some(Kind::Url) => value.as_str().is_some_and(|url| Url::parse(url).is_ok()),
        Some(Kind::Texts) => value.as_array().is_some_and(|list| {
            let mut texts: Vec<&str> = list.iter().filter_map(Value::as_str).filter(|text| !text.is_empty()).collect();
            texts.sort_unstable();
            texts.dedup();
            !list.is_empty() && texts.len() == list.len()
        }),
        Some(Kind::Flag) => value.is_boolean(),
        None => panic!("{name} is no member that the suite knows"),
    };
    assert!(is_right, "{name} is {value}");
}

/// `ll`, `ll-Ssss`, `ll-RR` or `ll-Ssss-RR` (RFC 5646 §2.1.1), which is all that we have.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let is_of = |part: &str, lengths: &[usize], is_case: fn(&u8) -> bool| {
        lengths.contains(&part.len()) && part.as_bytes().iter().all(is_case)
    };
    let is_script = |part: &str| {
        part.len() == 4 && part.as_bytes()[0].is_ascii_uppercase() && part[1..].bytes().all(|b| b.is_ascii_lowercase())
    };
    parts.next().is_some_and(|language| is_of(language, &[2, 3], u8::is_ascii_lowercase))
        && parts.all(|part| is_script(part) || is_of(part, &[2], u8::is_ascii_uppercase))
}

#[test]
fn language_tags() {
    for (tag, is_one) in [
        ("en", true),
        ("de-AT", true),
        ("zh-Hant-TW", true),
        ("EN", false),
        ("de_AT", false),
        ("", false),
        ("x-", false),
    ] {
        assert_eq!(is_language(tag), is_one, "{tag}");
    }
}
