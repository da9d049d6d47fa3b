//! `oidcc-frontchannel-rp-initiated-logout-certification-test-plan`.

use super::mode::Mode;

plan! { code: Mode::of("code").registering();
    endings::frontchannel_logout_discovery_endpoint_verification,
    endings::frontchannel_rp_initiated_logout,
}
