//! What discovery says about people: scopes, claims, subjects, how they are asked and in which language.

use serde_json::{Value, json};

use crate::support::documents;
use crate::support::person::{Person, is_step};
use crate::support::platform::{Answer, http, now, payload};

use super::Probe::{Each, Whole};
use super::Row;
use super::bench::{ALBUMS, Bench};

pub const PROBES: &[Row] = &[
    ("scopes_supported", Each(|bench, value| Box::pin(scope(bench, value)))),
    ("claims_supported", Each(|bench, value| Box::pin(claim(bench, value)))),
    ("claim_types_supported", Each(|bench, value| Box::pin(claim_type(bench, value)))),
    ("claims_parameter_supported", Whole(|bench, value| Box::pin(claims_parameter(bench, value)))),
    ("subject_types_supported", Each(|bench, value| Box::pin(subject_type(bench, value)))),
    ("acr_values_supported", Each(|bench, value| Box::pin(acr(bench, value)))),
    ("prompt_values_supported", Each(|bench, value| Box::pin(prompt(bench, value)))),
    ("display_values_supported", Each(|bench, value| Box::pin(display(bench, value)))),
    ("ui_locales_supported", Each(|bench, value| Box::pin(ui_locale(bench, value)))),
    ("authorization_details_types_supported", Each(|bench, value| Box::pin(detail_type(bench, value)))),
];

/// A scope opens what it stands for.
async fn scope(bench: &mut Bench, scope: &str) {
    let orbit = bench.house.orbit().await;
    if scope.starts_with("grant_management_") {
        let tokens = bench.sign_in(&orbit, "openid", &[]).await;
        let url =
            format!("{}/{}", orbit.endpoint("grant_management_endpoint"), tokens.body["grant_id"].as_str().unwrap());
        let token = bench.house.own_token(scope).await;
        let answer = match scope {
            "grant_management_query" => Answer::of(http().get(url).bearer_auth(token)).await,
            "grant_management_revoke" => Answer::of(http().delete(url).bearer_auth(token)).await,
            other => panic!("nobody uses {other}"),
        };
        assert!(answer.status == 200 || answer.status == 204, "{scope}: {}", answer.text());
        return;
    }
    if scope == "wallet.badges.issue" {
        let token = bench.house.own_token(scope).await;
        let body = json!({ "name": "Top seller", "description": "Sells a lot", "criteria": "A hundred sales" });
        let url = format!("{}/wallet/v1/badge-definitions", bench.house.server.issuer);
        let answer = Answer::of(http().post(url).bearer_auth(token).json(&body)).await;
        assert_eq!(answer.json()["status"], "proposed", "{}", answer.text());
        return;
    }
    if scope == "wallet.erasure.report" {
        // Nobody has asked for anything: the way is open, and there is nothing at its end.
        let url =
            format!("{}/wallet/v1/erasure-requests/wsh_00000000000000000000000000/status", bench.house.server.issuer);
        let body = json!({ "state": "completed" });
        for (held, status) in [(scope, 404), ("wallet.badges.issue", 403)] {
            let token = bench.house.own_token(held).await;
            let answer = Answer::of(http().post(&url).bearer_auth(token).json(&body)).await;
            assert_eq!(answer.status, status, "{held}: {}", answer.text());
        }
        return;
    }
    if scope == "wallet.changes.read" {
        let url = format!("{}/wallet/v1/client/changes", bench.house.server.issuer);
        for (held, status) in [(scope, 200), ("wallet.badges.issue", 403)] {
            let token = bench.house.own_token(held).await;
            let answer = Answer::of(http().get(&url).bearer_auth(token)).await;
            assert_eq!(answer.status, status, "{held}: {}", answer.text());
        }
        return;
    }
    let asked = if scope == "openid" { scope.to_owned() } else { format!("openid {scope}") };
    let resource = (scope == "albums.read").then_some(ALBUMS);
    let changes = [("resource", resource), ("prompt", Some("consent"))];
    let tokens = bench.sign_in(&orbit, &asked, &changes).await;
    let told = async || orbit.userinfo(&tokens.access).await.json();
    match scope {
        "openid" => assert!(tokens.claims["sub"].is_string()),
        "offline_access" => {
            let refreshed = orbit.refresh(tokens.refresh.as_deref().expect("a refresh token")).await;
            assert_eq!(refreshed.status, 200, "{}", refreshed.text());
        }
        "profile" => assert!(told().await["family_name"].is_string()),
        "email" | "address" => assert!(!told().await[scope].is_null()),
        "wallet.profile" => assert!(told().await["wallet_links"].is_array()),
        "wallet.trust" => assert_eq!(told().await["wallet_trust"]["level"], 3),
        "wallet.badges" => assert!(told().await["wallet_badges"].as_array().is_some_and(|all| all.len() > 1)),
        "wallet.age" => assert_eq!(told().await["age_over_18"], true),
        "wallet.changes" => {
            let url = format!("{}/wallet/v1/changes", orbit.issuer);
            let begun = Answer::of(http().get(url).bearer_auth(&tokens.access)).await.json();
            assert!(begun["next_cursor"].is_string(), "{begun}");
        }
        "wallet.photos" | "wallet.videos" => {
            let kind = &scope["wallet.".len()..scope.len() - 1];
            let url = format!("{}/wallet/v1/media?kind={kind}", orbit.issuer);
            let listed = Answer::of(http().get(url).bearer_auth(&tokens.access)).await.json();
            assert_eq!(listed["data"][0]["kind"], kind, "{listed}");
        }
        "phone" => assert!(told().await["phone_number"].is_string()),
        "albums.read" => assert_eq!(payload(&tokens.access)["scope"], scope),
        "wallet.identity" => super::identity::scope(bench, &orbit).await,
        other => panic!("nobody uses {other}"),
    }
}

