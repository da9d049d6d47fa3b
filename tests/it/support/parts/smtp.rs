//! An SMTP server that keeps what it gets (RFC 5321), and can refuse or hang.

use std::sync::Arc;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::support::letters::Letter;
use crate::support::random_text;

/// How it behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    Accept,
    /// 550 to every recipient: for good.
    Refuse,
    /// 451 to every message: try later.
    Busy,
    /// Takes the connection and says nothing.
    Hang,
}

/// A running server; ends when dropped. It demands its user name and password.
pub struct Smtp {
    port: u16,
    password: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    login: String,
    manner: Mutex<Manner>,
    letters: Mutex<Vec<Letter>>,
}

impl Smtp {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let port = listener.local_addr().expect("a bound address").port();
        let password = random_text();
        let login = format!("\0wallet\0{password}");
        let shared = Arc::new(Shared { login, manner: Mutex::new(Manner::Accept), letters: Mutex::default() });
        let server = tokio::spawn({
            let shared = shared.clone();
            async move {
                while let Ok((socket, _)) = listener.accept().await {
                    let shared = shared.clone();
                    tokio::spawn(async move {
                        let _ = serve(socket, &shared).await;
                    });
                }
            }
        });
        Self { port, password, shared, server }
    }

    /// `smtp://user:password@host:port`
    pub fn url(&self) -> String {
        format!("smtp://wallet:{}@127.0.0.1:{}", self.password, self.port)
    }

    pub fn set(&self, manner: Manner) {
        *self.shared.manner.lock().expect("not poisoned") = manner;
    }

    /// Everything accepted so far, oldest first.
    pub fn letters(&self) -> Vec<Letter> {
        self.shared.letters.lock().expect("not poisoned").clone()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(socket: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read);
    let mut say = async |text: &str| write.write_all(format!("{text}\r\n").as_bytes()).await;
    let manner = || *shared.manner.lock().expect("not poisoned");
    if manner() == Manner::Hang {
        return std::future::pending().await;
    }
    say("220 sink ESMTP").await?;

    let (mut known, mut from, mut to) = (false, String::new(), Vec::new());
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end();
        match command.split(' ').next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => say("250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN").await?,
            "HELO" | "NOOP" => say("250 fine").await?,
            "AUTH" => {
                let login = command.rsplit(' ').next().and_then(|text| STANDARD.decode(text).ok());
                known = login.is_some_and(|login| login == shared.login.as_bytes());
                say(if known { "235 welcome" } else { "535 unknown user or password" }).await?;
            }
            _ if !known && command != "QUIT" => say("530 sign in first").await?,
            "MAIL" => {
                from = address(command);
                say("250 fine").await?;
            }
            "RCPT" if manner() == Manner::Refuse => say("550 nobody of that name").await?,
            "RCPT" => {
                to.push(address(command));
                say("250 fine").await?;
            }
            "DATA" if manner() == Manner::Busy => say("451 not now").await?,
            "DATA" if to.is_empty() => say("503 for whom?").await?,
            "DATA" => {
                say("354 go on").await?;
                let bytes = data(&mut lines).await?;
                let letter = Letter::read(&bytes, std::mem::take(&mut from), std::mem::take(&mut to));
                shared.letters.lock().expect("not poisoned").push(letter);
                say("250 kept").await?;
            }
            "RSET" => {
                to.clear();
                say("250 fine").await?;
            }
            "QUIT" => return say("221 bye").await,
            _ => say("500 what?").await?,
        }
    }
}

/// The message up to the lonely dot, with doubled dots undone (RFC 5321 §4.5.2).
async fn data(lines: &mut BufReader<tokio::net::tcp::OwnedReadHalf>) -> std::io::Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line).await? == 0 || line == b".\r\n" {
            return Ok(message);
        }
        message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

/// What stands between `<` and `>`.
fn address(command: &str) -> String {
    let inside = command.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
