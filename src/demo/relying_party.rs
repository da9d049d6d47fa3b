//! The OpenID Connect client of the platform: what any stock client does, with every check that the standards ask for.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreErrorResponseType, CoreGenderClaim, CoreIdToken, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, StandardErrorResponse, SubjectIdentifier, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{SCOPE, Settings};
use crate::base::Fault;

/// How long the wallet may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Claims beyond those that the library knows, so that everything that arrives can be shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Others(Map<String, Value>);

impl AdditionalClaims for Others {}

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The platform as a client of its wallet.
pub struct RelyingParty {
    pub settings: Settings,
    issuer: IssuerUrl,
    redirect_uri: RedirectUrl,
    post_logout_redirect_uri: PostLogoutRedirectUrl,
    http: openidconnect::reqwest::Client,
}

/// A sign-in under way: what the callback must fit.
pub struct Login {
    provider: ProviderMetadataWithLogout,
    state: CsrfToken,
    nonce: Nonce,
    verifier: String,
}

/// What the wallet gave.
#[derive(Clone)]
pub struct Arrived {
    provider: ProviderMetadataWithLogout,
    subject: SubjectIdentifier,
    id_token: CoreIdToken,
    access_token: AccessToken,
    refresh_token: Option<RefreshToken>,
    /// The claims of the ID Token, all of them.
    pub id_token_claims: Map<String, Value>,
    /// The claims of the UserInfo response.
    pub userinfo: Map<String, Value>,
    /// Links to the photos that were picked, for the page to show.
    pub photos: Vec<String>,
    /// The badges that were picked.
    pub badges: Vec<Badge>,
    /// The token response without its secrets.
    pub token: Map<String, Value>,
}

/// A badge, as far as the page shows it.
#[derive(Debug, Clone)]
pub struct Badge {
    pub name: String,
    pub level: String,
    /// The day.
    pub verified_on: String,
}

impl Arrived {
    /// Without all that was read with tokens that are refused now.
    pub fn forgotten(&self) -> Self {
        Self { userinfo: Map::new(), photos: Vec::new(), badges: Vec::new(), ..self.clone() }
    }

    pub fn has_refresh_token(&self) -> bool {
        self.refresh_token.is_some()
    }
}

/// Why something did not work, in words for a visitor.
#[derive(Debug)]
pub struct Refusal(String);

