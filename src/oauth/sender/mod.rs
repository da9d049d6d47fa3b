//! `Binding`: the key or certificate without which a token is worth nothing (RFC 7800).

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

/// What a sender of a token must show beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// A proof by the key of this JWK thumbprint (RFC 9449 §6).
    Jkt(String),
    /// The certificate of this SHA-256 thumbprint, base64url (RFC 8705 §3.1).
    X5t(String),
}

impl Binding {
    /// The `cnf` claim (RFC 7800 §3.1).
    pub fn cnf(&self) -> Value {
        match self {
            Self::Jkt(thumbprint) => json!({ "jkt": thumbprint }),
            Self::X5t(thumbprint) => json!({ "x5t#S256": thumbprint }),
        }
    }

    /// The `token_type` of a token with this binding (RFC 9449 §5, RFC 8705 §3).
    pub fn token_type(binding: Option<&Self>) -> &'static str {
        match binding {
            Some(Self::Jkt(_)) => "DPoP",
            Some(Self::X5t(_)) | None => "Bearer",
        }
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jkt(thumbprint) => write!(f, "jkt:{thumbprint}"),
            Self::X5t(thumbprint) => write!(f, "x5t#S256:{thumbprint}"),
        }
    }
}

impl FromStr for Binding {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text.split_once(':') {
            Some(("jkt", thumbprint)) => Ok(Self::Jkt(thumbprint.to_owned())),
            Some(("x5t#S256", thumbprint)) => Ok(Self::X5t(thumbprint.to_owned())),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7800_s3_1_the_names_of_bindings() {
        for (binding, text, cnf, token_type) in [
            (Binding::Jkt("a".into()), "jkt:a", json!({"jkt": "a"}), "DPoP"),
            (Binding::X5t("b".into()), "x5t#S256:b", json!({"x5t#S256": "b"}), "Bearer"),
        ] {
            assert_eq!((binding.to_string().as_str(), text.parse()), (text, Ok(binding.clone())));
            assert_eq!((binding.cnf(), Binding::token_type(Some(&binding))), (cnf, token_type));
        }
        assert_eq!(Binding::token_type(None), "Bearer");
        assert!("a".parse::<Binding>().is_err() && "x:a".parse::<Binding>().is_err());
    }
}
