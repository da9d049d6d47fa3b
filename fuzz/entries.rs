//! What the fuzzer calls, target by target: the functions that read bytes of strangers, and what must hold of them.
//!
//! The ordinary tests replay the corpus through the same functions (`tests/it/fuzz_corpus.rs`).

use std::convert::Infallible;
use std::io::Cursor;
use std::sync::{Arc, LazyLock};

use social_wallet::base::id::{AccountId, ClientId, FamilyId, SessionId};
use social_wallet::base::{Time, text, url};
use social_wallet::catalog::{CLAIMS, check_value, values};
use social_wallet::jose::certificate::{self, Certificate};
use social_wallet::jose::jwe::{self, KeyType};
use social_wallet::jose::jwt::{self, Rules};
use social_wallet::jose::{Alg, DecryptionKey, JwkSet, SigningKey, Unverified, json};
use social_wallet::oauth::authorization::request::{self, Facts, Way};
use social_wallet::oauth::claims_request::ClaimsRequest;
use social_wallet::oauth::client_auth::{self, CLIENT_AUTH_METHODS, Presented};
use social_wallet::oauth::profile::PROFILES;
use social_wallet::oauth::redirect_uri::{self, ApplicationType};
use social_wallet::oauth::resource;
use social_wallet::oauth::sender::dpop;
use social_wallet::oauth::{Client, Params, Scope};
use social_wallet::provider::clients;
use social_wallet::provider::supported::supported;
use social_wallet::wallet::media::patch::{Bad, Probe};
use social_wallet::wallet::media::{images, kinds, mp4, webm};

/// One target: its name, which is that of its corpus, and what it calls.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("params", params),
    ("authorization", authorization),
    ("scope", scope),
    ("claims_request", claims_request),
    ("redirect_uri", redirect_uri),
    ("client_metadata", client_metadata),
    ("client_auth", client_auth),
    ("jws", jws),
    ("jwe", jwe),
    ("jwk", jwk),
    ("dpop", dpop),
    ("certificate", certificate),
    ("id", id),
    ("typed", typed),
    ("image", image),
    ("mp4", mp4),
    ("webm", webm),
];

const NOW: Time = Time::from_unix(1_795_000_000);

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate(Alg::EdDsa).expect("a key"));

