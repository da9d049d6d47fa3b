//! `oidcc-hybrid-certification-test-plan`: a code and more in the fragment; the clients register themselves.

use super::mode::Mode;

hybrid! { code_id_token: Mode::of("code id_token").registering();
    flow::ensure_request_without_nonce_fails,
    flow::alternate_happy_flow,
    flow::response_type_missing,
    parameters::ensure_request_with_valid_pkce_succeeds,
}

hybrid! { code_token: Mode::of("code token").registering();
    flow::ensure_request_without_nonce_succeeds_for_code_flow,
}

hybrid! { code_id_token_token: Mode::of("code id_token token").registering();
    flow::ensure_request_without_nonce_fails,
}
