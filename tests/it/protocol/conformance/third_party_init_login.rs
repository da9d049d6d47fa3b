//! `oidcc-3rdparty-init-login-certification-test-plan`.

use super::mode::Mode;

plan! { code: Mode::of("code").registering();
    registration::oidcc_3rd_party_init_login,
    registration::oidcc_3rd_party_init_login_nohttps,
}
