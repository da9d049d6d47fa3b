//! RFC 9396: what is asked for item by item, and what came of it.

use serde_json::json;

use crate::support::person::Answers;

use super::{answers, pair};

const ASKED: &str = r#"[{"type":"wallet_read","actions":["read"],"datatypes":["email","phone_number"]}]"#;

#[tokio::test(flavor = "multi_thread")]
async fn rfc9396_s7_the_token_response_tells_what_was_granted() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt_with("openid", &[("authorization_details", Some(ASKED))]);
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    assert!(page.has("input[name=claim][value=email]"), "the consent page has a line for each datatype");
    let tokens = platform.sign_in_with(&mut person, attempt, &Answers::only(&["email"])).await;
    let granted = json!([{"type": "wallet_read", "actions": ["read"], "datatypes": ["email"]}]);
    assert_eq!(tokens.body["authorization_details"], granted);
    let claims = platform.userinfo(&tokens.access).await.json();
    assert!(claims["email"].is_string() && claims["phone_number"].is_null(), "{claims}");
    let told = platform.introspect(&tokens.access).await.json();
    assert_eq!(told["authorization_details"], granted, "RFC 9396 §9.2");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9396_s5_what_is_not_understood_is_refused() {
    let (platform, mut person) = pair().await;
    for details in [
        "x",
        "[]",
        r#"[{"type":"payment_initiation"}]"#,
        r#"[{"type":"wallet_read","datatypes":["shoe_size"]}]"#,
        r#"[{"type":"wallet_read","datatypes":["email"],"amount":1}]"#,
    ] {
        let attempt = platform.attempt_with("openid", &[("authorization_details", Some(details))]);
        let url = person.walk(attempt.url.as_str(), &Answers::allow()).await.away();
        assert_eq!(answers(&url)("error").as_deref(), Some("invalid_authorization_details"), "{details}");
    }
}
