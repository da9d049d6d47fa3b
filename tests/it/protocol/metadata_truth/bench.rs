//! A house with every capability on, clients that register themselves there, and a person.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Map, Value, json};
use social_wallet::wallet::badges::Level;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;
use url::Url;

use crate::protocol::oidc_core_userinfo::fill_profile;
use crate::protocol::rfc7516_encryption::Recipient;
use crate::support::certificates::{Authority, Certificate};
use crate::support::films;
use crate::support::hand::{Hand, give_picture};
use crate::support::parts::{Folder, free_port};
use crate::support::person::{Answers, Landing, Person, is_step};
use crate::support::platform::{Answer, Attempt, CALLBACK, Credentials, Key, Method, Platform, Tokens, http, now};
use crate::support::proofs::{Jws, ProofKey};
use crate::support::server::Server;
use crate::support::site::Site;
use crate::support::{eventually, random_text, registrant, seeded, verified};

/// Every algorithm that this house may know; what discovery says is a choice of them.
pub const SIGNATURES: [&str; 4] = ["ES256", "EdDSA", "RS256", "PS256"];

pub const ATTESTER: &str = "https://attester.example";
pub const STAFF: &str = "https://staff.example";
pub const ALBUMS: &str = "https://albums.example/";
/// The operator's own client, which may do whatever only an operator can give.
const ORBIT: &str = "orbit";
const SECRET: &str = "a secret of orbit that nobody guesses";
pub const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub const CIBA: &str = "urn:openid:params:grant-type:ciba";
pub const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub const BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE: &str = "openid profile email phone address offline_access albums.read grant_management_query \
                     grant_management_revoke wallet.badges.issue wallet.profile wallet.trust wallet.badges wallet.age \
                     wallet.photos wallet.videos wallet.identity wallet.erasure.report wallet.changes \
                     wallet.changes.read";

pub struct House {
    pub server: Server,
    pub metadata: Value,
    /// Everybody else's site: documents, keys and ears of clients.
    pub site: Site,
    /// Vouched for by the authority that the house believes, as `CN=orbit`.
    pub certificate: Certificate,
    /// Known by its key alone.
    pub alone: Certificate,
    pub attester: Vec<ProofKey>,
    /// The issuer that is trusted for [`House::orbit`].
    pub staff: Key,
    /// The keys of every client here: to sign with, and to be encrypted to.
    pub keys: Vec<ProofKey>,
    pub recipient: Recipient,
    /// Somebody whom reviewers have verified: address and password.
    verified: (String, String),
    _folder: Folder,
}

/// The keys of a set, each named after its algorithm.
pub fn set(keys: &[ProofKey]) -> Vec<Value> {
    let named = |key: &ProofKey| {
        let mut public = key.public();
        (public["kid"], public["alg"], public["use"]) = (json!(key.alg), json!(key.alg), json!("sig"));
        public
    };
    keys.iter().map(named).collect()
}

