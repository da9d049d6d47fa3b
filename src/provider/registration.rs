//! Dynamic client registration and its management (RFC 7591, RFC 7592, OIDC Registration).

use std::sync::Arc;

use serde_json::{Map, Value, json};
use url::Url;

use crate::app::App;
use crate::audit::Origin;
use crate::base::id::ClientId;
use crate::base::secret::same;
use crate::base::{Digest, Fault, Secret, Time};
use crate::config::RegistrationMode;
use crate::error::{Denied, Error};
use crate::jose::jwt::{self, Audience, Rules, TypRule};
use crate::jose::{Alg, Unverified, json as strict};
use crate::oauth::{self, Client, Code, registration};
use crate::outbound::fetch::{FetchError, MOST_BYTES};
use crate::provider::client_keys;
use crate::provider::clients::{self, Registered};
use crate::provider::supported::supported;
use crate::store::database::registrations::{self, Registration};

/// What scanners know a registration access token by.
const PREFIX: &str = "sw_rg_";
/// Through which door it happened, in the trail.
const CHANNEL: &str = "registration";
/// Members that are ours to say (RFC 7592 §2.2).
const OURS: [&str; 4] =
    ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

/// Whether there is a registration endpoint at all.
pub fn is_on(app: &App) -> bool {
    app.config.registration.mode != RegistrationMode::Off
}

/// Whether registering needs an initial access token.
pub fn needs_token(app: &App) -> bool {
    app.config.registration.mode == RegistrationMode::Token
}

/// Registers a client (RFC 7591 §3.1); gives the client information response (§3.2.1).
///
/// # Errors
/// `invalid_token` where a token is needed and is none, has expired or is used up; `invalid_redirect_uri`,
/// `invalid_client_metadata`, `invalid_software_statement`, `unapproved_software_statement` (§3.2.2).
pub async fn register(
    app: &App,
    token: Option<&str>,
    document: Map<String, Value>,
    origin: &Origin,
) -> Result<Value, Error> {
    let initial = initial_token(app, token).await?;
    let (document, statement) = read_statement(app, document).await?;
    let client = registration::self_registered(ClientId::new(&app.random), &document, supported())?;
    check_sector(app, &client).await?;
    let secret = clients::needs_secret(&client).then(|| clients::new_secret(app));
    let own = Secret::new(format!("{PREFIX}{}", app.random.token(32)));
    let now = app.now();
    let row = Registration {
        client_id: client.id.clone(),
        digest: Digest::of(own.expose()),
        statement: statement.clone(),
        created_at: now,
    };
    let (unit, origin, kept, kept_secret) = (app.clone(), origin.clone(), client.clone(), secret.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                // Decided with the registration: of several that race with the last use, one gets it.
                if let Some(digest) = initial
                    && !registrations::use_initial(tx, digest, now).await?
                {
                    return Err(Error::from(bad_initial_token()));
                }
                let secret = kept_secret.as_ref();
                if !clients::insert_in(tx, &unit, kept, secret, Some(CHANNEL), now, &origin).await? {
                    return Err(Fault::broken("register a client under an identifier that nobody has").into());
                }
                Ok(registrations::insert(tx, &row).await?)
            })
        })
        .await?;
    let told = Told { client: &client, created_at: now, secret: secret.as_ref(), token: own.expose(), statement };
    Ok(told.document(app))
}

/// Reads a registration (RFC 7592 §2.1).
///
/// # Errors
/// `invalid_token` where the token is not this client's, whether or not there is such a client.
pub async fn read(app: &App, id: &ClientId, token: &str) -> Result<Value, Error> {
    let (client, kept) = manage(app, id, token).await?;
    let told = Told { client: &client, created_at: client.created_at, secret: None, token, statement: kept.statement };
    Ok(told.document(app))
}

