//! Token families: one row is one authorization's whole life.
//!
//! ```text
//!            redeem                refresh: generation + 1
//!  code ─────────────► active ◄──────────┐
//!   │                    │   └────────────┘
//!   └──────► ended ◄─────┘   replay · sign-out · stop · revocation
//! ```
//! Each arrow is one conditional UPDATE, so of two that race one wins, on one node or many.

use std::str::FromStr;

use diesel::prelude::*;

use super::accounts::AccountState;
use super::clients::ClientState;
use super::grants::{GrantRow, KeptGrant};
use super::schema::{accounts, clients, grants, revoked_tokens, token_families};
use super::{Conn, Json, Stored, on, steady, text_column};
use crate::base::id::{AccountId, ClientId, FamilyId, GrantId, SessionId};
use crate::base::{Fault, Time};
use crate::oauth::authorization_details::Detail;
use crate::oauth::claims_request::ClaimsRequest;
use crate::oauth::{Binding, Scope};

/// Where an authorization stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FamilyState {
    /// Its code waits to be redeemed.
    Code,
    /// It has tokens.
    Active,
    Ended,
}

impl FamilyState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Active => "active",
            Self::Ended => "ended",
        }
    }
}

impl FromStr for FamilyState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Code, Self::Active, Self::Ended].into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

text_column!(FamilyState);

/// One authorization.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = token_families, treat_none_as_default_value = false)]
pub struct Family {
    pub id: FamilyId,
    pub state: FamilyState,
    pub client_id: ClientId,
    pub account_id: AccountId,
    pub grant_id: GrantId,
    pub grant_epoch: i32,
    pub session_id: Option<SessionId>,
    pub redirect_uri: String,
    pub code_challenge: Option<String>,
    pub nonce: Option<String>,
    pub scope: Scope,
    /// The claims parameter as it was asked (OIDC Core §5.5).
    pub claims: Option<Json<ClaimsRequest>>,
    /// What was asked for item by item (RFC 9396).
    pub authorization_details: Option<Json<Vec<Detail>>>,
    pub acr: String,
    pub amr: Json<Vec<String>>,
    pub auth_time: Time,
    pub wants_auth_time: bool,
    /// What the sender of its code and tokens must show beside them.
    pub binding: Option<Binding>,
    /// Whether it has refresh tokens, which outlive the session.
    pub offline: bool,
    /// The refresh token that works is the one of this number; 0 before the code is redeemed.
    pub generation: i32,
    pub rotated_at: Option<Time>,
    pub created_at: Time,
    pub code_expires_at: Time,
    /// When the refresh token that works stops working for want of use.
    pub idle_expires_at: Time,
    /// When the whole authorization is over; the row may go then.
    pub expires_at: Time,
    pub ended_at: Option<Time>,
    pub end_reason: Option<String>,
    /// The resources that the authorization names (RFC 8707).
    pub resources: Option<Json<Vec<String>>>,
    /// Who acts for the person (RFC 8693 §4.1).
    pub actor: Option<Json<serde_json::Value>>,
}

impl Family {
    /// The resources that it names.
    pub fn resources(&self) -> &[String] {
        self.resources.as_ref().map_or(&[], |named| named.0.as_slice())
    }

    /// `auth_time`, for a client that asked for it (OIDC Core §2).
    pub fn told_auth_time(&self) -> Option<i64> {
        self.wants_auth_time.then(|| self.auth_time.unix())
    }
}

/// How the parties of an authorization stand at the moment of reading.
#[derive(Debug, Clone)]
pub struct Standing {
    pub grant: KeptGrant,
    pub account_state: AccountState,
    /// Which state of the wallet's values is current.
    pub revision: i64,
    pub client_state: ClientState,
    pub client_version: i64,
}

type Facts = (AccountState, i64, ClientState, i64);

/// Keeps a new authorization, in state `code`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, family: &Family) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(token_families::table).values(family)).stored("keep a token family")?;
    Ok(())
}

