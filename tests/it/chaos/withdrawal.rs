//! A withdrawal under load (WALLET.md §21, R1): once it is acknowledged, no door of any node tells anything more.

use crate::support::server::Backend;
use crate::support::server::Server;
use crate::support::withdrawal::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s21_r1_nothing_is_told_on_any_node_once_a_withdrawal_is_acknowledged() {
    let server = Server::start().await;
    let second = match Backend::chosen() {
        Backend::Embedded => None,
        Backend::Scale => Some(server.beside().await),
    };
    let nodes: Vec<&Server> = std::iter::once(&server).chain(&second).collect();
    let mut scene = Scene::open(&nodes, 4).await;
    let report = scene.run(2, 8).await;
    assert_eq!(report.leaks, Vec::<String>::new());
    assert_eq!(report.early, Vec::<String>::new());
    assert_eq!(report.failed, Vec::<String>::new());
    // Each door of each node was read before and after each of them at the least.
    let doors = nodes.len() * 6;
    assert!(report.told >= 4 * doors && report.after >= 8 * doors, "{report:?}");
}
