//! What the plan's person has beside typed values: a photo of themselves, and a document, for plans about verified
//! identity. Both are kept through the stores of the provider, which works on them as on its own.

use std::path::PathBuf;
use std::time::Duration;

use social_wallet::admin::people;
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::id::{AccountId, CaseId};
use social_wallet::base::{Fault, Seconds};
use social_wallet::catalog::badges::IDENTITY;
use social_wallet::config::Config;
use social_wallet::wallet::badges::{self, Award, Level};
use social_wallet::wallet::identity::{self, Check, Document, DocumentKind, Identity};

use social_wallet::store::database::media::State;
use social_wallet::wallet::media::shelf;
use social_wallet::wallet::media::uploads::{self, Announced};
use social_wallet::wallet::profile;

use crate::{Result, photos};

/// The wallet of one person, beside the provider that runs on it.
pub struct Wallet {
    app: App,
    account: AccountId,
}

impl Wallet {
    pub async fn open(data: PathBuf, email: &str) -> Result<Self> {
        let mut config = Config::default();
        config.data.dir = data;
        let app = App::start(config).await?;
        let found = people::find_by_email(&app, email).await.map_err(|e| format!("find the person: {e:?}"))?;
        Ok(Self { account: found.ok_or("nobody has this address")?, app })
    }

    /// Adds a photo and makes it the picture of the profile; the provider looks at it and makes it anew.
    pub async fn show_face(&self) -> Result<()> {
        let face = Announced { file_name: "me.jpg".to_owned(), ..Announced::default() };
        let bytes = futures_util::stream::iter([Ok(photos::jpeg(400, 400).into())]);
        let taken = uploads::bring(&self.app, self.account, face, bytes).await;
        let id = taken.map_err(|e| format!("upload a photo: {e:?}"))?.id;
        for _ in 0..300 {
            if shelf::find(&self.app, self.account, id).await.is_ok_and(|item| item.state == State::Ready) {
                let chosen = profile::set_picture(&self.app, self.account, Some(id), &Origin::house()).await;
                return chosen.map_err(|e| format!("choose a photo: {e:?}").into());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err("the provider did not take the photo within a minute".into())
    }

    /// Keeps a passport that two reviewers agreed on. What it says stands in plans.toml too.
    pub async fn check_document(&self) -> Result<()> {
        let (app, account) = (&self.app, self.account);
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
}
