//! A large video over a connection that is cut: gone on with, and the memory of the server stays where it was.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::support::films;
use crate::support::hand::Hand;
use crate::support::server::Server;

const PART: usize = 8 * 1024 * 1024;

/// A line of `/proc/{pid}/status`, in MiB.
fn memory(pid: u32, line: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let found = status.lines().find_map(|l| l.strip_prefix(line)).unwrap_or_else(|| panic!("no {line}"));
    found.trim_matches([':', ' ', '\t']).trim_end_matches(" kB").trim().parse::<usize>().expect("a number") / 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn issue4_done_3_200_mb_over_a_cut_connection_in_bounded_memory() {
    let server = Server::start().await;
    let hand = Hand::of(&server).await;
    let film = films::mp4(b"isom", 209_000_000);
    let sha256: String = Sha256::digest(&film).iter().map(|byte| format!("{byte:02x}")).collect();
    let wanted = json!({ "kind": "video", "file_name": "long.mp4", "size": film.len(), "sha256": sha256 });
    let begun = Instant::now();
    let created = hand.create(&wanted).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.json()["upload_id"].as_str().expect("an identifier").to_owned();
    let before = memory(server.pid(), "VmRSS");
    let parts: Vec<&[u8]> = film.chunks(PART).collect();
    for (at, part) in parts.iter().enumerate().take(10) {
        assert_eq!(hand.put(&id, at + 1, part.to_vec()).await.status, 200);
    }
    hand.cut(&id, 11, parts[10]);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let status = hand.status(&id).await;
    let missing: Vec<u64> = status["parts"]
        .as_array()
        .expect("parts")
        .iter()
        .filter(|part| part["etag"].is_null())
        .filter_map(|part| part["n"].as_u64())
        .collect();
    assert_eq!(missing, (11..=parts.len() as u64).collect::<Vec<_>>(), "half a part counts for nothing");
    for n in missing {
        let at = usize::try_from(n).expect("a number") - 1;
        assert_eq!(hand.put(&id, at + 1, parts[at].to_vec()).await.status, 200);
    }
    let sent = begun.elapsed();
    let done = hand.complete(&id).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let (state, reason) = hand.settled(&id).await;
    assert_eq!(state, "ready", "{reason}");
    let whole = hand.bytes(&id, "play").await;
    assert_eq!(whole.body.len(), film.len());
    let (after, peak) = (memory(server.pid(), "VmRSS"), memory(server.pid(), "VmHWM"));
    println!(
        "200 MB video: sent in {:.1} s, ready after {:.1} s; memory {before} MiB before, {after} MiB after, {peak} MiB at most",
        sent.as_secs_f64(),
        begun.elapsed().as_secs_f64()
    );
    assert!(peak < before + 100, "{before} MiB before, {peak} MiB at most");
}