/// Asked for by its name alone, a claim comes; those of the protocol are in the ID Token.
async fn claim(bench: &mut Bench, claim: &str) {
    if claim == "verified_claims" {
        let told = super::identity::told(bench, &json!({}), "given_name").await;
        assert_eq!(told["claims"]["given_name"], documents::GIVEN_NAME, "{told}");
        return;
    }
    let out = bench.house.site.url("/out");
    let mut members = json!({ "redirect_uris": [bench.house.site.url("/callback")], "frontchannel_logout_uri": out });
    // Who says nothing is registered for the scopes of OpenID Connect alone.
    if claim.starts_with("wallet_") || claim.starts_with("age_over_") {
        members["scope"] =
            json!("openid wallet.profile wallet.trust wallet.badges wallet.age wallet.photos wallet.videos");
    }
    let party = bench.register(&members).await;
    if ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"].contains(&claim) {
        let tokens = bench.sign_in(&party.platform, "openid", &[("max_age", Some("3600"))]).await;
        let value = &tokens.claims[claim];
        match claim {
            "iss" => assert_eq!(value, bench.house.server.issuer.as_str()),
            "aud" => assert_eq!(value, party.id()),
            "exp" => assert!(value.as_u64().is_some_and(|at| at > now())),
            "iat" | "auth_time" => assert!(value.as_u64().is_some_and(|at| at <= now() + 1), "{claim}: {value}"),
            "amr" => assert!(value.as_array().is_some_and(|amr| !amr.is_empty()), "{value}"),
            _ => assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{claim}: {value}"),
        }
        return;
    }
    let asked = json!({ "userinfo": { claim: { "essential": true } } }).to_string();
    let tokens = bench.sign_in(&party.platform, "openid", &[("claims", Some(&asked))]).await;
    let mut told = party.platform.userinfo(&tokens.access).await.json();
    // What says something about a line comes with that line alone.
    if told[claim].is_null() {
        let line = match claim {
            "email_verified" => "email",
            "phone_number_verified" => "phone_number",
            "updated_at" => "name",
            other => panic!("{other} was asked for and did not come: {told}"),
        };
        let asked = json!({ "userinfo": { claim: null, line: null } }).to_string();
        let tokens = bench.sign_in(&party.platform, "openid", &[("claims", Some(&asked))]).await;
        told = party.platform.userinfo(&tokens.access).await.json();
    }
    assert!(!told[claim].is_null() && told[claim] != "", "{claim}: {told}");
}

/// OIDC Core §5.6.
async fn claim_type(bench: &mut Bench, kind: &str) {
    assert_eq!(kind, "normal", "nobody uses another");
    let party = bench.register(&json!({})).await;
    let tokens = bench.sign_in(&party.platform, "openid email", &[]).await;
    let told = party.platform.userinfo(&tokens.access).await.json();
    assert!(told["email"].is_string() && told.get("_claim_sources").is_none(), "{told}");
}

