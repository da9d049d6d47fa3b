//! A connection that cannot be held open by doing nothing: deadlines for the head of a request and for stuck writes.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Between two requests.
const IDLE: u8 = 0;
/// The head of a request is awaited or has begun to arrive.
const HEAD: u8 = 1;
/// A request is being answered.
const BUSY: u8 = 2;

/// Where a connection is in its life; shared by the stream and by what answers its requests.
#[derive(Debug)]
pub struct Pace {
    stage: AtomicU8,
    is_ambiguous: AtomicBool,
}

impl Pace {
    /// The head of a request is complete.
    ///
    /// Answers whether it was framed twice, by Content-Length and by Transfer-Encoding (RFC 9112 §6.3): what hyper drops
    /// silently, and what smuggles a request past a proxy.
    pub fn request_begins(&self) -> bool {
        self.stage.store(BUSY, Ordering::Relaxed);
        self.is_ambiguous.swap(false, Ordering::Relaxed)
    }

    /// An HTTP/1 request was answered.
    pub fn request_ends(&self) {
        self.stage.store(IDLE, Ordering::Relaxed);
    }
}

/// A stream whose reads fail when a request's head takes longer than `head`, and whose writes fail when nothing could be
/// written for longer than `write`.
pub struct Paced<S> {
    stream: S,
    pace: Arc<Pace>,
    head: Duration,
    write: Duration,
    head_by: Option<Pin<Box<Sleep>>>,
    write_by: Option<Pin<Box<Sleep>>>,
}

impl<S> Paced<S> {
    /// The first request is awaited from now on.
    pub fn new(stream: S, head: Duration, write: Duration) -> Self {
        let pace = Pace { stage: AtomicU8::new(HEAD), is_ambiguous: AtomicBool::new(false) };
        Self { stream, pace: Arc::new(pace), head, write, head_by: None, write_by: None }
    }

    pub fn pace(&self) -> Arc<Pace> {
        Arc::clone(&self.pace)
    }
}

/// Ready once `length` has passed since it was first asked; the timer exists only while something waits.
fn is_over(timer: &mut Option<Pin<Box<Sleep>>>, length: Duration, cx: &mut Context<'_>) -> bool {
    timer.get_or_insert_with(|| Box::pin(sleep(length))).as_mut().poll(cx).is_ready()
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        if Pin::new(&mut this.stream).poll_read(cx, buf)?.is_ready() {
            let fresh = &buf.filled()[before..];
            if this.pace.stage.load(Ordering::Relaxed) != BUSY && !fresh.is_empty() {
                this.pace.stage.store(HEAD, Ordering::Relaxed);
                if is_framed_twice(fresh) {
                    this.pace.is_ambiguous.store(true, Ordering::Relaxed);
                }
            }
            return Poll::Ready(Ok(()));
        }
        if this.pace.stage.load(Ordering::Relaxed) != HEAD {
            this.head_by = None;
        } else if is_over(&mut this.head_by, this.head, cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl<S: AsyncWrite + Unpin> Paced<S> {
    fn within<T>(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let outcome = write(Pin::new(&mut self.stream), cx);
        if outcome.is_ready() {
            self.write_by = None;
        } else if is_over(&mut self.write_by, self.write, cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().within(cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().within(cx, |stream, cx| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().within(cx, |stream, cx| stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.within(cx, |stream, cx| stream.poll_shutdown(cx)))?;
        Poll::Ready(Ok(()))
    }
}

/// Whether the head in `bytes` has both ways of telling the length of a body.
fn is_framed_twice(bytes: &[u8]) -> bool {
    let (mut by_length, mut by_encoding) = (false, false);
    for line in bytes.split(|b| *b == b'\n').skip(1) {
        match line.first() {
            None | Some(b'\r') => break,
            Some(b'c' | b'C') => by_length |= is_named(line, b"content-length"),
            Some(b't' | b'T') => by_encoding |= is_named(line, b"transfer-encoding"),
            Some(_) => {}
        }
    }
    by_length && by_encoding
}

fn is_named(line: &[u8], name: &[u8]) -> bool {
    line.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name)) && line.get(name.len()) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9112_s6_3_two_lengths() {
        let both = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\ncontent-length: 3\r\n\r\n";
        assert!(is_framed_twice(both));
        for one in [
            &b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nTransfer-Encoding: x"[..],
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Lengthy: 3\r\n\r\n",
            b"",
            b"\n",
        ] {
            assert!(!is_framed_twice(one));
        }
    }
}