impl House {
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<House> = OnceCell::const_new();
        static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
        let start = || RUNTIME.block_on(Self::start());
        SHARED.get_or_init(async || tokio::task::spawn_blocking(start).await.expect("a house")).await
    }

    async fn start() -> Self {
        let (folder, authority, site) = (Folder::new("truth"), Authority::new(), Site::https().await);
        let [certificate, key] = Certificate::self_signed("wallet", "localhost").write(&folder);
        let text = |path: &std::path::Path| path.display().to_string();
        let write = |name: &str, text: String| {
            std::fs::write(folder.join(name), text).expect("our own folder");
            folder.join(name).display().to_string()
        };
        let attester: Vec<ProofKey> = SIGNATURES.into_iter().map(ProofKey::of).collect();
        let staff = Key::generate();
        let authorities = write("authorities.pem", authority.pem.clone());
        let attesters = write("attesters.json", json!({ ATTESTER: { "keys": set(&attester) } }).to_string());
        let parties = format!(
            "[[resources]]\nidentifier = \"{ALBUMS}\"\nname = \"Albums\"\nclients = [\"{ORBIT}\"]\n\
             scopes = {{ \"albums.read\" = \"See your albums\" }}\n\
             [[trusted_issuers]]\nissuer = \"{STAFF}\"\nclients = [\"{ORBIT}\"]\nscope = \"openid email\"\n\
             sub = \"email\"\njwks = '{}'\n",
            staff.jwks()
        );
        let config = write("parties.toml", parties);
        let (tls, mtls) = (free_port(), free_port());
        let server = Server::with(&[
            ("SW_CONFIG", &config),
            ("SW__HTTP__TLS__CERTIFICATE", &text(&certificate)),
            ("SW__HTTP__TLS__KEY", &text(&key)),
            ("SW__HTTP__TLS__LISTEN", &format!("127.0.0.1:{tls}")),
            ("SW__MTLS__LISTEN", &format!("127.0.0.1:{mtls}")),
            ("SW__MTLS__PUBLIC_URL", &format!("https://127.0.0.1:{mtls}")),
            ("SW__MTLS__AUTHORITIES", &authorities),
            ("SW__ATTESTATION__ATTESTERS", &attesters),
            ("SW__REGISTRATION__MODE", "open"),
            ("SW__REGISTRATION__METADATA_DOCUMENTS", "true"),
            ("SW__OUTBOUND__ALLOW", &site.host()),
            ("SW__OUTBOUND__EXTRA_CA", &text(&site.ca())),
        ])
        .await;
        let grants = ["authorization_code", "refresh_token", "client_credentials", DEVICE, CIBA, EXCHANGE, BEARER];
        let mut args = vec!["client", "add", "--client-id", ORBIT, "--name", "Orbit Photos", "--secret-stdin"];
        args.extend(["--redirect-uri", CALLBACK, "--scope", SCOPE]);
        grants.iter().for_each(|grant| args.extend(["--grant-type", grant]));
        let (is_done, out, why) = server.try_cli_with(&args, SECRET);
        assert!(is_done, "{out}\n{why}");
        let adult = seeded::signed_in(&server).await;
        verified::verify_at(&server, &[&adult.email], &verified::born(30), Level::Document).await;
        let metadata = document(&server, "/.well-known/openid-configuration").await;
        let house = Self {
            metadata,
            certificate: authority.issue("orbit", "client.example"),
            alone: Certificate::self_signed("orbit", "client.example"),
            attester,
            staff,
            keys: SIGNATURES.into_iter().map(ProofKey::of).collect(),
            recipient: Recipient::generate(),
            verified: (adult.email, adult.password),
            site,
            server,
            _folder: folder,
        };
        eventually("RSA keys are made in the background", Duration::from_secs(90), async || {
            (house.our_keys().await.len() == 2).then_some(())
        })
        .await;
        house
    }

    /// Our published keys for encryption.
    pub async fn our_keys(&self) -> Vec<Value> {
        let jwks = document(&self.server, "/jwks").await;
        jwks["keys"].as_array().expect("keys").iter().filter(|key| key["use"] == "enc").cloned().collect()
    }

    /// The values of a list, which an earlier mistake may have taken away.
    pub fn list(&self, member: &str) -> Vec<&str> {
        let values = self.metadata[member].as_array().unwrap_or_else(|| panic!("{member} is no list"));
        values.iter().filter_map(Value::as_str).collect()
    }

    pub fn endpoint(&self, name: &str) -> &str {
        self.metadata[name].as_str().unwrap_or_else(|| panic!("discovery has no `{name}`"))
    }

    /// The public keys of every client here.
    pub fn jwks(&self) -> Value {
        let encryption: Value = serde_json::from_str(self.recipient.jwks()).expect("a set");
        let keys = [set(&self.keys), encryption["keys"].as_array().expect("keys").clone()].concat();
        json!({ "keys": keys })
    }

    pub fn key(&self, alg: &str) -> &ProofKey {
        let found = self.keys.iter().find(|key| key.alg == alg);
        found.unwrap_or_else(|| panic!("the tests have no key for {alg}"))
    }

    /// What a client says of itself, with these members put over it; null takes one out.
    pub fn document(&self, members: &Value) -> Map<String, Value> {
        let mut document = json!({
            "client_name": "Orbit Photos",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token", "implicit", DEVICE, CIBA],
            "response_types": self.metadata["response_types_supported"],
            "jwks": self.jwks(),
        });
        let map = document.as_object_mut().expect("an object");
        for (name, value) in members.as_object().expect("an object") {
            map.insert(name.clone(), value.clone());
        }
        map.retain(|_, value| !value.is_null());
        // Without credentials nobody is asked through the backchannel.
        if map.get("token_endpoint_auth_method").is_some_and(|method| method == "none")
            && let Some(grants) = map["grant_types"].as_array_mut()
        {
            grants.retain(|grant| grant != CIBA);
        }
        map.clone()
    }

    pub async fn register(&self, members: &Value) -> Party<'_> {
        let told = registrant::registered(&self.server.issuer, &Value::Object(self.document(members))).await;
        Party { house: self, platform: registrant::platform(&self.server.issuer, &told).await, told }
    }

    /// The operator's own client.
    pub async fn orbit(&self) -> Platform {
        let (id, secret) = (ORBIT.to_owned(), Some(SECRET.to_owned()));
        let client = Credentials { id, secret, method: Method::Basic, key: None };
        Platform::discover(&self.server.issuer, client, CALLBACK.to_owned()).await
    }

    /// A token of the operator's client for itself.
    pub async fn own_token(&self, scope: &str) -> String {
        let orbit = self.orbit().await;
        let answer = orbit.token(&[("grant_type", "client_credentials"), ("scope", scope)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["scope"], scope);
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }
}

