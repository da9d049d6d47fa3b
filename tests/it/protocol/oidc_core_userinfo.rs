//! OIDC Core §5.3 to §5.5 and RFC 6750: UserInfo, what it tells and to whom.

use serde_json::{Value, json};

use crate::support::hand::give_picture;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Method, NewClient, Platform};
use crate::support::server::Server;

use super::{pair, platform};

/// Fills every line of the profile through its page.
pub async fn fill_profile(person: &mut Person) {
    let page = person.visit("/account/profile/edit").await.page();
    let mut form = page.form("given_name");
    for (name, value) in [
        ("name", "Amina Yusuf"),
        ("given_name", "Amina"),
        ("middle_name", "B."),
        ("family_name", "Yusuf"),
        ("nickname", "Mina"),
        ("preferred_username", "amina_y"),
        ("birthdate", "1990-04-01"),
        ("gender", "female"),
        ("profile", "https://amina.example/about"),
        ("website", "https://amina.example/"),
        ("street_address", "1 Way"),
        ("postal_code", "10115"),
        ("locality", "Berlin"),
        ("region", "Berlin"),
        ("country", "Germany"),
        ("locale", "de-DE"),
        ("zoneinfo", "Europe/Berlin"),
        ("wallet_display_name", "Mina"),
        ("wallet_headline", "Street photographer"),
        ("wallet_pronouns", "she/her"),
        ("wallet_bio", "Old lenses."),
        ("wallet_location", "Cairo"),
        ("wallet_links", "https://a.example"),
        ("wallet_languages", "ar"),
        ("wallet_interests", "Trams"),
        ("wallet_accent_color", "#1d4ed8"),
    ] {
        form = form.fill(name, value);
    }
    let saved = person.submit(&page, &form).await.page();
    assert_eq!(saved.status, 200, "{}", saved.text());
    assert!(saved.text().contains("Amina Yusuf"), "{}", saved.text());
    // Kept without proof; the code that comes for it is not entered.
    let page = person.visit("/account/contacts").await.page();
    let added = person.submit(&page, &page.form("phone").fill("phone", "+49 151 12345678")).await.page();
    assert!(added.text().contains("+4915112345678"), "{}", added.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s5_3_1_three_ways_to_bring_the_token() {
    let (platform, mut person) = pair().await;
    let tokens = platform.sign_in(&mut person, "openid email").await;
    let endpoint = platform.endpoint("userinfo_endpoint");
    let http = &platform.http;
    let ways = [
        ("GET with the header", http.get(endpoint).bearer_auth(&tokens.access)),
        ("POST with the header", http.post(endpoint).bearer_auth(&tokens.access)),
        ("POST with a form", http.post(endpoint).form(&[("access_token", &tokens.access)])),
    ];
    for (what, request) in ways {
        let answer = Answer::of(request).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{what}");
        assert_eq!(answer.json()["sub"], tokens.claims["sub"], "{what}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6750_s3_challenges() {
    let (platform, mut person) = pair().await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let endpoint = platform.endpoint("userinfo_endpoint");
    let bare = Answer::of(platform.http.get(endpoint)).await;
    assert_eq!(bare.status, 401);
    let challenge = bare.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer realm=") && !challenge.contains("error"), "§3.1 no error without a token");
    let in_query = format!("{endpoint}?access_token={}", tokens.access);
    assert_eq!(Answer::of(platform.http.get(in_query)).await.status, 401, "§2.3 never from the address");
    for bad in ["x", "sw_at_AAAA", &format!("{}A", tokens.access), &tokens.access.replace("sw_at_", "sw_ac_")] {
        platform.userinfo(bad).await.must_refuse(401, "invalid_token");
    }
    let twice = platform.http.post(endpoint).bearer_auth(&tokens.access).form(&[("access_token", &tokens.access)]);
    Answer::of(twice).await.must_refuse(400, "invalid_request");
    let malformed = platform.http.get(endpoint).header("authorization", "Bearer a b");
    Answer::of(malformed).await.must_refuse(400, "invalid_request");
    // The ID Token and the code are no access tokens.
    let id_token = tokens.id_token.as_deref().unwrap();
    platform.userinfo(id_token).await.must_refuse(401, "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s5_4_each_scope_asks_for_its_claims_and_no_others() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    fill_profile(&mut person).await;
    give_picture(&mut person).await;
    let profile = [
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ];
    let email = ["email", "email_verified"];
    let phone = ["phone_number", "phone_number_verified"];
    let address = ["address"];
    let all: Vec<&str> = profile.iter().chain(&email).chain(&phone).chain(&address).copied().collect();
    for (scope, claims) in [
        ("openid profile", profile.to_vec()),
        ("openid email", email.to_vec()),
        ("openid phone", phone.to_vec()),
        ("openid address", address.to_vec()),
        ("openid profile email phone address", all.clone()),
        ("openid", vec![]),
    ] {
        let platform = platform(&NewClient::new(Method::Basic)).await;
        let lines: Vec<&str> =
            claims.iter().copied().filter(|c| !c.ends_with("_verified") && *c != "updated_at").collect();
        let tokens = platform.sign_in_with(&mut person, platform.attempt(scope), &Answers::only(&lines)).await;
        let mut told = names(&platform.userinfo(&tokens.access).await.json());
        told.retain(|name| name != "sub");
        let mut wanted: Vec<String> = claims.iter().map(|c| (*c).to_owned()).collect();
        wanted.sort();
        assert_eq!(told, wanted, "{scope}");
    }
}

fn names(claims: &Value) -> Vec<String> {
    let mut names: Vec<String> = claims.as_object().unwrap().keys().cloned().collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s5_1_values_have_the_standard_types() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    fill_profile(&mut person).await;
    let platform = platform(&NewClient::new(Method::Basic)).await;
    let everything = ["birthdate", "phone_number", "address", "email", "name", "zoneinfo"];
    let attempt = platform.attempt("openid profile email phone address");
    let tokens = platform.sign_in_with(&mut person, attempt, &Answers::only(&everything)).await;
    let claims = platform.userinfo(&tokens.access).await.json();
    assert_eq!(platform.metadata["claim_types_supported"], json!(["normal"]), "§5.6");
    assert!(claims.get("_claim_names").is_none() && claims.get("_claim_sources").is_none(), "§5.6.2");
    assert_eq!(claims["birthdate"], "1990-04-01");
    assert_eq!(claims["email_verified"], true);
    assert_eq!(claims["phone_number"], "+4915112345678");
    assert_eq!(claims["phone_number_verified"], false, "typed, and not proven");
    assert!(claims["updated_at"].as_u64().is_some_and(|at| at > 1_700_000_000));
    let address = claims["address"].as_object().unwrap();
    assert_eq!(address["locality"], "Berlin");
    assert!(address.values().all(Value::is_string) && address["formatted"].as_str().unwrap().contains("10115 Berlin"));
    assert!(claims.as_object().unwrap().values().all(|value| !value.is_null() && *value != json!("")));
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s5_5_the_claims_parameter() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    fill_profile(&mut person).await;
    let asked = async |platform: &Platform, person: &mut Person, claims: &str, lines: &[&str]| {
        let attempt = platform.attempt_with("openid", &[("claims", Some(claims))]);
        platform.sign_in_with(person, attempt, &Answers::only(lines)).await
    };
    let first = platform(&NewClient::new(Method::Basic).with("--id-token-claims", "protocol")).await;
    let essential = r#"{"userinfo":{"name":{"essential":true}}}"#;
    let tokens = asked(&first, &mut person, essential, &["name"]).await;
    assert_eq!(first.userinfo(&tokens.access).await.json()["name"], "Amina Yusuf");
    assert!(tokens.claims.get("name").is_none(), "asked for at UserInfo alone");

    let second = platform(&NewClient::new(Method::Basic)).await;
    let refused = asked(&second, &mut person, essential, &[]).await;
    assert!(second.userinfo(&refused.access).await.json().get("name").is_none(), "essential is no force (§5.5.1)");

    let third = platform(&NewClient::new(Method::Basic)).await;
    let by_value = r#"{"userinfo":{"email":{"value":"someone@else.example"},"nickname":null,"shoe_size":null}}"#;
    let tokens = asked(&third, &mut person, by_value, &["email", "nickname"]).await;
    let claims = third.userinfo(&tokens.access).await.json();
    assert_eq!(names(&claims), ["nickname", "sub"], "another value is left out (§5.5.1): {claims}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_read_has_its_record_and_every_refusal_too() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt("openid email");
    let tokens = platform.sign_in_with(&mut person, attempt, &Answers::only(&["email"])).await;
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    let read = person.visit("/account/activity?kind=reads").await.page();
    assert!(
        read.texts(".log li").iter().any(|row| row.contains("Orbit Photos") && row.contains("Email address")),
        "{}",
        read.text()
    );
    stop_sharing(&mut person).await;
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    let refused = person.visit("/account/activity?kind=reads").await.page();
    assert!(!refused.texts(".log li.refused").is_empty(), "{}", refused.text());
}

/// Stops sharing with the one app that the person has connected.
pub async fn stop_sharing(person: &mut Person) {
    let list = person.visit("/account/apps").await.page();
    let app = list.link("/account/apps/").expect("a connected app");
    let page = person.visit(app.as_str()).await.page();
    let stop = page.link("/stop").expect("a way to stop");
    let page = person.visit(stop.as_str()).await.page();
    let done = person.submit(&page, &page.form_to("/stop")).await.page();
    assert_eq!(done.status, 200, "{}", done.text());
}
