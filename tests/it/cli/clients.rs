//! `client`: what an operator does with platforms, on both databases.

use super::{House, REDIRECT};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_from_its_registration_to_its_end() {
    for house in House::both().await {
        let made = house.json(&["client", "add", "--json", "--name", "Orbit Photos", "--redirect-uri", REDIRECT]);
        let id = made["client_id"].as_str().expect("client_id");
        let secret = made["client_secret"].as_str().expect("client_secret");
        assert!(secret.len() >= 43 && made["issuer"] == "http://localhost:8080", "{made}");

        let shown = house.json(&["client", "show", id, "--json"]);
        let expected = serde_json::json!({
            "client_id": id,
            "client_name": "Orbit Photos",
            "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "response_modes": ["query", "form_post"],
            "scope": "address email offline_access openid phone profile",
            "id_token_signed_response_alg": "ES256",
            "id_token_claims": "granted",
            "subject_type": "pairwise",
            "application_type": "web",
            "require_pkce": true,
            "is_disabled": false,
            "domain_verified_at": null,
        });
        for (name, value) in expected.as_object().expect("members") {
            assert_eq!(&shown[name], value, "{name}");
        }
        let words = house.does(&["client", "show", id]);
        for part in [REDIRECT, "http://localhost:8080/.well-known/openid-configuration", "/token", "/userinfo", "/jwks"]
        {
            assert!(words.contains(part), "{part} is missing in:\n{words}");
        }
        assert!(!words.contains(secret) && !shown.to_string().contains(secret), "the secret is shown again");

        house.does(&["client", "verify-domain", id]);
        house.does(&["client", "disable", id]);
        house.does(&[
            "client",
            "update",
            id,
            "--name",
            "Orbit",
            "--no-pkce",
            "--policy-uri",
            "https://orbit.example/p",
        ]);
        let list = house.json(&["client", "list", "--json"]);
        let [client] = &list.as_array().expect("a list")[..] else { panic!("{list}") };
        assert!(client["is_disabled"] == true && client["domain_verified_at"].is_string(), "{client}");
        assert!(client["client_name"] == "Orbit" && client["policy_uri"] == "https://orbit.example/p");
        assert!(client["require_pkce"] == false && client["redirect_uris"][0] == REDIRECT, "the rest stays: {client}");
        house.does(&["client", "enable", id]);
        house.does(&["client", "unverify-domain", id]);
        house.does(&["client", "update", id, "--policy-uri", "", "--pkce"]);
        let shown = house.json(&["client", "show", id, "--json"]);
        assert!(shown["is_disabled"] == false && shown["domain_verified_at"].is_null(), "{shown}");
        assert!(shown["policy_uri"].is_null() && shown["require_pkce"] == true, "{shown}");

        let again = house.json(&["client", "rotate-secret", id, "--json"]);
        assert!(again["client_id"] == id && again["client_secret"].as_str().is_some_and(|new| new != secret));
        assert!(house.does(&["client", "list"]).contains(id));
        house.does(&["client", "remove", id]);
        for verb in ["show", "remove", "enable", "disable", "verify-domain", "unverify-domain", "rotate-secret"] {
            let why = house.refuses(1, &["client", verb, id]);
            assert!(why.contains(&format!("there is no client {id}; `client list`")), "{verb}: {why}");
        }
    }
}

