//! The database on both backends, the same cases: one winner per code and per refresh, replay, withdrawal, schema.

use std::sync::Arc;

use social_wallet::app::App;
use social_wallet::base::id::{AccountId, ClientId, FamilyId, GrantId};
use social_wallet::base::{Clock, Digest, Fault, Random, Seconds, Secret, Time};
use social_wallet::config::Config;
use social_wallet::config::secrets::generate;
use social_wallet::oauth::client::Client;
use social_wallet::oauth::grant::{Answer, Demand, Duration, Grant, GrantState};
use social_wallet::oauth::scope::Scope;
use social_wallet::store::database::accounts::{self, Account, AccountState, Role};
use social_wallet::store::database::clients::{self, ClientRow, ClientState};
use social_wallet::store::database::families::{self, Family, FamilyState, Redeeming, Rotating};
use social_wallet::store::database::{Json, grants};

use crate::support::parts::{Folder, Postgres};

/// How often a race is run: enough that an unguarded read-then-write loses it hundreds of times.
const ROUNDS: usize = 400;
pub const NOW: Time = Time::from_unix(1_795_000_000);
const REDIRECT: &str = "https://orbitphotos.example/callback";

/// Two nodes of one house over one database. The second is the first itself on SQLite, which one process owns.
pub struct Nodes {
    pub nodes: [App; 2],
    _folder: Folder,
}

async fn nodes(url: Option<String>, mut config: Config) -> Nodes {
    let folder = Folder::new("stores");
    config.data.dir = folder.path().to_owned();
    config.database.url = url.clone().map(Secret::new);
    let start = || App::start_with(config.clone(), Clock::fixed(NOW), Random::Os);
    let first = start().await.expect("the first node starts");
    let second = if url.is_some() { start().await.expect("the second node starts") } else { first.clone() };
    Nodes { nodes: [first, second], _folder: folder }
}

pub async fn on_both(case: impl AsyncFn(Nodes)) {
    on_both_with(Config::default(), case).await;
}

/// As [`on_both`], with settings of the caller's.
pub async fn on_both_with(config: Config, case: impl AsyncFn(Nodes)) {
    case(nodes(None, config.clone()).await).await;
    case(nodes(Some(Postgres::shared().await.database().await), config).await).await;
}

/// An account, a client and a grant between them.
async fn granted(app: &App) -> Grant {
    let random = &app.random;
    let account = Account {
        id: AccountId::new(NOW, random),
        state: AccountState::Active,
        role: Role::Person,
        locale: Some("ar".to_owned()),
        revision: 1,
        created_at: NOW,
        updated_at: NOW,
    };
    let client = ClientRow {
        id: ClientId::new(random),
        metadata: Json(Client::new(ClientId::from("cli_x"))),
        state: ClientState::Active,
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    };
    let scope = Scope::read("openid email").expect("a scope");
    let asked = Demand { scope, claims: ["email".to_owned()].into(), ..Demand::default() };
    let answer = Answer { offered: asked.clone(), allowed: asked, duration: Duration::UntilStopped };
    let grant = Grant::open(GrantId::new(NOW, random), account.id, client.id.clone(), &answer, NOW);
    let kept = grant.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                accounts::insert(tx, &account, b"wrapped").await?;
                assert!(clients::insert(tx, &client).await?);
                assert!(grants::insert(tx, &kept, Digest::of("seen")).await?);
                Ok::<_, Fault>(())
            })
        })
        .await
        .expect("an account, a client, a grant");
    grant
}

