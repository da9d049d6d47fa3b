//! `Error` and `Code`: the standards' error codes, each with its HTTP status and the section that defines it.

use std::borrow::Cow;
use std::fmt;

use crate::base::Seconds;

/// One error code of the standards.
#[derive(Debug, Clone, Copy)]
pub struct CodeRow {
    pub code: Code,
    /// As it goes over the wire.
    pub name: &'static str,
    /// HTTP status where the error is an HTTP response (a redirect or a page keeps its own).
    pub status: u16,
    /// The section that defines it.
    pub section: &'static str,
}

macro_rules! codes {
    ($($variant:ident $name:literal $status:literal $section:literal;)*) => {
        /// An error code; its properties are in [`CODES`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($variant),* }

        /// Every error code that the house answers with.
        pub const CODES: &[CodeRow] = &[
            $(CodeRow { code: Code::$variant, name: $name, status: $status, section: $section }),*
        ];
    };
}

codes! {
    InvalidRequest "invalid_request" 400 "RFC 6749 §5.2";
    InvalidClient "invalid_client" 401 "RFC 6749 §5.2";
    InvalidGrant "invalid_grant" 400 "RFC 6749 §5.2";
    UnauthorizedClient "unauthorized_client" 400 "RFC 6749 §5.2";
    UnsupportedGrantType "unsupported_grant_type" 400 "RFC 6749 §5.2";
    UnsupportedResponseType "unsupported_response_type" 400 "RFC 6749 §4.1.2.1";
    InvalidScope "invalid_scope" 400 "RFC 6749 §5.2";
    AccessDenied "access_denied" 403 "RFC 6749 §4.1.2.1";
    ServerError "server_error" 500 "RFC 6749 §4.1.2.1";
    TemporarilyUnavailable "temporarily_unavailable" 503 "RFC 6749 §4.1.2.1";
    LoginRequired "login_required" 400 "OIDC Core §3.1.2.6";
    ConsentRequired "consent_required" 400 "OIDC Core §3.1.2.6";
    InvalidRequestUri "invalid_request_uri" 400 "OIDC Core §3.1.2.6";
    InvalidRequestObject "invalid_request_object" 400 "OIDC Core §3.1.2.6";
    InvalidGrantId "invalid_grant_id" 400 "Grant Management for OAuth 2.0 §5";
    InvalidAuthorizationDetails "invalid_authorization_details" 400 "RFC 9396 §5";
    RegistrationNotSupported "registration_not_supported" 400 "OIDC Core §3.1.2.6";
    InvalidToken "invalid_token" 401 "RFC 6750 §3.1";
    InsufficientScope "insufficient_scope" 403 "RFC 6750 §3.1";
    InsufficientUserAuthentication "insufficient_user_authentication" 401 "RFC 9470 §3";
    UnmetAuthenticationRequirements "unmet_authentication_requirements" 400
        "OIDC Core Unmet Authentication Requirements §2";
    AuthorizationPending "authorization_pending" 400 "RFC 8628 §3.5";
    SlowDown "slow_down" 400 "RFC 8628 §3.5";
    ExpiredToken "expired_token" 400 "RFC 8628 §3.5";
    ExpiredLoginHintToken "expired_login_hint_token" 400 "CIBA §13";
    UnknownUserId "unknown_user_id" 400 "CIBA §13";
    InvalidBindingMessage "invalid_binding_message" 400 "CIBA §13";
    InvalidTarget "invalid_target" 400 "RFC 8707 §2";
    InvalidRedirectUri "invalid_redirect_uri" 400 "RFC 7591 §3.2.2";
    InvalidClientMetadata "invalid_client_metadata" 400 "RFC 7591 §3.2.2";
    InvalidSoftwareStatement "invalid_software_statement" 400 "RFC 7591 §3.2.2";
    UnapprovedSoftwareStatement "unapproved_software_statement" 400 "RFC 7591 §3.2.2";
    InvalidDpopProof "invalid_dpop_proof" 400 "RFC 9449 §5";
    UseDpopNonce "use_dpop_nonce" 400 "RFC 9449 §8";
}

