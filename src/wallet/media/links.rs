//! Links to photos and videos: they open without a token or a session, for as long as the grant allows it.
//!
//! A link is what it opens, sealed: the item, the variant, the grant with its epoch, and its end. Nobody reads anything
//! in it, and two platforms cannot compare theirs. What it says is asked again of the grant and the item at every use.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{GrantId, MediaId};
use crate::base::{Fault, Seconds, Time};
use crate::error::{self, Denied, Error};
use crate::oauth::grant::Grant;
use crate::risk::limits;
use crate::store::database::families::{self, Standing};
use crate::store::database::{Conn, media};
use crate::store::ephemeral::entries::MediaRead;
use crate::wallet::disclosure::Permit;
use crate::wallet::holdings;
use crate::wallet::media::{Kind, Opened, Variant, open_with, shared};

/// How long a link works where nobody says how long, and at most.
pub const USUAL: Seconds = Seconds(300);
pub const LONGEST: Seconds = Seconds::hours(1);
/// The longest of a grant for once (WALLET.md §7.3).
pub const LONGEST_ONCE: Seconds = Seconds::minutes(10);
/// How long the link of the claim `picture` works, counted from the beginning of the day.
const PICTURE: Seconds = Seconds::days(7);

/// How the trail calls this door.
const CHANNEL: &str = "media_link";
/// The longest text that is looked at.
const MOST_BYTES: usize = 256;
const BOUND: &[u8] = b"media-link 1";

/// By what somebody may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// The person picked the item.
    Pick,
    /// It is the picture of the person.
    Picture,
}

/// What a link opens, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Link {
    by: By,
    asset: MediaId,
    variant: Variant,
    grant: GrantId,
    epoch: u32,
    expires_at: Time,
}

impl Link {
    fn plain(&self) -> Vec<u8> {
        let variant = Variant::ALL.iter().position(|one| *one == self.variant).unwrap_or_default();
        let mut plain = vec![if self.by == By::Pick { 1 } else { 2 }, u8::try_from(variant).unwrap_or_default()];
        plain.extend_from_slice(self.asset.as_bytes());
        plain.extend_from_slice(self.grant.as_bytes());
        plain.extend_from_slice(&self.epoch.to_be_bytes());
        plain.extend_from_slice(&self.expires_at.unix().to_be_bytes());
        plain
    }

    fn of_plain(plain: &[u8]) -> Option<Self> {
        let (&[by, variant], rest) = plain.split_first_chunk::<2>()?;
        let (asset, rest) = rest.split_first_chunk::<16>()?;
        let (grant, rest) = rest.split_first_chunk::<16>()?;
        let (epoch, rest) = rest.split_first_chunk::<4>()?;
        Some(Self {
            by: match by {
                1 => By::Pick,
                2 => By::Picture,
                _ => return None,
            },
            variant: *Variant::ALL.get(usize::from(variant))?,
            asset: MediaId::from_bytes(*asset),
            grant: GrantId::from_bytes(*grant),
            epoch: u32::from_be_bytes(*epoch),
            expires_at: Time::from_unix(i64::from_be_bytes(rest.try_into().ok()?)),
        })
    }

    fn url(&self, app: &App, nonce: [u8; 12]) -> String {
        let sealed = app.sealers.media_link.seal_with(nonce, BOUND, &self.plain());
        format!("{}/m/{}", app.config.media_base(), URL_SAFE_NO_PAD.encode(sealed))
    }

    fn read(app: &App, text: &str) -> Option<Self> {
        let sealed = (text.len() <= MOST_BYTES).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten()?;
        Self::of_plain(&app.sealers.media_link.open(BOUND, &sealed).ok()?)
    }

    /// Why the grant does not let anybody look at it any more, for the trail.
    async fn objection(
        &self,
        conn: &mut Conn<'_>,
        app: &App,
        standing: &Standing,
    ) -> Result<Option<&'static str>, Fault> {
        let grant = &standing.grant.grant;
        if let Err(stopped) = Permit::check(standing, app.now()) {
            return Ok(Some(stopped.reason()));
        }
        if grant.epoch != self.epoch {
            return Ok(Some("grant_changed"));
        }
        let is_shared = match self.by {
            By::Picture => {
                let holdings = holdings::load(conn, app, grant.account, standing.revision).await?;
                grant.allowed.claims.contains(holdings::PICTURE) && holdings.picture() == Some(self.asset)
            }
            By::Pick => {
                let found = media::find_own(conn, grant.account, self.asset).await?;
                let kind = found.and_then(|asset| asset.kind.parse::<Kind>().ok());
                kind.is_some_and(|kind| shared::is_shared(&grant.allowed, kind, self.asset))
            }
        };
        Ok((!is_shared).then_some("not_picked"))
    }
}

/// A link to an item that was picked, and its end. Ends with the grant, and no later than what its time allows.
pub fn to_picked(
    app: &App,
    permit: &Permit,
    grant: &Grant,
    asset: MediaId,
    variant: Variant,
    ttl: Seconds,
) -> (String, Time) {
    let end = app.now() + ttl;
    let expires_at = grant.expires_at.map_or(end, |grant| grant.min(end));
    let link = Link { by: By::Pick, asset, variant, grant: permit.grant(), epoch: permit.epoch(), expires_at };
    (link.url(app, app.random.bytes()), expires_at)
}

