//! From a withdrawal to refusal, on every node, while everything is read (WALLET.md §21, R1).

use crate::plan::Plan;
use crate::support::server::Backend;
use crate::support::server::Server;
use crate::support::server::Stores;
use crate::support::withdrawal::Scene;

/// How many people, how often each withdraws, and how many read meanwhile.
const PEOPLE: usize = 20;
const ROUNDS: usize = 10;
const READERS: usize = 16;

pub async fn measure(plan: &Plan, backend: Backend) {
    let server = Server::on(Stores::new(backend).await, &[("SW__LOG__FORMAT", "json")]).await;
    let second = match backend {
        Backend::Embedded => None,
        Backend::Scale => Some(server.beside().await),
    };
    let nodes: Vec<&Server> = std::iter::once(&server).chain(&second).collect();
    let (people, rounds) = if plan.is_quick { (6, 2) } else { (PEOPLE, ROUNDS) };
    let mut scene = Scene::open(&nodes, people).await;
    let quiet = scene.run(2, 0).await;
    let loaded = scene.run(rounds, READERS).await;
    println!("\nwithdrawal, {} node(s), {READERS} readers at six doors of each without a break", nodes.len());
    let (p50, p99) = (quiet.withdrawal_ms(0.5), quiet.withdrawal_ms(0.99));
    println!("{:>6} withdrawals without load:  p50 {p50:.1} ms, p99 {p99:.1} ms (yardstick)", quiet.withdrawals.len());
    let (under50, under99) = (loaded.withdrawal_ms(0.5), loaded.withdrawal_ms(0.99));
    println!(
        "{:>6} withdrawals under load:    p50 {under50:.1} ms (× {:.1}), p99 {under99:.1} ms (× {:.1})",
        loaded.withdrawals.len(),
        under50 / p50,
        under99 / p99
    );
    println!(
        "{:>6} reads, {:.0} each second: {} told, {} without an answer, {} wrong",
        loaded.reads,
        loaded.reads as f64 / loaded.elapsed.as_secs_f64(),
        loaded.told,
        loaded.away,
        loaded.failed.len() + loaded.early.len()
    );
    println!(
        "{:>6} of them began after the acknowledgement of the withdrawal: {} told anything",
        loaded.after,
        loaded.leaks.len()
    );
    for wrong in loaded.leaks.iter().chain(&loaded.early).chain(&loaded.failed).take(10) {
        println!("       {wrong}");
    }
}
