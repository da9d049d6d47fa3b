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
    /// Answers whether one on this connection was framed twice, by Content-Length and by Transfer-Encoding (RFC 9112
    /// §6.3): what hyper drops silently, and what smuggles a request past a proxy. Nothing on it is believed then, since
    /// where its requests end is in doubt.
    pub fn request_begins(&self) -> bool {
        self.stage.store(BUSY, Ordering::Relaxed);
        self.is_ambiguous.load(Ordering::Relaxed)
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
    /// Where requests are lines of text (HTTP/1).
    heads: Option<Heads>,
}

impl<S> Paced<S> {
    /// The first request is awaited from now on.
    pub fn new(stream: S, head: Duration, write: Duration) -> Self {
        let pace = Pace { stage: AtomicU8::new(HEAD), is_ambiguous: AtomicBool::new(false) };
        Self { stream, pace: Arc::new(pace), head, write, head_by: None, write_by: None, heads: None }
    }

    /// Looks for heads that are framed twice.
    pub fn watching_heads(self) -> Self {
        Self { heads: Some(Heads::default()), ..self }
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
            }
            if this.heads.as_mut().is_some_and(|heads| heads.are_ambiguous_with(fresh)) {
                this.pace.is_ambiguous.store(true, Ordering::Relaxed);
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

/// The lines of all that arrives, in whatever pieces: a head may come in many reads, and many requests in one.
///
/// Bodies are looked at too, since only hyper knows where they end. One that has both lines in a row, as no form and no
/// JSON has, costs its sender the connection.
#[derive(Default)]
struct Heads {
    /// How the line begins that is not over yet; no longer than the longest name.
    line: Vec<u8>,
    by_length: bool,
    by_encoding: bool,
}

const BY_LENGTH: &[u8] = b"content-length:";
const BY_ENCODING: &[u8] = b"transfer-encoding:";

impl Heads {
    /// Whether a head has both ways of telling the length of a body, now that `bytes` have arrived.
    fn are_ambiguous_with(&mut self, bytes: &[u8]) -> bool {
        let mut are_ambiguous = false;
        let mut lines = bytes.split(|b| *b == b'\n');
        let last = lines.next_back().unwrap_or_default();
        for line in lines {
            self.go_on(line);
            self.end();
            are_ambiguous |= self.by_length && self.by_encoding;
        }
        self.go_on(last);
        are_ambiguous
    }

    fn go_on(&mut self, piece: &[u8]) {
        let room = BY_ENCODING.len() - self.line.len();
        self.line.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    fn end(&mut self) {
        match self.line.first() {
            // An empty line: what follows is a body, or another head.
            None => (self.by_length, self.by_encoding) = (false, false),
            Some(b'\r') if self.line.len() == 1 => (self.by_length, self.by_encoding) = (false, false),
            Some(b'c' | b'C') => self.by_length |= is_named(&self.line, BY_LENGTH),
            Some(b't' | b'T') => self.by_encoding |= is_named(&self.line, BY_ENCODING),
            Some(_) => {}
        }
        self.line.clear();
    }
}

fn is_named(line: &[u8], name: &[u8]) -> bool {
    line.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_ambiguous(bytes: &[u8], piece: usize) -> bool {
        let mut heads = Heads::default();
        bytes.chunks(piece).fold(false, |found, piece| found | heads.are_ambiguous_with(piece))
    }

    #[test]
    fn rfc9112_s6_3_two_lengths() {
        let both = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\ncontent-length: 3\r\n\r\n";
        let second = [&b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..], both].concat();
        let after_a_body = [&b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b"[..], both].concat();
        let bare = b"POST / HTTP/1.1\nCONTENT-LENGTH:3\nTRANSFER-ENCODING:chunked\n\n";
        for bytes in [&both[..], &second, &after_a_body, bare] {
            for piece in 1..=bytes.len() {
                assert!(are_ambiguous(bytes, piece), "in pieces of {piece}");
            }
        }
        for one in [
            &b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nTransfer-Encoding: x\r\n"[..],
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Lengthy: 3\r\nX: Content-Length: 3\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na=bPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"",
            b"\n",
        ] {
            for piece in 1..=one.len().max(1) {
                assert!(!are_ambiguous(one, piece), "in pieces of {piece}");
            }
        }
    }
}
