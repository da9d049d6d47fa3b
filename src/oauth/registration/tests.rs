//! Tests of what may be registered, and by whom.

use serde_json::{Value, json};

use super::*;
use crate::oauth::client::{Client, SubjectType};
use crate::oauth::error::{Code, Error};
use crate::oauth::resource::NONE;
use crate::oauth::supported::sample::supported;

fn client(change: impl FnOnce(&mut Client)) -> Result<(), Error> {
    let mut client = Client {
        client_name: "Orbit".into(),
        redirect_uris: vec!["https://orbit.example/cb".into()],
        ..Client::new("orbit".into())
    };
    change(&mut client);
    check(&client, &supported(), &NONE)
}

type Change = fn(&mut Client);

static EC: std::sync::LazyLock<serde_json::Map<String, serde_json::Value>> = std::sync::LazyLock::new(|| {
    crate::jose::DecryptionKey::generate(crate::jose::jwe::KeyType::Ec).unwrap().public().clone()
});

#[test]
fn rfc7591_s2_what_can_work_is_registered() {
    let cases: &[(&str, Change)] = &[
        ("as it is", |_| {}),
        ("Arabic", |c| c.client_name = "مدار الصور".into()),
        ("pages", |c| c.policy_uri = Some("https://orbit.example/privacy?x=1".into())),
        ("on this machine", |c| c.client_uri = Some("http://localhost:3000/".into())),
        ("an origin", |c| c.cors_origins = vec!["https://orbit.example:8443".into(), "http://localhost:3000".into()]),
        ("a secret that signs", |c| {
            c.token_endpoint_auth_method = "client_secret_jwt".into();
            c.token_endpoint_auth_signing_alg = Some("HS256".into());
        }),
        ("a certificate by its name", |c| {
            c.token_endpoint_auth_method = "tls_client_auth".into();
            c.tls_client_auth_subject_dn = Some("CN=orbit,O=Orbit\\, Photos".into());
            c.tls_client_certificate_bound_access_tokens = true;
        }),
        ("encrypted ID Tokens", |c| {
            c.jwks = Some(serde_json::json!({"keys": [&*EC]}));
            c.id_token_encrypted_response_alg = Some("ECDH-ES".into());
        }),
        ("keys to be read later", |c| {
            c.jwks_uri = Some("https://orbit.example/jwks".into());
            c.userinfo_encrypted_response_alg = Some("RSA-OAEP".into());
            c.userinfo_encrypted_response_enc = Some("A256GCM".into());
        }),
        ("a purpose", |c| drop(c.purposes.insert("email".into(), "To write to you".into()))),
        ("a page that hears of sign-outs", |c| {
            c.frontchannel_logout_uri = Some("https://orbit.example/out?x=1".into())
        }),
        ("no grant type at all", |c| (c.grant_types, c.redirect_uris) = (vec![], vec![])),
    ];
    for (name, change) in cases {
        assert_eq!(client(change), Ok(()), "{name}");
    }
}

