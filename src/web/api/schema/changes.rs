//! The schemas of what changed.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;

use super::{list, nullable, object, one_of, sub, text, time};
use crate::catalog::messages::{Op, Resource};

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
    let ops = Op::ALL.map(Op::as_str);
    object(
        vec![
            ("type", text("The type of the webhook that tells of such changes")),
            ("resource", one_of(&Resource::ALL.map(Resource::as_str), "Where to look: me says what a grant allows")),
            ("id", text("The name of the field, or the id of the thing as everywhere in this API")),
            ("op", one_of(&ops, "What became of it")),
            ("at", time("The day")),
        ],
        &["type", "resource", "id", "op", "at"],
    )
}

fn client_change() -> MetaSchema {
    object(
        vec![
            ("sub", sub()),
            ("grant_id", text("The grant under which it is seen")),
            ("types", list(one_of(&Resource::ALL.map(Resource::as_str), "What changed"))),
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
