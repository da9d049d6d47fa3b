//! What the suite's plans consist of, by its own names without `oidcc-`: a module that has no test is seen here.

use super::*;

/// Modules that wait for half a minute, or for keys that are changed for the whole house; the response type has no part
/// in what they are about. They run in one place: the first in the Basic plan and its form_post sister, the others in the
/// Dynamic plan's `code`.
const ONCE: &[&str] = &["codereuse-30seconds", "server-rotate-keys", "refresh-token-rp-key-rotation"];

const IMPLICIT: &str = "server idtoken-signature ensure-request-without-nonce-fails scope-profile scope-email \
    scope-address scope-phone scope-all alternate-happy-flow display-page display-popup prompt-login \
    prompt-none-not-logged-in prompt-none-logged-in max-age-1 max-age-10000 \
    ensure-request-with-unknown-parameter-succeeds id-token-hint login-hint ui-locales claims-locales \
    ensure-request-with-acr-values-succeeds ensure-registered-redirect-uri \
    request-uri-unsigned-supported-correctly-or-rejected-as-unsupported \
    unsigned-request-object-supported-correctly-or-rejected-as-unsupported ensure-request-object-with-redirect-uri \
    claims-essential";

const WITH_TOKEN: &str = "userinfo-get userinfo-post-header userinfo-post-body";

const WITH_CODE: &str = "server-client-secret-post codereuse codereuse-30seconds refresh-token";

const DYNAMIC: &str = "server idtoken-rs256 ensure-redirect-uri-in-authorization-request redirect-uri-query-OK \
    redirect-uri-query-mismatch redirect-uri-query-added redirect-uri-regfrag discovery-endpoint-verification \
    registration-logo-uri registration-policy-uri registration-tos-uri registration-jwks-uri registration-sector-uri \
    registration-sector-bad server-rotate-keys request-uri-unsigned request-uri-signed-rs256 \
    ensure-request-object-with-redirect-uri";

const DYNAMIC_WITH_CODE: &str =
    "userinfo-rs256 refresh-token refresh-token-rp-key-rotation ensure-client-assertion-with-iss-aud-succeeds";

const EKYC: &str = "ekyc-server-happypath ekyc-server-happypath-emptyobject ekyc-server-happypath-essentialfalse \
    ekyc-server-unknown-claim-omitted ekyc-server-unknown-essential-claim-omitted \
    ekyc-server-unknown-claim-specialchars-omitted ekyc-server-one-claim-with-random-value-omitted \
    ekyc-server-request-only-in-idtoken ekyc-server-request-only-in-userinfo ekyc-server-testuserprovidedrequest \
    ekyc-server-testbasedonuserinfo-defaults ekyc-server-test-userinfo-notfoundinop";

/// A plan and response type: our tests, how many modules the suite counts, and their names, of which some lists have what
/// this one has not.
struct Row {
    plan: &'static str,
    tests: &'static [&'static str],
    count: usize,
    names: &'static [&'static str],
    without: &'static [&'static str],
}

const fn row(
    plan: &'static str,
    tests: &'static [&'static str],
    count: usize,
    names: &'static [&'static str],
    without: &'static [&'static str],
) -> Row {
    Row { plan, tests, count, names, without }
}

const NO_NONCE_FAILS: &str = "ensure-request-without-nonce-fails";
const NO_NONCE_SUCCEEDS: &str = "ensure-request-without-nonce-succeeds-for-code-flow";
const MISSING: &str = "response-type-missing";
const ALTERNATE: &str = "alternate-happy-flow";
const PKCE: &str = "ensure-request-with-valid-pkce-succeeds";

const BASIC: &[&str] = &[
    IMPLICIT,
    WITH_TOKEN,
    WITH_CODE,
    NO_NONCE_SUCCEEDS,
    MISSING,
    PKCE,
    "idtoken-unsigned",
    "ensure-post-request-succeeds",
];
const IMPLICIT_TOKEN: &[&str] = &[IMPLICIT, WITH_TOKEN, MISSING];
const HYBRID: &[&str] = &[IMPLICIT, WITH_TOKEN, WITH_CODE];
const HYBRID_FIRST: &[&str] = &[IMPLICIT, WITH_TOKEN, WITH_CODE, MISSING, PKCE];
const HYBRID_CODE_TOKEN: &[&str] = &[IMPLICIT, WITH_TOKEN, WITH_CODE, NO_NONCE_SUCCEEDS];
const ALL_DYNAMIC: &[&str] = &[DYNAMIC, DYNAMIC_WITH_CODE];
const UNSIGNED_TOO: &[&str] = &[DYNAMIC, DYNAMIC_WITH_CODE, "idtoken-unsigned"];

