//! OIDC Session Management 1.0: what a client's page is told by our frame.

use serde_json::{Value, json};

use crate::support::browser::{Browser, Look};
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Method, NewClient, Platform, http};
use crate::support::server::Server;
use crate::support::site::Site;

use super::answers;
use super::oidc_backchannel_logout::house;
use super::oidc_frontchannel_logout::sign_in;

#[tokio::test(flavor = "multi_thread")]
async fn oidc_session_s3_3_our_frame_and_no_other_page_may_be_framed() {
    let server = Server::shared().await;
    let metadata = Answer::of(http().get(format!("{}/.well-known/openid-configuration", server.issuer))).await.json();
    let frame = metadata["check_session_iframe"].as_str().expect("check_session_iframe");
    let answer = Answer::of(http().get(frame)).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(answer.header("x-frame-options"), None);
    let policy = answer.header("content-security-policy").expect("a policy");
    assert!(policy.contains("frame-ancestors *") && policy.contains("default-src 'none'"), "{policy}");
    assert!(!policy.contains("unsafe") && answer.text().contains("<script type=\"module\" src=\"/static/js/"));
    for path in ["/signin", "/", "/logout", "/static/app.css", "/jwks"] {
        let other = Answer::of(http().get(format!("{}{path}", server.issuer))).await;
        assert_eq!(other.header("x-frame-options"), Some("DENY"), "{path}");
        assert!(
            other.header("content-security-policy").is_some_and(|p| p.contains("frame-ancestors 'none'")),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_session_s2_answers_carry_a_session_state() {
    let server = Server::shared().await;
    let platform = Platform::at(server, &NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(server).await;
    let mut states = Vec::new();
    for _ in 0..2 {
        let attempt = platform.attempt("openid email");
        let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
        let state = answers(&callback)("session_state").expect("a session_state");
        let (hash, salt) = state.split_once('.').expect("a digest and its salt");
        assert!(hash.len() == 64 && salt.len() >= 12 && !state.contains(' '), "{state}");
        states.push(state);
    }
    assert_ne!(states[0], states[1], "another salt each time");
    let cookie = person.jar.find("sw-state").expect("what the frame looks at").value.clone();
    assert!(states.iter().all(|state| !state.contains(&cookie)));
    // OAuth alone has no session to watch.
    let attempt = platform.attempt("email");
    let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
    assert_eq!(answers(&callback)("session_state"), None);
    person.sign_out().await;
    assert!(person.jar.find("sw-state").is_none());
}

/// What our frame says to this message.
pub async fn ask(browser: &Browser, message: &str) -> Value {
    let script = "const [message, done] = arguments;
        addEventListener('message', (event) => done([event.data, event.origin]), { once: true });
        document.querySelector('iframe').contentWindow.postMessage(message, '*');";
    browser.run_async(script, json!([message])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_session_s4_2_unchanged_then_changed_in_a_browser() {
    let site = Site::http().await;
    let server = house(&site).await;
    let page = format!("<!doctype html><title>RP</title><iframe src=\"{}/check_session\"></iframe>", server.issuer);
    site.says("/callback", "text/html", page);
    let platform = Platform::at(&server, &NewClient::new(Method::Basic).redirected_to(&site.url("/callback"))).await;
    let mut person = Person::signed_up(&server).await;
    person.sign_out().await;
    let browser = Browser::open(&Look::default()).await;
    sign_in(&browser, &platform, &person, platform.attempt("openid")).await;
    let back = url::Url::parse(&browser.url().await).expect("a URL");
    let state = answers(&back)("session_state").expect("a session_state");
    let message = format!("{} {state}", platform.client.id);
    let told = |word: &str| json!([word, server.issuer]);
    assert_eq!(ask(&browser, &message).await, told("unchanged"));
    assert_eq!(ask(&browser, &message).await, told("unchanged"), "as often as it asks");
    for (what, message, word) in [
        ("another client", format!("cli_other {state}"), "changed"),
        ("another digest", format!("{} {}.x", platform.client.id, "0".repeat(64)), "changed"),
        ("no message of this kind", "hello".to_owned(), "error"),
        ("no salt", format!("{} {}", platform.client.id, "0".repeat(64)), "error"),
        ("nothing", String::new(), "error"),
    ] {
        assert_eq!(ask(&browser, &message).await, told(word), "{what}");
    }
    // Proving again who one is changes nothing for those who watch; signing out does.
    browser.goto(&format!("{}/logout", server.issuer)).await;
    browser.click("button[value=sign_out]").await;
    browser.wait_for_url(|url| url.ends_with("/logout/confirm")).await;
    browser.element("a[href='/signin']").await;
    browser.goto(back.as_str()).await;
    browser.element("iframe").await;
    assert_eq!(ask(&browser, &message).await, told("changed"));
}
