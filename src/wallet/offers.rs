//! Badges that clients offer to people (WALLET.md §11.6): offered, taken or not, taken back.

use crate::accounts::{self as people, sealing};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, ClientId, OfferId};
use crate::base::seal::{Place, SealKey};
use crate::base::{Fault, Seconds, Time};
use crate::error::{Denied, Error};
use crate::store::database::badge_definitions::{Definition, DefinitionState};
use crate::store::database::badge_offers as store;
use crate::store::database::{Conn, accounts};
use crate::wallet::badges::{self, Award};
use crate::wallet::linked::MOST_BADGES;

pub use crate::store::database::badge_offers::{Offer, OfferState};

/// How long a person has to answer, and how long a client waits before it offers again what was not taken.
pub const ANSWER: Seconds = Seconds::days(30);
/// The longest that a badge of a client counts: 36 months.
pub const MOST_VALID: Seconds = Seconds::days(1096);
/// How often a person is written to about one badge.
const MAIL_EVERY: Seconds = Seconds::days(1);

/// What a client wants a person to have.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What the client is called.
    pub app_name: String,
    pub definition: Definition,
    pub evidence_url: Option<String>,
    pub expires_at: Time,
}

impl Offer {
    /// Its state now, and since when: what nobody answered in time was declined.
    pub fn state_at(&self, now: Time) -> (OfferState, Time) {
        match self.state {
            OfferState::Offered if self.answer_by <= now => (OfferState::Declined, self.answer_by),
            state => (state, self.changed_at),
        }
    }

    /// Whether the person can take it.
    fn waits(&self, definition: &Definition, now: Time) -> bool {
        let is_open = self.state_at(now).0 == OfferState::Offered && self.expires_at > now;
        is_open && definition.state == DefinitionState::Approved
    }
}

/// Offers a badge, or renews one that the person took.
///
/// # Errors
/// A conflict where an operator has not approved the definition, or the person did not take the badge lately; a fault.
pub async fn issue(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    wish: &Wish,
    origin: &Origin,
) -> Result<Offer, Error> {
    let now = app.now();
    if wish.definition.state != DefinitionState::Approved {
        return Err(Denied::Conflict("badge_definition_unapproved").into());
    }
    // Writing the account's row lets one unit of it through at a time.
    accounts::touch(conn, account, now).await?;
    let key = sealing::load_key(conn, app, account).await?;
    let known = store::of(conn, wish.definition.id, account).await?;
    let id = known.as_ref().map_or_else(|| OfferId::new(now, &app.random), |offer| offer.id);
    let mut offer = Offer {
        id,
        definition_id: wish.definition.id,
        account_id: account,
        state: OfferState::Offered,
        evidence: wish
            .evidence_url
            .as_ref()
            .map(|url| key.seal_at(place(&id.to_string()), url.as_bytes(), &app.random)),
        badge_id: None,
        expires_at: wish.expires_at,
        answer_by: now + ANSWER,
        changed_at: now,
    };
    let Some(known) = known else {
        if !store::insert(conn, &offer).await? {
            return Err(Fault::unavailable("offer a badge", "another unit offers it").into());
        }
        tell(conn, app, &offer, wish, true, origin).await?;
        return Ok(offer);
    };
    let mut writes = known.changed_at + MAIL_EVERY <= now;
    match known.state_at(now) {
        (OfferState::Declined, since) if now < since + ANSWER => {
            return Err(Denied::Conflict("badge_not_accepted").into());
        }
        (OfferState::Accepted, _) => {
            let held = badges::live(conn, app, account).await?;
            let badge = held.into_iter().find(|badge| Some(badge.id) == known.badge_id);
            if badge.is_some() {
                // The person took it: it is theirs, with another end.
                let badge = badges::award(conn, app, account, award(app, &wish.definition, offer.expires_at), origin);
                (offer.state, offer.badge_id) = (OfferState::Accepted, Some(badge.await?));
            }
        }
        // It waits already: it is told of once.
        (OfferState::Offered, _) => writes = false,
        _ => {}
    }
    if !store::replace(conn, known.state, &offer).await? {
        return Err(Fault::unavailable("offer a badge", "another unit changes it").into());
    }
    if offer.state == OfferState::Offered {
        tell(conn, app, &offer, wish, writes, origin).await?;
    }
    Ok(offer)
}

async fn tell(
    conn: &mut Conn<'_>,
    app: &App,
    offer: &Offer,
    wish: &Wish,
    writes: bool,
    origin: &Origin,
) -> Result<(), Fault> {
    let client = Some(wish.definition.client_id.clone());
    let record = Record { client, ..Record::of("badge.offered", offer.account_id) };
    audit::record(conn, app, &record, origin).await?;
    if writes {
        let values = [("app", wish.app_name.clone()), ("badge", wish.definition.name.clone())];
        people::notify(conn, app, offer.account_id, "badge_offered", &values).await?;
    }
    Ok(())
}

