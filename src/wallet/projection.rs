//! Pure: what a wallet holds, cut down to what was asked for and allowed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::base::Digest;
use crate::base::id::MediaId;
use crate::catalog::{CLAIMS, Claim, ValueType, values};
use crate::oauth::claims_request::WantedClaims;
use crate::oauth::grant::{Demand, Pick};
use crate::oauth::verified_claims;
use crate::wallet::holdings::{Held, Holdings};
use crate::wallet::standing::Standing;

/// Claims about a person that may leave. Cannot be serialized: only [`crate::wallet::disclosure`] lets it out.
#[derive(Debug, Default)]
pub struct Projection {
    claims: Vec<(&'static str, Value)>,
    /// The names for the record, where they are others than those of the members.
    released: Option<Vec<&'static str>>,
    /// What a document says of the person, with the names of all that is in it.
    verified: Option<(Value, Vec<String>)>,
}

impl Projection {
    /// The names of the claims in it, as grants have them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let members = self.claims.iter().map(|(name, _)| *name).filter(|_| self.released.is_none());
        let verified = self.verified.iter().flat_map(|(_, names)| names.iter().map(String::as_str));
        self.released.iter().flatten().copied().chain(members).chain(verified)
    }

    /// Members that together tell of these claims.
    pub(in crate::wallet) fn of_members(released: Vec<&'static str>, claims: Vec<(&'static str, Value)>) -> Self {
        Self { claims, released: Some(released), verified: None }
    }

    /// With what a document says of the person.
    pub(in crate::wallet) fn with_verified(mut self, value: Value, names: Vec<String>) -> Self {
        self.verified = Some((value, names));
        self
    }

    /// What it says, as a digest: two that say the same have the same.
    pub fn digest(&self) -> Digest {
        Digest::of(serde_json::to_vec(&(&self.claims, &self.verified)).unwrap_or_default())
    }

    /// The same claims as another door tells them: each under the name and in the form that `tell` gives, or not at all.
    /// The record has them by the names that grants have.
    pub fn each(&self, mut tell: impl FnMut(&'static str, &Value) -> Option<(&'static str, Value)>) -> Self {
        let told = self.claims.iter().filter_map(|(name, value)| Some((*name, tell(name, value)?)));
        let (released, claims) = told.unzip();
        Self { claims, released: Some(released), verified: None }
    }

    pub fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.verified.is_none()
    }

    pub(in crate::wallet) fn into_claims(self) -> Vec<(&'static str, Value)> {
        let verified = self.verified.map(|(value, _)| (verified_claims::MEMBER, value));
        self.claims.into_iter().chain(verified).collect()
    }
}

/// Every claim of the catalogue that is asked for, allowed and held, in the catalogue's order.
///
/// A claim that was asked for with certain values is left out where it has another (OIDC Core §5.5.1); a claim without
/// a value is left out too, never null or empty (OIDC Core §5.3.2). Of several values the picked one leaves; of photos
/// and videos, how many are picked. `picture` gives the address under which whoever asks may look at a photo.
pub fn project(
    holdings: &Holdings,
    allowed: &Demand,
    asked: &BTreeSet<String>,
    wanted: &WantedClaims,
    picture: &dyn Fn(MediaId) -> String,
) -> Projection {
    let may_leave = |name: &str| name != "sub" && asked.contains(name) && allowed.claims.contains(name);
    let plain = CLAIMS.iter().filter(|claim| !claim.is_verified() && may_leave(claim.name));
    let claims = plain.filter_map(|claim| {
        let value = match (claim.value, claim.name) {
            (ValueType::Media, name) => {
                let (count, href) = holdings.shared_of(name, &allowed.picks)?;
                json!({ "count": count, "href": href })
            }
            (ValueType::Objects, _) => several(holdings, claim, &allowed.picks)?,
            (_, "picture") => Value::String(picture(holdings.picture()?)),
            (one, name) => values::to_json(one, &holdings.picked(name, &allowed.picks)?.text)?,
        };
        wanted.get(claim.name).is_none_or(|w| w.allows(&value)).then_some((claim.name, value))
    });
    Projection { claims: claims.collect(), ..Projection::default() }
}

