//! Every parameter of an authorization request, right and wrong.

use proptest::prelude::*;

use super::*;
use crate::oauth::profile::PROFILES;
use crate::oauth::supported::sample;

const GOOD: &[(&str, &str)] = &[
    ("response_type", "code"),
    ("redirect_uri", "https://a.example/cb"),
    ("scope", "openid email"),
    ("state", "s"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
];

fn client() -> Client {
    Client {
        redirect_uris: vec!["https://a.example/cb".into(), "https://b.example/cb".into()],
        scope: "openid email profile offline_access".parse().unwrap(),
        ..Client::new("c".into())
    }
}

fn query(changes: &[(&str, Option<&str>)]) -> Params {
    let kept = GOOD.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name)).copied();
    let added = changes.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
    let mut text = String::new();
    for (name, value) in kept.chain(added) {
        text.push_str(if text.is_empty() { "" } else { "&" });
        text.push_str(name);
        text.push('=');
        crate::oauth::params::encode(value, &mut text);
    }
    Params::from_query(&text).unwrap()
}

fn read_with(
    client: &Client,
    hinted: Option<Result<String, Error>>,
    changes: &[(&str, Option<&str>)],
) -> Result<AuthorizationRequest, Rejection> {
    let supported = sample::supported();
    let facts = Facts {
        client,
        profile: &PROFILES[0],
        supported: &supported,
        issuer: "https://op.example",
        way: &Way::default(),
        hinted,
    };
    read(&query(changes), &facts)
}

fn case(changes: &[(&str, Option<&str>)]) -> Result<AuthorizationRequest, Rejection> {
    read_with(&client(), None, changes)
}

/// Who hears of an error.
#[derive(Debug, PartialEq)]
enum Told {
    Page(Code),
    Client(Code),
}

fn told(outcome: Result<AuthorizationRequest, Rejection>) -> Option<Told> {
    match outcome {
        Ok(_) => None,
        Err(Rejection::Page(error)) => Some(Told::Page(error.code())),
        Err(Rejection::Reply(_, error)) => Some(Told::Client(error.code())),
    }
}

