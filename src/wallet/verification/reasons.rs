//! Why a verification did not succeed, as codes; pages and mails have the words.

use std::str::FromStr;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident: $($variant:ident $text:literal)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($variant,)*
        }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or(())
            }
        }
    };
}

codes! {
    /// What a reviewer says.
    Reason:
    Unreadable "unreadable"
    Cropped "cropped"
    Expired "expired"
    WrongSide "wrong_side"
    MismatchData "mismatch_data"
    MismatchFace "mismatch_face"
    ChallengeWrong "challenge_wrong"
    UnsupportedDocument "unsupported_document"
    SuspectedTamper "suspected_tamper"
    ScreenCapture "screen_capture"
    DuplicateIdentity "duplicate_identity"
    Underage "underage"
    Policy "policy"
}

codes! {
    /// What the house itself says of pictures, before anybody looks.
    Unfit:
    Malware "malware"
    Small "small"
    Damaged "damaged"
    Pixels "pixels"
}

codes! {
    /// What a reviewer has looked at before approving.
    Checked:
    TypeMatches "type_matches"
    AllCorners "all_corners"
    NotExpired "not_expired"
    NoTampering "no_tampering"
    FaceMatches "face_matches"
    ChallengeCorrect "challenge_correct"
    DataEqual "data_equal"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        assert!(Reason::ALL.iter().all(|one| one.as_str().parse() == Ok(*one)));
        assert!(Checked::ALL.iter().all(|one| one.as_str().parse() == Ok(*one)));
        assert!(Unfit::ALL.iter().all(|one| one.as_str().parse() == Ok(*one)));
        assert_eq!("king".parse::<Reason>(), Err(()));
    }
}
