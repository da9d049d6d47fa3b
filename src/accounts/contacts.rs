//! Mail addresses and phone numbers of a wallet: added, proven, chosen, removed.
//!
//! A mail address is kept once it is proven: with each one its owner can sign in and choose a new password, and one that
//! belongs to somebody else must never be told to an app. A phone number may be kept without proof, and is told as such.

mod counts;
mod texts;

use self::counts::count_send;
use super::challenge::{self, Made, Sent};
use super::{contact_changes, notice, open, sealing};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, ChallengeId, ContactId};
use crate::base::{Digest, Fault, Time, text};
use crate::error::{Denied, Error};
use crate::signals::changes::{self, Change, Op};
use crate::store::database::challenges::{self, Challenge, Keys, Purpose};
use crate::store::database::contacts::{self as store, Contact, ContactKind};
use crate::store::database::text_messages::{self, State};
use crate::store::database::{Conn, accounts};

/// An address as its owner sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub id: ContactId,
    pub kind: ContactKind,
    pub text: String,
    pub is_primary: bool,
    pub verified_at: Option<Time>,
    /// When mail to it came back for good.
    pub undeliverable_at: Option<Time>,
    /// How far the last message to a number has come that is not proven.
    pub sms: Option<State>,
}

/// The addresses of an account: of each kind the primary one first, then by age.
///
/// # Errors
/// A fault when the database does not answer or an address cannot be opened.
pub async fn list(app: &App, account: AccountId) -> Result<Vec<Address>, Fault> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let key = sealing::load_key(conn, &unit, account).await?;
                let mut all = Vec::new();
                for contact in store::list(conn, account).await? {
                    let is_open = contact.kind == ContactKind::Phone && contact.verified_at.is_none();
                    let sms = match is_open {
                        true => text_messages::latest(conn, account, contact.lookup).await?.map(|one| one.state),
                        false => None,
                    };
                    all.push(Address {
                        id: contact.id,
                        kind: contact.kind,
                        text: sealing::open_contact(&key, &contact)?,
                        is_primary: contact.is_primary,
                        verified_at: contact.verified_at,
                        undeliverable_at: contact.undeliverable_at,
                        sms,
                    });
                }
                Ok(all)
            })
        })
        .await
}

/// A code that is on its way.
pub struct Waiting {
    pub kind: ContactKind,
    pub address: String,
    /// Whether the mail came back for good.
    pub is_undeliverable: bool,
    /// How far the message to a phone has come.
    pub sms: Option<State>,
    /// Whether no code counts for now: the SIM card was changed not long ago.
    pub is_held: bool,
}

/// What a challenge of this account waits for; `None` once it is over.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn waiting(app: &App, account: AccountId, id: ChallengeId) -> Result<Option<Waiting>, Fault> {
    let now = app.now();
    let found = app.db.read::<_, Fault, _>(move |conn| {
        Box::pin(async move {
            let Some(found) = challenges::find(conn, id).await? else { return Ok(None) };
            let message = match found.purpose {
                Purpose::Phone => text_messages::latest(conn, account, found.lookup).await?,
                _ => None,
            };
            Ok(Some((found, message)))
        })
    });
    let (found, message) = found.await?.unzip();
    let message = message.flatten();
    let Some((challenge, kind)) = found.and_then(|found| own(found, account)).filter(|(c, _)| c.waits(now)) else {
        return Ok(None);
    };
    let is_undeliverable = challenge.undeliverable_at.is_some();
    let is_held = message.as_ref().is_some_and(|message| texts::is_held(message, now));
    let sms = message.map(|message| message.state);
    Ok(Some(Waiting { kind, address: challenge::open(app, &challenge)?.to, is_undeliverable, sms, is_held }))
}

/// A challenge of this account that waits for its code.
fn own(challenge: Challenge, account: AccountId) -> Option<(Challenge, ContactKind)> {
    let kind = match challenge.purpose {
        Purpose::Email => ContactKind::Email,
        Purpose::Phone => ContactKind::Phone,
        Purpose::Register | Purpose::Recover => return None,
    };
    let is_open = challenge.proven_at.is_none() && challenge.used_at.is_none();
    (challenge.account_id == Some(account) && is_open).then_some((challenge, kind))
}

