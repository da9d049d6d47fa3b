//! The suite as one of its variants: it asks, proves and reads as that variant says, and checks all that comes back.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::{self, JwsVerifier};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, MutexGuard, OnceCell};
use url::Url;

use crate::protocol::conformance::checks::{self, Expected, Parameters};
use crate::support::form::Page;
use crate::support::person::{Answers, Landing, Person, is_step};
use crate::support::platform::{Answer, jose_header, now, payload};
use crate::support::random_text;

use super::dates::seconds_of;
use super::house::{House, RUNTIME};
use super::modules::backchannel;
use super::party::Party;

pub use super::asked::Asked;
pub use super::variant::{Auth, Kind, Sender, Variant, Way};

/// What the suite's clients ask for.
pub const SCOPE: &str = "openid email offline_access";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A module of the suite.
pub type Module = for<'a> fn(&'a mut Suite) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Runs a module for a variant.
pub fn run(variant: &Variant, module: Module) {
    RUNTIME.block_on(async {
        let mut suite = Suite::start(variant).await;
        module(&mut suite).await;
    });
}

/// What all modules of a variant have in common: two clients, and what discovery says.
pub struct Plan {
    pub first: Arc<Party>,
    pub second: Arc<Party>,
    pub metadata: Value,
    jwks: Value,
    /// Whether the person has agreed to both: of two pages that ask for the same at once, one would count.
    agreed: OnceCell<()>,
}

impl Plan {
    async fn of(house: &'static House, variant: &Variant, endpoint: &str) -> Arc<Self> {
        static PLANS: Mutex<Option<HashMap<String, Arc<Plan>>>> = Mutex::const_new(None);
        let name = format!("{} {variant:?} {endpoint}", house.server.issuer);
        let mut plans = PLANS.lock().await;
        let plans = plans.get_or_insert_default();
        if let Some(plan) = plans.get(&name) {
            return Arc::clone(plan);
        }
        let first = Arc::new(Party::register(house, variant, "", endpoint));
        let second = Arc::new(Party::register(house, variant, "?dummy1=lorem&dummy2=ipsum", endpoint));
        let document = |url: String| Answer::of(first.bare.get(url));
        let url = format!("{}/.well-known/openid-configuration", house.server.issuer);
        let mut metadata = document(url).await.json();
        let jwks = document(metadata["jwks_uri"].as_str().expect("jwks_uri").to_owned()).await.json();
        if variant.shows_certificates() {
            // RFC 8705 §5.
            let aliases = metadata["mtls_endpoint_aliases"].as_object().expect("aliases").clone();
            aliases.into_iter().for_each(|(name, url)| metadata[name] = url);
        }
        let plan = Arc::new(Self { first, second, metadata, jwks, agreed: OnceCell::new() });
        plans.insert(name, Arc::clone(&plan));
        plan
    }
}

/// What a call shows of its sender.
pub struct Shown {
    pub http: reqwest::Client,
    pub assertion: Option<String>,
    pub proof: Option<String>,
}

/// What answers an authorization request.
#[derive(Debug)]
pub enum Response {
    /// Sent to the client: the parameters, and whether they came in a JWT.
    Sent { url: Url, parameters: Parameters, is_signed: bool },
    /// A page of ours that leads nowhere.
    Page(Box<Page>),
}

/// The tokens of one authorization, checked.
#[derive(Debug)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub claims: Value,
}

/// One run of one module.
pub struct Suite {
    pub variant: Variant,
    pub house: &'static House,
    pub plan: Arc<Plan>,
    pub person: Person,
}

impl Suite {
    pub async fn start(variant: &Variant) -> Self {
        Self::at(House::shared().await, variant, "/204").await
    }

    /// At this house, told of decisions at this path.
    pub async fn at(house: &'static House, variant: &Variant, endpoint: &str) -> Self {
        let plan = Plan::of(house, variant, endpoint).await;
        let suite = Self { variant: *variant, house, plan, person: house.person.beside() };
        let agree = async || {
            // What comes back is for the modules to look at.
            for mut one in [suite.swapped(), suite.swapped().swapped()] {
                if matches!(variant.kind, Kind::Fapi1 | Kind::Fapi2) {
                    let url = one.begin(&one.request()).await;
                    one.walk(&url).await;
                } else if let Some(id) = backchannel::ask(&one, &one.question()).await.json()["auth_req_id"].as_str() {
                    backchannel::decide(&one, id, "allow").await;
                }
            }
        };
        suite.plan.agreed.get_or_init(agree).await;
        suite
    }

