//! `oidcc-backchannel-rp-initiated-logout-certification-test-plan`.

use super::mode::Mode;

plan! { code: Mode::of("code").registering();
    endings::backchannel_logout_discovery_endpoint_verification,
    endings::backchannel_rp_initiated_logout,
}
