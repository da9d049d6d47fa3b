//! The OpenID Foundation's test plans for providers, module by module: a test is named after the suite's module whose
//! requirements it checks, without `oidcc-`, so that a module without a test is seen at once.
//!
//! * `checks` are what the suite looks at in every answer, in whichever module it comes.
//! * `mode` is what plans differ in, and the house where clients register themselves.
//! * `suite` is the suite's relying party and its person; each answer that passes through it is checked.
//! * `modules` are the requirements themselves, written once for all plans.
//! * `lists` are the modules of each plan; `plans` holds them against the suite's own.
//! * `basic` and the others are the plans: response types, how answers travel, who registers the clients.
//!
//! What the suite only warns of is a failure here: the aim is a run without warnings.

#[macro_use]
mod lists;

pub mod checks;
mod mode;
mod modules;
mod plans;
mod suite;

mod backchannel_logout;
mod basic;
mod config;
mod dynamic;
mod ekyc;
mod fapi;
mod form_post;
mod frontchannel_logout;
mod hybrid;
mod implicit;
mod rp_initiated_logout;
mod session_management;
mod third_party_init_login;
