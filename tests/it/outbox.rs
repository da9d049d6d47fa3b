//! The mails of the folder, as development mode shows them.

use std::time::Duration;

use serde_json::Value;

use crate::support::eventually;
use crate::support::parts::Smtp;
use crate::support::person::Person;
use crate::support::server::{Backend, Server, Stores};

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_is_open_in_development_alone() {
    let server = Server::on(Stores::new(Backend::Embedded).await, &[]).await;
    let mut person = Person::signed_up(&server).await;
    let list = eventually("the outbox lists the code", Duration::from_secs(20), async || {
        let list = person.visit("/dev/outbox").await.page();
        list.text().contains(&person.email).then_some(list)
    })
    .await;
    let letter = person.visit(list.link("/dev/outbox/").expect("a letter").as_str()).await.page();
    assert_eq!(letter.status, 200);
    assert!(letter.text().contains(&person.email) && letter.has("pre"), "{}", letter.text());
    for path in ["/dev/outbox/x", "/dev/outbox/..%2Fkeys", "/dev/outbox/0000000000000000-x"] {
        assert_eq!(person.visit(path).await.page().status, 404, "{path}");
    }

    let keys: Value = serde_json::from_str(&server.cli(&["key", "generate", "--json"])).expect("JSON");
    let key = |name: &str| keys[name].as_str().expect("a key").to_owned();
    let (master_keys, pepper, smtp) = (key("master_keys"), key("pepper"), Smtp::start().await);
    let stores = Stores::new(Backend::Embedded).await;
    let smtp_url = smtp.url();
    let production = [
        ("SW__MODE", "production"),
        ("SW__HTTP__PUBLIC_URL", "https://wallet.example"),
        ("SW__HTTP__TRUSTED_PROXIES", "127.0.0.1/32"),
        ("SW__MAIL__SMTP_URL", &*smtp_url),
        ("SW__MAIL__FROM", "wallet@wallet.example"),
        ("SW__SMS__GATEWAY", "off"),
        ("SW__SECRETS__MASTER_KEYS", &*master_keys),
        ("SW__SECRETS__PEPPER", &*pepper),
        ("SW__LIMITS__ENABLED", "true"),
    ];
    let server = Server::on(stores, &production).await;
    let http = crate::support::platform::http();
    for path in ["/dev/outbox", "/dev/outbox/0000000000000000-x"] {
        let answer = http.get(format!("{}{path}", server.address)).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 404, "{path}");
    }
    // Nor is there an endpoint that answers for people.
    let answer = http.post(format!("{}/dev/ciba/sw_ar_x/allow", server.address)).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 404);
}
