//! `EVENTS`: every row of the table is told by a story that ends in it, with whom and what it concerns.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;
use serde_json::Value;
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::{Clock, Fault, Random, Seconds, Secret, Time};
use social_wallet::catalog::EVENTS;
use social_wallet::config::Config;
use social_wallet::jobs::upkeep;
use social_wallet::provider::keys::Purpose;
use social_wallet::wallet::badges::{self, Award};

use crate::awarding::Scene;
use crate::linked::{Theirs, unlink};
use crate::media::files::jpeg;
use crate::reach;
use crate::rights::{bundles, deletion, import};
use crate::signals;
use crate::support::database::{self, embedded};
use crate::support::desk::{Applicant, Clerk};
use crate::support::eventually;
use crate::support::hand::Hand;
use crate::support::parts::Postgres;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Method, NewClient, Platform, Tokens, now};
use crate::support::seeded;
use crate::support::server::{Server, Stores};
use crate::support::verified;
use crate::trail::deeds;

/// A row of the trail; what is absent is empty.
#[derive(Clone, Debug, diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    event: String,
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = Text)]
    client: String,
    #[diesel(sql_type = Text)]
    reason: String,
}

const TRAIL: &str = "SELECT id, event, outcome, COALESCE(account_id, '') AS account, \
                     COALESCE(client_id, '') AS client, COALESCE(reason, '') AS reason FROM audit_events ORDER BY id";

/// The whole trail, read past the product: no door shows what is for staff.
async fn trail(stores: &Stores) -> Vec<Row> {
    let Some(url) = &stores.database_url else {
        return diesel::sql_query(TRAIL).load(&mut embedded(stores)).expect("the trail");
    };
    let rows = Postgres::connect(url).await.query(TRAIL, &[]).await.expect("the trail");
    let row = |row: tokio_postgres::Row| Row {
        id: row.get(0),
        event: row.get(1),
        outcome: row.get(2),
        account: row.get(3),
        client: row.get(4),
        reason: row.get(5),
    };
    rows.into_iter().map(row).collect()
}

/// A house, and how far its trail has been read.
struct House {
    server: Server,
    seen: BTreeSet<String>,
    /// Every event that was told: of whoever is deleted none is left.
    heard: BTreeSet<String>,
}

impl House {
    /// What was written since the last look: event, outcome, account, client, reason; the account and the client of
    /// the story by these words, others as they are. Keys are made meanwhile and have a story of their own.
    async fn told(&mut self, account: &str, client: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for row in trail(&self.server.stores).await {
            self.heard.insert(row.event.clone());
            if !row.event.starts_with("key.") && self.seen.insert(row.id) {
                let named = |text: &str, own: &str, word: &str| match text {
                    "" => "-".to_owned(),
                    text if text == own => word.to_owned(),
                    text => text.to_owned(),
                };
                let (account, client) = (named(&row.account, account, "account"), named(&row.client, client, "client"));
                let reason = named(&row.reason, "", "");
                lines.push(format!("{} {} {account} {client} {reason}", row.event, row.outcome));
            }
        }
        lines.sort();
        lines
    }

    fn account(&self, person: &Person) -> String {
        let shown = self.server.cli(&["account", "show", &person.email, "--json"]);
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        shown["account_id"].as_str().expect("an account").to_owned()
    }

    async fn must_tell(&mut self, what: &str, account: &str, client: &str, lines: &[&str]) {
        assert_eq!(self.told(account, client).await, lines, "{what}");
    }
}

async fn a_wallet_is_opened_and_kept(house: &mut House) {
    let mut person = Person::signed_up(&house.server).await;
    let account = house.account(&person);
    let opened = ["account.created ok account - -", "email.verified ok account - -", "session.opened ok account - -"];
    house.must_tell("signing up", &account, "", &opened).await;

    let mut again = person.elsewhere();
    let page = again.visit("/signup").await.page();
    again.submit(&page, &page.form("email").fill("email", &person.email)).await;
    house.must_tell("a known address", &account, "", &["sign_up.refused refused - - address_known"]).await;

    let page = person.visit("/account/profile/edit").await.page();
    person.submit(&page, &page.form("given_name").fill("given_name", "Amina")).await;
    house.must_tell("an edit", &account, "", &["profile.changed ok account - -"]).await;

    let page = person.visit("/account/security").await.page();
    let fresh = "a walk along three rivers";
    let form = page.form("current").fill("current", &person.password).fill("password", fresh);
    person.submit(&page, &form).await;
    house.must_tell("a new password", &account, "", &["password.changed ok account - -"]).await;
    person.sign_out().await;
    house.must_tell("leaving", &account, "", &["session.ended ok account - signed_out"]).await;
}

