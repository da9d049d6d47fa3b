//! The measured wallet: its own data, a client, people who have agreed, and what each connection does.

use std::io;
use std::sync::Arc;
use std::sync::Mutex;

use crate::cpu::Family;
use crate::load::Line;
use crate::load::Reply;
use crate::load::Same;
use crate::load::Work;
use crate::load::must_be;
use crate::load::request;
use crate::support::parts::Postgres;
use crate::support::parts::Redis;
use crate::support::person::Answers;
use crate::support::person::encode;
use crate::support::platform::Attempt;
use crate::support::platform::Method;
use crate::support::platform::NewClient;
use crate::support::platform::Platform;
use crate::support::seeded;
use crate::support::server::Backend;
use crate::support::server::Server;
use crate::support::server::Stores;

/// Who is measured with: so many that one row is not the whole load.
pub const PEOPLE: usize = 8;

pub const SCOPE: &str = "openid profile email offline_access";

/// Rates are off, lifetimes last for the whole run, and the log says nothing of what goes well.
const SETTINGS: &[(&str, &str)] = &[
    ("SW__LIMITS__ENABLED", "false"),
    ("SW__TOKENS__CODE", "10min"),
    ("SW__TOKENS__ACCESS", "1h"),
    ("SW__PASSWORDS__WAIT", "60s"),
    ("SW__PASSWORDS__QUEUE", "128"),
    ("SW__LOG__FORMAT", "json"),
];

/// A wallet with everything that the load needs.
pub struct House {
    pub server: Server,
    pub platform: Platform,
    people: Vec<Known>,
    family: Vec<u32>,
}

/// Somebody who is signed in and has agreed.
struct Known {
    cookies: String,
    attempt: Attempt,
}

/// Codes that were issued, each with the attempt that it belongs to.
pub type Codes = Arc<Mutex<Vec<(usize, String)>>>;
/// Access and refresh tokens.
pub type Tokens = Arc<Mutex<Vec<(String, String)>>>;

impl House {
    pub async fn open(backend: Backend) -> Self {
        let server = Server::on(Stores::new(backend).await, SETTINGS).await;
        let client = NewClient::new(Method::Basic)
            .with("--grant-type", "authorization_code")
            .with("--grant-type", "refresh_token")
            .with("--grant-type", "client_credentials");
        let platform = Platform::at(&server, &client).await;
        let mut people = Vec::new();
        for _ in 0..PEOPLE {
            people.push(known(&server, &platform).await);
        }
        let family = match backend {
            Backend::Embedded => Vec::new(),
            Backend::Scale => vec![Postgres::shared().await.pid(), Redis::shared().await.pid()],
        };
        Self { server, platform, people, family }
    }

    pub fn address(&self) -> String {
        self.server.address.trim_start_matches("http://").to_owned()
    }

    /// The server and its stores.
    pub fn family(&self) -> Family {
        Family::new(self.family.iter().copied().chain([self.server.pid()]))
    }

    pub fn get(&self, path: &str) -> Same {
        Same { request: request(&self.address(), &format!("GET {path}"), &[], None), status: 200 }
    }

    /// A form to an endpoint of the discovery document, authenticated.
    pub fn post(&self, endpoint: &str, form: &[(&str, &str)]) -> Same {
        Same { request: self.post_request(endpoint, form), status: 200 }
    }

    fn post_request(&self, endpoint: &str, form: &[(&str, &str)]) -> Arc<[u8]> {
        let path = &self.platform.endpoint(endpoint)[self.platform.issuer.len()..];
        let pairs: Vec<_> = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        request(
            &self.address(),
            &format!("POST {path}"),
            &[("authorization", &self.platform.basic())],
            Some(&encode(&pairs)),
        )
    }

    pub fn userinfo(&self, access: &str) -> Same {
        let path = &self.platform.endpoint("userinfo_endpoint")[self.platform.issuer.len()..];
        let bearer = format!("Bearer {access}");
        Same {
            request: request(&self.address(), &format!("GET {path}"), &[("authorization", &bearer)], None),
            status: 200,
        }
    }

    /// An authorization request of the `n`th person, whose answer is a code at once.
    pub fn authorize(&self, n: usize, codes: &Codes) -> Authorize {
        let n = n % PEOPLE;
        let known = &self.people[n];
        let url = &known.attempt.url;
        let path = format!("GET {}?{}", url.path(), url.query().unwrap_or_default());
        let headers = navigation(&known.cookies);
        Authorize { request: request(&self.address(), &path, &headers, None), person: n, codes: Arc::clone(codes) }
    }

    /// Exchanges what is in `codes`.
    pub fn exchange(self: &Arc<Self>, codes: &Codes, tokens: &Tokens) -> Exchange {
        Exchange { house: Arc::clone(self), codes: Arc::clone(codes), tokens: Arc::clone(tokens) }
    }