/// As [`insert`], where the identifier was chosen beforehand: `false` when another was kept under it, of two that race too.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert_once(conn: &mut Conn<'_>, family: &Family) -> Result<bool, Fault> {
    let insert = diesel::insert_into(token_families::table).values(family).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("keep a token family")? == 1)
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: FamilyId) -> Result<Option<Family>, Fault> {
    on!(conn, get_result, token_families::table.find(id).select(Family::as_select()))
        .optional()
        .stored("find a token family")
}

/// What a code must be redeemed with.
#[derive(Debug, Clone)]
pub struct Redeeming<'a> {
    pub id: FamilyId,
    pub client: &'a ClientId,
    pub redirect_uri: &'a str,
    /// The challenge that belongs to the verifier that was sent (RFC 7636 §4.6).
    pub code_challenge: Option<&'a str>,
    /// What the request shows of its sender: a bound code wants just that, and tokens are bound to it.
    pub binding: Option<&'a Binding>,
}

/// Redeems a code: the family becomes active at generation 1. `None` when any of it does not fit.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn redeem(conn: &mut Conn<'_>, with: &Redeeming<'_>, now: Time) -> Result<Option<Family>, Fault> {
    let none_sent = with.code_challenge.is_none().into_sql::<diesel::sql_types::Bool>();
    let challenge = (token_families::code_challenge.eq(with.code_challenge))
        .or(token_families::code_challenge.is_null().and(none_sent));
    let waiting = token_families::table
        .find(with.id)
        .filter(token_families::state.eq(FamilyState::Code))
        .filter(token_families::client_id.eq(with.client))
        .filter(token_families::redirect_uri.eq(with.redirect_uri))
        .filter(challenge)
        .filter(token_families::binding.is_null().or(token_families::binding.eq(with.binding)))
        .filter(token_families::code_expires_at.gt(now));
    let update = diesel::update(waiting).set((
        token_families::state.eq(FamilyState::Active),
        token_families::generation.eq(1),
        token_families::binding.eq(with.binding),
    ));
    on!(conn, get_result, steady(update.returning(Family::as_select()))).optional().stored("redeem a code")
}

/// What a refresh token must be used with.
#[derive(Debug, Clone)]
pub struct Rotating<'a> {
    pub id: FamilyId,
    pub client: &'a ClientId,
    pub generation: i32,
    /// The generation that follows: the same again where the refresh token stays.
    pub next: i32,
    /// What the request shows of its sender; the next tokens are bound to it.
    pub binding: Option<&'a Binding>,
    /// Whether that must be just what the tokens before were bound to; else anything of the kind does.
    pub keeps_binding: bool,
    pub idle_expires_at: Time,
}

impl Rotating<'_> {
    /// Whether what the request shows fits what a family is bound to; the same rule as that of [`rotate`].
    pub fn fits(&self, bound: Option<&Binding>) -> bool {
        match bound {
            None => true,
            Some(_) if self.keeps_binding => bound == self.binding,
            Some(_) => self.binding.is_some(),
        }
    }
}

/// Moves a family from one refresh token to the next; `None` when `generation` is not the one that works, or is bound
/// to what the request does not show.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn rotate(conn: &mut Conn<'_>, with: &Rotating<'_>, now: Time) -> Result<Option<Family>, Fault> {
    let takes_any = (!with.keeps_binding && with.binding.is_some()).into_sql::<diesel::sql_types::Bool>();
    let fits = token_families::binding.is_null().or(token_families::binding.eq(with.binding)).or(takes_any.nullable());
    let live = token_families::table
        .find(with.id)
        .filter(token_families::state.eq(FamilyState::Active))
        .filter(token_families::client_id.eq(with.client))
        .filter(token_families::offline.eq(true))
        .filter(token_families::generation.eq(with.generation))
        .filter(fits)
        .filter(token_families::idle_expires_at.gt(now))
        .filter(token_families::expires_at.gt(now));
    let update = diesel::update(live).set((
        token_families::generation.eq(with.next),
        token_families::rotated_at.eq(Some(now)),
        token_families::binding.eq(with.binding),
        token_families::idle_expires_at.eq(with.idle_expires_at),
    ));
    on!(conn, get_result, steady(update.returning(Family::as_select()))).optional().stored("rotate a refresh token")
}