/// Sends the code of a letter or a text message.
async fn enter(person: &mut Person, code: &str) {
    let page = person.visit("/account/contacts").await.page();
    person.submit(&page, &page.form("code").fill("code", code)).await;
}

async fn addresses_come_and_go(house: &mut House) {
    const NUMBER: &str = "+4915112345678";
    let mut first = Person::signed_up(&house.server).await;
    let account = house.account(&first);
    house.told(&account, "").await;
    let second = format!("second-{}", first.email);
    let page = first.visit("/account/contacts").await.page();
    first.submit(&page, &page.form("email").fill("email", &second)).await;
    let code = house.server.letter_to(&second, 0).await.code().expect("a code");
    house.must_tell("a code is on its way", &account, "", &[]).await;
    enter(&mut first, &code).await;
    house.must_tell("one more address", &account, "", &["email.verified ok account - -"]).await;
    let page = first.visit("/account/contacts").await.page();
    let page = first.submit(&page, &page.form_to("/primary")).await.page();
    house.must_tell("the main one", &account, "", &["email.primary_changed ok account - -"]).await;
    first.submit(&page, &page.form_to("/remove")).await;
    house.must_tell("taken out", &account, "", &["email.removed ok account - -"]).await;

    let page = first.visit("/account/contacts").await.page();
    for number in [NUMBER, "+4915112345679"] {
        first.submit(&page, &page.form("phone").fill("phone", number)).await;
        house.must_tell(number, &account, "", &["phone.added ok account - -"]).await;
    }
    let page = first.visit("/account/contacts").await.page();
    first.submit(&page, &page.form_to("/primary")).await;
    house.must_tell("the main number", &account, "", &["phone.primary_changed ok account - -"]).await;
    let page = first.visit("/account/contacts").await.page();
    first.submit(&page, &page.form_to("/remove")).await;
    house.must_tell("a number taken out", &account, "", &["phone.removed ok account - -"]).await;
    first.submit(&page, &page.form("phone").fill("phone", NUMBER)).await;
    let code = house.server.text_to(NUMBER, 1).await.code();
    enter(&mut first, &code).await;
    assert!(house.told(&account, "").await.contains(&"phone.verified ok account - -".to_owned()));

    let mut other = Person::signed_up(&house.server).await;
    let theirs = house.account(&other);
    house.told(&theirs, "").await;
    let page = other.visit("/account/contacts").await.page();
    other.submit(&page, &page.form("email").fill("email", &second)).await;
    house.must_tell("known", &theirs, "", &["email.refused refused account - address_known"]).await;
    other.submit(&page, &page.form("email").fill("email", &first.email)).await;
    house.must_tell("free again", &theirs, "", &[]).await;
    other.submit(&page, &page.form("phone").fill("phone", NUMBER)).await;
    let code = house.server.text_to(NUMBER, 2).await.code();
    enter(&mut other, &code).await;
    let lines = house.told(&theirs, "").await;
    let contested = format!("phone.contested ok {account} - -");
    for line in ["phone.added ok account - -", "phone.verified ok account - -", &contested] {
        assert!(lines.iter().any(|told| told == line), "{line}: {lines:?}");
    }
}

