//! The variants of the plans: who proves what how, and how requests and answers travel.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Fapi2,
    Fapi1,
    CibaPoll,
    CibaPing,
}

/// `client_auth_type`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Auth {
    PrivateKeyJwt,
    Mtls,
}

/// `sender_constrain`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sender {
    Dpop,
    Mtls,
}

/// How authorization requests are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    Pushed,
    SignedAndPushed,
    SignedByValue,
}

/// The variant of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Variant {
    pub kind: Kind,
    pub auth: Auth,
    pub sender: Sender,
    pub way: Way,
    pub is_jarm: bool,
}

impl Variant {
    pub fn profile(&self) -> &'static str {
        match (self.kind, self.way) {
            (Kind::Fapi2, Way::Pushed) => "fapi2",
            (Kind::Fapi2, _) => "fapi2_message_signing",
            _ => "fapi1",
        }
    }

    /// Both algorithms that all the profiles allow, one here and one there.
    pub fn id_token_alg(&self) -> &'static str {
        if self.sender == Sender::Dpop { "ES256" } else { "PS256" }
    }

    pub fn shows_certificates(&self) -> bool {
        self.auth == Auth::Mtls || self.sender == Sender::Mtls
    }

    pub fn is_pushed(&self) -> bool {
        self.way != Way::SignedByValue
    }

    pub fn is_signed(&self) -> bool {
        self.way != Way::Pushed
    }

    /// Whether an ID Token comes from the authorization endpoint.
    pub fn is_hybrid(&self) -> bool {
        self.kind == Kind::Fapi1 && !self.is_jarm
    }
}
