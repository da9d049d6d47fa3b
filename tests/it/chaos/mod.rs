//! What holds when things break (SECURITY.md §5): processes killed, nodes racing, stores frozen, cut and flushed.

mod away;
mod caller;
mod history;
mod kill;
mod races;
mod readback;
mod withdrawal;

use crate::support::person::Answers;
use crate::support::person::Person;
use crate::support::platform::Method;
use crate::support::platform::NewClient;
use crate::support::platform::Platform;
use crate::support::seeded;
use crate::support::server::Server;

/// What every platform here asks for: all that needs a decision, and to come back.
const SCOPE: &str = "openid email offline_access";

fn everything() -> Answers {
    Answers::only(&["email", "offline_access"]).for_duration("until_stopped")
}

async fn platform(server: &Server) -> Platform {
    Platform::at(server, &NewClient::new(Method::Basic)).await
}

/// Somebody who has agreed for good: the next authorization request gives a code at once.
async fn agreed(server: &Server, platform: &Platform) -> Person {
    let mut person = seeded::signed_in(server).await;
    platform.sign_in_with(&mut person, platform.attempt(SCOPE), &everything()).await;
    person
}