/// A family under the grant, in state `code`.
async fn coded(app: &App, grant: &Grant) -> FamilyId {
    let family = Family {
        id: FamilyId::new(NOW, &app.random),
        state: FamilyState::Code,
        client_id: grant.client.clone(),
        account_id: grant.account,
        grant_id: grant.id,
        grant_epoch: grant.epoch as i32,
        session_id: None,
        redirect_uri: REDIRECT.to_owned(),
        code_challenge: Some("challenge".to_owned()),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        scope: grant.allowed.scope.clone(),
        claims: None,
        authorization_details: None,
        acr: "pwd".to_owned(),
        amr: Json(vec!["pwd".to_owned()]),
        auth_time: NOW,
        wants_auth_time: false,
        binding: None,
        offline: true,
        generation: 0,
        rotated_at: None,
        created_at: NOW,
        code_expires_at: NOW + Seconds(60),
        idle_expires_at: NOW + Seconds::days(30),
        expires_at: NOW + Seconds::days(180),
        ended_at: None,
        end_reason: None,
        resources: None,
        actor: None,
    };
    let id = family.id;
    app.db.write(move |tx| Box::pin(async move { families::insert(tx, &family).await })).await.expect("a family");
    id
}

async fn redeem(app: App, id: FamilyId, client: ClientId, challenge: &'static str, at: Time) -> Option<Family> {
    let unit = app.db.write(move |tx| {
        Box::pin(async move {
            let with = Redeeming {
                id,
                client: &client,
                redirect_uri: REDIRECT,
                code_challenge: Some(challenge),
                binding: None,
            };
            families::redeem(tx, &with, at).await
        })
    });
    unit.await.expect("the database answers")
}

