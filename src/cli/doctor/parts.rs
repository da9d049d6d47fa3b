//! The parts that the house stands on: folder, keys, database, Redis, files, mail, signing keys, clock.

use std::fmt::Display;
use std::fs;
use std::future::Future;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::Finding;
use crate::app::{self, App};
use crate::base::seal::KeyRing;
use crate::base::{Clock, Random, Secret};
use crate::config::{Config, Keys, SmsGateway, folder};
use crate::outbound::fetch::Fetch;
use crate::outbound::mail::Mail;
use crate::outbound::scanner::Scanner;
use crate::outbound::sms::Sms;
use crate::provider::keys::{self, Purpose};
use crate::store::blobs::Blobs;
use crate::store::database::Db;
use crate::store::ephemeral::Ephemeral;

/// How long a part may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far the clocks of two machines may be apart, in seconds: assertions from 10 s ahead are taken.
const SKEW_S: i64 = 5;

pub async fn look(config: &Config) -> Vec<Finding> {
    let mut found = vec![data_folder(&config.data.dir)];
    let keys = existing_keys(config);
    let (db, finding) = database(config).await;
    match &keys {
        Ok(Some(keys)) => found.push(key_proof(keys, db.as_ref()).await),
        Ok(None) => found.push(Finding::note("keys", "none yet; the first start makes them in the data folder")),
        Err(problem) => found.push(Finding::failed("keys", &*problem.what, &*problem.mend)),
    }
    found.push(finding);
    let keys = keys.ok().flatten();
    found.push(ephemeral(config, keys.as_ref()).await);
    found.push(files(config).await);
    found.push(mail(config).await);
    found.push(sms(config).await);
    found.push(scanner(config).await);
    if let (Some(_), Some(_)) = (&keys, &db) {
        found.push(signing_keys(config).await);
    }
    if let Some(db) = &db {
        found.push(clock(db).await);
    }
    found
}

async fn scanner(config: &Config) -> Finding {
    let scanner = Scanner::open(&config.media);
    if let Scanner::Builtin = scanner {
        return Finding::note("scanner", "none; uploads get our own file check, which is no antivirus");
    }
    let mend = "Check media.clamd, and that clamd takes connections from here; until then uploads wait.";
    Finding::of("scanner", timed(scanner.ping()).await.map(|took| format!("clamd answers in {took}")), mend)
}

