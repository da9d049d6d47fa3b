//! RFC 8705: clients known by their certificates, tokens bound to them, at our own listener and behind a proxy.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::ring::{self, cipher_suite as suite};
use rustls::{ClientConfig, RootCertStore, SupportedCipherSuite};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::support::certificates::{Authority, Certificate, http_without};
use crate::support::parts::{Folder, free_port};
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, CALLBACK, Credentials, Method, Platform};
use crate::support::proofs::ProofKey;
use crate::support::server::Server;

/// A server with a listener for clients with certificates, and the authority that it believes.
struct Wallet {
    server: Server,
    authority: Authority,
    tls: u16,
    mtls: u16,
    _folder: Folder,
}

impl Wallet {
    async fn start() -> Self {
        let (folder, authority) = (Folder::new("tls"), Authority::new());
        let [certificate, key] = Certificate::self_signed("wallet", "localhost").write(&folder);
        let authorities = folder.join("authorities.pem");
        std::fs::write(&authorities, &authority.pem).expect("a file");
        let (tls, mtls) = (free_port(), free_port());
        let text = |path: &std::path::Path| path.display().to_string();
        let server = Server::with(&[
            ("SW__HTTP__TLS__CERTIFICATE", &text(&certificate)),
            ("SW__HTTP__TLS__KEY", &text(&key)),
            ("SW__HTTP__TLS__LISTEN", &format!("127.0.0.1:{tls}")),
            ("SW__MTLS__LISTEN", &format!("127.0.0.1:{mtls}")),
            ("SW__MTLS__PUBLIC_URL", &format!("https://127.0.0.1:{mtls}")),
            ("SW__MTLS__AUTHORITIES", &text(&authorities)),
        ])
        .await;
        Self { server, authority, tls, mtls, _folder: folder }
    }

    /// A platform that calls with a certificate, or with none, where certificates are asked for.
    async fn platform(&self, client: &Credentials, shown: Option<&Certificate>) -> Platform {
        let mut platform = Platform::discover(&self.server.issuer, client.clone(), CALLBACK.to_owned()).await;
        let aliases = platform.metadata["mtls_endpoint_aliases"].as_object().expect("aliases").clone();
        for (name, value) in aliases {
            platform.metadata[name] = value;
        }
        platform.http = shown.map_or_else(http_without, Certificate::http);
        platform
    }
}

/// Registers a client that authenticates by a method, or has none.
fn register(server: &Server, method: &str, metadata: &Value) -> Credentials {
    let metadata = metadata.to_string();
    let args = ["client", "add", "--json", "--name", "Orbit Photos", "--redirect-uri", CALLBACK];
    let args = [&args[..], &["--auth-method", method, "--metadata", &metadata]].concat();
    let answer: Value = serde_json::from_str(&server.cli(&args)).expect("JSON");
    let secret = answer["client_secret"].as_str().map(str::to_owned);
    let id = answer["client_id"].as_str().expect("a client_id").to_owned();
    let method = if secret.is_some() { Method::Basic } else { Method::None };
    Credentials { id, secret, method, key: None }
}

/// The answer to an exchange of a new code.
async fn exchange(platform: &Platform, person: &mut Person, scope: &str) -> Answer {
    let answers = match scope.contains("offline_access") {
        true => Answers::only(&["offline_access"]).for_duration("until_stopped"),
        false => Answers::allow(),
    };
    let attempt = platform.attempt(scope);
    let callback = person.authorize(attempt.url.as_str(), &answers).await;
    platform.exchange(&attempt, &platform.code(&attempt, &callback)).await
}

