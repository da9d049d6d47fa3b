//! The queue on both databases, the same cases: once among many runners, tried again, laid aside, sealed; mail that
//! arrives, and a mail server that refuses, is busy or says nothing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use social_wallet::accounts::register;
use social_wallet::app::App;
use social_wallet::audit::{self, Origin, Record};
use social_wallet::base::id::{AccountId, JobId};
use social_wallet::base::{Fault, Random, Seconds, Secret};
use social_wallet::catalog::EVENTS;
use social_wallet::config::Config;
use social_wallet::config::secrets::generate;
use social_wallet::jobs::{self, JOBS, upkeep};
use social_wallet::jose::Alg;
use social_wallet::provider::keys;
use social_wallet::store::database::jobs::{self as queue, Job, JobState, Row};
use social_wallet::store::database::settings;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::stores::{Nodes, on_both, on_both_with};
use crate::support::letters::{self, Letter};
use crate::support::parts::smtp::Manner;
use crate::support::parts::{Folder, Postgres, Smtp};
use crate::support::{eventually, unique};

const SOON: Duration = Duration::from_secs(15);

/// The runners of a house, until dropped or stopped.
struct Runners {
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
}

impl Runners {
    fn start(nodes: &[App]) -> Self {
        let (stop, told) = watch::channel(false);
        let running = nodes.iter().map(|app| tokio::spawn(jobs::run(app.clone(), told.clone()))).collect();
        Self { stop, running }
    }

    async fn end(self) {
        self.stop.send_replace(true);
        for runner in self.running {
            tokio::time::timeout(Duration::from_secs(20), runner).await.expect("it ends when told").expect("no panic");
        }
    }
}

fn mail(to: &str) -> Job {
    let values = [("code", "271828"), ("minutes", "10")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    Job::Mail { mail: "sign_up_code".to_owned(), to: to.to_owned(), locale: "en".to_owned(), values: values.into() }
}

async fn add(app: &App, job: Job) -> JobId {
    let unit = app.clone();
    let added = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { queue::enqueue(tx, &job, &unit.sealers.job, &unit.random, unit.now()).await })
    });
    added.await.expect("a job is added")
}

/// The jobs that are not done.
async fn held(app: &App) -> Vec<Row> {
    let rows = app.db.read::<_, Fault, _>(|conn| Box::pin(queue::held_after(conn, None, 1000)));
    rows.await.expect("the queue")
}

async fn until_empty(app: &App) {
    eventually("the queue is empty", SOON, async || held(app).await.is_empty().then_some(())).await;
}

/// The job once it waits again after so many tries.
async fn after_tries(app: &App, tries: i32) -> Row {
    eventually("the job was tried", SOON, async || {
        held(app).await.into_iter().find(|row| row.attempts == tries && row.state != JobState::Running)
    })
    .await
}

fn outbox(app: &App) -> Vec<Letter> {
    letters::in_folder(&app.config.outbox())
}

