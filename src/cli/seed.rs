//! What `demo` begins with: two people with filled wallets and a registered platform. There is no default password:
//! every one is random, and kept with the data, readable by its owner alone.

use std::io;

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use crate::accounts::{self, NewAccount};
use crate::admin::people;
use crate::app::App;
use crate::audit::Origin;
use crate::base::id::ClientId;
use crate::base::id::{AccountId, CaseId};
use crate::base::{Fault, Seconds, Secret};
use crate::catalog::badges::IDENTITY;
use crate::config::folder;
use crate::demo;
use crate::oauth::client::IdTokenClaims;
use crate::oauth::{Client, Scope};
use crate::provider::clients;
use crate::store::database::Conn;
use crate::store::database::accounts::Role;
use crate::wallet::badges::{self, Award, Level};
use crate::wallet::identity::{self, Check, Document, DocumentKind, Identity};

/// The platform's identifier.
const CLIENT_ID: &str = "orbit-photos";

/// Where the passwords and the secret are kept, inside the data folder.
const FILE: &str = "demo.json";

/// Whose document counts as checked.
const VERIFIED: &str = "amina";

/// For passwords that are read off a screen: no letters that look alike.
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// What is kept for the next start.
#[derive(Serialize, Deserialize)]
pub struct Seeded {
    client_secret: String,
    pub people: Vec<Person>,
}

/// A sample person, as the banner introduces them.
#[derive(Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub password: String,
}

impl Seeded {
    /// How the platform reaches its wallet.
    pub fn settings(&self, app: &App, origin: &str) -> demo::Settings {
        demo::Settings {
            issuer: app.config.issuer().to_owned(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: Secret::new(self.client_secret.clone()),
            origin: origin.to_owned(),
        }
    }
}

/// Sees to it that the sample people and the platform at `origin` are there; what is there already stays.
///
/// Sample people whose password nobody knows any more are made anew.
///
/// # Errors
/// A fault, or why the platform cannot be registered.
pub async fn seed(app: &App, origin: &str) -> Result<Seeded, Failure> {
    let kept = read(app)?;
    let is_kept = kept.is_some();
    let seeded = kept.unwrap_or_else(|| new(app));
    for (person, values) in seeded.people.iter().zip(WALLETS) {
        open_wallet(app, person, values, is_kept).await?;
    }
    register(app, &seeded, origin, is_kept).await?;
    // Last, so that a start that was cut short is made good by the next one.
    if !is_kept {
        let file = serde_json::to_vec_pretty(&seeded).map_err(|e| Fault::internal("write the sample's secrets", e))?;
        let path = app.config.data.dir.join(FILE);
        folder::create(&app.config.data.dir).map_err(|e| Fault::internal("make the data folder", e))?;
        folder::write(&path, &file).map_err(|e| Fault::internal("write the sample's secrets", e))?;
    }
    Ok(seeded)
}

fn read(app: &App) -> Result<Option<Seeded>, Failure> {
    let path = app.config.data.dir.join(FILE);
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Fault::internal("read the sample's secrets", e).into()),
    };
    let seeded: Option<Seeded> = serde_json::from_slice(&text).ok();
    let is_whole = |seeded: &Seeded| seeded.people.len() == WALLETS.len();
    seeded.filter(is_whole).map(Some).ok_or_else(|| {
        Failure::refused(format!("{} cannot be read; remove it, and the sample people are made anew", path.display()))
    })
}

fn new(app: &App) -> Seeded {
    let person = |values: &&[(&str, &str)]| {
        let value = |name: &str| values.iter().find(|(n, _)| *n == name).map_or("", |(_, text)| text).to_owned();
        let parts: Vec<String> = (0..4).map(|_| app.random.characters(5, LETTERS)).collect();
        let email = format!("{}@demo.example", value("preferred_username"));
        Person { name: value("name"), email, password: parts.join("-") }
    };
    let client_secret = format!("sw_cs_{}", app.random.token(32));
    Seeded { client_secret, people: WALLETS.iter().map(person).collect() }
}

