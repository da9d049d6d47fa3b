//! What operators do, on both databases: the first administrator, locking, roles, deleting, counting.

use social_wallet::accounts::{self, NewAccount, sessions, sign_in};
use social_wallet::admin::clients::Counts;
use social_wallet::admin::setup::{self, NewAdmin};
use social_wallet::admin::{clients, people};
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::id::{AccountId, ClientId};
use social_wallet::base::{Fault, Seconds, Secret};
use social_wallet::error::{Denied, Error};
use social_wallet::oauth::Client;
use social_wallet::provider;
use social_wallet::store::database::accounts::Role;
use social_wallet::store::database::audit::{self, Between};
use social_wallet::store::database::settings;

use crate::support::apps::on_both;

const PASSWORD: &str = "zanzibar-ferry-9";

fn admin(email: &str, password: &str) -> NewAdmin {
    NewAdmin { email: email.to_owned(), name: "Amina Yusuf".to_owned(), password: Secret::new(password.to_owned()) }
}

async fn account(app: &App, email: &str) -> AccountId {
    let new = NewAccount {
        email: email.to_owned(),
        password: Some(Secret::new(PASSWORD.to_owned())),
        locale: None,
        role: Role::Person,
        values: vec![("name".to_owned(), "Amina Yusuf".to_owned())],
    };
    accounts::create(app, new, &Origin::house()).await.expect("an account")
}

