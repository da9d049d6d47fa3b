//! `oidcc-formpost-basic-certification-test-plan`: the modules of the Basic plan with `response_mode=form_post`, in which
//! successes and errors alike travel in a form, and nothing in a query.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::browser::{Browser, Look};
use crate::support::platform::Method;

use super::checks;
use super::suite::{Mode, Suite, client};

super::plan! { Mode::FormPost;
    flow::oidcc_server,
    flow::oidcc_response_type_missing,
    flow::oidcc_idtoken_signature,
    flow::oidcc_idtoken_unsigned,
    flow::oidcc_ensure_request_without_nonce_succeeds_for_code_flow,
    flow::oidcc_alternate_happy_flow,
    flow::oidcc_ensure_registered_redirect_uri,
    flow::oidcc_ensure_post_request_succeeds,
    flow::oidcc_server_client_secret_post,
    userinfo::oidcc_userinfo_get,
    userinfo::oidcc_userinfo_post_header,
    userinfo::oidcc_userinfo_post_body,
    userinfo::oidcc_scope_profile,
    userinfo::oidcc_scope_email,
    userinfo::oidcc_scope_address,
    userinfo::oidcc_scope_phone,
    userinfo::oidcc_scope_all,
    userinfo::oidcc_claims_essential,
    parameters::oidcc_display_page,
    parameters::oidcc_display_popup,
    parameters::oidcc_ui_locales,
    parameters::oidcc_claims_locales,
    parameters::oidcc_login_hint,
    parameters::oidcc_ensure_request_with_unknown_parameter_succeeds,
    parameters::oidcc_ensure_request_with_valid_pkce_succeeds,
    parameters::oidcc_ensure_request_with_acr_values_succeeds,
    session::oidcc_prompt_login,
    session::oidcc_prompt_none_not_logged_in,
    session::oidcc_prompt_none_logged_in,
    session::oidcc_max_age_1,
    session::oidcc_max_age_10000,
    session::oidcc_id_token_hint,
    token::oidcc_codereuse,
    token::oidcc_codereuse_30seconds,
    token::oidcc_refresh_token,
    request_object::oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported,
    request_object::oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported,
    request_object::oidcc_ensure_request_object_with_redirect_uri,
}

/// By itself, under the page's policy, as `application/x-www-form-urlencoded`.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_browser_carries_the_form() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let callback = format!("http://{}/callback", listener.local_addr().unwrap());
    let suite = Suite::with(Mode::FormPost, &client(Method::Basic).redirected_to(&callback)).await;
    let attempt = suite.request("openid", &[("prompt", Some("none"))]);
    let browser = Browser::open(&Look::default()).await;
    let (sender, mut posts) = mpsc::channel(1);
    tokio::spawn(hand_on_posts(listener, sender));
    browser.goto(attempt.url.as_str()).await;
    let posted = tokio::time::timeout(Duration::from_secs(20), posts.recv()).await.expect("in time").expect("a form");
    let (head, body) = posted.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /callback HTTP/1.1\r\n"), "nothing in the query: {head}");
    assert!(head.to_ascii_lowercase().contains("content-type: application/x-www-form-urlencoded\r\n"), "{head}");
    let sent = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let state = Some(attempt.state.as_str());
    checks::refused(&sent, &["login_required"], state, &suite.platform.issuer).must_be_none("the form");
}

/// Hands on every POST that comes. Browsers open connections ahead and leave them idle, so each has a task of its own.
async fn hand_on_posts(listener: TcpListener, posts: mpsc::Sender<String>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let posts = posts.clone();
        tokio::spawn(async move {
            let mut request = Vec::new();
            while !is_whole(&String::from_utf8_lossy(&request))
                && stream.read_buf(&mut request).await.is_ok_and(|n| n > 0)
            {}
            let request = String::from_utf8_lossy(&request).into_owned();
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
            if request.starts_with("POST ") {
                let _ = posts.send(request).await;
            }
        });
    }
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}
