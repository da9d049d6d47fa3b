//! The gates on both databases, past the pages: what is issued, refreshed, revoked and told once something has changed.

use diesel::prelude::*;
use serde_json::Value;
use social_wallet::accounts::{self, NewAccount, Session};
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::id::{ClientId, FamilyId, GrantId};
use social_wallet::base::{Digest, Fault, Seconds, Secret};
use social_wallet::config::Config;
use social_wallet::error::{Denied, Error};
use social_wallet::oauth::grant::{Answer, Demand, Duration, Grant};
use social_wallet::oauth::{Client, Code, Params, Scope};
use social_wallet::provider::access::{self, Scheme};
use social_wallet::provider::client_auth::{AuthenticatedClient, Presented, authenticate};
use social_wallet::provider::sender::Shown;
use social_wallet::provider::userinfo::UserInfo;
use social_wallet::provider::{clients, grants, introspection, revocation, token, tokens, userinfo};
use social_wallet::store::database::accounts::Role;
use social_wallet::store::database::families::{self, Family, FamilyState};
use social_wallet::store::database::{Conn, Json, grants as kept, schema};

use crate::stores::{NOW, Nodes, on_both, on_both_with};

const REDIRECT: &str = "https://orbit.example/cb";

type TrailRow = (Option<Json<Vec<String>>>, Option<String>);

/// A person who is signed in and shares something with a client.
struct Shared<'a> {
    app: &'a App,
    session: Session,
    client: ClientId,
    secret: String,
    grant: Grant,
}

impl<'a> Shared<'a> {
    async fn begin(app: &'a App, scope: &str, claims: &[&str]) -> Self {
        let origin = Origin::house();
        let new = NewAccount {
            email: "amina@mail.example".to_owned(),
            password: Some(Secret::new("zanzibar-ferry-9".to_owned())),
            locale: None,
            role: Role::Person,
            values: vec![("name".to_owned(), "Amina Yusuf".to_owned())],
        };
        let account = accounts::create(app, new, &origin).await.expect("an account");
        let (session, _) = accounts::sessions::open(app, account, &["pwd"], false, &origin).await.expect("a session");
        let client = Client {
            client_name: "Orbit".to_owned(),
            redirect_uris: vec![REDIRECT.to_owned()],
            grant_types: ["authorization_code", "refresh_token", "client_credentials"].map(str::to_owned).to_vec(),
            scope: Scope::of(["openid", "profile", "email", "offline_access"]),
            id_token_signed_response_alg: "ES256".to_owned(),
            ..Client::new("orbit".into())
        };
        let made = clients::create(app, client, &origin).await.expect("a client");
        let asked = Demand {
            scope: Scope::read(scope).expect("a scope"),
            claims: claims.iter().map(|claim| (*claim).to_owned()).collect(),
            ..Demand::default()
        };
        let answer = Answer { offered: asked.clone(), allowed: asked, duration: Duration::UntilStopped };
        let grant = Grant::open(GrantId::new(NOW, &app.random), account, made.id.clone(), &answer, NOW);
        let row = grant.clone();
        let unit = app.db.write(move |tx| Box::pin(async move { kept::insert(tx, &row, Digest::of("seen")).await }));
        assert!(unit.await.map_err(|e: Fault| e.to_string()).expect("a grant"));
        let secret = made.secret.expect("a secret").expose().clone();
        Self { app, session, client: made.id, secret, grant }
    }

    /// An approved authorization, and its code.
    async fn code(&self) -> String {
        let (app, now) = (self.app, self.app.now());
        let scope = self.grant.allowed.scope.clone();
        let family = Family {
            id: FamilyId::new(now, &app.random),
            state: FamilyState::Code,
            client_id: self.client.clone(),
            account_id: self.grant.account,
            grant_id: self.grant.id,
            grant_epoch: self.grant.epoch as i32,
            session_id: Some(self.session.id),
            redirect_uri: REDIRECT.to_owned(),
            code_challenge: None,
            nonce: None,
            offline: scope.contains("offline_access"),
            scope,
            claims: None,
            authorization_details: None,
            acr: "pwd".to_owned(),
            amr: Json(vec!["pwd".to_owned()]),
            auth_time: now,
            wants_auth_time: false,
            binding: None,
            generation: 0,
            rotated_at: None,
            created_at: now,
            code_expires_at: now + Seconds(60),
            idle_expires_at: now + Seconds::days(30),
            expires_at: now + Seconds::days(180),
            ended_at: None,
            end_reason: None,
            resources: None,
            actor: None,
        };
        let code = tokens::write_code(app, family.id);
        let unit = app.db.write(move |tx| Box::pin(async move { families::insert(tx, &family).await }));
        unit.await.map_err(|e: Fault| e.to_string()).expect("a family");
        code
    }

