//! The OpenID Foundation's FAPI plans for providers, module by module, as `conformance` has those of OpenID Connect: a
//! test is named after the suite's module, and a module is written once for all the variants that list it.
//!
//! * `house` is one wallet for all of them, with TLS and a listener for certificates; `party` is a client of the suite.
//! * `suite` is the suite itself: it pushes, signs and proves as its variant does, and checks what comes back.
//! * `modules` are the requirements; `security_profile`, `message_signing`, `fapi1` and `ciba` are the plans.
//!
//! The tables of the plans are those that the suite makes of its modules for that variant: a module that is in a table
//! and nowhere in `modules` does not compile. What the suite only warns of is a failure here.

mod asked;
mod dates;
mod house;
mod modules;
mod party;
mod suite;
mod tls;
mod variant;

mod ciba;
mod fapi1;
mod message_signing;
mod security_profile;

/// Makes one variant of a plan: a test for each of its modules, named after it.
macro_rules! tests {
    ($name:ident, $variant:expr; $($file:ident::$module:ident,)*) => {
        mod $name {
            use super::super::suite::{Variant, run};
            use super::super::modules::*;

            const VARIANT: Variant = $variant;
            $(
                #[test]
                fn $module() {
                    run(&VARIANT, |suite| Box::pin($file::$module(suite)));
                }
            )*
        }
    };
}
use tests;