fn award(app: &App, definition: &Definition, expires_at: Time) -> Award {
    Award {
        issuer: Some(definition.client_id.clone()),
        detail: Some(definition.name.clone()),
        expires_at: Some(expires_at),
        ..Award::of(&definition.slug, app.now())
    }
}

/// A client takes back what it offered or issued. What is over already stays as it is.
///
/// # Errors
/// Not found where the client never offered it; a fault.
pub async fn withdraw(
    conn: &mut Conn<'_>,
    app: &App,
    client: &ClientId,
    id: OfferId,
    origin: &Origin,
) -> Result<(), Error> {
    let found = store::find(conn, id).await?.filter(|(_, definition)| definition.client_id == *client);
    let (mut offer, _) = found.ok_or(Denied::NotFound)?;
    let (was, now) = (offer.state, app.now());
    accounts::touch(conn, offer.account_id, now).await?;
    match (offer.state_at(now).0, offer.badge_id) {
        (OfferState::Offered, _) => {
            let record = Record { client: Some(client.clone()), ..Record::of("badge.withdrawn", offer.account_id) };
            audit::record(conn, app, &record, origin).await?;
        }
        (OfferState::Accepted, Some(badge)) => {
            badges::revoke(conn, app, offer.account_id, badge, "issuer_withdrew", origin).await?;
        }
        _ => return Ok(()),
    }
    (offer.state, offer.changed_at) = (OfferState::Withdrawn, now);
    match store::replace(conn, was, &offer).await? {
        true => Ok(()),
        false => Err(Fault::unavailable("withdraw a badge", "another unit changes it").into()),
    }
}

/// A badge that a client offers, as its person sees it.
#[derive(Clone)]
pub struct Offered {
    pub offer: Offer,
    pub definition: Definition,
    pub evidence_url: Option<String>,
}

/// What waits for a person's answer, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn waiting(app: &App, account: AccountId) -> Result<Vec<Offered>, Fault> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let key = sealing::load_key(conn, &unit, account).await?;
                let mut all = Vec::new();
                for (offer, definition) in store::waiting(conn, account).await? {
                    if offer.waits(&definition, unit.now()) {
                        let evidence_url = offer.evidence.as_ref().map(|sealed| open(&key, offer.id, sealed));
                        all.push(Offered { evidence_url: evidence_url.transpose()?, offer, definition });
                    }
                }
                Ok(all)
            })
        })
        .await
}

/// The person takes a badge, or does not.
///
/// # Errors
/// Not found where nothing waits under this identifier for this person; a conflict where the wallet is full; a fault.
pub async fn answer(app: &App, account: AccountId, id: OfferId, takes: bool, origin: &Origin) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let app = &unit;
                let now = app.now();
                accounts::touch(tx, account, now).await?;
                let is_own =
                    |found: &(Offer, Definition)| found.0.account_id == account && found.0.waits(&found.1, now);
                let found = store::find(tx, id).await?.filter(is_own);
                let (mut offer, definition) = found.ok_or(Error::Denied(Denied::NotFound))?;
                offer.changed_at = now;
                if takes {
                    if badges::active(tx, app, account).await?.len() >= MOST_BADGES {
                        return Err(Error::Denied(Denied::Conflict("too_many_badges")));
                    }
                    let award = award(app, &definition, offer.expires_at);
                    let badge = badges::award(tx, app, account, award, &origin).await?;
                    (offer.state, offer.badge_id) = (OfferState::Accepted, Some(badge));
                } else {
                    offer.state = OfferState::Declined;
                    let client = Some(definition.client_id);
                    let record = Record { client, ..Record::of("badge.declined", account) };
                    audit::record(tx, app, &record, &origin).await?;
                }
                match store::replace(tx, OfferState::Offered, &offer).await? {
                    true => Ok(()),
                    false => Err(Fault::unavailable("answer an offer", "another unit changes it").into()),
                }
            })
        })
        .await
}

fn open(key: &SealKey, id: OfferId, sealed: &[u8]) -> Result<String, Fault> {
    let attempted = "open the evidence of a badge";
    let plain = key.open_at(place(&id.to_string()), sealed).map_err(|e| Fault::internal(attempted, e))?;
    String::from_utf8(plain).map_err(|e| Fault::internal(attempted, e.utf8_error()))
}

fn place(row: &str) -> Place<'_> {
    Place { table: "badge_offers", column: "evidence", row }
}
