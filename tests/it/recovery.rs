//! A forgotten password on both databases: strangers are not told apart from people who have a wallet.

use diesel::prelude::*;
use social_wallet::accounts::{self, NewAccount, recovery};
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::Fault;
use social_wallet::base::id::ChallengeId;
use social_wallet::store::database::accounts::Role;
use social_wallet::store::database::jobs::{self, JobState, Lane};
use social_wallet::store::database::schema;
use social_wallet::store::database::{Conn, challenges};

use crate::stores::{Nodes, on_both};

async fn mails(app: &App) -> Vec<(JobState, Vec<u8>)> {
    let query = schema::jobs::table.order(schema::jobs::id).select((schema::jobs::state, schema::jobs::payload));
    let rows = app.db.read(move |conn| {
        Box::pin(async move {
            let rows = match conn {
                Conn::Pg(c) => diesel_async::RunQueryDsl::load(query, c).await,
                Conn::Lite(c) => diesel::RunQueryDsl::load(query, &mut **c),
            };
            rows.map_err(|e| Fault::internal("read the queue", e))
        })
    });
    rows.await.expect("the queue")
}

async fn challenge(app: &App, id: ChallengeId) -> challenges::Challenge {
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(challenges::find(conn, id)));
    found.await.expect("read").expect("a challenge")
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_6_3_8_a_stranger_causes_the_same_work_and_no_mail() {
    on_both(async |house: Nodes| {
        let [app, _] = &house.nodes;
        let origin = Origin::house();
        let new = NewAccount {
            email: "amina@mail.example".to_owned(),
            password: None,
            locale: None,
            role: Role::Person,
            values: Vec::new(),
        };
        accounts::create(app, new, &origin).await.expect("an account");
        let known = recovery::begin(app, "amina@mail.example", "en", &origin).await.expect("a challenge");
        let of_known = mails(app).await;
        let stranger = recovery::begin(app, "omari@mail.example", "en", &origin).await.expect("a challenge");
        let all = mails(app).await;
        assert_eq!((of_known.len(), all.len()), (1, 2), "one row each");
        assert_eq!(of_known[0].0, JobState::Queued);
        let of_stranger = all.iter().find(|row| !of_known.contains(row)).expect("the stranger's row");
        assert_eq!(of_stranger.0, JobState::Done, "nothing is sent");
        assert_eq!(of_stranger.1.len(), of_known[0].1.len());
        let now = app.now();
        let due = app
            .db
            .read::<_, Fault, _>(move |conn| Box::pin(jobs::due(conn, Lane::But(&[]), now, 10)))
            .await
            .expect("read");
        assert_eq!(due.len(), 1);
        let (known, stranger) = (challenge(app, known).await, challenge(app, stranger).await);
        assert_eq!(known.address.len(), stranger.address.len());
        assert!(known.account_id.is_some() && stranger.account_id.is_none());
        // No code is right, whichever is tried.
        for code in ["000000", "123456", "999999"] {
            assert!(recovery::prove(app, stranger.id, code).await.is_err());
        }
    })
    .await;
}
