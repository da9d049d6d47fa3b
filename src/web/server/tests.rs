//! The server as a stranger's socket sees it.

use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

struct Hello;

impl Endpoint for Hello {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let text = if request.extensions().get::<Ambiguous>().is_some() { "ambiguous" } else { "hello" };
        if request.uri().path() == "/slow" {
            sleep(Duration::from_millis(300)).await;
        }
        Ok(Response::builder().body(text))
    }
}

fn deadlines() -> Deadlines {
    let ms = Duration::from_millis;
    Deadlines { head: ms(200), idle: ms(1500), drain: ms(1000) }
}

async fn open() -> (Server, SocketAddr) {
    let mut server = Server::new(deadlines(), &[]);
    let address = server.listen("127.0.0.1:0".parse().unwrap(), None, Arc::new(Hello)).await.unwrap();
    (server, address)
}

/// Sends `bytes`, and gives what came back until the server closed the connection.
async fn talk(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await.expect("the connection was cut").unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn slow_and_half_open_connections_are_cut() {
    let (server, address) = open().await;
    let begun = Instant::now();
    assert_eq!(talk(address, b"").await, "");
    assert!(!talk(address, b"GET / HTTP/1.1\r\nHost: a\r\nX").await.contains("200"));
    assert!(begun.elapsed() < deadlines().idle, "a head has less time than an idle connection: {:?}", begun.elapsed());
    let idle = talk(address, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(idle.starts_with("HTTP/1.1 200") && idle.ends_with("hello"), "{idle}");
    let dribble = talk(address, b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /").await;
    assert_eq!(dribble.matches("HTTP/1.1").count(), 1, "{dribble}");
    server.end().await;
}

#[tokio::test]
async fn hostile_heads_are_refused() {
    let (server, address) = open().await;
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(MOST_HEAD_BYTES));
    assert!(talk(address, long.as_bytes()).await.starts_with("HTTP/1.1 431"));
    let chunked_twice =
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert!(talk(address, chunked_twice).await.ends_with("ambiguous"));
    assert!(talk(address, b"\0\x01\x02\r\n\r\n").await.starts_with("HTTP/1.1 400"));
    server.end().await;
}

#[tokio::test]
async fn what_has_begun_is_answered_at_the_end() {
    let (server, address) = open().await;
    let idle = TcpStream::connect(address).await.unwrap();
    let slow = tokio::spawn(talk(address, b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"));
    sleep(Duration::from_millis(100)).await;
    timeout(Duration::from_millis(900), server.end()).await.expect("half-open connections do not hold the end");
    assert!(slow.await.unwrap().ends_with("hello"));
    assert!(TcpStream::connect(address).await.is_err());
    drop(idle);
}

/// One HTTP/2 frame (RFC 9113 §4.1).
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    [&[0, 0, payload.len() as u8, kind, flags, 0, 0, 0, stream][..], payload].concat()
}

#[tokio::test]
async fn m6_an_http2_connection_that_asks_nothing_is_closed() {
    let door = Door {
        endpoint: Arc::new(Hello),
        acceptor: None,
        deadlines: Deadlines { idle: Duration::from_millis(600), ..deadlines() },
        local: "127.0.0.1:1".parse().unwrap(),
    };
    let stage = watch::Sender::new(Stage::Serving);
    let (theirs, mut ours) = tokio::io::duplex(64 * 1024);
    let (door, peer, told) = (Arc::new(door), "127.0.0.1:2".parse().unwrap(), stage.subscribe());
    let served = tokio::spawn(async move { door.serve_http2(theirs, peer, None, told).await });
    ours.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    ours.write_all(&frame(4, 0, 0, b"")).await.unwrap();
    let begun = Instant::now();
    sleep(Duration::from_millis(100)).await;
    // GET https://a/ from the static table; it begins the time anew.
    ours.write_all(&frame(1, 5, 1, b"\x82\x87\x84\x41\x01a")).await.unwrap();
    let mut answer = Vec::new();
    timeout(Duration::from_secs(20), ours.read_to_end(&mut answer)).await.expect("the connection was closed").unwrap();
    assert!(answer.windows(5).any(|part| part == b"hello"), "and it was answered");
    assert!(begun.elapsed() >= Duration::from_millis(650), "closed after {:?}", begun.elapsed());
    served.await.unwrap();
}
