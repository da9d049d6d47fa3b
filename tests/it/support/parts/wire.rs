//! A wire that can be cut: a TCP proxy between the wallet and one of its parts (SECURITY.md's ).

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the wire does with what it carries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Carries everything.
    Pass,
    /// Carries everything, each piece this much later.
    Slow(Duration),
    /// Keeps connections open and carries nothing: the far side is frozen.
    Hold,
    /// Closes every connection, old and new: the far side is gone.
    Cut,
    /// Carries everything; once a request holds these bytes, its answer is lost and the connection closed.
    LoseAnswerTo(Arc<[u8]>),
}

/// A running proxy; ends when dropped.
pub struct Wire {
    port: u16,
    mode: watch::Sender<Mode>,
    server: JoinHandle<()>,
}

impl Wire {
    /// Puts a wire in front of `address`.
    pub async fn to(address: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let port = listener.local_addr().expect("a bound address").port();
        let (mode, modes) = watch::channel(Mode::Pass);
        let address = address.to_owned();
        let server = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (address, modes) = (address.clone(), modes.clone());
                tokio::spawn(async move { carry(near, &address, modes).await });
            }
        });
        Self { port, mode, server }
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Changes what happens, on open connections too.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// The same URL, through this wire.
    pub fn through(&self, url: &str) -> String {
        let mut url = url::Url::parse(url).expect("the URL of a part");
        url.set_port(Some(self.port)).expect("the URL has a host");
        url.to_string()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn carry(near: TcpStream, address: &str, mut modes: watch::Receiver<Mode>) {
    if modes.wait_for(|mode| *mode != Mode::Hold).await.is_err() || *modes.borrow() == Mode::Cut {
        return;
    }
    let Ok(far) = TcpStream::connect(address).await else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (mut near_read, mut near_write) = near.into_split();
    let (mut far_read, mut far_write) = far.into_split();
    let (lost, mut is_lost) = watch::channel(false);

    let requests = async {
        let mut modes = modes.clone();
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = near_read.read(&mut bytes).await {
            let piece = &bytes[..read];
            if let Mode::LoseAnswerTo(pattern) = &*modes.borrow()
                && piece.windows(pattern.len()).any(|window| window == &**pattern)
            {
                lost.send_replace(true);
            }
            if !pass(&mut modes).await || far_write.write_all(piece).await.is_err() {
                return;
            }
        }
    };
    let answers = async {
        let mut modes = modes.clone();
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = far_read.read(&mut bytes).await {
            if *is_lost.borrow_and_update()
                || !pass(&mut modes).await
                || near_write.write_all(&bytes[..read]).await.is_err()
            {
                return;
            }
        }
    };
    let cut = async {
        let mut modes = modes.clone();
        let _ = modes.wait_for(|mode| *mode == Mode::Cut).await;
    };
    tokio::select! { () = requests => {}, () = answers => {}, () = cut => {} }
}

/// Waits for as long as the mode says; false if the connection should close.
async fn pass(modes: &mut watch::Receiver<Mode>) -> bool {
    let mode = modes.borrow().clone();
    match mode {
        Mode::Slow(delay) => tokio::time::sleep(delay).await,
        Mode::Hold => return modes.wait_for(|mode| *mode != Mode::Hold).await.is_ok(),
        Mode::Pass | Mode::Cut | Mode::LoseAnswerTo(_) => {}
    }
    true
}