/// Who wants which address proven.
struct Wish {
    account: AccountId,
    kind: ContactKind,
    lookup: Digest,
    sent: Sent,
}

impl Wish {
    fn new(app: &App, account: AccountId, kind: ContactKind, address: String, locale: &str) -> Self {
        let lookup = sealing::lookup(app, kind, &address);
        Self { account, kind, lookup, sent: Sent::new(address, locale.to_owned()) }
    }

    /// Asked for with this browser.
    fn by(mut self, origin: &Origin) -> Self {
        self.sent.device = origin.agent.clone().unwrap_or_default();
        self
    }

    fn purpose(&self) -> Purpose {
        match self.kind {
            ContactKind::Email => Purpose::Email,
            ContactKind::Phone => Purpose::Phone,
        }
    }
}

/// Sends a code to a mail address that shall belong to the wallet. Where it is another wallet's the answer and the work
/// are the same: its owner alone is told, by mail, and no code is right.
///
/// # Errors
/// The field `email`; too many codes; a fault.
pub async fn add_email(
    app: &App,
    account: AccountId,
    typed: &str,
    locale: &str,
    origin: &Origin,
) -> Result<ChallengeId, Error> {
    let email = text::email(typed).ok_or_else(|| Denied::field("email", "problem-email"))?;
    let wish = Wish::new(app, account, ContactKind::Email, email, locale).by(origin);
    let (unit, origin) = (app.clone(), origin.clone());
    let begun = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            match fits(tx, &unit, &wish, Again::Refused).await? {
                Err(denied) => Ok(Err(denied)),
                Ok(_) => begin(tx, &unit, &wish, &origin).await,
            }
        })
    });
    Ok(begun.await??)
}

/// What came of adding a number.
pub enum Added {
    /// A code is on its way to it.
    Waiting(ChallengeId),
    /// It is kept, and cannot be proven here.
    Kept,
    /// It is kept; no code was sent, for too many were.
    Later(Denied),
}

/// Keeps a phone number, not proven yet, and sends a code to it.
///
/// # Errors
/// The field `phone`; a fault.
pub async fn add_phone(
    app: &App,
    account: AccountId,
    typed: &str,
    locale: &str,
    origin: &Origin,
) -> Result<Added, Error> {
    let number = text::phone(typed).ok_or_else(|| Denied::field("phone", "problem-phone"))?;
    if app.sms.is_on() && !texts::is_served(app, &number) {
        return Err(Denied::field("phone", "problem-phone-country").into());
    }
    let wish = Wish::new(app, account, ContactKind::Phone, number, locale);
    let (unit, origin) = (app.clone(), origin.clone());
    let added = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let app = &unit;
            let held = match fits(tx, app, &wish, Again::Refused).await? {
                Err(denied) => return Ok(Err(denied)),
                Ok(held) => held,
            };
            keep_phone(tx, app, &wish, &held, &origin).await?;
            if !app.sms.is_on() {
                return Ok(Ok(Added::Kept));
            }
            Ok(Ok(begin(tx, app, &wish, &origin).await?.map_or_else(Added::Later, Added::Waiting)))
        })
    });
    Ok(added.await??)
}

/// Keeps a number, not proven, where the wallet does not hold it yet.
async fn keep_phone(
    conn: &mut Conn<'_>,
    app: &App,
    wish: &Wish,
    held: &[Contact],
    origin: &Origin,
) -> Result<(), Fault> {
    if held.iter().any(|contact| contact.lookup == wish.lookup) {
        return Ok(());
    }
    let key = sealing::load_key(conn, app, wish.account).await?;
    let number = open::contact(app, &key, wish.account, wish.kind, &wish.sent.to, None);
    let number = Contact { is_primary: held.is_empty(), ..number };
    store::insert(conn, &number).await?;
    changes::note(conn, app, wish.account, &contact_changes::of(app, &number, Op::Added, None)).await?;
    audit::record(conn, app, &Record::of("phone.added", wish.account), origin).await?;
    notice::contact_changed(conn, app, wish.account, "phone-added", &wish.sent.to, origin).await
}