fn text_of(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// Queries and forms: nothing that was read has a control character, and no name is there twice.
pub fn params(data: &[u8]) {
    let Ok(params) = Params::from_form(data) else { return };
    for name in ["client_id", "redirect_uri", "scope", "state", "a", "b"] {
        if let Some(value) = params.get(name) {
            assert!(!value.is_empty() && !value.chars().any(char::is_control));
        }
    }
    if let Some(query) = text_of(data) {
        assert_eq!(Params::from_query(query).as_ref(), Ok(&params));
    }
}

/// Authorization requests: what is accepted goes to a registered redirect URI and has a challenge.
pub fn authorization(data: &[u8]) {
    let Ok(params) = Params::from_form(data) else { return };
    let client = Client {
        redirect_uris: vec!["https://orbit.example/cb".into(), "https://orbit.example/q?x=1".into()],
        scope: Scope::of(["openid", "profile", "email", "offline_access"]),
        ..Client::new("orbit".into())
    };
    let issuer = "https://wallet.example";
    let resources = &resource::NONE;
    let facts = Facts {
        client: &client,
        profile: &PROFILES[0],
        supported: supported(),
        resources,
        issuer,
        way: &Way::default(),
        hinted: None,
    };
    if let Ok(request) = request::read(&params, &facts) {
        assert!(request.code_challenge.is_some() && client.has_redirect_uri(params.get("redirect_uri").unwrap_or("")));
        assert!(request.scope.is_within(&client.scope));
    }
}

/// Scope strings: written and read again they are the same.
pub fn scope(data: &[u8]) {
    let Some(Ok(scope)) = text_of(data).map(Scope::read) else { return };
    assert_eq!(Scope::read(&scope.to_string()).as_ref(), Ok(&scope));
    assert!(scope.is_within(&scope.merge(&Scope::of(["openid"]))));
}

/// The `claims` parameter: only claims that are known are kept, and storing it changes nothing.
pub fn claims_request(data: &[u8]) {
    let known = |name: &str| supported().knows_claim(name);
    let Some(Ok(request)) = text_of(data).map(|text| ClaimsRequest::read(text, known)) else { return };
    for name in request.names() {
        assert!(known(&name) || ["sub", "acr", "auth_time"].contains(&name.as_str()));
    }
    let stored = serde_json::to_value(&request).expect("JSON");
    assert_eq!(serde_json::from_value::<ClaimsRequest>(stored).expect("the same"), request);
    let _ = (request.subject(), request.essential_acr(), request.voluntary_acr());
}

/// Redirect URIs, the registered one in the first line, the presented one in the second: only the same text matches,
/// and for native clients on the loopback another port.
pub fn redirect_uri(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    let (registered, presented) = text.split_once('\n').unwrap_or((text, ""));
    for kind in [ApplicationType::Web, ApplicationType::Native] {
        let matches = redirect_uri::is_registered(&[registered.to_owned()], kind, presented);
        let is_loopback = ["http://127.0.0.1", "http://[::1]"]
            .iter()
            .any(|l| kind == ApplicationType::Native && registered.starts_with(l) && presented.starts_with(l));
        assert!(matches == (registered == presented) || (matches && is_loopback));
        if redirect_uri::check(registered, kind).is_ok() {
            let scheme = registered.split(':').next().unwrap_or_default();
            assert!(["https", "http"].contains(&scheme) || scheme.contains('.'), "{registered}");
        }
    }
}

/// Client metadata as JSON: what passes the check can be stored and still passes.
pub fn client_metadata(data: &[u8]) {
    let Ok(client) = serde_json::from_slice::<Client>(data) else { return };
    if clients::check(&client, &resource::NONE).is_err() {
        return;
    }
    let stored = serde_json::to_value(&client).expect("JSON");
    let again: Client = serde_json::from_value(stored).expect("the same");
    assert!(again == client && clients::check(&again, &resource::NONE).is_ok());
    for uri in &client.redirect_uris {
        assert!(client.has_redirect_uri(uri));
    }
}

/// Client authentication, the `Authorization` header in the first line, the body after it: one method or an error.
pub fn client_auth(data: &[u8]) {
    let at = data.iter().position(|b| *b == b'\n').unwrap_or(data.len());
    let (header, body) = (&data[..at], data.get(at + 1..).unwrap_or_default());
    let Ok(params) = Params::from_form(body) else { return };
    let authorization = text_of(header).filter(|text| !text.is_empty());
    if let Ok(found) = client_auth::read(&Presented::new(authorization, &params)) {
        assert!(CLIENT_AUTH_METHODS.iter().any(|row| row.name == found.method));
        assert!(params.get("client_id").is_none_or(|id| id == found.client_id.as_str()));
        assert!(authorization.is_none() || found.method == "client_secret_basic");
    }
}

/// Tokens: nobody but the holder of the key can make one that is believed.
pub fn jws(data: &[u8]) {
    let _ = json::value(data);
    let Some(Ok(unverified)) = text_of(data).map(Unverified::read) else { return };
    let _ = unverified.peek("sub");
    let keys = JwkSet::of(vec![KEY.public().clone()]);
    if let Ok(verified) = unverified.verify(&keys, &Alg::ALL) {
        let _ = jwt::check(verified, &Rules::CLIENT_ASSERTION, NOW);
        panic!("a forged token was believed");
    }
}

/// DPoP proofs: the fuzzer has no key, so none of its proofs is taken.
pub fn dpop(data: &[u8]) {
    let Some(proof) = text_of(data) else { return };
    let uris = ["https://wallet.example/token".to_owned()];
    let request = dpop::Request { method: "POST", uris: &uris, access_token: None };
    let nonces = dpop::Nonces { accepted: &[], are_demanded: false };
    assert!(dpop::check(proof, &request, &nonces, NOW).is_err(), "a forged proof was believed");
}

/// Certificates as proxies hand them on: what is read has a thumbprint, and is read from its own bytes again.
pub fn certificate(data: &[u8]) {
    let _ = text_of(data).map(certificate::is_name);
    let read = text_of(data).and_then(|text| Certificate::read_header(text).ok());
    let Some(read) = read.or_else(|| Certificate::read(data, Vec::new()).ok()) else { return };
    assert!(read.thumbprint().len() == 43 && !read.has_subject(""));
    assert_eq!(Certificate::read(read.der(), read.chain().to_vec()), Ok(read));
}

/// Encrypted tokens: nobody seals what this key opens, and no header makes it panic or unpack.
pub fn jwe(data: &[u8]) {
    static KEYS: LazyLock<[Arc<DecryptionKey>; 2]> =
        LazyLock::new(|| KeyType::ALL.map(|kty| Arc::new(DecryptionKey::generate(kty).expect("a key"))));
    let Some(text) = text_of(data) else { return };
    assert!(jwe::open_nested(text, &*KEYS).is_err(), "a forged token was opened");
}

/// JWK Sets: whatever keys are in there, they verify nothing by themselves, and none is private.
pub fn jwk(data: &[u8]) {
    let Ok(set) = JwkSet::parse(data) else { return };
    for key in set.keys() {
        assert!(!key.to_map().contains_key("d") && key.to_map()["kty"] != "oct");
        assert!(!key.thumbprint().is_empty());
        for alg in Alg::ALL {
            let _ = set.find(key.kid(), alg);
        }
    }
    let token = KEY.sign(social_wallet::jose::Typ::Jwt, &serde_json::json!({ "sub": "x" })).expect("a token");
    let believed = social_wallet::jose::verify(&token, &set, &Alg::ALL).is_ok();
    assert!(!believed, "a stranger's set verified our token");
}

/// Identifiers and URLs as text: what is read is written the same.
pub fn id(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    if let Ok(id) = text.parse::<AccountId>() {
        assert_eq!(id.to_string(), text);
        assert!(text.parse::<FamilyId>().is_err() && text.parse::<SessionId>().is_err());
    }
    assert_eq!(ClientId::from(text).as_str(), text);
    if let Some(found) = url::web(text) {
        assert!(found.scheme() == "https" || url::is_loopback(found.host_str().unwrap_or_default()));
        assert!(found.username().is_empty() && found.password().is_none());
        let _ = (url::origin(&found), url::registrable_domain(found.host_str().unwrap_or_default()));
    }
}

/// What people type: kept values stay as they are when they are checked again.
pub fn typed(data: &[u8]) {
    let Some(typed) = text_of(data) else { return };
    for claim in CLAIMS {
        if let Ok(kept) = check_value(claim, typed) {
            assert_eq!(check_value(claim, &kept).as_ref(), Ok(&kept), "{}", claim.name);
            assert!(values::to_json(claim.value, &kept).is_some(), "{}", claim.name);
        }
    }
    if let Some(email) = text::email(typed) {
        assert_eq!(text::email(&email), Some(email.clone()));
        let _ = text::email_key(&email);
    }
    let _ = (text::phone(typed), text::language_tag(typed), text::lines(typed, 200), text::password(typed));
}

/// Photos: whatever is made of one is one itself, within its size, with nothing beside the picture.
pub fn image(data: &[u8]) {
    let Ok(format) = kinds::sniff(data) else { return };
    let bounds = images::Bounds { pixels: 1_000_000, side: 2000, memory: 32 << 20 };
    let made = images::process::<Infallible>(Cursor::new(data), format, bounds, |made| {
        assert_eq!(kinds::sniff(&made.bytes), Ok(made.format));
        assert!(made.width <= made.variant.most() && made.height <= made.variant.most());
        assert!(!made.bytes.windows(4).any(|w| w == b"Exif"));
        Ok(())
    });
    assert!(!matches!(made, Ok(Ok(looks)) if looks.placeholder.is_empty()));
}

/// Films: a clean one is as long as it was, and stays as it is.
pub fn mp4(data: &[u8]) {
    film(data, |file| mp4::clean(Cursor::new(file)));
}

pub fn webm(data: &[u8]) {
    film(data, |file| webm::clean(Cursor::new(file)));
}

fn film(data: &[u8], clean: fn(&mut [u8]) -> Result<Probe, Bad>) {
    let mut once = data.to_vec();
    let Ok(probe) = clean(&mut once) else { return };
    let mut twice = once.clone();
    assert_eq!(clean(&mut twice).ok(), Some(probe));
    assert_eq!(once, twice);
}
