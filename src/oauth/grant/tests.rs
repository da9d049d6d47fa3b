//! Tests of grants.

use super::*;
use crate::base::Random;
use crate::oauth::supported::sample;
use proptest::prelude::*;

const NOW: Time = Time::from_unix(1_795_000_000);

fn demand(scope: &str, claims: &[&str]) -> Demand {
    Demand {
        scope: scope.parse().unwrap(),
        claims: claims.iter().map(|c| (*c).to_owned()).collect(),
        picks: BTreeSet::new(),
    }
}

fn answer(offered: Demand, allowed: Demand) -> Answer {
    Answer { offered, allowed, duration: Duration::UntilStopped }
}

fn open(answer: &Answer) -> Grant {
    let random = Random::seeded(1);
    Grant::open(GrantId::new(NOW, &random), AccountId::new(NOW, &random), "client".into(), answer, NOW)
}

fn asked(scope: &str) -> Demand {
    Demand::of(&scope.parse().unwrap(), &ClaimsRequest::default(), &sample::supported())
}

#[test]
fn another_address_in_the_place_of_one_ends_no_token() {
    let random = Random::seeded(1);
    let [home, work] = [(); 2].map(|()| Pick::Email(crate::base::id::ContactId::new(NOW, &random)));
    let picking = |picks: &[Pick]| Demand { picks: picks.iter().copied().collect(), ..demand("email", &["email"]) };
    let offered = picking(&[home, work]);
    let grant = open(&answer(offered.clone(), picking(&[home])));
    let other = grant.merge(&answer(offered.clone(), picking(&[work])), NOW);
    assert_eq!((other.epoch, &other.allowed), (grant.epoch, &picking(&[work])));
    let none = grant.merge(&answer(offered, picking(&[])), NOW);
    assert!(none.epoch > grant.epoch, "which one was agreed to is forgotten");
}

#[test]
fn wallet_s7_3_refused_lines_are_not_asked_again() {
    let offered = asked("openid email phone");
    let grant = open(&answer(offered.clone(), demand("openid email", &["email", "email_verified"])));
    assert!(grant.covers(&offered, NOW) && grant.missing(&offered).is_empty());
    assert_eq!(grant.scope_for(&offered.scope).to_string(), "email openid");
    assert_eq!(grant.missing(&asked("openid profile")).scope.to_string(), "profile");
    assert!(!grant.covers(&asked("openid profile"), NOW));
}

#[test]
fn what_was_not_offered_is_not_allowed() {
    let grant = open(&answer(asked("openid"), demand("openid email", &["email"])));
    assert_eq!(grant.allowed, asked("openid"));
}

#[test]
fn wallet_s7_5_merge() {
    let first = open(&answer(asked("openid email"), asked("openid email")));
    let later = NOW + Seconds(60);
    let grown = first.merge(&answer(asked("phone"), asked("phone")), later);
    assert_eq!((grown.epoch, grown.confirmed_at, grown.created_at), (0, later, NOW));
    assert_eq!(grown.allowed.scope.to_string(), "email openid phone");

    let changed = grown.merge(&answer(asked("openid email"), asked("openid")), later);
    assert_eq!(changed.epoch, 1, "taking something away ends the tokens");
    assert_eq!(changed.allowed.scope.to_string(), "openid phone");
    assert!(changed.covers(&asked("openid email phone"), later));

    let stopped = Grant { state: GrantState::Withdrawn, ..grown };
    assert!(!stopped.is_live(later) && !stopped.covers(&asked("openid"), later));
    let again = stopped.merge(&answer(asked("openid"), asked("openid")), later);
    assert_eq!((again.epoch, again.allowed, again.state), (1, asked("openid"), GrantState::Active));
}

#[test]
fn wallet_s7_2_durations() {
    for (duration, live_after, dead_after) in [
        (Duration::Once, Some(Seconds(600)), Some(Seconds(661))),
        (Duration::Days90, Some(Seconds::days(89)), Some(Seconds::days(90))),
        (Duration::UntilStopped, Some(Seconds::days(4000)), None),
    ] {
        let grant = open(&Answer { offered: asked("openid"), allowed: asked("openid"), duration });
        assert!(live_after.is_none_or(|s| grant.is_live(NOW + s)), "{duration:?}");
        assert!(dead_after.is_none_or(|s| !grant.is_live(NOW + s)), "{duration:?}");
        assert_eq!(grant.allows_refresh(), duration != Duration::Once);
        assert_eq!(Duration::read(duration.name()), Some(duration));
    }
    assert_eq!(Duration::read("for ever"), None);
    assert_eq!(GrantState::read(GrantState::Terminated.name()), Some(GrantState::Terminated));
}

