//! The link beside the code of a mail (WALLET.md §10.3).

use social_wallet::accounts::{self, NewAccount, confirm, contacts, register};
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::id::AccountId;
use social_wallet::base::{Fault, Seconds};
use social_wallet::error::{Denied, Error};
use social_wallet::store::database::accounts::Role;
use social_wallet::store::database::jobs::{self, Job};

use crate::contacts::house;
use crate::stores::{Nodes, on_both};
use crate::support::letters::Letter;
use crate::support::person::Person;
use crate::support::platform::{Answer, http};
use crate::support::unique;

const PAGE: &str = "/account/contacts";

fn link(letter: &Letter) -> String {
    let mut words = letter.text.split_whitespace().filter(|word| word.contains("/confirm/"));
    words.next().unwrap_or_else(|| panic!("no link in {}", letter.text)).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_3_a_link_confirms_with_its_button_and_the_first_window_goes_on() {
    let server = house(&[]).await;
    let mut person = Person::signed_up(&server).await;
    let second = format!("{}@work.example", unique("a-"));
    let page = person.visit(PAGE).await.page();
    person.submit(&page, &page.form("email").fill("email", &second)).await;
    let old = link(&server.letter_to(&second, 0).await);
    let page = person.visit(PAGE).await.page();
    person.submit(&page, &page.form_to("/code/again")).await;
    let link = link(&server.letter_to(&second, 1).await);

    // What looks at mails opens links, and sends no forms.
    for url in [&link, &link, &old] {
        assert_eq!(Answer::of(http().get(url)).await.status, 200);
    }
    let page = person.visit(PAGE).await.page();
    let page = person.submit(&page, &page.form_to("/code/confirmed")).await.page();
    assert!(page.text().contains("It is not confirmed yet."), "{}", page.text());

    let mut elsewhere = person.elsewhere();
    let over = elsewhere.visit(&old).await.page();
    assert!(over.text().contains("This link works no longer") && over.forms().iter().all(|f| !is_confirm(f)));
    let asked = elsewhere.visit(&link).await.page();
    assert!(asked.text().contains(&second) && asked.text().contains("Confirm only if it was you"), "{}", asked.text());
    let done = elsewhere.submit(&asked, &asked.form_to("/confirm/")).await.page();
    assert!(done.text().contains("Go back to your first window"), "{}", done.text());
    assert_eq!(elsewhere.visit("/account").await.page().url.path(), "/signin", "no session there");
    let again = elsewhere.submit(&asked, &asked.form_to("/confirm/")).await.page();
    assert!(again.text().contains("This link works no longer"), "once: {}", again.text());

    let page = person.submit(&page, &page.form_to("/code/confirmed")).await.page();
    assert_eq!(page.texts(".note.green").join(" "), "You showed that it is yours.");
    assert!(page.find_form("code").is_none() && page.text().contains(&second), "{}", page.text());
}

fn is_confirm(form: &crate::support::form::Form) -> bool {
    form.action.path().starts_with("/confirm/")
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_3_a_sign_up_goes_on_where_it_began_after_its_link_was_confirmed_elsewhere() {
    let server = house(&[]).await;
    for types_the_code in [false, true] {
        let mut person = Person::new(&server);
        let page = person.visit("/signup").await.page();
        let waits = person.submit(&page, &page.form("email").fill("email", &person.email)).await.page();
        let early = person.submit(&waits, &waits.form_to("/signup/code/confirmed")).await.page();
        assert!(early.text().contains("It is not confirmed yet."), "{}", early.text());
        let letter = server.letter_to(&person.email, 0).await;
        let mut elsewhere = person.elsewhere();
        let asked = elsewhere.visit(&link(&letter)).await.page();
        assert!(asked.text().contains("A wallet is to be made with"), "{}", asked.text());
        elsewhere.submit(&asked, &asked.form_to("/confirm/")).await.page();
        assert_eq!(elsewhere.visit("/account").await.page().url.path(), "/signin", "no session there");
        assert_eq!(elsewhere.visit("/signup/password").await.page().url.path(), "/signup", "nor the way to one");

        let form = match types_the_code {
            true => early.form("code").fill("code", &letter.code().expect("a code")),
            false => early.form_to("/signup/code/confirmed"),
        };
        let password = person.submit(&early, &form).await.page();
        assert_eq!(password.url.path(), "/signup/password", "{}", password.text());
        person.next_step(&password).await;
        assert_eq!(person.visit("/account").await.page().url.path(), "/account");
    }
    // Whose address has a wallet already hears of it, and no link is sent.
    let known = Person::signed_up(&server).await;
    let seen = server.letters_to(&known.email);
    let mut other = Person::new(&server);
    let page = other.visit("/signup").await.page();
    let waits = other.submit(&page, &page.form("email").fill("email", &known.email)).await.page();
    assert!(!server.letter_to(&known.email, seen).await.text.contains("/confirm/"));
    let page = other.submit(&waits, &waits.form_to("/signup/code/confirmed")).await.page();
    assert!(page.text().contains("It is not confirmed yet."), "as with any other: {}", page.text());
}

pub(super) async fn account(app: &App, name: &str) -> AccountId {
    let new = NewAccount {
        email: format!("{name}@mail.example"),
        password: None,
        locale: None,
        role: Role::Person,
        values: Vec::new(),
    };
    accounts::create(app, new, &Origin::house()).await.expect("an account")
}

/// The jobs that wait, newest first.
pub(super) async fn waiting(app: &App) -> Vec<Job> {
    let rows = app.db.read::<_, Fault, _>(|conn| Box::pin(jobs::held_after(conn, None, 10_000))).await;
    let rows = rows.expect("the queue");
    rows.iter().rev().map(|row| row.job(&app.sealers.job).expect("a job")).collect()
}

/// The token of the newest letter to an address.
async fn token_to(app: &App, address: &str) -> String {
    let token = waiting(app).await.into_iter().find_map(|job| match job {
        Job::Mail { to, values, .. } if to == address => values.get("link").cloned(),
        _ => None,
    });
    token.expect("a letter with a link")
}

fn is_over<T: std::fmt::Debug>(outcome: &Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::Denied(Denied::Expired)))
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_3_a_link_works_for_twenty_minutes_and_once() {
    on_both(async |house: Nodes| {
        let [a, b] = &house.nodes;
        let origin = Origin::house();
        let advance = |by: Seconds| {
            a.clock.advance(by);
            if a.now() != b.now() {
                b.clock.advance(by);
            }
        };
        let person = account(a, "amina").await;
        for (n, wait, works) in [(0, 1199, true), (1, 1200, false)] {
            let address = format!("second{n}@mail.example");
            let id = contacts::add_email(a, person, &address, "en", &origin).await.expect("a challenge");
            let token = token_to(a, &address).await;
            advance(Seconds(wait));
            assert_eq!(confirm::look(b, &token).await.is_ok(), works, "{}: {wait} s", a.db.name());
            assert_eq!(
                contacts::waiting(b, person, id).await.expect("read").is_some(),
                works,
                "the code alone is over"
            );
            let (left, right) =
                tokio::join!(confirm::confirm(a, &token, &origin), confirm::confirm(b, &token, &origin));
            let right = [left, right];
            assert_eq!(right.iter().filter(|one| one.is_ok()).count(), usize::from(works), "{}", a.db.name());
            assert!(right.iter().all(|one| one.is_ok() || is_over(one)), "{right:?}");
            let held = contacts::list(a, person).await.expect("a list");
            assert_eq!(held.iter().any(|one| one.text == address && one.verified_at.is_some()), works);
            advance(Seconds::hours(1));
        }
        for wrong in ["", "x", &"A".repeat(43)] {
            assert!(is_over(&confirm::confirm(a, wrong, &origin).await), "{wrong}");
        }
        // A new one makes the old one void, and the other way round: what is used is used.
        let id = register::begin(a, "new@mail.example", "en", &origin).await.expect("a challenge");
        let old = token_to(a, "new@mail.example").await;
        advance(Seconds(1));
        register::resend(b, id).await.expect("a second");
        assert!(is_over(&confirm::confirm(a, &old, &origin).await), "{}", a.db.name());
        let token = token_to(a, "new@mail.example").await;
        assert!(matches!(register::progress(a, id).await, Ok(register::Progress::Waits)));
        confirm::confirm(b, &token, &origin).await.expect("confirmed");
        assert!(matches!(register::progress(a, id).await, Ok(register::Progress::Proven)));
        advance(Seconds::minutes(30));
        assert!(is_over(&register::progress(a, id).await), "half an hour for what follows");
    })
    .await;
}
