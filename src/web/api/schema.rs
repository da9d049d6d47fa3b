//! The schemas of what the data API answers, made from the catalogue: a claim added there is described here.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, Type};
use serde::Deserialize;
use serde_json::Value;

use crate::catalog::ValueType;
use crate::oauth::grant::Duration;
use crate::provider::data;
use crate::store::database::badges::{Level, State};
use crate::store::database::profiles::Source;
use crate::wallet::definitions::DefinitionState;
use crate::wallet::media::Variant;

/// Of `GET /wallet/v1/me`.
pub struct Me;

/// Of `GET /wallet/v1/profile`.
pub struct Profile;

/// Of `POST /wallet/v1/badge-definitions`.
pub struct BadgeDefinition;

/// Of `POST /wallet/v1/badges/issue`.
pub struct BadgeOffer;

/// What `POST /wallet/v1/badge-definitions` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBadgeDefinition {
    pub name: String,
    pub description: String,
    pub criteria: String,
}

/// What `POST /wallet/v1/badges/issue` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BadgeIssue {
    pub sub: String,
    pub definition: String,
    #[serde(default)]
    pub evidence_url: Option<String>,
    #[serde(default)]
    pub expires_at: Option<String>,
}

/// Of an answer without a body.
pub struct Nothing;

/// Of `GET /wallet/v1/badges`.
pub struct Badges;

/// Of `GET /wallet/v1/badges/{id}`.
pub struct OneBadge;
/// Of `GET /wallet/v1/media`.
pub struct MediaList;

/// Of `GET /wallet/v1/media/{id}`.
pub struct MediaItem;

/// Of `POST /wallet/v1/media/{id}/links`.
pub struct MediaLink;
/// Of `GET /wallet/v1/identity`.
pub struct Identity;

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

pub mod changes;

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

described!(
    BadgeDefinition,
    object(
        vec![
            ("id", text("Names the definition when you issue it")),
            ("type", text("The type of its badges: client:<you>:<name>")),
            ("name", text("As you sent it")),
            ("description", text("As you sent it")),
            ("criteria", text("As you sent it")),
            (
                "status",
                one_of(&DefinitionState::ALL.map(DefinitionState::as_str), "Only what is approved can be issued")
            ),
        ],
        &["id", "type", "name", "description", "criteria", "status"],
    )
);
described!(
    BadgeOffer,
    object(
        vec![
            ("id", text("Names the badge when you take it back")),
            ("type", text("The type of the badge")),
            ("status", one_of(&["offered", "accepted"], "Whether the person has taken it")),
            ("expires_at", time("Until when the badge counts")),
            ("answer_by", nullable(time("Until when the person can take it; null once they have"))),
        ],
        &["id", "type", "status", "expires_at", "answer_by"],
    )
);
described!(Nothing, MetaSchema::new("object"));

/// A body that is read as it is described: no member of another type, none that is unknown.
macro_rules! read {
    ($type:ident) => {
        impl ParseFromJSON for $type {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                serde_path_to_error::deserialize(value.unwrap_or_default()).map_err(|error| {
                    let (member, why) = (error.path().to_string(), error.inner().to_string());
                    let is_unknown = why.starts_with("unknown field");
                    // `missing field `x`` names the member, which the path does not. Never what was sent.
                    let missing = why.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
                    ParseError::custom(match missing {
                        Some(name) => format!("{name} is missing"),
                        None if is_unknown => "a member is unknown".to_owned(),
                        None if member == "." => "it must be an object".to_owned(),
                        None => format!("{member} is of another type"),
                    })
                })
            }
        }
    };
}

read!(NewBadgeDefinition);
read!(BadgeIssue);

described!(
    NewBadgeDefinition,
    object(
        vec![
            ("name", up_to(60, "What the badge is called, in one line; another name is another badge")),
            ("description", up_to(500, "What the badge says of who has it")),
            ("criteria", up_to(2000, "What a person did who has it")),
        ],
        &["name", "description", "criteria"],
    )
);
described!(
    BadgeIssue,
    object(
        vec![
            ("sub", up_to(255, "The person, as in the ID Token: they must share something with you at this moment")),
            ("definition", up_to(255, "The id or the type of a definition of yours that was approved")),
            (
                "evidence_url",
                nullable(up_to(2048, "An https URL where you show what the badge rests on; told to the person alone")),
            ),
            (
                "expires_at",
                nullable(time("Until when the badge counts, rounded down to the day: at most, and usually, 36 months")),
            ),
        ],
        &["sub", "definition"],
    )
);

described!(
    Badges,
    object(
        vec![
            ("sub", sub()),
            ("data", list(badge())),
            ("next_cursor", nullable(text("Goes on behind this page, for a day at least; null on the last one"))),
            ("meta", object(vec![("limit", MetaSchema::new("integer"))], &["limit"])),
        ],
        &["sub", "data", "next_cursor", "meta"],
    )
);
described!(OneBadge, object(vec![("sub", sub()), ("data", badge())], &["sub", "data"]));