    fn exchange_request(&self, person: usize, code: &str) -> Arc<[u8]> {
        let attempt = &self.people[person].attempt;
        self.post_request(
            "token_endpoint",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &attempt.redirect_uri),
                ("code_verifier", &attempt.verifier),
            ],
        )
    }

    pub fn refresh(self: &Arc<Self>, token: String) -> Refresh {
        Refresh { house: Arc::clone(self), token }
    }

    /// The last step of signing in: the password. Each connection is somebody else, since one account may not try
    /// many times at once.
    pub async fn sign_in(&self) -> Same {
        let mut person = seeded::signed_in(&self.server).await.elsewhere();
        let page = person.visit("/signin").await.page();
        let page = person.next_step(&page).await.page();
        let form = page.form("password").fill("password", &person.password);
        let cookies = person.jar.header(&form.action).unwrap_or_default();
        let headers = [
            ("cookie", cookies.as_str()),
            ("origin", self.server.issuer.as_str()),
            ("accept", "text/html,application/xhtml+xml"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-site", "same-origin"),
        ];
        let query = form.action.query().map(|query| format!("?{query}")).unwrap_or_default();
        let line = format!("POST {}{query}", form.action.path());
        Same { request: request(&self.address(), &line, &headers, Some(&encode(&form.pairs()))), status: 303 }
    }
}

/// What each of them agrees to.
pub fn answers() -> Answers {
    Answers::only(&["name", "given_name", "email", "offline_access"]).for_duration("until_stopped")
}

/// The headers of a browser that a platform's page sends here.
pub fn navigation(cookies: &str) -> [(&str, &str); 5] {
    [
        ("cookie", cookies),
        ("accept", "text/html,application/xhtml+xml"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-site", "cross-site"),
    ]
}

/// The code that a redirect to the client carries.
pub fn code_of(reply: &Reply) -> String {
    must_be(reply, 303);
    let location = reply.header("location").unwrap_or_default();
    let url = url::Url::parse(location).expect("a redirect to the client");
    let code = url.query_pairs().find(|(name, _)| name == "code");
    code.unwrap_or_else(|| panic!("no code came back: {location}")).1.into_owned()
}

async fn known(server: &Server, platform: &Platform) -> Known {
    let mut person = seeded::signed_in(server).await;
    platform.sign_in_with(&mut person, platform.attempt(SCOPE), &answers()).await;
    let attempt = platform.attempt(SCOPE);
    let cookies = person.jar.header(&attempt.url).expect("a session");
    Known { cookies, attempt }
}

/// Asks for codes and keeps them.
pub struct Authorize {
    request: Arc<[u8]>,
    person: usize,
    codes: Codes,
}

impl Authorize {
    async fn code(&self, line: &mut Line) -> io::Result<String> {
        Ok(code_of(&line.send(&self.request).await?))
    }
}

impl Work for Authorize {
    async fn once(&mut self, line: &mut Line) -> io::Result<bool> {
        let code = self.code(line).await?;
        self.codes.lock().expect("not poisoned").push((self.person, code));
        Ok(true)
    }
}

/// Takes codes and keeps the tokens.
pub struct Exchange {
    house: Arc<House>,
    codes: Codes,
    tokens: Tokens,
}

impl Exchange {
    /// Gives the access token.
    async fn code(&self, line: &mut Line, person: usize, code: &str) -> io::Result<String> {
        let reply = line.send(&self.house.exchange_request(person, code)).await?;
        must_be(&reply, 200);
        let body = reply.json();
        let text = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("no {name}: {body}")).to_owned();
        let access = text("access_token");
        self.tokens.lock().expect("not poisoned").push((access.clone(), text("refresh_token")));
        Ok(access)
    }
}

impl Work for Exchange {
    async fn once(&mut self, line: &mut Line) -> io::Result<bool> {
        let Some((person, code)) = self.codes.lock().expect("not poisoned").pop() else { return Ok(false) };
        self.code(line, person, &code).await?;
        Ok(true)
    }
}

/// The whole trip: authorize, then exchange.
pub struct Trip(pub Authorize, pub Exchange);

impl Work for Trip {
    async fn once(&mut self, line: &mut Line) -> io::Result<bool> {
        let code = self.0.code(line).await?;
        self.1.code(line, self.0.person, &code).await?;
        Ok(true)
    }
}

/// A plain sign-in, to its claims: authorize, exchange, UserInfo.
pub struct SignIn(pub Authorize, pub Exchange);

impl Work for SignIn {
    async fn once(&mut self, line: &mut Line) -> io::Result<bool> {
        let code = self.0.code(line).await?;
        let access = self.1.code(line, self.0.person, &code).await?;
        self.1.house.userinfo(&access).once(line).await
    }
}

/// Goes from one refresh token to its successor.
pub struct Refresh {
    house: Arc<House>,
    token: String,
}

impl Work for Refresh {
    async fn once(&mut self, line: &mut Line) -> io::Result<bool> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", self.token.as_str())];
        let reply = line.send(&self.house.post_request("token_endpoint", &form)).await?;
        must_be(&reply, 200);
        self.token = reply.json()["refresh_token"].as_str().expect("a successor").to_owned();
        Ok(true)
    }
}
