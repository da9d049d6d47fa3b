//! A person with a browser that runs no scripts: cookies, links and forms.

use std::sync::Arc;

use url::Url;

use super::cookies::Jar;
use super::eventually;
use super::form::Form;
use super::form::Page;
use super::platform::http;
use super::server::Server;
use super::server::Stores;
use super::unique;

/// Where a step ended.
#[derive(Debug)]
pub enum Landing {
    /// On a page of a site that the person was sent to visit.
    Page(Box<Page>),
    /// The browser was sent elsewhere, which was not visited.
    Away(Url),
}

impl Landing {
    pub fn page(self) -> Page {
        match self {
            Self::Page(page) => *page,
            Self::Away(url) => panic!("a page was expected, the browser was sent to {url}"),
        }
    }

    pub fn away(self) -> Url {
        match self {
            Self::Away(url) => url,
            Self::Page(page) => panic!(
                "the browser was expected to leave, it is at {} ({}), which says:\n{}",
                page.url,
                page.status,
                page.text()
            ),
        }
    }
}

/// What a person answers on a consent page.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The ticked claims; nothing leaves the boxes as the page offers them.
    pub claims: Option<Vec<String>>,
    /// The picked photos and videos; nothing leaves them as the page offers them.
    pub picks: Option<Vec<String>>,
    /// `once`, `days90` or `until_stopped`; nothing leaves what the page offers.
    pub duration: Option<&'static str>,
    pub is_allowed: bool,
}

impl Answers {
    /// Shares what the page offers, as it offers it.
    pub fn allow() -> Self {
        Self { claims: None, picks: None, duration: None, is_allowed: true }
    }

    pub fn deny() -> Self {
        Self { is_allowed: false, ..Self::allow() }
    }

    /// Shares exactly these optional claims.
    pub fn only(claims: &[&str]) -> Self {
        Self { claims: Some(claims.iter().map(|claim| (*claim).to_owned()).collect()), ..Self::allow() }
    }

    /// Picks exactly these photos and videos, by the identifiers of the wallet.
    pub fn picking(self, items: &[&str]) -> Self {
        Self { picks: Some(items.iter().map(|id| format!("media.{id}")).collect()), ..self }
    }

    pub fn for_duration(self, duration: &'static str) -> Self {
        Self { duration: Some(duration), ..self }
    }
}

/// One person, one browser profile.
pub struct Person {
    pub email: String,
    pub password: String,
    pub jar: Jar,
    /// Sent with every request, such as `Accept-Language`.
    pub headers: Vec<(String, String)>,
    /// Every address of the last step, in order.
    pub trail: Vec<Url>,
    issuer: String,
    stores: Arc<Stores>,
    sites: Vec<String>,
    http: reqwest::Client,
    /// How many messages had come when the last code was used.
    letters_seen: usize,
}

impl Person {
    /// Somebody new with an address of their own, who has not signed up yet.
    pub fn new(server: &Server) -> Self {
        Self {
            email: format!("{}@mail.example", unique("person-")),
            password: unique("correct horse "),
            jar: Jar::default(),
            headers: Vec::new(),
            trail: Vec::new(),
            issuer: server.issuer.clone(),
            stores: server.stores.clone(),
            sites: vec![server.issuer.clone()],
            http: http(),
            letters_seen: 0,
        }
    }

