//! RFC 7009 and RFC 7662: giving a token back, and asking what it is.

use serde_json::Value;

use crate::support::person::Answers;
use crate::support::platform::{Answer, Method, NewClient, Platform, Tokens};

use super::{pair, platform as register};

async fn offline(platform: &Platform, person: &mut crate::support::person::Person) -> Tokens {
    let allowed = Answers::only(&["offline_access"]).for_duration("until_stopped");
    platform.sign_in_with(person, platform.attempt("openid offline_access"), &allowed).await
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7662_s2_2_what_a_token_is() {
    let (platform, mut person) = pair().await;
    let tokens = offline(&platform, &mut person).await;
    let about = platform.introspect(&tokens.access).await;
    assert_eq!((about.status, about.header("cache-control")), (200, Some("no-store")));
    let about = about.json();
    assert_eq!(about["active"], true);
    assert_eq!(about["client_id"], platform.client.id.as_str());
    assert_eq!(about["sub"], tokens.claims["sub"]);
    assert_eq!(about["iss"], platform.issuer.as_str());
    assert_eq!(about["token_type"], "Bearer");
    assert!(about["exp"].as_u64() > about["iat"].as_u64() && about["jti"].is_string());
    assert_eq!(about["scope"], "offline_access openid");
    let refresh = platform.introspect(tokens.refresh.as_deref().unwrap()).await.json();
    assert_eq!((&refresh["active"], &refresh["sub"]), (&Value::Bool(true), &tokens.claims["sub"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7662_s2_2_anything_else_is_inactive_and_no_more() {
    let (platform, mut person) = pair().await;
    let tokens = offline(&platform, &mut person).await;
    let other = register(&NewClient::new(Method::Basic)).await;
    let inactive = serde_json::json!({ "active": false });
    for (what, answer) in [
        ("another client's token", other.introspect(&tokens.access).await),
        ("another client's refresh token", other.introspect(tokens.refresh.as_deref().unwrap()).await),
        ("nonsense", platform.introspect("nonsense").await),
        ("an ID Token", platform.introspect(tokens.id_token.as_deref().unwrap()).await),
        ("a changed token", platform.introspect(&format!("{}A", tokens.access)).await),
    ] {
        assert_eq!((answer.status, answer.json()), (200, inactive.clone()), "{what}");
    }
    let hinted = [("token", tokens.access.as_str()), ("token_type_hint", "refresh_token")];
    assert_eq!(platform.post("introspection_endpoint", &hinted).await.json()["active"], true, "a hint is a hint");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7662_s2_1_who_may_ask() {
    let (platform, mut person) = pair().await;
    let tokens = offline(&platform, &mut person).await;
    platform.post("introspection_endpoint", &[]).await.must_refuse(400, "invalid_request");
    let public = register(&NewClient::new(Method::None)).await;
    public.introspect(&tokens.access).await.must_refuse(401, "invalid_client");
    let body = format!("token={}", tokens.access);
    platform.post_raw("introspection_endpoint", &[], body).await.must_refuse(401, "invalid_client");
    assert_eq!(Answer::of(platform.http.get(platform.endpoint("introspection_endpoint"))).await.status, 405);
    for method in [Method::Post, Method::PrivateKeyJwt] {
        let asking = register(&NewClient::new(method)).await;
        assert_eq!(asking.introspect("x").await.json()["active"], false, "{method:?}");
        assert_eq!(asking.revoke("x").await.status, 200, "{method:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7009_s2_1_an_access_token_goes_alone() {
    let (platform, mut person) = pair().await;
    let tokens = offline(&platform, &mut person).await;
    let answer = platform.revoke(&tokens.access).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, ""));
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    assert_eq!(platform.introspect(&tokens.access).await.json()["active"], false);
    let refreshed = platform.refresh(tokens.refresh.as_deref().unwrap()).await;
    assert_eq!(refreshed.status, 200, "the authorization goes on: {}", refreshed.text());
    assert_eq!(platform.userinfo(refreshed.json()["access_token"].as_str().unwrap()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7009_s2_1_a_refresh_token_takes_its_authorization_with_it() {
    let (platform, mut person) = pair().await;
    let tokens = offline(&platform, &mut person).await;
    let refresh = tokens.refresh.as_deref().unwrap();
    assert_eq!(platform.revoke(refresh).await.status, 200);
    platform.refresh(refresh).await.must_refuse(400, "invalid_grant");
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    assert_eq!(platform.revoke(refresh).await.status, 200, "§2.2 again is as good");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7009_s2_2_what_is_unknown_is_revoked_and_what_is_anothers_is_not() {
    let (platform, mut person) = pair().await;
    let tokens = offline(&platform, &mut person).await;
    assert_eq!(platform.revoke("nonsense").await.status, 200);
    platform.post("revocation_endpoint", &[]).await.must_refuse(400, "invalid_request");
    let other = register(&NewClient::new(Method::Basic)).await;
    other.revoke(&tokens.access).await.must_refuse(400, "invalid_grant");
    other.revoke(tokens.refresh.as_deref().unwrap()).await.must_refuse(400, "invalid_grant");
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    let public = register(&NewClient::new(Method::None)).await;
    let own = public.sign_in(&mut person, "openid").await;
    assert_eq!(public.revoke(&own.access).await.status, 200, "a public client may give back its own");
    public.userinfo(&own.access).await.must_refuse(401, "invalid_token");
}
