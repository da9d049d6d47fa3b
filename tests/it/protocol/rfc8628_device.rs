//! RFC 8628: a device asks, its person types a code and decides, the device polls.

use serde_json::Value;

use crate::support::form::Page;
use crate::support::person::{Answers, Landing, Person};
use crate::support::platform::{Answer, Method, NewClient, Platform, http};
use crate::support::seeded;
use crate::support::server::Server;

use super::platform;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A television: it can open no browser and keep no secret.
fn television() -> NewClient {
    NewClient::new(Method::None).with("--grant-type", GRANT).with("--grant-type", "refresh_token")
}

/// What the device shows, and what it polls with.
struct Asked {
    device_code: String,
    user_code: String,
    body: Value,
}

async fn ask(tv: &Platform, scope: &str) -> Asked {
    let answer = tv.post("device_authorization_endpoint", &[("scope", scope)]).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
    let body = answer.json();
    let text = |name: &str| body[name].as_str().expect("text").to_owned();
    Asked { device_code: text("device_code"), user_code: text("user_code"), body }
}

async fn poll(tv: &Platform, device_code: &str) -> Answer {
    tv.token(&[("grant_type", GRANT), ("device_code", device_code)]).await
}

/// Types a code in.
async fn enter(person: &mut Person, code: &str) -> Landing {
    let page = person.visit("/device").await.page();
    person.submit(&page, &page.form("user_code").fill("user_code", code)).await
}

