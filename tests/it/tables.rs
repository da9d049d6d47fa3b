//! Every route, mail, limit and part of the house does its work once, through the doors; the metrics say so.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use social_wallet::jobs::deliver::MAILS;
use social_wallet::risk::limits::{LIMITS, Per};
use social_wallet::wallet::badges::Level;
use social_wallet::web::ROUTES;
use social_wallet::web::door::{Door, Row, Verb};
use url::Url;

use crate::awarding::{self, Scene};
use crate::badges;
use crate::linked::{self, Theirs};
use crate::media::files::jpeg;
use crate::media::platforms::Shared;
use crate::protocol::oidc_identity_assurance;
use crate::rights::{bundles, deletion, import};
use crate::signals;
use crate::support::desk::{Applicant, Clerk};
use crate::support::form::{Form, Page};
use crate::support::hand::{Hand, UPLOADS, give_picture};
use crate::support::person::{Answers, Person, encode};
use crate::support::platform::{Answer, Method, NewClient, Platform, http};
use crate::support::server::{Backend, Server, setting};
use crate::support::{database, eventually, seeded, verified};
use crate::trail::deeds;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1";

/// The lines of a metric that have counted something.
async fn counted(server: &Server, metric: &str) -> Vec<String> {
    let scraped = Answer::of(http().get(format!("{}/metrics", server.operations))).await.text();
    let lines = scraped.lines().filter(|line| line.starts_with(metric) && !line.ends_with(" 0"));
    lines.map(str::to_owned).collect()
}

/// Sends a form of a page, which must lead to a page that is fine.
async fn send(person: &mut Person, page: &Page, form: &Form) -> Page {
    let next = person.submit(page, form).await.page();
    assert_eq!(next.status, 200, "{}: {}", form.action, next.text());
    next
}

/// From a page that asks for a code that was sent again to the page after the next. The first letter has to be there
/// before the second is asked for: two that are on their way may come in either order.
async fn with_a_second_code(server: &Server, person: &mut Person, page: &Page, seen: usize) -> Page {
    let email = person.email.clone();
    let letters = async |count: usize| {
        eventually("a letter with a code", Duration::from_secs(20), async || {
            (server.letters_to(&email) >= seen + count).then_some(())
        })
        .await;
    };
    letters(1).await;
    let page = send(person, page, &page.form_to("/code/again")).await;
    letters(2).await;
    let page = person.next_step(&page).await.page();
    person.next_step(&page).await.page()
}

async fn opens_a_wallet(server: &Server) -> Person {
    let mut person = Person::new(server);
    person.headers.push(("user-agent".to_owned(), FIREFOX.to_owned()));
    let page = person.visit("/signup").await.page();
    let form = page.form("email").fill("email", &person.email);
    let page = send(&mut person, &page, &form).await;
    let page = send(&mut person, &page, &page.form_to("/code/confirmed")).await;
    with_a_second_code(server, &mut person, &page, 0).await;
    assert_eq!(person.visit("/account").await.page().url.path(), "/account");
    let mut again = person.elsewhere();
    let page = again.visit("/signup").await.page();
    send(&mut again, &page, &page.form("email").fill("email", &person.email)).await;
    person
}

/// The account's own pages, the language and the look.
async fn sets_things(person: &mut Person) {
    let page = person.visit("/account/profile/edit").await.page();
    send(person, &page, &page.form("given_name").fill("given_name", "Amina").fill("wallet_bio", "Old lenses.")).await;
    let page = person.visit("/settings").await.page();
    send(person, &page, &page.form("theme").choose("theme", "dark")).await;
    let page = send(person, &page, &page.form("language").choose("language", "ar")).await;
    assert!(page.has("html[lang=ar]"), "{}", page.body);
    send(person, &page, &page.form("language").choose("language", "en")).await;

    let mut phone = person.elsewhere();
    phone.headers.push(("user-agent".to_owned(), SAFARI.to_owned()));
    for end in ["/sessions/end-others", "/sessions/end"] {
        assert_eq!(phone.sign_in().await.url.path(), "/account");
        let page = person.visit("/account/sessions").await.page();
        let other = |form: &Form| form.action.path().ends_with(end);
        let form = page.forms().into_iter().rfind(other).unwrap_or_else(|| panic!("{end}: {}", page.text()));
        send(person, &page, &form).await;
        assert_eq!(phone.visit("/account").await.page().url.path(), "/signin", "{end}");
    }
    let fresh = "a walk along three rivers";
    let page = person.visit("/account/security").await.page();
    let form = page.form("current").fill("current", &person.password).fill("password", fresh);
    send(person, &page, &form).await;
    person.password = fresh.to_owned();
}

