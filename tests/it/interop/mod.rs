//! Stock clients sign people in: unmodified libraries, each told where the provider is and nothing else.

mod apache;
mod crates;
mod scripts;

use serde_json::Value;

use crate::support::person::Answers;
use crate::support::person::Person;
use crate::support::seeded;
use crate::support::seeded::NAME;
use crate::support::server::Server;

/// What a relying party does for a person, whichever library it stands on.
trait Party {
    /// From its sign-in button to what it verified, answering the wallet's pages on the way.
    async fn login(&mut self, person: &mut Person, answers: &Answers) -> Value;
    /// The same for one whom the wallet knows: a page that asks for anything is a failure.
    async fn login_at_once(&mut self, person: &mut Person) -> Value;
    /// UserInfo again, with the access token that it has.
    async fn userinfo(&mut self, person: &mut Person) -> Value;
    async fn refresh(&mut self, person: &mut Person) -> Value;
}

/// Presses "stop sharing" at the one connected app.
async fn stop_sharing(person: &mut Person) {
    let apps = person.visit("/account/apps").await.page();
    let app = person.visit(apps.link("/account/apps/").expect("a connected app").as_str()).await.page();
    let stop = person.visit(app.link("/stop").expect("a way to stop").as_str()).await.page();
    let after = person.submit(&stop, &stop.form_to("/stop")).await.page();
    assert_eq!(after.status, 200, "{}", after.text());
}

fn everything() -> Answers {
    Answers::only(&["name", "given_name", "email", "offline_access"])
}

/// The whole life of a connection: yes, again without a question, refresh, stop, no, a part. The person's browser
/// goes on to pages of `origin`.
async fn connects(server: &Server, party: &mut impl Party, origin: &str) {
    let mut person = seeded::signed_in(server).await;
    person.also_visits(origin);

    let first = party.login(&mut person, &everything()).await;
    let (id_token, userinfo) = (&first["id_token"], &first["userinfo"]);
    assert_eq!(id_token["iss"], server.issuer, "{first}");
    assert!(id_token["sub"].is_string() && id_token["sub"] == userinfo["sub"], "{first}");
    let wanted = [Value::from(NAME), Value::from(person.email.as_str()), Value::from(true)];
    assert_eq!(["name", "email", "email_verified"].map(|claim| userinfo[claim].clone()), wanted, "{first}");
    assert!(userinfo["given_name"] == "Amina" && userinfo["family_name"].is_null(), "{first}");

    let again = party.login_at_once(&mut person).await;
    assert_eq!(again["id_token"]["sub"], id_token["sub"], "the same person is the same subject: {again}");
    assert_eq!(party.userinfo(&mut person).await["userinfo"]["email"], person.email.as_str());
    let refreshed = party.refresh(&mut person).await;
    assert_eq!(refreshed["userinfo"]["name"], NAME, "{refreshed}");

    stop_sharing(&mut person).await;
    let refused = party.userinfo(&mut person).await;
    assert_eq!(refused["status"], 401, "the next read after stopping: {refused}");
    let refused = party.refresh(&mut person).await;
    assert_eq!(refused["error"], "invalid_grant", "{refused}");

    let denied = party.login(&mut person, &Answers::deny()).await;
    assert_eq!(denied["error"], "access_denied", "{denied}");

    let part = party.login(&mut person, &Answers::only(&["given_name"])).await;
    let userinfo = &part["userinfo"];
    assert_eq!(userinfo["given_name"], "Amina", "{part}");
    let hidden = ["name", "email", "email_verified"].map(|claim| userinfo[claim].is_null());
    assert_eq!(hidden, [true; 3], "what was not ticked stays in the wallet: {part}");
    assert_eq!(part["id_token"]["sub"], id_token["sub"], "{part}");
}
