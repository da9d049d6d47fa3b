//! The browser's side: where a sign-in leads, what mails link to, whose cookies count, where parameters come from.

use url::Url;

use crate::support::person::{Landing, Person};
use crate::support::platform::{Answer, Method, NewClient, Platform, http};
use crate::support::registrant;
use crate::support::server::{Backend, Server};

const EVIL: &str = "evil.example";

#[tokio::test(flavor = "multi_thread")]
async fn s2_a_sign_in_leads_nowhere_else() {
    let server = Server::shared().await;
    let person = Person::signed_up(server).await;
    for target in [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "evil.example",
    ] {
        let mut visitor = person.elsewhere();
        let query = url::form_urlencoded::byte_serialize(target.as_bytes()).collect::<String>();
        for name in ["return_to", "next", "redirect", "url", "continue", "returnTo"] {
            let page = visitor.visit(&format!("/signin?{name}={query}")).await.page();
            assert!(
                !page.attributes("form, a", "action").iter().any(|action| action.contains(EVIL)),
                "{name} {target}"
            );
            assert!(!page.attributes("a", "href").iter().any(|href| href.contains(EVIL)), "{name} {target}");
        }
        let page = visitor.visit(&format!("/signin?return_to={query}")).await.page();
        let page = visitor.next_step(&page).await.page();
        match visitor.next_step(&page).await {
            Landing::Page(page) => assert_eq!(page.url.path(), "/account", "{target}"),
            Landing::Away(url) => panic!("{target} led to {url}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_no_header_changes_what_a_mail_or_document_links_to() {
    let server = Server::shared().await;
    let mut person = Person::new(server);
    for (name, value) in [
        ("x-forwarded-host", EVIL),
        ("x-forwarded-proto", "https"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-host", EVIL),
        ("x-original-url", "/admin"),
        ("x-rewrite-url", "/admin"),
    ] {
        person.headers.push((name.to_owned(), value.to_owned()));
    }
    person.sign_up().await;
    let mut again = person.elsewhere();
    again.headers.clone_from(&person.headers);
    for path in ["/signup", "/recover"] {
        let page = again.visit(path).await.page();
        again.submit(&page, &page.form("email").fill("email", &person.email)).await;
    }
    server.letter_to(&person.email, 2).await;
    let letters: Vec<_> = server.stores.letters().into_iter().filter(|l| l.to.contains(&person.email)).collect();
    assert!(letters.len() >= 3);
    for letter in letters {
        assert!(
            !letter.raw.contains(EVIL) && !letter.text.contains(EVIL) && !letter.html.contains(EVIL),
            "{}",
            letter.raw
        );
    }
    let mut discovery = http().get(format!("{}/.well-known/openid-configuration", server.issuer));
    for (name, value) in &person.headers {
        discovery = discovery.header(name, value);
    }
    let discovery = Answer::of(discovery).await;
    assert!(discovery.json()["issuer"] == server.issuer.as_str() && !discovery.text().contains(EVIL));
}

#[tokio::test(flavor = "multi_thread")]
async fn m10_session_cookies_are_random_kept_as_digests_and_ours_alone() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    let account = Url::parse(&format!("{}/account", server.issuer)).expect("a URL");
    let cookie = person.jar.find("sw").expect("a session").clone();
    assert!(cookie.value.len() >= 43, "256 bit: {}", cookie.value.len());
    assert!(cookie.has("HttpOnly") && cookie.has("SameSite=Lax") && cookie.has("Path=/"));
    assert_eq!(person.request(&account, None, None).await.status, 200);
    // A second cookie of the name is somebody else's, so neither counts.
    let header = person.jar.header(&account).expect("cookies");
    for cookies in
        [format!("{header}; sw=x"), format!("sw={}; {header}", "A".repeat(43)), format!("sw=../{}", cookie.value)]
    {
        let answer = Answer::of(http().get(account.clone()).header("cookie", &cookies)).await;
        assert_eq!(answer.status, 303, "{cookies}");
    }
    if server.stores.backend == Backend::Embedded {
        let mut folders = vec![server.stores.data.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = std::fs::read(&path).unwrap_or_default();
                let value = cookie.value.as_bytes();
                assert!(!bytes.windows(value.len()).any(|part| part == value), "the cookie is in {}", path.display());
            }
        }
    }
    // What the browser held before the sign-in opens nothing after it.
    let mut fixed = person.elsewhere();
    let planted = "p".repeat(43);
    fixed.sign_in().await;
    fixed.jar.put("sw", &planted);
    assert_eq!(fixed.visit("/account").await.page().url.path(), "/signin");
    fixed.sign_in().await;
    assert_ne!(fixed.jar.find("sw").expect("a session").value, planted);
    let answer = Answer::of(http().get(account).header("cookie", format!("sw={planted}"))).await;
    assert_eq!(answer.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_parameters_count_where_they_belong_and_once() {
    let server = Server::shared().await;
    let platform = Platform::at(server, &NewClient::new(Method::Post)).await;
    let (id, secret) = (&platform.client.id, platform.client.secret.clone().expect("a secret"));
    let token = platform.endpoint("token_endpoint");
    let form = |query: &str, body: String| {
        let request = platform.http.post(format!("{token}{query}")).body(body);
        Answer::of(request.header("content-type", "application/x-www-form-urlencoded"))
    };
    let own = format!("client_id={id}&client_secret={secret}&grant_type=client_credentials");
    // RFC 6749 §2.3.1, §3.2: what stands in the address is no part of the request.
    form(&format!("?{own}"), String::new()).await.must_refuse(401, "invalid_client");
    form(&format!("?client_secret={secret}"), format!("client_id={id}&grant_type=client_credentials"))
        .await
        .must_refuse(401, "invalid_client");
    for doubled in ["client_id=x", "grant_type=refresh_token", "client_%69d=x", "client_secret="] {
        form("", format!("{own}&{doubled}")).await.must_refuse(400, "invalid_request");
    }
    for bad in ["%00", "%ff%fe", "%c0%ae", "%zz", "%0d%0a", "%1b", "%7f"] {
        form("", format!("{own}&scope={bad}")).await.must_refuse(400, "invalid_request");
        form("", format!("{own}&{bad}=x")).await.must_refuse(400, "invalid_request");
    }
    let many: String = (0..200).map(|n| format!("&p{n}=1")).collect();
    form("", format!("{own}{many}")).await.must_refuse(400, "invalid_request");
    form("", format!("{own}&scope={}", "a".repeat(20_000))).await.must_refuse(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9110_s11_6_2_a_request_has_one_authorization_header() {
    let platform = Platform::at(Server::shared().await, &NewClient::new(Method::Basic)).await;
    let basic = platform.basic();
    let wrong = "Basic eDp5";
    for (first, second) in [(basic.as_str(), wrong), (wrong, basic.as_str()), (&basic, &basic)] {
        let both = [("authorization", first), ("authorization", second)];
        platform
            .post_raw("token_endpoint", &both, "grant_type=client_credentials")
            .await
            .must_refuse(400, "invalid_request");
        let userinfo = platform.http.get(platform.endpoint("userinfo_endpoint"));
        Answer::of(userinfo.header("authorization", "Bearer x").header("authorization", "Bearer y"))
            .await
            .must_refuse(400, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_a_registration_gives_itself_no_privilege() {
    let server = Server::with(&[("SW__REGISTRATION__MODE", "open")]).await;
    let uris = serde_json::json!(["https://orbitphotos.example/callback"]);
    let asked = serde_json::json!({
        "redirect_uris": uris, "client_id": "chosen", "client_secret": "chosen", "is_first_party": true,
        "id_token_claims": "granted", "profile": "fapi2", "domain_verified_at": 1, "is_self_registered": false,
        "is_disabled": false, "cors_origins": ["https://evil.example"], "require_pkce": false, "skip_consent": true,
    });
    let told = registrant::registered(&server.issuer, &asked).await;
    assert!(told["client_id"] != "chosen" && told["client_secret"] != "chosen", "{told}");
    for name in ["is_first_party", "id_token_claims", "profile", "domain_verified_at", "cors_origins", "skip_consent"] {
        assert!(told.get(name).is_none(), "{name}: {told}");
    }
    // It is shown as what it is, and its pages of other origins read nothing.
    let id = told["client_id"].as_str().expect("an identifier");
    let kept: serde_json::Value = serde_json::from_str(&server.cli(&["client", "show", id, "--json"])).expect("JSON");
    let text = kept.to_string();
    assert!(text.contains(r#""is_self_registered":true"#) && !text.contains("evil.example"), "{text}");
    for grant in [
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "password",
    ] {
        let asked = serde_json::json!({"redirect_uris": uris, "grant_types": ["authorization_code", grant]});
        registrant::register(&server.issuer, None, &asked).await.must_refuse(400, "invalid_client_metadata");
    }
    for scope in ["openid grant_management_query", "openid admin"] {
        let asked = serde_json::json!({"redirect_uris": uris, "scope": scope});
        registrant::register(&server.issuer, None, &asked).await.must_refuse(400, "invalid_client_metadata");
    }
}
