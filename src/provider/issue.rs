//! The only place that mints tokens.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256, Sha512};

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::GrantId;
use crate::base::{Fault, Seconds, Time};
use crate::error::Error;
use crate::jose::{Alg, Typ};
use crate::oauth::authorization_details::Detail;
use crate::oauth::client::IdTokenClaims;
use crate::oauth::grant::Grant;
use crate::oauth::resource::Audience;
use crate::oauth::token_exchange::TokenType;
use crate::oauth::{self, Binding, Scope, jwt_answers};
use crate::provider::clients::Registered;
use crate::provider::envelope::Envelope;
use crate::provider::resources::{self, JwtAccess, Target};
use crate::provider::supported::supported;
use crate::provider::tokens::{self, AccessToken, Bearer};
use crate::store::database::Conn;
use crate::store::database::families::{Family, Standing};
use crate::wallet::assurance::{self, Asking};
use crate::wallet::disclosure::{Channel, Disclosure, Permit, disclose};
use crate::wallet::holdings;
use crate::wallet::media::links;
use crate::wallet::projection::project;

/// What a grant type has decided to issue, its records written.
#[derive(Debug)]
pub enum Issue {
    Person(Box<ForPerson>),
    /// A token for the client itself (RFC 6749 §4.4).
    Client {
        client: Arc<Registered>,
        scope: Scope,
        binding: Option<Binding>,
        target: Option<Target>,
    },
    /// The outcome of an exchange, and the type that was asked for (RFC 8693 §2.2.1).
    Exchanged(Box<ForPerson>, TokenType),
}

/// Tokens about a person.
#[derive(Debug)]
pub struct ForPerson {
    pub client: Arc<Registered>,
    pub family: Family,
    pub grant: Grant,
    pub scope: Scope,
    /// What makes the ID Token, where there is one.
    pub signer: Option<Arc<Envelope>>,
    /// Whether the ID Token answers the authorization request itself, whose nonce it then repeats.
    pub is_first: bool,
    /// The claims about the person in the ID Token, already recorded.
    pub claims: Option<Disclosure>,
    /// The resource server that the access token is for; `None` for our own endpoints.
    pub target: Option<Target>,
    /// The client that the subject is named for, where that is not the one that gets the token.
    pub known_to: Option<Arc<Registered>>,
}

/// The token endpoint's answer (RFC 6749 §5.1, OIDC Core §3.1.3.3).
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    pub access_token: String,
    pub token_type: &'static str,
    /// What was issued, where one token was exchanged for another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
    pub expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// What the token allows; left out where that is nothing, since a scope has at least one value (RFC 6749 §3.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The grant behind the tokens, which the client may manage (Grant Management for OAuth 2.0).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<GrantId>,
    /// What was granted of what was asked for item by item (RFC 9396 §7).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Detail>,
}

/// What makes the ID Tokens of a client. Asked for before the code is spent, so that the absence of a key costs nothing.
///
/// # Errors
/// As [`Envelope::of`].
pub async fn signer(app: &App, client: &Registered) -> Result<Arc<Envelope>, Error> {
    Ok(Arc::new(Envelope::of(app, client, &jwt_answers::ID_TOKEN).await?))
}

/// What an issue to a person is made from, inside the unit that records it.
pub struct Basis<'a> {
    pub client: &'a Registered,
    pub family: &'a Family,
    pub standing: &'a Standing,
    pub permit: &'a Permit,
    /// Which claims the ID Token carries beyond those that were asked for by name.
    pub claims: IdTokenClaims,
}

/// Writes the records of an issue in the caller's unit, and takes the ID Token's claims through the gate.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn record(
    conn: &mut Conn<'_>,
    app: &App,
    event: &'static str,
    basis: &Basis<'_>,
    origin: &Origin,
) -> Result<(Scope, Option<Disclosure>), Fault> {
    let Basis { family, standing, permit, .. } = basis;
    let grant = &standing.grant.grant;
    let scope = grant.scope_for(&family.scope);
    let record = Record {
        client: Some(family.client_id.clone()),
        grant: Some(family.grant_id),
        requested: family.scope.iter().map(str::to_owned).collect(),
        released: scope.iter().map(str::to_owned).collect(),
        ..Record::of(event, family.account_id)
    };
    audit::record(conn, app, &record, origin).await?;
    if !scope.contains("openid") {
        return Ok((scope, None));
    }
    let none = oauth::claims_request::ClaimsRequest::default();
    let request = family.claims.as_ref().map_or(&none, |c| &c.0);
    let asked = grant.id_token_claims(&scope, request, basis.claims, supported());
    if asked.is_empty() {
        return Ok((scope, None));
    }
    let holdings = holdings::load(conn, app, family.account_id, standing.revision).await?;
    let picture = |photo| links::to_picture(app, permit, photo);
    let projection = project(&holdings, &grant.allowed, &asked, &request.id_token, &picture);
    let elements = assurance::elements(request.verified_id_token.as_deref(), &asked);
    let asking = Asking { elements: &elements, sector: basis.client.sector(), acr: &family.acr };
    let projection = assurance::add(projection, app, &holdings, grant, &asking);
    if projection.is_empty() {
        return Ok((scope, None));
    }
    let requested = asked.into_iter().collect();
    let channel = Channel { name: "id_token", requested, frame: &[], under: None };
    let disclosure = disclose(conn, app, permit, projection, channel, origin).await?;
    Ok((scope, Some(disclosure)))
}