async fn a_password_is_guessed_and_forgotten(house: &mut House) {
    let mut person = Person::signed_up(&house.server).await;
    let account = house.account(&person);
    house.told(&account, "").await;

    let mut thief = person.elsewhere();
    thief.password = "zanzibar-ferry-9".to_owned();
    let mut told = Vec::new();
    // The wait doubles with every try: sooner or later a try comes too early, however slow the machine.
    for _ in 0..8 {
        thief.sign_in().await;
        told.extend(house.told(&account, "").await);
        if told.iter().any(|line| line.ends_with("too_many")) {
            break;
        }
    }
    told.sort();
    told.dedup();
    let refused = ["sign_in.refused refused account - too_many", "sign_in.refused refused account - wrong_password"];
    assert_eq!(told, refused);

    let mut stranger = Person::new(&house.server);
    let page = stranger.visit("/recover").await.page();
    stranger.submit(&page, &page.form("email").fill("email", &stranger.email)).await;
    let unknown = ["password.reset_requested refused - - address_unknown"];
    house.must_tell("nobody's address", &account, "", &unknown).await;

    let mut elsewhere = person.elsewhere();
    let page = elsewhere.visit("/recover").await.page();
    let page = elsewhere.submit(&page, &page.form("email").fill("email", &person.email)).await.page();
    house.must_tell("forgotten", &account, "", &["password.reset_requested ok account - -"]).await;
    let page = elsewhere.next_step(&page).await.page();
    elsewhere.password = "a walk along three rivers".to_owned();
    elsewhere.next_step(&page).await;
    let reset =
        ["password.reset ok account - -", "session.ended ok account - password_reset", "session.opened ok account - -"];
    house.must_tell("chosen anew", &account, "", &reset).await;
    assert_eq!(person.visit("/account").await.page().url.path(), "/signin");
}

/// Signs in once more, where the grant says yes already.
async fn once_more(platform: &Platform, person: &mut Person) -> (Tokens, String) {
    let tokens = platform.sign_in(person, "openid email offline_access").await;
    let refresh = tokens.refresh.clone().expect("a refresh token");
    (tokens, refresh)
}

async fn something_is_shared_until_it_is_not(house: &mut House) {
    let mut person = Person::signed_up(&house.server).await;
    let account = house.account(&person);
    let platform = Platform::at(&house.server, &NewClient::new(Method::Basic)).await;
    let client = platform.client.id.clone();
    house.told(&account, &client).await;
    let attempt = platform.attempt("openid email offline_access");
    person.authorize(attempt.url.as_str(), &Answers::deny()).await;
    house.must_tell("no", &account, &client, &["consent.refused ok account client -"]).await;

    let allowed = Answers::only(&["email", "offline_access"]).for_duration("until_stopped");
    let callback = person.authorize(attempt.url.as_str(), &allowed).await;
    let yes = ["authorization.approved ok account client -", "consent.given ok account client -"];
    house.must_tell("yes", &account, &client, &yes).await;
    let code = platform.code(&attempt, &callback);
    assert_eq!(platform.exchange(&attempt, &code).await.status, 200);
    // The ID Token carries what is shared.
    let issued = ["data.read ok account client -", "token.issued ok account client -"];
    house.must_tell("a code", &account, &client, &issued).await;
    platform.exchange(&attempt, &code).await.must_refuse(400, "invalid_grant");
    let replayed = ["token.code_replayed refused account client code_replayed"];
    house.must_tell("the code again", &account, &client, &replayed).await;

    let (_, first) = once_more(&platform, &mut person).await;
    house.told(&account, &client).await;
    let second = platform.refresh(&first).await.json()["refresh_token"].as_str().expect("a token").to_owned();
    assert_eq!(platform.refresh(&second).await.status, 200);
    let (read, refreshed) = ("data.read ok account client -", "token.refreshed ok account client -");
    house.must_tell("two refreshes", &account, &client, &[read, read, refreshed, refreshed]).await;
    platform.refresh(&first).await.must_refuse(400, "invalid_grant");
    let replayed = ["token.family_replayed refused account client refresh_replayed"];
    house.must_tell("an old refresh token", &account, &client, &replayed).await;

    let (tokens, refresh) = once_more(&platform, &mut person).await;
    house.told(&account, &client).await;
    platform.userinfo(&tokens.access).await;
    house.must_tell("a read", &account, &client, &["data.read ok account client -"]).await;
    platform.revoke(&tokens.access).await;
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    platform.revoke(&refresh).await;
    let revoked = [
        "data.refused refused account client token_revoked",
        "token.revoked ok account client access_token",
        "token.revoked ok account client refresh_token",
    ];
    house.must_tell("given back", &account, &client, &revoked).await;

    let list = person.visit("/account/apps").await.page();
    let page = person.visit(list.link("/account/apps/").expect("an app").as_str()).await.page();
    let page = person.submit(&page, &page.form("duration").tick_only("claim", &[])).await.page();
    house.must_tell("less", &account, &client, &["consent.changed ok account client -"]).await;
    let page = person.visit(page.link("/stop").expect("a way to stop").as_str()).await.page();
    person.submit(&page, &page.form_to("/stop")).await;
    house.must_tell("stopped", &account, &client, &["grant.withdrawn ok account client -"]).await;
    // The sentence for events without one is never needed.
    let activity = person.visit("/account/activity").await.page().text();
    assert!(activity.contains("You stopped sharing") && !activity.contains("Your wallet was changed."), "{activity}");
}

