//! The suite's relying party and its person: every answer that passes through here meets the recurring checks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::Digest as _;
use tokio::sync::OnceCell;
use url::Url;

use crate::protocol::oidc_core_userinfo::fill_profile;
use crate::protocol::rfc7516_encryption::verified;
use crate::support::documents;
use crate::support::form::{Form, Page};
use crate::support::person::{Answers, Landing, Person, is_step};
use crate::support::platform::{Answer, Attempt, NewClient, Platform, jose_header};
use crate::support::registrant::{self, register};
use crate::support::server::Server;

use super::checks::{self, Expected, Parameters};
use super::mode::{Mode, client_key, house};

/// A change to an authorization request, as [`Platform::attempt_with`] takes it.
pub type Change<'a> = (&'a str, Option<&'a str>);

/// What answers an authorization request.
#[derive(Debug)]
pub enum Response {
    /// Sent to the client, in the way that the plan wants.
    Sent(Parameters),
    /// A page of ours that leads nowhere.
    Page(Box<Page>),
}

/// The tokens of one authorization, checked.
#[derive(Debug)]
pub struct Tokens {
    /// Empty where the response type gives none.
    pub access: String,
    pub refresh: Option<String>,
    pub id_token: String,
    /// The ID Token's claims.
    pub claims: Value,
    /// What UserInfo tells; without an access token what the ID Token tells of the person.
    pub userinfo: Value,
}

impl Tokens {
    pub fn auth_time(&self) -> u64 {
        self.claims["auth_time"].as_u64().unwrap_or_else(|| panic!("auth_time in {}", self.claims))
    }
}

/// One run of one module: a client of its own, and a person whose browser has no cookies yet.
pub struct Suite {
    pub mode: Mode,
    pub platform: Platform,
    pub person: Person,
    /// What the client was told when it registered itself; null where an operator did.
    pub told: Value,
    /// What the last request asked the person for: `sign in`, `consent`.
    pub asked: Vec<&'static str>,
    /// Which claims it asks for in the ID Token.
    asks: &'static [&'static str],
}

impl Suite {
    pub async fn start(mode: Mode) -> Self {
        match mode.is_dynamic {
            true => Self::registering(mode, &json!({})).await,
            false => Self::with(mode, &mode.client()).await,
        }
    }

    /// With a client that an operator has registered.
    pub async fn with(mode: Mode, client: &NewClient) -> Self {
        let platform = Platform::at(Server::shared().await, client).await;
        Self { mode, platform, person: somebody(mode).await, told: Value::Null, asked: Vec::new(), asks: &[] }
    }

    /// With a person whose document was checked, and a client that may ask about it.
    pub async fn verified(mode: Mode) -> Self {
        static SOMEBODY: OnceCell<Person> = OnceCell::const_new();
        let server = Server::shared().await;
        let client = mode.client().with("--scope", "openid profile wallet.identity");
        let platform = Platform::at(server, &client).await;
        let person = SOMEBODY.get_or_init(|| documents::signed_in(server)).await.elsewhere();
        let asks = &["name", "verified_claims"];
        Self { mode, platform, person, told: Value::Null, asked: Vec::new(), asks }
    }

    /// With a client that registers itself with these members.
    pub async fn registering(mode: Mode, members: &Value) -> Self {
        assert!(mode.is_dynamic, "{mode:?}");
        let (issuer, document) = (&house().await.server.issuer, mode.document(members));
        let answer = register(issuer, None, &document).await;
        checks::registration(&answer, &document, issuer).must_be_none("the registration");
        let told = answer.json();
        let mut platform = registrant::platform(issuer, &told).await;
        platform.client.key = mode.method.has_key().then(|| client_key().clone());
        Self { mode, platform, person: somebody(mode).await, told, asked: Vec::new(), asks: &[] }
    }

    /// Another client of the same plan.
    pub async fn second_client(&self) -> Self {
        Self::start(self.mode).await
    }

    /// Whether the client hears of the end of sessions.
    fn hears(&self) -> bool {
        ["frontchannel_logout_uri", "backchannel_logout_uri"].into_iter().any(|name| self.told[name].is_string())
    }

