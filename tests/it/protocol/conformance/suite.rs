//! The suite's relying party and its person: every answer that passes through here meets the recurring checks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::Digest as _;
use tokio::sync::OnceCell;
use url::Url;

use crate::protocol::oidc_core_userinfo::fill_profile;
use crate::support::form::{Form, Page};
use crate::support::person::{Answers, Landing, Person, is_step};
use crate::support::platform::{Answer, Attempt, Method, NewClient, Platform, jose_header};
use crate::support::server::Server;

use super::checks::{self, Expected, Parameters};

/// How the plan wants answers to travel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Query,
    FormPost,
}

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
    pub access: String,
    pub refresh: Option<String>,
    pub id_token: String,
    /// The ID Token's claims.
    pub claims: Value,
    /// What UserInfo tells.
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
    /// What the last request asked the person for: `sign in`, `consent`.
    pub asked: Vec<&'static str>,
}

/// The client that a certification run registers. The plain OpenID Connect plans send no PKCE, and warn of claims in
/// the ID Token that were asked for by scope.
pub fn client(method: Method) -> NewClient {
    NewClient::new(method)
        .with("--no-pkce", "")
        .with("--id-token-claims", "protocol")
        .with("--id-token-alg", "RS256")
        .with("--post-logout-redirect-uri", AFTER)
}

/// Where the suite's client wants people after signing out.
pub const AFTER: &str = "https://orbitphotos.example/post_logout_redirect";

impl Suite {
    pub async fn start(mode: Mode) -> Self {
        Self::with(mode, &client(Method::Basic)).await
    }

    pub async fn with(mode: Mode, client: &NewClient) -> Self {
        let platform = Platform::at(Server::shared().await, client).await;
        Self { mode, platform, person: somebody().await, asked: Vec::new() }
    }

    /// Another client of the same plan, for the same browser.
    pub async fn second_client(&self) -> Platform {
        Platform::at(Server::shared().await, &client(Method::Basic)).await
    }

    /// An authorization request as the suite sends it: without PKCE, with a long `state`.
    pub fn request(&self, scope: &str, changes: &[Change<'_>]) -> Attempt {
        let state = printable(128);
        let mut all = vec![("code_challenge", None), ("code_challenge_method", None), ("state", Some(state.as_str()))];
        if self.mode == Mode::FormPost {
            all.push(("response_mode", Some("form_post")));
        }
        all.extend(changes);
        let mut attempt = self.platform.attempt_with(scope, &all);
        attempt.state = parameter(&attempt, "state").unwrap_or_default();
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
                Landing::Away(url) => return Response::Sent(self.in_query(attempt, &url)),
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

    fn in_query(&self, attempt: &Attempt, url: &Url) -> Parameters {
        assert_eq!(self.mode, Mode::Query, "with form_post nothing travels in a query: {url}");
        assert!(url.as_str().starts_with(&attempt.redirect_uri) && url.fragment().is_none(), "sent to {url}");
        each_once(url.query_pairs().into_owned())
    }

    /// OAuth 2.0 Form Post Response Mode §2, and what a browser needs to carry it.
    fn in_form(&self, page: &Page, form: &Form) -> Parameters {
        assert_eq!((self.mode, page.status), (Mode::FormPost, 200), "a form at {}", page.url);
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
        let parameters = sent(response);
        checks::authorized(&parameters, asked_state(attempt), &self.platform.issuer).must_be_none("a code");
        parameters["code"].clone()
    }

    /// The error of a request that must be refused at the client, with one of these.
    pub async fn must_refuse(&mut self, attempt: &Attempt, errors: &[&str]) {
        let response = self.send(attempt).await;
        self.refused_with(attempt, response, errors);
    }

    pub fn refused_with(&self, attempt: &Attempt, response: Response, errors: &[&str]) {
        let parameters = sent(response);
        checks::refused(&parameters, errors, asked_state(attempt), &self.platform.issuer).must_be_none("an error");
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
        self.platform.token(&parameters).await
    }

    /// A whole sign-in: authorization, tokens, UserInfo, each with all its checks.
    pub async fn complete(&mut self, attempt: &Attempt) -> Tokens {
        let code = self.code(attempt).await;
        let answer = self.exchange(attempt, &code).await;
        self.tokens(attempt, &answer).await
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
        let nonce = parameter(attempt, "nonce");
        let claims = self.id_token(&id_token, &access, nonce.as_deref()).await;
        let told = self.platform.userinfo(&access).await;
        checks::userinfo(&told, &claims["sub"]).must_be_none("UserInfo");
        Tokens { access, refresh: text("refresh_token"), id_token, claims, userinfo: told.json() }
    }

    /// Checks an ID Token that came with an access token; gives its claims.
    pub async fn id_token(&self, id_token: &str, access_token: &str, nonce: Option<&str>) -> Value {
        let claims = self.platform.verify(id_token, nonce).await;
        let (issuer, client) = (self.platform.issuer.as_str(), self.platform.client.id.as_str());
        checks::id_token(&claims, &Expected { issuer, client, nonce, asked: &[] }).must_be_none("the ID Token");
        let (header, jwks) = (jose_header(id_token), self.jwks().await);
        checks::jwks(&jwks).must_be_none("the keys");
        checks::signed_by_one_key(&header, &jwks).must_be_none("the key");
        assert_eq!(header["alg"], "RS256", "as the client is registered");
        if let Some(at_hash) = claims.get("at_hash") {
            let hash = sha2::Sha256::digest(access_token);
            assert_eq!(*at_hash, URL_SAFE_NO_PAD.encode(&hash[..16]), "OIDC Core §3.1.3.6");
        }
        claims
    }

    async fn jwks(&self) -> Value {
        Answer::of(self.platform.http.get(self.platform.endpoint("jwks_uri"))).await.json()
    }
}

/// The person of every run: one account with every line filled in, each time in a new browser.
async fn somebody() -> Person {
    static SOMEBODY: OnceCell<Person> = OnceCell::const_new();
    let sign_up = async || {
        let mut person = Person::signed_up(Server::shared().await).await;
        fill_profile(&mut person).await;
        person
    };
    SOMEBODY.get_or_init(sign_up).await.elsewhere()
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

fn asked_state(attempt: &Attempt) -> Option<&str> {
    parameter(attempt, "state").map(|_| attempt.state.as_str())
}

/// Random printable ASCII, the characters that URLs must encode among them.
pub fn printable(length: usize) -> String {
    (0..length).map(|_| char::from(rand::random_range(b' '..=b'~'))).collect()
}
