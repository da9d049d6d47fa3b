//! A person's activity, a page of it, however long it is.

use std::fmt::Write as _;

use social_wallet::base::Random;
use social_wallet::base::Seconds;
use social_wallet::base::Time;
use social_wallet::base::id::EventId;

use crate::cpu::Family;
use crate::house::navigation;
use crate::load::Cell;
use crate::load::Same;
use crate::load::Stage;
use crate::load::request;
use crate::plan::Plan;
use crate::support::database;
use crate::support::parts::Postgres;
use crate::support::parts::Redis;
use crate::support::person::Answers;
use crate::support::person::Person;
use crate::support::platform::Method;
use crate::support::platform::NewClient;
use crate::support::platform::Platform;
use crate::support::platform::now;
use crate::support::seeded;
use crate::support::server::Backend;
use crate::support::server::Server;
use crate::support::server::Stores;

/// How many records each of them has.
const RECORDS: [usize; 4] = [0, 10_000, 100_000, 1_000_000];
/// Over how long they are spread.
const SPAN: Seconds = Seconds::days(365);
/// How many rows one statement writes, and how many one transaction.
const STATEMENT: usize = 500;
const TRANSACTION: usize = 20_000;
/// How many read at once.
const READERS: usize = 4;

/// Somebody who shares with a platform.
struct Reader {
    cookies: String,
    account: String,
    grant: String,
}

async fn reader(server: &Server, platform: &Platform) -> Reader {
    let mut person: Person = seeded::signed_in(server).await;
    let answers = Answers::only(&["name", "email"]).for_duration("until_stopped");
    let tokens = platform.sign_in_with(&mut person, platform.attempt("openid profile email"), &answers).await;
    platform.userinfo(&tokens.access).await;
    let read = "event = 'data.read' AND channel = 'userinfo' ORDER BY id DESC LIMIT 1";
    let text = |column: &str| format!("SELECT {column} AS text FROM audit_events WHERE {read}");
    let account = database::text(&server.stores, &text("account_id")).await;
    let grant = database::text(&server.stores, &text("grant_id")).await;
    let url = url::Url::parse(&server.issuer).expect("a URL");
    Reader { cookies: person.jar.header(&url).expect("a session"), account, grant }
}

/// Writes so many reads of a year past the product; gives the identifiers of one in the middle and near the end.
async fn write(stores: &Stores, reader: &Reader, client: &str, count: usize) -> Vec<EventId> {
    let end = Time::from_unix(now().cast_signed()) - Seconds::hours(2);
    let step = SPAN.0 * 1_000_000 / count.max(1) as i64;
    let mut marks = Vec::new();
    for first in (0..count).step_by(TRANSACTION) {
        let mut text = "BEGIN;".to_owned();
        for n in first..(first + TRANSACTION).min(count) {
            let back = step * (count - n) as i64;
            let at = Time::from_micros(end.as_micros() - back);
            let id = EventId::new(at, &Random::Os);
            if n == count / 2 || n == count / 20 {
                marks.push(id);
            }
            text += match n % STATEMENT {
                0 => {
                    ";INSERT INTO audit_events (id, at, event, account_id, client_id, grant_id, channel, outcome, \
                      requested, released) VALUES "
                }
                _ => ",",
            };
            let (account, grant) = (&reader.account, &reader.grant);
            let _ = write!(
                text,
                "('{id}',{},'data.read','{account}','{client}','{grant}','userinfo','ok',\
                 '[\"sub\",\"name\",\"email\",\"email_verified\"]','[\"sub\",\"name\",\"email\",\"email_verified\"]')",
                at.as_micros()
            );
        }
        text += ";COMMIT;";
        database::execute_all(stores, &text.replacen("BEGIN;;", "BEGIN;", 1)).await;
    }
    marks
}

pub async fn measure(plan: &Plan, backend: Backend) {
    let server = Server::on(Stores::new(backend).await, &[]).await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let stores = match backend {
        Backend::Embedded => Vec::new(),
        Backend::Scale => vec![Postgres::shared().await.pid(), Redis::shared().await.pid()],
    };
    let family = Family::new(stores.into_iter().chain([server.pid()]));
    let address = server.address.trim_start_matches("http://").to_owned();
    let stage = Stage { address: address.clone(), family, time: plan.time };
    let mut people = Vec::new();
    for count in RECORDS.into_iter().filter(|count| !plan.is_quick || *count <= 100_000) {
        let reader = reader(&server, &platform).await;
        let marks = write(&server.stores, &reader, &platform.client.id, count).await;
        people.push((count, reader, marks));
    }
    if let Some(url) = &server.stores.database_url {
        // What autovacuum does within a minute or so.
        Postgres::connect(url).await.batch_execute("VACUUM ANALYZE audit_events").await.expect("a statement");
    }
    println!("\na page of somebody's activity, {READERS} readers");
    println!(
        "{:<32}|{:>14} |{:>12} |{:>18} | × the one with 10 k: CPU, p50",
        "", "CPU ms each", "each second", "p50 / p99, ms"
    );
    let mut yardstick: Option<Cell> = None;
    for (count, reader, marks) in &people {
        let mut pages = vec![("first page", String::new())];
        pages.extend(
            marks.iter().rev().zip(["half way back", "near the end"]).map(|(id, name)| (name, format!("?before={id}"))),
        );
        for (name, query) in pages {
            let line = format!("GET /account/activity{query}");
            let same = Same { request: request(&address, &line, &navigation(&reader.cookies), None), status: 200 };
            let cell = stage.run(vec![same; READERS]).await;
            let yardstick = match (count, name) {
                (10_000, "first page") => Some(&*yardstick.insert(cell.clone())),
                _ => yardstick.as_ref(),
            };
            let ratio = yardstick.map(|y| format!("{:.2}, {:.2}", cell.cpu / y.cpu, cell.p50 / y.p50));
            println!(
                "{:<32}|{:>14.3} |{:>12.0} |{:>9.2} /{:>7.2} | {}",
                format!("{count:>9} records, {name}"),
                cell.cpu,
                cell.per_second,
                cell.p50,
                cell.p99,
                ratio.unwrap_or_default()
            );
        }
    }
}
