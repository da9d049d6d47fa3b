//! Every short-lived thing as a type: its kind, how long it is kept, what it holds.
//!
//! Each is data of the rooms below the store, so that it can be written here without knowing who uses it. A changed
//! shape reads as absent: old and new nodes may run side by side.

use serde::{Deserialize, Serialize};

use super::Entry;
use crate::base::id::{AccountId, ClientId, FamilyId, SessionId};
use crate::base::{Seconds, Time};
use crate::oauth::authorization::{AuthorizationRequest, Reply};
use crate::oauth::polling::Pace;

/// An authorization request that waits for a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Interaction {
    pub request: AuthorizationRequest,
    /// The digest of the browser that it belongs to; `None` until the first one comes.
    pub browser: Option<String>,
    pub began: Time,
}

impl Entry for Interaction {
    const KIND: &'static str = "interaction";
    // The configuration may end it sooner.
    const LIFETIME: Seconds = Seconds::hours(1);
}

/// An answer that waits for its browser to carry it to the client.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Leaving {
    pub reply: Reply,
    pub client: ClientId,
    pub browser: Option<String>,
}

impl Entry for Leaving {
    const KIND: &'static str = "leaving";
    const LIFETIME: Seconds = Seconds::minutes(2);
}

/// An authorization request that its client pushed (RFC 9126).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pushed {
    pub client: ClientId,
    /// Its parameters, without what authenticated the client.
    pub pairs: Vec<(String, String)>,
    /// Whether they are those of a signed request object.
    pub is_signed: bool,
}

impl Entry for Pushed {
    const KIND: &'static str = "pushed";
    const LIFETIME: Seconds = Seconds(90);
}

/// What a device asked for, while its person has not said yes: kept under the authorization that it may become.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeviceRequest {
    pub request: AuthorizationRequest,
    pub is_denied: bool,
}

impl Entry for DeviceRequest {
    const KIND: &'static str = "device_request";
    // The configuration ends it sooner.
    const LIFETIME: Seconds = Seconds::minutes(30);
}

/// Which request a typed code stands for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserCode {
    pub id: FamilyId,
}

impl Entry for UserCode {
    const KIND: &'static str = "user_code";
    const LIFETIME: Seconds = Seconds::minutes(30);
}

/// That a read of a photo or video is in the trail: a player that goes on reading the same need not be written down
/// with every piece.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MediaRead {}

impl Entry for MediaRead {
    const KIND: &'static str = "media_read";
    const LIFETIME: Seconds = Seconds::minutes(1);
}

/// How fast somebody polls for an authorization.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PollerPace(pub Pace);

impl Entry for PollerPace {
    const KIND: &'static str = "poller_pace";
    const LIFETIME: Seconds = Seconds::hours(1);
}

/// A sign-in at another provider, by which a person shows that an account there is theirs: kept under its `state`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Linking {
    pub account: AccountId,
    pub session: SessionId,
    pub provider: String,
    pub nonce: String,
    pub verifier: String,
    pub says_issuer: bool,
}

impl Entry for Linking {
    const KIND: &'static str = "linking";
    const LIFETIME: Seconds = Seconds::minutes(15);
}