    /// An authorization request as the suite sends it: without PKCE, with a long `state`.
    pub fn request(&self, scope: &str, changes: &[Change<'_>]) -> Attempt {
        let state = printable(128);
        let mut all = vec![("code_challenge", None), ("code_challenge_method", None), ("state", Some(state.as_str()))];
        all.push(("response_type", Some(self.mode.response_type)));
        if self.mode.is_form {
            all.push(("response_mode", Some("form_post")));
        }
        all.extend(changes);
        let mut attempt = self.platform.attempt_with(scope, &all);
        let sent = |name: &str| parameter(&attempt, name).unwrap_or_default();
        (attempt.state, attempt.nonce) = (sent("state"), sent("nonce"));
        attempt
    }

    /// Sends the browser off with a request, and answers what it is asked until it is sent back or can go no further.
    pub async fn send(&mut self, attempt: &Attempt) -> Response {
        let landing = self.person.visit(attempt.url.as_str()).await;
        self.go_on(attempt, landing).await
    }

    /// The same from the middle of a request.
    pub async fn go_on(&mut self, attempt: &Attempt, mut landing: Landing) -> Response {
        self.asked.clear();
        for _ in 0..10 {
            let page = match landing {
                Landing::Away(url) => return Response::Sent(self.in_redirect(attempt, &url)),
                Landing::Page(page) => page,
            };
            if let Some(form) = page.forms().into_iter().find(|form| form.action.as_str() == attempt.redirect_uri) {
                return Response::Sent(self.in_form(&page, &form));
            }
            landing = if page.find_form("decision").is_some() {
                self.asked.push("consent");
                self.person.decide(&page, &everything(&page)).await
            } else if is_step(&page) {
                self.asked.push("sign in");
                self.person.next_step(&page).await
            } else {
                return Response::Page(page);
            };
        }
        panic!("too many steps: {:?}", self.person.trail)
    }

    /// In the query for codes alone, otherwise in the fragment (Multiple Response Types §2.1, §5). What the registered
    /// URI has in its query stays there, before what is added (RFC 6749 §3.1.2).
    fn in_redirect(&self, attempt: &Attempt, url: &Url) -> Parameters {
        assert!(!self.mode.is_form, "with form_post nothing travels in a URL: {url}");
        let registered = Url::parse(&attempt.redirect_uri).expect("a URL");
        let bare = |url: &Url| url.as_str().split(['?', '#']).next().unwrap_or_default().to_owned();
        assert_eq!(bare(url), bare(&registered), "sent to {url}");
        let pairs = |text: Option<&str>| -> Vec<(String, String)> {
            url::form_urlencoded::parse(text.unwrap_or_default().as_bytes()).into_owned().collect()
        };
        let (own, mut query) = (pairs(registered.query()), pairs(url.query()));
        assert!(query.starts_with(&own), "sent to {url}");
        let added = query.split_off(own.len());
        match parameter(attempt, "response_type").is_some_and(|kind| Mode::is_front(&kind)) {
            true => {
                assert_eq!(url.query(), registered.query(), "nothing of it in the query: {url}");
                each_once(pairs(url.fragment()).into_iter())
            }
            false => {
                assert!(url.fragment().is_none(), "nothing of it in the fragment: {url}");
                each_once(added.into_iter())
            }
        }
    }

    /// OAuth 2.0 Form Post Response Mode §2, and what a browser needs to carry it.
    fn in_form(&self, page: &Page, form: &Form) -> Parameters {
        assert_eq!((self.mode.is_form, page.status), (true, 200), "a form at {}", page.url);
        assert!(form.is_post, "method");
        assert!(page.attributes("form", "enctype").is_empty(), "application/x-www-form-urlencoded is the default");
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "a page");
        assert!(page.has("form button:not([name])"), "a visible button");
        // The suite's browser, HtmlUnit, passes over modules.
        assert!(page.has("script[src]:not([type])"), "and a script that presses it");
        let policy = page.header("content-security-policy").expect("a policy");
        let to = Url::parse(&self.platform.redirect_uri).expect("a URL").origin().ascii_serialization();
        assert!(policy.contains(&format!("form-action {to};")) && policy.contains("script-src 'self'"), "{policy}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "a code is in it");
        each_once(form.pairs().into_iter())
    }

    /// The code of a request that must succeed.
    pub async fn code(&mut self, attempt: &Attempt) -> String {
        let response = self.send(attempt).await;
        self.code_of(attempt, response)
    }

    pub fn code_of(&self, attempt: &Attempt, response: Response) -> String {
        self.authorized(attempt, response)["code"].clone()
    }

    /// What came of a request that must succeed.
    fn authorized(&self, attempt: &Attempt, response: Response) -> Parameters {
        let (parameters, issuer) = (sent(response), &self.platform.issuer);
        let faults = checks::authorized(&parameters, self.mode.response_type, asked(&attempt.state), issuer);
        faults.must_be_none("the answer");
        parameters
    }

    /// The error of a request that must be refused at the client, with one of these.
    pub async fn must_refuse(&mut self, attempt: &Attempt, errors: &[&str]) {
        let response = self.send(attempt).await;
        self.refused_with(attempt, response, errors);
    }

    pub fn refused_with(&self, attempt: &Attempt, response: Response, errors: &[&str]) {
        let parameters = sent(response);
        checks::refused(&parameters, errors, asked(&attempt.state), &self.platform.issuer).must_be_none("an error");
    }

    /// A request that must end on an error page of ours: nothing proves where else it could go.
    pub async fn must_stay(&mut self, attempt: &Attempt, error: &str) -> Page {
        match self.send(attempt).await {
            Response::Page(page) => {
                error_page(&page, error);
                *page
            }
            Response::Sent(parameters) => panic!("an error page was expected, the client got {parameters:?}"),
        }
    }

    /// Exchanges a code, with a verifier only where the request had a challenge.
    pub async fn exchange(&self, attempt: &Attempt, code: &str) -> Answer {
        let mut parameters =
            vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", attempt.redirect_uri.as_str())];
        if parameter(attempt, "code_challenge").is_some() {
            parameters.push(("code_verifier", &attempt.verifier));
        }
        self.token(&parameters).await
    }

    /// A request to the token endpoint, whose URL the suite's assertions are for.
    pub async fn token(&self, parameters: &[(&str, &str)]) -> Answer {
        let Some(key) = &self.platform.client.key else { return self.platform.token(parameters).await };
        let endpoint = self.platform.endpoint("token_endpoint");
        let assertion = key.assertion(&self.platform.client.id, endpoint, &Value::Null);
        let of_client = [
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
        ];
        Answer::of(self.platform.http.post(endpoint).form(&[parameters, &of_client].concat())).await
    }

    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// A whole sign-in: authorization, tokens, UserInfo, each with all its checks.
    pub async fn complete(&mut self, attempt: &Attempt) -> Tokens {
        let response = self.send(attempt).await;
        let parameters = self.authorized(attempt, response);
        let back = match parameters.get("code") {
            Some(code) => Some(self.tokens(attempt, &self.exchange(attempt, code).await).await),
            None => None,
        };
        let front = self.front(attempt, &parameters, back.as_ref().map(|back| &back.claims)).await;
        back.or(front).expect("an ID Token")
    }

    /// What an answer holds besides a code: a token that works, an ID Token that vouches for the rest, both about the one
    /// whom the ID Token of the code's exchange is about.
    async fn front(&self, attempt: &Attempt, parameters: &Parameters, back: Option<&Value>) -> Option<Tokens> {
        let text = |name: &str| parameters.get(name).map(String::as_str);
        let (code, access) = (text("code"), text("access_token"));
        let claims = match text("id_token") {
            Some(id_token) => Some(self.id_token(id_token, access.unwrap_or_default(), asked(&attempt.nonce)).await),
            None => None,
        };
        if let Some(claims) = &claims {
            // OIDC Core §3.3.2.11, §3.2.2.10: of this code and this token; none where there is nothing.
            for (name, of) in [("c_hash", code), ("at_hash", access)] {
                assert_eq!(claims.get(name).and_then(Value::as_str).map(str::to_owned), of.map(half), "{name}");
            }
            for name in back.iter().flat_map(|_| ["iss", "sub"]) {
                assert_eq!(back.map(|back| &back[name]), Some(&claims[name]), "OIDC Core §3.3.3.6: {name}");
            }
        }
        let subject = claims.as_ref().or(back).map(|claims| &claims["sub"]);
        let userinfo = match (access, subject) {
            (Some(access), Some(subject)) => self.userinfo(access, subject).await,
            _ => claims.as_ref().map(checks::of_the_person).unwrap_or_default(),
        };
        let id_token = text("id_token")?.to_owned();
        Some(Tokens {
            access: access.unwrap_or_default().to_owned(),
            refresh: None,
            id_token,
            claims: claims?,
            userinfo,
        })
    }

    pub async fn sign_in(&mut self, scope: &str) -> Tokens {
        self.complete(&self.request(scope, &[])).await
    }

    /// Checks a token response and what it holds.
    pub async fn tokens(&self, attempt: &Attempt, answer: &Answer) -> Tokens {
        checks::token_response(answer).must_be_none("the token response");
        let body = answer.json();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let (access, id_token) = (text("access_token").expect("checked"), text("id_token").expect("an ID Token"));
        let claims = self.id_token(&id_token, &access, asked(&attempt.nonce)).await;
        let userinfo = self.userinfo(&access, &claims["sub"]).await;
        Tokens { access, refresh: text("refresh_token"), id_token, claims, userinfo }
    }

    /// What UserInfo tells of this subject, in the way that the client has registered.
    async fn userinfo(&self, access: &str, subject: &Value) -> Value {
        let answer = self.platform.userinfo(access).await;
        if self.told["userinfo_signed_response_alg"].is_null() {
            checks::userinfo(&answer, subject).must_be_none("UserInfo");
            return answer.json();
        }
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/jwt")), "{}", answer.text());
        checks::signed_by_one_key(&jose_header(&answer.text()), &self.jwks().await).must_be_none("the key of UserInfo");
        assert_eq!(jose_header(&answer.text())["alg"], self.told["userinfo_signed_response_alg"]);
        let claims = verified(&self.platform, &answer.text()).await;
        let wanted = (&json!(self.platform.issuer), &json!(self.platform.client.id), subject);
        assert_eq!((&claims["iss"], &claims["aud"], &claims["sub"]), wanted, "OIDC Core §5.3.2");
        assert!(claims.get("nonce").is_none(), "{claims}");
        checks::standard_claims(&claims).must_be_none("signed UserInfo");
        claims
    }

    /// Checks an ID Token that came with an access token; gives its claims.
    pub async fn id_token(&self, id_token: &str, access_token: &str, nonce: Option<&str>) -> Value {
        let claims = self.platform.verify(id_token, nonce).await;
        let (issuer, client) = (self.platform.issuer.as_str(), self.platform.client.id.as_str());
        // OIDC Core §5.4: where no access token is issued, the claims of scopes come in the ID Token.
        let asked = if self.mode.response_type == "id_token" { checks::STANDARD_CLAIMS } else { self.asks };
        checks::id_token(&claims, &Expected { issuer, client, nonce, asked, hears: self.hears() })
            .must_be_none("the ID Token");
        let (header, jwks) = (jose_header(id_token), self.jwks().await);
        checks::jwks(&jwks).must_be_none("the keys");
        checks::signed_by_one_key(&header, &jwks).must_be_none("the key");
        assert_eq!(header["alg"], "RS256", "as the client is registered");
        if let Some(at_hash) = claims.get("at_hash") {
            assert_eq!(*at_hash, half(access_token), "OIDC Core §3.1.3.6");
        }
        claims
    }

    pub async fn jwks(&self) -> Value {
        Answer::of(self.platform.http.get(self.platform.endpoint("jwks_uri"))).await.json()
    }
}

/// The person of every run: one account in each house with every line filled in, each time in a new browser.
async fn somebody(mode: Mode) -> Person {
    static SOMEBODY: [OnceCell<Person>; 2] = [OnceCell::const_new(), OnceCell::const_new()];
    let sign_up = async || {
        let server = if mode.is_dynamic { &house().await.server } else { Server::shared().await };
        let mut person = Person::signed_up(server).await;
        fill_profile(&mut person).await;
        crate::support::hand::give_picture(&mut person).await;
        person
    };
    SOMEBODY[usize::from(mode.is_dynamic)].get_or_init(sign_up).await.elsewhere()
}

/// Shares all that is asked for, for as long as can be.
fn everything(page: &Page) -> Answers {
    let form = page.form("decision");
    let all = form.offers("claim");
    let answers = Answers::only(&all.iter().map(String::as_str).collect::<Vec<_>>());
    match form.offers("duration").iter().any(|one| one == "until_stopped") {
        true => answers.for_duration("until_stopped"),
        false => answers,
    }
}

/// A page that tells of an error, and sends the browser nowhere.
pub fn error_page(page: &Page, error: &str) {
    assert_eq!(page.status, 400, "{}", page.text());
    assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "a page");
    assert!(page.header("location").is_none() && page.header("refresh").is_none() && !page.has("meta[http-equiv]"));
    assert!(page.text().contains(error), "{error}: {}", page.text());
}

