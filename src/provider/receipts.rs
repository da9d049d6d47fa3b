//! Receipts of consent (WALLET.md §7.6): one for each event of a grant, signed, kept in the unit of the event.
//!
//! The body is JSON-LD with the fields of ISO/IEC TS 27560 by the Data Privacy Vocabulary. It names kinds of data, never
//! data.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::app::App;
use crate::base::id::{AccountId, GrantId, ReceiptId};
use crate::base::page::{LARGEST, Page};
use crate::base::{Fault, Time};
use crate::catalog::{CLAIMS, claims};
use crate::error::{Denied, Error};
use crate::jose::{SigningKey, Typ, Unverified};
use crate::oauth::Grant;
use crate::provider::clients::Registered;
use crate::provider::{lasting, tokens};
use crate::store::database::receipts::{self, Receipt};
use crate::store::database::{Conn, accounts};

/// What happened to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Given,
    /// Said yes again, to the same or other things.
    Renewed,
    Changed,
    Withdrawn,
    /// The client gave it back.
    Terminated,
    Expired,
}

impl Event {
    pub const ALL: [Self; 6] =
        [Self::Given, Self::Renewed, Self::Changed, Self::Withdrawn, Self::Terminated, Self::Expired];

    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Renewed => "renewed",
            Self::Changed => "changed",
            Self::Withdrawn => "withdrawn",
            Self::Terminated => "terminated",
            Self::Expired => "expired",
        }
    }

    /// The event of the trail.
    pub fn audit(self) -> &'static str {
        match self {
            Self::Given | Self::Renewed => "consent.given",
            Self::Changed => "consent.changed",
            Self::Withdrawn => "grant.withdrawn",
            Self::Terminated => "grant.terminated",
            Self::Expired => "grant.expired",
        }
    }

    /// The state of the consent after it (WALLET.md §7.4).
    fn status(self) -> &'static str {
        match self {
            Self::Given => "dpv:ConsentGiven",
            Self::Renewed | Self::Changed => "dpv:RenewedConsentGiven",
            Self::Withdrawn => "dpv:ConsentWithdrawn",
            Self::Terminated => "dpv:ConsentTerminated",
            Self::Expired => "dpv:ConsentExpired",
        }
    }

    fn is_over(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Terminated | Self::Expired)
    }
}

/// What kind of personal data a claim is, by the vocabulary; what is not listed is personal data of no finer kind.
const KINDS: &[(&str, &str)] = &[
    ("name", "pd:Name"),
    ("given_name", "pd:Name"),
    ("family_name", "pd:Name"),
    ("middle_name", "pd:Name"),
    ("nickname", "pd:Name"),
    ("preferred_username", "pd:Username"),
    ("profile", "pd:IndividualProfile"),
    ("picture", "pd:Picture"),
    ("gender", "pd:Gender"),
    ("birthdate", "pd:BirthDate"),
    ("zoneinfo", "pd:Location"),
    ("locale", "pd:Language"),
    ("email", "pd:EmailAddress"),
    ("phone_number", "pd:TelephoneNumber"),
    ("address", "pd:PhysicalAddress"),
    ("verified_claims", "pd:OfficialID"),
    ("wallet_display_name", "pd:Name"),
    ("wallet_headline", "pd:IndividualProfile"),
    ("wallet_bio", "pd:IndividualProfile"),
    ("wallet_location", "pd:Location"),
    ("wallet_languages", "pd:Language"),
    ("wallet_interests", "pd:Interest"),
];

fn kind(claim: &str) -> &'static str {
    KINDS.iter().find(|(name, _)| *name == claim).map_or("dpv:PersonalData", |(_, kind)| kind)
}

/// The longest statement of a client that goes into a receipt.
const MOST_WORDS: usize = 160;