/// Types a code in and answers the page that asks.
async fn answer(person: &mut Person, code: &str, answers: &Answers) -> Page {
    let page = enter(person, code).await.page();
    assert!(page.find_form("decision").is_some(), "{}", page.text());
    person.decide(&page, answers).await.page()
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s3_2_the_answer_to_the_device() {
    let tv = platform(&television()).await;
    let asked = ask(&tv, "openid").await;
    assert_eq!((asked.body["expires_in"].as_i64(), asked.body["interval"].as_i64()), (Some(300), Some(5)));
    assert!(asked.device_code.len() >= 43 && asked.user_code.len() == 9);
    assert!(asked.user_code.bytes().all(|b| b == b'-' || b"BCDFGHJKLMNPQRSTVWXZ".contains(&b)), "§6.1");
    let uri = format!("{}/device", tv.issuer);
    assert_eq!(asked.body["verification_uri"], uri.as_str());
    assert_eq!(asked.body["verification_uri_complete"], format!("{uri}?user_code={}", asked.user_code));
    let other = ask(&tv, "openid").await;
    assert!(other.user_code != asked.user_code && other.device_code != asked.device_code);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s3_1_refusals_of_the_question() {
    let (tv, web) = (platform(&television()).await, platform(&NewClient::new(Method::Basic)).await);
    for (what, who, parameters, error) in [
        ("§3.1 a client without the grant", &web, vec![("scope", "openid")], "unauthorized_client"),
        ("RFC 6749 §3.3 no scope", &tv, vec![], "invalid_scope"),
        ("RFC 6749 §3.3 unknown", &tv, vec![("scope", "galaxy")], "invalid_scope"),
        ("RFC 6749 §3.3 not its own", &tv, vec![("scope", "openid wallet.usage.read")], "ok"),
        ("OIDC Core §5.5", &tv, vec![("scope", "openid"), ("claims", "[]")], "invalid_request"),
    ] {
        let got = who.post("device_authorization_endpoint", &parameters).await;
        match error {
            "ok" => assert_eq!(got.status, 200, "{what}: what only clients may have is passed over: {}", got.text()),
            error => got.must_refuse(400, error),
        }
    }
    tv.post_raw("device_authorization_endpoint", &[], "scope=openid").await.must_refuse(401, "invalid_client");
    let got = Answer::of(http().get(tv.endpoint("device_authorization_endpoint"))).await;
    assert_eq!(got.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s3_3_to_s3_5_the_whole_way() {
    let server = Server::shared().await;
    let tv = platform(&television()).await;
    let mut person = seeded::signed_in(server).await;
    let asked = ask(&tv, "openid profile offline_access").await;
    poll(&tv, &asked.device_code).await.must_refuse(400, "authorization_pending");
    poll(&tv, &asked.device_code).await.must_refuse(400, "slow_down");
    // §5.4: the person sees who asks and by which code, and is warned.
    let page = enter(&mut person, &asked.user_code.to_lowercase().replace('-', " ")).await.page();
    let words = page.text();
    for part in ["Orbit Photos", asked.user_code.as_str(), "127.0.0.0/24", "Go on only if"] {
        assert!(words.contains(part), "{part} is not in {words}");
    }
    poll(&tv, &asked.device_code).await.must_refuse(400, "slow_down");
    let allowed = Answers::only(&["name", "offline_access"]).for_duration("until_stopped");
    let done = person.decide(&page, &allowed).await.page();
    assert!(done.status == 200 && done.text().contains("You can go back to your device"), "{}", done.text());
    let answer = poll(&tv, &asked.device_code).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
    let body = answer.json();
    let claims = tv.verify(body["id_token"].as_str().expect("an ID Token"), None).await;
    assert!(claims.get("nonce").is_none() && claims.get("sid").is_none(), "of no session: {claims}");
    let access = body["access_token"].as_str().expect("an access token");
    let told = tv.userinfo(access).await.json();
    assert_eq!((told["sub"].clone(), told["name"].as_str()), (claims["sub"].clone(), Some(seeded::NAME)));
    // Redeemed once; what came of it lives on.
    poll(&tv, &asked.device_code).await.must_refuse(400, "invalid_grant");
    assert_eq!(tv.userinfo(access).await.status, 200);
    // Signing out of the browser does not sign the device out, stopping the grant does.
    person.sign_out().await;
    let refreshed = tv.refresh(body["refresh_token"].as_str().expect("a refresh token")).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text());
    let refreshed = refreshed.json();
    person.sign_in().await;
    let list = person.visit("/account/apps").await.page();
    let href = list.body.split("href=\"/account/apps/").nth(1).and_then(|rest| rest.split('"').next()).expect("an app");
    let page = person.visit(&format!("/account/apps/{href}/stop")).await.page();
    let stop = page.forms().into_iter().find(|form| form.action.path().ends_with("/stop")).expect("the form");
    person.submit(&page, &stop).await.page();
    tv.userinfo(refreshed["access_token"].as_str().unwrap()).await.must_refuse(401, "invalid_token");
    tv.refresh(refreshed["refresh_token"].as_str().unwrap()).await.must_refuse(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s3_3_signing_in_comes_between() {
    let tv = platform(&television()).await;
    let mut person = Person::signed_up(Server::shared().await).await.elsewhere();
    let asked = ask(&tv, "openid").await;
    let mut landing = enter(&mut person, &asked.user_code).await;
    for _ in 0..4 {
        landing = match landing {
            Landing::Page(page) if page.find_form("decision").is_some() => {
                person.decide(&page, &Answers::allow()).await
            }
            Landing::Page(page) if page.find_form("decision").is_none() && page.text().contains("go back") => {
                Landing::Page(page)
            }
            landing => {
                let page = landing.page();
                person.next_step(&page).await
            }
        };
    }
    assert!(landing.page().text().contains("You can go back to your device"));
    assert_eq!(poll(&tv, &asked.device_code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s3_5_the_person_says_no() {
    let tv = platform(&television()).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let asked = ask(&tv, "openid").await;
    let done = answer(&mut person, &asked.user_code, &Answers::deny()).await;
    assert!(done.text().contains("Nothing was shared"), "{}", done.text());
    poll(&tv, &asked.device_code).await.must_refuse(400, "access_denied");
    poll(&tv, &asked.device_code).await.must_refuse(400, "access_denied");
    // The code is worth nothing any more.
    let page = enter(&mut person, &asked.user_code).await.page();
    assert!(page.text().contains("This code is wrong or has run out"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s3_3_1_a_code_that_comes_with_the_address_is_only_filled_in() {
    let tv = platform(&television()).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let asked = ask(&tv, "openid").await;
    let page = person.visit(asked.body["verification_uri_complete"].as_str().unwrap()).await.page();
    let form = page.form("user_code");
    assert!(page.body.contains(&format!("value=\"{}\"", asked.user_code)));
    poll(&tv, &asked.device_code).await.must_refuse(400, "authorization_pending");
    let page = person.submit(&page, &form).await.page();
    person.decide(&page, &Answers::allow()).await.page();
    assert_eq!(poll(&tv, &asked.device_code).await.status, 200);
    // §5.4: whatever was shared before, the person is asked for each device.
    let again = ask(&tv, "openid").await;
    let page = enter(&mut person, &again.user_code).await.page();
    assert!(page.find_form("decision").is_some(), "{}", page.text());
    poll(&tv, &again.device_code).await.must_refuse(400, "authorization_pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s5_1_wrong_codes() {
    let mut person = Person::signed_up(Server::shared().await).await;
    for typed in ["", "BCDF-GHJK", "AEIO-UAEI", "<b>", "0000-0000"] {
        let page = enter(&mut person, typed).await.page();
        assert_eq!(page.status, 200, "{typed}");
        assert!(page.text().contains("This code is wrong or has run out"), "{typed}: {}", page.text());
    }
    let server = Server::with(&[("SW__LIMITS__ENABLED", "true"), ("SW__LIMITS__USER_CODE", "1/min burst 2")]).await;
    let mut guesser = Person::new(&server);
    for _ in 0..2 {
        enter(&mut guesser, "BCDF-GHJK").await.page();
    }
    assert_eq!(enter(&mut guesser, "BCDF-GHJK").await.page().status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s3_4_and_s3_5_refusals_at_the_token_endpoint() {
    let (tv, thief) = (platform(&television()).await, platform(&television()).await);
    let web = platform(&NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let asked = ask(&tv, "openid").await;
    tv.token(&[("grant_type", GRANT)]).await.must_refuse(400, "invalid_request");
    poll(&tv, "sw_dc_x").await.must_refuse(400, "invalid_grant");
    poll(&web, &asked.device_code).await.must_refuse(400, "unauthorized_client");
    poll(&thief, &asked.device_code).await.must_refuse(400, "invalid_grant");
    answer(&mut person, &asked.user_code, &Answers::allow()).await;
    poll(&thief, &asked.device_code).await.must_refuse(400, "invalid_grant");
    // A device code is no code, and a code no device code.
    let parameters =
        [("grant_type", "authorization_code"), ("code", asked.device_code.as_str()), ("redirect_uri", "x")];
    web.token(&parameters).await.must_refuse(400, "invalid_grant");
    assert_eq!(poll(&tv, &asked.device_code).await.status, 200, "none of it spent the code");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s3_5_of_many_that_poll_one_gets_the_tokens() {
    let tv = platform(&television()).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    for _ in 0..3 {
        let asked = ask(&tv, "openid").await;
        answer(&mut person, &asked.user_code, &Answers::allow()).await;
        let polls = (0..8).map(|_| poll(&tv, &asked.device_code));
        let answers = futures_util::future::join_all(polls).await;
        let winners: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(winners.len(), 1, "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
        answers.iter().filter(|a| a.status != 200).for_each(|a| a.must_refuse(400, "invalid_grant"));
        let access = winners[0].json()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(tv.userinfo(&access).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s5_2_a_device_is_connected_to_one_person() {
    let server = Server::shared().await;
    let tv = platform(&television()).await;
    let (mut first, mut second) = (Person::signed_up(server).await, Person::signed_up(server).await);
    let asked = ask(&tv, "openid").await;
    let late = enter(&mut second, &asked.user_code).await.page();
    answer(&mut first, &asked.user_code, &Answers::allow()).await;
    let refused = second.decide(&late, &Answers::allow()).await.page();
    assert_eq!(refused.status, 400, "{}", refused.text());
    let body = poll(&tv, &asked.device_code).await.json();
    let sub = tv.verify(body["id_token"].as_str().expect("an ID Token"), None).await["sub"].clone();
    let again = ask(&tv, "openid").await;
    answer(&mut first, &again.user_code, &Answers::allow()).await;
    let body = poll(&tv, &again.device_code).await.json();
    assert_eq!(tv.verify(body["id_token"].as_str().unwrap(), None).await["sub"], sub, "the first one's");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s3_5_too_late() {
    let server = Server::with(&[("SW__TOKENS__DEVICE_CODE", "2s")]).await;
    let tv = Platform::at(&server, &television()).await;
    let mut person = Person::signed_up(&server).await;
    let (fetched_late, never) = (ask(&tv, "openid").await, ask(&tv, "openid").await);
    answer(&mut person, &fetched_late.user_code, &Answers::allow()).await;
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    poll(&tv, &fetched_late.device_code).await.must_refuse(400, "expired_token");
    poll(&tv, &never.device_code).await.must_refuse(400, "expired_token");
    let page = enter(&mut person, &never.user_code).await.page();
    assert!(page.text().contains("This code is wrong or has run out"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s3_1_and_s3_4_a_device_with_credentials_must_show_them() {
    let device = NewClient::new(Method::Basic).with("--grant-type", GRANT);
    let (mut tv, mut person) = (platform(&device).await, Person::signed_up(Server::shared().await).await);
    let asked = ask(&tv, "openid").await;
    answer(&mut person, &asked.user_code, &Answers::allow()).await;
    let right = tv.client.secret.replace("another secret".to_owned());
    let question = ("scope", "openid");
    let named = [("client_id", tv.client.id.clone()), ("scope", "openid".to_owned())];
    let code = [("grant_type", GRANT), ("device_code", asked.device_code.as_str()), ("client_id", &tv.client.id)];
    for (what, got) in [
        ("a wrong secret", tv.post("device_authorization_endpoint", &[question]).await),
        ("its name alone", Answer::of(http().post(tv.endpoint("device_authorization_endpoint")).form(&named)).await),
        ("a wrong secret", poll(&tv, &asked.device_code).await),
        ("its name alone", Answer::of(http().post(tv.endpoint("token_endpoint")).form(&code)).await),
    ] {
        assert_eq!((got.status, got.error().as_str()), (401, "invalid_client"), "{what}: {}", got.text());
    }
    tv.client.secret = right;
    assert_eq!(poll(&tv, &asked.device_code).await.status, 200, "none of it spent the code");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s3_1_to_s3_5_requests_that_are_refused() {
    let mut tv = platform(&television()).await;
    let asked = ask(&tv, "openid").await;
    let (id, code) = (tv.client.id.clone(), asked.device_code.clone());
    let device = format!("grant_type={}&client_id={id}", GRANT.replace(':', "%3A"));
    for (what, endpoint, body, error) in [
        (
            "§3.1 scope twice",
            "device_authorization_endpoint",
            format!("client_id={id}&scope=a&scope=b"),
            "invalid_request",
        ),
        (
            "§3.1 client twice",
            "device_authorization_endpoint",
            format!("client_id={id}&client_id={id}"),
            "invalid_request",
        ),
        (
            "§3.4 code twice",
            "token_endpoint",
            format!("{device}&device_code={code}&device_code={code}"),
            "invalid_request",
        ),
        ("§3.4 an empty code", "token_endpoint", format!("{device}&device_code="), "invalid_request"),
        ("§3.4 the user code", "token_endpoint", format!("{device}&device_code={}", asked.user_code), "invalid_grant"),
        ("§3.4 a code cut short", "token_endpoint", format!("{device}&device_code={}", &code[1..]), "invalid_grant"),
        (
            "Grant Management §5.4 an action",
            "device_authorization_endpoint",
            format!("client_id={id}&scope=openid&grant_management_action=create"),
            "invalid_request",
        ),
    ] {
        let got = tv.post_raw(endpoint, &[], body).await;
        assert_eq!((got.status, got.error().as_str()), (400, error), "{what}: {}", got.text());
        assert_eq!(got.header("cache-control"), Some("no-store"), "{what}");
    }
    tv.client.id = "nobody".to_owned();
    tv.post("device_authorization_endpoint", &[("scope", "openid")]).await.must_refuse(401, "invalid_client");
    tv.client.id = id;
    // §3.5: who hurries waits five seconds longer from then on.
    poll(&tv, &code).await.must_refuse(400, "authorization_pending");
    poll(&tv, &code).await.must_refuse(400, "slow_down");
    tokio::time::sleep(std::time::Duration::from_millis(5200)).await;
    poll(&tv, &code).await.must_refuse(400, "slow_down");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_s5_1_and_s6_1_a_code_counts_once() {
    let tv = platform(&television()).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let asked = ask(&tv, "openid").await;
    answer(&mut person, &asked.user_code, &Answers::allow()).await;
    let body = poll(&tv, &asked.device_code).await.json();
    for member in ["access_token", "token_type", "expires_in", "id_token", "scope"] {
        assert!(!body[member].is_null(), "RFC 6749 §5.1: {member}: {body}");
    }
    // Allowed or not, fetched or not: nobody types it in again.
    let page = enter(&mut person, &asked.user_code).await.page();
    assert!(page.text().contains("This code is wrong or has run out"), "{}", page.text());
}
