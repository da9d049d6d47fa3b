//! The real parts a wallet runs on, each in a temporary folder on a loopback port.
//!
//! `shared()` gives the one that lives as long as the test process: every test takes its own database or number of
//! it. `start()` gives a private one, for tests that freeze or kill it. All of them end with the test process.

pub mod clamd;
pub mod folder;
pub mod postgres;
pub mod process;
pub mod redis;
pub mod s3;
pub mod smtp;
pub mod wire;

pub use folder::Folder;
pub use postgres::Postgres;
pub use process::Process;
pub use redis::Redis;
pub use s3::S3;
pub use smtp::Smtp;
pub use wire::Wire;

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Mutex;

/// A loopback port that was free a moment ago and that this process has not given out before.
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let port = listener.local_addr().expect("a bound address").port();
        if GIVEN.lock().expect("not poisoned").insert(port) {
            return port;
        }
    }
}