    async fn caller(&self) -> AuthenticatedClient {
        let params = params(&[("client_id", self.client.as_str())]);
        let header = basic(self.client.as_str(), &self.secret);
        let presented = Presented::new(Some(&header), &params);
        authenticate(self.app, &presented, &Origin::house()).await.expect("the client")
    }

    /// Calls the token endpoint's verb; gives the answer as JSON, or the error's code.
    async fn token(&self, pairs: &[(&str, &str)]) -> Result<Value, Code> {
        let answer = token::exchange(self.app, self.caller().await, params(pairs), None, &Origin::house()).await;
        answer.map(|answer| serde_json::to_value(answer).expect("JSON")).map_err(code_of)
    }

    async fn redeem(&self, code: &str) -> Result<Value, Code> {
        self.token(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)]).await
    }

    async fn refresh(&self, token: &str) -> Result<Value, Code> {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    async fn userinfo(&self, token: &str) -> Result<Value, Error> {
        let access = access::check(self.app, token, Scheme::Bearer, &Shown::default()).await?;
        match userinfo::answer(self.app, access, &Origin::house()).await? {
            (_, UserInfo::Json(disclosure)) => Ok(serde_json::to_value(disclosure).expect("JSON")),
            (_, UserInfo::Jwt(token)) => panic!("not asked for: {token}"),
        }
    }

    async fn introspect(&self, token: &str) -> Value {
        let answer = introspection::answer(self.app, &self.caller().await, &params(&[("token", token)])).await;
        serde_json::to_value(answer.expect("an answer")).expect("JSON")
    }

    /// What the trail says of an event: what was released, or the reason.
    async fn trail(&self, event: &'static str) -> Vec<(Option<Vec<String>>, Option<String>)> {
        use schema::audit_events::dsl;
        let query = dsl::audit_events
            .filter(dsl::event.eq(event))
            .filter(dsl::account_id.eq(self.grant.account))
            .order(dsl::id)
            .select((dsl::released, dsl::reason));
        let rows = self.app.db.read(move |conn| {
            Box::pin(async move {
                let rows = match conn {
                    Conn::Pg(c) => diesel_async::RunQueryDsl::load::<TrailRow>(query, c).await,
                    Conn::Lite(c) => diesel::RunQueryDsl::load::<TrailRow>(query, &mut **c),
                };
                rows.map_err(|e| Fault::internal("read the trail", e))
            })
        });
        let rows = rows.await.expect("the trail");
        rows.into_iter().map(|(released, reason)| (released.map(|r| r.0), reason)).collect()
    }
}

fn basic(id: &str, secret: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}")))
}

fn params(pairs: &[(&str, &str)]) -> Params {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Params::from_form(body.as_bytes()).expect("parameters")
}