/// The value of the claim `picture`: the same for a day, so that an answer that has not changed is the same answer.
pub fn to_picture(app: &App, permit: &Permit, asset: MediaId) -> String {
    let link = Link {
        by: By::Picture,
        asset,
        variant: Variant::S320,
        grant: permit.grant(),
        epoch: permit.epoch(),
        expires_at: app.now().start_of_day() + PICTURE,
    };
    let mac = app.keys.pepper.mac("picture-link-nonce", &link.plain());
    let mut nonce = [0; 12];
    nonce.copy_from_slice(&mac[..12]);
    link.url(app, nonce)
}

/// What a link opened.
pub struct Followed {
    pub opened: Opened,
    /// How long it may be kept; not at all where that is not the picture of the person.
    pub max_age: Option<Seconds>,
}

/// Opens what a link is for; the record is kept in the same unit, or nothing is told.
///
/// # Errors
/// Not found for what is no link of ours; gone where it is too old, or what it opened is shared no more; too many; a
/// fault.
pub async fn follow(app: &App, text: &str, origin: &Origin) -> Result<Followed, Error> {
    let result = look(app, text, origin).await;
    app.metrics.count("sw_data_reads_total", &[CHANNEL, error::outcome(&result)]);
    result
}

async fn look(app: &App, text: &str, origin: &Origin) -> Result<Followed, Error> {
    let link = Link::read(app, text).ok_or(Denied::NotFound)?;
    let now = app.now();
    if link.expires_at <= now {
        return Err(Denied::Gone("link_expired").into());
    }
    limits::check(app, "media_read", &link.grant.to_string()).await?;
    let note = Note::of(app, &[CHANNEL, text], origin).await;
    let (unit, origin, told, is_noted) = (app.clone(), origin.clone(), link.clone(), note.is_there);
    let opened = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let gone = || Ok::<_, Error>(Err(Error::from(Denied::Gone("link_revoked"))));
                let Some(standing) = families::standing(tx, told.grant).await? else { return gone() };
                let grant = &standing.grant.grant;
                let opened = match told.objection(tx, &unit, &standing).await? {
                    Some(reason) => Err(reason),
                    None => open_with(tx, &unit, grant.account, told.asset, told.variant).await?.ok_or("item_gone"),
                };
                let claim = match told.by {
                    By::Picture => holdings::PICTURE,
                    By::Pick if told.variant == Variant::Play => Kind::Video.claim(),
                    By::Pick => Kind::Photo.claim(),
                };
                let record = Record {
                    client: Some(grant.client.clone()),
                    grant: Some(grant.id),
                    channel: Some(CHANNEL),
                    requested: vec![claim.to_owned()],
                    ..Record::of("data.read", grant.account)
                };
                match opened {
                    Ok(opened) => {
                        if !is_noted {
                            let record = Record { released: vec![claim.to_owned()], ..record };
                            audit::record(tx, &unit, &record, &origin).await?;
                        }
                        Ok(Ok(shared::keyed(&unit, &grant.client, opened)))
                    }
                    Err(reason) => {
                        let record = Record { event: "data.refused", ..record }.refused(reason);
                        audit::record(tx, &unit, &record, &origin).await?;
                        gone()
                    }
                }
            })
        })
        .await??;
    note.keep(app).await;
    let max_age = (link.by == By::Picture).then(|| link.expires_at.since(now));
    Ok(Followed { opened, max_age })
}

/// Whether the same was read just now by the same reader, and stands in the trail: one record tells of the many pieces
/// that a player reads within a minute. May be forgotten at any time; then there is a record more.
pub struct Note {
    key: String,
    pub is_there: bool,
}

impl Note {
    /// Of a read of `what`.
    pub async fn of(app: &App, what: &[&str], origin: &Origin) -> Self {
        let mut message = Vec::new();
        let reader = [origin.address_prefix.as_deref(), origin.agent.as_deref()].map(Option::unwrap_or_default);
        for part in what.iter().chain(&reader) {
            message.extend_from_slice(part.as_bytes());
            message.push(0);
        }
        let key = URL_SAFE_NO_PAD.encode(&app.keys.pepper.mac("media-read-note", &message)[..16]);
        let is_there = matches!(app.ephemeral.find::<MediaRead>(&key).await, Ok(Some(_)));
        Self { key, is_there }
    }

    /// Notes it, once the record is kept.
    pub async fn keep(self, app: &App) {
        if !self.is_there
            && let Err(fault) = app.ephemeral.put(&self.key, &MediaRead {}).await
        {
            tracing::debug!(fault = %fault, "a read is not noted: the next one is written down, too");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Random;

    #[test]
    fn wallet_s13_7_a_link_says_what_it_opens() {
        let (now, random) = (Time::from_unix(1_795_000_000), Random::seeded(1));
        for (by, variant) in [(By::Pick, Variant::Play), (By::Picture, Variant::S320)] {
            let link = Link {
                by,
                asset: MediaId::new(now, &random),
                variant,
                grant: GrantId::new(now, &random),
                epoch: 7,
                expires_at: now,
            };
            assert_eq!(Link::of_plain(&link.plain()), Some(link.clone()));
            for length in 0..link.plain().len() {
                assert_eq!(Link::of_plain(&link.plain()[..length]), None, "{length}");
            }
            assert_eq!(Link::of_plain(&[link.plain(), vec![0]].concat()), None);
        }
        assert_eq!(Link::of_plain(&[9; 46]), None);
    }
}