async fn open_wallet(app: &App, person: &Person, values: &[(&str, &str)], is_kept: bool) -> Result<(), Failure> {
    let house = Origin::house();
    if let Some(id) = people::find_by_email(app, &person.email).await? {
        if is_kept {
            return Ok(());
        }
        people::delete(app, id, &house).await?;
    }
    let new = NewAccount {
        email: person.email.clone(),
        password: Some(Secret::new(person.password.clone())),
        locale: None,
        role: Role::Person,
        values: values.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
    };
    let id = accounts::create(app, new, &house).await?;
    if let Some(facts) = document_of(app, values) {
        let (unit, number) = (app.clone(), app.random.characters(9, LETTERS));
        app.db.write(move |tx| Box::pin(async move { check_document(tx, &unit, id, &facts, &number).await })).await?;
    }
    Ok(())
}

/// A document that two reviewers might have checked: of the first of the sample people alone, so that both ways of the
/// consent page can be seen.
fn document_of(app: &App, values: &[(&str, &str)]) -> Option<Identity> {
    let value = |name: &str| values.iter().find(|(n, _)| *n == name).map(|(_, text)| (*text).to_owned());
    if value("preferred_username").as_deref() != Some(VERIFIED) {
        return None;
    }
    let at = app.now();
    let check =
        |(number, method): (u8, &str)| Check { id: format!("{method}-{number}"), method: method.to_owned(), at };
    let years = |n: i64| (at + Seconds::days(365 * n)).rfc3339()[..10].to_owned();
    Some(Identity {
        case: CaseId::new(at, &app.random),
        level: Level::DocumentDual,
        verified_at: at,
        expires_at: at + Seconds::days(730),
        given_name: [value("given_name")?, value("middle_name")?].join(" "),
        family_name: value("family_name")?,
        birthdate: value("birthdate")?,
        nationalities: vec!["EGY".to_owned()],
        document: Document {
            kind: DocumentKind::Passport,
            country: "EGY".to_owned(),
            issued_on: Some(years(-2)),
            expires_on: Some(years(5)),
        },
        checks: [(1, "vri"), (1, "pvr"), (2, "vri"), (2, "pvr")].map(check).into(),
    })
}

/// Keeps what a document says and awards the badge of it, as reviewers do who agree.
async fn check_document(
    tx: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    facts: &Identity,
    number: &str,
) -> Result<(), Fault> {
    identity::keep(tx, app, account, facts, number).await?;
    let award = Award {
        level: Some(facts.level),
        case: Some(facts.case),
        expires_at: Some(facts.expires_at),
        ..Award::of(IDENTITY, facts.verified_at)
    };
    badges::award(tx, app, account, award, &Origin::house()).await?;
    Ok(())
}

async fn register(app: &App, seeded: &Seeded, origin: &str, is_kept: bool) -> Result<(), Failure> {
    let settings = seeded.settings(app, origin);
    let house = Origin::house();
    let id = ClientId::from(CLIENT_ID);
    let known = clients::find(app, &id).await?;
    if let Some(known) = known {
        if is_kept && clients::is_secret(app, Some(&known), &seeded.client_secret) {
            if !known.has_redirect_uri(&settings.redirect_uri()) {
                clients::update(app, &id, |client| describe(client, &settings), &house).await?;
            }
            return Ok(());
        }
        clients::remove(app, &id, &house).await?;
    }
    let now = app.now();
    let mut client = Client {
        client_name: "Orbit Photos".into(),
        grant_types: vec!["authorization_code".into(), "refresh_token".into()],
        scope: Scope::of(demo::SCOPE.iter().copied()),
        id_token_signed_response_alg: app.config.keys.default_alg.clone(),
        id_token_claims: IdTokenClaims::Granted,
        essential_claims: vec!["email".into()],
        recommended_claims: vec!["name".into(), "picture".into()],
        domain_verified_at: Some(now),
        ..Client::new(id)
    };
    for (claim, why) in [
        ("email", "To tell you when somebody shares an album with you"),
        ("phone_number", "To text you a code when you share an album with the public"),
        ("birthdate", "To show children albums for children alone"),
        ("wallet_badges", "To show your friends that it is you"),
        ("wallet_photos", "To print them on the cover of your albums"),
        ("offline_access", "To keep your name and photo up to date in your friends’ albums"),
    ] {
        client.purposes.insert(claim.into(), why.into());
    }
    describe(&mut client, &settings);
    let secret = Secret::new(seeded.client_secret.clone());
    clients::create_with_secret(app, client, Some(secret), &house).await?;
    Ok(())
}

