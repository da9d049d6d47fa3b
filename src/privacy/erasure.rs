//! Deletion: asked for, called off, carried out step by step, and looked at afterwards (GDPR Art. 17).
//!
//! Each of the [`STEPS`] may be done again: whoever takes over begins with the one that is not counted. First goes the
//! key of the person, by which everything else becomes unreadable, wherever a copy of it is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;

use crate::accounts::{self, Wake, sessions as browsers};
use crate::app::App;
use crate::audit::{self, Origin, Record, chain};
use crate::base::id::{AccountId, DeletionId};
use crate::base::{Digest, Fault, Time};
use crate::catalog::messages::News;
use crate::error::{Denied, Error};
use crate::jose::SigningKey;
use crate::privacy::{bundle, receipt};
use crate::provider::{grants, lasting};
use crate::store::blobs::BlobKey;
use crate::store::database::accounts::{AccountState, Role};
use crate::store::database::contacts::{self, ContactKind};
use crate::store::database::deletions::{self, Row};
pub use crate::store::database::deletions::{Cause, Inventory, State};
use crate::store::database::jobs::{self, Job};
use crate::store::database::{Conn, Json, accounts as rows, cases, evidence, exports, held, imports, media as assets};
use crate::wallet::media::uploads::hexadecimal;
use crate::wallet::{media, verification};

/// A step of a deletion.
pub struct Step {
    pub name: &'static str,
    run: for<'a> fn(&'a App, &'a Row, AccountId) -> BoxFuture<'a, Result<(), Error>>,
}

/// Every step, in order.
pub const STEPS: &[Step] = &[
    // While the key is there: what there is, and where the receipt goes.
    Step { name: "inventory", run: |app, row, account| Box::pin(inventory(app, row, account)) },
    Step { name: "access", run: |app, _, account| Box::pin(access(app, account)) },
    // With networks and browsers in them; the chain of the trail keeps what they were committed to.
    Step { name: "trail", run: |app, _, account| Box::pin(forget_trail(app, account)) },
    Step { name: "keys", run: |app, _, account| Box::pin(destroy_keys(app, account)) },
    Step { name: "media", run: |app, _, account| Box::pin(destroy_media(app, account)) },
    Step { name: "bundles", run: |app, row, _| Box::pin(destroy_folders(app, row)) },
    Step { name: "rows", run: |app, row, account| Box::pin(delete_rows(app, row, account)) },
    Step { name: "scrub", run: |app, _, _| Box::pin(async move { Ok(app.db.scrub().await?) }) },
];

/// How long a person can change their mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Usual,
    Fast,
    Now,
}

impl Pace {
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "usual" => Some(Self::Usual),
            "fast" => Some(Self::Fast),
            "now" => Some(Self::Now),
            _ => None,
        }
    }

    fn due(self, app: &App) -> Time {
        let grace = match self {
            Self::Usual => app.config.privacy.grace,
            Self::Fast => app.config.privacy.fast_grace,
            Self::Now => crate::base::Seconds(0),
        };
        app.now() + grace
    }
}

/// Asks for the deletion of an account: from now on nobody signs in to it or reads of it; until it is due it can be
/// called off. Gives when it is due.
///
/// # Errors
/// Conflict where it was asked for already, or where the last operator would go; a fault.
pub async fn request(app: &App, account: AccountId, pace: Pace, cause: Cause, origin: &Origin) -> Result<Time, Error> {
    let due = pace.due(app);
    let receipts = lasting::signer(app).await?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(
                async move { begin(tx, &unit, &receipts, account, (due, cause, pace == Pace::Now), &origin).await },
            )
        })
        .await?;
    app.room::<Wake>().tell();
    Ok(due)
}

