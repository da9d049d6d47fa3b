//! The document of the plan's person, for plans about verified identity: kept as the desk keeps what reviewers found.

use std::path::PathBuf;

use social_wallet::admin::people;
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::id::CaseId;
use social_wallet::base::{Fault, Seconds};
use social_wallet::catalog::badges::IDENTITY;
use social_wallet::config::Config;
use social_wallet::wallet::badges::{self, Award, Level};
use social_wallet::wallet::identity::{self, Check, Document, DocumentKind, Identity};

use crate::Result;

/// Keeps a passport that two reviewers agreed on, in the data folder of a provider. What it says stands in plans.toml
/// too.
pub async fn check_document(data: PathBuf, email: &str) -> Result<()> {
    let mut config = Config::default();
    config.data.dir = data;
    let app = App::start(config).await?;
    let account = people::find_by_email(&app, email).await?.ok_or("nobody has this address")?;
    let at = app.now() + Seconds::days(-10);
    let check =
        |(number, method): (u8, &str)| Check { id: format!("{method}-{number}"), method: method.to_owned(), at };
    let facts = Identity {
        case: CaseId::new(at, &app.random),
        level: Level::DocumentDual,
        verified_at: at,
        expires_at: at + Seconds::days(700),
        given_name: "Amina Noor".to_owned(),
        family_name: "Yusuf".to_owned(),
        birthdate: "1990-02-28".to_owned(),
        nationalities: vec!["DEU".to_owned()],
        document: Document {
            kind: DocumentKind::Passport,
            country: "DEU".to_owned(),
            issued_on: Some("2024-05-02".to_owned()),
            expires_on: Some("2034-05-01".to_owned()),
        },
        checks: [(1, "vri"), (1, "pvr"), (2, "vri"), (2, "pvr")].map(check).into(),
    };
    let award = Award {
        level: Some(facts.level),
        case: Some(facts.case),
        expires_at: Some(facts.expires_at),
        ..Award::of(IDENTITY, at)
    };
    let unit = app.clone();
    let kept = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            identity::keep(tx, &unit, account, &facts, "C01X00T47").await?;
            badges::award(tx, &unit, account, award, &Origin::house()).await?;
            Ok(())
        })
    });
    Ok(kept.await?)
}