/// Replaces a registration (RFC 7592 §2.2). The token stays the same: an answer that was lost locks nobody out.
///
/// # Errors
/// As [`read`] and [`register`]; conflict where another change came between.
pub async fn update(
    app: &App,
    id: &ClientId,
    token: &str,
    document: Map<String, Value>,
    origin: &Origin,
) -> Result<Value, Error> {
    let (before, kept) = manage(app, id, token).await?;
    let bad = |what: &'static str| Error::from(oauth::Error::invalid_client_metadata(what));
    if document.get("client_id").and_then(Value::as_str) != Some(id.as_str()) {
        return Err(bad("client_id must be there and be that of the client"));
    }
    if OURS.iter().any(|name| document.contains_key(*name)) {
        return Err(bad(
            "registration_access_token, registration_client_uri, client_secret_expires_at and client_id_issued_at must \
             not be there",
        ));
    }
    match document.get("client_secret") {
        None | Some(Value::Null) => {}
        Some(Value::String(secret)) if clients::is_secret(app, Some(&*before), secret) => {}
        Some(_) => return Err(bad("client_secret is not that of the client; a client cannot choose its own")),
    }
    let (document, statement) = read_statement(app, document).await?;
    if kept.statement.is_some() && statement.is_none() {
        let why = "the client was registered with a software statement, so software_statement must be there";
        return Err(oauth::Error::new(Code::InvalidSoftwareStatement, why).into());
    }
    let client = registration::changed(&before, &document, supported())?;
    check_sector(app, &client).await?;
    let now = app.now();
    let needs_new = clients::needs_secret(&client) && before.live_secrets(now).next().is_none();
    let secret = needs_new.then(|| clients::new_secret(app));
    let changes_secrets = needs_new || !clients::needs_secret(&client);
    let created_at = before.created_at;
    let (unit, origin, kept_client) = (app.clone(), origin.clone(), client.clone());
    let (kept_secret, kept_statement) = (secret.clone(), statement.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let id = kept_client.id.clone();
                if !clients::replace_in(tx, &unit, &before, kept_client, Some(CHANNEL), now, &origin).await? {
                    return Err(Error::from(Denied::Conflict("client")));
                }
                if changes_secrets {
                    clients::set_secret_in(tx, &unit, &id, kept_secret.as_ref(), now).await?;
                }
                Ok(registrations::set_statement(tx, &id, kept_statement.as_deref()).await?)
            })
        })
        .await?;
    Ok(Told { client: &client, created_at, secret: secret.as_ref(), token, statement }.document(app))
}

/// Ends a registration, with all grants and tokens of the client (RFC 7592 §2.3).
///
/// # Errors
/// As [`read`].
pub async fn remove(app: &App, id: &ClientId, token: &str, origin: &Origin) -> Result<(), Error> {
    manage(app, id, token).await?;
    clients::remove_through(app, id, Some(CHANNEL), origin).await
}

/// The client that a registration access token is for. A client that an operator has shut off cannot change itself.
async fn manage(app: &App, id: &ClientId, token: &str) -> Result<(Arc<Registered>, Registration), Error> {
    let digest = Digest::of(token);
    let (unit, id) = (app.clone(), id.clone());
    let found = app.db.read::<_, Fault, _>(move |conn| {
        Box::pin(async move {
            let kept = registrations::find(conn, &id).await?;
            Ok((clients::find_in(conn, &unit, &id).await?, kept))
        })
    });
    match found.await? {
        (Some(client), Some(kept)) if same(kept.digest.as_bytes(), digest.as_bytes()) && !client.is_disabled => {
            Ok((client, kept))
        }
        _ => Err(oauth::Error::invalid_token("the token is not the registration access token of this client").into()),
    }
}

/// The initial access token that will be used up, where the settings ask for one.
async fn initial_token(app: &App, token: Option<&str>) -> Result<Option<Digest>, Error> {
    if !needs_token(app) {
        return Ok(None);
    }
    let (digest, now) = (Digest::of(token.unwrap_or_default()), app.now());
    let is_usable = app.db.read::<_, Fault, _>(move |conn| Box::pin(registrations::is_usable(conn, digest, now)));
    match is_usable.await? {
        true => Ok(Some(digest)),
        false => Err(bad_initial_token().into()),
    }
}

fn bad_initial_token() -> oauth::Error {
    oauth::Error::invalid_token("the initial access token is unknown, has expired or was used as often as it may be")
}

