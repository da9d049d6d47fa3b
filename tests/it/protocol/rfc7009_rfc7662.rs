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

/// What both endpoints make of a request (RFC 7662 §2.1, §2.3; RFC 7009 §2.1, §2.2.1; RFC 6749 §3.2, §5.2).
#[tokio::test(flavor = "multi_thread")]
async fn rfc7662_s2_3_and_rfc7009_s2_2_1_requests_that_are_refused() {
    let (platform, mut person) = pair().await;
    let access = platform.sign_in(&mut person, "openid").await.access;
    let (good, mut other) = (platform.basic(), register(&NewClient::new(Method::Basic)).await);
    other.client.secret = Some("another secret".to_owned());
    let wrong = other.basic();
    other.client.id = "nobody".to_owned();
    let (unknown, bearer) = (other.basic(), format!("Bearer {access}"));
    let with = |rest: &str| format!("token={access}{rest}");
    let post = format!("&client_id={}&client_secret=wrong", platform.client.id);
    let name = format!("&client_id={}", platform.client.id);
    for endpoint in ["introspection_endpoint", "revocation_endpoint"] {
        for (what, credentials, body, status, error) in [
            ("no token", Some(&good), String::new(), 400, "invalid_request"),
            ("a token that is empty", Some(&good), "token=".to_owned(), 400, "invalid_request"),
            ("a token twice", Some(&good), with(&format!("&token={access}")), 400, "invalid_request"),
            ("a hint twice", Some(&good), with("&token_type_hint=a&token_type_hint=b"), 400, "invalid_request"),
            ("a wrong secret", Some(&wrong), with(""), 401, "invalid_client"),
            ("a wrong secret in the body", None, with(&post), 401, "invalid_client"),
            ("two ways at once", Some(&good), with(&post), 400, "invalid_request"),
            ("an unknown client", Some(&unknown), with(""), 401, "invalid_client"),
            ("the token itself as credentials", Some(&bearer), with(""), 401, "invalid_client"),
            ("the name alone", None, with(&name), 401, "invalid_client"),
            ("nobody", None, with(""), 401, "invalid_client"),
        ] {
            let headers: Vec<(&str, &str)> = credentials.iter().map(|text| ("authorization", text.as_str())).collect();
            let answer = platform.post_raw(endpoint, &headers, body).await;
            let got = (answer.status, answer.error());
            assert_eq!(got, (status, error.to_owned()), "{endpoint}: {what}: {}", answer.text());
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{endpoint}: {what}");
            let challenge = answer.header("www-authenticate").unwrap_or_default();
            assert!(status != 401 || credentials.is_none() || challenge.starts_with("Basic "), "{what}: {challenge}");
        }
        let query = format!("{}?token={access}", platform.endpoint(endpoint));
        let in_query = platform.http.post(query).header("authorization", &good).form(&[("x", "y")]);
        Answer::of(in_query).await.must_refuse(400, "invalid_request");
        for method in [reqwest::Method::GET, reqwest::Method::PUT, reqwest::Method::DELETE] {
            let request = platform.http.request(method.clone(), platform.endpoint(endpoint));
            assert_eq!(Answer::of(request.header("authorization", &good)).await.status, 405, "{endpoint}: {method}");
        }
    }
    assert_eq!(platform.userinfo(&access).await.status, 200, "none of it harmed the token");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7009_s2_1_and_rfc7662_s2_1_a_hint_that_is_wrong_is_passed_over() {
    let (platform, mut person) = pair().await;
    for hint in ["access_token", "refresh_token", "id_token", "urn:x", ""] {
        for is_refresh in [false, true] {
            let tokens = offline(&platform, &mut person).await;
            let token = if is_refresh { tokens.refresh.as_deref().expect("a refresh token") } else { &tokens.access };
            let hinted = [("token", token), ("token_type_hint", hint), ("an_extension", "x")];
            let told = platform.post("introspection_endpoint", &hinted).await.json();
            assert_eq!(told["active"], true, "{hint} for a refresh token: {is_refresh}");
            assert_eq!(platform.post("revocation_endpoint", &hinted).await.status, 200);
            assert_eq!(platform.introspect(token).await.json(), serde_json::json!({ "active": false }), "{hint}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7662_s4_what_is_no_token_or_one_no_more() {
    let settings = [("SW__TOKENS__ACCESS", "2s"), ("SW__TOKENS__REFRESH_IDLE", "3s")];
    let server = crate::support::server::Server::with(&settings).await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let mut person = crate::support::person::Person::signed_up(&server).await;
    let inactive = serde_json::json!({ "active": false });
    // A code is no token; asking about it and giving it back leave it as it is.
    let attempt = platform.attempt("openid");
    let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
    let code = platform.code(&attempt, &callback);
    assert_eq!(platform.introspect(&code).await.json(), inactive);
    assert_eq!(platform.revoke(&code).await.status, 200, "RFC 7009 §2.2");
    assert_eq!(platform.exchange(&attempt, &code).await.status, 200);
    let tokens = offline(&platform, &mut person).await;
    let first = tokens.refresh.expect("a refresh token");
    for token in [&tokens.access, &first] {
        assert_eq!(platform.introspect(token).await.json()["active"], true);
    }
    // A refresh token that was used is one no more.
    let second = platform.refresh(&first).await.json()["refresh_token"].as_str().expect("a refresh token").to_owned();
    assert_eq!(platform.introspect(&first).await.json(), inactive);
    assert_eq!(platform.introspect(&second).await.json()["active"], true);
    tokio::time::sleep(std::time::Duration::from_millis(3100)).await;
    for token in [&tokens.access, &second, tokens.id_token.as_ref().expect("an ID Token")] {
        assert_eq!(platform.introspect(token).await.json(), inactive, "expired");
        assert_eq!(platform.revoke(token).await.status, 200, "RFC 7009 §2.2");
    }
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    platform.refresh(&second).await.must_refuse(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7662_s2_2_and_rfc7009_s2_1_a_token_of_the_client_itself() {
    let scope = "grant_management_query";
    let client = NewClient::new(Method::Basic).with("--grant-type", "client_credentials").with("--scope", scope);
    let (platform, other) = (register(&client).await, register(&client).await);
    let answer = platform.token(&[("grant_type", "client_credentials"), ("scope", scope)]).await.json();
    let access = answer["access_token"].as_str().expect("a token");
    let told = platform.introspect(access).await.json();
    assert_eq!((told["active"].as_bool(), told["scope"].as_str()), (Some(true), Some(scope)));
    assert_eq!((&told["sub"], &told["client_id"]), (&Value::from(&*platform.client.id), &told["sub"]));
    assert!(told.get("acr").is_none() && told.get("auth_time").is_none(), "nobody signed in: {told}");
    assert_eq!(other.introspect(access).await.json(), serde_json::json!({ "active": false }));
    other.revoke(access).await.must_refuse(400, "invalid_grant");
    assert_eq!(platform.revoke(access).await.status, 200);
    assert_eq!(platform.introspect(access).await.json(), serde_json::json!({ "active": false }));
}
