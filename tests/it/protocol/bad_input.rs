//! Whatever comes in, an answer goes out: the error of the standard, and never a panic.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::person::Person;
use crate::support::platform::{Answer, Method, NewClient, http};
use crate::support::server::Server;

use super::{pair, platform};

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s3_2_bodies_at_the_token_endpoint() {
    let (platform, _) = pair().await;
    let basic = platform.basic();
    let form = [("authorization", basic.as_str())];
    let many = "a=b&".repeat(5000);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("no grant_type", b"code=x".to_vec()),
        ("twice", b"grant_type=authorization_code&grant_type=authorization_code&code=x".to_vec()),
        ("broken percent", b"grant_type=%zz".to_vec()),
        ("not UTF-8", b"grant_type=%ff%fe".to_vec()),
        ("raw bytes", vec![0xff, 0xfe, 0x00, 0x01]),
        ("NUL", b"grant_type=authorization_code&code=%00&redirect_uri=x".to_vec()),
        ("only separators", b"&&&==&&".to_vec()),
        ("thousands of parameters", many.into_bytes()),
        ("a long code", format!("grant_type=authorization_code&code={}", "x".repeat(60_000)).into_bytes()),
        ("a body past its limit", vec![b'a'; 70 * 1024]),
    ];
    for (what, body) in cases {
        let answer = platform.post_raw("token_endpoint", &form, body).await;
        assert!(matches!(answer.status, 400 | 413), "{what}: {} {}", answer.status, answer.text());
        assert!(
            matches!(answer.error().as_str(), "invalid_request" | "invalid_grant" | "unsupported_grant_type"),
            "{what}: {}",
            answer.text()
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    }
    let json = platform.http.post(platform.endpoint("token_endpoint")).header("authorization", &basic);
    let json = json.header("content-type", "application/json").body(r#"{"grant_type":"authorization_code"}"#);
    Answer::of(json).await.must_refuse(400, "invalid_request");
    let get = Answer::of(platform.http.get(platform.endpoint("token_endpoint"))).await;
    assert_eq!(get.status, 405);
    assert!(get.header("allow").is_some_and(|allow| allow.contains("POST")), "RFC 9110 §15.5.6");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_headers_of_every_shape() {
    let server = Server::shared().await;
    let http = http();
    let at = |path: &str| format!("{}{path}", server.issuer);
    let long = format!("/authorize?x={}", "y".repeat(9000));
    for (path, wanted) in [
        ("/authorize?%zz=%ff&client_id=%00", 400),
        ("/authorize?client_id=a&client_id=b", 400),
        ("/interaction/not-an-id", 404),
        ("/interaction/00000000-0000-7000-8000-000000000000/leaving", 410),
        ("/static/../Cargo.toml", 404),
        ("/static/%2e%2e/Cargo.toml", 404),
        ("/nowhere", 404),
        (long.as_str(), 414),
    ] {
        let answer = Answer::of(http.get(at(path))).await;
        let is_wanted = answer.status == wanted || (wanted == 410 && answer.status == 404);
        assert!(is_wanted, "{path}: {} {}", answer.status, answer.text());
    }
    for cookie in ["sw_session=x", "sw_session=\u{1}", "a=b; a=b; ====", &"c=d; ".repeat(500)] {
        let Ok(value) = reqwest::header::HeaderValue::from_bytes(cookie.as_bytes()) else { continue };
        let status = Answer::of(http.get(at("/signin")).header("cookie", value)).await.status;
        assert!(status == 200 || status == 431, "{cookie}: {status}");
    }
    for language in ["", "xx-YY;q=nan", "*;q=0", &"de,".repeat(400)] {
        assert_eq!(Answer::of(http.get(at("/signin")).header("accept-language", language)).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9112_s6_3_bodies_whose_length_is_in_doubt() {
    let server = Server::shared().await;
    let host = server.issuer.trim_start_matches("http://").to_owned();
    let address = host.replace("localhost", "127.0.0.1");
    for (what, head) in [
        ("two lengths", "Content-Length: 3\r\nContent-Length: 5\r\n\r\na=b&c"),
        ("a length and chunks", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n"),
        ("no number", "Content-Length: abc\r\n\r\na=b"),
    ] {
        let mut socket = TcpStream::connect(&address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let request = format!(
            "POST /token HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{head}"
        );
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer);
        assert!(text.starts_with("HTTP/1.1 400"), "{what}: {text}");
        assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{what}: one request, one answer: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_pages_with_what_nobody_would_type() {
    let server = Server::shared().await;
    let odd = ["", " ", "a@b", "\u{0}", "<script>alert(1)</script>@mail.example", "ﬁ@mail.example", &"x".repeat(5000)];
    for email in odd {
        let mut visitor = Person::new(server);
        let page = visitor.visit("/signup").await.page();
        let page = visitor.submit(&page, &page.form("email").fill("email", email)).await.page();
        assert!(matches!(page.status, 200 | 400 | 422), "{email:?}: {} {}", page.status, page.text());
        assert!(!page.body.contains("<script>alert"), "{email:?} is shown as text");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6750_s2_tokens_of_every_shape() {
    let platform = platform(&NewClient::new(Method::Basic)).await;
    let endpoint = platform.endpoint("userinfo_endpoint");
    for header in
        ["Bearer", "Bearer ", "bearer x", "Bearer \u{7f}", "Basic x", "DPoP x", &format!("Bearer {}", "A".repeat(6000))]
    {
        let Ok(value) = reqwest::header::HeaderValue::from_bytes(header.as_bytes()) else { continue };
        let answer = Answer::of(platform.http.get(endpoint).header("authorization", value)).await;
        assert!(matches!(answer.status, 400 | 401), "{header:.20}: {}", answer.status);
        assert!(answer.header("www-authenticate").is_some(), "{header:.20}");
    }
}
