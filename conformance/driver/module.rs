//! One module from start to end: visits, pictures, keys.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use reqwest::Certificate;

use crate::Result;
use crate::browser::{Account, Browser, Manner};
use crate::camera;
use crate::form::Page;
use crate::house::House;
use crate::outcome::{Outcome, complaints};
use crate::suite::{Entry, Errand, Suite};

/// The slowest modules wait for codes and keys to expire.
const LONGEST: Duration = Duration::from_secs(420);
const LOOK: Duration = Duration::from_millis(250);

/// How one module ended.
pub struct Ended {
    pub outcome: Outcome,
    /// What the suite complains about.
    pub complaints: Vec<String>,
    /// The suite's whole log.
    pub log: Vec<serde_json::Value>,
}

/// The parts that every module of a plan shares.
pub struct Stage<'a> {
    pub suite: &'a Suite,
    pub house: &'a House,
    pub account: &'a Account,
    /// Somebody who shares nothing, ever: who has shared is not asked again.
    pub refuser: &'a Account,
    pub authorities: Vec<Certificate>,
    pub plan: String,
    /// Where pictures are kept.
    pub folder: PathBuf,
}

impl Stage<'_> {
    pub async fn run(&self, entry: &Entry) -> Result<Ended> {
        let id = self.suite.start(&self.plan, entry).await?;
        let shares = !entry.module.ends_with("user-rejects-authentication");
        let manner = Manner {
            shares,
            // What these show is a link or a picture on the page that signs people in.
            only_looks: entry.module.starts_with("oidcc-registration-")
                && entry.module.ends_with("-uri")
                && ["logo", "policy", "tos"].iter().any(|what| entry.module.contains(what)),
        };
        let account = if shares { self.account } else { self.refuser };
        let mut browser = Browser::new(&self.house.issuer, &self.authorities, account, manner)?;
        let outcome = self.follow(&id, entry, &mut browser).await;
        if outcome.is_err() {
            let _ = self.suite.cancel(&id).await;
        }
        let log = self.suite.log(&id).await?;
        let mut found = complaints(&log);
        let outcome = outcome.unwrap_or_else(|error| {
            found.push(format!("driver: {error}"));
            Outcome::Interrupted
        });
        Ok(Ended { outcome, complaints: found, log })
    }

    async fn follow(&self, id: &str, entry: &Entry, browser: &mut Browser<'_>) -> Result<Outcome> {
        let began = Instant::now();
        let mut has_started = false;
        while began.elapsed() < LONGEST {
            let (status, result) = self.suite.info(id).await?;
            match status.as_str() {
                "FINISHED" | "INTERRUPTED" => return Ok(Outcome::of(&status, &result)),
                // It has looked at the keys, and goes on when they are others.
                "CONFIGURED" if entry.module == "oidcc-server-rotate-keys" && !has_started => {
                    let made = self.house.command(&["key", "rotate", "--alg", "RS256", "--now", "--json"], "")?;
                    browser.wait_for_key(made["kid"].as_str().unwrap_or_default()).await?;
                    self.suite.go_on(id).await?;
                    has_started = true;
                }
                _ => {}
            }
            for errand in self.suite.errands(id).await? {
                self.visit(id, entry, &errand, browser).await?;
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(format!("nothing happens for {} s", LONGEST.as_secs()).into())
    }

    async fn visit(&self, id: &str, entry: &Entry, errand: &Errand, browser: &mut Browser<'_>) -> Result<()> {
        // The first visit shows the page on which people sign in; the second one, of the same URL, signs in.
        let comes_back = entry.module.ends_with("reused-request-uri-prior-to-auth-completion-succeeds");
        if comes_back && !browser.has_looked {
            browser.has_looked = true;
            browser.manner.only_looks = true;
            browser.walk(errand).await?;
            browser.manner.only_looks = false;
            return Ok(());
        }
        let walk = browser.walk(errand).await?;
        // A page that asks for something is the proof when the walk goes on, the last one when it does not.
        let page = if walk.leaving.is_some() { walk.pages.first() } else { walk.pages.last() };
        if let Some(page) = page {
            self.show(id, &entry.module, page, walk.leaving.is_none()).await?;
        }
        match walk.leaving {
            Some(request) => browser.arrive(request).await,
            None => Ok(()),
        }
    }

    async fn show(&self, id: &str, module: &str, page: &Page, is_last: bool) -> Result<()> {
        let mut open = self.suite.placeholders(id).await?;
        // The suite closes the place itself when the answer reaches it.
        open.retain(|placeholder| is_last || !placeholder.or_answer);
        if open.is_empty() {
            return Ok(());
        }
        let picture = camera::picture(page, &self.folder.join(format!("{module}.png"))).await?;
        for placeholder in open {
            self.suite.show(id, &placeholder.id, picture.clone()).await?;
        }
        Ok(())
    }
}
