//! OIDC Back-Channel Logout 1.0: clients are told server to server, whichever way a session ends.

use std::time::Duration;

use serde_json::{Value, json};
use social_wallet::jose::{Alg, JwkSet, verify};

use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Method, NewClient, Platform, Tokens, http, jose_header, now, payload};
use crate::support::server::Server;
use crate::support::site::{Heard, Site};

use super::oidc_core_userinfo::stop_sharing;

const AFTER: &str = "https://orbitphotos.example/bye";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A house that calls this site.
pub async fn house(site: &Site) -> Server {
    let host = site.host();
    Server::with(&[("SW__OUTBOUND__ALLOW", &host), ("SW__REGISTRATION__MODE", "open")]).await
}

pub fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A platform that hears of sign-outs at this path.
async fn hearing(server: &Server, site: &Site, path: &str) -> Platform {
    site.says(path, "text/plain", "");
    let client = NewClient::new(Method::Basic).with("--post-logout-redirect-uri", AFTER);
    Platform::at(server, &client.with("--backchannel-logout-uri", leaked(site.url(path)))).await
}

fn logout_url(platform: &Platform, tokens: &Tokens) -> String {
    let mut url = url::Url::parse(platform.endpoint("end_session_endpoint")).expect("a URL");
    let hint = tokens.id_token.as_deref().expect("an ID Token");
    url.query_pairs_mut().extend_pairs([("id_token_hint", hint), ("post_logout_redirect_uri", AFTER)]);
    url.into()
}

/// The claims of the logout token of a request, once all that the standard says of both has been seen.
pub async fn told(platform: &Platform, heard: &Heard) -> Value {
    assert_eq!((heard.method.as_str(), heard.query.as_str()), ("POST", ""));
    assert_eq!(heard.content_type, "application/x-www-form-urlencoded");
    let fields = heard.fields();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["logout_token"], "§2.5: and nothing else");
    let token = &fields["logout_token"];
    assert_eq!(jose_header(token)["typ"], "logout+jwt", "§2.4");
    let jwks = Answer::of(http().get(platform.endpoint("jwks_uri"))).await;
    verify(token, &JwkSet::parse(&jwks.body).expect("keys"), &Alg::ALL).expect("signed by a key of ours");
    let claims = payload(token);
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(platform.issuer), &json!(platform.client.id)));
    assert_eq!(claims["events"], json!({ EVENT: {} }), "exactly one event, an empty object");
    let at = |name: &str| claims[name].as_u64().expect("a time");
    assert!(now().abs_diff(at("iat")) < 60 && (1..=120).contains(&(at("exp") - at("iat"))), "{claims}");
    assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() > 16) && claims.get("nonce").is_none(), "{claims}");
    claims
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_backchannel_s2_4_a_sign_out_is_told_with_its_token() {
    let site = Site::http().await;
    let server = house(&site).await;
    let (platform, stranger) = (hearing(&server, &site, "/out").await, hearing(&server, &site, "/stranger").await);
    for member in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
        assert_eq!(platform.metadata[member], true);
    }
    let mut person = Person::signed_up(&server).await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    assert!(tokens.claims["sid"].is_string());
    assert_eq!(person.visit(&logout_url(&platform, &tokens)).await.away().as_str(), AFTER);
    let claims = told(&platform, &site.hears("/out", 1).await[0]).await;
    assert_eq!((&claims["sub"], &claims["sid"]), (&tokens.claims["sub"], &tokens.claims["sid"]));
    let silent = platform.attempt_with("openid", &[("prompt", Some("none"))]);
    let callback = person.authorize(silent.url.as_str(), &Answers::allow()).await;
    assert!(callback.as_str().contains("error=login_required"));
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(site.heard("/out").len(), 1, "told once");
    assert!(site.heard("/stranger").is_empty(), "who took no part is told nothing: {}", stranger.client.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_backchannel_s2_3_every_way_in_which_a_session_ends() {
    let site = Site::http().await;
    let server = house(&site).await;
    let (server, site) = (&server, &site);
    // Signs somebody in at a platform of its own, ends that session in a way, and checks what the platform hears.
    let ends = async |path: &'static str, has_sid: bool, end: &dyn Fn(Person) -> Ending| {
        let platform = hearing(server, site, path).await;
        let mut person = Person::signed_up(server).await;
        let tokens = platform.sign_in(&mut person, "openid").await;
        match end(person) {
            Ending::Elsewhere(mut person) => {
                let mut other = person.elsewhere();
                other.sign_in().await;
                let page = other.visit("/account/sessions").await.page();
                other.submit(&page, &page.form_to("/end-others")).await;
                assert_eq!(person.visit("/account").await.page().url.path(), "/signin");
            }
            Ending::Here(mut person) => {
                let page = person.visit("/account/sessions").await.page();
                person.submit(&page, &page.form("session")).await;
            }
            Ending::Password(person) => {
                let mut other = person.elsewhere();
                other.sign_in().await;
                let page = other.visit("/account/security").await.page();
                let form = page.form("current").fill("current", &other.password.clone());
                other.submit(&page, &form.fill("password", "a walk along three rivers")).await;
            }
            Ending::Replaced(mut person) => {
                let somebody = Person::signed_up(server).await;
                (person.email, person.password) = (somebody.email.clone(), somebody.password.clone());
                let attempt = platform.attempt_with("openid", &[("prompt", Some("login"))]);
                person.walk(attempt.url.as_str(), &Answers::allow()).await;
            }
            Ending::Stopped(mut person) => stop_sharing(&mut person).await,
            Ending::Command(person, verb) => drop(server.cli(&["account", verb, &person.email])),
        }
        let claims = told(&platform, &site.hears(path, 1).await[0]).await;
        assert_eq!(claims["sub"], tokens.claims["sub"], "{path}");
        assert_eq!(claims.get("sid"), has_sid.then_some(&tokens.claims["sid"]), "{path}");
    };
    ends("/elsewhere", true, &Ending::Elsewhere).await;
    ends("/here", true, &Ending::Here).await;
    ends("/password", true, &Ending::Password).await;
    ends("/replaced", true, &Ending::Replaced).await;
    ends("/locked", true, &|person| Ending::Command(person, "lock")).await;
    // Whatever is signed in there by the person's word is over: not one session alone.
    ends("/stopped", false, &Ending::Stopped).await;
}