#[test]
fn security_s2_what_would_deceive_or_cannot_work_is_refused() {
    let cases: &[(&str, Change)] = &[
        ("a script for a page", |c| c.policy_uri = Some("javascript:alert(1)".into())),
        ("data for a logo", |c| c.logo_uri = Some("data:image/svg+xml,x".into())),
        ("plain http", |c| c.tos_uri = Some("http://orbit.example/terms".into())),
        ("credentials", |c| c.client_uri = Some("https://u:p@orbit.example/".into())),
        ("keys of a file", |c| c.jwks_uri = Some("file:///etc/passwd".into())),
        ("a relative login page", |c| c.initiate_login_uri = Some("/login".into())),
        ("a login page in the clear", |c| c.initiate_login_uri = Some("http://localhost/login".into())),
        ("a sector in the clear", |c| c.sector_identifier_uri = Some("http://localhost/list".into())),
        ("a name that turns round", |c| c.client_name = "Orbit\u{202e}knab".into()),
        ("a name of several lines", |c| c.client_name = "Orbit\nVerified".into()),
        ("a long name", |c| c.client_name = "x".repeat(101)),
        ("a long purpose", |c| drop(c.purposes.insert("email".into(), "x".repeat(201)))),
        ("too many contacts", |c| c.contacts = vec!["x@orbit.example".into(); 101]),
        ("an origin with a path", |c| c.cors_origins = vec!["https://orbit.example/".into()]),
        ("every origin", |c| c.cors_origins = vec!["*".into()]),
        ("no origin", |c| c.cors_origins = vec!["null".into()]),
        ("an identifier that no header can carry", |c| c.id = "örbit".into()),
        ("no identifier", |c| c.id = "".into()),
        ("an unknown method", |c| c.token_endpoint_auth_method = "password".into()),
        ("an unknown algorithm", |c| c.id_token_signed_response_alg = "HS1".into()),
        ("an unknown encryption", |c| c.id_token_encrypted_response_alg = Some("RSA1_5".into())),
        ("an unknown profile", |c| c.profile = "none".into()),
        ("a secret that signs as a key does", |c| {
            c.token_endpoint_auth_method = "client_secret_jwt".into();
            c.token_endpoint_auth_signing_alg = Some("ES256".into());
        }),
        ("a key that signs as a secret does", |c| c.token_endpoint_auth_signing_alg = Some("HS256".into())),
        ("a certificate without a name", |c| c.token_endpoint_auth_method = "tls_client_auth".into()),
        ("a certificate with two names", |c| {
            c.token_endpoint_auth_method = "tls_client_auth".into();
            c.tls_client_auth_san_dns = Some("a.example".into());
            c.tls_client_auth_san_email = Some("a@a.example".into());
        }),
        ("a name that is none", |c| {
            c.token_endpoint_auth_method = "tls_client_auth".into();
            c.tls_client_auth_subject_dn = Some("orbit".into());
        }),
        ("an address that is none", |c| {
            c.token_endpoint_auth_method = "tls_client_auth".into();
            c.tls_client_auth_san_ip = Some("256.1.1.1".into());
        }),
        ("a name of a certificate that nobody asks for", |c| c.tls_client_auth_san_dns = Some("a.example".into())),
        ("its own certificate without keys", |c| c.token_endpoint_auth_method = "self_signed_tls_client_auth".into()),
        ("tokens bound twice", |c| {
            c.dpop_bound_access_tokens = true;
            c.tls_client_certificate_bound_access_tokens = true;
        }),
        ("no redirect URI", |c| c.redirect_uris.clear()),
        ("a negative age", |c| c.default_max_age = Some(crate::base::Seconds(-1))),
        ("sign-outs told to another site", |c| c.frontchannel_logout_uri = Some("https://evil.example/out".into())),
        ("sign-outs told to another port", |c| c.frontchannel_logout_uri = Some("https://orbit.example:8/out".into())),
        ("a fragment", |c| c.backchannel_logout_uri = Some("https://orbit.example/out#x".into())),
        ("sign-outs told in the clear", |c| c.backchannel_logout_uri = Some("http://orbit.example/out".into())),
        ("an unknown way to tell", |c| c.backchannel_token_delivery_mode = Some("push".into())),
        ("a claim that is not there", |c| c.essential_claims = vec!["shoe_size".into()]),
        ("enc without alg", |c| c.id_token_encrypted_response_enc = Some("A256GCM".into())),
        ("request_object_encryption_enc without alg", |c| c.request_object_encryption_enc = Some("A256GCM".into())),
        ("an old way to encrypt", |c| c.request_object_encryption_alg = Some("RSA1_5".into())),
        ("UserInfo with no signature", |c| c.userinfo_signed_response_alg = Some("none".into())),
        ("a signature that the profile forbids", |c| {
            c.profile = "fapi2".into();
            c.introspection_signed_response_alg = Some("RS256".into());
        }),
        ("encryption without keys", |c| c.id_token_encrypted_response_alg = Some("ECDH-ES".into())),
        ("encryption with keys of another type", |c| {
            c.jwks = Some(serde_json::json!({"keys": [&*EC]}));
            c.authorization_encrypted_response_alg = Some("RSA-OAEP-256".into());
        }),
        ("encryption with keys for signatures", |c| {
            let mut key = serde_json::to_value(&*EC).unwrap();
            key["use"] = "sig".into();
            c.jwks = Some(serde_json::json!({"keys": [key]}));
            c.introspection_encrypted_response_alg = Some("ECDH-ES".into());
        }),
        ("keys in two places", |c| {
            c.jwks = Some(json!({"keys": []}));
            c.jwks_uri = Some("https://orbit.example/jwks".into());
        }),
    ];
    for (name, change) in cases {
        let refused = client(change).expect_err(name);
        assert_eq!(refused.code(), Code::InvalidClientMetadata, "{name}");
    }
}

fn said(document: Value) -> Result<Client, Error> {
    self_registered("cli_x".into(), document.as_object().expect("an object"), &supported(), &NONE)
}