/// Keeps a phone number that a bundle brings, without a code.
///
/// # Errors
/// The field `phone`; a fault.
pub async fn bring_phone(app: &App, account: AccountId, typed: &str, origin: &Origin) -> Result<(), Error> {
    let number = text::phone(typed).ok_or_else(|| Denied::field("phone", "problem-phone"))?;
    let wish = Wish::new(app, account, ContactKind::Phone, number, "");
    let (unit, origin) = (app.clone(), origin.clone());
    let kept = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            match fits(tx, &unit, &wish, Again::Refused).await? {
                Err(denied) => Ok(Err(denied)),
                Ok(held) => Ok(Ok(keep_phone(tx, &unit, &wish, &held, &origin).await?)),
            }
        })
    });
    Ok(kept.await??)
}

/// Sends a code to an address of the wallet: to a number that is not proven yet, or to prove it anew before its badge
/// runs out.
///
/// # Errors
/// Not found where it is another's, or a number where none can be proven; too many codes; a fault.
pub async fn prove_own(
    app: &App,
    account: AccountId,
    id: ContactId,
    locale: &str,
    origin: &Origin,
) -> Result<ChallengeId, Error> {
    let (unit, locale, origin) = (app.clone(), locale.to_owned(), origin.clone());
    let begun = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let app = &unit;
            let found = store::find(tx, account, id).await?;
            let can_be = found.filter(|contact| contact.kind == ContactKind::Email || app.sms.is_on());
            let Some(contact) = can_be else { return Ok(Err(Denied::NotFound)) };
            let key = sealing::load_key(tx, app, account).await?;
            let address = sealing::open_contact(&key, &contact)?;
            let wish = Wish::new(app, account, contact.kind, address, &locale).by(&origin);
            begin(tx, app, &wish, &origin).await
        })
    });
    Ok(begun.await??)
}

/// What becomes of an address that is proven already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    Refused,
    /// It is proven anew.
    Renewed,
}

/// The addresses of the kind that the wallet holds, where one more fits among them. Nobody else adds one meanwhile.
async fn fits(
    conn: &mut Conn<'_>,
    app: &App,
    wish: &Wish,
    again: Again,
) -> Result<Result<Vec<Contact>, Denied>, Fault> {
    // Writing the account's row lets one unit of it through at a time.
    accounts::touch(conn, wish.account, app.now()).await?;
    let mut held = store::list(conn, wish.account).await?;
    held.retain(|contact| contact.kind == wish.kind);
    let (field, most) = match wish.kind {
        ContactKind::Email => ("email", app.config.limits.emails),
        ContactKind::Phone => ("phone", app.config.limits.phones),
    };
    let same = held.iter().find(|contact| contact.lookup == wish.lookup);
    if again == Again::Refused && same.is_some_and(|contact| contact.verified_at.is_some()) {
        return Ok(Err(Denied::field(field, "problem-contact-own")));
    }
    if same.is_none() && held.len() >= most {
        return Ok(Err(Denied::field(field, "problem-contacts-full")));
    }
    Ok(Ok(held))
}

/// Begins a challenge and sends its code; what waited before is void.
async fn begin(
    conn: &mut Conn<'_>,
    app: &App,
    wish: &Wish,
    origin: &Origin,
) -> Result<Result<ChallengeId, Denied>, Fault> {
    let now = app.now();
    if let Err(denied) = count_send(conn, app, wish).await? {
        return Ok(Err(denied));
    }
    challenges::supersede_own(conn, wish.purpose(), wish.account, now).await?;
    if wish.kind == ContactKind::Phone {
        // One code at a time is in the hand of whoever holds the phone.
        challenges::supersede(conn, wish.purpose(), wish.lookup, now).await?;
    }
    let id = ChallengeId::new(now, &app.random);
    let keys = send(conn, app, wish, id, origin).await?;
    let plain = serde_json::to_vec(&wish.sent).map_err(|e| Fault::internal("write a challenge", e))?;
    let challenge = Challenge {
        id,
        purpose: wish.purpose(),
        lookup: wish.lookup,
        account_id: Some(wish.account),
        address: app.sealers.challenge.seal(id.as_bytes(), &plain, &app.random),
        code: keys.code,
        attempts: 0,
        created_at: now,
        expires_at: keys.until,
        proven_at: None,
        used_at: None,
        link: keys.link,
        link_until: keys.link_until,
        undeliverable_at: None,
    };
    challenges::insert(conn, &challenge).await?;
    Ok(Ok(id))
}

