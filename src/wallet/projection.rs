//! Pure: what a wallet holds, cut down to what was asked for and allowed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalog::{CLAIMS, values};
use crate::oauth::claims_request::WantedClaims;
use crate::wallet::holdings::Holdings;

/// Claims about a person that may leave. Cannot be serialized: only [`crate::wallet::disclosure`] lets it out.
#[derive(Debug, Default)]
pub struct Projection {
    claims: Vec<(&'static str, Value)>,
}

impl Projection {
    /// The names of the claims in it.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.claims.iter().map(|(name, _)| *name)
    }

    pub fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }

    pub(in crate::wallet) fn into_claims(self) -> Vec<(&'static str, Value)> {
        self.claims
    }
}

/// Every claim of the catalogue that is asked for, allowed and held, in the catalogue's order.
///
/// A claim that was asked for with certain values is left out where it has another (OIDC Core §5.5.1); a claim without
/// a value is left out too, never null or empty (OIDC Core §5.3.2).
pub fn project(
    holdings: &Holdings,
    allowed: &BTreeSet<String>,
    asked: &BTreeSet<String>,
    wanted: &WantedClaims,
) -> Projection {
    let may_leave = |name: &str| name != "sub" && asked.contains(name) && allowed.contains(name);
    let claims = CLAIMS.iter().filter(|claim| may_leave(claim.name)).filter_map(|claim| {
        let value = values::to_json(claim.value, &holdings.find(claim.name)?.text)?;
        wanted.get(claim.name).is_none_or(|w| w.allows(&value)).then_some((claim.name, value))
    });
    Projection { claims: claims.collect() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::oauth::claims_request::Wanted;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    fn amina() -> Holdings {
        Holdings::sample(&[
            ("name", "Amina Yusuf"),
            ("email", "amina@mail.example"),
            ("email_verified", "true"),
            ("updated_at", "1795000000"),
            ("nickname", ""),
        ])
    }

    #[test]
    fn oidc_core_s5_3_2_types_and_absence() {
        let all = set(&["name", "email", "email_verified", "updated_at", "nickname", "birthdate", "sub"]);
        let projection = project(&amina(), &all, &all, &WantedClaims::new());
        let expected = [
            ("name", json!("Amina Yusuf")),
            ("updated_at", json!(1_795_000_000)),
            ("email", json!("amina@mail.example")),
            ("email_verified", json!(true)),
        ];
        assert_eq!(projection.into_claims(), expected);
    }

    #[test]
    fn oidc_core_s5_5_1_a_claim_of_another_value_is_left_out() {
        let all = set(&["name", "email"]);
        let wanted = WantedClaims::from([(
            "email".to_owned(),
            Wanted { essential: true, values: vec![json!("other@mail.example")] },
        )]);
        assert_eq!(project(&amina(), &all, &all, &wanted).names().collect::<Vec<_>>(), ["name"]);
    }

    proptest! {
        #[test]
        fn never_more_than_asked_and_allowed(asked: u8, allowed: u8) {
            let names = ["name", "email", "email_verified", "updated_at", "nickname", "sub", "phone_number", "gender"];
            let pick = |bits: u8| names.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1)
                .map(|(_, n)| (*n).to_owned()).collect::<BTreeSet<_>>();
            let (asked, allowed) = (pick(asked), pick(allowed));
            for name in project(&amina(), &allowed, &asked, &WantedClaims::new()).names() {
                prop_assert!(asked.contains(name) && allowed.contains(name));
            }
        }
    }
}