fn code_of(error: Error) -> Code {
    match error {
        Error::Protocol(error) => error.code(),
        other => panic!("{other:?}"),
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s5_1_no_scope_is_no_empty_scope() {
    on_both(async |house: Nodes| {
        let shared = Shared::begin(&house.nodes[0], "openid", &[]).await;
        let answer = shared.token(&[("grant_type", "client_credentials")]).await.expect("a token");
        assert!(answer.get("scope").is_none(), "{answer}");
        let about = shared.introspect(text(&answer, "access_token")).await;
        assert!(about["active"] == true && about.get("scope").is_none(), "{about}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s5_3_openid_alone_tells_the_subject_and_writes_it_down() {
    on_both(async |house: Nodes| {
        let shared = Shared::begin(&house.nodes[0], "openid", &[]).await;
        let answer = shared.redeem(&shared.code().await).await.expect("tokens");
        assert!(answer.get("refresh_token").is_none());
        let told = shared.userinfo(text(&answer, "access_token")).await.expect("an answer");
        assert_eq!(told.as_object().expect("an object").keys().collect::<Vec<_>>(), ["sub"]);
        assert_eq!(shared.trail("data.read").await, [(None, None)], "one read, of nothing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s11_offline_access_that_is_taken_back_refreshes_no_more() {
    on_both(async |house: Nodes| {
        let [a, b] = &house.nodes;
        let shared = Shared::begin(a, "openid profile offline_access", &["name"]).await;
        let answer = shared.redeem(&shared.code().await).await.expect("tokens");
        let (access, refresh) = (text(&answer, "access_token"), text(&answer, "refresh_token"));
        assert_eq!(shared.introspect(refresh).await["active"], true);
        let leave = async |lines: &[&str]| {
            let lines = lines.iter().map(|line| (*line).to_owned()).collect();
            let change = grants::Change { lines, picks: Vec::new(), duration: None, is_fresh: true };
            let (account, id) = (shared.grant.account, shared.grant.id);
            grants::change(b, account, id, change, &Origin::house()).await.expect("a change");
        };
        leave(&["name"]).await;
        assert_eq!(shared.introspect(refresh).await["active"], false);
        assert!(shared.userinfo(access).await.is_err(), "of the epoch before");
        assert_eq!(shared.refresh(refresh).await, Err(Code::InvalidGrant));
        // Ticking it again does not wake what was ended.
        leave(&["name", "offline_access"]).await;
        assert_eq!(shared.refresh(refresh).await, Err(Code::InvalidGrant));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7009_s2_2_revoked_twice_is_written_down_once() {
    on_both(async |house: Nodes| {
        let shared = Shared::begin(&house.nodes[0], "openid profile", &["name"]).await;
        let answer = shared.redeem(&shared.code().await).await.expect("tokens");
        let access = text(&answer, "access_token");
        for _ in 0..3 {
            let params = params(&[("token", access)]);
            revocation::revoke(shared.app, &shared.caller().await, &params, &Origin::house()).await.expect("revoked");
        }
        assert_eq!(shared.trail("token.revoked").await, [(None, Some("access_token".to_owned()))]);
        assert_eq!(shared.userinfo(access).await.map_err(code_of), Err(Code::InvalidToken));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn security_s5_1_a_code_of_a_session_that_ended_meanwhile_is_worth_nothing() {
    on_both(async |house: Nodes| {
        let [a, b] = &house.nodes;
        let shared = Shared::begin(a, "openid profile", &["name"]).await;
        accounts::sessions::end(b, &shared.session, "signed_out").await.expect("signed out");
        // The authorization was under way on another node, and is kept after the end of the session.
        let code = shared.code().await;
        assert_eq!(shared.redeem(&code).await, Err(Code::InvalidGrant));
        assert!(shared.trail("token.issued").await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn security_s7_userinfo_is_counted_by_authorization() {
    let mut config = Config::default();
    config.limits.userinfo = "1/min burst 2".parse().expect("a rate");
    on_both_with(config, async |house: Nodes| {
        let shared = Shared::begin(&house.nodes[0], "openid profile", &["name"]).await;
        let first = shared.redeem(&shared.code().await).await.expect("tokens");
        let other = shared.redeem(&shared.code().await).await.expect("tokens");
        for _ in 0..2 {
            assert_eq!(shared.userinfo(text(&first, "access_token")).await.expect("told")["name"], "Amina Yusuf");
        }
        let refused = shared.userinfo(text(&first, "access_token")).await;
        assert!(matches!(refused, Err(Error::Denied(Denied::TooMany { .. }))), "{refused:?}");
        assert!(shared.userinfo(text(&other, "access_token")).await.is_ok());
        assert_eq!(shared.trail("data.read").await.len(), 3, "what was refused was not read");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_6_2_3_a_new_password_that_is_refused_is_no_wrong_try() {
    on_both(async |house: Nodes| {
        let shared = Shared::begin(&house.nodes[0], "openid", &[]).await;
        let change = async |current: &str, new: &str| {
            accounts::password::change(shared.app, &shared.session, current, new, &Origin::house()).await
        };
        let field = |outcome: Result<(), Error>| match outcome {
            Err(Error::Denied(Denied::Invalid(fields))) => fields[0].field,
            other => panic!("{other:?}"),
        };
        for _ in 0..10 {
            assert_eq!(field(change("zanzibar-ferry-9", "short").await), "password");
        }
        assert_eq!(field(change("not the right one", "three unusual words").await), "current");
        change("zanzibar-ferry-9", "three unusual words").await.expect("changed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn security_s7_old_wrong_tries_are_forgotten_after_a_month() {
    let mut config = Config::default();
    config.limits.password_failures = 2;
    on_both_with(config, async |house: Nodes| {
        let app = &house.nodes[0];
        let _shared = Shared::begin(app, "openid", &[]).await;
        let sign_in = async |typed: &str| {
            accounts::sign_in::with_password(app, "amina@mail.example", typed, &Origin::house()).await
        };
        for _ in 0..2 {
            assert!(sign_in("not the right one").await.is_err());
        }
        let locked = sign_in("zanzibar-ferry-9").await;
        assert!(matches!(locked, Err(Error::Denied(Denied::Locked { .. }))), "{locked:?}");
        app.clock.advance(Seconds::days(30));
        assert!(sign_in("zanzibar-ferry-9").await.is_ok());
    })
    .await;
}
