//! OpenID Connect for Identity Assurance 1.0 through the doors, and WALLET.md §6, §7.1, §14.2, R4 and R5.

use serde_json::{Value, json};

use crate::support::documents::{self, BIRTHDATE, FAMILY_NAME, GIVEN_NAME, Paper, SECRETS};
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Method, NewClient, Platform, Tokens};
use crate::support::server::Server;

const SCOPE: &str = "openid profile email wallet.identity wallet.profile offline_access";
const NAMES: [&str; 4] = ["given_name", "family_name", "birthdate", "nationalities"];

async fn platform(server: &Server) -> Platform {
    let client = NewClient::new(Method::Basic).with("--scope", SCOPE).with("--id-token-claims", "protocol");
    Platform::at(server, &client).await
}

fn line(claim: &str) -> String {
    format!("verified_claims.{claim}")
}

/// Answers that share these verified claims.
fn only(claims: &[&str]) -> Answers {
    let lines: Vec<String> = claims.iter().map(|claim| line(claim)).collect();
    Answers::only(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn element(claims: &Value) -> Value {
    json!({ "verification": { "trust_framework": null }, "claims": claims })
}

/// Asks by the parameter `claims`, and gives what came: of UserInfo and of the ID Token.
async fn ask(platform: &Platform, person: &mut Person, claims: &Value, answers: &Answers) -> (Value, Value, Tokens) {
    let text = claims.to_string();
    let attempt = platform.attempt_with("openid", &[("claims", Some(&text)), ("prompt", Some("consent"))]);
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    // What is not asked for is not on the page.
    let offered = page.form("decision").offers("claim");
    let claims = answers.claims.iter().flatten().filter(|claim| offered.contains(claim)).cloned().collect();
    let answers = Answers { claims: Some(claims), ..answers.clone() };
    let callback = person.decide(&page, &answers).await.away();
    let code = platform.code(&attempt, &callback);
    let tokens = platform.tokens(&attempt, platform.exchange(&attempt, &code).await).await;
    let told = platform.userinfo(&tokens.access).await;
    assert_eq!(told.status, 200, "{}", told.text());
    (told.json()["verified_claims"].clone(), tokens.claims["verified_claims"].clone(), tokens)
}

fn everything() -> Answers {
    let lines = ["given_name", "family_name", "birthdate", "nationalities"].map(line);
    let lines: Vec<&str> = lines.iter().map(String::as_str).chain(["verification.evidence"]).collect();
    Answers::only(&lines)
}

#[tokio::test(flavor = "multi_thread")]
async fn ida_s5_8_the_scope_gives_four_claims_and_how_they_were_checked() {
    let server = Server::shared().await;
    let (platform, mut person) = (platform(server).await, documents::signed_in(server).await);
    let attempt = platform.attempt("openid wallet.identity");
    let tokens = platform.sign_in_with(&mut person, attempt, &only(&NAMES)).await;
    let told = platform.userinfo(&tokens.access).await.json();
    let verified = &told["verified_claims"];
    let claims = json!({
        "given_name": GIVEN_NAME, "family_name": FAMILY_NAME, "birthdate": BIRTHDATE, "nationalities": ["EGY"],
    });
    assert_eq!(verified["claims"], claims);
    let verification = verified["verification"].as_object().expect("an object");
    assert_eq!(verification.keys().collect::<Vec<_>>(), ["assurance_level", "time", "trust_framework"]);
    assert_eq!(verification["trust_framework"], format!("{}/trust-framework/1", server.issuer));
    assert_eq!(verification["assurance_level"], "document_dual");
    assert!(verification["time"].as_str().is_some_and(|time| time.ends_with("T00:00:00Z")), "days alone: {verified}");
    // What people type and what a document says never mix (WALLET.md §0.2).
    assert!(told.get("given_name").is_none() && told.get("birthdate").is_none(), "{told}");
    assert!(tokens.claims.get("verified_claims").is_none(), "of this client the ID Token has protocol claims alone");
    assert_eq!(tokens.body["scope"], "openid wallet.identity");
}

#[tokio::test(flavor = "multi_thread")]
async fn ida_s5_2_each_destination_gets_what_was_asked_of_it() {
    let server = Server::shared().await;
    let (platform, mut person) = (platform(server).await, documents::signed_in(server).await);
    let (name, born) = (element(&json!({ "given_name": null })), element(&json!({ "birthdate": null })));
    for (asked, userinfo, id_token) in [
        (json!({ "userinfo": { "verified_claims": name } }), Some("given_name"), None),
        (json!({ "id_token": { "verified_claims": name } }), None, Some("given_name")),
        (
            json!({ "userinfo": { "verified_claims": name }, "id_token": { "verified_claims": born } }),
            Some("given_name"),
            Some("birthdate"),
        ),
    ] {
        let (by_userinfo, by_id_token, _) = ask(&platform, &mut person, &asked, &everything()).await;
        for (told, wanted) in [(by_userinfo, userinfo), (by_id_token, id_token)] {
            let names: Vec<&str> =
                told["claims"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, wanted.into_iter().collect::<Vec<_>>(), "{asked}: {told}");
            assert!(wanted.is_some() || told.is_null());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ida_s5_4_evidence_is_told_to_whom_it_was_allowed() {
    let server = Server::shared().await;
    let (platform, mut person) = (platform(server).await, documents::signed_in(server).await);
    let verification = json!({
        "trust_framework": null,
        "verification_process": null,
        "assurance_process": { "policy": null, "procedure": null, "assurance_details": [{ "assurance_type": null }] },
        "evidence": [{
            "type": { "value": "document" },
            "check_details": [{ "check_method": { "value": "pvr" }, "check_id": null, "organization": null }],
            "document_details": { "type": null, "document_number": null, "issuer": { "country_code": null }, "date_of_expiry": null },
        }],
    });
    let asked = json!({ "userinfo": { "verified_claims": { "verification": verification, "claims": { "given_name": null } } } });
    let (told, _, _) = ask(&platform, &mut person, &asked, &everything()).await;
    let evidence = &told["verification"]["evidence"][0];
    let details = json!({ "type": "passport", "issuer": { "country_code": "EGY" }, "date_of_expiry": "2034-05-01" });
    assert_eq!((&evidence["type"], &evidence["document_details"]), (&json!("document"), &details), "{told}");
    let checks = evidence["check_details"].as_array().expect("a list");
    assert_eq!(checks.len(), 2, "by two reviewers: {told}");
    let is_named = |id: &Value| id.as_str().is_some_and(|id| id.starts_with("ver_") && id.len() == 26);
    assert!(checks.iter().all(|check| check["check_method"] == "pvr" && is_named(&check["check_id"])));
    assert!(is_named(&told["verification"]["verification_process"]), "{told}");
    let details = told["verification"]["assurance_process"]["assurance_details"].as_array().expect("a list");
    assert!(details.len() == 4 && details.iter().all(|one| is_named(&one["evidence_ref"][0]["check_id"])), "{told}");

    // Without the line of the document there is no evidence, and a demand on it is not met.
    let (told, _, _) = ask(&platform, &mut person, &asked, &only(&["given_name"])).await;
    assert!(told.is_null(), "{told}");

    // Another platform knows the same checks by other names.
    let other = NewClient::new(Method::Basic).with("--scope", SCOPE).redirected_to("https://b.example/callback");
    let other = Platform::at(server, &other).await;
    let (first, _, _) = ask(&platform, &mut person, &asked, &everything()).await;
    let (second, _, _) = ask(&other, &mut person, &asked, &everything()).await;
    for pointer in ["/verification/verification_process", "/verification/evidence/0/check_details/0/check_id"] {
        assert!(first.pointer(pointer).is_some() && first.pointer(pointer) != second.pointer(pointer), "{pointer}");
    }
}

/// R4.
#[tokio::test(flavor = "multi_thread")]
async fn wallet_r4_what_cannot_be_so_is_left_out_without_an_error() {
    let server = Server::shared().await;
    let (platform, mut person) = (platform(server).await, documents::signed_in(server).await);
    let of =
        |framework: Value, claims: Value| json!({ "verification": { "trust_framework": framework }, "claims": claims });
    let day = 86_400;
    for (asked, is_told) in [
        (of(json!(null), json!({ "given_name": { "value": "41b9a5e2-no-such-name" } })), false),
        (of(json!({ "value": "eidas" }), json!({ "given_name": null })), false),
        (of(json!(null), json!({ "shoe_size": { "essential": true } })), false),
        (
            of(json!(null), json!({ "shoe_size": null, "claim%1/a&,.b": null, "given_name": { "value": GIVEN_NAME } })),
            true,
        ),
        (
            json!({ "verification": { "trust_framework": null, "time": { "max_age": 5 * day } }, "claims": { "given_name": null } }),
            false,
        ),
        (
            json!({ "verification": { "trust_framework": null, "time": { "max_age": 20 * day } }, "claims": { "given_name": null } }),
            true,
        ),
    ] {
        let claims = json!({ "userinfo": { "verified_claims": asked }, "id_token": { "verified_claims": asked } });
        let (userinfo, id_token, _) = ask(&platform, &mut person, &claims, &everything()).await;
        assert_eq!((!userinfo.is_null(), !id_token.is_null()), (is_told, is_told), "{asked}: {userinfo}");
    }
    // Several elements: those that can be told, in order.
    let list = json!([
        of(json!(null), json!({ "birthdate": null })),
        of(json!({ "value": "eidas" }), json!({ "birthdate": null })),
        of(json!(null), json!({ "given_name": null }))
    ]);
    let (told, _, _) =
        ask(&platform, &mut person, &json!({ "userinfo": { "verified_claims": list } }), &everything()).await;
    let told: Vec<&Value> = told.as_array().expect("a list").iter().map(|one| &one["claims"]).collect();
    assert_eq!(told, [&json!({ "birthdate": BIRTHDATE }), &json!({ "given_name": GIVEN_NAME })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s6_2_1_what_is_not_well_formed_is_refused_at_the_client() {
    let server = Server::shared().await;
    let (platform, mut person) = (platform(server).await, documents::signed_in(server).await);
    let long = json!({ "x": "y".repeat(16 * 1024) });
    let deep = (0..12).fold(json!(null), |inner, _| json!({ "x": inner }));
    for (what, claims) in [
        (
            "no framework",
            json!({ "userinfo": { "verified_claims": { "verification": {}, "claims": { "given_name": null } } } }),
        ),
        ("no claims", json!({ "id_token": { "verified_claims": element(&json!({})) } })),
        ("a text", json!({ "id_token": { "verified_claims": "given_name" } })),
        ("eleven", json!({ "userinfo": { "verified_claims": vec![element(&json!({ "given_name": null })); 11] } })),
        (
            "a short purpose",
            json!({ "userinfo": { "verified_claims": element(&json!({ "given_name": { "purpose": "ab" } })) } }),
        ),
        ("too large", json!({ "userinfo": { "verified_claims": element(&long) } })),
        ("too deep", json!({ "userinfo": { "verified_claims": element(&deep) } })),
    ] {
        let text = claims.to_string();
        let attempt = platform.attempt_with("openid", &[("claims", Some(&text))]);
        let landing = person.visit(attempt.url.as_str()).await;
        if what == "too large" {
            // No parameter may be as large as that: nothing is known of the request but that.
            assert_eq!(landing.page().status, 431);
            continue;
        }
        let answer = platform.callback(&attempt, &landing.away());
        assert_eq!(answer.get("error").map(String::as_str), Some("invalid_request"), "{what}: {answer:?}");
        assert!(answer["error_description"].contains("verified_claims") || what == "too deep", "{what}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s7_2_the_page_shows_each_value_behind_a_press() {
    let server = Server::shared().await;
    let (platform, mut person) = (platform(server).await, documents::signed_in(server).await);
    let purpose = "To <b>open</b> your account & \"no more\"";
    let claims = json!({ "userinfo": { "verified_claims": {
        "verification": { "trust_framework": null, "evidence": [{ "type": { "value": "document" } }] },
        "claims": { "given_name": { "essential": true, "purpose": purpose }, "birthdate": null },
    } } });
    let text = claims.to_string();
    let attempt = platform.attempt_with("openid", &[("claims", Some(&text))]);
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    for (id, value) in [("verified_claims-given_name", GIVEN_NAME), ("verified_claims-birthdate", BIRTHDATE)] {
        let id = id.replace(['.', '_'], "-");
        let about = page.texts(&format!("#about-{id}")).concat();
        assert!(about.contains("As on your document") && about.contains("Checked on your document"), "{about}");
        assert!(!about.contains(value), "hidden until the press: {about}");
        assert!(page.texts("details.whole bdi").iter().any(|text| text == value), "{}", page.text());
    }
    assert!(page.text().contains(purpose) && !page.body.contains("<b>open</b>"), "shown as it is, and harmless");
    assert!(page.texts("details.whole bdi").iter().any(|text| text == "Passport · EGY · 2024-05-02 – 2034-05-01"));
    let form = page.form("decision");
    assert!(form.ticked("claim").contains(&line("given_name")), "said to be needed");
    for offered in [line("birthdate"), "verification.evidence".to_owned()] {
        assert!(!form.ticked("claim").contains(&offered) && form.offers("claim").contains(&offered), "{offered}");
    }
    assert!(!form.offers("claim").contains(&line("family_name")), "what is not asked for is not offered");

    // What was unticked is not told; what was ticked is on the page of the app, and in the activity with how it was checked.
    let birthdate = line("birthdate");
    let answers = Answers::only(&[birthdate.as_str(), "verification.evidence"]);
    let callback = person.decide(&page, &answers).await.away();
    let tokens =
        platform.tokens(&attempt, platform.exchange(&attempt, &platform.code(&attempt, &callback)).await).await;
    let told = platform.userinfo(&tokens.access).await.json();
    assert_eq!(told["verified_claims"]["claims"], json!({ "birthdate": BIRTHDATE }), "{told}");
    let activity = person.visit("/account/activity").await.page();
    for part in ["Birth date on your document", "that two reviewers checked the document"] {
        assert!(activity.text().contains(part), "{part}: {}", activity.text());
    }
    let apps = person.visit("/account/apps").await.page();
    let shown = person.visit(apps.link("/account/apps/").expect("an app").as_str()).await.page();
    assert!(shown.text().contains("Legal given name") && !shown.body.contains("<b>open</b>"), "{}", shown.text());
    let less = shown.form("duration").tick_only("claim", &[]);
    assert_eq!(person.submit(&shown, &less).await.page().status, 200);
    assert_eq!(platform.userinfo(&tokens.access).await.status, 401, "the token of before opens nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s7_1_another_document_is_agreed_to_anew() {
    let server = Server::shared().await;
    let (platform, mut person) = (platform(server).await, documents::signed_in(server).await);
    let attempt = platform.attempt("openid wallet.identity");
    let tokens = platform.sign_in_with(&mut person, attempt, &only(&NAMES)).await;
    let family_name = async |tokens: &Tokens| {
        platform.userinfo(&tokens.access).await.json()["verified_claims"]["claims"]["family_name"].clone()
    };
    assert_eq!(family_name(&tokens).await, FAMILY_NAME);
    let paper = Paper { family_name: "Haddad", days_ago: 0, ..Paper::default() };
    documents::check(&server.stores, &person.email, &paper).await;
    assert!(family_name(&tokens).await.is_null(), "nobody has agreed to the new name yet");
    let silent = platform.attempt_with("openid wallet.identity", &[("prompt", Some("none"))]);
    let answer = platform.callback(&silent, &person.visit(silent.url.as_str()).await.away());
    assert_eq!(answer.get("error").map(String::as_str), Some("consent_required"), "{answer:?}");
    let attempt = platform.attempt("openid wallet.identity");
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    assert!(page.text().contains("Your document was checked again"), "{}", page.text());
    let callback = person.decide(&page, &Answers::allow()).await.away();
    let renewed =
        platform.tokens(&attempt, platform.exchange(&attempt, &platform.code(&attempt, &callback)).await).await;
    assert_eq!(family_name(&renewed).await, "Haddad");
    assert_eq!(family_name(&tokens).await, "Haddad", "what was agreed to counts for the tokens of before too");
    // Once is enough.
    let silent = platform.attempt_with("openid wallet.identity", &[("prompt", Some("none"))]);
    assert!(platform.callback(&silent, &person.visit(silent.url.as_str()).await.away()).contains_key("code"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_checked_document_signs_in_all_the_same() {
    let server = Server::shared().await;
    let (platform, mut person) = (platform(server).await, crate::support::seeded::signed_in(server).await);
    let attempt = platform.attempt("openid wallet.identity");
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    assert!(page.form("decision").offers("claim").is_empty() && page.text().contains("Legal given name"));
    let callback = person.decide(&page, &Answers::allow()).await.away();
    let tokens =
        platform.tokens(&attempt, platform.exchange(&attempt, &platform.code(&attempt, &callback)).await).await;
    assert_eq!(tokens.body["scope"], "openid", "of the scope nothing is left");
    assert!(platform.userinfo(&tokens.access).await.json().get("verified_claims").is_none());
    // Once there is one, the question is another.
    documents::check(&server.stores, &person.email, &Paper { days_ago: 0, ..Paper::default() }).await;
    let attempt = platform.attempt("openid wallet.identity");
    let tokens = platform.sign_in_with(&mut person, attempt, &only(&["family_name"])).await;
    let told = platform.userinfo(&tokens.access).await.json();
    assert_eq!(told["verified_claims"]["claims"], json!({ "family_name": FAMILY_NAME }));
}

async fn api(platform: &Platform, tokens: &Tokens, path: &str, etag: Option<&str>) -> Answer {
    let mut request = platform.http.get(format!("{}/wallet/v1{path}", platform.issuer)).bearer_auth(&tokens.access);
    if let Some(etag) = etag {
        request = request.header("if-none-match", etag);
    }
    Answer::of(request).await
}

/// An answer of the data API, for those who hold it against its description.
pub async fn told_by_the_api(server: &Server) -> Value {
    let (platform, mut person) = (platform(server).await, documents::signed_in(server).await);
    let attempt = platform.attempt("openid wallet.identity");
    let tokens = platform.sign_in_with(&mut person, attempt, &only(&NAMES)).await;
    let told = api(&platform, &tokens, "/identity", None).await.json();
    assert!(told["verified_claims"].is_object(), "{told}");
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_2_the_data_api_tells_as_userinfo_does() {
    let server = Server::shared().await;
    let (platform, mut person) = (platform(server).await, documents::signed_in(server).await);
    let attempt = platform.attempt("openid wallet.identity");
    let tokens = platform.sign_in_with(&mut person, attempt, &only(&["given_name"])).await;
    let told = api(&platform, &tokens, "/identity", None).await;
    assert_eq!(told.status, 200, "{}", told.text());
    let userinfo = platform.userinfo(&tokens.access).await.json();
    assert_eq!(told.json()["verified_claims"], userinfo["verified_claims"]);
    assert_eq!((&told.json()["sub"], told.json().as_object().map(serde_json::Map::len)), (&userinfo["sub"], Some(2)));
    let etag = told.header("etag").expect("an entity tag").to_owned();
    assert_eq!(api(&platform, &tokens, "/identity", Some(&etag)).await.status, 304);
    let day = 86_400;
    for (age, is_young) in [(20 * day, true), (day, false), (0, false)] {
        let told = api(&platform, &tokens, &format!("/identity?max_age={age}"), Some(&etag)).await;
        assert_eq!(told.status, 200, "another question is another answer");
        assert_eq!(told.json().get("verified_claims").is_some(), is_young, "{age}");
    }
    for wrong in ["-1", "soon", "1.5"] {
        assert_eq!(api(&platform, &tokens, &format!("/identity?max_age={wrong}"), None).await.status, 400, "{wrong}");
    }
    let activity = person.visit("/account/activity").await.page();
    assert!(activity.text().contains("Legal given name"), "{}", activity.text());

    // What the token was asked for with is the filter here too.
    let text = json!({ "userinfo": { "verified_claims": element(&json!({ "birthdate": null })) } }).to_string();
    let attempt =
        platform.attempt_with("openid wallet.identity", &[("claims", Some(&text)), ("prompt", Some("consent"))]);
    let narrow = platform.sign_in_with(&mut person, attempt, &only(&NAMES)).await;
    let told = api(&platform, &narrow, "/identity", None).await.json();
    let framework = format!("{}/trust-framework/1", server.issuer);
    let wanted = json!({ "verification": { "trust_framework": framework }, "claims": { "birthdate": BIRTHDATE } });
    assert_eq!(told["verified_claims"], wanted, "{told}");
}

/// R5.
#[tokio::test(flavor = "multi_thread")]
async fn wallet_r5_without_the_scope_no_door_tells_a_word_of_the_document() {
    let server = Server::shared().await;
    let (platform, mut person) = (platform(server).await, documents::signed_in(server).await);
    // Everything else is asked for and allowed.
    let claims =
        json!({ "userinfo": { "verified_claims.given_name": null, "verification.evidence": null, "name": null } });
    let text = claims.to_string();
    let scope = "openid profile email wallet.profile";
    let attempt = platform.attempt_with(scope, &[("claims", Some(&text))]);
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    let lines = page.form("decision").offers("claim");
    assert!(!lines.iter().any(|line| line.starts_with("verif")), "{lines:?}");
    let all: Vec<&str> = lines.iter().map(String::as_str).collect();
    let callback = person.decide(&page, &Answers::only(&all)).await.away();
    let tokens =
        platform.tokens(&attempt, platform.exchange(&attempt, &platform.code(&attempt, &callback)).await).await;
    let refused = api(&platform, &tokens, "/identity", None).await;
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (403, Some("insufficient_scope")),
        "{}",
        refused.text()
    );
    let fields = "/profile?fields=given_name,family_name,birthdate";
    for answer in [
        refused,
        platform.userinfo(&tokens.access).await,
        api(&platform, &tokens, "/me", None).await,
        api(&platform, &tokens, "/profile", None).await,
        api(&platform, &tokens, fields, None).await,
        platform.introspect(&tokens.access).await,
    ] {
        for secret in SECRETS {
            assert!(!answer.text().contains(secret), "{secret}: {}", answer.text());
        }
    }
    for field in ["verified_claims.given_name", "verification.evidence", "verified_claims"] {
        let answer = api(&platform, &tokens, &format!("/profile?fields={field}"), None).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (400, Some("unknown_field")), "{field}");
    }
    // Item by item nobody gets it either (RFC 9396).
    let details = json!([{ "type": "wallet_read", "datatypes": ["verified_claims.given_name"] }]).to_string();
    let attempt = platform.attempt_with("openid", &[("authorization_details", Some(&details))]);
    let answer = platform.callback(&attempt, &person.visit(attempt.url.as_str()).await.away());
    assert_eq!(answer.get("error").map(String::as_str), Some("invalid_authorization_details"), "{answer:?}");
}

/// A client that is not registered for the scope asks in vain: what is not its to ask for is passed over.
#[tokio::test(flavor = "multi_thread")]
async fn wallet_s4_1_it_is_for_clients_that_an_operator_gave_it_to() {
    let server = Server::shared().await;
    let client = NewClient::new(Method::Basic).with("--scope", "openid profile");
    let (platform, mut person) = (Platform::at(server, &client).await, documents::signed_in(server).await);
    let asked = json!({ "userinfo": { "verified_claims": element(&json!({ "given_name": null })) } });
    let (told, _, _) = ask(&platform, &mut person, &asked, &Answers::allow()).await;
    assert!(told.is_null(), "{told}");
}

/// §6.2.7: the sign-in behind a token must be as strong as the settings say; an issuer's word for a person is none.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9470_s3_a_sign_in_that_is_too_weak_is_told_so() {
    let settings = [("SW__VERIFIED_CLAIMS__MIN_ACR", "urn:social-wallet:acr:password"), ("SW__STEP_UP__MAX_AGE", "4s")];
    let server = Server::with(&settings).await;
    let (platform, mut person) = (platform(&server).await, documents::signed_in(&server).await);
    let attempt = platform.attempt("openid wallet.identity");
    let tokens = platform.sign_in_with(&mut person, attempt, &only(&["given_name"])).await;
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    for answer in [platform.userinfo(&tokens.access).await, api(&platform, &tokens, "/identity", None).await] {
        assert_eq!(answer.status, 401, "{}", answer.text());
        let challenge = answer.header("www-authenticate").expect("a challenge").to_owned();
        for part in
            ["insufficient_user_authentication", "acr_values=\"urn:social-wallet:acr:password\"", "max_age=\"4\""]
        {
            assert!(challenge.contains(part), "{part}: {challenge}");
        }
        assert!(!answer.text().contains(GIVEN_NAME));
    }
}
