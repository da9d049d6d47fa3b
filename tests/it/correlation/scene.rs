//! Somebody who has all that a wallet can hold, and platforms that may be told all of it.

use serde_json::{Value, json};

use super::atoms::Told;
use crate::awarding;
use crate::contacts;
use crate::linked::Theirs;
use crate::media::files::jpeg_with_place;
use crate::protocol::oidc_core_userinfo::fill_profile;
use crate::support::documents::{self, Paper};
use crate::support::films;
use crate::support::form::Page;
use crate::support::hand::{Hand, give_picture};
use crate::support::person::Person;
use crate::support::platform::{Answer, Method, NewClient, Platform, Tokens, http};
use crate::support::server::Server;
use crate::support::site::Site;
use crate::support::unique;

const SCOPE: &str = "openid profile email phone address wallet.profile wallet.photos wallet.videos wallet.trust \
     wallet.badges wallet.age wallet.identity offline_access";
const OWN: &str = "wallet.badges.issue grant_management_query grant_management_revoke";
pub const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub struct House {
    pub server: Server,
    pub site: Site,
    theirs: Theirs,
}

impl House {
    pub async fn start() -> Self {
        let (site, theirs) = (Site::http().await, Theirs::start().await);
        let [(config, file), (allow, theirs_host)] = theirs.settings(None);
        let hosts = format!("{theirs_host},{}", site.host());
        let settings = [(config, file.as_str()), (allow, hosts.as_str()), ("SW__CODES__RESEND", "0s")];
        let server = Server::with(&settings).await;
        Self { server, site, theirs }
    }

    /// A client of the platform at this host; `signed` gets its UserInfo as a JWT.
    pub async fn client(&self, host: &str, signed: bool) -> Platform {
        let path = format!("/out-{host}");
        self.site.says(&path, "text/plain", "");
        let scope: &'static str = format!("{SCOPE} {OWN}").leak();
        let mut client = NewClient::new(Method::Basic).with("--scope", scope);
        client = client.redirected_to(&format!("https://{host}/in"));
        client = client.with("--backchannel-logout-uri", self.site.url(&path).leak());
        for grant in ["authorization_code", "refresh_token", "client_credentials", DEVICE] {
            client = client.with("--grant-type", grant);
        }
        if signed {
            client = client.with("--metadata", r#"{"userinfo_signed_response_alg":"ES256"}"#);
        }
        Platform::at(&self.server, &client).await
    }

    /// Somebody with every line of a profile, two addresses and a phone, photos and a video, a document that reviewers
    /// have seen, a picture, an account elsewhere, and a badge that `issuer` awards.
    pub async fn person(&self, issuer: &Platform, told: &mut Told) -> Owner {
        let server = &self.server;
        let mut person = Person::signed_up(server).await;
        fill_profile(&mut person).await;
        contacts::act(&mut person, "remove", "+4915112345678").await;
        let (work, phone) = (format!("{}@work.example", unique("a-")), contacts::number());
        contacts::prove(server, &mut person, "email", &work).await;
        contacts::prove(server, &mut person, "phone", &phone).await;
        documents::check(&server.stores, &person.email, &Paper::default()).await;
        let mut hand = Hand::beside(&person).await;
        for file in [jpeg_with_place(640, 480), jpeg_with_place(320, 200), films::mp4(b"isom", 200_000)] {
            let id = hand.add(&file).await;
            let page = hand.person.visit(&format!("/account/media/{id}")).await.page();
            let form =
                page.form("title").fill("title", "A door").fill("alt", "A carved door").fill("album", "Zanzibar");
            hand.person.submit(&page, &form).await;
        }
        give_picture(&mut person).await;
        let page = self.theirs.link(&mut person, |theirs, nonce| theirs.id_token(nonce)).await;
        assert_eq!(page.status, 200, "{}", page.text());
        self.award(issuer, &mut person, told).await;
        Owner { person, emails: vec![], work, phone }.with_first()
    }

    async fn award(&self, issuer: &Platform, person: &mut Person, told: &mut Told) {
        let sub = issuer.sign_in(person, "openid").await.claims["sub"].clone();
        let defined = awarding::define(issuer, "Top seller").await.json();
        self.server.cli(&["client", "badge-definitions", "approve", defined["id"].as_str().expect("an id")]);
        let wanted = json!({ "sub": sub, "definition": defined["id"] });
        let offered = awarding::post(issuer, "/badges/issue", &wanted).await;
        assert_eq!(offered.json()["status"], "offered", "{}", offered.text());
        told.answer("an awarded badge", &offered);
        let page = person.visit("/account/badges/offers").await.page();
        let page = person.submit(&page, &page.form_to("/accept")).await.page();
        assert!(page.text().contains("You have the badge."), "{}", page.text());
    }
}

/// The person, and what they chose for each platform.
pub struct Owner {
    pub person: Person,
    /// The first is for the first platform, the second for the second.
    pub emails: Vec<String>,
    work: String,
    pub phone: String,
}

impl Owner {
    fn with_first(mut self) -> Self {
        self.emails = vec![self.person.email.clone(), self.work.clone()];
        self
    }