/// Waits for the code in the newest letter to an address after the first `seen`.
async fn mailed_code(server: &Server, address: &str, seen: usize) -> String {
    server.letter_to(address, seen).await.code().expect("a code")
}

/// One more address and a number, each with a second code; the number is then proven by somebody else.
async fn adds_addresses(server: &Server, person: &mut Person) {
    const NUMBER: &str = "+4915112345678";
    let second = format!("second-{}", person.email);
    let page = person.visit("/account/contacts").await.page();
    send(person, &page, &page.form("email").fill("email", &second)).await;
    mailed_code(server, &second, 0).await;
    let page = person.visit("/account/contacts").await.page();
    let page = send(person, &page, &page.form_to("/code/again")).await;
    let letter = server.letter_to(&second, 1).await;
    let link = letter.text.split_whitespace().find(|word| word.contains("/confirm/")).expect("a link").to_owned();
    let mut elsewhere = person.elsewhere();
    let asked = elsewhere.visit(&link).await.page();
    send(&mut elsewhere, &asked, &asked.form_to("/confirm/")).await;
    let page = send(person, &page, &page.form_to("/code/confirmed")).await;
    let page = send(person, &page, &page.form_to("/primary")).await;
    let page = send(person, &page, &page.form_to("/primary")).await;
    let page = send(person, &page, &page.form_to("/remove")).await;
    // Known here, and so told to its owner alone.
    let mut other = Person::signed_up(server).await;
    let theirs = other.visit("/account/contacts").await.page();
    send(&mut other, &theirs, &theirs.form("email").fill("email", &person.email)).await;

    send(person, &page, &page.form("phone").fill("phone", NUMBER)).await;
    server.text_to(NUMBER, 0).await;
    let page = person.visit("/account/contacts").await.page();
    let page = send(person, &page, &page.form_to("/prove")).await;
    let code = server.text_to(NUMBER, 1).await.code();
    send(person, &page, &page.form("code").fill("code", &code)).await;
    let page = send(&mut other, &theirs, &theirs.form("phone").fill("phone", NUMBER)).await;
    let code = server.text_to(NUMBER, 2).await.code();
    send(&mut other, &page, &page.form("code").fill("code", &code)).await;
}

async fn shares_and_stops(server: &Server, platform: &Platform, person: &mut Person) {
    let attempt = platform.attempt("openid email");
    let tokens = platform.sign_in_with(person, attempt, &Answers::only(&["email"])).await;
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    let userinfo = platform.endpoint("userinfo_endpoint");
    assert_eq!(Answer::of(platform.http.post(userinfo).bearer_auth(&tokens.access)).await.status, 200);
    assert_eq!(platform.introspect(&tokens.access).await.json()["active"], true);
    assert_eq!(platform.revoke(&tokens.access).await.status, 200);
    // By the data API, for a client that is registered for what it tells.
    let client = NewClient::new(Method::Basic).with("--scope", "openid wallet.profile wallet.badges wallet.changes");
    let reader = Platform::at(server, &client).await;
    let attempt = reader.attempt("openid wallet.profile wallet.badges wallet.changes");
    let lines = ["wallet_bio", "wallet_badges", "wallet.changes"];
    let tokens = badges::share(person, &reader, attempt, &lines, &["Email address confirmed"]).await;
    let read = async |path: &str| {
        let answer = Answer::of(http().get(format!("{}{path}", server.issuer)).bearer_auth(&tokens.access)).await;
        assert_eq!(answer.status, 200, "{path}");
        answer.json()
    };
    // What was picked of photos is read by `shares_photos`, what a document says by somebody who has one, and what a client
    // is told of all of its people by `signals`.
    let is_elsewhere = |path: &str| path.contains("/media") || path.ends_with("/identity") || path.contains("/client/");
    let is_read = |row: &&Row| row.door == Door::Api && row.verb == Verb::Get && !is_elsewhere(row.path);
    for row in ROUTES.iter().filter(is_read) {
        match row.path.strip_suffix("/:id") {
            None => drop(read(row.path).await),
            Some(list) => {
                let first = read(list).await["data"][0]["id"].as_str().expect("one of the list").to_owned();
                read(&format!("{list}/{first}")).await;
            }
        }
    }
    // By POST, as of another site: without cookies.
    let pairs: Vec<(String, String)> = platform.attempt("openid").url.query_pairs().into_owned().collect();
    let endpoint = Url::parse(platform.endpoint("authorization_endpoint")).expect("a URL");
    let mut stranger = person.elsewhere();
    assert_eq!(stranger.request(&endpoint, Some(encode(&pairs)), None).await.status, 303);

    let list = person.visit("/account/apps").await.page();
    let page = person.visit(list.link("/account/apps/").expect("an app").as_str()).await.page();
    let page = send(person, &page, &page.form("duration").choose("duration", "once")).await;
    let page = person.visit(page.link("/stop").expect("a way to stop").as_str()).await.page();
    send(person, &page, &page.form_to("/stop")).await;
}

