//! A site of somebody else's: answers what it is told to, over http or https, and remembers what it was asked.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::eventually;
use super::parts::Folder;

/// A request that came.
#[derive(Clone, Debug)]
pub struct Heard {
    pub method: String,
    pub path: String,
    pub query: String,
    pub content_type: String,
    pub body: String,
    /// The header as it came.
    head: String,
}

impl Heard {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The parameters of the query.
    pub fn parameters(&self) -> HashMap<String, String> {
        url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// The fields of the body.
    pub fn fields(&self) -> HashMap<String, String> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

#[derive(Clone)]
struct Said {
    status: u16,
    content_type: String,
    body: Vec<u8>,
}

/// No status at all.
const SILENT: u16 = 0;

#[derive(Default)]
struct State {
    said: HashMap<String, Said>,
    heard: Vec<Heard>,
}

pub struct Site {
    /// Scheme, host and port.
    pub origin: String,
    state: Arc<Mutex<State>>,
    folder: Folder,
}

impl Site {
    pub async fn http() -> Self {
        Self::start(None).await
    }

    /// With a certificate of its own for this machine.
    pub async fn https() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]);
        Self::start(Some(made.expect("a certificate"))).await
    }

    async fn start(certificate: Option<rcgen::CertifiedKey<rcgen::KeyPair>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (folder, state) = (Folder::new("site"), Arc::new(Mutex::new(State::default())));
        let acceptor = certificate.as_ref().map(|made| {
            std::fs::write(folder.join("ca.pem"), made.cert.pem()).expect("our own folder");
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
            let config = config.expect("TLS").with_no_client_auth();
            let config = config.with_single_cert(vec![made.cert.der().clone()], key).expect("a certificate");
            TlsAcceptor::from(Arc::new(config))
        });
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (state, acceptor) = (Arc::clone(&shared), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        None => answer(socket, &state).await,
                        Some(acceptor) => {
                            if let Ok(socket) = acceptor.accept(socket).await {
                                answer(socket, &state).await;
                            }
                        }
                    }
                });
            }
        });
        Self { origin: format!("{scheme}://{address}"), state, folder }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// `host:port`, as `outbound.allow` names it.
    pub fn host(&self) -> String {
        self.origin.split_once("://").expect("a scheme").1.to_owned()
    }

    /// Who vouches for its certificate.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Answers a path with this from now on.
    pub fn says(&self, path: &str, content_type: &str, body: impl Into<Vec<u8>>) {
        self.answers(path, 200, content_type, body);
    }

    pub fn answers(&self, path: &str, status: u16, content_type: &str, body: impl Into<Vec<u8>>) {
        let said = Said { status, content_type: content_type.to_owned(), body: body.into() };
        self.state.lock().expect("no panic").said.insert(path.to_owned(), said);
    }

    /// Hears what is asked at a path, and never answers.
    pub fn is_silent_at(&self, path: &str) {
        self.answers(path, SILENT, "", "");
    }

    /// What was asked at a path, oldest first.
    pub fn heard(&self, path: &str) -> Vec<Heard> {
        let state = self.state.lock().expect("no panic");
        state.heard.iter().filter(|heard| heard.path == path).cloned().collect()
    }

    /// Waits until a path was asked for so often.
    pub async fn hears(&self, path: &str, times: usize) -> Vec<Heard> {
        eventually(&format!("{times} requests of {path}"), Duration::from_secs(20), async || {
            Some(self.heard(path)).filter(|heard| heard.len() >= times)
        })
        .await
    }
}

async fn answer(mut socket: impl AsyncRead + AsyncWrite + Unpin, state: &Mutex<State>) {
    let Some(heard) = read(&mut socket).await else { return };
    let said = {
        let mut state = state.lock().expect("no panic");
        let said = state.said.get(&heard.path).cloned();
        state.heard.push(heard);
        said
    };
    let said = said.unwrap_or(Said { status: 404, content_type: "text/plain".into(), body: b"not here".to_vec() });
    if said.status == SILENT {
        return std::future::pending().await;
    }
    let head = format!(
        "HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        said.status,
        said.content_type,
        said.body.len()
    );
    let _ = socket.write_all(&[head.as_bytes(), &said.body].concat()).await;
    let _ = socket.shutdown().await;
}

async fn read(socket: &mut (impl AsyncRead + Unpin)) -> Option<Heard> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        let mut more = [0; 4096];
        match socket.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&more[..n]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let length: usize = header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        let mut more = [0; 4096];
        match socket.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&more[..n]),
        }
    }
    let mut line = head.lines().next()?.split(' ');
    let (method, target) = (line.next()?.to_owned(), line.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Some(Heard {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        content_type: header("content-type").unwrap_or_default(),
        body: String::from_utf8_lossy(&bytes[end..end + length]).into_owned(),
        head,
    })
}