/// Signs and keeps the receipt of an event, in the unit of it.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keep(
    conn: &mut Conn<'_>,
    app: &App,
    signer: &SigningKey,
    event: Event,
    grant: &Grant,
    client: &Registered,
) -> Result<ReceiptId, Fault> {
    let now = app.now();
    let id = ReceiptId::new(now, &app.random);
    let locale = accounts::find(conn, grant.account).await?.and_then(|account| account.locale);
    let body = body(app, id, event, grant, client, locale.as_deref().unwrap_or("en"), now);
    let receipt = Receipt {
        id,
        account_id: grant.account,
        grant_id: grant.id,
        client_id: grant.client.clone(),
        event: event.name().to_owned(),
        at: now,
        token: signer.sign(Typ::ConsentReceipt, &body)?,
    };
    lasting::keep(conn, app, signer).await?;
    receipts::insert(conn, &receipt).await?;
    Ok(id)
}

/// A UUID of version 7 (RFC 9562 §5.7) of an identifier, whose first 48 bits are the time already.
fn uuid(bytes: &[u8; 16]) -> String {
    let mut bytes = *bytes;
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn short(text: &str) -> String {
    text.chars().take(MOST_WORDS).collect()
}

fn body(
    app: &App,
    id: ReceiptId,
    event: Event,
    grant: &Grant,
    client: &Registered,
    language: &str,
    now: Time,
) -> Value {
    let issuer = app.config.issuer();
    let operator = &app.config.operator;
    let shared: Vec<&str> =
        CLAIMS.iter().map(|claim| claim.name).filter(|name| grant.allowed.claims.contains(*name)).collect();
    let kinds: BTreeSet<&str> = shared.iter().filter(|claim| **claim != "sub").map(|claim| kind(claim)).collect();
    let is_sensitive = shared.iter().any(|name| claims::find(name).is_some_and(|claim| claim.is_sensitive()));
    let purposes: Vec<Value> = grant.allowed.scope.iter().map(|scope| purpose(client, scope)).collect();
    let mut us = entity("dpv:DataController", issuer, &operator.name);
    for (member, value) in [("dpv:hasAddress", &operator.address), ("dpv:hasContact", &operator.contact)] {
        if !value.is_empty() {
            us.insert(member.to_owned(), value.as_str().into());
        }
    }
    let mut them =
        entity("dpv:DataController", client.client_uri.as_deref().unwrap_or_default(), client.display_name());
    if let Some(contact) = client.contacts.first() {
        them.insert("dpv:hasContact".to_owned(), short(contact).into());
    }
    if let Some(policy) = &client.policy_uri {
        them.insert("dpv:hasNotice".to_owned(), json!({ "@id": policy }));
    }
    let them = Value::Object(them);
    let mut storage = Map::from_iter([("dpv:hasDuration".to_owned(), Value::from("grant and 3 years"))]);
    let mut jurisdiction = Value::Null;
    if !operator.country.is_empty() {
        storage.insert("dpv:hasLocation".to_owned(), operator.country.as_str().into());
        jurisdiction = operator.country.as_str().into();
    }
    let mut history = json!({
        "@type": event.status(),
        "dct:date": now.rfc3339(),
        "dpv:isIndicatedBy": match event { Event::Expired => "dpv:DataController", Event::Terminated => "dpv:DataController", _ => "dpv:DataSubject" },
        "dpv:isIndicatedAtTime": now.rfc3339(),
    });
    if !event.is_over() {
        history["dpv:hasDuration"] = match grant.expires_at {
            Some(end) => json!({ "dct:valid": end.rfc3339() }),
            None => json!("dpv:UntilEventDuration"),
        };
    }
    json!({
        "iss": issuer,
        "iat": now.unix(),
        "jti": id.to_string(),
        "@context": {
            "dpv": "https://w3id.org/dpv#",
            "pd": "https://w3id.org/dpv/pd#",
            "dct": "http://purl.org/dc/terms/",
        },
        "@type": "dpv:ConsentReceipt",
        "@id": uuid(id.as_bytes()),
        "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#receipt-record",
        "dpv:hasIdentifier": uuid(grant.id.as_bytes()),
        "dpv:hasDataSubject": { "dpv:hasIdentifier": tokens::subject(app, client, grant.account) },
        "dpv:hasNotice": { "@id": format!("{issuer}/privacy"), "dct:hasVersion": env!("CARGO_PKG_VERSION"), "dct:language": language },
        "dpv:hasPurpose": purposes,
        "dpv:hasPersonalData": kinds,
        "claims": shared,
        "scope": grant.allowed.scope,
        "dpv:hasDataController": [Value::Object(us), them.clone()],
        "dpv:hasRecipient": [them],
        "dpv:hasStorageCondition": storage,
        "dpv:hasJurisdiction": jurisdiction,
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "@id": format!("{issuer}/account/apps/{}", grant.id),
        },
        "dpv:hasLegalBasis": if is_sensitive { "dpv:ExplicitlyExpressedConsent" } else { "dpv:ExpressedConsent" },
        "dpv:hasConsentStatus": event.status(),
        "dpv:hasActivity": [history],
        "event": event.name(),
        "grant_id": grant.id.to_string(),
    })
}

