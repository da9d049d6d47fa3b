//! A relying party that may send anything: raw parameters out, raw answers back, ID Tokens verified by openidconnect.

use std::collections::HashMap;
use std::str::FromStr as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::ES256;
use josekit::jws::JwsHeader;
use josekit::jws::JwsSigner;
use josekit::jws::RS256;
use josekit::jwt::JwtPayload;
use openidconnect::ClientId;
use openidconnect::ClientSecret;
use openidconnect::IssuerUrl;
use openidconnect::Nonce;
use openidconnect::core::CoreIdToken;
use openidconnect::core::CoreIdTokenVerifier;
use openidconnect::core::CoreJsonWebKeySet;
use openidconnect::core::CoreJwsSigningAlgorithm;
use reqwest::header::HeaderMap;
use serde_json::Value;
use sha2::Digest as _;
use sha2::Sha256;
use url::Url;

use super::random_text;
use super::server::Server;

/// Where platforms of the tests want people sent back to: nobody is there, nobody goes there.
pub const CALLBACK: &str = "https://orbitphotos.example/callback";

/// An HTTP client that follows nothing.
pub fn http() -> reqwest::Client {
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    builder.timeout(Duration::from_secs(30)).build().expect("an HTTP client")
}

/// How a client proves who it is (RFC 7591 §2, `token_endpoint_auth_method`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    None,
    Basic,
    Post,
    PrivateKeyJwt,
}

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    pub fn has_key(self) -> bool {
        self == Self::PrivateKeyJwt
    }
}

/// What an operator says about a new client.
#[derive(Clone, Debug)]
pub struct NewClient {
    pub name: &'static str,
    pub method: Method,
    pub redirect_uris: Vec<String>,
    /// Further options of `client add`, as written.
    pub options: Vec<(&'static str, &'static str)>,
}

impl NewClient {
    pub fn new(method: Method) -> Self {
        Self { name: "Orbit Photos", method, redirect_uris: vec![CALLBACK.to_owned()], options: Vec::new() }
    }

    pub fn with(mut self, option: &'static str, value: &'static str) -> Self {
        self.options.push((option, value));
        self
    }

    pub fn redirected_to(mut self, uri: &str) -> Self {
        self.redirect_uris = vec![uri.to_owned()];
        self
    }
}

/// What a client got for itself.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub id: String,
    pub secret: Option<String>,
    pub method: Method,
    pub key: Option<Key>,
}

/// A signing key of a client.
#[derive(Clone, Debug)]
pub struct Key(Jwk);

impl Key {
    pub fn generate() -> Self {
        Self::of("ES256")
    }

    /// For ES256 or RS256.
    pub fn of(alg: &str) -> Self {
        let made = match alg {
            "RS256" => Jwk::generate_rsa_key(2048),
            _ => Jwk::generate_ec_key(josekit::jwk::alg::ec::EcCurve::P256),
        };
        let mut key = made.expect("a new key");
        key.set_key_id(random_text());
        key.set_algorithm(alg);
        Self(key)
    }

    fn alg(&self) -> &str {
        self.0.algorithm().expect("set above")
    }

    /// The public half as a JWK Set.
    pub fn jwks(&self) -> String {
        let mut public = self.0.to_public_key().expect("a public half");
        public.set_key_id(self.0.key_id().expect("set above"));
        public.set_algorithm(self.alg());
        public.set_key_use("sig");
        serde_json::json!({ "keys": [public] }).to_string()
    }

    /// A client assertion (RFC 7523 §3); `changes` replace or, with null, remove claims.
    pub fn assertion(&self, client_id: &str, audience: &str, changes: &Value) -> String {
        let now = now();
        let mut claims = serde_json::json!({
            "iss": client_id, "sub": client_id, "aud": audience, "jti": random_text(), "iat": now, "exp": now + 60,
        });
        merge(&mut claims, changes);
        self.sign(&claims)
    }

    pub fn sign(&self, claims: &Value) -> String {
        let mut header = JwsHeader::new();
        header.set_token_type("JWT");
        header.set_key_id(self.0.key_id().expect("set above"));
        let claims = JwtPayload::from_map(claims.as_object().expect("an object").clone()).expect("claims");
        let signer: Box<dyn JwsSigner> = match self.alg() {
            "RS256" => Box::new(RS256.signer_from_jwk(&self.0).expect("our own key")),
            _ => Box::new(ES256.signer_from_jwk(&self.0).expect("our own key")),
        };
        josekit::jwt::encode_with_signer(&claims, &header, &*signer).expect("a signature")
    }
}

/// A relying party and what it knows about the provider.
pub struct Platform {
    pub issuer: String,
    /// The discovery document.
    pub metadata: Value,
    pub client: Credentials,
    pub redirect_uri: String,
    pub http: reqwest::Client,
}

/// One authorization request and what must be remembered of it.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub url: Url,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    pub redirect_uri: String,
}

