//! People and those who would be them: codes, guesses, sessions, steps, and what is left when somebody is shut off.

use social_wallet::accounts::{self, NewAccount, recovery, register, sessions};
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::id::AccountId;
use social_wallet::base::{Fault, Seconds};
use social_wallet::config::Config;
use social_wallet::error::{Denied, Error};
use social_wallet::store::database::accounts::{self as kept, AccountState, Role};

use crate::stores::{Nodes, on_both, on_both_with};
use crate::support::person::{Answers, Landing, Person, encode};
use crate::support::platform::{Answer, Method, NewClient, Platform, http};
use crate::support::server::Server;

const RIGHT: &str = "zanzibar-ferry-9";

async fn account(app: &App, email: &str) -> AccountId {
    let password = Some(social_wallet::base::Secret::new(RIGHT.to_owned()));
    let new = NewAccount { email: email.to_owned(), password, locale: None, role: Role::Person, values: Vec::new() };
    accounts::create(app, new, &Origin::house()).await.expect("an account")
}

fn from(prefix: &str, agent: &str) -> Origin {
    Origin { address_prefix: Some(prefix.to_owned()), agent: Some(agent.to_owned()), request_id: String::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_guesses_count_by_one_name_and_shut_nobody_out() {
    let mut config = Config::default();
    config.limits.password_failures = 3;
    on_both_with(config, async |house: Nodes| {
        let [a, b] = &house.nodes;
        let own = account(a, "amina@mail.example").await;
        let home = from("192.0.2.0/24", "Firefox/Linux");
        sessions::open(a, own, &["pwd"], false, &home).await.expect("a session");
        let away = from("198.51.100.0/24", "Chrome/Windows");
        // The same address in other writings, on either node, is one count.
        for (node, email) in [(a, "amina@mail.example"), (b, "AMINA@mail.example"), (a, "Amina@MAIL.example")] {
            let refused = accounts::sign_in::with_password(node, email, "a guess", &away).await;
            assert!(matches!(refused, Err(Error::Denied(Denied::Invalid(_)))), "{email}: {refused:?}");
        }
        let locked = accounts::sign_in::with_password(b, "amina@mail.example", RIGHT, &away).await;
        assert!(matches!(locked, Err(Error::Denied(Denied::Locked { .. }))), "{locked:?}");
        // The owner comes from where they are known.
        assert_eq!(accounts::sign_in::with_password(b, "amina@mail.example", RIGHT, &home).await.expect("in"), own);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_guesses_wait_longer_and_longer() {
    on_both(async |house: Nodes| {
        let [a, b] = &house.nodes;
        account(a, "amina@mail.example").await;
        let sign_in = async |node: &App, typed: &str| {
            accounts::sign_in::with_password(node, "amina@mail.example", typed, &Origin::house()).await
        };
        for _ in 0..3 {
            assert!(matches!(sign_in(a, "a guess").await, Err(Error::Denied(Denied::Invalid(_)))));
        }
        // Whoever knows it now waits as well: the answer to a guess must not come at once.
        for (node, typed) in [(a, "a guess"), (b, RIGHT)] {
            let waits = sign_in(node, typed).await;
            assert!(matches!(waits, Err(Error::Denied(Denied::TooMany { .. }))), "{waits:?}");
        }
        a.clock.advance(Seconds(1));
        assert!(sign_in(a, RIGHT).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_a_code_proves_the_address_it_was_sent_to() {
    on_both(async |house: Nodes| {
        let [app, _] = &house.nodes;
        let origin = Origin::house();
        let begin = async |email: &str| register::begin(app, email, "en", &origin).await.expect("a challenge");
        let (first, victim) = (begin("thief@mail.example").await, begin("victim@mail.example").await);
        let (theirs, right) = (code(app, "thief@mail.example", 1).await, code(app, "victim@mail.example", 1).await);
        if theirs != right {
            assert!(register::prove(app, victim, &theirs).await.is_err(), "a code of another address");
        }
        // A sign-up's code recovers nothing, and the other way round.
        assert!(recovery::prove(app, victim, &right).await.is_err(), "for another purpose");
        // What was not proven finishes nothing.
        assert!(register::finish(app, victim, "three unusual words", &origin).await.is_err(), "not proven yet");
        // A new code makes the one before void.
        app.clock.advance(Seconds(1));
        let again = begin("victim@mail.example").await;
        assert!(register::prove(app, victim, &right).await.is_err(), "an older code");
        let newest = code(app, "victim@mail.example", 2).await;
        register::prove(app, again, &newest).await.expect("the newest");
        register::finish(app, again, "three unusual words", &origin).await.expect("an account");
        assert!(register::finish(app, again, "three unusual words", &origin).await.is_err(), "once");
        // A recovery is used once, too.
        app.clock.advance(Seconds(1));
        let recovered = recovery::begin(app, "victim@mail.example", "en", &origin).await.expect("a challenge");
        let last = code(app, "victim@mail.example", 3).await;
        recovery::prove(app, recovered, &last).await.expect("the code");
        let passwords: Vec<String> = (0..6).map(|n| format!("{n} other unusual words")).collect();
        let tries = passwords.iter().map(|new| recovery::finish(app, recovered, new, &origin));
        let done = futures_util::future::join_all(tries).await;
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "of many one");
        // Five tries, whatever they are.
        for _ in 0..5 {
            assert!(register::prove(app, first, if theirs == "000000" { "111111" } else { "000000" }).await.is_err());
        }
        assert!(register::prove(app, first, &theirs).await.is_err(), "no try is left");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_of_many_that_end_one_flow_one_does() {
    let server = Server::shared().await;
    let platform = Platform::at(server, &NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(server).await;
    platform.sign_in(&mut person, "openid email").await;
    // Somebody who need not be asked any more: with the password the request is answered.
    let mut again = person.elsewhere();
    let page = again.visit(platform.attempt("openid email").url.as_str()).await.page();
    let page = again.next_step(&page).await.page();
    let form = page.form("password").fill("password", &again.password);
    let answer = again.request(&form.action, Some(encode(&form.pairs())), Some(&page.url)).await;
    let next = form.action.join(answer.header("location").expect("the way on")).expect("a URL");
    let cookies = again.jar.header(&next).expect("cookies");
    let ask = || Answer::of(http().get(next.clone()).header("cookie", &cookies));
    let answers = futures_util::future::join_all((0..8).map(|_| ask())).await;
    let ended = |answer: &&Answer| answer.header("location").is_some_and(|to| to.ends_with("/leaving"));
    assert_eq!(answers.iter().filter(ended).count(), 1, "one flow, one answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_an_answer_is_carried_by_its_own_browser() {
    let server = Server::shared().await;
    let platform = Platform::at(server, &NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(server).await;
    let consent = person.walk_to_consent(platform.attempt("openid email").url.as_str()).await;
    person.decide(&consent, &Answers::allow()).await.away();
    let leaving = person.trail.iter().rfind(|url| url.path().ends_with("/leaving")).expect("a leaving page").clone();
    let mut thief = Person::signed_up(server).await;
    let page = thief.visit(leaving.as_str()).await.page();
    assert!(page.status == 400 && page.header("refresh").is_none() && !page.body.contains("code="), "{}", page.body);
    assert!(matches!(person.visit(leaving.as_str()).await, Landing::Away(_)), "its own may go again");
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_a_token_without_the_scope_opens_nothing() {
    let server = Server::shared().await;
    let platform = Platform::at(server, &NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(server).await;
    // Plain OAuth, without openid.
    let tokens = platform.sign_in(&mut person, "email").await;
    assert!(tokens.id_token.is_none());
    platform.userinfo(&tokens.access).await.must_refuse(403, "insufficient_scope");
    let grants = http().get(format!("{}/grants/x", platform.issuer)).bearer_auth(&tokens.access);
    let answer = Answer::of(grants).await;
    assert!((400..500).contains(&answer.status), "{}", answer.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_a_question_is_answered_by_who_was_asked() {
    const CIBA: &str = "urn:openid:params:grant-type:ciba";
    let server = Server::shared().await;
    let client = NewClient::new(Method::Basic).with("--grant-type", "authorization_code").with("--grant-type", CIBA);
    let platform = Platform::at(server, &client).await;
    let (mut person, mut stranger) = (Person::signed_up(server).await, Person::signed_up(server).await);
    let hint = [("scope", "openid"), ("login_hint", person.email.as_str())];
    let asked = platform.post("backchannel_authentication_endpoint", &hint).await.json();
    let page = person.visit("/account/approvals").await.page();
    let own = stranger.visit("/settings").await.page();
    let token = own.form("theme").value("csrf").expect("a token");
    for deed in ["/deny", "/approve"] {
        let forged = page.form_to(deed).forge("csrf", &token);
        let Landing::Page(answer) = stranger.submit(&page, &forged).await else { panic!("{deed} led away") };
        assert_eq!(answer.status, 404, "{deed}: {}", answer.text());
    }
    let id = asked["auth_req_id"].as_str().expect("an identifier");
    platform.token(&[("grant_type", CIBA), ("auth_req_id", id)]).await.must_refuse(400, "authorization_pending");
    assert_eq!(person.submit(&page, &page.form_to("/deny")).await.page().status, 200);
}

/// The code of the `nth` letter to an address; the jobs of the house send it.
async fn code(app: &App, email: &str, nth: usize) -> String {
    use social_wallet::jobs;
    let (stop, told) = tokio::sync::watch::channel(false);
    let at_work = tokio::spawn(jobs::run(app.clone(), told));
    let folder = app.config.data.dir.join("outbox");
    let found = crate::support::eventually("a code", std::time::Duration::from_secs(20), async || {
        let letters = crate::support::letters::in_folder(&folder);
        letters.into_iter().filter(|letter| letter.to.iter().any(|to| to == email)).nth(nth - 1)?.code()
    })
    .await;
    stop.send_replace(true);
    let _ = at_work.await;
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_a_session_of_another_is_not_ended() {
    on_both(async |house: Nodes| {
        let [app, other] = &house.nodes;
        let origin = Origin::house();
        let (amina, omari) = (account(app, "amina@mail.example").await, account(app, "omari@mail.example").await);
        let (session, cookie) = sessions::open(app, amina, &["pwd"], false, &origin).await.expect("a session");
        assert!(!sessions::end_by_id(other, omari, session.id, "ended_by_person", &origin).await.expect("an answer"));
        assert!(sessions::find(app, cookie.expose()).await.expect("an answer").is_some());
        assert!(sessions::end_by_id(other, amina, session.id, "ended_by_person", &origin).await.expect("an answer"));
        assert!(sessions::find(app, cookie.expose()).await.expect("an answer").is_none());
        // A closed account's opens nothing, even where its end was missed.
        let (session, cookie) = sessions::open(app, amina, &["pwd"], false, &origin).await.expect("a session");
        let now = app.now();
        let set = async |state| {
            let change = app.db.write::<_, Fault, _>(move |tx| Box::pin(kept::set_state(tx, amina, state, now)));
            assert!(change.await.expect("a change"));
        };
        set(AccountState::Suspended).await;
        assert!(sessions::find(app, cookie.expose()).await.expect("an answer").is_none());
        set(AccountState::Active).await;
        assert_eq!(sessions::find(app, cookie.expose()).await.expect("an answer").map(|s| s.id), Some(session.id));
        // Idle for too long is over too.
        let (_, cookie) = sessions::open(app, amina, &["pwd"], false, &origin).await.expect("a session");
        app.clock.advance(app.config.sessions.idle);
        assert!(sessions::find(app, cookie.expose()).await.expect("an answer").is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_a_step_cannot_be_skipped() {
    let server = Server::shared().await;
    let mut stranger = Person::new(server);
    // The last step of a sign-up, straight after the first: no code was typed.
    let page = stranger.visit("/signup").await.page();
    let form = page.form("email").fill("email", &stranger.email);
    stranger.submit(&page, &form).await;
    let page = stranger.visit("/signup/password").await.page();
    let landing = match page.find_form("password") {
        Some(form) => stranger.submit(&page, &form.fill("password", &stranger.password)).await,
        None => Landing::Page(Box::new(page)),
    };
    assert!(matches!(&landing, Landing::Page(page) if page.url.path().starts_with("/signup")), "{landing:?}");
    assert_eq!(stranger.visit("/account").await.page().url.path(), "/signin");

    // The decision of a consent page, before anybody has signed in.
    let platform = Platform::at(server, &NewClient::new(Method::Basic)).await;
    let person = Person::signed_up(server).await;
    let mut nobody = person.elsewhere();
    let page = nobody.visit(platform.attempt("openid email").url.as_str()).await.page();
    let interaction = page.url.query_pairs().find(|(name, _)| name == "interaction").expect("a way").1.into_owned();
    let mut url = page.url.clone();
    url.set_path(&format!("/interaction/{interaction}"));
    url.set_query(None);
    let csrf = page.form("identifier").value("csrf").expect("a token");
    let body = format!("csrf={csrf}&decision=allow&claim=email&duration=until_stopped");
    let answer = nobody.request(&url, Some(body), Some(&page.url)).await;
    assert_eq!(
        answer.header("location"),
        Some(&*format!("/interaction/{interaction}")),
        "back to the step that is due"
    );
    let page = nobody.visit(&format!("/interaction/{interaction}/leaving")).await.page();
    assert!(page.header("refresh").is_none() && page.status >= 400, "{}", page.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_whoever_is_shut_off_gets_nothing_more() {
    let server = Server::shared().await;
    for what in ["client", "account"] {
        let platform = Platform::at(server, &NewClient::new(Method::Basic)).await;
        let mut person = Person::signed_up(server).await;
        let attempt = platform.attempt("openid email offline_access");
        let allowed = Answers::only(&["email", "offline_access"]).for_duration("until_stopped");
        let tokens = platform.sign_in_with(&mut person, attempt, &allowed).await;
        let refresh = tokens.refresh.clone().expect("a refresh token");
        let waiting = platform.attempt("openid");
        let callback = person.authorize(waiting.url.as_str(), &Answers::allow()).await;
        let code = platform.code(&waiting, &callback);
        match what {
            "client" => server.cli(&["client", "disable", &platform.client.id]),
            _ => server.cli(&["account", "lock", &person.email]),
        };
        platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
        let (status, error) = if what == "client" { (401, "invalid_client") } else { (400, "invalid_grant") };
        platform.exchange(&waiting, &code).await.must_refuse(status, error);
        platform.refresh(&refresh).await.must_refuse(status, error);
        if what == "account" {
            assert_eq!(platform.introspect(&tokens.access).await.json()["active"], false);
            let page = person.sign_in().await;
            assert_ne!(page.url.path(), "/account", "{}", page.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_odd_origins_are_answered() {
    let server = Server::shared().await;
    let platform = Platform::at(server, &NewClient::new(Method::None)).await;
    for origin in [&b"https://\xc3\xa9.example"[..], b"\xff", b"null", b"", b"https://a.example https://b.example"] {
        let value = reqwest::header::HeaderValue::from_bytes(origin).expect("a header");
        for path in ["/token", "/userinfo", "/jwks", "/signin"] {
            let url = format!("{}{path}", platform.issuer);
            let preflight =
                http().request(reqwest::Method::OPTIONS, &url).header("access-control-request-method", "POST");
            let answer = Answer::of(preflight.header("origin", value.clone())).await;
            assert_eq!(answer.status, 204, "{path}");
            let answer = Answer::of(http().get(&url).header("origin", value.clone())).await;
            assert!(answer.status < 500 && answer.header("access-control-allow-credentials").is_none(), "{path}");
            if path != "/jwks" {
                assert!(answer.header("access-control-allow-origin").is_none(), "{path}");
            }
        }
    }
}