/// A badge (WALLET.md §14.2).
fn badge() -> MetaSchema {
    let statuses = data::badges::STATUSES.map(State::as_str);
    let issuer = object(
        vec![(
            "id",
            text(
                "system, the client_id of the platform that awarded it, or the name of the provider of a linked account",
            ),
        )],
        &["id"],
    );
    let sources = Source::ALL.map(Source::as_str);
    let members = vec![
        ("id", text("What you call it; another name in every sector")),
        ("type", text("Its kind: see /badge-types")),
        ("level", text("What was done to prove it: see the trust framework")),
        ("status", one_of(&statuses, "Only active ones count")),
        ("source", one_of(&sources, "Where it comes from")),
        ("issuer", issuer),
        ("verified_at", time("The day of the last check")),
        (
            "expires_at",
            nullable(time("The day from which it counts no more; null where it lasts as long as it is true")),
        ),
        ("criteria_uri", nullable(text("The page that says what it proves"))),
    ];
    let names: Vec<&'static str> = members.iter().map(|(name, _)| *name).collect();
    object(members, &names)
}

described!(MediaItem, item());
described!(
    MediaList,
    object(
        vec![
            ("data", list(item())),
            ("next_cursor", nullable(text("Where the next page begins; null on the last"))),
            (
                "meta",
                object(
                    vec![("granted_kinds", list(one_of(&["photo", "video"], "A kind that you may read")))],
                    &["granted_kinds",]
                ),
            ),
        ],
        &["data", "next_cursor", "meta"],
    )
);
described!(
    MediaLink,
    object(
        vec![
            ("url", MetaSchema { format: Some("uri"), ..text("Where the bytes are, without a token") }),
            ("expires_at", time("When it ends, if the person does not end it before")),
        ],
        &["url", "expires_at"],
    )
);

/// A photo or video. No digest of its bytes is told: two platforms would only have to compare them.
fn item() -> MetaSchema {
    let number = |description| MetaSchema { description: Some(description), ..MetaSchema::new("integer") };
    let names = Variant::ALL.map(Variant::as_str);
    let variant = object(
        vec![
            ("name", one_of(&names, "As /content and /links call it")),
            ("width", number("In pixels")),
            ("height", number("In pixels")),
            ("mime", text("The media type")),
            ("bytes", number("How large it is")),
        ],
        &["name", "width", "height", "mime", "bytes"],
    );
    object(
        vec![
            ("id", text("Another one for every sector")),
            ("kind", one_of(&["photo", "video"], "What it is")),
            ("width", number("In pixels")),
            ("height", number("In pixels")),
            ("duration_ms", nullable(number("How long a video is"))),
            ("mime", nullable(text("The media type of the largest variant"))),
            ("bytes", number("How large the largest variant is")),
            ("alt", nullable(text("What the person says for those who do not see it"))),
            ("album", nullable(text("The album of the person that it is in"))),
            ("created_at", time("The day on which it was added")),
            ("updated_at", time("The day on which it last changed")),
            ("blur", nullable(text("BlurHash of a photo"))),
            ("variants", list(variant)),
        ],
        &[
            "id",
            "kind",
            "width",
            "height",
            "duration_ms",
            "mime",
            "bytes",
            "alt",
            "album",
            "created_at",
            "updated_at",
            "blur",
            "variants",
        ],
    )
}

described!(Identity, object(vec![("sub", sub()), ("verified_claims", verified_claims())], &["sub"]));

/// OpenID Identity Assurance §5: one element, or a list of them where several were asked for.
fn verified_claims() -> MetaSchema {
    let element = object(vec![("verification", verification()), ("claims", verified())], &["verification", "claims"]);
    let all = list(element.clone());
    MetaSchema { any_of: vec![inline(element), inline(all)], ..MetaSchema::ANY }
}

fn verified() -> MetaSchema {
    object(
        vec![
            ("given_name", text("As on the document")),
            ("family_name", text("As on the document")),
            ("birthdate", MetaSchema { format: Some("date"), ..text("As on the document") }),
            ("nationalities", list(text("ISO 3166-1 alpha-3"))),
        ],
        &[],
    )
}

/// OpenID Identity Assurance Schema Definition §5.4; only what was asked for.
fn verification() -> MetaSchema {
    let levels = Level::ALL.map(Level::as_str);
    object(
        vec![
            ("trust_framework", text("Ours: its page says what it means")),
            ("assurance_level", one_of(&levels, "How the document was checked")),
            ("assurance_process", MetaSchema::new("object")),
            ("time", time("The day of the verification")),
            ("verification_process", text("What you call the verification; another name in every sector")),
            ("evidence", list(MetaSchema::new("object"))),
        ],
        &["trust_framework"],
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
        ValueType::Media => MetaSchema::new("object"),
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

/// Of at least one character and at most so many.
fn up_to(most: usize, description: &'static str) -> MetaSchema {
    MetaSchema { min_length: Some(1), max_length: Some(most), ..text(description) }
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
