//! `oidcc-session-management-certification-test-plan`, which the suite plays by hand and we in a browser.

use super::mode::Mode;

plan! { code: Mode::of("code");
    endings::session_management_discovery_endpoint_verification,
    endings::session_management_rp_initiated_logout,
}
