//! RFC 6749 §3.1 and §4.1, RFC 7636 §4.3, RFC 9207: the authorization endpoint.

use crate::support::form::Page;
use crate::support::person::{Answers, Landing, Person, encode};
use crate::support::platform::{Attempt, CALLBACK, Method, NewClient};
use crate::support::server::Server;

use super::Ends::{Client, Code, Page as OnPage};
use super::{Ends, must_end, pair, platform};

type Changes = &'static [(&'static str, Option<&'static str>)];

/// Section, what is changed in a careful request, where it must end.
const CASES: &[(&str, Changes, Ends)] = &[
    ("RFC 6749 §4.1.1 a careful request", &[], Code),
    ("RFC 6749 §3.1 unknown parameters are passed over", &[("foo", Some("bar"))], Code),
    ("RFC 6749 §3.1 an empty parameter counts as absent", &[("prompt", Some(""))], Code),
    ("OIDC Core §3.1.2.1 no nonce", &[("nonce", None)], Code),
    ("OIDC Core §3.1.2.1 display=page", &[("display", Some("page"))], Code),
    ("OIDC Core §3.1.2.1 display=popup", &[("display", Some("popup"))], Code),
    ("OIDC Core §3.1.2.1 display=touch", &[("display", Some("touch"))], Code),
    ("OIDC Core §3.1.2.1 display=wap", &[("display", Some("wap"))], Code),
    ("OIDC Core §5.2 claims_locales", &[("claims_locales", Some("de fr"))], Code),
    ("OIDC Core §3.1.2.1 ui_locales", &[("ui_locales", Some("xx ar en"))], Code),
    ("OIDC Core §3.1.2.1 login_hint of nobody", &[("login_hint", Some("buffy@nowhere.example"))], Code),
    ("OIDC Core §3.1.2.1 acr_values", &[("acr_values", Some("urn:social-wallet:acr:password 1 2"))], Code),
    ("OIDC Core §5.4 unknown scopes are passed over", &[("scope", Some("openid shoe_size email"))], Code),
    ("OIDC Core §5.4 another order", &[("scope", Some("email openid"))], Code),
    ("RFC 6749 §4.1.2.1 no client_id", &[("client_id", None)], OnPage("invalid_request")),
    ("RFC 6749 §4.1.2.1 an unknown client", &[("client_id", Some("nobody"))], OnPage("invalid_request")),
    ("OIDC Core §3.1.2.1 no redirect_uri", &[("redirect_uri", None)], OnPage("invalid_request")),
    (
        "RFC 9700 §4.1.3 a foreign redirect_uri",
        &[("redirect_uri", Some("https://evil.example/callback"))],
        OnPage("invalid_request"),
    ),
    (
        "RFC 9700 §4.1.3 a longer path",
        &[("redirect_uri", Some("https://orbitphotos.example/callback/"))],
        OnPage("invalid_request"),
    ),
    (
        "RFC 9700 §4.1.3 another query",
        &[("redirect_uri", Some("https://orbitphotos.example/callback?x=1"))],
        OnPage("invalid_request"),
    ),
    (
        "RFC 9700 §4.1.3 upper case",
        &[("redirect_uri", Some("https://ORBITPHOTOS.example/callback"))],
        OnPage("invalid_request"),
    ),
    (
        "RFC 9700 §4.1.3 credentials",
        &[("redirect_uri", Some("https://orbitphotos.example@evil.example/callback"))],
        OnPage("invalid_request"),
    ),
    ("RFC 6749 §3.1.1 no response_type", &[("response_type", None)], Client("invalid_request")),
    ("RFC 6749 §3.1.1 token", &[("response_type", Some("token"))], Client("unsupported_response_type")),
    ("RFC 6749 §3.1.1 nonsense", &[("response_type", Some("CODE"))], Client("unsupported_response_type")),
    ("Multiple Response Types §2.1", &[("response_mode", Some("carrier-pigeon"))], Client("invalid_request")),
    ("RFC 6749 §3.3 no scope", &[("scope", None)], Client("invalid_scope")),
    ("RFC 6749 §3.3 unknown alone", &[("scope", Some("shoe_size"))], Client("invalid_scope")),
    ("RFC 6749 §3.3 grammar", &[("scope", Some("openid \\"))], Client("invalid_scope")),
    ("RFC 7636 §4.4.1 no challenge", &[("code_challenge", None)], Client("invalid_request")),
    (
        "RFC 7636 §4.4.1 neither challenge nor method",
        &[("code_challenge", None), ("code_challenge_method", None)],
        Client("invalid_request"),
    ),
    ("RFC 7636 §4.3 plain", &[("code_challenge_method", Some("plain"))], Client("invalid_request")),
    ("RFC 7636 §4.3 no method means plain", &[("code_challenge_method", None)], Client("invalid_request")),
    ("RFC 7636 §4.2 too short", &[("code_challenge", Some("abc"))], Client("invalid_request")),
    ("OIDC Core §3.1.2.1 prompt", &[("prompt", Some("none login"))], Client("invalid_request")),
    ("OIDC Core §3.1.2.1 unknown prompt", &[("prompt", Some("maybe"))], Client("invalid_request")),
    ("OIDC Core §3.1.2.1 max_age", &[("max_age", Some("soon"))], Client("invalid_request")),
    ("OIDC Core §3.1.2.1 id_token_hint", &[("id_token_hint", Some("e30.e30.e30"))], Client("invalid_request")),
    ("OIDC Core §5.5 claims", &[("claims", Some("{\"userinfo\":1}"))], Client("invalid_request")),
    ("OIDC Core §6.1 request", &[("request", Some("e30.e30."))], Client("invalid_request_object")),
    (
        "OIDC Core §6.2 request_uri",
        &[("request_uri", Some("https://orbitphotos.example/r"))],
        Client("invalid_request_uri"),
    ),
    ("OIDC Core §7.2.1 registration", &[("registration", Some("{}"))], Client("registration_not_supported")),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_requests() {
    let (platform, mut person) = pair().await;
    for (what, changes, ends) in CASES {
        let attempt = platform.attempt_with("openid", changes);
        must_end(&mut person, &platform, &attempt, *ends, what).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s3_1_repeated_parameters_are_refused_before_anything_else() {
    let (platform, mut person) = pair().await;
    for name in ["client_id", "redirect_uri", "state", "scope", "foo"] {
        let attempt = platform.attempt_with("openid", &[("foo", Some("x"))]);
        let value = attempt.url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        let mut url = attempt.url.clone();
        url.query_pairs_mut().append_pair(name, &value);
        let page = person.visit(url.as_str()).await.page();
        assert_eq!(page.status, 400, "{name}");
        assert!(page.text().contains("invalid_request"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s4_1_1_state_comes_back_as_it_was() {
    let (platform, mut person) = pair().await;
    let long = "0123456789abcdef".repeat(8);
    for state in [long.as_str(), "a b+c&d=e%20f/?#[]@!$'()*,;:\"<>", "ünïcödé ☃"] {
        let mut attempt = platform.attempt_with("openid", &[("state", Some(state))]);
        state.clone_into(&mut attempt.state);
        let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
        platform.code(&attempt, &callback);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s3_1_2_a_registered_query_is_kept() {
    let uri = "https://orbitphotos.example/callback?tenant=a%20b&x=1";
    let platform = platform(&NewClient::new(Method::Basic).redirected_to(uri)).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let attempt = platform.attempt("openid");
    let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
    assert!(callback.as_str().starts_with(&format!("{uri}&code=")), "{callback}");
    platform.code(&attempt, &callback);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8252_s7_3_a_native_client_may_use_any_loopback_port() {
    let native = NewClient::new(Method::None).redirected_to("http://127.0.0.1/cb").with("--application-type", "native");
    let platform = platform(&native).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let mut attempt = platform.attempt_with("openid", &[("redirect_uri", Some("http://127.0.0.1:1/cb"))]);
    attempt.redirect_uri = "http://127.0.0.1:1/cb".to_owned();
    let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
    let answer = platform.exchange(&attempt, &platform.code(&attempt, &callback)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let other = platform.attempt_with("openid", &[("redirect_uri", Some("http://localhost:1/cb"))]);
    must_end(&mut person, &platform, &other, OnPage("invalid_request"), "localhost is no loopback literal").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s3_1_2_1_a_request_by_post() {
    let (platform, mut person) = pair().await;
    // A form of another site brings no cookies (SameSite=Lax), so the first request is made without any.
    let attempt = platform.attempt("openid");
    let pairs: Vec<(String, String)> = attempt.url.query_pairs().into_owned().collect();
    let endpoint = url::Url::parse(platform.endpoint("authorization_endpoint")).unwrap();
    let mut stranger = Person::new(Server::shared().await);
    let page = stranger.request(&endpoint, Some(encode(&pairs)), None).await;
    assert_eq!(page.status, 303, "{}", page.text());
    let next = endpoint.join(page.header("location").unwrap()).unwrap();
    assert!(next.path().starts_with("/interaction/"));
    let callback = person.authorize(next.as_str(), &Answers::allow()).await;
    platform.code(&attempt, &callback);
    // Bound to the first browser that came, and used up.
    let mut other = Person::signed_up(Server::shared().await).await;
    assert_eq!(other.visit(next.as_str()).await.page().status, 400);
}

/// The page that carries the answer; its hidden field `code` is none that a person fills in.
pub async fn carried(person: &mut Person, attempt: &Attempt, answers: &Answers) -> Page {
    let page = person.visit(attempt.url.as_str()).await.page();
    if page.find_form("decision").is_some() { person.decide(&page, answers).await.page() } else { page }
}

#[tokio::test(flavor = "multi_thread")]
async fn form_post_s2_success_and_error_travel_in_a_form() {
    let (platform, mut person) = pair().await;
    let by_form = [("response_mode", Some("form_post"))];
    let attempt = platform.attempt_with("openid", &by_form);
    let page = carried(&mut person, &attempt, &Answers::allow()).await;
    let sent = |page: &Page| page.form_to(CALLBACK).pairs();
    let field = |pairs: &[(String, String)], name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    let pairs = sent(&page);
    assert_eq!(field(&pairs, "state").as_ref(), Some(&attempt.state));
    assert_eq!(field(&pairs, "iss").as_ref(), Some(&platform.issuer));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action https://orbitphotos.example;"), "{policy}");
    assert!(page.has("form button"), "a visible button for browsers without scripts");
    let answer = platform.exchange(&attempt, &field(&pairs, "code").unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());

    let wrong = platform.attempt_with("openid", &[by_form[0], ("prompt", Some("none login"))]);
    let page = carried(&mut person, &wrong, &Answers::allow()).await;
    assert!(page.title().contains("Orbit Photos"), "an answer at once says whose it is: {}", page.title());
    let pairs = sent(&page);
    assert_eq!(field(&pairs, "error").as_deref(), Some("invalid_request"));
    assert_eq!(field(&pairs, "state").as_ref(), Some(&wrong.state));

    let deny = platform.attempt_with("openid profile", &by_form);
    let pairs = sent(&carried(&mut person, &deny, &Answers::deny()).await);
    assert_eq!(field(&pairs, "error").as_deref(), Some("access_denied"));
}

#[tokio::test(flavor = "multi_thread")]
async fn design_s0_10_no_form_of_ours_is_answered_with_a_redirect_to_a_client() {
    let platform = platform(&NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let attempt = platform.attempt("openid email");
    let consent = person.walk_to_consent(attempt.url.as_str()).await;
    assert_eq!(
        person.decide(&consent, &Answers::allow()).await.away().origin().ascii_serialization(),
        "https://orbitphotos.example"
    );
    assert!(person.trail.last().unwrap().path().ends_with("/leaving"), "{:?}", person.trail);
    // Signing in again with everything decided leads over the same page.
    let mut elsewhere = person.elsewhere();
    elsewhere.authorize(platform.attempt("openid email").url.as_str(), &Answers::allow()).await;
    assert!(elsewhere.trail.last().unwrap().path().ends_with("/leaving"), "{:?}", elsewhere.trail);
    // With a session there is no page at all.
    let silent = platform.attempt("openid email");
    person.authorize(silent.url.as_str(), &Answers::allow()).await;
    assert_eq!(person.trail.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interaction_belongs_to_one_browser_and_ends_once() {
    let server = Server::shared().await;
    let platform = platform(&NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(server).await;
    let attempt = platform.attempt("openid email");
    let consent = person.walk_to_consent(attempt.url.as_str()).await;
    let form = consent.form("decision").press("decision", "allow");
    let mut thief = Person::signed_up(server).await;
    let stolen = thief.visit(consent.url.as_str()).await.page();
    assert_eq!(stolen.status, 400, "another browser");
    let posted = thief.submit(&consent, &form).await.page();
    assert!(matches!(posted.status, 400 | 403), "another browser's form: {}", posted.status);
    // The same answer sent twice gives one code.
    person.submit(&consent, &form).await.away();
    let again = person.submit(&consent, &form).await;
    assert!(matches!(again, Landing::Page(page) if page.status == 400), "a second answer");
}