impl Platform {
    /// Registers a client at the server and reads its discovery document.
    pub async fn at(server: &Server, client: &NewClient) -> Self {
        let redirect_uri = client.redirect_uris.first().cloned().unwrap_or_default();
        Self::discover(&server.issuer, server.client(client), redirect_uri).await
    }

    pub async fn discover(issuer: &str, client: Credentials, redirect_uri: String) -> Self {
        let http = http();
        let url = format!("{issuer}/.well-known/openid-configuration");
        let answer = Answer::of(http.get(url)).await;
        assert_eq!(answer.status, 200, "discovery: {}", answer.text());
        Self { issuer: issuer.to_owned(), metadata: answer.json(), client, redirect_uri, http }
    }

    /// The URL of an endpoint by its metadata name.
    pub fn endpoint(&self, name: &str) -> &str {
        self.metadata[name].as_str().unwrap_or_else(|| panic!("discovery has no `{name}`"))
    }

    /// An authorization request with everything a careful client sends.
    pub fn attempt(&self, scope: &str) -> Attempt {
        self.attempt_with(scope, &[])
    }

    /// The same with some parameters replaced, added, or (with nothing) left out.
    pub fn attempt_with(&self, scope: &str, changes: &[(&str, Option<&str>)]) -> Attempt {
        let (state, nonce, verifier) = (random_text(), random_text(), random_text());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &self.client.id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            parameters.retain(|(one, _)| one != name);
            parameters.extend(value.map(|value| (*name, value)));
        }
        let mut url = Url::parse(self.endpoint("authorization_endpoint")).expect("a URL");
        url.query_pairs_mut().extend_pairs(&parameters);
        Attempt { url, redirect_uri: self.redirect_uri.clone(), state, nonce, verifier }
    }

    /// The code that came back; panics if something else did, or for another request.
    pub fn code(&self, attempt: &Attempt, callback: &Url) -> String {
        let parameters = self.callback(attempt, callback);
        parameters.get("code").unwrap_or_else(|| panic!("no code came back: {callback}")).clone()
    }

    /// The parameters that came back, with `state` and `iss` (RFC 9207 §2.4) checked.
    pub fn callback(&self, attempt: &Attempt, callback: &Url) -> HashMap<String, String> {
        assert!(callback.as_str().starts_with(&attempt.redirect_uri), "sent back to {callback}");
        let parameters: HashMap<_, _> = callback.query_pairs().into_owned().collect();
        assert_eq!(parameters.get("state"), Some(&attempt.state), "state of {callback}");
        assert_eq!(parameters.get("iss"), Some(&self.issuer), "iss of {callback}");
        parameters
    }

    /// Exchanges a code (RFC 6749 §4.1.3).
    pub async fn exchange(&self, attempt: &Attempt, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &attempt.redirect_uri),
            ("code_verifier", &attempt.verifier),
        ])
        .await
    }

    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// A request to the token endpoint, authenticated as the client is registered.
    pub async fn token(&self, parameters: &[(&str, &str)]) -> Answer {
        self.post("token_endpoint", parameters).await
    }

    pub async fn introspect(&self, token: &str) -> Answer {
        self.post("introspection_endpoint", &[("token", token)]).await
    }

    pub async fn revoke(&self, token: &str) -> Answer {
        self.post("revocation_endpoint", &[("token", token)]).await
    }

    /// A form to an endpoint, authenticated as the client is registered.
    pub async fn post(&self, endpoint: &str, parameters: &[(&str, &str)]) -> Answer {
        let mut parameters: Vec<(&str, &str)> = parameters.to_vec();
        let request = self.http.post(self.endpoint(endpoint));
        let secret = self.client.secret.as_deref().unwrap_or_default();
        let assertion = self.client.key.as_ref().map(|key| key.assertion(&self.client.id, &self.issuer, &Value::Null));
        match self.client.method {
            Method::None => parameters.push(("client_id", &self.client.id)),
            Method::Basic => {
                return Answer::of(request.header("authorization", self.basic()).form(&parameters)).await;
            }
            Method::Post => parameters.extend([("client_id", self.client.id.as_str()), ("client_secret", secret)]),
            Method::PrivateKeyJwt => parameters.extend([
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", assertion.as_deref().expect("registered with a key")),
            ]),
        }
        Answer::of(request.form(&parameters)).await
    }

    /// A form to an endpoint with nothing added; the body is yours, down to the bytes.
    pub async fn post_raw(&self, endpoint: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
        let request = self.http.post(self.endpoint(endpoint)).body(body.into());
        let mut request = request.header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request).await
    }

    /// The value of `Authorization` for client_secret_basic (RFC 6749 §2.3.1: both halves form-encoded first).
    pub fn basic(&self) -> String {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let secret = self.client.secret.as_deref().unwrap_or_default();
        format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(&self.client.id), encode(secret))))
    }

    pub async fn userinfo(&self, access_token: &str) -> Answer {
        Answer::of(self.http.get(self.endpoint("userinfo_endpoint")).bearer_auth(access_token)).await
    }

    /// From request to tokens, answering the pages as told.
    pub async fn sign_in(&self, person: &mut super::person::Person, scope: &str) -> Tokens {
        self.sign_in_with(person, self.attempt(scope), &super::person::Answers::allow()).await
    }

    pub async fn sign_in_with(
        &self,
        person: &mut super::person::Person,
        attempt: Attempt,
        answers: &super::person::Answers,
    ) -> Tokens {
        let callback = person.authorize(attempt.url.as_str(), answers).await;
        let answer = self.exchange(&attempt, &self.code(&attempt, &callback)).await;
        self.tokens(&attempt, answer).await
    }

    /// Reads a successful token response and verifies its ID Token.
    pub async fn tokens(&self, attempt: &Attempt, answer: Answer) -> Tokens {
        assert_eq!(answer.status, 200, "token endpoint: {}", answer.text());
        let body = answer.json();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let id_token = text("id_token");
        let claims = match &id_token {
            Some(token) => self.verify(token, Some(&attempt.nonce)).await,
            None => Value::Null,
        };
        Tokens {
            access: text("access_token").expect("an access token"),
            refresh: text("refresh_token"),
            id_token,
            claims,
            body,
        }
    }

    /// Verifies an ID Token with the openidconnect crate against the published keys, and gives its claims.
    pub async fn verify(&self, id_token: &str, nonce: Option<&str>) -> Value {
        let jwks = Answer::of(self.http.get(self.endpoint("jwks_uri"))).await;
        let keys: CoreJsonWebKeySet = serde_json::from_slice(&jwks.body).expect("a JWK Set");
        let (id, issuer) = (ClientId::new(self.client.id.clone()), IssuerUrl::new(self.issuer.clone()).expect("a URL"));
        let verifier = match &self.client.secret {
            Some(secret) => {
                CoreIdTokenVerifier::new_confidential_client(id, ClientSecret::new(secret.clone()), issuer, keys)
            }
            None => CoreIdTokenVerifier::new_public_client(id, issuer, keys),
        };
        let verifier = verifier.set_allowed_algs([
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::EdDsa,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        ]);
        let token = CoreIdToken::from_str(id_token).expect("a JWT");
        let expected = nonce.map(|nonce| Nonce::new(nonce.to_owned()));
        let check = |got: Option<&Nonce>| match &expected {
            Some(expected) if got.map(Nonce::secret) != Some(expected.secret()) => Err("another nonce".to_owned()),
            _ => Ok(()),
        };
        token.claims(&verifier, check).unwrap_or_else(|error| panic!("the ID Token does not hold: {error}"));
        payload(id_token)
    }
}

