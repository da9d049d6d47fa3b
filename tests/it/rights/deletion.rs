//! Deletion (WALLET.md §16.2): closed at once, called off or carried out; nothing is left, and a receipt says so.

use std::time::Duration;

use serde_json::Value;

use super::bundles::ordered;
use super::import::walk;
use crate::media::files::jpeg;
use crate::support::form::Page;
use crate::support::hand::Hand;
use crate::support::parts::Postgres;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Method, NewClient, Platform};
use crate::support::server::{Server, Stores};
use crate::support::{database, eventually, seeded, unique};

const DELETE: &str = "/account/privacy/delete";

/// Asks for the deletion as the page leads; gives the last page.
pub async fn ask(person: &mut Person, pace: &str) -> Page {
    let page = person.visit(DELETE).await.page();
    let form = page.form("confirm").choose("pace", pace).fill("confirm", &person.email);
    let mut page = person.submit(&page, &form).await.page();
    if pace == "now" {
        assert!(page.text().contains("Nobody can bring it back"), "a second question: {}", page.text());
        let form = page.form("sure").press("sure", "yes");
        page = person.submit(&page, &form).await.page();
    }
    assert_eq!((page.status, page.url.path()), (200, "/deletion"), "{}", page.text());
    page
}

async fn done(stores: &Stores) {
    eventually("a deletion is done", Duration::from_secs(100), async || {
        (database::count(stores, "deletions", "state = 'done'").await > 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s16_2_closed_at_once_and_called_off() {
    let server = Server::start().await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let mut person = seeded::signed_in(&server).await;
    let attempt = platform.attempt("openid email offline_access");
    let tokens = platform.sign_in_with(&mut person, attempt, &Answers::allow()).await;
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    let mut phone = person.elsewhere();
    phone.sign_in().await;

    let page = person.visit(DELETE).await.page();
    assert!(page.text().contains("1 app can read nothing more"), "{}", page.text());
    for (pace, confirm, field) in [("usual", "delete", "confirm"), ("usual", "", "confirm")] {
        let form = page.form("confirm").choose("pace", pace).fill("confirm", confirm);
        let refused = person.submit(&page, &form).await.page();
        assert_eq!(refused.status, 422);
        assert!(refused.has(&format!("#{field}-error")), "{}", refused.text());
    }
    let seen = server.letters_to(&person.email);
    ask(&mut person, "usual").await;
    assert_eq!(platform.userinfo(&tokens.access).await.status, 401, "its tokens are dead");
    for browser in [&mut person, &mut phone] {
        assert_eq!(browser.visit("/account").await.page().url.path(), "/signin", "signed out everywhere");
    }
    let page = platform.attempt("openid");
    let landing = person.walk(page.url.as_str(), &Answers::allow()).await.page();
    assert!(landing.url.path().starts_with("/deletion/"), "no sign-in to an app: {}", landing.url);

    // By sign-in.
    let page = phone.sign_in().await;
    assert!(page.url.path().starts_with("/deletion/"), "{}: {}", page.url, page.text());
    assert!(page.text().contains("Keep my wallet"));
    let kept = phone.submit(&page, &page.form_to("/deletion/")).await.page();
    assert!(kept.text().contains("You keep your wallet"), "{}", kept.text());
    assert_eq!(phone.sign_in().await.url.path(), "/account");
    assert_eq!(platform.userinfo(&tokens.access).await.status, 401, "apps stay disconnected");
    let again = phone.submit(&page, &page.form_to("/deletion/")).await.page();
    assert_eq!(again.status, 400, "used: {}", again.text());

    // By the link in the mail.
    ask(&mut phone, "fast").await;
    let link = eventually("a mail with a link", Duration::from_secs(20), async || {
        let letters = server.stores.letters().into_iter().filter(|l| l.to.contains(&phone.email)).skip(seen);
        letters.filter_map(|l| l.text.lines().find(|line| line.contains("/deletion/")).map(str::to_owned)).nth(1)
    })
    .await;
    let page = phone.elsewhere().visit(&link).await.page();
    assert_eq!(page.status, 200, "{}", page.text());
    let mut reader = phone.elsewhere();
    let page = reader.visit(&link).await.page();
    reader.submit(&page, &page.form_to("/deletion/")).await;
    assert_eq!(phone.sign_in().await.url.path(), "/account");
    let page = reader.visit(&link).await.page();
    assert_eq!(page.status, 410, "{}", page.text());
    assert_eq!(reader.visit("/deletion/abc").await.page().status, 410);
    let activity = phone.visit("/account/activity?kind=security").await.page().text();
    assert!(activity.contains("asked for your wallet to be deleted") && activity.contains("kept your wallet"));
}

/// Every byte that the stores and the log hold, past the product; mail that has left is with its readers.
async fn everything(server: &Server) -> Vec<(String, Vec<u8>)> {
    let stores = &server.stores;
    let mut found = vec![("the log".to_owned(), server.log().into_bytes())];
    for file in walk(stores.data.path()).into_iter().filter(|file| !file.to_string_lossy().contains("outbox")) {
        found.push((file.display().to_string(), std::fs::read(&file).unwrap_or_default()));
    }
    if let Some(url) = &stores.database_url {
        let client = Postgres::connect(url).await;
        let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
        for table in client.query(tables, &[]).await.expect("tables") {
            let table: String = table.get(0);
            let rows = client.query(&format!("SELECT t::text FROM {table} t"), &[]).await.expect("rows");
            let text: Vec<String> = rows.iter().map(|row| row.get::<_, String>(0)).collect();
            found.push((table, text.join("\n").into_bytes()));
        }
    }
    if let Some(url) = &stores.redis_url {
        let client = redis::Client::open(url.as_str()).expect("a URL");
        let mut redis = client.get_multiplexed_async_connection().await.expect("Redis");
        let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query_async(&mut redis).await.expect("keys");
        for key in keys {
            let dump: Option<Vec<u8>> = redis::cmd("DUMP").arg(&key).query_async(&mut redis).await.expect("a value");
            found.push((String::from_utf8_lossy(&key).into_owned(), [key, dump.unwrap_or_default()].concat()));
        }
    }
    found
}

fn holds(bytes: &[u8], marker: &str) -> bool {
    let hexadecimal: String = marker.bytes().map(|byte| format!("{byte:02x}")).collect();
    [marker, &hexadecimal].iter().any(|text| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_after_deletion_no_byte_of_the_person_is_left() {
    let server = Server::with(&[("SW__PRIVACY__VERIFY_AFTER", "20s")]).await;
    let marker = unique("zq");
    let mut person = Person::new(&server);
    person.email = format!("{marker}@mail.example");
    let phone = "+4915112345699";
    let args = [
        "account",
        "create",
        "--json",
        "--email",
        &person.email,
        "--password-stdin",
        "--value",
        "phone_number=+4915112345699",
    ];
    let (is_success, out, error) = server.try_cli_with(&args, &format!("{}\n", person.password));
    assert!(is_success, "{out}{error}");
    let account: Value = serde_json::from_str(&out).expect("JSON");
    let account = account["account_id"].as_str().expect("an account").to_owned();
    person.sign_in().await;
    let page = person.visit("/account/profile/edit").await.page();
    let mut form = page.form("wallet_bio");
    let texts =
        ["name", "given_name", "family_name", "middle_name", "nickname", "wallet_bio", "street_address", "locality"];
    for field in texts.into_iter().filter(|field| page.form("wallet_bio").has(field)) {
        form = form.fill(field, &marker);
    }
    let page = person.submit(&page, &form).await.page();
    assert_eq!(page.status, 200, "{}", page.text());
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let attempt = platform.attempt("openid profile email");
    platform.sign_in_with(&mut person, attempt, &Answers::allow()).await;
    let mut hand = Hand::with(&server, person).await;
    let id = hand.upload(&jpeg(80, 60)).await;
    hand.ready(&id).await;
    let page = hand.person.visit(&format!("/account/media/{id}")).await.page();
    let form = page.form("title").fill("title", &marker).fill("alt", &marker).fill("album", &marker);
    hand.person.submit(&page, &form).await;
    let left = hand.begin(1000).await;
    assert!(!left.is_empty());
    ordered(&mut hand.person).await;
    let csrf = hand.csrf.clone();
    hand.post_form(&csrf, &[(&format!("{marker}.jpg"), &jpeg(50, 40))]).await;

    let wrapped = database::count(&server.stores, "account_keys", &format!("account_id = '{account}'")).await;
    assert_eq!(wrapped, 1);
    let seen = server.letters_to(&hand.person.email);
    ask(&mut hand.person, "now").await;
    done(&server.stores).await;
    for (what, bytes) in everything(&server).await {
        assert!(!holds(&bytes, &marker), "{what} holds the marker");
        assert!(!holds(&bytes, phone), "{what} holds the number");
    }
    for table in ["account_keys", "contacts", "profile_values", "media_assets", "grants", "exports", "sessions"] {
        let rows = database::count(&server.stores, table, &format!("account_id = '{account}'")).await;
        assert_eq!(rows, 0, "{table}");
    }
    let folders = database::count(&server.stores, "deletions", "letter IS NOT NULL").await;
    assert_eq!(folders, 0, "the address is forgotten");
    // What a worker was at when its photo was destroyed goes when it looks again.
    eventually("no blob is left", Duration::from_secs(60), async || {
        let left = match &server.stores.s3 {
            Some(s3) => s3.objects().len(),
            None => walk(&server.stores.data.join("blobs")).len(),
        };
        (left == 0).then_some(())
    })
    .await;

    let letter = server.letter_to(&hand.person.email, seen).await;
    assert!(letter.subject.contains("was deleted"), "{}", letter.subject);
    let token = letter.text.split_whitespace().find(|word| word.matches('.').count() == 2 && word.len() > 200);
    let token = token.expect("a receipt").to_owned();
    let (is_success, out, error) = server.try_cli_with(&["deletion", "verify", "-"], &token);
    assert!(is_success, "{error}");
    let claims: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(claims["destroyed"]["rows"]["account_keys"], 1, "{claims}");
    assert!(claims["destroyed"]["keys_sha256"].as_array().is_some_and(|keys| keys.len() >= 3), "{claims}");
    assert!(!out.contains(&marker) && !out.contains(&account), "nothing of the person: {out}");
    let (is_success, _, error) = server.try_cli_with(&["deletion", "verify", "-"], &token.replace('e', "f"));
    assert!(!is_success && error.contains("no receipt of this house"), "{error}");

    eventually("somebody looked again", Duration::from_secs(120), async || {
        (database::count(&server.stores, "deletions", "state = 'verified' AND account_id IS NULL").await == 1)
            .then_some(())
    })
    .await;
    // The address may have a wallet again; staff see that there was one.
    let mut again = Person::new(&server);
    again.email = hand.person.email.clone();
    again.sign_up().await;
    let back = "event = 'account.created' AND reason = 'deleted_before'";
    assert_eq!(database::count(&server.stores, "audit_events", back).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_is_broken_off_goes_on_and_every_step_may_be_done_again() {
    let server = Server::start().await;
    let mut hand = Hand::of(&server).await;
    for side in [70, 71, 72, 73] {
        let id = hand.upload(&jpeg(side, 60)).await;
        hand.ready(&id).await;
    }
    ask(&mut hand.person, "now").await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    server.kill();
    server.restart().await;
    done(&server.stores).await;
    assert_eq!(database::count(&server.stores, "media_assets", "1 = 1").await, 0);
    // As if nobody had counted any of its steps.
    let again = "UPDATE deletions SET state = 'running', step = 0, receipt = NULL, done_at = NULL";
    database::execute(&server.stores, again).await;
    server.stop();
    server.restart().await;
    done(&server.stores).await;
    assert_eq!(database::count(&server.stores, "deletions", "receipt IS NOT NULL").await, 1);
    server.cli(&["audit", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_delete_by_the_same_way_and_the_last_operator_stays() {
    let server = Server::start().await;
    let mut person = seeded::signed_in(&server).await;
    ask(&mut person, "usual").await;
    let said = server.try_cli(&["account", "unlock", &person.email]);
    assert!(said.1.contains("was not locked"), "what its person wants deleted is not opened: {said:?}");
    server.cli(&["account", "delete", &person.email]);
    assert_eq!(database::count(&server.stores, "accounts", "1 = 1").await, 0);
    assert_eq!(database::count(&server.stores, "deletions", "state = 'done'").await, 1);
    let letter = eventually("the receipt", Duration::from_secs(20), async || {
        server.stores.letters().into_iter().find(|l| l.subject.contains("was deleted"))
    })
    .await;
    assert!(letter.to.contains(&person.email));

    let mut operator = seeded::signed_in(&server).await;
    server.cli(&["account", "role", &operator.email, "operator"]);
    let page = operator.visit(DELETE).await.page();
    let form = page.form("confirm").fill("confirm", &operator.email);
    let refused = operator.submit(&page, &form).await.page();
    assert!(refused.status == 422 && refused.text().contains("last one who looks after"), "{}", refused.text());
}