#[test]
fn every_option_of_a_client_is_kept() {
    let house = House::embedded();
    let add = [
        "client",
        "add",
        "--name",
        "Orbit",
        "--client-id",
        "orbit",
        "--auth-method",
        "none",
        "--redirect-uri",
        "http://127.0.0.1/callback",
        "--redirect-uri",
        "com.example.orbit:/callback",
        "--application-type",
        "native",
        "--post-logout-redirect-uri",
        "https://orbit.example/",
        "--scope",
        "openid email",
        "--grant-type",
        "authorization_code",
        "--response-mode",
        "query",
        "--id-token-alg",
        "RS256",
        "--id-token-claims",
        "protocol",
        "--subject-type",
        "public",
        "--cors-origin",
        "https://orbit.example",
        "--cors-origin",
        "http://localhost:3000",
        "--purpose",
        "email=To send your albums",
        "--essential",
        "email",
        "--recommended",
        "name",
        "--frontchannel-logout-uri",
        "http://127.0.0.1/out",
        "--backchannel-logout-uri",
        "https://orbit.example/out",
        "--backchannel-logout-session-required",
        "--client-uri",
        "https://orbit.example/",
        "--tos-uri",
        "https://orbit.example/terms",
        "--contact",
        "dev@orbit.example",
        "--domain-verified",
        "--legacy-assertion-aud",
        "--json",
    ];
    let made = house.json(&add);
    assert!(made["client_id"] == "orbit" && made.get("client_secret").is_none(), "{made}");
    let shown = house.json(&["client", "show", "orbit", "--json"]);
    let expected = serde_json::json!({
        "token_endpoint_auth_method": "none",
        "redirect_uris": ["http://127.0.0.1/callback", "com.example.orbit:/callback"],
        "application_type": "native",
        "post_logout_redirect_uris": ["https://orbit.example/"],
        "scope": "email openid",
        "grant_types": ["authorization_code"],
        "response_modes": ["query"],
        "id_token_signed_response_alg": "RS256",
        "id_token_claims": "protocol",
        "subject_type": "public",
        "cors_origins": ["https://orbit.example", "http://localhost:3000"],
        "purposes": { "email": "To send your albums" },
        "essential_claims": ["email"],
        "recommended_claims": ["name"],
        "frontchannel_logout_uri": "http://127.0.0.1/out",
        "backchannel_logout_uri": "https://orbit.example/out",
        "backchannel_logout_session_required": true,
        "client_uri": "https://orbit.example/",
        "tos_uri": "https://orbit.example/terms",
        "contacts": ["dev@orbit.example"],
        "legacy_assertion_aud": true,
    });
    for (name, value) in expected.as_object().expect("members") {
        assert_eq!(&shown[name], value, "{name}");
    }
    assert!(shown["domain_verified_at"].is_string());
    assert!(house.refuses(1, &add).contains("a client has this identifier already"), "made twice");
}

#[test]
fn clients_that_cannot_work_are_refused_with_the_reason() {
    let house = House::embedded();
    let add = |more: &[&str]| {
        let mut all = vec!["client", "add", "--name", "Orbit"];
        all.extend(more);
        house.run(&all)
    };
    let redirect = ["--redirect-uri", REDIRECT];
    // What the parser of the command line knows, then what the registration's rules say.
    for (code, more, why) in [
        (2, &["--auth-method", "client_secret_jwt"][..], "possible values: none, client_secret_basic"),
        (2, &["--grant-type", "password"], "possible values: authorization_code"),
        (2, &["--jwks", "{", "--jwks-uri", "https://a.example/jwks"], "cannot be used with"),
        (2, &["--jwks", "{"], "--jwks is not JSON"),
        (2, &["--purpose", "phone_number"], "write it as claim=text"),
        (2, &["--scope", "openid\u{e9}"], "--scope"),
        (1, &["--scope", "openid everything"], "scope has one that is not supported"),
        (1, &["--essential", "shoe_size"], "names a claim that is not supported"),
        (1, &["--redirect-uri", "http://orbit.example/cb"], "must use https"),
        (1, &["--redirect-uri", "https://orbit.example/#x"], "must not have a fragment"),
        (1, &["--auth-method", "private_key_jwt"], "needs jwks or jwks_uri"),
        (1, &["--jwks", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"], "not a JWK Set of public keys"),
        (1, &["--cors-origin", "https://orbit.example/"], "not an origin"),
        (1, &["--policy-uri", "javascript:alert(1)"], "policy_uri must be an https URL"),
        (1, &["--auth-method", "none", "--grant-type", "client_credentials"], "without credentials"),
    ] {
        let said = add(&[&redirect[..], more].concat());
        assert!(said.code == code && said.err.contains(why), "{more:?} ended {} with: {}", said.code, said.err);
        assert_eq!(said.out, "");
    }
    let without = add(&[]);
    assert!(without.code == 1 && without.err.contains("redirect_uris is needed"), "{}", without.err);
    assert_eq!(house.json(&["client", "list", "--json"]), serde_json::json!([]), "none was kept");
    assert!(house.refuses(2, &["client", "add"]).contains("--name"));
    assert!(house.refuses(1, &["client", "update", "x", "--name", "y"]).contains("there is no client x"));
}

#[test]
fn a_client_for_itself_needs_no_redirect_uri() {
    let house = House::embedded();
    let made = house.json(&["client", "add", "--json", "--name", "Nightly", "--grant-type", "client_credentials"]);
    let shown = house.json(&["client", "show", made["client_id"].as_str().expect("an id"), "--json"]);
    assert_eq!((&shown["response_types"], &shown["scope"]), (&serde_json::json!([]), &serde_json::json!("")));
}
