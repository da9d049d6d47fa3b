//! Accounts elsewhere through the doors: the product itself is the other provider, and hand-made ones do it wrong.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use crate::awarding::share_badges;
use crate::support::form::{Form, Page};
use crate::support::parts::Folder;
use crate::support::person::{Answers, Landing, Person};
use crate::support::platform::{Key, Method, NewClient, Platform, now};
use crate::support::server::Server;
use crate::support::site::Site;

const PAGE: &str = "/account/linked";
const SECRET: &str = "a secret of the wallet that nobody guesses";

/// A provider that answers as it is told.
pub struct Theirs {
    site: Site,
    key: Key,
    folder: Folder,
}

impl Theirs {
    pub async fn start() -> Self {
        let theirs = Self { site: Site::http().await, key: Key::generate(), folder: Folder::new("linked") };
        theirs.publish(&json!({}));
        theirs
    }

    /// The settings of a wallet that lets people link accounts here, and elsewhere.
    pub fn settings(&self, elsewhere: Option<&Server>) -> [(&'static str, String); 2] {
        let row = |id: &str, name: &str, issuer: &str| {
            format!(
                "[[linked_providers]]\nid = \"{id}\"\nname = \"{name}\"\nissuer = \"{issuer}\"\nclient_id = \"wallet\"\n\
                 client_secret = \"{SECRET}\"\nscopes = [\"profile\", \"email\"]\n"
            )
        };
        let mut text = row("site", "Their Site", &self.site.origin) + &row("away", "Away", "http://127.0.0.1:1");
        let mut allow = self.site.host();
        if let Some(elsewhere) = elsewhere {
            text += &row("second", "Second Wallet", &elsewhere.issuer);
            allow = format!("{allow},{}", elsewhere.issuer.trim_start_matches("http://"));
        }
        let file = self.folder.join("linked.toml");
        std::fs::write(&file, text).expect("our own folder");
        [("SW_CONFIG", file.display().to_string()), ("SW__OUTBOUND__ALLOW", allow)]
    }

    /// The discovery document and the keys.
    fn publish(&self, changes: &Value) {
        let mut document = json!({
            "issuer": self.site.origin,
            "authorization_endpoint": self.site.url("/authorize"),
            "token_endpoint": self.site.url("/token"),
            "jwks_uri": self.site.url("/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "none", "HS256"],
            "authorization_response_iss_parameter_supported": true,
        });
        merge(&mut document, changes);
        self.site.says("/.well-known/openid-configuration", "application/json", document.to_string());
        self.site.says("/jwks", "application/json", self.key.jwks());
    }

    fn claims(&self, nonce: &str) -> Value {
        let now = now();
        json!({
            "iss": self.site.origin, "sub": "their-17", "aud": "wallet", "iat": now, "exp": now + 60, "nonce": nonce,
            "name": "Amina\nYusuf",
        })
    }

    fn tokens(&self, id_token: &str) {
        let body = json!({ "access_token": "x", "token_type": "Bearer", "id_token": id_token });
        self.site.says("/token", "application/json", body.to_string());
    }

    /// Begins here, and comes back with a token made of the nonce.
    pub async fn link(&self, person: &mut Person, make: impl Fn(&Self, &str) -> String) -> Page {
        let asked = query(&begin(person, "site").await.away());
        self.tokens(&make(self, &asked["nonce"]));
        let back = format!("{PAGE}/site/callback?code=c&state={}&iss={}", asked["state"], self.site.origin);
        person.visit(&back).await.page()
    }

    /// A token as it should be.
    pub fn id_token(&self, nonce: &str) -> String {
        self.key.sign(&self.claims(nonce))
    }
}

/// A wallet that lets people link accounts at another wallet, and at a site that answers as it is told.
struct House {
    server: Server,
    elsewhere: Server,
    theirs: Theirs,
}

impl House {
    async fn start() -> Self {
        let (elsewhere, theirs) = (Server::start().await, Theirs::start().await);
        let settings = theirs.settings(Some(&elsewhere));
        let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
        let server = Server::with(&settings).await;
        let callback = format!("{}{PAGE}/second/callback", server.issuer);
        let mut args = vec!["client", "add", "--client-id", "wallet", "--name", "Wallet", "--secret-stdin"];
        args.extend(["--redirect-uri", &callback, "--scope", "openid profile email"]);
        let (is_success, out, error) = elsewhere.try_cli_with(&args, SECRET);
        assert!(is_success, "{out}\n{error}");
        Self { server, elsewhere, theirs }
    }
}

fn merge(document: &mut Value, changes: &Value) {
    for (name, value) in changes.as_object().into_iter().flatten() {
        document[name] = value.clone();
    }
}

fn notice(page: &Page) -> String {
    page.texts(".note.green").join(" ")
}

fn row(page: &Page, provider: &str) -> String {
    page.texts(".rows li").into_iter().find(|row| row.starts_with(provider)).unwrap_or_default()
}

fn form(page: &Page, deed: &str) -> Form {
    let is_it = |form: &Form| form.action.path() == format!("{PAGE}/{deed}");
    page.forms().into_iter().find(is_it).unwrap_or_else(|| panic!("no form for {deed}: {}", page.text()))
}

/// Begins at a provider; gives where the browser is sent.
async fn begin(person: &mut Person, provider: &str) -> Landing {
    let page = person.visit(PAGE).await.page();
    person.submit(&page, &form(&page, provider)).await
}

/// Links the account of `there` at the second wallet.
async fn link(person: &mut Person, there: &mut Person) -> Page {
    let url = begin(person, "second").await.away();
    let callback = there.authorize(url.as_str(), &Answers::only(&["email"])).await;
    person.visit(callback.as_str()).await.page()
}

pub async fn unlink(person: &mut Person, provider: &str) -> Page {
    let page = person.visit(PAGE).await.page();
    person.submit(&page, &form(&page, &format!("{provider}/remove"))).await.page()
}

fn query(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_elsewhere_is_linked_told_renewed_and_unlinked() {
    let house = House::start().await;
    let mut person = Person::signed_up(&house.server).await;
    let mut there = Person::signed_up(&house.elsewhere).await;
    let empty = person.visit(PAGE).await.page();
    assert!(row(&empty, "Second Wallet").contains("Link an account at Second Wallet"), "{}", empty.text());

    let url = begin(&mut person, "second").await.away();
    let asked = query(&url);
    assert_eq!((&*asked["code_challenge_method"], &*asked["response_type"]), ("S256", "code"));
    assert!(asked["nonce"].len() >= 32 && asked["state"].len() >= 32 && asked["scope"] == "openid profile email");
    let callback = there.authorize(url.as_str(), &Answers::only(&["email"])).await;
    let page = person.visit(callback.as_str()).await.page();
    assert_eq!(notice(&page), "The account is linked, and you have the badge.", "{}", page.text());
    let told = row(&page, "Second Wallet");
    assert!(told.contains(&there.email) && told.contains("Counts until"), "{told}");
    let badges = person.visit("/account/badges").await.page();
    assert!(badges.text().contains("Account elsewhere confirmed"), "{}", badges.text());

    // A platform learns which provider it is, and nothing of the account.
    let client = NewClient::new(Method::Basic).with("--scope", "openid wallet.badges");
    let platform = Platform::at(&house.server, &client).await;
    let tokens = share_badges(&platform, &mut person).await;
    let answer = platform.userinfo(&tokens.access).await;
    let all = answer.json();
    let badge = all["wallet_badges"].as_array().and_then(|all| all.iter().find(|one| one["type"] == "linked_account"));
    let badge = badge.unwrap_or_else(|| panic!("no such badge: {all}"));
    assert_eq!((&badge["issuer"], &badge["level"]), (&json!("Second Wallet"), &json!("control")), "{badge}");
    let sub = there_sub(&house, &mut there).await;
    assert!(!answer.text().contains(&there.email) && !answer.text().contains(&sub), "{}", answer.text());

    // The answer works once.
    let again = person.visit(callback.as_str()).await.page();
    assert!(again.text().contains("That sign-in is too old, was used already"), "{}", again.text());
    let page = link(&mut person, &mut there).await;
    assert_eq!(notice(&page), "The account is linked, and you have the badge.", "renewed: {}", page.text());
    let badges = person.visit("/account/badges").await.page();
    assert_eq!(badges.texts(".rows h2").iter().filter(|name| name.starts_with("Account elsewhere")).count(), 1);

    let page = unlink(&mut person, "second").await;
    assert_eq!(notice(&page), "The account is no longer linked.");
    assert!(!row(&page, "Second Wallet").contains(&there.email));
    assert!(!person.visit("/account/badges").await.page().text().contains("Account elsewhere confirmed"));
    let trail = person.visit("/account/activity").await.page();
    for words in ["You linked an account elsewhere", "You unlinked an account elsewhere"] {
        assert!(trail.text().contains(words), "{words}: {}", trail.text());
    }
    let log = house.server.log();
    assert!(!log.contains(SECRET) && !log.contains(&there.email), "the log names nobody");
}

/// What the second wallet calls the person to this wallet.
async fn there_sub(house: &House, there: &mut Person) -> String {
    // Clients of one sector hold one name: ask by another at the same host.
    let client = NewClient::new(Method::Basic).redirected_to(&format!("{}/x", house.server.issuer));
    let platform = Platform::at(&house.elsewhere, &client).await;
    let tokens = platform.sign_in(there, "openid").await;
    tokens.claims["sub"].as_str().expect("a sub").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_elsewhere_proves_one_wallet() {
    let house = House::start().await;
    let (mut one, mut two) = (Person::signed_up(&house.server).await, Person::signed_up(&house.server).await);
    let mut there = Person::signed_up(&house.elsewhere).await;
    assert!(notice(&link(&mut one, &mut there).await).contains("is linked"));
    let page = link(&mut two, &mut there).await;
    assert!(page.text().contains("That account is linked to another wallet."), "{}", page.text());
    assert!(!row(&page, "Second Wallet").contains(&there.email));
    // A wallet has one account of a provider.
    let mut other = Person::signed_up(&house.elsewhere).await;
    let page = link(&mut one, &mut other).await;
    assert!(page.text().contains("Another account of this provider is linked."), "{}", page.text());
    assert!(row(&page, "Second Wallet").contains(&there.email), "the first one stays: {}", page.text());
    // Given up on the page of badges it is free as well.
    let page = one.visit("/account/badges").await.page();
    let given_up =
        page.forms().into_iter().find(|form| form.buttons.iter().any(|b| b.words.contains("Account elsewhere")));
    let page = one.submit(&page, &given_up.expect("a form")).await.page();
    assert_eq!(page.status, 200);
    assert!(notice(&link(&mut two, &mut there).await).contains("is linked"));
    assert!(notice(&link(&mut one, &mut other).await).contains("is linked"));
    // Nobody unlinks what is not theirs, and there is no provider but those.
    let page = two.visit(PAGE).await.page();
    let mut form = form(&page, "second/remove");
    form.action.set_path(&format!("{PAGE}/nowhere/remove"));
    assert_eq!(two.submit(&page, &form).await.page().status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_provider_says_wrong_is_refused_in_words() {
    let house = House::start().await;
    let mut person = Person::signed_up(&house.server).await;
    let unsigned = |claims: &Value| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&json!({ "alg": "none" })), part(claims))
    };
    let by_secret = |claims: &Value| {
        use hmac::{Hmac, KeyInit, Mac};
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&json!({ "alg": "HS256" })), part(claims));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
        mac.update(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    };
    const TOKEN: &str = "What the provider said about you could not be verified.";
    let stranger = Key::generate();
    let changed = |changes: Value| {
        move |theirs: &Theirs, nonce: &str| {
            let mut claims = theirs.claims(nonce);
            merge(&mut claims, &changes);
            theirs.key.sign(&claims)
        }
    };
    type Make<'a> = Box<dyn Fn(&Theirs, &str) -> String + 'a>;
    let tokens: Vec<(&str, Make<'_>, &str)> = vec![
        ("nonce", Box::new(changed(json!({ "nonce": "another" }))), TOKEN),
        ("no nonce", Box::new(changed(json!({ "nonce": null }))), TOKEN),
        ("iss", Box::new(changed(json!({ "iss": "https://elsewhere.example" }))), TOKEN),
        ("aud", Box::new(changed(json!({ "aud": "another" }))), TOKEN),
        ("second aud", Box::new(changed(json!({ "aud": ["wallet", "another"], "azp": "another" }))), TOKEN),
        ("expired", Box::new(changed(json!({ "exp": now() - 600, "iat": now() - 900 }))), TOKEN),
        ("another key", Box::new(move |theirs, nonce| stranger.sign(&theirs.claims(nonce))), TOKEN),
        ("unsigned", Box::new(move |theirs, nonce| unsigned(&theirs.claims(nonce))), TOKEN),
        ("by secret", Box::new(move |theirs, nonce| by_secret(&theirs.claims(nonce))), TOKEN),
        ("garbage", Box::new(|_, _| "x.y.z".to_owned()), "something that we cannot accept"),
    ];
    for (what, make, words) in &tokens {
        let page = house.theirs.link(&mut person, make).await;
        assert!(page.text().contains(words), "{what}: {}", page.text());
        assert!(!row(&page, "Their Site").contains("Unlink"), "{what}");
    }
    // The same with nothing wrong: the name is shown in one line.
    let page = house.theirs.link(&mut person, Theirs::id_token).await;
    assert!(row(&page, "Their Site").contains("Amina Yusuf"), "{}", page.text());
    let sent = house.theirs.site.heard("/token").pop().expect("a token request").fields();
    assert!(sent["code"] == "c" && sent["code_verifier"].len() >= 43, "{sent:?}");
    unlink(&mut person, "site").await;
    let trail = person.visit("/account/activity").await.page();
    assert!(trail.text().contains("An account elsewhere could not be linked"), "{}", trail.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_do_not_fit_their_request_link_nothing() {
    let house = House::start().await;
    let mut person = Person::signed_up(&house.server).await;
    let issuer = house.theirs.site.origin.clone();
    for (what, rest, words) in [
        ("denied", format!("error=access_denied&iss={issuer}"), "You said no there."),
        ("error", format!("error=server_error&iss={issuer}"), "The provider said that it cannot sign you in now."),
        ("no code", format!("iss={issuer}"), "something that we cannot accept"),
        // RFC 9207 §2.4.
        ("iss", "code=c&iss=https%3A%2F%2Felsewhere.example".to_owned(), "That answer came from another provider."),
        ("no iss", "code=c".to_owned(), "That answer came from another provider."),
        ("iss of an error", "error=access_denied".to_owned(), "That answer came from another provider."),
    ] {
        let asked = query(&begin(&mut person, "site").await.away());
        let page = person.visit(&format!("{PAGE}/site/callback?state={}&{rest}", asked["state"])).await.page();
        assert!(page.text().contains(words), "{what}: {}", page.text());
        let again = person.visit(&format!("{PAGE}/site/callback?state={}&{rest}", asked["state"])).await.page();
        assert!(again.text().contains("That sign-in is too old"), "{what} again: {}", again.text());
    }
    assert!(house.theirs.site.heard("/token").is_empty(), "no code of a wrong answer was used");

    // The code is not taken.
    house.theirs.site.answers("/token", 400, "application/json", r#"{"error": "invalid_grant"}"#);
    let asked = query(&begin(&mut person, "site").await.away());
    let good = format!("code=c&state={}&iss={issuer}", asked["state"]);
    let page = person.visit(&format!("{PAGE}/site/callback?{good}")).await.page();
    assert!(page.text().contains("The provider did not confirm the sign-in."), "{}", page.text());

    // Somebody else's sign-in, another provider's, one that nobody began.
    let asked = query(&begin(&mut person, "site").await.away());
    house.theirs.tokens(&house.theirs.key.sign(&house.theirs.claims(&asked["nonce"])));
    let good = format!("code=c&state={}&iss={issuer}", asked["state"]);
    let mut other = Person::signed_up(&house.server).await;
    let mut same_elsewhere = person.elsewhere();
    same_elsewhere.sign_in().await;
    for stranger in [&mut other, &mut same_elsewhere] {
        let page = stranger.visit(&format!("{PAGE}/site/callback?{good}")).await.page();
        assert!(page.text().contains("was begun in another browser"), "{}", page.text());
    }
    let page = person.visit(&format!("{PAGE}/second/callback?{good}")).await.page();
    assert!(page.text().contains("That sign-in is too old"), "{}", page.text());
    for state in ["", "x", &"y".repeat(43)] {
        let page = person.visit(&format!("{PAGE}/site/callback?code=c&state={state}&iss={issuer}")).await.page();
        assert!(page.text().contains("That sign-in is too old"), "{state}: {}", page.text());
    }
    assert_eq!(person.visit(&format!("{PAGE}/nowhere/callback?{good}")).await.page().status, 404);
    // What others tried took nothing away from the one who began.
    let page = person.visit(&format!("{PAGE}/site/callback?{good}")).await.page();
    assert!(notice(&page).contains("is linked"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_that_lead_elsewhere_or_are_slow_are_told_in_words() {
    let house = House::start().await;
    let mut person = Person::signed_up(&house.server).await;
    let page = begin(&mut person, "away").await.page();
    assert!(page.text().contains("something that we cannot accept"), "a private address: {}", page.text());

    house.theirs.site.answers("/.well-known/openid-configuration", 302, "text/plain", "");
    let page = begin(&mut person, "site").await.page();
    assert!(page.text().contains("something that we cannot accept"), "a redirect: {}", page.text());
    house.theirs.site.answers("/.well-known/openid-configuration", 503, "text/plain", "");
    let page = begin(&mut person, "site").await.page();
    assert!(page.text().contains("did not answer in time"), "{}", page.text());
    for changes in [
        json!({ "issuer": "https://elsewhere.example" }),
        json!({ "jwks_uri": "http://169.254.169.254/latest/meta-data" }),
        json!({ "jwks_uri": "file:///etc/passwd" }),
        json!({ "authorization_endpoint": 17 }),
    ] {
        house.theirs.publish(&changes);
        let page = begin(&mut person, "site").await.page();
        assert!(page.text().contains("something that we cannot accept"), "{changes}: {}", page.text());
    }

    // A token endpoint that is private, and one that never answers.
    let deaf = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let private = format!("http://{}/token", deaf.local_addr().expect("an address"));
    house.theirs.publish(&json!({ "token_endpoint": private }));
    let asked = query(&begin(&mut person, "site").await.away());
    let back = format!("{PAGE}/site/callback?code=c&state={}&iss={}", asked["state"], house.theirs.site.origin);
    let page = person.visit(&back).await.page();
    assert!(page.text().contains("something that we cannot accept"), "{}", page.text());
    let heard = tokio::time::timeout(Duration::from_millis(100), deaf.accept()).await;
    assert!(heard.is_err(), "nobody called the private address");

    house.theirs.site.is_silent_at("/token");
    house.theirs.publish(&json!({}));
    let asked = query(&begin(&mut person, "site").await.away());
    let back = format!("{PAGE}/site/callback?code=c&state={}&iss={}", asked["state"], house.theirs.site.origin);
    let begun = std::time::Instant::now();
    let page = person.visit(&back).await.page();
    assert!(page.text().contains("did not answer in time"), "{}", page.text());
    assert!(begun.elapsed() < Duration::from_secs(9));
}
