//! RFC 9449: tokens bound to a key, the proofs that must come with them, nonces, and codes bound beforehand.

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Attempt, Method, NewClient, Platform, now};
use crate::support::proofs::{Jws, ProofKey, SPOILT};
use crate::support::server::{Backend, Server};

use super::{Ends, must_end, pair, platform as register};

const BOUND: (&str, &str) = ("--metadata", r#"{"dpop_bound_access_tokens": true}"#);

/// A form to the token endpoint with these proofs.
async fn ask(platform: &Platform, parameters: &[(&str, &str)], proofs: &[&str]) -> Answer {
    let mut body = Serializer::new(String::new());
    body.extend_pairs(parameters);
    let basic = platform.basic();
    let mut headers: Vec<(&str, &str)> = proofs.iter().map(|proof| ("dpop", *proof)).collect();
    match platform.client.method {
        Method::None => drop(body.append_pair("client_id", &platform.client.id)),
        _ => headers.push(("authorization", basic.as_str())),
    }
    platform.post_raw("token_endpoint", &headers, body.finish()).await
}

fn proof(platform: &Platform, key: &ProofKey) -> Jws {
    key.proof("POST", platform.endpoint("token_endpoint"))
}

/// The parameters of a code's exchange.
fn redeeming<'a>(attempt: &'a Attempt, code: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &attempt.redirect_uri),
        ("code_verifier", &attempt.verifier),
    ]
}

async fn approved(platform: &Platform, person: &mut Person, attempt: Attempt, answers: &Answers) -> (Attempt, String) {
    let callback = person.authorize(attempt.url.as_str(), answers).await;
    let code = platform.code(&attempt, &callback);
    (attempt, code)
}

