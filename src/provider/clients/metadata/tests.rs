//! Tests of what may be registered.

use super::*;

fn client(change: impl FnOnce(&mut Client)) -> Result<(), oauth::Error> {
    let mut client = Client {
        client_name: "Orbit".into(),
        redirect_uris: vec!["https://orbit.example/cb".into()],
        ..Client::new("orbit".into())
    };
    change(&mut client);
    check(&client)
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
        ("a name that turns round", |c| c.client_name = "Orbit\u{202e}knab".into()),
        ("a name of several lines", |c| c.client_name = "Orbit\nVerified".into()),
        ("a long name", |c| c.client_name = "x".repeat(101)),
        ("a long purpose", |c| drop(c.purposes.insert("email".into(), "x".repeat(201)))),
        ("an origin with a path", |c| c.cors_origins = vec!["https://orbit.example/".into()]),
        ("every origin", |c| c.cors_origins = vec!["*".into()]),
        ("no origin", |c| c.cors_origins = vec!["null".into()]),
        ("an identifier that no header can carry", |c| c.id = "örbit".into()),
        ("no identifier", |c| c.id = "".into()),
        ("an unknown method", |c| c.token_endpoint_auth_method = "client_secret_jwt".into()),
        ("an unknown algorithm", |c| c.id_token_signed_response_alg = "HS256".into()),
        ("an unknown profile", |c| c.profile = "none".into()),
        ("no redirect URI", |c| c.redirect_uris.clear()),
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
            c.jwks = Some(serde_json::json!({"keys": []}));
            c.jwks_uri = Some("https://orbit.example/jwks".into());
        }),
    ];
    for (name, change) in cases {
        let refused = client(change).expect_err(name);
        assert_eq!(refused.code(), oauth::Code::InvalidClientMetadata, "{name}");
    }
}
