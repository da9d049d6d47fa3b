//! The cookie of a sign-up or recovery in progress: which challenge, and which address it went to, sealed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::base::Fault;
use crate::base::id::ChallengeId;
use crate::error::Error;
use crate::web::call::Call;
use crate::web::cookies::Cookie;

/// What the pages of one sign-up or recovery share.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InProgress {
    pub id: ChallengeId,
    /// What it is for: the path of its first page.
    pub path: String,
    pub email: String,
}

impl InProgress {
    /// Keeps it in this browser until it closes.
    ///
    /// # Errors
    /// A fault when it cannot be written.
    pub fn keep(&self, call: &Call) -> Result<(), Error> {
        let plain = serde_json::to_vec(self).map_err(|e| Fault::internal("write a cookie", e))?;
        let sealed = call.app.sealers.cookie.seal(call.visit.browser().as_bytes(), &plain, &call.app.random);
        call.visit.set_cookie(Cookie::Challenge, &URL_SAFE_NO_PAD.encode(sealed));
        Ok(())
    }

    /// The one of this browser that began at `path`.
    pub fn find(call: &Call, path: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(call.visit.cookie(Cookie::Challenge)?).ok()?;
        let plain = call.app.sealers.cookie.open(call.visit.browser().as_bytes(), &sealed).ok()?;
        let found: Self = serde_json::from_slice(&plain).ok()?;
        (found.path == path).then_some(found)
    }
}
