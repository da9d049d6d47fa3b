//! The whole story in a real browser: a stranger meets a platform, opens a wallet, shares, sees who read, stops it.

use std::time::Duration;

use serde_json::Value;

use crate::support::browser::{Browser, Look};
use crate::support::desk::{Applicant, Clerk};
use crate::support::eventually;
use crate::support::parts::free_port;
use crate::support::person::Person;
use crate::support::platform::{Method, NewClient, Platform};
use crate::support::server::Server;
use crate::support::{axe, unique};

/// A stranger at the sample platform, in a browser.
struct Story {
    server: Server,
    origin: String,
    browser: Browser,
    email: String,
    /// The start of its pictures' names.
    name: &'static str,
}

impl Story {
    async fn begin(name: &'static str, look: &Look) -> Self {
        let port = free_port();
        let server = Server::demo(&format!("127.0.0.1:{port}")).await;
        let origin = format!("http://localhost:{port}");
        let http = crate::support::platform::http();
        eventually("the sample platform", Duration::from_secs(20), async || http.get(&origin).send().await.ok()).await;
        let browser = Browser::open(look).await;
        Self { server, origin, browser, email: format!("{}@mail.example", unique("amina-")), name }
    }

    async fn picture(&self, what: &str) {
        self.browser.screenshot(&format!("{}-{what}", self.name)).await;
        assert!(!self.browser.overflows().await, "{what} is wider than its window");
    }

    async fn submit(&self, css: &str) {
        let before = self.browser.url().await;
        self.browser.click(css).await;
        self.browser.wait_for_url(|url| url != before).await;
    }

    /// From the platform's button through the sign-up pages, reading the code as a person does.
    async fn sign_up(&self) {
        let browser = &self.browser;
        browser.goto(&self.origin).await;
        self.picture("1-platform").await;
        self.submit("#sign-in").await;
        browser.wait_for_url(|url| url.contains("/signin")).await;
        self.picture("2-sign-in").await;
        self.submit("main a[href*='/signup']").await;
        browser.fill("input[name=email]", &self.email).await;
        self.submit("form:has(input[name=email]) button").await;
        browser.wait_for_url(|url| url.contains("/signup/code")).await;
        self.picture("3-code").await;
        let code = self.server.letter_to(&self.email, 0).await.code().expect("a code");
        browser.fill("input[name=code]", &code).await;
        self.submit("form:has(input[name=code]) button").await;
        browser.wait_for_url(|url| url.contains("/signup/password")).await;
        browser.fill("input[name=password]", &unique("long and unlikely ")).await;
        self.picture("4-password").await;
        self.submit("form:has(input[name=password]) button.wide").await;
    }

    /// Fills what the platform asks for in, in the middle of the way.
    async fn profile(&self) {
        let browser = &self.browser;
        let consent = browser.url().await;
        browser.goto(&format!("{}/account/profile/edit", self.server.issuer)).await;
        browser.fill("input[name=name]", "Amina Yusuf").await;
        self.submit("form:has(input[name=name]) button").await;
        browser.goto(&format!("{}/account/contacts", self.server.issuer)).await;
        browser.fill("input[name=phone]", "+49 151 12345678").await;
        browser.click("form:has(input[name=phone]) button").await;
        // It comes back to the same address, with a form for the code.
        browser.element("input[name=code]").await;
        browser.goto(&consent).await;
    }
}

