//! The house as a relying party of another provider (OIDC Core §3.1): a person shows that an account there is theirs.
//!
//! Every check of the ID Token is the library's (OIDC Core §3.1.3.7); every call goes by [`Fetch`], so a provider that
//! is misconfigured or hostile cannot make us call what is private.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::http::Response;
use openidconnect::http::header::CONTENT_TYPE;
use openidconnect::{
    AdditionalProviderMetadata, AsyncHttpClient, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, RequestTokenError, Scope,
    TokenResponse,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::fetch::{Fetch, FetchError};
use crate::base::{Random, Secret};
use crate::config::LinkedProvider;

/// How long a provider may take for everything that one step asks of it: less than the person's request may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// The longest name that is kept of an account there, in characters.
const MOST_NAME: usize = 200;

/// What may sign an ID Token. Not `none`, and nothing that is made with the client secret.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why an account was not shown to be the person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The person said no there.
    Denied,
    /// The provider said that it could not.
    Told,
    /// It did not answer, or not in time.
    Away,
    /// It answers with what a provider does not, or leads us where we do not go.
    Unfit,
    /// The answer came from another provider (RFC 9207).
    OtherIssuer,
    /// The code was not taken.
    Code,
    /// The ID Token is not one for us, of this provider, of this sign-in, of this moment.
    Token,
}

impl Refusal {
    /// For the log and the trail.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Denied => "denied_there",
            Self::Told => "refused_there",
            Self::Away => "provider_away",
            Self::Unfit => "provider_unfit",
            Self::OtherIssuer => "other_issuer",
            Self::Code => "code_refused",
            Self::Token => "token_refused",
        }
    }
}

/// A sign-in that has begun: where the person goes, and what the answer must fit.
pub struct Begun {
    pub url: Url,
    pub state: Secret<String>,
    pub nonce: Secret<String>,
    pub verifier: Secret<String>,
    /// Whether its answers say who gives them (RFC 9207 §3).
    pub says_issuer: bool,
}

/// What the answer must fit.
pub struct Expected<'a> {
    pub nonce: &'a str,
    pub verifier: &'a str,
    pub says_issuer: bool,
}

/// What the person came back with.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub code: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
}

/// An account there that is the person's.
pub struct Proven {
    pub subject: String,
    /// What it is called there, where the provider says so.
    pub name: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Beside {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Beside {}

type Metadata = ProviderMetadata<
    Beside,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The house as a client of one provider.
pub struct RelyingParty<'a> {
    pub fetch: &'a Fetch,
    pub provider: &'a LinkedProvider,
    pub redirect_uri: String,
}

/// Our own fetch as the library calls it.
struct Guarded<'a>(&'a Fetch);

impl<'c> AsyncHttpClient<'c> for Guarded<'_> {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let unfit = |_| FetchError::Refused("it is no URL");
            let url = Url::parse(&parts.uri.to_string()).map_err(unfit)?;
            let exchanged = self.0.exchange(parts.method, &url, parts.headers, body).await?;
            let mut response = Response::builder().status(exchanged.status);
            if let Some(content_type) = exchanged.content_type {
                response = response.header(CONTENT_TYPE, content_type);
            }
            response.body(exchanged.body.to_vec()).map_err(|_| FetchError::Unanswered("the answer has no status"))
        })
    }
}

