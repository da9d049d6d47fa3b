//! R6: a proxy stands between a platform and the house and writes down what passes. The person's activity says the same,
//! answer by answer: nothing more, nothing less.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use poem::http::header::{HOST, TRANSFER_ENCODING};
use poem::listener::TcpListener;
use poem::{Endpoint, EndpointExt as _, Request, Response};
use serde_json::{Value, json};
use social_wallet::catalog::claims;

use super::activity::{rows, told};
use crate::protocol::oidc_core_userinfo::fill_profile;
use crate::support::eventually;
use crate::support::films;
use crate::support::hand::Hand;
use crate::support::parts::free_port;
use crate::support::person::Person;
use crate::support::photos::jpeg;
use crate::support::platform::{Answer, Method, NewClient, Platform, http, payload};
use crate::support::server::Server;

const SCOPE: &str = "openid profile email wallet.profile wallet.trust wallet.badges wallet.photos wallet.videos";

/// The door that an answer came through, and the names of what was in it.
type Seen = (&'static str, BTreeSet<String>);

/// Passes everything on and remembers what of a person was in the answers.
struct Proxy {
    to: String,
    http: reqwest::Client,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Endpoint for Proxy {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        let mut headers = request.headers().clone();
        headers.remove(HOST);
        let (method, body) = (request.method().clone(), request.take_body().into_bytes().await?);
        let onward = self.http.request(method, format!("{}{path}", self.to)).headers(headers).body(body);
        let answer = Answer::of(onward).await;
        self.seen.lock().expect("no panic").extend(passed(&path, &answer));
        let mut response = Response::builder().status(answer.status.try_into().expect("a status")).body(answer.body);
        for (name, value) in answer.headers.iter().filter(|(name, _)| *name != TRANSFER_ENCODING) {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        Ok(response)
    }
}

/// What of a person is in an answer, by the names that grants have.
fn passed(path: &str, answer: &Answer) -> Option<Seen> {
    let path = path.split('?').next().unwrap_or_default();
    let none = BTreeSet::new;
    if path.starts_with("/wallet/v1/") && answer.status == 304 {
        return Some(("data_api", none()));
    }
    if !matches!(answer.status, 200 | 206) {
        return None;
    }
    let kind = |mime: &str| format!("wallet_{}s", if mime.starts_with("video") { "video" } else { "photo" });
    let mime = answer.header("content-type").unwrap_or_default();
    if path.starts_with("/m/") {
        return Some(("media_link", [kind(mime)].into()));
    }
    if path.ends_with("/content") {
        return Some(("data_api", [kind(mime)].into()));
    }
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let api = path.strip_prefix("/wallet/v1/").map(|rest| rest.split('/').collect::<Vec<_>>());
    match (path, api.as_deref()) {
        ("/token", _) => Some(("id_token", told(&payload(body["id_token"].as_str()?)))),
        ("/userinfo", _) => Some(("userinfo", told(&body))),
        (_, Some(["profile"])) => {
            let fields = body["fields"].as_object()?.keys();
            let claim =
                |name: &String| claims::find(name).map_or(format!("wallet_{name}"), |claim| claim.name.to_owned());
            Some(("data_api", fields.map(claim).collect()))
        }
        (_, Some(["badges", ..])) => Some(("data_api", ["wallet_badges".to_owned()].into())),
        (_, Some(["media"])) => {
            let kinds = body["data"].as_array()?.iter().filter_map(|item| item["kind"].as_str());
            Some(("data_api", kinds.map(kind).collect()))
        }
        (_, Some(["media", _])) => Some(("data_api", [kind(body["kind"].as_str()?)].into())),
        // Who the person is to the platform, and links: nothing that the person holds.
        (_, Some(["me"] | ["media", _, "links"])) => Some(("data_api", none())),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_the_activity_is_what_a_proxy_saw() {
    let server = Server::start().await;
    let (port, seen) = (free_port(), Arc::default());
    let proxy = Proxy { to: server.issuer.clone(), http: http(), seen: Arc::clone(&seen) };
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"));
    tokio::spawn(async move { poem::Server::new(listener).run(proxy.boxed()).await });
    let through = format!("http://127.0.0.1:{port}");
    eventually("the proxy", Duration::from_secs(10), async || {
        http().get(format!("{through}/health")).send().await.ok()
    })
    .await;

    let mut person = Person::signed_up(&server).await;
    fill_profile(&mut person).await;
    let hand = Hand::beside(&person).await;
    for file in [jpeg(120, 90), films::mp4(b"isom", 100_000)] {
        hand.add(&file).await;
    }
    let client = NewClient::new(Method::Basic).with("--scope", SCOPE);
    let mut platform = Platform::at(&server, &client).await;
    let at = |url: &str| url.replacen(&server.issuer, &through, 1);
    for endpoint in ["token_endpoint", "userinfo_endpoint"] {
        platform.metadata[endpoint] = at(platform.endpoint(endpoint)).into();
    }
    let claims = json!({ "id_token": { "nickname": null, "wallet_trust": null } }).to_string();
    let attempt = platform.attempt_with(SCOPE, &[("claims", Some(&claims))]);
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    let form = page.form("decision");
    let (lines, picks) = (form.offers("claim"), form.can_pick());
    let lines: Vec<&str> = lines.iter().map(String::as_str).filter(|line| *line != "birthdate").collect();
    let form = form.tick_only("claim", &lines).pick_only(&picks).press("decision", "allow");
    let callback = person.submit(&page, &form).await.away();
    let answer = platform.exchange(&attempt, &platform.code(&attempt, &callback)).await;
    let tokens = platform.tokens(&attempt, answer).await;

    platform.userinfo(&tokens.access).await;
    let api = async |path: &str, tag: &str| {
        let request = http().get(format!("{through}/wallet/v1{path}")).bearer_auth(&tokens.access);
        Answer::of(request.header("if-none-match", tag)).await
    };
    let profile = api("/profile", "").await;
    let tag = profile.header("etag").expect("a tag").to_owned();
    assert_eq!(api("/profile", &tag).await.status, 304);
    for path in ["/me", "/profile?fields=nickname,birthdate,bio", "/badges", "/profile?fields=x", "/media?kind=video"] {
        api(path, "").await;
    }
    let list = api("/media", "").await.json();
    for item in list["data"].as_array().expect("a list").iter().map(|item| item["id"].as_str().expect("an id")) {
        assert_eq!(api(&format!("/media/{item}"), "").await.status, 200);
        assert_eq!(api(&format!("/media/{item}/content"), "").await.status, 200);
        let request = http().post(format!("{through}/wallet/v1/media/{item}/links")).bearer_auth(&tokens.access);
        let link = Answer::of(request.json(&json!({}))).await.json();
        let link = at(link["url"].as_str().expect("an address"));
        assert_eq!(Answer::of(http().get(link)).await.status, 200);
    }

    let mut passed: Vec<Seen> = seen.lock().expect("no panic").clone();
    let reads = rows(&mut person, "&kind=reads").await;
    let mut recorded: Vec<(String, BTreeSet<String>)> = Vec::new();
    for row in reads.iter().filter(|row| row["event"] == "data.read") {
        let channel = row["channel"].as_str().expect("a channel").to_owned();
        recorded.push((channel, super::activity::names(row)));
    }
    assert!(passed.len() > 15, "{passed:?}");
    passed.sort();
    recorded.sort();
    let passed: Vec<_> = passed.into_iter().map(|(channel, names)| (channel.to_owned(), names)).collect();
    assert_eq!(recorded, passed, "left: what the activity says; right: what passed");
}
