//! openid-client and oauth4webapi (npm), Authlib (PyPI): programs that answer JSON.

use serde_json::Value;

use super::Party;
use super::connects;
use crate::support::person::Answers;
use crate::support::person::Landing;
use crate::support::person::Person;
use crate::support::relying_party::RelyingParty;
use crate::support::relying_party::Stock;
use crate::support::server::Server;

impl Party for RelyingParty {
    async fn login(&mut self, person: &mut Person, answers: &Answers) -> Value {
        match person.walk(&self.url("/login"), answers).await {
            Landing::Page(page) if page.url.as_str().starts_with(&self.origin) => {
                serde_json::from_str(&page.body).unwrap_or_else(|error| panic!("{error} in {}", page.body))
            }
            other => panic!("the login ended elsewhere: {other:?}"),
        }
    }

    async fn login_at_once(&mut self, person: &mut Person) -> Value {
        self.ask(person, "/login").await
    }

    async fn userinfo(&mut self, person: &mut Person) -> Value {
        self.ask(person, "/userinfo").await
    }

    async fn refresh(&mut self, person: &mut Person) -> Value {
        self.ask(person, "/refresh").await
    }
}

async fn stock(stock: Stock) {
    let server = Server::start().await;
    let mut party = RelyingParty::start(stock, &server).await;
    let origin = party.origin.clone();
    connects(&server, &mut party, &origin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openid_client_signs_people_in() {
    stock(Stock::OpenidClient).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth4webapi_signs_people_in_without_a_secret() {
    stock(Stock::Oauth4webapi).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authlib_signs_people_in() {
    stock(Stock::Authlib).await;
}