fn with(smtp: &Smtp) -> Config {
    let mut config = Config::default();
    config.mail.smtp_url = Some(Secret::new(smtp.url()));
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn among_many_runners_a_job_runs_once() {
    let smtp = Smtp::start().await;
    on_both_with(with(&smtp), async |house: Nodes| {
        let [a, b] = &house.nodes;
        let sent = smtp.letters().len();
        for n in 0..40 {
            add(if n % 2 == 0 { a } else { b }, mail(&format!("n{n}@mail.example"))).await;
        }
        let runners = Runners::start(&house.nodes);
        until_empty(a).await;
        runners.end().await;
        let mut readers: Vec<String> = smtp.letters()[sent..].iter().flat_map(|letter| letter.to.clone()).collect();
        assert_eq!(readers.len(), 40, "{}", a.db.name());
        readers.sort();
        readers.dedup();
        assert_eq!(readers.len(), 40, "{}", a.db.name());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_in_the_mail_at_once() {
    on_both(async |house| {
        let [a, _] = &house.nodes;
        let runners = Runners::start(&house.nodes[..1]);
        tokio::time::sleep(Duration::from_millis(300)).await;
        let address = format!("{}@mail.example", unique("p"));
        let begun = Instant::now();
        let id = register::begin(a, &address, "en", &Origin::house()).await.expect("a code is sent");
        let letter = eventually("the code arrives", SOON, async || outbox(a).pop()).await;
        // Twice what is promised, for a machine that runs other tests.
        assert!(begun.elapsed() < Duration::from_millis(600), "{} took {:?}", a.db.name(), begun.elapsed());
        assert_eq!(letter.to, [address]);
        assert!(letter.html.contains("<strong>"), "{}", letter.html);
        register::prove(a, id, &letter.code().expect("a code")).await.expect("the code is right");
        runners.end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_is_sealed_and_then_forgotten() {
    on_both(async |house| {
        let [a, _] = &house.nodes;
        let id = add(a, mail("amina@mail.example")).await;
        let row = held(a).await.pop().expect("a job");
        let seen = String::from_utf8_lossy(&row.payload).into_owned();
        assert!(!seen.contains("amina") && !seen.contains("271828"));
        assert!(row.job(&a.sealers.job).is_ok());
        assert!(Row { id: JobId::new(a.now(), &a.random), ..row.clone() }.job(&a.sealers.job).is_err(), "moved");
        let runners = Runners::start(&house.nodes);
        until_empty(a).await;
        runners.end().await;
        let claimed = a.db.write::<_, Fault, _>({
            let now = a.now() + Seconds::days(1);
            move |tx| Box::pin(queue::claim(tx, id, now, now))
        });
        assert_eq!(claimed.await.expect("asked"), None, "what is done is done");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_pass_is_tried_again_and_then_laid_aside() {
    let smtp = Smtp::start().await;
    on_both_with(with(&smtp), async |house: Nodes| {
        let [a, _] = &house.nodes;
        smtp.set(Manner::Busy);
        let sent = smtp.letters().len();
        // Its code works for ten minutes; this one is about something else, and never too late.
        let values: BTreeMap<String, String> = BTreeMap::new();
        let known = |to: &str| Job::Mail {
            mail: "sign_up_known".to_owned(),
            to: to.to_owned(),
            locale: "ar".to_owned(),
            values: values.clone(),
        };
        add(a, known("amina@mail.example")).await;
        let runners = Runners::start(&house.nodes);
        let row = after_tries(a, 1).await;
        assert_eq!((row.state, row.last_error.as_deref()), (JobState::Queued, Some("the mail server answered 451")));
        let wait = row.run_at.since(a.now());
        assert!((4..=6).contains(&wait.0), "{wait:?}");
        smtp.set(Manner::Accept);
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(smtp.letters().len(), sent, "not before its time");
        a.clock.advance(Seconds(7));
        until_empty(a).await;
        assert_eq!(smtp.letters()[sent..].iter().map(|l| l.to[0].as_str()).collect::<Vec<_>>(), ["amina@mail.example"]);

        smtp.set(Manner::Busy);
        add(a, known("yusuf@mail.example")).await;
        for tries in 1..=JOBS[0].tries {
            let row = after_tries(a, tries).await;
            let is_last = tries == JOBS[0].tries;
            assert_eq!(row.state == JobState::Dead, is_last, "{} try {tries}", a.db.name());
            a.clock.advance(Seconds::hours(2));
        }
        smtp.set(Manner::Accept);
        runners.end().await;
        assert_eq!(smtp.letters().len(), sent + 1);

        upkeep::measure(a).await.expect("numbers");
        let numbers = a.metrics.render();
        for line in ["sw_job_queue_depth{state=\"dead\"} 1", "sw_job_queue_depth{state=\"waiting\"} 0"] {
            assert!(numbers.contains(line), "{line} is not in\n{numbers}");
        }
        a.clock.advance(Seconds::days(31));
        upkeep::sweep(a).await.expect("a sweep");
        assert!(held(a).await.is_empty(), "what nobody mended is not kept for ever");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_good_is_not_tried_again() {
    let smtp = Smtp::start().await;
    on_both_with(with(&smtp), async |house: Nodes| {
        let [a, _] = &house.nodes;
        smtp.set(Manner::Refuse);
        add(a, mail("amina@mail.example")).await;
        add(a, mail("no address")).await;
        let runners = Runners::start(&house.nodes);
        let dead = eventually("both are laid aside", SOON, async || {
            let rows = held(a).await;
            rows.iter().all(|row| row.state == JobState::Dead).then_some(rows)
        })
        .await;
        let mut told: Vec<_> = dead.iter().map(|row| (row.attempts, row.last_error.as_deref().unwrap_or(""))).collect();
        told.sort_unstable();
        let expected = [(1, "the mail server answered 550"), (1, "the recipient is no mail address")];
        assert_eq!(told, expected, "and nothing personal is kept beside it");
        runners.end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_mail_server_holds_up_nobody() {
    let smtp = Smtp::start().await;
    on_both_with(with(&smtp), async |house: Nodes| {
        let [a, _] = &house.nodes;
        smtp.set(Manner::Hang);
        let sent = smtp.letters().len();
        add(a, mail("amina@mail.example")).await;
        let runners = Runners::start(&house.nodes[..1]);
        eventually("it is claimed", SOON, async || {
            held(a).await.iter().any(|row| row.state == JobState::Running).then_some(())
        })
        .await;
        // A person who asks for a code is not held, and whoever stops the house waits for the job, not for ever.
        let begun = Instant::now();
        let address = format!("{}@mail.example", unique("p"));
        register::begin(a, &address, "en", &Origin::house()).await.expect("the code is on its way");
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        runners.end().await;
        let rows = held(a).await;
        assert!(rows.iter().all(|row| row.state == JobState::Queued), "{rows:?}");
        assert!(rows.iter().any(|row| row.last_error.as_deref() == Some("the mail server did not answer in time")));

        smtp.set(Manner::Accept);
        a.clock.advance(Seconds(10));
        let runners = Runners::start(&house.nodes[..1]);
        until_empty(a).await;
        runners.end().await;
        assert_eq!(smtp.letters().len(), sent + 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_too_old_is_not_sent() {
    on_both(async |house| {
        let [a, _] = &house.nodes;
        add(a, mail("amina@mail.example")).await;
        a.clock.advance(Seconds::minutes(10));
        let runners = Runners::start(&house.nodes[..1]);
        until_empty(a).await;
        runners.end().await;
        assert!(outbox(a).is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_died_gives_its_job_back_and_cannot_spoil_it() {
    on_both(async |house| {
        let [a, b] = &house.nodes;
        let id = add(a, mail("amina@mail.example")).await;
        let claim = async |app: &App, at: Seconds| {
            let now = app.now() + at;
            let claimed = app.db.write::<_, Fault, _>(move |tx| Box::pin(queue::claim(tx, id, now, now + Seconds(60))));
            claimed.await.expect("asked")
        };
        let lost = claim(a, Seconds(0)).await.expect("claimed");
        assert_eq!(claim(b, Seconds(59)).await, None, "while the claim lasts");
        let second = claim(b, Seconds(60)).await.expect("given back");
        assert_eq!((lost.attempts, second.attempts), (1, 2));
        // The first comes back from a long sleep and says that it failed: the second has it.
        let failed =
            a.db.write::<_, Fault, _>(move |tx| Box::pin(async move { queue::fail(tx, &lost, None, "late").await }));
        failed.await.expect("heard");
        assert_eq!(held(a).await[0].state, JobState::Running);
        let done = b.db.write::<_, Fault, _>(move |tx| Box::pin(async move { queue::finish(tx, &second).await }));
        done.await.expect("done");
        assert!(held(a).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn upkeep_forgets_what_has_had_its_time_and_nothing_else() {
    on_both(async |house| {
        let [a, b] = &house.nodes;
        let account = AccountId::new(a.now(), &a.random);
        let write = async |app: &App, event: &'static str| {
            let unit = app.clone();
            let written = app.db.write::<_, Fault, _>(move |tx| {
                Box::pin(async move { audit::record(tx, &unit, &Record::of(event, account), &Origin::house()).await })
            });
            written.await.expect("an event");
        };
        let kept = async |app: &App| {
            let rows = app.db.read::<_, Fault, _>(move |conn| {
                Box::pin(social_wallet::store::database::audit::list(conn, account, Default::default(), 1000))
            });
            rows.await.expect("the trail").into_iter().map(|row| row.event).collect::<Vec<_>>()
        };
        for event in EVENTS {
            write(a, event.name).await;
        }
        assert_eq!(kept(a).await.len(), EVENTS.len());
        let mut terms: Vec<u32> = EVENTS.iter().map(|event| event.kept_days()).collect();
        terms.sort_unstable();
        terms.dedup();
        let mut gone = Seconds(0);
        for days in terms {
            let due = Seconds::days(i64::from(days));
            a.clock.advance(Seconds(due.0 - gone.0 - 60));
            upkeep::sweep(a).await.expect("a sweep");
            let before = EVENTS.iter().filter(|event| event.kept_days() >= days).count();
            assert_eq!(kept(a).await.len(), before, "a minute before {days} days");
            a.clock.advance(Seconds(120));
            // Two at once do no harm.
            if a.db.name() == "postgres" {
                b.clock.advance(Seconds(a.now().since(b.now()).0));
            }
            let (one, two) = tokio::join!(upkeep::sweep(a), upkeep::sweep(b));
            one.and(two).expect("two sweeps");
            gone = Seconds(due.0 + 60);
            let after = EVENTS.iter().filter(|event| event.kept_days() > days).count();
            assert_eq!(kept(a).await.len(), after, "a minute after {days} days");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_old_rows_go_in_batches() {
    on_both(async |house| {
        let [a, _] = &house.nodes;
        let unit = a.clone();
        let added = a.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                for n in 0..1201_u32 {
                    audit::record(tx, &unit, &Record::new("client.created"), &Origin::house()).await?;
                    settings::insert(tx, &format!("trial.{n}"), "x").await?;
                }
                Ok(())
            })
        });
        added.await.expect("many rows");
        a.clock.advance(Seconds::days(4000));
        assert_eq!(upkeep::sweep(a).await.map_err(|e| format!("{e:?}")), Ok(1201));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_keys_are_made_renewed_and_measured() {
    on_both(async |house| {
        let [a, b] = &house.nodes;
        let (one, two) = tokio::join!(upkeep::renew_keys(a), upkeep::renew_keys(b));
        one.and(two).expect("keys");
        let keys = async |app: &App, alg: &str| {
            let keys = social_wallet::provider::keys::list(app).await.expect("the keys");
            keys.into_iter().filter(|key| key.alg.as_str() == alg).count()
        };
        assert_eq!((keys(a, "ES256").await, keys(a, "EdDSA").await), (1, 1), "once, though two nodes began");
        eventually("RSA follows in the background", Duration::from_secs(60), async || {
            (keys(a, "RS256").await == 1 && keys(a, "PS256").await == 1).then_some(())
        })
        .await;
        a.clock.advance(a.config.keys.rotate_after);
        upkeep::renew_keys(a).await.expect("renewed");
        assert_eq!(keys(a, "ES256").await, 2);
        upkeep::measure(a).await.expect("numbers");
        let age = format!("sw_signing_key_age_seconds{{alg=\"ES256\"}} {}", a.config.keys.rotate_after.0);
        assert!(a.metrics.render().contains(&age), "{age}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_and_what_signs_is_sealed_again_under_a_new_key() {
    for url in [None, Some(Postgres::shared().await.database().await)] {
        let folder = Folder::new("jobs");
        let (master_keys, pepper) = generate(&Random::Os);
        let next = format!("2:{}", Random::Os.token(32));
        let start = async |master_keys: String| {
            let mut config = Config::default();
            config.data.dir = folder.path().to_owned();
            config.database.url = url.clone().map(Secret::new);
            config.secrets.master_keys = Some(Secret::new(master_keys));
            config.secrets.pepper = Some(pepper.clone());
            App::start(config).await.expect("the house starts")
        };
        let app = start(master_keys.expose().to_owned()).await;
        for n in 0..300 {
            add(&app, mail(&format!("n{n}@mail.example"))).await;
        }
        let kid = keys::signer(&app, Alg::Es256).await.expect("a signing key").kid().to_owned();
        drop(app);
        let app = start(format!("{},{next}", master_keys.expose())).await;
        assert_eq!(jobs::rewrap(&app).await.expect("sealed again"), 300);
        assert_eq!(jobs::rewrap(&app).await.expect("nothing to do"), 0);
        assert_eq!(keys::rewrap(&app).await.expect("sealed again"), 1);
        assert_eq!(keys::rewrap(&app).await.expect("nothing to do"), 0);
        app.renew_key_proof().await.expect("a new proof");
        drop(app);
        // Nothing needs the first key any more.
        let app = start(next).await;
        assert!(held(&app).await.iter().all(|row| row.job(&app.sealers.job).is_ok()));
        assert_eq!(keys::signer(&app, Alg::Es256).await.expect("the same key").kid(), kid);
    }
}
