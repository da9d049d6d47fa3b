//! RFC 9068: access tokens in JWT form, for resource servers that check them by themselves or ask.

use serde_json::Value;

use crate::support::platform::{Answer, Method, Platform, jose_header, payload};
use crate::support::seeded;

use super::parties::{ALBUMS, ALBUMS_CLIENT, PRINTS, PRINTS_CLIENT, party, platform, server, sign_in};

const SCOPE: &str = "openid profile email offline_access albums.read";

/// Checks the signature of a JWT by the published keys, as a resource server does.
async fn verify(platform: &Platform, token: &str) {
    let jwks = Answer::of(platform.http.get(platform.endpoint("jwks_uri"))).await.json();
    let kid = &jose_header(token)["kid"];
    let key = jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == *kid).expect("a published key");
    let key = josekit::jwk::Jwk::from_map(key.as_object().unwrap().clone()).expect("a key");
    let verifier = josekit::jws::ES256.verifier_from_jwk(&key).expect("a verifier");
    josekit::jwt::decode_with_verifier(token, &verifier).expect("a right signature");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9068_s2_header_and_claims() {
    let (platform, mut person) = (platform(Method::Basic).await, seeded::signed_in(server().await).await);
    let asked = [("resource", Some(ALBUMS)), ("max_age", Some("600"))];
    let tokens = sign_in(&platform, &mut person, SCOPE, &asked).await;
    assert_eq!(jose_header(&tokens.access)["typ"], "at+jwt");
    assert!(tokens.claims["auth_time"].is_u64(), "OIDC Core §2: asked for by max_age");
    verify(&platform, &tokens.access).await;
    let claims = payload(&tokens.access);
    for (name, wanted) in [
        ("iss", Value::from(platform.issuer.clone())),
        ("aud", Value::from(ALBUMS)),
        ("client_id", Value::from(platform.client.id.clone())),
        ("sub", tokens.claims["sub"].clone()),
        ("scope", Value::from("albums.read")),
        ("auth_time", tokens.claims["auth_time"].clone()),
        ("acr", tokens.claims["acr"].clone()),
        ("amr", tokens.claims["amr"].clone()),
    ] {
        assert_eq!(claims[name], wanted, "{name}");
    }
    let lives = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert_eq!((lives, tokens.body["expires_in"].as_u64()), (300, Some(300)), "as configured");
    assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() > 32));
    for personal in ["name", "email", "act", "cnf"] {
        assert!(claims.get(personal).is_none(), "{personal}: {claims}");
    }
    let token = tokens.refresh.as_deref().unwrap();
    let parameters = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let again = platform.token(&parameters).await.json();
    let other = payload(again["access_token"].as_str().unwrap());
    assert_eq!(other["aud"], ALBUMS);
    assert_ne!(other["jti"], claims["jti"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7662_s2_resource_servers_ask_whether_a_token_still_works() {
    let server = server().await;
    let (platform, mut person) = (platform(Method::Basic).await, seeded::signed_in(server).await);
    let (albums, prints) = (party(ALBUMS_CLIENT).await, party(PRINTS_CLIENT).await);
    let tokens = sign_in(&platform, &mut person, SCOPE, &[("resource", Some(ALBUMS))]).await;
    let claims = payload(&tokens.access);
    for who in [&albums, &platform] {
        let told = who.introspect(&tokens.access).await.json();
        assert_eq!(told["active"], true, "{told}");
        for name in ["iss", "sub", "aud", "client_id", "scope", "exp", "iat", "jti"] {
            assert_eq!(told[name], claims[name], "{name}");
        }
        assert_eq!(told["token_type"], "Bearer");
    }
    assert_eq!(prints.introspect(&tokens.access).await.json(), serde_json::json!({"active": false}));
    // A forged one, and one for nobody.
    let (signed, _) = tokens.access.rsplit_once('.').unwrap();
    for forged in [format!("{signed}.AAAA"), tokens.id_token.clone().unwrap(), "a.b.c".to_owned()] {
        assert_eq!(albums.introspect(&forged).await.json(), serde_json::json!({"active": false}));
    }
    // RFC 7009: given back by whom it was issued to, and by nobody else.
    albums.revoke(&tokens.access).await.must_refuse(400, "invalid_grant");
    assert_eq!(albums.introspect(&tokens.access).await.json()["active"], true);
    assert_eq!(platform.revoke(&tokens.access).await.status, 200);
    assert_eq!(albums.introspect(&tokens.access).await.json()["active"], false);
    // Stopping the grant stops what comes of it.
    let token = tokens.refresh.as_deref().unwrap();
    let again = platform.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await.json();
    let access = again["access_token"].as_str().unwrap();
    assert_eq!(albums.introspect(access).await.json()["active"], true);
    assert_eq!(platform.revoke(again["refresh_token"].as_str().unwrap()).await.status, 200);
    assert_eq!(albums.introspect(access).await.json()["active"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9068_s4_of_a_client_itself() {
    let (platform, albums) = (platform(Method::Basic).await, party(ALBUMS_CLIENT).await);
    let answer = platform.token(&[("grant_type", "client_credentials"), ("resource", ALBUMS)]).await.json();
    let access = answer["access_token"].as_str().unwrap();
    let told = albums.introspect(access).await.json();
    assert_eq!((told["active"].as_bool(), told["sub"].as_str()), (Some(true), Some(platform.client.id.as_str())));
    assert_eq!(platform.revoke(access).await.status, 200);
    assert_eq!(albums.introspect(access).await.json()["active"], false);
}

/// RFC 9068 §4: a resource takes no token that is for another, and no JWT that is no access token. Ours are resources, too.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9068_s4_a_token_for_another_resource_opens_nothing_here() {
    let (platform, mut person) = (platform(Method::Basic).await, seeded::signed_in(server().await).await);
    let tokens = sign_in(&platform, &mut person, SCOPE, &[("resource", Some(ALBUMS))]).await;
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    let grant =
        format!("{}/{}", platform.endpoint("grant_management_endpoint"), tokens.body["grant_id"].as_str().unwrap());
    let answer = Answer::of(platform.http.get(&grant).bearer_auth(&tokens.access)).await;
    answer.must_refuse(401, "invalid_token");
    let form = platform.http.post(platform.endpoint("userinfo_endpoint")).form(&[("access_token", &tokens.access)]);
    Answer::of(form).await.must_refuse(401, "invalid_token");
    // §5: nor is it an ID Token, a refresh token or a request object.
    let hinted = platform.attempt_with("openid", &[("id_token_hint", Some(&tokens.access))]);
    let came = person.authorize(hinted.url.as_str(), &crate::support::person::Answers::allow()).await;
    assert_eq!(super::answers(&came)("error").as_deref(), Some("invalid_request"), "{came}");
    platform.refresh(&tokens.access).await.must_refuse(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9068_s2_1_and_s2_2_each_resource_server_has_its_own_alg_and_lifetime() {
    let (platform, mut person) = (platform(Method::Basic).await, seeded::signed_in(server().await).await);
    let scope = "openid profile email offline_access prints.order";
    let tokens = sign_in(&platform, &mut person, scope, &[("resource", Some(PRINTS))]).await;
    let header = jose_header(&tokens.access);
    assert_eq!((&header["alg"], &header["typ"]), (&Value::from("EdDSA"), &Value::from("at+jwt")));
    let jwks = Answer::of(platform.http.get(platform.endpoint("jwks_uri"))).await.json();
    let published =
        jwks["keys"].as_array().unwrap().iter().any(|key| key["kid"] == header["kid"] && key["alg"] == "EdDSA");
    assert!(published, "RFC 9068 §4: its key is published");
    let claims = payload(&tokens.access);
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 60);
    assert_eq!((claims["aud"].as_str(), claims["scope"].as_str()), (Some(PRINTS), Some("prints.order")));
    // §2.2.1: however often the token is renewed, the person has signed in once.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let again = platform.refresh(tokens.refresh.as_deref().unwrap()).await.json();
    let renewed = payload(again["access_token"].as_str().unwrap());
    assert!(renewed["iat"].as_u64() > claims["iat"].as_u64());
    for name in ["auth_time", "acr", "amr", "sub", "client_id", "iss", "aud"] {
        assert_eq!(renewed[name], claims[name], "{name}");
    }
}

/// RFC 9449 §6.1 and RFC 8705 §3: what a token is bound to stands in it.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9068_s2_2_and_rfc9449_s6_1_bound_tokens() {
    let (platform, mut person) = (platform(Method::Basic).await, seeded::signed_in(server().await).await);
    let (key, url) = (crate::support::proofs::ProofKey::generate(), platform.endpoint("token_endpoint").to_owned());
    let attempt = platform.attempt_with("openid albums.read", &[("resource", Some(ALBUMS))]);
    let callback = person.authorize(attempt.url.as_str(), &crate::support::person::Answers::allow()).await;
    let code = platform.code(&attempt, &callback);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &attempt.redirect_uri),
        ("code_verifier", &attempt.verifier),
    ];
    let request = platform.http.post(&url).header("authorization", platform.basic());
    let body = Answer::of(request.header("dpop", key.proof("POST", &url).text()).form(&form)).await.json();
    assert_eq!(body["token_type"], "DPoP", "{body}");
    let token = body["access_token"].as_str().expect("a token");
    let cnf = serde_json::json!({ "jkt": key.thumbprint() });
    assert_eq!(payload(token)["cnf"], cnf);
    let told = party(ALBUMS_CLIENT).await.introspect(token).await.json();
    assert_eq!((&told["cnf"], &told["token_type"]), (&cnf, &Value::from("DPoP")), "RFC 9449 §6.2");
}
