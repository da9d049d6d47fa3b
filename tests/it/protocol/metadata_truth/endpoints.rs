//! Every address of discovery, by doing there what it is for; and what protected resources say of themselves.

use reqwest::Method as Verb;
use serde_json::{Value, json};
use url::Url;

use crate::protocol::rfc9126_pushed_requests::{opened, push, request_uri};
use crate::support::certificates::http_without;
use crate::support::person::Landing;
use crate::support::platform::{Answer, CALLBACK, Credentials, Method, Platform, http, payload};
use crate::support::unique;

use super::Probe::{Each, Whole};
use super::Row;
use super::bench::{Bench, CIBA, DEVICE, answer};

pub const PROBES: &[Row] = &[
    ("issuer", Whole(|bench, value| Box::pin(issuer(bench, value)))),
    ("authorization_endpoint", Whole(|bench, value| Box::pin(code_flow(bench, value, "authorization_endpoint")))),
    ("token_endpoint", Whole(|bench, value| Box::pin(code_flow(bench, value, "token_endpoint")))),
    ("userinfo_endpoint", Whole(|bench, value| Box::pin(code_flow(bench, value, "userinfo_endpoint")))),
    ("jwks_uri", Whole(|bench, value| Box::pin(code_flow(bench, value, "jwks_uri")))),
    ("introspection_endpoint", Whole(|bench, value| Box::pin(code_flow(bench, value, "introspection_endpoint")))),
    ("revocation_endpoint", Whole(|bench, value| Box::pin(code_flow(bench, value, "revocation_endpoint")))),
    ("pushed_authorization_request_endpoint", Whole(|bench, value| Box::pin(pushed(bench, value)))),
    ("device_authorization_endpoint", Whole(|bench, value| Box::pin(device(bench, value)))),
    ("backchannel_authentication_endpoint", Whole(|bench, value| Box::pin(backchannel(bench, value)))),
    ("registration_endpoint", Whole(|bench, value| Box::pin(registration(bench, value)))),
    ("grant_management_endpoint", Whole(|bench, value| Box::pin(grants(bench, value)))),
    ("end_session_endpoint", Whole(|bench, value| Box::pin(end_session(bench, value)))),
    ("check_session_iframe", Whole(|bench, value| Box::pin(check_session(bench, value)))),
    ("service_documentation", Whole(|bench, value| Box::pin(page(bench, value)))),
    ("op_policy_uri", Whole(|bench, value| Box::pin(page(bench, value)))),
    ("mtls_endpoint_aliases", Whole(|bench, value| Box::pin(aliases(bench, value)))),
    ("tls_client_certificate_bound_access_tokens", Whole(|bench, value| Box::pin(certificate_bound(bench, value)))),
    ("client_id_metadata_document_supported", Whole(|bench, value| Box::pin(metadata_document(bench, value)))),
    ("protected_resources", Each(|bench, value| Box::pin(resource(bench, value)))),
    ("frontchannel_logout_supported", Whole(|bench, value| Box::pin(frontchannel(bench, value, "iss")))),
    ("frontchannel_logout_session_supported", Whole(|bench, value| Box::pin(frontchannel(bench, value, "sid")))),
    ("backchannel_logout_supported", Whole(|bench, value| Box::pin(backchannel_logout(bench, value, "sub")))),
    ("backchannel_logout_session_supported", Whole(|bench, value| Box::pin(backchannel_logout(bench, value, "sid")))),
];

/// RFC 8414 §3.3: the same as what the address of the document was made of, in both documents and in tokens.
async fn issuer(bench: &mut Bench, value: &Value) {
    assert_eq!(value, bench.house.server.issuer.as_str());
    let oauth = super::bench::document(&bench.house.server, "/.well-known/oauth-authorization-server").await;
    assert_eq!(oauth, bench.house.metadata, "one document at both places");
    let party = bench.register(&json!({})).await;
    assert_eq!(&bench.sign_in(&party.platform, "openid", &[]).await.claims["iss"], value);
}

/// The ordinary flow, which uses seven of them; the one that is meant must be where it is said to be.
async fn code_flow(bench: &mut Bench, value: &Value, name: &str) {
    let party = bench.register(&json!({})).await;
    let mut platform = party.platform;
    assert_eq!(platform.endpoint(name), value.as_str().expect("a URL"));
    // Nothing but the value is known of it.
    platform.metadata[name] = value.clone();
    let tokens = bench.sign_in(&platform, "openid email", &[]).await;
    assert_eq!(platform.userinfo(&tokens.access).await.json()["email"], bench.person.email.as_str());
    assert_eq!(platform.introspect(&tokens.access).await.json()["active"], true);
    assert_eq!(platform.revoke(&tokens.access).await.status, 200);
    assert_eq!(platform.introspect(&tokens.access).await.json()["active"], false);
}

