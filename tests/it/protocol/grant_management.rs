//! Grant Management for OAuth 2.0 (FAPI): grants that a client makes, changes, looks at and gives back by their name.

use serde_json::{Value, json};

use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Attempt, Method, NewClient, Platform, Tokens};
use crate::support::server::Server;

use super::answers;
use super::oidc_core_userinfo::fill_profile;

const SCOPES: &str = "openid email phone profile offline_access grant_management_query grant_management_revoke";

async fn platform() -> Platform {
    let client = NewClient::new(Method::Basic).with("--scope", SCOPES);
    let grants = ["authorization_code", "refresh_token", "client_credentials"];
    super::platform(&grants.into_iter().fold(client, |client, name| client.with("--grant-type", name))).await
}

async fn person() -> Person {
    Person::signed_up(Server::shared().await).await
}

fn attempt(platform: &Platform, scope: &str, action: &str, grant: Option<&str>) -> Attempt {
    platform.attempt_with(scope, &[("grant_management_action", Some(action)), ("grant_id", grant)])
}

fn grant_id(tokens: &Tokens) -> &str {
    tokens.body["grant_id"].as_str().expect("a grant_id in the token response")
}

/// A token of the client's own for the API.
async fn own_token(platform: &Platform, scope: &str) -> String {
    let answer = platform.token(&[("grant_type", "client_credentials"), ("scope", scope)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

fn url(platform: &Platform, id: &str) -> String {
    format!("{}/{id}", platform.endpoint("grant_management_endpoint"))
}

async fn query(platform: &Platform, id: &str) -> Answer {
    let token = own_token(platform, "grant_management_query").await;
    Answer::of(platform.http.get(url(platform, id)).bearer_auth(token)).await
}

async fn revoke(platform: &Platform, id: &str) -> Answer {
    let token = own_token(platform, "grant_management_revoke").await;
    Answer::of(platform.http.delete(url(platform, id)).bearer_auth(token)).await
}

fn claims(status: &Value) -> Vec<&str> {
    status["claims"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn grant_management_s5_2_create_merge_and_replace() {
    let (platform, mut person) = (platform().await, person().await);
    fill_profile(&mut person).await;
    let only = |claims: &[&str]| Answers::only(claims).for_duration("until_stopped");
    let asked = attempt(&platform, "openid email", "create", None);
    let first = platform.sign_in_with(&mut person, asked, &only(&["email"])).await;
    let id = grant_id(&first).to_owned();
    let status = query(&platform, &id).await;
    assert_eq!((status.status, status.header("cache-control")), (200, Some("no-store")));
    assert_eq!(status.json()["scopes"], json!([{"scope": "email openid"}]));
    assert_eq!(claims(&status.json()), ["email", "email_verified"]);
    assert!(!status.text().contains(&person.email), "names, never values");

    // merge: what was there stays, and need not be asked again.
    let asked = attempt(&platform, "openid profile", "merge", Some(&id));
    let second = platform.sign_in_with(&mut person, asked, &only(&["nickname"])).await;
    assert_eq!(grant_id(&second), id);
    let merged = query(&platform, &id).await.json();
    assert!(claims(&merged).contains(&"email") && claims(&merged).contains(&"nickname"), "{merged}");
    let again = attempt(&platform, "openid email", "merge", Some(&id));
    let url = person.visit(again.url.as_str()).await.away();
    assert!(answers(&url)("code").is_some(), "nothing new, so nobody is asked");

    // replace: decided anew, even where all was allowed before; what is not asked for is gone.
    let asked = attempt(&platform, "openid profile", "replace", Some(&id));
    let page = person.walk_to_consent(asked.url.as_str()).await;
    assert!(page.has("input[name=claim][value=nickname]"));
    let third = platform.sign_in_with(&mut person, asked, &only(&["nickname"])).await;
    assert_eq!(grant_id(&third), id);
    let replaced = query(&platform, &id).await.json();
    assert!(!claims(&replaced).contains(&"email") && claims(&replaced).contains(&"nickname"), "{replaced}");
    platform.userinfo(&first.access).await.must_refuse(401, "invalid_token");

    // create: a fresh one in its place.
    let asked = attempt(&platform, "openid email", "create", None);
    let fourth = platform.sign_in_with(&mut person, asked, &only(&["email"])).await;
    assert_ne!(grant_id(&fourth), id);
    assert_eq!(query(&platform, &id).await.status, 404, "the one before is over");
    platform.userinfo(&third.access).await.must_refuse(401, "invalid_token");
    let fresh = query(&platform, grant_id(&fourth)).await.json();
    assert!(claims(&fresh).contains(&"email") && !claims(&fresh).contains(&"nickname"), "{fresh}");
}

#[tokio::test(flavor = "multi_thread")]
async fn grant_management_s5_4_what_is_refused() {
    let (platform, other, mut person) = (platform().await, platform().await, person().await);
    let mut stranger = self::person().await;
    let tokens = platform.sign_in(&mut person, "openid email").await;
    let id = grant_id(&tokens).to_owned();
    let foreign = other.sign_in(&mut person, "openid").await;
    assert_ne!(grant_id(&foreign), id, "nothing to compare among clients");
    let strangers = platform.sign_in(&mut stranger, "openid").await;
    for (what, action, grant, error) in [
        ("no such action", Some("update"), None, "invalid_request"),
        ("an action of the API", Some("revoke"), Some(id.as_str()), "invalid_request"),
        ("merge what?", Some("merge"), None, "invalid_request"),
        ("create with a name", Some("create"), Some(&*id), "invalid_request"),
        ("a name alone", None, Some(&*id), "invalid_request"),
        ("no name", Some("merge"), Some("x"), "invalid_grant_id"),
        ("another client's", Some("merge"), Some(grant_id(&foreign)), "invalid_grant_id"),
        ("another person's", Some("replace"), Some(grant_id(&strangers)), "invalid_grant_id"),
    ] {
        let asked = platform.attempt_with("openid", &[("grant_management_action", action), ("grant_id", grant)]);
        let url = person.walk(asked.url.as_str(), &Answers::allow()).await.away();
        assert_eq!(answers(&url)("error").as_deref(), Some(error), "{what}: {url}");
    }
    // Silent requests cannot decide.
    for (action, grant) in [("create", None), ("replace", Some(id.as_str()))] {
        let changes = [("grant_management_action", Some(action)), ("grant_id", grant), ("prompt", Some("none"))];
        let asked = platform.attempt_with("openid", &changes);
        let url = person.walk(asked.url.as_str(), &Answers::allow()).await.away();
        assert_eq!(answers(&url)("error").as_deref(), Some("consent_required"), "{action}");
    }
    // Who refuses to replace keeps what there was.
    let asked = attempt(&platform, "openid email", "replace", Some(&id));
    let url = person.walk(asked.url.as_str(), &Answers::deny()).await.away();
    assert_eq!(answers(&url)("error").as_deref(), Some("access_denied"));
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn grant_management_s6_1_and_s6_6_the_api_and_who_may_use_it() {
    let (platform, other, mut person) = (platform().await, platform().await, person().await);
    let asked = platform.attempt("openid email offline_access");
    let answers = Answers::only(&["email", "offline_access"]).for_duration("until_stopped");
    let tokens = platform.sign_in_with(&mut person, asked, &answers).await;
    let id = grant_id(&tokens).to_owned();
    let get = async |token: &str| Answer::of(platform.http.get(url(&platform, &id)).bearer_auth(token)).await;
    let delete = async |token: &str| Answer::of(platform.http.delete(url(&platform, &id)).bearer_auth(token)).await;
    assert_eq!(Answer::of(platform.http.get(url(&platform, &id))).await.status, 401);
    get("x").await.must_refuse(401, "invalid_token");
    get(&tokens.access).await.must_refuse(403, "insufficient_scope");
    get(&own_token(&platform, "grant_management_revoke").await).await.must_refuse(403, "insufficient_scope");
    delete(&own_token(&platform, "grant_management_query").await).await.must_refuse(403, "insufficient_scope");
    let revoked = own_token(&platform, "grant_management_query").await;
    platform.revoke(&revoked).await;
    get(&revoked).await.must_refuse(401, "invalid_token");
    // Another's is like none at all.
    for (platform, id) in [(&other, id.as_str()), (&platform, "x"), (&platform, "grt_x")] {
        assert_eq!((query(platform, id).await.status, revoke(platform, id).await.status), (404, 404), "{id}");
    }
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200, "so far nothing has ended");

    // §6.5: it ends as by the person's own hand, and the person reads of it.
    let ended = revoke(&platform, &id).await;
    assert_eq!((ended.status, ended.body.len()), (204, 0));
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    platform.refresh(tokens.refresh.as_deref().unwrap()).await.must_refuse(400, "invalid_grant");
    assert_eq!((query(&platform, &id).await.status, revoke(&platform, &id).await.status), (404, 404));
    let page = person.visit("/account/activity").await.page();
    assert!(page.text().contains("gave back what you shared"), "{}", page.text());
    let renewed = platform.sign_in_with(&mut person, platform.attempt("openid email"), &Answers::only(&[])).await;
    assert_ne!(grant_id(&renewed), id, "what has ended does not come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn grant_management_s7_1_metadata() {
    let platform = platform().await;
    assert_eq!(platform.endpoint("grant_management_endpoint"), format!("{}/grants", platform.issuer));
    let actions = ["create", "merge", "replace", "query", "revoke"];
    assert_eq!(platform.metadata["grant_management_actions_supported"], json!(actions));
    assert_eq!(platform.metadata["grant_management_action_required"], json!(false));
    // There is no list.
    let token = own_token(&platform, "grant_management_query").await;
    let all = platform.http.get(platform.endpoint("grant_management_endpoint")).bearer_auth(token);
    Answer::of(all).await.must_refuse(400, "invalid_request");
}

/// Grant Management §5.1: not for clients without credentials; §5.4: nor where the server does not do it.
#[tokio::test(flavor = "multi_thread")]
async fn grant_management_s5_1_and_s5_4_who_may_ask_and_where() {
    let mut person = person().await;
    let public = super::platform(&NewClient::new(Method::None)).await;
    let tokens = public.sign_in(&mut person, "openid").await;
    let id = tokens.body["grant_id"].as_str().unwrap_or("gr_x").to_owned();
    for (action, grant) in [("create", None), ("merge", Some(id.as_str())), ("replace", Some(id.as_str()))] {
        let asked = attempt(&public, "openid", action, grant);
        let url = person.walk(asked.url.as_str(), &Answers::allow()).await.away();
        assert_eq!(answers(&url)("error").as_deref(), Some("invalid_request"), "{action}: {url}");
    }
    assert_eq!(public.userinfo(&tokens.access).await.status, 200);
    // Pushed requests are authorization requests, too; those that are polled for change no grant by its name.
    let ciba = "urn:openid:params:grant-type:ciba";
    let client = NewClient::new(Method::Basic).with("--grant-type", ciba).with("--grant-type", "authorization_code");
    let asking = super::platform(&client).await;
    let action = ("grant_management_action", "create");
    let question = [("scope", "openid"), ("login_hint", person.email.as_str()), action];
    asking.post("backchannel_authentication_endpoint", &question).await.must_refuse(400, "invalid_request");
    let question = [("scope", "openid"), ("login_hint", person.email.as_str()), ("grant_id", id.as_str())];
    asking.post("backchannel_authentication_endpoint", &question).await.must_refuse(400, "invalid_request");
    let platform = platform().await;
    for (what, action, grant, error) in [
        ("unknown", "update", None, "invalid_request"),
        ("create with a name", "create", Some("x"), "invalid_request"),
        ("merge without one", "merge", None, "invalid_request"),
        ("no name", "replace", Some("x"), "invalid_grant_id"),
    ] {
        let asked = attempt(&platform, "openid", action, grant);
        let answer = super::rfc9126_pushed_requests::push(&platform, &asked, &[]).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, error), "{what}: {}", answer.text());
    }
}

/// Grant Management §5.3 and §5.5: the name comes with the tokens, never through the browser, and tells nothing (§9).
#[tokio::test(flavor = "multi_thread")]
async fn grant_management_s5_3_and_s5_5_where_the_name_comes() {
    let (platform, mut person) = (platform().await, person().await);
    let asked = attempt(&platform, "openid email", "create", None);
    let callback = person.authorize(asked.url.as_str(), &Answers::only(&["email"])).await;
    assert_eq!(answers(&callback)("grant_id"), None, "§5.3");
    let answer = platform.exchange(&asked, &platform.code(&asked, &callback)).await;
    let tokens = platform.tokens(&asked, answer).await;
    let id = grant_id(&tokens);
    assert!(id.len() >= 22 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "§5.5: {id}");
    assert!(tokens.claims.get("grant_id").is_none(), "{}", tokens.claims);
    let sub = tokens.claims["sub"].as_str().expect("a subject");
    assert!(!id.contains(sub) && !sub.contains(id), "§9");
}

/// Grant Management §6.2 to §6.6: what the API does not do.
#[tokio::test(flavor = "multi_thread")]
async fn grant_management_s6_4_to_s6_6_answers_and_refusals() {
    let (platform, mut person) = (platform().await, person().await);
    let allowed = Answers::only(&["email", "offline_access"]).for_duration("until_stopped");
    let tokens = platform.sign_in_with(&mut person, platform.attempt("openid email offline_access"), &allowed).await;
    let id = grant_id(&tokens).to_owned();
    let status = query(&platform, &id).await;
    assert_eq!(status.header("content-type"), Some("application/json"));
    let (body, text) = (status.json(), status.text());
    for one in body["scopes"].as_array().expect("§6.4: a list of objects") {
        assert!(one["scope"].is_string(), "{body}");
    }
    for secret in [&tokens.access, tokens.refresh.as_ref().unwrap(), tokens.id_token.as_ref().unwrap(), &person.email] {
        assert!(!text.contains(secret.as_str()), "§6: no tokens, no people");
    }
    assert!(!text.contains(tokens.claims["sub"].as_str().unwrap()), "§6: nobody is named");
    let token = own_token(&platform, "grant_management_query grant_management_revoke").await;
    for method in [reqwest::Method::POST, reqwest::Method::PUT, reqwest::Method::PATCH] {
        let answer = Answer::of(platform.http.request(method.clone(), url(&platform, &id)).bearer_auth(&token)).await;
        assert_eq!(answer.status, 405, "{method}");
    }
    for unknown in ["x", "gr_x", &id[..id.len() - 1], &format!("{id}/x"), &id.to_uppercase()] {
        let answer = Answer::of(platform.http.get(url(&platform, unknown)).bearer_auth(&token)).await;
        assert_eq!(answer.status, 404, "§6.6: {unknown}");
    }
    let basic = platform.http.get(url(&platform, &id)).header("authorization", platform.basic());
    assert_eq!(Answer::of(basic).await.status, 401, "§6.1: a token, not credentials");
    // §6.5: both at once have one grant between them.
    let (first, second) = tokio::join!(revoke(&platform, &id), revoke(&platform, &id));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert!(statuses[0] == 204 && [204, 404, 409].contains(&statuses[1]), "{statuses:?}");
    platform.refresh(tokens.refresh.as_deref().unwrap()).await.must_refuse(400, "invalid_grant");
    let gone = attempt(&platform, "openid", "merge", Some(&id));
    let came = person.walk(gone.url.as_str(), &Answers::allow()).await.away();
    assert_eq!(answers(&came)("error").as_deref(), Some("invalid_grant_id"), "§5.4: {came}");
}
