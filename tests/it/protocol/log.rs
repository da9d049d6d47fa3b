//! SECURITY.md §6: one line of JSON a request, and nothing personal or secret in any of them.

use serde_json::Value;

use crate::support::person::{Answers, Person};
use crate::support::platform::{Method, NewClient, Platform};
use crate::support::server::Server;

use super::oidc_core_userinfo::fill_profile;

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_no_secret_and_nobody() {
    let server = Server::with(&[("SW__LOG__LEVEL", "debug")]).await;
    let platform = Platform::at(&server, &NewClient::new(Method::Post)).await;
    let mut person = Person::signed_up(&server).await;
    fill_profile(&mut person).await;
    let mut secrets: Vec<String> = vec![person.email.clone(), person.password.clone(), "Amina".into(), "Yusuf".into()];
    let (second, number) = (format!("second-{}", person.email), "+4915112345699");
    for (field, address) in [("email", second.as_str()), ("phone", number)] {
        let page = person.visit("/account/contacts").await.page();
        person.submit(&page, &page.form(field).fill(field, address)).await;
        let code = match field {
            "email" => server.letter_to(address, 0).await.code().expect("a code"),
            _ => server.text_to(address, 0).await.code(),
        };
        let page = person.visit("/account/contacts").await.page();
        person.submit(&page, &page.form("code").fill("code", &code)).await;
        secrets.extend([address.trim_start_matches('+').to_owned()]);
    }
    let mut stranger = person.elsewhere();
    stranger.password = "a guess that is wrong".to_owned();
    let page = stranger.visit("/signin").await.page();
    let page = stranger.next_step(&page).await.page();
    stranger.next_step(&page).await;
    secrets.push(stranger.password.clone());

    let attempt = platform.attempt_with("openid profile email phone offline_access", &[("prompt", Some("consent"))]);
    let answers = Answers::only(&["name", "email", "phone_number", "offline_access"]);
    let callback = person.authorize(attempt.url.as_str(), &answers).await;
    let code = platform.code(&attempt, &callback);
    let tokens = platform.tokens(&attempt, platform.exchange(&attempt, &code).await).await;
    let refresh = tokens.refresh.clone().expect("a refresh token");
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    assert_eq!(platform.introspect(&tokens.access).await.status, 200);
    assert_eq!(platform.refresh(&refresh).await.status, 200);
    platform.exchange(&attempt, &code).await.must_refuse(400, "invalid_grant");
    platform.userinfo(&format!("{}x", tokens.access)).await.must_refuse(401, "invalid_token");

    secrets.extend([code, tokens.access, refresh, tokens.id_token.expect("an ID Token"), attempt.verifier]);
    secrets.extend([attempt.state, attempt.nonce, platform.client.secret.clone().expect("a secret")]);
    secrets.extend(person.jar.all().iter().filter(|cookie| cookie.value.len() > 8).map(|cookie| cookie.value.clone()));
    secrets.push("15112345678".into());
    let log = server.log();
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "the log holds {secret:?}");
    }
    let is_banner = |line: &&str| !line.starts_with('{');
    let lines: Vec<Value> =
        log.lines().filter(|line| !is_banner(line)).map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(!log.contains("executing statement"), "no library tells what it carries");
    let told = |route: &str| lines.iter().filter(|line| line.to_string().contains(&format!("\"{route}\""))).count();
    for route in ["/token", "/userinfo", "/introspect", "/interaction/:id", "/signin/password"] {
        assert!(told(route) > 0, "no line tells of {route}");
    }
}
