//! Listeners: our own accept loop on hyper, with deadlines, a cap on connections and an end that loses no request.

use std::convert::Infallible;
use std::future::{Future, pending};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use ipnet::IpNet;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, Request, Response};
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::connection::{Pace, Paced};
use super::seats::Seats;
use super::tls::{PeerCertificate, Tls};
use crate::base::Fault;
use crate::jose::certificate::Certificate;

/// The most bytes of the head of a request.
const MOST_HEAD_BYTES: usize = 16 * 1024;
/// How long a write may be stuck on a reader that reads nothing.
const STUCK_WRITE: Duration = Duration::from_secs(15);
/// How long the other side may take to agree that an idle connection ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long a connection may take.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// For the TLS handshake, and for the head of a request from its first byte.
    pub head: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// For what runs when the server ends.
    pub drain: Duration,
}

/// In the extensions of a request on a connection on which the length of a body was told twice (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug)]
pub struct Ambiguous;

/// The listeners of a running server.
pub struct Server {
    stage: watch::Sender<Stage>,
    seats: Seats,
    deadlines: Deadlines,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Serving,
    /// Requests that have begun are answered; nothing new is taken.
    Draining,
    /// What is left is cut.
    Over,
}

impl Server {
    /// `proxies` are those that bring the connections of many.
    pub fn new(deadlines: Deadlines, proxies: &[IpNet]) -> Self {
        let seats = Seats::new(proxies);
        Self { stage: watch::Sender::new(Stage::Serving), seats, deadlines, tasks: Vec::new() }
    }

    /// Begins to listen at `address`; gives the address that was bound (port 0 lets the system choose).
    ///
    /// # Errors
    /// A fault when the address is taken or not ours.
    pub async fn listen<E>(
        &mut self,
        address: SocketAddr,
        tls: Option<Arc<Tls>>,
        endpoint: Arc<E>,
    ) -> Result<SocketAddr, Fault>
    where
        E: Endpoint<Output = Response> + 'static,
    {
        let listener = TcpListener::bind(address).await.map_err(|e| Fault::internal("listen", e))?;
        let bound = listener.local_addr().map_err(|e| Fault::internal("listen", e))?;
        let acceptor = tls.as_ref().map(Tls::acceptor).transpose()?;
        if let Some(tls) = tls {
            self.tasks.push(tokio::spawn(tls.keep_fresh()));
        }
        let door = Door { endpoint, acceptor, deadlines: self.deadlines, local: bound };
        let (seats, stage) = (self.seats.clone(), self.stage.subscribe());
        self.tasks.push(tokio::spawn(accept(listener, Arc::new(door), seats, stage)));
        Ok(bound)
    }

    /// Takes no more connections, answers what has begun, and cuts what is left when the drain time is over.
    pub async fn end(self) {
        self.stage.send_replace(Stage::Draining);
        let left = self.seats.all_free(self.deadlines.drain).await;
        if left > 0 {
            tracing::warn!(connections = left, "drain time over: connections cut");
        }
        self.stage.send_replace(Stage::Over);
        for task in self.tasks {
            task.abort();
        }
    }
}

/// One listener: what answers, and how.
struct Door<E> {
    endpoint: Arc<E>,
    acceptor: Option<TlsAcceptor>,
    deadlines: Deadlines,
    local: SocketAddr,
}

async fn accept<E>(listener: TcpListener, door: Arc<Door<E>>, seats: Seats, mut stage: watch::Receiver<Stage>)
where
    E: Endpoint<Output = Response> + 'static,
{
    loop {
        let next = async {
            let seat = seats.free().await;
            (seat, listener.accept().await)
        };
        let (seat, accepted) = tokio::select! {
            next = next => next,
            _ = stage.wait_for(|s| *s != Stage::Serving) => return,
        };
        let (Some(seat), Ok((stream, peer))) = (seat, accepted.inspect_err(tell)) else {
            // Out of file descriptors or memory: connections that end soon give some back.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Some(seat) = seat.take(peer.ip()) else { continue };
        let (door, stage) = (Arc::clone(&door), stage.clone());
        tokio::spawn(async move {
            door.serve(stream, peer, stage).await;
            drop(seat);
        });
    }
}

/// A peer that went away before it was accepted is no news.
fn tell(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    if !matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted) {
        tracing::error!(error = %error, "connection not accepted");
    }
}