/// How often each of the events stands in an account's trail.
async fn trail<const N: usize>(app: &App, account: AccountId, events: [&'static str; N]) -> [usize; N] {
    let all = Between::default();
    let rows = app.db.read::<_, Fault, _>(move |conn| Box::pin(audit::list(conn, account, all, 100))).await;
    let rows = rows.expect("the trail");
    events.map(|event| rows.iter().filter(|row| row.event == event).count())
}

fn denied<T: std::fmt::Debug>(result: Result<T, Error>) -> Denied {
    match result {
        Err(Error::Denied(denied)) => denied,
        other => panic!("not denied: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_link_makes_one_operator() {
    on_both(async |app| {
        let token = setup::make_link(app, &Origin::house()).await.expect("a link");
        assert!(token.expose().len() >= 43, "256 bits");
        let kept = app.db.read(|c| Box::pin(settings::find(c, "admin.setup_link"))).await.expect("read").expect("kept");
        assert!(!kept.contains(token.expose().as_str()), "the token itself is kept");
        assert!(setup::href(app, &token).starts_with("http://localhost:8080/setup/"));
        assert!(setup::is_open(app, token.expose()).await.expect("an answer"));
        assert!(!setup::is_open(app, "").await.expect("an answer"));
        assert!(!setup::is_open(app, &token.expose()[1..]).await.expect("an answer"));

        // What does not fit leaves the link open.
        let wrong = setup::finish(app, token.expose(), admin("amina@mail.example", "short"), &Origin::house()).await;
        assert!(matches!(denied(wrong), Denied::Invalid(fields) if fields[0].field == "password"));
        account(app, "taken@mail.example").await;
        let taken = setup::finish(app, token.expose(), admin("taken@mail.example", PASSWORD), &Origin::house()).await;
        assert_eq!(denied(taken), Denied::Conflict("problem-email-taken"));

        let racers = (0..6).map(|n| {
            let (app, token) = (app.clone(), token.clone());
            tokio::spawn(async move {
                let new = admin(&format!("amina{n}@mail.example"), PASSWORD);
                let done = setup::finish(&app, token.expose(), new, &Origin::house()).await;
                done.map(|id| (n, id)).map_err(|e| denied(Err::<(), _>(e)))
            })
        });
        let mut winners = Vec::new();
        for racer in racers.collect::<Vec<_>>() {
            match racer.await.expect("a racer") {
                Ok(winner) => winners.push(winner),
                Err(denied) => assert_eq!(denied, Denied::Expired),
            }
        }
        let [(n, id)] = winners[..] else { panic!("{} winners", winners.len()) };
        let email = format!("amina{n}@mail.example");
        let known = sign_in::with_password(app, &email, PASSWORD, &Origin::house()).await.expect("signs in");
        let summary = accounts::summary(app, id).await.expect("a summary");
        assert!(known == id && summary.is_admin() && summary.name() == "Amina Yusuf");
        assert_eq!(trail(app, id, ["admin.created", "account.created"]).await, [1, 1]);
        assert!(!setup::is_open(app, token.expose()).await.expect("an answer"), "used");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_link_is_voided_by_the_next_one_and_by_time() {
    on_both(async |app| {
        let first = setup::make_link(app, &Origin::house()).await.expect("a link");
        let second = setup::make_link(app, &Origin::house()).await.expect("another");
        assert!(!setup::is_open(app, first.expose()).await.expect("an answer"));
        let late = setup::finish(app, first.expose(), admin("amina@mail.example", PASSWORD), &Origin::house()).await;
        assert_eq!(denied(late), Denied::Expired);
        app.clock.advance(Seconds(setup::LIFETIME.0 - 1));
        assert!(setup::is_open(app, second.expose()).await.expect("an answer"));
        app.clock.advance(Seconds(1));
        assert!(!setup::is_open(app, second.expose()).await.expect("an answer"));
        let late = setup::finish(app, second.expose(), admin("amina@mail.example", PASSWORD), &Origin::house()).await;
        assert_eq!(denied(late), Denied::Expired);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_7_4_2_a_locked_account_is_signed_out_everywhere() {
    on_both(async |app| {
        let id = account(app, "amina@mail.example").await;
        let (_, cookie) = sessions::open(app, id, &["pwd"], false, &Origin::house()).await.expect("a session");
        sessions::open(app, id, &["pwd"], true, &Origin::house()).await.expect("another");
        assert_eq!(people::show(app, id).await.expect("a person").sessions, 2);

        assert!(people::lock(app, id, &Origin::house()).await.expect("locked"));
        assert!(!people::lock(app, id, &Origin::house()).await.expect("locked already"));
        assert!(sessions::find(app, cookie.expose()).await.expect("an answer").is_none());
        assert_eq!(people::show(app, id).await.expect("a person").sessions, 0);
        let refused = sign_in::with_password(app, "amina@mail.example", PASSWORD, &Origin::house()).await;
        assert!(matches!(denied(refused), Denied::Invalid(_)));
        assert_eq!(trail(app, id, ["account.locked", "session.ended"]).await, [1, 2]);

        assert!(people::unlock(app, id, &Origin::house()).await.expect("unlocked"));
        assert!(!people::unlock(app, id, &Origin::house()).await.expect("unlocked already"));
        assert!(sessions::find(app, cookie.expose()).await.expect("an answer").is_none(), "no session comes back");
        let known = sign_in::with_password(app, "amina@mail.example", PASSWORD, &Origin::house()).await;
        assert_eq!(known.expect("signs in"), id);
        assert_eq!(trail(app, id, ["account.unlocked"]).await, [1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_given_roles_and_deleted() {
    on_both(async |app| {
        let mut ids = Vec::new();
        for n in 0..3 {
            ids.push(account(app, &format!("amina{n}@mail.example")).await);
            app.clock.advance(Seconds(1));
        }
        ids.reverse();
        let first = people::list(app, None, 2).await.expect("a page");
        let second = people::list(app, first.next.as_deref(), 2).await.expect("the next page");
        let listed: Vec<AccountId> = first.items.iter().chain(&second.items).map(|p| p.account.id).collect();
        assert_eq!((listed, second.next), (ids.clone(), None));
        assert_eq!(first.items[0].email.as_deref(), Some("amina2@mail.example"));

        let found = people::find_by_email(app, "Amina1@mail.example").await.expect("an answer");
        assert_eq!(found, Some(ids[1]));
        assert_eq!(people::find_by_email(app, "nobody@mail.example").await.expect("an answer"), None);
        assert_eq!(people::find_by_email(app, "no address").await.expect("an answer"), None);

        assert!(people::set_role(app, ids[1], Role::Operator, &Origin::house()).await.expect("a role"));
        assert!(!people::set_role(app, ids[1], Role::Operator, &Origin::house()).await.expect("the same role"));
        assert_eq!(people::show(app, ids[1]).await.expect("a person").account.role, Role::Operator);
        assert_eq!(trail(app, ids[1], ["account.role_changed"]).await, [1]);

        people::delete(app, ids[1], &Origin::house()).await.expect("deleted");
        assert_eq!(trail(app, ids[1], ["account.deleted"]).await, [1]);
        assert_eq!(people::find_by_email(app, "amina1@mail.example").await.expect("an answer"), None);
        let house = Origin::house();
        assert_eq!(denied(people::delete(app, ids[1], &house).await), Denied::NotFound);
        assert_eq!(denied(people::lock(app, ids[1], &house).await), Denied::NotFound);
        assert_eq!(denied(people::unlock(app, ids[1], &house).await), Denied::NotFound);
        assert_eq!(denied(people::set_role(app, ids[1], Role::Person, &house).await), Denied::NotFound);
        assert!(matches!(people::show(app, ids[1]).await, Err(Error::Denied(Denied::NotFound))));
        account(app, "amina1@mail.example").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn domains_are_vouched_for_and_everything_is_counted() {
    on_both(async |app| {
        let house = Origin::house();
        let id = account(app, "amina@mail.example").await;
        sessions::open(app, id, &["pwd"], false, &house).await.expect("a session");
        sessions::open(app, id, &["pwd"], true, &house).await.expect("a remembered session");
        let client = Client {
            redirect_uris: vec!["https://orbitphotos.example/callback".to_owned()],
            ..Client::new(ClientId::from("orbit"))
        };
        let client = provider::clients::create(app, client, &house).await.expect("a client").id;
        let counts = clients::counts(app).await.expect("counts");
        assert_eq!(counts, Counts { accounts: 1, clients: 1, grants: 0, sessions: 2 });
        app.clock.advance(app.config.sessions.idle);
        assert_eq!(clients::counts(app).await.expect("counts").sessions, 1, "one is idle");

        let verified_at = async || {
            let found = provider::clients::find(app, &client).await.expect("an answer").expect("a client");
            found.domain_verified_at
        };
        clients::verify_domain(app, &client, &house).await.expect("verified");
        let first = verified_at().await.expect("a time");
        app.clock.advance(Seconds(5));
        clients::verify_domain(app, &client, &house).await.expect("verified again");
        assert_eq!(verified_at().await, Some(first), "since when it was vouched for");
        clients::unverify_domain(app, &client, &house).await.expect("taken back");
        assert_eq!(verified_at().await, None);
        let unknown = clients::verify_domain(app, &ClientId::from("nobody"), &house).await;
        assert_eq!(denied(unknown), Denied::NotFound);
    })
    .await;
}