fn sent(response: Response) -> Parameters {
    match response {
        Response::Sent(parameters) => parameters,
        Response::Page(page) => panic!("stopped at {} ({}), which says:\n{}", page.url, page.status, page.text()),
    }
}

fn each_once(pairs: impl Iterator<Item = (String, String)>) -> Parameters {
    let mut parameters = Parameters::new();
    for (name, value) in pairs {
        assert!(parameters.insert(name.clone(), value).is_none(), "{name} comes twice");
    }
    parameters
}

/// A parameter of a request.
pub fn parameter(attempt: &Attempt, name: &str) -> Option<String> {
    attempt.url.query_pairs().find(|(one, _)| one == name).map(|(_, value)| value.into_owned())
}

/// The left half of a digest, as ID Tokens vouch for what comes with them.
fn half(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha2::Sha256::digest(text)[..16])
}

/// What the client sent as `state` or `nonce`, if it did.
fn asked(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Waits until the clock shows this second: what happens then is later than all before, as JWTs count.
pub async fn until(second: u64) {
    let at = UNIX_EPOCH + Duration::from_secs(second) + Duration::from_millis(20);
    tokio::time::sleep(at.duration_since(SystemTime::now()).unwrap_or_default()).await;
}

/// Random printable ASCII, the characters that URLs must encode among them.
pub fn printable(length: usize) -> String {
    (0..length).map(|_| char::from(rand::random_range(b' '..=b'~'))).collect()
}
