//! Codes, refresh tokens and access tokens as texts: sealed, with prefixes that leak scanners know.
//!
//! None of them is kept. A code and a refresh token name a row of `token_families`, and the row decides. An access
//! token carries what its row need not be asked for; whether it works is still read from the row at every use.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::app::{App, Room};
use crate::base::Time;
use crate::base::id::{AccountId, ClientId, FamilyId, SessionId};
use crate::base::seal::Sealer;
use crate::oauth::client::SubjectType;
use crate::oauth::{Binding, Client, Scope, subject};
use crate::provider::clients::Registered;

/// One kind of token text.
#[derive(Debug)]
pub struct TokenKind {
    pub prefix: &'static str,
    pub section: &'static str,
}

pub const CODE: TokenKind = TokenKind { prefix: "sw_ac_", section: "RFC 6749 §4.1.2" };
pub const REFRESH: TokenKind = TokenKind { prefix: "sw_rt_", section: "RFC 6749 §1.5" };
pub const ACCESS: TokenKind = TokenKind { prefix: "sw_at_", section: "RFC 6749 §1.4" };

/// Longest text that is looked at.
const MOST_BYTES: usize = 4096;

/// Whom an access token is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bearer {
    /// A person, through an authorization and its grant of this epoch.
    Family { id: FamilyId, epoch: u32 },
    /// The client itself (RFC 6749 §4.4).
    Client(ClientId),
}

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    pub bearer: Bearer,
    pub scope: Scope,
    pub issued_at: Time,
    pub expires_at: Time,
    /// What its sender must show beside it.
    pub binding: Option<Binding>,
}

/// Makes the text of an access token.
pub fn write_access(app: &App, token: &AccessToken) -> String {
    let mut plain = Vec::with_capacity(96);
    match &token.bearer {
        Bearer::Family { id, epoch } => {
            plain.push(1);
            plain.extend_from_slice(id.as_bytes());
            plain.extend_from_slice(&epoch.to_be_bytes());
        }
        Bearer::Client(id) => {
            plain.push(2);
            let id = id.as_str().as_bytes();
            plain.extend_from_slice(&(id.len() as u16).to_be_bytes());
            plain.extend_from_slice(id);
        }
    }
    plain.extend_from_slice(&token.issued_at.unix().to_be_bytes());
    plain.extend_from_slice(&token.expires_at.unix().to_be_bytes());
    let binding = token.binding.as_ref().map(Binding::to_string).unwrap_or_default();
    plain.extend_from_slice(&(binding.len() as u16).to_be_bytes());
    plain.extend_from_slice(binding.as_bytes());
    plain.extend_from_slice(token.scope.to_string().as_bytes());
    write(&ACCESS, &app.sealers.access, app.random.bytes(), &plain)
}

/// An access token that was opened, and its `jti`: the part of it that no other token has.
#[derive(Debug, Clone)]
pub struct OpenedAccess {
    pub token: AccessToken,
    pub jti: Vec<u8>,
}

/// Opens the text of an access token; `None` when it is none of ours.
pub fn open_access(app: &App, text: &str) -> Option<OpenedAccess> {
    let (sealed, plain) = open(&ACCESS, &app.sealers.access, text)?;
    let token = read_access(&plain)?;
    // Key number and nonce: the nonce is random and never repeats under one key.
    Some(OpenedAccess { token, jti: sealed[..JTI].to_vec() })
}

const JTI: usize = 13;

