//! The parts that the tests stand on, tried by themselves.

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use serde_json::json;

use crate::support::axe;
use crate::support::browser::Browser;
use crate::support::browser::Look;
use crate::support::form::Page;
use crate::support::letters::Letter;
use crate::support::parts::Postgres;
use crate::support::parts::Redis;
use crate::support::parts::S3;
use crate::support::parts::Smtp;
use crate::support::parts::Wire;
use crate::support::parts::smtp::Manner;
use crate::support::parts::wire::Mode;

#[tokio::test(flavor = "multi_thread")]
async fn postgres_gives_each_test_its_own_database() {
    let (one, two) = tokio::join!(database(), database());
    assert_ne!(one, two);
    let client = Postgres::connect(&one).await;
    client.batch_execute("CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (7)").await.unwrap();
    let other = Postgres::connect(&two).await;
    assert!(other.simple_query("SELECT n FROM t").await.is_err());
    let asked = client.query_one("SHOW fsync", &[]).await.unwrap();
    assert_eq!(asked.get::<_, String>(0), "on");
}

async fn database() -> String {
    Postgres::shared().await.database().await
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_freezes_and_dies_and_comes_back() {
    let postgres = Postgres::start().await;
    let url = postgres.database().await;
    let client = Postgres::connect(&url).await;
    client.batch_execute("CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (7)").await.unwrap();

    postgres.freeze();
    let frozen = tokio::time::timeout(Duration::from_millis(500), client.simple_query("SELECT n FROM t")).await;
    assert!(frozen.is_err(), "a frozen database must not answer");
    postgres.thaw();
    client.simple_query("SELECT n FROM t").await.expect("it answers again on the same connection");

    postgres.kill();
    assert!(client.simple_query("SELECT n FROM t").await.is_err());
    postgres.restart().await;
    let row = Postgres::connect(&url).await.query_one("SELECT n FROM t", &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 7, "what was committed is still there");

    let held = Postgres::connect(&url).await;
    postgres.drop_connections().await;
    assert!(held.simple_query("SELECT 1").await.is_err());
    postgres.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_keeps_numbers_apart_and_can_freeze_and_die() {
    let redis = Redis::start().await;
    let (one, two) = (redis.database(), redis.database());
    let mut client = Redis::connect(&one).await;
    redis::cmd("SET").arg("k").arg("v").query_async::<()>(&mut client).await.unwrap();
    let mut other = Redis::connect(&two).await;
    let found: Option<String> = redis::cmd("GET").arg("k").query_async(&mut other).await.unwrap();
    assert_eq!(found, None);

    redis.freeze();
    let frozen = redis::cmd("PING");
    let frozen = tokio::time::timeout(Duration::from_millis(300), frozen.query_async::<String>(&mut client)).await;
    assert!(!matches!(frozen, Ok(Ok(_))), "a frozen Redis must not answer");
    redis.thaw();

    redis.kill();
    redis.restart().await;
    let found: Option<String> = redis::cmd("GET").arg("k").query_async(&mut Redis::connect(&one).await).await.unwrap();
    assert_eq!(found, None, "it comes back empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_checks_signatures() {
    let s3 = S3::start().await;
    let bucket = |secret: &str| {
        let region = s3::Region::Custom { region: s3.region.clone(), endpoint: s3.endpoint() };
        let keys = s3::creds::Credentials::new(Some(&s3.access_key), Some(secret), None, None, None).unwrap();
        s3::Bucket::new(&s3.bucket, region, keys).unwrap().with_path_style()
    };
    bucket(&s3.secret_key).put_object("/a/b.txt", b"bytes").await.unwrap();
    assert_eq!(bucket(&s3.secret_key).get_object("/a/b.txt").await.unwrap().bytes().as_ref(), b"bytes");
    assert!(s3.objects().iter().any(|name| name.ends_with("a/b.txt")), "{:?}", s3.objects());
    assert!(bucket("another secret").get_object("/a/b.txt").await.is_err(), "a wrong key must be refused");
    s3.wire.set(Mode::Cut);
    assert!(bucket(&s3.secret_key).get_object("/a/b.txt").await.is_err());
    s3.wire.set(Mode::Pass);
    assert!(bucket(&s3.secret_key).get_object("/a/b.txt").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn smtp_keeps_messages_and_refuses_when_told() {
    use lettre::AsyncSmtpTransport;
    use lettre::AsyncTransport as _;
    use lettre::Message;
    use lettre::Tokio1Executor;

    let smtp = Smtp::start().await;
    let message = || {
        let message = Message::builder().from("wallet@wallet.example".parse().unwrap());
        let message = message.to("amina@mail.example".parse().unwrap()).subject("Your code – ünïcode");
        message.body("Your code is 123 456.\r\n\r\n.a line that begins with a dot\r\n".to_owned()).unwrap()
    };
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&smtp.url()).unwrap().build();
    transport.send(message()).await.unwrap();
    let letter: Letter = smtp.letters().pop().expect("one message");
    assert_eq!(letter.to, ["amina@mail.example"]);
    assert_eq!(letter.subject, "Your code – ünïcode");
    assert!(letter.text.contains("\n.a line that begins with a dot"), "{}", letter.text);
    assert_eq!(letter.code().as_deref(), Some("123456"));

    smtp.set(Manner::Refuse);
    assert!(transport.send(message()).await.unwrap_err().is_permanent());
    smtp.set(Manner::Busy);
    assert!(transport.send(message()).await.unwrap_err().is_transient());
    let stranger = smtp.url().replace("wallet:", "wallet:not");
    let stranger = AsyncSmtpTransport::<Tokio1Executor>::from_url(&stranger).unwrap().build();
    assert!(stranger.send(message()).await.is_err(), "the password is checked");
    smtp.set(Manner::Hang);
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&smtp.url()).unwrap().build();
    assert!(tokio::time::timeout(Duration::from_millis(300), transport.send(message())).await.is_err());
    assert_eq!(smtp.letters().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn wire_cuts_holds_and_loses_answers() {
    let postgres = Postgres::shared().await;
    let wire = Wire::to(&postgres.address()).await;
    let url = wire.through(&postgres.database().await);
    let client = Postgres::connect(&url).await;
    client.batch_execute("CREATE TABLE t (n BIGINT)").await.unwrap();

    wire.set(Mode::Slow(Duration::from_millis(120)));
    let start = Instant::now();
    client.simple_query("SELECT 1").await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(200), "two slow pieces");

    wire.set(Mode::Hold);
    let held = tokio::time::timeout(Duration::from_millis(300), client.simple_query("SELECT 1")).await;
    assert!(held.is_err());
    wire.set(Mode::Pass);
    client.simple_query("SELECT 1").await.expect("goes on when the wire does");

    wire.set(Mode::LoseAnswerTo(Arc::from(*b"COMMIT")));
    let lost = client.batch_execute("BEGIN; INSERT INTO t VALUES (1); COMMIT").await;
    assert!(lost.is_err(), "the answer is lost");
    wire.set(Mode::Pass);
    let count = Postgres::connect(&url).await.query_one("SELECT count(*) FROM t", &[]).await.unwrap();
    assert_eq!(count.get::<_, i64>(0), 1, "and yet it was committed");

    wire.set(Mode::Cut);
    assert!(tokio_postgres::connect(&url, tokio_postgres::NoTls).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_types_clicks_and_looks() {
    let site = Site::start().await;
    for has_scripts in [true, false] {
        let look = Look { width: 320, height: 640, is_dark: true, has_scripts, language: "de" };
        let browser = Browser::open(&look).await;
        browser.goto(&site.url).await;
        assert_eq!(browser.title().await, "Trial");
        assert_eq!(browser.has("#scripted").await, has_scripts, "scripts are as asked for");
        assert_eq!(browser.run("return innerWidth", json!([])).await, 320);
        let dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
        assert_eq!(browser.run(dark, json!([])).await, true);
        assert!(browser.text().await.contains("language de"), "{}", browser.text().await);
        let picture = browser.screenshot(&format!("parts-trial-{has_scripts}")).await;
        assert!(std::fs::metadata(picture).unwrap().len() > 1000);

        browser.fill("input[name=name]", "Amina").await;
        browser.click("input[type=checkbox]").await;
        assert!(browser.element("input[type=checkbox]").await.is_selected().await);
        browser.click("button").await;
        browser.wait_for_url(|url| url.ends_with("/answer?name=Amina&tick=yes")).await;

        if !has_scripts {
            // axe-core waits for timers, which a page without scripts does not have.
            continue;
        }
        let found = axe::violations(&browser).await;
        assert!(found.iter().all(|violation| violation.rule != "html-has-lang"), "{found:?}");
        assert!(found.iter().any(|violation| violation.rule == "image-alt"), "the picture has no text: {found:?}");
    }
}

#[test]
fn forms_are_read_as_browsers_do() {
    let body = r#"<form id=a action="/next" method=post><input type=hidden name=csrf value=x>
        <input name=email value="">
        <input type=checkbox name=claim value=email checked><input type=checkbox name=claim value=phone_number checked>
        <input type=checkbox name=claim value=sub checked disabled>
        <input type=radio name=duration value=once><input type=radio name=duration value=90d checked>
        <select name=lang><option value=en>English<option value=de selected>Deutsch</select>
        <button name=decision value=allow>Share</button><button name=decision value=deny>No</button></form>
        <input name=outside value=1 form=a>"#;
    let url = url::Url::parse("http://127.0.0.1:1/here?a=b").unwrap();
    let page = Page { url, status: 200, headers: reqwest::header::HeaderMap::new(), body: body.to_owned() };
    let form = page.form("decision").fill("email", "a@b").tick_only("claim", &["email"]).choose("duration", "once");
    assert_eq!(form.action.as_str(), "http://127.0.0.1:1/next");
    let pairs = form.press("decision", "deny").pairs();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = ["csrf=x", "email=a@b", "claim=email", "duration=once", "lang=de", "outside=1", "decision=deny"];
    assert_eq!(pairs, expected);
}

/// A two-page site of the tests' own.
struct Site {
    url: String,
    server: tokio::task::JoinHandle<()>,
}

impl Site {
    async fn start() -> Self {
        use poem::EndpointExt as _;
        use poem::listener::Acceptor as _;
        use poem::listener::Listener as _;

        let page = poem::endpoint::make_sync(|request: poem::Request| {
            let language = request.header("accept-language").unwrap_or_default().to_owned();
            let picture = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
            poem::web::Html(format!(
                "<!doctype html><html lang=en><title>Trial</title><body><h1>Trial</h1><p>language {language}</p>
                 <form action=/answer><label>Name <input name=name></label>
                 <label><input type=checkbox name=tick value=yes> Tick</label><button>Go</button></form>
                 <img src='{picture}'>
                 <script>document.body.insertAdjacentHTML('beforeend', '<p id=scripted>scripts run</p>')</script>"
            ))
        });
        let acceptor = poem::listener::TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let url = format!("http://{}", acceptor.local_addr()[0].as_socket_addr().unwrap());
        let server = tokio::spawn(async move {
            let _ = poem::Server::new_with_acceptor(acceptor).run(page.boxed()).await;
        });
        Self { url, server }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}