    /// Goes on as the person who is asked each time, one module at a time.
    pub async fn as_choosy(&mut self) -> MutexGuard<'static, ()> {
        static TURN: Mutex<()> = Mutex::const_new(());
        let turn = TURN.lock().await;
        self.person = self.house.choosy.beside();
        turn
    }

    /// The same with its clients in each other's place.
    pub fn swapped(&self) -> Self {
        let Plan { first, second, metadata, jwks, agreed } = &*self.plan;
        let (first, second) = (Arc::clone(second), Arc::clone(first));
        let (metadata, jwks, agreed) = (metadata.clone(), jwks.clone(), agreed.clone());
        let plan = Arc::new(Plan { first, second, metadata, jwks, agreed });
        Self { variant: self.variant, house: self.house, plan, person: self.person.beside() }
    }

    pub fn first(&self) -> &Party {
        &self.plan.first
    }

    pub fn second(&self) -> &Party {
        &self.plan.second
    }

    pub fn issuer(&self) -> &str {
        &self.house.server.issuer
    }

    /// The URL of an endpoint by its metadata name, where clients with certificates find it.
    pub fn endpoint(&self, name: &str) -> &str {
        self.plan.metadata[name].as_str().unwrap_or_else(|| panic!("discovery has no {name}"))
    }

    // ---- What is sent -----------------------------------------------------------------------------------------------

    pub fn request(&self) -> Asked {
        self.request_of(self.first())
    }

    pub fn request_of(&self, party: &Party) -> Asked {
        let (verifier, now) = (random_text(), now());
        let response_type = if self.variant.is_hybrid() { "code id_token" } else { "code" };
        let mut asked = Asked { parameters: Map::new(), token: Map::new(), verifier }
            .with("client_id", party.id.as_str())
            .with("redirect_uri", party.redirect_uri.as_str())
            .with("response_type", response_type)
            .with("scope", SCOPE)
            .with("state", random_text())
            .with("nonce", random_text());
        if self.variant.kind == Kind::Fapi2 || self.variant.is_pushed() {
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&asked.verifier));
            asked = asked.with("code_challenge", challenge).with("code_challenge_method", "S256");
        }
        if self.variant.is_jarm {
            asked = asked.with("response_mode", "jwt");
        }
        for (name, value) in [
            ("iss", json!(party.id)),
            ("aud", json!(self.issuer())),
            ("iat", json!(now)),
            ("nbf", json!(now)),
            ("exp", json!(now + 300)),
            ("jti", json!(random_text())),
        ] {
            asked = asked.dated(name, value);
        }
        asked
    }

    /// A question to a person (CIBA §7.1), as the claims of a signed request.
    pub fn question(&self) -> Asked {
        let mut asked = self.request();
        asked.parameters.clear();
        if self.variant.kind == Kind::CibaPing {
            asked = asked.with("client_notification_token", random_text().repeat(4));
        }
        asked.with("scope", SCOPE).with("login_hint", self.house.person.email.as_str())
    }

    /// What a client shows at an endpoint when it does everything right.
    pub fn shown(&self, party: &Party, endpoint: &str) -> Shown {
        let is_signer = self.variant.auth == Auth::PrivateKeyJwt;
        let proves = self.variant.sender == Sender::Dpop && endpoint == "token_endpoint";
        Shown {
            http: party.http.clone(),
            assertion: is_signer.then(|| party.assertion(json!(self.issuer())).text()),
            proof: proves.then(|| party.dpop.proof("POST", self.endpoint(endpoint)).text()),
        }
    }

    /// A form to an endpoint.
    pub async fn post(&self, endpoint: &str, fields: &[(&str, &str)], shown: Shown) -> Answer {
        let mut fields = fields.to_vec();
        if let Some(assertion) = &shown.assertion {
            fields.extend([("client_assertion_type", ASSERTION), ("client_assertion", assertion)]);
        }
        let request = shown.http.post(self.endpoint(endpoint)).form(&fields);
        let request = shown.proof.iter().fold(request, |request, proof| request.header("dpop", proof));
        Answer::of(request).await
    }

    /// The request as its variant sends it: bare, or as a signed object.
    pub fn fields(&self, party: &Party, asked: &Asked) -> Vec<(String, String)> {
        match self.variant.is_signed() {
            true => self.fields_with(party, &party.sign(asked.claims()).text()),
            false => asked.pairs(),
        }
    }

    /// A request that is this object.
    pub fn fields_with(&self, party: &Party, object: &str) -> Vec<(String, String)> {
        [("client_id", party.id.as_str()), ("request", object)].map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec()
    }

    pub async fn push(&self, asked: &Asked) -> Answer {
        self.push_fields(&self.fields(self.first(), asked)).await
    }

    pub async fn push_fields(&self, fields: &[(String, String)]) -> Answer {
        self.push_shown(fields, self.shown(self.first(), "pushed_authorization_request_endpoint")).await
    }

    pub async fn push_shown(&self, fields: &[(String, String)], shown: Shown) -> Answer {
        self.post("pushed_authorization_request_endpoint", &borrowed(fields), shown).await
    }

    /// The URL that the browser is sent to, for a request that is taken in where it is pushed.
    pub async fn begin(&self, asked: &Asked) -> Url {
        match self.variant.is_pushed() {
            true => self.opened(self.first(), &request_uri(&self.push(asked).await)),
            false => self.by_value(asked, &self.first().sign(asked.claims()).text()),
        }
    }

    /// The request that names a pushed one and nothing else.
    pub fn opened(&self, party: &Party, request_uri: &str) -> Url {
        self.authorization(&[("client_id", &party.id), ("request_uri", request_uri)])
    }

    /// The request that brings an object, with what OIDC Core §6.1 wants beside it.
    pub fn by_value(&self, asked: &Asked, object: &str) -> Url {
        let mut all = vec![("client_id", self.first().id.as_str()), ("scope", "openid"), ("request", object)];
        all.extend(["response_type", "redirect_uri"].iter().filter_map(|name| Some((*name, asked.get(name)?))));
        self.authorization(&all)
    }

    pub fn authorization(&self, parameters: &[(&str, &str)]) -> Url {
        let mut url = Url::parse(self.endpoint("authorization_endpoint")).expect("a URL");
        url.query_pairs_mut().extend_pairs(parameters);
        url
    }

    // ---- What comes back --------------------------------------------------------------------------------------------

    /// Sends the browser off, and shares all that is asked for.
    pub async fn walk(&mut self, url: &Url) -> Response {
        let mut landing = self.person.visit(url.as_str()).await;
        for _ in 0..10 {
            let page = match landing {
                Landing::Away(url) => return self.read(url),
                Landing::Page(page) => page,
            };
            landing = if let Some(form) = page.find_form("decision") {
                let all = form.offers("claim");
                let answers = Answers::only(&all.iter().map(String::as_str).collect::<Vec<_>>());
                self.person.decide(&page, &answers.for_duration("until_stopped")).await
            } else if is_step(&page) {
                self.person.next_step(&page).await
            } else {
                return Response::Page(page);
            };
        }
        panic!("too many steps: {:?}", self.person.trail)
    }

    /// The parameters that the browser carries to the client, from where the variant wants them.
    pub fn read(&self, url: Url) -> Response {
        let parties = [self.first(), self.second()].into_iter();
        let party = parties.filter(|party| url.as_str().starts_with(&party.redirect_uri));
        let party = party.max_by_key(|party| party.redirect_uri.len()).unwrap_or_else(|| panic!("sent to {url}"));
        let own = Url::parse(&party.redirect_uri).expect("a URL");
        let own: Vec<_> = own.query_pairs().into_owned().collect();
        let mut query: Parameters = HashMap::new();
        for (name, value) in url.query_pairs().into_owned().filter(|pair| !own.contains(pair)) {
            assert!(query.insert(name.clone(), value).is_none(), "{name} comes twice: {url}");
        }
        if let Some(response) = query.remove("response") {
            assert!(query.is_empty() && self.variant.is_jarm, "JARM §2.3: {url}");
            return Response::Sent { parameters: self.jarm(party, &response), is_signed: true, url };
        }
        let fragment = url.fragment().unwrap_or_default().as_bytes();
        let fragment: Parameters = url::form_urlencoded::parse(fragment).into_owned().collect();
        assert!(query.is_empty() || fragment.is_empty(), "in two places: {url}");
        let parameters = if fragment.is_empty() { query } else { fragment };
        Response::Sent { parameters, is_signed: false, url }
    }

    /// The claims of a signed response (JARM §2.1, §2.4).
    fn jarm(&self, party: &Party, response: &str) -> Parameters {
        let mut claims = self.verify(response);
        assert_eq!(claims["aud"], party.id, "{claims}");
        let exp = claims["exp"].as_u64().expect("exp");
        assert!((now() + 10..=now() + 600).contains(&exp), "exp {exp}");
        let claims = claims.as_object_mut().expect("claims");
        for name in ["aud", "exp", "iat", "nbf", "jti"] {
            claims.remove(name);
        }
        claims.iter().map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned())).collect()
    }

    /// Checks who signed a JWT of ours; gives its claims.
    pub fn verify(&self, token: &str) -> Value {
        let header = jose_header(token);
        checks::jwks(&self.plan.jwks).must_be_none("the keys");
        checks::signed_by_one_key(&header, &self.plan.jwks).must_be_none("the key");
        let keys = self.plan.jwks["keys"].as_array().expect("keys");
        let key = keys.iter().find(|key| key["kid"] == header["kid"]).expect("checked").as_object().expect("a key");
        let key = Jwk::from_map(key.clone()).expect("a key");
        let verifier: Box<dyn JwsVerifier> = match header["alg"].as_str() {
            Some("ES256") => Box::new(jws::ES256.verifier_from_jwk(&key).expect("a verifier")),
            Some("PS256") => Box::new(jws::PS256.verifier_from_jwk(&key).expect("a verifier")),
            other => panic!("signed with {other:?}, which not all FAPI profiles allow"),
        };
        josekit::jwt::decode_with_verifier(token, &*verifier).expect("a signature of ours");
        payload(token)
    }

    /// The code of a request that must succeed.
    pub async fn code(&mut self, asked: &Asked) -> String {
        let url = self.begin(asked).await;
        let response = self.walk(&url).await;
        self.code_of(asked, response)
    }

    pub fn code_of(&self, asked: &Asked, response: Response) -> String {
        let Response::Sent { url, mut parameters, is_signed } = response else { panic!("stopped at {response:?}") };
        assert_eq!(is_signed, self.variant.is_jarm, "{url}");
        let token = parameters.remove("id_token");
        assert_eq!(token.is_some(), self.variant.is_hybrid(), "{url}");
        assert_eq!(url.fragment().is_some(), self.variant.is_hybrid(), "{url}");
        checks::authorized(&parameters, "code", asked.get("state"), self.issuer()).must_be_none("a code");
        let code = parameters["code"].clone();
        if let Some(token) = token {
            let claims = self.id_token(&token, asked.get("nonce"));
            // OIDC Core §3.3.2.11, FAPI 1.0 Advanced §5.2.2.1: detached signatures over both.
            assert_eq!(claims["c_hash"], half_hash(&code), "{claims}");
            let s_hash = asked.get("state").map(|state| half_hash(state).into());
            assert_eq!(claims.get("s_hash").cloned(), s_hash, "{claims}");
        }
        code
    }

    /// Checks an ID Token; gives its claims.
    pub fn id_token(&self, token: &str, nonce: Option<&str>) -> Value {
        let claims = self.verify(token);
        assert_eq!(jose_header(token)["alg"], self.variant.id_token_alg(), "as the client is registered");
        let (issuer, client) = (self.issuer(), self.first().id.as_str());
        checks::id_token(&claims, &Expected { issuer, client, nonce, asked: &[], hears: false })
            .must_be_none("the ID Token");
        claims
    }

    /// What an exchange of a code has in its form.
    pub fn redeeming<'a>(&'a self, asked: &'a Asked, code: &'a str) -> Vec<(&'static str, &'a str)> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.first().redirect_uri.as_str()),
            ("client_id", self.first().id.as_str()),
        ];
        if asked.get("code_challenge").is_some() {
            fields.push(("code_verifier", &asked.verifier));
        }
        fields
    }

    pub async fn exchange(&self, asked: &Asked, code: &str) -> Answer {
        self.exchange_shown(asked, code, self.shown(self.first(), "token_endpoint")).await
    }

    pub async fn exchange_shown(&self, asked: &Asked, code: &str, shown: Shown) -> Answer {
        self.post("token_endpoint", &self.redeeming(asked, code), shown).await
    }

    /// Checks a token response and what it holds, UserInfo included.
    pub async fn tokens(&self, asked: &Asked, answer: &Answer) -> Tokens {
        self.tokens_for(answer, asked.get("nonce")).await
    }

    pub async fn tokens_for(&self, answer: &Answer, nonce: Option<&str>) -> Tokens {
        let token_type = if self.variant.sender == Sender::Dpop { "DPoP" } else { "Bearer" };
        checks::token_response_of(answer, token_type).must_be_none("the token response");
        let body = answer.json();
        let text = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}")).to_owned();
        let (access, refresh) = (text("access_token"), text("refresh_token"));
        let claims = self.id_token(&text("id_token"), nonce);
        if let Some(at_hash) = claims.get("at_hash") {
            assert_eq!(*at_hash, half_hash(&access), "OIDC Core §3.1.3.6");
        }
        let told = self.userinfo(&access).await;
        checks::userinfo(&told, &claims["sub"]).must_be_none("UserInfo");
        Tokens { access, refresh, claims }
    }

    /// A whole authorization: request, code, tokens, resource, each with all its checks.
    pub async fn complete(&mut self, asked: &Asked) -> Tokens {
        let code = self.code(asked).await;
        let answer = self.exchange(asked, &code).await;
        self.tokens(asked, &answer).await
    }

    /// UserInfo, as the protected resource of the plan.
    pub async fn userinfo(&self, access: &str) -> Answer {
        let scheme = if self.variant.sender == Sender::Dpop { "DPoP" } else { "Bearer" };
        self.userinfo_as(self.first(), scheme, access).await
    }

    /// The same by another client or scheme.
    pub async fn userinfo_as(&self, party: &Party, scheme: &str, access: &str) -> Answer {
        let url = self.endpoint("userinfo_endpoint");
        let mut request = party.http.get(url).header("authorization", format!("{scheme} {access}"));
        if self.variant.sender == Sender::Dpop {
            request = request.header("dpop", party.dpop.proof_with("GET", url, access).text());
        }
        let name = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a";
        let answer = Answer::of(request.header("x-fapi-interaction-id", name)).await;
        if answer.status == 200 {
            // FAPI 1.0 Baseline §6.2.1-11 and -12; FAPI 2.0 says nothing of it, so what comes must only be right.
            let echoed = answer.header("x-fapi-interaction-id");
            let is_wanted = self.variant.profile() == "fapi1";
            assert!(echoed == Some(name) || (!is_wanted && echoed.is_none()), "{echoed:?}");
            let date = answer.header("date").expect("Date");
            assert!(seconds_of(date).abs_diff(now()) <= 300, "Date: {date}");
        }
        answer
    }

    // ---- Refusals ---------------------------------------------------------------------------------------------------

    /// A request that must be refused with one of these, wherever its variant first meets us.
    pub async fn must_refuse(&mut self, asked: &Asked, errors: &[&str]) {
        let object = self.first().sign(asked.claims()).text();
        match self.variant.is_signed() {
            true => self.must_refuse_object(asked, &object, errors).await,
            false => refused(&self.push(asked).await, errors),
        }
    }

    /// The same for a request that is this object.
    pub async fn must_refuse_object(&mut self, asked: &Asked, object: &str, errors: &[&str]) {
        if self.variant.is_pushed() {
            return refused(&self.push_fields(&self.fields_with(self.first(), object)).await, errors);
        }
        let url = self.by_value(asked, object);
        let response = self.walk(&url).await;
        self.refused_with(response, errors);
    }

    /// An error page, or an error at the client; never a code.
    pub fn refused_with(&self, response: Response, errors: &[&str]) {
        match response {
            Response::Page(page) => {
                assert_eq!(page.status, 400, "{}", page.text());
                assert!(page.header("location").is_none() && page.header("refresh").is_none());
                assert!(errors.iter().any(|error| page.text().contains(error)), "{errors:?}: {}", page.text());
            }
            Response::Sent { parameters, .. } => {
                // Who did not keep the rules may not have been believed about its state either.
                let state = parameters.get("state").cloned();
                checks::refused(&parameters, errors, state.as_deref(), self.issuer()).must_be_none("an error");
            }
        }
    }
}

/// The refusal of an endpoint, with one of these.
pub fn refused(answer: &Answer, errors: &[&str]) {
    let got = answer.error();
    assert!(errors.contains(&got.as_str()), "{got} is not one of {errors:?}: {} {}", answer.status, answer.text());
    checks::token_error(answer, &got).must_be_none("the refusal");
}

/// The `request_uri` of a request that was taken in (RFC 9126 §2.2).
pub fn request_uri(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    let body = answer.json();
    let uri = body["request_uri"].as_str().expect("a request_uri").to_owned();
    assert!(checks::secret("request_uri", &uri).is_none(), "{uri}");
    assert!(body["expires_in"].as_u64().is_some_and(|seconds| (5..=1800).contains(&seconds)), "{body}");
    assert!(answer.header("cache-control").is_some_and(|value| value.contains("no-store")));
    uri
}

pub fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The left half of a SHA-256, as `c_hash` and its kin are.
pub fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..16])
}
