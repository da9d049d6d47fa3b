//! Who somebody is, by a document: what they type and send, what the house finds, what reviewers decide.
//!
//! Pictures and typed data are sealed apart from the wallet: the key of their person does not open them, and they are
//! destroyed some days after the decision. What is found out is kept by [`crate::wallet::identity`] and as a badge.

pub mod attempts;
pub mod checks;
pub mod decide;
pub mod desk;
pub mod locks;
pub mod mrz;
pub mod outcome;
pub mod person;
pub mod pictures;
pub mod pipeline;
pub mod purge;
pub mod reasons;
pub mod service;
pub mod states;
pub mod upkeep;
pub mod uploads;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::checks::Finding;
pub use self::reasons::Reason;
pub use self::states::{Outcome, State};
pub use crate::store::database::cases::Case;
pub use crate::store::database::evidence::{Evidence, Side};

use crate::base::{Fault, Seconds, Time};
use crate::error::{Denied, Error};
use crate::wallet::identity::DocumentKind;
use crate::wallet::media::Unsupported;

/// How long a challenge can be answered, and a reviewer has a case; how soon a case is decided.
pub const CHALLENGE: Seconds = Seconds::minutes(15);
pub const LOCK: Seconds = Seconds::minutes(15);
pub const PROMISED: Seconds = Seconds::hours(72);

/// What a case holds beside its pictures; kept sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    pub typed: Option<Typed>,
    pub challenge: Option<Challenge>,
    pub findings: Vec<Finding>,
}

/// What a person types from the document.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    pub given_name: String,
    pub family_name: String,
    /// Days have the form `YYYY-MM-DD`.
    pub birthdate: String,
    pub number: String,
    /// ISO 3166-1 alpha-3.
    pub nationality: String,
    /// These may be empty.
    pub issued_on: String,
    pub expires_on: String,
    pub mrz: String,
}

impl fmt::Debug for Typed {
    /// Names nobody.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[typed data]")
    }
}

/// What the person shows on the picture of themselves, so that it was taken now and for this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// Four digits on a sheet.
    pub code: String,
    pub gesture: Gesture,
    pub until: Time,
}

/// How the sheet is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gesture {
    BesideFace,
    BelowChin,
    TouchingEar,
    AboveHead,
}

impl Gesture {
    pub const ALL: [Self; 4] = [Self::BesideFace, Self::BelowChin, Self::TouchingEar, Self::AboveHead];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::BesideFace => "beside_face",
            Self::BelowChin => "below_chin",
            Self::TouchingEar => "touching_ear",
            Self::AboveHead => "above_head",
        }
    }
}

/// The kind of document of a name.
pub fn kind(name: &str) -> Option<DocumentKind> {
    DocumentKind::ALL.into_iter().find(|kind| kind.as_str() == name)
}

/// The sides of a document that must be there, and the person.
pub fn wanted(kind: &str) -> &'static [Side] {
    match kind {
        "passport" => &[Side::Front, Side::Selfie],
        _ => &[Side::Front, Side::Back, Side::Selfie],
    }
}

/// Why a verb of this room did not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The case is where that cannot be done.
    State,
    /// Its person has not agreed.
    Consent,
    /// Too often.
    Attempts {
        retry_after: Seconds,
    },
    /// A case of this person is open already.
    Open,
    /// Somebody tried to deceive under this account.
    Barred,
    Unsupported(Unsupported),
    TooLarge {
        most: u64,
    },
    /// The upload was cut off.
    Cut,
    /// The challenge was given too long ago.
    ChallengeOver,
    /// Something is not there yet: typed data, a picture.
    Missing,
    /// It is another reviewer's, or was theirs for too long.
    LockLost,
    /// The reviewer has a seat in this case already.
    TwoPerson,
    OwnCase,
    /// The pictures are gone.
    Purged,
}

/// As [`Refusal`], or an error.
#[derive(Debug)]
pub enum Failure {
    Refused(Refusal),
    Error(Error),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Error(fault.into())
    }
}
impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Error(denied.into())
    }
}
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}