async fn begin(
    conn: &mut Conn<'_>,
    app: &App,
    receipts: &SigningKey,
    account: AccountId,
    (due, cause, is_now): (Time, Cause, bool),
    origin: &Origin,
) -> Result<DeletionId, Error> {
    let now = app.now();
    let found = rows::find(conn, account).await?.ok_or(Denied::NotFound)?;
    if cause != Cause::Staff && found.role == Role::Operator && rows::count(conn, Role::Operator).await? <= 1 {
        return Err(Denied::Conflict("problem-last-operator").into());
    }
    // Staff may delete an account in any state; it is the person's own wish that must come from an open one.
    if cause == Cause::Staff {
        rows::set_state(conn, account, AccountState::DeletionPending, now).await?;
    } else if !rows::move_state(conn, account, AccountState::Active, AccountState::DeletionPending, now).await? {
        return Err(Denied::Conflict("problem-deletion-pending").into());
    }
    let id = match deletions::open(conn, account).await? {
        Some(open) => {
            deletions::hasten(conn, open.id, due).await?;
            open.id
        }
        None => {
            let id = DeletionId::new(now, &app.random);
            let row = Row {
                id,
                account_id: Some(account),
                state: State::Pending,
                cause,
                step: 0,
                letter: None,
                inventory: Json(Inventory::default()),
                receipt: None,
                requested_at: now,
                due_at: due,
                done_at: None,
                verified_at: None,
            };
            deletions::insert(conn, &row).await?;
            id
        }
    };
    grants::terminate_all(conn, app, receipts, account, origin).await?;
    browsers::end_all(conn, app, account, None, "account_deleted", origin).await?;
    let news = News { due: Some(due.as_micros()), ..News::default() };
    let record = Record { news, ..Record::of("account.deletion_requested", account).because(cause.as_str()) };
    audit::record(conn, app, &record, origin).await?;
    if cause == Cause::Staff {
        // Whoever asked carries it out; upkeep goes on with it where they end.
    } else if is_now {
        jobs::enqueue(conn, &Job::Erase { deletion: id }, &app.sealers.job, &app.random, now).await?;
    } else {
        let link = format!("{}/deletion/{}", app.config.issuer(), link(app, account, due));
        let values = [("due", due.as_micros().to_string()), ("href", link)];
        accounts::notify(conn, app, account, "deletion_asked", &values).await?;
    }
    Ok(id)
}

/// Calls a deletion off that is not under way yet; whether it was this call that did.
///
/// # Errors
/// Expired where it is too late; a fault.
pub async fn cancel(app: &App, account: AccountId, origin: &Origin) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let open = deletions::open(tx, account).await?.ok_or(Error::Denied(Denied::Expired))?;
                let is_mine = open.due_at > now
                    && deletions::advance(tx, open.id, State::Pending, State::Cancelled).await?
                    && rows::move_state(tx, account, AccountState::DeletionPending, AccountState::Active, now).await?;
                if !is_mine {
                    return Err(Denied::Expired.into());
                }
                crate::store::database::unused::note(tx, account, now).await?;
                audit::record(tx, &unit, &Record::of("account.deletion_cancelled", account), &origin).await?;
                let at = now.as_micros().to_string();
                Ok(accounts::notify(tx, &unit, account, "deletion_cancelled", &[("at", at)]).await?)
            })
        })
        .await
}

/// When the deletion of an account is due, where it can still be called off.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn pending(app: &App, account: AccountId) -> Result<Option<Time>, Fault> {
    let open = app.db.read::<_, Fault, _>(move |conn| Box::pin(deletions::open(conn, account))).await?;
    Ok(open.filter(|row| row.state == State::Pending).map(|row| row.due_at))
}

/// The end of an address at which a deletion can be called off, until a time.
pub fn link(app: &App, account: AccountId, until: Time) -> String {
    let mut plain = account.as_bytes().to_vec();
    plain.extend_from_slice(&until.as_micros().to_be_bytes());
    URL_SAFE_NO_PAD.encode(app.sealers.link.seal(b"deletion", &plain, &app.random))
}

