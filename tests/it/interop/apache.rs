//! mod_auth_openidc (Debian): Apache guards a page; what arrived is in the page's headers.

use serde_json::Value;

use super::everything;
use super::stop_sharing;
use crate::support::form::Page;
use crate::support::person::Answers;
use crate::support::person::Person;
use crate::support::relying_party::RelyingParty;
use crate::support::relying_party::Stock;
use crate::support::seeded;
use crate::support::seeded::NAME;
use crate::support::server::Server;

fn claims(page: &Page, header: &str) -> Value {
    let text = page.header(header).unwrap_or_else(|| panic!("no {header} at {}: {}", page.url, page.text()));
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn mod_auth_openidc_signs_people_in() {
    let server = Server::start().await;
    let party = RelyingParty::start(Stock::ModAuthOpenidc, &server).await;
    let mut person = seeded::signed_in(&server).await;
    person.also_visits(&party.origin);
    let (login, verified) = (party.url("/login/"), party.url("/verified/"));

    let page = person.walk(&login, &everything()).await.page();
    let (id_token, userinfo) = (claims(&page, "x-id-token"), claims(&page, "x-userinfo"));
    assert_eq!(id_token["iss"], server.issuer);
    assert_eq!(id_token["sub"], userinfo["sub"]);
    assert_eq!(page.header("x-email"), Some(person.email.as_str()));
    assert!(userinfo["name"] == NAME && userinfo["email_verified"] == true, "{userinfo}");
    assert_eq!(person.visit(&verified).await.page().status, 200, "the page that asks for a verified address");

    // Another browser session at the relying party, the same one at the wallet: nobody is asked.
    person.jar.drop("mod_auth_openidc_session");
    let again = person.visit(&login).await.page();
    assert_eq!(claims(&again, "x-id-token")["sub"], id_token["sub"]);

    // The next page renews the token, is refused, and shows nothing.
    stop_sharing(&mut person).await;
    let page = person.visit(&login).await.page();
    assert!(page.header("x-id-token").is_none() && page.header("x-userinfo").is_none(), "{:?}", page.headers);
    let denied = denied_at(&mut person, &login).await;
    // It takes the `iss` beside the error (RFC 9207 §2) for a login that begins elsewhere, so its words are not the
    // error's; nobody is signed in all the same.
    assert!(denied.text().contains("Error:"), "{} {}", denied.status, denied.text());
    assert!(denied.header("x-id-token").is_none() && denied.url.query_pairs().any(|(_, said)| said == "access_denied"));

    let part = person.walk(&login, &Answers::only(&["given_name"])).await.page();
    let userinfo = claims(&part, "x-userinfo");
    assert_eq!(userinfo["given_name"], "Amina");
    assert!(userinfo["email"].is_null() && userinfo["name"].is_null(), "{userinfo}");
    assert!(matches!(part.header("x-email"), None | Some("(null)")), "{:?}", part.headers);
    assert_eq!(person.visit(&verified).await.page().status, 401, "no address, no page for verified ones");
}

/// Is asked for consent, which proves that the relying party has lost it, and says no.
async fn denied_at(person: &mut Person, url: &str) -> Page {
    let consent = person.walk_to_consent(url).await;
    person.decide(&consent, &Answers::deny()).await.page()
}
