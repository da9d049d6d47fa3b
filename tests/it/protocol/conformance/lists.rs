//! Which modules each plan has, written once: plans that differ by response type, response mode or registration share
//! a list. A list makes the tests, so that a module in it without a test does not compile.

/// Makes the tests of one plan and response type in a module of that name, and the names of all of them.
macro_rules! plan {
    ($name:ident: $mode:expr; $($file:ident::$module:ident,)*) => {
        pub mod $name {
            use super::Mode;

            pub const MODULES: &[&str] = &[$(stringify!($module)),*];
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $module() {
                    $crate::protocol::conformance::modules::$file::$module($mode).await;
                }
            )*
        }
    };
}

/// `oidcc-basic-certification-test-plan`.
macro_rules! basic {
    ($name:ident: $mode:expr) => {
        plan! { $name: $mode;
            flow::server,
            flow::response_type_missing,
            flow::idtoken_signature,
            flow::idtoken_unsigned,
            flow::ensure_request_without_nonce_succeeds_for_code_flow,
            flow::alternate_happy_flow,
            flow::ensure_registered_redirect_uri,
            flow::ensure_post_request_succeeds,
            flow::server_client_secret_post,
            userinfo::userinfo_get,
            userinfo::userinfo_post_header,
            userinfo::userinfo_post_body,
            userinfo::scope_profile,
            userinfo::scope_email,
            userinfo::scope_address,
            userinfo::scope_phone,
            userinfo::scope_all,
            userinfo::claims_essential,
            parameters::display_page,
            parameters::display_popup,
            parameters::ui_locales,
            parameters::claims_locales,
            parameters::login_hint,
            parameters::ensure_request_with_unknown_parameter_succeeds,
            parameters::ensure_request_with_valid_pkce_succeeds,
            parameters::ensure_request_with_acr_values_succeeds,
            session::prompt_login,
            session::prompt_none_not_logged_in,
            session::prompt_none_logged_in,
            session::max_age_1,
            session::max_age_10000,
            session::id_token_hint,
            token::codereuse,
            token::codereuse_30seconds,
            token::refresh_token,
            request_object::request_uri_unsigned_supported_correctly_or_rejected_as_unsupported,
            request_object::unsigned_request_object_supported_correctly_or_rejected_as_unsupported,
            request_object::ensure_request_object_with_redirect_uri,
        }
    };
}

/// `oidcc-implicit-certification-test-plan`, and what only one response type has.
macro_rules! implicit {
    ($name:ident: $mode:expr; $($more:tt)*) => {
        plan! { $name: $mode;
            flow::server,
            flow::idtoken_signature,
            flow::ensure_request_without_nonce_fails,
            flow::alternate_happy_flow,
            flow::ensure_registered_redirect_uri,
            userinfo::scope_profile,
            userinfo::scope_email,
            userinfo::scope_address,
            userinfo::scope_phone,
            userinfo::scope_all,
            userinfo::claims_essential,
            parameters::display_page,
            parameters::display_popup,
            parameters::ui_locales,
            parameters::claims_locales,
            parameters::login_hint,
            parameters::ensure_request_with_unknown_parameter_succeeds,
            parameters::ensure_request_with_acr_values_succeeds,
            session::prompt_login,
            session::prompt_none_not_logged_in,
            session::prompt_none_logged_in,
            session::max_age_1,
            session::max_age_10000,
            session::id_token_hint,
            request_object::request_uri_unsigned_supported_correctly_or_rejected_as_unsupported,
            request_object::unsigned_request_object_supported_correctly_or_rejected_as_unsupported,
            request_object::ensure_request_object_with_redirect_uri,
            $($more)*
        }
    };
}

/// `oidcc-hybrid-certification-test-plan`, and what only one response type has. `codereuse_30seconds` is among `ONCE`.
macro_rules! hybrid {
    ($name:ident: $mode:expr; $($more:tt)*) => {
        plan! { $name: $mode;
            flow::server,
            flow::idtoken_signature,
            flow::ensure_registered_redirect_uri,
            flow::server_client_secret_post,
            userinfo::userinfo_get,
            userinfo::userinfo_post_header,
            userinfo::userinfo_post_body,
            userinfo::scope_profile,
            userinfo::scope_email,
            userinfo::scope_address,
            userinfo::scope_phone,
            userinfo::scope_all,
            userinfo::claims_essential,
            parameters::display_page,
            parameters::display_popup,
            parameters::ui_locales,
            parameters::claims_locales,
            parameters::login_hint,
            parameters::ensure_request_with_unknown_parameter_succeeds,
            parameters::ensure_request_with_acr_values_succeeds,
            session::prompt_login,
            session::prompt_none_not_logged_in,
            session::prompt_none_logged_in,
            session::max_age_1,
            session::max_age_10000,
            session::id_token_hint,
            token::codereuse,
            token::refresh_token,
            request_object::request_uri_unsigned_supported_correctly_or_rejected_as_unsupported,
            request_object::unsigned_request_object_supported_correctly_or_rejected_as_unsupported,
            request_object::ensure_request_object_with_redirect_uri,
            $($more)*
        }
    };
}

/// `oidcc-dynamic-certification-test-plan`, and what only some response types have. `server_rotate_keys` and
/// `refresh_token_rp_key_rotation` are among `ONCE`.
macro_rules! dynamic {
    ($name:ident: $mode:expr; $($more:tt)*) => {
        plan! { $name: $mode;
            registration::discovery_endpoint_verification,
            flow::server,
            registration::idtoken_rs256,
            registration::ensure_redirect_uri_in_authorization_request,
            registration::redirect_uri_query_ok,
            registration::redirect_uri_query_mismatch,
            registration::redirect_uri_query_added,
            registration::redirect_uri_regfrag,
            registration::registration_logo_uri,
            registration::registration_policy_uri,
            registration::registration_tos_uri,
            registration::registration_jwks_uri,
            registration::registration_sector_uri,
            registration::registration_sector_bad,
            request_object::request_uri_unsigned,
            request_object::request_uri_signed_rs256,
            request_object::ensure_request_object_with_redirect_uri,
            $($more)*
        }
    };
}