/// The account that such an address is of.
pub fn read_link(app: &App, text: &str) -> Option<AccountId> {
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let plain = app.sealers.link.open(b"deletion", &sealed).ok()?;
    let (account, until) = plain.split_at_checked(16)?;
    let until = Time::from_micros(i64::from_be_bytes(until.try_into().ok()?));
    (app.now() < until).then_some(AccountId::from_bytes(account.try_into().ok()?))
}

/// Deletes an account at once and to the end; gives the receipt. For staff: its person is told by mail.
///
/// # Errors
/// Not found where there is no such account; a fault: what was begun goes on by itself.
pub async fn at_once(app: &App, account: AccountId, origin: &Origin) -> Result<String, Error> {
    let receipts = lasting::signer(app).await?;
    let (how, unit, origin) = ((app.now(), Cause::Staff, true), app.clone(), origin.clone());
    let id = app
        .db
        .write(move |tx| Box::pin(async move { begin(tx, &unit, &receipts, account, how, &origin).await }))
        .await?;
    run(app, id).await?;
    let row = app.db.read::<_, Fault, _>(move |conn| Box::pin(deletions::find(conn, id))).await?;
    Ok(row.and_then(|row| row.receipt).ok_or_else(|| Fault::unavailable("delete an account", "it is under way"))?)
}

/// Puts the deletions to work whose time has come; how many.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn start_due(app: &App) -> Result<usize, Fault> {
    let unit = app.clone();
    let due = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let now = unit.now();
            let due = deletions::due(tx, now, 100).await?;
            for row in &due {
                jobs::enqueue(tx, &Job::Erase { deletion: row.id }, &unit.sealers.job, &unit.random, now).await?;
            }
            Ok(due.len())
        })
    });
    let due = due.await?;
    if due > 0 {
        app.room::<Wake>().tell();
    }
    Ok(due)
}

/// How many deletions are due.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn due(app: &App) -> Result<usize, Fault> {
    let now = app.now();
    Ok(app.db.read::<_, Fault, _>(move |conn| Box::pin(deletions::due(conn, now, 1000))).await?.len())
}

/// Carries a deletion out, from where it is to its end. Nothing happens to one that was called off, or is not due.
///
/// # Errors
/// A fault when a store does not answer: it is gone on with where it was.
pub async fn run(app: &App, id: DeletionId) -> Result<(), Error> {
    let now = app.now();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                match deletions::find(tx, id).await? {
                    Some(row) if row.state == State::Pending && row.due_at <= now => {
                        deletions::advance(tx, id, State::Pending, State::Running).await
                    }
                    _ => Ok(false),
                }
            })
        })
        .await?;
    loop {
        let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(deletions::find(conn, id))).await?;
        let Some(row) = found.filter(|row| row.state == State::Running) else { return Ok(()) };
        let account = row.account_id.ok_or_else(|| Fault::broken("find whose account is to be deleted"))?;
        let Some(step) = usize::try_from(row.step).ok().and_then(|at| STEPS.get(at)) else {
            return finish(app, &row, account).await;
        };
        (step.run)(app, &row, account).await?;
        let (unit, at) = (app.clone(), row.step);
        app.db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    if deletions::step_done(tx, id, at).await? {
                        let record = Record::of("account.deletion_step", account).because(step.name);
                        audit::record(tx, &unit, &record, &Origin::house()).await?;
                    }
                    Ok(())
                })
            })
            .await?;
    }
}

