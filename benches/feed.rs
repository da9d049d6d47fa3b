//! The feed of changes: what a client that keeps up to date asks for, each look on record.

use crate::cpu::Family;
use crate::load::Same;
use crate::load::Stage;
use crate::load::request;
use crate::plan::Plan;
use crate::plan::row;
use crate::support::parts::Postgres;
use crate::support::parts::Redis;
use crate::support::person::Answers;
use crate::support::platform::Answer;
use crate::support::platform::Method;
use crate::support::platform::NewClient;
use crate::support::platform::Platform;
use crate::support::seeded;
use crate::support::server::Backend;
use crate::support::server::Server;
use crate::support::server::Stores;
use crate::table;
use crate::table::Row;

const SCOPE: &str = "openid profile wallet.changes";
/// How many changes the person makes.
const CHANGES: usize = 100;

pub async fn measure(plan: &Plan, backend: Backend, yardsticks: &[Row; 2]) {
    let server = Server::on(Stores::new(backend).await, &[("SW__TOKENS__ACCESS", "1h")]).await;
    let stores = match backend {
        Backend::Embedded => Vec::new(),
        Backend::Scale => vec![Postgres::shared().await.pid(), Redis::shared().await.pid()],
    };
    let family = Family::new(stores.into_iter().chain([server.pid()]));
    let address = server.address.trim_start_matches("http://").to_owned();
    let platform = Platform::at(&server, &NewClient::new(Method::Basic).with("--scope", SCOPE)).await;
    let mut person = seeded::signed_in(&server).await;
    let answers = Answers::only(&["given_name", "wallet.changes"]);
    let tokens = platform.sign_in_with(&mut person, platform.attempt(SCOPE), &answers).await;
    let path = "/wallet/v1/changes";
    let look = async |query: &str| {
        let url = format!("{}{path}{query}", server.issuer);
        let page = Answer::of(platform.http.get(url).bearer_auth(&tokens.access)).await;
        assert_eq!(page.status, 200, "{}", page.text());
        page.json()
    };
    let cursor = |page: &serde_json::Value| page["next_cursor"].as_str().expect("a cursor").to_owned();
    let first = cursor(&look("").await);
    for n in 0..CHANGES {
        let page = person.visit("/account/profile/edit").await.page();
        let form = page.form("given_name").fill("given_name", &format!("Amina the {n}th"));
        assert_eq!(person.submit(&page, &form).await.page().status, 200);
    }
    let all = look(&format!("?limit=100&since={first}")).await;
    assert_eq!(all["data"].as_array().map(Vec::len), Some(CHANGES), "{all}");
    let end = cursor(&all);
    let bearer = format!("Bearer {}", tokens.access);
    let stage = Stage { address: address.clone(), family, time: plan.time };
    let mut rows = yardsticks.to_vec();
    for (name, query) in [
        ("nothing new", format!("?since={end}")),
        ("a page of 25 changes", format!("?limit=25&since={first}")),
        ("a page of 100 changes", format!("?limit=100&since={first}")),
    ] {
        let line = format!("GET {path}{query}");
        let same = Same { request: request(&address, &line, &[("authorization", &bearer)], None), status: 200 };
        rows.push(row(name, None, plan, &stage, async |_| same.clone()).await);
    }
    println!("\nthe feed of changes, each look on record");
    table::print(&rows, &yardsticks[1]);
}