async fn rotate(app: App, id: FamilyId, client: ClientId, generation: i32) -> Option<Family> {
    let unit = app.db.write(move |tx| {
        Box::pin(async move {
            let idle_expires_at = NOW + Seconds::days(30);
            let client = &client;
            let next = generation + 1;
            let with = Rotating { id, client, generation, next, binding: None, keeps_binding: false, idle_expires_at };
            families::rotate(tx, &with, NOW).await
        })
    });
    unit.await.expect("the database answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s4_1_2_of_two_that_race_one_redeems_the_code() {
    on_both(async |house| {
        let [a, b] = &house.nodes;
        let grant = granted(a).await;
        for round in 0..ROUNDS {
            let id = coded(a, &grant).await;
            let racers = [a, b].map(|n| tokio::spawn(redeem(n.clone(), id, grant.client.clone(), "challenge", NOW)));
            let mut winners = 0;
            for racer in racers {
                winners += usize::from(racer.await.expect("a racer").is_some());
            }
            assert_eq!(winners, 1, "{} round {round}", a.db.name());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9700_s4_14_a_refresh_family_has_one_live_branch() {
    on_both(async |house| {
        let [a, b] = &house.nodes;
        let grant = granted(a).await;
        let id = coded(a, &grant).await;
        redeem(a.clone(), id, grant.client.clone(), "challenge", NOW).await.expect("redeemed");
        for round in 0..ROUNDS {
            let generation = i32::try_from(round).expect("few rounds") + 1;
            let racers = [a, b].map(|n| tokio::spawn(rotate(n.clone(), id, grant.client.clone(), generation)));
            let mut winners = 0;
            for racer in racers {
                winners += usize::from(racer.await.expect("a racer").is_some());
            }
            assert_eq!(winners, 1, "{} round {round}", a.db.name());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s4_1_3_a_code_fits_only_what_it_was_bound_to() {
    on_both(async |house| {
        let [app, _] = &house.nodes;
        let grant = granted(app).await;
        let id = coded(app, &grant).await;
        let own = grant.client.clone();
        let late = NOW + Seconds(61);
        assert!(redeem(app.clone(), id, "cli_other".into(), "challenge", NOW).await.is_none(), "another client");
        assert!(redeem(app.clone(), id, own.clone(), "other", NOW).await.is_none(), "another verifier");
        assert!(redeem(app.clone(), id, own.clone(), "challenge", late).await.is_none(), "an expired code");
        let family = redeem(app.clone(), id, own.clone(), "challenge", NOW).await.expect("the right one");
        assert_eq!((family.state, family.generation), (FamilyState::Active, 1));
        assert_eq!(family.scope, Scope::read("openid email").expect("a scope"));
        assert!(redeem(app.clone(), id, own, "challenge", NOW).await.is_none(), "a second time");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_grant_ends_its_families_in_the_same_unit() {
    on_both(async |house| {
        let [a, b] = &house.nodes;
        let grant = granted(a).await;
        let id = coded(a, &grant).await;
        redeem(a.clone(), id, grant.client.clone(), "challenge", NOW).await.expect("redeemed");
        let ended = grant.clone();
        let unit = a.db.write(move |tx| {
            Box::pin(async move {
                let done =
                    grants::end(tx, ended.account, ended.id, GrantState::Withdrawn, "stopped by the person", NOW);
                assert!(done.await?);
                families::end_by_grant(tx, ended.id, "grant withdrawn", NOW).await
            })
        });
        assert_eq!(unit.await.map_err(|e: Fault| e.to_string()), Ok(1));
        assert!(rotate(b.clone(), id, grant.client.clone(), 1).await.is_none(), "the other node refuses at once");
        let live = b.db.read(move |c| Box::pin(families::live(c, id, b"jti"))).await.expect("read");
        let live = live.expect("the row stays for reuse detection");
        assert_eq!(live.family.state, FamilyState::Ended);
        assert_eq!(live.standing.grant.grant.state, GrantState::Withdrawn);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_fails_leaves_nothing_on_either_backend() {
    on_both(async |house| {
        let [app, _] = &house.nodes;
        let grant = Arc::new(granted(app).await);
        let id = coded(app, &grant).await;
        let failed = app.db.write::<(), Fault, _>(move |tx| {
            Box::pin(async move {
                families::end(tx, id, "a test", NOW).await?;
                Err(Fault::broken("a test"))
            })
        });
        assert!(failed.await.is_err());
        let family = app.db.read(move |c| Box::pin(families::find(c, id))).await.expect("read").expect("a family");
        assert_eq!(family.state, FamilyState::Code);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_start_together_migrate_once() {
    let folder = Folder::new("stores");
    let mut config = Config::default();
    config.data.dir = folder.path().to_owned();
    config.database.url = Some(Secret::new(Postgres::shared().await.database().await));
    let (a, b) = tokio::join!(App::start(config.clone()), App::start(config));
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let all = std::fs::read_dir(folder).expect("the migrations").count();
    for app in [a.expect("the first node starts"), b.expect("the second node starts")] {
        let state = app.db.migrations().await.expect("the migrations");
        assert!(state.pending.is_empty() && state.applied.len() == all, "{state:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_keys_than_those_of_the_data_are_refused() {
    for url in [None, Some(Postgres::shared().await.database().await)] {
        let folder = Folder::new("stores");
        let mut config = Config::default();
        config.data.dir = folder.path().to_owned();
        config.database.url = url.map(Secret::new);
        let start = async |config: &Config| App::start(config.clone()).await.map(|_| ()).map_err(|e| e.to_string());
        let (first, second) = (generate(&Random::Os), generate(&Random::Os));
        let keyed = |master_keys: String, pepper: &Secret<String>| {
            let mut config = config.clone();
            config.secrets.master_keys = Some(Secret::new(master_keys));
            config.secrets.pepper = Some(pepper.clone());
            config
        };
        let old = first.0.expose().to_owned();
        start(&keyed(old.clone(), &first.1)).await.expect("the first start");
        start(&keyed(old.clone(), &first.1)).await.expect("the second start");
        let rotated = format!("{old},2:{}", Random::Os.token(32));
        start(&keyed(rotated, &first.1)).await.expect("a new key behind the old one");
        for wrong in [keyed(second.0.expose().to_owned(), &first.1), keyed(old, &second.1)] {
            let said = start(&wrong).await.expect_err("other keys");
            assert!(said.contains("made with other keys. Put secrets.master_keys"), "{said}");
        }
    }
}