async fn inventory(app: &App, row: &Row, account: AccountId) -> Result<(), Error> {
    let (unit, id) = (app.clone(), row.id);
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let counted = held::rows(tx, account).await?;
                let mut inventory = Inventory::default();
                for (table, count) in counted.into_iter().filter(|(_, count)| *count > 0) {
                    inventory.rows.insert(table.to_owned(), count);
                }
                let wrapped = rows::find_key(tx, account).await?;
                inventory.keys = wrapped.iter().map(|key| hexadecimal(&Digest::of(key))).collect();
                let mut before = None;
                loop {
                    let some = assets::list(tx, account, &assets::State::ALL, before, 200).await?;
                    for asset in &some {
                        inventory.keys.extend(asset.content_key.iter().map(|key| hexadecimal(&Digest::of(key))));
                        inventory.folders.push(media::folder(asset.id)?.to_string());
                    }
                    before = some.last().map(|asset| asset.id);
                    if before.is_none() {
                        break;
                    }
                }
                for case in cases::list(tx, account, i64::MAX).await? {
                    let keys = evidence::list(tx, case.id).await?.into_iter().filter_map(|one| one.content_key);
                    inventory.keys.extend(keys.map(|key| hexadecimal(&Digest::of(key))));
                    inventory.folders.push(verification::locks::folder(case.id)?.to_string());
                }
                for row in exports::list(tx, account, 1000).await? {
                    inventory.folders.push(bundle::folder("exports", row.id)?.to_string());
                }
                for row in imports::list(tx, account, 1000).await? {
                    inventory.folders.push(bundle::folder("imports", row.id)?.to_string());
                }
                let letter = match wrapped {
                    Some(_) => accounts::address(tx, &unit, account).await?,
                    None => None,
                };
                let sealed = letter.map(|letter| seal_letter(&unit, id, &letter)).transpose()?;
                deletions::set_inventory(tx, id, &inventory, sealed.as_deref()).await
            })
        })
        .await?;
    Ok(())
}

fn seal_letter(app: &App, id: DeletionId, letter: &(String, String)) -> Result<Vec<u8>, Fault> {
    let plain = serde_json::to_vec(letter).map_err(|e| Fault::internal("write where a receipt goes", e))?;
    Ok(app.sealers.job.seal(id.as_bytes(), &plain, &app.random))
}

async fn access(app: &App, account: AccountId) -> Result<(), Error> {
    let receipts = lasting::signer(app).await?;
    let unit = app.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let house = Origin::house();
                grants::terminate_all(tx, &unit, &receipts, account, &house).await?;
                // Clients are told while it is known which they are.
                browsers::end_all(tx, &unit, account, None, "account_deleted", &house).await?;
                Ok(())
            })
        })
        .await?;
    Ok(())
}

async fn forget_trail(app: &App, account: AccountId) -> Result<(), Error> {
    loop {
        let unit = app.clone();
        let batch =
            app.db.write::<_, Fault, _>(move |tx| Box::pin(async move { chain::forget(tx, &unit, account).await }));
        if batch.await? == 0 {
            return Ok(());
        }
    }
}

/// The key of the person, and with it every key that it wraps: of photos, videos and bundles.
async fn destroy_keys(app: &App, account: AccountId) -> Result<(), Error> {
    app.db.write::<_, Fault, _>(move |tx| Box::pin(rows::destroy_key(tx, account))).await?;
    app.room::<crate::wallet::holdings::Opened>().forget(account);
    Ok(())
}

async fn destroy_media(app: &App, account: AccountId) -> Result<(), Error> {
    media::destroy_all(app, account).await?;
    // Their keys are not the person's, since reviewers open them.
    verification::purge::destroy_all(app, account).await?;
    Ok(())
}

async fn destroy_folders(app: &App, row: &Row) -> Result<(), Error> {
    for folder in folders(row)? {
        bundle::clear(app, &folder).await?;
    }
    Ok(())
}

fn folders(row: &Row) -> Result<Vec<BlobKey>, Fault> {
    let read = |name: &String| name.parse().map_err(|e| Fault::internal("read the name of a folder", e));
    row.inventory.0.folders.iter().map(read).collect()
}

