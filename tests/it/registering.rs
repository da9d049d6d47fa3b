//! Registration and sign-outs on both databases, past the doors: what time, races and other nodes do to them.

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::prelude::*;
use serde_json::{Map, Value, json};
use social_wallet::accounts::{self, NewAccount};
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::id::{AccountId, ClientId, SessionId};
use social_wallet::base::{Clock, Fault, Seconds, Secret};
use social_wallet::config::{Config, RegistrationMode};
use social_wallet::error::Error;
use social_wallet::jobs::upkeep;
use social_wallet::oauth::{Client, Code};
use social_wallet::provider::{client_documents, clients, initial_tokens, registration};
use social_wallet::store::database::accounts::Role;
use social_wallet::store::database::jobs::{self, Job};
use social_wallet::store::database::{Conn, schema, session_clients};

use crate::stores::{Nodes, on_both_with};
use crate::support::site::Site;

const CALLBACK: &str = "https://orbitphotos.example/callback";

fn document(members: Value) -> Map<String, Value> {
    let mut document = Map::from_iter([("redirect_uris".to_owned(), json!([CALLBACK]))]);
    document.extend(members.as_object().expect("an object").clone());
    document
}

fn code_of<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Code {
    match outcome {
        Err(Error::Protocol(error)) => error.code(),
        other => panic!("{other:?}"),
    }
}

fn advance(house: &Nodes, by: Seconds) {
    // The second node is the first itself on SQLite.
    let [a, b] = &house.nodes;
    a.clock.advance(by);
    if let (Clock::Fixed(one), Clock::Fixed(other)) = (&a.clock, &b.clock)
        && !std::sync::Arc::ptr_eq(one, other)
    {
        b.clock.advance(by);
    }
}

