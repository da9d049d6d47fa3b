//! Step-up authentication (RFC 9470): what a sign-in must have been for its tokens to open something.

use crate::base::Time;
use crate::oauth::authentication;
use crate::oauth::error::{Code, Error};

pub use crate::oauth::error::StepUp;

impl StepUp {
    /// Whether a sign-in was strong enough and is young enough; `order` has the context classes, weakest first.
    ///
    /// # Errors
    /// `insufficient_user_authentication` with all that is demanded (RFC 9470 §3), so that one more sign-in will do.
    pub fn check(&self, order: &[&str], acr: &str, auth_time: Time, now: Time) -> Result<(), Error> {
        let is_strong = self.acr.as_deref().is_none_or(|wanted| authentication::reaches(order, acr, wanted));
        let is_young = self.max_age.is_none_or(|most| now <= auth_time + most);
        if is_strong && is_young {
            return Ok(());
        }
        let why = match is_strong {
            true => "the person signed in too long ago for what this token asks for; ask them to sign in again",
            false => "the person must sign in by stronger means for what this token asks for",
        };
        Err(Error::new(Code::InsufficientUserAuthentication, why).with_step_up(self.clone()))
    }

    /// The parameters of the challenge (RFC 9470 §3).
    pub fn challenge(&self) -> String {
        let acr = self.acr.as_ref().map(|acr| format!(", acr_values=\"{acr}\""));
        let max_age = self.max_age.map(|most| format!(", max_age=\"{}\"", most.0));
        acr.into_iter().chain(max_age).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Seconds;

    const NOW: Time = Time::from_unix(1_795_000_000);

    #[test]
    fn rfc9470_s3_what_is_enough() {
        let order = ["weak", "strong"];
        let rule = |acr: Option<&str>, max_age: Option<i64>| StepUp {
            acr: acr.map(str::to_owned),
            max_age: max_age.map(Seconds),
        };
        for (rule, acr, age, is_enough, challenge) in [
            (rule(None, None), "none at all", 9_999, true, ""),
            (rule(Some("weak"), None), "weak", 9_999, true, ""),
            (rule(Some("weak"), None), "strong", 9_999, true, ""),
            (rule(Some("strong"), None), "weak", 0, false, ", acr_values=\"strong\""),
            (rule(Some("weak"), None), "another", 0, false, ", acr_values=\"weak\""),
            (rule(None, Some(60)), "weak", 60, true, ""),
            (rule(None, Some(60)), "strong", 61, false, ", max_age=\"60\""),
            (rule(Some("strong"), Some(60)), "strong", 61, false, ", acr_values=\"strong\", max_age=\"60\""),
            (rule(Some("strong"), Some(60)), "weak", 1, false, ", acr_values=\"strong\", max_age=\"60\""),
        ] {
            let outcome = rule.check(&order, acr, NOW - Seconds(age), NOW);
            assert_eq!(outcome.is_ok(), is_enough, "{rule:?} {acr} {age}");
            if let Err(error) = outcome {
                assert_eq!(error.code(), Code::InsufficientUserAuthentication);
                assert_eq!(error.step_up().map(StepUp::challenge).as_deref(), Some(challenge));
            }
        }
    }
}
