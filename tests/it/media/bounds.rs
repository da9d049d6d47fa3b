//! A worker that takes too long, or is ended: its upload is refused, and the house goes on.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::files::jpeg;
use crate::support::bad_files::deflate_bomb;
use crate::support::eventually;
use crate::support::hand::Hand;
use crate::support::server::Server;

/// The worker that a server has started, if one is at work.
fn worker_of(server: &Server) -> Option<Pid> {
    fs::read_dir("/proc").expect("processes").flatten().find_map(|entry| {
        let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let parent: u32 = stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?;
        let command = fs::read(entry.path().join("cmdline")).ok()?;
        let is_worker = parent == server.pid() && command.ends_with(b"\0media-worker\0");
        Pid::from_raw(pid).filter(|_| is_worker)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s13_3_what_takes_too_long_is_refused_and_its_worker_ended() {
    let server = Server::with(&[("SW__MEDIA__WORKER_TIME", "1s")]).await;
    let hand = Hand::of(&server).await;
    let id = hand.upload(&deflate_bomb()).await;
    assert_eq!(hand.settled(&id).await, ("rejected".to_owned(), Value::from("decode")));
    eventually("no worker is left", Duration::from_secs(5), async || worker_of(&server).is_none().then_some(())).await;
    let work = server.stores.data.join("work");
    eventually("nor anything of what it had", Duration::from_secs(5), async || {
        (fs::read_dir(&work).map_or(0, Iterator::count) == 0).then_some(())
    })
    .await;
    let small = hand.upload(&jpeg(40, 30)).await;
    hand.ready(&small).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s13_3_a_worker_that_falls_over_costs_its_upload_alone() {
    let server = Server::start().await;
    let hand = Hand::of(&server).await;
    let id = hand.upload(&deflate_bomb()).await;
    let worker = eventually("a worker", Duration::from_secs(20), async || worker_of(&server)).await;
    let limits = fs::read_to_string(format!("/proc/{}/limits", worker.as_raw_nonzero())).expect("its limits");
    let bound = |name: &str| limits.lines().find(|line| line.starts_with(name)).map(str::to_owned).unwrap_or_default();
    let environment = fs::read(format!("/proc/{}/environ", worker.as_raw_nonzero())).expect("its environment");
    assert!(environment.is_empty(), "it knows nothing of the settings");
    eventually("it has bound itself", Duration::from_secs(5), async || {
        let limits = fs::read_to_string(format!("/proc/{}/limits", worker.as_raw_nonzero())).ok()?;
        limits.lines().any(|line| line.starts_with("Max address space") && line.contains("2147483648")).then_some(())
    })
    .await;
    assert!(bound("Max open files").contains("files"), "{limits}");
    kill_process(worker, Signal::KILL).expect("a process");
    assert_eq!(hand.settled(&id).await, ("rejected".to_owned(), Value::from("decode")));
    let small = hand.upload(&jpeg(40, 30)).await;
    hand.ready(&small).await;
}