impl Code {
    /// The row of this code.
    pub fn row(self) -> &'static CodeRow {
        // Rows and variants come from one list, so they stand in the same order.
        &CODES[self as usize]
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    pub fn status(self) -> u16 {
        self.row().status
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a resource demands of the sign-in behind a token (RFC 9470 §3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepUp {
    /// The weakest context class that will do.
    pub acr: Option<String>,
    /// How long ago it may have been.
    pub max_age: Option<Seconds>,
}

/// The standards say no: a code, words for the client's developer, and more for our log.
///
/// The description holds only the characters that RFC 6749 §4.1.2.1 and §5.2 allow, whatever it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    code: Code,
    description: Cow<'static, str>,
    detail: Option<String>,
    wants_challenge: bool,
    status: Option<u16>,
    step_up: Option<Box<StepUp>>,
}

impl Error {
    /// An error whose `description` goes to the client: say what to change, and never repeat what was sent.
    pub fn new(code: Code, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            description: printable(description.into()),
            detail: None,
            wants_challenge: false,
            status: None,
            step_up: None,
        }
    }

    /// Adds what only our own log may know; nothing personal and no secret goes in here either.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Marks that the answer carries `WWW-Authenticate`, because that header's way was tried (RFC 6749 §5.2).
    pub fn with_challenge(mut self) -> Self {
        self.wants_challenge = true;
        self
    }

    /// Sets another status than the code's own, where an endpoint's standard asks for it.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Says what the person's sign-in must be for a token to open this (RFC 9470 §3).
    pub fn with_step_up(mut self, wanted: StepUp) -> Self {
        self.step_up = Some(Box::new(wanted));
        self
    }

    pub fn step_up(&self) -> Option<&StepUp> {
        self.step_up.as_deref()
    }

    pub fn code(&self) -> Code {
        self.code
    }

    /// What the client is told (`error_description`).
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What only the log is told.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// Whether the answer carries `WWW-Authenticate: Basic`.
    pub fn wants_challenge(&self) -> bool {
        self.wants_challenge
    }

    pub fn status(&self) -> u16 {
        self.status.unwrap_or(self.code.status())
    }
}

macro_rules! shorthands {
    ($($name:ident $code:ident;)*) => {
        impl Error {
            $(#[doc = concat!("Shorthand for [`Error::new`] with [`Code::", stringify!($code), "`].")]
            pub fn $name(description: impl Into<Cow<'static, str>>) -> Self {
                Self::new(Code::$code, description)
            })*
        }
    };
}

shorthands! {
    invalid_request InvalidRequest;
    invalid_client InvalidClient;
    invalid_grant InvalidGrant;
    unauthorized_client UnauthorizedClient;
    invalid_scope InvalidScope;
    invalid_token InvalidToken;
    invalid_client_metadata InvalidClientMetadata;
    server_error ServerError;
    invalid_target InvalidTarget;
    invalid_dpop_proof InvalidDpopProof;
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.description)
    }
}

impl std::error::Error for Error {}

/// The characters of `error_description` (RFC 6749 §5.2): %x20-21 / %x23-5B / %x5D-7E.
fn is_allowed(c: char) -> bool {
    matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e')
}

fn printable(text: Cow<'static, str>) -> Cow<'static, str> {
    if text.chars().all(is_allowed) {
        return text;
    }
    let mend = |c| match c {
        c if is_allowed(c) => c,
        '"' => '\'',
        _ => ' ',
    };
    Cow::Owned(text.chars().map(mend).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_stand_at_their_codes_and_names_are_unique() {
        for (i, row) in CODES.iter().enumerate() {
            assert_eq!(row.code as usize, i);
            assert_eq!(row.code.name(), row.name);
            assert!((400..=503).contains(&row.status) && row.section.contains('§'), "{}", row.name);
            assert!(row.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", row.name);
            assert!(CODES[..i].iter().all(|other| other.name != row.name), "{}", row.name);
        }
    }

    #[test]
    fn rfc6749_s5_2_statuses() {
        for (code, status) in [
            (Code::InvalidClient, 401),
            (Code::InvalidGrant, 400),
            (Code::InvalidToken, 401),
            (Code::InsufficientScope, 403),
            (Code::TemporarilyUnavailable, 503),
        ] {
            assert_eq!(code.status(), status, "{code}");
        }
    }

    #[test]
    fn detail_stays_out_of_what_is_shown() {
        let error = Error::invalid_grant("the code is used up").with_detail("family fam_1");
        assert_eq!(error.to_string(), "invalid_grant: the code is used up");
        assert_eq!(error.detail(), Some("family fam_1"));
        assert!(!error.wants_challenge() && Error::invalid_client("x").with_challenge().wants_challenge());
    }

    proptest! {
        #[test]
        fn rfc6749_s5_2_description_characters(text: String) {
            let error = Error::invalid_request(text);
            prop_assert!(error.description().chars().all(is_allowed));
        }
    }
}