fn text(answer: &Answer, name: &str) -> String {
    let body = answer.json();
    body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8705_s2_certificates_of_clients() {
    let wallet = Wallet::start().await;
    let mut person = Person::signed_up(&wallet.server).await;
    let own = wallet.authority.issue("orbit", "client.example");
    let other = wallet.authority.issue("other", "other.example");
    let foreign = Authority::new().issue("orbit", "client.example");
    let alone = Certificate::self_signed("orbit", "client.example");
    let tls = "tls_client_auth";
    let selfish = "self_signed_tls_client_auth";
    let cases = [
        (tls, json!({ "tls_client_auth_subject_dn": "CN=orbit,O=Orbit\\, Photos" }), &own),
        (tls, json!({ "tls_client_auth_san_dns": "client.example" }), &own),
        (selfish, json!({ "jwks": alone.jwks() }), &alone),
        (selfish, json!({ "jwks": alone.x5c() }), &alone),
        (selfish, json!({ "jwks": foreign.jwks() }), &foreign),
    ];
    for (method, metadata, right) in cases {
        let client = register(&wallet.server, method, &metadata);
        let platform = wallet.platform(&client, Some(right)).await;
        let answer = exchange(&platform, &mut person, "openid").await;
        assert_eq!(answer.status, 200, "{method} {metadata}: {}", answer.text());
        assert_eq!(answer.json()["token_type"], "Bearer");
        let about = platform.introspect(&text(&answer, "access_token")).await.json();
        assert_eq!((&about["active"], about.get("cnf")), (&json!(true), None), "not asked to be bound");
        for (what, wrong) in [
            ("another's", Some(&other)),
            ("of a foreign authority", Some(&foreign)),
            ("self-signed", Some(&alone)),
            ("none", None),
        ] {
            if wrong.is_some_and(|wrong| wrong.der == right.der) {
                continue;
            }
            let platform = wallet.platform(&client, wrong).await;
            let answer = platform.introspect("x").await;
            assert_eq!(
                (answer.status, answer.error().as_str()),
                (401, "invalid_client"),
                "{method} {metadata}: {what}"
            );
        }
        let elsewhere = Platform::discover(&wallet.server.issuer, client, CALLBACK.to_owned()).await;
        elsewhere.introspect("x").await.must_refuse(401, "invalid_client");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8705_s3_tokens_are_bound_to_the_certificate() {
    let wallet = Wallet::start().await;
    let mut person = Person::signed_up(&wallet.server).await;
    let (own, other) = (wallet.authority.issue("orbit", "a.example"), wallet.authority.issue("orbit", "b.example"));
    let bound = json!({ "tls_client_certificate_bound_access_tokens": true });
    let known = json!({
        "tls_client_certificate_bound_access_tokens": true,
        "tls_client_auth_subject_dn": "CN=orbit,O=Orbit\\, Photos",
    });
    for (method, metadata, keeps) in
        [("tls_client_auth", &known, false), ("client_secret_basic", &bound, false), ("none", &bound, true)]
    {
        let client = register(&wallet.server, method, metadata);
        let platform = wallet.platform(&client, Some(&own)).await;
        let with_other = wallet.platform(&client, Some(&other)).await;
        let bare = wallet.platform(&client, None).await;
        let answer = exchange(&platform, &mut person, "openid offline_access").await;
        assert_eq!((answer.status, &answer.json()["token_type"]), (200, &json!("Bearer")), "{}", answer.text());
        let token = text(&answer, "access_token");
        if method != "none" {
            let about = platform.introspect(&token).await.json();
            assert_eq!(about["cnf"], json!({ "x5t#S256": own.thumbprint() }), "{method}");
        }
        assert_eq!(platform.userinfo(&token).await.status, 200, "{method}");
        with_other.userinfo(&token).await.must_refuse(401, "invalid_token");
        bare.userinfo(&token).await.must_refuse(401, "invalid_token");
        let plain = format!("{}/userinfo", wallet.server.issuer);
        Answer::of(http_without().get(plain).bearer_auth(&token)).await.must_refuse(401, "invalid_token");
        let refresh = text(&answer, "refresh_token");
        let missing = if method == "tls_client_auth" { (401, "invalid_client") } else { (400, "invalid_request") };
        bare.refresh(&refresh).await.must_refuse(missing.0, missing.1);
        let next = with_other.refresh(&refresh).await;
        match keeps {
            true => next.must_refuse(400, "invalid_grant"),
            // RFC 8705 §6.2: a client that proves who it is may have a new certificate.
            false => {
                assert_eq!(next.status, 200, "{method}: {}", next.text());
                assert_eq!(with_other.userinfo(&text(&next, "access_token")).await.status, 200, "{method}");
            }
        }
        // A proof does not take the certificate's place.
        let key = ProofKey::generate();
        let proof = key.proof("POST", platform.endpoint("token_endpoint")).text();
        let basic = platform.basic();
        let mut headers = vec![("dpop", proof.as_str())];
        headers.extend((method == "client_secret_basic").then_some(("authorization", basic.as_str())));
        let body = format!("grant_type=refresh_token&refresh_token={refresh}&client_id={}", client.id);
        platform.post_raw("token_endpoint", &headers, body).await.must_refuse(400, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fapi1_baseline_s6_2_1_11_userinfo_names_the_interaction() {
    let wallet = Wallet::start().await;
    let mut person = Person::signed_up(&wallet.server).await;
    let own = wallet.authority.issue("orbit", "a.example");
    let metadata = json!({
        "tls_client_certificate_bound_access_tokens": true,
        "tls_client_auth_subject_dn": "CN=orbit,O=Orbit\\, Photos",
        "id_token_signed_response_alg": "ES256",
    });
    let client = register(&wallet.server, "tls_client_auth", &metadata);
    let platform = wallet.platform(&client, Some(&own)).await;
    let token = text(&exchange(&platform, &mut person, "openid").await, "access_token");
    let ask = async |given: Option<&str>| {
        let mut request = platform.http.get(platform.endpoint("userinfo_endpoint")).bearer_auth(&token);
        if let Some(given) = given {
            request = request.header("x-fapi-interaction-id", given);
        }
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.header("x-fapi-interaction-id").map(str::to_owned)
    };
    let own = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a";
    assert_eq!(ask(Some(own)).await.as_deref(), Some(own));
    let refused = platform.http.get(platform.endpoint("userinfo_endpoint")).header("x-fapi-interaction-id", own);
    let refused = Answer::of(refused).await;
    assert_eq!((refused.status, refused.header("x-fapi-interaction-id")), (401, Some(own)));
    let [first, second, third] = [ask(None).await, ask(None).await, ask(Some("not a UUID")).await];
    for made in [&first, &second, &third] {
        let made = made.as_deref().expect("a name");
        assert!(made.len() == 36 && made.as_bytes()[14] == b'4' && made != own, "{made}");
    }
    assert!(first != second && second != third);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8705_s5_endpoints_of_their_own_and_rfc9449_there() {
    let wallet = Wallet::start().await;
    let client = register(&wallet.server, "none", &json!({}));
    let metadata = Platform::discover(&wallet.server.issuer, client.clone(), CALLBACK.to_owned()).await.metadata;
    assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
    let aliases = metadata["mtls_endpoint_aliases"].as_object().expect("aliases");
    for (name, value) in aliases {
        let base = format!("https://127.0.0.1:{}/", wallet.mtls);
        assert!(value.as_str().is_some_and(|url| url.starts_with(&base)), "{name}: {value}");
        let answer = Answer::of(http_without().get(value.as_str().expect("text"))).await;
        assert!(answer.status != 404 && answer.status < 500, "{name}: {}", answer.status);
    }
    for name in ["token_endpoint", "introspection_endpoint", "revocation_endpoint", "userinfo_endpoint"] {
        assert!(aliases.contains_key(name), "{name}");
    }
    assert!(!aliases.contains_key("authorization_endpoint") && !aliases.contains_key("end_session_endpoint"));
    for method in ["tls_client_auth", "self_signed_tls_client_auth"] {
        let methods = &metadata["token_endpoint_auth_methods_supported"];
        assert!(methods.as_array().expect("a list").contains(&json!(method)), "{methods}");
    }
    // A certificate for the client, a proof for its tokens (FAPI 2.0 SP §5.3.2.1): the proof names the alias.
    let own = wallet.authority.issue("orbit", "a.example");
    let known = json!({ "tls_client_auth_san_dns": "a.example", "dpop_bound_access_tokens": true });
    let platform = wallet.platform(&register(&wallet.server, "tls_client_auth", &known), Some(&own)).await;
    let parameters = format!("grant_type=refresh_token&refresh_token=x&client_id={}", platform.client.id);
    let key = ProofKey::generate();
    let url = platform.endpoint("token_endpoint");
    let proof = key.proof("POST", url).text();
    let answer = platform.post_raw("token_endpoint", &[("dpop", &proof)], parameters.clone()).await;
    answer.must_refuse(400, "invalid_grant");
    platform.post_raw("token_endpoint", &[], parameters).await.must_refuse(400, "invalid_dpop_proof");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8705_nothing_is_promised_where_nobody_asks_for_certificates() {
    let server = Server::shared().await;
    let metadata = Answer::of(http_without().get(format!("{}/.well-known/openid-configuration", server.issuer))).await;
    let metadata = metadata.json();
    for name in ["mtls_endpoint_aliases", "tls_client_certificate_bound_access_tokens"] {
        assert!(metadata.get(name).is_none(), "{name}");
    }
    let names = json!({ "tls_client_auth_san_dns": "a.example" }).to_string();
    for (method, metadata_of_client) in [
        ("tls_client_auth", names.as_str()),
        ("self_signed_tls_client_auth", r#"{"jwks":{"keys":[]}}"#),
        ("attest_jwt_client_auth", "{}"),
    ] {
        assert!(!metadata["token_endpoint_auth_methods_supported"].as_array().unwrap().contains(&json!(method)));
        let args = ["client", "add", "--name", "Orbit", "--auth-method", method, "--redirect-uri", CALLBACK];
        let (is_success, _, error) = server.try_cli(&[&args[..], &["--metadata", metadata_of_client]].concat());
        assert!(!is_success && error.contains("not set up here"), "{method}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9440_s2_the_header_of_a_trusted_proxy_and_of_nobody_else() {
    let own = Certificate::self_signed("orbit", "a.example");
    let metadata = json!({ "jwks": own.jwks() });
    let standard = format!(":{}:", STANDARD.encode(&own.der));
    let escaped = own.pem.replace('\n', "%0A").replace('+', "%2B").replace(' ', "%20");
    for (trusted, is_believed) in [("127.0.0.0/8", true), ("10.0.0.0/8", false)] {
        let server = Server::with(&[
            ("SW__HTTP__TRUSTED_PROXIES", trusted),
            ("SW__MTLS__PUBLIC_URL", "https://mtls.example"),
            ("SW__MTLS__HEADER", "Client-Cert"),
        ])
        .await;
        let client = register(&server, "self_signed_tls_client_auth", &metadata);
        let ask = async |headers: &[(&str, &str)]| {
            let request = http_without().post(format!("{}/introspect", server.issuer));
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            Answer::of(request.form(&[("token", "x"), ("client_id", client.id.as_str())])).await
        };
        let there = ("host", "mtls.example");
        for good in [&standard, &escaped] {
            let answer = ask(&[there, ("client-cert", good)]).await;
            match is_believed {
                true => {
                    assert_eq!((answer.status, &answer.json()["active"]), (200, &json!(false)), "{}", answer.text())
                }
                false => answer.must_refuse(401, "invalid_client"),
            }
        }
        ask(&[("client-cert", &standard)]).await.must_refuse(401, "invalid_client");
        ask(&[there]).await.must_refuse(401, "invalid_client");
        ask(&[there, ("client-cert", "")]).await.must_refuse(401, "invalid_client");
        if is_believed {
            ask(&[there, ("client-cert", "nonsense")]).await.must_refuse(400, "invalid_request");
            ask(&[there, ("client-cert", &standard), ("client-cert", &standard)])
                .await
                .must_refuse(400, "invalid_request");
        }
    }
}

/// The protocol version and suite that come of a handshake with these suites.
async fn handshake(port: u16, suites: Vec<SupportedCipherSuite>) -> Option<rustls::ProtocolVersion> {
    let provider = Arc::new(rustls::crypto::CryptoProvider { cipher_suites: suites, ..ring::default_provider() });
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().expect("versions");
    let mut config = builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    config.dangerous().set_certificate_verifier(Arc::new(AnyServer(provider)));
    let socket = TcpStream::connect(("127.0.0.1", port)).await.expect("a listener");
    let name = "localhost".try_into().expect("a name");
    let stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await.ok()?;
    stream.get_ref().1.protocol_version()
}

#[tokio::test(flavor = "multi_thread")]
async fn fapi1_advanced_s8_5_and_rfc9325_s4_2_what_tls_speaks() {
    let wallet = Wallet::start().await;
    let all = ring::ALL_CIPHER_SUITES.to_vec();
    let old = vec![suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256];
    let odd =
        vec![suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256];
    for port in [wallet.tls, wallet.mtls] {
        assert_eq!(handshake(port, all.clone()).await, Some(rustls::ProtocolVersion::TLSv1_3));
        assert_eq!(handshake(port, old.clone()).await, Some(rustls::ProtocolVersion::TLSv1_2));
        assert_eq!(handshake(port, odd.clone()).await, None);
    }
}

/// Believes every server: only what is spoken is of interest.
#[derive(Debug)]
struct AnyServer(Arc<rustls::crypto::CryptoProvider>);

impl rustls::client::danger::ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &rustls_pki_types::CertificateDer<'_>,
        _: &[rustls_pki_types::CertificateDer<'_>],
        _: &rustls_pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls_pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls_pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls_pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
