//! People whom reviewers have verified. The product is entered from within: the server has to be stopped meanwhile.

use social_wallet::admin::people;
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::id::{AccountId, BadgeId, CaseId};
use social_wallet::base::{Clock, Fault, Random, Seconds, Secret, Time};
use social_wallet::config::Config;
use social_wallet::wallet::badges::{self, Award};
use social_wallet::wallet::identity::{self, Check, Document, DocumentKind, Identity, Level};

use super::platform::now;
use super::server::{Server, Stores};

/// The house of a server that is stopped, some time later.
pub async fn house(stores: &Stores, by: Seconds) -> App {
    let mut config = Config::default();
    config.data.dir = stores.data.path().to_owned();
    config.database.url = stores.database_url.clone().map(Secret::new);
    let clock = Clock::fixed(Time::from_unix(now().cast_signed()) + by);
    App::start_with(config, clock, Random::Os).await.expect("the house starts")
}

pub async fn account(app: &App, email: &str) -> AccountId {
    people::find_by_email(app, email).await.expect("the database").expect("an account")
}

/// Awards a badge.
pub async fn award(app: &App, account: AccountId, award: Award) -> BadgeId {
    let unit = app.clone();
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { badges::award(tx, &unit, account, award, &Origin::house()).await })
    });
    work.await.expect("an award")
}

/// What reviewers write down of somebody who was born on that day.
pub async fn verify(app: &App, account: AccountId, birthdate: &str, level: Level) -> BadgeId {
    let now = app.now();
    let (case, expires_at) = (CaseId::new(now, &app.random), now + Seconds::days(700));
    let check = |method: &str| Check { id: format!("chk_{method}"), method: method.to_owned(), at: now };
    let facts = Identity {
        case,
        level,
        verified_at: now,
        expires_at,
        given_name: "Amina Leila".to_owned(),
        family_name: "Yusuf".to_owned(),
        birthdate: birthdate.to_owned(),
        nationalities: vec!["EGY".to_owned()],
        document: Document {
            kind: DocumentKind::Passport,
            country: "EGY".to_owned(),
            issued_on: Some("2021-05-02".to_owned()),
            expires_on: Some("2031-05-01".to_owned()),
        },
        checks: vec![check("vri"), check("pvr")],
    };
    let unit = app.clone();
    let kept = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { identity::keep(tx, &unit, account, &facts, "X1234567").await })
    });
    kept.await.expect("facts");
    let of_case = Award { level: Some(level), case: Some(case), expires_at: Some(expires_at), ..identity_award(now) };
    award(app, account, of_case).await
}

fn identity_award(now: Time) -> Award {
    Award::of("identity_verified", now)
}

/// Stops the server, verifies these people, and starts it again.
pub async fn verify_at(server: &Server, emails: &[&str], birthdate: &str, level: Level) {
    server.stop();
    {
        let app = house(&server.stores, Seconds(0)).await;
        for email in emails {
            let account = account(&app, email).await;
            verify(&app, account, birthdate, level).await;
        }
    }
    server.restart().await;
}

/// The day of somebody's birth who had that many years on a day before today.
pub fn born(years: i64) -> String {
    let at = Time::from_unix(now().cast_signed()) - Seconds::days(years * 366);
    at.rfc3339()[..10].to_owned()
}