fn read_access(plain: &[u8]) -> Option<AccessToken> {
    let (kind, rest) = plain.split_first()?;
    let (bearer, rest) = match kind {
        1 => {
            let (id, rest) = rest.split_first_chunk::<16>()?;
            let (epoch, rest) = rest.split_first_chunk::<4>()?;
            (Bearer::Family { id: FamilyId::from_bytes(*id), epoch: u32::from_be_bytes(*epoch) }, rest)
        }
        2 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            let (id, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            (Bearer::Client(std::str::from_utf8(id).ok()?.into()), rest)
        }
        _ => return None,
    };
    let (issued_at, rest) = rest.split_first_chunk::<8>()?;
    let (expires_at, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (binding, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let binding = match std::str::from_utf8(binding).ok()? {
        "" => None,
        text => Some(text.parse().ok()?),
    };
    Some(AccessToken {
        bearer,
        scope: Scope::read(std::str::from_utf8(rest).ok()?).ok()?,
        issued_at: Time::from_unix(i64::from_be_bytes(*issued_at)),
        expires_at: Time::from_unix(i64::from_be_bytes(*expires_at)),
        binding,
    })
}

/// Makes the text of a code.
pub fn write_code(app: &App, family: FamilyId) -> String {
    write(&CODE, &app.sealers.code, app.random.bytes(), family.as_bytes())
}

/// The authorization that a code stands for; `None` when it is none of ours.
pub fn open_code(app: &App, text: &str) -> Option<FamilyId> {
    let (_, plain) = open(&CODE, &app.sealers.code, text)?;
    Some(FamilyId::from_bytes(plain.try_into().ok()?))
}

/// Makes the text of a refresh token. The same generation always has the same text, so that an answer that was lost
/// can be given again without a second branch.
pub fn write_refresh(app: &App, family: FamilyId, generation: i32) -> String {
    let mut plain = family.as_bytes().to_vec();
    plain.extend_from_slice(&generation.to_be_bytes());
    let mac = app.room::<Macs>().of(|m| &m.refresh, &[&plain]);
    let mut nonce = [0; 12];
    nonce.copy_from_slice(&mac[..12]);
    write(&REFRESH, &app.sealers.refresh, nonce, &plain)
}

/// The authorization and the generation of a refresh token; `None` when it is none of ours.
pub fn open_refresh(app: &App, text: &str) -> Option<(FamilyId, i32)> {
    let (_, plain) = open(&REFRESH, &app.sealers.refresh, text)?;
    let (family, generation) = plain.split_first_chunk::<16>()?;
    Some((FamilyId::from_bytes(*family), i32::from_be_bytes(generation.try_into().ok()?)))
}

fn write(kind: &TokenKind, sealer: &Sealer, nonce: [u8; 12], plain: &[u8]) -> String {
    let sealed = sealer.seal_with(nonce, kind.prefix.as_bytes(), plain);
    let mut text = String::with_capacity(kind.prefix.len() + sealed.len().div_ceil(3) * 4);
    text.push_str(kind.prefix);
    URL_SAFE_NO_PAD.encode_string(sealed, &mut text);
    text
}

fn open(kind: &TokenKind, sealer: &Sealer, text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    if text.len() > MOST_BYTES {
        return None;
    }
    let sealed = URL_SAFE_NO_PAD.decode(text.strip_prefix(kind.prefix)?).ok()?;
    let plain = sealer.open(kind.prefix.as_bytes(), &sealed).ok()?;
    Some((sealed, plain))
}

/// Keyed digests of the provider, their keys scheduled once.
pub struct Macs {
    refresh: Hmac<Sha256>,
    session: Hmac<Sha256>,
}

impl Room for Macs {
    fn open(app: &App) -> Self {
        let keyed = |purpose| app.keys.pepper.keyed(purpose);
        Self { refresh: keyed("refresh-token-nonce"), session: keyed("client-session") }
    }
}

impl Macs {
    fn of(&self, key: impl Fn(&Self) -> &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = key(self).clone();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                mac.update(&[0]);
            }
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// What a client calls an account (OIDC Core §8): per sector, or the same for all clients that are registered so.
pub fn subject(app: &App, client: &Registered, account: AccountId) -> String {
    match client.subject_type {
        SubjectType::Public => subject::public(&app.keys.pepper, account),
        SubjectType::Pairwise => subject::pairwise(&app.keys.pepper, client.sector(), account),
    }
}

/// What a client calls a session (`sid`, OIDC Front-Channel Logout §3): another name for every client.
pub fn session_name(app: &App, client: &Client, session: SessionId) -> String {
    let mac = app.room::<Macs>().of(|m| &m.session, &[session.as_bytes(), client.id.as_str().as_bytes()]);
    URL_SAFE_NO_PAD.encode(&mac[..16])
}