/// What a successful sign-in gives a platform.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
    pub id_token: Option<String>,
    /// The verified ID Token's claims.
    pub claims: Value,
    /// The whole token response.
    pub body: Value,
}

/// An HTTP answer, kept whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Sends a request; panics if nothing answers.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        Self::attempted(request).await.unwrap_or_else(|error| panic!("no answer: {error}"))
    }

    /// Sends a request that may find nobody.
    pub async fn attempted(request: reqwest::RequestBuilder) -> reqwest::Result<Self> {
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Self { status, headers, body: answer.bytes().await?.to_vec() })
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The error code of an OAuth error response (RFC 6749 §5.2), or of a bearer challenge (RFC 6750 §3).
    pub fn error(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        if let Some(error) = body["error"].as_str() {
            return error.to_owned();
        }
        let challenge = self.header("www-authenticate").unwrap_or_default();
        let error = challenge.split_once("error=\"").and_then(|(_, rest)| rest.split_once('"'));
        error.map(|(error, _)| error.to_owned()).unwrap_or_default()
    }

    /// Panics unless this is that error with that status.
    pub fn must_refuse(&self, status: u16, error: &str) {
        assert_eq!((self.status, self.error().as_str()), (status, error), "the answer was {}", self.text());
    }
}

/// The claims of a JWT, unverified.
pub fn payload(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).expect("a JWT has three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// The header of a JWT, unverified.
pub fn jose_header(jwt: &str) -> Value {
    let part = jwt.split('.').next().expect("a JWT has three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// Now, in seconds since 1970.
pub fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs()
}

fn merge(target: &mut Value, changes: &Value) {
    let (Some(target), Some(changes)) = (target.as_object_mut(), changes.as_object()) else { return };
    for (name, value) in changes {
        if value.is_null() {
            target.remove(name);
        } else {
            target.insert(name.clone(), value.clone());
        }
    }
}

/// A code verifier that belongs to no request (RFC 7636 §4.1).
pub fn random_verifier() -> String {
    random_text()
}
