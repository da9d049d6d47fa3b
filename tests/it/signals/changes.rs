//! The feed of changes: behind a cursor, of what the client sees alone, by names of its own.

use std::time::Duration;

use serde_json::{Value, json};
use social_wallet::base::id::{ClientId, GrantId};
use social_wallet::provider::data::changes::cursor;

use super::story::{edit, is_somebody, somebody, stop};
use super::{platform, platform_of, read};
use crate::media::files::jpeg;
use crate::support::eventually;
use crate::support::hand::Hand;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Platform, Tokens};
use crate::support::server::Server;
use crate::trail::deeds::{self, own_token};

const LINES: &[&str] = &["nickname", "wallet_bio", "wallet.changes"];

/// A client that may keep up to date, and where it begins.
struct Follower {
    platform: Platform,
    tokens: Tokens,
    cursor: String,
}

impl Follower {
    async fn of(server: &Server, person: &mut Person, lines: &[&str], photos: &[&str]) -> Self {
        Self::at(platform(server).await, person, lines, photos).await
    }

    async fn at(platform: Platform, person: &mut Person, lines: &[&str], photos: &[&str]) -> Self {
        let attempt = platform.attempt("openid profile wallet.profile wallet.photos wallet.changes");
        let answers = Answers::only(lines).picking(photos);
        let tokens = platform.sign_in_with(person, attempt, &answers).await;
        let begun = read(&platform, &tokens.access, "/changes").await;
        assert_eq!(begun.status, 200, "{}", begun.text());
        assert_eq!((&begun.json()["data"], &begun.json()["has_more"]), (&json!([]), &json!(false)));
        let cursor = begun.json()["next_cursor"].as_str().expect("a cursor").to_owned();
        Self { platform, tokens, cursor }
    }

    async fn ask(&self, query: &str) -> Answer {
        read(&self.platform, &self.tokens.access, &format!("/changes?{query}")).await
    }

    /// What changed since the last look.
    async fn look(&mut self) -> Vec<Value> {
        let answer = self.ask(&format!("since={}", self.cursor)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        self.cursor = page["next_cursor"].as_str().expect("a cursor").to_owned();
        assert_eq!(page["has_more"], false);
        page["data"].as_array().expect("a list").clone()
    }
}

fn told(change: &Value) -> String {
    let text = |name: &str| change[name].as_str().unwrap_or_else(|| panic!("{name}: {change}")).to_owned();
    assert!(text("at").ends_with("T00:00:00Z"), "a day: {change}");
    format!("{} {} {} {}", text("type"), text("resource"), text("id"), text("op"))
}

fn must_be(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.json()["code"], code, "{}", answer.text());
}

