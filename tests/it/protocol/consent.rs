//! WALLET.md §7: what a person decides is what is shared, for as long as they said.

use crate::support::person::{Answers, Landing, Person};
use crate::support::platform::{Method, NewClient};
use crate::support::server::Server;

use super::oidc_core_userinfo::{fill_profile, stop_sharing};
use super::{answers, pair, platform};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unticked_is_never_shared() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    fill_profile(&mut person).await;
    let platform = platform(&NewClient::new(Method::Basic)).await;
    let attempt = platform.attempt("openid profile email phone");
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    assert!(page.text().contains("Amina Yusuf"), "the page shows the values: {}", page.text());
    let phone = page.texts("#about-phone-number, #about-phone_number").concat();
    assert!(phone.contains("•••") && !phone.contains("12345"), "masked until it is asked for: {phone}");
    let callback = person.decide(&page, &Answers::only(&["name", "email"])).await.away();
    let tokens =
        platform.tokens(&attempt, platform.exchange(&attempt, &platform.code(&attempt, &callback)).await).await;
    let claims = platform.userinfo(&tokens.access).await.json();
    assert_eq!((claims["name"].as_str(), claims["email"].as_str()), (Some("Amina Yusuf"), Some(&*person.email)));
    for hidden in ["phone_number", "phone_number_verified", "birthdate", "gender", "address", "given_name"] {
        assert!(claims.get(hidden).is_none(), "{hidden} was not ticked: {claims}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_form_widens_nothing() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    fill_profile(&mut person).await;
    let platform = platform(&NewClient::new(Method::Basic)).await;
    let attempt = platform.attempt("openid email");
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    let form = page.form("decision").forge("claim", "phone_number").forge("claim", "wallet.badges");
    let callback = person.submit(&page, &form.press("decision", "allow")).await.away();
    let tokens =
        platform.tokens(&attempt, platform.exchange(&attempt, &platform.code(&attempt, &callback)).await).await;
    let claims = platform.userinfo(&tokens.access).await.json();
    assert!(claims.get("phone_number").is_none(), "what was not asked for cannot be posted: {claims}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_token_or_from_elsewhere_decides_nothing() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt("openid email");
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    let bare = page.form("decision").without("csrf").press("decision", "allow");
    assert_eq!(person.submit(&page, &bare).await.page().status, 400, "no token");
    let forged = page.form("decision").forge("csrf", "AAAAAAAAAAAAAAAAAAAAAAAA").press("decision", "allow");
    assert_eq!(person.submit(&page, &forged).await.page().status, 400, "another token");
    let mut elsewhere = Person::signed_up(Server::shared().await).await;
    let stolen = elsewhere.submit(&page, &page.form("decision").press("decision", "allow")).await.page();
    assert!((400..500).contains(&stolen.status), "another browser: {}", stolen.text());
    // Nothing was lost: the request still waits for its own browser.
    let callback = person.decide(&page, &Answers::allow()).await.away();
    assert!(!platform.code(&attempt, &callback).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt("openid email");
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    let first = person.decide(&page, &Answers::allow()).await.away();
    let code = platform.code(&attempt, &first);
    assert_eq!(platform.exchange(&attempt, &code).await.status, 200);
    match person.decide(&page, &Answers::allow()).await {
        Landing::Page(page) => assert!((400..500).contains(&page.status), "{}", page.text()),
        Landing::Away(url) => assert_eq!(platform.code(&attempt, &url), code, "no second code for one request"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s4_1_2_1_access_denied() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt("openid email");
    let callback = person.authorize(attempt.url.as_str(), &Answers::deny()).await;
    assert_eq!(answers(&callback)("error").as_deref(), Some("access_denied"));
    let again = person.walk_to_consent(platform.attempt("openid email").url.as_str()).await;
    assert!(again.find_form("decision").is_some(), "a refusal is not remembered as a decision");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_decided_is_not_asked_again_until_something_new() {
    let (platform, mut person) = pair().await;
    fill_profile(&mut person).await;
    platform.sign_in(&mut person, "openid email").await;
    let silent = platform.attempt_with("openid email", &[("prompt", Some("none"))]);
    let callback = person.authorize(silent.url.as_str(), &Answers::allow()).await;
    assert!(!platform.code(&silent, &callback).is_empty());
    let wider = platform.attempt("openid email profile");
    let page = person.walk_to_consent(wider.url.as_str()).await;
    let offered = page.form("decision").offers("claim");
    assert!(!offered.iter().any(|claim| claim == "email"), "only what is new is asked: {offered:?}");
    assert!(offered.iter().any(|claim| claim == "name"), "{offered:?}");
    let silent = platform.attempt_with("openid email profile", &[("prompt", Some("none"))]);
    let callback = person.authorize(silent.url.as_str(), &Answers::allow()).await;
    assert_eq!(answers(&callback)("error").as_deref(), Some("consent_required"));
}

#[tokio::test(flavor = "multi_thread")]
async fn once_is_once() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt("openid email");
    let answers_once = Answers::only(&["email"]).for_duration("once");
    platform.sign_in_with(&mut person, attempt, &answers_once).await;
    let again = platform.attempt_with("openid email", &[("prompt", Some("none"))]);
    let callback = person.authorize(again.url.as_str(), &Answers::allow()).await;
    assert_eq!(answers(&callback)("error").as_deref(), Some("consent_required"));
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_takes_effect_on_the_next_request() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    let platform = platform(&NewClient::new(Method::Basic)).await;
    let attempt = platform.attempt_with("openid email offline_access", &[("prompt", Some("consent"))]);
    let tokens = platform.sign_in_with(&mut person, attempt, &Answers::only(&["email", "offline_access"])).await;
    let refresh = tokens.refresh.as_deref().expect("the person lets it stay connected");
    assert_eq!(platform.introspect(&tokens.access).await.json()["active"], true);
    stop_sharing(&mut person).await;
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    platform.refresh(refresh).await.must_refuse(400, "invalid_grant");
    assert_eq!(platform.introspect(&tokens.access).await.json()["active"], false);
    let silent = platform.attempt_with("openid email", &[("prompt", Some("none"))]);
    let callback = person.authorize(silent.url.as_str(), &Answers::allow()).await;
    assert_eq!(answers(&callback)("error").as_deref(), Some("consent_required"));
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_access_only_where_the_person_let_it() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt_with("openid email offline_access", &[("prompt", Some("consent"))]);
    let tokens = platform.sign_in_with(&mut person, attempt, &Answers::only(&["email"])).await;
    assert!(tokens.refresh.is_none(), "unticked: {}", tokens.body);
    assert!(!tokens.body["scope"].as_str().unwrap_or_default().contains("offline_access"), "RFC 6749 §5.1 tells it");
}
