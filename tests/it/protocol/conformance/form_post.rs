//! `oidcc-formpost-basic-certification-test-plan`, `-implicit-` and `-hybrid-`: the modules of those plans with
//! `response_mode=form_post`, in which successes and errors alike travel in a form, and nothing in a query.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::browser::{Browser, Look};

use super::checks;
use super::mode::Mode;
use super::suite::Suite;

basic! { code: Mode::of("code").by_form() }

implicit! { id_token: Mode::of("id_token").by_form().registering(); }

implicit! { id_token_token: Mode::of("id_token token").by_form().registering();
    userinfo::userinfo_get,
    userinfo::userinfo_post_header,
    userinfo::userinfo_post_body,
    flow::response_type_missing,
}

hybrid! { code_id_token: Mode::of("code id_token").by_form().registering();
    flow::ensure_request_without_nonce_fails,
    flow::alternate_happy_flow,
    flow::response_type_missing,
    parameters::ensure_request_with_valid_pkce_succeeds,
}

hybrid! { code_token: Mode::of("code token").by_form().registering();
    flow::ensure_request_without_nonce_succeeds_for_code_flow,
}

hybrid! { code_id_token_token: Mode::of("code id_token token").by_form().registering();
    flow::ensure_request_without_nonce_fails,
}

/// By itself, under the page's policy, as `application/x-www-form-urlencoded`.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_browser_carries_the_form() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let callback = format!("http://{}/callback", listener.local_addr().unwrap());
    let mode = Mode::of("code").by_form();
    let suite = Suite::with(mode, &mode.client().redirected_to(&callback)).await;
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
