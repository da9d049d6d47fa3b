//! Two platforms to which a person gave everything compare all that they were told (issue 4, "Done when" 4; R3): ids,
//! links, addresses of pictures, badges, cursors, tags, times. Nothing but what the person chose for both is the same.

mod allowed;
mod atoms;
mod doors;
mod scene;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::platform::{Platform, Tokens, payload};

use self::atoms::Told;
use self::scene::{House, Owner};

/// One platform: a client that reads UserInfo as JSON, and one of the same host that gets it as a JWT.
struct Party {
    clients: [Platform; 2],
    told: Told,
}

impl Party {
    async fn at(house: &House, host: &str) -> Self {
        Self { clients: [house.client(host, false).await, house.client(host, true).await], told: Told::default() }
    }

    /// Is given everything, and reads all of it at every door.
    async fn reads(&mut self, owner: &mut Owner, email: &str) -> Tokens {
        let mut first = None;
        for client in &self.clients {
            let tokens = owner.shares(client, email, &mut self.told).await;
            doors::open(client, &tokens, &mut self.told).await;
            first.get_or_insert(tokens);
        }
        owner.shares_by_device(&self.clients[0], email, &mut self.told).await;
        first.expect("two clients")
    }
}

/// What stands in both and nobody allowed.
fn in_common(one: &Told, other: &Told, texts: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for (value, places) in &one.values {
        let Some(others) = other.values.get(value) else { continue };
        let bad: BTreeSet<_> = places.union(others).filter(|p| !allowed::is_allowed(p, value, texts)).collect();
        if !bad.is_empty() {
            found.push(format!("{value:?} at {bad:?}"));
        }
    }
    for (window, all) in &one.windows {
        let Some(others) = other.windows.get(window) else { continue };
        // Equal texts are judged above.
        let own: Vec<_> = all.difference(others).chain(others.difference(all)).collect();
        if !own.is_empty() {
            found.push(format!("the bytes {window:02x?} are in {own:?}"));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn r3_two_platforms_cannot_find_out_that_they_know_the_same_person() {
    let house = House::start().await;
    let (mut a, mut b) = (Party::at(&house, "a.example").await, Party::at(&house, "b.example").await);
    let mut owner = house.person(&a.clients[0], &mut a.told).await;
    let emails = owner.emails.clone();
    let of_a = a.reads(&mut owner, &emails[0]).await;
    // Times of the requests themselves are no secret: they are not the same second.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let of_b = b.reads(&mut owner, &emails[1]).await;
    assert!(owner.receipts(&of_a.claims["sub"], &mut a.told).await > 1);
    assert!(owner.receipts(&of_b.claims["sub"], &mut b.told).await > 1);

    // The person signs out, and both are told; then stops sharing with both.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let page = owner.person.sign_out().await;
    assert_eq!(page.status, 200, "{}", page.text());
    for (party, host) in [(&mut a, "a.example"), (&mut b, "b.example")] {
        for heard in house.site.hears(&format!("/out-{host}"), 2).await {
            let mut token = payload(&heard.fields()["logout_token"]);
            // Both are told of one sign-out while it happens: the second of it is no secret between them.
            for at in ["iat", "exp"] {
                token.as_object_mut().expect("claims").remove(at).expect("a time");
            }
            party.told.json("logout token", &token);
        }
    }
    owner.person.sign_in().await;
    for _ in 0..4 {
        crate::protocol::oidc_core_userinfo::stop_sharing(&mut owner.person).await;
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }
    for (party, tokens) in [(&mut a, &of_a), (&mut b, &of_b)] {
        let gone = party.clients[0].userinfo(&tokens.access).await;
        assert_eq!(gone.status, 401, "{}", gone.text());
        party.told.answer("refused", &gone);
        doors::refused(&party.clients[0], tokens, &mut party.told).await;
    }

    // Each was told the address that was picked for it, and knows nothing of the other.
    assert!(a.told.values.contains_key(&emails[0]) && !a.told.values.contains_key(&emails[1]));
    assert!(b.told.values.contains_key(&emails[1]) && !b.told.values.contains_key(&emails[0]));
    for told in [&a.told, &b.told] {
        // Enough was told to compare.
        assert!(told.values.len() > 300 && told.windows.len() > 3000, "{} {}", told.values.len(), told.windows.len());
    }
    // The phone was picked for both; who awarded a badge, and what it is called, is what the badge says.
    let awarded_by = a.clients[0].client.id.clone();
    let badge = format!("client:{awarded_by}:top_seller");
    let texts = allowed::texts(&house.server.issuer, &[&owner.phone, &awarded_by, &badge]);
    let found = in_common(&a.told, &b.told, &texts);
    assert!(found.is_empty(), "{} in common:\n{}", found.len(), found.join("\n"));
}
