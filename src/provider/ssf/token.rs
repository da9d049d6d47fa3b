//! Security Event Tokens (RFC 8417, SSF §4): made when they are sent, always the same.

use serde::Serialize;
use serde_json::{Value, json};

use super::Delivery;
use crate::app::App;
use crate::base::id::{MessageId, kind};
use crate::base::{Fault, Seconds, Time};
use crate::catalog::messages::{self, News, Says, Signal, Vocabulary};
use crate::error::Error;
use crate::jose::{Alg, Typ};
use crate::oauth::pairwise_id::Names;
use crate::provider::clients::Registered;
use crate::provider::{keys, tokens, wishes};
use crate::store::database::streams::{Event, Stream};

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    jti: &'a str,
    iat: i64,
    aud: &'a str,
    txn: String,
    sub_id: Value,
    events: Value,
}

/// The name that a receiver knows an event by.
pub(super) fn jti(app: &App, client: &Registered, id: MessageId) -> String {
    Names::of::<kind::Message>(&app.keys.pepper, client.sector()).name(id)
}

/// The event of such a name, were there one.
pub(super) fn read_jti(app: &App, client: &Registered, jti: &str) -> Option<MessageId> {
    Names::of::<kind::Message>(&app.keys.pepper, client.sector()).read(jti).ok()
}

/// The token of an event. RS256, as the CAEP Interoperability Profile §2.6 has it.
///
/// # Errors
/// A fault when there is no key, or the event is of a type that there is not.
pub(super) async fn make(app: &App, client: &Registered, stream: &Stream, event: &Event) -> Result<String, Error> {
    let signal = messages::find_signal(&event.kind).ok_or_else(|| Fault::broken("find the type of an event"))?;
    let issuer = app.config.issuer();
    let jti = jti(app, client, event.id);
    let sub_id = match event.account_id {
        Some(account) => json!({ "format": "iss_sub", "iss": issuer, "sub": tokens::subject(app, client, account) }),
        None => json!({ "format": "opaque", "id": stream.id }),
    };
    // What changed in a wallet is heard by all that see it.
    let is_of_one = event.account_id.is_none() || (event.news.0.grant.is_some() && event.news.0.behind.is_none());
    let claims = Claims {
        iss: issuer,
        iat: issued_at(app, event, is_of_one).unix(),
        aud: stream.client_id.as_str(),
        txn: txn(app, event),
        sub_id,
        events: json!({ signal.uri(issuer): says(app, client, *signal, event) }),
        jti: &jti,
    };
    Ok(keys::signer(app, Alg::Rs256).await?.sign(Typ::SecurityEvent, &claims)?)
}

/// When it was issued: of what several receivers hear, up to a minute earlier, each its own. By one second they could tell
/// that they know the same person.
fn issued_at(app: &App, event: &Event, is_of_one: bool) -> Time {
    if is_of_one {
        return event.created_at;
    }
    let mac = app.keys.pepper.mac("ssf-iat", event.id.as_bytes());
    event.created_at - Seconds(i64::from(mac[0] % 60))
}

/// What events of one act in one stream have in common (RFC 8417 §2.2).
fn txn(app: &App, event: &Event) -> String {
    use base64::Engine;
    let account = event.account_id.as_ref().map_or(event.id.as_bytes(), |id| id.as_bytes());
    let act = [event.stream_id.as_bytes(), account, &event.created_at.as_micros().to_be_bytes()[..]].concat();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&app.keys.pepper.mac("ssf-txn", &act)[..16])
}

/// What the event itself says.
fn says(app: &App, client: &Registered, signal: Signal, event: &Event) -> Value {
    let Signal { vocabulary, says, .. } = signal;
    let news: &News = &event.news.0;
    let because = |text: &str| json!({ "en": text });
    let mut said = match says {
        Says::Nothing => json!({}),
        Says::Grant => {
            let mut said = json!({ "grant_id": news.grant });
            for (name, list) in [("added", &news.added), ("removed", &news.removed)] {
                if !list.is_empty() {
                    said[name] = json!(list);
                }
            }
            if let Some(reason) = &news.reason {
                said["reason"] = json!(reason);
            }
            said
        }
        Says::Wish => {
            json!({ "grant_id": news.grant, "request": news.wish.map(|wish| wishes::name(app, client, wish)) })
        }
        Says::Session => json!({ "reason_admin": because(session_ended(news)) }),
        Says::Claims => json!({ "claims": { "wallet_updated_at": event.created_at.start_of_day().unix() } }),
        Says::Password => json!({
            "credential_type": "password",
            "change_type": "update",
            "reason_admin": because("The person chose a new password"),
        }),
        Says::State => news.state.as_ref().map_or_else(|| json!({}), |state| json!({ "state": state })),
        Says::Status => json!({ "status": news.state, "reason": news.reason }),
    };
    if vocabulary == Vocabulary::Caep {
        said["initiating_entity"] =
            json!(if says == Says::Session && news.grant.is_none() { "policy" } else { "user" });
        if news.grant.is_some() && says == Says::Session {
            said["event_timestamp"] = json!(event.created_at.unix());
        }
    }
    said
}

fn session_ended(news: &News) -> &'static str {
    match (news.grant, news.reason.as_deref()) {
        (Some(_), Some("expired")) => "The time for which the person shared with this client is over",
        (Some(_), Some("withdrawn")) => "The person stopped sharing with this client",
        (Some(_), _) => "The grant of this client has ended",
        (None, _) => "All sessions of the account were ended",
    }
}

/// The media type of a pushed token (RFC 8935 §2.1).
pub(super) const MEDIA_TYPE: &str = "application/secevent+jwt";

/// The types that a stream sends about itself.
pub(super) fn of_streams() -> [&'static str; 2] {
    [messages::VERIFICATION.name, messages::STREAM_UPDATED.name]
}

/// Which ways of delivery there are, by their URNs.
pub(super) fn method(urn: &str) -> Option<Delivery> {
    Delivery::ALL.into_iter().find(|method| super::urn(*method) == urn)
}