/// A page of each list, with something on it.
pub async fn told_by_the_api(server: &Server) -> [Value; 3] {
    let mut person = somebody(server).await;
    let follower = Follower::of(server, &mut person, LINES, &[]).await;
    let own = own_token(&follower.platform, "wallet.changes.read grant_management_query").await;
    let begun = read(&follower.platform, &own, "/client/changes").await.json();
    edit(&mut person, "nickname", "Mina").await;
    let path = format!("/client/changes?since={}", begun["next_cursor"].as_str().expect("a cursor"));
    let people = eventually("the change is told", Duration::from_secs(20), async || {
        let page = read(&follower.platform, &own, &path).await.json();
        (page["data"] != json!([])).then_some(page)
    })
    .await;
    let changes = follower.ask(&format!("since={}", follower.cursor)).await.json();
    assert_ne!(changes["data"], json!([]));
    [changes, people, read(&follower.platform, &own, "/client/grants").await.json()]
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_2_changes_go_on_behind_a_cursor() {
    let server = Server::shared().await;
    let mut person = somebody(server).await;
    let mut follower = Follower::of(server, &mut person, LINES, &[]).await;
    let first = follower.cursor.clone();
    assert_eq!(follower.look().await, Vec::<Value>::new());
    edit(&mut person, "nickname", "Mina").await;
    edit(&mut person, "wallet_bio", "Old lenses.").await;
    // What is not shared is not told, nor that there is anything.
    edit(&mut person, "family_name", "Yusuf").await;
    edit(&mut person, "nickname", "Mimi").await;
    let answer = follower.ask(&format!("since={}", follower.cursor)).await;
    assert!(!answer.text().contains("Mina") && !answer.text().contains("lenses"), "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
    let changes = follower.look().await;
    assert_eq!(
        changes.iter().map(told).collect::<Vec<_>>(),
        [
            "profile.changed profile nickname changed",
            "profile.changed profile bio changed",
            "profile.changed profile nickname changed"
        ]
    );
    assert_eq!(follower.look().await, Vec::<Value>::new(), "told once");
    // One by one, from the first cursor on: a cursor may be used again.
    let (mut cursor, mut seen) = (first, Vec::new());
    loop {
        let page = follower.ask(&format!("limit=1&since={cursor}")).await.json();
        cursor = page["next_cursor"].as_str().expect("a cursor").to_owned();
        let data = page["data"].as_array().expect("a list");
        assert!(data.len() <= 1);
        seen.extend(data.iter().cloned());
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(seen, changes);
    edit(&mut person, "nickname", "").await;
    assert_eq!(
        follower.look().await.iter().map(told).collect::<Vec<_>>(),
        ["profile.changed profile nickname removed"]
    );
    // The same question has the same answer, and is not answered twice.
    let asked = format!("since={}", follower.cursor);
    let etag = follower.ask(&asked).await.header("etag").expect("an entity tag").to_owned();
    let url = format!("{}/wallet/v1/changes?{asked}", server.issuer);
    let request = follower.platform.http.get(url).bearer_auth(&follower.tokens.access).header("if-none-match", etag);
    assert_eq!(Answer::of(request).await.status, 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_2_only_who_may_keep_up_to_date_is_told() {
    let server = Server::shared().await;
    let mut person = somebody(server).await;
    let platform = platform(server).await;
    let attempt = platform.attempt("openid profile wallet.profile wallet.changes");
    let tokens = platform.sign_in_with(&mut person, attempt, &Answers::only(&["nickname"])).await;
    assert!(!tokens.body["scope"].as_str().expect("a scope").contains("wallet.changes"), "{}", tokens.body);
    let refused = read(&platform, &tokens.access, "/changes").await;
    must_be(&refused, 403, "insufficient_scope");
    let challenge = refused.header("www-authenticate").expect("RFC 6750 §3");
    assert!(challenge.contains("insufficient_scope"), "{challenge}");
    // The line stands on the page of the app and can be ticked later; then it can be unticked.
    let page = deeds::app_page(&mut person).await;
    let form = page.form("duration").tick_only("claim", &["nickname", "wallet.changes"]);
    assert_eq!(person.submit(&page, &form).await.page().status, 200);
    let again = platform.sign_in(&mut person, "openid profile wallet.profile wallet.changes").await;
    assert_eq!(read(&platform, &again.access, "/changes").await.status, 200);
    let page = deeds::app_page(&mut person).await;
    assert!(page.text().contains("Keep up to date"), "{}", page.text());
    let form = page.form("duration").tick_only("claim", &["nickname"]);
    person.submit(&page, &form).await;
    must_be(&read(&platform, &again.access, "/changes").await, 401, "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_2_two_clients_know_the_same_thing_by_two_names() {
    let server = Server::shared().await;
    let hand = Hand::of(server).await;
    let photo = hand.add(&jpeg(40, 30)).await;
    let mut person = hand.person.beside();
    is_somebody(&mut person).await;
    let mut first = Follower::of(server, &mut person, LINES, &[&photo]).await;
    let elsewhere = platform_of(server, "https://other.example/callback").await;
    let mut second = Follower::at(elsewhere, &mut person, LINES, &[&photo]).await;
    let name = async |follower: &Follower| {
        let list = read(&follower.platform, &follower.tokens.access, "/media").await.json();
        list["data"][0]["id"].as_str().unwrap_or_else(|| panic!("{list}")).to_owned()
    };
    let names = [name(&first).await, name(&second).await];
    for deed in ["delete", "restore"] {
        let page = person.visit(&format!("/account/media/{photo}")).await.page();
        person.submit(&page, &page.form_to(&format!("/{deed}"))).await;
    }
    let mut all = Vec::new();
    for (follower, name) in [(&mut first, &names[0]), (&mut second, &names[1])] {
        let changes = follower.look().await;
        assert_eq!(
            changes.iter().map(told).collect::<Vec<_>>(),
            [format!("media.removed media {name} removed"), format!("media.added media {name} added")]
        );
        assert!(!name.contains(&photo));
        all.push(follower.cursor.clone());
    }
    assert_ne!(names[0], names[1]);
    assert_ne!(all[0], all[1], "the same place in the same wallet");
    // A cursor is of one client and grant.
    must_be(&first.ask(&format!("since={}", all[1])).await, 400, "invalid_cursor");

    // What is not picked any more is removed for the one, and stays for the other.
    let page = deeds::app_page(&mut person).await;
    let form = page.form("duration").tick_only("claim", LINES).pick_only(&[]);
    assert_eq!(person.submit(&page, &form).await.page().status, 200);
    let mut told_by: Vec<(Vec<String>, String)> = Vec::new();
    for (follower, name) in [(&mut first, &names[0]), (&mut second, &names[1])] {
        follower.tokens = follower.platform.sign_in(&mut person, "openid profile wallet.profile wallet.changes").await;
        told_by.push((follower.look().await.iter().map(told).collect(), name.clone()));
    }
    let removed = |name: &str| format!("media.removed media {name} removed");
    let is_told = |(lines, name): &(Vec<String>, String)| lines.contains(&removed(name));
    assert_eq!(told_by.iter().filter(|one| is_told(one)).count(), 1, "{told_by:?}");
    let other = told_by.iter().find(|one| !is_told(one)).expect("the other one");
    assert_eq!(other.0, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_2_a_cursor_works_for_thirty_days() {
    let server = Server::start().await;
    let mut person = somebody(&server).await;
    let follower = Follower::of(&server, &mut person, LINES, &[]).await;
    let client = ClientId::from(&*follower.platform.client.id);
    let grant: GrantId = follower.tokens.body["grant_id"].as_str().expect("a grant_id").parse().expect("an id");
    for (days, status) in [(29, 200), (31, 410)] {
        let then = deeds::later(&server, -days).await;
        let made = cursor(&then, &client, grant, 1, then.now());
        let answer = follower.ask(&format!("since={made}")).await;
        assert_eq!(answer.status, status, "{days}: {}", answer.text());
        if status == 410 {
            must_be(&answer, 410, "cursor_expired");
        }
    }
    for (query, code) in [
        ("since=x", "invalid_cursor"),
        ("limit=0", "invalid_parameter"),
        ("limit=101", "invalid_parameter"),
        ("limit=many", "invalid_parameter"),
    ] {
        must_be(&follower.ask(query).await, 400, code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_2_a_client_learns_which_of_its_people_to_look_at() {
    let server = Server::shared().await;
    let mut person = somebody(server).await;
    let follower = Follower::of(server, &mut person, LINES, &[]).await;
    let other = platform(server).await;
    let own = own_token(&follower.platform, "wallet.changes.read grant_management_query").await;
    let theirs = own_token(&other, "wallet.changes.read grant_management_query").await;
    let (sub, grant) = (follower.tokens.claims["sub"].clone(), follower.tokens.body["grant_id"].clone());
    let begin = async |platform: &Platform, token: &str| {
        let begun = read(platform, token, "/client/changes").await;
        assert_eq!(begun.status, 200, "{}", begun.text());
        begun.json()["next_cursor"].as_str().expect("a cursor").to_owned()
    };
    let since = begin(&follower.platform, &own).await;
    let nothing = begin(&other, &theirs).await;
    let grants = read(&follower.platform, &own, "/client/grants").await.json();
    let listed = &grants["data"][0];
    assert_eq!((&listed["sub"], &listed["grant_id"]), (&sub, &grant), "{grants}");
    assert!(listed["claims"].as_array().is_some_and(|all| all.contains(&json!("nickname"))), "{grants}");
    assert_eq!(read(&other, &theirs, "/client/grants").await.json()["data"], json!([]));

    edit(&mut person, "nickname", "Mina").await;
    stop(&mut person).await;
    let changes = eventually("the changes are told", Duration::from_secs(20), async || {
        let page = read(&follower.platform, &own, &format!("/client/changes?since={since}")).await.json();
        let data = page["data"].as_array().expect("a list").clone();
        (data.len() >= 2).then_some(data)
    })
    .await;
    let types: Vec<&Value> = changes.iter().map(|change| &change["types"]).collect();
    assert_eq!(types, [&json!(["profile"]), &json!(["grant"])], "{changes:?}");
    for change in &changes {
        assert_eq!((&change["sub"], &change["grant_id"]), (&sub, &grant), "{change}");
        assert!(change["at"].as_str().is_some_and(|at| at.ends_with("T00:00:00Z")), "{change}");
    }
    let path = format!("/client/changes?since={nothing}");
    assert_eq!(read(&other, &theirs, &path).await.json()["data"], json!([]), "nothing of others");
    assert_eq!(read(&follower.platform, &own, "/client/grants").await.json()["data"], json!([]));
    // Withdrawn is withdrawn.
    must_be(&read(&follower.platform, &follower.tokens.access, "/changes").await, 401, "invalid_token");
    // Each with its own token, and a cursor of its own.
    let one = own_token(&follower.platform, "grant_management_query").await;
    must_be(&read(&follower.platform, &one, "/client/changes").await, 403, "insufficient_scope");
    must_be(&read(&follower.platform, &own, &format!("/client/changes?since={nothing}")).await, 400, "invalid_cursor");
    must_be(&read(&follower.platform, &own, "/client/changes?limit=0").await, 400, "invalid_parameter");
    must_be(&read(&follower.platform, &own, "/changes").await, 403, "insufficient_scope");
}
