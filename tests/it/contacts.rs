//! Mail addresses and phone numbers through the doors: proven by a code, picked for each app, removed; and what limits,
//! races and other people's identifiers do to them (WALLET.md §10.3, §10.4, §18).

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use social_wallet::accounts::contacts::{self, Added};
use social_wallet::accounts::{self, NewAccount};
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::id::{AccountId, ChallengeId};
use social_wallet::base::{Fault, Seconds};
use social_wallet::error::{Denied, Error};
use social_wallet::store::database::accounts::Role;
use social_wallet::store::database::contacts::ContactKind;
use social_wallet::store::database::jobs::{self, Job};

use crate::stores::{Nodes, on_both};
use crate::support::form::{Form, Page};
use crate::support::person::{Answers, Person};
use crate::support::platform::{Method, NewClient, Platform, Tokens};
use crate::support::server::Server;
use crate::support::site::Site;
use crate::support::{database, eventually, unique};

const PAGE: &str = "/account/contacts";

/// A house in which a second code may be asked for at once.
pub async fn house(settings: &[(&str, &str)]) -> Server {
    let settings: Vec<_> = [("SW__CODES__RESEND", "0s")].iter().chain(settings).copied().collect();
    Server::with(&settings).await
}

pub fn number() -> String {
    format!("+1202{:07}", rand::random::<u32>() % 10_000_000)
}

async fn contacts_page(person: &mut Person) -> Page {
    person.visit(PAGE).await.page()
}

/// Types an address into the form that adds it.
async fn add(person: &mut Person, field: &str, address: &str) -> Page {
    let page = contacts_page(person).await;
    person.submit(&page, &page.form(field).fill(field, address)).await.page()
}

pub async fn enter(person: &mut Person, code: &str) -> Page {
    let page = contacts_page(person).await;
    person.submit(&page, &page.form("code").fill("code", code)).await.page()
}

pub async fn sent_code(server: &Server, field: &str, address: &str, seen: usize) -> String {
    match field {
        "email" => server.letter_to(address, seen).await.code().expect("a code"),
        _ => server.text_to(address, seen).await.code(),
    }
}

/// Adds an address and proves it.
pub async fn prove(server: &Server, person: &mut Person, field: &str, address: &str) {
    let seen = match field {
        "email" => server.letters_to(address),
        _ => server.stores.texts().iter().filter(|text| text.to == address).count(),
    };
    add(person, field, address).await;
    let code = sent_code(server, field, address, seen).await;
    let page = enter(person, &code).await;
    assert_eq!(notice(&page), "You showed that it is yours.", "{}", page.text());
}

fn notice(page: &Page) -> String {
    page.texts(".note.green").join(" ")
}

/// The row of an address, in words.
fn row(page: &Page, address: &str) -> Option<String> {
    page.texts(".rows li").into_iter().find(|row| row.starts_with(address))
}

/// The form of a row that is sent to `…/{deed}`.
fn form(page: &Page, deed: &str, address: &str) -> Form {
    let is_it = |form: &Form| {
        form.action.path() == format!("{PAGE}/{deed}") && form.buttons.iter().any(|one| one.words.contains(address))
    };
    page.forms().into_iter().find(is_it).unwrap_or_else(|| panic!("no {deed} of {address}: {}", page.text()))
}

pub async fn act(person: &mut Person, deed: &str, address: &str) -> Page {
    let page = contacts_page(person).await;
    person.submit(&page, &form(&page, deed, address)).await.page()
}

