//! The schemas of what the data API answers, made from the catalogue: a claim added there is described here.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use serde_json::Value;

use crate::catalog::{ValueType, messages};
use crate::oauth::grant::Duration;
use crate::provider::data;
use crate::store::database::profiles::Source;

/// Of `GET /wallet/v1/me`.
pub struct Me;

/// Of `GET /wallet/v1/profile`.
pub struct Profile;

/// A schema that the house makes itself: no value of the type is ever there.
macro_rules! described {
    ($type:ident, $make:expr) => {
        impl Type for $type {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn schema_ref() -> MetaSchemaRef {
                MetaSchemaRef::Reference(stringify!($type).to_owned())
            }

            fn register(registry: &mut Registry) {
                registry.create_schema::<Self, _>(stringify!($type).to_owned(), |_| $make);
            }

            fn as_raw_value(&self) -> Option<&Self::RawValueType> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
                Box::new(std::iter::once(self))
            }
        }
    };
}

described!(Me, object(vec![("sub", sub()), ("grant", grant())], &["sub", "grant"]));
described!(
    Profile,
    object(
        vec![
            ("sub", sub()),
            ("fields", object(data::profile::fields().map(|(name, claim)| (name, field(claim.value))).collect(), &[])),
            (
                "meta",
                object(vec![("granted_fields", list(text("The name of a field that is shared")))], &["granted_fields"])
            ),
        ],
        &["sub", "fields", "meta"],
    )
);

/// Of `GET /wallet/v1/changes`.
pub struct Changes;

/// Of `GET /wallet/v1/client/changes`.
pub struct ClientChanges;

/// Of `GET /wallet/v1/client/grants`.
pub struct ClientGrants;

described!(Changes, page(change(), text("Where to go on; never null")));
described!(ClientChanges, page(client_change(), text("Where to go on; never null")));
described!(ClientGrants, page(client_grant(), nullable(text("Where to go on; null at the end"))));

/// One page of a list.
fn page(of: MetaSchema, next_cursor: MetaSchema) -> MetaSchema {
    let more = MetaSchema { description: Some("Whether there are more by now"), ..MetaSchema::new("boolean") };
    object(
        vec![("data", list(of)), ("next_cursor", next_cursor), ("has_more", more)],
        &["data", "next_cursor", "has_more"],
    )
}

fn change() -> MetaSchema {
    let resources = messages::Resource::ALL.map(messages::Resource::as_str);
    let ops = messages::Op::ALL.map(messages::Op::as_str);
    object(
        vec![
            ("type", text("The type of the webhook that tells of such changes")),
            ("resource", one_of(&resources, "Where to look: the profile, badges, media, or the grant itself")),
            ("id", text("The name of the field, or the id of the thing as everywhere in this API")),
            ("op", one_of(&ops, "What became of it")),
            ("at", time("The day")),
        ],
        &["type", "resource", "id", "op", "at"],
    )
}

fn client_change() -> MetaSchema {
    let resources = messages::Resource::ALL.map(messages::Resource::as_str);
    object(
        vec![
            ("sub", sub()),
            ("grant_id", text("The grant under which it is seen")),
            ("types", list(one_of(&resources, "What changed"))),
            ("at", time("The day")),
        ],
        &["sub", "grant_id", "types", "at"],
    )
}

fn client_grant() -> MetaSchema {
    object(
        vec![
            ("sub", sub()),
            ("grant_id", text("The grant_id of the token response (Grant Management)")),
            ("scopes", list(text("A scope that is granted"))),
            ("claims", list(text("A claim that is granted"))),
            ("confirmed_at", time("When the person last agreed")),
            ("expires_at", nullable(time("When it ends by itself; null where the person has to stop it"))),
        ],
        &["sub", "grant_id", "scopes", "claims", "confirmed_at", "expires_at"],
    )
}

fn sub() -> MetaSchema {
    text("The subject identifier: as in the ID Token, another one for every sector (OpenID Connect Core §8)")
}