/// Enqueues the message that fits; gives what is kept of the code and the link in it, or what nothing opens.
async fn send(conn: &mut Conn<'_>, app: &App, wish: &Wish, id: ChallengeId, origin: &Origin) -> Result<Keys, Fault> {
    let made = Made::new(app);
    let keys = made.keys(app, id);
    if wish.kind == ContactKind::Phone {
        texts::go(conn, app, wish, &made.code).await?;
        return Ok(Keys { link: None, link_until: None, ..keys });
    }
    let owner = store::find_owner(conn, wish.kind, wish.lookup).await?;
    if owner.is_none_or(|owner| owner == wish.account) {
        notice::code_and_link(conn, app, "contact_code", &wish.sent, &made).await?;
        return Ok(keys);
    }
    notice::plain(conn, app, "contact_known", &wish.sent).await?;
    let record = Record::of("email.refused", wish.account).refused("address_known");
    audit::record(conn, app, &record, origin).await?;
    Ok(challenge::no_keys(app, app.now()))
}

/// Sends a new code in the place of the old one.
///
/// # Errors
/// `Expired` where none of this account's waits; too many codes; a fault.
pub async fn resend(app: &App, account: AccountId, id: ChallengeId, origin: &Origin) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    let resent = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let app = &unit;
            let found = challenges::find(tx, id).await?.and_then(|found| own(found, account));
            let Some((challenge, kind)) = found else { return Ok(Err(Denied::Expired)) };
            let wish = Wish { account, kind, lookup: challenge.lookup, sent: challenge::open(app, &challenge)? };
            if let Err(denied) = count_send(tx, app, &wish).await? {
                return Ok(Err(denied));
            }
            let keys = send(tx, app, &wish, id, &origin).await?;
            let is_renewed = challenges::renew(tx, id, &keys).await?;
            Ok(if is_renewed { Ok(()) } else { Err(Denied::Expired) })
        })
    });
    Ok(resent.await??)
}

/// Whether the address of a challenge is in the wallet by now: by the link of the mail, perhaps in another browser.
///
/// # Errors
/// `Expired` once it is too late for it; a fault.
pub async fn is_proven(app: &App, account: AccountId, id: ChallengeId) -> Result<bool, Error> {
    let now = app.now();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let found = challenges::find(conn, id).await?.filter(|c| c.account_id == Some(account));
                let found = found.ok_or(Error::Denied(Denied::Expired))?;
                if found.proven_at.is_none() {
                    return if found.waits(now) { Ok(false) } else { Err(Denied::Expired.into()) };
                }
                let mut held = store::list(conn, account).await?.into_iter();
                let is_kept = held.any(|one| one.lookup == found.lookup && one.verified_at.is_some());
                if is_kept { Ok(true) } else { Err(Denied::Expired.into()) }
            })
        })
        .await
}

/// Keeps the mail address of a challenge that its link has proven.
pub(super) async fn keep_confirmed(
    conn: &mut Conn<'_>,
    app: &App,
    challenge: &Challenge,
    origin: &Origin,
) -> Result<Result<(), Denied>, Fault> {
    let Some(account) = challenge.account_id else { return Ok(Err(Denied::Expired)) };
    if challenges::take(conn, challenge.id, Purpose::Email, app.now()).await?.is_none() {
        return Ok(Err(Denied::Expired));
    }
    let sent = challenge::open(app, challenge)?;
    let wish = Wish { account, kind: ContactKind::Email, lookup: challenge.lookup, sent };
    keep(conn, app, &wish, origin).await
}