#[test]
fn oidc_core_s5_4_where_claims_go() {
    let supported = sample::supported();
    let scope: Scope = "openid email profile".parse().unwrap();
    let text =
        r#"{"id_token": {"email": null, "phone_number": null, "birthdate": null}, "userinfo": {"nickname": null}}"#;
    let claims = ClaimsRequest::read(text, |c| supported.knows_claim(c)).unwrap();
    let all = Demand::of(&scope, &claims, &supported);
    assert!(all.claims.contains("nickname") && !all.claims.contains("sub"));
    let allowed = demand("openid email profile", &["email", "name", "nickname"]);
    let grant = open(&answer(all, allowed));
    let list = |claims: BTreeSet<String>| claims.into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(list(grant.userinfo_claims(&scope, &claims, &supported)), "email name nickname");
    assert_eq!(list(grant.id_token_claims(&scope, &claims, IdTokenClaims::Protocol, &supported)), "email");
    assert_eq!(list(grant.id_token_claims(&scope, &claims, IdTokenClaims::Granted, &supported)), "email name");
    let narrower = Scope::of(["openid"]);
    assert_eq!(list(grant.userinfo_claims(&narrower, &ClaimsRequest::default(), &supported)), "");
}

fn any_demand() -> impl Strategy<Value = Demand> {
    let names = proptest::collection::vec("[a-e]", 0..5);
    (names.clone(), names).prop_map(|(scope, claims)| Demand {
        scope: Scope::of(scope.iter().map(String::as_str)),
        claims: claims.into_iter().collect(),
        picks: BTreeSet::new(),
    })
}

proptest! {
    #[test]
    fn narrowing_never_widens(offered in any_demand(), allowed in any_demand(), limit in any_demand()) {
        let grant = open(&answer(offered.clone(), allowed.clone()));
        prop_assert!(grant.allowed.is_within(&offered) && grant.allowed.is_within(&allowed));
        let narrow = grant.narrow(&limit);
        prop_assert!(narrow.allowed.is_within(&grant.allowed) && narrow.allowed.is_within(&limit));
        prop_assert_eq!(narrow.epoch > grant.epoch, narrow.allowed != grant.allowed);
        prop_assert_eq!(narrow.narrow(&limit).epoch, narrow.epoch);
    }

    #[test]
    fn merging_gives_what_was_said(before in any_demand(), offered in any_demand(), allowed in any_demand()) {
        let grant = open(&answer(before.clone(), before.clone()));
        let merged = grant.merge(&answer(offered.clone(), allowed.clone()), NOW);
        prop_assert!(merged.covers(&before, NOW) && merged.covers(&offered, NOW));
        prop_assert!(merged.allowed.is_within(&before.merge(&allowed.narrow(&offered))));
        prop_assert!(merged.allowed.narrow(&offered).is_within(&allowed));
        prop_assert_eq!(merged.epoch > grant.epoch, !grant.allowed.is_within(&merged.allowed));
    }

    #[test]
    fn released_claims_are_granted_claims(allowed in any_demand(), asked in any_demand()) {
        let grant = open(&answer(allowed.clone(), allowed.clone()));
        let wanted: WantedClaims = asked.claims.iter().map(|c| (c.clone(), Default::default())).collect();
        let claims = ClaimsRequest { userinfo: wanted.clone(), id_token: wanted, ..ClaimsRequest::default() };
        let supported = sample::supported();
        prop_assert!(grant.userinfo_claims(&asked.scope, &claims, &supported).is_subset(&grant.allowed.claims));
        let id_token = grant.id_token_claims(&asked.scope, &claims, IdTokenClaims::Granted, &supported);
        prop_assert!(id_token.is_subset(&grant.allowed.claims));
    }
}
