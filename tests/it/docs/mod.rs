//! The pages about capabilities: every request of theirs, in order, against a running wallet that is set up as they say.

mod answers;
mod facts;
mod house;
mod page;
mod placeholders;
mod scene;

use std::sync::Arc;

use futures_util::future::join_all;

use self::house::House;
use self::page::Page;
use crate::support::platform::{Answer, http};

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_the_pages_gets_the_answer_that_stands_there() {
    let pages = page::all();
    let house = Arc::new(House::start(&pages).await);
    let discovery = http().get(format!("{}/.well-known/openid-configuration", house.server.issuer));
    let discovery = Answer::of(discovery).await.json();
    let mut wrong: Vec<String> = Vec::new();
    for page in &pages {
        wrong.extend(facts::discovery(page, &discovery).iter().map(|what| format!("{}: {what}", page.name)));
    }
    let scenes = pages
        .iter()
        .map(async |page| scene::play(page, Arc::clone(&house)).await.err().map(|why| format!("{}: {why}", page.name)));
    wrong.extend(join_all(scenes).await.into_iter().flatten());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What is wrong with a page as it is written.
type Doubts = fn(&Page) -> Vec<String>;

#[test]
fn every_page_is_whole() {
    let doubts: &[Doubts] = &[facts::sections, facts::requests, facts::links, facts::settings, facts::options];
    let wrong: Vec<String> = page::all()
        .iter()
        .flat_map(|page| {
            let found = doubts.iter().flat_map(|doubt| doubt(page));
            found.map(|what| format!("{}: {what}", page.name)).collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
