//! OpenID CIBA Core 1.0 and FAPI-CIBA: a client asks about a person whom it names; CONFORMANCE.md §2.15 module by module.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::eventually;
use crate::support::person::{Answers, Landing, Person};
use crate::support::platform::{Answer, Key, Method, NewClient, Platform, http, now};
use crate::support::server::Server;
use crate::support::{random_text, seeded};

const GRANT: &str = "urn:openid:params:grant-type:ciba";

fn asking(method: Method) -> NewClient {
    NewClient::new(method).with("--grant-type", GRANT).with("--grant-type", "authorization_code")
}

async fn platform(client: &NewClient) -> Platform {
    Platform::at(Server::shared().await, client).await
}

async fn ask(client: &Platform, parameters: &[(&str, &str)]) -> Answer {
    client.post("backchannel_authentication_endpoint", parameters).await
}

/// A question that is taken in; gives its `auth_req_id`.
async fn asked(client: &Platform, parameters: &[(&str, &str)]) -> String {
    let answer = ask(client, parameters).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
    answer.json()["auth_req_id"].as_str().expect("an auth_req_id").to_owned()
}

async fn poll(client: &Platform, auth_req_id: &str) -> Answer {
    client.token(&[("grant_type", GRANT), ("auth_req_id", auth_req_id)]).await
}

