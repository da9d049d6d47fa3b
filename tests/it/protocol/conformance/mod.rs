//! The OpenID Foundation's test plans for providers, module by module: a test is named after the suite's module whose
//! requirements it checks, so that a module without a test is seen at once.
//!
//! * `checks` are what the suite looks at in every answer, in whichever module it comes.
//! * `suite` is the suite's relying party and its person; each answer that passes through it is checked.
//! * `modules` are the requirements themselves, written once for all plans.
//! * `basic`, `form_post`, `config` and `rp_initiated_logout` are the plans: which modules, and how answers travel.
//!
//! What the suite only warns of is a failure here: the aim is a run without warnings.

pub mod checks;
mod modules;
mod suite;

mod basic;
mod config;
mod fapi;
mod form_post;
mod rp_initiated_logout;

/// Makes a plan: one test for each module, named after it.
macro_rules! plan {
    ($mode:expr; $($file:ident::$module:ident,)*) => { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $module() {
            super::modules::$file::$module($mode).await;
        }
    )* };
}
use plan;
