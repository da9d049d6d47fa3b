//! What the provider costs: `cargo bench` prints one table for each set of stores.
//!
//! Flags, after `--`: `--only embedded|scale`, `--seconds N` for each cell, `--quick` (one second, concurrency 16).
//! Processor time is that of the server and its stores; the load runs on the same machine and is not counted, but
//! takes its share of the cores, so operations per second are those of a machine that also plays its own clients.
#![allow(clippy::disallowed_methods, reason = "benches read the environment and the clock; the product does not")]

mod cpu;
mod fapi2;
mod house;
mod load;
mod plan;
#[path = "../tests/it/support/mod.rs"]
mod support;
mod table;
mod yardstick;

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use crate::fapi2::Fapi2;
use crate::house::Codes;
use crate::house::House;
use crate::house::SignIn;
use crate::house::Tokens;
use crate::house::Trip;
use crate::load::Line;
use crate::load::Stage;
use crate::load::request;
use crate::plan::Plan;
use crate::plan::row;
use crate::plan::yardsticks;
use crate::support::server::Backend;
use crate::table::Row;

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
        let measured = house(plan, backend).await;
        println!("\n{name}");
        println!("ready on existing data in {:.0} ms (aim 150)", measured.ready_ms);
        println!(
            "resident memory {:.1} MB idle (aim 25), {:.1} MB after the load",
            measured.idle_mb, measured.after_mb
        );
        let rows: Vec<_> = yardsticks.iter().cloned().chain(measured.rows).collect();
        table::print(&rows, &yardsticks[1]);
    }
}

struct Measured {
    ready_ms: f64,
    idle_mb: f64,
    after_mb: f64,
    rows: Vec<Row>,
}

async fn house(plan: &Plan, backend: Backend) -> Measured {
    let house = House::open(backend).await;
    let mut ready = Vec::new();
    for _ in 0..5 {
        ready.push(restart(&house).await);
    }
    ready.sort_by(f64::total_cmp);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle_mb = cpu::resident_mb(house.server.pid());
    let house = Arc::new(house);
    let rows = rows(plan, &house).await;
    Measured { ready_ms: ready[2], idle_mb, after_mb: cpu::resident_mb(house.server.pid()), rows }
}

/// Milliseconds from the start of the program until it says that it is ready.
async fn restart(house: &House) -> f64 {
    house.server.stop();
    let operations = house.server.operations.trim_start_matches("http://");
    let ask = request(operations, "GET /health/ready", &[], None);
    let begun = Instant::now();
    house.server.restart_unready();
    while begun.elapsed() < Duration::from_secs(30) {
        if let Ok(mut line) = Line::to(operations).await
            && line.send(&ask).await.is_ok_and(|reply| reply.status == 200)
        {
            return begun.elapsed().as_secs_f64() * 1e3;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("not ready within 30 s; it said:\n{}", house.server.log());
}

async fn rows(plan: &Plan, house: &Arc<House>) -> Vec<Row> {
    let stage = Stage { address: house.address(), family: house.family(), time: plan.time };
    let jwks = house.platform.endpoint("jwks_uri")[house.platform.issuer.len()..].to_owned();
    let own = [("grant_type", "client_credentials")];
    let (codes, tokens) = (Codes::default(), Tokens::default());

    let mut rows = vec![
        row("discovery", None, plan, &stage, async |_| house.get("/.well-known/openid-configuration")).await,
        row("JWKS", None, plan, &stage, async |_| house.get(&jwks)).await,
        row("client_credentials", Some(1.3), plan, &stage, async |_| house.post("token_endpoint", &own)).await,
        row("authorize, live session", None, plan, &stage, async |n| house.authorize(n, &codes)).await,
        row("code exchange", None, plan, &stage, async |_| house.exchange(&codes, &tokens)).await,
    ];
    let trip = async |n| Trip(house.authorize(n, &Codes::default()), house.exchange(&codes, &tokens));
    rows.push(row("authorize + exchange", Some(5.0), plan, &stage, trip).await);

    let plain = async |n| SignIn(house.authorize(n, &Codes::default()), house.exchange(&codes, &tokens));
    rows.push(row("sign-in to the claims", None, plan, &stage, plain).await);
    let fapi2 = Arc::new(Fapi2::open(&house.server).await);
    rows.push(row("the same by FAPI 2.0", None, plan, &stage, async |n| fapi2.sign_in(n)).await);

    let pairs = tokens.lock().expect("not poisoned").split_off(0);
    let pair = |n: usize| &pairs[n * (pairs.len() / 64).max(1) % pairs.len()];
    let userinfo = async |n: usize| house.userinfo(&pair(n).0);
    let introspect = async |n: usize| house.post("introspection_endpoint", &[("token", &pair(n).0)]);
    rows.push(row("UserInfo, with record", Some(1.6), plan, &stage, userinfo).await);
    rows.push(row("introspection", Some(1.1), plan, &stage, introspect).await);
    // Every family is refreshed by one connection alone, and each concurrency has families of its own.
    let unused = std::cell::Cell::new(pairs.len());
    let refresh = async |_| {
        unused.set(unused.get().checked_sub(1).expect("a family for each connection"));
        house.refresh(pairs[unused.get()].1.clone())
    };
    rows.push(row("refresh", Some(2.6), plan, &stage, refresh).await);
    rows.push(row("password sign-in", None, plan, &stage, async |_| house.sign_in().await).await);
    rows
}