impl Refusal {
    pub fn new(why: &str) -> Self {
        Self(why.to_owned())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An error with all its causes: which answer of the wallet, and what was wrong with it.
fn refusal(attempted: &str) -> impl Fn(&dyn std::error::Error) -> Refusal {
    move |error| {
        let mut text = format!("{attempted}: {error}");
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        Refusal(text)
    }
}

impl RelyingParty {
    pub fn new(settings: Settings) -> Result<Self, Fault> {
        let bad = |e| Fault::internal("read the addresses of the sample platform", e);
        let http = openidconnect::reqwest::Client::builder()
            .redirect(openidconnect::reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .no_proxy()
            .build();
        Ok(Self {
            issuer: IssuerUrl::new(settings.issuer.clone()).map_err(bad)?,
            redirect_uri: RedirectUrl::new(settings.redirect_uri()).map_err(bad)?,
            post_logout_redirect_uri: PostLogoutRedirectUrl::new(settings.post_logout_redirect_uri()).map_err(bad)?,
            http: http.map_err(|e| Fault::internal("make an HTTP client", e))?,
            settings,
        })
    }

    fn client(&self, provider: &ProviderMetadataWithLogout) -> Client {
        let id = ClientId::new(self.settings.client_id.clone());
        let secret = ClientSecret::new(self.settings.client_secret.expose().clone());
        CoreClient::from_provider_metadata(provider.clone(), id, Some(secret))
            .set_redirect_uri(self.redirect_uri.clone())
    }

    /// Where to send a person to sign in, and what to remember until they are back.
    pub async fn begin(&self) -> Result<(String, Login), Refusal> {
        let provider = ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &self.http).await;
        let provider = provider.map_err(|e| refusal("The wallet could not be asked for its addresses")(&e))?;
        let client = self.client(&provider);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .set_pkce_challenge(challenge);
        for scope in SCOPE.iter().filter(|scope| **scope != "openid") {
            request = request.add_scope(Scope::new((*scope).to_owned()));
        }
        let (url, state, nonce) = request.url();
        Ok((url.to_string(), Login { provider, state, nonce, verifier: verifier.into_secret() }))
    }

    /// Takes what the person came back with: code to tokens, ID Token checked, UserInfo read.
    pub async fn finish(&self, login: &Login, answer: &[(String, String)]) -> Result<Arrived, Refusal> {
        let param = |name: &str| answer.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        if param("state") != Some(login.state.secret().as_str()) {
            return Err(Refusal("That answer belongs to another sign-in. Please begin again.".into()));
        }
        // RFC 9207 §2.4: an answer of another provider is no answer.
        if param("iss") != Some(login.provider.issuer().as_str()) {
            return Err(Refusal("That answer came from another wallet.".into()));
        }
        if let Some(error) = param("error") {
            let said = param("error_description").map(|d| format!(" – {d}")).unwrap_or_default();
            return Err(Refusal(match error {
                "access_denied" => format!("You shared nothing ({error}{said})."),
                _ => format!("The wallet said no: {error}{said}."),
            }));
        }
        let code = param("code").ok_or_else(|| Refusal("The wallet sent no code.".into()))?;
        let client = self.client(&login.provider);
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned()));
        let request = request.map_err(|e| refusal("The wallet has no token endpoint")(&e))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(login.verifier.clone()));
        let response = request.request_async(&self.http).await;
        let response = response.map_err(|e| told("The code was not taken", &e))?;
        let id_token = self.check(&client, &response, |nonce: Option<&Nonce>| match nonce {
            Some(nonce) if nonce.secret() == login.nonce.secret() => Ok(()),
            _ => Err("the nonce does not fit".to_owned()),
        })?;
        let id_token_claims = payload(&id_token);
        let subject = id_token_claims.get("sub").and_then(Value::as_str).unwrap_or_default();
        let arrived = Arrived {
            provider: login.provider.clone(),
            subject: SubjectIdentifier::new(subject.to_owned()),
            access_token: response.access_token().clone(),
            refresh_token: response.refresh_token().cloned(),
            token: without_secrets(&response),
            id_token,
            id_token_claims,
            userinfo: Map::new(),
            photos: Vec::new(),
            badges: Vec::new(),
        };
        self.again(&arrived).await
    }

    /// The ID Token of a response: signature, issuer, audience, times, nonce, and that the access token belongs to it.
    fn check(
        &self,
        client: &Client,
        response: &CoreTokenResponse,
        nonce: impl FnOnce(Option<&Nonce>) -> Result<(), String>,
    ) -> Result<CoreIdToken, Refusal> {
        let attempted = refusal("The ID token is not right");
        let id_token = response.id_token().ok_or_else(|| Refusal("The wallet sent no ID token.".into()))?;
        let verifier = client.id_token_verifier();
        let claims = id_token.claims(&verifier, nonce).map_err(|e| attempted(&e))?;
        if let Some(expected) = claims.access_token_hash() {
            let alg = id_token.signing_alg().map_err(|e| attempted(&e))?;
            let key = id_token.signing_key(&verifier).map_err(|e| attempted(&e))?;
            let hash = AccessTokenHash::from_token(response.access_token(), alg, key).map_err(|e| attempted(&e))?;
            if hash != *expected {
                return Err(Refusal("The access token does not belong to the ID token.".into()));
            }
        }
        Ok(id_token.clone())
    }

    /// Reads UserInfo with the access token that is at hand.
    pub async fn userinfo(&self, arrived: &Arrived) -> Result<Map<String, Value>, Refusal> {
        let client = self.client(&arrived.provider);
        let request = client.user_info(arrived.access_token.clone(), Some(arrived.subject.clone()));
        let request = request.map_err(|e| refusal("The wallet has no UserInfo endpoint")(&e))?;
        let claims: Result<UserInfoClaims<Others, CoreGenderClaim>, _> = request.request_async(&self.http).await;
        let claims = claims.map_err(|e| refusal("UserInfo was not given")(&e))?;
        Ok(serde_json::to_value(claims).ok().and_then(|value| value.as_object().cloned()).unwrap_or_default())
    }

    /// Everything that is read with the access token, read anew.
    pub async fn again(&self, arrived: &Arrived) -> Result<Arrived, Refusal> {
        let userinfo = self.userinfo(arrived).await?;
        let (photos, badges) = (self.photos(arrived).await, self.badges(arrived).await);
        Ok(Arrived { userinfo, photos, badges, ..arrived.clone() })
    }

    /// The badges that the person picked, by the names that the wallet publishes for them. None are no failure.
    async fn badges(&self, arrived: &Arrived) -> Vec<Badge> {
        let url = format!("{}/wallet/v1/badges?status=active", self.settings.issuer);
        let told = self.call(arrived, self.http.get(url)).await.unwrap_or_default();
        let mut badges = Vec::new();
        for badge in told["data"].as_array().into_iter().flatten() {
            let text = |name: &str| badge[name].as_str().unwrap_or_default().to_owned();
            let kind = text("type");
            let name = self.badge_name(&kind).await.unwrap_or(kind);
            let verified_on = text("verified_at").chars().take(10).collect();
            badges.push(Badge { name, level: text("level"), verified_on });
        }
        badges
    }

    /// What a kind of badge is called, by its public page.
    async fn badge_name(&self, kind: &str) -> Option<String> {
        let request = self.http.get(format!("{}/badge-types/{kind}", self.settings.issuer));
        let answer = request.header("accept", "application/json").send().await.ok()?;
        let described: Value = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
        described["name"].as_str().map(str::to_owned)
    }

    /// Links to the photos that the person picked, by the data API of the wallet. No photos are no failure.
    async fn photos(&self, arrived: &Arrived) -> Vec<String> {
        let base = format!("{}/wallet/v1/media", self.settings.issuer);
        let told = self.call(arrived, self.http.get(format!("{base}?kind=photo&limit=100"))).await.unwrap_or_default();
        let mut links = Vec::new();
        for id in told["data"].as_array().into_iter().flatten().filter_map(|photo| photo["id"].as_str()) {
            let wanted = json!({ "variant": "s320", "ttl": 600 }).to_string();
            let request = self.http.post(format!("{base}/{id}/links")).header("content-type", "application/json");
            let link = self.call(arrived, request.body(wanted)).await.unwrap_or_default();
            links.extend(link["url"].as_str().map(str::to_owned));
        }
        links
    }

    /// The JSON of the data API's answer; `None` where it refuses.
    async fn call(&self, arrived: &Arrived, request: openidconnect::reqwest::RequestBuilder) -> Option<Value> {
        let answer = request.bearer_auth(arrived.access_token.secret()).send().await.ok()?;
        let is_told = answer.status().is_success();
        let bytes = answer.bytes().await.ok()?;
        serde_json::from_slice(&bytes).ok().filter(|_| is_told)
    }

    /// Trades the refresh token for new tokens and reads UserInfo with them.
    pub async fn refresh(&self, arrived: &Arrived) -> Result<Arrived, Refusal> {
        let none = || Refusal("There is no refresh token.".into());
        let refresh_token = arrived.refresh_token.as_ref().ok_or_else(none)?;
        let client = self.client(&arrived.provider);
        let request = client.exchange_refresh_token(refresh_token);
        let request = request.map_err(|e| refusal("The wallet has no token endpoint")(&e))?;
        let response = request.request_async(&self.http).await;
        let response = response.map_err(|e| told("The refresh token was not taken", &e))?;
        let id_token = match response.id_token() {
            // OIDC Core §12.2: one may come; it tells of the same sign-in and need not repeat the nonce.
            Some(_) => self.check(&client, &response, |_: Option<&Nonce>| Ok(()))?,
            None => arrived.id_token.clone(),
        };
        let renewed = Arrived {
            provider: arrived.provider.clone(),
            subject: arrived.subject.clone(),
            access_token: response.access_token().clone(),
            refresh_token: response.refresh_token().or(Some(refresh_token)).cloned(),
            token: without_secrets(&response),
            id_token_claims: payload(&id_token),
            id_token,
            userinfo: Map::new(),
            photos: Vec::new(),
            badges: Vec::new(),
        };
        self.again(&renewed).await
    }

    /// Where to send a person to sign out of the wallet too (OIDC RP-Initiated Logout §2); home where it cannot.
    pub fn sign_out_url(&self, arrived: &Arrived) -> String {
        let Some(endpoint) = arrived.provider.additional_metadata().end_session_endpoint.clone() else {
            return self.settings.post_logout_redirect_uri();
        };
        let request = LogoutRequest::from(endpoint)
            .set_id_token_hint(&arrived.id_token)
            .set_client_id(ClientId::new(self.settings.client_id.clone()))
            .set_post_logout_redirect_uri(self.post_logout_redirect_uri.clone());
        request.http_get_url().to_string()
    }
}

/// What the token endpoint said, by its own words where it gave some (RFC 6749 §5.2).
fn told<E: std::error::Error + 'static>(
    attempted: &str,
    error: &RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>,
) -> Refusal {
    match error {
        RequestTokenError::ServerResponse(response) => {
            let said = response.error_description().map(|d| format!(" – {d}")).unwrap_or_default();
            Refusal(format!("{attempted}: {}{said}", response.error()))
        }
        other => refusal(attempted)(other),
    }
}

/// All claims of a token whose signature was checked, those too that the library does not know.
fn payload(id_token: &CoreIdToken) -> Map<String, Value> {
    let text = id_token.to_string();
    let payload = text.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    payload.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

fn without_secrets(response: &CoreTokenResponse) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("token_type".into(), json!(response.token_type()));
    shown.insert("expires_in".into(), json!(response.expires_in().map(|d| d.as_secs())));
    let scopes = response.scopes().map(|all| all.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(" "));
    shown.insert("scope".into(), json!(scopes));
    shown.insert(
        "refresh_token".into(),
        json!(if response.refresh_token().is_some() { "came" } else { "did not come" }),
    );
    shown
}