async fn claims_parameter(bench: &mut Bench, value: &Value) {
    let party = bench.register(&json!({})).await;
    let asked = Some(r#"{"userinfo":{"nickname":null},"id_token":{"birthdate":{"essential":true}}}"#);
    let tokens = bench.sign_in(&party.platform, "openid", &[("claims", asked)]).await;
    let told = party.platform.userinfo(&tokens.access).await.json();
    assert_eq!(value, &json!(told["nickname"] == "Mina" && told.get("name").is_none()), "{told}");
    assert_eq!(tokens.claims["birthdate"], "1990-04-01", "where it was asked for: {}", tokens.claims);
}

/// OIDC Core §8.
async fn subject_type(bench: &mut Bench, kind: &str) {
    let mut subjects = Vec::new();
    for host in ["a", "b"] {
        let uri = format!("https://{host}.example/callback");
        let party = bench.register(&json!({ "subject_type": kind, "redirect_uris": [uri] })).await;
        subjects.push(bench.sign_in(&party.platform, "openid", &[]).await.claims["sub"].clone());
    }
    match kind {
        "pairwise" => assert_ne!(subjects[0], subjects[1]),
        "public" => assert_eq!(subjects[0], subjects[1]),
        other => panic!("nobody uses {other}"),
    }
}

/// Wished for or insisted on, it is reached and told.
async fn acr(bench: &mut Bench, acr: &str) {
    let party = bench.register(&json!({ "default_acr_values": [acr] })).await;
    let essential = json!({ "id_token": { "acr": { "essential": true, "value": acr } } }).to_string();
    for changes in [[("acr_values", Some(acr))], [("claims", Some(essential.as_str()))], [("acr_values", None)]] {
        assert_eq!(bench.sign_in(&party.platform, "openid", &changes).await.claims["acr"], acr, "{changes:?}");
    }
}

/// OIDC Core §3.1.2.1, Initiating User Registration §4: somebody who has allowed everything is asked again, or not.
async fn prompt(bench: &mut Bench, prompt: &str) {
    let party = bench.register(&json!({})).await;
    bench.sign_in(&party.platform, "openid email", &[]).await;
    let attempt = party.platform.attempt_with("openid email", &[("prompt", Some(prompt))]);
    if prompt == "create" {
        let mut newcomer = Person::new(&bench.house.server);
        let page = newcomer.visit(attempt.url.as_str()).await.page();
        assert_eq!(page.url.path(), "/signup");
        let came = super::bench::answer(&mut newcomer, &attempt).await;
        assert_eq!(party.platform.exchange(&attempt, came.field("code")).await.status, 200);
        return;
    }
    if prompt != "none" {
        let page = bench.person.visit(attempt.url.as_str()).await.page();
        let is_asked = match prompt {
            "login" | "select_account" => is_step(&page),
            "consent" => page.find_form("decision").is_some(),
            other => panic!("nobody uses {other}"),
        };
        assert!(is_asked, "{prompt}: {}", page.text());
    }
    let came = bench.answer(&attempt).await;
    assert!(prompt != "none" || came.trail == 1, "no page came between");
    assert_eq!(party.platform.exchange(&attempt, came.field("code")).await.status, 200);
}

async fn display(bench: &mut Bench, display: &str) {
    let party = bench.register(&json!({})).await;
    bench.sign_in(&party.platform, "openid", &[("display", Some(display))]).await;
}

async fn ui_locale(bench: &mut Bench, locale: &str) {
    let party = bench.register(&json!({})).await;
    let attempt = party.platform.attempt_with("openid", &[("ui_locales", Some(locale))]);
    let mut stranger = Person::new(&bench.house.server);
    let page = stranger.visit(attempt.url.as_str()).await.page();
    assert_eq!(page.attributes("html", "lang"), [locale]);
}

async fn detail_type(bench: &mut Bench, kind: &str) {
    let party = bench.register(&json!({ "authorization_details_types": [kind] })).await;
    let asked = json!([{ "type": kind, "actions": ["read"], "datatypes": ["email"] }]);
    let text = asked.to_string();
    let tokens = bench.sign_in(&party.platform, "openid", &[("authorization_details", Some(&text))]).await;
    assert_eq!(tokens.body["authorization_details"], asked, "RFC 9396 §7");
    assert!(party.platform.userinfo(&tokens.access).await.json()["email"].is_string());
}
