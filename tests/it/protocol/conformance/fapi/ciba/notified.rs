//! Where clients are told of decisions: answers by its path, and remembers what it was told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::eventually;

/// The paths, and how they answer.
const ANSWERS: &[(&str, &str)] = &[
    ("/204", "204 No Content\r\n\r\n"),
    ("/200", "200 OK\r\nContent-Length: 10\r\n\r\nhere I am!"),
    ("/401", "401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
    ("/403", "403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
    ("/302", "302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"),
    ("/elsewhere", "204 No Content\r\n\r\n"),
];

pub struct Notified {
    pub url: String,
    /// `host:port`, as `outbound.allow` names it.
    pub host: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Notified {
    pub async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(answer(socket, Arc::clone(&kept)));
            }
        });
        Self { url: format!("http://{host}"), host, requests }
    }

    /// What came about a question at a path.
    pub fn heard(&self, path: &str, id: &str) -> Vec<String> {
        let requests = self.requests.lock().expect("no panic");
        let is_it = |request: &&String| request.split(' ').nth(1) == Some(path) && request.contains(id);
        requests.iter().filter(is_it).cloned().collect()
    }

    /// Waits until it came so often.
    pub async fn of(&self, path: &str, id: &str, times: usize) -> Vec<String> {
        eventually("the client is told", Duration::from_secs(20), async || {
            Some(self.heard(path, id)).filter(|heard| heard.len() >= times)
        })
        .await
    }
}

/// One request and its answer; the connection is not kept.
async fn answer(mut socket: TcpStream, requests: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        if !socket.read_buf(&mut request).await.is_ok_and(|n| n > 0) {
            return;
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    requests.lock().expect("no panic").push(request);
    let said = ANSWERS.iter().find(|(one, _)| *one == path).map_or("404 Not Found\r\n\r\n", |(_, said)| said);
    let said = said.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let _ = socket.write_all(format!("HTTP/1.1 {said}").as_bytes()).await;
    let _ = socket.shutdown().await;
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}
