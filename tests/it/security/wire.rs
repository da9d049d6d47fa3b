//! What a stranger's socket may send: framing, names of hosts, methods, slowness, size.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use social_wallet::web::ROUTES;
use social_wallet::web::door::Verb;

use crate::support::platform::{Answer, Method, NewClient, Platform, http};
use crate::support::server::{Server, setting};

/// Longer than anything here takes, shorter than an idle connection is kept.
const PATIENCE: Duration = Duration::from_secs(20);

fn host(server: &Server) -> &str {
    server.issuer.trim_start_matches("http://")
}

/// Sends pieces, each by itself, and reads until the server closes the connection.
fn talk(server: &Server, pieces: &[&str]) -> String {
    let mut socket = TcpStream::connect(host(server)).expect("the wallet listens");
    socket.set_nodelay(true).expect("a socket");
    socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            sleep(Duration::from_millis(60));
        }
        // The server may have said no before it has heard it all.
        if socket.write_all(piece.as_bytes()).is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    match socket.read_to_end(&mut answer) {
        Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
            panic!("the connection is held open after {}", String::from_utf8_lossy(&answer))
        }
        _ => String::from_utf8_lossy(&answer).into_owned(),
    }
}

fn statuses(answer: &str) -> Vec<&str> {
    answer.match_indices("HTTP/1.1 ").filter_map(|(at, _)| answer.get(at + 9..at + 12)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn m6_a_body_with_two_lengths_is_refused_however_it_arrives() {
    let server = Server::shared().await;
    let head = format!(
        "POST /token HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
        host(server)
    );
    let get = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", host(server));
    let (length, chunked) = ("Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n");
    let body = "\r\n3\r\na=b\r\n0\r\n\r\n";
    let first = format!("{head}{length}");
    let whole = format!("{head}{length}{chunked}{body}");
    let behind = format!("{get}{whole}{get}");
    let in_half = format!("{head}{chunked}Content-L");
    for (what, pieces) in [
        ("at once", vec![whole.as_str()]),
        ("in two pieces", vec![&first, chunked, body]),
        ("the other way round, in the middle of a name", vec![&in_half, "ength: 3\r\n", body]),
        ("behind another request", vec![&behind]),
    ] {
        let answer = talk(server, &pieces);
        assert!(answer.contains("tells the length of its body twice"), "{what}: {answer}");
        assert!(!answer.contains("invalid_client") && !answer.contains("invalid_request"), "{what}: {answer}");
        // RFC 9112 §6.3: where its requests end is in doubt, so the connection ends.
        assert_eq!(statuses(&answer).last(), Some(&"400"), "{what}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m6_a_request_names_one_host_and_it_is_ours() {
    let server = Server::shared().await;
    let ours = format!("Host: {}\r\n", host(server));
    let at_ours = format!("http://{}/healthz", host(server));
    for (what, target, headers, wanted) in [
        ("ours", "/healthz", ours.as_str(), "204"),
        ("none", "/healthz", "", "400"),
        ("nothing in it", "/healthz", "Host: \r\n", "400"),
        ("ours twice", "/healthz", &format!("{ours}{ours}"), "400"),
        ("ours, then another", "/healthz", &format!("{ours}Host: evil.example\r\n"), "400"),
        ("two in one", "/healthz", &format!("Host: {}, evil.example\r\n", host(server)), "421"),
        ("a name before it", "/healthz", &format!("Host: x@{}\r\n", host(server)), "421"),
        ("another", "/healthz", "Host: evil.example\r\n", "421"),
        ("ours in the target too", &at_ours, &ours, "204"),
        ("another in the target", "http://evil.example/healthz", &ours, "400"),
        ("another in both", "http://evil.example/healthz", "Host: evil.example\r\n", "421"),
        ("ours in the target alone", &at_ours, "Host: evil.example\r\n", "400"),
        ("another scheme", &at_ours.replace("http", "ftp"), &ours, "400"),
    ] {
        let answer = talk(server, &[&format!("GET {target} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n")]);
        assert_eq!(statuses(&answer), [wanted], "{what}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m7_addresses_that_strangers_tell_are_not_believed() {
    let server = Server::with(&[(setting::LIMITS, "true"), ("SW__LIMITS__ADDRESS", "1/h burst 3")]).await;
    for n in 1..6 {
        let ip = format!("198.51.100.{n}");
        let mut request = http().get(format!("{}/healthz", server.issuer));
        for (name, value) in [
            ("x-forwarded-for", ip.clone()),
            ("x-real-ip", ip.clone()),
            ("forwarded", format!("for={ip}")),
            ("cf-connecting-ip", ip.clone()),
            ("true-client-ip", ip),
        ] {
            request = request.header(name, value);
        }
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, if n <= 3 { 204 } else { 429 }, "request {n}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m6_a_body_that_is_late_or_endless_is_its_senders_fault() {
    let settings = [("SW__HTTP__BODY_TIMEOUT", "2s"), ("SW__HTTP__REQUEST_TIMEOUT", "1s")];
    let server = Server::with(&settings).await;
    let head = format!(
        "POST /token HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
        host(&server)
    );
    for (what, rest) in [
        ("a length", "Content-Length: 1000\r\n\r\ngrant_type="),
        ("chunks", "Transfer-Encoding: chunked\r\n\r\n5\r\ngrant\r\n"),
        ("the size of a chunk", "Transfer-Encoding: chunked\r\n\r\n000"),
    ] {
        let begun = Instant::now();
        let answer = talk(&server, &[&head, rest]);
        assert!(statuses(&answer) == ["400"] && answer.contains("did not arrive in time"), "{what}: {answer}");
        assert!(begun.elapsed() < Duration::from_secs(6), "{what}: {:?}", begun.elapsed());
    }
    let chunk = format!("4000\r\n{}\r\n", "a".repeat(0x4000));
    let endless: Vec<&str> =
        [head.as_str(), "Transfer-Encoding: chunked\r\n\r\n"].into_iter().chain([chunk.as_str(); 40]).collect();
    let mut socket = TcpStream::connect(host(&server)).expect("the wallet listens");
    socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let taken = endless.iter().map_while(|piece| socket.write_all(piece.as_bytes()).ok()).count();
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    // What is written after the end may have torn the answer down; then at least it was not all taken.
    assert!(answer.contains("larger than 64 KiB") || taken < endless.len() || answer.is_empty(), "{answer}");
    assert_eq!(Answer::of(http().get(format!("{}/healthz", server.issuer))).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_every_path_answers_every_method_without_a_fault() {
    let server = Server::shared().await;
    let paths: BTreeSet<&str> = ROUTES.iter().map(|row| row.path).collect();
    for path in paths {
        let address = format!("{}{}", server.issuer, path.replace("*name", "x").replace(':', ""));
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"] {
            let verb = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
            let request = http().request(verb, &address).header("x-secret", "echo-me");
            let request = request.header("x-http-method-override", "DELETE").header("x-method-override", "DELETE");
            let answer = Answer::of(request).await;
            assert!(answer.status < 500, "{method} {path}: {} {}", answer.status, answer.text());
            assert!(!answer.text().contains("echo-me"), "{method} {path} echoes what it was sent");
            if method == "HEAD" {
                assert!(answer.body.is_empty(), "{method} {path}");
            }
            let is_patched = ROUTES.iter().any(|row| row.path == path && row.verb == Verb::Patch);
            if matches!(method, "TRACE" | "PROPFIND") || (method == "PATCH" && !is_patched) {
                assert_eq!(answer.status, 405, "{method} {path}");
                assert!(answer.header("allow").is_some_and(|allow| !allow.contains(method)), "{method} {path}");
            }
            assert!(answer.header("x-content-type-options").is_some(), "{method} {path}: ASVS 3.4.4");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_no_parameter_breaks_out_of_a_header() {
    let server = Server::shared().await;
    let platform = Platform::at(server, &NewClient::new(Method::Basic)).await;
    let broken = "x%0d%0ax-injected:%20yes%0d%0a%0d%0ax";
    let id = &platform.client.id;
    let redirect = "https%3A%2F%2Forbitphotos.example%2Fcallback";
    for target in [
        format!("/signin?return_to=/{broken}"),
        format!("/signin?interaction={broken}"),
        format!("/signin/password?return_to=/{broken}"),
        format!(
            "/authorize?client_id={id}&redirect_uri={redirect}&response_type=code&scope=openid&prompt=none&state={broken}"
        ),
        format!("/authorize?client_id={id}&redirect_uri={redirect}{broken}&response_type=code&scope=openid"),
        format!("/authorize?client_id={broken}&redirect_uri={redirect}&response_type=code&scope=openid"),
        format!("/authorize?client_id={id}&redirect_uri={redirect}&response_type={broken}&scope={broken}"),
        format!("/logout?state={broken}&post_logout_redirect_uri={redirect}"),
        format!("/account/apps/{broken}"),
        format!("/account/{broken}"),
        format!("/register/{broken}"),
        format!("/interaction/{broken}/leaving"),
        format!("/static/{broken}"),
        format!("/logo?client={broken}"),
    ] {
        let head = format!("GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", host(server));
        let answer = talk(server, &[&head]);
        let headers = answer.split("\r\n\r\n").next().unwrap_or_default().to_ascii_lowercase();
        assert!(!headers.lines().any(|line| line.starts_with("x-injected")), "{target}: {headers}");
        assert!(statuses(&answer)[0] < "500", "{target}: {headers}");
    }
}
