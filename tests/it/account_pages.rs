//! The wallet's own pages and the operator's, through the doors: what a person sees, changes and stops.

use std::time::Duration;

use serde_json::Value;
use social_wallet::web::ROUTES;
use social_wallet::web::door::{Door, Verb};
use url::Url;

use crate::media::files::jpeg;
use crate::support::desk::Applicant;
use crate::support::form::Page;
use crate::support::hand::Hand;
use crate::support::person::{Answers, Person, encode};
use crate::support::platform::{Method, NewClient, Platform, Tokens};
use crate::support::server::Server;

/// Every field of the profile's form, what is typed, and what is kept.
const TYPED: &[(&str, &str, &str)] = &[
    ("name", "Amina Yusuf", "Amina Yusuf"),
    ("given_name", "Amina", "Amina"),
    ("middle_name", " B. ", "B."),
    ("family_name", "Yusuf", "Yusuf"),
    ("nickname", "أمينة", "أمينة"),
    ("preferred_username", "amina_y", "amina_y"),
    ("birthdate", "1990-04-01", "1990-04-01"),
    ("gender", "woman", "woman"),
    ("profile", "https://amina.example/about", "https://amina.example/about"),
    ("website", "https://amina.example", "https://amina.example/"),
    ("street_address", "1 <Main> Way\r\nFlat 2", "1 <Main> Way\nFlat 2"),
    ("postal_code", "10115", "10115"),
    ("locality", "Berlin", "Berlin"),
    ("region", "Berlin", "Berlin"),
    ("country", "Germany", "Germany"),
    ("locale", "de-de", "de-DE"),
    ("zoneinfo", "Europe/Berlin", "Europe/Berlin"),
    ("wallet_display_name", "Mina", "Mina"),
    ("wallet_headline", "Street photographer", "Street photographer"),
    ("wallet_pronouns", "she/her", "she/her"),
    ("wallet_bio", "Old lenses.\r\nEarly mornings.", "Old lenses.\nEarly mornings."),
    ("wallet_location", "Cairo", "Cairo"),
    ("wallet_links", "https://a.example\r\nhttps://b.example/x", "https://a.example/\nhttps://b.example/x"),
    ("wallet_languages", "AR\r\nen", "ar\nen"),
    ("wallet_interests", "Trams\r\n\r\nTea", "Trams\nTea"),
    ("wallet_accent_color", "#1D4ED8", "#1d4ed8"),
];

const EDIT: &str = "/account/profile/edit";

/// Fills some fields of the profile's form and sends it.
async fn edit(person: &mut Person, fields: &[(&str, &str)]) -> Page {
    let page = person.visit(EDIT).await.page();
    let mut form = page.form("given_name");
    for (name, value) in fields {
        form = form.fill(name, value);
    }
    person.submit(&page, &form).await.page()
}

async fn fill_profile(person: &mut Person) {
    let fields: Vec<_> = TYPED.iter().map(|(name, typed, _)| (*name, *typed)).collect();
    let saved = edit(person, &fields).await;
    assert_eq!((saved.status, saved.url.path()), (200, "/account/profile"), "{}", saved.text());
}

async fn field(person: &mut Person, name: &str) -> String {
    let page = person.visit(EDIT).await.page();
    page.form("given_name").value(name).unwrap_or_else(|| panic!("no field {name}"))
}

/// A platform that a person with a full profile shares some lines with.
async fn connected(server: &Server, claims: &[&str]) -> (Platform, Person, Tokens) {
    let mut person = Person::signed_up(server).await;
    fill_profile(&mut person).await;
    let platform = Platform::at(server, &NewClient::new(Method::Basic)).await;
    let attempt = platform.attempt("openid profile email");
    let tokens = platform.sign_in_with(&mut person, attempt, &Answers::only(claims)).await;
    (platform, person, tokens)
}

/// The page of the one app that the person has connected.
async fn app_page(person: &mut Person) -> Page {
    let list = person.visit("/account/apps").await.page();
    let link = list.link("/account/apps/").unwrap_or_else(|| panic!("no app: {}", list.text()));
    person.visit(link.as_str()).await.page()
}

