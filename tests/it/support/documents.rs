//! People whose document reviewers have checked: kept through the store, as the desk keeps it.

use social_wallet::admin::people;
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::id::CaseId;
use social_wallet::base::{Fault, Seconds, Secret, Time};
use social_wallet::catalog::badges::IDENTITY;
use social_wallet::config::Config;
use social_wallet::wallet::badges::{self, Award, Level};
use social_wallet::wallet::identity::{self, Check, Document, DocumentKind, Identity};

use super::person::Person;
use super::server::{Server, Stores};

/// What is on every such document. Nothing of it is what people type here, so that the two are told apart.
pub const GIVEN_NAME: &str = "Aminatu";
pub const FAMILY_NAME: &str = "Yussuf-Haddad";
pub const BIRTHDATE: &str = "1990-03-31";
/// All of it, to look for where it must not be.
pub const SECRETS: [&str; 4] = [GIVEN_NAME, FAMILY_NAME, BIRTHDATE, "EGY"];

/// Somebody who is signed in, and whose passport two reviewers have looked at some days ago.
pub async fn signed_in(server: &Server) -> Person {
    let person = super::seeded::signed_in(server).await;
    check(&server.stores, &person.email, &Paper::default()).await;
    person
}

/// A document, and when it was checked.
pub struct Paper {
    pub kind: DocumentKind,
    pub family_name: &'static str,
    pub days_ago: i64,
}

impl Default for Paper {
    fn default() -> Self {
        Self { kind: DocumentKind::Passport, family_name: FAMILY_NAME, days_ago: 10 }
    }
}

/// The house on these stores, for what has no door.
pub async fn house(stores: &Stores) -> App {
    let mut config = Config::default();
    stores.data.path().clone_into(&mut config.data.dir);
    config.database.url = stores.database_url.clone().map(Secret::new);
    App::start(config).await.expect("the same stores once more")
}

/// Keeps what a checked document says, and awards its badge.
pub async fn check(stores: &Stores, email: &str, paper: &Paper) {
    let app = house(stores).await;
    let account = people::find_by_email(&app, email).await.expect("the database").expect("an account");
    let at = app.now() + Seconds::days(-paper.days_ago);
    let facts = facts(&app, paper, at);
    let unit = app.clone();
    let award = Award {
        level: Some(facts.level),
        case: Some(facts.case),
        expires_at: Some(facts.expires_at),
        ..Award::of(IDENTITY, at)
    };
    let kept = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            identity::keep(tx, &unit, account, &facts, "C01X00T47").await?;
            badges::award(tx, &unit, account, award, &Origin::house()).await?;
            Ok(())
        })
    });
    kept.await.expect("it is kept");
}

fn facts(app: &App, paper: &Paper, at: Time) -> Identity {
    let check =
        |(number, method): (u8, &str)| Check { id: format!("{method}-{number}"), method: method.to_owned(), at };
    Identity {
        case: CaseId::new(at, &app.random),
        level: Level::DocumentDual,
        verified_at: at,
        expires_at: at + Seconds::days(700),
        given_name: GIVEN_NAME.to_owned(),
        family_name: paper.family_name.to_owned(),
        birthdate: BIRTHDATE.to_owned(),
        nationalities: vec!["EGY".to_owned()],
        document: Document {
            kind: paper.kind,
            country: "EGY".to_owned(),
            issued_on: Some("2024-05-02".to_owned()),
            expires_on: Some("2034-05-01".to_owned()),
        },
        checks: [(1, "vri"), (1, "pvr"), (2, "vri"), (2, "pvr")].map(check).into(),
    }
}
