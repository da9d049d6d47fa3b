//! What the story is played on: the house with the sample platform, a second node, browsers; and what is wrong with any
//! page on the way.

use std::sync::Mutex;
use std::time::Duration;

use crate::support::browser::{Browser, Look};
use crate::support::parts::free_port;
use crate::support::person::Person;
use crate::support::platform::http;
use crate::support::server::{Backend, Server, Stores};
use crate::support::{axe, eventually};

pub struct Stage {
    pub server: Server,
    /// Another process on the same stores. The embedded ones are for one process: there it is asked itself.
    pub second: Option<Server>,
    /// Where the sample platform is.
    pub origin: String,
    found: Mutex<Vec<String>>,
}

impl Stage {
    pub async fn build() -> Self {
        let port = free_port();
        let server = Server::demo_on(Stores::new(Backend::chosen()).await, &format!("127.0.0.1:{port}")).await;
        let origin = format!("http://localhost:{port}");
        eventually("the sample platform", Duration::from_secs(20), async || http().get(&origin).send().await.ok())
            .await;
        let second = match Backend::chosen() {
            Backend::Scale => Some(server.beside().await),
            Backend::Embedded => None,
        };
        Self { server, second, origin, found: Mutex::new(Vec::new()) }
    }

    /// Where the second node listens.
    pub fn node(&self) -> &str {
        self.second.as_ref().map_or(&self.server.address, |second| &second.address)
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.server.issuer)
    }

    /// Keeps a picture of the page, and notes what keeps people out of it.
    pub async fn look(&self, browser: &Browser, name: &str) {
        browser.screenshot(&format!("acceptance-{name}")).await;
        let mut found: Vec<String> =
            axe::violations(browser).await.iter().map(|broken| format!("{name}: {broken:?}")).collect();
        if browser.overflows().await {
            found.push(format!("{name}: wider than its window"));
        }
        let said = browser.console().await.into_iter().filter(|line| line.contains("Content Security Policy"));
        found.extend(said.map(|line| format!("{name}: {line}")));
        self.found.lock().expect("no panic").extend(found);
    }

    /// What was wrong with any page.
    pub fn found(&self) -> Vec<String> {
        self.found.lock().expect("no panic").clone()
    }
}

/// A browser of somebody's own, signed in.
pub async fn browser_of(server: &Server, person: &Person) -> Browser {
    let browser = Browser::open(&Look::default()).await;
    crate::journey::sign_in(&browser, server, person).await;
    browser
}

/// Presses what leads to another address.
pub async fn go_on(browser: &Browser, css: &str) {
    let before = browser.url().await;
    browser.click(css).await;
    browser.wait_for_url(|url| url != before).await;
}

/// Opens an address again and again until something is there.
pub async fn until(browser: &Browser, url: &str, words: &str) {
    eventually(&format!("{url} says {words}"), Duration::from_secs(90), async || {
        browser.goto(url).await;
        browser.text().await.contains(words).then_some(())
    })
    .await;
}