/// How the grant, the account and the client of an authorization stand, in one statement.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn standing(conn: &mut Conn<'_>, grant: GrantId) -> Result<Option<Standing>, Fault> {
    let query = grants::table
        .inner_join(accounts::table.on(accounts::id.eq(grants::account_id)))
        .inner_join(clients::table.on(clients::id.eq(grants::client_id)))
        .filter(grants::id.eq(grant));
    let facts = (accounts::state, accounts::revision, clients::state, clients::version);
    type Row = (GrantRow, Facts);
    let row: Option<Row> = on!(conn, get_result, query.select((GrantRow::as_select(), facts)))
        .optional()
        .stored("find how a grant stands")?;
    row.map(|(grant, (account_state, revision, client_state, client_version))| {
        Ok(Standing { grant: grant.read()?, account_state, revision, client_state, client_version })
    })
    .transpose()
}

/// All that decides whether a token works: its family, grant, account and client, and whether it was revoked itself.
#[derive(Debug, Clone)]
pub struct Live {
    pub family: Family,
    pub standing: Standing,
    pub is_revoked: bool,
}

/// Reads all that decides whether a token works, in one statement.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn live(conn: &mut Conn<'_>, id: FamilyId, jti: &[u8]) -> Result<Option<Live>, Fault> {
    let revoked = diesel::dsl::exists(revoked_tokens::table.filter(revoked_tokens::jti.eq(jti)));
    let query = token_families::table
        .inner_join(grants::table.on(grants::id.eq(token_families::grant_id)))
        .inner_join(accounts::table.on(accounts::id.eq(token_families::account_id)))
        .inner_join(clients::table.on(clients::id.eq(token_families::client_id)))
        .filter(token_families::id.eq(id));
    let facts = (accounts::state, accounts::revision, clients::state, clients::version);
    type Row = (Family, GrantRow, Facts, bool);
    let row: Option<Row> =
        on!(conn, get_result, query.select((Family::as_select(), GrantRow::as_select(), facts, revoked)))
            .optional()
            .stored("find how a token stands")?;
    row.map(|(family, grant, (account_state, revision, client_state, client_version), is_revoked)| {
        let standing = Standing { grant: grant.read()?, account_state, revision, client_state, client_version };
        Ok(Live { family, standing, is_revoked })
    })
    .transpose()
}

/// Ends one authorization: its code, refresh tokens and access tokens. `false` when it had ended before.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn end(conn: &mut Conn<'_>, id: FamilyId, reason: &'static str, now: Time) -> Result<bool, Fault> {
    let live = token_families::table.find(id).filter(token_families::state.ne(FamilyState::Ended));
    let update = diesel::update(live).set((
        token_families::state.eq(FamilyState::Ended),
        token_families::ended_at.eq(Some(now)),
        token_families::end_reason.eq(Some(reason)),
    ));
    Ok(on!(conn, execute, steady(update)).stored("end a token family")? == 1)
}

/// Ends every authorization under a grant; how many there were.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn end_by_grant(
    conn: &mut Conn<'_>,
    grant: GrantId,
    reason: &'static str,
    now: Time,
) -> Result<usize, Fault> {
    let live = token_families::table
        .filter(token_families::grant_id.eq(grant))
        .filter(token_families::state.ne(FamilyState::Ended));
    let update = diesel::update(live).set((
        token_families::state.eq(FamilyState::Ended),
        token_families::ended_at.eq(Some(now)),
        token_families::end_reason.eq(Some(reason)),
    ));
    on!(conn, execute, steady(update)).stored("end the token families of a grant")
}