async fn platforms_come_and_go(house: &mut House) {
    let mut platform = Platform::at(&house.server, &NewClient::new(Method::Post)).await;
    let id = platform.client.id.clone();
    house.must_tell("registered", "", &id, &["client.created ok - client -"]).await;
    platform.client.secret = Some("x".repeat(43));
    platform.token(&[("grant_type", "authorization_code"), ("code", "x")]).await.must_refuse(401, "invalid_client");
    let refused = ["client.authentication_refused refused - client wrong_secret"];
    house.must_tell("a wrong secret", "", &id, &refused).await;
    for change in [&["update", &id, "--name", "Orbit"][..], &["rotate-secret", &id], &["disable", &id]] {
        house.server.cli(&[&["client"], change].concat());
        house.must_tell(change[0], "", &id, &["client.changed ok - client -"]).await;
    }
    house.server.cli(&["client", "remove", &id]);
    house.must_tell("removed", "", &id, &["client.removed ok - client -"]).await;
}

async fn operators_look_after_people(house: &mut House) {
    let link: Value = serde_json::from_str(&house.server.cli(&["admin", "setup-link", "--json"])).expect("JSON");
    house.must_tell("a link", "", "", &["admin.link_made ok - - -"]).await;
    let mut operator = Person::new(&house.server);
    let page = operator.visit(link["url"].as_str().expect("a link")).await.page();
    let form = page.form("password").fill("email", &operator.email).fill("password", &operator.password);
    operator.submit(&page, &form).await;
    let set_up = [
        "account.created ok account - -",
        "admin.created ok account - -",
        "email.verified ok account - -",
        "session.opened ok account - -",
    ];
    let account = house.account(&operator);
    house.must_tell("set up", &account, "", &set_up).await;

    let person = Person::signed_up(&house.server).await;
    let account = house.account(&person);
    house.told(&account, "").await;
    let steps: [(&[&str], &[&str]); 5] = [
        (&["role", &account, "operator"], &["account.role_changed ok account - operator"]),
        (&["role", &account, "person"], &["account.role_changed ok account - person"]),
        (&["lock", &account], &["account.locked ok account - -", "session.ended ok account - account_locked"]),
        (&["unlock", &account], &["account.unlocked ok account - -"]),
        (
            &["delete", &account],
            &[
                "account.deleted ok account - staff",
                "account.deletion_finished ok account - staff",
                "account.deletion_step ok account - bundles",
                "account.deletion_step ok account - keys",
                "account.deletion_step ok account - media",
                "account.deletion_step ok account - rows",
                "account.deletion_step ok account - scrub",
                "account.deletion_step ok account - trail",
            ],
        ),
    ];
    for (command, lines) in steps {
        house.server.cli(&[&["account"], command].concat());
        house.must_tell(command[0], &account, "", lines).await;
        if command[0] == "lock" {
            person.elsewhere().sign_in().await;
            let closed = ["sign_in.refused refused account - account_closed"];
            house.must_tell("a closed account", &account, "", &closed).await;
        }
    }
}

