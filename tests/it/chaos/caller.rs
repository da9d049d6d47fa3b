//! A platform and a browser that survive a server which dies while they talk to it.

use reqwest::header::HeaderMap;
use url::Url;

use crate::support::cookies::Jar;
use crate::support::form::Form;
use crate::support::form::Page;
use crate::support::person::Person;
use crate::support::person::encode;
use crate::support::platform::Answer;
use crate::support::platform::Attempt;
use crate::support::platform::Platform;
use crate::support::server::Server;

use super::SCOPE;

/// Requests of one platform on behalf of one person, to one process of the wallet.
#[derive(Clone)]
pub struct Caller {
    issuer: String,
    address: String,
    authorization: String,
    metadata: serde_json::Value,
    redirect_uri: String,
    client_id: String,
    http: reqwest::Client,
    pub jar: Jar,
}

/// A code and what it takes to redeem it.
#[derive(Clone, Debug)]
pub struct Coded {
    pub code: String,
    pub verifier: String,
}

impl Caller {
    pub fn new(server: &Server, platform: &Platform, person: &Person) -> Self {
        Self {
            issuer: server.issuer.clone(),
            address: server.address.clone(),
            authorization: platform.basic(),
            metadata: platform.metadata.clone(),
            redirect_uri: platform.redirect_uri.clone(),
            client_id: platform.client.id.clone(),
            http: crate::support::platform::http(),
            jar: person.jar.clone(),
        }
    }

    /// The same at another process.
    pub fn at(&self, server: &Server) -> Self {
        Self { address: server.address.clone(), http: crate::support::platform::http(), ..self.clone() }
    }

    fn here(&self, url: &str) -> String {
        url.replacen(&self.issuer, &self.address, 1)
    }

    fn endpoint(&self, name: &str) -> String {
        self.here(self.metadata[name].as_str().unwrap_or_else(|| panic!("discovery has no `{name}`")))
    }

    pub async fn get(&self, url: &str) -> reqwest::Result<Answer> {
        Answer::attempted(self.http.get(self.here(url))).await
    }

    pub async fn discovery(&self) -> reqwest::Result<Answer> {
        self.get(&format!("{}/.well-known/openid-configuration", self.issuer)).await
    }

    pub async fn jwks(&self) -> reqwest::Result<Answer> {
        Answer::attempted(self.http.get(self.endpoint("jwks_uri"))).await
    }

    pub async fn post(&self, endpoint: &str, parameters: &[(&str, &str)]) -> reqwest::Result<Answer> {
        let request = self.http.post(self.endpoint(endpoint)).header("authorization", &self.authorization);
        Answer::attempted(request.form(parameters)).await
    }

    pub async fn exchange(&self, coded: &Coded) -> reqwest::Result<Answer> {
        let parameters = [
            ("grant_type", "authorization_code"),
            ("code", coded.code.as_str()),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("code_verifier", coded.verifier.as_str()),
        ];
        self.post("token_endpoint", &parameters).await
    }

    pub async fn refresh(&self, token: &str) -> reqwest::Result<Answer> {
        self.post("token_endpoint", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub async fn introspect(&self, token: &str) -> reqwest::Result<Answer> {
        self.post("introspection_endpoint", &[("token", token)]).await
    }

    pub async fn revoke(&self, token: &str) -> reqwest::Result<Answer> {
        self.post("revocation_endpoint", &[("token", token)]).await
    }

    pub async fn userinfo(&self, access: &str) -> reqwest::Result<Answer> {
        Answer::attempted(self.http.get(self.endpoint("userinfo_endpoint")).bearer_auth(access)).await
    }

    pub fn attempt(&self) -> Attempt {
        let (state, nonce) = (crate::support::random_text(), crate::support::random_text());
        let verifier = crate::support::random_text();
        let challenge = {
            use base64::Engine as _;
            use sha2::Digest as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(&verifier))
        };
        let mut url = Url::parse(self.metadata["authorization_endpoint"].as_str().expect("one")).expect("a URL");
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", SCOPE),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        Attempt { url, state, nonce, verifier, redirect_uri: self.redirect_uri.clone() }
    }

    /// One page or redirect, as a browser asks for it.
    pub async fn open(&mut self, url: &Url, body: Option<String>) -> reqwest::Result<Page> {
        let mut request = match &body {
            Some(body) => self.http.post(self.here(url.as_str())).body(body.clone()),
            None => self.http.get(self.here(url.as_str())),
        };
        request = request.header("accept", "text/html,application/xhtml+xml");
        request = request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
        if body.is_some() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
            request = request.header("origin", &self.issuer).header("sec-fetch-site", "same-origin");
        }
        if let Some(cookies) = self.jar.header(url) {
            request = request.header("cookie", cookies);
        }
        let answer = request.send().await?;
        let (status, headers): (u16, HeaderMap) = (answer.status().as_u16(), answer.headers().clone());
        self.jar.keep(url, &headers);
        Ok(Page { url: url.clone(), status, headers, body: answer.text().await? })
    }

    /// Follows redirects as long as they stay at the wallet. Gives the last answer: a page, or the redirect away.
    pub async fn browse(&mut self, url: &Url, mut body: Option<String>) -> reqwest::Result<Page> {
        let mut url = url.clone();
        loop {
            let page = self.open(&url, body.take()).await?;
            let target = page.header("location").map(str::to_owned).or_else(|| {
                let refresh = page.header("refresh")?;
                Some(refresh.split_once("url=")?.1.trim_matches('"').to_owned())
            });
            match target.and_then(|target| url.join(&target).ok()) {
                Some(next) if next.as_str().starts_with(&self.issuer) => url = next,
                _ => return Ok(page),
            }
        }
    }

    pub async fn submit(&mut self, form: &Form) -> reqwest::Result<Page> {
        self.browse(&form.action.clone(), Some(encode(&form.pairs()))).await
    }

    /// A code, with consent given where it is asked for. The page that came instead, where one did.
    pub async fn code(&mut self) -> reqwest::Result<Result<Coded, Box<Page>>> {
        let attempt = self.attempt();
        let mut page = self.browse(&attempt.url, None).await?;
        if let Some(form) = page.find_form("decision") {
            let form = form.tick_only("claim", &["email", "offline_access"]).choose("duration", "until_stopped");
            page = self.submit(&form.press("decision", "allow")).await?;
        }
        let away = page.header("location").map(str::to_owned).or_else(|| {
            let refresh = page.header("refresh")?;
            Some(refresh.split_once("url=")?.1.trim_matches('"').to_owned())
        });
        let away = away.and_then(|away| Url::parse(&away).ok());
        let code = away.and_then(|url| url.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into()));
        Ok(match code {
            Some(code) => Ok(Coded { code, verifier: attempt.verifier }),
            None => Err(Box::new(page)),
        })
    }

    /// Stops sharing with the one connected app. True when the wallet has said that it is done.
    pub async fn stop_sharing(&mut self) -> reqwest::Result<bool> {
        let at = |path: &str| Url::parse(&format!("{}{path}", self.issuer)).expect("a URL");
        let (apps, stop) = (at("/account/apps"), "/stop");
        let Some(app) = self.browse(&apps, None).await?.link("/account/apps/") else { return Ok(false) };
        let Some(stop) = self.browse(&app, None).await?.link(stop) else { return Ok(false) };
        let page = self.browse(&stop, None).await?;
        let Some(form) = page.forms().into_iter().find(|form| form.action.path().ends_with("/stop")) else {
            return Ok(false);
        };
        let after = self.submit(&form).await?;
        Ok(after.status == 200)
    }
}