/// A sign-in whose tokens are bound to the key; the token response.
async fn signed_in(platform: &Platform, person: &mut Person, key: &ProofKey, scope: &str) -> Value {
    let answers = match scope.contains("offline_access") {
        true => Answers::only(&["offline_access"]).for_duration("until_stopped"),
        false => Answers::allow(),
    };
    let (attempt, code) = approved(platform, person, platform.attempt(scope), &answers).await;
    let answer = ask(platform, &redeeming(&attempt, &code), &[&proof(platform, key).text()]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn userinfo(platform: &Platform, scheme: &str, token: &str, proofs: &[&str]) -> Answer {
    let request = platform.http.get(platform.endpoint("userinfo_endpoint"));
    let request = request.header("authorization", format!("{scheme} {token}"));
    Answer::of(proofs.iter().fold(request, |request, proof| request.header("dpop", *proof))).await
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s5_tokens_are_bound_to_the_key_of_the_proof() {
    let (platform, mut person) = pair().await;
    for alg in ["ES256", "EdDSA", "PS256"] {
        assert!(
            platform.metadata["dpop_signing_alg_values_supported"].as_array().is_some_and(|l| l.contains(&json!(alg)))
        );
        let key = ProofKey::of(alg);
        let body = signed_in(&platform, &mut person, &key, "openid").await;
        assert_eq!(body["token_type"], "DPoP");
        let token = text(&body, "access_token");
        let about = platform.introspect(&token).await.json();
        assert_eq!((&about["token_type"], &about["cnf"]), (&json!("DPoP"), &json!({ "jkt": key.thumbprint() })));
        let at = platform.endpoint("userinfo_endpoint");
        for scheme in ["DPoP", "dPoP", "DPOP"] {
            let proof = key.proof_with("GET", at, &token).text();
            let answer = userinfo(&platform, scheme, &token, &[&proof]).await;
            assert_eq!((answer.status, answer.header("www-authenticate")), (200, None), "{}", answer.text());
            assert!(answer.header("dpop-nonce").is_some_and(|nonce| nonce.len() >= 22), "§8.2");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s4_3_every_proof_that_is_wrong_is_refused_at_the_token_endpoint() {
    let (platform, _) = pair().await;
    let (key, rsa) = (ProofKey::generate(), ProofKey::of("RS256"));
    // A code that is none: who gets past the proof hears of the code.
    let parameters = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", "https://a.example/")];
    for (what, spoil) in SPOILT {
        let text = match *what {
            "RS256" => proof(&platform, &rsa).text(),
            _ => spoil(proof(&platform, &key), &key),
        };
        let answer = ask(&platform, &parameters, &[&text]).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "invalid_dpop_proof"), "{what}: {}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
        assert!(answer.json()["error_description"].as_str().is_some_and(|why| why.contains("DPoP proof")), "{what}");
    }
    let two = [proof(&platform, &key).text(), proof(&platform, &key).text()];
    ask(&platform, &parameters, &[&two[0], &two[1]]).await.must_refuse(400, "invalid_dpop_proof");
    let url = platform.endpoint("token_endpoint").to_owned();
    let upper = url.replacen("http://", "HTTP://", 1);
    for (what, good) in [
        ("as it is", proof(&platform, &key)),
        ("a query", proof(&platform, &key).claim("htu", json!(format!("{url}?a=b")))),
        ("a fragment", proof(&platform, &key).claim("htu", json!(format!("{url}#a")))),
        ("the scheme in upper case", proof(&platform, &key).claim("htu", json!(upper))),
        ("ten seconds ago", proof(&platform, &key).claim("iat", json!(now() - 10))),
        ("in ten seconds", proof(&platform, &key).claim("iat", json!(now() + 10))),
        ("nbf and exp", proof(&platform, &key).claim("nbf", json!(now() - 5)).claim("exp", json!(now() + 60))),
        ("more claims", proof(&platform, &key).claim("x", json!([1])).claim("iss", json!("me"))),
        ("an ath that nobody asked for", proof(&platform, &key).claim("ath", json!("x"))),
        ("typ with its prefix", proof(&platform, &key).header("typ", json!("application/dpop+jwt"))),
    ] {
        let answer = ask(&platform, &parameters, &[&good.text()]).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "invalid_grant"), "{what}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s7_1_every_proof_that_is_wrong_is_refused_at_the_resource() {
    let (platform, mut person) = pair().await;
    let (key, rsa) = (ProofKey::generate(), ProofKey::of("RS256"));
    let token = text(&signed_in(&platform, &mut person, &key, "openid").await, "access_token");
    let at = platform.endpoint("userinfo_endpoint");
    let good = || key.proof_with("GET", at, &token);
    let must_refuse = |what: &str, answer: Answer, error: &str| {
        assert_eq!((answer.status, answer.error().as_str()), (401, error), "{what}: {}", answer.text());
        let challenge = answer.header("www-authenticate").unwrap_or_default();
        assert!(challenge.starts_with("DPoP ") && challenge.contains(&format!("error=\"{error}\"")), "{challenge}");
        assert!(challenge.contains("algs=\"ES256 EdDSA PS256\""), "{what}: {challenge}");
        assert!(answer.header("dpop-nonce").is_some(), "{what}");
    };
    for (what, spoil) in SPOILT {
        let text = match *what {
            "RS256" => rsa.proof_with("GET", at, &token).text(),
            _ => spoil(good(), &key),
        };
        must_refuse(what, userinfo(&platform, "DPoP", &token, &[&text]).await, "invalid_dpop_proof");
    }
    let other = ProofKey::generate();
    for (what, proofs, error) in [
        ("none", vec![], "invalid_dpop_proof"),
        ("two", vec![good().text(), good().text()], "invalid_dpop_proof"),
        ("no ath", vec![good().claim("ath", Value::Null).text()], "invalid_dpop_proof"),
        ("another ath", vec![key.proof_with("GET", at, "other").text()], "invalid_dpop_proof"),
        ("for the token endpoint", vec![proof(&platform, &key).text()], "invalid_dpop_proof"),
        ("another key", vec![other.proof_with("GET", at, &token).text()], "invalid_token"),
    ] {
        let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
        must_refuse(what, userinfo(&platform, "DPoP", &token, &proofs).await, error);
    }
    assert_eq!(userinfo(&platform, "DPoP", &token, &[&good().text()]).await.status, 200, "none of it harmed the token");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s7_2_each_token_by_its_own_scheme() {
    let (platform, mut person) = pair().await;
    let key = ProofKey::generate();
    let bound = text(&signed_in(&platform, &mut person, &key, "openid").await, "access_token");
    let plain = platform.sign_in(&mut person, "openid").await.access;
    let at = platform.endpoint("userinfo_endpoint");
    let proof = || key.proof_with("GET", at, &bound).text();
    userinfo(&platform, "Bearer", &bound, &[]).await.must_refuse(401, "invalid_token");
    userinfo(&platform, "Bearer", &bound, &[&proof()]).await.must_refuse(401, "invalid_token");
    let about_plain = key.proof_with("GET", at, &plain).text();
    userinfo(&platform, "DPoP", &plain, &[&about_plain]).await.must_refuse(401, "invalid_token");
    userinfo(&platform, "DPoP", &plain, &[]).await.must_refuse(401, "invalid_token");
    let form = Answer::of(platform.http.post(at).form(&[("access_token", &bound)])).await;
    form.must_refuse(401, "invalid_token");
    let posted = platform.http.post(at).header("authorization", format!("DPoP {bound}"));
    let posted = posted.header("dpop", key.proof_with("POST", at, &bound).text());
    assert_eq!(Answer::of(posted).await.status, 200);
    let nothing = Answer::of(platform.http.get(at)).await;
    let challenges: Vec<&str> =
        nothing.headers.get_all("www-authenticate").iter().filter_map(|c| c.to_str().ok()).collect();
    assert_eq!((nothing.status, challenges.len()), (401, 2), "{challenges:?}");
    assert!(challenges[0].starts_with("Bearer ") && challenges[1].starts_with("DPoP "));
    assert!(challenges.iter().all(|challenge| !challenge.contains("error=")), "RFC 6750 §3.1: {challenges:?}");
    for path in [format!("{at}?access_token={plain}"), format!("{at}?access_token={bound}")] {
        assert_eq!(Answer::of(platform.http.get(path)).await.status, 401, "never in the query");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s11_1_a_proof_counts_once() {
    let (platform, mut person) = pair().await;
    let key = ProofKey::generate();
    let token = text(&signed_in(&platform, &mut person, &key, "openid").await, "access_token");
    let at = platform.endpoint("userinfo_endpoint");
    let once = key.proof_with("GET", at, &token).text();
    assert_eq!(userinfo(&platform, "DPoP", &token, &[&once]).await.status, 200);
    userinfo(&platform, "DPoP", &token, &[&once]).await.must_refuse(401, "invalid_dpop_proof");
    // The same jti by another key is another proof.
    let parameters = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", "https://a.example/")];
    for key in [ProofKey::generate(), ProofKey::generate()] {
        let named = proof(&platform, &key).claim("jti", json!("the same name for both")).text();
        ask(&platform, &parameters, &[&named]).await.must_refuse(400, "invalid_grant");
        ask(&platform, &parameters, &[&named]).await.must_refuse(400, "invalid_dpop_proof");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s11_1_of_many_that_replay_one_proof_at_once_one_wins() {
    let server = Server::shared().await;
    let (platform, mut person) = pair().await;
    let key = ProofKey::generate();
    let token = text(&signed_in(&platform, &mut person, &key, "openid").await, "access_token");
    let at = platform.endpoint("userinfo_endpoint");
    // A second process where there can be one: an embedded database has one owner.
    let second = if server.stores.backend == Backend::Scale { Some(server.beside().await) } else { None };
    let addresses = [server.address.clone(), second.as_ref().unwrap_or(server).address.clone()];
    for _ in 0..5 {
        let once = key.proof_with("GET", at, &token).text();
        let racers = (0..16).map(|n| {
            let request = platform.http.get(format!("{}/userinfo", addresses[n % 2]));
            let request = request.header("authorization", format!("DPoP {token}")).header("dpop", &once);
            tokio::spawn(Answer::of(request))
        });
        let racers: Vec<_> = racers.collect();
        let (mut winners, mut away) = (0, 0);
        for racer in racers {
            let answer = racer.await.expect("an answer");
            match answer.status {
                200 => winners += 1,
                // A node too busy to answer; perhaps the winner's.
                503 => away += 1,
                _ => answer.must_refuse(401, "invalid_dpop_proof"),
            }
        }
        assert!(winners == 1 || (winners == 0 && away > 0), "{winners} winners, {away} unanswered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s5_refresh_tokens_of_public_clients_are_bound_and_others_are_not() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    for method in [Method::None, Method::Basic] {
        let platform = register(&NewClient::new(method)).await;
        let (first, second) = (ProofKey::generate(), ProofKey::generate());
        let body = signed_in(&platform, &mut person, &first, "openid offline_access").await;
        let refresh = async |token: &str, key: Option<&ProofKey>| {
            let proof = key.map(|key| proof(&platform, key).text());
            let proofs: Vec<&str> = proof.iter().map(String::as_str).collect();
            ask(&platform, &[("grant_type", "refresh_token"), ("refresh_token", token)], &proofs).await
        };
        let token = text(&body, "refresh_token");
        refresh(&token, None).await.must_refuse(400, "invalid_grant");
        let other = refresh(&token, Some(&second)).await;
        let (next, key) = if method == Method::None {
            other.must_refuse(400, "invalid_grant");
            (refresh(&token, Some(&first)).await, &first)
        } else {
            (other, &second)
        };
        assert_eq!(next.status, 200, "{method:?}: {}", next.text());
        let next = next.json();
        assert_eq!(next["token_type"], "DPoP");
        let about = platform.introspect(&text(&next, "access_token")).await;
        if method == Method::Basic {
            assert_eq!(about.json()["cnf"]["jkt"], key.thumbprint().as_str(), "the key that was shown last");
        }
        // Within the grace the same answer again, but only to who has the key.
        let again = refresh(&token, Some(key)).await;
        assert_eq!(again.json()["refresh_token"], next["refresh_token"], "{method:?}: {}", again.text());
        refresh(&token, None).await.must_refuse(400, "invalid_grant");
        let last = refresh(&text(&next, "refresh_token"), Some(key)).await;
        assert_eq!(last.status, 200, "{method:?}: none of it ended the authorization: {}", last.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s5_2_clients_whose_tokens_are_always_bound() {
    let bound = register(&NewClient::new(Method::Basic).with(BOUND.0, BOUND.1)).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let (attempt, code) = approved(&bound, &mut person, bound.attempt("openid"), &Answers::allow()).await;
    ask(&bound, &redeeming(&attempt, &code), &[]).await.must_refuse(400, "invalid_dpop_proof");
    let key = ProofKey::generate();
    let answer = ask(&bound, &redeeming(&attempt, &code), &[&proof(&bound, &key).text()]).await;
    assert_eq!((answer.status, &answer.json()["token_type"]), (200, &json!("DPoP")), "the code was not spent");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s10_a_code_is_bound_to_the_key_that_was_announced() {
    let (platform, mut person) = pair().await;
    let (key, other) = (ProofKey::generate(), ProofKey::generate());
    let jkt = key.thumbprint();
    let bound = || platform.attempt_with("openid", &[("dpop_jkt", Some(&jkt))]);
    for (what, shown, is_good) in
        [("its key", Some(&key), true), ("another key", Some(&other), false), ("no proof", None, false)]
    {
        let (attempt, code) = approved(&platform, &mut person, bound(), &Answers::allow()).await;
        let proof = shown.map(|key| proof(&platform, key).text());
        let proofs: Vec<&str> = proof.iter().map(String::as_str).collect();
        let answer = ask(&platform, &redeeming(&attempt, &code), &proofs).await;
        match is_good {
            true => assert_eq!((answer.status, &answer.json()["token_type"]), (200, &json!("DPoP")), "{what}"),
            false => answer.must_refuse(400, "invalid_grant"),
        }
    }
    for bad in ["x", &jkt[1..], "not a thumbprint at all, is it, no"] {
        let attempt = platform.attempt_with("openid", &[("dpop_jkt", Some(bad))]);
        must_end(&mut person, &platform, &attempt, Ends::Client("invalid_request"), bad).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s8_nonces_where_they_are_demanded() {
    let server = Server::with(&[("SW__DPOP__REQUIRE_NONCE", "true")]).await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(&server).await;
    let key = ProofKey::generate();
    let (attempt, code) = approved(&platform, &mut person, platform.attempt("openid"), &Answers::allow()).await;
    let redeeming = redeeming(&attempt, &code);
    let first = ask(&platform, &redeeming, &[&proof(&platform, &key).text()]).await;
    first.must_refuse(400, "use_dpop_nonce");
    let nonce = first.header("dpop-nonce").expect("§8: a nonce to go on with").to_owned();
    for wrong in [json!("x"), json!(1), json!(""), json!(format!("{nonce}A"))] {
        let wrong = proof(&platform, &key).claim("nonce", wrong).text();
        ask(&platform, &redeeming, &[&wrong]).await.must_refuse(400, "use_dpop_nonce");
    }
    let answer = ask(&platform, &redeeming, &[&proof(&platform, &key).claim("nonce", json!(nonce)).text()]).await;
    assert_eq!(answer.status, 200, "none of it spent the code: {}", answer.text());
    let token = text(&answer.json(), "access_token");
    let at = platform.endpoint("userinfo_endpoint");
    let without = userinfo(&platform, "DPoP", &token, &[&key.proof_with("GET", at, &token).text()]).await;
    without.must_refuse(401, "use_dpop_nonce");
    let challenge = without.header("www-authenticate").unwrap_or_default();
    assert!(challenge.starts_with("DPoP ") && challenge.contains("error=\"use_dpop_nonce\""), "§9: {challenge}");
    let nonce = without.header("dpop-nonce").expect("§9").to_owned();
    let with = key.proof_with("GET", at, &token).claim("nonce", json!(nonce)).text();
    assert_eq!(userinfo(&platform, "DPoP", &token, &[&with]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s8_a_nonce_that_is_not_ours_is_refused_in_any_case() {
    let (platform, _) = pair().await;
    let key = ProofKey::generate();
    let parameters = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", "https://a.example/")];
    let foreign = proof(&platform, &key).claim("nonce", json!("foreign")).text();
    let answer = ask(&platform, &parameters, &[&foreign]).await;
    answer.must_refuse(400, "use_dpop_nonce");
    let nonce = answer.header("dpop-nonce").expect("a nonce").to_owned();
    let own = proof(&platform, &key).claim("nonce", json!(nonce)).text();
    ask(&platform, &parameters, &[&own]).await.must_refuse(400, "invalid_grant");
}

/// RFC 9449 §8 and §9: wherever a proof counts, a nonce that is absent or not ours is told, with one to go on with.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9449_s8_and_s9_every_endpoint_that_takes_proofs() {
    let server = Server::with(&[("SW__DPOP__REQUIRE_NONCE", "true")]).await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(&server).await;
    let key = ProofKey::generate();
    let answers = Answers::only(&["offline_access"]).for_duration("until_stopped");
    let attempt = platform.attempt("openid offline_access");
    let (attempt, code) = approved(&platform, &mut person, attempt, &answers).await;
    let pushed: Vec<(String, String)> = platform.attempt("openid").url.query_pairs().into_owned().collect();
    let pushed: Vec<(&str, &str)> = pushed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let first = ask(&platform, &redeeming(&attempt, &code), &[&proof(&platform, &key).text()]).await;
    let mut nonce = first.header("dpop-nonce").expect("a nonce").to_owned();
    let with = proof(&platform, &key).claim("nonce", json!(nonce)).text();
    let tokens = ask(&platform, &redeeming(&attempt, &code), &[&with]).await.json();
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let refreshing = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    for (verb, endpoint, form, status) in [
        ("POST", "pushed_authorization_request_endpoint", &pushed[..], 201),
        ("POST", "token_endpoint", &refreshing[..], 200),
        ("GET", "userinfo_endpoint", &[], 200),
        ("POST", "userinfo_endpoint", &[], 200),
    ] {
        let (url, is_resource) = (platform.endpoint(endpoint).to_owned(), endpoint == "userinfo_endpoint");
        let send = async |nonce: Option<Value>| {
            let proof = if is_resource { key.proof_with(verb, &url, &access) } else { key.proof(verb, &url) };
            let proof = proof.claim("nonce", nonce.unwrap_or_default()).text();
            let credentials = if is_resource { format!("DPoP {access}") } else { platform.basic() };
            let request = platform.http.request(verb.parse().expect("a method"), &url).header("dpop", proof);
            let request = request.header("authorization", credentials);
            Answer::of(if is_resource { request } else { request.form(form) }).await
        };
        for bad in [None, Some(json!("x")), Some(json!("")), Some(json!(1)), Some(json!(nonce.to_uppercase()))] {
            let answer = send(bad.clone()).await;
            let refused = if is_resource { 401 } else { 400 };
            let got = (answer.status, answer.error());
            assert_eq!(got, (refused, "use_dpop_nonce".to_owned()), "{verb} {endpoint} {bad:?}: {}", answer.text());
            let challenge = answer.header("www-authenticate").unwrap_or_default();
            assert_eq!(challenge.starts_with("DPoP "), is_resource, "{endpoint}: {challenge}");
            let next = answer.headers.get_all("dpop-nonce").iter().collect::<Vec<_>>();
            assert_eq!(next.len(), 1, "§8.2: one nonce");
            nonce = next[0].to_str().expect("text").to_owned();
            // §8.1: 1*NQCHAR, without quotes and backslashes.
            assert!(
                nonce.len() >= 16 && nonce.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
                "{nonce}"
            );
        }
        let answer = send(Some(json!(nonce))).await;
        assert_eq!(answer.status, status, "{verb} {endpoint}: {}", answer.text());
    }
}
