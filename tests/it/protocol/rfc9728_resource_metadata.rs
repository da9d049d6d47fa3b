//! RFC 9728: what each protected resource says of itself, and how a client that met it finds that.

use serde_json::{Value, json};

use crate::support::platform::Answer;

use super::pair;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

#[tokio::test(flavor = "multi_thread")]
async fn rfc9728_s3_every_resource_has_its_document() {
    let (platform, mut person) = pair().await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let resources: Vec<Value> = platform.metadata["protected_resources"].as_array().expect("RFC 9728 §4").clone();
    assert_eq!(resources.len(), 4);
    for resource in &resources {
        let path = resource.as_str().unwrap().strip_prefix(&platform.issuer).expect("one of ours");
        // §3.1: between the host and the path of the resource.
        let answer = Answer::of(platform.http.get(format!("{}{WELL_KNOWN}{path}", platform.issuer))).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{path}");
        let document = answer.json();
        assert_eq!(&document["resource"], resource, "§3.3 the same, letter by letter");
        assert_eq!(document["authorization_servers"], json!([platform.issuer]));
        let ways: &[&str] = if path == "/userinfo" { &["header", "body"] } else { &["header"] };
        assert_eq!(document["bearer_methods_supported"], json!(ways), "{path}");
        let promised: Vec<&Value> = platform.metadata["scopes_supported"].as_array().unwrap().iter().collect();
        let scopes = document["scopes_supported"].as_array().unwrap();
        assert!(!scopes.is_empty() && scopes.iter().all(|scope| promised.contains(&scope)), "{path}: {scopes:?}");
        for (name, value) in document.as_object().unwrap() {
            assert!(!value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()), "{path}: {name}");
        }
        for link in ["resource_documentation", "resource_policy_uri"] {
            assert_eq!(Answer::of(platform.http.get(document[link].as_str().unwrap())).await.status, 200, "{link}");
        }
        let signs = &document["resource_signing_alg_values_supported"];
        match path {
            "/userinfo" => assert_eq!(signs, &platform.metadata["userinfo_signing_alg_values_supported"]),
            _ => assert!(signs.is_null(), "{path}"),
        }
        // §5.1: a refusal says where the document is.
        if !path.is_empty() {
            // The data API is several addresses under one.
            let under = if path == "/wallet/v1" { "/me" } else { "" };
            let url = format!("{}{path}{under}", platform.issuer);
            let named = format!("resource_metadata=\"{}{WELL_KNOWN}{path}\"", platform.issuer);
            for request in [platform.http.get(&url), platform.http.get(&url).bearer_auth("x")] {
                let answer = Answer::of(request).await;
                let challenge = answer.header("www-authenticate").unwrap_or_default();
                assert!(answer.status == 401 && challenge.ends_with(&named), "{path}: {challenge}");
            }
        }
    }
    assert_eq!(platform.userinfo(&tokens.access).await.header("www-authenticate"), None);
    let nowhere = format!("{}{WELL_KNOWN}/nothing", platform.issuer);
    assert_eq!(Answer::of(platform.http.get(nowhere)).await.status, 404);
}

/// RFC 9728 §5.1: whatever a resource refuses and by whatever scheme, it says where its document is.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9728_s5_1_every_refusal_names_the_document() {
    let (platform, mut person) = pair().await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let (access, grant) = (tokens.access, tokens.body["grant_id"].as_str().expect("a grant"));
    let grant = format!("/grants/{grant}");
    let at = |path: &str| format!("{}{path}", platform.issuer);
    let named = |path: &str| format!("resource_metadata=\"{}{WELL_KNOWN}{path}\"", platform.issuer);
    let bearer = |token: &str| format!("Bearer {token}");
    for (what, path, authorization, document, status) in [
        ("no token", "/userinfo", None, "/userinfo", 401),
        ("a wrong token", "/userinfo", Some(bearer("x")), "/userinfo", 401),
        ("a bound token without its proof", "/userinfo", Some("DPoP x".to_owned()), "/userinfo", 401),
        ("a header that is none", "/userinfo", Some("Bearer a b".to_owned()), "/userinfo", 400),
        ("no token", &grant, None, "/grants", 401),
        ("a wrong token", &format!("{grant}?x=/userinfo"), Some(bearer("x")), "/grants", 401),
        ("too little scope", &grant, Some(bearer(&access)), "/grants", 403),
    ] {
        let request = authorization.iter().fold(platform.http.get(at(path)), |r, text| r.header("authorization", text));
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, status, "{path} {what}: {}", answer.text());
        let challenges: Vec<&str> =
            answer.headers.get_all("www-authenticate").iter().filter_map(|one| one.to_str().ok()).collect();
        assert!(!challenges.is_empty(), "{path} {what}");
        for challenge in challenges {
            assert_eq!(challenge.matches("resource_metadata=").count(), 1, "{path} {what}: {challenge}");
            assert!(challenge.contains(&named(document)), "{path} {what}: {challenge}");
        }
    }
    // A resource that is no bearer of tokens has nothing to say.
    let unknown = Answer::of(platform.http.get(at("/nothing"))).await;
    assert_eq!((unknown.status, unknown.header("www-authenticate")), (404, None));
}

/// RFC 9728 §3.1 and §3.2: a GET of exactly this address, which any page may read.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9728_s3_1_and_s3_2_how_the_document_is_asked_for() {
    let (platform, _) = pair().await;
    for path in ["", "/userinfo", "/grants"] {
        let url = format!("{}{WELL_KNOWN}{path}", platform.issuer);
        let request = platform.http.get(&url).header("origin", "https://anybody.example");
        let answer = Answer::of(request).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{path}");
        for method in [reqwest::Method::POST, reqwest::Method::PUT, reqwest::Method::DELETE] {
            assert_eq!(Answer::of(platform.http.request(method, &url)).await.status, 405, "{path}");
        }
        // §3.3: what a document says of itself is where it was asked for, and its server knows it (§4).
        let document = answer.json();
        let server = document["authorization_servers"][0].as_str().expect("an issuer");
        let metadata = format!("{server}/.well-known/oauth-authorization-server");
        let metadata = Answer::of(platform.http.get(metadata)).await.json();
        assert!(metadata["protected_resources"].as_array().expect("RFC 9728 §4").contains(&document["resource"]));
        assert!(document.get("signed_metadata").is_none(), "nothing signed is promised");
    }
    for nowhere in ["/", "/userinfo/", "/userinfo/x", "/USERINFO", "/grants/gr_x", "/token", "/%2e%2e/userinfo"] {
        let url = format!("{}{WELL_KNOWN}{nowhere}", platform.issuer);
        assert_eq!(Answer::of(platform.http.get(url)).await.status, 404, "{nowhere}");
    }
}

/// RFC 9728 §2: `bearer_methods_supported` names the ways, and there is no other (RFC 6750 §2).
#[tokio::test(flavor = "multi_thread")]
async fn rfc9728_s2_no_other_way_to_bring_a_token() {
    let (platform, mut person) = pair().await;
    let access = platform.sign_in(&mut person, "openid").await.access;
    let userinfo = platform.endpoint("userinfo_endpoint");
    let in_query = Answer::of(platform.http.get(format!("{userinfo}?access_token={access}"))).await;
    assert_eq!(in_query.status, 401);
    let grants = format!("{}/gr_x", platform.endpoint("grant_management_endpoint"));
    let in_body = platform.http.delete(&grants).form(&[("access_token", &access)]);
    assert_eq!(Answer::of(in_body).await.status, 401, "the body is not promised there");
    assert_eq!(platform.userinfo(&access).await.status, 200);
}