/// How long something took, or why it failed.
async fn timed<E: Display>(act: impl Future<Output = Result<(), E>>) -> Result<String, String> {
    let begun = Instant::now();
    match tokio::time::timeout(PATIENCE, act).await {
        Ok(Ok(())) => Ok(format!("{:.1} ms", begun.elapsed().as_secs_f64() * 1000.0)),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

fn data_folder(dir: &Path) -> Finding {
    let part = "data folder";
    let shown = dir.display();
    let mode = match fs::metadata(dir) {
        Ok(found) if found.is_dir() => found.permissions().mode() & 0o777,
        Ok(_) => return Finding::failed(part, format!("{shown} is no folder"), "Name another one in data.dir."),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Finding::note(part, format!("{shown} is not there yet; the first start makes it"));
        }
        Err(e) => return Finding::failed(part, format!("{shown}: {e}"), "Let this process read and write it."),
    };
    if mode & 0o077 != 0 {
        let others = format!("{shown} may be entered by others than its owner (mode {mode:o})");
        return Finding::failed(part, others, format!("chmod 700 {shown}"));
    }
    let file = dir.join(".doctor");
    match folder::write(&file, b"").and_then(|()| fs::remove_file(&file)) {
        Ok(()) => Finding::ok(part, format!("{shown}, its owner's alone, can be written")),
        Err(e) => Finding::failed(part, format!("{shown} cannot be written: {e}"), "Let this process write it."),
    }
}

/// The keys of the settings or of the data folder; never makes any.
fn existing_keys(config: &Config) -> Result<Option<Keys>, crate::config::Problem> {
    let is_set = config.secrets.master_keys.is_some() || config.secrets.pepper.is_some();
    if is_set || config.key_file().exists() || config.database_file().exists() {
        return Keys::load(config, &Random::Os).map(Some);
    }
    Ok(None)
}

async fn key_proof(keys: &Keys, db: Option<&Db>) -> Finding {
    let part = "keys";
    let Some(db) = db else { return Finding::ok(part, "they can be read; no database to compare them with") };
    match app::keys_fit(db, keys).await {
        Ok(Some(true)) => Finding::ok(part, "they are those that the data was sealed with"),
        Ok(Some(false)) => Finding::failed(
            part,
            "they are not those that the data was sealed with",
            "Put the master keys and the pepper back that this database was made with.",
        ),
        Ok(None) => Finding::ok(part, "they can be read; the next start leaves a proof of them with the data"),
        Err(fault) => Finding::failed(part, fault.to_string(), "Mend the database first."),
    }
}

/// The database once it is up to date.
async fn database(config: &Config) -> (Option<Db>, Finding) {
    let part = "database";
    let mend = "Check database.url and that the server takes connections from here.";
    let opened = match &config.database.url {
        Some(url) => Db::postgres(url.expose(), 2).await,
        None if !config.database_file().exists() => {
            return (None, Finding::note(part, "no embedded database yet; the first start makes it"));
        }
        None => Db::sqlite(&config.database_file()).await,
    };
    let db = match opened {
        Ok(db) => db,
        Err(fault) => return (None, Finding::failed(part, fault.to_string(), mend)),
    };
    // The first question opens the connection, the second tells how long an answer takes.
    let asked = match timed(db.ping()).await {
        Ok(_) => timed(db.ping()).await,
        Err(error) => Err(error),
    };
    let took = match asked {
        Ok(took) => took,
        Err(error) => return (None, Finding::failed(part, error, mend)),
    };
    match db.migrations().await {
        Ok(state) if state.pending.is_empty() => {
            let detail = format!("{} answers in {took}, {} migrations, none pending", db.name(), state.applied.len());
            (Some(db), Finding::ok(part, detail))
        }
        Ok(state) => {
            let detail = format!("{} answers in {took}; pending: {}", db.name(), state.pending.join(", "));
            (None, Finding::note(part, format!("{detail}; `migrate`, or the next start, applies them")))
        }
        Err(fault) => (None, Finding::failed(part, fault.to_string(), mend)),
    }
}

async fn ephemeral(config: &Config, keys: Option<&Keys>) -> Finding {
    let part = "redis";
    let Some(url) = &config.redis.url else {
        return Finding::note(part, "not set: short-lived things are kept in the process, so run one node alone");
    };
    let mend = "Check redis.url and that the server takes connections from here.";
    let passing = || KeyRing::new(vec![(1, Random::Os.bytes())]);
    let Some(ring) = keys.map(|keys| keys.ring.clone()).or_else(passing) else {
        return Finding::failed(part, "cannot be asked without keys", mend);
    };
    match Ephemeral::redis(url.expose(), ring.sealer("ephemeral"), Random::Os) {
        Ok(redis) => Finding::of(part, timed(redis.ping()).await.map(|took| format!("answers in {took}")), mend),
        Err(fault) => Finding::failed(part, fault.to_string(), mend),
    }
}

async fn files(config: &Config) -> Finding {
    let part = "files";
    if config.s3.is_none() && !config.data.dir.exists() {
        return Finding::note(part, "kept in the data folder, which is not there yet");
    }
    let mend = "Check the s3 settings, and that the keys may write, read and delete in the bucket.";
    match Blobs::open(config) {
        Ok(blobs) => {
            let probed = timed(blobs.probe(&Random::Os)).await;
            let name = blobs.name();
            Finding::of(part, probed.map(|took| format!("{name}: written, read and deleted in {took}")), mend)
        }
        Err(fault) => Finding::failed(part, fault.to_string(), mend),
    }
}

async fn mail(config: &Config) -> Finding {
    let part = "mail";
    let mend = "Check mail.smtp_url: host, port, TLS, user and password.";
    if config.mail.smtp_url.is_none() {
        return Finding::note(part, format!("not sent: written to {}", config.outbox().display()));
    }
    match Mail::open(config, Clock::System) {
        Ok(mail) => {
            Finding::of(part, timed(mail.ping()).await.map(|took| format!("the server greets in {took}")), mend)
        }
        Err(fault) => Finding::failed(part, fault.to_string(), mend),
    }
}

async fn sms(config: &Config) -> Finding {
    let part = "sms";
    let mend = "Check sms.url and sms.secret; the gateway must be at a public https address.";
    match config.sms.gateway {
        SmsGateway::Off => return Finding::note(part, "off: nobody can prove a phone number"),
        SmsGateway::Folder => {
            return Finding::note(part, format!("not sent: written to {}", config.outbox().display()));
        }
        SmsGateway::Http => {}
    }
    let sms = Fetch::open(&config.outbound, Clock::System).and_then(|fetch| Sms::open(config, fetch, Clock::System));
    match sms {
        Ok(sms) => {
            Finding::of(part, timed(sms.ping()).await.map(|took| format!("the gateway answers in {took}")), mend)
        }
        Err(fault) => Finding::failed(part, fault.to_string(), mend),
    }
}

async fn signing_keys(config: &Config) -> Finding {
    let part = "signing";
    let mut config = config.clone();
    config.database.pool = 2;
    // Whatever the other parts are like, the keys are in the database.
    config.redis.url = None::<Secret<String>>;
    let mend = "Start the server once: it makes the keys that are missing.";
    let app = match App::start(config).await {
        Ok(app) => app,
        Err(fault) => return Finding::failed(part, fault.to_string(), "Mend the keys and the database first."),
    };
    match keys::list(&app).await {
        Ok(all) if all.is_empty() => Finding::note(part, "no signing keys yet; the first start makes them"),
        Ok(all) => {
            let signing = || all.iter().filter(|key| matches!(key.alg, Purpose::Sign(_)));
            let state = |state: &str| signing().filter(|key| key.state.as_str() == state).count();
            let (active, published, retired) = (state("active"), state("published"), state("retired"));
            let detail = format!("{active} keys sign, {published} are published for later, {retired} are retired");
            if active > 0 { Finding::ok(part, detail) } else { Finding::failed(part, detail, mend) }
        }
        Err(_) => Finding::failed(part, "the signing keys cannot be opened", "Mend the master keys first."),
    }
}

async fn clock(db: &Db) -> Finding {
    let part = "clock";
    match db.time().await {
        Ok(None) => Finding::note(part, "nobody to compare it with; keep it in step (NTP)"),
        Ok(Some(theirs)) => {
            let ahead = Clock::System.now().since(theirs).0;
            let detail = format!("{ahead} s ahead of the database's");
            if ahead.abs() <= SKEW_S {
                Finding::ok(part, detail)
            } else {
                Finding::failed(part, detail, "Keep both machines in step with NTP.")
            }
        }
        Err(fault) => Finding::failed(part, fault.to_string(), "Mend the database first."),
    }
}
