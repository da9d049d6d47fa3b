//! RFC 8693: one token for another: with less scope, for another resource server, by somebody who acts.

use serde_json::{Value, json};

use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Method, Platform, Tokens, payload};
use crate::support::proofs::ProofKey;
use crate::support::seeded;

use super::parties::{ALBUMS, ALBUMS_CLIENT, EXCHANGE, PRINTS, PRINTS_CLIENT, party, platform, server, sign_in};

const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
const REFRESH: &str = "urn:ietf:params:oauth:token-type:refresh_token";
const ID: &str = "urn:ietf:params:oauth:token-type:id_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const ALL: &str = "openid profile email offline_access albums.read prints.order";

async fn exchange(platform: &Platform, token: &str, kind: &str, more: &[(&str, &str)]) -> Answer {
    let subject = [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", kind)];
    platform.token(&[&subject, more].concat()).await
}

async fn shared() -> (Platform, Person, Tokens) {
    let (platform, mut person) = (platform(Method::Basic).await, seeded::signed_in(server().await).await);
    let tokens = sign_in(&platform, &mut person, ALL, &[]).await;
    (platform, person, tokens)
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("{name} in {body}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8693_s2_2_1_every_token_of_ones_own() {
    let (platform, mut person, tokens) = shared().await;
    let (refresh, id_token) = (tokens.refresh.clone().unwrap(), tokens.id_token.clone().unwrap());
    for (token, kind) in [(&tokens.access, ACCESS), (&refresh, REFRESH), (&id_token, ID)] {
        let answer = exchange(&platform, token, kind, &[("scope", "openid profile")]).await;
        assert_eq!(
            (answer.status, answer.header("cache-control")),
            (200, Some("no-store")),
            "{kind}: {}",
            answer.text()
        );
        let body = answer.json();
        assert_eq!((text(&body, "issued_token_type"), text(&body, "token_type")), (ACCESS, "Bearer"));
        assert_eq!(text(&body, "scope"), "openid profile");
        assert!(body.get("refresh_token").is_none() && body.get("id_token").is_none(), "{body}");
        let told = platform.userinfo(text(&body, "access_token")).await.json();
        assert_eq!((&told["sub"], told["name"].as_str()), (&tokens.claims["sub"], Some(seeded::NAME)));
        assert!(told.get("email").is_none(), "less scope: {told}");
        // No more than before, and never longer.
        let again = text(&body, "access_token");
        let wider = exchange(&platform, again, ACCESS, &[("scope", "openid email")]).await;
        wider.must_refuse(400, "invalid_scope");
        let until = platform.introspect(again).await.json()["exp"].as_i64().unwrap();
        let next = exchange(&platform, again, ACCESS, &[]).await.json();
        let next = platform.introspect(text(&next, "access_token")).await.json();
        assert!(next["exp"].as_i64().unwrap() <= until, "{next}");
        assert!(next.get("act").is_none(), "impersonation");
    }
    assert_eq!(platform.refresh(&refresh).await.status, 200, "an exchange spends nothing");
    assert!(person.visit("/account/activity").await.page().text().contains("got a pass for another service"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8693_s1_1_delegation() {
    let (platform, _, tokens) = shared().await;
    let own = platform.token(&[("grant_type", "client_credentials"), ("resource", ALBUMS)]).await.json();
    let actor = platform.token(&[("grant_type", "client_credentials")]).await.json();
    let actor = text(&actor, "access_token");
    let acts = [("actor_token", actor), ("actor_token_type", ACCESS)];
    let body = exchange(&platform, &tokens.access, ACCESS, &acts).await.json();
    let told = platform.introspect(text(&body, "access_token")).await.json();
    let id = platform.client.id.as_str();
    assert_eq!(told["act"], json!({ "sub": id }));
    let albums = [acts[0], acts[1], ("resource", ALBUMS)];
    let jwt = exchange(&platform, text(&body, "access_token"), ACCESS, &albums).await.json();
    let claims = payload(text(&jwt, "access_token"));
    assert_eq!(claims["act"], json!({ "sub": id, "act": { "sub": id } }), "§4.1: the newest outside");
    assert_eq!(claims["sub"], tokens.claims["sub"]);
    // Another person of this client may act, too.
    let mut other = seeded::signed_in(server().await).await;
    let theirs = sign_in(&platform, &mut other, ALL, &[]).await;
    let acts = [("actor_token", theirs.id_token.as_deref().unwrap()), ("actor_token_type", ID)];
    let body = exchange(&platform, &tokens.access, ACCESS, &acts).await.json();
    let told = platform.introspect(text(&body, "access_token")).await.json();
    assert_eq!(told["act"], json!({ "sub": theirs.claims["sub"] }));
    for bad in [
        vec![("actor_token", "x"), ("actor_token_type", ACCESS)],
        vec![("actor_token", actor)],
        vec![("actor_token_type", ACCESS)],
        vec![("actor_token", text(&own, "access_token")), ("actor_token_type", ACCESS)],
    ] {
        exchange(&platform, &tokens.access, ACCESS, &bad).await.must_refuse(400, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8693_s2_1_a_resource_server_calls_another() {
    let (platform, mut person, tokens) = shared().await;
    let (albums, prints) = (party(ALBUMS_CLIENT).await, party(PRINTS_CLIENT).await);
    let for_albums = exchange(&platform, &tokens.access, ACCESS, &[("resource", ALBUMS)]).await.json();
    assert_eq!(text(&for_albums, "issued_token_type"), ACCESS);
    let received = text(&for_albums, "access_token");
    let claims = payload(received);
    assert_eq!((claims["aud"].as_str(), claims["scope"].as_str()), (Some(ALBUMS), Some("albums.read")));
    for target in [("resource", PRINTS), ("audience", PRINTS), ("audience", "Prints"), ("audience", PRINTS_CLIENT)] {
        let onward = exchange(&albums, received, JWT, &[target, ("requested_token_type", JWT)]).await;
        assert_eq!(onward.status, 200, "{target:?}: {}", onward.text());
        let body = onward.json();
        assert_eq!(text(&body, "issued_token_type"), JWT);
        let claims = payload(text(&body, "access_token"));
        assert_eq!((claims["aud"].as_str(), claims["scope"].as_str()), (Some(PRINTS), Some("prints.order")));
        assert_eq!((claims["client_id"].as_str(), &claims["sub"]), (Some(ALBUMS_CLIENT), &tokens.claims["sub"]));
        assert_eq!(prints.introspect(text(&body, "access_token")).await.json()["active"], true);
    }
    // Not where no operator said so, not our own endpoints, not what was made for another.
    exchange(&albums, received, ACCESS, &[]).await.must_refuse(400, "invalid_target");
    exchange(&albums, received, ACCESS, &[("resource", &albums.issuer)]).await.must_refuse(400, "invalid_target");
    exchange(&prints, received, ACCESS, &[("resource", PRINTS)]).await.must_refuse(400, "invalid_request");
    exchange(&platform, received, ACCESS, &[("resource", PRINTS)]).await.must_refuse(400, "invalid_target");
    exchange(&albums, &tokens.access, ACCESS, &[("resource", PRINTS)]).await.must_refuse(400, "invalid_request");
    // The grant is the first one's: stopping it ends all of it.
    let onward = exchange(&albums, received, ACCESS, &[("resource", PRINTS)]).await.json();
    let onward = text(&onward, "access_token");
    let list = person.visit("/account/apps").await.page();
    let href = list.body.split("href=\"/account/apps/").nth(1).and_then(|rest| rest.split('"').next()).expect("an app");
    let page = person.visit(&format!("/account/apps/{href}/stop")).await.page();
    let stop = page.forms().into_iter().find(|form| form.action.path().ends_with("/stop")).expect("the form");
    person.submit(&page, &stop).await.page();
    assert_eq!(prints.introspect(onward).await.json()["active"], false);
    exchange(&albums, received, ACCESS, &[("resource", PRINTS)]).await.must_refuse(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8693_s2_2_2_refusals() {
    let (platform, _, tokens) = shared().await;
    let other = super::parties::platform(Method::Basic).await;
    let access = tokens.access.as_str();
    for (what, token, kind, more, error) in [
        ("§2.2.2 nonsense", "x", ACCESS, vec![], "invalid_request"),
        ("§2.2.2 another kind", access, REFRESH, vec![], "invalid_request"),
        ("§2.2.2 no JWT", access, JWT, vec![], "invalid_request"),
        ("§3 unknown type", access, "urn:ietf:params:oauth:token-type:saml2", vec![], "invalid_request"),
        ("§2.1 no such result", access, ACCESS, vec![("requested_token_type", REFRESH)], "invalid_request"),
        ("§2.1 no JWT for us", access, ACCESS, vec![("requested_token_type", JWT)], "invalid_request"),
        ("§2.2.2 resource", access, ACCESS, vec![("resource", "urn:other")], "invalid_target"),
        ("§2.2.2 audience", access, ACCESS, vec![("audience", "other")], "invalid_target"),
        ("§2.1 two targets", access, ACCESS, vec![("audience", PRINTS), ("resource", ALBUMS)], "invalid_target"),
        ("§2.1 scope", access, ACCESS, vec![("scope", "openid phone")], "invalid_scope"),
        ("RFC 8707 no scope of it", access, ACCESS, vec![("scope", "openid"), ("resource", ALBUMS)], "invalid_target"),
    ] {
        let got = exchange(&platform, token, kind, &more).await;
        assert_eq!((got.status, got.error().as_str()), (400, error), "{what}: {}", got.text());
    }
    exchange(&other, access, ACCESS, &[]).await.must_refuse(400, "invalid_request");
    exchange(&other, tokens.id_token.as_deref().unwrap(), ID, &[]).await.must_refuse(400, "invalid_request");
    platform.token(&[("grant_type", EXCHANGE)]).await.must_refuse(400, "invalid_request");
    assert_eq!(platform.revoke(access).await.status, 200);
    exchange(&platform, access, ACCESS, &[]).await.must_refuse(400, "invalid_request");
    let web = Platform::at(server().await, &crate::support::platform::NewClient::new(Method::Basic)).await;
    exchange(&web, access, ACCESS, &[]).await.must_refuse(400, "unauthorized_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8693_s2_2_1_what_the_answer_has() {
    let (platform, _, tokens) = shared().await;
    let resource = [("resource", ALBUMS), ("requested_token_type", JWT), ("an_extension", "x")];
    for more in [&[("scope", "openid")][..], &resource] {
        let body = exchange(&platform, &tokens.access, ACCESS, more).await.json();
        let mut members: Vec<&str> = body.as_object().expect("an object").keys().map(String::as_str).collect();
        members.retain(|name| *name != "grant_id");
        members.sort_unstable();
        assert_eq!(members, ["access_token", "expires_in", "issued_token_type", "scope", "token_type"], "{body}");
        assert!(body["expires_in"].as_u64().is_some_and(|seconds| (1..=300).contains(&seconds)), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8693_s2_1_and_s2_2_2_more_refusals() {
    let (platform, _, tokens) = shared().await;
    let (access, id_token) = (tokens.access.as_str(), tokens.id_token.as_deref().expect("an ID Token"));
    let refresh = tokens.refresh.clone().expect("a refresh token");
    let of_client = platform.token(&[("grant_type", "client_credentials"), ("resource", ALBUMS)]).await.json();
    let of_client = text(&of_client, "access_token");
    let next = platform.refresh(&refresh).await.json();
    let next = text(&next, "refresh_token");
    for (what, token, kind, more, error) in [
        ("§3 an access token is no ID Token", access, ID, vec![], "invalid_request"),
        ("§3 an access token is no refresh token", access, REFRESH, vec![], "invalid_request"),
        ("§3 an ID Token is no access token", id_token, ACCESS, vec![], "invalid_request"),
        ("§3 an ID Token is no JWT access token", id_token, JWT, vec![], "invalid_request"),
        ("§3 a refresh token is no access token", next, ACCESS, vec![], "invalid_request"),
        ("RFC 6749 §6 a refresh token that was used", &refresh, REFRESH, vec![], "invalid_request"),
        ("§2.1 of nobody", of_client, JWT, vec![], "invalid_request"),
        ("§2.1 an empty token", "", ACCESS, vec![], "invalid_request"),
        ("§2.1 a token twice", access, ACCESS, vec![("subject_token", access)], "invalid_request"),
        ("§2.1 a type twice", access, ACCESS, vec![("subject_token_type", ACCESS)], "invalid_request"),
        ("§2.1 SAML is not issued", access, ACCESS, vec![("requested_token_type", SAML)], "invalid_request"),
        ("§2.1 nor are ID Tokens", access, ACCESS, vec![("requested_token_type", ID)], "invalid_request"),
        ("§2.1 resource, not absolute", access, ACCESS, vec![("resource", "/albums")], "invalid_target"),
        (
            "§2.1 resource with a fragment",
            access,
            ACCESS,
            vec![("resource", "https://albums.example/#x")],
            "invalid_target",
        ),
        ("§2.1 one of two is unknown", access, ACCESS, vec![("audience", ALBUMS), ("audience", "x")], "invalid_target"),
        ("RFC 6749 §3.3 scope", access, ACCESS, vec![("scope", "a\"b")], "invalid_scope"),
    ] {
        let got = exchange(&platform, token, kind, &more).await;
        assert_eq!((got.status, got.error().as_str()), (400, error), "{what}: {}", got.text());
        assert!(got.json()["error_description"].as_str().is_some_and(|why| why.len() > 10), "{what}");
    }
    let mut wrong = Platform::discover(&platform.issuer, platform.client.clone(), String::new()).await;
    wrong.client.secret = Some("another secret".to_owned());
    exchange(&wrong, access, ACCESS, &[]).await.must_refuse(401, "invalid_client");
    assert_eq!(exchange(&platform, access, ACCESS, &[]).await.status, 200, "none of it harmed the token");
}

const SAML: &str = "urn:ietf:params:oauth:token-type:saml2";

/// RFC 8693 §4.1: `act` says who, and has no `exp`, `nbf` or `aud`; RFC 9449 §5: a bound token is nobody's but its key's.
#[tokio::test(flavor = "multi_thread")]
async fn rfc8693_s4_1_and_rfc9449_s5_a_bound_token_stays_with_its_key() {
    let (platform, mut person, _) = shared().await;
    let (key, other) = (ProofKey::generate(), ProofKey::generate());
    let url = platform.endpoint("token_endpoint").to_owned();
    let send = async |form: &[(&str, &str)], key: Option<&ProofKey>| {
        let request = platform.http.post(&url).header("authorization", platform.basic()).form(form);
        let request =
            key.into_iter().fold(request, |request, key| request.header("dpop", key.proof("POST", &url).text()));
        Answer::of(request).await
    };
    let attempt = platform.attempt("openid profile");
    let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
    let code = platform.code(&attempt, &callback);
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &attempt.redirect_uri),
        ("code_verifier", &attempt.verifier),
    ];
    let bound = send(&redeem, Some(&key)).await.json();
    let bound = text(&bound, "access_token");
    let own = platform.token(&[("grant_type", "client_credentials")]).await.json();
    let subject = [("grant_type", EXCHANGE), ("subject_token", bound), ("subject_token_type", ACCESS)];
    let acts = [("actor_token", text(&own, "access_token")), ("actor_token_type", ACCESS)];
    let form = [&subject[..], &acts].concat();
    send(&form, None).await.must_refuse(400, "invalid_request");
    send(&form, Some(&other)).await.must_refuse(400, "invalid_request");
    let got = send(&form, Some(&key)).await;
    assert_eq!((got.status, &got.json()["token_type"]), (200, &json!("DPoP")), "{}", got.text());
    let told = platform.introspect(text(&got.json(), "access_token")).await.json();
    assert_eq!(told["cnf"], json!({ "jkt": key.thumbprint() }));
    let act = told["act"].as_object().expect("who acts");
    assert!(act.keys().all(|name| name == "sub" || name == "act"), "{act:?}");
}
