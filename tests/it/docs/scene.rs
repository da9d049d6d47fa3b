//! What happens on one page: its commands and requests in order, by one client and one person.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use serde_json::Value;
use url::Url;

use super::answers;
use super::house::House;
use super::page::{Block, Page, Request};
use super::placeholders::{PLACEHOLDERS, fill, names};
use crate::support::form::Form;
use crate::support::person::{Landing, Person, is_step};
use crate::support::platform::{Answer, CALLBACK, Key, http};
use crate::support::proofs::ProofKey;

/// Pages that end or renew the session of their person, or need a young one.
const ALONE: &[&str] = &["logout", "step-up", "verified-claims"];

/// Where a browser goes rather than a program.
const BROWSED: &[&str] = &["/authorize", "/logout", "/device", "/account/approvals"];

/// How scopes begin that clients have for themselves: nobody is asked for them.
const OWN: &[&str] = &["grant_", "wallet.badges.issue", "wallet.changes.read", "ssf."];

pub struct Scene {
    pub page: String,
    pub house: Arc<House>,
    /// The client's key for assertions and request objects, and that for its proofs.
    pub key: Key,
    pub proof_key: ProofKey,
    /// The last nonce that we gave.
    pub nonce: Option<String>,
    /// The last JSON block.
    pub document: Option<Value>,
    /// The request that is being made: its method, its address without a query, the DPoP-bound token in it.
    pub method: String,
    pub url: String,
    pub presented: Option<String>,
    person: Option<Person>,
    /// What answers and commands said so far; under `first_…` what they said first.
    values: HashMap<String, String>,
    /// The scope of the page's client.
    scope: String,
}

/// Does what the page says; gives what is not as it stands there.
pub async fn play(page: &Page, house: Arc<House>) -> Result<(), String> {
    let mut scene = Scene {
        page: page.name.clone(),
        house,
        key: Key::generate(),
        proof_key: ProofKey::generate(),
        nonce: None,
        document: None,
        method: String::new(),
        url: String::new(),
        presented: None,
        person: None,
        values: HashMap::new(),
        scope: "openid email".to_owned(),
    };
    let mut answered = None;
    for block in &page.blocks {
        match block {
            Block::Settings(_) => {}
            Block::Commands(commands) => {
                for words in commands {
                    scene.run(words).await?;
                }
            }
            Block::Json(text) => {
                let text = scene.filled(text).await?;
                scene.document = Some(serde_json::from_str(&text).map_err(|why| format!("{why} in {text}"))?);
            }
            Block::Request(request) => answered = Some((request, scene.send(request).await?)),
            Block::Answer(wanted) => {
                let (request, answer) = answered.take().ok_or("an answer without a request")?;
                let fault = |why| {
                    let told = answer.headers.get(LOCATION).map(|url| format!(" to {url:?}")).unwrap_or_default();
                    format!("{} {}: {why}\n{}{told}\n{}", request.method, request.target, answer.status, answer.text())
                };
                let wanted = scene.filled_answer(wanted).await?;
                answers::compare(&answer, &wanted).map_err(fault)?;
                scene.keep(&answer);
            }
        }
    }
    Ok(())
}

impl Scene {
    pub async fn person(&mut self) -> &mut Person {
        if self.person.is_none() {
            self.person = Some(self.house.person(ALONE.contains(&self.page.as_str())).await);
        }
        self.person.as_mut().expect("made above")
    }

    /// What a placeholder stands for.
    pub fn value<'a>(&'a mut self, name: &'a str) -> LocalBoxFuture<'a, Result<String, String>> {
        Box::pin(async move {
            if let Some(value) = self.values.get(name) {
                return Ok(value.clone());
            }
            let found = PLACEHOLDERS.iter().find(|placeholder| placeholder.name == name);
            let placeholder = found.ok_or_else(|| format!("nothing says what {{{name}}} is"))?;
            let value = (placeholder.resolve)(self).await?;
            if placeholder.is_kept {
                self.values.insert(name.to_owned(), value.clone());
            }
            Ok(value)
        })
    }

    async fn filled(&mut self, text: &str) -> Result<String, String> {
        self.filled_with(text, str::to_owned).await
    }

    async fn filled_with(&mut self, text: &str, write: impl Fn(&str) -> String) -> Result<String, String> {
        let mut values = HashMap::new();
        for name in names(text) {
            values.insert(name, write(&self.value(name).await?));
        }
        fill(text, |name| Ok(values[name].clone()))
    }

    async fn filled_answer(&mut self, answer: &super::page::Answer) -> Result<super::page::Answer, String> {
        let mut headers = Vec::new();
        for (name, value) in &answer.headers {
            headers.push((name.clone(), self.filled(value).await?));
        }
        Ok(super::page::Answer { status: answer.status, headers, body: self.filled(&answer.body).await? })
    }

    async fn run(&mut self, words: &[String]) -> Result<(), String> {
        let mut filled = Vec::new();
        for word in words {
            filled.push(self.filled(word).await?);
        }
        let tells = [["client", "add"], ["client", "rotate-secret"], ["client", "initial-token"]];
        if tells.iter().any(|tells| filled.starts_with(&tells.map(str::to_owned))) {
            filled.push("--json".to_owned());
        }
        if let Some(at) = filled.iter().position(|word| word == "--scope") {
            self.scope = filled[at + 1]
                .split(' ')
                .filter(|name| !OWN.iter().any(|own| name.starts_with(own)))
                .collect::<Vec<_>>()
                .join(" ");
        }
        // Not in the way of the other pages: who is slow with a request is cut off.
        let house = Arc::clone(&self.house);
        let runner = Arc::clone(&house);
        let turn = house.commands.acquire().await.map_err(|why| why.to_string())?;
        let ran = tokio::task::spawn_blocking(move || runner.run(&filled)).await;
        drop(turn);
        let out = ran.map_err(|why| why.to_string())??;
        if let Ok(Value::Object(members)) = serde_json::from_str(&out) {
            members.iter().for_each(|(name, value)| self.note(name, value));
        }
        Ok(())
    }

