//! `serve` as a supervisor sees it: what it says, how it ends, what it refuses.

use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::parts::Folder;
use crate::support::person::Person;
use crate::support::server::{Backend, PROGRAM, Server, Stores, setting};

#[tokio::test(flavor = "multi_thread")]
async fn a_development_server_says_how_to_begin() {
    let server = Server::on(Stores::new(Backend::Embedded).await, &[]).await;
    let said = crate::support::eventually("the banner", Duration::from_secs(10), async || {
        Some(server.log()).filter(|log| log.contains("Try it"))
    })
    .await;
    for part in ["development mode", &server.issuer, "outbox", "social-wallet demo", "valid 30 min, once"] {
        assert!(said.contains(part), "{part} is missing in:\n{said}");
    }
    let link = said.split_whitespace().find(|word| word.contains("/setup/")).expect("a set-up link");
    let mut person = Person::new(&server);
    let page = person.visit(link).await.page();
    let form = page.form("email").fill("email", &person.email).fill("name", "Amina").fill("password", &person.password);
    let page = person.submit(&page, &form).await.page();
    assert!(page.status == 200 && person.visit("/admin").await.page().text().contains("1"), "{}", page.text());

    // There is an operator now: no link is needed.
    server.stop();
    let before = server.log().matches("/setup/").count();
    server.restart().await;
    assert_eq!(server.log().matches("/setup/").count(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_it_in_order_and_a_second_at_once() {
    for signal in [Signal::TERM, Signal::INT] {
        let server = Server::on(Stores::new(Backend::Embedded).await, &[]).await;
        server.signal(signal);
        let status = server.ended(Duration::from_secs(10));
        assert_eq!(status.code(), Some(0), "{signal:?}: {}", server.log());
        assert!(server.log().contains("\"ended\""), "{}", server.log());
    }

    // A request that has begun holds the end open; the second signal does not wait for it.
    let server = Server::on(Stores::new(Backend::Embedded).await, &[]).await;
    let address = server.address.trim_start_matches("http://").to_owned();
    let mut slow = std::net::TcpStream::connect(&address).expect("a connection");
    let kind = "application/x-www-form-urlencoded";
    let head =
        format!("POST /token HTTP/1.1\r\nHost: {address}\r\nContent-Type: {kind}\r\nContent-Length: 99\r\n\r\na");
    std::io::Write::write_all(&mut slow, head.as_bytes()).expect("half a request");
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.signal(Signal::TERM);
    let http = crate::support::platform::http();
    let url = format!("{}/health/ready", server.operations);
    crate::support::eventually("it says that it ends", Duration::from_secs(5), async || {
        let answer = http.get(&url).send().await.ok()?;
        (answer.status() == 503 && answer.text().await.ok()?.contains("ending")).then_some(())
    })
    .await;
    server.signal(Signal::TERM);
    assert_eq!(server.ended(Duration::from_secs(3)).code(), Some(128 + 15), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_in_words() {
    let server = Server::on(Stores::new(Backend::Embedded).await, &[]).await;
    let folder = Folder::new("serve");
    let serve = |arguments: &[&str], settings: &[(&str, &str)]| {
        let mut command = Command::new(PROGRAM);
        command.env_clear().envs(settings.iter().copied()).current_dir(folder.path()).args(arguments);
        let output = command.output().expect("the program runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let taken = server.address.trim_start_matches("http://");
    // Without a command it serves.
    for arguments in [&["serve"][..], &[]] {
        let (code, said) = serve(arguments, &[(setting::LISTEN, taken), (setting::OPERATIONS, "")]);
        assert!(code == Some(1) && said.contains(&format!("cannot listen at {taken}")), "{code:?} {said}");
        assert!(said.contains("Change http.listen"), "{said}");
    }
    let (code, said) = serve(&["serve"], &[("SW__LOG__LEVEL", "loud=quiet=x")]);
    assert!(code == Some(2) && said.contains("log.level"), "{code:?} {said}");
    let (code, said) = serve(&["serve"], &[("SW__MODE", "production")]);
    assert!(code == Some(2) && said.contains("  1. "), "{code:?} {said}");
    let (code, said) = serve(&["demo"], &[("SW__MODE", "production")]);
    assert!(code == Some(2) && said.contains("Run it in development mode"), "{code:?} {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_halves_run_apart_over_one_database() {
    let stores = Stores::new(Backend::Scale).await;
    let web = Server::half(stores, "web").await;
    let mut person = Person::new(&web);
    let page = person.visit("/signup").await.page();
    person.submit(&page, &page.form("email").fill("email", &person.email)).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(web.letters_to(&person.email), 0, "the web alone sends no mail");

    let worker = web.half_beside("worker").await;
    web.letter_to(&person.email, 0).await;
    let http = crate::support::platform::http();
    assert!(http.get(&worker.address).send().await.is_err(), "the worker takes no requests");
    assert_eq!(worker.stop().code(), Some(0), "{}", worker.log());
    assert_eq!(web.stop().code(), Some(0), "{}", web.log());
}
