//! `oidcc-dynamic-certification-test-plan`: clients register themselves, and prove who they are with an RSA key.

use super::mode::Mode;

dynamic! { code: Mode::with_key("code");
    flow::idtoken_unsigned,
    registration::userinfo_rs256,
    token::refresh_token,
    registration::ensure_client_assertion_with_iss_aud_succeeds,
    registration::server_rotate_keys,
    registration::refresh_token_rp_key_rotation,
}

dynamic! { code_token: Mode::with_key("code token");
    flow::idtoken_unsigned,
    registration::userinfo_rs256,
    token::refresh_token,
    registration::ensure_client_assertion_with_iss_aud_succeeds,
}

dynamic! { code_id_token: Mode::with_key("code id_token");
    registration::userinfo_rs256,
    token::refresh_token,
    registration::ensure_client_assertion_with_iss_aud_succeeds,
}

dynamic! { code_id_token_token: Mode::with_key("code id_token token");
    registration::userinfo_rs256,
    token::refresh_token,
    registration::ensure_client_assertion_with_iss_aud_succeeds,
}

dynamic! { id_token_token: Mode::with_key("id_token token");
    registration::userinfo_rs256,
}

dynamic! { id_token: Mode::with_key("id_token"); }