async fn pushed(bench: &mut Bench, value: &Value) {
    let party = bench.register(&json!({})).await;
    assert_eq!(party.platform.endpoint("pushed_authorization_request_endpoint"), value.as_str().expect("a URL"));
    let attempt = party.platform.attempt("openid");
    let uri = request_uri(&push(&party.platform, &attempt, &[]).await);
    let came = bench.answer(&opened(&party.platform, &attempt, &uri)).await;
    assert_eq!(party.platform.exchange(&attempt, came.field("code")).await.status, 200);
}

async fn device(bench: &mut Bench, value: &Value) {
    let party = bench.register(&json!({ "token_endpoint_auth_method": "none" })).await;
    let form = [("client_id", party.id()), ("scope", "openid email")];
    let asked = Answer::of(http().post(value.as_str().expect("a URL")).form(&form)).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let asked = asked.json();
    let uri = asked["verification_uri"].as_str().expect("a URI");
    let page = bench.person.visit(uri).await.page();
    let form = page.form("user_code").fill("user_code", asked["user_code"].as_str().expect("a code"));
    let page = bench.person.submit(&page, &form).await.page();
    bench.person.decide(&page, &crate::support::person::Answers::only(&["email"])).await.page();
    let code = asked["device_code"].as_str().expect("a code");
    let got = party.platform.token(&[("grant_type", DEVICE), ("device_code", code)]).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let told = party.platform.userinfo(got.json()["access_token"].as_str().expect("a token")).await.json();
    assert_eq!(told["email"], bench.person.email.as_str());
}

async fn backchannel(bench: &mut Bench, value: &Value) {
    let party = bench.register(&json!({})).await;
    assert_eq!(party.platform.endpoint("backchannel_authentication_endpoint"), value.as_str().expect("a URL"));
    let question = [("scope", "openid"), ("login_hint", bench.person.email.as_str())];
    let asked = party.platform.post("backchannel_authentication_endpoint", &question).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let id = asked.json()["auth_req_id"].as_str().expect("an auth_req_id").to_owned();
    allow(bench, &id).await;
    let got = party.platform.token(&[("grant_type", CIBA), ("auth_req_id", &id)]).await;
    assert_eq!(got.status, 200, "{}", got.text());
    party.platform.verify(got.json()["id_token"].as_str().expect("an ID Token"), None).await;
}

/// Says yes in the place of the person.
pub async fn allow(bench: &Bench, auth_req_id: &str) {
    let url = format!("{}/dev/ciba/{auth_req_id}/allow", bench.house.server.issuer);
    assert_eq!(Answer::of(http().post(url)).await.status, 204);
}