/// Two badges of a platform: one that the person takes, one that they do not.
async fn awards_badges(server: &Server, operator: &mut Person) {
    let mut scene = Scene::on(server).await;
    for (name, answer) in [("First", "accept"), ("Second", "decline")] {
        let defined = scene.define(name).await;
        let id = defined["id"].as_str().expect("an id");
        for deed in ["refuse", "approve"].map(|deed| format!("{id}/{deed}")) {
            let page = operator.visit("/admin/badge-definitions").await.page();
            let page = operator.submit(&page, &page.form_to(&deed)).await.page();
            assert_eq!(page.status, 200, "{deed}: {}", page.text());
        }
        let issued = scene.issue(&defined).await;
        assert_eq!(issued.status, 200, "{}", issued.text());
        scene.answer(answer).await;
        assert_eq!(scene.withdraw(&issued.json()["id"]).await.status, 204);
    }
}

async fn forgets_the_password(server: &Server, person: &mut Person) {
    let url = Url::parse(&format!("{}/logout", server.issuer)).expect("a URL");
    let asked = person.request(&url, Some(String::new()), None).await;
    assert_eq!(asked.status, 200, "by POST, as of another site: {}", asked.text());
    person.sign_out().await;
    let page = person.visit("/recover").await.page();
    // The letters so far are none of these two.
    let seen = settled(server, &person.email).await;
    let form = page.form("email").fill("email", &person.email);
    let page = send(person, &page, &form).await;
    with_a_second_code(server, person, &page, seen).await;
    assert_eq!(person.visit("/account").await.page().url.path(), "/account");
}

/// How many letters have come once no more are on their way.
async fn settled(server: &Server, email: &str) -> usize {
    eventually("no mail waits", Duration::from_secs(20), async || {
        let depth = database::count(&server.stores, "jobs", "kind = 'mail' AND state IN ('queued', 'running')").await;
        (depth == 0).then(|| server.letters_to(email))
    })
    .await
}

async fn looks_after_the_house(server: &Server) -> Person {
    let mut operator = Person::new(server);
    let link: Value = serde_json::from_str(&server.cli(&["admin", "setup-link", "--json"])).expect("JSON");
    let page = operator.visit(link["url"].as_str().expect("a link")).await.page();
    let form = page.form("password").fill("email", &operator.email).fill("password", &operator.password);
    let mut page = send(&mut operator, &page, &form).await;
    for deed in ["/verify-domain", "/unverify-domain", "/disable", "/enable"] {
        page = send(&mut operator, &page, &page.form_to(deed)).await;
    }
    operator
}