/// Takes a software statement out of what a client says, checks it, and lets it have the last word (RFC 7591 §2.3).
async fn read_statement(
    app: &App,
    mut document: Map<String, Value>,
) -> Result<(Map<String, Value>, Option<String>), Error> {
    let bad = |why: &'static str| oauth::Error::new(Code::InvalidSoftwareStatement, why);
    let statement = match document.remove("software_statement") {
        None | Some(Value::Null) => return Ok((document, None)),
        Some(Value::String(statement)) => statement,
        Some(_) => return Err(bad("software_statement is not a text").into()),
    };
    let unverified = Unverified::read(&statement)
        .map_err(|why| bad("software_statement is not a signed JWT").with_detail(why.to_string()))?;
    let publishers = &app.config.registration.software_statements;
    let publisher = unverified.peek("iss").and_then(|iss| publishers.iter().find(|one| one.issuer == iss));
    let Some(publisher) = publisher else {
        let why = "the issuer of software_statement is not one that is believed here";
        return Err(oauth::Error::new(Code::UnapprovedSoftwareStatement, why).into());
    };
    let keys = client_keys::published(app, &publisher.issuer, &publisher.jwks_uri).await;
    let away = || Fault::unavailable("check a software statement", "its issuer's keys cannot be read");
    let verified = unverified
        .verify(&*keys.ok_or_else(away)?, &Alg::ALL)
        .map_err(|why| bad("the signature of software_statement is wrong").with_detail(why.to_string()))?;
    let rules = Rules {
        typ: TypRule::Any,
        required: &["iss"],
        issuer: Some(&publisher.issuer),
        subject: None,
        audience: Audience::Any,
        may_be_expired: false,
        most_lifetime: None,
        most_age: None,
    };
    let claims = verified.claims().clone();
    jwt::check(verified, &rules, app.now()).map_err(|why| {
        bad("the claims of software_statement are wrong, or it has expired").with_detail(why.to_string())
    })?;
    Ok((registration::with_statement(document, &claims), Some(statement)))
}

/// Sees that the document of a sector names every redirect URI of the client (OIDC Registration §5).
///
/// # Errors
/// `invalid_client_metadata`.
pub(super) async fn check_sector(app: &App, client: &Client) -> Result<(), Error> {
    let Some(uri) = &client.sector_identifier_uri else { return Ok(()) };
    let bad = |why: &'static str| oauth::Error::invalid_client_metadata(why);
    let url = Url::parse(uri).map_err(|_| bad("sector_identifier_uri is not a URL"))?;
    let fetched = app
        .fetch
        .get(&url, MOST_BYTES)
        .await
        .map_err(|why: FetchError| bad("sector_identifier_uri could not be read").with_detail(why.to_string()))?;
    let Ok(Value::Array(listed)) = strict::value(&fetched.body) else {
        return Err(bad("sector_identifier_uri does not give a JSON array of redirect URIs").into());
    };
    let is_listed = |uri: &String| listed.iter().any(|one| one.as_str() == Some(uri));
    match client.redirect_uris.iter().all(is_listed) {
        true => Ok(()),
        false => Err(bad("the document at sector_identifier_uri does not name all redirect_uris").into()),
    }
}

/// What a client information response tells.
struct Told<'a> {
    client: &'a Client,
    created_at: Time,
    /// Only in the answer that makes it: it is kept as a digest.
    secret: Option<&'a Secret<String>>,
    token: &'a str,
    statement: Option<String>,
}

impl Told<'_> {
    fn document(&self, app: &App) -> Value {
        let mut members = registration::document(self.client);
        let id = self.client.id.as_str();
        let mut tell = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        tell("client_id", json!(id));
        tell("client_id_issued_at", json!(self.created_at.unix()));
        if let Some(secret) = self.secret {
            tell("client_secret", json!(secret.expose()));
        }
        if clients::needs_secret(self.client) {
            // It works until another takes its place.
            tell("client_secret_expires_at", json!(0));
        }
        tell("registration_access_token", json!(self.token));
        tell("registration_client_uri", json!(format!("{}/register/{id}", app.config.issuer())));
        if let Some(statement) = &self.statement {
            tell("software_statement", json!(statement));
        }
        Value::Object(members)
    }
}