pub async fn document(server: &Server, path: &str) -> Value {
    let answer = Answer::of(http().get(format!("{}{path}", server.issuer))).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// A client that has registered itself.
pub struct Party<'h> {
    pub house: &'h House,
    pub platform: Platform,
    /// Its client information response.
    pub told: Value,
}

impl Party<'_> {
    pub fn id(&self) -> &str {
        &self.platform.client.id
    }

    /// Says anew what it is (RFC 7592 §2.2).
    pub async fn change(&self, members: &Value) {
        let mut document = self.house.document(members);
        document.insert("client_id".to_owned(), json!(self.id()));
        let (uri, token) = (&self.told["registration_client_uri"], self.told["registration_access_token"].as_str());
        let (uri, document) = (uri.as_str().expect("a URI"), Value::Object(document));
        let answer = registrant::manage(reqwest::Method::PUT, uri, token, Some(&document)).await;
        assert_eq!(answer.status, 200, "{members}: {}", answer.text());
    }

    /// A client assertion (RFC 7523 §3) before it is signed.
    pub fn assertion(&self, alg: &str) -> Jws {
        let claims = json!({
            "iss": self.id(), "sub": self.id(), "aud": self.house.server.issuer, "jti": random_text(),
            "iat": now(), "exp": now() + 60,
        });
        Jws::new(json!({ "alg": alg, "kid": alg, "typ": "JWT" }), claims, self.house.key(alg))
    }

    /// A request object with what an attempt asks for (RFC 9101 §4).
    pub fn object(&self, attempt: &Attempt, alg: &str) -> Jws {
        let mut claims =
            json!({ "iss": self.id(), "aud": self.house.server.issuer, "nbf": now() - 1, "exp": now() + 60 });
        let pairs = attempt.url.query_pairs().map(|(n, value)| (n.into_owned(), Value::String(value.into_owned())));
        claims.as_object_mut().expect("an object").extend(pairs);
        Jws::new(json!({ "alg": alg, "kid": alg }), claims, self.house.key(alg))
    }

    /// The request that has this object and only what must stand beside it (OIDC Core §6.1, §6.2).
    pub fn by(&self, attempt: &Attempt, name: &str, value: &str) -> Attempt {
        let mut url = Url::parse(self.house.endpoint("authorization_endpoint")).expect("a URL");
        url.query_pairs_mut().extend_pairs([
            ("client_id", self.id()),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", &attempt.redirect_uri),
            (name, value),
        ]);
        Attempt { url, ..attempt.clone() }
    }

    /// A form to an endpoint in the name of the client, authenticated by a method and, where it signs, an algorithm.
    pub async fn post(&self, endpoint: &str, parameters: &[(&str, &str)], method: &str, alg: Option<&str>) -> Answer {
        let (house, id) = (self.house, self.id().to_owned());
        let mut form: Vec<(&str, &str)> = parameters.to_vec();
        let mut url = house.endpoint(endpoint).to_owned();
        let mut client = http();
        let mut headers: Vec<(&str, String)> = Vec::new();
        let secret = self.platform.client.secret.clone().unwrap_or_default();
        let signed;
        match method {
            "none" => form.push(("client_id", &id)),
            "client_secret_basic" => headers.push(("authorization", self.platform.basic())),
            "client_secret_post" => form.extend([("client_id", id.as_str()), ("client_secret", secret.as_str())]),
            "client_secret_jwt" | "private_key_jwt" => {
                let alg = alg.expect("an algorithm");
                signed = match method {
                    "private_key_jwt" => self.assertion(alg).text(),
                    _ => super::signatures::by_secret(alg, &self.assertion("ES256"), &secret),
                };
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                form.extend([("client_assertion_type", kind), ("client_assertion", signed.as_str())]);
            }
            "tls_client_auth" | "self_signed_tls_client_auth" => {
                url = house.metadata["mtls_endpoint_aliases"][endpoint].as_str().expect("an alias").to_owned();
                client = if method == "tls_client_auth" { house.certificate.http() } else { house.alone.http() };
                form.push(("client_id", &id));
            }
            "attest_jwt_client_auth" => headers.extend(self.attested("ES256", "ES256")),
            other => panic!("the tests do not know how to authenticate by {other}"),
        }
        let request = headers.into_iter().fold(client.post(url), |request, (name, value)| request.header(name, value));
        Answer::of(request.form(&form)).await
    }

    /// An attestation by the attester's key of one algorithm, and a proof by the instance's of another.
    pub fn attested(&self, alg: &str, proof_alg: &str) -> [(&'static str, String); 2] {
        let (house, now) = (self.house, now());
        let instance = house.key(proof_alg);
        let attester = house.attester.iter().find(|key| key.alg == alg);
        let attester = attester.unwrap_or_else(|| panic!("the tests have no attester's key for {alg}"));
        let claims = json!({
            "iss": ATTESTER, "sub": self.id(), "iat": now, "exp": now + 600, "cnf": { "jwk": instance.public() },
        });
        let header = json!({ "alg": alg, "kid": alg, "typ": "oauth-client-attestation+jwt" });
        let attestation = Jws::new(header, claims, attester).text();
        let claims = json!({ "iss": self.id(), "aud": house.server.issuer, "iat": now, "jti": random_text() });
        let proof = Jws::new(json!({ "alg": proof_alg, "typ": "oauth-client-attestation-pop+jwt" }), claims, instance);
        [("oauth-client-attestation", attestation), ("oauth-client-attestation-pop", proof.text())]
    }
}

