//! R1: sharing is stopped while a platform reads as fast as it can, on every node.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::media::platforms::Shared;
use crate::protocol::oidc_core_userinfo::stop_sharing;
use crate::support::platform::{Answer, http};
use crate::support::server::{Backend, Server};

/// How many readers a door has at a node.
const READERS: usize = 2;

/// One reader: the status of every answer, and when it had asked.
async fn reads(url: String, token: Option<String>, is_over: Arc<AtomicBool>) -> Vec<(Instant, u16)> {
    let (http, mut seen) = (http(), Vec::new());
    while !is_over.load(Ordering::Relaxed) {
        let request = token.iter().fold(http.get(&url), |request, token| request.bearer_auth(token));
        let asked = Instant::now();
        seen.push((asked, Answer::of(request).await.status));
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_nothing_is_told_on_any_node_once_the_person_knows_that_it_ended() {
    let server = Server::start().await;
    let second = match Backend::chosen() {
        Backend::Scale => Some(server.beside().await),
        Backend::Embedded => None,
    };
    let mut shared = Shared::of(&server, &["a photo"]).await;
    let name = shared.names().await.remove(0);
    let link = shared.url(&name).await;
    let link = link.strip_prefix(&server.issuer).expect("an address of the house");
    let (is_over, mut readers) = (Arc::new(AtomicBool::new(false)), Vec::new());
    for node in [Some(&server), second.as_ref()].into_iter().flatten() {
        let content = format!("/wallet/v1/media/{name}/content");
        for (path, has_token) in [("/userinfo", true), ("/wallet/v1/media", true), (&content, true), (link, false)] {
            let token = has_token.then(|| shared.tokens.access.clone());
            for _ in 0..READERS {
                let url = format!("{}{path}", node.address);
                readers.push((path.to_owned(), tokio::spawn(reads(url, token.clone(), Arc::clone(&is_over)))));
            }
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop_sharing(&mut shared.person).await;
    let acknowledged = Instant::now();
    tokio::time::sleep(Duration::from_secs(1)).await;
    is_over.store(true, Ordering::Relaxed);
    for (path, reader) in readers {
        let seen = reader.await.expect("a reader");
        let (before, after): (Vec<_>, Vec<_>) = seen.into_iter().partition(|(asked, _)| *asked < acknowledged);
        assert!(before.iter().any(|(_, status)| *status == 200), "{path} was read: {before:?}");
        let refusal = if path == link { 410 } else { 401 };
        assert!(!after.is_empty() && after.iter().all(|(_, status)| *status == refusal), "{path}: {after:?}");
    }
}
