//! What a row of the trail says, as bytes: with a MAC of its own, and as the chain commits to it.

use std::borrow::Cow;

use crate::app::App;
use crate::base::Digest;
use crate::base::seal::MacKey;
use crate::store::database::Json;
use crate::store::database::audit::Row;

/// A field of a row: its name, whether it tells of a person, what it says.
type Field<'a> = (&'static str, bool, Option<Cow<'a, [u8]>>);

fn fields(row: &Row) -> [Field<'_>; 14] {
    let text = |text: &'_ Option<String>| text.clone().map(|text| Cow::Owned(text.into_bytes()));
    let shown = |shown: Option<String>| shown.map(|text| Cow::Owned(text.into_bytes()));
    [
        ("id", false, shown(Some(row.id.to_string()))),
        ("at", false, shown(Some(row.at.as_micros().to_string()))),
        ("event", false, Some(Cow::Borrowed(row.event.as_bytes()))),
        ("outcome", false, Some(Cow::Borrowed(row.outcome.as_str().as_bytes()))),
        ("account_id", true, shown(row.account_id.map(|id| id.to_string()))),
        ("client_id", true, shown(row.client_id.as_ref().map(ToString::to_string))),
        ("grant_id", true, shown(row.grant_id.map(|id| id.to_string()))),
        ("channel", true, text(&row.channel)),
        ("requested", true, names(row.requested.as_ref())),
        ("released", true, names(row.released.as_ref())),
        ("reason", true, text(&row.reason)),
        ("address_prefix", true, text(&row.address_prefix)),
        ("agent", true, text(&row.agent)),
        ("request_id", true, text(&row.request_id)),
    ]
}

fn names(names: Option<&Json<Vec<String>>>) -> Option<Cow<'static, [u8]>> {
    names.map(|names| {
        let mut out = Vec::new();
        names.0.iter().for_each(|name| put(&mut out, name.as_bytes()));
        Cow::Owned(out)
    })
}

/// Length first: no two rows are written alike.
fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(1);
    out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// The MAC that a row is written with: a change is seen even before the row is linked.
pub(super) fn mac(app: &App, row: &Row) -> Digest {
    let mut out = Vec::with_capacity(512);
    for (_, _, value) in fields(row) {
        match value {
            Some(value) => put(&mut out, &value),
            None => out.push(0),
        }
    }
    Digest::from_bytes(app.keys.pepper.mac("audit-row", &out))
}

/// What the chain holds of a row. Where it tells of a person, each personal field is replaced by its HMAC under a key
/// of that person's: with the key, the link between the two is gone. Without a key such fields are left out.
pub(super) fn commitment(row: &Row, key: Option<&MacKey>) -> Digest {
    let mut out = Vec::with_capacity(512);
    for (name, is_personal, value) in fields(row) {
        match (value, is_personal && row.account_id.is_some(), key) {
            (None, ..) => out.push(0),
            (Some(value), false, _) => put(&mut out, &value),
            (Some(value), true, Some(key)) => {
                let mut message = name.as_bytes().to_vec();
                message.push(0);
                message.extend_from_slice(&value);
                put(&mut out, &key.mac(&message));
            }
            (Some(_), true, None) => out.push(2),
        }
    }
    Digest::of(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Outcome;
    use crate::base::id::{AccountId, ClientId, EventId};
    use crate::base::{Random, Time};

    fn row() -> Row {
        let (at, random) = (Time::from_unix(1_795_000_000), Random::seeded(1));
        Row {
            id: EventId::new(at, &random),
            at,
            event: "data.read".to_owned(),
            account_id: Some(AccountId::new(at, &random)),
            client_id: Some(ClientId::from("a")),
            grant_id: None,
            channel: Some("userinfo".to_owned()),
            outcome: Outcome::Ok,
            requested: Some(Json(vec!["ab".to_owned(), "c".to_owned()])),
            released: None,
            reason: None,
            address_prefix: None,
            agent: None,
            request_id: None,
            mac: None,
        }
    }

    #[test]
    fn s16_5_every_field_counts_and_a_key_hides_the_personal_ones() {
        let key = MacKey::derived(&[1; 32], "audit");
        let of = |row: &Row| commitment(row, Some(&key));
        let first = of(&row());
        let changes: [fn(&mut Row); 8] = [
            |row| row.at = Time::from_unix(1),
            |row| row.event = "data.refused".to_owned(),
            |row| row.outcome = Outcome::Error,
            |row| row.account_id = None,
            |row| row.client_id = Some(ClientId::from("b")),
            |row| row.channel = None,
            |row| row.requested = Some(Json(vec!["a".to_owned(), "bc".to_owned()])),
            |row| row.released = Some(Json(Vec::new())),
        ];
        for change in changes {
            let mut other = row();
            change(&mut other);
            assert_ne!(of(&other), first, "{other:?}");
        }
        let other = MacKey::derived(&[2; 32], "audit");
        assert_ne!(commitment(&row(), Some(&other)), first);
        let mut elsewhere = row();
        elsewhere.client_id = Some(ClientId::from("b"));
        assert_eq!(commitment(&elsewhere, None), commitment(&row(), None), "without a key nothing personal is in it");
    }
}