fn entity(kind: &str, address: &str, name: &str) -> Map<String, Value> {
    let mut entity =
        Map::from_iter([("@type".to_owned(), Value::from(kind)), ("dpv:hasName".to_owned(), Value::from(short(name)))]);
    if !address.is_empty() {
        entity.insert("@id".to_owned(), address.into());
    }
    entity
}

fn purpose(client: &Registered, scope: &str) -> Value {
    let mut purpose = json!({ "@type": "dpv:Purpose", "dct:identifier": scope });
    let of_claims = || claims::in_scope(scope).find_map(|claim| client.purposes.get(claim.name));
    if let Some(words) = client.purposes.get(scope).or_else(of_claims) {
        purpose["dct:description"] = short(words).into();
    }
    purpose
}

/// The receipts of a person, newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(
    app: &App,
    account: AccountId,
    grant: Option<GrantId>,
    cursor: Option<&str>,
    size: usize,
) -> Result<Page<Receipt>, Fault> {
    let size = size.clamp(1, LARGEST);
    let before = cursor.and_then(|cursor| cursor.parse().ok());
    let rows = app.db.read(move |conn| Box::pin(receipts::list(conn, account, grant, before, size + 1))).await?;
    Ok(Page::cut(rows, size, |receipt| receipt.id.to_string()))
}

/// One receipt of a person.
///
/// # Errors
/// Not found where it is another's.
pub async fn show(app: &App, account: AccountId, id: ReceiptId) -> Result<Receipt, Error> {
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(receipts::find(conn, account, id))).await?;
    Ok(found.ok_or(Denied::NotFound)?)
}

/// What a text is that somebody holds for a receipt.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Signed by this house, and unchanged.
    Ours(Box<Map<String, Value>>),
    /// Not signed by this house, or changed since.
    NotOurs,
    /// No receipt at all.
    Unreadable,
}

/// Looks at a receipt. No account is needed, and none is touched.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn check(app: &App, token: &str) -> Result<Verdict, Fault> {
    let Ok(token) = Unverified::read(token.trim()) else { return Ok(Verdict::Unreadable) };
    if token.header().typ.as_deref() != Typ::ConsentReceipt.as_str() {
        return Ok(Verdict::Unreadable);
    }
    let keys = lasting::keys(app).await?;
    Ok(match token.verify(&keys, &[lasting::ALG]) {
        Ok(verified) => Verdict::Ours(Box::new(verified.claims().clone())),
        Err(_) => Verdict::NotOurs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallet_s7_6_kinds_are_of_claims_that_exist() {
        for (at, (claim, kind)) in KINDS.iter().enumerate() {
            assert!(KINDS[..at].iter().all(|(other, _)| other != claim), "{claim} twice");
            assert!(kind.starts_with("pd:"));
        }
        assert_eq!((kind("email"), kind("wallet_accent_color")), ("pd:EmailAddress", "dpv:PersonalData"));
        let named = Event::ALL.map(Event::name);
        assert!(named.iter().all(|name| named.iter().filter(|other| *other == name).count() == 1));
    }

    #[test]
    fn rfc9562_s5_7_an_identifier_as_a_uuid() {
        let text = uuid(&[0xff; 16]);
        assert_eq!(text, "urn:uuid:ffffffff-ffff-7fff-bfff-ffffffffffff");
    }
}