/// Takes a try with a code; where it is right, the address is the wallet's from then on.
///
/// # Errors
/// The field `code`; `Expired` when it is too old, its tries are used up, or the mail address got a wallet meanwhile; a
/// fault.
pub async fn prove(
    app: &App,
    account: AccountId,
    id: ChallengeId,
    typed: &str,
    origin: &Origin,
) -> Result<ContactKind, Error> {
    let wrong = || Denied::field("code", "problem-code");
    let code = challenge::read_code(typed).ok_or_else(wrong)?;
    let tries = i32::try_from(app.config.codes.tries).unwrap_or(5);
    let (unit, origin) = (app.clone(), origin.clone());
    let proven = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let (app, now) = (&unit, unit.now());
            let found = challenges::find(tx, id).await?.and_then(|found| own(found, account));
            let Some((found, kind)) = found else { return Ok(Err(Denied::Expired)) };
            let message = text_messages::latest(tx, account, found.lookup).await?;
            if kind == ContactKind::Phone && message.is_some_and(|message| texts::is_held(&message, now)) {
                return Ok(Err(Denied::field("code", "problem-sim-changed")));
            }
            let Some(challenge) = challenges::take_try(tx, id, found.purpose, tries, now).await? else {
                return Ok(Err(Denied::Expired));
            };
            if challenge.code != challenge::digest(app, id, &code) {
                // The last try is gone: only a new code helps.
                return Ok(Err(if challenge.attempts >= tries { Denied::Expired } else { wrong() }));
            }
            let is_first = challenges::prove(tx, id, now, now + app.config.codes.lifetime).await?;
            if !is_first || challenges::take(tx, id, found.purpose, now).await?.is_none() {
                return Ok(Err(Denied::Expired));
            }
            text_messages::answered(tx, account, challenge.lookup, now).await?;
            let wish = Wish { account, kind, lookup: challenge.lookup, sent: challenge::open(app, &challenge)? };
            Ok(keep(tx, app, &wish, &origin).await?.map(|()| kind))
        })
    });
    Ok(proven.await??)
}

/// Keeps a proven address.
async fn keep(conn: &mut Conn<'_>, app: &App, wish: &Wish, origin: &Origin) -> Result<Result<(), Denied>, Fault> {
    let held = match fits(conn, app, wish, Again::Renewed).await? {
        // Others fill its place.
        Err(_) => return Ok(Err(Denied::Expired)),
        Ok(held) => held,
    };
    let (account, kind) = (wish.account, wish.kind);
    if store::renew(conn, account, kind, wish.lookup, app.now()).await? {
        if let Some(contact) = held.iter().find(|contact| contact.lookup == wish.lookup) {
            let changed = contact_changes::of(app, contact, Op::Changed, Some(Op::Changed));
            changes::note(conn, app, account, &changed).await?;
        }
        let event = if kind == ContactKind::Email { "email.verified" } else { "phone.verified" };
        audit::record(conn, app, &Record::of(event, account).because("renewed"), origin).await?;
        return Ok(Ok(()));
    }
    let unproven = held.iter().find(|contact| contact.lookup == wish.lookup).cloned();
    let contact = match &unproven {
        // The same one from now on proven: whoever was told of it is told of it still.
        Some(contact) => Contact { verified_at: Some(app.now()), contested_at: None, ..contact.clone() },
        None => {
            let key = sealing::load_key(conn, app, account).await?;
            let new = open::contact(app, &key, account, kind, &wish.sent.to, Some(app.now()));
            Contact { is_primary: held.is_empty(), ..new }
        }
    };
    if unproven.is_some() {
        store::remove(conn, account, contact.id).await?;
    }
    if kind == ContactKind::Email {
        if !store::insert(conn, &contact).await? {
            return Ok(Err(Denied::Expired));
        }
        let changed = contact_changes::of(app, &contact, Op::Added, Some(Op::Added));
        changes::note(conn, app, account, &changed).await?;
        audit::record(conn, app, &Record::of("email.verified", account), origin).await?;
        notice::contact_changed(conn, app, account, "email-added", &wish.sent.to, origin).await?;
        return Ok(Ok(()));
    }
    // Numbers change hands, and the last who held the phone have it now, as many as may. Another node may prove the same
    // one at this moment; then it is looked at again.
    let most = usize::try_from(app.config.sms.wallets_per_number).unwrap_or(1);
    for _ in 0..4 {
        let mut others = store::others(conn, account, kind, wish.lookup).await?;
        for lost in others.drain(..(others.len() + 1).saturating_sub(most)) {
            if !store::contest(conn, lost.id, app.now()).await? {
                continue;
            }
            let changed = contact_changes::of(app, &lost, Op::Changed, Some(Op::Changed));
            changes::note(conn, app, lost.account_id, &changed).await?;
            audit::record(conn, app, &Record::of("phone.contested", lost.account_id), &Origin::house()).await?;
            notice::notify(conn, app, lost.account_id, "phone_contested", &[("address", wish.sent.to.clone())]).await?;
        }
        let free = (0..).find(|place| others.iter().all(|other| other.place != *place));
        let contact = Contact { place: free.unwrap_or(0), ..contact.clone() };
        if store::insert(conn, &contact).await? {
            let op = if unproven.is_some() { Op::Changed } else { Op::Added };
            changes::note(conn, app, account, &contact_changes::of(app, &contact, op, Some(Op::Added))).await?;
            audit::record(conn, app, &Record::of("phone.verified", account), origin).await?;
            return Ok(Ok(()));
        }
    }
    Err(Fault::unavailable("keep a proven number", "others prove the same one"))
}