#[test]
fn rfc7591_s2_what_is_left_out_is_filled_in() {
    let client =
        said(json!({ "redirect_uris": ["https://a.example:8443/cb"], "unknown": {"x": 1}, "client_name": null,
        "client_name#ar": "مدار", "is_self_registered": false, "require_pkce": true, "domain_verified_at": 1,
        "profile": "fapi2", "cors_origins": ["https://evil.example"], "id": "other" }))
        .expect("a client");
    assert!(client.is_self_registered && client.domain_verified_at.is_none() && client.client_name.is_empty());
    assert!(!client.needs_pkce() && client.legacy_assertion_aud && client.profile == "oidc");
    assert_eq!((client.id.as_str(), client.scope.to_string().as_str()), ("cli_x", "email openid phone profile"));
    assert_eq!(client.cors_origins, ["https://a.example:8443"], "its own pages may read the answers");
    let told = document(&client);
    for (name, value) in [
        ("redirect_uris", json!(["https://a.example:8443/cb"])),
        ("grant_types", json!(["authorization_code"])),
        ("response_types", json!(["code"])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("id_token_signed_response_alg", json!("RS256")),
        ("subject_type", json!("pairwise")),
        ("application_type", json!("web")),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    for absent in ["client_name", "jwks", "contacts", "is_self_registered", "require_pkce", "profile", "cors_origins"] {
        assert!(told.get(absent).is_none(), "{absent}");
    }
    let public = said(json!({"redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": "none"}));
    assert!(public.expect("a client").needs_pkce(), "RFC 9700 §2.1.1");
}

#[test]
fn oidc_core_s8_1_several_hosts_without_a_sector_have_public_subjects() {
    let client = said(json!({"redirect_uris": ["https://a.example/cb", "https://b.example/cb"]})).expect("a client");
    assert_eq!(client.subject_type, SubjectType::Public);
    let bad = said(json!({"redirect_uris": ["https://a.example/cb"], "sector_identifier_uri": "http://a.example/"}));
    assert!(bad.is_err(), "a sector that is named must be one");
}

#[test]
fn rfc7591_s3_2_2_refusals() {
    let uri = "https://a.example/cb";
    for (document, code, why) in [
        (json!({}), Code::InvalidClientMetadata, "redirect_uris is needed"),
        (json!({"redirect_uris": ["http://a.example/cb"]}), Code::InvalidRedirectUri, "must use https"),
        (json!({"redirect_uris": ["https://a.example/cb#x"]}), Code::InvalidRedirectUri, "fragment"),
        (json!({"redirect_uris": uri}), Code::InvalidClientMetadata, "redirect_uris is not of the type"),
        (json!({"redirect_uris": [uri, 1]}), Code::InvalidClientMetadata, "redirect_uris is not of the type"),
        (
            json!({"redirect_uris": [uri], "grant_types": ["client_credentials"]}),
            Code::InvalidClientMetadata,
            "operator",
        ),
        (json!({"redirect_uris": [uri], "grant_types": ["password"]}), Code::InvalidClientMetadata, "not supported"),
        (json!({"redirect_uris": [uri], "response_types": []}), Code::InvalidClientMetadata, "needs a response type"),
        (json!({"redirect_uris": [uri], "response_types": ["id_token"]}), Code::InvalidClientMetadata, "grant type"),
        (json!({"redirect_uris": [uri], "scope": "wallet.usage.read"}), Code::InvalidClientMetadata, "operator"),
        (json!({"redirect_uris": [uri], "scope": "everything"}), Code::InvalidClientMetadata, "not supported"),
        (json!({"redirect_uris": [uri], "scope": ["openid"]}), Code::InvalidClientMetadata, "scope is not of the type"),
        (json!({"redirect_uris": [uri], "subject_type": "x"}), Code::InvalidClientMetadata, "subject_type"),
        (
            json!({"redirect_uris": [uri, "https://b.example/"], "subject_type": "pairwise"}),
            Code::InvalidClientMetadata,
            "sector_identifier_uri",
        ),
        (
            json!({"redirect_uris": [uri], "token_endpoint_auth_method": "private_key_jwt"}),
            Code::InvalidClientMetadata,
            "needs jwks",
        ),
    ] {
        let refused = said(document.clone()).expect_err(&document.to_string());
        assert_eq!(refused.code(), code, "{document}: {refused}");
        assert!(refused.description().contains(why), "{document}: {refused}");
    }
    let mut with_ciba = supported();
    with_ciba.grant_types.push("urn:openid:params:grant-type:ciba");
    for response_types in [json!([]), Value::Null] {
        let document = json!({"grant_types": ["urn:openid:params:grant-type:ciba"], "response_types": response_types});
        let client = self_registered("c".into(), document.as_object().expect("an object"), &with_ciba, &NONE);
        let client = client.expect("a client that redirects nobody");
        assert_eq!(document_of(&client)["response_types"], json!([]));
    }
}

fn document_of(client: &Client) -> Value {
    Value::Object(document(client))
}

#[test]
fn rfc7592_s2_2_what_is_left_out_is_taken_back_and_what_operators_said_stays() {
    let uri = json!({"redirect_uris": ["https://a.example/cb"], "client_name": "A", "contacts": ["x@a.example"]});
    let mut before = said(uri).expect("a client");
    before.domain_verified_at = Some(crate::base::Time::from_unix(1));
    (before.is_disabled, before.require_pkce) = (true, true);
    let document = json!({"redirect_uris": ["https://b.example/cb"], "is_disabled": false});
    let after = changed(&before, document.as_object().expect("an object"), &supported(), &NONE).expect("changed");
    assert!(after.client_name.is_empty() && after.contacts.is_empty() && after.is_disabled && after.require_pkce);
    assert_eq!((after.domain_verified_at, after.id), (before.domain_verified_at, before.id));
    assert_eq!(after.cors_origins, ["https://b.example"]);
}

#[test]
fn rfc7591_s2_3_a_software_statement_wins() {
    let document = json!({"client_name": "Evil", "redirect_uris": ["https://a.example/cb"], "software_id": "x"});
    let claims =
        json!({"client_name": "Orbit", "software_id": "orbit-1", "iss": "https://trust.example", "profile": "x"});
    let (Value::Object(document), Value::Object(claims)) = (document, claims) else { panic!("objects") };
    let both = Value::Object(with_statement(document, &claims));
    let wanted = json!({"client_name": "Orbit", "redirect_uris": ["https://a.example/cb"], "software_id": "orbit-1"});
    assert_eq!(both, wanted);
}

#[test]
fn client_id_metadata_s3_which_urls_and_s4_which_documents() {
    for good in ["https://a.example/app", "https://a.example:8443/app/client.json", "https://a.example/x?v=1"] {
        assert!(is_document_url(good), "{good}");
    }
    for bad in [
        "cli_x",
        "https://a.example",
        "https://a.example/",
        "http://a.example/app",
        "https://a.example/app#x",
        "https://u@a.example/app",
        "https://u:p@a.example/app",
        "https://a.example/x/../app",
        "https://a.example/x/%2E%2e/app",
        "https://A.example/app",
        "https://a.example:443/app",
        &format!("https://a.example/{}", "x".repeat(256)),
    ] {
        assert!(!is_document_url(bad), "{bad}");
    }
    let id = "https://a.example/app";
    let read = |document: Value| published(id.into(), document.as_object().expect("an object"), &supported(), &NONE);
    let good = json!({"client_id": id, "redirect_uris": ["https://a.example/cb"], "client_name": "A"});
    let client = read(good.clone()).expect("a client");
    assert!(client.is_public() && client.is_self_registered && client.needs_pkce() && client.id.as_str() == id);
    for (name, value) in [
        ("client_id", json!("https://b.example/app")),
        ("client_id", Value::Null),
        ("client_secret", json!("x")),
        ("client_secret_expires_at", json!(0)),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("redirect_uris", json!([])),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        assert_eq!(read(bad.clone()).expect_err(name).code(), Code::InvalidClientMetadata, "{bad}");
    }
}

#[test]
fn the_table_holds_every_member_of_a_client() {
    let client = serde_json::to_value(Client::new("c".into())).expect("JSON");
    let mut members: Vec<&str> = client.as_object().expect("an object").keys().map(String::as_str).collect();
    members.retain(|name| *name != "id");
    let mut rows: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
    members.sort_unstable();
    rows.sort_unstable();
    assert_eq!(members, rows);
    for field in FIELDS {
        assert!(field.section.contains('§'), "{}", field.name);
        let mut other = Client::new("c".into());
        assert_eq!(field.read(&mut other, &field.write(&Client::new("c".into()))), Ok(()), "{}", field.name);
    }
}

proptest::proptest! {
    #[test]
    fn reading_never_panics(text in "\\PC{0,40}", number: i64) {
        for value in [json!(text), json!([text]), json!(number), json!({"keys": [{"kty": text}]}), json!(true)] {
            for field in FIELDS {
                let document = json!({"redirect_uris": ["https://a.example/cb"], field.name: value});
                let _ = said(document);
            }
        }
    }
}