/// A code of six digits that is not this one.
fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().expect("digits") + 1) % 1_000_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_proven_by_the_code_that_was_sent_there() {
    let server = house(&[]).await;
    let mut person = Person::signed_up(&server).await;
    for (field, address) in [("email", format!("{}@work.example", unique("a-"))), ("phone", number())] {
        for bad in ["", "nobody", "@", "0151 1234567", "+49"] {
            let page = add(&mut person, field, bad).await;
            assert!(page.has(&format!("#{field}-error")), "{field} {bad}: {}", page.text());
            assert_eq!(page.form(field).value(field).as_deref(), Some(bad), "nothing typed is lost");
        }
        let page = add(&mut person, field, &address).await;
        assert!(page.find_form("code").is_some() && page.text().contains(&address), "{}", page.text());
        assert_eq!(row(&page, &address).is_some(), field == "phone", "a mail address is kept once it is proven");
        let first = sent_code(&server, field, &address, 0).await;
        for wrong in ["", "12345", "abcdef", &other_than(&first)] {
            let page = enter(&mut person, wrong).await;
            assert!(page.has("#code-error"), "{wrong}: {}", page.text());
        }
        // Three tries more are left; then the right code comes too late.
        for _ in 0..4 {
            enter(&mut person, &other_than(&first)).await;
        }
        let page = enter(&mut person, &first).await;
        assert!(page.text().contains("Too many wrong codes"), "{}", page.text());
        let page = person.submit(&page, &page.form_to("/code/again")).await.page();
        assert_eq!(notice(&page), "We sent a new code.");
        let second = sent_code(&server, field, &address, 1).await;
        if first != second {
            assert!(enter(&mut person, &first).await.has("#code-error"), "the old code is void");
        }
        let page = enter(&mut person, &second).await;
        assert_eq!(notice(&page), "You showed that it is yours.");
        let told = row(&page, &address).unwrap_or_default();
        assert!(told.contains("Checked") && told.contains("No app is told it"), "{told}");
        assert!(page.find_form("code").is_none(), "nothing waits any more");
        let page = add(&mut person, field, &address).await;
        assert!(page.has(&format!("#{field}-error")), "twice: {}", page.text());
    }
    let told = server.stores.letters().into_iter().filter(|letter| letter.to.contains(&person.email));
    let told: String = told.map(|letter| letter.text).collect();
    for part in ["You added the email address", "You added the phone number"] {
        assert!(told.contains(part), "{told}");
    }
    // Without a code nothing of this is open to another browser.
    let mut elsewhere = person.elsewhere();
    elsewhere.sign_in().await;
    assert!(contacts_page(&mut elsewhere).await.find_form("code").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_3_nobody_learns_whether_an_address_is_another_wallets() {
    let server = house(&[]).await;
    let owner = Person::signed_up(&server).await;
    let mut curious = Person::signed_up(&server).await;
    let free = format!("{}@mail.example", unique("person-"));
    let shown = async |person: &mut Person, email: &str| {
        let page = add(person, "email", email).await;
        (page.status, page.text().replace(email, "x"))
    };
    let seen = server.letters_to(&owner.email);
    assert_eq!(shown(&mut curious, &free).await, shown(&mut curious, &owner.email).await);
    let letter = server.letter_to(&owner.email, seen).await;
    assert_eq!(letter.subject, "Someone tried to add your email address");
    assert_eq!(letter.code(), None);
    for code in ["000000", "123456", "999999"] {
        assert!(enter(&mut curious, code).await.has("#code-error"));
    }
    assert!(row(&contacts_page(&mut curious).await, &owner.email).is_none());
    // Nor is the owner kept out of it.
    assert_eq!(owner.elsewhere().sign_in().await.url.path(), "/account");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_each_proven_address_its_owner_signs_in_until_it_is_removed() {
    let server = house(&[]).await;
    let mut person = Person::signed_up(&server).await;
    let second = format!("{}@work.example", unique("a-"));
    prove(&server, &mut person, "email", &second).await;
    let mut elsewhere = person.elsewhere();
    elsewhere.email = second.clone();
    assert_eq!(elsewhere.sign_in().await.url.path(), "/account");

    let page = contacts_page(&mut person).await;
    let id = form(&page, "remove", &second).value("contact").expect("an identifier");
    assert!(row(&page, &person.email).is_some_and(|row| row.contains("Main") && !row.contains("Remove")));
    let page = act(&mut person, "primary", &second).await;
    assert!(row(&page, &second).is_some_and(|row| row.contains("Main")), "{}", page.text());
    let letter = server.letter_to(&person.email, 0).await;
    assert!(letter.text.contains(&second), "the old main address is told: {}", letter.text);
    let forged = form(&page, "remove", &person.email).forge("contact", &id);
    assert_eq!(person.submit(&page, &forged).await.page().status, 409, "the main address stays");
    let main = person.email.clone();
    act(&mut person, "primary", &main).await;
    let page = act(&mut person, "remove", &second).await;
    assert!(notice(&page) == "It is out of your wallet." && row(&page, &second).is_none(), "{}", page.text());
    let mut elsewhere = person.elsewhere();
    elsewhere.email = second;
    assert_eq!(elsewhere.sign_in().await.url.path(), "/signin/password");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_is_not_there_and_what_is_too_much_is_not_taken() {
    let server = house(&[("SW__LIMITS__EMAILS", "2"), ("SW__LIMITS__PHONES", "2"), ("SW__CODES__RESEND", "60s")]).await;
    let (mut owner, mut stranger) = (Person::signed_up(&server).await, Person::signed_up(&server).await);
    let (theirs, own) = (number(), number());
    add(&mut owner, "phone", &theirs).await;
    let id = form(&contacts_page(&mut owner).await, "prove", &theirs).value("contact").expect("an identifier");
    add(&mut stranger, "phone", &own).await;
    let page = contacts_page(&mut stranger).await;
    for deed in ["prove", "primary", "remove"] {
        for id in [id.as_str(), "con_x", ""] {
            let mut forged = form(&page, "prove", &own).forge("contact", id);
            forged.action = page.url.join(&format!("{PAGE}/{deed}")).expect("a URL");
            assert_eq!(stranger.submit(&page, &forged).await.page().status, 404, "{deed} {id}");
        }
    }
    assert!(row(&contacts_page(&mut owner).await, &theirs).is_some());

    let soon = act(&mut stranger, "prove", &own).await;
    assert!(soon.text().contains("Too many tries"), "a minute lies between two codes: {}", soon.text());
    let again = stranger.submit(&soon, &soon.form_to("/code/again")).await.page();
    assert!(again.text().contains("Too many tries"), "{}", again.text());
    add(&mut stranger, "phone", &number()).await;
    assert!(add(&mut stranger, "phone", &number()).await.has("#phone-error"), "a third number");
    let second = format!("{}@work.example", unique("a-"));
    prove(&server, &mut stranger, "email", &second).await;
    assert!(add(&mut stranger, "email", "third@work.example").await.has("#email-error"), "a third address");
}

/// As if everybody had signed in an hour ago.
async fn an_hour_later(server: &Server) {
    database::execute(&server.stores, "UPDATE sessions SET auth_time = auth_time - 3600000000").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_addresses_needs_a_fresh_sign_in() {
    let server = house(&[]).await;
    let mut person = Person::signed_up(&server).await;
    let phone = number();
    let page = add(&mut person, "phone", &phone).await;
    an_hour_later(&server).await;
    let adds = [page.form("email").fill("email", "a@b.example"), page.form("phone").fill("phone", &number())];
    for form in adds.into_iter().chain([form(&page, "remove", &phone)]) {
        let asked = person.submit(&page, &form).await.page();
        assert_eq!(asked.url.path(), "/signin", "{}", form.action);
    }
    assert!(row(&contacts_page(&mut person).await, &phone).is_some(), "nothing happened");
    let asked = person.submit(&page, &form(&page, "remove", &phone)).await.page();
    let password = person.next_step(&asked).await.page();
    let back = person.next_step(&password).await.page();
    assert_eq!(back.url.path(), PAGE);
    assert!(notice(&back).starts_with("You are signed in again."), "{}", back.text());
    let page = act(&mut person, "remove", &phone).await;
    assert!(row(&page, &phone).is_none(), "{}", page.text());
}

/// What stands for an address on the radio buttons of a line.
fn pick(page: &Page, line: &str, label: &str) -> String {
    let values = page.attributes(&format!("input[name=pick-{line}]"), "value");
    let kind = line.split('-').next().unwrap_or_default();
    let labels = page.texts(&format!("label[for^='pick-{kind}.']"));
    let at = labels.iter().position(|one| one == label);
    at.and_then(|at| values.get(at)).unwrap_or_else(|| panic!("no {label} among {labels:?}")).clone()
}

/// The page of the one app that the person has connected.
async fn app_page(person: &mut Person) -> Page {
    let list = person.visit("/account/apps").await.page();
    person.visit(list.link("/account/apps/").expect("an app").as_str()).await.page()
}

async fn sign_in_picking(platform: &Platform, person: &mut Person, picks: &[(&str, &str)]) -> Tokens {
    let attempt = platform.attempt("openid email phone");
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    let mut form = page.form("decision").tick_only("claim", &["email", "phone_number"]);
    for (line, label) in picks {
        form = form.choose(&format!("pick-{line}"), &pick(&page, line, label));
    }
    let callback = person.submit(&page, &form.press("decision", "allow")).await.away();
    platform.tokens(&attempt, platform.exchange(&attempt, &platform.code(&attempt, &callback)).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_an_app_is_told_the_address_that_was_picked_for_it_and_no_other() {
    let server = house(&[]).await;
    let mut person = Person::signed_up(&server).await;
    let ending = |end: &str| format!("{}{end}", &number()[..10]);
    let (second, proven, typed) = (format!("{}@work.example", unique("a-")), ending("11"), ending("22"));
    prove(&server, &mut person, "email", &second).await;
    prove(&server, &mut person, "phone", &proven).await;
    add(&mut person, "phone", &typed).await;
    let masked = |number: &str| format!("+12 ••• •••• {}", &number[number.len() - 2..]);
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let picks = [("email", second.as_str()), ("phone-number", &masked(&typed))];
    let tokens = sign_in_picking(&platform, &mut person, &picks).await;
    let userinfo = platform.userinfo(&tokens.access).await.json();
    for claims in [&userinfo, &tokens.claims] {
        assert_eq!((claims["email"].as_str(), claims["email_verified"].as_bool()), (Some(&*second), Some(true)));
        let phone = (claims["phone_number"].as_str(), claims["phone_number_verified"].as_bool());
        assert_eq!(phone, (Some(&*typed), Some(false)), "typed, and not proven: {claims}");
    }
    let page = contacts_page(&mut person).await;
    assert!(row(&page, &second).is_some_and(|row| row.contains("1 app is told it")), "{}", page.text());
    assert!(row(&page, &second).is_some_and(|row| row.contains("Orbit Photos")), "who loses it: {}", page.text());

    // Later sign-ins ask nothing and keep the pick, whatever else is added or made the main one.
    let third = format!("{}@third.example", unique("a-"));
    prove(&server, &mut person, "email", &third).await;
    act(&mut person, "primary", &third).await;
    let silent = platform.attempt_with("openid email phone", &[("prompt", Some("none"))]);
    let callback = person.authorize(silent.url.as_str(), &Answers::allow()).await;
    let again = platform.tokens(&silent, platform.exchange(&silent, &platform.code(&silent, &callback)).await).await;
    assert_eq!(again.claims["email"].as_str(), Some(&*second));
    assert_eq!(again.claims["phone_number"].as_str(), Some(&*typed));

    // Another pick: the very next answer to the same token has it.
    let page = app_page(&mut person).await;
    let (main, wanted) = (person.email.clone(), masked(&proven));
    let change = page.form("duration").choose("pick-email", &pick(&page, "email", &main));
    let change = change.choose("pick-phone-number", &pick(&page, "phone-number", &wanted));
    let saved = person.submit(&page, &change).await.page();
    assert_eq!(notice(&saved), "Your changes are saved.", "{}", saved.text());
    let claims = platform.userinfo(&tokens.access).await.json();
    assert_eq!(claims["email"].as_str(), Some(&*main), "{claims}");
    assert_eq!(
        (claims["phone_number"].as_str(), claims["phone_number_verified"].as_bool()),
        (Some(&*proven), Some(true))
    );

    // A picked one that is removed: nothing is told in its place, not even after the page is saved again.
    act(&mut person, "remove", &proven).await;
    let claims = platform.userinfo(&tokens.access).await.json();
    assert!(claims.get("phone_number").is_none() && claims.get("phone_number_verified").is_none(), "{claims}");
    let page = app_page(&mut person).await;
    assert!(page.text().contains("What you picked is no longer in your wallet."), "{}", page.text());
    let page = person.submit(&page, &page.form("duration").choose("duration", "until_stopped")).await.page();
    assert!(platform.userinfo(&tokens.access).await.json().get("phone_number").is_none());
    let change = page.form("duration").choose("pick-phone-number", &pick(&page, "phone-number", &masked(&typed)));
    person.submit(&page, &change).await;
    assert_eq!(platform.userinfo(&tokens.access).await.json()["phone_number"].as_str(), Some(&*typed));

    // Giving another one needs a fresh sign-in, as giving something new does.
    an_hour_later(&server).await;
    let page = app_page(&mut person).await;
    let change = page.form("duration").choose("pick-email", &pick(&page, "email", &second));
    assert_eq!(person.submit(&page, &change).await.page().url.path(), "/signin");
    assert_eq!(platform.userinfo(&tokens.access).await.json()["email"].as_str(), Some(&*main));
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_a_later_main_address_takes_the_place_of_none_that_is_told() {
    let server = house(&[]).await;
    let mut person = Person::signed_up(&server).await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let tokens = platform.sign_in_with(&mut person, platform.attempt("openid email"), &Answers::only(&["email"])).await;
    let second = format!("{}@work.example", unique("a-"));
    prove(&server, &mut person, "email", &second).await;
    act(&mut person, "primary", &second).await;
    let told = platform.userinfo(&tokens.access).await.json();
    assert_eq!(told["email"].as_str(), Some(&*person.email), "what was agreed to is what is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_4_a_number_that_another_wallet_proves_is_contested() {
    let server = house(&[]).await;
    let (mut first, mut second) = (Person::signed_up(&server).await, Person::signed_up(&server).await);
    let phone = number();
    prove(&server, &mut first, "phone", &phone).await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let answers = Answers::only(&["phone_number"]);
    let tokens = platform.sign_in_with(&mut first, platform.attempt("openid phone"), &answers).await;
    let is_verified = async || platform.userinfo(&tokens.access).await.json()["phone_number_verified"].as_bool();
    assert_eq!(is_verified().await, Some(true));
    prove(&server, &mut second, "phone", &phone).await;
    assert_eq!(is_verified().await, Some(false));
    let letter = eventually("its owner is told", std::time::Duration::from_secs(20), async || {
        let letters = server.stores.letters().into_iter().filter(|letter| letter.to.contains(&first.email));
        letters.into_iter().find(|letter| letter.subject == "A phone number of yours is checked no longer")
    })
    .await;
    assert!(letter.text.contains(&phone) && letter.text.contains(PAGE), "{}", letter.text);
    let page = contacts_page(&mut first).await;
    assert!(row(&page, &phone).is_some_and(|row| row.contains("Not checked")), "{}", page.text());
    // Whoever has the phone takes it back.
    let sent = server.stores.texts().iter().filter(|text| text.to == phone).count();
    act(&mut first, "prove", &phone).await;
    let code = server.text_to(&phone, sent).await.code();
    enter(&mut first, &code).await;
    assert_eq!(is_verified().await, Some(true));
    assert!(row(&contacts_page(&mut second).await, &phone).is_some_and(|row| row.contains("Not checked")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_gets_signed_messages_until_it_takes_them() {
    const KEY: &str = "a key of the gateway, long enough for anybody";
    let site = Site::http().await;
    site.says("/sms", "text/plain", "here");
    let settings = [
        ("SW__SMS__GATEWAY", "http"),
        ("SW__SMS__URL", &*site.url("/sms")),
        ("SW__SMS__SECRET", KEY),
        ("SW__OUTBOUND__ALLOW", &*site.host()),
    ];
    let server = Server::with(&settings).await;
    let mut person = Person::signed_up(&server).await;
    let phone = number();
    site.answers("/sms", 503, "text/plain", "later");
    add(&mut person, "phone", &phone).await;
    let posts = async |times: usize| {
        eventually("messages at the gateway", std::time::Duration::from_secs(20), async || {
            let posts = site.heard("/sms").into_iter().filter(|heard| heard.method == "POST").collect::<Vec<_>>();
            (posts.len() >= times).then_some(posts)
        })
        .await
    };
    posts(1).await;
    site.says("/sms", "text/plain", "taken");
    let heard = posts(2).await;
    let [first, second] = &heard[..2] else { panic!("{heard:?}") };
    for one in [first, second] {
        let header = |name: &str| one.header(name).unwrap_or_else(|| panic!("no {name}"));
        let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(KEY.as_bytes()).expect("a key");
        mac.update(format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), one.body).as_bytes());
        assert_eq!(header("webhook-signature"), format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));
    }
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"), "one message, tried twice");
    let body: serde_json::Value = serde_json::from_str(&second.body).expect("JSON");
    assert_eq!(body["to"].as_str(), Some(&*phone));
    let text = body["text"].as_str().expect("a text");
    let code = text.rsplit_once("\n\n@127.0.0.1 #").expect("the line for browsers").1;
    let page = enter(&mut person, code).await;
    assert_eq!(notice(&page), "You showed that it is yours.", "{}", page.text());
    let http = crate::support::platform::http();
    let ready = http.get(format!("{}/health/ready", server.operations)).send().await.expect("an answer");
    let ready: serde_json::Value = ready.json().await.expect("JSON");
    assert_eq!(
        (ready["parts"]["sms"]["kind"].as_str(), ready["parts"]["sms"]["ok"].as_bool()),
        (Some("http"), Some(true))
    );
    let log = server.log();
    for secret in [&phone[1..], code, KEY, &person.email] {
        assert!(!log.contains(secret), "the log has {secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_gateway_a_number_is_kept_and_not_proven() {
    let server = Server::with(&[("SW__SMS__GATEWAY", "off")]).await;
    let mut person = Person::signed_up(&server).await;
    let phone = number();
    let page = add(&mut person, "phone", &phone).await;
    assert_eq!(notice(&page), "The number is in your wallet.");
    assert!(page.find_form("code").is_none() && !page.text().contains("Check it by SMS"), "{}", page.text());
    let mut forged = form(&page, "remove", &phone);
    forged.action = page.url.join(&format!("{PAGE}/prove")).expect("a URL");
    assert_eq!(person.submit(&page, &forged).await.page().status, 404);
}

async fn account(app: &App, name: &str) -> AccountId {
    let new = NewAccount {
        email: format!("{name}@mail.example"),
        password: None,
        locale: None,
        role: Role::Person,
        values: Vec::new(),
    };
    accounts::create(app, new, &Origin::house()).await.expect("an account")
}

/// The code of the newest message to a number that waits.
async fn code_to(app: &App, number: &str) -> String {
    let rows = app.db.read::<_, Fault, _>(|conn| Box::pin(jobs::held_after(conn, None, 10_000))).await;
    let rows = rows.expect("the queue");
    let code = |row: &jobs::Row| match row.job(&app.sealers.job) {
        Ok(Job::Sms { to, code, .. }) if to == number => Some(code),
        _ => None,
    };
    rows.iter().rev().find_map(code).expect("a message")
}

async fn begin(app: &App, account: AccountId, number: &str) -> ChallengeId {
    match contacts::add_phone(app, account, number, "en", &Origin::house()).await {
        Ok(Added::Waiting(id)) => id,
        Ok(Added::Later(denied)) => panic!("{denied:?}"),
        Ok(Added::Kept) => panic!("no code"),
        Err(error) => panic!("{error:?}"),
    }
}

async fn proven(app: &App, account: AccountId) -> BTreeSet<String> {
    let all = contacts::list(app, account).await.expect("a list");
    let proven = all.into_iter().filter(|one| one.kind == ContactKind::Phone && one.verified_at.is_some());
    proven.map(|one| one.text).collect()
}

fn advance(house: &Nodes, by: Seconds) {
    let [a, b] = &house.nodes;
    a.clock.advance(by);
    if a.now() != b.now() {
        b.clock.advance(by);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_nodes_that_prove_one_number_one_has_it_in_the_end() {
    on_both(async |house: Nodes| {
        let [a, b] = &house.nodes;
        let origin = Origin::house();
        for round in 0..12 {
            let number = format!("+4915{round:03}345678");
            let (one, two) = (account(a, &format!("one{round}")).await, account(a, &format!("two{round}")).await);
            // The second code voids the first, so both are tried with what is right for each: one code a wallet.
            let first = begin(a, one, &number).await;
            let code = code_to(a, &number).await;
            let (left, right) = tokio::join!(
                contacts::prove(a, one, first, &code, &origin),
                contacts::prove(b, one, first, &code, &origin)
            );
            assert_eq!(
                usize::from(left.is_ok()) + usize::from(right.is_ok()),
                1,
                "{}: a code counts once",
                a.db.name()
            );
            advance(&house, Seconds::hours(2));
            let second = begin(a, two, &number).await;
            let code = code_to(a, &number).await;
            // Meanwhile the first wallet is asked about it again, on the other node.
            let (taken, refused) = tokio::join!(
                contacts::prove(a, two, second, &code, &origin),
                contacts::prove(b, one, second, &code, &origin)
            );
            taken.unwrap_or_else(|error| panic!("{error:?}"));
            assert!(matches!(refused, Err(Error::Denied(Denied::Expired))), "another's challenge");
            let holders = [proven(b, one).await, proven(b, two).await];
            assert!(holders[0].is_empty() && holders[1].contains(&number), "{}", a.db.name());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s18_codes_are_counted_in_the_database() {
    on_both(async |house: Nodes| {
        let [a, b] = &house.nodes;
        let origin = Origin::house();
        let too_many = |outcome: &Result<(), Error>| matches!(outcome, Err(Error::Denied(Denied::TooMany { .. })));
        let person = account(a, "amina").await;
        let id = begin(a, person, "+4915112345678").await;
        let resend = async |node: &App| contacts::resend(node, person, id, &origin).await;
        assert!(too_many(&resend(b).await), "{}: a minute lies between two", a.db.name());
        // 3 in 10 minutes, 5 in an hour, 10 a day; the first is the one of above.
        let mut sent = 1;
        for minute in 1..=60 * 23 {
            advance(&house, Seconds::minutes(1));
            match resend(if minute % 2 == 0 { a } else { b }).await {
                Ok(()) => sent += 1,
                outcome => assert!(too_many(&outcome), "{outcome:?}"),
            }
            let most = match minute {
                ..10 => 3,
                10..60 => 5,
                _ => 10,
            };
            assert!(sent <= most, "{}: {sent} codes within {minute} minutes", a.db.name());
        }
        assert_eq!(sent, 10);

        // One range of numbers, many people: 30 in an hour.
        advance(&house, Seconds::days(2));
        let mut sent = 0;
        for n in 0..40 {
            let person = account(a, &format!("p{n}")).await;
            let added = contacts::add_phone(a, person, &format!("+49151200000{n:02}"), "en", &origin).await;
            sent += usize::from(matches!(added, Ok(Added::Waiting(_))));
        }
        assert_eq!(sent, 30, "{}", a.db.name());
        let other = account(a, "elsewhere").await;
        begin(a, other, "+4916012345678").await;

        // Mail: 3 an hour to one address, whoever asks; too old is too old.
        let (mut id, mut sent) = (None, 0);
        for n in 0..5 {
            let person = account(a, &format!("m{n}")).await;
            if let Ok(begun) = contacts::add_email(b, person, "free@mail.example", "en", &origin).await {
                (id, sent) = (Some((person, begun)), sent + 1);
            }
        }
        assert_eq!(sent, 3, "{}", a.db.name());
        let (person, id) = id.expect("a challenge");
        assert!(contacts::waiting(a, person, id).await.expect("read").is_some());
        assert!(contacts::waiting(a, other, id).await.expect("read").is_none(), "another's");
        advance(&house, Seconds::minutes(10));
        assert!(contacts::waiting(a, person, id).await.expect("read").is_none());
        let late = contacts::prove(a, person, id, "123456", &origin).await;
        assert!(matches!(late, Err(Error::Denied(Denied::Expired))), "{late:?}");
    })
    .await;
}
