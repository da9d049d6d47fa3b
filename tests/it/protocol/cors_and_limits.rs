//! The Fetch Standard §3.2 and RFC 6585 §4: who may read an answer, and how much is too much.

use crate::support::form::Page;
use crate::support::person::{Landing, Person};
use crate::support::platform::{Answer, Method, NewClient, http};
use crate::support::server::{Server, setting};

use super::platform;

const APP: &str = "https://app.orbitphotos.example";
const FOREIGN: &str = "https://evil.example";

#[tokio::test(flavor = "multi_thread")]
async fn fetch_s3_2_public_documents_are_for_everybody() {
    let platform = platform(&NewClient::new(Method::Basic)).await;
    for url in
        [format!("{}/.well-known/openid-configuration", platform.issuer), platform.endpoint("jwks_uri").to_owned()]
    {
        let answer = Answer::of(platform.http.get(url).header("origin", FOREIGN)).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")));
        assert!(answer.header("access-control-allow-credentials").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fetch_s3_2_the_clients_own_origins_and_no_others() {
    let browser_app = platform(&NewClient::new(Method::None).with("--cors-origin", APP)).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let tokens = browser_app.sign_in(&mut person, "openid").await;
    for (origin, allowed) in [(APP, Some(APP)), (FOREIGN, None), ("null", None)] {
        let userinfo = browser_app.http.get(browser_app.endpoint("userinfo_endpoint")).bearer_auth(&tokens.access);
        let answer = Answer::of(userinfo.header("origin", origin)).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, allowed), "{origin}");
        let form = format!("grant_type=authorization_code&code=x&client_id={}", browser_app.client.id);
        let answer = browser_app.post_raw("token_endpoint", &[("origin", origin)], form).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed, "an error is readable too: {origin}");
        assert!(answer.header("vary").is_some_and(|vary| vary.contains("Origin")), "{origin}");
    }
    for (origin, allowed) in [(APP, Some(APP)), (FOREIGN, None)] {
        let preflight = browser_app.http.request(reqwest::Method::OPTIONS, browser_app.endpoint("token_endpoint"));
        let preflight = preflight.header("origin", origin).header("access-control-request-method", "POST");
        let answer = Answer::of(preflight).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, allowed), "{origin}");
    }
    let introspection = browser_app.http.post(browser_app.endpoint("introspection_endpoint")).header("origin", APP);
    let answer = Answer::of(introspection).await;
    assert!(answer.header("access-control-allow-origin").is_none(), "introspection is no matter of browsers");
    let page = Answer::of(browser_app.http.get(format!("{}/signin", browser_app.issuer)).header("origin", APP)).await;
    assert!(page.header("access-control-allow-origin").is_none(), "nor are pages");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6585_s4_too_many_requests() {
    let server = Server::with(&[(setting::LIMITS, "true"), ("SW__LIMITS__TOKEN", "1/min burst 3")]).await;
    let platform = crate::support::platform::Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let mut refused = None;
    for _ in 0..8 {
        let answer = platform.token(&[("grant_type", "client_credentials")]).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the fourth request in a second is one too many");
    let wait: u64 = refused.header("retry-after").expect("RFC 6585 §4 Retry-After").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(!refused.error().is_empty(), "{}", refused.text());
    // Another client is not held up by it.
    let other = crate::support::platform::Platform::at(&server, &NewClient::new(Method::Basic)).await;
    assert_ne!(other.token(&[("grant_type", "client_credentials")]).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_a_password_are_slowed() {
    let server = Server::with(&[(setting::LIMITS, "true")]).await;
    let person = Person::signed_up(&server).await;
    let mut thief = person.elsewhere();
    thief.password = "not the right one".to_owned();
    let mut statuses = Vec::new();
    for _ in 0..14 {
        let page = thief.visit("/signin").await.page();
        let page = thief.next_step(&page).await.page();
        if page.find_form("password").is_none() {
            statuses.push(page.status);
            continue;
        }
        let Landing::Page(page) = thief.next_step(&page).await else { panic!("signed in with a wrong password") };
        statuses.push(page.status);
    }
    assert_eq!(statuses.first(), Some(&200), "the first is told on the page: {statuses:?}");
    assert!(statuses.contains(&429), "guessing must slow down: {statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_and_an_unknown_address_look_alike() {
    let server = Server::shared().await;
    let known = Person::signed_up(server).await;
    let look = async |email: &str| {
        let mut visitor = Person::new(server);
        visitor.email = email.to_owned();
        visitor.password = "a wrong password".to_owned();
        let page = visitor.visit("/signin").await.page();
        let asked = visitor.next_step(&page).await.page();
        let answered = visitor.next_step(&asked).await.page();
        let shape = |page: &Page| (page.status, page.title(), page.text().replace(email, "…"));
        (shape(&asked), shape(&answered))
    };
    assert_eq!(look(&known.email).await, look("nobody.at.all@mail.example").await);
    let reset = async |email: &str| {
        let mut visitor = Person::new(server);
        let page = visitor.visit("/recover").await.page();
        let page = visitor.submit(&page, &page.form("email").fill("email", email)).await.page();
        (page.status, page.title(), page.text().replace(email, "…"))
    };
    assert_eq!(reset(&known.email).await, reset("nobody.at.all@mail.example").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9110_s7_4_only_our_own_host_is_served() {
    let server = Server::shared().await;
    let url = format!("{}/signin", server.issuer);
    let answer = Answer::of(http().get(url).header("host", "evil.example")).await;
    assert_eq!(answer.status, 421, "{}", answer.text());
}