    /// Says yes to all that a page offers, with one of the addresses.
    pub async fn says_yes(&mut self, page: &Page, email: &str) -> crate::support::person::Landing {
        let mut form = page.form("decision");
        let lines = form.offers("claim");
        form = form.tick_only("claim", &lines.iter().map(String::as_str).collect::<Vec<_>>());
        let picks = form.can_pick();
        form = form.pick_only(&picks);
        let offered = form.offers("pick-email");
        assert_eq!(offered.len(), 2, "two addresses to choose from");
        for value in offered {
            let words = page.texts(&format!("label[for=\"pick-{value}\"]")).join(" ");
            if words.contains(email) {
                form = form.choose("pick-email", &value);
            }
        }
        self.person.submit(page, &form.press("decision", "allow")).await
    }

    /// Lets a platform have all of it; `claims` asks for as much as can be asked for.
    pub async fn shares(&mut self, platform: &Platform, email: &str, told: &mut Told) -> Tokens {
        let claims = everything().to_string();
        let changes = [("claims", Some(claims.as_str())), ("prompt", Some("consent"))];
        let attempt = platform.attempt_with(SCOPE, &changes);
        let page = self.person.walk_to_consent(attempt.url.as_str()).await;
        let callback = self.says_yes(&page, email).await.away();
        // The address that they are sent back to is the platform's own.
        told.json(
            "callback",
            &callback.query_pairs().into_owned().map(|(name, value)| json!({ name: value })).collect(),
        );
        let answer = platform.exchange(&attempt, &platform.code(&attempt, &callback)).await;
        told.answer("token", &answer);
        platform.tokens(&attempt, answer).await
    }

    /// The same by a device: what it is told from the question to the tokens.
    pub async fn shares_by_device(&mut self, platform: &Platform, email: &str, told: &mut Told) {
        let asked = platform.post("device_authorization_endpoint", &[("scope", SCOPE)]).await;
        told.answer("device", &asked);
        let asked = asked.json();
        let page = self.person.visit("/device").await.page();
        let form = page.form("user_code").fill("user_code", asked["user_code"].as_str().expect("a code"));
        let page = self.person.submit(&page, &form).await.page();
        let done = self.says_yes(&page, email).await.page();
        assert_eq!(done.status, 200, "{}", done.text());
        let code = asked["device_code"].as_str().expect("a code");
        let answer = platform.token(&[("grant_type", DEVICE), ("device_code", code)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        told.answer("device token", &answer);
    }

    /// The receipts that the person has of what `sub` was given, as they could hand them on.
    pub async fn receipts(&mut self, sub: &Value, told: &mut Told) -> usize {
        let list = self.person.visit("/account/receipts").await.page();
        let mut found = 0;
        for link in list.attributes(".log a", "href") {
            let receipt = self.person.visit(&link).await.page();
            let token = receipt.body.trim();
            let body = crate::support::platform::payload(token);
            if body["dpv:hasDataSubject"]["dpv:hasIdentifier"] == *sub {
                told.text("receipt", token);
                found += 1;
            }
        }
        found
    }
}

/// As much as a platform can ask for about a checked document, in the ID Token and from UserInfo.
fn everything() -> Value {
    let check = json!({ "check_method": null, "check_id": null, "organization": null, "time": null });
    let document = json!({
        "type": null, "issuer": { "country_code": null }, "date_of_issuance": null, "date_of_expiry": null,
    });
    let verification = json!({
        "trust_framework": null,
        "assurance_level": null,
        "time": null,
        "verification_process": null,
        "assurance_process": {
            "policy": null,
            "procedure": null,
            "assurance_details": [{ "assurance_type": null, "evidence_ref": [{ "check_id": null }] }],
        },
        "evidence": [{ "type": { "value": "document" }, "check_details": [check], "document_details": document }],
    });
    let claims = json!({ "given_name": null, "family_name": null, "birthdate": null, "nationalities": null });
    let verified = json!({ "verification": verification, "claims": claims });
    json!({
        "userinfo": { "verified_claims": verified },
        "id_token": { "verified_claims": verified, "wallet_badges": null, "wallet_trust": null, "picture": null },
    })
}

/// A token of the client's own.
pub async fn own_token(platform: &Platform) -> String {
    let answer = platform.token(&[("grant_type", "client_credentials"), ("scope", "grant_management_query")]).await;
    answer.json()["access_token"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
}

pub async fn get(url: &str, token: Option<&str>, headers: &[(&str, &str)]) -> Answer {
    let request = token.into_iter().fold(http().get(url), |request, token| request.bearer_auth(token));
    Answer::of(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}