/// A way in which a session ends.
enum Ending {
    Elsewhere(Person),
    Here(Person),
    Password(Person),
    Replaced(Person),
    Stopped(Person),
    Command(Person, &'static str),
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_backchannel_s2_2_a_client_that_needs_the_session_is_told_it_when_sharing_stops() {
    let site = Site::http().await;
    let server = house(&site).await;
    site.says("/out", "text/plain", "");
    let document = json!({
        "redirect_uris": ["https://orbitphotos.example/callback"], "backchannel_logout_uri": site.url("/out"),
        "backchannel_logout_session_required": true,
    });
    let made = crate::support::registrant::registered(&server.issuer, &document).await;
    assert_eq!(made["backchannel_logout_session_required"], true);
    let platform = crate::support::registrant::platform(&server.issuer, &made).await;
    let mut person = Person::signed_up(&server).await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    stop_sharing(&mut person).await;
    let claims = told(&platform, &site.hears("/out", 1).await[0]).await;
    assert_eq!(claims["sid"], tokens.claims["sid"]);
    // It takes no part in the session any more.
    person.sign_out().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(site.heard("/out").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_backchannel_s2_8_a_client_that_is_away_is_told_later_and_nobody_waits() {
    let site = Site::http().await;
    let server = house(&site).await;
    let platform = hearing(&server, &site, "/away").await;
    let refusing = hearing(&server, &site, "/refusing").await;
    site.answers("/away", 503, "text/plain", "later");
    site.answers("/refusing", 400, "text/plain", "no");
    let mut person = Person::signed_up(&server).await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    refusing.sign_in(&mut person, "openid").await;
    person.visit(&logout_url(&platform, &tokens)).await.away();
    let first = told(&platform, &site.hears("/away", 1).await[0]).await;
    site.says("/away", "text/plain", "");
    let heard = site.hears("/away", 2).await;
    let second = told(&platform, &heard[1]).await;
    assert_eq!(first["jti"], second["jti"], "the same sign-out, told again");
    assert_eq!(site.heard("/refusing").len(), 1, "§2.8: what is refused is not told again");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_backchannel_s2_1_a_session_keeps_its_name_when_it_is_proven_again() {
    let site = Site::http().await;
    let server = house(&site).await;
    let platform = hearing(&server, &site, "/out").await;
    let mut person = Person::signed_up(&server).await;
    let first = platform.sign_in(&mut person, "openid").await;
    let old = person.jar.find("sw").expect("a session").value.clone();
    let attempt = platform.attempt_with("openid", &[("prompt", Some("login"))]);
    let second = platform.sign_in_with(&mut person, attempt, &Answers::allow()).await;
    assert_eq!(first.claims["sid"], second.claims["sid"]);
    assert_ne!(person.jar.find("sw").expect("a session").value, old, "ASVS 7.2.4: another cookie all the same");
    // The hint of before is of this session: nobody has to be asked.
    assert_eq!(person.visit(&logout_url(&platform, &first)).await.away().as_str(), AFTER);
    assert_eq!(told(&platform, &site.hears("/out", 1).await[0]).await["sid"], first.claims["sid"]);
}