async fn signing_keys_come_and_go(house: &House) {
    let server = &house.server;
    let told = async |event: &str| {
        let rows = trail(&server.stores).await.into_iter().filter(|row| row.event == event);
        rows.map(|row| format!("{} {}", row.outcome, row.reason)).collect::<BTreeSet<_>>()
    };
    let each: BTreeSet<String> = Purpose::ALL.iter().map(|purpose| format!("ok {}", purpose.as_str())).collect();
    eventually("a key of each kind is told of", Duration::from_secs(60), async || {
        (told("key.created").await == each).then_some(())
    })
    .await;
    server.cli(&["key", "rotate", "--alg", "EdDSA", "--now"]);
    assert_eq!(told("key.rotated").await, BTreeSet::from(["ok EdDSA".to_owned()]));

    // A day later the old key has had its time.
    server.stop();
    let mut config = Config::default();
    config.data.dir = server.stores.data.path().to_owned();
    config.database.url = server.stores.database_url.clone().map(Secret::new);
    let later = Time::from_unix(now().cast_signed()) + Seconds::days(1);
    let app = App::start_with(config, Clock::fixed(later), Random::Os).await.expect("the house starts");
    upkeep::sweep(&app).await.expect("a sweep");
    assert_eq!(told("key.removed").await, BTreeSet::from(["ok EdDSA".to_owned()]));
    upkeep::sweep(&app).await.expect("a sweep");
    let rows = trail(&server.stores).await.into_iter().filter(|row| row.event == "key.removed");
    assert_eq!(rows.count(), 1, "told once");
}

/// What a platform may do beyond signing people in: ask them elsewhere, hand a token on, give a grant back.
async fn platforms_do_more(house: &mut House) {
    const CIBA: &str = "urn:openid:params:grant-type:ciba";
    const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
    let made: Value =
        serde_json::from_str(&house.server.cli(&["client", "initial-token", "add", "--json"])).expect("JSON");
    let id = made["id"].as_str().expect("an identifier");
    house.server.cli(&["client", "initial-token", "remove", id]);
    let lines = ["client.initial_token_made ok - - -", "client.initial_token_removed ok - - -"];
    house.must_tell("an initial access token", "", "", &lines).await;

    let client = NewClient::new(Method::Basic).with("--scope", "openid email grant_management_revoke");
    let grants = ["authorization_code", "client_credentials", CIBA, EXCHANGE];
    let client = grants.into_iter().fold(client, |client, name| client.with("--grant-type", name));
    let platform = Platform::at(&house.server, &client).await;
    let mut person = Person::signed_up(&house.server).await;
    let account = house.account(&person);
    let tokens = platform.sign_in(&mut person, "openid").await;
    house.told(&account, &platform.client.id).await;

    let asked = [("scope", "openid"), ("login_hint", person.email.as_str())];
    assert_eq!(platform.post("backchannel_authentication_endpoint", &asked).await.status, 200);
    house.must_tell("CIBA", &account, &platform.client.id, &["approval.requested ok account client -"]).await;

    let kind = "urn:ietf:params:oauth:token-type:access_token";
    let exchange = [("grant_type", EXCHANGE), ("subject_token", &*tokens.access), ("subject_token_type", kind)];
    assert_eq!(platform.token(&exchange).await.status, 200);
    house.must_tell("an exchange", &account, &platform.client.id, &["token.exchanged ok account client -"]).await;

    let own = [("grant_type", "client_credentials"), ("scope", "grant_management_revoke")];
    let own = platform.token(&own).await.json();
    let grant = tokens.body["grant_id"].as_str().expect("a grant_id");
    let url = format!("{}/{grant}", platform.endpoint("grant_management_endpoint"));
    let token = own["access_token"].as_str().expect("a token");
    let answer = crate::support::platform::Answer::of(platform.http.delete(url).bearer_auth(token)).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let lines = house.told(&account, &platform.client.id).await;
    assert!(lines.iter().any(|line| line.starts_with("grant.terminated ok account client")), "{lines:?}");
}

async fn photos_come_and_go(house: &mut House) {
    let person = Person::signed_up(&house.server).await;
    let account = house.account(&person);
    house.told(&account, "").await;
    let mut hand = Hand::with(&house.server, person).await;
    let id = hand.upload(&jpeg(40, 30)).await;
    hand.ready(&id).await;
    house.must_tell("a photo", &account, "", &["media.added ok account - -"]).await;
    let torn = hand.upload(&jpeg(40, 30)[..200]).await;
    hand.settled(&torn).await;
    house.must_tell("half a photo", &account, "", &["media.rejected refused account - decode"]).await;
    for (deed, event) in
        [("delete", "trashed"), ("restore", "restored"), ("delete", "trashed"), ("destroy", "destroyed")]
    {
        let page = hand.person.visit(&format!("/account/media/{id}")).await.page();
        hand.person.submit(&page, &page.form_to(&format!("/{deed}"))).await;
        house.must_tell(deed, &account, "", &[&format!("media.{event} ok account - -")]).await;
    }
}

