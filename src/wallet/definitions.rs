//! Badges that clients define (WALLET.md §11.6): proposed by a client, approved by an operator, then issued.

use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::Fault;
use crate::base::id::{ClientId, DefinitionId};
use crate::error::{Denied, Error};
use crate::oauth;
use crate::store::database::badge_definitions as store;

pub use crate::store::database::badge_definitions::{Definition, DefinitionState};

/// The most that one client has (WALLET.md §18).
pub const MOST: i64 = 20;
/// The longest texts, in characters.
pub const MOST_NAME: usize = 60;
pub const MOST_DESCRIPTION: usize = 500;
pub const MOST_CRITERIA: usize = 2_000;

/// What a client says of a badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDefinition {
    pub name: String,
    pub description: String,
    /// What a person did who has it.
    pub criteria: String,
}

impl NewDefinition {
    /// # Errors
    /// `invalid_request` for a text that is missing, too long, or more than text.
    pub fn check(self) -> Result<Self, oauth::Error> {
        let bad = |why| Err(oauth::Error::invalid_request(why));
        let fits = |text: &str, most: usize| {
            let is_line = |c: char| !c.is_control() || c == '\n';
            !text.trim().is_empty() && text.chars().count() <= most && text.chars().all(is_line)
        };
        if !fits(&self.name, MOST_NAME) || self.name.contains('\n') {
            return bad("name must be one line of 1 to 60 characters");
        }
        if !fits(&self.description, MOST_DESCRIPTION) {
            return bad("description must be a text of 1 to 500 characters");
        }
        if !fits(&self.criteria, MOST_CRITERIA) {
            return bad("criteria must be a text of 1 to 2000 characters");
        }
        if word(&self.name).is_empty() {
            return bad("name needs a letter or a digit");
        }
        let [name, description, criteria] = [self.name, self.description, self.criteria].map(|t| t.trim().to_owned());
        Ok(Self { name, description, criteria })
    }
}

/// Keeps a definition for an operator to look at; the same one again is answered as it stands.
///
/// # Errors
/// A conflict where the client has another of that name, or as many as it may; a fault.
pub async fn propose(app: &App, client: &ClientId, new: NewDefinition, origin: &Origin) -> Result<Definition, Error> {
    let (unit, client, origin) = (app.clone(), client.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let app = &unit;
                let NewDefinition { name, description, criteria } = new;
                let definition = Definition {
                    id: DefinitionId::new(app.now(), &app.random),
                    slug: slug(&client, &name),
                    client_id: client,
                    name,
                    description,
                    criteria,
                    state: DefinitionState::Proposed,
                    created_at: app.now(),
                    decided_at: None,
                };
                let full = Error::Denied(Denied::Conflict("too_many_badge_definitions"));
                let known = store::find_by_slug(tx, &definition.slug).await?;
                if known.is_none() && store::count(tx, &definition.client_id).await? >= MOST {
                    return Err(full);
                }
                if known.is_none() && store::insert(tx, &definition).await? {
                    let client = Some(definition.client_id.clone());
                    let record = Record { client, ..Record::new("badge_definition.proposed") };
                    audit::record(tx, app, &record, &origin).await?;
                    return Ok(definition);
                }
                // Known before, or known by now.
                let known = store::find_by_slug(tx, &definition.slug).await?;
                let says_the_same = |known: &Definition| {
                    (&known.name, &known.description, &known.criteria)
                        == (&definition.name, &definition.description, &definition.criteria)
                };
                known.filter(says_the_same).ok_or(Error::Denied(Denied::Conflict("badge_definition_exists")))
            })
        })
        .await
}

/// Those in a state, oldest first; of every state where none is named.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(app: &App, state: Option<DefinitionState>) -> Result<Vec<Definition>, Fault> {
    app.db.read(move |conn| Box::pin(store::list(conn, state, 500))).await
}

/// The approved definition of that slug, which its public page tells of.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find_public(app: &App, slug: &str) -> Result<Option<Definition>, Fault> {
    let slug = slug.to_owned();
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(async move { store::find_by_slug(conn, &slug).await }));
    Ok(found.await?.filter(|definition| definition.state == DefinitionState::Approved))
}

/// An operator says whether a definition may be issued. What was issued stays.
///
/// # Errors
/// Not found where there is no such definition; a fault.
pub async fn decide(app: &App, id: DefinitionId, is_approved: bool, origin: &Origin) -> Result<Definition, Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let (state, event) = match is_approved {
                    true => (DefinitionState::Approved, "badge_definition.approved"),
                    false => (DefinitionState::Refused, "badge_definition.refused"),
                };
                let is_new = store::decide(tx, id, state, unit.now()).await?;
                let definition = store::find(tx, id).await?.ok_or(Error::Denied(Denied::NotFound))?;
                if is_new {
                    let record = Record { client: Some(definition.client_id.clone()), ..Record::new(event) };
                    audit::record(tx, &unit, &record, &origin).await?;
                }
                Ok(definition)
            })
        })
        .await
}

/// `client:<client slug>:<name>`.
pub fn slug(client: &ClientId, name: &str) -> String {
    let id = client.as_str();
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_' || c == b'.';
    let client = match id.len() <= 64 && id.bytes().all(is_plain) {
        true => id.to_owned(),
        // An identifier that is an address, or long.
        false => hex(id),
    };
    format!("client:{client}:{}", word(name))
}

/// A name as a word for an address: in letters of the Latin alphabet, or told apart by a hash.
fn word(name: &str) -> String {
    if !name.chars().any(char::is_alphanumeric) {
        return String::new();
    }
    let lower = name.trim().to_lowercase();
    match lower.chars().all(|c| c.is_ascii() || !c.is_alphanumeric()) {
        true => {
            let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join("_")
        }
        false => hex(&lower),
    }
}

fn hex(text: &str) -> String {
    Sha256::digest(text)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallet_s10_2_a_slug_names_its_client() {
        let of = |client: &str, name: &str| slug(&ClientId::from(client), name);
        assert_eq!(of("orbit", "Top Seller 2026!"), "client:orbit:top_seller_2026");
        assert_eq!(of("orbit", "  top  seller 2026"), "client:orbit:top_seller_2026");
        let arabic = of("orbit", "بائع متميز");
        assert!(arabic.starts_with("client:orbit:") && arabic.len() == "client:orbit:".len() + 16, "{arabic}");
        assert_ne!(arabic, of("orbit", "بائع"));
        let by_address = of("https://orbit.example/client.json", "a");
        assert!(by_address.ends_with(":a") && by_address.matches(':').count() == 2, "{by_address}");
    }

    #[test]
    fn wallet_s11_6_texts_have_a_length() {
        let new = |name: &str, description: &str, criteria: &str| {
            let [name, description, criteria] = [name, description, criteria].map(str::to_owned);
            NewDefinition { name, description, criteria }.check()
        };
        assert_eq!(new(" Seller ", "d", "c\nd").unwrap().name, "Seller");
        assert!(new(&"ä".repeat(60), &"d".repeat(500), &"c".repeat(2000)).is_ok());
        for (name, description, criteria) in [
            ("", "d", "c"),
            (&*"n".repeat(61), "d", "c"),
            ("a\nb", "d", "c"),
            ("!!!", "d", "c"),
            ("n", " ", "c"),
            ("n", &"d".repeat(501), "c"),
            ("n", "d", ""),
            ("n", "d", &"c".repeat(2001)),
            ("n", "d\u{7}", "c"),
        ] {
            assert!(new(name, description, criteria).is_err(), "{name}");
        }
    }
}