/// The events of a client in the trail, with the door that they came through.
async fn trail(app: &App, client: &ClientId) -> Vec<(String, Option<String>)> {
    let query = schema::audit_events::table
        .filter(schema::audit_events::client_id.eq(client.clone()))
        .order(schema::audit_events::id)
        .select((schema::audit_events::event, schema::audit_events::channel));
    let rows = app.db.read(move |conn| {
        Box::pin(async move {
            let rows = match conn {
                Conn::Pg(c) => diesel_async::RunQueryDsl::load(query, c).await,
                Conn::Lite(c) => diesel::RunQueryDsl::load(query, &mut **c),
            };
            rows.map_err(|e| Fault::internal("read the trail", e))
        })
    });
    rows.await.expect("the trail")
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7591_s3_the_last_use_of_a_token_has_one_winner_and_an_old_one_none() {
    let mut config = Config::default();
    config.registration.mode = RegistrationMode::Token;
    on_both_with(config, async |house: Nodes| {
        let (origin, [a, b]) = (Origin::house(), &house.nodes);
        let (_, token) = initial_tokens::make(a, "", 2, Seconds::days(1), &origin).await.expect("a token");
        let won = AtomicUsize::new(0);
        futures_util::future::join_all((0..12).map(async |n| {
            let node = if n % 2 == 0 { a } else { b };
            match registration::register(node, Some(token.expose()), document(json!({})), &origin).await {
                Ok(_) => drop(won.fetch_add(1, Ordering::SeqCst)),
                Err(Error::Protocol(error)) => assert_eq!(error.code(), Code::InvalidToken),
                Err(other) => panic!("{other:?}"),
            }
        }))
        .await;
        assert_eq!(won.load(Ordering::SeqCst), 2);
        assert_eq!(clients::list(b).await.expect("a list").len(), 2, "and nothing was kept of the others");

        let (_, token) = initial_tokens::make(a, "", 9, Seconds::hours(1), &origin).await.expect("a token");
        advance(&house, Seconds::hours(1));
        let late = registration::register(b, Some(token.expose()), document(json!({})), &origin).await;
        assert_eq!(code_of(late), Code::InvalidToken);
        assert_eq!(initial_tokens::list(a).await.expect("a list").len(), 2);
        advance(&house, Seconds::days(32));
        upkeep::sweep(a).await.expect("swept");
        assert_eq!(initial_tokens::list(a).await.expect("a list").len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7592_s2_what_a_client_does_is_in_the_trail_with_its_door() {
    let mut config = Config::default();
    config.registration.mode = RegistrationMode::Open;
    on_both_with(config, async |house: Nodes| {
        let (origin, [a, b]) = (Origin::house(), &house.nodes);
        let told = registration::register(a, None, document(json!({})), &origin).await.expect("registered");
        let id = ClientId::from(told["client_id"].as_str().expect("an id"));
        let token = told["registration_access_token"].as_str().expect("a token");
        let change = document(json!({"client_id": id, "client_name": "Orbit"}));
        registration::update(b, &id, token, change.clone(), &origin).await.expect("changed");
        assert_eq!(registration::read(a, &id, token).await.expect("told")["client_name"], "Orbit");
        // A change by an operator meanwhile is not lost: of what comes at once, each is seen or refused.
        let (one, other) = tokio::join!(
            registration::update(a, &id, token, change, &origin),
            clients::update(b, &id, |client| client.is_disabled = true, &origin),
        );
        assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
        if other.is_ok() && one.is_err() {
            assert!(clients::find(a, &id).await.expect("found").expect("a client").is_disabled);
        }
        clients::update(a, &id, |client| client.is_disabled = false, &origin).await.expect("back");
        registration::remove(b, &id, token, &origin).await.expect("removed");
        assert_eq!(code_of(registration::read(a, &id, token).await), Code::InvalidToken);
        // All of one moment, so in no order.
        let trail = trail(a, &id).await;
        let through = |event: &str| trail.contains(&(event.to_owned(), Some("registration".to_owned())));
        assert!(["client.created", "client.changed", "client.removed"].into_iter().all(through), "{trail:?}");
        assert!(trail.contains(&("client.changed".to_owned(), None)), "an operator's has none: {trail:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn client_id_metadata_s4_3_documents_are_renewed_and_may_be_away_for_a_day() {
    let site = Site::https().await;
    let mut config = Config::default();
    config.registration.metadata_documents = true;
    config.outbound.allow = vec![site.host()];
    config.outbound.extra_ca = Some(site.ca());
    let site = &site;
    let round = AtomicUsize::new(0);
    on_both_with(config, async |house: Nodes| {
        let (origin, [a, b]) = (Origin::house(), &house.nodes);
        let path = format!("/app{}", round.fetch_add(1, Ordering::SeqCst));
        let id = ClientId::from(site.url(&path));
        let say = |name: &str| {
            let members = json!({"client_id": id, "client_name": name});
            site.says(&path, "application/json", Value::Object(document(members)).to_string());
        };
        let find = async |app: &App| clients::find(app, &id).await.expect("found").expect("a client");
        say("Orbit");
        client_documents::prepare(a, &id, &origin).await.expect("made");
        client_documents::prepare(b, &id, &origin).await.expect("known");
        assert_eq!(site.heard(&path).len(), 1, "of two nodes one has read it");
        let made = find(b).await;
        assert!(made.is_self_registered && made.is_public() && made.identity_changed_at.is_none());
        // An operator's word stays.
        clients::update(a, &id, |client| client.domain_verified_at = Some(a.now()), &origin)
            .await
            .expect("vouched for");

        say("Orbit Photos");
        advance(&house, Seconds::hours(1));
        client_documents::prepare(b, &id, &origin).await.expect("renewed");
        let renewed = find(a).await;
        assert_eq!((renewed.client_name.as_str(), site.heard(&path).len()), ("Orbit Photos", 2));
        assert!(
            renewed.identity_changed_at.is_some() && renewed.domain_verified_at.is_some(),
            "people are asked again"
        );

        site.answers(&path, 500, "text/plain", "away");
        advance(&house, Seconds::hours(23));
        client_documents::prepare(a, &id, &origin).await.expect("it may be away for a while");
        advance(&house, Seconds::hours(1));
        assert_eq!(code_of(client_documents::prepare(a, &id, &origin).await), Code::InvalidClientMetadata);
        say("Orbit Photos");
        advance(&house, Seconds::minutes(2));
        client_documents::prepare(a, &id, &origin).await.expect("back again");
        let changes = trail(a, &id).await.into_iter().filter(|(_, door)| door.as_deref() == Some("metadata_document"));
        assert_eq!(changes.count(), 2, "made, and changed once");

        advance(&house, Seconds::days(8));
        upkeep::sweep(b).await.expect("swept");
        assert!(clients::find(a, &id).await.expect("found").is_none(), "nobody uses it");

        // What an operator has registered under such an identifier is not ours to replace.
        let own =
            Client { client_name: "Ours".into(), redirect_uris: vec![CALLBACK.into()], ..Client::new(id.clone()) };
        clients::create(a, own, &origin).await.expect("made");
        client_documents::prepare(b, &id, &origin).await.expect("left alone");
        advance(&house, Seconds::days(30));
        client_documents::prepare(b, &id, &origin).await.expect("left alone");
        assert_eq!(find(a).await.client_name, "Ours");
    })
    .await;
}

async fn person(app: &App) -> AccountId {
    let new = NewAccount {
        email: format!("{}@mail.example", crate::support::unique("amina-")),
        password: Some(Secret::new("zanzibar-ferry-9".to_owned())),
        locale: None,
        role: Role::Person,
        values: Vec::new(),
    };
    accounts::create(app, new, &Origin::house()).await.expect("an account")
}

/// Sign-outs that wait to be told: the client and the session.
async fn waiting(app: &App) -> Vec<(ClientId, Option<SessionId>)> {
    let rows = app.db.read::<_, Fault, _>(|conn| Box::pin(jobs::held_after(conn, None, 100))).await.expect("the queue");
    let told = rows.iter().filter_map(|row| match row.job(&app.sealers.job).expect("a job") {
        Job::Logout { client, session, .. } => Some((client, session)),
        _ => None,
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_backchannel_s2_3_a_session_of_weeks_remembers_its_clients_and_a_race_tells_once() {
    on_both_with(Config::default(), async |house: Nodes| {
        let (origin, [a, b]) = (Origin::house(), &house.nodes);
        let hearing = Client {
            redirect_uris: vec![CALLBACK.to_owned()],
            backchannel_logout_uri: Some("https://orbitphotos.example/out".to_owned()),
            ..Client::new("hearing".into())
        };
        clients::create(a, hearing, &origin).await.expect("a client");
        let account = person(a).await;
        let (session, _) = accounts::sessions::open(a, account, &["pwd"], true, &origin).await.expect("a session");
        let id = session.id;
        let noted = a.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { session_clients::insert(tx, id, &"hearing".into(), account).await })
        });
        noted.await.expect("noted");
        advance(&house, Seconds::days(20));
        upkeep::sweep(a).await.expect("swept");
        assert_eq!(waiting(b).await, [], "a session that goes on tells nobody");
        let (one, other) = tokio::join!(
            accounts::sessions::end(a, &session, "signed_out"),
            accounts::sessions::end_by_id(b, account, id, "ended_by_person", &origin),
        );
        one.expect("ended");
        other.expect("ended");
        assert_eq!(waiting(a).await, [("hearing".into(), Some(id))], "told once");
    })
    .await;
}