/// The badges that were picked, in the form that `tell` gives them, under a member of their own. Nothing where badges are
/// not shared, or where `tell` gives nothing.
pub fn badges(
    holdings: &Holdings,
    allowed: &Demand,
    told_as: &'static str,
    tell: impl FnOnce(Vec<&Standing>) -> Option<Value>,
) -> Projection {
    let claim = "wallet_badges";
    let is_shared = allowed.claims.contains(claim);
    let value = is_shared.then(|| tell(holdings.picked_badges(&allowed.picks).collect())).flatten();
    value.map_or_else(Projection::default, |value| Projection::of_members(vec![claim], vec![(told_as, value)]))
}

/// Everything that was picked of a claim that stands for several things; absent where there is nothing.
fn several(holdings: &Holdings, claim: &Claim, picks: &BTreeSet<Pick>) -> Option<Value> {
    let is_picked = |held: &&Held| held.pick.is_some_and(|pick| picks.contains(&pick));
    let picked = holdings.choices(claim.name).iter().filter(is_picked);
    let told: Vec<Value> = picked.filter_map(|held| values::to_json(claim.value, &held.text)).collect();
    (!told.is_empty()).then_some(Value::Array(told))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::base::id::ContactId;
    use crate::base::{Random, Time};
    use crate::oauth::claims_request::Wanted;

    fn project(holdings: &Holdings, allowed: &Demand, asked: &BTreeSet<String>, wanted: &WantedClaims) -> Projection {
        super::project(holdings, allowed, asked, wanted, &|id| format!("https://wallet.example/m/{id}"))
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    fn allowed(claims: &BTreeSet<String>) -> Demand {
        Demand { claims: claims.clone(), ..Demand::default() }
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
        let projection = project(&amina(), &allowed(&all), &all, &WantedClaims::new());
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
        assert_eq!(project(&amina(), &allowed(&all), &all, &wanted).names().collect::<Vec<_>>(), ["name"]);
    }

    #[test]
    fn of_several_the_picked_one_leaves() {
        let ids = [1, 2, 3].map(|at| ContactId::new(Time::from_unix(at), &Random::seeded(1)));
        let [home, work, gone] = ids.map(Pick::Email);
        let wallet = amina().with_several("email", &[(home, "home@mail.example"), (work, "work@mail.example")]);
        let all = set(&["email"]);
        let told = |picks: &[Pick]| {
            let allowed = Demand { picks: picks.iter().copied().collect(), ..allowed(&all) };
            project(&wallet, &allowed, &all, &WantedClaims::new()).into_claims().pop().map(|(_, value)| value)
        };
        assert_eq!(told(&[]), Some(json!("home@mail.example")));
        assert_eq!(told(&[work]), Some(json!("work@mail.example")));
        assert_eq!(told(&[Pick::Phone(ids[1])]), Some(json!("home@mail.example")), "a pick of another kind");
        assert_eq!(told(&[gone]), None, "no other address is told in the place of one that is gone");
    }

    #[test]
    fn photos_are_counted_as_far_as_they_are_picked() {
        let ids = [1, 2, 3].map(|at| MediaId::new(Time::from_unix(at), &Random::seeded(1)));
        let [one, two, gone] = ids.map(Pick::Media);
        let wallet = amina().with_several("wallet_photos", &[(one, "a"), (two, "b")]);
        let all = set(&["wallet_photos", "wallet_videos"]);
        let told = |picks: &[Pick]| {
            let allowed = Demand { picks: picks.iter().copied().collect(), ..allowed(&all) };
            let told = project(&wallet, &allowed, &all, &WantedClaims::new()).into_claims();
            told.into_iter().map(|(name, value)| (name, value["count"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(told(&[two, gone]), [("wallet_photos", json!(1))], "what is gone does not count");
        assert_eq!(told(&[one, two]), [("wallet_photos", json!(2))]);
        assert_eq!(told(&[]), [], "nothing picked is nothing shared");
        assert_eq!(told(&[gone]), []);
    }

    proptest! {
        #[test]
        fn never_more_than_asked_and_allowed(asked: u8, allowed: u8) {
            let names = ["name", "email", "email_verified", "updated_at", "nickname", "sub", "phone_number", "gender"];
            let pick = |bits: u8| names.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1)
                .map(|(_, n)| (*n).to_owned()).collect::<BTreeSet<_>>();
            let (asked, allows) = (pick(asked), pick(allowed));
            for name in project(&amina(), &self::allowed(&allows), &asked, &WantedClaims::new()).names() {
                prop_assert!(asked.contains(name) && allows.contains(name));
            }
        }
    }
}
