//! What the listeners speak (FAPI 1.0 Advanced §8.5, FAPI 2.0 SP §5.2.2, RFC 9325 §3.1 and §4.2). Said in bytes, because
//! no library at hand still speaks what must be refused.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::suite::Suite;

const TLS_1_0: u16 = 0x0301;
const TLS_1_1: u16 = 0x0302;
const TLS_1_2: u16 = 0x0303;
const TLS_1_3: u16 = 0x0304;

/// `TLS_ECDHE_RSA_WITH_AES_{128,256}_GCM_*`: all that both profiles allow a listener with an RSA key.
const ALLOWED: [u16; 2] = [0xc02f, 0xc030];

/// Weaker ones, and those that FAPI 1.0 does not list.
const REFUSED: &[(&str, u16)] = &[
    ("RSA AES128 CBC SHA", 0x002f),
    ("RSA AES256 CBC SHA", 0x0035),
    ("RSA AES128 CBC SHA256", 0x003c),
    ("RSA AES128 GCM", 0x009c),
    ("RSA AES256 GCM", 0x009d),
    ("RSA 3DES", 0x000a),
    ("RSA RC4", 0x0005),
    ("DHE RSA AES128 CBC SHA", 0x0033),
    ("DHE RSA CHACHA20", 0xccaa),
    ("ECDHE RSA AES128 CBC SHA", 0xc013),
    ("ECDHE RSA AES256 CBC SHA", 0xc014),
    ("ECDHE RSA AES128 CBC SHA256", 0xc027),
    ("ECDHE RSA AES256 CBC SHA384", 0xc028),
    ("ECDHE RSA CHACHA20", 0xcca8),
    ("ECDHE ECDSA CHACHA20", 0xcca9),
    ("ECDHE RSA NULL", 0xc010),
    ("DH anon AES128 GCM", 0x00a6),
];

/// Every listener of the house refuses what it must, and prefers TLS 1.3.
pub async fn must_be_strict(suite: &Suite) {
    let everything: Vec<u16> = ALLOWED.iter().copied().chain(REFUSED.iter().map(|(_, suite)| *suite)).collect();
    for port in suite.house.tls {
        for old in [TLS_1_0, TLS_1_1] {
            assert_eq!(offer(port, old, &everything).await, None, "{port}: version {old:04x}");
        }
        for allowed in ALLOWED {
            assert_eq!(offer(port, TLS_1_2, &[allowed]).await, Some((TLS_1_2, allowed)), "{port}: {allowed:04x}");
        }
        for (name, suite) in REFUSED {
            assert_eq!(offer(port, TLS_1_2, &[*suite]).await, None, "{port}: {name}");
        }
        let newest = [&[0x1301, 0x1302], &everything[..]].concat();
        let chosen = offer(port, TLS_1_3, &newest).await.map(|(version, _)| version);
        assert_eq!(chosen, Some(TLS_1_3), "{port}");
    }
}

/// The version and suite that a server chooses of an offer; nothing where it refuses.
async fn offer(port: u16, version: u16, suites: &[u16]) -> Option<(u16, u16)> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await.expect("a listener");
    socket.write_all(&client_hello(version, suites)).await.expect("it reads");
    let mut header = [0; 5];
    socket.read_exact(&mut header).await.ok()?;
    if header[0] != HANDSHAKE {
        return None;
    }
    let mut body = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    socket.read_exact(&mut body).await.ok()?;
    server_hello(&body)
}

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const SUPPORTED_VERSIONS: u16 = 43;

/// RFC 8446 §4.1.2, RFC 5246 §7.4.1.2.
fn client_hello(version: u16, suites: &[u16]) -> Vec<u8> {
    let numbers = |numbers: &[u16]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let mut extensions = Vec::new();
    let mut extend = |name: u16, data: Vec<u8>| {
        extensions.extend(name.to_be_bytes());
        extensions.extend(long(&data));
    };
    extend(10, long(&numbers(&[0x001d, 0x0017])));
    extend(11, vec![1, 0]);
    extend(13, long(&numbers(&[0x0804, 0x0805, 0x0401, 0x0501, 0x0403, 0x0201])));
    if version == TLS_1_3 {
        extend(SUPPORTED_VERSIONS, [&[4], &numbers(&[TLS_1_3, TLS_1_2])[..]].concat());
        let share = [&numbers(&[0x001d])[..], &long(&rand::random::<[u8; 32]>())].concat();
        extend(51, long(&share));
    }
    let mut hello = version.min(TLS_1_2).to_be_bytes().to_vec();
    hello.extend(rand::random::<[u8; 32]>());
    hello.push(0);
    hello.extend(long(&numbers(suites)));
    hello.extend([1, 0]);
    hello.extend(long(&extensions));
    let length = u32::try_from(hello.len()).expect("short").to_be_bytes();
    let message = [&[CLIENT_HELLO], &length[1..], &hello].concat();
    [&[HANDSHAKE], &TLS_1_0.to_be_bytes()[..], &long(&message)].concat()
}

/// With its length in two bytes before it.
fn long(data: &[u8]) -> Vec<u8> {
    [&u16::try_from(data.len()).expect("short").to_be_bytes()[..], data].concat()
}

/// RFC 8446 §4.1.3: the version is in an extension from 1.3 on.
fn server_hello(message: &[u8]) -> Option<(u16, u16)> {
    let two = |at: usize| Some(u16::from_be_bytes(message.get(at..at + 2)?.try_into().ok()?));
    if message.first() != Some(&SERVER_HELLO) {
        return None;
    }
    let session = usize::from(*message.get(38)?);
    let suite = two(39 + session)?;
    let mut at = 39 + session + 2 + 1 + 2;
    while let (Some(name), Some(length)) = (two(at), two(at + 2)) {
        if name == SUPPORTED_VERSIONS {
            return Some((two(at + 4)?, suite));
        }
        at += 4 + usize::from(length);
    }
    Some((two(4)?, suite))
}
