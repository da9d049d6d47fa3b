//! To which numbers codes go, and in how many wallets one number counts (WALLET.md §10.4).

use social_wallet::accounts::contacts::{self, Added};
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::Seconds;
use social_wallet::base::id::{AccountId, ChallengeId};
use social_wallet::config::Config;
use social_wallet::error::{Denied, Error};
use social_wallet::store::database::contacts::ContactKind;
use social_wallet::store::database::jobs::Job;

use super::links::{account, waiting};
use crate::contacts::{house, number};
use crate::stores::{Nodes, on_both_with};
use crate::support::database;
use crate::support::person::Person;

#[tokio::test(flavor = "multi_thread")]
async fn s10_4_codes_go_to_the_countries_of_the_list_alone() {
    let server = house(&[("SW__SMS__ALLOWED_COUNTRIES", "+49,+971")]).await;
    let mut person = Person::signed_up(&server).await;
    for (typed, is_served) in [("+1 202 5550123", false), ("+4 915112345678", true), ("+971 50 123 4567", true)] {
        let page = person.visit("/account/contacts").await.page();
        let page = person.submit(&page, &page.form("phone").fill("phone", typed)).await.page();
        assert_eq!(page.has("#phone-error"), !is_served, "{typed}: {}", page.text());
        let told = page.text().contains("We send no codes to numbers of this country");
        assert_eq!((told, page.find_form("code").is_some()), (!is_served, is_served), "{typed}");
    }
    assert_eq!(database::count(&server.stores, "contacts", "kind = 'phone'").await, 2, "nor is it kept");
}

async fn begin(app: &App, account: AccountId, number: &str) -> Result<ChallengeId, Denied> {
    match contacts::add_phone(app, account, number, "en", &Origin::house()).await {
        Ok(Added::Waiting(id)) => Ok(id),
        Ok(Added::Later(denied)) | Err(Error::Denied(denied)) => Err(denied),
        Ok(Added::Kept) => panic!("no code"),
        Err(error) => panic!("{error:?}"),
    }
}

async fn code_to(app: &App, number: &str) -> String {
    let code = waiting(app).await.into_iter().find_map(|job| match job {
        Job::Sms { to, code, .. } if to == number => Some(code),
        _ => None,
    });
    code.expect("a message")
}

async fn prove(app: &App, account: AccountId, number: &str) {
    let id = begin(app, account, number).await.unwrap_or_else(|denied| panic!("{denied:?}"));
    let code = code_to(app, number).await;
    contacts::prove(app, account, id, &code, &Origin::house()).await.unwrap_or_else(|error| panic!("{error:?}"));
}

async fn has_proven(app: &App, account: AccountId) -> bool {
    let all = contacts::list(app, account).await.expect("a list");
    all.iter().any(|one| one.kind == ContactKind::Phone && one.verified_at.is_some())
}

fn advance(house: &Nodes, by: Seconds) {
    let [a, b] = &house.nodes;
    a.clock.advance(by);
    if a.now() != b.now() {
        b.clock.advance(by);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_4_a_number_counts_in_as_many_wallets_as_may_have_it() {
    for most in [1, 2, 3] {
        let mut config = Config::default();
        config.sms.wallets_per_number = most;
        on_both_with(config, async |house: Nodes| {
            let [a, b] = &house.nodes;
            let (phone, mut people) = (number(), Vec::new());
            for n in 0..4 {
                let person = account(a, &format!("p{n}")).await;
                prove(if n % 2 == 0 { a } else { b }, person, &phone).await;
                people.push(person);
                advance(&house, Seconds::hours(2));
                let mut holders = Vec::new();
                for (n, person) in people.iter().enumerate() {
                    if has_proven(a, *person).await {
                        holders.push(n);
                    }
                }
                let first = (n + 1usize).saturating_sub(most as usize);
                assert_eq!(holders, (first..=n).collect::<Vec<_>>(), "{} {most}: the last ones", a.db.name());
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_4_a_range_whose_codes_nobody_answers_gets_none_for_a_day() {
    let mut config = Config::default();
    config.limits.sms_prefix = "1000/h burst 1000".parse().expect("a rate");
    on_both_with(config, async |house: Nodes| {
        let [a, b] = &house.nodes;
        // Ten of fifty are answered in the first range, nine in the second.
        for (range, answers) in [("+4915120", 10), ("+4915220", 9)] {
            for n in 0..50 {
                let person = account(a, &format!("p{range}{n}").replace('+', "")).await;
                let phone = format!("{range}0000{n:02}");
                let id = begin(a, person, &phone).await.unwrap_or_else(|denied| panic!("{n}: {denied:?}"));
                if n < answers {
                    let code = code_to(a, &phone).await;
                    contacts::prove(b, person, id, &code, &Origin::house()).await.expect("proven");
                }
            }
        }
        let person = account(a, "late").await;
        let blocked = Err(Denied::field("phone", "problem-phone-range"));
        assert!(begin(b, person, "+4915120999999").await.is_ok(), "{}: a fifth is answered", a.db.name());
        for node in [a, b] {
            assert_eq!(begin(node, person, "+4915220999999").await.map(|_| ()), blocked, "{}", a.db.name());
        }
        let metrics = b.metrics.render();
        let told = a.metrics.render();
        assert!(
            [metrics, told].iter().any(|text| text.contains("sw_sms_ranges_blocked_total 1")),
            "once: it is known from then on"
        );
        assert!(begin(a, person, "+4915320999999").await.is_ok(), "another range");
        advance(&house, Seconds::hours(23));
        assert_eq!(begin(a, person, "+4915220999999").await.map(|_| ()), blocked, "for a day");
        advance(&house, Seconds::hours(2));
        assert!(begin(a, person, "+4915220999999").await.is_ok(), "{}", a.db.name());
    })
    .await;
}
