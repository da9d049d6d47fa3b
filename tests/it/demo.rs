//! The sample platform: what a visitor does there, from the button to the refusal after sharing was stopped.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::form::Page;
use crate::support::hand::Hand;
use crate::support::parts::free_port;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, http};
use crate::support::server::Server;

/// A running demo, where its platform is, and the first of its people in a browser.
async fn demo() -> (Server, String, Person) {
    let port = free_port();
    let server = Server::demo(&format!("127.0.0.1:{port}")).await;
    let origin = format!("http://localhost:{port}");
    // The platform opens last, and its people are told of by then.
    let http = crate::support::platform::http();
    crate::support::eventually("the sample platform", std::time::Duration::from_secs(20), async || {
        http.get(&origin).send().await.ok()
    })
    .await;
    let mut person = Person::new(&server);
    let seeded = seeded(&server);
    let amina = &seeded["people"][0];
    person.email = amina["email"].as_str().expect("an address").to_owned();
    person.password = amina["password"].as_str().expect("a password").to_owned();
    person.also_visits(&origin);
    (server, origin, person)
}

fn seeded(server: &Server) -> Value {
    let file = server.stores.data.join("demo.json");
    serde_json::from_slice(&std::fs::read(file).expect("demo.json")).expect("JSON")
}

/// The value of one row of a table on the page.
fn shown(page: &Page, table: &str, name: &str) -> Option<String> {
    page.texts(&format!("#{table} tr[data-name={name}] td")).pop()
}

async fn press(person: &mut Person, page: &Page, button: &str) -> Page {
    person.submit(page, &page.form_to(button)).await.page()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_sees_what_arrived_and_what_is_refused_after_stopping() {
    let (_server, origin, mut person) = demo().await;
    let home = person.visit(&origin).await.page();
    assert!(home.text().contains("Sign in with Social Wallet"), "{}", home.text());
    let login = home.link("/login").expect("the button");

    person.sign_in().await;
    let photo = Hand::beside(&person).await.add(&crate::media::files::jpeg(64, 48)).await;
    let consent = person.walk_to_consent(login.as_str()).await;
    for part in ["Orbit Photos", "localhost", "Amina Yusuf", "To tell you when somebody shares an album with you"] {
        assert!(consent.text().contains(part), "{part} is missing in:\n{}", consent.text());
    }
    for page in ["/privacy", "/terms"] {
        let link = consent.attributes("a", "href").into_iter().find(|href| href.ends_with(&format!("{origin}{page}")));
        let opened = person.visit(&link.expect("its pages are linked")).await.page();
        assert_eq!(opened.status, 200);
    }
    let answers = Answers::only(&["email", "name", "phone_number", "offline_access"]).for_duration("days90");
    let answers = answers.picking(&[&photo]);
    let arrived = person.decide(&consent, &answers).await.page();
    assert!(arrived.url.path() == "/arrived" && arrived.text().contains("Hello, Amina Yusuf"), "{}", arrived.text());
    let email = format!("\"{}\"", person.email);
    for table in ["userinfo", "id-token"] {
        assert_eq!(shown(&arrived, table, "email").as_deref(), Some(&*email), "{table}");
        assert_eq!(shown(&arrived, table, "phone_number").as_deref(), Some("\"+20225770000\""), "{table}");
        assert_eq!(shown(&arrived, table, "birthdate"), None, "{table}: not ticked");
    }
    assert!(shown(&arrived, "id-token", "nonce").is_some() && shown(&arrived, "id-token", "aud").is_some());
    assert_eq!(shown(&arrived, "token", "refresh_token").as_deref(), Some("\"came\""));
    assert_eq!(shown(&arrived, "token", "access_token"), None, "a secret is shown");

    // The photo that was picked is shown by a link of the wallet.
    let photos = arrived.attributes("#photos img", "src");
    assert!(photos.len() == 1 && photos[0].contains("/m/"), "{photos:?}");
    let policy = arrived.header("content-security-policy").expect("a policy").to_owned();
    assert!(policy.contains("img-src 'self' http://"), "{policy}");
    assert_eq!(Answer::of(http().get(&photos[0])).await.header("content-type"), Some("image/jpeg"));

    let again = press(&mut person, &arrived, "/reload").await;
    assert!(again.text().contains("UserInfo was read again."), "{}", again.text());
    let renewed = press(&mut person, &again, "/refresh").await;
    assert!(renewed.text().contains("gave new tokens"), "{}", renewed.text());

    let apps = person.visit("/account/apps").await.page();
    let app = apps.link("/account/apps/").expect("the platform is listed");
    let stop = person.visit(&format!("{app}/stop")).await.page();
    press(&mut person, &stop, "/stop").await;
    assert_eq!(Answer::of(http().get(&photos[0])).await.status, 410, "the link ended with it");
    let page = person.visit(&format!("{origin}/arrived")).await.page();
    let refused = press(&mut person, &page, "/reload").await;
    assert!(refused.text().contains("UserInfo was not given"), "{}", refused.text());
    let refused = press(&mut person, &refused, "/refresh").await;
    assert!(refused.text().contains("invalid_grant"), "{}", refused.text());

    let out = refused.link("/logout").expect("a way out");
    let mut page = person.visit(out.as_str()).await.page();
    if page.url.path() != "/signed-out" {
        page = press(&mut person, &page, "/logout").await;
    }
    assert!(page.url.path() == "/signed-out" && page.text().contains("You are signed out."), "{}", page.text());
    let wallet = person.visit("/account").await.page();
    assert!(wallet.find_form("identifier").is_some(), "still signed in at the wallet: {}", wallet.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_shares_nothing_is_told_so() {
    let (_server, origin, mut person) = demo().await;
    let page = person.walk(&format!("{origin}/login"), &Answers::deny()).await.page();
    assert!(page.url.as_str().starts_with(&origin) && page.text().contains("You shared nothing"), "{}", page.text());
    let arrived = person.visit(&format!("{origin}/arrived")).await.page();
    assert_eq!(arrived.url.path(), "/", "nothing arrived");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_passwords_are_random_kept_and_its_owners_alone() {
    let (server, _, person) = demo().await;
    let file = server.stores.data.join("demo.json");
    assert_eq!(std::fs::metadata(&file).expect("demo.json").permissions().mode() & 0o777, 0o600);
    let before = seeded(&server);
    let passwords: Vec<&str> =
        before["people"].as_array().expect("people").iter().filter_map(|p| p["password"].as_str()).collect();
    assert!(passwords.len() == 2 && passwords[0] != passwords[1] && passwords.iter().all(|p| p.len() >= 20));
    crate::support::eventually("the banner tells it", std::time::Duration::from_secs(10), async || {
        server.log().contains(&person.password).then_some(())
    })
    .await;
    server.stop();
    server.restart().await;
    assert_eq!(seeded(&server), before, "kept for the next start");
    assert!(Person::new(&server).visit("/").await.page().status == 200);

    // Without the file nobody knows the passwords: the people are made anew.
    server.stop();
    std::fs::remove_file(&file).expect("demo.json");
    server.restart().await;
    crate::support::eventually("new passwords", std::time::Duration::from_secs(20), async || {
        file.exists().then_some(())
    })
    .await;
    let mut amina = person.elsewhere();
    amina.password = seeded(&server)["people"][0]["password"].as_str().expect("a password").to_owned();
    assert_ne!(amina.password, person.password);
    let page = amina.sign_in().await;
    assert!(page.text().contains("Amina"), "{}", page.text());
}
