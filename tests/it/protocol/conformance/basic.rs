//! `oidcc-basic-certification-test-plan`: `response_type=code`, answers in the query; an operator registers the clients.

use super::mode::Mode;

basic! { code: Mode::of("code") }
