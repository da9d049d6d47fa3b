//! Reads of a person's data, each with its access record written before it is answered.

use std::sync::Arc;

use crate::house::Codes;
use crate::house::House;
use crate::house::Tokens;
use crate::house::Trip;
use crate::load::Line;
use crate::load::Same;
use crate::load::Stage;
use crate::load::Work as _;
use crate::load::request;
use crate::plan::Plan;
use crate::plan::row;
use crate::support::server::Backend;
use crate::table;
use crate::table::Row;

/// Under how many authorizations is read.
const TOKENS: usize = 64;

pub async fn measure(plan: &Plan, backend: Backend, yardsticks: &[Row; 2]) {
    let house = Arc::new(House::open(backend).await);
    let tokens = Tokens::default();
    let mut line = Line::to(&house.address()).await.expect("the measured server listens");
    for n in 0..TOKENS {
        let codes = Codes::default();
        let mut trip = Trip(house.authorize(n, &codes), house.exchange(&codes, &tokens));
        trip.once(&mut line).await.expect("tokens");
    }
    let tokens: Vec<String> = tokens.lock().expect("not poisoned").drain(..).map(|(access, _)| access).collect();
    let token = |n: usize| &tokens[n % tokens.len()];
    let address = house.address();
    let api = |path: &str, n: usize, more: &[(&str, &str)]| {
        let bearer = format!("Bearer {}", token(n));
        let headers: Vec<_> = [("authorization", bearer.as_str())].into_iter().chain(more.iter().copied()).collect();
        request(&address, &format!("GET /wallet/v1{path}"), &headers, None)
    };
    let mut tags = Vec::new();
    for n in 0..TOKENS {
        let reply = line.send(&api("/profile", n, &[])).await.expect("an answer");
        tags.push(reply.header("etag").expect("a tag").to_owned());
    }
    let stage = Stage { address: address.clone(), family: house.family(), time: plan.time };
    let mut rows = yardsticks.to_vec();
    rows.push(row("UserInfo", None, plan, &stage, async |n| house.userinfo(token(n))).await);
    let profile = async |n: usize| Same { request: api("/profile", n, &[]), status: 200 };
    rows.push(row("data API /profile", None, plan, &stage, profile).await);
    let again = async |n: usize| {
        let tag = tags[n % tags.len()].as_str();
        Same { request: api("/profile", n, &[("if-none-match", tag)]), status: 304 }
    };
    rows.push(row("the same, unchanged: 304", None, plan, &stage, again).await);
    println!("\na person's data, each read on record");
    table::print(&rows, &yardsticks[1]);
}
