//! Limits that two nodes share through Redis, and what is left of them while it is away.

use std::time::{Duration, Instant};

use social_wallet::app::App;
use social_wallet::base::{Clock, Random, Secret, Time};
use social_wallet::config::Config;
use social_wallet::risk::limits;
use social_wallet::store::ephemeral::Counted;

use crate::support::eventually;
use crate::support::parts::{Folder, Redis};

/// Two nodes over one Redis, with a clock that stands still, so that nothing but Redis gives calls back.
async fn nodes(url: Option<&str>, rates: impl Fn(&mut Config)) -> ([App; 2], [Folder; 2]) {
    let folders = [Folder::new("limits"), Folder::new("limits")];
    let mut apps = Vec::new();
    for folder in &folders {
        let mut config = Config::default();
        config.data.dir = folder.path().to_owned();
        config.redis.url = url.map(|url| Secret::new(url.to_owned()));
        rates(&mut config);
        let clock = Clock::fixed(Time::from_unix(1_795_000_000));
        apps.push(App::start_with(config, clock, Random::Os).await.expect("a node starts"));
    }
    (apps.try_into().unwrap_or_else(|_| unreachable!("two folders")), folders)
}

/// How many of so many calls, by both nodes at once, are let through.
async fn let_through(nodes: &[App], calls: usize, name: &'static str, key: &'static str) -> usize {
    let callers: Vec<_> = (0..calls)
        .map(|n| {
            let app = nodes[n % nodes.len()].clone();
            tokio::spawn(async move { limits::check(&app, name, key).await.is_ok() })
        })
        .collect();
    let mut through = 0;
    for caller in callers {
        through += usize::from(caller.await.expect("no panic"));
    }
    through
}

fn counted(app: &App, line: &str) -> usize {
    let numbers = app.metrics.render();
    numbers.lines().find_map(|l| l.strip_prefix(line)?.trim().parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn low_limits_are_exact_over_all_nodes() {
    let url = Redis::shared().await.database();
    let (nodes, _folders) = nodes(Some(&url), |config| config.limits.sign_in = "1/h burst 5".parse().unwrap()).await;
    assert_eq!(let_through(&nodes, 40, "sign_in", "203.0.113.9").await, 5);
    assert_eq!(let_through(&nodes, 40, "sign_in", "203.0.113.10").await, 5, "another key");
    let refused = nodes.iter().map(|app| counted(app, "sw_rate_limited_total{rule=\"sign_in\"}")).sum::<usize>();
    assert_eq!(refused, 70);
    let refusal = limits::check(&nodes[0], "sign_in", "203.0.113.9").await;
    assert!(format!("{refusal:?}").contains("retry_after: Seconds(3600)"), "{refusal:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn high_limits_are_shared_a_few_calls_at_a_time() {
    let url = Redis::shared().await.database();
    let (nodes, _folders) = nodes(Some(&url), |config| config.limits.token = "100/h burst 100".parse().unwrap()).await;
    let through = let_through(&nodes, 400, "token", "cli_x").await;
    assert!((90..=101).contains(&through), "{through}");
    // One call takes a lease of five; four more cost Redis nothing.
    limits::check(&nodes[0], "token", "cli_y").await.expect("the first call");
    let rate = nodes[1].config.limits.token;
    let rest = nodes[1].ephemeral.count("token", "cli_y", rate, 100).await.expect("Redis answers");
    assert_eq!(rest, Counted::Granted(95), "what the other node can still have");
    for _ in 0..4 {
        limits::check(&nodes[0], "token", "cli_y").await.expect("a leased call");
    }
    assert!(limits::check(&nodes[0], "token", "cli_y").await.is_err(), "the lease is used up");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_each_node_counts_by_itself() {
    let (nodes, _folders) = nodes(None, |config| config.limits.sign_in = "1/h burst 5".parse().unwrap()).await;
    assert_eq!(let_through(&nodes, 40, "sign_in", "203.0.113.9").await, 10);
    assert_eq!(counted(&nodes[0], "sw_rate_limit_local_total{rule=\"sign_in\"}"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_redis_is_away_each_node_goes_by_its_own_count() {
    let redis = Redis::start().await;
    let rates = |config: &mut Config| {
        config.limits.sign_in = "1/h burst 5".parse().unwrap();
        config.limits.token = "100/h burst 1000".parse().unwrap();
    };
    let (nodes, _folders) = nodes(Some(&redis.database()), rates).await;
    assert!(let_through(&nodes, 2, "token", "cli_warm").await == 2);

    redis.freeze();
    let begun = Instant::now();
    assert_eq!(let_through(&nodes, 40, "sign_in", "203.0.113.9").await, 10, "five a node: never unlimited");
    assert!(begun.elapsed() < Duration::from_secs(1), "nobody waits for long: {:?}", begun.elapsed());
    let begun = Instant::now();
    for n in 0..200 {
        let key = format!("cli_{n}");
        limits::check(&nodes[0], "token", &key).await.expect("let through");
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "and most not at all: {:?}", begun.elapsed());
    assert!(counted(&nodes[0], "sw_rate_limit_local_total{rule=\"token\"}") >= 200);

    redis.thaw();
    eventually("the limit is shared again", Duration::from_secs(10), async || {
        let key = Box::leak(Random::Os.token(9).into_boxed_str());
        (let_through(&nodes, 40, "sign_in", key).await == 5).then_some(())
    })
    .await;
}
