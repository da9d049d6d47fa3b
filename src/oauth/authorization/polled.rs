//! `Polled`: an answer that no browser carries: who asked fetches it at the token endpoint (RFC 8628 §3.4, CIBA §7.3).

use serde::{Deserialize, Serialize};

use crate::base::Time;
use crate::base::id::FamilyId;

/// For whom the answer waits, and what the person is told of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Polled {
    /// The authorization that it becomes, chosen beforehand: what the poller holds names it.
    pub id: FamilyId,
    pub by: By,
    /// The network that the question came from.
    pub from: Option<String>,
    /// Until when the person may decide, and the poller may fetch.
    pub expires_at: Time,
}

/// Who polls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A device that shows this code (RFC 8628 §3.2).
    Device { user_code: String },
    /// A client that named the person itself (CIBA §7.1), with a message that both sides see.
    Backchannel { binding_message: Option<String> },
}