/// What a conformance run does in the place of a person.
async fn stand_in(client: &Platform, auth_req_id: &str, action: &str) -> Answer {
    Answer::of(http().post(format!("{}/dev/ciba/{auth_req_id}/{action}", client.issuer))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ciba_s7_to_s10_poll_the_whole_way() {
    let server = Server::shared().await;
    let client = platform(&asking(Method::Basic)).await;
    let mut person = seeded::signed_in(server).await;
    let seen = server.letters_to(&person.email);
    let parameters =
        [("scope", "openid profile"), ("login_hint", person.email.as_str()), ("binding_message", "W4SCT مرحبا")];
    let answer = ask(&client, &parameters).await;
    let body = answer.json();
    let id = body["auth_req_id"].as_str().expect("an auth_req_id").to_owned();
    assert!(id.len() >= 43 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)), "§7.3: {id}");
    assert_eq!((body["expires_in"].as_i64(), body["interval"].as_i64()), (Some(300), Some(5)));
    poll(&client, &id).await.must_refuse(400, "authorization_pending");
    poll(&client, &id).await.must_refuse(400, "slow_down");
    // The person is told by mail, and finds the question in the wallet.
    let letter = server.letter_to(&person.email, seen).await;
    assert!(letter.text.contains("W4SCT مرحبا") && letter.text.contains("/account/approvals"), "{}", letter.text);
    let page = person.visit("/account/approvals").await.page();
    for part in ["Orbit Photos", "W4SCT مرحبا", "Name"] {
        assert!(page.text().contains(part), "{part} is not in {}", page.text());
    }
    let form = page.forms().into_iter().find(|form| form.action.path().ends_with("/approve")).expect("the form");
    let consent = person.submit(&page, &form).await.page();
    assert!(consent.text().contains("W4SCT مرحبا"), "{}", consent.text());
    person.decide(&consent, &Answers::only(&["name"])).await.page();
    let answer = poll(&client, &id).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    let claims = client.verify(body["id_token"].as_str().expect("an ID Token"), None).await;
    assert!(claims["at_hash"].is_string() && claims.get("urn:openid:params:jwt:claim:auth_req_id").is_none());
    let told = client.userinfo(body["access_token"].as_str().unwrap()).await.json();
    assert_eq!((&told["sub"], told["name"].as_str()), (&claims["sub"], Some(seeded::NAME)));
    poll(&client, &id).await.must_refuse(400, "invalid_grant");
    assert!(person.visit("/account/approvals").await.page().text().contains("No app asks you anything"));
    assert!(person.visit("/account/activity").await.page().text().contains("asked you to confirm something"));
    // §7.1: an ID Token of ours names the same person, also when it has long expired.
    let hint = [("scope", "openid"), ("id_token_hint", body["id_token"].as_str().unwrap())];
    let id = asked(&client, &hint).await;
    assert_eq!(stand_in(&client, &id, "allow").await.status, 204);
    let again = poll(&client, &id).await.json();
    assert_eq!(client.verify(again["id_token"].as_str().unwrap(), None).await["sub"], claims["sub"]);
    let other = platform(&asking(Method::Basic)).await;
    ask(&other, &hint).await.must_refuse(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn ciba_s13_refusals_of_the_question() {
    let server = Server::shared().await;
    let person = Person::signed_up(server).await;
    let (client, web) = (platform(&asking(Method::Basic)).await, platform(&NewClient::new(Method::Basic)).await);
    let hint = ("login_hint", person.email.as_str());
    let openid = ("scope", "openid");
    for (what, parameters, error) in [
        ("§7.1 no scope", vec![hint], "invalid_request"),
        ("§7.1 no openid", vec![("scope", "profile"), hint], "invalid_scope"),
        ("§7.1 no hint", vec![openid], "invalid_request"),
        ("§7.1 two hints", vec![openid, hint, ("id_token_hint", "x")], "invalid_request"),
        ("§7.1 a hint that is no ID Token", vec![openid, ("id_token_hint", "x")], "invalid_request"),
        ("§13 nobody", vec![openid, ("login_hint", "nobody@mail.example")], "unknown_user_id"),
        ("§13 no address", vec![openid, ("login_hint", "nobody")], "unknown_user_id"),
        ("§13 from a stranger", vec![openid, ("login_hint_token", "a.b.c")], "invalid_request"),
        ("§7.1 message", vec![openid, hint, ("binding_message", "a\u{202e}b")], "invalid_binding_message"),
        ("§7.1 expiry", vec![openid, hint, ("requested_expiry", "soon")], "invalid_request"),
        ("§7.1.1 no request object", vec![openid, hint, ("request", "x")], "invalid_request"),
    ] {
        let got = ask(&client, &parameters).await;
        assert_eq!((got.status, got.error().as_str()), (400, error), "{what}: {}", got.text());
    }
    ask(&web, &[openid, hint]).await.must_refuse(400, "unauthorized_client");
    client
        .post_raw("backchannel_authentication_endpoint", &[], "scope=openid")
        .await
        .must_refuse(401, "invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn ciba_s11_refusals_at_the_token_endpoint() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    let (client, other) = (platform(&asking(Method::Basic)).await, platform(&asking(Method::Basic)).await);
    let email = person.email.clone();
    let question = [("scope", "openid"), ("login_hint", email.as_str()), ("requested_expiry", "2")];
    let late = asked(&client, &question).await;
    let denied = asked(&client, &question[..2]).await;
    client.token(&[("grant_type", GRANT)]).await.must_refuse(400, "invalid_request");
    poll(&client, "sw_ar_x").await.must_refuse(400, "invalid_grant");
    poll(&other, &denied).await.must_refuse(400, "invalid_grant");
    let page = person.visit("/account/approvals").await.page();
    let forms: Vec<_> = page.forms().into_iter().filter(|form| form.action.path().ends_with("/deny")).collect();
    let done = person.submit(&page, forms.last().expect("two questions")).await.page();
    assert!(done.text().contains("Nothing was shared"), "{}", done.text());
    poll(&client, &denied).await.must_refuse(400, "access_denied");
    assert_eq!(stand_in(&client, &denied, "allow").await.status, 400, "answered once");
    tokio::time::sleep(Duration::from_millis(2100)).await;
    poll(&client, &late).await.must_refuse(400, "expired_token");
    // Another person's question cannot be answered.
    let mut stranger = Person::signed_up(server).await;
    let theirs = asked(&client, &question[..2]).await;
    let page = person.visit("/account/approvals").await.page();
    let form = page.forms().into_iter().find(|form| form.action.path().ends_with("/approve")).expect("the form");
    let own = stranger.visit("/settings").await.page();
    let token = own.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let got = stranger.request(&form.action, Some(format!("csrf={token}")), Some(&own.url)).await;
    assert_eq!(got.status, 404);
    poll(&client, &theirs).await.must_refuse(400, "authorization_pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn ciba_s10_of_many_that_answer_and_poll_one_wins() {
    let server = Server::shared().await;
    let person = Person::signed_up(server).await;
    let client = platform(&asking(Method::Basic)).await;
    let question = [("scope", "openid"), ("login_hint", person.email.as_str())];
    let id = asked(&client, &question).await;
    let (yes, no) = tokio::join!(stand_in(&client, &id, "allow"), stand_in(&client, &id, "deny"));
    assert!((yes.status == 204) != (no.status == 204) || yes.status == 204, "{} {}", yes.status, no.status);
    match poll(&client, &id).await {
        won if won.status == 200 => {}
        lost => lost.must_refuse(400, "access_denied"),
    }
    let id = asked(&client, &question).await;
    assert_eq!(stand_in(&client, &id, "allow").await.status, 204);
    let answers = futures_util::future::join_all((0..8).map(|_| poll(&client, &id))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    answers.iter().filter(|a| a.status != 200).for_each(|a| a.must_refuse(400, "invalid_grant"));
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_ciba_is_for_conformance_runs_alone() {
    let server = Server::shared().await;
    let person = Person::signed_up(server).await;
    let client = platform(&asking(Method::Basic)).await;
    let id = asked(&client, &[("scope", "openid"), ("login_hint", person.email.as_str())]).await;
    assert_eq!(stand_in(&client, &id, "whatever").await.status, 404);
    assert_eq!(stand_in(&client, "sw_ar_x", "allow").await.status, 404);
    assert_eq!(stand_in(&client, &id, "deny").await.status, 204);
    poll(&client, &id).await.must_refuse(400, "access_denied");
}

/// The claims of a request object (CIBA §7.1.1).
fn object(client: &Platform, email: &str) -> Value {
    let now = now();
    json!({
        "iss": client.client.id, "aud": client.issuer, "iat": now, "nbf": now, "exp": now + 60, "jti": random_text(),
        "scope": "openid", "login_hint": email,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn conformance_s2_15_signed_requests() {
    let server = Server::shared().await;
    let person = Person::signed_up(server).await;
    let client = platform(&asking(Method::PrivateKeyJwt).with("--backchannel-request-alg", "ES256")).await;
    let key = client.client.key.as_ref().expect("a key");
    let good = object(&client, &person.email);
    let with = |change: Value| {
        let mut claims = good.clone();
        claims["jti"] = random_text().into();
        for (name, value) in change.as_object().expect("an object") {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        claims
    };
    let send = async |claims: &Value| ask(&client, &[("request", &key.sign(claims))]).await;
    for fine in [json!({"requested_expiry": 30}), json!({"requested_expiry": "30"}), json!({"binding_message": "1234"})]
    {
        let answer = send(&with(fine.clone())).await;
        assert_eq!(answer.status, 200, "{fine}: {}", answer.text());
        if fine.get("requested_expiry").is_some() {
            assert_eq!(answer.json()["expires_in"], 30);
        }
    }
    let at = |minutes: i64| i64::try_from(now()).unwrap() + minutes * 60;
    for bad in [
        json!({"aud": null}),
        json!({"iss": null}),
        json!({"exp": null}),
        json!({"iat": null}),
        json!({"nbf": null}),
        json!({"jti": null}),
        json!({"aud": "https://other.example"}),
        json!({"iss": "somebody"}),
        json!({"exp": at(-5)}),
        json!({"exp": at(70)}),
        json!({"nbf": at(10)}),
        json!({"nbf": at(-70)}),
        json!({"id_token_hint": "x"}),
    ] {
        let got = send(&with(bad.clone())).await;
        assert_eq!((got.status, got.error().as_str()), (400, "invalid_request"), "{bad}: {}", got.text());
    }
    // Signed by another, by another algorithm, by nobody.
    let stranger = Key::generate().sign(&with(json!({})));
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", stranger.split('.').nth(1).unwrap());
    for request in [stranger.as_str(), unsigned.as_str()] {
        ask(&client, &[("request", request)]).await.must_refuse(400, "invalid_request");
    }
    // Not signed at all, or half of it outside.
    ask(&client, &[("scope", "openid"), ("login_hint", &person.email)]).await.must_refuse(400, "invalid_request");
    let signed = key.sign(&with(json!({})));
    ask(&client, &[("request", &signed), ("binding_message", "x")]).await.must_refuse(400, "invalid_request");
    // Once.
    assert_eq!(ask(&client, &[("request", &signed)]).await.status, 200);
    ask(&client, &[("request", &signed)]).await.must_refuse(400, "invalid_request");
}

/// A client's notification endpoint: what it was sent, and how it answers.
async fn listener(status: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/told", listener.local_addr().expect("an address"));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !String::from_utf8_lossy(&request).contains("auth_req_id") {
                match stream.read(&mut buffer).await {
                    Ok(0) | Err(_) => break,
                    Ok(n) => request.extend_from_slice(&buffer[..n]),
                }
            }
            kept.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
            let answer = format!("HTTP/1.1 {status}\r\nlocation: /elsewhere\r\ncontent-length: 2\r\n\r\nok");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (url, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn ciba_s10_2_ping() {
    for (status, tries) in [
        ("204 No Content", 1),
        ("200 OK", 1),
        ("401 Unauthorized", 1),
        ("403 Forbidden", 1),
        ("302 Found", 1),
        ("503 Away", 2),
    ] {
        let (url, heard) = listener(status).await;
        let host = url.trim_start_matches("http://").trim_end_matches("/told").to_owned();
        let server = Server::with(&[("SW__OUTBOUND__ALLOW", &host)]).await;
        let person = Person::signed_up(&server).await;
        let url: &'static str = url.leak();
        let pinged = asking(Method::Basic).with("--backchannel-delivery-mode", "ping");
        let client = Platform::at(&server, &pinged.with("--backchannel-notification-endpoint", url)).await;
        let token = random_text().repeat(8);
        let question = [("scope", "openid"), ("login_hint", person.email.as_str())];
        ask(&client, &question).await.must_refuse(400, "invalid_request");
        let with_token = [question[0], question[1], ("client_notification_token", token.as_str())];
        for action in ["allow", "deny"] {
            heard.lock().unwrap().clear();
            let id = asked(&client, &with_token).await;
            assert_eq!(stand_in(&client, &id, action).await.status, 204);
            let told = eventually("the client is told", Duration::from_secs(20), async || {
                let heard = heard.lock().unwrap();
                (heard.len() >= tries).then(|| heard[0].clone())
            })
            .await;
            assert!(told.starts_with("POST /told HTTP/1.1\r\n"), "{told}");
            assert!(told.to_lowercase().contains("content-type: application/json"), "{told}");
            assert!(told.contains(&format!("Bearer {token}")), "{told}");
            let body: Value = serde_json::from_str(told.split("\r\n\r\n").nth(1).expect("a body")).expect("JSON");
            let named = body["auth_req_id"].as_str().expect("an auth_req_id");
            assert_eq!((named, body.as_object().unwrap().len()), (id.as_str(), 1), "{body}");
            let answer = poll(&client, named).await;
            match action {
                "allow" => assert_eq!(answer.status, 200, "{}", answer.text()),
                _ => answer.must_refuse(400, "access_denied"),
            }
        }
        if tries == 1 {
            tokio::time::sleep(Duration::from_millis(2500)).await;
            assert_eq!(heard.lock().unwrap().len(), 1, "{status}: no second try, nobody elsewhere");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ciba_s4_registration() {
    let server = Server::shared().await;
    let add = |more: &[&str]| {
        let base = ["client", "add", "--name", "X", "--grant-type", GRANT];
        server.try_cli(&base.iter().chain(more).copied().collect::<Vec<_>>()).0
    };
    assert!(add(&["--auth-method", "client_secret_basic"]), "no redirect URI is needed");
    assert!(add(&["--auth-method", "client_secret_basic", "--backchannel-delivery-mode", "poll"]));
    for bad in [
        vec!["--auth-method", "none"],
        vec!["--auth-method", "client_secret_basic", "--backchannel-delivery-mode", "ping"],
        vec!["--auth-method", "client_secret_basic", "--backchannel-delivery-mode", "push"],
        vec!["--auth-method", "client_secret_basic", "--backchannel-request-alg", "ES256"],
        vec!["--auth-method", "client_secret_basic", "--backchannel-notification-endpoint", "http://x.example/"],
    ] {
        assert!(!add(&bad), "{bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ciba_s8_only_the_person_who_was_named_may_answer() {
    let server = Server::shared().await;
    let (person, mut stranger) = (Person::signed_up(server).await, Person::signed_up(server).await);
    let client = platform(&asking(Method::Basic)).await;
    let id = asked(&client, &[("scope", "openid"), ("login_hint", person.email.as_str())]).await;
    let page = stranger.visit("/account/approvals").await.page();
    assert!(page.text().contains("No app asks you anything"), "{}", page.text());
    assert!(
        matches!(stranger.elsewhere().visit("/account/approvals").await, Landing::Page(page) if page.url.path() == "/signin")
    );
    poll(&client, &id).await.must_refuse(400, "authorization_pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn security_s7_a_person_is_not_flooded_with_questions() {
    let settings = [("SW__LIMITS__ENABLED", "true"), ("SW__LIMITS__BACKCHANNEL", "1/h burst 2")];
    let server = Server::with(&settings).await;
    let (person, other) = (Person::signed_up(&server).await, Person::signed_up(&server).await);
    let client = Platform::at(&server, &asking(Method::Basic)).await;
    let question = |email: &str| [("scope", "openid"), ("login_hint", email)].map(|(n, v)| (n, v.to_owned()));
    let send = async |email: &str| {
        let question = question(email);
        let pairs: Vec<(&str, &str)> = question.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ask(&client, &pairs).await
    };
    for _ in 0..2 {
        assert_eq!(send(&person.email).await.status, 200);
    }
    let refused = send(&person.email).await;
    refused.must_refuse(429, "temporarily_unavailable");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(send(&other.email).await.status, 200, "each person has a count of their own");
}
