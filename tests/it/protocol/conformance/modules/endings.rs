//! How clients hear of the end of a session: from our frame, through the browser, and from server to server.

use reqwest::Certificate;
use serde_json::{Value, json};
use url::Url;

use crate::protocol::answers;
use crate::protocol::conformance::mode::{AFTER, Mode, house};
use crate::protocol::conformance::rp_initiated_logout::{end_session, must_be_back, must_be_signed_out};
use crate::protocol::conformance::suite::{Suite, printable};
use crate::protocol::oidc_backchannel_logout::{leaked, told};
use crate::protocol::oidc_frontchannel_logout::sign_in;
use crate::protocol::oidc_session_management::ask;
use crate::support::browser::{Browser, Look};
use crate::support::person::Person;
use crate::support::platform::{Answer, Platform};
use crate::support::server::Server;
use crate::support::site::Site;
use crate::support::unique;

/// The metadata has these endpoints and says yes to these questions.
async fn must_promise(mode: Mode, endpoints: &[&str], flags: &[&str]) {
    let suite = Suite::start(mode).await;
    for endpoint in endpoints {
        let url = Url::parse(suite.platform.endpoint(endpoint)).expect("a URL");
        assert_eq!(url.origin(), Url::parse(&suite.platform.issuer).unwrap().origin(), "{endpoint}");
    }
    for flag in flags {
        assert_eq!(suite.platform.metadata[flag], true, "{flag}");
    }
}

pub async fn session_management_discovery_endpoint_verification(mode: Mode) {
    must_promise(mode, &["check_session_iframe", "end_session_endpoint"], &[]).await;
}

pub async fn frontchannel_logout_discovery_endpoint_verification(mode: Mode) {
    let flags = ["frontchannel_logout_supported", "frontchannel_logout_session_supported"];
    must_promise(mode, &["end_session_endpoint"], &flags).await;
}

pub async fn backchannel_logout_discovery_endpoint_verification(mode: Mode) {
    let flags = ["backchannel_logout_supported", "backchannel_logout_session_supported"];
    must_promise(mode, &["end_session_endpoint"], &flags).await;
}

/// A page of the client asks our frame, in a real browser: `unchanged`, and after the client has sent the person to sign
/// out `changed`.
pub async fn session_management_rp_initiated_logout(mode: Mode) {
    let (server, site) = (Server::shared().await, Site::http().await);
    let frame = format!("<!doctype html><title>RP</title><iframe src=\"{}/check_session\"></iframe>", server.issuer);
    site.says("/callback", "text/html", frame);
    site.says("/bye", "text/html", "<!doctype html><title>Bye</title><p>bye");
    let client = mode.client().redirected_to(&site.url("/callback"));
    let client = client.with("--post-logout-redirect-uri", leaked(site.url("/bye")));
    let platform = Platform::at(server, &client).await;
    let person = Person::signed_up(server).await;
    let browser = Browser::open(&Look::default()).await;
    let tokens = sign_in(&browser, &platform, &person, platform.attempt("openid")).await;
    let back = Url::parse(&browser.url().await).expect("a URL");
    let state = answers(&back)("session_state").expect("a session_state");
    let message = format!("{} {state}", platform.client.id);
    let says = |word: &str| json!([word, server.issuer]);
    assert_eq!(ask(&browser, &message).await, says("unchanged"));
    let hint = tokens.id_token.expect("an ID Token");
    let bye = site.url("/bye");
    let parameters = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", &bye), ("state", "s1")];
    browser.goto(end_session(&platform, &parameters).as_str()).await;
    browser.wait_for_url(|url| url == format!("{bye}?state=s1")).await;
    browser.goto(back.as_str()).await;
    browser.element("iframe").await;
    assert_eq!(ask(&browser, &message).await, says("changed"));
}

/// The page that ends the session loads the client's, which hears of its session by name, and goes on afterwards.
pub async fn frontchannel_rp_initiated_logout(mode: Mode) {
    let (site, path) = (&house().await.site, unique("/frontchannel_logout/"));
    site.says(&path, "text/html", "<!doctype html><title>Out</title><p>out");
    let bye = site.url("/post_logout_redirect");
    let members = json!({
        "redirect_uris": [site.url("/callback")], "post_logout_redirect_uris": [bye],
        "frontchannel_logout_uri": site.url(&path), "frontchannel_logout_session_required": true,
    });
    let mut suite = Suite::registering(mode, &members).await;
    let tokens = suite.sign_in("openid").await;
    let state = printable(128);
    let parameters =
        [("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", &bye), ("state", &state)];
    let page = suite.person.request(&end_session(&suite.platform, &parameters), None, None).await;
    assert_eq!(page.status, 200, "{}", page.text());

    let frames = page.attributes("iframe", "src");
    let [frame] = &frames[..] else { panic!("one frame: {frames:?}") };
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains(&format!("frame-src {}", site.origin)), "{policy}");
    let ca = std::fs::read(site.ca()).expect("a certificate");
    let http = reqwest::Client::builder().no_proxy().add_root_certificate(Certificate::from_pem(&ca).expect("PEM"));
    Answer::of(http.build().expect("an HTTP client").get(frame)).await;
    let heard = site.heard(&path);
    let [heard] = &heard[..] else { panic!("one request: {heard:?}") };
    assert_eq!(heard.method, "GET");
    let wanted = json!({ "iss": suite.platform.issuer, "sid": tokens.claims["sid"] });
    assert_eq!(json!(heard.parameters()), wanted, "and nothing else");

    let refresh = page.header("refresh").expect("it goes on");
    let (seconds, target) = refresh.split_once(";url=").expect("a time and a URL");
    assert!((1..=10).contains(&seconds.parse::<u64>().expect("seconds")), "once the frame had its chance: {refresh}");
    let target = Url::parse(target).expect("a URL");
    let pairs: Vec<(String, String)> = target.query_pairs().into_owned().collect();
    assert!(target.as_str().starts_with(&format!("{bye}?")), "{target}");
    assert_eq!(pairs, [("state".to_owned(), state)]);
    must_be_signed_out(&mut suite).await;
}

/// What a logout token must be is `told`'s to see.
pub async fn backchannel_rp_initiated_logout(mode: Mode) {
    let (site, path) = (&house().await.site, unique("/backchannel_logout/"));
    site.says(&path, "text/plain", "");
    let members = json!({ "backchannel_logout_uri": site.url(&path), "backchannel_logout_session_required": true });
    let mut suite = Suite::registering(mode, &members).await;
    let tokens = suite.sign_in("openid").await;
    let parameters =
        [("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", AFTER), ("state", "s 1")];
    let landing = suite.person.visit(end_session(&suite.platform, &parameters).as_str()).await;
    must_be_back(landing, &[("state", "s 1")]);
    let claims: Value = told(&suite.platform, &site.hears(&path, 1).await[0]).await;
    assert_eq!((&claims["sub"], &claims["sid"]), (&tokens.claims["sub"], &tokens.claims["sid"]));
    must_be_signed_out(&mut suite).await;
}