fn notice(page: &Page) -> String {
    page.texts(".note.green").join(" ")
}

/// WALLET §4.1: a scope of our own, decided line by line, told with the types that the lines have.
#[tokio::test(flavor = "multi_thread")]
async fn the_social_profile_is_shared_line_by_line() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    fill_profile(&mut person).await;
    let client = NewClient::new(Method::Basic).with("--scope", "openid wallet.profile");
    let platform = Platform::at(server, &client).await;
    let ticked = Answers::only(&["wallet_bio", "wallet_links", "wallet_languages"]);
    let tokens = platform.sign_in_with(&mut person, platform.attempt("openid wallet.profile"), &ticked).await;
    let told = platform.userinfo(&tokens.access).await.json();
    let wanted = serde_json::json!({
        "sub": tokens.claims["sub"],
        "wallet_bio": "Old lenses.\nEarly mornings.",
        "wallet_links": ["https://a.example/", "https://b.example/x"],
        "wallet_languages": ["ar", "en"],
    });
    assert_eq!(told, wanted);
    let asked = platform.attempt("openid wallet.profile").url;
    assert!(person.visit(asked.as_str()).await.away().as_str().contains("code="), "decided lines are not asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_kept_shown_and_emptied() {
    let server = Server::shared().await;
    let (_, mut person, _) = connected(server, &["name", "nickname"]).await;
    let form = person.visit(EDIT).await.page().form("given_name");
    for (name, _, kept) in TYPED {
        assert_eq!(form.value(name).as_deref(), Some(*kept), "{name}");
    }
    let shown = person.visit("/account/profile").await.page();
    let rows = shown.texts(".summary > div");
    let row = |label: &str| rows.iter().find(|row| row.starts_with(label)).cloned().unwrap_or_default();
    assert!(row("Name").contains("Amina Yusuf") && row("Name").contains("Shared with 1 app"), "{rows:?}");
    assert!(row("Street").contains("1 <Main> Way Flat 2") && !row("Street").contains("Shared"), "{rows:?}");
    assert!(row("Email address").contains(&person.email) && row("Email address").contains("Checked"), "{rows:?}");

    let empty: Vec<_> = TYPED.iter().map(|(name, ..)| (*name, " ")).filter(|(name, _)| *name != "name").collect();
    let saved = edit(&mut person, &empty).await;
    assert_eq!(notice(&saved), "Your changes are saved.");
    let form = person.visit(EDIT).await.page().form("given_name");
    for (name, ..) in TYPED {
        let left = if *name == "name" { "Amina Yusuf" } else { "" };
        assert_eq!(form.value(name).as_deref(), Some(left), "{name}");
    }
    assert!(person.visit("/account").await.page().text().contains("1 line filled"));
    let told = person.visit("/account/activity?kind=security").await.page();
    assert!(told.text().contains("You changed your profile: First name,"), "{}", told.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_told_at_its_field_and_nothing_is_lost() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    fill_profile(&mut person).await;
    let long = "x".repeat(2001);
    for (name, typed) in [
        ("name", long.as_str()),
        ("birthdate", "1990-02-30"),
        ("birthdate", "3 May 1990"),
        ("birthdate", "2999-01-01"),
        ("website", "javascript:alert(1)"),
        ("postal_code", "123456789012345678901"),
        ("street_address", long.as_str()),
        ("locale", "pt_BR"),
        ("zoneinfo", "Berlin"),
    ] {
        let page = edit(&mut person, &[(name, typed), ("nickname", "Mimi"), ("gender", "<b>")]).await;
        assert_eq!(page.url.path(), EDIT, "{name} {typed}");
        assert!(page.title().starts_with("Error: "), "{name} {typed}: {}", page.title());
        assert!(page.has(&format!("#{name}-error")), "{name} {typed}: {}", page.text());
        assert!(page.has(&format!("#problem a[href='#{name}']")), "{name} {typed}: {}", page.text());
        let form = page.form("given_name");
        let kept = |field: &str| form.value(field).unwrap_or_default();
        assert_eq!((kept(name).as_str(), kept("nickname").as_str(), kept("gender").as_str()), (typed, "Mimi", "<b>"));
        if name == "birthdate" {
            let shows = page.attributes("#birthdate", "type");
            assert_eq!(shows == ["date"], typed == "2999-01-01", "{typed}: a date field shows dates alone");
        }
        assert_eq!(field(&mut person, "nickname").await, "أمينة", "{name} {typed}: all or nothing is kept");
    }
    // OIDC Core §5.1: the year may be left out, and so may the day.
    for date in ["1990", "0000-04-01"] {
        assert_eq!(notice(&edit(&mut person, &[("birthdate", date)]).await), "Your changes are saved.");
        let page = person.visit(EDIT).await.page();
        assert_eq!(page.attributes("#birthdate", "type"), ["text"], "a date field would lose {date}");
        assert_eq!(page.form("given_name").value("birthdate").as_deref(), Some(date));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_switches_of_an_app_work_at_once() {
    let server = Server::shared().await;
    let (platform, mut person, tokens) = connected(server, &["name", "email"]).await;
    let list = person.visit("/account/apps").await.page();
    assert!(list.text().contains("Shares: Name and Email address"), "{}", list.text());
    assert!(person.visit("/account").await.page().text().contains("1 app can see your details"));

    let page = app_page(&mut person).await;
    let form = page.form("duration");
    assert_eq!(form.ticked("claim"), ["name", "email"]);
    assert!(form.offers("claim").iter().any(|line| line == "nickname"), "what was refused can be allowed here");
    assert_eq!(form.value("duration").as_deref(), Some("days90"));
    let saved = person.submit(&page, &form.tick_only("claim", &["name", "nickname"])).await.page();
    assert_eq!(notice(&saved), "Your changes are saved.");
    assert_eq!(saved.form("duration").ticked("claim"), ["name", "nickname"]);
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");

    // Signing in again asks nothing: both lines were decided about.
    let attempt = platform.attempt("openid profile email");
    let callback = person.authorize(attempt.url.as_str(), &Answers::deny()).await;
    let answer = platform.exchange(&attempt, &platform.code(&attempt, &callback)).await;
    let claims = platform.userinfo(&platform.tokens(&attempt, answer).await.access).await.json();
    assert_eq!((claims["name"].as_str(), claims["nickname"].as_str()), (Some("Amina Yusuf"), Some("أمينة")));
    assert!(claims.get("email").is_none(), "{claims}");

    // A line stays shared while the wallet has no value for it, and has a way to add one.
    edit(&mut person, &[("nickname", "")]).await;
    let page = app_page(&mut person).await;
    assert!(page.link("/account/profile/edit#nickname").is_some(), "{}", page.text());
    let saved = person.submit(&page, &page.form("duration").choose("duration", "until_stopped")).await.page();
    assert_eq!(saved.form("duration").ticked("claim"), ["name", "nickname"]);
    assert!(saved.text().contains("Until you stop it."), "{}", saved.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_is_done_before_the_page_says_so() {
    let server = Server::shared().await;
    let (platform, mut person, tokens) = connected(server, &["name"]).await;
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    let page = app_page(&mut person).await;
    assert!(page.texts(".log li").iter().any(|row| row.contains("Name")), "{}", page.text());
    let ask = person.visit(page.link("/stop").expect("a way to stop").as_str()).await.page();
    assert!(ask.text().contains("may keep what it already saved"), "{}", ask.text());
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200, "asking stops nothing");

    let form = ask.form_to("/stop");
    let answered = person.request(&form.action, Some(encode(&form.pairs())), Some(&ask.url)).await;
    assert_eq!(answered.status, 303);
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    let list = person.visit(answered.header("location").expect("a page")).await.page();
    assert_eq!(notice(&list), "Sharing is stopped. The app can read nothing more.");
    assert!(list.text().contains("No app can see your details.") && list.text().contains("No longer shared"));

    let ended = app_page(&mut person).await;
    assert!(ended.find_form("duration").is_none() && ended.link("/stop").is_none(), "{}", ended.text());
    assert_eq!(ended.texts(".log .refused").len(), 1, "{}", ended.text());
    let late = person.submit(&page, &page.form("duration")).await.page();
    assert_eq!(late.status, 400, "an old page brings nothing back: {}", late.text());
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_more_needs_a_fresh_sign_in() {
    let server = Server::with(&[("SW__SESSIONS__FRESH", "2s")]).await;
    let (platform, mut person, tokens) = connected(&server, &["name", "email"]).await;
    tokio::time::sleep(Duration::from_millis(2100)).await;

    let page = app_page(&mut person).await;
    let less = page.form("duration").tick_only("claim", &["name"]).choose("duration", "once");
    let saved = person.submit(&page, &less).await.page();
    assert_eq!(notice(&saved), "Your changes are saved.", "taking away needs nothing");
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");

    for (lines, duration) in [(&["name", "nickname"][..], "once"), (&["name"], "days90"), (&[], "until_stopped")] {
        let page = app_page(&mut person).await;
        let wish = page.form("duration").tick_only("claim", lines).choose("duration", duration);
        let asked = person.submit(&page, &wish).await.page();
        assert_eq!(asked.url.path(), "/signin", "{lines:?} {duration}");
        let now = app_page(&mut person).await.form("duration");
        assert_eq!((now.ticked("claim"), now.value("duration")), (vec!["name".to_owned()], Some("once".to_owned())));
        // Back with the choice as it was made, once the person has shown who they are.
        let password = person.next_step(&asked).await.page();
        let back = person.next_step(&password).await.page();
        let form = back.form("duration");
        assert_eq!((form.ticked("claim"), form.value("duration").as_deref()), (wish.ticked("claim"), Some(duration)));
        assert!(notice(&back).starts_with("You are signed in again."), "{}", back.text());
        tokio::time::sleep(Duration::from_millis(2100)).await;
    }
    let page = app_page(&mut person).await;
    let wish = page.form("duration").tick_only("claim", &["name", "nickname"]);
    let asked = person.submit(&page, &wish).await.page();
    let password = person.next_step(&asked).await.page();
    let back = person.next_step(&password).await.page();
    let saved = person.submit(&back, &back.form("duration")).await.page();
    assert_eq!(notice(&saved), "Your changes are saved.");
    assert_eq!(saved.form("duration").ticked("claim"), ["name", "nickname"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_is_not_there() {
    let server = Server::shared().await;
    let (platform, mut owner, tokens) = connected(server, &["name"]).await;
    let (_, mut stranger, _) = connected(server, &["name"]).await;
    let (theirs, own) = (app_page(&mut owner).await, app_page(&mut stranger).await);
    let id = theirs.url.path().rsplit('/').next().expect("an id").to_owned();
    for path in [format!("/account/apps/{id}"), format!("/account/apps/{id}/stop"), "/account/apps/x".to_owned()] {
        assert_eq!(stranger.visit(&path).await.page().status, 404, "{path}");
        let mut form = own.form("duration");
        form.action = own.url.join(&path).expect("a URL");
        assert_eq!(stranger.submit(&own, &form).await.page().status, 404, "POST {path}");
    }
    let listed = owner.visit("/account/sessions").await.page();
    let form = listed.form("session");
    let session = form.value("session").expect("a session");
    let own = stranger.visit("/account/sessions").await.page();
    stranger.submit(&own, &own.form("session").forge("session", &session)).await;
    assert_eq!(owner.visit("/account").await.page().url.path(), "/account", "still signed in");
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    let seen = stranger.visit(&format!("/account/activity?app={}", platform.client.id)).await.page();
    assert!(!seen.text().contains(&platform.client.id), "{}", seen.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_activity_page_tells_who_read_what() {
    let server = Server::shared().await;
    let (platform, mut person, tokens) = connected(server, &["name", "email"]).await;
    for _ in 0..60 {
        assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    }
    let page = person.visit("/account/activity").await.page();
    let newest = page.texts(".log li").into_iter().next().expect("a row");
    assert!(newest.contains("Orbit Photos read: Name and Email address"), "{newest}");
    assert!(newest.contains("and 49 more times") && newest.contains("UserInfo"), "equal reads are one row: {newest}");
    assert_eq!(page.texts("main h2"), ["Today"]);
    let older = page.link("before=").expect("older activity");
    let older = person.visit(older.as_str()).await.page();
    let all = older.text();
    for sentence in
        ["You signed in.", "You created your wallet.", "You shared with Orbit Photos : Name and Email address"]
    {
        assert!(all.contains(sentence), "{sentence}: {all}");
    }
    let reads = person.visit(&format!("/account/activity?kind=reads&app={}", platform.client.id)).await.page();
    assert!(reads.texts(".log li").iter().all(|row| row.contains("Orbit Photos read")), "{}", reads.text());
    assert_eq!(reads.form("kind").value("app").as_deref(), Some(&*platform.client.id));
    assert!(reads.link("before=").expect("older").as_str().contains("kind=reads"));
    let security = person.visit("/account/activity?kind=security").await.page();
    assert!(security.texts(".log li").iter().all(|row| !row.contains("Orbit Photos")), "{}", security.text());

    person.headers.push(("accept-language".to_owned(), "ar".to_owned()));
    let page = app_page(&mut person).await;
    person.submit(&page, &page.form("duration").tick_only("claim", &[])).await;
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    let page = person.visit("/account/activity?kind=reads").await.page();
    let refused = page.texts(".log li.refused");
    assert_eq!(refused.len(), 1, "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_are_signed_out_from_another() {
    let server = Server::shared().await;
    let mut here = Person::signed_up(server).await;
    let (mut there, mut third) = (here.elsewhere(), here.elsewhere());
    there.headers.push(("user-agent".to_owned(), "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned()));
    there.sign_in().await;
    third.sign_in().await;
    let page = here.visit("/account/sessions").await.page();
    assert_eq!(page.texts(".rows li").len(), 3, "{}", page.text());
    assert!(page.texts(".rows li")[0].contains("This browser"), "{}", page.text());
    let rows = page.forms().into_iter().filter(|form| form.has("session")).collect::<Vec<_>>();
    let at = page.texts(".rows li").iter().position(|row| row.contains("Firefox on Linux")).expect("the other browser");
    let done = here.submit(&page, &rows[at]).await.page();
    assert_eq!(notice(&done), "That browser is signed out.");
    assert_eq!(there.visit("/account").await.page().url.path(), "/signin");
    assert_eq!(third.visit("/account").await.page().url.path(), "/account");

    there.sign_in().await;
    let page = here.visit("/account/sessions").await.page();
    let done = here.submit(&page, &page.form_to("/end-others")).await.page();
    assert_eq!(notice(&done), "Every other browser is signed out.");
    for other in [&mut there, &mut third] {
        assert_eq!(other.visit("/account").await.page().url.path(), "/signin");
    }
    let page = here.visit("/account/sessions").await.page();
    let gone = here.submit(&page, &page.form("session")).await.page();
    assert_eq!(gone.url.path(), "/signin", "signing this browser out: {}", gone.text());
    assert!(here.jar.find("sw").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_signs_every_other_browser_out() {
    let server = Server::shared().await;
    let mut here = Person::signed_up(server).await;
    let mut there = here.elsewhere();
    there.sign_in().await;
    let page = here.visit("/account/security").await.page();
    let fill = |current: &str, new: &str| page.form("current").fill("current", current).fill("password", new);
    let fresh = "a walk along three rivers";
    for (current, new, field) in [("wrong one", fresh, "current"), (&*here.password.clone(), "short", "password")] {
        let told = here.submit(&page, &fill(current, new)).await.page();
        assert!(told.has(&format!("#{field}-error")), "{}", told.text());
        assert!(!told.body.contains(current) && !told.body.contains(fresh), "passwords are never shown again");
        assert_eq!(there.visit("/account").await.page().url.path(), "/account", "nothing happened");
    }
    let done = here.submit(&page, &fill(&here.password.clone(), fresh)).await.page();
    assert_eq!(notice(&done), "Your password is changed.");
    assert!(done.text().contains("1 browser is signed in"), "{}", done.text());
    assert_eq!(there.visit("/account").await.page().url.path(), "/signin");
    assert_eq!(there.sign_in().await.url.path(), "/signin/password", "the old password is over");
    there.password = fresh.to_owned();
    assert_eq!(there.sign_in().await.url.path(), "/account");
}

/// A route's path with something in the place of its names.
fn path_of(route: &str, id: &str) -> String {
    route.replace(":id", id).replace(":token", "x")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_counts_without_the_token_of_its_page() {
    let server = Server::shared().await;
    let (platform, mut person, tokens) = connected(server, &["name"]).await;
    let mut other = person.elsewhere();
    other.sign_in().await;
    let mut stranger = Person::signed_up(server).await;
    let foreign = stranger.visit(EDIT).await.page().form("given_name").value("csrf").expect("a token");
    let page = app_page(&mut person).await;
    let grant = page.url.path().rsplit('/').next().expect("an id").to_owned();
    // These two are for platforms, whose pages have no token of ours.
    let theirs = ["/authorize", "/logout"];
    let posts = ROUTES.iter().filter(|row| row.verb == Verb::Post && row.door == Door::Page);
    let evil = Url::parse("https://evil.example/").expect("a URL");
    let mut tried = 0;
    for row in posts.filter(|row| !theirs.contains(&row.path)) {
        let url = page.url.join(&path_of(row.path, &grant)).expect("a URL");
        for token in ["", &*foreign] {
            let fields = [("csrf", token), ("name", "Mallory"), ("given_name", "Mallory"), ("theme", "dark")];
            let more = [("current", &*person.password), ("password", "a walk along three rivers"), ("language", "ar")];
            let pairs: Vec<_> =
                fields.iter().chain(&more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let answer = person.request(&url, Some(encode(&pairs)), Some(&page.url)).await;
            assert!((400..500).contains(&answer.status), "{} with {token:?}: {}", row.path, answer.status);
        }
        let sent = page.form("duration").pairs();
        let answer = person.request(&url, Some(encode(&sent)), Some(&evil)).await;
        assert!(matches!(answer.status, 403 | 404), "{} from elsewhere: {}", row.path, answer.status);
        tried += 1;
    }
    assert!(tried >= 20, "{tried} routes");
    assert_eq!(field(&mut person, "name").await, "Amina Yusuf");
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    assert_eq!(other.visit("/account").await.page().url.path(), "/account", "the other browser is still signed in");
    assert_eq!(person.elsewhere().sign_in().await.url.path(), "/account", "the password is the same");
    assert!(person.jar.find("sw-lang").is_none() && person.jar.find("sw-theme").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_signed_in_signs_in_first_and_comes_back() {
    let server = Server::shared().await;
    let (_, mut person, _) = connected(server, &["name"]).await;
    let grant = app_page(&mut person).await.url.path().rsplit('/').next().expect("an id").to_owned();
    let receipts = person.visit("/account/receipts").await.page();
    let receipt = receipts.link("/account/receipts/").expect("a receipt");
    let receipt = receipt.path().rsplit('/').next().expect("an id").to_owned();
    let hand = Hand::with(server, person).await;
    let photo = hand.upload(&jpeg(40, 30)).await;
    hand.ready(&photo).await;
    let mut applicant = Applicant::with(server, hand.person).await;
    let case = applicant.begin("passport", "document").await;
    let person = applicant.hand.person;
    let is_personal = |path: &str| ["/account", "/admin"].iter().any(|start| path.starts_with(start));
    // A bundle is no page, and there is none of this grant's name.
    let is_bundle = |path: &str| path.starts_with("/account/privacy/") && path.contains(':');
    // Nobody comes back from a provider that is not there.
    let is_bundle = |path: &str| is_bundle(path) || path.contains(":provider");
    let pages = ROUTES.iter().filter(|row| row.verb == Verb::Get && is_personal(row.path) && !is_bundle(row.path));
    let mut tried = 0;
    for row in pages {
        let id = match row.path {
            path if path.starts_with("/account/media") => &photo,
            path if path.starts_with("/account/receipts") => &receipt,
            path if path.starts_with("/account/verification") => &case,
            _ => &grant,
        };
        let path = format!("{}?x=1", path_of(row.path, id));
        let mut other = person.elsewhere();
        let asked = other.visit(&path).await.page();
        assert_eq!(asked.url.path(), "/signin", "{path}");
        let password = other.next_step(&asked).await.page();
        let back = other.next_step(&password).await.page();
        assert_eq!(&back.url[url::Position::BeforePath..], path);
        assert_eq!(back.status, if row.path.starts_with("/admin") { 403 } else { 200 }, "{path}: {}", back.text());
        tried += 1;
    }
    assert!(tried >= 9, "{tried} pages");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_operators_administer() {
    let server = Server::with(&[("SW__SESSIONS__FRESH", "2s")]).await;
    let (platform, mut person, _) = connected(&server, &["name"]).await;
    assert_eq!(person.visit("/admin").await.page().status, 403);
    assert!(!person.visit("/account").await.page().text().contains("Administration"));
    let security = person.visit("/account/security").await.page();
    for deed in ["verify-domain", "unverify-domain", "disable", "enable"] {
        let mut form = security.form("current").forge("client", &platform.client.id);
        form.action = security.url.join(&format!("/admin/clients/{deed}")).expect("a URL");
        assert_eq!(person.submit(&security, &form).await.page().status, 403, "{deed}");
    }

    let mut operator = Person::new(&server);
    let answer: Value = serde_json::from_str(&server.cli(&["admin", "setup-link", "--json"])).expect("JSON");
    let link = answer["url"].as_str().expect("a link").to_owned();
    assert_eq!(operator.visit("/setup/anything").await.page().status, 400);
    let page = operator.visit(&link).await.page();
    let fill = |email: &str, password: &str| page.form("password").fill("email", email).fill("password", password);
    for (email, password, field) in [
        ("nobody", "three unusual words", "email"),
        (&*person.email, "three unusual words", "email"),
        (&*operator.email.clone(), "short", "password"),
    ] {
        let told = operator.submit(&page, &fill(email, password)).await.page();
        assert!(told.has(&format!("#{field}-error")), "{email} {password}: {}", told.text());
    }
    let (email, password) = (operator.email.clone(), operator.password.clone());
    let admin = operator.submit(&page, &fill(&email, &password)).await.page();
    assert_eq!((admin.url.path(), admin.status), ("/admin", 200), "{}", admin.text());
    assert!(admin.text().contains("Wallets 2") && admin.text().contains("Platforms 1"), "{}", admin.text());
    assert_eq!(operator.visit(&link).await.page().status, 400, "the link works once");
    assert_eq!(operator.submit(&page, &fill("x@mail.example", &password)).await.page().status, 400);

    let admin = operator.visit("/admin").await.page();
    let done = operator.submit(&admin, &admin.form_to("/verify-domain")).await.page();
    assert!(done.has(".rows .chip.green"), "{}", done.text());
    assert!(app_page(&mut person).await.text().contains("Domain verified"));
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let asked = operator.submit(&done, &done.form_to("/disable")).await.page();
    assert_eq!(asked.url.path(), "/signin", "{}", asked.text());
    let password = operator.next_step(&asked).await.page();
    let back = operator.next_step(&password).await.page();
    assert_eq!(back.url.path(), "/admin");
    let off = operator.submit(&back, &back.form_to("/disable")).await.page();
    assert!(off.text().contains("Disabled"), "{}", off.text());
    let refused = person.visit(platform.attempt("openid").url.as_str()).await.page();
    assert_eq!(refused.status, 400, "{}", refused.text());
    let on = operator.submit(&off, &off.form_to("/enable")).await.page();
    assert!(!on.text().contains("Disabled"), "{}", on.text());
}
