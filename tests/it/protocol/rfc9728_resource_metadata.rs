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
    assert_eq!(resources.len(), 3);
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
            let url = format!("{}{path}", platform.issuer);
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