/// What a platform does without a browser: push, ask a device's or an absent person, register itself, manage a grant.
async fn asks_in_other_ways(server: &Server, person: &mut Person) {
    const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
    const CIBA: &str = "urn:openid:params:grant-type:ciba";
    let scope = "openid email grant_management_query grant_management_revoke";
    let client = NewClient::new(Method::Basic).with("--scope", scope);
    let grants = ["authorization_code", "client_credentials", DEVICE, CIBA];
    let client = grants.into_iter().fold(client, |client, name| client.with("--grant-type", name));
    let platform = Platform::at(server, &client).await;

    let attempt = platform.attempt("openid");
    let pairs: Vec<(String, String)> = attempt.url.query_pairs().into_owned().collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(platform.post("pushed_authorization_request_endpoint", &pairs).await.status, 201);

    let asked = platform.post("device_authorization_endpoint", &[("scope", "openid")]).await.json();
    let page = person.visit("/device").await.page();
    let form = page.form("user_code").fill("user_code", asked["user_code"].as_str().expect("a code"));
    send(person, &page, &form).await;

    let hint = [("scope", "openid"), ("login_hint", person.email.as_str())];
    let mut asked = Vec::new();
    for _ in 0..3 {
        let answer = platform.post("backchannel_authentication_endpoint", &hint).await;
        asked.push(answer.json()["auth_req_id"].as_str().expect("an auth_req_id").to_owned());
    }
    let page = person.visit("/account/approvals").await.page();
    person.submit(&page, &page.form_to("/deny")).await;
    let page = person.visit("/account/approvals").await.page();
    person.submit(&page, &page.form_to("/approve")).await;
    if server.stores.smtp.is_none() {
        for id in &asked {
            Answer::of(http().post(format!("{}/dev/ciba/{id}/allow", server.issuer))).await;
        }
    }

    let document = serde_json::json!({"redirect_uris": ["https://orbitphotos.example/callback"]});
    let made = Answer::of(http().post(format!("{}/register", server.issuer)).json(&document)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let (url, token) = (made["registration_client_uri"].as_str(), made["registration_access_token"].as_str());
    let (url, token) = (url.expect("an address"), token.expect("a token"));
    let mut document = document;
    document["client_id"] = made["client_id"].clone();
    assert_eq!(Answer::of(http().get(url).bearer_auth(token)).await.status, 200);
    assert_eq!(Answer::of(http().put(url).bearer_auth(token).json(&document)).await.status, 200);
    assert_eq!(Answer::of(http().delete(url).bearer_auth(token)).await.status, 204);

    let tokens = platform.sign_in(person, "openid").await;
    let own = [("grant_type", "client_credentials"), ("scope", "grant_management_query grant_management_revoke")];
    let own = platform.token(&own).await.json();
    let (own, grant) = (own["access_token"].as_str(), tokens.body["grant_id"].as_str());
    let url = format!("{}/{}", platform.endpoint("grant_management_endpoint"), grant.expect("a grant_id"));
    let own = own.expect("a token");
    assert_eq!(Answer::of(http().get(&url).bearer_auth(own)).await.status, 200);
    assert_eq!(Answer::of(http().delete(&url).bearer_auth(own)).await.status, 204);
}

/// Comes first: the server is started anew, which forgets what was counted.
async fn gives_a_badge_up(server: &Server) {
    let mut person = Person::signed_up(server).await;
    verified::verify_at(server, &[&person.email], &verified::born(30), Level::Document).await;
    let page = person.visit("/account/badges").await.page();
    send(&mut person, &page, &page.form_to("/account/badges/remove")).await;
    let kinds = person.visit("/badge-types").await.page();
    let kind = kinds.link("/badge-types/").expect("a kind");
    assert_eq!(person.visit(kind.as_str()).await.page().status, 200);
}

/// Photos: uploaded, given up, shown, named, deleted, brought back, destroyed.
async fn keeps_photos(server: &Server) {
    let mut hand = Hand::of(server).await;
    let id = hand.upload(&jpeg(40, 30)).await;
    hand.ready(&id).await;
    assert_eq!(hand.bytes(&id, "s320").await.status, 200);
    let open = hand.begin(1000).await;
    assert_eq!(Answer::of(hand.request(reqwest::Method::DELETE, &format!("{UPLOADS}/{open}"))).await.status, 204);
    let csrf = hand.csrf.clone();
    assert_eq!(hand.post_form(&csrf, &[("a.jpg", &jpeg(50, 30))]).await.status, 200);
    let path = format!("/account/media/{id}");
    let page = hand.person.visit(&path).await.page();
    send(&mut hand.person, &page, &page.form("title").fill("title", "Stone Town")).await;
    for deed in ["/delete", "/restore", "/delete", "/destroy"] {
        let page = hand.person.visit(&path).await.page();
        send(&mut hand.person, &page, &page.form_to(deed)).await;
    }
}

/// Everything along and in again, a deletion called off and one carried out.
async fn uses_rights(server: &Server) {
    let mut hand = Hand::of(server).await;
    let path = bundles::ordered(&mut hand.person).await;
    let bundle = hand.get(&path).await;
    assert_eq!(bundle.status, 200);
    let page = import::bring(&mut hand, &bundle.body).await;
    assert_eq!(page.status, 200, "{}", page.text());
    deletion::ask(&mut hand.person, "usual").await;
    let page = hand.person.sign_in().await;
    send(&mut hand.person, &page, &page.form_to("/deletion/")).await;
    hand.person.sign_in().await;
    deletion::ask(&mut hand.person, "now").await;
}

/// Photos for a platform: listed, shown, linked; one of them as a picture.
async fn shares_photos(server: &Server) {
    let mut shared = Shared::of(server, &["a photo"]).await;
    let name = shared.names().await.remove(0);
    for path in [format!("/media/{name}"), format!("/media/{name}/content")] {
        assert_eq!(shared.get(&path).await.status, 200, "{path}");
    }
    let url = shared.url(&name).await;
    assert_eq!(Answer::of(http().get(url)).await.status, 200);
    give_picture(&mut shared.person).await;
}

/// An identity check: given up, asked again, turned down, appealed, confirmed, disputed.
async fn is_verified(server: &Server) {
    let mut amina = Applicant::of(server).await;
    let (mut first, mut second) = (Clerk::of(server, "reviewer").await, Clerk::of(server, "operator").await);
    let case = amina.begin("passport", "document").await;
    amina.send("/challenge", &[]).await;
    amina.send("/withdraw", &[]).await;
    let path = format!("/account/verification/cases/{case}");
    assert_eq!(amina.hand.person.visit(&path).await.page().status, 200);
    let case = amina.hand_in("document").await;
    let page = first.claim(&case).await;
    let src = page.attributes("img.large", "src").remove(0);
    assert_eq!(first.look(server, &src).await.status, 200);
    first.post(&case, "renew").await;
    first.post(&case, "release").await;
    first.settle(&case, "again", &["cropped"]).await;
    amina.reaches("Waits for you").await;
    amina.pictures(&case, &["front", "selfie"]).await;
    amina.send("/submit", &[]).await;
    amina.reaches("Under review").await;
    first.settle(&case, "reject", &["unreadable"]).await;
    let seen = settled(server, &amina.hand.person.email).await;
    amina.send("/appeal", &[]).await;
    second.settle(&case, "approve", &[]).await;
    Clerk::of(server, "reviewer").await.settle(&case, "approve", &[]).await;
    let letter = server.letter_to(&amina.hand.person.email, seen).await;
    let link = letter.text.split_whitespace().find(|word| word.contains("/dispute/")).expect("a link").to_owned();
    let page = amina.hand.person.visit(&link).await.page();
    send(&mut amina.hand.person, &page, &page.form_to("/dispute/")).await;
}

/// What is never answered well by itself: a list that does not exist, and a logo, which a platform's own server has
/// (`client_id_metadata` and `rfc7591_registration` have one); nor services that call, signed (`verification::service`
/// and `reach` have some).
const ANSWERED_ELSEWHERE: &[&str] =
    &["/grants", "/logo", "/hooks/mail", "/hooks/sms", "/hooks/verification", "/hooks/verification/pictures/:link"];

/// A mail, a style sheet and every document and page whose path is all there is to say.
async fn looks_around(server: &Server, person: &mut Person) {
    let is_plain =
        |path: &str| !path.contains([':', '*']) && !path.starts_with("/dev/") && !ANSWERED_ELSEWHERE.contains(&path);
    for row in ROUTES.iter().filter(|row| row.verb == Verb::Get && is_plain(row.path)) {
        let url = Url::parse(&format!("{}{}", server.issuer, row.path)).expect("a URL");
        let page = person.request(&url, None, None).await;
        let is_fine = page.status < 400 || row.path == "/authorize" || row.path == "/userinfo" || row.door == Door::Api;
        let is_fine = is_fine || row.path.starts_with("/ssf/");
        let is_staffs = ["/admin", "/desk"].iter().any(|start| row.path.starts_with(start));
        assert!(is_fine || (is_staffs && page.status == 403), "{}: {}", row.path, page.status);
    }
    // Who is signed in is led on from the first page.
    let style = person.elsewhere().visit("/").await.page().attributes("link[rel=stylesheet]", "href");
    assert_eq!(person.visit(&style[0]).await.page().status, 200);
    if server.stores.smtp.is_none() {
        let list = person.visit("/dev/outbox").await.page();
        let letter = list.link("/dev/outbox/").expect("a letter");
        assert_eq!(person.visit(letter.as_str()).await.page().status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_and_every_mail_goes_out() {
    let theirs = Theirs::start().await;
    let settings = theirs.settings(None);
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let others = [("SW__REGISTRATION__MODE", "open"), ("SW__CODES__RESEND", "0s"), ("SW__SSF__PENDING", "1")];
    let server = Server::with(&[&settings[..], &others, &signals::SSF].concat()).await;
    gives_a_badge_up(&server).await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let mut person = opens_a_wallet(&server).await;
    sets_things(&mut person).await;
    adds_addresses(&server, &mut person).await;
    shares_and_stops(&server, &platform, &mut person).await;
    forgets_the_password(&server, &mut person).await;
    let mut operator = looks_after_the_house(&server).await;
    awards_badges(&server, &mut operator).await;
    theirs.link(&mut person, Theirs::id_token).await;
    linked::unlink(&mut person, "site").await;
    asks_in_other_ways(&server, &mut person).await;
    keeps_photos(&server).await;
    let mut owner = seeded::signed_in(&server).await;
    deeds::all(&server, &mut owner).await;
    uses_rights(&server).await;
    shares_photos(&server).await;
    oidc_identity_assurance::told_by_the_api(&server).await;
    is_verified(&server).await;
    signals::all(&server).await;
    looks_around(&server, &mut person).await;

    let requests = counted(&server, "http_server_request_duration_seconds_count").await;
    // These lead on, and mail that goes by SMTP is in no outbox.
    let leads_on = [
        "/authorize",
        "/account/linked/:provider/callback",
        "/signin/password",
        "/favicon.ico",
        "/.well-known/change-password",
    ];
    let has_outbox = server.stores.smtp.is_none();
    let is_asked =
        |row: &&Row| (has_outbox || !row.path.starts_with("/dev/")) && !ANSWERED_ELSEWHERE.contains(&row.path);
    let unanswered = ROUTES.iter().filter(is_asked).filter(|row| {
        let (method, classes): (_, &[&str]) = match row.verb {
            Verb::Get if leads_on.contains(&row.path) => ("GET", &["3xx"]),
            Verb::Get => ("GET", &["2xx"]),
            Verb::Post => ("POST", &["2xx", "3xx"]),
            Verb::Put => ("PUT", &["2xx"]),
            Verb::Patch => ("PATCH", &["2xx"]),
            Verb::Delete => ("DELETE", &["2xx"]),
        };
        let labels = [format!("route=\"{}\"", row.path), format!("method=\"{method}\"")];
        !requests.iter().any(|line| {
            labels.iter().all(|label| line.contains(label)) && classes.iter().any(|class| line.contains(class))
        })
    });
    let unanswered: Vec<_> = unanswered.map(|row| format!("{:?} {}", row.verb, row.path)).collect();
    assert!(unanswered.is_empty(), "never answered well: {unanswered:?}");

    let sent = |lines: &[String], name: &str| {
        lines.iter().any(|line| line.contains(&format!("kind=\"{name}\"")) && line.contains("outcome=\"sent\""))
    };
    let mut unsent = Vec::new();
    for _ in 0..40 {
        let mails = counted(&server, "sw_mail_total").await;
        unsent = MAILS
            .iter()
            .map(|mail| mail.name)
            .filter(|name| !sent(&mails, name) && *name != "account_unused")
            .collect();
        if unsent.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert!(unsent.is_empty(), "never sent: {unsent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_limit_holds_at_its_door() {
    let settings: Vec<_> = LIMITS.iter().map(|limit| format!("SW__LIMITS__{}", limit.name.to_uppercase())).collect();
    // All of this comes from one address; it is the last that runs out. A question of CIBA counts as a token request too.
    let rate = |name: &str| match name.rsplit("__").next() {
        Some("ADDRESS") => "1/h burst 200",
        Some("TOKEN" | "MEDIA_READ") => "1/h burst 2",
        _ => "1/h burst 1",
    };
    let settings = settings.iter().map(|name| (name.as_str(), rate(name)));
    let others = [(setting::LIMITS, "true"), ("SW__REGISTRATION__METADATA_DOCUMENTS", "true")];
    let settings: Vec<_> = others.into_iter().chain(signals::SSF).chain(settings).collect();
    let theirs = Theirs::start().await;
    let linked = theirs.settings(None);
    let settings: Vec<_> = settings.into_iter().chain(linked.iter().map(|(n, v)| (*n, v.as_str()))).collect();
    let server = Server::with(&settings).await;
    let client = NewClient::new(Method::Basic).with("--grant-type", "authorization_code");
    let client = client
        .with("--scope", "openid email wallet.photos")
        .with("--grant-type", "refresh_token")
        .with("--grant-type", "urn:openid:params:grant-type:ciba");
    let platform = Platform::at(&server, &client).await;
    let hand = Hand::of(&server).await;
    let photo = hand.add(&jpeg(40, 30)).await;
    let mut person = hand.person.beside();
    let attempt = platform.attempt("openid email wallet.photos");
    let answers = Answers::only(&["email"]).picking(&[&photo]);
    let access = platform.sign_in_with(&mut person, attempt, &answers).await.access;

    let refused = |answer: &Answer, what: &str| {
        assert_eq!(answer.status, 429, "{what}: {}", answer.text());
        let wait: u64 = answer.header("retry-after").and_then(|wait| wait.parse().ok()).expect("RFC 6585 §4");
        assert!((1..=3600).contains(&wait), "{what}: {wait}");
    };
    assert_eq!(platform.refresh("x").await.status, 400);
    refused(&platform.refresh("x").await, "token");
    assert_eq!(platform.introspect(&access).await.status, 200);
    refused(&platform.introspect(&access).await, "introspect");
    assert_eq!(platform.userinfo(&access).await.status, 200);
    refused(&platform.userinfo(&access).await, "userinfo");
    let read = async || Answer::of(http().get(format!("{}/wallet/v1/media", server.issuer)).bearer_auth(&access)).await;
    let list = read().await;
    assert_eq!(list.status, 200);
    refused(&read().await, "data_api");
    let item = format!("{}/wallet/v1/media/{}", server.issuer, list.json()["data"][0]["id"].as_str().expect("a name"));
    let link = async || {
        Answer::of(http().post(format!("{item}/links")).bearer_auth(&access).json(&serde_json::json!({}))).await
    };
    assert_eq!(link().await.status, 200);
    refused(&link().await, "media_link");
    refused(&Answer::of(http().get(format!("{item}/content")).bearer_auth(&access)).await, "media_read");
    assert_eq!(platform.revoke("x").await.status, 200);
    refused(&platform.revoke("x").await, "revoke");
    let par = async || platform.post("pushed_authorization_request_endpoint", &[("response_type", "code")]).await;
    assert_eq!(par().await.status, 400);
    refused(&par().await, "par");
    // Another client asks the same person: it is counted for both together.
    let asking = Platform::at(&server, &client).await;
    let hint = [("scope", "openid"), ("login_hint", person.email.as_str())];
    let ask = async || asking.post("backchannel_authentication_endpoint", &hint).await;
    ask().await;
    refused(&ask().await, "backchannel");
    let awarding = awarding::client(&server).await;
    assert_eq!(awarding::define(&awarding, "First").await.status, 200);
    refused(&awarding::define(&awarding, "First").await, "badge_issue");
    let told = signals::platform(&server).await;
    let own = deeds::own_token(&told, "wallet.changes.read ssf.read").await;
    for (limit, path) in [("client_api", "/wallet/v1/client/changes"), ("signals", "/ssf/stream")] {
        let ask = async || Answer::of(http().get(format!("{}{path}", server.issuer)).bearer_auth(&own)).await;
        assert_eq!(ask().await.status, 200, "{limit}");
        refused(&ask().await, limit);
    }
    let page = person.visit("/account/linked").await.page();
    let form = page.form_to("/account/linked/site");
    person.submit(&page, &form).await.away();
    assert_eq!(person.submit(&page, &form).await.page().status, 429, "link");
    let wanted = serde_json::json!({ "file_name": "a.jpg", "size": 1000 });
    refused(&hand.create(&wanted).await, "upload");
    // Two documents of one host; nobody is there.
    for path in ["a", "b"] {
        let body = format!("grant_type=authorization_code&client_id=https://nobody.invalid/{path}");
        platform.post_raw("token_endpoint", &[], body).await;
    }
    for limit in LIMITS.iter().filter(|limit| limit.per == Per::Address && limit.name != "address") {
        let rows = ROUTES.iter().filter(|row| row.limit == Some(limit.name));
        let mut doors = 0;
        for row in rows {
            let url = format!("{}{}", server.issuer, row.path.replace(":token", "x"));
            let call = async || match row.verb {
                Verb::Get => Answer::of(http().get(&url)).await,
                Verb::Post => Answer::of(http().post(&url)).await,
                Verb::Put => Answer::of(http().put(&url)).await,
                Verb::Patch => Answer::of(http().patch(&url)).await,
                Verb::Delete => Answer::of(http().delete(&url)).await,
            };
            // The first may be the one that this limit lets through.
            call().await;
            refused(&call().await, row.path);
            doors += 1;
        }
        assert!(doors > 0, "{} stands at no door", limit.name);
    }
    let mut last = 204;
    for _ in 0..201 {
        last = Answer::of(http().get(format!("{}/healthz", server.issuer))).await.status;
        if last != 204 {
            break;
        }
    }
    assert_eq!(last, 429, "address");

    let lines = counted(&server, "sw_rate_limited_total").await;
    let unused = LIMITS.iter().filter(|limit| !lines.iter().any(|l| l.contains(&format!("\"{}\"", limit.name))));
    assert_eq!(unused.map(|limit| limit.name).collect::<Vec<_>>(), Vec::<&str>::new(), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s4_1_2_1_server_error_when_what_is_kept_cannot_be_read() {
    let server = Server::start().await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let id = &platform.client.id;
    database::execute(&server.stores, &format!("UPDATE clients SET metadata = 'none' WHERE id = '{id}'")).await;
    let answer = platform.refresh("x").await;
    answer.must_refuse(500, "server_error");
    assert!(!answer.text().contains("none") && !answer.text().contains("metadata"), "{}", answer.text());
    let page = Person::new(&server).visit(platform.attempt("openid").url.as_str()).await.page();
    assert_eq!(page.status, 500, "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_listener_tells_how_every_part_is() {
    let server = Server::start().await;
    let get = async |path: &str| Answer::of(http().get(format!("{}{path}", server.operations))).await;
    for path in ["/health/live", "/health/started"] {
        let answer = get(path).await;
        assert_eq!((answer.status, &answer.json()["state"]), (200, &Value::from("alive")), "{path}");
    }
    assert_eq!(get("/version").await.json()["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(get("/signin").await.status, 404, "no page of the first listener");

    let ready = get("/health/ready").await.json();
    assert_eq!(ready["state"], "ready", "{ready}");
    let kinds = match server.stores.backend {
        Backend::Embedded => ["sqlite", "memory", "files", "jwks"],
        Backend::Scale => ["postgres", "redis", "s3", "jwks"],
    };
    let parts = ready["parts"].as_object().expect("parts");
    let names = ["database", "ephemeral", "blobs", "signing_keys"];
    assert_eq!(parts.keys().collect::<BTreeSet<_>>(), names.map(str::to_owned).iter().collect());
    for (name, kind) in names.into_iter().zip(kinds) {
        assert_eq!((&parts[name]["kind"], &parts[name]["ok"]), (&Value::from(kind), &Value::from(true)), "{ready}");
    }
}
