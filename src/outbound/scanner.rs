//! What looks at an upload before anything else does: the ClamAV daemon, or our own file check.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use crate::base::Fault;
use crate::config;

/// How long the daemon may take for a whole file; shorter than the claim of a job.
const LIMIT: Duration = Duration::from_secs(40);
const PING_LIMIT: Duration = Duration::from_secs(2);
/// The daemon takes a stream in pieces, each with its length before it.
const PIECE: usize = 64 * 1024;
/// The longest answer.
const MOST_ANSWER: u64 = 4096;
/// How much of the beginning and of the end the file check looks at.
const EDGE: usize = 64 * 1024;

/// What a scanner says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// It is known to do harm.
    Harmful,
    /// It holds a program, a script or an archive.
    Mixed,
}

/// Who looks.
#[derive(Debug, Clone)]
pub enum Scanner {
    /// The file check: no antivirus.
    Builtin,
    Clamd(Address),
}

/// Where the daemon listens.
#[derive(Debug, Clone)]
pub enum Address {
    Socket(String),
    Network(String),
}

/// A connection of either kind.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

impl Scanner {
    pub fn open(media: &config::Media) -> Self {
        match (&media.scanner, &media.clamd) {
            (config::Scanner::Clamd, Some(address)) if address.starts_with('/') => {
                Self::Clamd(Address::Socket(address.clone()))
            }
            (config::Scanner::Clamd, address) => Self::Clamd(Address::Network(address.clone().unwrap_or_default())),
            (config::Scanner::Builtin, _) => Self::Builtin,
        }
    }

    /// `file check` or `clamd`, for pages, logs and health.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Builtin => "file check",
            Self::Clamd(_) => "clamd",
        }
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// An unavailable fault when it does not.
    pub async fn ping(&self) -> Result<(), Fault> {
        let Self::Clamd(address) = self else { return Ok(()) };
        let answer = within(PING_LIMIT, async {
            let mut wire = connect(address).await?;
            wire.write_all(b"zPING\0").await?;
            answer(&mut *wire).await
        });
        if answer.await? == "PONG" { Ok(()) } else { Err(Fault::unavailable(ASK, "it does not say PONG")) }
    }

    /// Looks at a file.
    ///
    /// # Errors
    /// A fault of the file's; an unavailable one where the scanner does not answer, or not with a verdict: then nothing
    /// is known of the file.
    pub async fn scan(&self, file: impl Stream<Item = Result<Bytes, Fault>> + Send) -> Result<Verdict, Fault> {
        match self {
            Self::Builtin => check(file).await,
            Self::Clamd(address) => ask(address, file).await,
        }
    }
}

const ASK: &str = "ask the scanner";

async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> Result<T, Fault> {
    match tokio::time::timeout(limit, work).await {
        Ok(outcome) => outcome.map_err(|e| Fault::unavailable(ASK, e)),
        Err(elapsed) => Err(Fault::unavailable(ASK, elapsed)),
    }
}

async fn connect(address: &Address) -> io::Result<Box<dyn Wire>> {
    Ok(match address {
        Address::Socket(path) => Box::new(UnixStream::connect(path).await?),
        Address::Network(address) => Box::new(TcpStream::connect(address).await?),
    })
}

async fn answer(wire: &mut dyn Wire) -> io::Result<String> {
    let mut answer = Vec::new();
    wire.take(MOST_ANSWER).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).trim_end_matches(['\0', '\n']).to_owned())
}

/// `INSTREAM` (clamd(8)): pieces with their lengths, and a length of zero at the end.
async fn ask(address: &Address, file: impl Stream<Item = Result<Bytes, Fault>> + Send) -> Result<Verdict, Fault> {
    let mut broken = None;
    let said = within(LIMIT, async {
        let mut wire = connect(address).await?;
        wire.write_all(b"zINSTREAM\0").await?;
        let mut file = std::pin::pin!(file);
        while let Some(bytes) = file.next().await {
            let bytes = match bytes {
                Ok(bytes) => bytes,
                Err(fault) => {
                    broken = Some(fault);
                    return Ok(String::new());
                }
            };
            for piece in bytes.chunks(PIECE) {
                // It closes the stream when it has seen enough; then its answer tells.
                let sent = async {
                    wire.write_all(&(piece.len() as u32).to_be_bytes()).await?;
                    wire.write_all(piece).await
                };
                if sent.await.is_err() {
                    return answer(&mut *wire).await;
                }
            }
        }
        wire.write_all(&0_u32.to_be_bytes()).await?;
        wire.flush().await?;
        answer(&mut *wire).await
    })
    .await?;
    if let Some(fault) = broken {
        return Err(fault);
    }
    match said.as_str() {
        "stream: OK" => Ok(Verdict::Clean),
        said if said.ends_with(" FOUND") => Ok(Verdict::Harmful),
        said => Err(Fault::unavailable(ASK, format!("it says {said:?}"))),
    }
}

/// The test file of the antivirus industry, in two halves so that this program is not one itself.
const EICAR: [&[u8]; 2] = [b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"];

/// What no photo or video holds at its edges: each long enough that chance does not make it.
const FOREIGN: &[&[u8]] = &[
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe\0\0\0",
    b"This program cannot be run in DOS mode",
    b"%PDF-1.",
    b"<script",
    b"<?php",
    b"#!/bin/",
    b"#!/usr/bin/",
    b"\xfd7zXZ\0",
    b"ustar\x0000",
];

/// The file check.
async fn check(file: impl Stream<Item = Result<Bytes, Fault>> + Send) -> Result<Verdict, Fault> {
    let mut file = std::pin::pin!(file);
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    while let Some(bytes) = file.next().await {
        let bytes = bytes?;
        head.extend_from_slice(&bytes[..bytes.len().min(EDGE - head.len())]);
        tail.extend_from_slice(&bytes);
        let over = tail.len().saturating_sub(EDGE);
        tail.drain(..over);
    }
    Ok(look(&head).or_else(|| look(&tail)).unwrap_or(Verdict::Clean))
}

fn look(edge: &[u8]) -> Option<Verdict> {
    let has = |what: &[u8]| edge.windows(what.len()).any(|w| w == what);
    if has(&EICAR.concat()) {
        return Some(Verdict::Harmful);
    }
    FOREIGN.iter().any(|foreign| has(foreign)).then_some(Verdict::Mixed)
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn verdict(pieces: &[&[u8]]) -> Verdict {
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(Scanner::Builtin.scan(stream::iter(pieces))).unwrap()
    }

    #[test]
    fn wallet_s13_5_the_file_check_looks_at_both_edges() {
        let (middle, edge) = (vec![7; 3 * EDGE], vec![0; EDGE]);
        assert_eq!(verdict(&[b"\xff\xd8\xff", &middle]), Verdict::Clean);
        assert_eq!(verdict(&[]), Verdict::Clean);
        assert_eq!(verdict(&[b"GIF89a", &EICAR.concat(), &middle]), Verdict::Harmful);
        assert_eq!(verdict(&[&middle, &EICAR.concat()[..20], &EICAR.concat()[20..]]), Verdict::Harmful);
        assert_eq!(verdict(&[b"\xff\xd8\xff", &middle, b"PK\x03\x04"]), Verdict::Mixed);
        assert_eq!(verdict(&[b"GIF89a/*", b"<script>alert(1)</script>"]), Verdict::Mixed);
        assert_eq!(verdict(&[&edge, b"PK\x03\x04", &middle]), Verdict::Clean, "neither edge");
    }
}