#[rustfmt::skip]
const PLANS: &[Row] = &[
    row("basic", basic::code::MODULES, 38, BASIC, &[NO_NONCE_FAILS]),
    row("implicit", implicit::id_token::MODULES, 27, &[IMPLICIT], &[]),
    row("implicit", implicit::id_token_token::MODULES, 31, IMPLICIT_TOKEN, &[]),
    row("hybrid", hybrid::code_id_token::MODULES, 36, HYBRID_FIRST, &[]),
    row("hybrid", hybrid::code_token::MODULES, 33, HYBRID_CODE_TOKEN, &[NO_NONCE_FAILS, ALTERNATE]),
    row("hybrid", hybrid::code_id_token_token::MODULES, 33, HYBRID, &[ALTERNATE]),
    row("formpost-basic", form_post::code::MODULES, 38, BASIC, &[NO_NONCE_FAILS]),
    row("formpost-implicit", form_post::id_token::MODULES, 27, &[IMPLICIT], &[]),
    row("formpost-implicit", form_post::id_token_token::MODULES, 31, IMPLICIT_TOKEN, &[]),
    row("formpost-hybrid", form_post::code_id_token::MODULES, 36, HYBRID_FIRST, &[]),
    row("formpost-hybrid", form_post::code_token::MODULES, 33, HYBRID_CODE_TOKEN, &[NO_NONCE_FAILS, ALTERNATE]),
    row("formpost-hybrid", form_post::code_id_token_token::MODULES, 33, HYBRID, &[ALTERNATE]),
    row("dynamic", dynamic::code::MODULES, 23, UNSIGNED_TOO, &[]),
    row("dynamic", dynamic::code_token::MODULES, 23, UNSIGNED_TOO, &[]),
    row("dynamic", dynamic::code_id_token::MODULES, 22, ALL_DYNAMIC, &[]),
    row("dynamic", dynamic::code_id_token_token::MODULES, 22, ALL_DYNAMIC, &[]),
    row("dynamic", dynamic::id_token_token::MODULES, 19, &[DYNAMIC, "userinfo-rs256"], &[]),
    row("dynamic", dynamic::id_token::MODULES, 18, &[DYNAMIC], &[]),
    row("3rdparty-init-login", third_party_init_login::code::MODULES, 2,
        &["oidcc-3rd_party-init-login oidcc-3rd_party-init-login-nohttps"], &[]),
    row("session-management", session_management::code::MODULES, 2,
        &["session-management-discovery-endpoint-verification session-management-rp-initiated-logout"], &[]),
    row("frontchannel-rp-initiated-logout", frontchannel_logout::code::MODULES, 2,
        &["frontchannel-logout-discovery-endpoint-verification frontchannel-rp-initiated-logout"], &[]),
    row("backchannel-rp-initiated-logout", backchannel_logout::code::MODULES, 2,
        &["backchannel-logout-discovery-endpoint-verification backchannel-rp-initiated-logout"], &[]),
    row("ekyc-test-plan-oidccore", ekyc::code::MODULES, 12, &[EKYC], &[]),
];

#[test]
fn every_module_has_its_test() {
    let as_test = |name: &str| name.replace('-', "_").to_lowercase();
    let mut tested = std::collections::BTreeSet::new();
    for row in PLANS {
        let listed: Vec<&str> = row.names.iter().flat_map(|names| names.split_whitespace()).collect();
        let listed: Vec<&str> = listed.into_iter().filter(|name| !row.without.contains(name)).collect();
        assert_eq!(listed.len(), row.count, "{}: {listed:?}", row.plan);
        for name in &listed {
            let has_test = row.tests.contains(&as_test(name).as_str());
            assert!(has_test || ONCE.contains(name), "{}: no test of {name}", row.plan);
        }
        for test in row.tests {
            assert!(listed.iter().any(|name| as_test(name) == *test), "{} has no module {test}", row.plan);
            tested.insert(*test);
        }
    }
    assert!(ONCE.iter().all(|name| tested.contains(as_test(name).as_str())), "what runs once runs");
}
