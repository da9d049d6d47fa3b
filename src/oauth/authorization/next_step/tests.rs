//! Every step, and the properties that no chain of steps may break.

use proptest::prelude::*;

use super::*;
use crate::base::id::{AccountId, GrantId, SessionId};
use crate::base::{Random, Seconds};
use crate::oauth::authorization::request;
use crate::oauth::client::Client;
use crate::oauth::grant::Answer;
use crate::oauth::params::Params;
use crate::oauth::profile::PROFILES;
use crate::oauth::supported::sample;

const NOW: Time = Time::from_unix(1_795_000_000);

fn asked(extra: &str) -> AuthorizationRequest {
    asked_as("openid%20email", extra)
}

fn asked_as(scope: &str, extra: &str) -> AuthorizationRequest {
    let client = Client {
        redirect_uris: vec!["https://a.example/cb".into()],
        scope: "openid email wallet.identity".parse().unwrap(),
        require_pkce: false,
        ..Client::new("c".into())
    };
    let supported = sample::supported();
    let facts = request::Facts {
        client: &client,
        profile: &PROFILES[0],
        supported: &supported,
        resources: &crate::oauth::resource::NONE,
        issuer: "https://op.example",
        way: &request::Way::default(),
        hinted: None,
    };
    let query = format!("response_type=code&redirect_uri=https://a.example/cb&scope={scope}{extra}");
    request::read(&Params::from_query(&query).unwrap(), &facts).unwrap()
}

fn signed_in(at: Time) -> Authentication {
    let random = Random::seeded(1);
    Authentication {
        account: AccountId::new(NOW, &random),
        session: SessionId::new(NOW, &random),
        auth_time: at,
        acr: "urn:sw:aal1".into(),
        amr: vec!["pwd".into()],
    }
}

fn demand(request: &AuthorizationRequest) -> Demand {
    Demand::of(&request.scope, &request.claims, &sample::supported())
}

fn granted(offered: &Demand, at: Time, duration: Duration) -> Grant {
    let random = Random::seeded(2);
    let answer = Answer { offered: offered.clone(), allowed: offered.clone(), duration };
    Grant::open(GrantId::new(NOW, &random), AccountId::new(NOW, &random), "c".into(), &answer, at)
}

/// A name for a step.
fn name(step: &Step<'_>) -> String {
    match step {
        Step::SignIn => "sign in".into(),
        Step::SignUp => "sign up".into(),
        Step::Consent => "consent".into(),
        Step::Refuse(error) => error.code().name().into(),
        Step::Respond(_) => "respond".into(),
    }
}

struct World {
    authentication: Option<Authentication>,
    grant: Option<Grant>,
    is_familiar: bool,
}

/// Signed in a minute ago, with a grant that covers everything.
fn settled() -> World {
    let grant = granted(&demand(&asked("")), NOW - Seconds(3600), Duration::UntilStopped);
    World { authentication: Some(signed_in(NOW - Seconds(60))), grant: Some(grant), is_familiar: true }
}

fn step(request: &AuthorizationRequest, world: &World) -> String {
    let demand = demand(request);
    let facts = Facts {
        now: NOW,
        began: NOW,
        authentication: world.authentication.as_ref(),
        subject: world.authentication.as_ref().map(|_| "me"),
        grant: world.grant.as_ref(),
        is_familiar: world.is_familiar,
        demand: &demand,
        verified_at: None,
        verified_acr: None,
        acr_order: &["urn:sw:aal1", "urn:sw:aal2"],
    };
    name(&next(request, &facts))
}

#[test]
fn wallet_s6_2_7_and_s7_1_who_somebody_is_by_a_document() {
    let asks = "&claims=%7B%22userinfo%22%3A%7B%22verified_claims%22%3A%7B%22verification%22%3A%7B%22trust_framework%22%3Anull%7D%2C%22claims%22%3A%7B%22given_name%22%3Anull%7D%7D%7D%7D";
    let hour = Seconds(3600);
    for (extra, acr, signed_in_ago, checked_at, wanted) in [
        (asks, None, 60, None, "respond"),
        // A sign-in that is too weak is made anew, once; who has nothing stronger is told less of.
        (asks, Some("urn:sw:aal1"), 60, None, "respond"),
        (asks, Some("urn:sw:aal2"), 60, None, "sign in"),
        (asks, Some("urn:sw:aal2"), 0, None, "respond"),
        ("", Some("urn:sw:aal2"), 60, None, "respond"),
        // The yes is an hour old.
        (asks, None, 60, Some(NOW - hour - hour), "respond"),
        (asks, None, 60, Some(NOW - hour), "respond"),
        (asks, None, 60, Some(NOW - Seconds(60)), "consent"),
        ("", None, 60, Some(NOW - Seconds(60)), "respond"),
    ] {
        for (prompt, wanted) in [("", wanted), ("&prompt=none", silent(wanted))] {
            let request = asked_as("openid%20email%20wallet.identity", &format!("{extra}{prompt}"));
            let mut demand = demand(&request);
            if extra.is_empty() {
                demand.claims.retain(|name| !crate::oauth::verified_claims::is_part(name));
            }
            let world = World { grant: Some(granted(&demand, NOW - hour, Duration::UntilStopped)), ..settled() };
            let authentication = signed_in(NOW - Seconds(signed_in_ago));
            let facts = Facts {
                now: NOW,
                began: NOW,
                authentication: Some(&authentication),
                subject: Some("me"),
                grant: world.grant.as_ref(),
                is_familiar: true,
                demand: &demand,
                verified_at: checked_at,
                verified_acr: acr,
                acr_order: &["urn:sw:aal1", "urn:sw:aal2"],
            };
            assert_eq!(name(&next(&request, &facts)), wanted, "{acr:?} {checked_at:?} {prompt}");
        }
    }
}