/// Mints what was decided.
///
/// # Errors
/// A fault when signing fails.
pub fn issue(app: &App, issue: Issue) -> Result<TokenResponse, Error> {
    let now = app.now();
    match issue {
        Issue::Client { client, scope, binding, target } => {
            let expires_at = now + lifetime(app, &client);
            let bearer = Bearer::Client(client.id.clone());
            if let Some(target) = target {
                let id = client.id.as_str();
                let about = About { sub: id, client_id: id, person: None };
                return jwt_answer(app, &target, &about, &bearer, binding.as_ref(), expires_at, now);
            }
            let token = AccessToken { bearer, scope, issued_at: now, expires_at, binding };
            Ok(answer(app, &token, now))
        }
        Issue::Exchanged(person, asked) => {
            let mut answer = person_answer(app, &person, now)?;
            answer.issued_token_type = Some(asked.as_str());
            Ok(answer)
        }
        Issue::Person(person) => person_answer(app, &person, now),
    }
}

fn person_answer(app: &App, person: &ForPerson, now: Time) -> Result<TokenResponse, Error> {
    let ForPerson { client, family, grant, .. } = person;
    let mut answer = match &person.target {
        Some(target) => {
            let known_to = person.known_to.as_ref().unwrap_or(&person.client);
            let sub = tokens::subject(app, known_to, person.family.account_id);
            let about = About { sub: &sub, client_id: person.client.id.as_str(), person: Some(person) };
            let (bearer, expires_at) = (bearer(family, grant), ends(app, client, family, grant, now));
            jwt_answer(app, target, &about, &bearer, family.binding.as_ref(), expires_at, now)?
        }
        None => own_answer(app, client, family, grant, &person.scope, now),
    };
    answer.grant_id = Some(grant.id);
    let details = family.authorization_details.iter().flat_map(|details| &details.0);
    answer.authorization_details = details.filter_map(|detail| detail.within(&grant.allowed.claims)).collect();
    if person.family.offline && person.grant.allows_refresh() && person.scope.contains("offline_access") {
        answer.refresh_token = Some(tokens::write_refresh(app, person.family.id, person.family.generation));
    }
    if let Some(signer) = &person.signer {
        let token = IdToken {
            client: &person.client,
            family: &person.family,
            // OIDC Core §12.2: a refreshed ID Token answers no request.
            nonce: person.family.nonce.as_deref().filter(|_| person.is_first),
            access_token: Some(&answer.access_token),
            code: None,
            state: None,
            claims: person.claims.as_ref(),
        };
        answer.id_token = Some(token.sign(app, signer, now)?);
    }
    Ok(answer)
}

/// Whom a JWT access token is about.
struct About<'a> {
    sub: &'a str,
    client_id: &'a str,
    /// The authentication of a person, where there is one (RFC 9068 §2.2.1).
    person: Option<&'a ForPerson>,
}

fn jwt_answer(
    app: &App,
    target: &Target,
    about: &About<'_>,
    bearer: &Bearer,
    binding: Option<&Binding>,
    expires_at: Time,
    now: Time,
) -> Result<TokenResponse, Error> {
    let expires_at = expires_at.min(now + target.lifetime);
    let family = about.person.map(|person| &person.family);
    // Who was vouched for by an issuer has not signed in here.
    let signed_in = family.filter(|family| !family.amr.0.is_empty());
    let access_token = target.sign(&JwtAccess {
        iss: app.config.issuer(),
        sub: about.sub,
        aud: &target.identifier,
        client_id: about.client_id,
        exp: expires_at.unix(),
        iat: now.unix(),
        jti: tokens::write_jti(app, bearer),
        scope: target.scope.text(),
        auth_time: signed_in.map(|family| family.auth_time.unix()),
        acr: signed_in.map(|family| family.acr.as_str()),
        amr: signed_in.map(|family| family.amr.0.as_slice()),
        cnf: binding.map(Binding::cnf),
        act: family.and_then(|family| family.actor.as_ref()).map(|actor| &actor.0),
    })?;
    Ok(TokenResponse {
        access_token,
        token_type: Binding::token_type(binding),
        issued_token_type: None,
        expires_in: expires_at.since(now).0.max(1),
        refresh_token: None,
        id_token: None,
        scope: target.scope.text(),
        authorization_details: Vec::new(),
        grant_id: None,
    })
}