async fn told(browser: &Browser, table: &str, name: &str) -> Option<Value> {
    let found = browser.elements(&format!("#{table} tr[data-name={name}] td")).await;
    let text = found.first()?.text().await;
    Some(serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

async fn untick(browser: &Browser, claim: &str) {
    let css = format!("input[name=claim][value={claim}]");
    let line = browser.element(&css).await;
    if line.is_selected().await {
        browser.click(&format!("label[for=line-{}]", line_id(claim))).await;
    }
    assert!(!browser.element(&css).await.is_selected().await, "{claim} is still ticked");
}

pub async fn tick(browser: &Browser, claim: &str) {
    let css = format!("input[name=claim][value={claim}]");
    if !browser.element(&css).await.is_selected().await {
        browser.click(&format!("label[for=line-{}]", line_id(claim))).await;
    }
    assert!(browser.element(&css).await.is_selected().await, "{claim} is not ticked");
}

/// Waits until the page, whichever it is by then, says something.
pub async fn says(browser: &Browser, words: &str) {
    let what = format!("the page says {words}");
    eventually(&what, Duration::from_secs(10), async || browser.source().await.contains(words).then_some(())).await;
}

fn line_id(claim: &str) -> String {
    claim.replace('_', "-")
}

/// What a person does from the platform's button to the refusal after they stopped.
async fn story(name: &'static str, look: Look) {
    let story = Story::begin(name, &look).await;
    let browser = &story.browser;
    story.sign_up().await;
    browser.wait_for_url(|url| url.contains("/interaction/")).await;
    story.profile().await;

    browser.element("button[value=allow]").await;
    tick(browser, "name").await;
    tick(browser, "email").await;
    tick(browser, "offline_access").await;
    untick(browser, "phone_number").await;
    story.picture("5-consent").await;
    // Quiet for its first moment, against double clicks.
    browser.click("button[value=allow]:enabled").await;
    let origin = story.origin.clone();
    browser.wait_for_url(|url| url.starts_with(&origin)).await;
    browser.element("#userinfo").await;
    story.picture("6-arrived").await;
    assert_eq!(told(browser, "userinfo", "name").await, Some("Amina Yusuf".into()));
    assert_eq!(told(browser, "userinfo", "email").await, Some(story.email.clone().into()));
    assert_eq!(told(browser, "userinfo", "email_verified").await, Some(true.into()));
    for table in ["userinfo", "id-token"] {
        assert_eq!(told(browser, table, "phone_number").await, None, "{table}: it was not ticked");
    }

    browser.goto(&format!("{}/account/apps", story.server.issuer)).await;
    story.picture("7-apps").await;
    story.submit("main a[href*='/account/apps/']").await;
    story.picture("8-app").await;
    story.submit("main a[href$='/stop']").await;
    story.picture("9-stop").await;
    story.submit("main form[action$='/stop'] button").await;

    browser.goto(&format!("{origin}/arrived")).await;
    browser.click("#reload").await;
    says(browser, "UserInfo was not given").await;
    browser.click("#refresh").await;
    says(browser, "invalid_grant").await;
    story.picture("10-refused").await;

    browser.goto(&format!("{}/account/activity", story.server.issuer)).await;
    story.picture("11-activity").await;
    let activity = browser.text().await;
    assert!(activity.contains("Orbit Photos"), "{activity}");
    assert!(browser.has(".log li.refused").await, "the refusal is listed: {activity}");
    let said = browser.console().await;
    let is_ours = |line: &&String| line.contains("SEVERE") && line.contains(&story.server.issuer);
    assert_eq!(said.iter().filter(is_ours).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_meets_a_platform() {
    story("story", Look::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_meets_a_platform_without_scripts_on_a_phone() {
    story("story-no-scripts", Look { width: 360, height: 800, has_scripts: false, ..Look::default() }).await;
}

/// Pages for everybody, by path.
const PUBLIC: &[&str] = &[
    "/",
    "/help",
    "/privacy",
    "/deletion",
    "/deletion?now=1",
    "/deletion?kept=1",
    "/deletion/nothing",
    "/trust-framework/1",
    "/badge-types",
    "/badge-types/age_over_18",
    "/developers",
    "/developers/api",
    "/settings",
    "/signin",
    "/signup",
    "/recover",
    "/nowhere",
    "/setup/nothing",
    "/authorize?client_id=nobody",
    "/confirm/nothing",
    "/dev/outbox",
];

/// Pages of somebody who is signed in and looks after the house.
const SIGNED_IN: &[&str] = &[
    "/account",
    "/account/profile",
    "/account/profile/edit",
    "/account/contacts",
    "/account/badges",
    "/account/badges/offers",
    "/account/linked",
    "/account/verification",
    "/account/media",
    "/account/media?show=trash",
    "/account/apps",
    "/account/activity",
    "/account/security",
    "/account/sessions",
    "/account/privacy",
    "/account/privacy/export",
    "/account/privacy/delete",
    "/account/settings",
    "/admin",
    "/admin/badge-definitions",
    "/desk",
    "/desk/ver_00000000000000000000000000",
    "/logout",
];

/// Opens pages in one look and collects what is wrong with them.
struct Checked<'a> {
    browser: &'a Browser,
    look: String,
    found: Vec<String>,
}

impl Checked<'_> {
    async fn open(&mut self, url: &str) {
        self.browser.goto(url).await;
        self.page(url).await;
    }

    async fn page(&mut self, name: &str) {
        let what = format!("{name} ({})", self.look);
        if self.browser.overflows().await {
            self.found.push(format!("{what}: wider than its window"));
        }
        self.found.extend(axe::violations(self.browser).await.iter().map(|broken| format!("{what}: {broken:?}")));
    }

    /// The steps that a form leads to.
    async fn step(&mut self, name: &str, field: &str, text: &str) {
        self.browser.fill(&format!("input[name={field}]"), text).await;
        self.browser.click(&format!("form:has(input[name={field}]) button:not(.reveal):not([type=button])")).await;
        self.page(name).await;
    }
}

/// Somebody who looks after the house, with one connected app and one mail in the outbox.
async fn operator(server: &Server, platform: &Platform) -> Person {
    let mut person = Person::new(server);
    let answer: Value = serde_json::from_str(&server.cli(&["admin", "setup-link", "--json"])).expect("JSON");
    let page = person.visit(answer["url"].as_str().expect("a link")).await.page();
    let form = page.form("password").fill("email", &person.email).fill("password", &person.password);
    person.submit(&page, &form).await.page();
    platform.sign_in(&mut person, "openid email").await;
    person
}

/// `case`: an identity check that they review.
async fn look_at_all(server: &Server, platform: &Platform, person: &mut Person, case: &str, look: Look) -> Vec<String> {
    let browser = Browser::open(&look).await;
    let described = format!("{} px, {}, {}", look.width, look.language, if look.is_dark { "dark" } else { "light" });
    let mut checked = Checked { browser: &browser, look: described, found: Vec::new() };
    let at = |path: &str| format!("{}{path}", server.issuer);
    for path in PUBLIC {
        checked.open(&at(path)).await;
    }
    browser.goto(&at("/signin")).await;
    checked.step("the password page", "identifier", &person.email).await;
    checked.step("the password page with a problem", "password", "not this one").await;
    browser.goto(&at("/signup")).await;
    checked.step("the page for a code", "email", &format!("{}@mail.example", unique("look-"))).await;
    checked.step("the page for a code with a problem", "code", "00000000").await;
    browser.goto(&at("/recover")).await;
    checked.step("the recovery code", "email", &person.email).await;

    sign_in(&browser, server, person).await;
    for path in SIGNED_IN {
        checked.open(&at(path)).await;
    }
    checked.open(&at(&format!("/desk/{case}"))).await;
    let app = person.visit("/account/apps").await.page().link("/account/apps/").expect("a connected app");
    checked.open(app.as_str()).await;
    checked.open(&format!("{app}/stop")).await;
    checked.open(platform.attempt("openid profile email phone offline_access").url.as_str()).await;
    checked.found
}

#[tokio::test(flavor = "multi_thread")]
async fn wcag_2_2_no_page_keeps_anybody_out() {
    let server = Server::start().await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let mut person = operator(&server, &platform).await;
    let case = Applicant::of(&server).await.hand_in("document").await;
    let mut clerk = Clerk { person: person.beside() };
    assert_eq!(clerk.claim(&case).await.status, 200);
    let mut found = Vec::new();
    for language in ["en", "ar"] {
        if language == "ar" {
            // The second time, a check of their own has begun.
            Applicant::with(&server, person.beside()).await.begin("idcard", "document").await;
        }
        for width in [1280, 320] {
            for is_dark in [false, true] {
                let look = Look { width, is_dark, language, ..Look::default() };
                found.extend(look_at_all(&server, &platform, &mut person, &case, look).await);
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

pub async fn sign_in(browser: &Browser, server: &Server, person: &Person) {
    browser.goto(&format!("{}/signin", server.issuer)).await;
    browser.fill("input[name=identifier]", &person.email).await;
    browser.click("form:has(input[name=identifier]) button").await;
    browser.fill("input[name=password]", &person.password).await;
    browser.click("form:has(input[name=password]) button.wide").await;
    browser.wait_for_url(|url| url.contains("/account")).await;
}
