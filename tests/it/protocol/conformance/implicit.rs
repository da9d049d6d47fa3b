//! `oidcc-implicit-certification-test-plan`: answers in the fragment; the clients register themselves.

use super::mode::Mode;

implicit! { id_token: Mode::of("id_token").registering(); }

implicit! { id_token_token: Mode::of("id_token token").registering();
    userinfo::userinfo_get,
    userinfo::userinfo_post_header,
    userinfo::userinfo_post_body,
    flow::response_type_missing,
}
