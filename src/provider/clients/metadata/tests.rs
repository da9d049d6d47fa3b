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
        ("an unknown method", |c| c.token_endpoint_auth_method = "client_secret_mac".into()),
        ("an unknown algorithm", |c| c.id_token_signed_response_alg = "HS256".into()),
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