async fn registration(bench: &mut Bench, value: &Value) {
    let document = Value::Object(bench.house.document(&json!({})));
    let answer = Answer::of(http().post(value.as_str().expect("a URL")).json(&document)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert!(answer.json()["client_id"].is_string());
}

async fn grants(bench: &mut Bench, value: &Value) {
    let orbit = bench.house.orbit().await;
    let tokens = bench.sign_in(&orbit, "openid email", &[]).await;
    let url = format!("{}/{}", value.as_str().expect("a URL"), tokens.body["grant_id"].as_str().expect("a grant"));
    let token = bench.house.own_token("grant_management_query").await;
    let status = Answer::of(http().get(url).bearer_auth(token)).await;
    assert_eq!((status.status, status.json()["scopes"].is_array()), (200, true), "{}", status.text());
}

async fn end_session(bench: &mut Bench, value: &Value) {
    let party = bench.register(&json!({ "post_logout_redirect_uris": ["https://orbitphotos.example/bye"] })).await;
    let attempt = party.platform.attempt("openid");
    let mut person = bench.person.elsewhere();
    let came = answer(&mut person, &attempt).await;
    let got = party.platform.exchange(&attempt, came.field("code")).await.json();
    let mut url = Url::parse(value.as_str().expect("a URL")).expect("a URL");
    url.query_pairs_mut().extend_pairs([
        ("id_token_hint", got["id_token"].as_str().expect("an ID Token")),
        ("post_logout_redirect_uri", "https://orbitphotos.example/bye"),
        ("state", "s"),
    ]);
    assert_eq!(person.visit(url.as_str()).await.away().as_str(), "https://orbitphotos.example/bye?state=s");
    let silent = party.platform.attempt_with("openid", &[("prompt", Some("none"))]);
    assert_eq!(answer(&mut person, &silent).await.error(), Some("login_required"));
}

/// The frame is a page, and answers carry what it is asked with.
async fn check_session(bench: &mut Bench, value: &Value) {
    page(bench, value).await;
    let party = bench.register(&json!({})).await;
    let came = bench.answer(&party.platform.attempt("openid")).await;
    assert!(came.field("session_state").contains('.'));
}

async fn page(_: &mut Bench, value: &Value) {
    let answer = Answer::of(http().get(value.as_str().expect("a URL"))).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")), "{value}");
    assert!(answer.text().contains("</html>") || answer.text().contains("<script"), "{value}");
}

/// RFC 8705 §5: at each alias the same answers as at the endpoint itself, over a connection with a certificate.
async fn aliases(bench: &mut Bench, value: &Value) {
    let (house, with) = (bench.house, bench.house.certificate.http());
    let aliases = value.as_object().expect("an object");
    for (name, alias) in aliases {
        let (plain, alias) = (house.endpoint(name), alias.as_str().expect("a URL"));
        assert!(alias.starts_with("https://") && alias != plain, "{name}: {alias}");
        let here = Answer::of(with.post(alias).form(&[("client_id", "nobody")])).await;
        let there = Answer::of(http().post(plain).form(&[("client_id", "nobody")])).await;
        assert_eq!((here.status, here.error()), (there.status, there.error()), "{name}");
        assert!(here.status != 404 && here.status < 500, "{name}: {}", here.status);
    }
    for name in ["token_endpoint", "userinfo_endpoint", "introspection_endpoint", "revocation_endpoint"] {
        assert!(aliases.contains_key(name), "{name}");
    }
    assert!(!aliases.contains_key("authorization_endpoint"), "people have no certificates");
}

async fn certificate_bound(bench: &mut Bench, value: &Value) {
    assert_eq!(value, true);
    let members = json!({
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_subject_dn": "CN=orbit,O=Orbit\\, Photos",
        "tls_client_certificate_bound_access_tokens": true,
    });
    let party = bench.register(&members).await;
    let attempt = party.platform.attempt("openid");
    let code = bench.answer(&attempt).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.field("code")),
        ("redirect_uri", CALLBACK),
        ("code_verifier", &attempt.verifier),
    ];
    let got = party.post("token_endpoint", &form, "tls_client_auth", None).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let token = got.json()["access_token"].as_str().expect("a token").to_owned();
    let about = party.post("introspection_endpoint", &[("token", &token)], "tls_client_auth", None).await.json();
    assert_eq!(about["cnf"], json!({ "x5t#S256": bench.house.certificate.thumbprint() }));
    let at = bench.house.metadata["mtls_endpoint_aliases"]["userinfo_endpoint"].as_str().expect("an alias");
    for (who, status) in [(bench.house.certificate.http(), 200), (bench.house.alone.http(), 401), (http_without(), 401)]
    {
        assert_eq!(Answer::of(who.get(at).bearer_auth(&token)).await.status, status);
    }
}

async fn metadata_document(bench: &mut Bench, value: &Value) {
    assert_eq!(value, true);
    let path = unique("/app-");
    let id = bench.house.site.url(&path);
    let document = json!({ "client_id": id, "client_name": "Orbit Photos", "redirect_uris": [CALLBACK] });
    bench.house.site.says(&path, "application/json", document.to_string());
    let client = Credentials { id: id.clone(), secret: None, method: Method::None, key: None };
    let platform = Platform::discover(&bench.house.server.issuer, client, CALLBACK.to_owned()).await;
    assert_eq!(bench.sign_in(&platform, "openid", &[]).await.claims["aud"], id);
}

/// What a protected resource must say of itself here (RFC 9728 §2); each is used below.
const OF_RESOURCES: [&str; 10] = [
    "resource",
    "authorization_servers",
    "scopes_supported",
    "bearer_methods_supported",
    "resource_name",
    "resource_documentation",
    "resource_policy_uri",
    "jwks_uri",
    "resource_signing_alg_values_supported",
    "authorization_details_types_supported",
];

