//! Tests of outgoing requests, against a server on this machine that is as hostile as it likes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A server that writes `parts` with a pause after each, and counts its callers.
struct Server {
    address: SocketAddr,
    calls: Arc<AtomicUsize>,
    heard: Arc<Mutex<String>>,
}

impl Server {
    async fn start(parts: Vec<Vec<u8>>, pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::new(AtomicUsize::new(0));
        let heard = Arc::new(Mutex::new(String::new()));
        let (count, ear) = (Arc::clone(&calls), Arc::clone(&heard));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (parts, ear) = (parts.clone(), Arc::clone(&ear));
                tokio::spawn(async move {
                    let mut request = [0; 2048];
                    let n = socket.read(&mut request).await.unwrap_or(0);
                    *ear.lock().unwrap() = String::from_utf8_lossy(&request[..n]).to_lowercase();
                    for part in parts {
                        if socket.write_all(&part).await.is_err() {
                            return;
                        }
                        tokio::time::sleep(pause).await;
                    }
                });
            }
        });
        Self { address, calls, heard }
    }

    async fn answering(answer: &str) -> Self {
        Self::start(vec![answer.as_bytes().to_vec()], Duration::ZERO).await
    }

    fn url(&self) -> Url {
        Url::parse(&format!("http://{}/keys", self.address)).unwrap()
    }

    fn fetch(&self) -> Fetch {
        Fetch::new(&[self.address.to_string()], Clock::System).unwrap()
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn hostile_urls_are_refused_before_anybody_is_called() {
    let fetch = Fetch::new(&["localhost:8443".to_owned(), "[::1]:9000".to_owned()], Clock::System).unwrap();
    for (url, why) in [
        ("http://a.example/keys", "only https is fetched"),
        ("ftp://a.example/keys", "only https is fetched"),
        ("file:///etc/passwd", "it has no host"),
        ("data:application/json,{}", "it has no host"),
        ("https://u@a.example/keys", "it has credentials"),
        ("https://:p@a.example/keys", "it has credentials"),
        ("https://a.example:8443/keys", "only port 443 is called"),
        ("https://localhost:8444/keys", "only port 443 is called"),
        ("https://a.example:80/keys", "only port 443 is called"),
        ("https://127.0.0.1/keys", "its address is not public"),
        ("https://2130706433/keys", "its address is not public"),
        ("https://0x7f.1/keys", "its address is not public"),
        ("https://0177.0.0.1/keys", "its address is not public"),
        ("https://１２７.0.0.1/keys", "its address is not public"),
        ("https://10.0.0.1/keys", "its address is not public"),
        ("https://169.254.169.254/latest/meta-data", "its address is not public"),
        ("https://0.0.0.0/keys", "its address is not public"),
        ("https://[::1]/keys", "its address is not public"),
        ("https://[::]/keys", "its address is not public"),
        ("https://[::ffff:127.0.0.1]/keys", "its address is not public"),
        ("https://[64:ff9b::7f00:1]/keys", "its address is not public"),
        ("https://[fd00::1]/keys", "its address is not public"),
        ("https://[fe80::1]/keys", "its address is not public"),
        ("ftp://localhost:8443/keys", "only https is fetched"),
        // Names, which only resolving tells about.
        ("https://localhost/keys", "its address is not public"),
    ] {
        let url = Url::parse(url).unwrap();
        assert_eq!(fetch.get(&url, MOST_BYTES).await, Err(FetchError::Refused(why)), "{url}");
    }
    for allowed in ["http://LOCALHOST:8443/", "https://localhost:8443/", "http://[0:0::1]:9000/"] {
        assert!(fetch.client_for(&Url::parse(allowed).unwrap()).is_ok(), "{allowed}");
    }
}

#[tokio::test]
async fn what_is_allowed_is_fetched_without_telling_more_than_needed() {
    let server = Server::answering(&ok("{\"keys\":[]}")).await;
    assert_eq!(server.fetch().get(&server.url(), MOST_BYTES).await.unwrap().body, "{\"keys\":[]}");
    let heard = server.heard.lock().unwrap().clone();
    assert!(heard.starts_with("get /keys http/1.1\r\n") && heard.contains("user-agent: socialwallet/"), "{heard}");
    for header in ["cookie", "authorization", "referer", "accept-encoding"] {
        assert!(!heard.contains(&format!("\n{header}:")), "{heard}");
    }
}

#[tokio::test]
async fn redirects_other_statuses_and_large_bodies() {
    let large = "x".repeat(MOST_BYTES + 1);
    let chunked =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    for (answer, wanted) in [
        (
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned(),
            FetchError::Refused("redirects are not followed"),
        ),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(), FetchError::Status(404)),
        ("HTTP/1.1 204 No Content\r\n\r\n".to_owned(), FetchError::Status(204)),
        (ok(&large), FetchError::Refused("the answer is too large")),
        (chunked, FetchError::Refused("the answer is too large")),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort".to_owned(),
            FetchError::Unanswered("the connection broke"),
        ),
        ("no HTTP at all\r\n\r\n".to_owned(), FetchError::Unanswered("the connection broke")),
    ] {
        let server = Server::answering(&answer).await;
        assert_eq!(server.fetch().get(&server.url(), MOST_BYTES).await, Err(wanted), "{}", &answer[..30]);
        assert_eq!(server.calls.load(Ordering::SeqCst), 1);
    }
    let server = Server::answering(&ok(&"x".repeat(MOST_BYTES))).await;
    assert_eq!(server.fetch().get(&server.url(), MOST_BYTES).await.unwrap().body.len(), MOST_BYTES);
}