    /// Somebody who has signed up and is signed in.
    pub async fn signed_up(server: &Server) -> Self {
        let mut person = Self::new(server);
        person.sign_up().await;
        person
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The same account in another browser, signed out.
    pub fn elsewhere(&self) -> Self {
        Self {
            email: self.email.clone(),
            password: self.password.clone(),
            jar: Jar::default(),
            headers: Vec::new(),
            trail: Vec::new(),
            issuer: self.issuer.clone(),
            stores: self.stores.clone(),
            sites: self.sites.clone(),
            http: http(),
            letters_seen: self.letters(),
        }
    }

    /// The same browser once more, cookies and all, for tests that run side by side.
    pub fn beside(&self) -> Self {
        Self {
            email: self.email.clone(),
            password: self.password.clone(),
            jar: self.jar.clone(),
            headers: self.headers.clone(),
            trail: Vec::new(),
            issuer: self.issuer.clone(),
            stores: self.stores.clone(),
            sites: self.sites.clone(),
            http: self.http.clone(),
            letters_seen: self.letters_seen,
        }
    }

    /// Visits pages of this origin too, instead of stopping when sent there.
    pub fn also_visits(&mut self, origin: &str) {
        self.sites.push(origin.trim_end_matches('/').to_owned());
    }

    /// Opens a path of the wallet or a whole URL.
    pub async fn visit(&mut self, target: &str) -> Landing {
        let base = Url::parse(&self.issuer).expect("the issuer is a URL");
        let url = base.join(target).expect("a URL");
        self.trail.clear();
        self.follow(url, None, None).await
    }

    /// Sends a form and follows where it leads.
    pub async fn submit(&mut self, page: &Page, form: &Form) -> Landing {
        self.trail.clear();
        let mut url = form.action.clone();
        if form.is_post {
            let body = encode(&form.pairs());
            return self.follow(url, Some(body), Some(&page.url)).await;
        }
        url.set_query(Some(&encode(&form.pairs())));
        self.follow(url, None, Some(&page.url)).await
    }

    /// Makes one request, keeps its cookies, follows nothing.
    pub async fn request(&mut self, url: &Url, body: Option<String>, from: Option<&Url>) -> Page {
        let mut request = match &body {
            Some(body) => self.http.post(url.clone()).body(body.clone()),
            None => self.http.get(url.clone()),
        };
        request = request.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        request = request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
        let site = match from.map(|from| from.origin() == url.origin()) {
            None => "none",
            Some(true) => "same-origin",
            Some(false) => "cross-site",
        };
        request = request.header("sec-fetch-site", site);
        if body.is_some() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
            if let Some(from) = from {
                request = request.header("origin", from.origin().ascii_serialization());
            }
        }
        if let Some(cookies) = self.jar.header(url) {
            request = request.header("cookie", cookies);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = request.send().await.unwrap_or_else(|error| panic!("{url} does not answer: {error}"));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        self.jar.keep(url, &headers);
        self.trail.push(url.clone());
        Page { url: url.clone(), status, headers, body: answer.text().await.unwrap_or_default() }
    }

    async fn follow(&mut self, mut url: Url, mut body: Option<String>, from: Option<&Url>) -> Landing {
        let mut from = from.cloned();
        for _ in 0..20 {
            if !self.sites.contains(&url.origin().ascii_serialization()) {
                return Landing::Away(url);
            }
            let page = self.request(&url, body.clone(), from.as_ref()).await;
            let target = match page.status {
                301..=303 => page.header("location"),
                307 | 308 => page.header("location"),
                _ => page.header("refresh").and_then(refresh_target),
            };
            let Some(target) = target.map(|target| url.join(target).expect("a redirect to a URL")) else {
                return Landing::Page(Box::new(page));
            };
            if !matches!(page.status, 307 | 308) {
                body = None;
            }
            from = Some(url);
            url = target;
        }
        panic!("redirected without end: {:?}", self.trail)
    }

    /// Opens a wallet: address, code from the message, password.
    pub async fn sign_up(&mut self) -> Page {
        let page = self.visit("/signup").await.page();
        let mut landing = self.submit(&page, &page.form("email").fill("email", &self.email)).await;
        for _ in 0..4 {
            let page = match landing {
                Landing::Page(page) if page.find_form("code").is_some() || is_new_password(&page) => *page,
                other => return other.page(),
            };
            landing = self.next_step(&page).await;
        }
        panic!("signing up takes too many steps: {:?}", self.trail)
    }

    /// Signs in with address and password.
    pub async fn sign_in(&mut self) -> Page {
        let page = self.visit("/signin").await.page();
        let page = self.next_step(&page).await.page();
        self.next_step(&page).await.page()
    }

    pub async fn sign_out(&mut self) -> Page {
        let page = self.visit("/logout").await.page();
        match page.forms().into_iter().find(|form| form.is_post) {
            Some(form) => self.submit(&page, &form).await.page(),
            None => page,
        }
    }

    /// Goes from an authorization request to where the browser leaves, doing what each page asks for.
    pub async fn authorize(&mut self, url: &str, answers: &Answers) -> Url {
        self.walk(url, answers).await.away()
    }

    /// The same, ending also at a page that asks for nothing a person knows.
    pub async fn walk(&mut self, url: &str, answers: &Answers) -> Landing {
        let mut landing = self.visit(url).await;
        for _ in 0..10 {
            landing = match landing {
                Landing::Page(page) if page.find_form("decision").is_some() => self.decide(&page, answers).await,
                Landing::Page(page) if is_step(&page) => self.next_step(&page).await,
                done => return done,
            };
        }
        panic!("too many steps: {:?}", self.trail)
    }

    /// Goes on until the consent page is shown.
    pub async fn walk_to_consent(&mut self, url: &str) -> Page {
        let mut page = self.visit(url).await.page();
        for _ in 0..10 {
            if page.find_form("decision").is_some() {
                return page;
            }
            page = self.next_step(&page).await.page();
        }
        panic!("no consent page: {:?}", self.trail)
    }

    /// Answers a consent page.
    pub async fn decide(&mut self, page: &Page, answers: &Answers) -> Landing {
        let mut form = page.form("decision");
        if let Some(claims) = &answers.claims {
            form = form.tick_only("claim", &claims.iter().map(String::as_str).collect::<Vec<_>>());
        }
        if let Some(picks) = &answers.picks {
            form = form.pick_only(picks);
        }
        if let Some(duration) = answers.duration {
            form = form.choose("duration", duration);
        }
        let decision = if answers.is_allowed { "allow" } else { "deny" };
        self.submit(page, &form.press("decision", decision)).await
    }

    /// Fills in what a page asks for: address, code or password.
    pub async fn next_step(&mut self, page: &Page) -> Landing {
        let field = STEPS.iter().find(|field| page.find_form(field).is_some());
        let field = field.unwrap_or_else(|| panic!("nothing to fill in at {}:\n{}", page.url, page.text()));
        let mut form = page.form(field);
        if form.has("code") {
            form = form.fill("code", &self.code().await);
        }
        for (name, value) in [("identifier", &self.email), ("email", &self.email), ("password", &self.password)] {
            if form.controls.iter().any(|control| control.name == name && control.kind != super::form::Kind::Hidden) {
                form = form.fill(name, value);
            }
        }
        self.submit(page, &form).await
    }

    /// Waits for a code in a message that came after the last one used.
    pub async fn code(&mut self) -> String {
        let email = self.email.clone();
        let code = eventually(&format!("a code for {email}"), std::time::Duration::from_secs(20), async || {
            let letters = self.stores.letters().into_iter().filter(|letter| letter.to.contains(&email));
            letters.skip(self.letters_seen).last()?.code()
        })
        .await;
        self.letters_seen = self.letters();
        code
    }

    fn letters(&self) -> usize {
        self.stores.letters().iter().filter(|letter| letter.to.contains(&self.email)).count()
    }
}

/// The fields that a person knows how to fill in, in the order in which they are looked for.
const STEPS: &[&str] = &["code", "password", "identifier", "email"];

/// Whether a page asks for something that [`Person::next_step`] fills in.
pub fn is_step(page: &Page) -> bool {
    STEPS.iter().any(|field| page.find_form(field).is_some())
}

fn is_new_password(page: &Page) -> bool {
    page.find_form("password").is_some_and(|form| !form.has("identifier"))
}

/// `0;url=…` (HTML Living Standard, shared declarative refresh steps).
fn refresh_target(header: &str) -> Option<&str> {
    let (_, target) = header.split_once([';', ','])?;
    let target = target.trim_start();
    let target = target.get(..4).filter(|name| name.eq_ignore_ascii_case("url=")).map_or(target, |_| &target[4..]);
    Some(target.trim_matches(['"', '\'']))
}

pub fn encode(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
