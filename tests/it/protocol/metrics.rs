//! EXPERIENCE.md §2: what a collector reads from the second listener.

use social_wallet::metrics::METRICS;

use crate::media::files::jpeg;
use crate::reach;
use crate::rights::deletion;
use crate::support::hand::Hand;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Method, NewClient, Platform, http, now};
use crate::support::server::{Server, setting};

use super::oidc_core_userinfo::stop_sharing;

/// Every metric moves when that happens which it counts.
#[tokio::test(flavor = "multi_thread")]
async fn every_metric_counts_what_it_says() {
    let settings = [
        (setting::LIMITS, "true"),
        ("SW__LIMITS__INTROSPECT", "1/min burst 1"),
        ("SW__MAIL__HOOK_SECRET", reach::SECRET),
        ("SW__SMS__GUARD_SENDS", "1"),
    ];
    let server = Server::with(&settings).await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(&server).await;
    person.elsewhere().sign_in().await;
    let page = person.visit("/account/contacts").await.page();
    for number in ["+4915112345678", "+4915112345679"] {
        person.submit(&page, &page.form("phone").fill("phone", number)).await;
    }
    let back = serde_json::json!({ "event": "soft_bounce", "recipient": person.email });
    assert_eq!(reach::call(&server, "/hooks/mail", reach::SECRET, now(), &back).await.status, 204);
    let attempt = platform.attempt("openid email");
    let tokens = platform.sign_in_with(&mut person, attempt, &Answers::only(&["email"])).await;
    platform.userinfo(&tokens.access).await;
    platform.introspect(&tokens.access).await;
    platform.introspect(&tokens.access).await.must_refuse(429, "temporarily_unavailable");
    stop_sharing(&mut person).await;
    let email = person.email.clone();
    let hand = Hand::with(&server, person).await;
    let photo = hand.upload(&jpeg(40, 30)).await;
    hand.ready(&photo).await;

    let mut leaving = Person::signed_up(&server).await;
    deletion::ask(&mut leaving, "now").await;

    // These are about a gateway to phones (`reach::reports`), about clients that hear of changes (`signals::story`), about
    // Redis, about jobs that wait and about what nobody needs any more: here is none of them, or it is not sure.
    let quiet = [
        "sw_sms_reports_total",
        "sw_webhooks_total",
        "sw_ssf_events_total",
        "sw_rate_limit_local_total",
        "sw_job_queue_depth",
        "sw_job_oldest_age_seconds",
        "sw_retention_deleted_total",
    ];
    let mut scraped = String::new();
    let missing = async |scraped: &mut String| {
        *scraped = Answer::of(http().get(format!("{}/metrics", server.operations))).await.text();
        let is_there = |name: &str| scraped.lines().any(|line| line.starts_with(name) && !line.ends_with(" 0"));
        let rows = METRICS.iter().filter(|metric| !quiet.contains(&metric.name) && !is_there(metric.name));
        rows.map(|metric| metric.name).collect::<Vec<_>>()
    };
    for _ in 0..40 {
        if missing(&mut scraped).await.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    assert_eq!(missing(&mut scraped).await, Vec::<&str>::new(), "in\n{scraped}");
    for (name, labels) in [
        ("sw_auth_attempts_total", r#"method="password",outcome="ok""#),
        ("sw_authorize_total", r#"outcome="approved""#),
        ("sw_consent_total", r#"decision="allow",reason="new_client""#),
        ("sw_token_requests_total", r#"grant="authorization_code",outcome="ok""#),
        ("sw_data_reads_total", r#"kind="userinfo",outcome="ok""#),
        ("sw_revocations_total", r#"by="person""#),
        ("sw_media_scans_total", r#"outcome="clean""#),
        ("sw_rate_limited_total", r#"rule="introspect""#),
        ("http_server_request_duration_seconds_count", r#"route="/token""#),
    ] {
        assert!(
            scraped.lines().any(|line| line.starts_with(name) && line.contains(labels)),
            "{name} {labels} in\n{scraped}"
        );
    }
    assert!(!scraped.contains(&email) && !scraped.contains(&platform.client.id), "labels name nobody");
}