async fn delete_rows(app: &App, row: &Row, account: AccountId) -> Result<(), Error> {
    let (unit, cause) = (app.clone(), row.cause);
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let until = now + unit.config.privacy.tombstone;
                for contact in contacts::list(tx, account).await? {
                    if contact.kind == ContactKind::Email {
                        deletions::bury(tx, contact.lookup, now, until).await?;
                    }
                }
                if rows::find(tx, account).await?.is_some() {
                    // Clients are told while it is known which they are.
                    let record = Record::of("account.deleted", account).because(cause.as_str());
                    audit::record(tx, &unit, &record, &Origin::house()).await?;
                    rows::delete(tx, account).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(())
}

/// Signs the receipt, sends it, and has somebody look again later.
async fn finish(app: &App, row: &Row, account: AccountId) -> Result<(), Error> {
    let steps: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
    let (receipt, signer) = receipt::make(app, row, &steps, app.now()).await?;
    let (unit, row) = (app.clone(), row.clone());
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                if !deletions::finish(tx, row.id, &receipt, now).await? {
                    return Ok(());
                }
                lasting::keep(tx, &unit, &signer).await?;
                if let Some(sealed) = &row.letter {
                    let plain = unit.sealers.job.open(row.id.as_bytes(), sealed);
                    let plain = plain.map_err(|e| Fault::internal("open where a receipt goes", e))?;
                    let (to, locale): (String, String) =
                        serde_json::from_slice(&plain).map_err(|e| Fault::internal("read where a receipt goes", e))?;
                    let values = [("at", now.as_micros().to_string()), ("receipt", receipt)];
                    accounts::notify_kept(tx, &unit, (&to, &locale), "deletion_done", &values).await?;
                }
                let check = Job::EraseCheck { deletion: row.id };
                let later = now + unit.config.privacy.verify_after;
                jobs::enqueue_at(tx, &check, &unit.sealers.job, &unit.random, now, later).await?;
                let record = Record::of("account.deletion_finished", account).because(row.cause.as_str());
                audit::record(tx, &unit, &record, &Origin::house()).await
            })
        })
        .await?;
    app.metrics.count("sw_deletions_total", &["done"]);
    Ok(())
}

/// Looks whether a deletion left nothing: no row, no blob; what is found is destroyed and looked at again.
///
/// # Errors
/// A fault when a store does not answer, or something was found.
pub async fn verify(app: &App, id: DeletionId) -> Result<(), Error> {
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(deletions::find(conn, id))).await?;
    let Some(row) = found.filter(|row| row.state == State::Done) else { return Ok(()) };
    let Some(account) = row.account_id else { return Ok(()) };
    app.db.scrub().await?;
    let rows_left = app.db.read::<_, Fault, _>(move |conn| Box::pin(held::rows(conn, account))).await?;
    let rows_left: i64 = rows_left.iter().map(|(_, count)| count).sum();
    let mut blobs_left = 0;
    for folder in folders(&row)? {
        blobs_left += bundle::clear(app, &folder).await?;
    }
    let outcome = if rows_left == 0 && blobs_left == 0 { "verified" } else { "left" };
    app.metrics.count("sw_deletions_total", &[outcome]);
    if rows_left > 0 || blobs_left > 0 {
        tracing::error!(deletion.id = %id, rows = rows_left, blobs = blobs_left, "a deletion left something");
        return Err(Fault::unavailable("find nothing after a deletion", "something was left").into());
    }
    let unit = app.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                if deletions::verified(tx, id, unit.now()).await? {
                    audit::record(tx, &unit, &Record::new("account.deletion_verified"), &Origin::house()).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::events;

    #[test]
    fn the_key_goes_before_what_it_sealed() {
        let at = |name: &str| STEPS.iter().position(|step| step.name == name).expect("a step");
        assert!(at("inventory") < at("keys") && at("access") < at("keys"));
        assert!(["media", "bundles", "rows"].iter().all(|name| at("keys") < at(name)));
        assert!(at("rows") < at("scrub"), "what was freed is emptied last");
        for event in ["account.deletion_step", "account.deletion_finished", "account.deletion_verified"] {
            assert!(events::find(event).is_some(), "{event}");
        }
    }
}