    fn note(&mut self, name: &str, value: &Value) {
        let Some(value) = value.as_str() else { return };
        self.values.entry(format!("first_{name}")).or_insert_with(|| value.to_owned());
        self.values.insert(name.to_owned(), value.to_owned());
    }

    /// Keeps what an answer says for the requests that follow.
    fn keep(&mut self, answer: &Answer) {
        if let Some(nonce) = answer.header("dpop-nonce") {
            self.nonce = Some(nonce.to_owned());
        }
        if let Ok(Value::Object(members)) = serde_json::from_slice(&answer.body) {
            members.iter().filter(|(name, _)| *name != "scope").for_each(|(name, value)| self.note(name, value));
        }
        if let Some(url) = answer.header("location") {
            for (name, value) in answers::parameters(url).1 {
                self.note(&name, &Value::String(value));
            }
        }
    }

    async fn send(&mut self, request: &Request) -> Result<Answer, String> {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let (place, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let place = self.filled(place).await?;
        let query = self.filled_with(query, encode).await?;
        let target = if query.is_empty() { place } else { format!("{place}?{query}") };
        let mut url = Url::parse(&target).map_err(|why| format!("{why}: {target}"))?;
        if BROWSED.contains(&url.path()) {
            return Ok(self.browse(url.as_str()).await);
        }
        let is_mutual = target.starts_with(&self.house.mtls);
        self.method.clone_from(&request.method);
        self.presented = None;
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).map_err(|why| why.to_string())?;
        let client = if is_mutual { self.house.certificate.http() } else { http() };
        let mut sent = client.request(method, url.clone());
        url.set_query(None);
        self.url = url.into();
        let mut is_form = false;
        for (name, value) in &request.headers {
            let value = self.filled(value).await?;
            if let Some(token) = value.strip_prefix("DPoP ") {
                self.presented = Some(token.to_owned());
            }
            is_form |= value.ends_with("form-urlencoded");
            sent = sent.header(name, value);
        }
        let body = match is_form {
            true => self.filled_with(&request.body, encode).await?,
            false => self.filled(&request.body).await?,
        };
        if !body.is_empty() {
            sent = sent.body(body);
        }
        Answer::attempted(sent).await.map_err(|why| why.to_string())
    }

    /// Opens an address in the person's browser, who allows everything; gives where it ends.
    async fn browse(&mut self, url: &str) -> Answer {
        let person = self.person().await;
        let mut landing = person.visit(url).await;
        for _ in 0..10 {
            let page = match landing {
                Landing::Page(page) => *page,
                Landing::Away(url) => {
                    let url = HeaderValue::from_str(url.as_str()).expect("a URL");
                    return Answer { status: 303, headers: HeaderMap::from_iter([(LOCATION, url)]), body: Vec::new() };
                }
            };
            landing = match page.forms().into_iter().find_map(yes) {
                Some(form) => person.submit(&page, &form).await,
                None if page.status == 200 && is_step(&page) => person.next_step(&page).await,
                None => return Answer { status: page.status, headers: page.headers, body: page.body.into() },
            };
        }
        panic!("too many pages: {:?}", person.trail)
    }

    /// A code by a request of the page's client, with some parameters changed.
    pub async fn authorize(&mut self, changes: &[(&str, &str)]) -> Result<String, String> {
        let (id, challenge) = (self.value("client_id").await?, self.value("code_challenge").await?);
        let scope = self.scope.clone();
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &id),
            ("redirect_uri", CALLBACK),
            ("scope", &scope),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        parameters.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        parameters.extend(changes);
        let url = Url::parse_with_params(&format!("{}/authorize", self.house.server.issuer), parameters);
        let answer = self.browse(url.expect("a URL").as_str()).await;
        let url = answer.header("location").unwrap_or_default().to_owned();
        let code = answers::parameters(&url).1.into_iter().find(|(name, _)| name == "code");
        code.map(|(_, code)| code).ok_or_else(|| format!("no code came: {} {url}\n{}", answer.status, answer.text()))
    }

    /// The tokens for a code.
    pub async fn redeem(&mut self, code: &str) -> Result<Value, String> {
        let (basic, verifier) = (self.value("basic").await?, self.value("code_verifier").await?);
        let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        let form = [&form[..], &[("code_verifier", &verifier)]].concat();
        let url = format!("{}/token", self.house.server.issuer);
        let answer = Answer::of(http().post(url).header("authorization", format!("Basic {basic}")).form(&form)).await;
        if answer.status == 200 { Ok(answer.json()) } else { Err(format!("no tokens came: {}", answer.text())) }
    }
}

/// A form of ours that asks for a decision, with the answer that is yes to all of it.
fn yes(form: Form) -> Option<Form> {
    if form.buttons.iter().any(|button| button.name == "decision" && button.value == "allow") {
        let claims = form.offers("claim");
        let form = form.tick_only("claim", &claims.iter().map(String::as_str).collect::<Vec<_>>());
        let picks = form.can_pick();
        let form = form.pick_only(&picks);
        let form = if form.has("duration") { form.choose("duration", "until_stopped") } else { form };
        return Some(form.press("decision", "allow"));
    }
    if form.buttons.iter().any(|button| button.value == "sign_out") {
        return Some(form.press("decision", "sign_out"));
    }
    let is_known = form.has("user_code") || form.action.path().ends_with("/approve");
    is_known.then_some(form)
}