fn silent(step: &'static str) -> &'static str {
    match step {
        "sign in" => "login_required",
        "consent" => "consent_required",
        step => step,
    }
}

#[test]
fn oidc_core_s3_1_2_3_who_must_sign_in() {
    let sub =
        |value: &str| format!("&claims=%7B%22id_token%22%3A%7B%22sub%22%3A%7B%22value%22%3A%22{value}%22%7D%7D%7D");
    for (extra, since, wanted) in [
        ("", None, "sign in"),
        ("&prompt=none", None, "login_required"),
        ("&prompt=create", None, "sign up"),
        ("", Some(60), "respond"),
        ("&prompt=none", Some(60), "respond"),
        ("&prompt=login", Some(60), "sign in"),
        ("&prompt=login", Some(0), "respond"),
        ("&prompt=select_account", Some(60), "sign in"),
        ("&prompt=create", Some(60), "sign up"),
        ("&prompt=create", Some(0), "respond"),
        ("&max_age=59", Some(60), "sign in"),
        ("&max_age=60", Some(60), "respond"),
        ("&max_age=0", Some(60), "sign in"),
        ("&max_age=0", Some(0), "respond"),
        ("&max_age=59&prompt=none", Some(60), "login_required"),
        (&sub("me"), Some(60), "respond"),
        (&sub("you"), Some(60), "sign in"),
        (&sub("you"), Some(0), "login_required"),
        (&format!("{}&prompt=none", sub("you")), Some(60), "login_required"),
        ("&acr_values=urn:sw:aal2", Some(60), "respond"),
    ] {
        let authentication = since.map(|s| signed_in(NOW - Seconds(s)));
        assert_eq!(step(&asked(extra), &World { authentication, ..settled() }), wanted, "{extra} {since:?}");
    }
    let acr = |value: &str| {
        format!(
            "&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%22{value}%22%7D%7D%7D"
        )
    };
    assert_eq!(step(&asked(&acr("urn:sw:aal1")), &settled()), "respond");
    assert_eq!(step(&asked(&acr("urn:sw:aal2")), &settled()), "unmet_authentication_requirements");
}

#[test]
fn wallet_s7_1_who_is_asked() {
    let all = demand(&asked(""));
    let hour_ago = NOW - Seconds(3600);
    let grant = |grant| World { grant, ..settled() };
    let narrow = granted(&Demand { scope: "openid".parse().unwrap(), ..Demand::default() }, hour_ago, Duration::Days90);
    for (what, extra, world, wanted) in [
        ("no grant", "", grant(None), "consent"),
        ("no grant", "&prompt=none", grant(None), "consent_required"),
        ("new items", "", grant(Some(narrow)), "consent"),
        ("all decided", "", settled(), "respond"),
        ("asked for", "&prompt=consent", settled(), "consent"),
        ("asked for, and done", "&prompt=consent", grant(Some(granted(&all, NOW, Duration::Days90))), "respond"),
        ("once, earlier", "", grant(Some(granted(&all, NOW - Seconds(60), Duration::Once))), "consent"),
        ("once, now", "", grant(Some(granted(&all, NOW, Duration::Once))), "respond"),
        ("90 days over", "", grant(Some(granted(&all, NOW - Seconds::days(90), Duration::Days90))), "consent"),
        ("a year over", "", grant(Some(granted(&all, NOW - Seconds::days(365), Duration::UntilStopped))), "consent"),
        ("another face", "", World { is_familiar: false, ..settled() }, "consent"),
    ] {
        assert_eq!(step(&asked(extra), &world), wanted, "{what} {extra}");
    }
}

proptest! {
    /// No chance of facts answers without a person who is signed in and a live grant that covers the request.
    #[test]
    fn nothing_is_answered_without_a_person_and_a_grant(
        prompt in prop::sample::select(vec!["", "&prompt=none", "&prompt=login", "&prompt=consent", "&max_age=10"]),
        signed: bool, since in 0i64..100, has_grant: bool, age in 0i64..40_000_000, once: bool, is_familiar: bool,
    ) {
        let request = asked(prompt);
        let demand = demand(&request);
        let duration = if once { Duration::Once } else { Duration::Days90 };
        let authentication = signed.then(|| signed_in(NOW - Seconds(since)));
        let grant = has_grant.then(|| granted(&demand, NOW - Seconds(age), duration));
        let facts = Facts {
            now: NOW, began: NOW, authentication: authentication.as_ref(), subject: Some("me"),
            grant: grant.as_ref(), is_familiar, demand: &demand, verified_at: None, verified_acr: None, acr_order: &["urn:sw:aal1"],
        };
        let outcome = next(&request, &facts);
        if let Step::Respond(approved) = &outcome {
            prop_assert!(signed && has_grant && is_familiar);
            prop_assert!(approved.grant().covers(&demand, NOW));
            prop_assert!(!request.prompt.login || since == 0);
        }
        if request.prompt.none {
            prop_assert!(matches!(outcome, Step::Refuse(_) | Step::Respond(_)));
        }
    }
}