fn answer(app: &App, token: &AccessToken, now: Time) -> TokenResponse {
    TokenResponse {
        access_token: tokens::write_access(app, token),
        token_type: Binding::token_type(token.binding.as_ref()),
        issued_token_type: None,
        expires_in: token.expires_at.since(now).0.max(1),
        refresh_token: None,
        id_token: None,
        scope: token.scope.text(),
        grant_id: None,
        authorization_details: Vec::new(),
    }
}

fn bearer(family: &Family, grant: &Grant) -> Bearer {
    Bearer::Family { id: family.id, epoch: grant.epoch }
}

/// When an access token of an authorization ends: with its client's rules, its authorization or its grant.
fn ends(app: &App, client: &Registered, family: &Family, grant: &Grant, now: Time) -> Time {
    let until = (now + lifetime(app, client)).min(family.expires_at);
    grant.expires_at.map_or(until, |end| end.min(until))
}

/// An answer with an access token for our own endpoints.
pub fn own_answer(
    app: &App,
    client: &Registered,
    family: &Family,
    grant: &Grant,
    scope: &Scope,
    now: Time,
) -> TokenResponse {
    let token = AccessToken {
        bearer: bearer(family, grant),
        // The scopes of resource servers are for their own tokens.
        scope: resources::all(app).part(scope, Audience::Own),
        issued_at: now,
        expires_at: ends(app, client, family, grant, now),
        binding: family.binding.clone(),
    };
    answer(app, &token, now)
}

/// How long an access token of a client works at most.
pub(super) fn lifetime(app: &App, client: &Registered) -> Seconds {
    app.config.tokens.access.min(client.rules().access_token_lifetime)
}

/// An ID Token to be.
pub struct IdToken<'a> {
    pub client: &'a Registered,
    pub family: &'a Family,
    pub nonce: Option<&'a str>,
    /// What comes with it, and is bound to it by its hash.
    pub access_token: Option<&'a str>,
    pub code: Option<&'a str>,
    pub state: Option<&'a str>,
    /// The claims about the person, already recorded.
    pub claims: Option<&'a Disclosure>,
}

/// The ID Token's claims (OIDC Core §2), in the order in which they are usually read.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    acr: &'a str,
    amr: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    s_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(flatten)]
    claims: Option<&'a Disclosure>,
}

impl IdToken<'_> {
    /// # Errors
    /// A fault when signing or encrypting fails.
    pub fn sign(&self, app: &App, signer: &Envelope, now: Time) -> Result<String, Error> {
        let family = self.family;
        let lifetime = app.config.tokens.id.min(self.client.rules().id_token_lifetime);
        let hash = |text: Option<&str>| signer.alg().zip(text).map(|(alg, text)| half_hash(alg, text));
        let claims = Claims {
            iss: app.config.issuer(),
            sub: tokens::subject(app, self.client, family.account_id),
            aud: family.client_id.as_str(),
            exp: (now + lifetime).unix(),
            iat: now.unix(),
            auth_time: family.auth_time.unix(),
            nonce: self.nonce,
            acr: &family.acr,
            amr: &family.amr.0,
            at_hash: hash(self.access_token),
            c_hash: hash(self.code),
            s_hash: hash(self.state),
            sid: self.session_name(app),
            claims: self.claims,
        };
        Ok(signer.seal(Typ::Absent, &claims)?)
    }

    /// `sid` is for clients that hear of the end of sessions (OIDC Back-Channel Logout §2.1, Front-Channel Logout §3);
    /// to others it would be one more thing to remember people by.
    fn session_name(&self, app: &App) -> Option<String> {
        let session = self.family.session_id.filter(|_| self.client.hears_of_sign_outs())?;
        Some(tokens::session_name(app, self.client, session))
    }
}

/// `at_hash`, `c_hash`, `s_hash` (OIDC Core §3.1.3.6, §3.3.2.11, FAPI 1.0 Advanced §5.1.1): the left half of the hash that belongs to the algorithm; SHA-512 for Ed25519.
fn half_hash(alg: Alg, text: &str) -> String {
    match alg {
        Alg::EdDsa => URL_SAFE_NO_PAD.encode(&Sha512::digest(text)[..32]),
        Alg::Es256 | Alg::Rs256 | Alg::Ps256 => URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..16]),
    }
}