#[test]
fn rfc6749_s4_1_1_a_careful_request() {
    let changes = [
        ("nonce", Some("n-1")),
        ("prompt", Some("consent")),
        ("max_age", Some("60")),
        ("login_hint", Some("amina@mail.example")),
        ("ui_locales", Some("ar en")),
        ("claims", Some(r#"{"userinfo":{"name":null,"phone_number":null},"id_token":{"auth_time":null}}"#)),
        ("unknown", Some("x")),
        ("display", Some("popup")),
        ("claims_locales", Some("de")),
    ];
    let request = case(&changes).unwrap();
    assert_eq!((request.nonce.as_deref(), request.max_age), (Some("n-1"), Some(Seconds(60))));
    assert_eq!(request.scope.to_string(), "email openid");
    assert_eq!(request.ui_locales, ["ar", "en"]);
    assert!(request.claims.userinfo.contains_key("name"));
    assert!(!request.claims.userinfo.contains_key("phone_number"), "a claim of a scope that the client has not");
    assert_eq!(request.reply_to.redirect_uri(), "https://a.example/cb");
    let kept = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<AuthorizationRequest>(&kept).unwrap(), request);
}

/// A parameter and what it becomes; nothing takes it away.
type Change<'a> = (&'a str, Option<&'a str>);

#[test]
fn refusals_in_the_order_of_the_standards() {
    use Told::{Client, Page};
    let long = "x".repeat(MOST_BYTES + 1);
    let cases: &[(&str, &[Change<'_>], Told)] = &[
        ("OIDC Core §3.1.2.1 no redirect_uri", &[("redirect_uri", None)], Page(Code::InvalidRequest)),
        (
            "RFC 6749 §3.1.2.4 a foreign redirect_uri",
            &[("redirect_uri", Some("https://evil.example/cb")), ("response_type", Some("x"))],
            Page(Code::InvalidRequest),
        ),
        ("Multiple Response Types §2.1", &[("response_mode", Some("carrier-pigeon"))], Client(Code::InvalidRequest)),
        ("Multiple Response Types §2.1", &[("response_mode", Some("web_message"))], Client(Code::InvalidRequest)),
        ("RFC 6749 §3.1.1 no response_type", &[("response_type", None)], Client(Code::InvalidRequest)),
        ("RFC 6749 §3.1.1 implicit", &[("response_type", Some("token"))], Client(Code::UnsupportedResponseType)),
        ("RFC 6749 §3.1.1 hybrid", &[("response_type", Some("code id_token"))], Client(Code::UnauthorizedClient)),
        ("RFC 6749 §3.1.1 nonsense", &[("response_type", Some("Code"))], Client(Code::UnsupportedResponseType)),
        ("OIDC Core §7.2.1", &[("registration", Some("{}"))], Client(Code::RegistrationNotSupported)),
        ("OIDC Core §5.5", &[("claims", Some("{"))], Client(Code::InvalidRequest)),
        ("RFC 6749 §3.3 no scope", &[("scope", None)], Client(Code::InvalidScope)),
        ("RFC 6749 §3.3 unknown alone", &[("scope", Some("whatever"))], Client(Code::InvalidScope)),
        ("RFC 6749 §3.3 not registered", &[("scope", Some("openid phone"))], Client(Code::InvalidScope)),
        ("RFC 6749 §3.3 for clients", &[("scope", Some("wallet.usage.read"))], Client(Code::InvalidScope)),
        ("RFC 6749 §3.3 grammar", &[("scope", Some("openid \"x\""))], Client(Code::InvalidScope)),
        ("RFC 7636 §4.4.1 no challenge", &[("code_challenge", None)], Client(Code::InvalidRequest)),
        ("RFC 7636 §4.3 plain", &[("code_challenge_method", Some("plain"))], Client(Code::InvalidRequest)),
        ("RFC 7636 §4.3 no method", &[("code_challenge_method", None)], Client(Code::InvalidRequest)),
        ("a long state", &[("state", Some(&long))], Client(Code::InvalidRequest)),
        ("a long nonce", &[("nonce", Some(&long))], Client(Code::InvalidRequest)),
        ("OIDC Core §3.1.2.1 prompt", &[("prompt", Some("none login"))], Client(Code::InvalidRequest)),
        ("OIDC Core §3.1.2.1 max_age", &[("max_age", Some("-1"))], Client(Code::InvalidRequest)),
    ];
    for (name, changes, wanted) in cases {
        assert_eq!(told(case(changes)).as_ref(), Some(wanted), "{name} {changes:?}");
    }
    let unknown_beside_known = case(&[("scope", Some("openid whatever"))]).unwrap();
    assert_eq!(unknown_beside_known.scope.to_string(), "openid");
}

#[test]
fn oidc_core_s3_1_2_1_what_the_client_is_registered_for_decides() {
    let closed = Client { grant_types: vec!["client_credentials".into()], ..client() };
    assert_eq!(told(read_with(&closed, None, &[])), Some(Told::Client(Code::UnauthorizedClient)));
    let query_alone = Client { response_modes: vec!["query".into()], ..client() };
    let form_post = [("response_mode", Some("form_post"))];
    assert_eq!(told(read_with(&query_alone, None, &form_post)), Some(Told::Client(Code::InvalidRequest)));
    assert_eq!(told(case(&form_post)), None);
    let relaxed = Client { require_pkce: false, token_endpoint_auth_method: "client_secret_basic".into(), ..client() };
    let without = [("code_challenge", None), ("code_challenge_method", None)];
    assert_eq!(told(read_with(&relaxed, None, &without)), None);
    let public = Client { token_endpoint_auth_method: "none".into(), ..relaxed };
    assert_eq!(told(read_with(&public, None, &without)), Some(Told::Client(Code::InvalidRequest)));
    let with_defaults = Client { default_max_age: Some(Seconds(30)), default_acr_values: vec!["a".into()], ..client() };
    let request = read_with(&with_defaults, None, &[]).unwrap();
    assert_eq!((request.max_age, request.acr_values), (Some(Seconds(30)), vec!["a".to_owned()]));
}

#[test]
fn oidc_core_s3_1_2_1_hints_name_one_subject() {
    let claimed = [("claims", Some(r#"{"id_token":{"sub":{"value":"x"}}}"#))];
    assert_eq!(read_with(&client(), None, &claimed).unwrap().subject.as_deref(), Some("x"));
    assert_eq!(read_with(&client(), Some(Ok("x".into())), &claimed).unwrap().subject.as_deref(), Some("x"));
    let other = read_with(&client(), Some(Ok("y".into())), &claimed);
    assert_eq!(told(other), Some(Told::Client(Code::InvalidRequest)));
    let bad = read_with(&client(), Some(Err(Error::invalid_request("no"))), &[]);
    assert_eq!(told(bad), Some(Told::Client(Code::InvalidRequest)));
}

proptest! {
    #[test]
    fn an_answer_goes_to_a_registered_address_or_nowhere(uri: String, mode in "[a-z_]{0,10}") {
        let outcome = case(&[("redirect_uri", Some(&uri).filter(|u| !u.chars().any(char::is_control)).map(|u| u.as_str())),
            ("response_mode", Some(&mode))]);
        let reply_to = match outcome {
            Ok(request) => request.reply_to,
            Err(Rejection::Reply(reply_to, _)) => *reply_to,
            Err(Rejection::Page(_)) => return Ok(()),
        };
        prop_assert!(client().redirect_uris.iter().any(|known| known == reply_to.redirect_uri()));
    }
}
