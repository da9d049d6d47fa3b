//! What a wallet costs beyond the protocol: reads with their record, photos and videos, activity, withdrawal, memory.
//!
//! `cargo bench --bench wallet` prints a section for each part and set of stores, each figure beside a yardstick of the
//! same run. Flags, after `--`: those of the bench `provider`, and `--parts` with names of parts, separated by commas:
//! `reads`, `files`, `photos`, `activity`, `changes`, `withdrawal`, `memory`.
#![allow(clippy::disallowed_methods, reason = "benches read the environment and the clock; the product does not")]

mod activity;
mod cpu;
mod feed;
mod files;
#[allow(dead_code, reason = "this bench uses a part of it")]
mod house;
mod load;
mod memory;
mod photos;
mod plan;
mod reads;
#[path = "../tests/it/support/mod.rs"]
mod support;
mod table;
mod withdrawal;
mod yardstick;

use crate::plan::Plan;
use crate::plan::yardsticks;

/// As in the product, so that the yardstick allocates as it does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Ok(address) = std::env::var(yardstick::LISTEN) {
        return runtime.block_on(yardstick::serve(&address));
    }
    runtime.block_on(measure(&Plan::read()));
}

async fn measure(plan: &Plan) {
    let stores = plan.stores();
    let yardsticks = yardsticks(plan).await;
    for (backend, name) in stores {
        println!("\n{name}");
        if plan.wants("reads") {
            reads::measure(plan, backend, &yardsticks).await;
        }
        if plan.wants("files") {
            files::measure(plan, backend).await;
        }
        if plan.wants("photos") {
            photos::measure(plan, backend).await;
        }
        if plan.wants("activity") {
            activity::measure(plan, backend).await;
        }
        if plan.wants("changes") {
            feed::measure(plan, backend, &yardsticks).await;
        }
        if plan.wants("withdrawal") {
            withdrawal::measure(plan, backend).await;
        }
        if plan.wants("memory") {
            photos::memory(backend).await;
        }
    }
}

/// The sorted values' middle and their 99th hundredth.
pub fn quantiles(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |part: f64| {
        let index = ((values.len() as f64 * part) as usize).min(values.len().saturating_sub(1));
        values.get(index).copied().unwrap_or_default()
    };
    (at(0.5), at(0.99))
}
