//! OIDC Front-Channel Logout 1.0: the browser tells the clients of a session, then goes on.

use serde_json::json;
use url::Url;

use crate::support::browser::{Browser, Look};
use crate::support::person::{Landing, Person};
use crate::support::platform::{Attempt, Method, NewClient, Platform, Tokens};
use crate::support::server::Server;
use crate::support::site::Site;

use super::oidc_backchannel_logout::{house, leaked};

/// A platform on this site, which wants to hear through the browser.
async fn hearing(server: &Server, site: &Site) -> Platform {
    site.says("/callback", "text/html", "<!doctype html><title>Back</title><p>back");
    site.says("/bye", "text/html", "<!doctype html><title>Bye</title><p>bye");
    site.says("/out", "text/html", "<!doctype html><title>Out</title><p>out");
    let client = NewClient::new(Method::Basic).redirected_to(&site.url("/callback"));
    let client = client.with("--post-logout-redirect-uri", leaked(site.url("/bye")));
    Platform::at(server, &client.with("--frontchannel-logout-uri", leaked(site.url("/out?x=1")))).await
}

fn logout_url(platform: &Platform, site: &Site, tokens: &Tokens) -> Url {
    let mut url = Url::parse(platform.endpoint("end_session_endpoint")).expect("a URL");
    let hint = tokens.id_token.as_deref().expect("an ID Token");
    let bye = site.url("/bye");
    url.query_pairs_mut().extend_pairs([("id_token_hint", hint), ("post_logout_redirect_uri", &bye), ("state", "s 1")]);
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_frontchannel_s3_the_page_frames_the_clients_of_the_session_and_nobody_else() {
    let (site, other_site) = (Site::http().await, Site::http().await);
    let server = house(&site).await;
    let (platform, stranger) = (hearing(&server, &site).await, hearing(&server, &other_site).await);
    for member in ["frontchannel_logout_supported", "frontchannel_logout_session_supported"] {
        assert_eq!(platform.metadata[member], true);
    }
    let mut person = Person::signed_up(&server).await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let page = person.request(&logout_url(&platform, &site, &tokens), None, None).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let frames: Vec<&str> =
        page.body.split("<iframe").skip(1).filter_map(|rest| rest.split("src=\"").nth(1)?.split('"').next()).collect();
    let [frame] = frames[..] else { panic!("{frames:?}") };
    let frame = Url::parse(&frame.replace("&amp;", "&").replace("&#38;", "&")).expect("a URL");
    assert!(frame.as_str().starts_with(&site.url("/out?x=1&")), "{frame}");
    let pairs: Vec<(String, String)> = frame.query_pairs().into_owned().collect();
    let sid = tokens.claims["sid"].as_str().expect("a sid");
    let wanted = [("x", "1"), ("iss", &*server.issuer), ("sid", sid)];
    assert_eq!(pairs, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let policy = page.header("content-security-policy").expect("a policy");
    let allowed = policy.split(';').find_map(|rule| rule.trim().strip_prefix("frame-src ")).expect("frame-src");
    assert_eq!(allowed, site.origin, "exactly these");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"));
    let refresh = page.header("refresh").expect("it goes on");
    let target = format!("{}?state=s%201", site.url("/bye"));
    assert_eq!(refresh, format!("3;url={target}"));
    assert!(page.body.contains(&format!("href=\"{target}\"")), "and by a link");
    assert!(person.jar.find("sw").is_none());
    assert!(!page.body.contains(&other_site.origin), "{}", stranger.client.id);
    // Signing out of the wallet itself tells them, too.
    let mut person = Person::signed_up(&server).await;
    platform.sign_in(&mut person, "openid").await;
    let done = person.sign_out().await;
    assert!(done.body.contains(&site.url("/out?x=1")) && done.header("refresh").is_none(), "{}", done.body);
    let mut person = Person::signed_up(&server).await;
    platform.sign_in(&mut person, "openid").await;
    let list = person.visit("/account/sessions").await.page();
    let done = person.submit(&list, &list.form("session")).await.page();
    assert!(done.body.contains(&site.url("/out?x=1")), "{}", done.body);
    // Without anybody to tell there is no page in between.
    let plain = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(&server).await;
    plain.sign_in(&mut person, "openid").await;
    assert!(!person.sign_out().await.body.contains("<iframe"));
}

/// Signs a person in at the wallet and the platform, in a real browser; gives the tokens.
pub async fn sign_in(browser: &Browser, platform: &Platform, person: &Person, attempt: Attempt) -> Tokens {
    browser.goto(attempt.url.as_str()).await;
    browser.fill("input[name=identifier]", &person.email).await;
    browser.click("form:has(input[name=identifier]) button").await;
    browser.fill("input[type=password]", &person.password).await;
    browser.click("form:has(input[type=password]) button.wide").await;
    browser.click("button[value=allow]:enabled").await;
    let back = browser.wait_for_url(|url| url.starts_with(&attempt.redirect_uri)).await;
    let code = platform.code(&attempt, &Url::parse(&back).expect("a URL"));
    platform.tokens(&attempt, platform.exchange(&attempt, &code).await).await
}

async fn in_a_browser(look: Look) {
    let site = Site::http().await;
    let server = house(&site).await;
    let platform = hearing(&server, &site).await;
    let mut person = Person::signed_up(&server).await;
    person.sign_out().await;
    let browser = Browser::open(&look).await;
    let tokens = sign_in(&browser, &platform, &person, platform.attempt("openid")).await;
    browser.goto(logout_url(&platform, &site, &tokens).as_str()).await;
    let heard = site.hears("/out", 1).await;
    let parameters = heard[0].parameters();
    assert_eq!(parameters["iss"], server.issuer);
    assert_eq!(json!(parameters["sid"]), tokens.claims["sid"]);
    let bye = browser.wait_for_url(|url| url.starts_with(&site.url("/bye"))).await;
    assert_eq!(bye, format!("{}?state=s%201", site.url("/bye")), "then it goes on");
    assert!(!browser.console().await.iter().any(|line| line.contains("Content Security Policy")));
    browser.goto(platform.attempt_with("openid", &[("prompt", Some("none"))]).url.as_str()).await;
    browser.wait_for_url(|url| url.contains("error=login_required")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_frontchannel_s3_in_a_browser() {
    in_a_browser(Look::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_frontchannel_s3_in_a_browser_without_scripts() {
    in_a_browser(Look { has_scripts: false, ..Look::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_frontchannel_s2_only_pages_of_the_client_itself() {
    let server = Server::shared().await;
    for uri in ["https://evil.example/out", "http://orbitphotos.example/out", "https://orbitphotos.example/out#x"] {
        let redirect = ["--redirect-uri", "https://orbitphotos.example/callback"];
        let args = [&["client", "add", "--name", "Orbit", "--frontchannel-logout-uri", uri][..], &redirect].concat();
        let (is_done, _, why) = server.try_cli(&args);
        assert!(!is_done && why.contains("frontchannel_logout_uri"), "{uri}: {why}");
    }
    let page = Person::signed_up(server).await.visit("/logout").await;
    assert!(matches!(page, Landing::Page(_)));
}