/// RFC 9728 §4: a resource of ours has its document, every member of which is used; one of others has tokens.
async fn resource(bench: &mut Bench, resource: &str) {
    let orbit = bench.house.orbit().await;
    let Some(path) = resource.strip_prefix(&bench.house.server.issuer) else {
        let tokens = bench.sign_in(&orbit, "openid albums.read", &[("resource", Some(resource))]).await;
        assert_eq!(payload(&tokens.access)["aud"], resource);
        return;
    };
    let document =
        super::bench::document(&bench.house.server, &format!("/.well-known/oauth-protected-resource{path}")).await;
    for (member, value) in document.as_object().expect("an object") {
        assert!(OF_RESOURCES.contains(&member.as_str()), "{member} has no probe");
        let texts = || value.as_array().expect("a list").iter().map(|one| one.as_str().expect("a text"));
        match member.as_str() {
            "resource" => assert_eq!(value, resource),
            "resource_name" => assert!(value.as_str().is_some_and(|name| !name.is_empty())),
            "authorization_servers" => {
                for server in texts() {
                    let url = format!("{server}/.well-known/oauth-authorization-server");
                    assert_eq!(Answer::of(http().get(url)).await.json()["issuer"], server);
                }
            }
            "scopes_supported" => {
                let known = bench.house.list("scopes_supported");
                texts().for_each(|scope| assert!(known.contains(&scope), "{path}: {scope} is tried nowhere"));
            }
            "bearer_methods_supported" => {
                for method in texts() {
                    bearer(bench, resource, path, method).await;
                }
            }
            "resource_documentation" | "resource_policy_uri" => page(bench, value).await,
            "jwks_uri" => assert_eq!(value, &bench.house.metadata["jwks_uri"], "{path}"),
            // Each is used by the probe of the member that they are compared with.
            "resource_signing_alg_values_supported" => {
                assert_eq!(value, &bench.house.metadata["userinfo_signing_alg_values_supported"], "{path}");
            }
            _ => assert_eq!(value, &bench.house.metadata["authorization_details_types_supported"], "{path}"),
        }
    }
}

/// RFC 6750 §2: the token is brought in one way.
async fn bearer(bench: &mut Bench, resource: &str, path: &str, method: &str) {
    let orbit = bench.house.orbit().await;
    let tokens = bench.sign_in(&orbit, "openid", &[]).await;
    let token = match path {
        "/grants" => bench.house.own_token("grant_management_query").await,
        _ => tokens.access.clone(),
    };
    // What is under the issuer is opened where it is used: at UserInfo.
    let url = match path {
        "/grants" => format!("{resource}/{}", tokens.body["grant_id"].as_str().expect("a grant")),
        _ => bench.house.endpoint("userinfo_endpoint").to_owned(),
    };
    let request = match method {
        "header" => http().get(&url).bearer_auth(&token),
        "body" => http().post(&url).form(&[("access_token", &token)]),
        other => panic!("{path}: nobody brings a token by {other}"),
    };
    let answer = Answer::of(request).await;
    assert_eq!(answer.status, 200, "{path} {method}: {}", answer.text());
    let in_query = Answer::of(http().request(Verb::GET, format!("{url}?access_token={token}"))).await;
    assert_eq!(in_query.status, 401, "{path}: the query is not promised");
}

/// A client whose pages are the site's own, so that it may be told through the browser.
async fn hearing(bench: &mut Bench, members: Value) -> (super::bench::Party<'static>, crate::support::person::Person) {
    let callback = bench.house.site.url("/callback");
    let mut all = json!({ "redirect_uris": [callback] });
    all.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
    (bench.register(&all).await, bench.person.elsewhere())
}

async fn frontchannel(bench: &mut Bench, value: &Value, field: &str) {
    assert_eq!(value, true);
    let out = bench.house.site.url(&unique("/out-"));
    let members = json!({ "frontchannel_logout_uri": out, "frontchannel_logout_session_required": true });
    let (party, mut person) = hearing(bench, members).await;
    let attempt = party.platform.attempt("openid");
    let came = answer(&mut person, &attempt).await;
    let exchanged = party.platform.exchange(&attempt, came.field("code")).await;
    let tokens = party.platform.tokens(&attempt, exchanged).await;
    let page = person.sign_out().await;
    let framed = page.attributes("iframe", "src").into_iter().find(|src| src.starts_with(&out)).expect("a frame");
    let frame = Url::parse(&framed).expect("a URL");
    let told = frame.query_pairs().find(|(name, _)| name == field).expect("the field").1.into_owned();
    match field {
        "iss" => assert_eq!(told, bench.house.server.issuer),
        _ => assert_eq!(tokens.claims["sid"], told),
    }
}

async fn backchannel_logout(bench: &mut Bench, value: &Value, field: &str) {
    assert_eq!(value, true);
    let path = unique("/bc-out-");
    bench.house.site.says(&path, "text/plain", "");
    let members = json!({
        "backchannel_logout_uri": bench.house.site.url(&path),
        "backchannel_logout_session_required": true,
    });
    let (party, mut person) = hearing(bench, members).await;
    let attempt = party.platform.attempt("openid");
    let came = answer(&mut person, &attempt).await;
    let exchanged = party.platform.exchange(&attempt, came.field("code")).await;
    let tokens = party.platform.tokens(&attempt, exchanged).await;
    person.sign_out().await;
    let heard = &bench.house.site.hears(&path, 1).await[0];
    let claims = payload(&heard.fields()["logout_token"]);
    assert_eq!(claims[field], tokens.claims[field], "{claims}");
    assert!(claims[field].is_string());
    let silent = party.platform.attempt_with("openid", &[("prompt", Some("none"))]);
    assert!(matches!(person.visit(silent.url.as_str()).await, Landing::Away(_)));
}
