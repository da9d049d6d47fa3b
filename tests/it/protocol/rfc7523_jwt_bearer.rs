//! RFC 7523 §2.1: assertions of an issuer that an operator trusts; and the same as `login_hint_token` of CIBA §7.1.

use serde_json::{Value, json};

use crate::support::platform::{Answer, Key, Method, Platform, now, payload};
use crate::support::{random_text, seeded};

use super::parties::{
    ALBUMS, ALBUMS_CLIENT, BEARER, CIBA, ISSUER, KEY, STAFF_CLIENT, assertion, party, platform, server, sign_in,
};

async fn bring(platform: &Platform, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let parameters = [&[("grant_type", BEARER), ("assertion", assertion)], more].concat();
    platform.token(&parameters).await
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7523_s2_1_what_the_person_shares_already() {
    let staff = party(STAFF_CLIENT).await;
    let mut person = seeded::signed_in(server().await).await;
    let sign = |sub: &str| KEY.sign(&assertion(&staff.issuer, sub));
    // Who shares nothing with the client is nobody.
    bring(&staff, &sign(&person.email), &[]).await.must_refuse(400, "invalid_grant");
    let shared = sign_in(&staff, &mut person, "openid profile email offline_access albums.read", &[]).await;
    let answer = bring(&staff, &sign(&person.email), &[]).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
    let body = answer.json();
    assert!(body.get("refresh_token").is_none() && body.get("id_token").is_none(), "{body}");
    assert_eq!(body["scope"], "email openid", "no more than the issuer may give, here no profile");
    let access = body["access_token"].as_str().unwrap();
    let told = staff.userinfo(access).await.json();
    assert_eq!((&told["sub"], told["email"].as_str()), (&shared.claims["sub"], Some(person.email.as_str())));
    assert!(told.get("name").is_none(), "{told}");
    // Less, and for another resource server.
    let narrow = bring(&staff, &sign(&person.email), &[("scope", "openid")]).await.json();
    assert_eq!(narrow["scope"], "openid");
    let albums = bring(&staff, &sign(&person.email), &[("resource", ALBUMS)]).await.json();
    let claims = payload(albums["access_token"].as_str().unwrap());
    assert_eq!((claims["aud"].as_str(), claims["scope"].as_str()), (Some(ALBUMS), Some("albums.read")));
    bring(&staff, &sign(&person.email), &[("scope", "openid profile")]).await.must_refuse(400, "invalid_scope");
    bring(&staff, &sign(&person.email), &[("resource", "urn:other")]).await.must_refuse(400, "invalid_target");
    // Stopping the grant ends it.
    assert_eq!(staff.introspect(access).await.json()["active"], true);
    let list = person.visit("/account/apps").await.page();
    let href = list.body.split("href=\"/account/apps/").nth(1).and_then(|rest| rest.split('"').next()).expect("an app");
    let page = person.visit(&format!("/account/apps/{href}/stop")).await.page();
    let stop = page.forms().into_iter().find(|form| form.action.path().ends_with("/stop")).expect("the form");
    person.submit(&page, &stop).await.page();
    staff.userinfo(access).await.must_refuse(401, "invalid_token");
    bring(&staff, &sign(&person.email), &[]).await.must_refuse(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7523_s3_refusals() {
    let (staff, other) = (party(STAFF_CLIENT).await, platform(Method::Basic).await);
    let mut person = seeded::signed_in(server().await).await;
    sign_in(&staff, &mut person, "openid profile email offline_access", &[]).await;
    let good = assertion(&staff.issuer, &person.email);
    let with = |change: &Value| {
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
    for bad in [
        json!({"iss": null}),
        json!({"iss": "https://other.example"}),
        json!({"sub": null}),
        json!({"sub": "nobody@mail.example"}),
        json!({"sub": "nobody"}),
        json!({"aud": null}),
        json!({"aud": "https://other.example"}),
        json!({"exp": null}),
        json!({"exp": now() - 60}),
        json!({"exp": now() + 7200}),
        json!({"nbf": now() + 120}),
        json!({"jti": null}),
    ] {
        let got = bring(&staff, &KEY.sign(&with(&bad)), &[]).await;
        assert_eq!((got.status, got.error().as_str()), (400, "invalid_grant"), "{bad}: {}", got.text());
    }
    for fine in [json!({"aud": format!("{}/token", staff.issuer)}), json!({"aud": [staff.issuer, "https://x.example"]})]
    {
        let got = bring(&staff, &KEY.sign(&with(&fine)), &[]).await;
        assert_eq!(got.status, 200, "{fine}: {}", got.text());
    }
    bring(&staff, &Key::generate().sign(&with(&json!({}))), &[]).await.must_refuse(400, "invalid_grant");
    bring(&staff, "x", &[]).await.must_refuse(400, "invalid_grant");
    staff.token(&[("grant_type", BEARER)]).await.must_refuse(400, "invalid_request");
    bring(&other, &KEY.sign(&with(&json!({}))), &[]).await.must_refuse(400, "unauthorized_client");
    assert_eq!(ISSUER, good["iss"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7523_s3_once() {
    let staff = party(STAFF_CLIENT).await;
    let mut person = seeded::signed_in(server().await).await;
    sign_in(&staff, &mut person, "openid profile email offline_access", &[]).await;
    let signed = KEY.sign(&assertion(&staff.issuer, &person.email));
    // What is refused for another reason spends nothing.
    bring(&staff, &signed, &[("resource", "urn:other")]).await.must_refuse(400, "invalid_target");
    let answers = futures_util::future::join_all((0..8).map(|_| bring(&staff, &signed, &[]))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    answers.iter().filter(|a| a.status != 200).for_each(|a| a.must_refuse(400, "invalid_grant"));
    bring(&staff, &signed, &[]).await.must_refuse(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn ciba_s7_1_login_hint_token() {
    let (staff, albums) = (party(STAFF_CLIENT).await, party(ALBUMS_CLIENT).await);
    let person = seeded::signed_in(server().await).await;
    let ask = async |token: &str| {
        let parameters = [("scope", "openid"), ("login_hint_token", token)];
        staff.post("backchannel_authentication_endpoint", &parameters).await
    };
    let mut claims = assertion(&staff.issuer, &person.email);
    let answer = ask(&KEY.sign(&claims)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let id = answer.json()["auth_req_id"].as_str().unwrap().to_owned();
    staff.token(&[("grant_type", CIBA), ("auth_req_id", &id)]).await.must_refuse(400, "authorization_pending");
    claims["exp"] = (now() - 60).into();
    ask(&KEY.sign(&claims)).await.must_refuse(400, "expired_login_hint_token");
    ask(&KEY.sign(&assertion(&staff.issuer, "nobody@mail.example"))).await.must_refuse(400, "unknown_user_id");
    ask(&Key::generate().sign(&assertion(&staff.issuer, &person.email))).await.must_refuse(400, "invalid_request");
    let parameters = [("scope", "openid"), ("login_hint_token", "x")];
    albums.post("backchannel_authentication_endpoint", &parameters).await.must_refuse(400, "unauthorized_client");
}