impl<E: Endpoint<Output = Response> + 'static> Door<E> {
    async fn serve(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, stage: watch::Receiver<Stage>) {
        // Answers go out at once; a socket that refuses the option still works.
        let _ = stream.set_nodelay(true);
        let Some(acceptor) = &self.acceptor else {
            return self.serve_http1(stream, peer, Scheme::HTTP, None, stage).await;
        };
        let Ok(Ok(stream)) = timeout(self.deadlines.head, acceptor.accept(stream)).await else { return };
        let (_, session) = stream.get_ref();
        let certificate = session.peer_certificates().and_then(peer_certificate);
        if session.alpn_protocol() == Some(b"h2") {
            self.serve_http2(stream, peer, certificate, stage).await;
        } else {
            self.serve_http1(stream, peer, Scheme::HTTPS, certificate, stage).await;
        }
    }

    async fn serve_http1<S>(
        &self,
        stream: S,
        peer: SocketAddr,
        scheme: Scheme,
        certificate: Option<PeerCertificate>,
        stage: watch::Receiver<Stage>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stream = Paced::new(stream, self.deadlines.head, STUCK_WRITE).watching_heads();
        let pace = stream.pace();
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.deadlines.idle + self.deadlines.head)
            .max_header_size(MOST_HEAD_BYTES)
            .max_buf_size(4 * MOST_HEAD_BYTES)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(|request| {
                    let request = self.request(request, &pace, peer, &scheme, certificate.as_ref());
                    async {
                        let answer = self.answer(request).await;
                        pace.request_ends();
                        answer
                    }
                }),
            );
        // Between two requests hyper itself is the one that waits no longer.
        run(connection, http1::Connection::graceful_shutdown, stage, pending()).await;
    }

    async fn serve_http2<S>(
        self: &Arc<Self>,
        stream: S,
        peer: SocketAddr,
        certificate: Option<PeerCertificate>,
        stage: watch::Receiver<Stage>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stream = Paced::new(stream, self.deadlines.head, STUCK_WRITE);
        let pace = stream.pace();
        let at_work = Arc::new(watch::Sender::new(0));
        let idle = idle(at_work.subscribe(), self.deadlines.idle);
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(10))
            .max_header_list_size(MOST_HEAD_BYTES as u32)
            .max_concurrent_streams(100)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(|request| {
                    let request = self.request(request, &pace, peer, &Scheme::HTTPS, certificate.as_ref());
                    let (door, counted) = (Arc::clone(self), AtWork::one(&at_work));
                    async move {
                        let answer = door.answer(request).await;
                        drop(counted);
                        answer
                    }
                }),
            );
        run(connection, http2::Connection::graceful_shutdown, stage, idle).await;
    }

    fn request(
        &self,
        mut request: hyper::Request<Incoming>,
        pace: &Pace,
        peer: SocketAddr,
        scheme: &Scheme,
        certificate: Option<&PeerCertificate>,
    ) -> Request {
        if pace.request_begins() {
            request.extensions_mut().insert(Ambiguous);
        }
        if let Some(certificate) = certificate {
            request.extensions_mut().insert(certificate.clone());
        }
        let local = LocalAddr(Addr::SocketAddr(self.local));
        Request::from((request, local, RemoteAddr(Addr::SocketAddr(peer)), scheme.clone()))
    }

    async fn answer(&self, request: Request) -> Result<hyper::Response<BoxBody<Bytes, io::Error>>, Infallible> {
        Ok(self.endpoint.get_response(request).await.into())
    }
}

/// Read once a connection; the handshake let none in that cannot be read.
fn peer_certificate(chain: &[CertificateDer<'_>]) -> Option<PeerCertificate> {
    let (first, rest) = chain.split_first()?;
    let rest = rest.iter().map(|certificate| certificate.to_vec()).collect();
    Certificate::read(first, rest).ok().map(|certificate| PeerCertificate(Arc::new(certificate)))
}

/// Requests of one connection that are being answered.
struct AtWork(Arc<watch::Sender<usize>>);

impl AtWork {
    fn one(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(Arc::clone(count))
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Over once nothing was asked for as long as `limit`: an HTTP/2 connection has no such end of its own.
async fn idle(mut at_work: watch::Receiver<usize>, limit: Duration) {
    while at_work.wait_for(|count| *count == 0).await.is_ok() {
        match timeout(limit, at_work.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}

/// Runs one connection to its end, or to the server's, or until it is idle.
async fn run<C>(
    connection: C,
    wind_down: impl Fn(Pin<&mut C>),
    mut stage: watch::Receiver<Stage>,
    idle: impl Future<Output = ()>,
) where
    C: Future<Output = hyper::Result<()>>,
{
    let mut connection = std::pin::pin!(connection);
    let is_idle = tokio::select! {
        // How a connection ends is its peer's affair; requests are logged on their own.
        _ = connection.as_mut() => return,
        _ = stage.wait_for(|s| *s != Stage::Serving) => false,
        () = idle => true,
    };
    wind_down(connection.as_mut());
    if is_idle {
        // A peer that is gone says no goodbye.
        let _ = timeout(FAREWELL, connection).await;
        return;
    }
    tokio::select! {
        _ = connection => {}
        _ = stage.wait_for(|s| *s == Stage::Over) => {}
    }
}

#[cfg(test)]
mod tests;
