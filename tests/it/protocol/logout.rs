//! OIDC RP-Initiated Logout 1.0 §2 to §3, beyond what `conformance::rp_initiated_logout` asks.

use url::Url;

use crate::support::person::{Answers, Landing, Person};
use crate::support::platform::{Method, NewClient, Platform};
use crate::support::server::Server;

use super::{answers, pair, platform};

const AFTER: &str = "https://orbitphotos.example/bye";

fn leaving() -> NewClient {
    NewClient::new(Method::Basic).with("--post-logout-redirect-uri", AFTER)
}

fn logout_url(platform: &Platform, parameters: &[(&str, &str)]) -> Url {
    let mut url = Url::parse(platform.endpoint("end_session_endpoint")).unwrap();
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

async fn is_signed_in(person: &mut Person, platform: &Platform) -> bool {
    let silent = platform.attempt_with("openid", &[("prompt", Some("none"))]);
    let callback = person.authorize(silent.url.as_str(), &Answers::allow()).await;
    answers(&callback)("error").as_deref() != Some("login_required")
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_logout_s2_without_a_hint_the_person_is_asked() {
    let (platform, mut person) = pair().await;
    platform.sign_in(&mut person, "openid").await;
    let page = person.visit(logout_url(&platform, &[]).as_str()).await.page();
    assert!(page.find_form("decision").is_some(), "asked first: {}", page.text());
    assert!(is_signed_in(&mut person, &platform).await, "a link alone signs nobody out");
    let stay = page.form("decision").press("decision", "stay");
    person.submit(&page, &stay).await;
    assert!(is_signed_in(&mut person, &platform).await);
    let page = person.visit(logout_url(&platform, &[]).as_str()).await.page();
    let done = person.submit(&page, &page.form("decision").press("decision", "sign_out")).await.page();
    assert_eq!(done.status, 200);
    assert!(!is_signed_in(&mut person, &platform).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_logout_s2_anothers_hint_asks_first() {
    let platform = platform(&leaving()).await;
    let server = Server::shared().await;
    let mut other = Person::signed_up(server).await;
    let of_other = platform.sign_in(&mut other, "openid").await;
    let mut person = Person::signed_up(server).await;
    platform.sign_in(&mut person, "openid").await;
    let hint = of_other.id_token.as_deref().unwrap();
    let url = logout_url(&platform, &[("id_token_hint", hint), ("post_logout_redirect_uri", AFTER)]);
    let page = person.visit(url.as_str()).await.page();
    assert!(page.find_form("decision").is_some(), "{}", page.text());
    let away = person.submit(&page, &page.form("decision").press("decision", "sign_out")).await.away();
    assert!(away.as_str().starts_with(AFTER));
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_logout_s3_no_redirect_that_is_not_registered() {
    let platform = platform(&leaving()).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let hint = tokens.id_token.as_deref().unwrap();
    let foreign = super::platform(&leaving()).await;
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("not registered", &[("id_token_hint", hint), ("post_logout_redirect_uri", "https://evil.example/")]),
        (
            "a longer path",
            &[("id_token_hint", hint), ("post_logout_redirect_uri", "https://orbitphotos.example/bye/x")],
        ),
        ("no hint", &[("post_logout_redirect_uri", AFTER)]),
        ("no hint but a client", &[("client_id", &platform.client.id), ("post_logout_redirect_uri", AFTER)]),
        ("a broken hint", &[("id_token_hint", "e30.e30.AAAA"), ("post_logout_redirect_uri", AFTER)]),
        ("another client", &[("id_token_hint", hint), ("client_id", &foreign.client.id)]),
    ];
    for (what, parameters) in cases {
        match person.visit(logout_url(&platform, parameters).as_str()).await {
            Landing::Page(page) => {
                assert_eq!(page.status, 400, "{what}: {}", page.text());
                assert!(page.text().contains("invalid_request"), "{what}: {}", page.text());
            }
            Landing::Away(url) => panic!("{what}: sent to {url}"),
        }
        assert!(is_signed_in(&mut person, &platform).await, "{what}: and still signed in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_logout_s2_by_post_too() {
    let platform = platform(&leaving()).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let url = logout_url(&platform, &[]);
    let hint = tokens.id_token.clone().unwrap();
    let body = crate::support::person::encode(&[
        ("id_token_hint".to_owned(), hint),
        ("post_logout_redirect_uri".to_owned(), AFTER.to_owned()),
    ]);
    let answer = person.request(&url, Some(body), None).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some(AFTER)), "{}", answer.text());
    assert!(!is_signed_in(&mut person, &platform).await);
}
