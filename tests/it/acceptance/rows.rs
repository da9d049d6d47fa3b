//! Which tests hold what WALLET.md §21.3 asks for, row by row.

use std::path::Path;

/// A row, and the tests of it as file and function. R11, R14, R16 and R17 are about FedCM, statements and credentials,
/// which are other parts of the house.
const ROWS: &[(&str, &[(&str, &str)])] = &[
    (
        "R1 withdrawn under load",
        &[
            ("tests/it/acceptance/load.rs", "r1_nothing_is_told_on_any_node_once_the_person_knows_that_it_ended"),
            ("tests/it/media/platforms.rs", "r1_withdrawn_means_gone_at_once_and_links_are_no_keys"),
            ("tests/it/protocol/oidc_backchannel_logout.rs", "oidc_backchannel_s2_3_every_way_in_which_a_session_ends"),
        ],
    ),
    ("R2 a photo unticked", &[("tests/it/media/platforms.rs", "r2_unpicked_means_gone_at_once")]),
    (
        "R3 two clients see different names",
        &[
            ("tests/it/correlation/mod.rs", "r3_two_platforms_cannot_find_out_that_they_know_the_same_person"),
            ("tests/it/media/platforms.rs", "r3_two_platforms_have_nothing_to_compare"),
        ],
    ),
    (
        "R4 claims with an impossible value",
        &[("tests/it/protocol/oidc_identity_assurance.rs", "wallet_r4_what_cannot_be_so_is_left_out_without_an_error")],
    ),
    (
        "R5 no legal name without wallet.identity",
        &[(
            "tests/it/protocol/oidc_identity_assurance.rs",
            "wallet_r5_without_the_scope_no_door_tells_a_word_of_the_document",
        )],
    ),
    (
        "R6 the activity is what a proxy saw",
        &[
            ("tests/it/trail/proxy.rs", "r6_the_activity_is_what_a_proxy_saw"),
            ("tests/it/trail/activity.rs", "r6_the_activity_is_what_a_platform_received"),
        ],
    ),
    (
        "R7 audit verify",
        &[
            ("tests/it/trail/chain.rs", "r7_the_command_names_what_was_changed"),
            ("tests/it/trail/chain.rs", "r7_the_chain_outlives_retention_and_the_deletion_of_an_account"),
        ],
    ),
    ("R8 no byte is left", &[("tests/it/rights/deletion.rs", "r8_after_deletion_no_byte_of_the_person_is_left")]),
    ("R9 two-person rule", &[("tests/it/verification/reviews.rs", "r9_two_sessions_of_one_account_are_one_reviewer")]),
    ("R10 evidence is gone", &[("tests/it/verification/purge.rs", "r10_evidence_is_gone_when_its_time_is_over")]),
    (
        "R12 foreign origins",
        &[
            ("tests/it/data_api.rs", "wallet_s14_8_pages_of_other_origins_are_refused_before_anything_is_read"),
            ("tests/it/protocol/cors_and_limits.rs", "fetch_s3_2_the_clients_own_origins_and_no_others"),
        ],
    ),
    // By name and by number, once resolved; the address that was checked is the address that is called.
    ("R13 hostile addresses", &[("src/outbound/fetch/tests.rs", "hostile_urls_are_refused_before_anybody_is_called")]),
    (
        "R15 the scanner is away",
        &[("tests/it/media/scanning.rs", "wallet_s13_5_the_scanner_decides_and_nothing_passes_while_it_is_away")],
    ),
    ("R18 the export validates", &[("tests/it/rights/bundles.rs", "r18_the_bundle_validates_against_its_own_schemas")]),
    (
        "R19 once",
        &[
            ("tests/it/protocol/consent.rs", "once_is_once"),
            ("tests/it/protocol/rfc6749_token.rs", "oidc_core_s11_no_refresh_token_without_consent_to_it"),
        ],
    ),
    ("R20 rate-limit headers", &[("tests/it/data_api.rs", "r20_rate_limit_headers_are_structured_fields")]),
];

#[test]
fn wallet_s21_3_every_row_has_its_tests() {
    for (row, tests) in ROWS {
        assert!(!tests.is_empty(), "{row}");
        for (file, name) in *tests {
            let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
            let text = text.unwrap_or_else(|error| panic!("{row}: {file}: {error}"));
            let (before, _) =
                text.split_once(&format!("fn {name}()")).unwrap_or_else(|| panic!("{row}: no {name} in {file}"));
            let attribute = before.trim_end().trim_end_matches("async").trim_end().lines().last().unwrap_or_default();
            assert!(attribute.contains("test"), "{row}: {name} does not run: {attribute}");
        }
    }
}
