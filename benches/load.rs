//! The load: connections kept open, one request after the other on each, every answer checked.

use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::cpu::Family;

/// One HTTP/1.1 connection (RFC 9112), enough of it for what is measured.
pub struct Line {
    stream: TcpStream,
    bytes: Vec<u8>,
}

/// One answer.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.split("\r\n").filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Line {
    pub async fn to(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, bytes: Vec::with_capacity(16 * 1024) })
    }

    pub async fn send(&mut self, request: &[u8]) -> io::Result<Reply> {
        self.stream.write_all(request).await?;
        let end = self.read_until(0, b"\r\n\r\n").await?;
        let head = String::from_utf8_lossy(&self.bytes[..end]).into_owned();
        self.bytes.drain(..end);
        let status = head.get(9..12).and_then(|digits| digits.parse().ok()).ok_or_else(|| broken("no status"))?;
        let mut reply = Reply { status, head, body: Vec::new() };
        if let Some(length) = reply.header("content-length") {
            let length = length.parse().map_err(|_| broken("no length"))?;
            reply.body = self.read_exactly(length).await?;
        } else if reply.header("transfer-encoding").is_some() {
            loop {
                let end = self.read_until(0, b"\r\n").await?;
                let size = String::from_utf8_lossy(&self.bytes[..end]).trim().to_owned();
                self.bytes.drain(..end);
                let size = usize::from_str_radix(&size, 16).map_err(|_| broken("no chunk size"))?;
                let chunk = self.read_exactly(size + 2).await?;
                if size == 0 {
                    break;
                }
                reply.body.extend_from_slice(&chunk[..size]);
            }
        }
        Ok(reply)
    }

    async fn read_until(&mut self, mut from: usize, mark: &[u8]) -> io::Result<usize> {
        loop {
            let found = self.bytes[from..].windows(mark.len()).position(|window| window == mark);
            if let Some(at) = found {
                return Ok(from + at + mark.len());
            }
            from = self.bytes.len().saturating_sub(mark.len() - 1);
            self.read_some().await?;
        }
    }

    async fn read_exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.bytes.len() < length {
            self.read_some().await?;
        }
        Ok(self.bytes.drain(..length).collect())
    }

    async fn read_some(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.bytes).await? {
            0 => Err(broken("the connection was closed")),
            _ => Ok(()),
        }
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// What one connection does again and again.
pub trait Work: Send + 'static {
    /// Does it once; false when its material is used up. An answer that is not the right one is a panic.
    fn once(&mut self, line: &mut Line) -> impl Future<Output = io::Result<bool>> + Send;
}

/// The same request each time, and the status that its answer must have.
#[derive(Clone)]
pub struct Same {
    pub request: Arc<[u8]>,
    pub status: u16,
}

impl Work for Same {
    async fn once(&mut self, line: &mut Line) -> io::Result<bool> {
        let reply = line.send(&self.request).await?;
        must_be(&reply, self.status);
        Ok(true)
    }
}

/// Panics with the answer unless it has this status: a fast refusal is no figure.
pub fn must_be(reply: &Reply, status: u16) {
    let body = String::from_utf8_lossy(&reply.body);
    assert_eq!(reply.status, status, "the answer was\n{}{}", reply.head, body.get(..600).unwrap_or(&body));
}

/// What was measured at one concurrency.
#[derive(Clone, Debug)]
pub struct Cell {
    pub concurrency: usize,
    pub per_second: f64,
    /// Milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// Milliseconds of processor time for one operation.
    pub cpu: f64,
}

/// How long one cell takes, and what is measured meanwhile.
#[derive(Clone)]
pub struct Stage {
    pub address: String,
    pub family: Family,
    pub time: Duration,
}

impl Stage {
    /// Lets each piece of work have a connection of its own, all at once, until the time is over.
    pub async fn run<W: Work>(&self, works: Vec<W>) -> Cell {
        let concurrency = works.len();
        let mut lines = Vec::new();
        for _ in 0..concurrency {
            lines.push(Line::to(&self.address).await.expect("the measured server listens"));
        }
        let taken = Arc::new(Mutex::new(Vec::new()));
        let (begun, used) = (Instant::now(), self.family.used());
        let deadline = begun + self.time;
        let mut tasks = tokio::task::JoinSet::new();
        for (mut work, mut line) in works.into_iter().zip(lines) {
            let all = Arc::clone(&taken);
            tasks.spawn(async move {
                let mut own = Vec::new();
                while Instant::now() < deadline {
                    let start = Instant::now();
                    if !work.once(&mut line).await.expect("the measured server answers") {
                        break;
                    }
                    own.push(start.elapsed());
                }
                all.lock().expect("not poisoned").append(&mut own);
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.expect("the load goes on");
        }
        let elapsed = begun.elapsed();
        let cpu = self.family.used().saturating_sub(used);
        let mut taken = std::mem::take(&mut *taken.lock().expect("not poisoned"));
        taken.sort_unstable();
        let at = |part: f64| {
            let index = ((taken.len() as f64 * part) as usize).min(taken.len().saturating_sub(1));
            taken.get(index).map_or(0.0, |one| one.as_secs_f64() * 1e3)
        };
        let operations = taken.len().max(1);
        Cell {
            concurrency,
            per_second: taken.len() as f64 / elapsed.as_secs_f64(),
            p50: at(0.5),
            p99: at(0.99),
            cpu: cpu.as_secs_f64() * 1e3 / operations as f64,
        }
    }
}

/// A request to `host` as bytes: method and path, headers, and a form where there is one.
pub fn request(host: &str, line: &str, headers: &[(&str, &str)], form: Option<&str>) -> Arc<[u8]> {
    let mut text = format!("{line} HTTP/1.1\r\nhost: {host}\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if let Some(form) = form {
        text += &format!("content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n", form.len());
    }
    text += "\r\n";
    text += form.unwrap_or_default();
    Arc::from(text.into_bytes())
}