async fn badges_come_and_go(house: &mut House) {
    let person = Person::signed_up(&house.server).await;
    let account = house.account(&person);
    house.told(&account, "").await;
    let stores = &house.server.stores;
    house.server.stop();
    {
        let app = verified::house(stores, Seconds(0)).await;
        let id = verified::account(&app, &person.email).await;
        let for_days = |days| {
            let expires_at = Some(app.now() + Seconds::days(days));
            Award { expires_at, ..Award::of("photo_verified", app.now()) }
        };
        let badge = verified::award(&app, id, for_days(2)).await;
        verified::award(&app, id, for_days(1)).await;
        let act = async |app: &App, deed: &'static str| {
            let (unit, house) = (app.clone(), Origin::house());
            let work = app.db.write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    match deed {
                        "suspend" => badges::suspend(tx, &unit, id, badge, "fraud_suspected", &house).await,
                        "reinstate" => badges::reinstate(tx, &unit, id, badge, "cleared", &house).await,
                        "revoke" => badges::revoke(tx, &unit, id, badge, "fraud", &house).await,
                        other => panic!("nobody does {other}"),
                    }
                })
            });
            assert!(work.await.expect("the database"), "{deed}");
        };
        act(&app, "suspend").await;
        act(&app, "reinstate").await;
        drop(app);
        let app = verified::house(stores, Seconds::days(1)).await;
        assert_eq!(badges::upkeep(&app).await.expect("upkeep"), 1);
        act(&app, "revoke").await;
        verified::verify(&app, id, &verified::born(30), badges::Level::Document).await;
    }
    house.server.restart().await;
    let mut person = person;
    let page = person.visit("/account/badges").await.page();
    person.submit(&page, &page.form_to("/account/badges/remove")).await;
    let told: BTreeSet<String> =
        house.told(&account, "").await.into_iter().filter(|line| line.starts_with("badge.")).collect();
    let expected = [
        "badge.awarded ok account - -",
        "badge.expired ok account - time_over",
        "badge.reinstated ok account - cleared",
        "badge.removed ok account - removed_by_person",
        "badge.renewed ok account - -",
        "badge.revoked ok account - fraud",
        "badge.suspended ok account - fraud_suspected",
    ];
    assert_eq!(told.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

async fn accounts_elsewhere_come_and_go(house: &mut House, theirs: &Theirs) {
    let mut person = Person::signed_up(&house.server).await;
    let account = house.account(&person);
    house.told(&account, "").await;
    theirs.link(&mut person, |_, _| "x".to_owned()).await;
    let refused = ["linked.refused refused account - provider_unfit"];
    house.must_tell("a bad token", &account, "", &refused).await;
    theirs.link(&mut person, Theirs::id_token).await;
    let linked = ["badge.awarded ok account - -", "linked.added ok account - -"];
    house.must_tell("linking", &account, "", &linked).await;
    unlink(&mut person, "site").await;
    let unlinked = ["badge.removed ok account - unlinked", "linked.removed ok account - -"];
    house.must_tell("unlinking", &account, "", &unlinked).await;
}

async fn platforms_award_badges(house: &mut House) {
    // The scene borrows the server: what it did is looked at afterwards.
    let (account, client) = {
        let mut scene = Scene::on(&house.server).await;
        let account = house.account(&scene.person);
        for (name, is_declined) in [("First", true), ("Second", false)] {
            let defined = scene.define(name).await;
            scene.approve(&defined);
            let offered = scene.issue(&defined).await.json();
            match is_declined {
                true => drop(scene.answer("decline").await),
                false => drop(scene.withdraw(&offered["id"]).await),
            }
            house.server.cli(&["client", "badge-definitions", "refuse", defined["id"].as_str().expect("an id")]);
        }
        (account, scene.platform.client.id.clone())
    };
    let told: BTreeSet<String> =
        house.told(&account, &client).await.into_iter().filter(|line| line.starts_with("badge")).collect();
    let expected = [
        "badge.declined ok account client -",
        "badge.offered ok account client -",
        "badge.withdrawn ok account client -",
        "badge_definition.approved ok - client -",
        "badge_definition.proposed ok - client -",
        "badge_definition.refused ok - client -",
    ];
    assert_eq!(told.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

/// Everything along, a bundle in, one that is none, a deletion called off, and a wallet that nobody uses.
async fn rights_are_used(house: &mut House) {
    // Of the account that staff deleted.
    eventually("somebody looked after a deletion", Duration::from_secs(90), async || {
        let told = trail(&house.server.stores).await;
        told.iter().any(|row| row.event == "account.deletion_verified").then_some(())
    })
    .await;
    let mut hand = Hand::of(&house.server).await;
    let account = house.account(&hand.person);
    house.told(&account, "").await;
    let path = bundles::ordered(&mut hand.person).await;
    hand.get(&path).await;
    let told = house.told(&account, "").await;
    assert_eq!(
        told,
        ["requested", "ready", "downloaded"]
            .map(|act| format!("export.{act} ok account - -"))
            .into_iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
    let page = import::bring(&mut hand, b"no archive").await;
    import::settled(&mut hand, &page).await;
    let lines = ["import.begun ok account - -", "import.refused refused account - malformed"];
    house.must_tell("a file that is no bundle", &account, "", &lines).await;
    let bundle = hand.get(&path).await.body;
    let page = import::bring(&mut hand, &bundle).await;
    import::settled(&mut hand, &page).await;
    house.told(&account, "").await;
    deletion::ask(&mut hand.person, "usual").await;
    let lines = ["account.deletion_requested ok account - person", "session.ended ok account - account_deleted"];
    house.must_tell("asking for the end", &account, "", &lines).await;
    let page = hand.person.sign_in().await;
    hand.person.submit(&page, &page.form_to("/deletion/")).await;
    house.must_tell("keeping it", &account, "", &["account.deletion_cancelled ok account - -"]).await;
    database::execute(
        &house.server.stores,
        &format!("UPDATE account_use SET seen_at = 0 WHERE account_id = '{account}'"),
    )
    .await;
    house.server.cli(&["retention"]);
    let told = house.told(&account, "").await;
    assert!(told.contains(&"account.unused_told ok account - -".to_owned()), "{told:?}");
}

async fn identities_are_checked(house: &mut House) {
    let person = Person::signed_up(&house.server).await;
    let account = house.account(&person);
    let mut amina = Applicant::with(&house.server, person).await;
    let (mut first, mut second) =
        (Clerk::of(&house.server, "reviewer").await, Clerk::of(&house.server, "operator").await);
    let mut third = Clerk::of(&house.server, "operator").await;
    house.told(&account, "").await;
    amina.begin("passport", "document").await;
    amina.send("/withdraw", &[]).await;
    let gone = [
        "verification.abandoned ok account - withdrawn",
        "verification.consented ok account - -",
        "verification.started ok account - -",
    ];
    house.must_tell("a check that is given up", &account, "", &gone).await;

    let case = amina.hand_in("document").await;
    let page = first.claim(&case).await;
    let src = page.attributes("img.large", "src").remove(0);
    assert_eq!(first.look(&house.server, &src).await.status, 200);
    first.post(&case, "release").await;
    let reviewer = house.account(&first.person);
    let desk =
        ["review.claimed ok account - -", "review.evidence_opened ok account - -", "review.released ok account - -"];
    let told: Vec<String> =
        house.told(&reviewer, "").await.into_iter().filter(|line| line.contains(" account ")).collect();
    assert_eq!(told, desk, "what a reviewer did");

    first.settle(&case, "again", &["cropped"]).await;
    amina.reaches("Waits for you").await;
    amina.pictures(&case, &["front", "selfie"]).await;
    amina.send("/submit", &[]).await;
    amina.reaches("Under review").await;
    first.settle(&case, "reject", &["unreadable"]).await;
    amina.send("/appeal", &[]).await;
    second.settle(&case, "approve", &[]).await;
    let letters = house.server.letters_to(&amina.hand.person.email);
    third.settle(&case, "approve", &[]).await;
    let letter = house.server.letter_to(&amina.hand.person.email, letters).await;
    let link = letter.text.split_whitespace().find(|word| word.contains("/dispute/")).expect("a link").to_owned();
    let page = amina.hand.person.visit(&link).await.page();
    amina.hand.person.submit(&page, &page.form_to("/dispute/")).await;
    Clerk::of(&house.server, "operator").await.settle(&case, "fraud", &["suspected_tamper"]).await;
    let told = house.told(&account, "").await;
    let own: Vec<&str> = told.iter().filter(|line| line.starts_with("verification.")).map(String::as_str).collect();
    let expected = [
        "verification.appealed ok account - -",
        "verification.approved ok account - -",
        "verification.asked_again ok account - -",
        "verification.disputed ok account - -",
        "verification.evidence_purged ok account - -",
        "verification.fraud ok account - -",
        "verification.rejected ok account - -",
        "verification.submitted ok account - -",
    ];
    assert_eq!(own, expected);
}

/// Services that work for the house tell of mail that came back; nobody answers codes to a range of numbers.
async fn services_tell(house: &mut House) {
    let mut person = Person::signed_up(&house.server).await;
    let account = house.account(&person);
    house.told(&account, "").await;
    let back = serde_json::json!({ "event": "hard_bounce", "recipient": person.email });
    assert_eq!(reach::call(&house.server, "/hooks/mail", reach::SECRET, now() + 1, &back).await.status, 204);
    house.must_tell("mail came back", &account, "", &["email.undeliverable ok account - -"]).await;

    for n in 0..5 {
        let page = person.visit("/account/contacts").await.page();
        person.submit(&page, &page.form("phone").fill("phone", &format!("+44770090000{n}"))).await;
    }
    house.told(&account, "").await;
    let page = person.visit("/account/contacts").await.page();
    let again = page.forms().into_iter().rfind(|form| form.action.path().ends_with("/prove"));
    person.submit(&page, &again.expect("a number to prove")).await;
    house.must_tell("no answers", &account, "", &["sms.range_blocked ok - - -"]).await;
}

/// What the house of the stories is told beside where its parts are.
const OWN: [(&str, &str); 5] = [
    ("SW__CODES__RESEND", "0s"),
    ("SW__PRIVACY__VERIFY_AFTER", "1s"),
    ("SW__MAIL__HOOK_SECRET", reach::SECRET),
    ("SW__SMS__GUARD_SENDS", "5"),
    ("SW__SSF__PENDING", "1"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_told_by_a_story() {
    let theirs = Theirs::start().await;
    let settings = theirs.settings(None);
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let settings = [&settings[..], &OWN[..], &signals::SSF].concat();
    let mut house = House { server: Server::with(&settings).await, seen: BTreeSet::new(), heard: BTreeSet::new() };
    // In development the start itself may make a link for the first administrator.
    house.told("", "").await;
    a_wallet_is_opened_and_kept(&mut house).await;
    addresses_come_and_go(&mut house).await;
    services_tell(&mut house).await;
    photos_come_and_go(&mut house).await;
    badges_come_and_go(&mut house).await;
    accounts_elsewhere_come_and_go(&mut house, &theirs).await;
    platforms_award_badges(&mut house).await;
    identities_are_checked(&mut house).await;
    a_password_is_guessed_and_forgotten(&mut house).await;
    something_is_shared_until_it_is_not(&mut house).await;
    platforms_come_and_go(&mut house).await;
    platforms_do_more(&mut house).await;
    operators_look_after_people(&mut house).await;
    deeds::all(&house.server, &mut seeded::signed_in(&house.server).await).await;
    signals::all(&house.server).await;
    rights_are_used(&mut house).await;
    signing_keys_come_and_go(&house).await;

    house.told("", "").await;
    let told = &house.heard;
    let table: BTreeSet<String> = EVENTS.iter().map(|event| event.name.to_owned()).collect();
    let never: Vec<_> = table.difference(told).collect();
    assert!(never.is_empty(), "no story ends in {never:?}");
    let nameless: Vec<_> = told.difference(&table).collect();
    assert!(nameless.is_empty(), "events without a row: {nameless:?}");
}