/// Where the platform is.
fn describe(client: &mut Client, settings: &demo::Settings) {
    client.redirect_uris = vec![settings.redirect_uri()];
    client.post_logout_redirect_uris = vec![settings.post_logout_redirect_uri()];
    client.client_uri = Some(format!("{}/", settings.origin));
    client.policy_uri = Some(settings.policy_uri());
    client.tos_uri = Some(settings.tos_uri());
}

/// What their wallets hold: every claim that a person types.
const WALLETS: &[&[(&str, &str)]] = &[
    &[
        ("name", "Amina Yusuf"),
        ("given_name", "Amina"),
        ("family_name", "Yusuf"),
        ("middle_name", "Leila"),
        ("nickname", "Mina"),
        ("preferred_username", "amina"),
        ("profile", "https://social.example/amina"),
        ("website", "https://amina.example"),
        ("gender", "female"),
        ("birthdate", "1990-04-01"),
        ("zoneinfo", "Africa/Cairo"),
        ("locale", "ar-EG"),
        ("phone_number", "+20 2 2577 0000"),
        (
            "address",
            r#"{"street_address":"12 Talaat Harb St","locality":"Cairo","postal_code":"11511","country":"Egypt"}"#,
        ),
        ("wallet_display_name", "Mina Y."),
        ("wallet_headline", "Street photographer"),
        ("wallet_pronouns", "she/her"),
        ("wallet_bio", "Early mornings, old lenses.\nAsk me about Alexandria."),
        ("wallet_location", "Cairo"),
        ("wallet_links", "https://amina.example/prints\nhttps://amina.example/talks"),
        ("wallet_languages", "ar\nen\nfr"),
        ("wallet_interests", "Photography\nTrams\nTea"),
        ("wallet_accent_color", "#1d4ed8"),
    ],
    &[
        ("name", "Jonas Weber"),
        ("given_name", "Jonas"),
        ("family_name", "Weber"),
        ("middle_name", "Emil"),
        ("nickname", "Jo"),
        ("preferred_username", "jonas"),
        ("profile", "https://social.example/jonas"),
        ("website", "https://jonas.example"),
        ("gender", "male"),
        ("birthdate", "1984-11-23"),
        ("zoneinfo", "Europe/Berlin"),
        ("locale", "de-DE"),
        ("phone_number", "+49 30 901820"),
        (
            "address",
            r#"{"street_address":"Lindenweg 7","locality":"Berlin","postal_code":"10115","country":"Germany"}"#,
        ),
        ("wallet_display_name", "Jo"),
        ("wallet_headline", "Builds wooden boats"),
        ("wallet_pronouns", "he/him"),
        ("wallet_bio", "Sawdust in every pocket."),
        ("wallet_location", "Berlin"),
        ("wallet_links", "https://jonas.example/boats"),
        ("wallet_languages", "de\nen"),
        ("wallet_interests", "Sailing\nJoinery"),
        ("wallet_accent_color", "#b45309"),
    ],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::claims;

    #[test]
    fn their_wallets_hold_every_claim_that_people_type() {
        for wallet in WALLETS {
            for claim in claims::typed().map(|c| c.name).chain(["phone_number"]) {
                assert!(wallet.iter().any(|(name, _)| *name == claim), "{claim} is missing");
            }
        }
    }
}