fn grant() -> MetaSchema {
    let durations = [Duration::Once, Duration::Days90, Duration::UntilStopped].map(Duration::name);
    object(
        vec![
            ("id", text("The grant_id of the token response (Grant Management)")),
            ("state", one_of(&["active"], "Tokens of a grant in another state open nothing")),
            ("duration", one_of(&durations, "For how long the person shares")),
            ("confirmed_at", time("When the person last agreed")),
            ("expires_at", nullable(time("When it ends by itself; null where the person has to stop it"))),
            ("scopes", list(text("A scope that is granted"))),
            ("claims", list(text("A claim that is granted"))),
        ],
        &["id", "state", "duration", "confirmed_at", "expires_at", "scopes", "claims"],
    )
}

/// A value with its provenance (WALLET.md §2.1).
fn field(value: ValueType) -> MetaSchema {
    let sources = Source::ALL.map(Source::as_str);
    let said = "self: the person typed it; control: the person proved to hold the address; document: taken from a \
                document; client: a platform says so; system: computed by the wallet";
    object(
        vec![
            ("value", value_of(value)),
            ("source", one_of(&sources, said)),
            ("verified_at", nullable(time("When it was proven, if it was"))),
            ("updated_at", time("When it last changed")),
            ("expires_at", nullable(time("Until when the proof counts"))),
        ],
        &["value", "source", "verified_at", "updated_at", "expires_at"],
    )
}

/// The JSON of a claim's value (OIDC Core §5.1).
fn value_of(value: ValueType) -> MetaSchema {
    let formatted = |format| MetaSchema { format: Some(format), ..MetaSchema::new("string") };
    match value {
        ValueType::Object => MetaSchema::new("object"),
        ValueType::Objects => list(MetaSchema::new("object")),
        ValueType::Bool => MetaSchema::new("boolean"),
        ValueType::Number => MetaSchema::new("integer"),
        ValueType::Url => formatted("uri"),
        ValueType::Email => formatted("email"),
        ValueType::Urls => list(formatted("uri")),
        ValueType::Texts | ValueType::Languages => list(MetaSchema::new("string")),
        ValueType::Color => MetaSchema { pattern: Some("^#[0-9a-f]{6}$".to_owned()), ..MetaSchema::new("string") },
        ValueType::Date => {
            let pattern = Some("^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$".to_owned());
            MetaSchema { pattern, ..MetaSchema::new("string") }
        }
        ValueType::Address => {
            let parts = ["formatted", "street_address", "locality", "region", "postal_code", "country"];
            object(parts.map(|part| (part, MetaSchema::new("string"))).to_vec(), &["formatted"])
        }
        ValueType::Text | ValueType::Language | ValueType::Zone | ValueType::Phone | ValueType::Prose => {
            MetaSchema::new("string")
        }
    }
}

fn object(members: Vec<(&'static str, MetaSchema)>, required: &[&'static str]) -> MetaSchema {
    MetaSchema {
        properties: members.into_iter().map(|(name, schema)| (name, inline(schema))).collect(),
        required: required.to_vec(),
        ..MetaSchema::new("object")
    }
}

fn list(of: MetaSchema) -> MetaSchema {
    MetaSchema { items: Some(Box::new(inline(of))), ..MetaSchema::new("array") }
}

fn text(description: &'static str) -> MetaSchema {
    MetaSchema { description: Some(description), ..MetaSchema::new("string") }
}

fn time(description: &'static str) -> MetaSchema {
    MetaSchema { format: Some("date-time"), ..text(description) }
}

fn one_of(all: &[&str], description: &'static str) -> MetaSchema {
    MetaSchema { enum_items: all.iter().map(|one| Value::from(*one)).collect(), ..text(description) }
}

fn nullable(schema: MetaSchema) -> MetaSchema {
    MetaSchema { nullable: true, ..schema }
}

fn inline(schema: MetaSchema) -> MetaSchemaRef {
    MetaSchemaRef::Inline(Box::new(schema))
}