impl RelyingParty<'_> {
    /// Where a person goes to sign in there, by the code flow with PKCE.
    ///
    /// # Errors
    /// The provider is away, or no provider.
    pub async fn begin(&self, random: &Random) -> Result<Begun, Refusal> {
        let metadata = in_time(self.discover()).await?;
        let says_issuer = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        let [state, nonce, verifier] = [32; 3].map(|bytes| random.token(bytes));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
        let client = self.client(metadata)?;
        let (for_state, for_nonce) = (state.clone(), nonce.clone());
        let request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(for_state),
            move || Nonce::new(for_nonce),
        );
        let scopes = self.provider.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
        let (url, _, _) = request.set_pkce_challenge(challenge).add_scopes(scopes).url();
        let [state, nonce, verifier] = [state, nonce, verifier].map(Secret::new);
        Ok(Begun { url, state, nonce, verifier, says_issuer })
    }

    /// Takes what the person came back with: who answers, the code, the ID Token.
    ///
    /// # Errors
    /// Whatever does not fit; the provider is away.
    pub async fn finish(&self, expected: &Expected<'_>, answer: &Answer) -> Result<Proven, Refusal> {
        // RFC 9207 §2.4: first of all, and for errors too.
        match &answer.iss {
            Some(iss) if *iss != self.provider.issuer => return Err(Refusal::OtherIssuer),
            None if expected.says_issuer => return Err(Refusal::OtherIssuer),
            _ => {}
        }
        match (answer.error.as_deref(), &answer.code) {
            (Some("access_denied"), _) => Err(Refusal::Denied),
            (Some(_), _) => Err(Refusal::Told),
            (None, None) => Err(Refusal::Unfit),
            (None, Some(code)) => in_time(self.redeem(expected, code)).await,
        }
    }

    async fn redeem(&self, expected: &Expected<'_>, code: &str) -> Result<Proven, Refusal> {
        let client = self.client(self.discover().await?)?;
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(|_| Refusal::Unfit)?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(expected.verifier.to_owned()));
        let http = Guarded(self.fetch);
        let response = request.request_async(&http).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(_) => Refusal::Code,
            RequestTokenError::Request(error) => self.unreached(error),
            _ => self.unfit("its token endpoint answers with something else"),
        })?;
        let id_token = response.id_token().ok_or_else(|| self.unfit("its token endpoint gave no ID token"))?;
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        let is_ours = |nonce: Option<&Nonce>| match nonce {
            Some(nonce) if nonce.secret() == expected.nonce => Ok(()),
            _ => Err("the nonce is another".to_owned()),
        };
        let claims = id_token.claims(&verifier, is_ours).map_err(|error| {
            tracing::warn!(provider = self.provider.id, reason = untrue(&error), "an ID token was refused");
            Refusal::Token
        })?;
        let names = [
            claims.name().and_then(|name| name.get(None)).map(|name| name.as_str()),
            claims.preferred_username().map(|name| name.as_str()),
            claims.nickname().and_then(|name| name.get(None)).map(|name| name.as_str()),
            claims.email().map(|email| email.as_str()),
        ];
        let name = names.into_iter().flatten().map(presentable).find(|name| !name.is_empty());
        Ok(Proven { subject: claims.subject().as_str().to_owned(), name })
    }

    /// The provider's addresses and keys, as they are at this moment.
    async fn discover(&self) -> Result<Metadata, Refusal> {
        let issuer = IssuerUrl::new(self.provider.issuer.clone()).map_err(|_| self.unfit("its issuer is no URL"))?;
        let http = Guarded(self.fetch);
        Metadata::discover_async(issuer, &http).await.map_err(|error| match error {
            DiscoveryError::Request(error) => self.unreached(error),
            DiscoveryError::Response(status, ..) if status.is_server_error() => Refusal::Away,
            _ => self.unfit("its discovery document or its keys are not as they should be"),
        })
    }

    fn client(&self, metadata: Metadata) -> Result<Client, Refusal> {
        let methods = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        // Basic is what a provider takes that says nothing (OIDC Discovery §3).
        let takes_basic = methods.is_empty() || methods.contains(&CoreClientAuthMethod::ClientSecretBasic);
        let redirect_uri = RedirectUrl::new(self.redirect_uri.clone()).map_err(|_| Refusal::Unfit)?;
        let id = ClientId::new(self.provider.client_id.clone());
        let secret = ClientSecret::new(self.provider.client_secret.expose().clone());
        let client = CoreClient::from_provider_metadata(metadata, id, Some(secret)).set_redirect_uri(redirect_uri);
        Ok(client.set_auth_type(if takes_basic { AuthType::BasicAuth } else { AuthType::RequestBody }))
    }

    fn unreached(&self, error: FetchError) -> Refusal {
        tracing::warn!(provider = self.provider.id, reason = %error, "a provider of accounts was not reached");
        match error {
            FetchError::Refused(_) => Refusal::Unfit,
            FetchError::Status(_) | FetchError::Unanswered(_) => Refusal::Away,
        }
    }

    fn unfit(&self, why: &'static str) -> Refusal {
        tracing::warn!(provider = self.provider.id, reason = why, "a provider of accounts is misconfigured");
        Refusal::Unfit
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or(Err(Refusal::Away))
}

/// Which check failed, without what is in the token.
fn untrue(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "expired",
        ClaimsVerificationError::InvalidAudience(_) => "audience",
        ClaimsVerificationError::InvalidIssuer(_) => "issuer",
        ClaimsVerificationError::InvalidNonce(_) => "nonce",
        ClaimsVerificationError::SignatureVerification(_) => "signature",
        _ => "other",
    }
}

/// A name as it can be shown: one line, not endless.
fn presentable(name: &str) -> String {
    let line: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_NAME).collect();
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line_and_end() {
        for (name, shown) in [("  Amina ", "Amina"), ("A\nB\u{7}", "A B"), ("", ""), ("\n", "")] {
            assert_eq!(presentable(name), shown);
        }
        assert_eq!(presentable(&"ä".repeat(500)).chars().count(), MOST_NAME);
    }
}
