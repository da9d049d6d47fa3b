//! The openidconnect crate, here in the test itself.

use openidconnect::AccessToken;
use openidconnect::AuthorizationCode;
use openidconnect::ClientId;
use openidconnect::ClientSecret;
use openidconnect::CsrfToken;
use openidconnect::EndpointMaybeSet;
use openidconnect::EndpointNotSet;
use openidconnect::EndpointSet;
use openidconnect::IssuerUrl;
use openidconnect::Nonce;
use openidconnect::OAuth2TokenResponse as _;
use openidconnect::PkceCodeChallenge;
use openidconnect::PkceCodeVerifier;
use openidconnect::RedirectUrl;
use openidconnect::RefreshToken;
use openidconnect::RequestTokenError;
use openidconnect::Scope;
use openidconnect::TokenResponse as _;
use openidconnect::UserInfoError;
use openidconnect::core::CoreAuthenticationFlow;
use openidconnect::core::CoreClient;
use openidconnect::core::CoreProviderMetadata;
use openidconnect::core::CoreTokenResponse;
use openidconnect::core::CoreUserInfoClaims;
use serde_json::Value;
use serde_json::json;
use url::Url;

use super::Party;
use super::connects;
use crate::support::person::Answers;
use crate::support::person::Person;
use crate::support::platform::CALLBACK;
use crate::support::platform::Method;
use crate::support::platform::NewClient;
use crate::support::platform::http;
use crate::support::server::Server;

type Discovered =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

struct Crate {
    client: Discovered,
    http: reqwest::Client,
    tokens: Option<CoreTokenResponse>,
}

struct Attempt {
    url: Url,
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

impl Crate {
    async fn at(server: &Server) -> Self {
        let registered = server.client(&NewClient::new(Method::Basic));
        let http = http();
        let issuer = IssuerUrl::new(server.issuer.clone()).expect("a URL");
        let provider = CoreProviderMetadata::discover_async(issuer, &http).await.expect("discovery");
        let secret = registered.secret.map(ClientSecret::new);
        let client = CoreClient::from_provider_metadata(provider, ClientId::new(registered.id), secret)
            .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("a URL"));
        Self { client, http, tokens: None }
    }

    fn attempt(&self) -> Attempt {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = self.client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let scopes = ["profile", "email", "offline_access"].map(|scope| Scope::new(scope.to_owned()));
        let (url, state, nonce) = request.add_scopes(scopes).set_pkce_challenge(challenge).url();
        Attempt { url, state, nonce, verifier }
    }

    async fn finish(&mut self, attempt: Attempt, callback: &Url) -> Value {
        let found =
            |name: &str| callback.query_pairs().find(|(one, _)| one == name).map(|(_, value)| value.into_owned());
        assert_eq!(found("state").as_ref(), Some(attempt.state.secret()));
        if let Some(error) = found("error") {
            return json!({ "error": error });
        }
        let code = AuthorizationCode::new(found("code").expect("a code"));
        let request = self.client.exchange_code(code).expect("a token endpoint");
        let tokens = request.set_pkce_verifier(attempt.verifier).request_async(&self.http).await.expect("tokens");
        let id_token = tokens.id_token().expect("an ID Token");
        let claims = id_token.claims(&self.client.id_token_verifier(), &attempt.nonce).expect("an ID Token that holds");
        let claims = serde_json::to_value(claims).expect("claims");
        self.tokens = Some(tokens);
        let mut answer = self.read().await;
        answer["id_token"] = claims;
        answer
    }

    /// UserInfo with the access token at hand.
    async fn read(&self) -> Value {
        let access: AccessToken = self.tokens.as_ref().expect("signed in").access_token().clone();
        let request = self.client.user_info(access, None).expect("a UserInfo endpoint");
        let answer: Result<CoreUserInfoClaims, _> = request.request_async(&self.http).await;
        match answer {
            Ok(claims) => json!({ "userinfo": claims }),
            Err(UserInfoError::Response(status, ..)) => json!({ "status": status.as_u16() }),
            Err(other) => panic!("UserInfo: {other}"),
        }
    }
}

impl Party for Crate {
    async fn login(&mut self, person: &mut Person, answers: &Answers) -> Value {
        let attempt = self.attempt();
        let callback = person.authorize(attempt.url.as_str(), answers).await;
        self.finish(attempt, &callback).await
    }

    async fn login_at_once(&mut self, person: &mut Person) -> Value {
        let attempt = self.attempt();
        let callback = person.visit(attempt.url.as_str()).await.away();
        self.finish(attempt, &callback).await
    }

    async fn userinfo(&mut self, _: &mut Person) -> Value {
        self.read().await
    }

    async fn refresh(&mut self, _: &mut Person) -> Value {
        let refresh: RefreshToken = self.tokens.as_ref().and_then(|one| one.refresh_token()).expect("one").clone();
        let request = self.client.exchange_refresh_token(&refresh).expect("a token endpoint");
        match request.request_async(&self.http).await {
            Ok(tokens) => {
                self.tokens = Some(tokens);
                self.read().await
            }
            Err(RequestTokenError::ServerResponse(refused)) => json!({ "error": refused.error().to_string() }),
            Err(other) => panic!("refresh: {other}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn openidconnect_signs_people_in() {
    let server = Server::start().await;
    let mut party = Crate::at(&server).await;
    connects(&server, &mut party, "").await;
}