/// What came back to the client, and what carried it: `query`, `fragment` or `form_post`.
pub struct Came {
    pub by: &'static str,
    pub fields: HashMap<String, String>,
    pub trail: usize,
}

impl Came {
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_else(|| panic!("no {name} came back by {}: {:?}", self.by, self.fields))
    }

    pub fn error(&self) -> Option<&str> {
        self.fields.get("error").map(String::as_str)
    }
}

/// A house, and somebody in it who shares whatever is asked for.
pub struct Bench {
    pub house: &'static House,
    pub person: Person,
    pub sealed: Option<super::envelopes::Sealed>,
}

impl Bench {
    pub async fn new() -> Self {
        let house = House::shared().await;
        let mut person = seeded::signed_in(&house.server).await;
        fill_profile(&mut person).await;
        give_picture(&mut person).await;
        Hand::beside(&person).await.add(&films::mp4(b"isom", 20_000)).await;
        Self { house, person, sealed: None }
    }

    /// The same with somebody who has been verified.
    pub async fn of_verified() -> Self {
        let house = House::shared().await;
        let (email, password) = house.verified.clone();
        let mut person = Person::new(&house.server);
        (person.email, person.password) = (email, password);
        person.sign_in().await;
        fill_profile(&mut person).await;
        give_picture(&mut person).await;
        Hand::beside(&person).await.add(&films::mp4(b"isom", 20_000)).await;
        Self { house, person, sealed: None }
    }

    pub async fn register(&self, members: &Value) -> Party<'static> {
        self.house.register(members).await
    }

    /// Walks a request to its end and shares everything on the way.
    pub async fn answer(&mut self, attempt: &Attempt) -> Came {
        answer(&mut self.person, attempt).await
    }

    /// From request to tokens.
    pub async fn sign_in(&mut self, platform: &Platform, scope: &str, changes: &[(&str, Option<&str>)]) -> Tokens {
        let attempt = platform.attempt_with(scope, changes);
        let came = self.answer(&attempt).await;
        let answer = platform.exchange(&attempt, came.field("code")).await;
        platform.tokens(&attempt, answer).await
    }
}

/// Walks a request to its end and shares everything on the way.
pub async fn answer(person: &mut Person, attempt: &Attempt) -> Came {
    let mut landing = person.visit(attempt.url.as_str()).await;
    let parsed = |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    for _ in 0..8 {
        landing = match landing {
            Landing::Away(url) => {
                assert!(url.as_str().starts_with(&attempt.redirect_uri), "sent to {url}");
                let (by, text) = match (url.fragment(), url.query()) {
                    (Some(fragment), _) => ("fragment", fragment),
                    (None, query) => ("query", query.unwrap_or_default()),
                };
                return Came { by, fields: parsed(text), trail: person.trail.len() };
            }
            Landing::Page(page) => {
                let is_carrier = |form: &crate::support::form::Form| form.action.as_str() == attempt.redirect_uri;
                if let Some(form) = page.forms().into_iter().find(is_carrier) {
                    let fields = form.pairs().into_iter().collect();
                    return Came { by: "form_post", fields, trail: person.trail.len() };
                }
                if let Some(form) = page.find_form("decision") {
                    let lasting = form.offers("duration").iter().any(|one| one == "until_stopped");
                    let boxes = form.controls.iter().filter(|one| one.name == "claim");
                    let claims = boxes.filter(|one| one.kind == crate::support::form::Kind::Checkbox);
                    let claims = Some(claims.map(|one| one.value.clone()).collect());
                    let duration = lasting.then_some("until_stopped");
                    person
                        .decide(&page, &Answers { claims, picks: Some(form.can_pick()), duration, is_allowed: true })
                        .await
                } else {
                    assert!(is_step(&page), "stopped at {} ({}): {}", page.url, page.status, page.text());
                    person.next_step(&page).await
                }
            }
        };
    }
    panic!("too many steps: {:?}", person.trail)
}