#[tokio::test]
async fn a_body_that_trickles_is_cut_in_time() {
    let mut parts = vec![b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".to_vec()];
    parts.extend(std::iter::repeat_n(b"x".to_vec(), 1000));
    let server = Server::start(parts, Duration::from_millis(300)).await;
    let begun = Instant::now();
    let outcome = server.fetch().get(&server.url(), MOST_BYTES).await;
    assert_eq!(outcome, Err(FetchError::Unanswered("it took too long")));
    assert!(begun.elapsed() < Duration::from_secs(7), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn callers_at_once_share_a_request_and_a_failure_is_remembered() {
    let part = ok("{}");
    let server =
        Server::start(vec![part.as_bytes()[..10].to_vec(), part.as_bytes()[10..].to_vec()], Duration::from_millis(100))
            .await;
    let (fetch, url) = (server.fetch(), server.url());
    let all = futures_util::future::join_all((0..64).map(|_| fetch.get(&url, MOST_BYTES))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(server.calls.load(Ordering::SeqCst), 1);
    fetch.get(&url, MOST_BYTES).await.unwrap();
    assert_eq!(server.calls.load(Ordering::SeqCst), 2, "what was fetched is the caller's to keep");

    let server = Server::answering("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n").await;
    let clock = Clock::fixed(Time::from_unix(1_795_000_000));
    let fetch = Fetch::new(&[server.address.to_string()], clock.clone()).unwrap();
    for (wait, calls) in [(Seconds(0), 1), (Seconds(59), 1), (Seconds(1), 2)] {
        clock.advance(wait);
        assert_eq!(fetch.get(&server.url(), MOST_BYTES).await, Err(FetchError::Status(500)));
        assert_eq!(server.calls.load(Ordering::SeqCst), calls);
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_stops_nobody() {
    let part = ok("{}");
    let server =
        Server::start(vec![part.as_bytes()[..10].to_vec(), part.as_bytes()[10..].to_vec()], Duration::from_millis(200))
            .await;
    let (fetch, url) = (server.fetch(), server.url());
    let hasty = tokio::time::timeout(Duration::from_millis(50), fetch.get(&url, MOST_BYTES)).await;
    assert!(hasty.is_err());
    assert!(fetch.get(&url, MOST_BYTES).await.is_ok());
    assert_eq!(server.calls.load(Ordering::SeqCst), 1);
    assert!(fetch.0.flights.lock().unwrap().is_empty());
}