/// Makes an address the one that is used unless another is picked; mail of the house goes to the primary one.
///
/// # Errors
/// Not found where it is another's, or a mail address that is not proven; a fault.
pub async fn make_primary(app: &App, account: AccountId, id: ContactId, origin: &Origin) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let app = &unit;
                accounts::touch(tx, account, app.now()).await?;
                let contact = store::find(tx, account, id).await?.ok_or(Error::Denied(Denied::NotFound))?;
                if contact.is_primary {
                    return Ok(());
                }
                let key = sealing::load_key(tx, app, account).await?;
                let address = sealing::open_contact(&key, &contact)?;
                let (event, what) = match contact.kind {
                    ContactKind::Email => ("email.primary_changed", "email-primary"),
                    ContactKind::Phone => ("phone.primary_changed", "phone-primary"),
                };
                // The old one is told, while it still is the primary one.
                notice::contact_changed(tx, app, account, what, &address, &origin).await?;
                if !store::set_primary(tx, account, contact.kind, id).await? {
                    return Err(Denied::NotFound.into());
                }
                let changed = [Change::main_address(contact_changes::claim(contact.kind))];
                changes::note(tx, app, account, &changed).await?;
                Ok(audit::record(tx, app, &Record::of(event, account), &origin).await?)
            })
        })
        .await
}

/// Removes an address. Apps for which it was picked are told nothing in its place.
///
/// # Errors
/// Not found where it is another's; a conflict where it is the primary mail address; a fault.
pub async fn remove(app: &App, account: AccountId, id: ContactId, origin: &Origin) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let (app, now) = (&unit, unit.now());
                accounts::touch(tx, account, now).await?;
                let contact = store::find(tx, account, id).await?.ok_or(Error::Denied(Denied::NotFound))?;
                if !store::remove(tx, account, id).await? {
                    return Err(Denied::Conflict("contact").into());
                }
                let key = sealing::load_key(tx, app, account).await?;
                let address = sealing::open_contact(&key, &contact)?;
                let (event, what) = match contact.kind {
                    ContactKind::Email => ("email.removed", "email-removed"),
                    ContactKind::Phone => ("phone.removed", "phone-removed"),
                };
                if contact.kind == ContactKind::Email {
                    // Nobody comes back in by an address that has just been taken out.
                    challenges::supersede(tx, Purpose::Recover, contact.lookup, now).await?;
                } else if contact.is_primary {
                    let left = store::list(tx, account).await?;
                    if let Some(next) = left.iter().find(|other| other.kind == contact.kind) {
                        store::set_primary(tx, account, contact.kind, next.id).await?;
                    }
                }
                notice::contact_changed(tx, app, account, what, &address, &origin).await?;
                let badge = contact.verified_at.map(|_| Op::Removed);
                changes::note(tx, app, account, &contact_changes::of(app, &contact, Op::Removed, badge)).await?;
                Ok(audit::record(tx, app, &Record::of(event, account), &origin).await?)
            })
        })
        .await
}
